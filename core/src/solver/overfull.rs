//! Forbidden pairs, whose cost is infinite: is there a plan without them?
//!
//! Balanced marginals have a plan if and only if no set A of points has more mass than N(A), the points of the other
//! side that points of A may go to (Hall 1935; for mass, Strassen 1965). If they have none, the potentials of such a
//! set rise above all others, sweep after sweep, so that in the end it is one of the sets { i : f_i > t }. Such a set
//! is a proof, whatever the potentials were.

use core::cmp::Ordering;

use crate::real::Real;
use crate::scaled::ScaledProblem;
use crate::start::number;
use crate::wide::Wide;

/// Says whether the rows with the largest potentials prove that there is no plan. `order` is scratch for n scalars,
/// `row` and `reached` for m each.
pub(crate) fn is_overfull<T: Real>(
    p: &ScaledProblem<'_, T>,
    f: &[T],
    order: &mut [T],
    row: &mut [T],
    reached: &mut [T],
) -> bool {
    let (a, b, m) = (p.problem.a(), p.problem.b(), row.len());
    number(order);
    let potential = |slot: &T| f[slot.to_index() as usize];
    order.sort_unstable_by(|p, q| potential(q).partial_cmp(&potential(p)).unwrap_or(Ordering::Equal));
    reached.fill(T::ZERO);
    let (mut mass, mut room, mut count) = (Wide::new(T::ZERO), Wide::new(T::ZERO), 0);
    // An excess that rounding of the sums explains is no proof.
    let rounding = T::constant(64.0) * T::EPSILON * a.total().max(b.total());
    for i in order.iter().map(|slot| slot.to_index() as usize).filter(|&i| a.get(i) > T::ZERO) {
        p.scores.costs(p.instructions, i, 0, m, row);
        mass = mass.add(Wide::new(a.get(i)));
        for (j, (reached, &cost)) in reached.iter_mut().zip(&*row).enumerate() {
            if *reached == T::ZERO && cost < T::INFINITY {
                *reached = T::ONE;
                room = room.add(Wide::new(b.get(j)));
                count += 1;
            }
        }
        if mass.sub(room).value() > rounding {
            return true;
        }
        if count == m {
            return false;
        }
    }
    false
}

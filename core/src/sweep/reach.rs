//! Forbidden pairs, whose cost is infinite: is there a plan without them?
//!
//! Balanced marginals have a plan if and only if no set A of points has more mass than N(A), the points of the other
//! side that points of A may go to (Hall 1935; for mass, Strassen 1965). If they have none, the potentials of such a
//! set rise above all others, sweep after sweep, so that in the end it is one of the sets { i : f_i > t }. Such a set
//! is a proof, whatever the potentials were.

use crate::error::{Argument, Error, ErrorKind, Place};
use crate::problem::Problem;
use crate::real::Real;
use crate::sweep::prepared::ScaledProblem;
use crate::sweep::scores::Scores;
use crate::vector::Instructions;
use crate::wide::Wide;

/// Refuses a point that has mass and may go nowhere if its marginal is exact, and costs that are all infinite. `row`
/// and `reached` are scratch for m scalars each.
pub(crate) fn check_points<T: Real>(
    problem: &Problem<'_, T>,
    scores: &Scores<'_, T>,
    instructions: Instructions,
    row: &mut [T],
    reached: &mut [T],
) -> Result<(), Error> {
    let (a, b, m) = (problem.a(), problem.b(), row.len());
    let nowhere = |argument, row| Err(Error::new(argument, ErrorKind::Infeasible { place: Some(Place::entry(row)) }));
    // 1 for columns without mass, and for those that a row with mass may go to; else 0.
    let mut any = false;
    for (j, reached) in reached.iter_mut().enumerate() {
        *reached = if b.get(j) > T::ZERO { T::ZERO } else { T::ONE };
    }
    for i in (0..a.len()).filter(|&i| a.get(i) > T::ZERO) {
        scores.costs(instructions, i, 0, m, row);
        let mut carries = false;
        for (j, (reached, &cost)) in reached.iter_mut().zip(&*row).enumerate() {
            if cost < T::INFINITY && b.get(j) > T::ZERO {
                (*reached, carries) = (T::ONE, true);
            }
        }
        if !carries && problem.rho_a() == T::INFINITY {
            return nowhere(Argument::A, i);
        }
        any |= carries;
    }
    if !any {
        return Err(Error::new(Argument::COST, ErrorKind::Infeasible { place: None }));
    }
    match reached.iter().position(|&reached| reached == T::ZERO) {
        Some(j) if problem.rho_b() == T::INFINITY => nowhere(Argument::B, j),
        _ => Ok(()),
    }
}

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
    for (i, slot) in order.iter_mut().enumerate() {
        *slot = T::from_index(i as u32);
    }
    let potential = |slot: &T| f[slot.to_index() as usize];
    order.sort_unstable_by(|p, q| {
        let (p, q) = (potential(p), potential(q));
        if p > q {
            core::cmp::Ordering::Less
        } else if p < q {
            core::cmp::Ordering::Greater
        } else {
            core::cmp::Ordering::Equal
        }
    });
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

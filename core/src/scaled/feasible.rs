//! Points whose costs forbid every pair.

use super::scores::Scores;
use crate::error::{Argument, Error, ErrorKind, Place};
use crate::problem::Problem;
use crate::real::Real;
use crate::vector::Instructions;

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

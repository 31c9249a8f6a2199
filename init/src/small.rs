//! The small problem of a start, between part of the points or between others in their stead.

use sinkhorn_core::{
    Acceleration, Epsilon, Error, Float, Problem, Real, Settings, Storage, Workspace,
    error::{Argument, ErrorKind},
    geometry::Geometry,
    solve,
    start::{Monotone, Select, Side, Start, StartReport, Target},
};

use crate::GaussianStart;

/// The largest number of sweeps of the small problem. If it needs more, the solve does not wait for it.
const MAX_SWEEPS: u32 = 200;

/// The note of a start whose small problem used them up.
const LIMIT_NOTE: &str = "its small problem reached the sweep limit";

/// Returns the number of points a side of the small problem for one of n x m: what was asked for, or sqrt(n m) / 8, at
/// least 32 and at most 512.
///
/// Its sweeps then cost at most 1/64 of those of the solve, and 20 of them and the extension about half a sweep.
pub(crate) fn checked_points(asked: Option<usize>, rows: usize, columns: usize) -> Result<usize, Error> {
    match asked {
        Some(0) => Err(Error::new(Argument::START, ErrorKind::NotPositive { value: 0.0 })),
        Some(count) => Ok(count),
        None => Ok(((rows as f64 * columns as f64).sqrt() / 8.0).clamp(32.0, 512.0) as usize),
    }
}

/// Returns the report of a start that wrote f after a small problem of so many sweeps.
pub(crate) fn report(name: &'static str, pairs: u64, sweeps: u32) -> StartReport {
    let started = StartReport::new(name, Side::F).pairs(pairs);
    if sweeps < MAX_SWEEPS { started } else { started.note(LIMIT_NOTE) }
}

/// Solves between `a` and `b` with the epsilon and relaxation of `target`. If both marginals are exact, `b` is scaled
/// to the total of `a`. Returns g in units of the unscaled cost, and the numbers of sweeps and of pairs visited.
pub(crate) fn solve_small<T: Real>(
    geometry: Geometry<'_, T>,
    a: &[T],
    b: &mut [T],
    target: &Target<'_, '_, T>,
) -> Result<(Vec<T>, u32, u64), Error> {
    let problem = target.problem;
    let sum = |weights: &[T]| weights.iter().fold(T::ZERO, |sum, &weight| sum + weight);
    let total = sum(a);
    if problem.rho_a() == T::INFINITY && problem.rho_b() == T::INFINITY {
        let factor = total / sum(b);
        b.iter_mut().for_each(|weight| *weight *= factor);
    }
    let threshold = T::constant(1e-3) * Float::max(total, sum(b));
    let (rho_a, rho_b) = (problem.rho_a() * target.cost_scale, problem.rho_b() * target.cost_scale);
    let small =
        Problem::new(geometry)?.weights(a, b)?.epsilon(Epsilon::Absolute(target.epsilon))?.unbalanced(rho_a, rho_b)?;
    let settings = Settings {
        threshold,
        max_sweeps: MAX_SWEEPS,
        acceleration: Acceleration::Anderson { memory: 10 },
        storage: Storage::Auto { scalars: 1 << 22 },
        ..Settings::default()
    };
    let mut memory = vec![T::ZERO; Workspace::len(&small, &settings)?];
    let gaussian = GaussianStart::default();
    let candidates: [&dyn Start<T>; 2] = [&Monotone, &gaussian];
    let workspace = Workspace::new(&mut memory, &small, &settings)?;
    let solution =
        solve(&small, &Select::new(&candidates), &settings, workspace).map_err(|error| match error.kind {
            // The points are not the user's: the start is to blame.
            ErrorKind::NotFinite { .. }
            | ErrorKind::TooFar { .. }
            | ErrorKind::CostTooLarge { .. }
            | ErrorKind::BelowResolution { .. } => Error::new(Argument::START, ErrorKind::Overflow),
            ErrorKind::Infeasible { .. } => {
                let reason = "infinite costs leave no plan between the few points that it takes";
                Error::unsupported(Argument::START, reason)
            }
            _ => error,
        })?;
    let report = solution.report();
    let visits = u64::from(report.sweeps) + 2; // and completing the start, and measuring
    let pairs = report.start.pairs + visits * a.len() as u64 * b.len() as u64;
    Ok((solution.g().to_vec(), report.sweeps, pairs))
}

//! The small problem of a start: part of the points, or others in their stead.

use sinkhorn_core::{
    Acceleration, Epsilon, Error, ErrorKind, Geometry, Monotone, Problem, Real, Select, Settings, Storage, Target,
    Workspace, solve,
};
use sinkhorn_core::{Argument, Initializer};

use crate::GaussianStart;

/// Sweeps of the small problem, at most: one that needs more is not what the solve waits for.
pub(crate) const MAX_SWEEPS: u32 = 200;

/// What is said where they were used up.
pub(crate) const LIMIT_NOTE: &str = "its small problem reached the sweep limit";

/// Points a side of the small problem for one of n x m: sqrt(n m) / 8, at least 32 and at most 512.
///
/// Its sweeps then cost at most 1/64 of those of the solve, and 20 of them and the extension about half a sweep.
pub(crate) fn points_for(rows: usize, columns: usize) -> usize {
    ((rows as f64 * columns as f64).sqrt() / 8.0).clamp(32.0, 512.0) as usize
}

/// The number that was asked for, or that of [`points_for`].
pub(crate) fn checked_points(asked: Option<usize>, rows: usize, columns: usize) -> Result<usize, Error> {
    match asked {
        Some(0) => Err(Error::new(Argument::START, ErrorKind::NotPositive { value: 0.0 })),
        Some(count) => Ok(count),
        None => Ok(points_for(rows, columns)),
    }
}

/// Potentials of the small problem, in units of the unscaled cost.
pub(crate) struct Small<T> {
    /// One a column.
    pub g: Vec<T>,
    /// Sweeps it took.
    pub sweeps: u32,
    /// Pairs it visited.
    pub pairs: u64,
}

/// Solves between `a` and `b` with the epsilon and relaxation of `target`. Where both marginals are exact `b` is scaled
/// to the total of `a`.
pub(crate) fn solve_small<T: Real>(
    geometry: Geometry<'_, T>,
    a: &[T],
    b: &mut [T],
    target: &Target<'_, '_, T>,
) -> Result<Small<T>, Error> {
    let problem = target.problem;
    let sum = |weights: &[T]| weights.iter().fold(T::ZERO, |sum, &weight| sum + weight);
    let total = sum(a);
    if problem.rho_a() == T::INFINITY && problem.rho_b() == T::INFINITY {
        let factor = total / sum(b);
        b.iter_mut().for_each(|weight| *weight *= factor);
    }
    let threshold = T::constant(1e-3) * total.max(sum(b));
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
    let candidates: [&dyn Initializer<T>; 2] = [&Monotone, &gaussian];
    let workspace = Workspace::new(&mut memory, &small, &settings)?;
    let solution =
        solve(&small, &Select::new(&candidates), &settings, workspace).map_err(|error| match error.kind {
            // Of points that are not the user's: the start is at fault.
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
    Ok(Small {
        g: solution.g().to_vec(),
        sweeps: report.sweeps,
        pairs: report.start.pairs + visits * a.len() as u64 * b.len() as u64,
    })
}

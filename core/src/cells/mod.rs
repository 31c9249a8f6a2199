//! The start from coarse to fine: [`Cells`].

mod side;

use crate::cost::{BuiltIn, GroundCost};
use crate::error::{Argument, Error, ErrorKind, check_length, check_workspace};
use crate::geometry::{PointCloud, Shape};
use crate::memory;
use crate::problem::{Epsilon, Problem};
use crate::real::Real;
use crate::report::Status;
use crate::settings::{Acceleration, Settings, Storage};
use crate::solver::Solver;
use crate::start::{Given, Side as Wrote, Start, StartMemory, StartReport, Target, Zero};
use crate::workspace::Workspace;
use side::{Side, Sizes};

/// The marginal error at which a coarse level has converged. The error that its cells make is larger.
const THRESHOLD: f64 = 1e-3;

/// The most sweeps of a coarse level.
const MAX_SWEEPS: u32 = 200;

/// Starts from the potentials between cells of points, between cells of cells, and so on: from coarse to fine.
///
/// The points with weight of either side are put in the order of a k-d tree. Eight that lie side by side become one
/// point, their mean, with the sum of their weights; and again, until at most 500 are left. The problem between these
/// is solved from zero, at the epsilon of the whole problem. Both potentials are extended to the points of the next
/// finer level, each by the c-transform of the other,
///
/// f(x) = -epsilon log sum_l beta_l exp((g_l - c(x, z_l)) / epsilon),
///
/// from where that level is solved; and so on, to the points themselves. (Thornton and Cuturi 2022, section 4.4, extend
/// a random subsample in this way, one level. Coarse levels are those of Schmitzer 2019, "Stabilized sparse scaling
/// algorithms for entropy regularized transport problems".) A coarse level has an eighth of the points and takes a 64th
/// of the time of a sweep, so that all levels together take little more than their extensions.
///
/// It takes points under any cost that accepts points between the data. Under the squared Euclidean cost in few
/// dimensions, all levels skip pairs as the settings of the solve say ([`Skipping`](crate::Skipping)). It pays if cells
/// are not much wider than sqrt(epsilon).
///
/// ```
/// use sinkhorn_core::{PointCloud, Problem, Settings, Solver, Workspace, cells::Cells};
///
/// let x: Vec<f64> = (0..4000).map(|k| (k as f64 * 0.7).sin()).collect(); // 2 000 points of the plane
/// let y: Vec<f64> = (0..4000).map(|k| 1.0 + 2.0 * (k as f64 * 1.3).cos()).collect();
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let mut solver = Solver::without_start(&problem, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
///
/// let mut memory = vec![0.0; Cells::len(&solver.target())?];
/// let cells = Cells::fit(&solver.target(), &mut memory)?;
/// solver.start(&cells)?;
/// solver.run();
/// assert_eq!(solver.finish().report().start.name, "cells");
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Cells<'m, T> {
    /// The numbers of points and the potential, of either side.
    sides: [[&'m [T]; 2]; 2],
    /// n and m.
    lens: [usize; 2],
    /// What the functions of these names return.
    levels: usize,
    sweeps: u32,
    pairs: u64,
}

/// A level that has been solved: see [`Target::watched`].
#[derive(Debug, Clone, Copy, PartialEq)]
#[non_exhaustive]
pub struct Level {
    /// The number of levels that are left, without the points themselves: 0 at last.
    pub left: usize,
    /// The number of points of either side.
    pub points: [usize; 2],
    /// The sweeps that it took.
    pub sweeps: u32,
    /// The way in which they ended.
    pub status: Status,
    /// The pairs that all levels have visited so far, extensions included.
    pub pairs: u64,
}

impl<'m, T: Real> Cells<'m, T> {
    /// Returns the number of scalars that [`Cells::fit`] needs.
    ///
    /// # Errors
    /// Those of [`Cells::fit`], and [`ErrorKind::TooLarge`] if the number does not fit.
    pub fn len(target: &Target<'_, '_, T>) -> Result<usize, Error> {
        let (cloud, problem) = (points(target)?, target.problem);
        let sizes = [problem.a(), problem.b()].map(|weights| Sizes::new(weights.support()));
        let settings = level_settings(target);
        let last = sizes[0].last.max(sizes[1].last);
        let too_large = Error::new(Argument::WORKSPACE, ErrorKind::TooLarge);

        // The workspaces of the largest level, and of the extensions to all points. Only sizes matter.
        let len = |rows: usize, columns: usize, settings: &Settings<T>| {
            let shape = Shape { rows, columns, ..problem.shape() };
            Workspace::ordered_len(problem, shape, settings).ok_or(too_large)
        };
        let extending = extension_settings(target);
        let mut work = len(sizes[0].get(1), sizes[1].get(1), &settings)?;
        if last > 0 {
            work = work.max(len(sizes[0].get(0), sizes[1].get(1), &extending)?);
            work = work.max(len(sizes[1].get(0), sizes[0].get(1), &extending)?);
        }
        let d = cloud.dimension();
        memory::total(&[&sizes[0].lens(d), &sizes[1].lens(d), &[work]]).ok_or(too_large)
    }

    /// Solves all levels, and extends the potentials to all points. `memory`, whose contents do not matter, is at least
    /// [`Cells::len`] scalars.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] naming the start for a cost matrix, and if the costs between cells leave the range of
    /// the scalar or forbid every plan; [`ErrorKind::Workspace`] with the length that is needed.
    pub fn fit(target: &Target<'_, '_, T>, memory: &'m mut [T]) -> Result<Self, Error> {
        check_workspace(Cells::len(target)?, memory.len())?;
        let (cloud, problem) = (points(target)?, target.problem);
        let (threads, order) = (target.settings.threads, target.order);
        let mut rest = memory;
        let mut x = Side::new(cloud.x(), problem.a(), order.map(|order| order[0]), threads, &mut rest);
        let mut y = Side::new(cloud.y(), problem.b(), order.map(|order| order[1]), threads, &mut rest);
        let last = x.sizes.last.max(y.sizes.last);
        let (cost, [rho_a, rho_b]) = (cloud.ground_cost(), [problem.rho_a(), problem.rho_b()]);
        let transposed = Transposed(cost);
        let (mut sweeps, mut pairs) = (0, 0);
        for level in (0..=last).rev() {
            if level < last {
                pairs += extend(target, cost, (&mut x, rho_a), (&y, rho_b), level, rest)?;
                pairs += extend(target, transposed.cost(), (&mut y, rho_b), (&x, rho_a), level, rest)?;
            }
            if level > 0 || last == 0 {
                let solved = solve(target, cost, [&mut x, &mut y], (level, level == last), rest)?;
                (sweeps, pairs) = (sweeps + solved.sweeps, pairs + solved.pairs);
                if let Some(observer) = target.observer {
                    observer(&Level { left: level.saturating_sub(1), pairs, ..solved });
                }
            }
        }
        let lens = [problem.rows(), problem.columns()];
        Ok(Cells { sides: [x.finish(), y.finish()], lens, levels: last.max(1), sweeps, pairs })
    }

    /// Returns the number of levels that were solved.
    pub fn levels(&self) -> usize {
        self.levels
    }

    /// Returns the number of sweeps of all levels together.
    pub fn sweeps(&self) -> u32 {
        self.sweeps
    }

    /// Returns the number of pairs that all levels visited, extensions included.
    pub fn pairs(&self) -> u64 {
        self.pairs
    }
}

impl<T: Real> Start<T> for Cells<'_, T> {
    /// # Errors
    /// [`ErrorKind::Length`] naming `f` or `g` for a problem of another size.
    fn write_potentials(&self, _: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let of_sides = [(Argument::F, &mut *out.f), (Argument::G, &mut *out.g)];
        for (((argument, out), [numbers, potential]), len) in of_sides.into_iter().zip(self.sides).zip(self.lens) {
            check_length(argument, out, len)?;
            // It does not matter what points without weight get.
            out.fill(T::ZERO);
            numbers.iter().zip(potential).for_each(|(number, &value)| out[number.to_index() as usize] = value);
        }
        Ok(StartReport::new("cells", Wrote::Both).pairs(self.pairs))
    }
}

/// Returns the points of a problem.
fn points<'t, T: Real>(target: &'t Target<'_, '_, T>) -> Result<&'t PointCloud<'t, T>, Error> {
    target.points("cells needs points, not a cost matrix")
}

/// Returns the settings of a level.
fn level_settings<T: Real>(target: &Target<'_, '_, T>) -> Settings<T> {
    let Settings { threshold, skipping, threads, simd, .. } = *target.settings;
    Settings {
        threshold: threshold.max(T::constant(THRESHOLD)),
        max_sweeps: MAX_SWEEPS,
        storage: Storage::Stream,
        skipping,
        threads,
        simd,
        ..Settings::default()
    }
}

/// Returns the settings of an extension, which is half a sweep.
fn extension_settings<T: Real>(target: &Target<'_, '_, T>) -> Settings<T> {
    Settings { acceleration: Acceleration::Plain, ..level_settings(target) }
}

/// Returns the problem between levels of points, in unscaled costs.
fn problem_between<'p, T: Real>(
    target: &Target<'_, '_, T>,
    cloud: PointCloud<'p, T>,
    [a, b]: [&'p [T]; 2],
    [rho_a, rho_b]: [T; 2],
) -> Result<Problem<'p, T>, Error> {
    Problem::new(cloud)?
        .weights(a, b)?
        .epsilon(Epsilon::Absolute(target.epsilon))?
        .unbalanced(rho_a * target.cost_scale, rho_b * target.cost_scale)
}

/// Solves a level, from the potentials that it has or from zero.
fn solve<T: Real>(
    target: &Target<'_, '_, T>,
    cost: &dyn GroundCost<T>,
    [x, y]: [&mut Side<'_, '_, T>; 2],
    (level, from_zero): (usize, bool),
    work: &mut [T],
) -> Result<Level, Error> {
    let ((x, a, f), (y, b, g)) = (x.parts(level)?, y.parts(level)?);
    let rho = [target.problem.rho_a(), target.problem.rho_b()];
    let problem = problem_between(target, PointCloud::of(x, y, cost), [a, b], rho)?;
    let settings = level_settings(target);
    let workspace = Workspace::ordered(work, &problem, &settings);
    let mut solver = Solver::without_start(&problem, &settings, workspace).map_err(|_| out_of_range())?;
    let (from_coarser, zero) = (Given::both(f, g), Zero);
    let start: &dyn Start<T> = if from_zero { &zero } else { &from_coarser };
    solver.start(start).map_err(|_| out_of_range())?;
    let status = solver.run();
    if status == Status::Infeasible {
        return Err(Error::unsupported(Argument::START, "cells found that infinite costs forbid every plan of cells"));
    }
    let (sweeps, points) = (solver.sweeps(), [f.len(), g.len()]);
    Ok(Level { left: level, points, sweeps, status, pairs: solver.write(f, g) })
}

/// Extends the potential of one side from the level above to this one, by the c-transform of the other side's potential
/// of the level above. Returns the number of pairs that it visited.
fn extend<T: Real>(
    target: &Target<'_, '_, T>,
    cost: &dyn GroundCost<T>,
    (own, own_rho): (&mut Side<'_, '_, T>, T),
    (other, other_rho): (&Side<'_, '_, T>, T),
    level: usize,
    work: &mut [T],
) -> Result<u64, Error> {
    own.guess(level);
    let (points, weights, potential) = own.parts(level)?;
    let cloud = PointCloud::of(points, other.points(level + 1)?, cost);
    let problem = problem_between(target, cloud, [weights, other.weights(level + 1)], [own_rho, other_rho])?;
    let settings = extension_settings(target);
    let workspace = Workspace::ordered(work, &problem, &settings);
    let mut solver = Solver::without_start(&problem, &settings, workspace).map_err(|_| out_of_range())?;
    Ok(solver.transform(potential, other.potential(level + 1)))
}

fn out_of_range() -> Error {
    Error::unsupported(Argument::START, "cells met costs between cells that leave the range of the scalar")
}

/// A cost whose points change places.
struct Transposed<'c, T>(&'c dyn GroundCost<T>);

impl<'c, T: Real> Transposed<'c, T> {
    /// Returns the cost itself if it is one of the library, all of which are symmetric.
    fn cost(&'c self) -> &'c dyn GroundCost<T> {
        if self.0.built_in() == BuiltIn::None { self } else { self.0 }
    }
}

impl<T: Real> GroundCost<T> for Transposed<'_, T> {
    fn name(&self) -> &'static str {
        self.0.name()
    }

    fn cost(&self, x: &[T], y: &[T]) -> T {
        self.0.cost(y, x)
    }
}

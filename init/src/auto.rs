//! The automatic start.

use sinkhorn_core::{
    Error, Problem, Real,
    geometry::Weights,
    start::{Monotone, Select, Start, StartMemory, StartReport, Target},
};

use crate::{CellsStart, CoarseFit, CoarseStart, GaussianStart, SubsampleStart};

/// Tries the starts that apply and takes the one that is worth most, for those who do not want to choose one.
///
/// | problem | candidates |
/// |---|---|
/// | dimension 1, cost convex in x - y | zero, monotone, coarse |
/// | squared Euclidean, other dimensions | zero, Gaussian, coarse |
/// | other costs | zero, coarse |
/// | a cost matrix | zero, subsample |
///
/// From 4 000 points a side on, cells ([`CellsStart`]) take the place of coarse.
///
/// Each is made once and completed at a sample of points, and the one with the largest dual value is kept ([`Select`]).
/// But if representatives are as close to their points as a tenth of epsilon under the squared Euclidean cost, the
/// coarse start leaves so little to do that nothing else is tried. Starts that would cost more than they could save are
/// left out:
///
/// - the Gaussian start if its eigenvalues take longer than sweeps,
/// - the coarse start and the subsample if sides are small (under 128 points),
/// - the coarse start if coordinates are many (over 16) or representatives too far from the points they stand for, and
///   cells if coordinates are many,
/// - the subsample if its small problem shows that the matrix is easy,
/// - mixtures, whose fits take longer than most solves ([`MixtureStart`](crate::MixtureStart)).
///
/// The report has the name of the start that was chosen and the cost of all of them. (Thornton and Cuturi 2022 promise
/// speed with minimal tuning; this start needs none.)
///
/// ```
/// use sinkhorn_core::{PointCloud, Problem, Settings, solve, Workspace};
/// use sinkhorn_init::Auto;
///
/// let x: Vec<f64> = (0..600).map(|k| (k as f64 * 0.7).sin()).collect(); // 300 points of the plane
/// let y: Vec<f64> = (0..600).map(|k| 1.0 + 2.0 * (k as f64 * 1.3).cos()).collect();
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let workspace = Workspace::new(&mut memory, &problem, &settings)?;
/// let solution = solve(&problem, &Auto, &settings, workspace)?;
/// println!("{} after {} sweeps", solution.report().start.name, solution.report().sweeps);
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct Auto;

/// With representatives much farther away than this times epsilon, the coarse start has been no better than the
/// Gaussian one.
const BLUR: f64 = 2.0;

/// The number of points a side from which on a few can stand for all.
const MANY: usize = 128;

/// The number of points a side from which on levels of cells are better than one of representatives.
const MANY_CELLS: usize = 4000;

/// If the small problem of a matrix takes fewer sweeps than this, the matrix is easy, and zero is as good.
const EASY: u32 = 10;

/// The number of coordinates up to which a few points can stand for all.
const FEW_COORDINATES: usize = 16;

impl<T: Real> Start<T> for Auto {
    /// # Errors
    /// Those of the candidates, except for [`ErrorKind::Unsupported`](sinkhorn_core::error::ErrorKind::Unsupported) and
    /// [`ErrorKind::Overflow`](sinkhorn_core::error::ErrorKind::Overflow): zero is always defined.
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let (monotone, gaussian) = (Monotone, GaussianStart::default());
        let mut candidates: Vec<Replay<T>> = Vec::new();
        let mut starts: Vec<&dyn Start<T>> = Vec::new();
        // Collect the starts that apply.
        let has_cells = has_cells(target);
        let coarse = if has_cells { None } else { fit_coarse(target)? };
        let geometry = target.problem.geometry();
        match geometry.cloud() {
            Some(cloud) => {
                if cloud.dimension() == 1 && cloud.ground_cost().is_convex_on_the_line() {
                    starts.push(&monotone);
                } else if cloud.ground_cost().is_squared_euclidean() {
                    if let Some(fit) = coarse.as_ref().filter(|fit| fit.is_sharp(target.epsilon)) {
                        let started = fit.write_potentials(target, out)?;
                        return Ok(started.pairs(started.pairs + fit.pairs()));
                    }
                    if has_cheap_eigenvalues(target.problem, cloud.dimension()) {
                        starts.push(&gaussian);
                    }
                }
            }
            None if geometry.rows().min(geometry.columns()) >= MANY => {
                let small = SubsampleStart::default().write_unless_easy(target, EASY, out);
                if let Some(started) = where_defined(small)?.flatten() {
                    candidates.push(Replay { started, f: out.f.to_vec(), g: out.g.to_vec() });
                }
            }
            None => {}
        }
        // Run each, and choose among what they wrote.
        if let Some(fit) = &coarse {
            starts.push(fit);
        }
        if has_cells {
            starts.push(&CellsStart);
        }
        for start in starts {
            if let Some(started) = where_defined(start.write_potentials(target, out))? {
                candidates.push(Replay { started, f: out.f.to_vec(), g: out.g.to_vec() });
            }
        }
        let fitting = coarse.as_ref().map_or(0, CoarseFit::pairs);
        let cost = fitting + candidates.iter().map(|candidate| candidate.started.pairs).sum::<u64>();
        let candidates: Vec<&dyn Start<T>> = candidates.iter().map(|candidate| candidate as &dyn Start<T>).collect();
        let started = Select::new(&candidates).write_potentials(target, out)?;
        Ok(started.pairs(started.pairs + cost))
    }
}

/// Says whether levels of cells may pay.
fn has_cells<T: Real>(target: &Target<'_, '_, T>) -> bool {
    let problem = target.problem;
    let support = |weights: Weights<'_, T>| (0..weights.len()).filter(|&i| weights.get(i) > T::ZERO).count();
    (1..=FEW_COORDINATES).contains(&problem.geometry().dimension())
        && problem.rows().min(problem.columns()) >= MANY_CELLS
        && support(problem.a()).min(support(problem.b())) >= MANY_CELLS
}

/// Returns the coarse fit, if it may pay.
fn fit_coarse<T: Real>(target: &Target<'_, '_, T>) -> Result<Option<CoarseFit<T>>, Error> {
    let problem = target.problem;
    let is_small = problem.rows().min(problem.columns()) < MANY;
    if is_small || !(1..=FEW_COORDINATES).contains(&problem.geometry().dimension()) {
        return Ok(None);
    }
    where_defined((CoarseStart { blur: Some(BLUR), ..CoarseStart::default() }).fit(target))
}

/// Returns nothing if a candidate is not defined for the problem.
fn where_defined<V>(result: Result<V, Error>) -> Result<Option<V>, Error> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_unsuited_start() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Compares two decompositions of d x d matrices with n m pairs of dimension d: up to about half a streamed sweep is
/// well spent, and small matrices always are.
fn has_cheap_eigenvalues<T: Real>(problem: &Problem<'_, T>, dimension: usize) -> bool {
    let (n, m, d) = (problem.rows() as u128, problem.columns() as u128, dimension as u128);
    dimension <= 16 || 23 * d * d <= n * m
}

/// A start that has run. It writes its potentials again, at no cost.
struct Replay<T> {
    started: StartReport,
    f: Vec<T>,
    g: Vec<T>,
}

impl<T: Real> Start<T> for Replay<T> {
    fn write_potentials(&self, _: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        out.f.copy_from_slice(&self.f);
        out.g.copy_from_slice(&self.g);
        Ok(self.started.pairs(0))
    }
}

//! The start from representatives of the points.

use sinkhorn_core::{
    Error, Float, PointCloud, Real,
    error::{Argument, ErrorKind},
    start::{Carried, Start, StartMemory, StartReport, Target},
};

use crate::representatives::Representatives;
use crate::small::{self, checked_points, solve_small};

/// Starts from the potential between a few representatives of either side, extended to all points: from coarse to fine.
///
/// Each side is replaced by the means of k clusters (a k-d partition and two of Lloyd's steps) with the weights of the
/// clusters. The solver of `sinkhorn-core` finds g between them at the same epsilon. Its c-transform
///
/// f(x) = -epsilon log sum_l beta_l exp((g_l - c(x, z_l)) / epsilon)
///
/// is the start. (Thornton and Cuturi 2022, section 4.4, extend a random subsample in this way:
/// [`SubsampleStart`](crate::SubsampleStart).) It takes points under any cost. Clusters are those of the coordinates,
/// so the cost must accept points between the data. Nothing is random.
///
/// It pays for data that no formula fits: mixtures, rings, bent clouds. It pays most if representatives lie within
/// sqrt(epsilon) of the points they stand for, as in dimension 1 to 3: a few sweeps remain. If they do not
/// ([`CoarseFit::within`] well above epsilon, as in dimension 10) it is worth less than the Gaussian start.
///
/// ```
/// use sinkhorn_core::{PointCloud, Problem, Settings, solve, Workspace};
/// use sinkhorn_init::CoarseStart;
///
/// let x: Vec<f64> = (0..400).map(|k| (k as f64 * 0.7).sin()).collect(); // 200 points of the plane
/// let y: Vec<f64> = (0..400).map(|k| 1.0 + 2.0 * (k as f64 * 1.3).cos()).collect();
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let workspace = Workspace::new(&mut memory, &problem, &settings)?;
/// let solution = solve(&problem, &CoarseStart::default(), &settings, workspace)?;
/// assert_eq!(solution.report().start.name, "coarse");
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default)]
pub struct CoarseStart {
    /// The largest number of representatives a side. `None` stands for sqrt(n m) / 8, at least 32 and at most 512;
    /// under the squared Euclidean cost it takes no more than bring the points within epsilon / 20 (mean squared
    /// distance) of theirs.
    pub representatives: Option<usize>,
    /// The start gives up, as not supported, if points are farther from their representatives than this times epsilon
    /// (mean squared distance, before refinement; squared Euclidean cost). It is for those who have another start.
    /// `None` stands for never.
    pub blur: Option<f64>,
}

/// Representatives within this times epsilon leave little to do: see [`CoarseFit::within`].
const SHARP: f64 = 0.1;

/// Representatives within this times epsilon leave nothing to gain from closer ones.
const NEAR: f64 = 0.05;

/// The fit of [`CoarseStart::fit`]: a start that can be saved and used again, for other points as well.
///
/// ```
/// use sinkhorn_core::{PointCloud, Problem, Settings, Solver, Workspace};
/// use sinkhorn_init::{CoarseFit, CoarseStart};
/// let x: Vec<f64> = (0..400).map(|k| (k as f64 * 0.7).sin()).collect();
/// let y: Vec<f64> = (0..400).map(|k| 1.0 + 2.0 * (k as f64 * 1.3).cos()).collect();
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 2)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let mut solver = Solver::new(&problem, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
/// let saved = serde_json::to_string(&CoarseStart::default().fit(&solver.target())?).unwrap();
///
/// let fit: CoarseFit<f64> = serde_json::from_str(&saved).unwrap();
/// solver.start(&fit)?;
/// solver.run();
/// assert_eq!(solver.finish().report().start.name, "coarse");
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
///
/// A text format must keep every digit for the same bits to come back (with `serde_json` the feature
/// `float_roundtrip`).
#[derive(Debug, Clone, PartialEq)]
#[cfg_attr(feature = "serde", derive(serde::Serialize, serde::Deserialize))]
pub struct CoarseFit<T> {
    dimension: usize,
    /// k x d, the representatives of the second side.
    points: Vec<T>,
    /// k, their weights.
    weights: Vec<T>,
    /// k, in units of the unscaled cost.
    potential: Vec<T>,
    within: [f64; 2],
    sweeps: u32,
    pairs: u64,
}

impl CoarseStart {
    /// Finds the representatives and solves between them. It takes at most k (n + m) distances two times, and k^2 pairs
    /// a sweep.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] naming the start for 0 representatives or a blur that is not positive;
    /// [`ErrorKind::Unsupported`] for a matrix; [`ErrorKind::Overflow`] if points are so far apart, or epsilon so
    /// small, that costs of representatives leave the range.
    pub fn fit<T: Real>(&self, target: &Target<'_, '_, T>) -> Result<CoarseFit<T>, Error> {
        let problem = target.problem;
        let count = checked_points(self.representatives, problem.rows(), problem.columns())?;
        if let Some(value) = self.blur.filter(|blur| !(*blur > 0.0)) {
            return Err(Error::new(Argument::START, ErrorKind::NotPositive { value }));
        }
        let cloud = target.points("coarse needs points, not a cost matrix")?;
        let epsilon = target.epsilon.widen();
        let is_distance = cloud.ground_cost().is_squared_euclidean();
        let near = if is_distance && self.representatives.is_none() { NEAR * epsilon } else { 0.0 };
        let far = self.blur.filter(|_| is_distance).map_or(f64::INFINITY, |blur| blur * epsilon);
        // Find the representatives of both sides.
        let of = |points, weights| {
            let reason = "coarse would represent points by others that are too far away";
            Representatives::of(points, weights, count, near, far).ok_or(Error::unsupported(Argument::START, reason))
        };
        let (of_x, of_y) = (of(cloud.x(), problem.a())?, of(cloud.y(), problem.b())?);
        let narrow = |values: &[f64]| values.iter().map(|&value| T::constant(value)).collect::<Vec<T>>();
        let (x, y) = (narrow(&of_x.points), narrow(&of_y.points));
        let (a, mut b) = (narrow(&of_x.masses), narrow(&of_y.masses));
        if !x.iter().chain(&y).all(|&value| Float::is_finite(value)) {
            return Err(Error::new(Argument::START, ErrorKind::Overflow));
        }
        // Solve between them.
        let geometry = PointCloud::new(&x, &y, cloud.dimension(), cloud.ground_cost())?;
        let (potential, sweeps, pairs) = solve_small(geometry.into(), &a, &mut b, target)?;
        Ok(CoarseFit {
            dimension: cloud.dimension(),
            points: y,
            weights: b,
            potential,
            within: [of_x.within, of_y.within],
            sweeps,
            pairs: of_x.pairs + of_y.pairs + pairs,
        })
    }
}

impl<T> CoarseFit<T> {
    /// Returns the number of representatives of the second side.
    pub fn representatives(&self) -> usize {
        self.weights.len()
    }

    /// Returns the number of accelerated sweeps that the small problem took to 1e-3, at most 200.
    pub fn sweeps(&self) -> u32 {
        self.sweeps
    }

    /// Returns the mean squared distance of the points of either side to their representatives. Under the squared
    /// Euclidean cost, little is left to do if it is below a tenth of epsilon, and the fit is crude if it is far above
    /// epsilon.
    pub fn within(&self) -> [f64; 2] {
        self.within
    }

    /// Says whether both sides are within a tenth of this epsilon, in units of the unscaled cost.
    pub(crate) fn is_sharp<S: Real>(&self, epsilon: S) -> bool {
        self.within.iter().all(|&within| within <= SHARP * epsilon.widen())
    }

    /// Returns the number of pairs of points that the fit visited.
    pub fn pairs(&self) -> u64 {
        self.pairs
    }
}

impl<T: Real> Start<T> for CoarseFit<T> {
    /// Writes f, and visits n k pairs.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for a fit that was tampered with, and those of [`Carried`] as a start.
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let is_finite = |values: &[T]| values.iter().all(|&value| value.is_finite());
        let count = self.weights.len();
        let sizes_agree = count == self.potential.len() && count.checked_mul(self.dimension) == Some(self.points.len());
        if !(sizes_agree && count > 0 && is_finite(&self.points) && is_finite(&self.potential)) {
            let reason = "the coarse fit is damaged: its sizes disagree or an entry is not finite";
            return Err(Error::unsupported(Argument::START, reason));
        }
        let potential: Vec<T> = self.potential.iter().map(|&value| value / target.cost_scale).collect();
        let carried = Carried::from_g(&self.points, self.dimension, Some(&self.weights), &potential)?;
        let StartReport { pairs, .. } = carried.write_potentials(target, out)?;
        Ok(small::report("coarse", pairs, self.sweeps))
    }
}

impl<T: Real> Start<T> for CoarseStart {
    /// Fits as [`CoarseStart::fit`] does, then visits n k pairs.
    ///
    /// # Errors
    /// Those of [`CoarseStart::fit`].
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let fit = self.fit(target)?;
        let started = fit.write_potentials(target, out)?;
        Ok(started.pairs(started.pairs + fit.pairs))
    }
}

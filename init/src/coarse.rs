use serde::{Deserialize, Serialize};
use sinkhorn_core::{
    Argument, Carried, Error, ErrorKind, Initializer, PointCloud, Real, Scratch, Started, Target, Wrote,
};

use crate::representatives::Representatives;
use crate::small::{LIMIT_NOTE, MAX_SWEEPS, checked_points, solve_small};

/// From coarse to fine: the potential between a few representatives of either side, extended to all points.
///
/// Each side is replaced by the means of k clusters (a k-d partition and two of Lloyd's steps) with the weights of the
/// clusters; this crate's solver finds g between them at the same epsilon; its c-transform
///
/// f(x) = -epsilon log sum_l beta_l exp((g_l - c(x, z_l)) / epsilon)
///
/// is the start (Thornton and Cuturi 2022, section 4.4, extend a random subsample so:
/// [`SubsampleStart`](crate::SubsampleStart)). For points under any cost; clusters are those of the coordinates, so the
/// cost must accept points between the data. Nothing is random.
///
/// It pays where no formula holds - mixtures, rings, bent clouds - and most where representatives lie within
/// sqrt(epsilon) of the points they stand for, in dimension 1 to 3: a few sweeps remain. Where they do not
/// ([`CoarseFit::within`] well above epsilon; dimension 10, say) it is worth less than the Gaussian start.
///
/// ```
/// use sinkhorn_core::{PointCloud, Problem, Settings, Workspace, solve};
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
    /// Representatives a side, at most. `None`: sqrt(n m) / 8, at least 32 and at most 512; and under the squared Euclidean cost no more than bring the points within epsilon / 20 (mean squared
    /// distance) of theirs.
    pub representatives: Option<usize>,
    /// Gives up, as not supported, where points are farther from their representatives than this times epsilon (mean
    /// squared distance, before refinement; squared Euclidean cost): for those who have another start. `None`: never.
    pub blur: Option<f64>,
}

/// Of epsilon: see [`CoarseFit::within`].
const SHARP: f64 = 0.1;

/// Of epsilon: representatives as close as that leave nothing to gain from closer ones.
const NEAR: f64 = 0.05;

/// What [`CoarseStart::fit`] found: a start that can be saved and used again, for other points as well.
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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CoarseFit<T> {
    dimension: usize,
    /// k x d.
    points: Vec<T>,
    /// k.
    weights: Vec<T>,
    /// k, in units of the unscaled cost.
    potential: Vec<T>,
    within: [f64; 2],
    sweeps: u32,
    pairs: u64,
}

impl CoarseStart {
    /// Finds the representatives and solves between them. At most k (n + m) distances two times, and k^2 pairs a sweep.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`] naming the start for 0 representatives or a blur that is not positive; [`ErrorKind::Unsupported`] for a matrix;
    /// [`ErrorKind::Overflow`] where points are so far apart, or epsilon so small, that costs of representatives leave the
    /// range.
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
        let of = |points, weights| {
            let reason = "coarse would represent points by others that are too far away";
            Representatives::of(points, weights, count, near, far).ok_or(Error::unsupported(Argument::START, reason))
        };
        let (of_x, of_y) = (of(cloud.x(), problem.a())?, of(cloud.y(), problem.b())?);
        let narrow = |values: &[f64]| values.iter().map(|&value| T::constant(value)).collect::<Vec<T>>();
        let (x, y) = (narrow(&of_x.points), narrow(&of_y.points));
        let (a, mut b) = (narrow(&of_x.masses), narrow(&of_y.masses));
        if !x.iter().chain(&y).all(|&value| Real::is_finite(value)) {
            return Err(Error::new(Argument::START, ErrorKind::Overflow));
        }
        let geometry = PointCloud::new(&x, &y, cloud.dimension(), cloud.ground_cost())?;
        let small = solve_small(geometry.into(), &a, &mut b, target)?;
        Ok(CoarseFit {
            dimension: cloud.dimension(),
            points: y,
            weights: b,
            potential: small.g,
            within: [of_x.within, of_y.within],
            sweeps: small.sweeps,
            pairs: of_x.pairs + of_y.pairs + small.pairs,
        })
    }
}

impl<T> CoarseFit<T> {
    /// Representatives of the second side.
    pub fn representatives(&self) -> usize {
        self.weights.len()
    }

    /// Accelerated sweeps to 1e-3 that the small problem took, of at most 200.
    pub fn sweeps(&self) -> u32 {
        self.sweeps
    }

    /// Mean squared distance of the points of either side to their representatives. Where it is below a tenth of
    /// epsilon, under the squared Euclidean cost, little is left to do; far above epsilon the fit is crude.
    pub fn within(&self) -> [f64; 2] {
        self.within
    }

    /// Whether both sides are within a tenth of this epsilon, in units of the unscaled cost.
    pub(crate) fn is_sharp<S: Real>(&self, epsilon: S) -> bool {
        self.within.iter().all(|&within| within <= SHARP * epsilon.widen())
    }

    /// Pairs of points that the fit visited.
    pub fn pairs(&self) -> u64 {
        self.pairs
    }
}

impl<T: Real> Initializer<T> for CoarseFit<T> {
    fn name(&self) -> &'static str {
        "coarse"
    }

    /// Writes f: n k pairs.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for a fit that was tampered with, and those of [`Carried`] as a start.
    fn initialize(
        &self,
        target: &Target<'_, '_, T>,
        f: &mut [T],
        g: &mut [T],
        scratch: &mut Scratch<'_, T>,
    ) -> Result<Started, Error> {
        let is_finite = |values: &[T]| values.iter().all(|&value| value.is_finite());
        let count = self.weights.len();
        let sizes_agree = count == self.potential.len() && count.checked_mul(self.dimension) == Some(self.points.len());
        if !(sizes_agree && count > 0 && is_finite(&self.points) && is_finite(&self.potential)) {
            let reason = "the coarse fit is damaged: its sizes disagree or an entry is not finite";
            return Err(Error::unsupported(Argument::START, reason));
        }
        let potential: Vec<T> = self.potential.iter().map(|&value| value / target.cost_scale).collect();
        let carried = Carried::from_g(&self.points, self.dimension, Some(&self.weights), &potential)?;
        let Started { pairs, .. } = carried.initialize(target, f, g, scratch)?;
        let started = Started::new("coarse", Wrote::F).pairs(pairs);
        Ok(if self.sweeps < MAX_SWEEPS { started } else { started.note(LIMIT_NOTE) })
    }
}

impl<T: Real> Initializer<T> for CoarseStart {
    fn name(&self) -> &'static str {
        "coarse"
    }

    /// [`CoarseStart::fit`], then n k pairs.
    ///
    /// # Errors
    /// Those of [`CoarseStart::fit`].
    fn initialize(
        &self,
        target: &Target<'_, '_, T>,
        f: &mut [T],
        g: &mut [T],
        scratch: &mut Scratch<'_, T>,
    ) -> Result<Started, Error> {
        let fit = self.fit(target)?;
        let started = fit.initialize(target, f, g, scratch)?;
        Ok(started.pairs(started.pairs + fit.pairs))
    }
}

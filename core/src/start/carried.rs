use super::{Side, Start, StartMemory, StartReport, Target};
use crate::cost::{GroundCost, SquaredEuclidean};
use crate::error::{Argument, Error, ErrorKind, check_length};
use crate::measure::{Points, Weights, check_finite_vector};
use crate::real::Real;

/// Starts from potentials of another solve, carried to the points of this one by the c-transform: a warm start.
///
/// The other solve may have had other points on both sides, any number of them, other weights, another epsilon: points
/// that have moved, a coarser or a smaller sample, a frame of a moving scene. From its points y', weights b' and
/// potential g',
///
/// f(x) = -tau epsilon log sum_j b'_j exp((g'_j - c(x, y'_j)) / epsilon)
///
/// at the x and with the epsilon of this problem (Thornton and Cuturi 2022, section 4.4; the out-of-sample potential of
/// Pooladian and Niles-Weed 2021). If only the weights have changed, [`Given`](super::Given) will do.
///
/// ```
/// use sinkhorn_core::{PointCloud, Problem, Settings, solve, start::{Carried, Monotone}, Workspace};
/// let (x, y) = ([0.0, 1.0, 2.0], [0.5, 2.5]);
/// let problem = Problem::new(PointCloud::squared_euclidean(&x, &y, 1)?)?;
/// let settings = Settings::default();
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let before = solve(&problem, &Monotone, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
///
/// let moved = [0.1, 0.9, 1.6, 2.2]; // and one more than before
/// let problem = Problem::new(PointCloud::squared_euclidean(&moved, &y, 1)?)?;
/// let mut memory = vec![0.0; Workspace::len(&problem, &settings)?];
/// let warm = Carried::from_g(&y, 1, None, before.g())?;
/// let after = solve(&problem, &warm, &settings, Workspace::new(&mut memory, &problem, &settings)?)?;
/// assert_eq!(after.report().start.name, "carried");
/// # Ok::<(), sinkhorn_core::Error>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct Carried<'a, T> {
    points: Points<'a, T>,
    weights: Weights<'a, T>,
    potential: &'a [T],
    writes: Side,
}

impl<'a, T: Real> Carried<'a, T> {
    /// Carries g, in units of (scaled) cost, from points `y` (row-major) with weights `b` (equal ones for `None`), and
    /// writes f.
    ///
    /// # Errors
    /// Those of [`Points::new`] and [`Weights::new`]; [`ErrorKind::Length`] and [`ErrorKind::NotFinite`] for `g`.
    pub fn from_g(y: &'a [T], dimension: usize, b: Option<&'a [T]>, g: &'a [T]) -> Result<Self, Error> {
        Carried::new((Argument::Y, y), dimension, (Argument::B, b), (Argument::G, g), Side::F)
    }

    /// Carries f from points `x` with weights `a`, and writes g.
    ///
    /// # Errors
    /// Those of [`Carried::from_g`], of the other side.
    pub fn from_f(x: &'a [T], dimension: usize, a: Option<&'a [T]>, f: &'a [T]) -> Result<Self, Error> {
        Carried::new((Argument::X, x), dimension, (Argument::A, a), (Argument::F, f), Side::G)
    }

    fn new(
        (name, points): (Argument, &'a [T]),
        dimension: usize,
        (of_weights, weights): (Argument, Option<&'a [T]>),
        (of_potential, potential): (Argument, &'a [T]),
        writes: Side,
    ) -> Result<Self, Error> {
        let points = Points::new(name, points, dimension)?;
        let weights = match weights {
            Some(values) => Weights::of_length(of_weights, values, points.len())?,
            None => Weights::uniform(of_weights, points.len())?,
        };
        check_length(of_potential, potential, points.len())?;
        check_finite_vector(of_potential, potential)?;
        Ok(Carried { points, weights, potential, writes })
    }
}

impl<T: Real> Start<T> for Carried<'_, T> {
    /// # Errors
    /// [`ErrorKind::Unsupported`] for a matrix; [`ErrorKind::Length`] naming the dimension if that of the points is
    /// another.
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        let cloud = target.points("carried needs points, not a cost matrix")?;
        let (expected, actual) = (cloud.dimension(), self.points.dimension());
        if expected != actual {
            return Err(Error::new(Argument::DIMENSION, ErrorKind::Length { expected, actual }));
        }
        let side = match self.writes {
            Side::G => (cloud.y(), target.problem.rho_b(), &mut *out.g),
            _ => (cloud.x(), target.problem.rho_a(), &mut *out.f),
        };
        let pairs = side.2.len() as u64 * self.points.len() as u64;
        // Two calls, so that the usual cost is compiled into the loop.
        if cloud.ground_cost().is_squared_euclidean() {
            self.extend(target, &SquaredEuclidean, side);
        } else {
            self.extend(target, cloud.ground_cost(), side);
        }
        Ok(StartReport::new("carried", self.writes).pairs(pairs))
    }
}

impl<T: Real> Carried<'_, T> {
    /// Writes the c-transform at the points `to` of the side with this rho.
    fn extend(
        &self,
        target: &Target<'_, '_, T>,
        cost: &(impl GroundCost<T> + ?Sized),
        (to, rho, out): (Points<'_, T>, T, &mut [T]),
    ) {
        for (i, value) in out.iter_mut().enumerate() {
            let to = to.point(i);
            *value = target.c_transform(rho, self.points.len(), &|j| {
                let from = self.points.point(j);
                let cost = if self.writes == Side::G { cost.cost(from, to) } else { cost.cost(to, from) };
                (self.weights.get(j), target.cost_scale * self.potential[j] - cost)
            });
        }
    }
}

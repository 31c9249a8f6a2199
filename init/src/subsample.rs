use rand_linfa::SeedableRng;
use rand_linfa::seq::index;
use rand_xoshiro_linfa::Xoshiro256PlusPlus;
use sinkhorn_core::{
    Carried, CostMatrix, Error, Geometry, Initializer, PointCloud, Points, Real, Scratch, Started, Target, Weights,
    Wrote, Zero,
};

use crate::small::{LIMIT_NOTE, MAX_SWEEPS, checked_points, solve_small};

/// The potential between random parts of both sides, extended to all points by its c-transform (Thornton and Cuturi
/// 2022, section 4.4).
///
/// For any cost, and for a cost matrix. [`CoarseStart`](crate::CoarseStart) does better between points: a sample has
/// its own holes and clumps, and the potential follows them.
#[derive(Debug, Clone, Copy, Default)]
pub struct SubsampleStart {
    /// Points a side, at most. `None`: sqrt(n m) / 8, at least 32 and at most 512.
    pub points: Option<usize>,
    /// Chooses the sample; the same seed, the same bits.
    pub seed: u64,
}

impl<T: Real> Initializer<T> for SubsampleStart {
    fn name(&self) -> &'static str {
        "subsample"
    }

    /// k^2 pairs a sweep of the small problem, and n k for the extension.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`](sinkhorn_core::ErrorKind::NotPositive) naming the start for 0 points; [`ErrorKind::Overflow`](sinkhorn_core::ErrorKind::Overflow) where the small problem leaves the
    /// range.
    fn initialize(
        &self,
        target: &Target<'_, '_, T>,
        f: &mut [T],
        g: &mut [T],
        scratch: &mut Scratch<'_, T>,
    ) -> Result<Started, Error> {
        match self.initialize_if_slow(target, 0, f, g, scratch)? {
            Some(started) => Ok(started),
            None => Zero.initialize(target, f, g, scratch),
        }
    }
}

impl SubsampleStart {
    /// As [`Initializer::initialize`]; nothing is written where the small problem takes fewer sweeps than `least`: it
    /// is easy then, and so is the large one.
    pub(crate) fn initialize_if_slow<T: Real>(
        &self,
        target: &Target<'_, '_, T>,
        least: u32,
        f: &mut [T],
        g: &mut [T],
        scratch: &mut Scratch<'_, T>,
    ) -> Result<Option<Started>, Error> {
        let problem = target.problem;
        let count = checked_points(self.points, problem.rows(), problem.columns())?;
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        let (rows, a) = draw(problem.a(), count, &mut generator);
        let (columns, mut b) = draw(problem.b(), count, &mut generator);
        let (pairs, sweeps) = match problem.geometry() {
            Geometry::Points(cloud) => {
                let (x, y) = (gather(cloud.x(), &rows), gather(cloud.y(), &columns));
                let geometry = PointCloud::new(&x, &y, cloud.dimension(), cloud.ground_cost())?;
                let mut small = solve_small(geometry.into(), &a, &mut b, target)?;
                if small.sweeps < least {
                    return Ok(None);
                }
                small.g.iter_mut().for_each(|value| *value /= target.cost_scale);
                let carried = Carried::from_g(&y, cloud.dimension(), Some(&b), &small.g)?;
                (small.pairs + carried.initialize(target, f, g, scratch)?.pairs, small.sweeps)
            }
            Geometry::Matrix(matrix) => {
                let costs: Vec<T> =
                    rows.iter().flat_map(|&i| columns.iter().map(move |&j| matrix.cost(i, j))).collect();
                let geometry = CostMatrix::row_major(&costs, rows.len(), columns.len())?;
                let small = solve_small(geometry.into(), &a, &mut b, target)?;
                if small.sweeps < least {
                    return Ok(None);
                }
                extend(matrix, &columns, &b, &small.g, target, f);
                (small.pairs + (f.len() * columns.len()) as u64, small.sweeps)
            }
        };
        let started = Started::new("subsample", Wrote::F).pairs(pairs);
        Ok(Some(if sweeps < MAX_SWEEPS { started } else { started.note(LIMIT_NOTE) }))
    }
}

/// Up to `count` places that have weight, in order, and their weights scaled to the total.
fn draw<T: Real>(weights: Weights<'_, T>, count: usize, generator: &mut Xoshiro256PlusPlus) -> (Vec<usize>, Vec<T>) {
    let mut places: Vec<usize> = (0..weights.len()).filter(|&i| weights.get(i) > T::ZERO).collect();
    if count < places.len() {
        let mut chosen = index::sample(generator, places.len(), count).into_vec();
        chosen.sort_unstable(); // in memory order
        places = chosen.into_iter().map(|k| places[k]).collect();
    }
    // In double precision, and divided first: a sum of a few of the smallest weights may have no finite inverse.
    let sum: f64 = places.iter().map(|&i| weights.get(i).widen()).sum();
    let values = places.iter().map(|&i| T::constant(weights.get(i).widen() / sum * weights.total().widen())).collect();
    (places, values)
}

fn gather<T: Real>(points: Points<'_, T>, places: &[usize]) -> Vec<T> {
    places.iter().flat_map(|&i| points.point(i)).copied().collect()
}

/// f_i = -tau epsilon log sum_l b_l exp((g_l - C_il) / epsilon) over the chosen columns.
fn extend<T: Real>(
    matrix: &CostMatrix<'_, T>,
    columns: &[usize],
    b: &[T],
    g: &[T],
    target: &Target<'_, '_, T>,
    f: &mut [T],
) {
    for (i, value) in f.iter_mut().enumerate() {
        let term = |l: usize| (b[l], g[l] - matrix.cost(i, columns[l]));
        *value = target.c_transform(target.problem.rho_a(), columns.len(), &term);
    }
}

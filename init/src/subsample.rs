//! The start from a random part of both sides.

use rand_linfa::SeedableRng;
use rand_linfa::seq::index;
use rand_xoshiro_linfa::Xoshiro256PlusPlus;
use sinkhorn_core::{
    CostMatrix, Error, PointCloud, Real,
    geometry::{Geometry, Points, Weights},
    start::{Carried, Start, StartMemory, StartReport, Target, Zero},
};

use crate::small::{self, checked_points, solve_small};

/// Starts from the potential between random parts of both sides, extended to all points by its c-transform (Thornton
/// and Cuturi 2022, section 4.4).
///
/// It takes any cost, and a cost matrix. [`CoarseStart`](crate::CoarseStart) does better between points: a sample has
/// its own holes and clumps, and the potential follows them.
#[derive(Debug, Clone, Copy, Default)]
pub struct SubsampleStart {
    /// The largest number of points a side. `None` stands for sqrt(n m) / 8, at least 32 and at most 512.
    pub points: Option<usize>,
    /// The seed of the sample. The same seed gives the same bits.
    pub seed: u64,
}

impl<T: Real> Start<T> for SubsampleStart {
    /// Visits k^2 pairs a sweep of the small problem, and n k for the extension.
    ///
    /// # Errors
    /// [`ErrorKind::NotPositive`](sinkhorn_core::error::ErrorKind::NotPositive) naming the start for 0 points;
    /// [`ErrorKind::Overflow`](sinkhorn_core::error::ErrorKind::Overflow) if the small problem leaves the range.
    fn write_potentials(&self, target: &Target<'_, '_, T>, out: &mut StartMemory<'_, T>) -> Result<StartReport, Error> {
        match self.write_unless_easy(target, 0, out)? {
            Some(started) => Ok(started),
            None => Zero.write_potentials(target, out),
        }
    }
}

impl SubsampleStart {
    /// Does what [`Start::write_potentials`] does, unless the small problem takes fewer sweeps than `least`. It is easy
    /// then, and so is the large one: nothing is written.
    pub(crate) fn write_unless_easy<T: Real>(
        &self,
        target: &Target<'_, '_, T>,
        least: u32,
        out: &mut StartMemory<'_, T>,
    ) -> Result<Option<StartReport>, Error> {
        let problem = target.problem;
        let count = checked_points(self.points, problem.rows(), problem.columns())?;
        let mut generator = Xoshiro256PlusPlus::seed_from_u64(self.seed);
        let (rows, a) = draw(problem.a(), count, &mut generator);
        let (columns, mut b) = draw(problem.b(), count, &mut generator);
        let geometry = problem.geometry();
        let (x, y, costs);
        let small_geometry: Geometry<'_, T> = if let Some(cloud) = geometry.cloud() {
            (x, y) = (gather(cloud.x(), &rows), gather(cloud.y(), &columns));
            PointCloud::new(&x, &y, cloud.dimension(), cloud.ground_cost())?.into()
        } else {
            y = Vec::new();
            let pairs = rows.iter().flat_map(|&i| columns.iter().map(move |&j| (i, j)));
            costs = pairs.map(|(i, j)| geometry.cost(i, j)).collect::<Vec<T>>();
            CostMatrix::row_major(&costs, rows.len(), columns.len())?.into()
        };
        let (mut potential, sweeps, small_pairs) = solve_small(small_geometry, &a, &mut b, target)?;
        if sweeps < least {
            return Ok(None);
        }
        let pairs = if let Some(cloud) = geometry.cloud() {
            potential.iter_mut().for_each(|value| *value /= target.cost_scale);
            let carried = Carried::from_g(&y, cloud.dimension(), Some(&b), &potential)?;
            carried.write_potentials(target, out)?.pairs
        } else {
            // f_i = -tau epsilon log sum_l b_l exp((g_l - C_il) / epsilon), a sum over the chosen columns.
            for (i, value) in out.f.iter_mut().enumerate() {
                let term = |l: usize| (b[l], potential[l] - geometry.cost(i, columns[l]));
                *value = target.c_transform(problem.rho_a(), columns.len(), &term);
            }
            (out.f.len() * columns.len()) as u64
        };
        Ok(Some(small::report("subsample", small_pairs + pairs, sweeps)))
    }
}

/// Draws up to `count` places that have weight, in order. Returns them, and their weights scaled to the total.
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

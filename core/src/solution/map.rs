//! Barycentric images of the points, and potentials and maps at new points.

use super::Solution;
use super::blocks::ROWS;
use crate::error::{Argument, Error, ErrorKind, Place, check_length};
use crate::geometry::PointCloud;
use crate::measure::{Points, Weights};
use crate::real::Real;
use crate::reduce::{is_finite, power_shares};
use crate::sweep::is_safe;
use crate::vector::PANEL;

/// The number of coordinates of images that are computed at a time.
const COORDINATES: usize = if cfg!(feature = "simd") { 64 } else { 4 };

/// Fewer coordinates than these fill no vector.
const FEW: usize = 16;

/// One side of a problem, as seen from a point of the other side.
struct Opposite<'s, T: Real> {
    points: Points<'s, T>,
    weights: Weights<'s, T>,
    potential: &'s [T],
    tau: T,
}

impl<T: Real> Solution<'_, T> {
    /// Writes the barycentric projection of every x_i, sum_j P_ij y_j / sum_j P_ij, into `out` (n x d, row-major). A
    /// point without mass goes as one of infinitesimal mass would. A point whose pairs are all forbidden stays.
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for a cost matrix, and [`ErrorKind::Length`] naming `output`. [`ErrorKind::Overflow`]
    /// naming `y` if its points are so far apart that a mean of them leaves the range, and [`ErrorKind::TooFar`] naming
    /// `x` for a point whose costs do (the points before it have been written).
    pub fn barycentric_map(&self, out: &mut [T]) -> Result<(), Error> {
        let cloud = self.cloud()?;
        let (n, d) = (self.f.len(), cloud.dimension());
        check_length(Argument::OUTPUT, out, n * d)?;
        #[cfg(feature = "skipping")]
        let listed = self.write_listed_images(cloud, out);
        #[cfg(not(feature = "skipping"))]
        let listed = false;
        self.each_block_of_rows(d, out, &|i, out| {
            let mut sums = [T::ZERO; ROWS];
            if !listed {
                self.write_images(i, cloud, out, &mut sums);
            }
            let mut found = Ok(());
            for (i, (image, sum)) in (i..).zip(out.chunks_exact_mut(d).zip(sums)) {
                let is_listed = listed && self.scaled.problem.a().get(i) > T::ZERO;
                let mut own = Ok(());
                if !(is_listed || is_safe(sum)) {
                    own = self.image_of(i, cloud, cloud.x().point(i), image);
                }
                // No image that is not finite stays, also after the first error.
                found = found.and(own.and(check_image(image)));
            }
            found
        })
    }

    /// Writes the entropic map at new points (k x d, row-major) into `out` (k x d): sum_j w_j y_j / sum_j w_j with w_j
    /// = b_j exp((g_j - c(x, y_j)) / epsilon). It extends the barycentric projection beyond the points of the problem
    /// (Pooladian and Niles-Weed 2021).
    ///
    /// # Errors
    /// [`ErrorKind::Unsupported`] for a cost matrix, [`ErrorKind::Length`] naming `output`, and those of
    /// [`Points::new`] naming `x`. [`ErrorKind::TooFar`] for a point so far away that its costs are infinite, and
    /// [`ErrorKind::Overflow`] naming `y` as in [`Solution::barycentric_map`] (other points may have been written).
    pub fn map_at(&self, x: &[T], out: &mut [T]) -> Result<(), Error> {
        let cloud = self.cloud()?;
        let d = cloud.dimension();
        let points = Points::new(Argument::X, x, d)?;
        check_length(Argument::OUTPUT, out, x.len())?;
        self.each_block_of_rows(d, out, &|first, out| {
            for (k, image) in (first..).zip(out.chunks_exact_mut(d)) {
                self.image_of(k, cloud, points.point(k), image)?;
                check_image(image)?;
            }
            Ok(())
        })
    }

    /// Writes f at new points (k x d, row-major) into `out` (k):
    /// f(x) = -tau_a epsilon log sum_j b_j exp((g_j - c(x, y_j)) / epsilon). At the points of the problem it is f.
    ///
    /// # Errors
    /// Those of [`Solution::map_at`].
    pub fn f_at(&self, x: &[T], out: &mut [T]) -> Result<(), Error> {
        let cloud = self.cloud()?;
        let side = self.side_of_y(cloud);
        self.potentials_at(Argument::X, x, side, |x, y| cloud.ground_cost().cost(x, y), out)
    }

    /// Writes g at new points, as [`Solution::f_at`] does f.
    ///
    /// # Errors
    /// Those of [`Points::new`] naming `y`, else those of [`Solution::map_at`].
    pub fn g_at(&self, y: &[T], out: &mut [T]) -> Result<(), Error> {
        let cloud = self.cloud()?;
        let p = &self.scaled;
        let side = Opposite { points: cloud.x(), weights: p.problem.a(), potential: self.f, tau: p.tau_b() };
        self.potentials_at(Argument::Y, y, side, |y, x| cloud.ground_cost().cost(x, y), out)
    }

    fn side_of_y<'s>(&'s self, cloud: &PointCloud<'s, T>) -> Opposite<'s, T> {
        let p = &self.scaled;
        Opposite { points: cloud.y(), weights: p.problem.b(), potential: self.g, tau: p.tau_a() }
    }

    fn cloud(&self) -> Result<&PointCloud<'_, T>, Error> {
        let reason = "a cost matrix has no points";
        self.scaled.problem.geometry().cloud().ok_or(Error::unsupported(Argument::COST, reason))
    }

    fn potentials_at(
        &self,
        argument: Argument,
        data: &[T],
        side: Opposite<'_, T>,
        cost: impl Fn(&[T], &[T]) -> T + Sync,
        out: &mut [T],
    ) -> Result<(), Error> {
        let points = Points::new(argument, data, side.points.dimension())?;
        check_length(Argument::OUTPUT, out, points.len())?;
        self.each_block_of_rows(1, out, &|first, out| {
            for (k, value) in (first..).zip(out) {
                let point = points.point(k);
                let exponent = |j: usize| self.exponent(&side, j, |other| cost(point, other));
                let (largest, sum) = power_shares(side.points.len(), &exponent, |_, _| {});
                if !largest.is_finite() {
                    return Err(Error::new(argument, ErrorKind::TooFar { place: Place::entry(k) }));
                }
                let potential = -side.tau * (largest + sum.log2()) / (self.scaled.s * self.scaled.unit);
                if !potential.is_finite() {
                    return Err(Error::new(argument, ErrorKind::Overflow));
                }
                *value = potential;
            }
            Ok(())
        })
    }

    /// Returns log2 of w_j exp((potential_j - cost_j) / epsilon), or nothing if the weight is zero.
    fn exponent(&self, side: &Opposite<'_, T>, j: usize, cost: impl Fn(&[T]) -> T) -> Option<T> {
        let (s, unit) = (self.scaled.s, self.scaled.unit);
        let weight = side.weights.get(j);
        (weight > T::ZERO).then(|| weight.log2() + s * (side.potential[j] * unit - cost(side.points.point(j))))
    }

    /// Writes the images of the x with weight over the pairs that matter. Returns false if there are no lists of them.
    #[cfg(feature = "skipping")]
    fn write_listed_images(&self, cloud: &PointCloud<'_, T>, out: &mut [T]) -> bool {
        let Some(listed) = &self.listed else { return false };
        let (y, d) = (cloud.y(), cloud.dimension());
        let origin = y.point(0);
        let value = |k: usize, j: usize| if k < d { y.point(j)[k] - origin[k] } else { T::ONE };
        listed.row_sums(d + 1, &value, &mut |i, sums| {
            for (k, value) in out[i * d..(i + 1) * d].iter_mut().enumerate() {
                *value = origin[k] + sums[k] / sums[d];
            }
        });
        true
    }

    /// Writes the images of the rows from i on by the exponentials of the sweeps, and the sums of these. An image whose
    /// sum is not safe means nothing.
    fn write_images(&self, i: usize, cloud: &PointCloud<'_, T>, out: &mut [T], sums: &mut [T; ROWS]) {
        let (y, d) = (cloud.y(), cloud.dimension());
        let origin = y.point(0);
        let rows = i..i + out.len() / d;
        out.fill(T::ZERO);
        self.each_panel(rows.clone(), |columns, shares, own| {
            sums.iter_mut().zip(own).for_each(|(total, own)| *total += *own);
            for first in (0..d).step_by(COORDINATES) {
                // Some coordinates of these y, relative to the first y.
                let (some, count) = (first..d.min(first + COORDINATES), columns.len());
                let mut values = [T::ZERO; COORDINATES * PANEL];
                if some.len() < FEW || !self.scaled.instructions.has_vectors() {
                    // One line a coordinate: sums along the columns are then in vectors.
                    for (k, line) in some.clone().zip(values.chunks_exact_mut(count)) {
                        columns.clone().zip(&mut *line).for_each(|(j, value)| *value = y.point(j)[k] - origin[k]);
                        let mut part = [T::ZERO; ROWS];
                        T::times_vector(self.scaled.instructions, shares, line, &mut part[..rows.len()]);
                        out.chunks_exact_mut(d).zip(part).for_each(|(image, part)| image[k] += part);
                    }
                    continue;
                }
                // One line a point: all coordinates are summed side by side.
                let values = &mut values[..count * some.len()];
                for (j, line) in columns.clone().zip(values.chunks_exact_mut(some.len())) {
                    let pairs = y.point(j)[some.clone()].iter().zip(&origin[some.clone()]);
                    line.iter_mut().zip(pairs).for_each(|(value, (&y, &from))| *value = y - from);
                }
                for (image, shares) in out.chunks_exact_mut(d).zip(shares.chunks_exact(count)) {
                    T::add_rows(self.scaled.instructions, shares, values, &mut image[some.clone()]);
                }
            }
        });
        for (image, &sum) in out.chunks_exact_mut(d).zip(&*sums) {
            image.iter_mut().zip(origin).for_each(|(value, &from)| *value = from + *value / sum);
        }
    }

    /// Writes the image of a point by exponentials relative to the largest. `number` is that of the point, for errors.
    fn image_of(&self, number: usize, cloud: &PointCloud<'_, T>, point: &[T], image: &mut [T]) -> Result<(), Error> {
        let side = self.side_of_y(cloud);
        // Written only once it is known that there is an image.
        let mut first = true;
        // Relative to the first y, so that an offset common to all of them is not rounded into the image.
        let origin = cloud.y().point(0);
        let exponent = |j: usize| self.exponent(&side, j, |y| cloud.ground_cost().cost(point, y));
        let (largest, sum) = power_shares(side.points.len(), &exponent, |j, share| {
            if core::mem::take(&mut first) {
                image.fill(T::ZERO);
            }
            for ((value, &y), &from) in image.iter_mut().zip(cloud.y().point(j)).zip(origin) {
                *value += share * (y - from);
            }
        });
        if largest == -T::INFINITY && self.scaled.scores.may_forbid() {
            // All its pairs are forbidden: it stays.
            image.copy_from_slice(point);
            return Ok(());
        }
        if !largest.is_finite() {
            return Err(Error::new(Argument::X, ErrorKind::TooFar { place: Place::entry(number) }));
        }
        for (value, &from) in image.iter_mut().zip(origin) {
            *value = from + *value / sum;
        }
        Ok(())
    }
}

/// Refuses an image that left the range because the y are too far apart.
fn check_image<T: Real>(image: &mut [T]) -> Result<(), Error> {
    if is_finite(image) {
        return Ok(());
    }
    image.fill(T::ZERO);
    Err(Error::new(Argument::Y, ErrorKind::Overflow))
}

//! Blocks of points: their boxes, and planes above their potentials.

use super::MAX_DIMENSION;
use crate::memory;
use crate::real::Real;
use crate::sweep::log_zero;
use crate::vector::{BlockBound, ColumnList, Instructions, MAX_LANES, PackedPoints};

/// A plane above the potentials of the points of a box.
///
/// The potentials of this module are F_i + s |x_i|^2 and G_j - log2 b_j + s |y_j|^2, so that the exponent of a pair is
/// their sum less s |x_i - y_j|^2.
pub(crate) struct Plane<T> {
    d: usize,
    centre: [T; MAX_DIMENSION],
    /// Half the widths of the box.
    half: [T; MAX_DIMENSION],
    slope: [T; MAX_DIMENSION],
    /// The height at the centre.
    level: T,
}

impl<T: Real> Plane<T> {
    /// Returns a plane above everything, so that nothing is skipped.
    pub fn everywhere(d: usize) -> Self {
        let zeros = [T::ZERO; MAX_DIMENSION];
        Plane { d, centre: zeros, half: zeros, slope: zeros, level: -log_zero::<T>() }
    }

    fn bound(&self) -> BlockBound<'_, T> {
        let d = self.d;
        BlockBound { centre: &self.centre[..d], half: &self.half[..d], slope: &self.slope[..d], level: self.level }
    }
}

/// Fits a plane to `count` points: the slope is that of least squares, and the level is raised until no potential lies
/// above. Any slope gives a bound; this one gives a good bound, because potentials are smooth.
pub(crate) fn fit<T: Real>(
    d: usize,
    count: usize,
    coordinate: &impl Fn(usize, usize) -> T,
    s: T,
    potential: &impl Fn(usize) -> T,
) -> Plane<T> {
    let zeros = [T::ZERO; MAX_DIMENSION];
    let mut plane = Plane { d, centre: zeros, half: zeros, slope: zeros, level: log_zero() };

    // The box, which is widened by its rounding.
    for k in 0..d {
        let (mut least, mut most) = (T::INFINITY, -T::INFINITY);
        for i in 0..count {
            let value = coordinate(i, k);
            (least, most) = (least.min(value), most.max(value));
        }
        plane.centre[k] = T::HALF * (least + most);
        let reach = (most - plane.centre[k]).max(plane.centre[k] - least);
        plane.half[k] = reach + T::EPSILON * (least.abs() + most.abs());
    }

    // The potentials, and the error of their rounding.
    let value = |i: usize| {
        let (mut square, own) = (T::ZERO, potential(i));
        for k in 0..d {
            square += coordinate(i, k) * coordinate(i, k);
        }
        (own + s * square, own.abs() + s * square)
    };

    // Normal equations around the mean, with a ridge for points in a plane.
    let (mut mean, mut mean_value) = (zeros, T::ZERO);
    let share = T::ONE / T::count(count);
    for i in 0..count {
        mean_value += share * value(i).0;
        for k in 0..d {
            mean[k] += share * (coordinate(i, k) - plane.centre[k]);
        }
    }
    let mut matrix = [zeros; MAX_DIMENSION];
    for i in 0..count {
        let mut from_mean = zeros;
        for k in 0..d {
            from_mean[k] = coordinate(i, k) - plane.centre[k] - mean[k];
        }
        let above = value(i).0 - mean_value;
        for k in 0..d {
            plane.slope[k] += from_mean[k] * above;
            for l in 0..=k {
                matrix[k][l] += from_mean[k] * from_mean[l];
            }
        }
    }
    let trace = (0..d).fold(T::ZERO, |sum, k| sum + matrix[k][k]);
    if !(trace > T::ZERO) || !solve(d, &mut matrix, trace * T::constant(1e-5), &mut plane.slope) {
        plane.slope = zeros;
    }

    // The level.
    for i in 0..count {
        let (mut above, mut size) = value(i);
        for k in 0..d {
            let part = plane.slope[k] * (coordinate(i, k) - plane.centre[k]);
            above -= part;
            size += part.abs();
        }
        plane.level = plane.level.max(above + T::constant(8.0) * T::EPSILON * size);
    }
    plane
}

/// Solves (matrix + ridge) x = `right`, in place, by Cholesky's method; the lower half of the matrix is read. Returns
/// false if the result is not finite.
fn solve<T: Real>(
    d: usize,
    matrix: &mut [[T; MAX_DIMENSION]; MAX_DIMENSION],
    ridge: T,
    right: &mut [T; MAX_DIMENSION],
) -> bool {
    for k in 0..d {
        for l in 0..=k {
            let mut sum = matrix[k][l] + if k == l { ridge } else { T::ZERO };
            for i in 0..l {
                sum -= matrix[k][i] * matrix[l][i];
            }
            matrix[k][l] = if k == l { sum.sqrt() } else { sum / matrix[l][l] };
        }
    }
    for k in 0..d {
        for i in 0..k {
            right[k] = right[k] - matrix[k][i] * right[i];
        }
        right[k] = right[k] / matrix[k][k];
    }
    for k in (0..d).rev() {
        for i in k + 1..d {
            right[k] = right[k] - matrix[i][k] * right[i];
        }
        right[k] = right[k] / matrix[k][k];
    }
    right.iter().all(|value| value.is_finite())
}

/// The planes of all blocks of columns, and of groups of [`MAX_LANES`] blocks.
pub(crate) struct Records<'w, T> {
    pub d: usize,
    /// The number of points of a block.
    pub width: usize,
    pub columns: usize,
    /// Groups of blocks, as [`bounds`](crate::vector::Loops::bounds) reads them.
    blocks: &'w mut [T],
    /// Groups of groups, likewise.
    groups: &'w mut [T],
}

/// Returns the scalars of a group of blocks.
const fn group_len(d: usize) -> usize {
    (3 * d + 1) * MAX_LANES
}

/// Returns the scalars of all blocks of m columns, and of their groups.
const fn sizes(m: usize, d: usize, width: usize) -> [usize; 2] {
    let groups = m.div_ceil(width * MAX_LANES);
    [groups.saturating_mul(group_len(d)), groups.div_ceil(MAX_LANES).saturating_mul(group_len(d))]
}

/// Returns the scalars that [`Records`] take.
pub(crate) const fn len(m: usize, d: usize, width: usize) -> usize {
    let [blocks, groups] = sizes(m, d, width);
    blocks.saturating_add(groups)
}

impl<'w, T: Real> Records<'w, T> {
    pub fn new(memory: &'w mut [T], columns: usize, d: usize, width: usize) -> Self {
        let [blocks, groups] = memory::cut_all(memory, sizes(columns, d, width));
        Records { d, width, columns, blocks, groups }
    }

    /// Lends the same records for a while.
    pub fn reborrow(&mut self) -> Records<'_, T> {
        Records { d: self.d, width: self.width, columns: self.columns, blocks: self.blocks, groups: self.groups }
    }

    /// Fits the planes of all blocks and groups for the potentials G_j - log2 b_j.
    pub fn refit(&mut self, points: PackedPoints<'_, T>, s: T, potential: &impl Fn(usize) -> T) {
        let Records { d, width, columns, .. } = *self;
        for (records, width) in [(&mut *self.blocks, width), (&mut *self.groups, width * MAX_LANES)] {
            for (k, group) in records.chunks_exact_mut(group_len(d)).enumerate() {
                for lane in 0..MAX_LANES {
                    let start = (k * MAX_LANES + lane) * width;
                    let count = width.min(columns.saturating_sub(start));
                    // There is nothing beyond the end.
                    let mut plane = Plane { level: log_zero(), ..Plane::everywhere(d) };
                    if count > 0 {
                        let coordinate = |j: usize, k: usize| points.y(start + j, k);
                        plane = fit(d, count, &coordinate, s, &|j| potential(start + j));
                    }
                    for k in 0..d {
                        group[3 * k * MAX_LANES + lane] = plane.centre[k];
                        group[(3 * k + 1) * MAX_LANES + lane] = plane.half[k];
                        group[(3 * k + 2) * MAX_LANES + lane] = plane.slope[k];
                    }
                    group[3 * d * MAX_LANES + lane] = plane.level;
                }
            }
        }
    }

    /// Lists the blocks of columns whose bound with the rows under `plane` is above `least`: first groups of groups,
    /// then groups, then blocks.
    pub fn list<'l>(
        &self,
        instructions: Instructions,
        plane: &Plane<T>,
        s: T,
        least: T,
        memory: &'l mut [T],
    ) -> ColumnList<'l, T> {
        let (len, blocks) = (group_len(self.d), self.columns.div_ceil(self.width));
        let mut count = 0;
        let (mut of_groups, mut of_blocks) = ([T::ZERO; MAX_LANES], [T::ZERO; MAX_LANES]);
        for (k, records) in self.groups.chunks_exact(len).enumerate() {
            T::bounds(instructions, plane.bound(), s, records, &mut of_groups);
            for (lane, _) in of_groups.iter().enumerate().filter(|(_, bound)| !(**bound <= least)) {
                let group = k * MAX_LANES + lane;
                let Some(records) = self.blocks.get(group * len..(group + 1) * len) else { break };
                T::bounds(instructions, plane.bound(), s, records, &mut of_blocks);
                for (lane, _) in of_blocks.iter().enumerate().filter(|(_, bound)| !(**bound <= least)) {
                    let block = group * MAX_LANES + lane;
                    if block < blocks {
                        memory[count] = T::from_index(block as u32);
                        count += 1;
                    }
                }
            }
        }
        ColumnList { blocks: &memory[..count], width: self.width, columns: self.columns }
    }
}

//! Blocks of points: their boxes, and planes above their potentials.

use core::ops::Range;

use super::{MAX_DIMENSION, series};
use crate::memory;
use crate::real::Real;
use crate::sweep::log_zero;
use crate::vector::{BlockBound, BlockCost, ColumnList, Instructions, MAX_AXES, MAX_LANES, PackedPoints};

/// A plane above the potentials of the points of a box.
///
/// Under the squared Euclidean cost, the potentials of this module are F_i + s |x_i|^2 and G_j - log2 b_j + s |y_j|^2,
/// so that the exponent of a pair is their sum less s |x_i - y_j|^2. Under a norm they are F_i and G_j - log2 b_j.
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

    /// Returns the centre of the box, d numbers.
    pub fn centre(&self) -> &[T] {
        &self.centre[..self.d]
    }

    /// Returns the slope, d numbers.
    pub fn slope(&self) -> &[T] {
        &self.slope[..self.d]
    }

    pub fn bound(&self) -> BlockBound<'_, T> {
        let d = self.d;
        BlockBound { centre: &self.centre[..d], half: &self.half[..d], slope: &self.slope[..d], level: self.level }
    }
}

/// Fits a plane to `count` points: the slope is that of least squares, and the level is raised until no potential lies
/// above. Any slope gives a bound; this one gives a good bound, because potentials are smooth. `s` times the square of
/// a point is added to its `potential`.
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
            right[k] -= matrix[k][i] * right[i];
        }
        right[k] /= matrix[k][k];
    }
    for k in (0..d).rev() {
        for i in k + 1..d {
            right[k] -= matrix[i][k] * right[i];
        }
        right[k] /= matrix[k][k];
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
pub(super) const fn group_len(d: usize) -> usize {
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

    /// Returns the groups of blocks, and the groups of groups.
    pub fn view(&self) -> [&[T]; 2] {
        [self.blocks, self.groups]
    }

    /// Returns the same, and gives up the right to change them.
    pub fn into_view(self) -> [&'w [T]; 2] {
        [self.blocks, self.groups]
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

    /// Returns the columns of a block, or of a group: groups are numbered after all blocks.
    pub fn node(&self, number: usize) -> Node<T> {
        let blocks = self.columns.div_ceil(self.width);
        let (records, number, width) = match number.checked_sub(blocks) {
            None => (&*self.blocks, number, self.width),
            Some(group) => (&*self.groups, group, self.width * MAX_LANES),
        };
        let record = &records[number / MAX_LANES * group_len(self.d)..];
        let mut node = Node {
            columns: number * width..((number + 1) * width).min(self.columns),
            centre: [T::ZERO; MAX_DIMENSION],
            half: [T::ZERO; MAX_DIMENSION],
        };
        for k in 0..self.d {
            node.centre[k] = record[3 * k * MAX_LANES + number % MAX_LANES];
            node.half[k] = record[(3 * k + 1) * MAX_LANES + number % MAX_LANES];
        }
        node
    }

    /// Lists the columns whose bound with the rows under `plane` is above `least`: first groups of groups are tested,
    /// then groups, then blocks. Groups and blocks for which a series is faster are listed apart: see [`series`].
    ///
    /// Groups of `listed`, which [`Records::list_groups`] has found for more rows, are left out.
    pub fn list<'l>(&self, rows: &RowBlock<'_, T>, listed: &[T], memory: &'l mut [T]) -> Visits<'l, T> {
        let (len, blocks) = (group_len(self.d), self.columns.div_ceil(self.width));
        // Near blocks from the front, far ones from the back.
        let (mut near, mut far) = (0, memory.len());
        let mut work = 0;
        let mut listed = listed.iter().rev().map(|item| series::unpark(item).0).peekable();
        self.each_group(rows, |group| {
            let node = blocks + group;
            while listed.next_if(|&other| other < node).is_some() {}
            if listed.peek() == Some(&node) {
                return;
            }
            if let Some((degree, worth)) = self.series(node, rows) {
                far -= 1;
                memory[far] = series::park(node, degree);
                work += worth;
                return;
            }
            let records = &self.blocks[group * len..(group + 1) * len];
            rows.test().above(records, group * MAX_LANES..blocks, &mut |block| {
                if let Some((degree, worth)) = self.series(block, rows) {
                    far -= 1;
                    memory[far] = series::park(block, degree);
                    work += worth;
                } else {
                    memory[near] = T::from_index(block as u32);
                    near += 1;
                }
            });
        });
        let (front, back) = memory.split_at(far);
        let near = ColumnList { blocks: &front[..near], width: self.width, columns: self.columns };
        Visits { near, far: back, work: rows.count * near.len() + work }
    }

    /// Lists the groups of columns for which one series for many rows is faster than one for each block of them.
    pub fn list_groups<'l>(&self, rows: &RowBlock<'_, T>, memory: &'l mut [T]) -> &'l [T] {
        let blocks = self.columns.div_ceil(self.width);
        let mut far = memory.len();
        if self.d <= MAX_AXES {
            self.each_group(rows, |group| {
                if let Some(degree) = self.series_of_group(blocks + group, rows) {
                    far -= 1;
                    memory[far] = series::park(blocks + group, degree);
                }
            });
        }
        &memory[far..]
    }

    /// Calls `work` with the number of every group whose bound is above that of the rows, in ascending order.
    fn each_group(&self, rows: &RowBlock<'_, T>, mut work: impl FnMut(usize)) {
        let count = self.columns.div_ceil(self.width * MAX_LANES);
        for (k, records) in self.groups.chunks_exact(group_len(self.d)).enumerate() {
            rows.test().above(records, k * MAX_LANES..count, &mut work);
        }
    }

    /// Returns the z of a series between the rows and a node. There are series under the squared Euclidean cost, in few
    /// dimensions.
    fn reach(&self, node: &Node<T>, rows: &RowBlock<'_, T>) -> Option<T> {
        let product = (0..self.d).fold(T::ZERO, |sum, k| sum + rows.plane.half[k] * node.half[k]);
        match rows.cost {
            BlockCost::Squares(s) if self.d <= MAX_AXES => Some(T::TWO * s * T::LN_2 * product),
            _ => None,
        }
    }

    /// Returns the degree of a series between the rows and a node, and what it takes, if it is faster than visiting the
    /// pairs.
    fn series(&self, node: usize, rows: &RowBlock<'_, T>) -> Option<(usize, usize)> {
        let node = self.node(node);
        let degree = series::degree(self.d, self.reach(&node, rows)?, rows.bits)?;
        let worth = series::worth(self.d, degree, rows.count, node.columns.len());
        (worth < rows.count * node.columns.len()).then_some((degree, worth))
    }

    /// Returns the degree of a series between the rows of a group of blocks and a node, if it is faster than one for
    /// each block.
    fn series_of_group(&self, node: usize, rows: &RowBlock<'_, T>) -> Option<usize> {
        let (node, d) = (self.node(node), self.d);
        let (reach, columns) = (self.reach(&node, rows)?, node.columns.len());
        let degree = series::degree(d, reach, rows.bits)?;
        // A block of rows is narrower by the d-th root of their number.
        let narrower = [16.0, 4.0, 2.52][d - 1];
        let of_block = series::degree(d, reach / T::constant(narrower), rows.bits);
        let in_blocks = of_block.map_or(usize::MAX, |degree| {
            rows.count.div_ceil(self.width) * series::worth(d, degree, self.width, columns)
        });
        let worth = series::worth(d, degree, rows.count, columns);
        (4 * worth < 3 * in_blocks.min(rows.count * columns)).then_some(degree)
    }
}

/// A block of rows, and what it asks of a list.
pub(crate) struct RowBlock<'b, T> {
    pub instructions: Instructions,
    pub plane: &'b Plane<T>,
    /// The number of rows.
    pub count: usize,
    pub cost: BlockCost<T>,
    /// Pairs whose exponent is at most this may be left out.
    pub least: T,
    /// A series may err by 2 to minus this, relative to its value.
    pub bits: T,
}

impl<T: Real> RowBlock<'_, T> {
    fn test(&self) -> Test<'_, T> {
        Test { instructions: self.instructions, plane: self.plane.bound(), cost: self.cost, least: self.least }
    }
}

/// The test of blocks of columns, or of groups of them, against a block of rows.
pub(super) struct Test<'b, T> {
    pub instructions: Instructions,
    pub plane: BlockBound<'b, T>,
    pub cost: BlockCost<T>,
    /// Pairs whose exponent is at most this are left out.
    pub least: T,
}

impl<T: Real> Test<'_, T> {
    /// Calls `visit` with the numbers of those of [`MAX_LANES`] blocks whose bound is above the least exponent. Their
    /// `records` lie side by side, and their `numbers` are the first ones of a range, in which there may be fewer.
    pub fn above(&self, records: &[T], numbers: Range<usize>, visit: &mut impl FnMut(usize)) {
        let mut bounds = [T::ZERO; MAX_LANES];
        T::bounds(self.instructions, self.plane, self.cost, records, &mut bounds);
        numbers.zip(&bounds).filter(|(_, bound)| !(**bound <= self.least)).for_each(|(number, _)| visit(number));
    }
}

/// The columns that a block of rows visits.
pub(crate) struct Visits<'l, T> {
    /// Pair by pair.
    pub near: ColumnList<'l, T>,
    /// By series: as [`park`](series::park) keeps them.
    pub far: &'l [T],
    /// What all of it takes, in pairs.
    pub work: usize,
}

/// A block of columns, or a group of blocks: its box.
pub(crate) struct Node<T> {
    pub columns: Range<usize>,
    pub centre: [T; MAX_DIMENSION],
    /// Half the widths.
    pub half: [T; MAX_DIMENSION],
}

#[cfg(test)]
mod tests {
    use rand::{Rng, SeedableRng, rngs::StdRng};

    use super::*;
    use crate::vector::{GROUP, PANEL, SimdLevel};

    /// Lays points out as [`PackedPoints`] has them.
    fn packed<T: Real>(values: &[T], d: usize, most: usize) -> std::vec::Vec<T> {
        let mut out = std::vec::Vec::new();
        for points in values.chunks(most * d) {
            for k in 0..d {
                out.extend(points.chunks(d).map(|point| point[k]));
            }
        }
        out
    }

    /// A ground cost, and what takes its place without the crate.
    struct Cost<T> {
        of_blocks: BlockCost<T>,
        of_pair: fn(&[f64]) -> f64,
        s: T,
    }

    fn squares<T: Real>(s: T) -> Cost<T> {
        Cost { of_blocks: BlockCost::Squares(s), of_pair: |z| z.iter().map(|z| z * z).sum(), s }
    }

    #[cfg(feature = "costs")]
    fn norms<T: Real>(s: T) -> [Cost<T>; 8] {
        fn norm(difference: &[f64], p: f64) -> f64 {
            difference.iter().map(|z| z.abs().powf(p)).sum::<f64>().powf(1.0 / p)
        }
        let cost = |p: f64, of_pair| {
            let power = crate::vector::Power::new(T::constant(p)).expect("a power");
            Cost { of_blocks: BlockCost::Norm(s, power), of_pair, s }
        };
        [
            cost(1.0, |z| norm(z, 1.0)),
            cost(1.1, |z| norm(z, T::constant(1.1).widen())),
            cost(1.5, |z| norm(z, 1.5)),
            cost(2.0, |z| norm(z, 2.0)),
            cost(3.0, |z| norm(z, 3.0)),
            cost(4.3, |z| norm(z, T::constant(4.3).widen())),
            cost(20.0, |z| norm(z, 20.0)),
            cost(f64::INFINITY, |z| z.iter().fold(0.0, |most, z| z.abs().max(most))),
        ]
    }

    fn no_exponent_exceeds_its_bound<T: Real>(seed: u64, cost: &Cost<T>) {
        let random = &mut StdRng::seed_from_u64(seed);
        let (d, width) = (random.random_range(1..=MAX_DIMENSION), 32);
        let (n, m) = (random.random_range(1..=width), random.random_range(1..1500));
        // Wide and narrow clouds, apart or not, with rough potentials and smooth ones.
        let spread = 10_f64.powf(random.random_range(-3.0..0.5));
        let apart = random.random_range(-1.0..1.0);
        let mut draw = |count: usize, scale: f64, shift: f64| {
            let value = |_| T::constant(shift + scale * random.random_range(-1.0..1.0));
            (0..count).map(value).collect::<std::vec::Vec<T>>()
        };
        let (x, y) = (draw(n * d, spread, apart), draw(m * d, 1.0, 0.0));
        let (f, g) = (draw(n, 30.0, 0.0), draw(m, 30.0, 0.0));
        let delta = std::vec![T::ZERO; d];
        let (x_packed, y_packed) = (packed(&x, d, GROUP), packed(&y, d, PANEL));
        let points = PackedPoints { x: &x_packed, y: &y_packed, delta: &delta, dimension: d, rows: n, columns: m };
        let square = if matches!(cost.of_blocks, BlockCost::Squares(_)) { cost.s } else { T::ZERO };
        let of_point = |point: &[T]| square.widen() * point.iter().map(|z| z.widen() * z.widen()).sum::<f64>();
        let exponent = |i: usize, j: usize| {
            let (x, y) = (&x[i * d..][..d], &y[j * d..][..d]);
            let difference: std::vec::Vec<f64> = x.iter().zip(y).map(|(x, y)| x.widen() - y.widen()).collect();
            let potentials = f[i].widen() + of_point(x) + g[j].widen() + of_point(y);
            potentials - cost.s.widen() * (cost.of_pair)(&difference)
        };

        let mut memory = std::vec![T::ZERO; len(m, d, width)];
        let mut records = Records::new(&mut memory, m, d, width);
        records.refit(points, square, &|j| g[j]);
        let plane = fit(d, n, &|i, k| points.x(i, k), square, &|i| f[i]);
        for level in SimdLevel::ALL.into_iter().filter(|level| level.is_available()) {
            let instructions = Instructions::of(level);
            for (records, width) in [(&*records.blocks, width), (&*records.groups, width * MAX_LANES)] {
                for (k, group) in records.chunks_exact(group_len(d)).enumerate() {
                    let mut bounds = [T::ZERO; MAX_LANES];
                    T::bounds(instructions, plane.bound(), cost.of_blocks, group, &mut bounds);
                    for (lane, bound) in bounds.iter().enumerate() {
                        let start = (k * MAX_LANES + lane) * width;
                        for (i, j) in (start..m.min(start + width)).flat_map(|j| (0..n).map(move |i| (i, j))) {
                            let exponent = exponent(i, j);
                            let cost = cost.of_blocks;
                            assert!(exponent <= bound.widen(), "{seed}, {level:?}, {cost:?}: {exponent} > {bound}");
                        }
                    }
                }
            }
        }
        // Lists leave out what is below, and nothing else.
        let mut list = std::vec![T::ZERO; m.div_ceil(width)];
        let (instructions, least) = (Instructions::of(SimdLevel::Best), T::constant(-20.0));
        let bits = T::constant(17.0);
        let rows = RowBlock { instructions, plane: &plane, count: n, cost: cost.of_blocks, least, bits };
        let visits = records.list(&rows, &[], &mut list);
        let (list, far) =
            (visits.near, visits.far.iter().flat_map(|item| records.node(series::unpark(item).0).columns));
        let mut listed: std::vec::Vec<usize> = list.runs().flatten().collect();
        assert!(listed.is_sorted() && listed.len() == list.len());
        listed.extend(far);
        listed.sort_unstable();
        for (i, j) in (0..m).flat_map(|j| (0..n).map(move |i| (i, j))) {
            assert!(exponent(i, j) <= least.widen() || listed.binary_search(&j).is_ok());
        }
    }

    fn no_bound_is_broken<T: Real>() {
        for seed in 0..60 {
            // From costs that are next to nothing to costs that leave nothing else.
            let s = T::constant(10_f64.powf(StdRng::seed_from_u64(seed).random_range(-2.0..4.0)));
            no_exponent_exceeds_its_bound(seed, &squares::<T>(s));
            #[cfg(feature = "costs")]
            norms(s).iter().for_each(|cost| no_exponent_exceeds_its_bound::<T>(seed, cost));
        }
    }

    #[test]
    fn no_bound_is_ever_broken() {
        no_bound_is_broken::<f32>();
        no_bound_is_broken::<f64>();
    }
}

//! Costs of points: squared distances, and p-norms of differences.

use crate::float::Float;
use crate::vector::points::{ColumnList, GROUP, PANEL, PackedPoints, Panel};
use crate::vector::simd::{MAX_LANES, MAX_POWER, Simd, SimdExt, each_vector};

/// out_j <- |x_i - y_j|^2 for the columns from `start` on, without cancellation.
#[inline(always)]
pub(crate) fn squared_distances<T: Float, S: Simd<T>>(
    simd: S,
    points: PackedPoints<'_, T>,
    i: usize,
    start: usize,
    out: &mut [T],
) {
    let group = points.group(i - i % GROUP);
    let x = group.values[i % GROUP..].iter().step_by(group.width).zip(points.delta);
    let (mut start, mut rest) = (start, out);
    while !rest.is_empty() {
        // The first column may lie inside its panel, if pairs are skipped.
        let inside = if cfg!(feature = "skipping") { start % PANEL } else { 0 };
        let panel = points.panel(start - inside);
        let (out, more) = rest.split_at_mut((PANEL - inside).min(rest.len()));
        (start, rest) = (start + out.len(), more);
        each_vector::<T, S>(
            0..out.len(),
            #[inline(always)]
            |at, len| {
                let total = distances(simd, x.clone(), panel, inside + at, len);
                simd.store_part(total, &mut out[at..at + len]);
            },
        );
    }
}

/// Returns the squared distances of a point, given its coordinates and the shifts of these, to `len` points of a panel.
#[inline(always)]
fn distances<'a, T: Float, S: Simd<T>>(
    simd: S,
    x: impl Iterator<Item = (&'a T, &'a T)>,
    panel: Panel<'_, T>,
    mut from: usize,
    len: usize,
) -> S::Vector {
    let mut total = simd.splat(T::ZERO);
    for (&x, &delta) in x {
        let y = simd.load_part(&panel.values[from..from + len], T::ZERO);
        let difference = simd.splat(x + delta) - y;
        total = simd.mul_add(difference, difference, total);
        from += panel.width;
    }
    total
}

/// out_j <- 2 (x_i - y_j).(dx - dy_j) for all columns: the change of |x_i - y_j|^2. `dy` is m x d, row-major. A
/// direction that is empty is zero. The compiler makes vectors of these loops.
#[inline(always)]
pub(crate) fn changes_of_costs<T: Float, S: Simd<T>>(
    _: S,
    points: PackedPoints<'_, T>,
    i: usize,
    dx: &[T],
    dy: &[T],
    out: &mut [T],
) {
    let d = points.dimension;
    out.fill(T::ZERO);
    points.each_panel(
        0,
        points.columns,
        #[inline(always)]
        |panel, columns| {
            let (dy, out) = (dy.get(columns.start * d..).unwrap_or(&[]), &mut out[columns]);
            let width = out.len();
            for k in 0..d {
                let x = points.x(i, k) + points.delta[k];
                let dx = T::TWO * dx.get(k).copied().unwrap_or(T::ZERO);
                let line = &panel.values[k * panel.width..][..width];
                if dy.is_empty() {
                    for (out, &y) in out.iter_mut().zip(line) {
                        *out += (x - y) * dx;
                    }
                } else {
                    for ((out, &y), &dy) in out.iter_mut().zip(line).zip(dy[k..].iter().step_by(d)) {
                        *out += (x - y) * (dx - T::TWO * dy);
                    }
                }
            }
        },
    );
}

/// sums_k <- sum_j e_kj |x_(i+k) - y_j|^2 for the columns of a list. The rows of e lie as
/// [`listed_exponents`](super::exponents::listed_exponents) writes them.
#[inline(always)]
pub(crate) fn listed_costs<T: Float, S: Simd<T>>(
    simd: S,
    points: PackedPoints<'_, T>,
    i: usize,
    list: ColumnList<'_, T>,
    rows: &[T],
    sums: &mut [T],
) {
    let count = sums.len();
    sums.fill(T::ZERO);
    let mut rest = rows;
    for run in list.runs() {
        let (own, more) = rest.split_at(count * run.len());
        for (k, (row, sum)) in own.chunks_exact(run.len()).zip(&mut *sums).enumerate() {
            *sum += weighted_distances(simd, points, i + k, run.start, row);
        }
        rest = more;
    }
}

/// sums_k <- sum_j e_kj |x_(i+k) - y_j|^2 for all columns, row after row.
#[inline(always)]
pub(crate) fn total_costs<T: Float, S: Simd<T>>(
    simd: S,
    points: PackedPoints<'_, T>,
    i: usize,
    rows: &[T],
    sums: &mut [T],
) {
    let m = points.columns;
    let mut row = 0;
    while row < sums.len() {
        let rest = &rows[row * m..];
        if (i + row).is_multiple_of(GROUP) && row + GROUP <= sums.len() {
            let sums = &mut sums[row..row + GROUP];
            weighted_distances_of_group(simd, points, i + row, &rest[..GROUP * m], sums);
            row += GROUP;
        } else {
            sums[row] = weighted_distances(simd, points, i + row, 0, &rest[..m]);
            row += 1;
        }
    }
}

/// Does what [`weighted_distances`] does for all columns and the rows of a group, which share every y that is read.
#[inline(always)]
fn weighted_distances_of_group<T: Float, S: Simd<T>>(
    simd: S,
    points: PackedPoints<'_, T>,
    i: usize,
    rows: &[T],
    sums: &mut [T],
) {
    let (m, x) = (points.columns, points.group(i).values.as_chunks::<GROUP>().0);
    let zero = simd.splat(T::ZERO);
    sums.fill(T::ZERO);
    points.each_panel(
        0,
        m,
        #[inline(always)]
        |panel, columns| {
            let mut lanes = [zero; GROUP];
            each_vector::<T, S>(
                0..columns.len(),
                #[inline(always)]
                |at, len| {
                    let (mut totals, mut from) = ([zero; GROUP], at);
                    for (x, &delta) in x.iter().zip(points.delta) {
                        let y = simd.load_part(&panel.values[from..from + len], T::ZERO) - simd.splat(delta);
                        for r in 0..GROUP {
                            let difference = simd.splat(x[r]) - y;
                            totals[r] = simd.mul_add(difference, difference, totals[r]);
                        }
                        from += panel.width;
                    }
                    for r in 0..GROUP {
                        let first = r * m + columns.start + at;
                        let weights = simd.load_part(&rows[first..first + len], T::ZERO);
                        lanes[r] = simd.mul_add(weights, totals[r], lanes[r]);
                    }
                },
            );
            for r in 0..GROUP {
                sums[r] += simd.sum(lanes[r]);
            }
        },
    );
}

/// Returns sum_j e_j |x_i - y_j|^2 for the columns from `start` on.
#[inline(always)]
fn weighted_distances<T: Float, S: Simd<T>>(
    simd: S,
    points: PackedPoints<'_, T>,
    i: usize,
    start: usize,
    row: &[T],
) -> T {
    let group = points.group(i - i % GROUP);
    let x = group.values[i % GROUP..].iter().step_by(group.width).zip(points.delta);
    let (mut start, mut rest, mut sum) = (start, row, T::ZERO);
    while !rest.is_empty() {
        let inside = start % PANEL;
        let panel = points.panel(start - inside);
        let (own, more) = rest.split_at((PANEL - inside).min(rest.len()));
        (start, rest) = (start + own.len(), more);
        let mut lanes = simd.splat(T::ZERO);
        each_vector::<T, S>(
            0..own.len(),
            #[inline(always)]
            |at, len| {
                let total = distances(simd, x.clone(), panel, inside + at, len);
                lanes = simd.mul_add(simd.load_part(&own[at..at + len], T::ZERO), total, lanes);
            },
        );
        sum += simd.sum(lanes);
    }
    sum
}

/// Points under a p-norm.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Norms<'a, T> {
    /// In units, and not centred: a shift would round their differences.
    pub points: PackedPoints<'a, T>,
    pub power: Power<T>,
    pub unit: T,
}

/// The power p that differences are raised to.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Power<T> {
    One,
    Two,
    /// p is infinite.
    Largest,
    /// p is an integer, and takes products.
    Whole(u32, T),
    /// p is an even integer 2 h. It is taken as (z^2)^h, which needs no absolute value and a product less.
    Even(u32, T),
    /// p is an integer and a half, and takes products and a square root.
    Half(u32, T),
    /// p is any other number, and takes a logarithm and an exponential.
    Any(T),
}

impl<T: Float> Power<T> {
    /// Returns `None` if vectors have no such power.
    pub fn new(p: T) -> Option<Self> {
        if p == T::INFINITY {
            return Some(Power::Largest);
        }
        if !(p <= T::constant(MAX_POWER)) {
            return None;
        }
        let mut whole = 1;
        while T::count(whole + 1) <= p {
            whole += 1;
        }
        let rest = p - T::count(whole);
        Some(match whole {
            1 if rest == T::ZERO => Power::One,
            2 if rest == T::ZERO => Power::Two,
            whole if rest == T::ZERO && whole % 2 == 0 => Power::Even(whole as u32, p),
            whole if rest == T::ZERO => Power::Whole(whole as u32, p),
            whole if rest == T::HALF => Power::Half(whole as u32, p),
            _ => Power::Any(p),
        })
    }

    /// Returns the exponent of 2 below which the largest difference is kept, or `None` if no power is taken.
    fn exponent(self) -> Option<T> {
        match self {
            Power::One | Power::Largest => None,
            Power::Two => Some(T::SAFE_EXPONENT / T::constant(8.0)),
            Power::Whole(_, p) | Power::Even(_, p) | Power::Half(_, p) | Power::Any(p) => {
                Some(T::SAFE_EXPONENT / (T::constant(4.0) * p))
            }
        }
    }

    /// Returns a unit, a power of two, for a largest difference, which is given halved so that it is finite.
    pub fn unit(self, half: T) -> T {
        let Some(exponent) = self.exponent() else { return T::ONE };
        let (most, mut unit) = (exponent.exp2() * T::HALF, T::ONE);
        while half / unit > most && unit < T::SAFE_SUM {
            unit *= T::TWO;
        }
        while half > T::ZERO && half / unit < most * T::HALF && unit > T::ONE / T::SAFE_SUM {
            unit *= T::HALF;
        }
        unit
    }

    /// Returns a bound on the norm in d dimensions, as a multiple of the largest difference.
    pub fn factor(self, d: usize) -> T {
        match self {
            Power::Largest => T::ONE,
            Power::Two | Power::Whole(..) | Power::Even(..) => T::count(d).sqrt(),
            Power::One | Power::Half(..) | Power::Any(_) => T::count(d),
        }
    }

    /// Adds the powers of the differences in one coordinate to the sums of R rows.
    #[inline(always)]
    fn add<S: Simd<T>, const R: usize>(self, simd: S, mut z: [S::Vector; R], totals: &mut [S::Vector; R]) {
        if !matches!(self, Power::Two | Power::Even(..)) {
            for r in 0..R {
                z[r] = simd.abs(z[r]);
            }
        }
        // |z|^p as |z|, or z^2, times these.
        let mut factors = z;
        match self {
            Power::One | Power::Largest | Power::Two => {}
            Power::Whole(3, _) => factors = product(z, z),
            Power::Whole(whole, _) => factors = whole_power(z, whole - 1),
            Power::Even(whole, _) => {
                z = product(z, z);
                factors = whole_power(z, whole / 2 - 1);
            }
            Power::Half(1, _) => factors = roots(simd, z),
            Power::Half(whole, _) => factors = product(whole_power(z, whole - 1), roots(simd, z)),
            Power::Any(p) => factors = real_powers(simd, z, p - T::ONE),
        }
        for r in 0..R {
            totals[r] = match self {
                Power::One => totals[r] + z[r],
                Power::Largest => simd.max(z[r], totals[r]),
                _ => simd.mul_add(z[r], factors[r], totals[r]),
            };
        }
    }

    /// Returns the norm that belongs to a sum.
    #[inline(always)]
    fn root<S: Simd<T>>(self, simd: S, total: S::Vector) -> S::Vector {
        match self {
            Power::One | Power::Largest => total,
            Power::Two => simd.sqrt(total),
            Power::Whole(_, p) | Power::Even(_, p) | Power::Half(_, p) | Power::Any(p) => simd.power(total, T::ONE / p),
        }
    }
}

/// out_kj <- the norm of x_(i+k) - y_j for the columns from `start` on, `m` in a row.
///
/// A norm whose sum of powers left the safe range is written as -1, and is left to the caller; the result is 1 if there
/// is one. Without vectors all are. So are powers other than 1, 2 and infinity, which have loops of their own below.
#[inline(always)]
pub(crate) fn norms<T: Float, S: Simd<T>>(
    simd: S,
    norms: Norms<'_, T>,
    i: usize,
    start: usize,
    m: usize,
    out: &mut [T],
) -> T {
    let differences = Differences { norms, i, start, m, out };
    // One call a kind, which the compiler then knows in the loop.
    match norms.power {
        Power::One => differences.over::<S, 4>(simd, Power::One),
        Power::Two => differences.over::<S, 4>(simd, Power::Two),
        Power::Largest => differences.over::<S, 4>(simd, Power::Largest),
        _ => differences.left_to_the_caller(),
    }
}

/// Does what [`norms`] does for whole powers from 3 on. (One loop for all would have a frame of megabytes in a build
/// that is not optimised.)
#[inline(always)]
pub(crate) fn whole_norms<T: Float, S: Simd<T>>(
    simd: S,
    norms: Norms<'_, T>,
    i: usize,
    start: usize,
    m: usize,
    out: &mut [T],
) -> T {
    let differences = Differences { norms, i, start, m, out };
    match norms.power {
        Power::Whole(3, p) => differences.over::<S, 4>(simd, Power::Whole(3, p)),
        Power::Whole(whole, p) => differences.over_few(simd, Power::Whole(whole, p)),
        Power::Even(whole, p) => differences.over_few(simd, Power::Even(whole, p)),
        _ => differences.left_to_the_caller(),
    }
}

/// Does what [`norms`] does for all other powers.
#[inline(always)]
pub(crate) fn other_norms<T: Float, S: Simd<T>>(
    simd: S,
    norms: Norms<'_, T>,
    i: usize,
    start: usize,
    m: usize,
    out: &mut [T],
) -> T {
    let differences = Differences { norms, i, start, m, out };
    match norms.power {
        Power::Half(1, p) => differences.over::<S, 4>(simd, Power::Half(1, p)),
        Power::Half(whole, p) => differences.over_few(simd, Power::Half(whole, p)),
        Power::Any(p) => differences.over::<S, 2>(simd, Power::Any(p)),
        _ => differences.left_to_the_caller(),
    }
}

/// The rows and columns whose differences are taken, and the memory for their norms.
struct Differences<'b, T> {
    norms: Norms<'b, T>,
    i: usize,
    start: usize,
    m: usize,
    out: &'b mut [T],
}

impl<T: Float> Differences<'_, T> {
    /// Computes as many rows at a time as fit the registers, if each takes three or four vectors.
    #[inline(always)]
    fn over_few<S: Simd<T>>(self, simd: S, power: Power<T>) -> T {
        if S::COLUMNS == 2 { self.over::<S, 4>(simd, power) } else { self.over::<S, 2>(simd, power) }
    }

    fn left_to_the_caller(self) -> T {
        self.out.fill(-T::ONE);
        T::ONE
    }

    /// Computes R rows at a time if they lie in one group.
    #[inline(always)]
    fn over<S: Simd<T>, const R: usize>(mut self, simd: S, power: Power<T>) -> T {
        if S::COMPACT {
            return self.left_to_the_caller();
        }
        let (mut row, mut repair) = (0, simd.splat(T::ZERO));
        let points = self.norms.points;
        while row * self.m < self.out.len() {
            let i = self.i + row;
            let (first, left) = (i % GROUP, self.out.len() / self.m - row);
            let group = points.group(i - first);
            if first + R <= group.width && R <= left {
                let x = group.values.chunks_exact(group.width).map(|x| {
                    core::array::from_fn(
                        #[inline(always)]
                        |r| x[first + r],
                    )
                });
                self.rows::<S, R>(simd, power, row, x, &mut repair);
                row += R;
            } else {
                let x = group.values.chunks_exact(group.width).map(|x| [x[first]]);
                self.rows::<S, 1>(simd, power, row, x, &mut repair);
                row += 1;
            }
        }
        simd.fold(repair, T::max)
    }

    #[inline(always)]
    fn rows<S: Simd<T>, const R: usize>(
        &mut self,
        simd: S,
        power: Power<T>,
        row: usize,
        x: impl Iterator<Item = [T; R]> + Clone,
        repair: &mut S::Vector,
    ) {
        let (zero, one, unit) = (simd.splat(T::ZERO), simd.splat(T::ONE), simd.splat(self.norms.unit));
        let (least, most) = (simd.splat(T::ONE / T::SAFE_SUM), simd.splat(T::SAFE_SUM));
        let m = self.m;
        let mut at = 0;
        while at < m {
            // The first column may lie inside its panel, if pairs are skipped.
            let inside = if cfg!(feature = "skipping") { (self.start + at) % PANEL } else { 0 };
            let panel = self.norms.points.panel(self.start + at - inside);
            let width = (panel.width - inside).min(m - at);
            let out = &mut *self.out;
            each_vector::<T, S>(
                0..width,
                #[inline(always)]
                |first, len| {
                    let (mut totals, mut from) = ([zero; R], inside + first);
                    for x in x.clone() {
                        let y = simd.load_part(&panel.values[from..from + len], T::ZERO);
                        let mut z = [zero; R];
                        for r in 0..R {
                            z[r] = simd.splat(x[r]) - y;
                        }
                        power.add(simd, z, &mut totals);
                        from += panel.width;
                    }
                    for r in 0..R {
                        let mut result = power.root(simd, totals[r]);
                        if !matches!(power, Power::One | Power::Largest) {
                            // A sum that underflowed or overflowed is left to the caller.
                            let bad = simd.select_less(totals[r], most, zero, one);
                            let bad = simd.select_less(least, totals[r], bad, one);
                            *repair = simd.max(bad, *repair);
                            result = simd.select_less(zero, bad, zero - one, result * unit);
                        }
                        let to = (row + r) * m + at + first;
                        simd.store_part(result, &mut out[to..to + len]);
                    }
                },
            );
            at += width;
        }
    }
}

#[inline(always)]
fn roots<T: Float, S: Simd<T>, const R: usize>(simd: S, mut z: [S::Vector; R]) -> [S::Vector; R] {
    for r in 0..R {
        z[r] = simd.sqrt(z[r]);
    }
    z
}

#[inline(always)]
fn real_powers<T: Float, S: Simd<T>, const R: usize>(simd: S, mut z: [S::Vector; R], p: T) -> [S::Vector; R] {
    for r in 0..R {
        z[r] = simd.power(z[r], p);
    }
    z
}

#[inline(always)]
fn product<V: Copy + core::ops::Mul<Output = V>, const R: usize>(mut z: [V; R], factors: [V; R]) -> [V; R] {
    for r in 0..R {
        z[r] = z[r] * factors[r];
    }
    z
}

/// Returns z^n for n >= 1, by squares.
#[inline(always)]
fn whole_power<V: Copy + core::ops::Mul<Output = V>, const R: usize>(mut z: [V; R], mut n: u32) -> [V; R] {
    while n & 1 == 0 {
        z = product(z, z);
        n >>= 1;
    }
    let mut result = z;
    n >>= 1;
    while n > 0 {
        z = product(z, z);
        if n & 1 == 1 {
            result = product(result, z);
        }
        n >>= 1;
    }
    result
}

const _: () = assert!(PANEL.is_multiple_of(MAX_LANES));

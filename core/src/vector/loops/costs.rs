//! Costs of points: squared distances, and p-norms of differences.

use crate::float::Float;
use crate::vector::points::{GROUP, PANEL, PackedPoints};
use crate::vector::simd::{MAX_LANES, MAX_POWER, Simd, SimdExt, each_vector};

/// out_j <- |x_i - y_j|^2 for the columns from `start` on (a multiple of [`PANEL`]), without cancellation.
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
    for (start, out) in (start..).step_by(PANEL).zip(out.chunks_mut(PANEL)) {
        let panel = points.panel(start);
        each_vector::<T, S>(
            0..out.len(),
            #[inline(always)]
            |at, len| {
                let (mut total, mut from) = (simd.splat(T::ZERO), at);
                for (&x, &delta) in x.clone() {
                    let y = simd.load_part(&panel.values[from..from + len], T::ZERO);
                    let difference = simd.splat(x + delta) - y;
                    total = simd.mul_add(difference, difference, total);
                    from += panel.width;
                }
                simd.store_part(total, &mut out[at..at + len]);
            },
        );
    }
}

/// Points under a p-norm.
#[derive(Debug, Clone, Copy)]
pub struct Norms<'a, T> {
    /// In units, and not centred: a shift would round their differences.
    pub points: PackedPoints<'a, T>,
    pub power: Power<T>,
    pub unit: T,
}

/// The power p that differences are raised to.
#[derive(Debug, Clone, Copy)]
pub enum Power<T> {
    One,
    Two,
    /// p is infinite.
    Largest,
    /// p is an integer, and takes products.
    Whole(u32, T),
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
            Power::Whole(_, p) | Power::Half(_, p) | Power::Any(p) => Some(T::SAFE_EXPONENT / (T::constant(4.0) * p)),
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
            Power::Two | Power::Whole(..) => T::count(d).sqrt(),
            Power::One | Power::Half(..) | Power::Any(_) => T::count(d),
        }
    }
}

/// out_kj <- the norm of x_(i+k) - y_j for the columns from `start` on (a multiple of [`PANEL`]), `m` in a row.
///
/// A norm whose sum of powers left the safe range is written as -1, and is left to the caller; the result is 1 if there
/// is one. Without vectors all are.
#[inline(always)]
pub(crate) fn norms<T: Float, S: Simd<T>>(
    simd: S,
    norms: Norms<'_, T>,
    i: usize,
    start: usize,
    m: usize,
    out: &mut [T],
) -> T {
    if S::COMPACT {
        out.fill(-T::ONE);
        return T::ONE;
    }
    let differences = Differences { norms, i, start, m, out };
    match norms.power {
        Power::One => differences.over::<S, 4>(simd, One),
        Power::Two => differences.over::<S, 4>(simd, Two),
        Power::Largest => differences.over::<S, 4>(simd, Largest),
        Power::Whole(3, p) => differences.over::<S, 4>(simd, Three(p)),
        Power::Whole(whole, p) if whole % 2 == 0 => differences.over_few(simd, Even(whole / 2, p)),
        Power::Whole(whole, p) => differences.over_few(simd, Whole(whole, p)),
        Power::Half(1, p) => differences.over::<S, 4>(simd, ThreeHalves(p)),
        Power::Half(whole, p) => differences.over_few(simd, Half(whole, p)),
        Power::Any(p) => differences.over::<S, 2>(simd, Any(p)),
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
    fn over_few<S: Simd<T>>(self, simd: S, sum: impl Sum<T>) -> T {
        if S::COLUMNS == 2 { self.over::<S, 4>(simd, sum) } else { self.over::<S, 2>(simd, sum) }
    }

    /// Computes R rows at a time if they lie in one group.
    #[inline(always)]
    fn over<S: Simd<T>, const R: usize>(mut self, simd: S, sum: impl Sum<T>) -> T {
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
                self.rows::<S, R>(simd, sum, row, x, &mut repair);
                row += R;
            } else {
                let x = group.values.chunks_exact(group.width).map(|x| [x[first]]);
                self.rows::<S, 1>(simd, sum, row, x, &mut repair);
                row += 1;
            }
        }
        simd.fold(repair, T::max)
    }

    #[inline(always)]
    fn rows<S: Simd<T>, const R: usize>(
        &mut self,
        simd: S,
        sum: impl Sum<T>,
        row: usize,
        x: impl Iterator<Item = [T; R]> + Clone,
        repair: &mut S::Vector,
    ) {
        let (zero, one, unit) = (simd.splat(T::ZERO), simd.splat(T::ONE), simd.splat(self.norms.unit));
        let (least, most) = (simd.splat(T::ONE / T::SAFE_SUM), simd.splat(T::SAFE_SUM));
        let m = self.m;
        let mut at = 0;
        while at < m {
            let panel = self.norms.points.panel(self.start + at);
            let width = panel.width.min(m - at);
            let out = &mut *self.out;
            each_vector::<T, S>(
                0..width,
                #[inline(always)]
                |first, len| {
                    let (mut totals, mut from) = ([zero; R], first);
                    for x in x.clone() {
                        let y = simd.load_part(&panel.values[from..from + len], T::ZERO);
                        let mut z = [zero; R];
                        for r in 0..R {
                            z[r] = simd.splat(x[r]) - y;
                        }
                        sum.add(simd, z, &mut totals);
                        from += panel.width;
                    }
                    for r in 0..R {
                        let mut result = sum.root(simd, totals[r]);
                        if sum.takes_powers() {
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

/// A sum over coordinates, and the cost that belongs to it.
trait Sum<T: Float>: Copy {
    /// Adds the differences in one coordinate, one for each row.
    fn add<S: Simd<T>, const R: usize>(self, simd: S, z: [S::Vector; R], totals: &mut [S::Vector; R]);

    /// Returns the cost of a sum.
    #[inline(always)]
    fn root<S: Simd<T>>(self, _: S, total: S::Vector) -> S::Vector {
        total
    }

    /// Says whether sums can leave the range of the scalar although costs do not.
    #[inline(always)]
    fn takes_powers(self) -> bool {
        true
    }
}

#[derive(Clone, Copy)]
struct One;

impl<T: Float> Sum<T> for One {
    #[inline(always)]
    fn takes_powers(self) -> bool {
        false
    }

    #[inline(always)]
    fn add<S: Simd<T>, const R: usize>(self, simd: S, z: [S::Vector; R], totals: &mut [S::Vector; R]) {
        for r in 0..R {
            totals[r] = totals[r] + simd.abs(z[r]);
        }
    }
}

#[derive(Clone, Copy)]
struct Largest;

impl<T: Float> Sum<T> for Largest {
    #[inline(always)]
    fn takes_powers(self) -> bool {
        false
    }

    #[inline(always)]
    fn add<S: Simd<T>, const R: usize>(self, simd: S, z: [S::Vector; R], totals: &mut [S::Vector; R]) {
        for r in 0..R {
            totals[r] = simd.max(simd.abs(z[r]), totals[r]);
        }
    }
}

#[derive(Clone, Copy)]
struct Two;

impl<T: Float> Sum<T> for Two {
    #[inline(always)]
    fn add<S: Simd<T>, const R: usize>(self, simd: S, z: [S::Vector; R], totals: &mut [S::Vector; R]) {
        for r in 0..R {
            totals[r] = simd.mul_add(z[r], z[r], totals[r]);
        }
    }

    #[inline(always)]
    fn root<S: Simd<T>>(self, simd: S, total: S::Vector) -> S::Vector {
        simd.sqrt(total)
    }
}

/// Declares a sum of powers: |z|^p = |z| times `factors`.
macro_rules! powers {
    ($name:ident($($field:ident: $t:ty),*), $p:ident, |$simd:ident, $z:ident| $factors:expr) => {
        #[derive(Clone, Copy)]
        struct $name<T>($($t),*);

        impl<T: Float> Sum<T> for $name<T> {
            #[inline(always)]
            fn add<S: Simd<T>, const R: usize>(self, $simd: S, z: [S::Vector; R], totals: &mut [S::Vector; R]) {
                let $name($($field),*) = self;
                let _ = $p;
                let mut $z = z;
                for r in 0..R {
                    $z[r] = $simd.abs(z[r]);
                }
                let factors = $factors;
                for r in 0..R {
                    totals[r] = $simd.mul_add($z[r], factors[r], totals[r]);
                }
            }

            #[inline(always)]
            fn root<S: Simd<T>>(self, simd: S, total: S::Vector) -> S::Vector {
                #[allow(unused_variables)] // the whole part of p
                let $name($($field),*) = self;
                simd.power(total, T::ONE / $p)
            }
        }
    };
}

powers!(Three(p: T), p, |simd, z| product(z, z));
powers!(ThreeHalves(p: T), p, |simd, z| roots(simd, z));
powers!(Whole(whole: u32, p: T), p, |simd, z| whole_power(z, whole - 1));
powers!(Half(whole: u32, p: T), p, |simd, z| product(whole_power(z, whole - 1), roots(simd, z)));
powers!(Any(p: T), p, |simd, z| real_powers(simd, z, p - T::ONE));

/// An even p = 2 h as (z^2)^h, which needs no absolute value and a product less.
#[derive(Clone, Copy)]
struct Even<T>(u32, T);

impl<T: Float> Sum<T> for Even<T> {
    #[inline(always)]
    fn add<S: Simd<T>, const R: usize>(self, simd: S, z: [S::Vector; R], totals: &mut [S::Vector; R]) {
        let squares = product(z, z);
        let factors = whole_power(squares, self.0 - 1);
        for r in 0..R {
            totals[r] = simd.mul_add(squares[r], factors[r], totals[r]);
        }
    }

    #[inline(always)]
    fn root<S: Simd<T>>(self, simd: S, total: S::Vector) -> S::Vector {
        simd.power(total, T::ONE / self.1)
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

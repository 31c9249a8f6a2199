//! Upper bounds of the exponents between blocks of points.

#[cfg(feature = "costs")]
use super::costs::Power;
use crate::float::Float;
use crate::vector::simd::{MAX_LANES, Simd, SimdExt};

/// A block of rows: its box, and a plane above its potentials.
#[derive(Debug, Clone, Copy)]
pub(crate) struct BlockBound<'b, T> {
    /// d: the centre of the box.
    pub centre: &'b [T],
    /// d: half the widths of the box.
    pub half: &'b [T],
    /// d: the slope of the plane.
    pub slope: &'b [T],
    /// The height of the plane at the centre.
    pub level: T,
}

/// A ground cost, as what it takes from an exponent.
#[derive(Debug, Clone, Copy)]
#[cfg_attr(not(feature = "skipping"), allow(dead_code))]
pub(crate) enum BlockCost<T> {
    /// s |x - y|^2.
    Squares(T),
    /// s times a norm of x - y.
    #[cfg(feature = "costs")]
    Norm(T, Power<T>),
}

/// out_k <- an upper bound of p(x) + q(y) - cost(x, y) over x in the block and y in block k of `records`, where p and q
/// are the planes above the potentials of the two. Rounding is added to it.
///
/// `records` holds [`MAX_LANES`] blocks side by side: a line of centres, one of halves and one of slopes for each
/// coordinate, then a line of levels.
#[inline(always)]
pub(crate) fn bounds<T: Float, S: Simd<T>>(
    simd: S,
    block: BlockBound<'_, T>,
    cost: BlockCost<T>,
    records: &[T],
    out: &mut [T],
) {
    for at in (0..MAX_LANES).step_by(S::LANES) {
        let pairs = Pairs { block, records, at };
        let bounds = match cost {
            BlockCost::Squares(s) => pairs.squares(simd, s),
            #[cfg(feature = "costs")]
            BlockCost::Norm(s, Power::One) => pairs.manhattan(simd, s),
            #[cfg(feature = "costs")]
            BlockCost::Norm(s, power) => pairs.tangent(simd, s, power),
        };
        simd.store_part(bounds, &mut out[at..at + S::LANES]);
    }
}

/// A block of rows, and as many blocks of columns as a vector has lanes.
#[derive(Clone, Copy)]
struct Pairs<'b, T> {
    block: BlockBound<'b, T>,
    records: &'b [T],
    /// The first of the blocks of columns.
    at: usize,
}

/// One coordinate of the two boxes: D = c_x - c_y, half the widths of x and of y, and the slopes of the linear part
/// p xi + q eta, as `own` xi - `other` eta.
struct Coordinate<V> {
    distance: V,
    h: V,
    g: V,
    own: V,
    other: V,
}

impl<T: Float> Pairs<'_, T> {
    #[inline(always)]
    fn line<S: Simd<T>>(self, simd: S, k: usize) -> S::Vector {
        let start = k * MAX_LANES + self.at;
        simd.load_part(&self.records[start..start + S::LANES], T::ZERO)
    }

    #[inline(always)]
    fn coordinate<S: Simd<T>>(self, simd: S, k: usize) -> Coordinate<S::Vector> {
        Coordinate {
            distance: simd.splat(self.block.centre[k]) - self.line(simd, 3 * k),
            h: simd.splat(self.block.half[k]),
            g: self.line(simd, 3 * k + 1),
            own: simd.splat(self.block.slope[k]),
            other: simd.splat(T::ZERO) - self.line(simd, 3 * k + 2),
        }
    }

    /// Returns the sum of the levels, and of their sizes.
    #[inline(always)]
    fn levels<S: Simd<T>>(self, simd: S) -> [S::Vector; 2] {
        let (own, levels) = (simd.splat(self.block.level), self.line(simd, 3 * self.block.centre.len()));
        [own + levels, simd.abs(own) + simd.abs(levels)]
    }

    /// The bound for squares is exact, coordinate by coordinate. With x = c_x + xi, y = c_y + eta and z = xi - eta, the
    /// largest value of p xi + q eta - s (D + z)^2 over |xi| <= h and |eta| <= g is found. For fixed z, the linear part
    /// has its maximum at an end, and that maximum is a concave function of z with two slopes and one break. Less a
    /// convex parabola, it has its maximum where one slope balances the parabola, at the break, or at an end.
    #[inline(always)]
    fn squares<S: Simd<T>>(self, simd: S, s: T) -> S::Vector {
        let (per_slope, s) = (simd.splat(T::HALF / s), simd.splat(s));
        let [mut total, mut size] = self.levels(simd);
        for k in 0..self.block.centre.len() {
            let own = self.coordinate(simd, k);
            // The two slopes of the linear part as a function of z.
            let (steep, flat) = (simd.max(own.own, own.other), min(simd, own.own, own.other));
            let (distance, at_break) = (own.distance, own.at_break(simd));
            let z = simd.max(flat * per_slope - distance, min(simd, steep * per_slope - distance, at_break));
            let z = own.within(simd, z);
            let (linear, apart) = (own.linear(simd, z), distance + z);
            let square = s * (apart * apart);
            total = total + (linear - square);
            size = size + simd.abs(linear) + square;
        }
        rounded(simd, total, size)
    }

    /// The bound for s (|x_1 - y_1| + ...) is exact likewise. Less a convex function with one kink, the linear part has
    /// its maximum at the kink, at the break, or at an end.
    #[cfg(feature = "costs")]
    #[inline(always)]
    fn manhattan<S: Simd<T>>(self, simd: S, s: T) -> S::Vector {
        let (zero, s) = (simd.splat(T::ZERO), simd.splat(s));
        let [mut total, mut size] = self.levels(simd);
        for k in 0..self.block.centre.len() {
            let own = self.coordinate(simd, k);
            let end = own.h + own.g;
            let kink = own.within(simd, zero - own.distance);
            let mut best = simd.splat(-T::INFINITY);
            for z in [kink, own.at_break(simd), end, zero - end] {
                best = simd.max(own.linear(simd, z) - s * simd.abs(own.distance + z), best);
            }
            total = total + best;
            let slopes = simd.abs(own.own) * own.h + simd.abs(own.other) * own.g;
            size = size + slopes + s * (simd.abs(own.distance) + end);
        }
        rounded(simd, total, size)
    }

    /// A norm is at least u.(x - y) for every u whose dual norm is at most 1. With its gradient at the distance of the
    /// centres, what is left is linear, and has its maximum at ends.
    #[cfg(feature = "costs")]
    #[inline(always)]
    fn tangent<S: Simd<T>>(self, simd: S, s: T, power: Power<T>) -> S::Vector {
        let (zero, one, s) = (simd.splat(T::ZERO), simd.splat(T::ONE), simd.splat(s));
        let d = self.block.centre.len();
        // The distances are taken in units of the largest, so that no power overflows.
        let mut largest = simd.splat(T::ONE / T::SAFE_SUM);
        for k in 0..d {
            largest = simd.max(simd.abs(self.coordinate(simd, k).distance), largest);
        }
        let mut sum = zero;
        for k in 0..d {
            let part = simd.abs(self.coordinate(simd, k).distance) / largest;
            sum = match power {
                Power::One | Power::Largest => sum,
                Power::Two => simd.mul_add(part, part, sum),
                Power::Whole(_, p) | Power::Even(_, p) | Power::Half(_, p) | Power::Any(p) => sum + simd.power(part, p),
            };
        }
        sum = simd.max(sum, one); // it is less if the centres coincide
        // Shorter by more than the rounding of powers, so that the dual norm of the gradient is at most 1.
        let (p, length) = match power {
            Power::One | Power::Largest => (T::ONE, one),
            Power::Two => (T::TWO, simd.sqrt(sum)),
            Power::Whole(_, p) | Power::Even(_, p) | Power::Half(_, p) | Power::Any(p) => {
                (p, simd.power(simd.power(sum, T::ONE / p), p - T::ONE))
            }
        };
        let shorter = T::ONE - (T::constant(8.0) * p + T::constant(32.0)) * T::EPSILON;
        let factor = simd.splat(shorter) / length;
        let [mut total, mut size] = self.levels(simd);
        // The largest difference has all of the gradient of its norm; the first, if there are several.
        let mut left = one;
        for k in 0..d {
            let own = self.coordinate(simd, k);
            let part = simd.abs(own.distance) / largest;
            let slope = match power {
                Power::Two => part,
                Power::One | Power::Largest => {
                    let is_smaller = |yes, no| simd.select_less(part, one, yes, no);
                    let slope = is_smaller(zero, left);
                    left = is_smaller(left, zero);
                    slope
                }
                Power::Whole(_, p) | Power::Even(_, p) | Power::Half(_, p) | Power::Any(p) => {
                    simd.power(part, p - T::ONE)
                }
            };
            let slope = s * (slope * factor);
            let slope = simd.select_less(own.distance, zero, zero - slope, slope);
            let ends = simd.abs(own.own - slope) * own.h + simd.abs(own.other - slope) * own.g;
            let (height, reach) = (slope * own.distance, own.h + own.g);
            total = total + (ends - height);
            size = size + ends + simd.abs(height) + simd.abs(slope) * reach;
        }
        rounded(simd, total, size)
    }
}

impl<V: Copy + core::ops::Add<Output = V> + core::ops::Sub<Output = V> + core::ops::Mul<Output = V>> Coordinate<V> {
    /// Returns where the linear part, as a function of z, has its break.
    #[inline(always)]
    fn at_break<T: Float, S: Simd<T, Vector = V>>(&self, simd: S) -> V {
        let narrower = self.h - self.g;
        simd.select_less(self.other, self.own, narrower, simd.splat(T::ZERO) - narrower)
    }

    /// Returns the z next to this one that pairs of the two boxes have.
    #[inline(always)]
    fn within<T: Float, S: Simd<T, Vector = V>>(&self, simd: S, z: V) -> V {
        let end = self.h + self.g;
        simd.max(simd.splat(T::ZERO) - end, min(simd, z, end))
    }

    /// Returns the largest value of the linear part for a z.
    #[inline(always)]
    fn linear<T: Float, S: Simd<T, Vector = V>>(&self, simd: S, z: V) -> V {
        let zero = simd.splat(T::ZERO);
        let upper = min(simd, self.g, self.h - z);
        let lower = simd.max(zero - self.g, zero - self.h - z);
        let eta = simd.select_less(self.other, self.own, upper, lower);
        self.own * (z + eta) - self.other * eta
    }
}

#[inline(always)]
fn min<T: Float, S: Simd<T>>(simd: S, p: S::Vector, q: S::Vector) -> S::Vector {
    simd.select_less(p, q, p, q)
}

/// Adds the rounding of terms of this size.
#[inline(always)]
fn rounded<T: Float, S: Simd<T>>(simd: S, total: S::Vector, size: S::Vector) -> S::Vector {
    simd.mul_add(size, simd.splat(T::constant(16.0) * T::EPSILON), total)
}

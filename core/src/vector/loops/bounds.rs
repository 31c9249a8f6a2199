//! Upper bounds of the exponents between blocks of points.

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

/// out_k <- an upper bound of p(x) + q(y) - s |x - y|^2 over x in the block and y in block k of `records`, where p and
/// q are the planes above the potentials of the two. Rounding is added to it.
///
/// `records` holds [`MAX_LANES`] blocks side by side: a line of centres, one of halves and one of slopes for each
/// coordinate, then a line of levels.
///
/// The bound is exact, coordinate by coordinate. With D = c_x - c_y, x = c_x + xi and y = c_y + eta, the largest value
/// of p xi + q eta - s (D + xi - eta)^2 over |xi| <= h and |eta| <= g is found for z = xi - eta. For fixed z, the
/// linear part has its maximum at an end, and that maximum is a concave function of z with two slopes and one break.
/// Less a convex parabola, it has its maximum where one slope balances the parabola, at the break, or at an end.
#[inline(always)]
pub(crate) fn bounds<T: Float, S: Simd<T>>(simd: S, block: BlockBound<'_, T>, s: T, records: &[T], out: &mut [T]) {
    let per_slope = simd.splat(T::HALF / s);
    let s = simd.splat(s);
    let zero = simd.splat(T::ZERO);
    let min = |p: S::Vector, q: S::Vector| simd.select_less(p, q, p, q);
    let d = block.centre.len();
    for at in (0..MAX_LANES).step_by(S::LANES) {
        let line = |k: usize| simd.load_part(&records[k * MAX_LANES + at..k * MAX_LANES + at + S::LANES], T::ZERO);
        let levels = line(3 * d);
        let mut total = simd.splat(block.level) + levels;
        let mut size = simd.abs(simd.splat(block.level)) + simd.abs(levels);
        for k in 0..d {
            let (h, g) = (simd.splat(block.half[k]), line(3 * k + 1));
            let (p, q) = (simd.splat(block.slope[k]), line(3 * k + 2));
            let distance = simd.splat(block.centre[k]) - line(3 * k);
            // The two slopes of the linear part as a function of z, and the break between them.
            let (own, other) = (p, zero - q);
            let (steep, flat) = (simd.max(own, other), min(own, other));
            let narrower = h - g;
            let at_break = simd.select_less(other, own, narrower, zero - narrower);
            // The best z.
            let end = h + g;
            let best = simd.max(flat * per_slope - distance, min(steep * per_slope - distance, at_break));
            let z = simd.max(zero - end, min(best, end));
            // The end at which the linear part has its maximum.
            let upper = min(g, h - z);
            let lower = simd.max(zero - g, zero - h - z);
            let eta = simd.select_less(other, own, upper, lower);
            let apart = distance + z;
            let (linear, square) = (own * (z + eta) - other * eta, s * (apart * apart));
            total = total + (linear - square);
            size = size + simd.abs(linear) + square;
        }
        let rounded = simd.mul_add(size, simd.splat(T::constant(16.0) * T::EPSILON), total);
        simd.store_part(rounded, &mut out[at..at + S::LANES]);
    }
}

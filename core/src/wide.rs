//! Numbers of twice the precision, each an unevaluated sum of two scalars: in `f32` without touching `f64`.
//!
//! The error-free transformations are those of Knuth (sum) and Dekker 1971 (product).

use crate::real::Real;

/// The sum of two scalars, the second far smaller than the first.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Wide<T> {
    pub high: T,
    pub low: T,
}

/// Adds without error: high + low = p + q.
#[inline(always)]
fn two_sum<T: Real>(p: T, q: T) -> Wide<T> {
    let high = p + q;
    let virtual_q = high - p;
    Wide { high, low: (p - (high - virtual_q)) + (q - virtual_q) }
}

/// Multiplies without error, barring overflow: high + low = p q.
#[inline(always)]
fn two_product<T: Real>(p: T, q: T) -> Wide<T> {
    let split = |value: T| {
        let shifted = T::SPLITTER * value;
        let top = shifted - (shifted - value);
        (top, value - top)
    };
    let high = p * q;
    let (p_top, p_rest) = split(p);
    let (q_top, q_rest) = split(q);
    let low = p_rest * q_rest - (((high - p_top * q_top) - p_rest * q_top) - p_top * q_rest);
    Wide { high, low }
}

impl<T: Real> Wide<T> {
    pub fn new(value: T) -> Self {
        Wide { high: value, low: T::ZERO }
    }

    pub fn add(self, other: Self) -> Self {
        let sum = two_sum(self.high, other.high);
        let tail = two_sum(self.low, other.low);
        let first = two_sum(sum.high, sum.low + tail.high);
        two_sum(first.high, first.low + tail.low)
    }

    pub fn sub(self, other: Self) -> Self {
        self.add(Wide { high: -other.high, low: -other.low })
    }

    pub fn mul(self, other: Self) -> Self {
        let product = two_product(self.high, other.high);
        two_sum(product.high, product.low + (self.high * other.low + self.low * other.high))
    }

    pub fn div(self, other: Self) -> Self {
        let first = self.high / other.high;
        let rest = self.sub(other.mul(Wide::new(first)));
        let second = rest.high / other.high;
        let rest = rest.sub(other.mul(Wide::new(second)));
        Wide::new(first).add(Wide::new(second)).add(Wide::new(rest.high / other.high))
    }

    pub fn sqrt(self) -> Self {
        let root = self.high.sqrt();
        if root == T::ZERO {
            return Wide::new(T::ZERO);
        }
        let rest = self.sub(Wide::new(root).mul(Wide::new(root)));
        Wide::new(root).add(Wide::new(rest.high / (T::TWO * root)))
    }

    pub fn value(self) -> T {
        self.high + self.low
    }
}

/// Computes an inner product as if in twice the precision (Dot2 of Ogita, Rump and Oishi 2005).
pub(crate) fn dot<T: Real>(p: &[T], q: &[T]) -> Wide<T> {
    const LANES: usize = 8;
    let mut high = [T::ZERO; LANES];
    let mut low = [T::ZERO; LANES];
    let mut add = |p: &[T], q: &[T]| {
        for ((high, low), (&p, &q)) in high.iter_mut().zip(&mut low).zip(p.iter().zip(q)) {
            let product = two_product(p, q);
            let sum = two_sum(*high, product.high);
            *high = sum.high;
            *low += sum.low + product.low;
        }
    };
    let (whole_p, rest_p) = p.as_chunks::<LANES>();
    let (whole_q, rest_q) = q.as_chunks::<LANES>();
    for (p, q) in whole_p.iter().zip(whole_q) {
        add(p, q);
    }
    add(rest_p, rest_q);
    let mut total = Wide::new(T::ZERO);
    for lane in 0..LANES {
        total = total.add(two_sum(high[lane], low[lane]));
    }
    total
}

/// A number with at least fifteen digits: of twice the precision in `f32`, while `f64` has them as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ample<T>(pub Wide<T>);

impl<T: Real> Ample<T> {
    /// One scalar suffices. The compiler knows whether it does.
    const SINGLE: bool = size_of::<T>() >= 8;

    pub fn new(value: T) -> Self {
        Ample(Wide::new(value))
    }

    fn of(self, other: Self, single: impl Fn(T, T) -> T, double: impl Fn(Wide<T>, Wide<T>) -> Wide<T>) -> Self {
        if Self::SINGLE { Ample::new(single(self.0.high, other.0.high)) } else { Ample(double(self.0, other.0)) }
    }

    pub fn add(self, other: Self) -> Self {
        self.of(other, |p, q| p + q, Wide::add)
    }

    pub fn sub(self, other: Self) -> Self {
        self.of(other, |p, q| p - q, Wide::sub)
    }

    pub fn mul(self, other: Self) -> Self {
        self.of(other, |p, q| p * q, Wide::mul)
    }

    /// Computes 1 over the square root.
    pub fn inverse_root(self) -> Self {
        let one = Ample::new(T::ONE);
        self.of(one, |p, _| T::ONE / p.sqrt(), |p, one| one.div(p.sqrt()))
    }

    pub fn value(self) -> T {
        self.0.value()
    }
}

/// Computes an inner product with at least fifteen digits.
pub(crate) fn ample_dot<T: Real>(p: &[T], q: &[T]) -> Ample<T> {
    if Ample::<T>::SINGLE { Ample::new(crate::reduce::dot(p, q)) } else { Ample(dot(p, q)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn single_precision_pairs_have_about_forty_five_bits() {
        let as_f64 = |w: Wide<f32>| f64::from(w.high) + f64::from(w.low);
        let wide = |x: f64| Wide { high: x as f32, low: (x - f64::from(x as f32)) as f32 };
        let mut x = 0.734_529_f64;
        for _ in 0..1000 {
            x = (x * 3.913).fract() + 1e-3;
            let y = (x * 1.777).fract() + 0.31;
            for (got, want) in [
                (wide(x).add(wide(y)), x + y),
                (wide(x).sub(wide(y)), x - y),
                (wide(x).mul(wide(y)), x * y),
                (wide(x).div(wide(y)), x / y),
                (wide(x).sqrt(), libm::sqrt(x)),
            ] {
                assert!((as_f64(got) - want).abs() < 1e-13, "{} {want}", as_f64(got));
            }
        }
    }

    #[test]
    fn a_cancelling_inner_product_keeps_its_small_terms() {
        let p = [1e5_f32, 1.0, -1e5, 3.0, 1e-3];
        let q = [1e5_f32, 1.0, 1e5, 2.0, 1e-3];
        assert!((dot(&p, &q).value() - 7.000_001).abs() < 1e-6);
    }
}

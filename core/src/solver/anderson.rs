//! Anderson acceleration of the fixed-point map g -> g', safeguarded (Anderson 1965; Walker and Ni 2011, type II).
//!
//! Of the last k pairs (image g', residual g' - g) the affine combination whose residual is smallest in the norm of b gives the next
//! g. It is written as the latest image plus multiples of the differences to it, with a ridge on the multiples: where the residuals do
//! not change, as on the plateaus of nearly decoupled problems, the step is then the plain one, while a ridge on the weights
//! themselves would average the images and fall behind it. Normal equations are scaled to unit trace, kept and
//! factorised with fifteen digits, twice the working precision in `f32`. Where the dual value has dropped, the history
//! is forgotten, the last plain image taken instead, and a combination may from then on go no farther from an image
//! than a tenth of the step that was taken back; four times as far whenever that has been too little. Blobs of nearly
//! equal mass need this: there images drift at a constant rate towards a kink of the dual, and combinations overshoot
//! it.

use crate::measure::Weights;
use crate::real::Real;
use crate::reduce;
use crate::wide::{Ample, Wide, ample_dot};
use crate::workspace::History;

/// Relative to the trace of the normal equations.
const RIDGE: f64 = 1e-10;

/// What the reach becomes of the step that was taken back.
const SHORTER: f64 = 0.1;

/// What the reach is multiplied by where it was used up and the dual value has risen.
const LONGER: f64 = 4.0;

/// What [`Anderson::record`] did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    WentOn,
    TookBack,
}

pub(crate) struct Anderson<'a, T> {
    pub history: History<'a, T>,
    /// Pairs to combine at most: no more than the history holds.
    memory: usize,
    count: usize,
    next: usize,
    /// Whether the present g is a combination, not an image.
    accelerated: bool,
    last_value: T,
    /// The largest change that a combination may make to an entry of the latest image.
    reach: T,
    /// The change that the present one made.
    step: T,
}

impl<'a, T: Real> Anderson<'a, T> {
    /// At least two pairs.
    pub fn new(history: History<'a, T>, memory: usize) -> Self {
        Anderson {
            history,
            memory,
            count: 0,
            next: 0,
            accelerated: false,
            last_value: T::ZERO,
            reach: T::INFINITY,
            step: T::ZERO,
        }
    }

    /// Whether the present g is a combination.
    pub fn is_accelerated(&self) -> bool {
        self.accelerated
    }

    /// For another solve.
    pub fn restart(&mut self) {
        self.forget();
        self.reach = T::INFINITY;
    }

    pub fn forget(&mut self) {
        self.count = 0;
        self.next = 0;
        self.accelerated = false;
    }

    /// After a sweep: keeps g with its image and makes the image the present g; or takes the present g back, where its dual value
    /// has dropped.
    pub fn record(&mut self, (value, tolerance): (T, T), g: &mut [T], image: &[T], b: Weights<'_, T>) -> Verdict {
        let m = g.len();
        if self.accelerated && !(value >= self.last_value - tolerance) {
            let last = (self.next + self.memory - 1) % self.memory;
            g.copy_from_slice(&self.history.images[last * m..(last + 1) * m]);
            self.forget();
            if self.step > T::ZERO {
                self.reach = self.step * T::constant(SHORTER);
            }
            return Verdict::TookBack;
        }
        if self.accelerated && self.step >= self.reach {
            self.reach *= T::constant(LONGER);
        }
        self.last_value = value;
        self.remember(g, image, b);
        g.copy_from_slice(image);
        Verdict::WentOn
    }

    /// Before a sweep: replaces g, an image, by the combination of the images kept. `scratch` is m scalars. Done here and not after
    /// the sweep, so that between two sweeps the potentials are a plain pair.
    ///
    /// A common constant in g changes nothing but the rounding, and combinations may be large along it: where both marginals are
    /// exact (`balanced`) the combination gets the level of the image. No entry moves by more than `bound`.
    pub fn extrapolate(&mut self, g: &mut [T], b: Weights<'_, T>, balanced: bool, bound: T, scratch: &mut [T]) {
        self.accelerated = self.count >= 2 && self.combine(scratch);
        if !self.accelerated {
            return;
        }
        if balanced {
            let weight = |j: usize| b.get(j) / b.total();
            let shift = reduce::sum_of(g.len(), &|j| weight(j) * (scratch[j] - g[j]));
            scratch.iter_mut().for_each(|next| *next -= shift);
        }
        self.reach = self.reach.min(bound);
        let change = |(&next, &image): (&T, &T)| (next - image).abs();
        self.step = scratch.iter().zip(g.iter()).map(change).fold(T::ZERO, T::max);
        if self.step <= self.reach {
            g.copy_from_slice(scratch);
            return;
        }
        let share = self.reach / self.step;
        for (image, &next) in g.iter_mut().zip(scratch.iter()) {
            *image += share * (next - *image);
        }
        self.step = self.reach;
    }

    fn remember(&mut self, g: &[T], image: &[T], b: Weights<'_, T>) {
        let (m, slot) = (g.len(), self.next);
        self.history.images[slot * m..(slot + 1) * m].copy_from_slice(image);
        let residual = &mut self.history.residuals[slot * m..(slot + 1) * m];
        for (j, value) in residual.iter_mut().enumerate() {
            *value = b.get(j).sqrt() * (image[j] - g[j]);
        }
        self.next = (slot + 1) % self.memory;
        self.count = (self.count + 1).min(self.memory);
        let residual = &self.history.residuals[slot * m..(slot + 1) * m];
        for k in 0..self.count {
            let product = ample_dot(residual, &self.history.residuals[k * m..(k + 1) * m]);
            set(self.history.gram, self.memory, slot, k, product);
            set(self.history.gram, self.memory, k, slot, product);
        }
    }

    /// Writes the combination into `out`; false where the weights are not usable.
    fn combine(&mut self, out: &mut [T]) -> bool {
        let (m, k) = (out.len(), self.count);
        let latest = (self.next + self.memory - 1) % self.memory;
        if !self.solve(latest) {
            return false;
        }
        let base = &self.history.images[latest * m..(latest + 1) * m];
        out.copy_from_slice(base);
        for slot in (0..k).filter(|&slot| slot != latest) {
            let weight = get(self.history.mix, 1, slot, 0).value();
            let image = &self.history.images[slot * m..(slot + 1) * m];
            for ((value, &other), &own) in out.iter_mut().zip(image).zip(base) {
                *value += weight * (other - own);
            }
        }
        out.iter().all(|value| value.is_finite())
    }

    /// Solves for the weights of all but the latest pair: with d_i = r_i - r_latest, minimise |r_latest + sum_i mix_i d_i|^2 plus the
    /// ridge times |mix|^2, by Cholesky factorisation of the normal equations.
    fn solve(&mut self, latest: usize) -> bool {
        let (k, stride) = (self.count, self.memory);
        let gram = |p: usize, q: usize| get(self.history.gram, stride, p, q);
        let own = gram(latest, latest);
        let difference = |p: usize, q: usize| gram(p, q).sub(gram(p, latest)).sub(gram(q, latest)).add(own);
        let mut trace = Ample::new(T::ZERO);
        for p in (0..k).filter(|&p| p != latest) {
            trace = trace.add(difference(p, p));
        }
        let scale = T::ONE / trace.value();
        if !(scale > T::ZERO && scale.is_finite()) {
            return false;
        }
        let (scale, ridge) = (Ample::new(scale), Ample::new(T::constant(RIDGE)));
        // The latest pair has a row of its own that changes nothing: 1 on the diagonal, 0 elsewhere. The diagonal of the factor is kept as its
        // reciprocal: a division takes as long as many products.
        for p in 0..k {
            for q in 0..=p {
                let mut value = if p == latest || q == latest {
                    Ample::new(if p == q { T::ONE } else { T::ZERO })
                } else {
                    difference(p, q).mul(scale)
                };
                if p == q {
                    value = value.add(ridge);
                }
                for r in 0..q {
                    let product = get(self.history.factor, stride, p, r).mul(get(self.history.factor, stride, q, r));
                    value = value.sub(product);
                }
                if p == q {
                    if !(value.value() > T::ZERO) {
                        return false;
                    }
                    value = value.inverse_root();
                } else {
                    value = value.mul(get(self.history.factor, stride, q, q));
                }
                set(self.history.factor, stride, p, q, value);
            }
        }
        for p in 0..k {
            let mut value = if p == latest {
                Ample::new(T::ZERO)
            } else {
                own.sub(get(self.history.gram, stride, p, latest)).mul(scale)
            };
            for q in 0..p {
                value = value.sub(get(self.history.factor, stride, p, q).mul(get(self.history.mix, 1, q, 0)));
            }
            set(self.history.mix, 1, p, 0, value.mul(get(self.history.factor, stride, p, p)));
        }
        for p in (0..k).rev() {
            let mut value = get(self.history.mix, 1, p, 0);
            for q in p + 1..k {
                value = value.sub(get(self.history.factor, stride, q, p).mul(get(self.history.mix, 1, q, 0)));
            }
            let value = value.mul(get(self.history.factor, stride, p, p));
            if !value.value().is_finite() {
                return false;
            }
            set(self.history.mix, 1, p, 0, value);
        }
        true
    }
}

fn get<T: Real>(pairs: &[T], stride: usize, row: usize, column: usize) -> Ample<T> {
    let at = 2 * (row * stride + column);
    Ample(Wide { high: pairs[at], low: pairs[at + 1] })
}

fn set<T: Real>(pairs: &mut [T], stride: usize, row: usize, column: usize, Ample(value): Ample<T>) {
    let at = 2 * (row * stride + column);
    pairs[at] = value.high;
    pairs[at + 1] = value.low;
}

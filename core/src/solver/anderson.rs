//! Anderson acceleration of the fixed-point map g -> g', safeguarded (Anderson 1965; Walker and Ni 2011, type II).
//!
//! The next g is an affine combination of the images g' of the last k pairs: the one whose residual g' - g is smallest
//! in the norm of b. It is written as the latest image plus multiples of the differences to it, with a ridge on the
//! multiples. If the residuals do not change, as on the plateaus of nearly decoupled problems, the step is then the
//! plain one, while a ridge on the weights themselves would average the images and fall behind it. Normal equations are
//! scaled to unit trace, kept and factorised with fifteen digits, twice the working precision in `f32`.
//!
//! If the dual value has dropped, the history is forgotten, and the last plain image taken instead. From then on a
//! combination may go no farther from an image than a tenth of the step that was taken back; four times as far whenever
//! that has been too little. Blobs of nearly equal mass need this: there images drift at a constant rate towards a kink
//! of the dual, and combinations overshoot it.

use core::ops::Range;

use super::accelerate::{Accelerate, Rescue, SweepKind, largest_step};
use super::iterate::Iterate;
use super::progress::Progress;
use crate::real::Real;
use crate::reduce;
use crate::scaled::ScaledProblem;
use crate::sweep::outcome::{Outcome, Potentials};
use crate::sweep::strips::Scratch;
use crate::wide::{Ample, Wide, ample_dot};
use crate::workspace::History;

/// The ridge, relative to the trace of the normal equations.
const RIDGE: f64 = 1e-10;

/// The ratio of the new reach to a step that was taken back.
const SHORTER: f64 = 0.1;

/// The factor that the reach is multiplied by if it was used up and the dual value has risen.
const LONGER: f64 = 4.0;

/// The pairs that are combined.
#[derive(Default)]
pub(super) struct Anderson<'a, T> {
    pub history: History<'a, T>,
    /// Pairs to combine at most: no more than the history holds.
    memory: usize,
    count: usize,
    next: usize,
    /// The present g is a combination, not an image.
    accelerated: bool,
    /// The dual value of the last pair that was kept.
    last_value: T,
    /// The largest change that a combination may make to an entry of the latest image.
    reach: T,
    /// The change that the present one made.
    step: T,
    /// A combination has led to an overflow: sweeps are plain from then on.
    off: bool,
}

impl<T: Real> Accelerate<T> for Anderson<'_, T> {
    fn sweep(&mut self, iterate: &mut Iterate<'_, T>) -> Outcome<T> {
        if self.off {
            return iterate.sweep();
        }
        self.extrapolate(iterate);
        iterate.sweep_by(T::ONE)
    }

    fn kind(&self) -> SweepKind {
        match (self.off, self.accelerated) {
            (true, _) => SweepKind::Plain,
            (false, true) => SweepKind::Accelerated,
            (false, false) => SweepKind::Resting,
        }
    }

    /// Keeps g with its image, or takes g back if its dual value has dropped.
    fn after(&mut self, iterate: &mut Iterate<'_, T>, outcome: &Outcome<T>, _threshold: T, progress: &mut Progress<T>) {
        if self.off {
            return iterate.accept();
        }
        let (p, potentials) = iterate.current();
        let value = potentials.dual_value(p, outcome.mass, outcome.shift, false);
        let tolerance = potentials.rounding(p, outcome.mass, outcome.shift);
        if self.accelerated && !(value >= self.last_value - tolerance) {
            let g = &mut iterate.change().1.g;
            let (m, last) = (g.len(), self.latest());
            g.copy_from_slice(&self.history.images[last * m..(last + 1) * m]);
            self.forget_pairs();
            if self.step > T::ZERO {
                self.reach = self.step * T::constant(SHORTER);
            }
            progress.rejections += 1;
            return;
        }
        if self.accelerated && self.step >= self.reach {
            self.reach *= T::constant(LONGER);
        }
        self.last_value = value;
        self.remember(p, potentials);
        iterate.accept();
    }

    fn overflow(&mut self, _may_retry: bool) -> Rescue {
        self.restart();
        self.off = true;
        Rescue::Plain
    }

    fn forget(&mut self) {
        self.forget_pairs();
        self.reach = T::INFINITY;
    }

    fn restart(&mut self) {
        self.forget();
        self.off = false;
    }
}

impl<'a, T: Real> Anderson<'a, T> {
    /// Begins with memory for at least two pairs.
    pub fn new(history: History<'a, T>, memory: usize) -> Self {
        Anderson { history, memory, reach: T::INFINITY, ..Anderson::default() }
    }

    fn forget_pairs(&mut self) {
        (self.count, self.next, self.accelerated) = (0, 0, false);
    }

    /// Returns the slot of the latest pair.
    fn latest(&self) -> usize {
        (self.next + self.memory - 1) % self.memory
    }

    /// Replaces g, an image, by the combination of the images kept. This happens before a sweep and not after the
    /// one before it, so that between two sweeps the potentials are a plain pair.
    ///
    /// A common constant in g changes nothing but the rounding, and combinations may be large along it: if both
    /// marginals are exact, the combination gets the level of the image. No entry moves by more than potentials can
    /// differ.
    fn extrapolate(&mut self, iterate: &mut Iterate<'_, T>) {
        self.accelerated = self.count >= 2 && self.combine(iterate.scratch.column);
        if !self.accelerated {
            return;
        }
        let (p, Potentials { g, .. }, Scratch { column: combination, .. }) = iterate.change();
        let b = p.problem.b();
        if p.is_balanced() {
            let weight = |j: usize| b.get(j) / b.total();
            let shift = reduce::sum_of(g.len(), &|j| weight(j) * (combination[j] - g[j]));
            combination.iter_mut().for_each(|next| *next -= shift);
        }
        self.reach = self.reach.min(largest_step(p));
        let change = |(&next, &image): (&T, &T)| (next - image).abs();
        self.step = combination.iter().zip(g.iter()).map(change).fold(T::ZERO, T::max);
        if self.step <= self.reach {
            g.copy_from_slice(combination);
            return;
        }
        let share = self.reach / self.step;
        for (image, &next) in g.iter_mut().zip(combination.iter()) {
            *image += share * (next - *image);
        }
        self.step = self.reach;
    }

    /// Keeps a pair in the place of the oldest, with the inner products of its residual.
    fn remember(&mut self, p: &ScaledProblem<'_, T>, Potentials { g, image, .. }: &Potentials<'_, T>) {
        let (b, m, slot) = (p.problem.b(), g.len(), self.next);
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

    /// Writes the combination into `out`; false if its weights are not usable.
    fn combine(&mut self, out: &mut [T]) -> bool {
        let (m, k, latest) = (out.len(), self.count, self.latest());
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
        reduce::is_finite(out)
    }

    /// Solves for the weights of all but the latest pair. With d_i = r_i - r_latest, they minimise
    /// |r_latest + sum_i mix_i d_i|^2 plus the ridge times |mix|^2, by Cholesky factorisation of the normal equations.
    fn solve(&mut self, latest: usize) -> bool {
        // The scale of the normal equations.
        let (k, stride) = (self.count, self.memory);
        let others = |range: Range<usize>| range.filter(move |&slot| slot != latest);
        let gram = |p: usize, q: usize| get(self.history.gram, stride, p, q);
        let own = gram(latest, latest);
        let difference = |p: usize, q: usize| gram(p, q).sub(gram(p, latest)).sub(gram(q, latest)).add(own);
        let mut trace = Ample::new(T::ZERO);
        for p in others(0..k) {
            trace = trace.add(difference(p, p));
        }
        let scale = T::ONE / trace.value();
        if !(scale > T::ZERO && scale.is_finite()) {
            return false;
        }
        let (scale, ridge) = (Ample::new(scale), Ample::new(T::constant(RIDGE)));

        // The factor. Its diagonal is kept as its reciprocal, because a division takes as long as many products.
        for p in others(0..k) {
            for q in others(0..p + 1) {
                let mut value = difference(p, q).mul(scale);
                if p == q {
                    value = value.add(ridge);
                }
                for r in others(0..q) {
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

        // Forward substitution, then backward.
        for p in others(0..k) {
            let mut value = own.sub(get(self.history.gram, stride, p, latest)).mul(scale);
            for q in others(0..p) {
                value = value.sub(get(self.history.factor, stride, p, q).mul(get(self.history.mix, 1, q, 0)));
            }
            set(self.history.mix, 1, p, 0, value.mul(get(self.history.factor, stride, p, p)));
        }
        for p in others(0..k).rev() {
            let mut value = get(self.history.mix, 1, p, 0);
            for q in others(p + 1..k) {
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

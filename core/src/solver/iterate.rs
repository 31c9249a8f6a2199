//! The iterate of a solve: its potentials, and all ways to read, change and sweep them.
//!
//! Callers think of potentials f and g in units of cost. A sweep works in base-2 units of epsilon. It leaves out of
//! them the part of the cost that depends on one point alone, the offset of its row or column, and adds log2 b to g:
//!
//! F_i = s f_i - offset_i and G_j = s g_j - offset_j + log2 b_j, with s = log2(e) / epsilon.
//!
//! A column without weight has the G that stands for log2(0). [`units`](super::units) converts one into the other.
//!
//! On a stored kernel, plain sweeps of a balanced problem advance scalings, which are powers of two of the potentials.
//! F and G are then computed when somebody asks for them, by [`Iterate::current`] or [`Iterate::change`].

use super::overfull::is_overfull;
use super::progress::Progress;
use super::units::{full_f, full_g, into_f, into_g, level_potentials, level_start, mask};
use crate::error::Error;
use crate::real::Real;
use crate::reduce;
use crate::report::Report;
use crate::scaled::ScaledProblem;
use crate::solution::{Solution, value};
use crate::start::Side;
use crate::sweep::columns::translation;
use crate::sweep::forward;
use crate::sweep::half::{self, column_logsums};
use crate::sweep::outcome::{Outcome, Potentials};
use crate::sweep::strips::Scratch;
use crate::sweep::{kernel, scalings};
use crate::workspace::Stored;
#[cfg(feature = "skipping")]
use crate::{
    skipping::Lists,
    sweep::{listed, listed_rows},
};

/// A problem in the units of the sweep, its potentials, and the memory that it takes to sweep them.
pub(crate) struct Iterate<'a, T: Real> {
    pub(super) scaled: ScaledProblem<'a, T>,
    pub(super) scratch: Scratch<'a, T>,
    potentials: Potentials<'a, T>,
    stored: Stored<'a, T>,
    /// The image of the last sweep has become g.
    accepted: bool,
    /// The pairs that sweeps may skip, if that is wanted and pays.
    #[cfg(feature = "skipping")]
    skipping: Option<Lists<'a, T>>,
    /// The pairs that sweeps have visited, those of the completion of a pair included.
    #[cfg(feature = "skipping")]
    pub(super) visited: u64,
}

/// The problem, its potentials, and scratch.
pub(super) type Parts<'i, 'a, T> = (&'i ScaledProblem<'a, T>, &'i mut Potentials<'a, T>, &'i mut Scratch<'a, T>);

impl<'a, T: Real> Iterate<'a, T> {
    pub fn new(
        scaled: ScaledProblem<'a, T>,
        potentials: Potentials<'a, T>,
        stored: Stored<'a, T>,
        scratch: Scratch<'a, T>,
        #[cfg(feature = "skipping")] skipping: Option<Lists<'a, T>>,
    ) -> Self {
        Iterate {
            scaled,
            scratch,
            potentials,
            stored,
            accepted: true,
            #[cfg(feature = "skipping")]
            skipping,
            #[cfg(feature = "skipping")]
            visited: 0,
        }
    }

    /// Returns the potentials to look at. After a sweep these are the new F, the old G and its image; once the image is
    /// accepted, it is G.
    pub fn current(&mut self) -> (&ScaledProblem<'a, T>, &Potentials<'a, T>) {
        if let Stored::Kernel(kernel) = &mut self.stored {
            let Potentials { f, g, image, row, .. } = &mut self.potentials;
            kernel.catch_up(&self.scaled, row, f, if self.accepted { g } else { image });
        }
        (&self.scaled, &self.potentials)
    }

    /// Returns the potentials to be changed, by no more than a stored kernel can follow.
    pub fn change(&mut self) -> Parts<'_, 'a, T> {
        self.current();
        if let Stored::Kernel(kernel) = &mut self.stored {
            kernel.potentials_move();
        }
        (&self.scaled, &mut self.potentials, &mut self.scratch)
    }

    /// Returns the potentials to be moved anywhere: a stored kernel is computed anew before it is used again.
    pub fn move_away(&mut self) -> Parts<'_, 'a, T> {
        if let Stored::Kernel(kernel) = &mut self.stored {
            kernel.expire();
        }
        self.change()
    }

    /// Measures the potentials, as [`value::measure`] does, and lends the vectors to the solution. Until the solve
    /// has ended, F and G stay what they are.
    pub fn measure(&mut self, progress: &Progress<T>, threshold: T) -> Solution<'_, T> {
        self.current();
        let Potentials { f, g, image, log_b, row } = &mut self.potentials;
        let potentials = Potentials { f, g, image, log_b, row };
        #[cfg(feature = "skipping")]
        let skipping = self.skipping.as_mut().map(Lists::reborrow);
        value::measure(
            &self.scaled,
            progress,
            threshold,
            self.stored.name(),
            potentials,
            &mut self.scratch,
            #[cfg(feature = "skipping")]
            skipping,
        )
    }

    /// Measures the potentials of a solve that has ended, hands over the vectors for good, and keeps none.
    pub fn take_solution(&mut self, progress: &Progress<T>, threshold: T) -> Solution<'a, T> {
        self.current();
        let empty = Potentials { f: &mut [], g: &mut [], image: &mut [], log_b: &mut [], row: &mut [] };
        let potentials = core::mem::replace(&mut self.potentials, empty);
        #[cfg(feature = "skipping")]
        let skipping = self.skipping.take();
        value::measure(
            &self.scaled,
            progress,
            threshold,
            self.stored.name(),
            potentials,
            &mut self.scratch,
            #[cfg(feature = "skipping")]
            skipping,
        )
    }

    /// Hands over the vectors for a solution that was made before: `write` writes its f and g. If sweeps would skip
    /// pairs, those that matter are listed in one visit of theirs.
    pub fn restore(&mut self, write: impl FnOnce(&mut [T], &mut [T]), report: Report<T>) -> Solution<'a, T> {
        let empty = Potentials { f: &mut [], g: &mut [], image: &mut [], log_b: &mut [], row: &mut [] };
        let mut potentials = core::mem::replace(&mut self.potentials, empty);
        write(potentials.row, potentials.image);
        potentials.come_back(&self.scaled);
        #[cfg(feature = "skipping")]
        let lists = self.skipping.take().and_then(|mut lists| {
            lists.decide(&self.scaled, &potentials, self.scratch.spare, true);
            lists.is_on().then_some(lists)
        });
        let Potentials { f: f_hat, g: g_hat, row: f, image: g, .. } = potentials;
        let g_hat: &'a [T] = g_hat;
        #[cfg(feature = "skipping")]
        let (f_hat, listed) = match lists {
            Some(lists) => value::list(&self.scaled, lists, f_hat, (g_hat, potentials.log_b), &mut self.scratch),
            None => (&*f_hat, None),
        };
        Solution {
            scaled: self.scaled,
            f_hat,
            g_hat,
            f,
            g,
            report,
            #[cfg(feature = "skipping")]
            listed,
        }
    }

    /// Makes Sinkhorn's own sweep, in the fastest form that the memory allows.
    pub fn sweep(&mut self) -> Outcome<T> {
        self.sweep_in(self.scaled.is_balanced(), T::ONE)
    }

    /// Makes a sweep whose updates are multiplied by a factor, on up-to-date potentials.
    pub fn sweep_by(&mut self, factor: T) -> Outcome<T> {
        self.sweep_in(false, factor)
    }

    /// Sweeps in scalings if there is a kernel and `has_scalings`. Inlined, so that firmware without acceleration has
    /// one form of the sweep on a kernel only.
    #[inline(always)]
    fn sweep_in(&mut self, has_scalings: bool, factor: T) -> Outcome<T> {
        if !has_scalings {
            self.current();
        }
        let (p, potentials, scratch) = (&self.scaled, &mut self.potentials, &mut self.scratch);
        match &mut self.stored {
            Stored::Kernel(kernel) if has_scalings => {
                let outcome = scalings::sweep(p, kernel, potentials, scratch);
                self.accepted = false;
                outcome
            }
            Stored::Kernel(kernel) => kernel::sweep(p, kernel, factor, potentials, scratch),
            _ => {
                #[cfg(feature = "skipping")]
                if let Some(skipping) = &mut self.skipping {
                    if skipping.is_on() {
                        let outcome = listed::sweep(p, skipping, factor, potentials, scratch);
                        self.visited += outcome.visited;
                        // A column that every listed row leaves alone needs all pairs, twice.
                        if outcome.column_fallback {
                            skipping.pause();
                        }
                        return outcome;
                    }
                    if skipping.is_time() {
                        skipping.decide(p, potentials, scratch.spare, true);
                    }
                }
                #[cfg(feature = "skipping")]
                {
                    self.visited += potentials.f.len() as u64 * potentials.g.len() as u64;
                }
                forward::sweep(p, factor, potentials, scratch)
            }
        }
    }

    /// Makes the image of the last sweep the present G.
    pub fn accept(&mut self) {
        self.accepted = true;
        // Scalings that are ahead are those of the image anyway.
        if !matches!(&self.stored, Stored::Kernel(kernel) if kernel.is_ahead()) {
            self.potentials.g.copy_from_slice(self.potentials.image);
        }
    }

    /// Goes to another epsilon. Potentials keep their values in units of cost.
    pub fn set_epsilon(&mut self, epsilon: T) -> Result<(), Error> {
        if epsilon == self.scaled.epsilon {
            return Ok(());
        }
        self.move_away();
        let before = self.scaled.s;
        self.scaled.set_epsilon(epsilon)?;
        let ratio = self.scaled.s / before;
        let Potentials { f, g, log_b, .. } = &mut self.potentials;
        f.iter_mut().for_each(|value| *value *= ratio);
        for (value, &log) in g.iter_mut().zip(log_b.iter()) {
            *value = (*value - log) * ratio + log;
        }
        mask(&self.scaled, g);
        Ok(())
    }

    /// Writes an f of zero into F.
    pub fn zero_f(&mut self) -> Parts<'_, 'a, T> {
        let (p, potentials, scratch) = self.change();
        potentials.f.iter_mut().enumerate().for_each(|(i, value)| *value = -p.row_offset(i));
        (p, potentials, scratch)
    }

    /// Decides whether sweeps, or half-sweeps, skip pairs, for the present potentials. Half-sweeps have no series.
    fn decide_to_skip(&mut self, series: bool) {
        #[cfg(feature = "skipping")]
        if let Some(skipping) = &mut self.skipping {
            skipping.decide(&self.scaled, &self.potentials, self.scratch.spare, series);
        }
        let _ = series;
    }

    /// Decides whether half-sweeps skip pairs, for the present potentials.
    #[cfg(feature = "skipping")]
    pub fn decide(&mut self) {
        self.decide_to_skip(false);
    }

    /// Writes the logarithms of the row sums into `row`: a half-sweep that changes no potential.
    pub fn row_logsums(&mut self) -> Outcome<T> {
        let (p, potentials, scratch) = (&self.scaled, &mut self.potentials, &mut self.scratch);
        #[cfg(feature = "skipping")]
        if let Some(skipping) = &mut self.skipping {
            if !skipping.is_on() && skipping.is_time() {
                skipping.decide(p, potentials, scratch.spare, false);
            }
            if skipping.is_on() {
                return listed_rows::row_logsums(p, skipping, potentials, scratch);
            }
        }
        half::row_logsums(p, potentials, scratch)
    }

    /// Takes in the potentials that a start wrote, in units of the unscaled cost, and computes F if there is only G.
    /// Not inlined, so that a small stack is free of it when G is computed.
    #[inline(never)]
    pub fn enter(&mut self, wrote: Side) {
        let (p, Potentials { f, g, log_b, .. }, scratch) = self.change();
        if p.is_balanced() {
            level_start(p, wrote, f, g);
        }
        if wrote != Side::G {
            into_f(p, p.s, f);
        }
        if wrote != Side::F {
            into_g(p, p.s, g, |j| log_b[j]);
        }
        if wrote == Side::G {
            half::complete_f(p, f, g, scratch);
        }
    }

    /// Takes in a pair of potentials as it is, in units of the unscaled cost, and replaces f by the c-transform of g.
    /// The given f tells which pairs matter. Returns the number of pairs that were visited.
    #[cfg(feature = "skipping")]
    pub fn transform(&mut self, f: &[T], g: &[T]) -> u64 {
        let (p, potentials, _) = self.change();
        potentials.f.copy_from_slice(f);
        into_f(p, p.s, potentials.f);
        potentials.g.copy_from_slice(g);
        into_g(p, p.s, potentials.g, |j| potentials.log_b[j]);
        let all = f.len() as u64 * g.len() as u64;
        let (p, potentials, scratch) = (&self.scaled, &mut self.potentials, &mut self.scratch);
        if let Some(skipping) = &mut self.skipping {
            skipping.decide(p, potentials, scratch.spare, true);
            if skipping.is_on() {
                return listed::update_f(p, skipping, potentials, scratch).visited;
            }
        }
        forward::update_f(p, potentials, scratch);
        all
    }

    /// Writes f and g, in units of the unscaled cost.
    #[cfg(feature = "skipping")]
    pub fn write(&mut self, f: &mut [T], g: &mut [T]) {
        let (p, potentials) = self.current();
        for (i, value) in f.iter_mut().enumerate() {
            *value = full_f(p, i, potentials.f[i]) / p.s;
        }
        for (j, value) in g.iter_mut().enumerate() {
            *value = full_g(p, j, potentials.g[j] - potentials.log_b[j]) / p.s;
        }
    }

    /// Makes a complete pair of what a start wrote, because acceleration needs one to begin with. A pair becomes that
    /// of one sweep; to an F alone, its G is computed. If a side is relaxed, the pair also gets its best level, which
    /// sweeps are slow to correct. Returns the dual value, in units of the unscaled cost. A stored kernel is computed
    /// here, too, and counted in `absorptions`.
    pub fn complete(&mut self, wrote: Side, absorptions: &mut u32) -> T {
        if wrote != Side::Both || !self.complete_pair(absorptions) {
            self.complete_f(absorptions);
        }
        let p = &self.scaled;
        let Potentials { f, g, log_b, .. } = &mut self.potentials;
        let mut shift = T::ZERO;
        if !p.is_balanced() {
            shift = translation(p, f, g, log_b);
            f.iter_mut().for_each(|value| *value += shift);
            g.iter_mut().for_each(|value| *value -= shift);
            mask(p, g);
        }
        let mass = self.potentials.mass_with_exact_columns(p, shift);
        self.potentials.dual_value(p, mass, T::ZERO, true)
    }

    /// Replaces a pair by that of one sweep, over the pairs that matter to it. If potentials leave the range, F becomes
    /// that of f = 0, and the result is false. Not inlined, so that a small stack is free of it when G is computed.
    #[inline(never)]
    fn complete_pair(&mut self, absorptions: &mut u32) -> bool {
        self.decide_to_skip(true);
        let outcome = self.sweep_by(T::ONE);
        *absorptions = absorptions.saturating_add(u32::from(outcome.absorbed));
        if outcome.overflowed {
            self.zero_f();
            return false;
        }
        self.accept();
        true
    }

    /// Computes G from F, over all pairs.
    fn complete_f(&mut self, absorptions: &mut u32) {
        let (p, scratch) = (&self.scaled, &mut self.scratch);
        match &mut self.stored {
            Stored::Kernel(kernel) => {
                kernel::complete_g(p, kernel, &mut self.potentials, scratch);
                *absorptions = absorptions.saturating_add(1);
            }
            _ => half::complete_g(p, &mut self.potentials, scratch),
        }
        mask(p, self.potentials.g);
        self.decide_to_skip(true);
    }

    /// Skips fewer pairs, because the certificate alone keeps the error above the threshold.
    #[cfg(feature = "skipping")]
    pub fn tighten(&mut self) {
        if let Some(skipping) = &mut self.skipping {
            skipping.tighten();
        }
    }

    /// Shares out the level of F and of the image, which balanced problems leave free, because large numbers are
    /// rounded more.
    pub fn level(&mut self) {
        if !self.scaled.is_balanced() {
            return;
        }
        let (p, Potentials { f, image, log_b, .. }, _) = self.change();
        let (a, b) = (p.problem.a(), p.problem.b());
        let of_g = reduce::sum_of(image.len(), &|j| b.get(j) / b.total() * (image[j] - log_b[j]));
        let shift = T::HALF * (of_g - a.mean_of(f));
        f.iter_mut().for_each(|value| *value += shift);
        image.iter_mut().for_each(|value| *value -= shift);
    }

    /// Says whether the potentials prove that forbidden pairs leave no plan.
    pub fn is_infeasible(&mut self) -> bool {
        self.current();
        let (Potentials { f, row, .. }, Scratch { column, spare, .. }) = (&mut self.potentials, &mut self.scratch);
        is_overfull(&self.scaled, f, row, column, spare)
    }
}

impl<T: Real> Potentials<'_, T> {
    /// Leaves the units of the sweep: writes f into `row` and g into `image`, levelled and in units of the scaled cost.
    /// If the solve has ended, F and G are computed back from f and g: the report and the plan belong to what the
    /// caller sees, rounding included. Columns without weight get the c-transform of F. Rows without weight get that of
    /// G when the report is measured, since that visits their pairs anyway.
    pub fn leave(&mut self, p: &ScaledProblem<'_, T>, ended: bool, scratch: &mut Scratch<'_, T>) {
        let Potentials { f: f_hat, g: g_hat, image: g, log_b, row: f } = self;
        let (a, b, m) = (p.problem.a(), p.problem.b(), g_hat.len());

        // Complete the columns without weight, if there are any. Their sums are taken with a weight of 1.
        let without_weight = |j: &usize| b.get(*j) == T::ZERO;
        if (0..m).any(|j| without_weight(&j)) {
            (0..m).filter(without_weight).for_each(|j| g_hat[j] = T::ZERO);
            column_logsums(p, f_hat, g_hat, g, scratch);
            for j in (0..m).filter(without_weight) {
                let offset = p.column_offset(j);
                g_hat[j] = ScaledProblem::within_range(-p.tau_b() * (scratch.column[j] - offset) - offset);
            }
        }

        // To units of cost, at the level that balanced potentials are reported with.
        let unit = p.s * p.unit;
        for (j, value) in g.iter_mut().enumerate() {
            let log = if b.get(j) == T::ZERO { T::ZERO } else { log_b[j] };
            *value = full_g(p, j, g_hat[j] - log) / unit;
        }
        for (i, value) in f.iter_mut().enumerate() {
            *value = full_f(p, i, f_hat[i]) / unit;
        }
        if p.is_balanced() {
            level_potentials(a, b, f, g);
        }

        // And back.
        if ended {
            self.come_back(p);
        } else {
            mask(p, g_hat);
        }
    }

    /// Computes F and G from the f in `row` and the g in `image`, which are in units of the scaled cost.
    pub fn come_back(&mut self, p: &ScaledProblem<'_, T>) {
        let Potentials { f: f_hat, g: g_hat, image: g, log_b, row: f } = self;
        let unit = p.s * p.unit;
        f_hat.copy_from_slice(f);
        into_f(p, unit, f_hat);
        g_hat.copy_from_slice(g);
        into_g(p, unit, g_hat, |j| log_b[j]);
    }
}

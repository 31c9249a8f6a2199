//! How a solve begins, goes to another epsilon, and begins again after an overflow.

use super::Solver;
use super::annealing::Schedule;
use super::auto::Method;
use super::stopping::Stagnation;
use crate::error::{Argument, Error, ErrorKind};
use crate::initial::{Initializer, Scratch, Target, Wrote, Zero};
use crate::measure::check_finite_vector;
use crate::problem::Problem;
use crate::real::Real;
use crate::report::Status;
use crate::solution::value;
use crate::sweep::columns::translation;
use crate::sweep::outcome::Outcome;
use crate::sweep::prepared::Prepared;
use crate::sweep::{half, kernel, log_zero};
use crate::workspace::Stored;

impl<T: Real> Solver<'_, T> {
    /// Begins anew from a start, completed by its c-transform.
    ///
    /// # Errors
    /// Those of the start, and [`ErrorKind::NotFinite`] or [`ErrorKind::Overflow`] naming `f` or `g` where it wrote what is not finite or out
    /// of range. The solver is then as it was created: started from zero.
    #[inline(never)]
    pub fn start(&mut self, start: &dyn Initializer<T>) -> Result<(), Error> {
        let result = self.try_start(start);
        if result.is_err() {
            self.try_start(&Zero)?;
        }
        result
    }

    fn try_start(&mut self, start: &dyn Initializer<T>) -> Result<(), Error> {
        self.prepared.set_epsilon(self.target_epsilon)?;
        let p = &self.prepared;
        let mut scratch = Scratch { rows: self.row, columns: self.scratch.column };
        let target = Target { problem: &p.problem, epsilon: p.epsilon, cost_scale: p.unit };
        #[cfg(feature = "support")]
        let started = match &mut self.whole {
            Some(whole) => whole.start(start, p, self.f, self.g)?,
            None => start.initialize(&target, self.f, self.g, &mut scratch)?,
        };
        #[cfg(not(feature = "support"))]
        let started = start.initialize(&target, self.f, self.g, &mut scratch)?;
        let wrote = started.wrote;
        if p.forbids() {
            clear_infinite(wrote, self.f, self.g);
        }
        let limit = Prepared::<T>::largest_exponent();
        let check = |argument, values: &[T]| {
            check_finite_vector(argument, values)?;
            // As much more as rounding makes of a potential at the limit that is handed back.
            if values.iter().all(|value| value.abs() * p.s <= T::TWO * limit) {
                Ok(())
            } else {
                Err(Error::new(argument, ErrorKind::Overflow))
            }
        };
        if wrote != Wrote::G {
            check(Argument::F, self.f)?;
        }
        if wrote != Wrote::F {
            check(Argument::G, self.g)?;
        }
        if p.is_balanced() {
            level(wrote, &p.problem, self.f, self.g);
            // A potential differs from its mean by no more than twice the largest cost. What is far beyond says nothing, and would make the
            // other potential so large that rounding takes what the costs say.
            let most = T::constant(64.0) * (p.largest_difference() + p.epsilon);
            for values in [&mut *self.f, &mut *self.g] {
                values.iter_mut().for_each(|value| *value = value.min(most).max(-most));
            }
        }
        if wrote != Wrote::G {
            for (i, value) in self.f.iter_mut().enumerate() {
                *value = p.s * *value - p.row_offset(i);
            }
        }
        if wrote != Wrote::F {
            let b = p.problem.b();
            for (j, value) in self.g.iter_mut().enumerate() {
                *value = p.s * *value - p.column_offset(j) + self.log_b[j];
                if b.get(j) == T::ZERO {
                    *value = log_zero();
                }
            }
        }
        if wrote == Wrote::G {
            half::complete_f(p, self.f, self.g, &mut self.scratch);
        }
        self.started = started;
        self.absorptions = 0;
        self.complete();
        self.start_value = self.level_start();
        self.recovered = false;
        self.status = None;
        self.sweeps = 0;
        self.last = Outcome { error: T::INFINITY, ..Outcome::new() };
        self.stagnation = Stagnation::new();
        self.row_fallbacks = 0;
        self.column_fallbacks = 0;
        self.rejections = 0;
        self.confirming = 0;
        self.accelerator.restart();
        self.schedule = Schedule::new(self.settings.annealing);
        self.change_epsilon(self.schedule.multiple())
            .map_err(|_| Error::new(Argument::ANNEALING_FIRST, ErrorKind::Overflow))
    }

    /// Goes to a multiple of the target; potentials keep their values in units of cost.
    pub(super) fn change_epsilon(&mut self, multiple: T) -> Result<(), Error> {
        let epsilon = if multiple == T::ONE { self.target_epsilon } else { multiple * self.target_epsilon };
        if epsilon == self.prepared.epsilon {
            return Ok(());
        }
        self.catch_up();
        let before = self.prepared.s;
        self.prepared.set_epsilon(epsilon)?;
        let ratio = self.prepared.s / before;
        self.f.iter_mut().for_each(|value| *value *= ratio);
        for (value, &log) in self.g.iter_mut().zip(self.log_b.iter()) {
            *value = (*value - log) * ratio + log;
        }
        self.mask_zero_weights();
        self.drop_kernel();
        Ok(())
    }

    pub(super) fn drop_kernel(&mut self) {
        if let Stored::Kernel(kernel) = &mut self.stored {
            (kernel.absorbed, kernel.state) = (false, kernel::State::Potentials);
        }
    }

    fn mask_zero_weights(&mut self) {
        let b = self.prepared.problem.b();
        for (j, value) in self.g.iter_mut().enumerate() {
            if b.get(j) == T::ZERO {
                *value = log_zero();
            }
        }
    }

    /// After a sweep that overflowed: begins again from zero, a start that every problem has; gives up the second time.
    pub(super) fn recover(&mut self) -> Option<Status> {
        // Newton's method shortens the step that led here. The rows of the next sweep are exact whatever f is.
        if let Some((auto, _)) = self.accelerator.auto()
            && auto.method == Method::Newton
            && auto.newton.retreat()
            && self.sweeps < self.settings.max_sweeps
        {
            let p = &self.prepared;
            self.f.iter_mut().enumerate().for_each(|(i, value)| *value = -p.row_offset(i));
            return self.status;
        }
        // A method of the automatic acceleration that led here is not used again.
        let given_up = match self.accelerator.auto() {
            Some((auto, _)) if auto.method != Method::Plain => {
                auto.give_up();
                false
            }
            _ => self.recovered,
        };
        self.recovered = true;
        self.rejections += 1;
        // The target was accepted when the solver was made.
        let _ = self.prepared.set_epsilon(self.target_epsilon);
        self.schedule = Schedule::new(None);
        // Where marginals are relaxed, potentials of the size of what is left out of the scores would carry mass beyond
        // all bounds.
        let p = &self.prepared;
        for (i, value) in self.f.iter_mut().enumerate() {
            *value = if p.is_balanced() { T::ZERO } else { -p.row_offset(i) };
        }
        self.complete();
        self.level_start();
        if let Some(anderson) = self.accelerator.anderson() {
            anderson.restart();
        }
        if given_up || self.sweeps >= self.settings.max_sweeps {
            self.status = Some(Status::PrecisionFloor);
        }
        self.status
    }

    /// g from f: a pair that is not complete would spoil what acceleration makes of it.
    fn complete(&mut self) {
        let p = &self.prepared;
        match &mut self.stored {
            Stored::Kernel(kernel) => {
                kernel::complete_g(p, kernel, self.f, self.g, self.log_b, &mut self.scratch);
                self.absorptions = self.absorptions.saturating_add(1);
            }
            _ => half::complete_g(p, self.f, self.g, self.log_b, self.image, &mut self.scratch),
        }
        self.mask_zero_weights();
    }

    /// Gives a complete pair its best level where the level matters: that of a start is arbitrary, and sweeps are slow to correct it.
    /// Returns the dual value, in units of the unscaled cost.
    fn level_start(&mut self) -> T {
        let p = &self.prepared;
        let mut shift = T::ZERO;
        if !p.is_balanced() {
            shift = translation(p, self.f, self.g, self.log_b);
            self.f.iter_mut().for_each(|value| *value += shift);
            self.g.iter_mut().for_each(|value| *value -= shift);
            self.mask_zero_weights();
        }
        let p = &self.prepared;
        let mass = value::mass_with_exact_columns(p, self.g, self.log_b, shift);
        self.pair(T::ZERO).dual_value(p, mass, true)
    }
}

/// A start that compares costs may find no finite one for a point, and then says nothing about it.
pub(super) fn clear_infinite<T: Real>(wrote: Wrote, f: &mut [T], g: &mut [T]) {
    for (skipped, values) in [(Wrote::G, f), (Wrote::F, g)] {
        if wrote != skipped {
            values.iter_mut().filter(|value| !value.is_finite()).for_each(|value| *value = T::ZERO);
        }
    }
}

/// Balanced potentials are free up to (+c, -c): takes out a constant that would only be rounded.
fn level<T: Real>(wrote: Wrote, problem: &Problem<'_, T>, f: &mut [T], g: &mut [T]) {
    let (a, b) = (problem.a(), problem.b());
    let (from_f, from_g) = match wrote {
        Wrote::F => (a.mean_of(f), T::ZERO),
        Wrote::G => (T::ZERO, b.mean_of(g)),
        Wrote::Both => {
            let half = T::HALF * (a.mean_of(f) - b.mean_of(g));
            (half, -half)
        }
    };
    f.iter_mut().for_each(|value| *value -= from_f);
    g.iter_mut().for_each(|value| *value -= from_g);
}

//! The beginning of a solve: from a start, and again from zero after an overflow.

use super::Solver;
use super::accelerate::Rescue;
use crate::error::{Argument, Error, ErrorKind};
use crate::measure::check_finite_vector;
use crate::real::Real;
use crate::report::Status;
use crate::scaled::ScaledProblem;
use crate::start::{Side, Start, StartMemory, Target, Zero};
use crate::sweep::outcome::Potentials;

impl<T: Real> Solver<'_, T> {
    /// Begins anew from a start, completed by its c-transform.
    ///
    /// # Errors
    /// Those of the start, and [`ErrorKind::NotFinite`] or [`ErrorKind::Overflow`] naming `f` or `g` if it wrote
    /// something that is not finite or out of range. The solver is then as it was created: started from zero.
    #[inline(never)]
    pub fn start(&mut self, start: &dyn Start<T>) -> Result<(), Error> {
        let result = self.try_start(start);
        if result.is_err() {
            self.try_start(&Zero)?;
        }
        result
    }

    fn try_start(&mut self, start: &dyn Start<T>) -> Result<(), Error> {
        // Let the start write potentials, in units of the unscaled cost.
        self.iterate.scaled.set_epsilon(self.target_epsilon)?;
        let (p, potentials, scratch) = self.iterate.change();
        let Potentials { f, g, row, .. } = potentials;
        let mut out = StartMemory { f, g, rows: row, columns: scratch.column };
        let target = Target::new(&p.problem, p.epsilon, p.unit, &self.settings);
        #[cfg(feature = "support")]
        let started = match &mut self.whole {
            Some(whole) => whole.start(start, p, &self.settings, out.f, out.g)?,
            None => start.write_potentials(&target, &mut out)?,
        };
        #[cfg(not(feature = "support"))]
        let started = start.write_potentials(&target, &mut out)?;

        // Refuse what is out of range.
        let wrote = started.wrote;
        if p.forbids() {
            clear_infinite(wrote, potentials.f, potentials.g);
        }
        check_range(p, wrote, potentials)?;

        // Make a pair of them, and begin.
        self.iterate.enter(wrote);
        self.progress.restart(started, self.settings.annealing);
        self.progress.start_value = self.iterate.complete(wrote, &mut self.progress.absorptions);
        if let Some(accelerator) = self.accelerator.active() {
            accelerator.restart();
        }
        let result = self.iterate.set_epsilon(self.progress.multiple * self.target_epsilon);
        result.map_err(|_| Error::new(Argument::ANNEALING_FIRST, ErrorKind::Overflow))
    }

    /// Begins again after a sweep that overflowed, from zero, a start that every problem has. It gives up the second
    /// time.
    pub(super) fn recover(&mut self) -> Option<Status> {
        let last = self.progress.sweeps >= self.settings.max_sweeps;
        let rescue = self.accelerator.active().map_or(Rescue::Plain, |accelerator| accelerator.overflow(!last));
        if rescue == Rescue::Retry {
            // The rows of the next sweep are exact whatever f is.
            self.iterate.zero_f();
            return None;
        }
        let given_up = last || (rescue == Rescue::Plain && self.progress.recovered);
        self.progress.recovered = true;
        self.progress.rejections += 1;
        self.progress.multiple = T::ONE;
        // The target was accepted when the solver was made.
        let _ = self.iterate.scaled.set_epsilon(self.target_epsilon);
        // If marginals are relaxed, potentials as large as the offsets would carry mass beyond all bounds.
        let (p, potentials, _) = self.iterate.zero_f();
        if p.is_balanced() {
            potentials.f.fill(T::ZERO);
        }
        self.iterate.complete(Side::F, &mut self.progress.absorptions);
        self.progress.status = given_up.then_some(Status::PrecisionFloor);
        self.progress.status
    }
}

/// Refuses potentials that are not finite or out of range. Not inlined, so that a small stack is free of it when G is
/// computed.
#[inline(never)]
fn check_range<T: Real>(p: &ScaledProblem<'_, T>, wrote: Side, potentials: &Potentials<'_, T>) -> Result<(), Error> {
    let (f, g) = (&*potentials.f, &*potentials.g);
    for (argument, skipped, values) in [(Argument::F, Side::G, f), (Argument::G, Side::F, g)] {
        if wrote == skipped {
            continue;
        }
        check_finite_vector(argument, values)?;
        // A potential at the limit that is handed back may have been rounded up: twice the limit is accepted.
        let most = T::TWO * ScaledProblem::<T>::largest_exponent();
        if !values.iter().all(|value| value.abs() * p.s <= most) {
            return Err(Error::new(argument, ErrorKind::Overflow));
        }
    }
    Ok(())
}

/// Clears what is not finite: a start that compares costs may find no finite one for a point, and then says nothing
/// about it.
pub(super) fn clear_infinite<T: Real>(wrote: Side, f: &mut [T], g: &mut [T]) {
    for (skipped, values) in [(Side::G, f), (Side::F, g)] {
        if wrote != skipped {
            values.iter_mut().filter(|value| !value.is_finite()).for_each(|value| *value = T::ZERO);
        }
    }
}

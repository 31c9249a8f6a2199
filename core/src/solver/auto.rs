//! The default acceleration: plain sweeps as long as they converge well, then Anderson's, then Newton's.
//!
//! A sweep of a small problem takes less time than what Anderson acceleration does after it, so that acceleration has
//! to save many sweeps to pay. The number of sweeps that remain is predicted from the fall of the error over a few
//! sweeps. If it is large, the next method takes over.

use super::accelerate::{Accelerate, Rescue, SweepKind};
use super::anderson::Anderson;
use super::iterate::Iterate;
use super::newton::Newton;
use super::progress::Progress;
use crate::real::Real;
use crate::sweep::outcome::Outcome;

/// The number of pairs from which on a sweep takes longer than what Anderson acceleration does after it.
const MANY_PAIRS: usize = 1024;

/// The number of sweeps from one look at the error to the next: for plain sweeps, whose error falls evenly, of few and
/// of many pairs; and for accelerated ones.
const PLAIN_WINDOW: [u32; 2] = [3, 2];
const WINDOW: u32 = 16;

/// The number of rows from which on a sweep takes so much longer than Anderson acceleration that this is on from the
/// beginning.
const MANY_ROWS: usize = 256;

/// The number of sweeps that may remain for plain ones to go on, of few and of many pairs.
const FEW: [f64; 2] = [6.0, 3.0];

/// The number of sweeps after which Newton's method may begin. The method takes about as long as [`SWEEPS_A_COLUMN`]
/// sweeps for each column. Anderson acceleration goes on if no more than that remain, within the bounds [`LEAST`] and
/// [`MOST`].
const SOON: u32 = 36;
const SWEEPS_A_COLUMN: f64 = 2.0;
const LEAST: f64 = 40.0;
const MOST: f64 = 180.0;

/// The method of the next sweep.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Method {
    Plain,
    Anderson,
    Newton,
}

/// The choice of one solve. Newton's method uses the memory of Anderson acceleration, which rests meanwhile.
pub(super) struct Auto<'a, T> {
    anderson: Anderson<'a, T>,
    newton: Newton<T>,
    method: Method,
    /// The method that a solve begins with.
    first: Method,
    has_many_pairs: bool,
    /// Anderson acceleration has not led to an overflow.
    has_anderson: bool,
    /// There is memory for Newton's method, and it has not given up.
    has_newton: bool,
    /// Sweeps so far, those of this window, and the error at its beginning.
    sweeps: u32,
    window: u32,
    error: T,
}

impl<T: Real> Accelerate<T> for Auto<'_, T> {
    fn sweep(&mut self, iterate: &mut Iterate<'_, T>) -> Outcome<T> {
        match self.method {
            Method::Plain => iterate.sweep(),
            Method::Anderson => self.anderson.sweep(iterate),
            Method::Newton => self.newton.sweep(&mut self.anderson.history, iterate.move_away()),
        }
    }

    fn kind(&self) -> SweepKind {
        match self.method {
            Method::Plain => SweepKind::Plain,
            Method::Anderson => self.anderson.kind(),
            Method::Newton => SweepKind::Accelerated,
        }
    }

    /// Lets the method of the sweep learn, and looks whether another one should go on.
    fn after(&mut self, iterate: &mut Iterate<'_, T>, outcome: &Outcome<T>, threshold: T, progress: &mut Progress<T>) {
        match self.method {
            Method::Plain => iterate.accept(),
            Method::Anderson => self.anderson.after(iterate, outcome, threshold, progress),
            Method::Newton => {
                let epsilon = self.newton.advance(&mut self.anderson.history, outcome, iterate.change());
                iterate.accept();
                return self.go_on(iterate, epsilon);
            }
        }
        if !self.changes_method(outcome.error, threshold) {
            return;
        }
        self.anderson.forget();
        if self.method == Method::Newton {
            progress.forget_errors();
            let epsilon = self.newton.begin(&iterate.scaled, outcome.error);
            self.go_on(iterate, Some(epsilon));
        }
    }

    fn overflow(&mut self, may_retry: bool) -> Rescue {
        if self.method == Method::Newton && self.newton.retreat() && may_retry {
            return Rescue::Retry;
        }
        let is_plain = self.method == Method::Plain;
        self.give_up();
        if is_plain { Rescue::Plain } else { Rescue::AnotherMethod }
    }

    fn forget(&mut self) {
        self.anderson.forget();
    }

    fn restart(&mut self) {
        (self.method, self.sweeps, self.window, self.error) = (self.first, 0, 0, T::INFINITY);
        self.anderson.restart();
    }
}

impl<'a, T: Real> Auto<'a, T> {
    pub fn new(rows: usize, columns: usize, anderson: Anderson<'a, T>) -> Self {
        let first = if rows < MANY_ROWS { Method::Plain } else { Method::Anderson };
        Auto {
            newton: Newton::new(columns),
            method: first,
            first,
            has_many_pairs: rows.saturating_mul(columns) >= MANY_PAIRS,
            has_anderson: true,
            has_newton: !anderson.history.products.is_empty(),
            anderson,
            sweeps: 0,
            window: 0,
            error: T::INFINITY,
        }
    }

    /// Leaves the present method for good, since it got nowhere or beyond the range of the scalar.
    fn give_up(&mut self) {
        match self.method {
            Method::Plain => {}
            Method::Anderson => self.has_anderson = false,
            Method::Newton => self.has_newton = false,
        }
        if self.method != Method::Plain {
            self.method = if self.has_anderson { Method::Anderson } else { Method::Plain };
            (self.window, self.error) = (0, T::INFINITY);
        }
        self.anderson.forget();
    }

    /// Goes on with Newton's method at the epsilon that it asks for; or with Anderson acceleration, at the epsilon of
    /// the problem, if it gave up or that epsilon is out of range.
    fn go_on(&mut self, iterate: &mut Iterate<'_, T>, epsilon: Option<T>) {
        if epsilon.is_none_or(|epsilon| iterate.set_epsilon(epsilon).is_err()) {
            // The target was accepted when the solver was made.
            let _ = iterate.set_epsilon(self.newton.target_epsilon);
            self.give_up();
        }
    }

    /// Looks at the error of a sweep that was not Newton's, and predicts how many sweeps remain. Returns whether the
    /// method has changed.
    fn changes_method(&mut self, error: T, threshold: T) -> bool {
        // At the end of a window, see how fast the error falls.
        self.sweeps = self.sweeps.saturating_add(1);
        self.window += 1;
        let size = usize::from(self.has_many_pairs);
        let window = if self.method == Method::Plain { PLAIN_WINDOW[size] } else { WINDOW };
        if self.window < window && self.sweeps != 1 {
            return false;
        }
        let fall = (self.error / error).log2();
        let remaining = if fall > T::ZERO {
            T::count(self.window as usize) * (error / threshold).log2() / fall
        } else {
            T::INFINITY
        };
        (self.window, self.error) = (0, error);
        if self.sweeps == 1 {
            return false;
        }

        // If many remain, the next method takes over.
        let many = T::constant(SWEEPS_A_COLUMN) * T::count(self.newton.columns);
        let many = many.max(T::constant(LEAST)).min(T::constant(MOST));
        let before = self.method;
        if before == Method::Plain && self.has_anderson && !(remaining <= T::constant(FEW[size])) {
            self.method = Method::Anderson;
        } else if before != Method::Newton && self.has_newton && self.sweeps >= SOON && !(remaining <= many) {
            self.method = Method::Newton;
        }
        self.method != before
    }
}

//! The default acceleration: plain sweeps as long as they converge well, then Anderson's, then Newton's.
//!
//! A sweep of a small problem costs less than what Anderson acceleration does after it, so that acceleration has to save many
//! sweeps to pay. From the fall of the error over a few sweeps the number of those that remain is predicted; where that is
//! large, the next method takes over.

use super::newton::Newton;
use crate::real::Real;

/// Pairs from which on a sweep takes longer than what Anderson acceleration does after it.
const MANY_PAIRS: usize = 1024;

/// Sweeps from one look at the error to the next: of plain sweeps of few and of many pairs, whose error falls evenly,
/// and of accelerated ones.
const PLAIN_WINDOW: [u32; 2] = [3, 2];
const WINDOW: u32 = 16;

/// Rows from which on a sweep costs so much more than Anderson acceleration that this is on from the beginning.
const MANY_ROWS: usize = 256;

/// Sweeps that may remain for plain ones to go on, of few and of many pairs.
const FEW: [f64; 2] = [6.0, 3.0];

/// Sweeps after which Newton's method may begin. It takes about as long as this many sweeps for each column, and Anderson
/// acceleration goes on if no more remain, within these bounds.
const SOON: u32 = 36;
const SWEEPS_A_COLUMN: f64 = 2.0;
const LEAST: f64 = 40.0;
const MOST: f64 = 180.0;

/// The method of the next sweep.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Method {
    Plain,
    Anderson,
    Newton,
}

/// The choice of one solve.
pub(crate) struct Auto<T> {
    pub method: Method,
    pub newton: Newton<T>,
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

impl<T: Real> Auto<T> {
    /// `has_newton`: there is memory for the products of columns.
    pub fn new(rows: usize, columns: usize, has_newton: bool) -> Self {
        let first = if rows < MANY_ROWS { Method::Plain } else { Method::Anderson };
        let newton = Newton::new(columns);
        let has_many_pairs = rows.saturating_mul(columns) >= MANY_PAIRS;
        Auto {
            method: first,
            newton,
            first,
            has_many_pairs,
            has_anderson: true,
            has_newton,
            sweeps: 0,
            window: 0,
            error: T::INFINITY,
        }
    }

    /// Begins anew, for another solve.
    pub fn restart(&mut self) {
        (self.method, self.sweeps, self.window, self.error) = (self.first, 0, 0, T::INFINITY);
    }

    /// Leaves the present method for good, since it got nowhere or beyond the range of the scalar.
    pub fn give_up(&mut self) {
        match self.method {
            Method::Plain => {}
            Method::Anderson => self.has_anderson = false,
            Method::Newton => self.has_newton = false,
        }
        self.method = if self.has_anderson { Method::Anderson } else { Method::Plain };
        (self.window, self.error) = (0, T::INFINITY);
    }

    /// Looks at the error of a sweep that was not Newton's; whether the method has changed.
    pub fn observe(&mut self, error: T, threshold: T) -> bool {
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
        let first = self.sweeps == 1;
        (self.window, self.error) = (0, error);
        if first {
            return false;
        }
        let many = T::constant(SWEEPS_A_COLUMN) * T::count(self.newton.columns());
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

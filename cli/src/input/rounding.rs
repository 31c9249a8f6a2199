//! What becomes of numbers in single precision: where points cannot be told apart any more, what is computed is about
//! other points.

use super::Table;
use crate::failure::Failure;

/// The numbers of a coordinate, and what rounding has done to them.
#[derive(Debug, Clone)]
pub struct Range {
    low: f64,
    high: f64,
    /// The largest error.
    lost: f64,
}

/// Of the range of a coordinate: rounding by more is seen in results.
const BLUR: f64 = 1e-3;

impl Range {
    pub const EMPTY: Range = Range { low: f64::INFINITY, high: f64::NEG_INFINITY, lost: 0.0 };

    pub fn take(&mut self, exact: f64, rounded: f64) {
        self.low = self.low.min(exact);
        self.high = self.high.max(exact);
        self.lost = self.lost.max((exact - rounded).abs());
    }

    fn with(&self, other: &Range) -> Range {
        Range { low: self.low.min(other.low), high: self.high.max(other.high), lost: self.lost.max(other.lost) }
    }

    fn is_blurred(&self) -> bool {
        self.high > self.low && self.lost > BLUR * (self.high - self.low)
    }
}

/// Refuses points whose distances the precision of the solve does not have: those of one table, or of two.
pub fn check_rounding<T>(x: &Table<T>, y: &Table<T>) -> Result<(), Failure> {
    let mut both = x.ranges.iter().zip(&y.ranges).map(|(x, y)| x.with(y)).enumerate();
    let Some((k, Range { low, high, .. })) = both.find(|(_, range)| range.is_blurred()) else { return Ok(()) };
    let files = if x.name == y.name { x.name.clone() } else { format!("{} and {}", x.name, y.name) };
    let coordinate = match x.names.as_deref() {
        Some(names) => format!("{:?}", names[k]),
        None => format!("coordinate {}", k + 1),
    };
    Err(Failure::data(format!(
        "{files}: {coordinate}: numbers from {low:?} to {high:?} cannot be told apart in f32: subtract an offset or \
         scale them, or use --precision f64"
    )))
}

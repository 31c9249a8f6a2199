//! What becomes of numbers in single precision: where points cannot be told apart any more, what is computed is about
//! other points.

/// The numbers of a coordinate, and what rounding has done to them.
#[derive(Debug, Clone)]
pub struct Range {
    pub low: f64,
    pub high: f64,
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

    pub fn with(&self, other: &Range) -> Range {
        Range { low: self.low.min(other.low), high: self.high.max(other.high), lost: self.lost.max(other.lost) }
    }

    pub fn is_blurred(&self) -> bool {
        self.high > self.low && self.lost > BLUR * (self.high - self.low)
    }
}

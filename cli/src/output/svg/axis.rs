//! From values to places between 0 and 1, and the values worth a label. Whatever the values are, places are finite.

use super::number::{exponent, label, power, short, superscript};

/// Beyond, values are drawn as this: so that differences of two stay finite.
const HUGE: f64 = 1e307;
/// A range is at least so much of its values: below, labels would be all digits.
const NARROW: f64 = 1e-9;

/// A value worth a mark.
pub struct Tick {
    /// Between 0 and 1.
    pub place: f64,
    /// Empty where there is no room for one.
    pub label: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Real,
    /// Linear; only whole numbers are labelled.
    Whole,
    /// Logarithmic; labels are powers of ten.
    Powers,
    /// Logarithmic; labels are whole numbers.
    Counts,
}

/// One side of a picture.
#[derive(Debug, Clone, Copy)]
pub struct Axis {
    kind: Kind,
    /// Logarithms, on a logarithmic axis.
    low: f64,
    high: f64,
}

impl Axis {
    /// Over all finite values, exactly; wider where they are all one.
    pub fn real(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = range(values).unwrap_or((0.0, 1.0));
        let (low, high) = (Axis::bounded(low), Axis::bounded(high));
        let (low, high) =
            if high - low > NARROW * low.abs().max(high.abs()) { (low, high) } else { widened(low, high) };
        Axis { kind: Kind::Real, low, high }
    }

    /// No further from zero than what is drawn.
    pub fn bounded(value: f64) -> f64 {
        value.clamp(-HUGE, HUGE)
    }

    /// The least and the greatest value.
    pub fn ends(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    /// Sweeps from the first to the last: logarithmic when there are many.
    pub fn sweeps(last: usize) -> Self {
        if last > 30 {
            Axis { kind: Kind::Counts, low: 0.0, high: (last as f64).log10() }.padded(0.02)
        } else {
            Axis { kind: Kind::Whole, low: 0.5, high: last.max(1) as f64 + 0.5 }
        }
    }

    /// Logarithmic, over all values that have a logarithm.
    pub fn powers(values: impl Iterator<Item = f64>) -> Self {
        let (low, high) = range(values.map(f64::log10)).unwrap_or((-6.0, 0.0));
        if high - low < 0.5 {
            let middle = 0.5 * (low + high);
            return Axis { kind: Kind::Powers, low: middle - 0.5, high: middle + 0.5 };
        }
        Axis { kind: Kind::Powers, low, high }
    }

    /// With more on both sides, as a part of the range.
    pub fn padded(self, part: f64) -> Self {
        let more = part * self.span();
        Axis { low: self.low - more, high: self.high + more, ..self }
    }

    /// With a range of this length around the same middle.
    pub fn stretched(self, span: f64) -> Self {
        self.padded(0.5 * (span / self.span() - 1.0))
    }

    /// The length of the range; in decades on a logarithmic axis.
    pub fn span(&self) -> f64 {
        self.high - self.low
    }

    /// Between 0 and 1 for values in the range, and never far from that.
    pub fn place(&self, value: f64) -> f64 {
        let value = if self.is_logarithmic() { value.log10() } else { Axis::bounded(value) };
        let place = (value - self.low) / self.span();
        if place.is_nan() { 0.0 } else { place.clamp(-1.0, 2.0) }
    }

    /// Evenly spread values, labelled, about `count` of them.
    pub fn ticks(&self, count: usize) -> Vec<Tick> {
        match self.kind {
            Kind::Real => self.linear(step(self.span() / count as f64)),
            Kind::Whole => self.linear(step(self.span() / count as f64).max(1.0)),
            Kind::Powers | Kind::Counts => self.logarithmic(count),
        }
    }

    fn is_logarithmic(&self) -> bool {
        matches!(self.kind, Kind::Powers | Kind::Counts)
    }

    fn linear(&self, step: f64) -> Vec<Tick> {
        let first = (self.low / step - 1e-6).ceil();
        let count = (self.high / step + 1e-6).floor() - first;
        if !(step > 0.0 && count.abs() < 100.0) {
            return Vec::new();
        }
        let largest = self.low.abs().max(self.high.abs());
        let tick = |k: i32| {
            let value = (first + f64::from(k)) * step;
            Tick { place: self.place(value), label: label(value, step, largest) }
        };
        (0..=count as i32).map(tick).collect()
    }

    /// Powers of ten, or more of each decade where there are too few, or fewer where there are too many.
    fn logarithmic(&self, count: usize) -> Vec<Tick> {
        let stride = (self.span() / count as f64).ceil().max(1.0) as i32;
        let choices: [&[u32]; 3] = [&[1], &[1, 2, 5], &[1, 2, 3, 4, 5, 6, 7, 8, 9]];
        let enough = if self.kind == Kind::Counts { 4 } else { 3 };
        let ticks = choices.map(|digits| self.decades(stride, digits));
        let [sparse, middle, dense] = ticks;
        if sparse.len() >= enough {
            sparse
        } else if middle.len() >= enough {
            middle
        } else {
            dense
        }
    }

    fn decades(&self, stride: i32, digits: &[u32]) -> Vec<Tick> {
        let (first, last) = (self.low.floor() as i32, self.high.ceil() as i32);
        let decades = (first..=last).filter(|decade| decade.rem_euclid(stride) == 0);
        let ticks = decades.flat_map(|decade| digits.iter().map(move |&digit| (digit, decade)));
        let inside = |&(digit, decade): &(u32, i32)| {
            let place = f64::from(decade) + f64::from(digit).log10();
            self.low <= place && place <= self.high
        };
        let tick = |(digit, decade): (u32, i32)| {
            let place = (f64::from(decade) + f64::from(digit).log10() - self.low) / self.span();
            let label = match (self.kind, digit) {
                (Kind::Counts, _) if (0..=5).contains(&decade) => format!("{}", f64::from(digit) * power(decade)),
                (_, 1) => format!("10{}", superscript(decade)),
                _ => short(f64::from(digit) * power(decade)),
            };
            Tick { place, label }
        };
        ticks.filter(inside).map(tick).collect()
    }
}

/// The least and the greatest of the finite values.
pub fn range(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let wider = |range: Option<(f64, f64)>, value: f64| match range {
        Some((low, high)) => Some((low.min(value), high.max(value))),
        None => Some((value, value)),
    };
    values.filter(|value| value.is_finite()).fold(None, wider)
}

fn widened(low: f64, high: f64) -> (f64, f64) {
    let (middle, more) = (0.5 * low + 0.5 * high, 0.1 * low.abs().max(high.abs()));
    // Around zero, or so close to it that there is nothing in between, any range will do.
    if more > f64::MIN_POSITIVE { (middle - more, middle + more) } else { (middle - 1.0, middle + 1.0) }
}

/// The next of 1, 2, 5, 10, ...
fn step(least: f64) -> f64 {
    if !(least > 0.0 && least.is_finite()) {
        return 1.0;
    }
    let decade = power(exponent(least));
    let nice = [1.0, 2.0, 5.0, 10.0].map(|digit| digit * decade);
    nice.into_iter().find(|&nice| nice >= least * (1.0 - 1e-9)).unwrap_or(least)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(axis: Axis, count: usize) -> Vec<String> {
        axis.ticks(count).into_iter().map(|tick| tick.label).collect()
    }

    #[test]
    fn ticks_are_round_numbers() {
        assert_eq!(labels(Axis::real([-1.1, 2.3].into_iter()), 5), ["−1", "0", "1", "2"]);
        assert_eq!(labels(Axis::real([0.0, 1.0].into_iter()), 5), ["0.0", "0.2", "0.4", "0.6", "0.8", "1.0"].map(zero));
        assert_eq!(labels(Axis::sweeps(1000), 6), ["1", "10", "100", "1000"]);
        assert_eq!(labels(Axis::sweeps(90), 6), ["1", "2", "5", "10", "20", "50"]);
        assert_eq!(labels(Axis::sweeps(1), 6), ["1"]);
        assert_eq!(labels(Axis::powers([1.0, 1e-6].into_iter()), 4), ["10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"]);
    }

    fn zero(label: &str) -> &str {
        if label == "0.0" { "0" } else { label }
    }

    #[test]
    fn any_values_have_finite_places_and_few_ticks() {
        let values = [0.0, -0.0, 1.0, -1.0, 1e300, -1e300, f64::MAX, f64::MIN, 1e-300, 5e-324, f64::NAN, f64::INFINITY];
        for low in values {
            for high in values {
                for axis in [Axis::real([low, high].into_iter()), Axis::powers([low, high].into_iter())] {
                    let axis = axis.padded(0.05);
                    assert!(values.iter().all(|&value| axis.place(value).is_finite()), "{axis:?}");
                    let ticks = axis.ticks(6);
                    assert!(ticks.len() < 20 && ticks.iter().all(|tick| tick.place.is_finite()), "{axis:?}");
                }
            }
        }
    }
}

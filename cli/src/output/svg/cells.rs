//! The two sides of a coupling, cut into cells of one width.
//!
//! Values on a lattice, such as whole numbers or tenths, have cells that hold as many places of it each: a cell with
//! one more than its neighbour, or none, would be a stripe that says nothing of the values.

use super::axis::{Axis, range};

/// Cells a side, about.
const MOST: usize = 96;
/// A lattice of no more places has a cell for each.
const SINGLE: usize = 128;
/// A lattice of more places has so many to a cell that nobody sees one more or less.
const PLACES: usize = 64 * MOST;
/// A place between two values that are neighbours is looked for at such parts of their distance.
const PARTS: usize = 6;
/// How far values may be from their places, in steps.
const ROUNDING: f64 = 1e-3;
/// Beside a range so many times as long, another would be a sliver: each has its own then.
const SLIVER: f64 = 8.0;

/// Cells beside each other.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cells {
    low: f64,
    pub width: f64,
    pub count: usize,
}

/// The cells of both sides.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    pub x: Cells,
    pub y: Cells,
    /// Whether both axes have one range.
    pub is_square: bool,
}

impl Grid {
    /// Of the values of both sides.
    pub fn of(x: &[f64], y: &[f64]) -> Grid {
        if !share_range(x, y) {
            return Grid { x: Cells::of(x, &[]), y: Cells::of(y, &[]), is_square: false };
        }
        let both = Lattice::of(&[x, y].concat()).map(|lattice| lattice.cells());
        let cells = |own, other| both.unwrap_or_else(|| Cells::of(own, other));
        Grid { x: cells(x, y), y: cells(y, x), is_square: true }
    }

    /// What each of them is drawn on.
    pub fn axes(&self) -> (Axis, Axis) {
        let axis = |cells: &[Cells]| Axis::real(cells.iter().flat_map(|cells| [cells.ends().0, cells.ends().1]));
        if self.is_square {
            let both = axis(&[self.x, self.y]);
            return (both, both);
        }
        (axis(&[self.x]), axis(&[self.y]))
    }
}

impl Cells {
    /// Of some values, in the range of these and others.
    fn of(values: &[f64], others: &[f64]) -> Cells {
        let all = || values.iter().chain(others).copied();
        Lattice::of(values).map_or_else(|| Cells::over(Axis::real(all()), MOST), |lattice| lattice.cells())
    }

    /// So many from end to end.
    fn over(axis: Axis, count: usize) -> Cells {
        let (low, high) = axis.ends();
        Cells { low, width: (high - low) / count as f64, count }
    }

    /// Where they begin and end.
    pub fn ends(&self) -> (f64, f64) {
        (self.low, self.edge(self.count as f64))
    }

    /// The value after so many cells.
    pub fn edge(&self, cells: f64) -> f64 {
        self.low + cells * self.width
    }

    /// The cell of each value.
    pub fn bins(&self, values: &[f64]) -> Vec<usize> {
        // The little more is against rounding where values are all equal.
        let cell = |value: &f64| ((Axis::bounded(*value) - self.low) / self.width + 1e-9) as usize;
        values.iter().map(|value| cell(value).min(self.count.saturating_sub(1))).collect()
    }
}

/// Whether both are seen in a range of both: they are of one unit, as costs are distances between them.
fn share_range(x: &[f64], y: &[f64]) -> bool {
    let (Some(p), Some(q)) = (range(x.iter().copied()), range(y.iter().copied())) else { return false };
    let both = p.1.max(q.1) - p.0.min(q.0);
    [p, q].into_iter().all(|(low, high)| low == high || (high - low) * SLIVER >= both)
}

/// Places of one distance that values are on.
struct Lattice {
    low: f64,
    step: f64,
    places: usize,
}

impl Lattice {
    fn of(values: &[f64]) -> Option<Lattice> {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|value| value.is_finite()).collect();
        sorted.sort_unstable_by(f64::total_cmp);
        sorted.dedup();
        let (&low, &high) = (sorted.first()?, sorted.last()?);
        let least = sorted.windows(2).map(|pair| pair[1] - pair[0]).fold(f64::INFINITY, f64::min);
        let is_countable = |step: f64| step > 0.0 && (high - low) / step <= PLACES as f64;
        let steps = (1..=PARTS).map(|part| least / part as f64);
        steps.take_while(|step| is_countable(*step)).find_map(|step| Lattice::with(&sorted, step))
    }

    /// With a step that is known roughly.
    fn with(sorted: &[f64], step: f64) -> Option<Lattice> {
        let (low, high) = (sorted[0], sorted[sorted.len() - 1]);
        let steps: f64 = sorted.windows(2).map(|pair| ((pair[1] - pair[0]) / step).round()).sum();
        let step = (high - low) / steps;
        let place = |value: f64| (value - low) / step;
        let is_on = |value: &f64| (place(*value) - place(*value).round()).abs() < ROUNDING;
        sorted.iter().all(is_on).then(|| Lattice { low, step, places: steps as usize + 1 })
    }

    fn cells(&self) -> Cells {
        let places = if self.places > SINGLE { self.places.div_ceil(MOST) } else { 1 };
        let width = places as f64 * self.step;
        Cells { low: self.low - 0.5 * self.step, width, count: self.places.div_ceil(places) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn over(values: &[f64], count: usize) -> Vec<usize> {
        Cells::over(Axis::real(values.iter().copied()), count).bins(values)
    }

    #[test]
    fn cells_are_equal_and_the_greatest_value_is_in_the_last() {
        assert_eq!(over(&[0.0, 0.24, 0.25, 0.5, 1.0], 4), [0, 0, 1, 2, 3]);
        assert_eq!(over(&[7.0; 3], 5), [2; 3]);
        assert_eq!(over(&[0.3; 3], 8), [4; 3]);
        assert_eq!(over(&[-1e308, 0.0, 1e308], 10), [0, 5, 9]);
        assert!(over(&[], 5).is_empty());
        assert_eq!(over(&[f64::NAN, 0.0, 1.0, f64::INFINITY], 2), [0, 0, 1, 1]);
    }

    #[test]
    fn places_of_a_lattice_have_a_cell_each() {
        let whole: Vec<f64> = (0..=68).map(f64::from).collect();
        let Grid { x, y, .. } = Grid::of(&whole, &[0.0, 3.0, 5.0, 48.0]);
        assert_eq!(x, Cells { low: -0.5, width: 1.0, count: 69 });
        assert_eq!((y, x.bins(&whole)), (x, (0..69).collect()));
        let odd: Vec<f64> = (0..20).map(|k| f64::from(2 * k - 1)).collect();
        assert_eq!(Grid::of(&odd, &odd).x, Cells { low: -2.0, width: 2.0, count: 20 });
        let tenths: Vec<f64> = (3..60).map(|k| f64::from(k) / 10.0).collect();
        assert_eq!(Grid::of(&tenths, &[]).x.count, 57);
        let singles: Vec<f64> = tenths.iter().map(|value| f64::from(*value as f32)).collect();
        assert_eq!(Grid::of(&singles, &singles).y.bins(&singles), (0..57).collect::<Vec<_>>());
    }

    #[test]
    fn cells_of_a_long_lattice_have_as_many_places_each() {
        let whole: Vec<f64> = (0..1000).map(f64::from).collect();
        let cells = Grid::of(&whole, &whole).x;
        let mut counts = vec![0; cells.count];
        cells.bins(&whole).into_iter().for_each(|cell| counts[cell] += 1);
        assert_eq!((counts[0], counts.iter().filter(|count| **count != 11).count()), (11, 1), "{counts:?}");
    }

    #[test]
    fn a_sliver_has_a_range_of_its_own() {
        let far = Grid::of(&[0.0, 1.0], &[100.0, 101.0]);
        assert_eq!((far.x.ends(), far.y.ends(), far.is_square), ((-0.5, 1.5), (99.5, 101.5), false));
        let one = Grid::of(&[0.0, 0.7, 10.3], &[2.0, 2.0]);
        assert!(one.is_square && one.axes().0.ends() == one.axes().1.ends());
    }
}

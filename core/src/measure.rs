//! Weighted points: checked, borrowed views.

use crate::error::{Argument, Error, ErrorKind, Place, check_count, check_length};
use crate::memory::CopyTo;
use crate::real::Real;
use crate::vector::WeightVectors;

/// The weights of a measure: non-negative, finite, with a positive total. Zero weights are legal.
#[derive(Debug, Clone, Copy)]
pub struct Weights<'a, T> {
    values: Option<&'a [T]>,
    len: usize,
    uniform: T,
    total: T,
    /// Multiplies the stored values: 1, unless the total was corrected.
    factor: T,
}

impl<'a, T: Real> Weights<'a, T> {
    /// Makes `len` weights of 1/`len`, stored nowhere.
    pub fn uniform(argument: Argument, len: usize) -> Result<Self, Error> {
        if len == 0 {
            return Err(Error::new(argument, ErrorKind::Empty));
        }
        Ok(Weights { values: None, len, uniform: T::ONE / T::count(len), total: T::ONE, factor: T::ONE })
    }

    /// Checks `values` and views them as weights. `argument` is the name that errors use.
    ///
    /// # Errors
    /// [`ErrorKind::Empty`], [`ErrorKind::NotFinite`], [`ErrorKind::Negative`], [`ErrorKind::NoMass`], and
    /// [`ErrorKind::Total`] if the sum is so large or small that products of it leave the range of the scalar
    /// (outside 1e-77 to 1e77 in `f64`, 1e-9 to 1e9 in `f32`).
    pub fn new(argument: Argument, values: &'a [T]) -> Result<Self, Error> {
        if values.is_empty() {
            return Err(Error::new(argument, ErrorKind::Empty));
        }
        for (row, &value) in values.iter().enumerate() {
            let place = Place::entry(row);
            if !value.is_finite() {
                return Err(Error::new(argument, ErrorKind::NotFinite { place, value: value.widen() }));
            }
            if value < T::ZERO {
                return Err(Error::new(argument, ErrorKind::Negative { place, value: value.widen() }));
            }
        }
        let total = crate::reduce::sum(values);
        if total == T::ZERO {
            return Err(Error::new(argument, ErrorKind::NoMass));
        }
        if !(total < T::FOURTH_ROOT_MAX && total > T::ONE / T::FOURTH_ROOT_MAX) {
            return Err(Error::new(argument, ErrorKind::Total { value: total.widen(), range: T::TOTALS }));
        }
        Ok(Weights { values: Some(values), len: values.len(), uniform: T::ZERO, total, factor: T::ONE })
    }

    /// Checks a view of as many `values` as are `expected`.
    pub(crate) fn of_length(argument: Argument, values: &'a [T], expected: usize) -> Result<Self, Error> {
        check_length(argument, values, expected)?;
        Weights::new(argument, values)
    }

    /// Returns their number.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns false: an empty measure is an error.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Returns the weight of point `i`.
    ///
    /// # Panics
    /// If `i` is not less than [`Weights::len`] and the weights are stored.
    #[inline]
    pub fn get(&self, i: usize) -> T {
        match self.values {
            Some(values) => values[i] * self.factor,
            None => self.uniform,
        }
    }

    /// Returns the weight of point `i` without a panic: 0 beyond the end.
    #[inline]
    pub(crate) fn at(&self, i: usize) -> T {
        match self.values {
            Some(values) => values.get(i).copied().unwrap_or(T::ZERO) * self.factor,
            None => self.uniform,
        }
    }

    /// Returns the weighted mean of as many values.
    pub(crate) fn mean_of(&self, values: &[T]) -> T {
        let value = |i: usize| values.get(i).copied().unwrap_or(T::ZERO);
        crate::reduce::sum_of(values.len(), &|i| self.at(i) / self.total * value(i))
    }

    /// Returns the sum of the weights.
    pub fn total(&self) -> T {
        self.total
    }

    /// Multiplies all weights by one number so that they sum to `total`.
    pub(crate) fn with_total(self, total: T) -> Self {
        let factor = total / self.total;
        Weights { uniform: self.uniform * factor, factor: self.factor * factor, total, ..self }
    }

    /// Copies them to other memory.
    pub(crate) fn copied<'t>(&self, to: &mut CopyTo<'_, 't, T>) -> Weights<'t, T> {
        let Weights { values, len, uniform, total, factor } = *self;
        Weights { values: values.map(|values| to.copy(values)), len, uniform, total, factor }
    }

    /// Returns how many are positive.
    #[cfg(feature = "support")]
    pub(crate) fn support(&self) -> usize {
        self.values.map_or(self.len, |values| values.iter().filter(|&&value| value > T::ZERO).count())
    }

    /// Returns some of these weights, copied to `values`, that sum to the same.
    #[cfg(feature = "support")]
    pub(crate) fn copied_to(self, values: &'a [T]) -> Self {
        Weights { values: Some(values), len: values.len(), uniform: T::ZERO, total: self.total, factor: T::ONE }
    }

    /// Returns these weights as loops read them.
    pub(crate) fn vectors(&self) -> WeightVectors<'a, T> {
        WeightVectors { values: self.values, factor: self.factor, uniform: self.uniform }
    }

    /// Returns the weights as they were given, if they are stored.
    pub fn values(&self) -> Option<&'a [T]> {
        self.values
    }

    /// Says whether all weights are 1/len and stored nowhere.
    pub fn is_uniform(&self) -> bool {
        self.values.is_none()
    }
}

/// Gives `b` the total of `a`, which exact marginals have in common, and returns the relative difference that was
/// taken out. A difference that rounding explains is accepted: 1e-6 in `f64`, 1e-3 in `f32`, as histograms have that
/// were single or half precision once. A few units of rounding are left alone.
pub(crate) fn with_equal_totals<'b, T: Real>(
    a: Weights<'_, T>,
    b: Weights<'b, T>,
) -> Result<(Weights<'b, T>, T), Error> {
    let difference = (b.total() - a.total()) / a.total().max(b.total());
    if difference.abs() > T::DEFAULT_THRESHOLD {
        return Err(Error::new(Argument::B, ErrorKind::UnequalMass { a: a.total().widen(), b: b.total().widen() }));
    }
    if difference.abs() <= T::constant(64.0) * T::EPSILON {
        return Ok((b, T::ZERO));
    }
    Ok((b.with_total(a.total()), difference))
}

/// A set of points in row-major order: point `i` is `data[i * dimension .. (i + 1) * dimension]`. Finite.
#[derive(Debug, Clone, Copy)]
pub struct Points<'a, T> {
    data: &'a [T],
    dimension: usize,
    len: usize,
    /// The number of each point in `data`, if these are only some of them.
    #[cfg(feature = "support")]
    chosen: Option<&'a [T]>,
}

impl<'a, T: Real> Points<'a, T> {
    /// Checks `data` and views them as points of this dimension. `argument` is the name that errors use.
    ///
    /// # Errors
    /// [`ErrorKind::Empty`], [`ErrorKind::NotPositive`] for dimension 0, [`ErrorKind::Ragged`],
    /// [`ErrorKind::NotFinite`].
    pub fn new(argument: Argument, data: &'a [T], dimension: usize) -> Result<Self, Error> {
        check_count(Argument::DIMENSION, dimension)?;
        if data.is_empty() {
            return Err(Error::new(argument, ErrorKind::Empty));
        }
        if !data.len().is_multiple_of(dimension) {
            return Err(Error::new(argument, ErrorKind::Ragged { length: data.len(), dimension }));
        }
        check_finite(argument, data, dimension)?;
        Ok(Points {
            data,
            dimension,
            len: data.len() / dimension,
            #[cfg(feature = "support")]
            chosen: None,
        })
    }

    /// Returns the points with these numbers, kept by [`Real::from_index`]; all of them, if there are none.
    #[cfg(feature = "support")]
    pub(crate) fn choose(self, chosen: Option<&'a [T]>) -> Self {
        Points { len: chosen.map_or(self.len, <[T]>::len), chosen, ..self }
    }

    /// Copies all of them to other memory.
    pub(crate) fn copied<'t>(&self, to: &mut CopyTo<'_, 't, T>) -> Points<'t, T> {
        Points {
            data: to.copy(self.data),
            dimension: self.dimension,
            len: self.len,
            #[cfg(feature = "support")]
            chosen: self.chosen.map(|chosen| to.copy(chosen)),
        }
    }

    /// Returns the coordinates of points from `start` to `end`, if they lie side by side.
    #[cfg(feature = "costs")]
    pub(crate) fn side_by_side(&self, start: usize, end: usize) -> Option<&'a [T]> {
        #[cfg(feature = "support")]
        if self.chosen.is_some() {
            return None;
        }
        Some(&self.data[start * self.dimension..end * self.dimension])
    }

    /// Returns the number of points.
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns false: an empty measure is an error.
    pub fn is_empty(&self) -> bool {
        false
    }

    /// Returns the number of coordinates of a point.
    pub fn dimension(&self) -> usize {
        self.dimension
    }

    /// Returns all coordinates, point after point.
    pub fn data(&self) -> &'a [T] {
        self.data
    }

    /// Returns the weighted mean of coordinate `k`.
    pub(crate) fn mean(&self, weights: Weights<'_, T>, k: usize) -> T {
        // Relative to the first point, so that the sum is exact to the spread of the data, not to their distance from
        // 0.
        let origin = self.point(0)[k];
        let sum = crate::reduce::sum_of(self.len, &|i| weights.get(i) * (self.point(i)[k] - origin));
        origin + sum / weights.total()
    }

    /// Returns the coordinates of point `i`.
    ///
    /// # Panics
    /// If `i` is not less than [`Points::len`].
    #[inline]
    pub fn point(&self, i: usize) -> &'a [T] {
        #[cfg(feature = "support")]
        let i = self.chosen.map_or(i, |chosen| chosen[i].to_index() as usize);
        &self.data[i * self.dimension..(i + 1) * self.dimension]
    }
}

/// Refuses a matrix or point set with an entry that is NaN or infinite.
pub(crate) fn check_finite<T: Real>(argument: Argument, data: &[T], columns: usize) -> Result<(), Error> {
    let columns = columns.max(1);
    check_entries(argument, data, |at| Place::cell(at / columns, at % columns))
}

/// Refuses a vector with an entry that is NaN or infinite.
pub(crate) fn check_finite_vector<T: Real>(argument: Argument, data: &[T]) -> Result<(), Error> {
    check_entries(argument, data, Place::entry)
}

fn check_entries<T: Real>(argument: Argument, data: &[T], place: impl Fn(usize) -> Place) -> Result<(), Error> {
    match data.iter().enumerate().find(|(_, value)| !value.is_finite()) {
        None => Ok(()),
        Some((at, value)) => Err(Error::new(argument, ErrorKind::NotFinite { place: place(at), value: value.widen() })),
    }
}

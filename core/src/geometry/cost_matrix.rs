use crate::error::{Argument, Error, ErrorKind, Place, check_length};
use crate::memory::CopyTo;
use crate::real::Real;
use crate::reduce::is_finite;
#[cfg(feature = "costs")]
use crate::reduce::largest_finite;

/// A dense cost matrix of the caller, n x m, in either storage order.
///
/// Costs are finite, or plus infinity: an infinite cost forbids its pair, which carries nothing.
#[derive(Debug, Clone, Copy)]
pub struct CostMatrix<'a, T> {
    data: &'a [T],
    rows: usize,
    columns: usize,
    row_stride: usize,
    column_stride: usize,
    /// Some cost is infinite.
    #[cfg_attr(not(feature = "costs"), allow(dead_code))] // such builds refuse a matrix
    forbids: bool,
    /// The numbers of the rows and columns in `data`, if these are only some of them.
    #[cfg(feature = "support")]
    chosen: (Option<&'a [T]>, Option<&'a [T]>),
}

impl<'a, T: Real> CostMatrix<'a, T> {
    /// Reads C_ij = data[i * columns + j], as C, NumPy and Rust arrays are laid out.
    ///
    /// # Errors
    /// [`ErrorKind::Empty`], [`ErrorKind::Length`], [`ErrorKind::TooLarge`], and [`ErrorKind::NotFinite`] for NaN and
    /// minus infinity; all name `cost`.
    pub fn row_major(data: &'a [T], rows: usize, columns: usize) -> Result<Self, Error> {
        CostMatrix::strided(data, [rows, columns], [columns, 1], |place| place)
    }

    /// Reads C_ij = data[i + j * rows], as Fortran, nalgebra and Eigen lay matrices out.
    ///
    /// # Errors
    /// Those of [`CostMatrix::row_major`].
    pub fn column_major(data: &'a [T], rows: usize, columns: usize) -> Result<Self, Error> {
        // Found in storage order: the message has row and column the other way round.
        let swap = |place: Place| Place::cell(place.column.unwrap_or(0), place.row);
        CostMatrix::strided(data, [rows, columns], [1, rows], swap)
    }

    fn strided(
        data: &'a [T],
        [rows, columns]: [usize; 2],
        [row_stride, column_stride]: [usize; 2],
        to_place: impl Fn(Place) -> Place,
    ) -> Result<Self, Error> {
        if rows == 0 || columns == 0 || data.is_empty() {
            return Err(Error::new(Argument::COST, ErrorKind::Empty));
        }
        let expected = rows.checked_mul(columns).ok_or(Error::new(Argument::COST, ErrorKind::TooLarge))?;
        check_length(Argument::COST, data, expected)?;
        let line = row_stride.max(column_stride);
        let forbids = check_costs(data, line).map_err(|error| error.map_place(to_place))?;
        Ok(CostMatrix {
            data,
            rows,
            columns,
            row_stride,
            column_stride,
            forbids,
            #[cfg(feature = "support")]
            chosen: (None, None),
        })
    }

    /// Returns the rows and columns with these numbers, kept by [`Real::from_index`]; all of a side, if there are none.
    #[cfg(feature = "support")]
    pub(crate) fn choose(self, rows: Option<&'a [T]>, columns: Option<&'a [T]>) -> Self {
        let count = |all, chosen: Option<&[T]>| chosen.map_or(all, <[T]>::len);
        CostMatrix {
            rows: count(self.rows, rows),
            columns: count(self.columns, columns),
            chosen: (rows, columns),
            ..self
        }
    }

    /// Copies all entries to other memory.
    pub(crate) fn copied<'t>(&self, to: &mut CopyTo<'_, 't, T>) -> CostMatrix<'t, T> {
        let CostMatrix { data, rows, columns, row_stride, column_stride, forbids, .. } = *self;
        let data = to.copy(data);
        #[cfg(feature = "support")]
        let mut copied = |numbers: Option<&[T]>| numbers.map(|numbers| to.copy(numbers));
        CostMatrix {
            data,
            rows,
            columns,
            row_stride,
            column_stride,
            forbids,
            #[cfg(feature = "support")]
            chosen: (copied(self.chosen.0), copied(self.chosen.1)),
        }
    }

    /// Refuses infinite costs, for what does not know them.
    ///
    /// # Errors
    /// [`ErrorKind::NotFinite`] naming `cost` and the first of them.
    pub fn without_infinite(self) -> Result<Self, Error> {
        for i in 0..self.rows {
            if let Some(j) = (0..self.columns).find(|&j| self.forbids && self.cost(i, j) == T::INFINITY) {
                let place = Place::cell(i, j);
                return Err(Error::new(Argument::COST, ErrorKind::NotFinite { place, value: f64::INFINITY }));
            }
        }
        Ok(self)
    }

    /// Returns n.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// Returns m.
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// Returns all entries, in storage order.
    pub fn data(&self) -> &'a [T] {
        self.data
    }

    /// Returns C_ij.
    ///
    /// # Panics
    /// If an index is out of range.
    #[inline]
    pub fn cost(&self, i: usize, j: usize) -> T {
        assert!(i < self.rows && j < self.columns, "entry ({i}, {j}) of a {} x {} matrix", self.rows, self.columns);
        #[cfg(feature = "support")]
        let (i, j) = {
            let number = |k: usize, chosen: Option<&[T]>| chosen.map_or(k, |chosen| chosen[k].to_index() as usize);
            (number(i, self.chosen.0), number(j, self.chosen.1))
        };
        self.data[i * self.row_stride + j * self.column_stride]
    }
}

#[cfg(feature = "costs")]
impl<'a, T: Real> CostMatrix<'a, T> {
    /// Says whether these are all entries of `data`.
    fn is_whole(&self) -> bool {
        #[cfg(feature = "support")]
        return self.chosen == (None, None);
        #[cfg(not(feature = "support"))]
        true
    }

    /// Returns row `i`, if it is contiguous.
    #[inline]
    pub(crate) fn contiguous_row(&self, i: usize) -> Option<&'a [T]> {
        self.row_major_data().map(|data| &data[i * self.columns..(i + 1) * self.columns])
    }

    /// Returns all entries, if they lie row by row.
    pub(crate) fn row_major_data(&self) -> Option<&'a [T]> {
        (self.column_stride == 1 && self.is_whole()).then_some(self.data)
    }

    /// Returns the largest absolute entry that is finite.
    pub(crate) fn max_abs(&self) -> T {
        if self.is_whole() {
            return largest_finite(self.data.iter().copied());
        }
        largest_finite((0..self.rows).flat_map(|i| (0..self.columns).map(move |j| self.cost(i, j))))
    }

    /// Says whether some cost is infinite.
    pub(crate) fn forbids(&self) -> bool {
        self.forbids
    }
}

/// Refuses NaN and minus infinity. Returns whether some cost is plus infinity.
pub(crate) fn check_costs<T: Real>(data: &[T], columns: usize) -> Result<bool, Error> {
    if is_finite(data) {
        return Ok(false);
    }
    if let Some(at) = data.iter().position(|&value| !(value > -T::INFINITY)) {
        let place = Place::cell(at / columns.max(1), at % columns.max(1));
        return Err(Error::new(Argument::COST, ErrorKind::NotFinite { place, value: data[at].widen() }));
    }
    Ok(true)
}

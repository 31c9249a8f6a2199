//! Arrays, costs and starts.

use std::borrow::Cow;

use numpy::{
    Element, PyArray1, PyArray2, PyArrayDescrMethods, PyArrayMethods, PyReadonlyArray1, PyReadonlyArray2,
    PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use sinkhorn::core::start::{Start, StartMemory, StartReport, Target};
use sinkhorn::input::{Costs, IntoCosts};
use sinkhorn::{Real, TransportBuilder, cost, start};

use crate::error::core_error;

/// A scalar that solver and arrays share.
pub trait Scalar: Real + Element {}

impl Scalar for f32 {}
impl Scalar for f64 {}

/// Says whether an array is of `float64`, or else of `float32`.
pub fn is_double(array: &Bound<'_, PyAny>) -> PyResult<bool> {
    let dtype = array.cast::<numpy::PyUntypedArray>()?.dtype();
    let py = array.py();
    if dtype.is_equiv_to(&numpy::dtype::<f64>(py)) {
        Ok(true)
    } else if dtype.is_equiv_to(&numpy::dtype::<f32>(py)) {
        Ok(false)
    } else {
        Err(PyTypeError::new_err("an array of float32 or float64 is needed"))
    }
}

/// Lends a matrix in C order.
pub fn matrix<'py, T: Scalar>(array: &Bound<'py, PyAny>) -> PyResult<PyReadonlyArray2<'py, T>> {
    let array = array.cast::<PyArray2<T>>()?;
    if array.is_c_contiguous() {
        Ok(array.try_readonly()?)
    } else {
        Err(PyTypeError::new_err("a matrix in C order is needed"))
    }
}

/// Lends a vector without gaps.
pub fn vector<'py, T: Scalar>(array: Option<&Bound<'py, PyAny>>) -> PyResult<Option<PyReadonlyArray1<'py, T>>> {
    let Some(array) = array else { return Ok(None) };
    let array = array.cast::<PyArray1<T>>()?;
    if array.is_c_contiguous() {
        Ok(Some(array.try_readonly()?))
    } else {
        Err(PyTypeError::new_err("a vector without gaps is needed"))
    }
}

/// Returns the entries of a vector.
pub fn entries<'a, T: Scalar>(vector: &'a Option<PyReadonlyArray1<'_, T>>) -> PyResult<Option<&'a [T]>> {
    vector.as_ref().map(|vector| vector.as_slice()).transpose().map_err(Into::into)
}

/// A cost matrix of NumPy.
pub struct Lent<'a, T>(pub &'a [T], pub [usize; 2], pub bool);

impl<'a, T: Real> IntoCosts<'a> for Lent<'a, T> {
    type Scalar = T;

    fn into_costs(self) -> Costs<'a, T> {
        let Lent(entries, [rows, columns], column_major) = self;
        Costs { entries: Cow::Borrowed(entries), rows, columns, column_major }
    }
}

/// Sets the ground cost by the name that SciPy has for it.
pub fn with_metric<'a, T: Scalar>(
    builder: TransportBuilder<'a, T>,
    name: &str,
    p: f64,
) -> PyResult<TransportBuilder<'a, T>> {
    let norm = |p: f64| cost::PNorm::new(T::constant(p)).map_err(core_error);
    Ok(match name {
        "sqeuclidean" => builder.cost(cost::SquaredEuclidean),
        "euclidean" => builder.cost(cost::Euclidean),
        "cityblock" => builder.cost(cost::Manhattan),
        "chebyshev" => builder.cost(norm(f64::INFINITY)?),
        "cosine" => builder.cost(cost::Cosine),
        "minkowski" => builder.cost(norm(p).map_err(|_| {
            PyValueError::new_err(format!("p is {p}: the exponent of a Minkowski distance is at least 1"))
        })?),
        _ => return Err(PyValueError::new_err(format!("metric is {name:?}, which sinkhorn does not know"))),
    })
}

/// A start that was chosen by name.
pub struct Named<T>(Box<dyn Start<T> + Send + Sync>);

impl<T: Real> Start<T> for Named<T> {
    fn write_potentials(
        &self,
        target: &Target<'_, '_, T>,
        out: &mut StartMemory<'_, T>,
    ) -> Result<StartReport, sinkhorn::core::Error> {
        self.0.write_potentials(target, out)
    }
}

/// Returns a start by its name.
pub fn start<T: Scalar>(name: &str) -> PyResult<Named<T>> {
    Ok(Named(match name {
        "auto" => Box::new(start::Auto),
        "zero" => Box::new(start::Zero),
        "monotone" => Box::new(start::Monotone),
        "gaussian" => Box::new(start::GaussianStart::default()),
        "mixture" => Box::new(start::MixtureStart::default()),
        "coarse" => Box::new(start::CoarseStart::default()),
        "cells" => Box::new(start::CellsStart),
        "subsample" => Box::new(start::SubsampleStart::default()),
        _ => {
            let known = "auto, zero, monotone, gaussian, mixture, coarse, cells and subsample";
            return Err(PyValueError::new_err(format!("start is {name:?}: there are {known}")));
        }
    }))
}

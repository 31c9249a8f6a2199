//! Soft sorting, ranking, quantiles and selection.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use sinkhorn::core::soft::{QuantileConvention, SoftSettings};
use sinkhorn::{Error, soft_quantile, soft_rank, soft_sort_to, soft_top_k};

use crate::error::value_error;
use crate::input::{Scalar, entries, is_double, vector};
use crate::run::detached;
use crate::solved::to_vector;

/// A result of either scalar.
enum Either {
    Single(sinkhorn::Soft<f32>),
    Double(sinkhorn::Soft<f64>),
}

/// The result of a soft operator.
#[pyclass(frozen, module = "sinkhorn._sinkhorn")]
pub struct Soft(Either);

type Array<'py> = Bound<'py, PyAny>;

#[pymethods]
impl Soft {
    /// The results.
    fn values<'py>(&self, py: Python<'py>) -> Array<'py> {
        match &self.0 {
            Either::Single(soft) => to_vector(py, soft.values().to_vec()),
            Either::Double(soft) => to_vector(py, soft.values().to_vec()),
        }
    }

    /// How the solve ended, what to try, and the marginal error.
    fn ended(&self) -> (&'static str, Option<&'static str>, f64, u32) {
        fn of<T: Scalar>(soft: &sinkhorn::Soft<T>) -> (&'static str, Option<&'static str>, f64, u32) {
            let report = soft.report();
            (report.status.name(), report.status.remedy(), report.marginal_error().widen(), report.sweeps)
        }
        match &self.0 {
            Either::Single(soft) => of(soft),
            Either::Double(soft) => of(soft),
        }
    }

    /// The gradient of a loss in values and weights.
    fn vjp<'py>(&self, py: Python<'py>, cotangent: &Bound<'py, PyAny>) -> PyResult<(Array<'py>, Array<'py>)> {
        fn of<'py, T: Scalar>(
            py: Python<'py>,
            soft: &sinkhorn::Soft<T>,
            cotangent: &Bound<'py, PyAny>,
        ) -> PyResult<(Array<'py>, Array<'py>)> {
            let lent = vector::<T>(Some(cotangent))?;
            let cotangent = entries(&lent)?.unwrap_or_default();
            let gradient = detached(py, 1, |_| soft.vjp(cotangent))?.map_err(value_error)?;
            Ok((to_vector(py, gradient.values), to_vector(py, gradient.weights)))
        }
        match &self.0 {
            Either::Single(soft) => of(py, soft, cotangent),
            Either::Double(soft) => of(py, soft, cotangent),
        }
    }
}

/// Applies a soft operator: `sort` into so many values, `rank`, `quantile` at levels, or `top_k` of so many.
#[pyfunction]
#[pyo3(signature = (operator, values, weights, levels, number, epsilon, linear))]
#[expect(clippy::too_many_arguments, reason = "each is an argument of an operator")]
pub fn soft<'py>(
    py: Python<'py>,
    operator: &str,
    values: Bound<'py, PyAny>,
    weights: Option<Bound<'py, PyAny>>,
    levels: Option<Bound<'py, PyAny>>,
    number: f64,
    epsilon: f64,
    linear: bool,
) -> PyResult<Soft> {
    let settings = (epsilon, linear);
    Ok(Soft(match is_double(&values)? {
        true => Either::Double(soft_in(py, operator, values, [weights, levels], number, settings)?),
        false => Either::Single(soft_in(py, operator, values, [weights, levels], number, settings)?),
    }))
}

fn soft_in<'py, T: Scalar>(
    py: Python<'py>,
    operator: &str,
    values: Bound<'py, PyAny>,
    [weights, levels]: [Option<Bound<'py, PyAny>>; 2],
    number: f64,
    (epsilon, linear): (f64, bool),
) -> PyResult<sinkhorn::Soft<T>> {
    let lent = [vector::<T>(Some(&values))?, vector::<T>(weights.as_ref())?, vector::<T>(levels.as_ref())?];
    let values = entries(&lent[0])?.unwrap_or_default();
    let (weights, levels) = (entries(&lent[1])?, entries(&lent[2])?.unwrap_or_default());
    let builder = match operator {
        "sort" => soft_sort_to(values, number as usize),
        "rank" => soft_rank(values),
        "quantile" => soft_quantile(values, levels),
        "top_k" => soft_top_k(values, T::constant(number)),
        _ => return Err(PyValueError::new_err(format!("no operator is called {operator:?}"))),
    };
    let quantiles = if linear { QuantileConvention::Linear } else { QuantileConvention::Hazen };
    let settings = SoftSettings { epsilon: T::constant(epsilon), quantiles, ..SoftSettings::default() };
    let builder = builder.settings(settings);
    let builder = match weights {
        Some(weights) => builder.weights(weights),
        None => builder,
    };
    detached(py, 1, move |_| -> Result<_, Error> { builder.solve() })?.map_err(value_error)
}

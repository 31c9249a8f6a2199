//! Sinkhorn divergences.

use pyo3::prelude::*;

use crate::error::value_error;
use crate::input::{Scalar, is_double};
use crate::run::detached;
use crate::solved::{From, Metric, Numbers, Sides, Solved, to_parts, with_builder};

/// A divergence of either scalar.
enum Either {
    Single(Box<sinkhorn::Divergence<f32>>),
    Double(Box<sinkhorn::Divergence<f64>>),
}

/// A finished divergence.
#[pyclass(frozen, module = "sinkhorn._sinkhorn")]
pub struct Divergence(Either, usize);

type Array<'py> = Bound<'py, PyAny>;
type Parts<'py> = (Option<Array<'py>>, Option<Array<'py>>, Array<'py>, Array<'py>, Option<Array<'py>>, f64);

#[pymethods]
impl Divergence {
    /// The divergence, in units of cost.
    fn value(&self) -> f64 {
        match &self.0 {
            Either::Single(divergence) => f64::from(divergence.value()),
            Either::Double(divergence) => divergence.value(),
        }
    }

    /// The transport between the sides, within the first, and within the second.
    fn solves(&self) -> (Solved, Solved, Solved) {
        fn copies<T: Scalar>(divergence: &sinkhorn::Divergence<T>, threads: usize) -> (Solved, Solved, Solved) {
            let solves = [divergence.between(), divergence.within_x(), divergence.within_y()];
            solves.map(|solve| Solved::new(solve.clone(), threads)).into()
        }
        match &self.0 {
            Either::Single(divergence) => copies(&**divergence, self.1),
            Either::Double(divergence) => copies(&**divergence, self.1),
        }
    }

    /// The gradient in X_a, X_b, a, b, M (none) and reg.
    fn gradient<'py>(&self, py: Python<'py>) -> PyResult<Parts<'py>> {
        fn of<'py, T: Scalar>(
            py: Python<'py>,
            divergence: &sinkhorn::Divergence<T>,
            threads: usize,
        ) -> PyResult<Parts<'py>> {
            to_parts(py, detached(py, threads, |_| divergence.gradient())?.map_err(value_error)?)
        }
        match &self.0 {
            Either::Single(divergence) => of(py, &**divergence, self.1),
            Either::Double(divergence) => of(py, &**divergence, self.1),
        }
    }
}

/// Computes the Sinkhorn divergence between points.
#[pyfunction]
pub fn divergence<'py>(
    py: Python<'py>,
    sides: Sides<'py>,
    metric: Metric,
    numbers: Numbers,
    from: From<'py>,
) -> PyResult<Divergence> {
    fn of<'py, T: Scalar>(
        py: Python<'py>,
        sides: Sides<'py>,
        metric: Metric,
        numbers: Numbers,
        from: From<'py>,
        wrap: impl FnOnce(Box<sinkhorn::Divergence<T>>) -> Either,
    ) -> PyResult<Divergence> {
        with_builder::<T, _>(sides, metric, numbers, from, |builder, threads| {
            let divergence = detached(py, threads, move |_| builder.divergence())?.map_err(value_error)?;
            Ok(Divergence(wrap(Box::new(divergence)), threads))
        })
    }
    match is_double(&sides.0)? {
        true => of::<f64>(py, sides, metric, numbers, from, Either::Double),
        false => of::<f32>(py, sides, metric, numbers, from, Either::Single),
    }
}

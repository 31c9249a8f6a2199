//! A solve, and its result.

use std::any::Any;

use numpy::{PyArray1, PyArray2, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use sinkhorn::core::diff::PlanCotangent;
use sinkhorn::{Cotangent, Error, Gradient, Matrix, Transport, all_threads, start::Given};

use crate::error::{core_error, value_error};
use crate::input::{self, Lent, Scalar, entries, is_double, matrix, vector};
use crate::run::detached;

/// The number of pairs from which on a solve uses all threads, if nobody says how many.
const MANY_PAIRS: usize = 1 << 18;

/// The two sides: a cost matrix or points of the first side; points of the second; whether the matrix is column-major
/// (then it is its transpose that is given); the weights.
pub type Sides<'py> =
    (Bound<'py, PyAny>, Option<Bound<'py, PyAny>>, bool, Option<Bound<'py, PyAny>>, Option<Bound<'py, PyAny>>);

/// The start: a name, an earlier result, or potentials f and g.
pub type From<'py> = (String, Option<Bound<'py, Solved>>, Option<Bound<'py, PyAny>>, Option<Bound<'py, PyAny>>);

/// Regularisation, relaxation of the marginals, threshold, most sweeps, threads.
pub type Numbers = (Option<f64>, (f64, f64), Option<f64>, Option<u32>, Option<usize>);

/// The name of a cost, and its exponent.
pub type Metric = (String, f64);

/// A finished solve.
#[pyclass(frozen, module = "sinkhorn._sinkhorn")]
pub struct Solved(Box<dyn AnySolved>);

/// A transport of either scalar, and the threads that it was made with.
pub struct Owned<T: Scalar> {
    pub transport: Transport<T>,
    pub threads: usize,
}

type Array<'py> = Bound<'py, PyAny>;
type Parts<'py> = (Option<Array<'py>>, Option<Array<'py>>, Array<'py>, Array<'py>, Option<Array<'py>>, f64);

/// What [`Solved`] can do, whatever the scalar.
trait AnySolved: Send + Sync {
    fn any(&self) -> &dyn Any;
    fn potentials<'py>(&self, py: Python<'py>) -> [Array<'py>; 2];
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>>;
    fn plan(&self, out: &Bound<'_, PyAny>) -> PyResult<()>;
    fn row<'py>(&self, py: Python<'py>, i: usize) -> PyResult<Array<'py>>;
    fn apply<'py>(&self, vector: &Bound<'py, PyAny>, transposed: bool) -> PyResult<Array<'py>>;
    fn marginals<'py>(&self, py: Python<'py>) -> PyResult<[Array<'py>; 2]>;
    fn map<'py>(&self, py: Python<'py>, points: Option<&Bound<'py, PyAny>>) -> PyResult<Array<'py>>;
    fn gradient<'py>(&self, py: Python<'py>) -> PyResult<Parts<'py>>;
    fn vjp<'py>(&self, py: Python<'py>, cotangent: [Option<Bound<'py, PyAny>>; 4]) -> PyResult<Parts<'py>>;
}

/// Makes a vector of NumPy.
pub fn to_vector<T: Scalar>(py: Python<'_>, values: Vec<T>) -> Array<'_> {
    PyArray1::from_vec(py, values).into_any()
}

/// Makes a matrix of NumPy.
fn to_matrix<T: Scalar>(py: Python<'_>, matrix: Matrix<T>) -> PyResult<Array<'_>> {
    let (rows, columns) = matrix.shape();
    Ok(PyArray1::from_vec(py, matrix.into_vec()).reshape([rows, columns])?.into_any())
}

/// Makes arrays of a gradient.
pub fn to_parts<T: Scalar>(py: Python<'_>, gradient: Gradient<T>) -> PyResult<Parts<'_>> {
    let some = |matrix: Matrix<T>| match matrix.as_slice().is_empty() {
        true => Ok(None),
        false => to_matrix(py, matrix).map(Some),
    };
    let Gradient { x, y, a, b, cost, epsilon, .. } = gradient;
    Ok((some(x)?, some(y)?, to_vector(py, a), to_vector(py, b), some(cost)?, epsilon.widen()))
}

impl<T: Scalar> Owned<T> {
    /// Computes without the lock of the interpreter.
    fn compute<R: Send>(
        &self,
        py: Python<'_>,
        work: impl FnOnce(&Transport<T>) -> Result<R, Error> + Send,
    ) -> PyResult<R> {
        detached(py, self.threads, |_| work(&self.transport))?.map_err(value_error)
    }

    fn shape(&self) -> [usize; 2] {
        [self.transport.f().len(), self.transport.g().len()]
    }
}

impl<T: Scalar> AnySolved for Owned<T> {
    fn any(&self) -> &dyn Any {
        self
    }

    fn potentials<'py>(&self, py: Python<'py>) -> [Array<'py>; 2] {
        [self.transport.f(), self.transport.g()].map(|values| to_vector(py, values.to_vec()))
    }

    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        let (report, dict) = (self.transport.report(), PyDict::new(py));
        dict.set_item("status", report.status.name())?;
        dict.set_item("remedy", report.status.remedy())?;
        dict.set_item("sweeps", report.sweeps)?;
        dict.set_item("start", report.start.name)?;
        dict.set_item("start_pairs", report.start.pairs)?;
        dict.set_item("start_note", report.start.note)?;
        dict.set_item("storage", report.storage)?;
        let numbers = [
            ("row_error", report.row_error),
            ("column_error", report.column_error),
            ("marginal_error", report.marginal_error()),
            ("objective", report.objective),
            ("dual_value", report.dual_value),
            ("primal_value", report.primal_value),
            ("transport_cost", report.transport_cost),
            ("mass", report.mass),
            ("epsilon", report.epsilon),
            ("rescaled", report.rescaled),
            ("skipped", report.skipped),
            ("summed", report.summed),
            ("certificate", report.certificate),
        ];
        for (name, number) in numbers {
            dict.set_item(name, number.widen())?;
        }
        Ok(dict)
    }

    fn plan(&self, out: &Bound<'_, PyAny>) -> PyResult<()> {
        let mut out_array = out.cast::<PyArray2<T>>()?.try_readwrite()?;
        let place = out_array.as_slice_mut()?;
        self.compute(out.py(), |transport| Ok(transport.solution().plan(place)?))
    }

    fn row<'py>(&self, py: Python<'py>, i: usize) -> PyResult<Array<'py>> {
        let mut row = vec![T::ZERO; self.shape()[1]];
        self.transport.solution().row(i, &mut row).map_err(core_error)?;
        Ok(to_vector(py, row))
    }

    fn apply<'py>(&self, vector: &Bound<'py, PyAny>, transposed: bool) -> PyResult<Array<'py>> {
        let (py, [n, m]) = (vector.py(), self.shape());
        let lent = input::vector::<T>(Some(vector))?;
        let values = entries(&lent)?.unwrap_or_default();
        let out = self.compute(py, |transport| {
            let mut out = vec![T::ZERO; if transposed { m } else { n }];
            match transposed {
                true => transport.solution().apply_transposed(values, &mut out)?,
                false => transport.solution().apply(values, &mut out)?,
            }
            Ok(out)
        })?;
        Ok(to_vector(py, out))
    }

    fn marginals<'py>(&self, py: Python<'py>) -> PyResult<[Array<'py>; 2]> {
        let (rows, columns) = self.compute(py, |transport| Ok(transport.marginals()))?;
        Ok([rows, columns].map(|values| to_vector(py, values)))
    }

    fn map<'py>(&self, py: Python<'py>, points: Option<&Bound<'py, PyAny>>) -> PyResult<Array<'py>> {
        let lent = points.map(matrix::<T>).transpose()?;
        let points = match &lent {
            Some(points) => Some((points.as_slice()?, points.shape()[1])),
            None => None,
        };
        let images = self.compute(py, |transport| match points {
            Some(points) => transport.map_points(points),
            None => transport.map(),
        })?;
        to_matrix(py, images)
    }

    fn gradient<'py>(&self, py: Python<'py>) -> PyResult<Parts<'py>> {
        to_parts(py, self.compute(py, Transport::gradient)?)
    }

    fn vjp<'py>(&self, py: Python<'py>, cotangent: [Option<Bound<'py, PyAny>>; 4]) -> PyResult<Parts<'py>> {
        let [f, g, plan, map] = &cotangent;
        let vectors = [vector::<T>(f.as_ref())?, vector::<T>(g.as_ref())?];
        let matrices = [plan.as_ref().map(matrix::<T>).transpose()?, map.as_ref().map(matrix::<T>).transpose()?];
        let [plan, map] = &matrices;
        let plan = plan.as_ref().map(|plan| plan.as_slice()).transpose()?;
        let map = map.as_ref().map(|map| map.as_slice()).transpose()?;
        let [f, g] = [entries(&vectors[0])?, entries(&vectors[1])?];
        let gradient = self.compute(py, |transport| {
            let cotangent = Cotangent { f, g, plan: plan.map(PlanCotangent::Matrix), map };
            transport.vjp(&cotangent).map(|(gradient, _)| gradient)
        })?;
        to_parts(py, gradient)
    }
}

impl Solved {
    /// Takes over a result.
    pub fn new<T: Scalar>(transport: Transport<T>, threads: usize) -> Self {
        Solved(Box::new(Owned { transport, threads }))
    }
}

#[pymethods]
impl Solved {
    /// The potentials f and g.
    fn potentials<'py>(&self, py: Python<'py>) -> (Array<'py>, Array<'py>) {
        self.0.potentials(py).into()
    }

    /// The numbers of the solve.
    fn report<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        self.0.report(py)
    }

    /// Writes the plan into a matrix.
    fn plan(&self, out: &Bound<'_, PyAny>) -> PyResult<()> {
        self.0.plan(out)
    }

    /// A row of the plan.
    fn row<'py>(&self, py: Python<'py>, i: usize) -> PyResult<Array<'py>> {
        self.0.row(py, i)
    }

    /// The plan, or its transpose, times a vector.
    fn apply<'py>(&self, vector: &Bound<'py, PyAny>, transposed: bool) -> PyResult<Array<'py>> {
        self.0.apply(vector, transposed)
    }

    /// The sums of rows and of columns.
    fn marginals<'py>(&self, py: Python<'py>) -> PyResult<(Array<'py>, Array<'py>)> {
        self.0.marginals(py).map(Into::into)
    }

    /// Where points go on average: those of the first side, or new ones.
    #[pyo3(signature = (points=None))]
    fn map<'py>(&self, py: Python<'py>, points: Option<&Bound<'py, PyAny>>) -> PyResult<Array<'py>> {
        self.0.map(py, points)
    }

    /// The gradient of the objective in X_a, X_b, a, b, M and reg.
    fn gradient<'py>(&self, py: Python<'py>) -> PyResult<Parts<'py>> {
        self.0.gradient(py)
    }

    /// The gradient of a loss of f, g, plan and map, in the same.
    #[pyo3(signature = (f=None, g=None, plan=None, map=None))]
    fn vjp<'py>(
        &self,
        py: Python<'py>,
        f: Option<Bound<'py, PyAny>>,
        g: Option<Bound<'py, PyAny>>,
        plan: Option<Bound<'py, PyAny>>,
        map: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Parts<'py>> {
        self.0.vjp(py, [f, g, plan, map])
    }
}

/// Solves, and returns the marginal error after every sweep, too, if asked to.
#[pyfunction]
pub fn solve<'py>(
    py: Python<'py>,
    sides: Sides<'py>,
    metric: Metric,
    numbers: Numbers,
    from: From<'py>,
    record: bool,
) -> PyResult<(Solved, Vec<f64>)> {
    match is_double(&sides.0)? {
        true => solve_in::<f64>(py, sides, metric, numbers, from, record),
        false => solve_in::<f32>(py, sides, metric, numbers, from, record),
    }
}

fn solve_in<'py, T: Scalar>(
    py: Python<'py>,
    sides: Sides<'py>,
    metric: Metric,
    numbers: Numbers,
    from: From<'py>,
    record: bool,
) -> PyResult<(Solved, Vec<f64>)> {
    let mut errors = Vec::new();
    let (transport, threads) = with_builder::<T, _>(sides, metric, numbers, from, |builder, threads| {
        let errors = &mut errors;
        detached(py, threads, move |watch| {
            let builder = builder.observe(|progress| {
                if record {
                    errors.push(progress.marginal_error.widen());
                }
                watch.go_on()
            });
            builder.solve()
        })?
        .map_err(value_error)
        .map(|transport| (transport, threads))
    })?;
    Ok((Solved::new(transport, threads), errors))
}

/// Makes a builder of what Python gave, and does something with it and the number of threads.
pub fn with_builder<'py, T: Scalar, R>(
    (x, y, column_major, a, b): Sides<'py>,
    (metric, p): Metric,
    (reg, (rho_a, rho_b), tol, max_iter, threads): Numbers,
    (name, warm, f, g): From<'py>,
    act: impl FnOnce(sinkhorn::TransportBuilder<'_, T>, usize) -> PyResult<R>,
) -> PyResult<R> {
    let x = matrix::<T>(&x)?;
    let y = y.as_ref().map(matrix::<T>).transpose()?;
    let weights = [vector::<T>(a.as_ref())?, vector::<T>(b.as_ref())?];
    let potentials = [vector::<T>(f.as_ref())?, vector::<T>(g.as_ref())?];
    let [rows, columns] = [x.shape()[0], x.shape()[1]];
    let pairs = rows.saturating_mul(y.as_ref().map_or(columns, |y| y.shape()[0]));
    let threads = threads.unwrap_or_else(|| if pairs < MANY_PAIRS { 1 } else { all_threads() });
    let mut builder = match &y {
        Some(y) => {
            let (x, d) = (x.as_slice()?, columns);
            input::with_metric(Transport::between((x, d), (y.as_slice()?, y.shape()[1])), &metric, p)?
        }
        None => {
            let shape = if column_major { [columns, rows] } else { [rows, columns] };
            Transport::with_costs(Lent(x.as_slice()?, shape, column_major))
        }
    };
    if let Some(a) = entries(&weights[0])? {
        builder = builder.weights_a(a);
    }
    if let Some(b) = entries(&weights[1])? {
        builder = builder.weights_b(b);
    }
    if let Some(reg) = reg {
        builder = builder.epsilon(T::constant(reg));
    }
    if let Some(tol) = tol {
        builder = builder.threshold(T::constant(tol));
    }
    if let Some(sweeps) = max_iter {
        builder = builder.max_sweeps(sweeps);
    }
    builder = builder.threads(threads).unbalanced(T::constant(rho_a), T::constant(rho_b));
    let earlier = warm.as_ref().and_then(|warm| warm.get().0.any().downcast_ref::<Owned<T>>());
    builder = match (earlier, entries(&potentials[0])?, entries(&potentials[1])?) {
        (Some(earlier), ..) => builder.warm(&earlier.transport),
        (None, Some(f), Some(g)) => builder.start(Given::both(f, g)),
        (None, Some(f), None) => builder.start(Given::f(f)),
        (None, None, Some(g)) => builder.start(Given::g(g)),
        (None, None, None) => builder.start(input::start::<T>(&name)?),
    };
    act(builder, threads)
}

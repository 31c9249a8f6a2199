"""Results of solves."""

from __future__ import annotations

import warnings
from typing import NamedTuple, Optional

import numpy as np
from scipy.sparse import csr_array
from scipy.sparse.linalg import LinearOperator

from ._inputs import as_array, in_c_order, points


class ConvergenceWarning(UserWarning):
    """A solve ended before it converged."""


class Gradient(NamedTuple):
    """The gradient of a number in everything that a problem is made of.

    A part that the problem does not have is None: ``M`` for points, ``X_a`` and ``X_b`` for a cost matrix. The totals
    of a balanced problem must stay equal, so its derivatives in weights hold along changes with equal sums.
    """

    X_a: Optional[np.ndarray]
    X_b: Optional[np.ndarray]
    a: np.ndarray
    b: np.ndarray
    M: Optional[np.ndarray]
    reg: float


class LazyPlan(LinearOperator):
    """A plan that is computed when something of it is asked for, and never stored.

    ``plan @ v`` and ``plan.T @ w`` are products, ``plan.row(i)`` is a row.
    """

    def __init__(self, solved, shape, dtype):
        self._solved = solved
        super().__init__(dtype, shape)

    def _matvec(self, v):
        return self._solved.apply(in_c_order(as_array("vector", v).ravel(), self.dtype), False)

    def _rmatvec(self, w):
        return self._solved.apply(in_c_order(as_array("vector", w).ravel(), self.dtype), True)

    def row(self, i):
        """Return row i of the plan, shape (m,)."""
        n = self.shape[0]
        if not -n <= i < n:
            raise IndexError(f"row {i} of a plan of {n} rows")
        return self._solved.row(i % n)


def remedy(report, dtype, names):
    """Return what to do about a solve that has not converged. None in names is an argument that is not there."""
    limit = ["max_iter"] if report["status"] == "sweep limit" else []
    named = [names.get(name, name) for name in [*limit, "tol", "reg"]]
    *others, last = [name for name in named if name]
    wider = "pass float64 arrays, or " if report["status"] == "precision floor" and dtype == np.float32 else ""
    return f"{wider}raise {', '.join(others)}{' or ' if others else ''}{last}"


def warn_unless_converged(report, dtype, names, stacklevel):
    """Warn once if a solve has not converged."""
    if report["status"] == "converged":
        return
    sweeps = report["sweeps"]
    warnings.warn(
        f"Sinkhorn did not converge ({report['status']}): after {sweeps} sweep{'' if sweeps == 1 else 's'} the "
        f"marginal error is {report['marginal_error']:.1e}. To mend it, {remedy(report, dtype, names)}. "
        "warn=False turns this warning off.",
        ConvergenceWarning,
        stacklevel=stacklevel + 1,
    )


class OTResult:
    """The transport between two sides. `solve` and `solve_sample` make one.

    The plan is computed whenever it is asked for; only the potentials are stored. With n points on side a and m on
    side b, ``P[i, j] = a[i] * b[j] * exp((f[i] + g[j] - M[i, j]) / reg)``.
    """

    def __init__(self, solved, dtype, errors=(), X_a=None, X_b=None, divergence=None):
        self._solved = solved
        self._report = solved.report()
        self._potentials = solved.potentials()
        self._dtype = dtype
        self._X = (X_a, X_b)
        self._divergence = divergence
        #: The marginal error that every sweep measured, if it was recorded.
        self.errors = errors

    @property
    def shape(self):
        """The shape of the plan, (n, m)."""
        f, g = self._potentials
        return (f.size, g.size)

    @property
    def dtype(self):
        """The dtype of everything in the result: float32 or float64."""
        return self._dtype

    @property
    def potentials(self):
        """The potentials ``(f, g)``, shapes (n,) and (m,), in units of cost."""
        return self._potentials

    @property
    def value(self):
        """The value of the problem: ``value_linear + reg * KL(P | a b^T)``, and what relaxed marginals pay.

        After ``solve_sample(..., debias=True)`` it is the Sinkhorn divergence.
        """
        return self._report["objective"] if self._divergence is None else self._divergence.value()

    @property
    def value_linear(self):
        """The transport cost, the sum of ``M * P``."""
        return self._report["transport_cost"]

    @property
    def reg(self):
        """The regularisation of the solve, in units of cost."""
        return self._report["epsilon"]

    @property
    def plan(self):
        """The plan, shape (n, m)."""
        out = np.empty(self.shape, self._dtype)
        self._solved.plan(out)
        return out

    @property
    def lazy_plan(self):
        """The plan as a SciPy ``LinearOperator``, which stores nothing of size n m."""
        return LazyPlan(self._solved, self.shape, self._dtype)

    @property
    def sparse_plan(self):
        """The plan as a SciPy ``csr_array``.

        Of every row, the entries are left out that are less than its sum times the resolution of the dtype over m.
        """
        n, m = self.shape
        least = np.finfo(self._dtype).eps / m
        indptr, indices, data = np.zeros(n + 1, np.int64), [], []
        for i in range(n):
            row = self._solved.row(i)
            kept = np.flatnonzero(row > least * row.sum(dtype=np.float64))
            indices.append(kept)
            data.append(row[kept])
            indptr[i + 1] = indptr[i] + kept.size
        return csr_array((np.concatenate(data), np.concatenate(indices), indptr), shape=(n, m))

    @property
    def marginals(self):
        """The sums of rows and columns of the plan, shapes (n,) and (m,)."""
        return self._solved.marginals()

    @property
    def a_to_b(self):
        """Where the mass of every point of ``X_a`` goes on average, shape (n, d)."""
        return self._solved.map()

    @property
    def b_to_a(self):
        """Where the mass of every point of ``X_b`` comes from on average, shape (m, d).

        A point without weight has the place where its mass would come from.
        """
        X_a, X_b = self._X
        if X_a is None:
            raise ValueError("b_to_a needs points, and a cost matrix has none: use `solve_sample`")
        mass = self.marginals[1]
        sums = np.stack([self._solved.apply(in_c_order(x, self._dtype), True) for x in X_a.T], axis=1)
        images = np.divide(sums, mass[:, None], out=np.zeros_like(sums), where=mass[:, None] > 0)
        if not mass.all():
            from ._solve import turned

            images[mass == 0] = turned(self).map()[mass == 0]
        return images

    def map(self, X=None):
        """Return where points go on average.

        Parameters
        ----------
        X : array_like, shape (k, d), optional
            New points; by default ``X_a``. The entropic map extends `a_to_b` beyond the points of the solve.

        Returns
        -------
        ndarray, shape (k, d)

        References
        ----------
        Pooladian and Niles-Weed, "Entropic estimation of optimal transport maps", 2021.
        """
        if X is None:
            return self.a_to_b
        return self._solved.map(in_c_order(points("X", X), self._dtype))

    def gradient(self):
        """Return the gradient of `value` by the envelope theorem, a `Gradient`. No linear system is solved."""
        made_by = self._solved if self._divergence is None else self._divergence
        return Gradient(*made_by.gradient())

    def vjp(self, f=None, g=None, plan=None, map=None):
        """Return the gradient of a loss of potentials, plan and map, by implicit differentiation.

        Parameters
        ----------
        f, g : array_like, shapes (n,) and (m,), optional
            Derivatives of the loss in the potentials.
        plan : array_like, shape (n, m), optional
            Derivatives of the loss in the plan.
        map : array_like, shape (n, d), optional
            Derivatives of the loss in `a_to_b`.

        Returns
        -------
        Gradient
            The derivatives of the loss in X_a, X_b, a, b, M and reg.
        """
        n, m = self.shape
        d = 0 if self._X[0] is None else self._X[0].shape[1]
        shapes = {"f": (n,), "g": (m,), "plan": (n, m), "map": (n, d)}
        arrays = []
        for (name, shape), value in zip(shapes.items(), (f, g, plan, map)):
            if value is not None:
                value = in_c_order(as_array(name, value), self._dtype)
                if name == "map" and d == 0:
                    raise ValueError("map: a cost matrix has no points, and so no map")
                if value.shape != shape:
                    raise ValueError(f"{name} has shape {value.shape} where {shape} is needed")
            arrays.append(value)
        return Gradient(*self._solved.vjp(*arrays))

    @property
    def status(self):
        """How the solve ended: 'converged', 'sweep limit' or 'precision floor'."""
        return self._report["status"]

    @property
    def converged(self):
        """Whether the marginal error is at most ``tol``."""
        return self.status == "converged"

    @property
    def sweeps(self):
        """The number of sweeps: updates of both potentials."""
        return self._report["sweeps"]

    @property
    def start(self):
        """The name of the start, the chosen one if it was 'auto'."""
        return self._report["start"]

    @property
    def report(self):
        """All numbers of the solve, a dict."""
        return dict(self._report)

    def __repr__(self):
        n, m = self.shape
        sweeps = self.sweeps
        return (
            f"<OTResult {n} x {m} {self._dtype}: {self.status} after {sweeps} sweep{'' if sweeps == 1 else 's'} "
            f"from start {self.start!r}, marginal error {self._report['marginal_error']:.1e}, value {self.value:.6g}>"
        )


class Divergence:
    """The Sinkhorn divergence of two sides, and the three solves that it is made of. `divergence` makes one.

    ``float(d)`` is its value.
    """

    def __init__(self, made, dtype, X_a, X_b):
        self._made = made
        between, within_a, within_b = made.solves()
        #: The transport from X_a to X_b, an `OTResult`.
        self.between = OTResult(between, dtype, (), X_a, X_b)
        #: The transport from X_a to itself.
        self.within_a = OTResult(within_a, dtype, (), X_a, X_a)
        #: The transport from X_b to itself.
        self.within_b = OTResult(within_b, dtype, (), X_b, X_b)

    @property
    def value(self):
        """The divergence, in units of cost."""
        return self._made.value()

    @property
    def converged(self):
        """Whether all three solves have converged."""
        return all(solve.converged for solve in self._solves())

    def _solves(self):
        return (self.between, self.within_a, self.within_b)

    def gradient(self):
        """Return the gradient in X_a, X_b, a, b and reg, a `Gradient`."""
        return Gradient(*self._made.gradient())

    def __float__(self):
        return self.value

    def __repr__(self):
        n, m = self.between.shape
        ended = "converged" if self.converged else "not converged"
        return f"<Divergence {n} x {m} {self.between.dtype}: {ended}, value {self.value:.6g}>"

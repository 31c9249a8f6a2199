"""The functions that solve."""

from __future__ import annotations

import numpy as np

from . import _sinkhorn
from ._inputs import (
    count,
    in_c_order,
    matrix,
    metric_name,
    pair_of,
    points,
    potential,
    real,
    renamed,
    scalar_of,
    weights,
)
from ._result import Divergence, OTResult, warn_unless_converged


class Problem:
    """A problem in the arrays that the extension takes."""

    def __init__(self, M=None, X_a=None, X_b=None, a=None, b=None, metric="sqeuclidean", p=2.0, names=None):
        self.names = names = names or {}
        a, b = weights("a", a), weights("b", b)
        if M is not None:
            M = matrix(names.get("M", "M"), M)
            self.dtype = scalar_of(M, a, b)
            self.shape, self.points = M.shape, (None, None)
            turned = not M.flags.c_contiguous and M.flags.f_contiguous
            sides = (in_c_order(M.T if turned else M, self.dtype), None, turned)
            self.metric = ("sqeuclidean", 2.0)
        else:
            X_a, X_b = points(names.get("X_a", "X_a"), X_a), points(names.get("X_b", "X_b"), X_b)
            self.dtype = scalar_of(X_a, X_b, a, b)
            X_a, X_b = in_c_order(X_a, self.dtype), in_c_order(X_b, self.dtype)
            self.shape, self.points = (X_a.shape[0], X_b.shape[0]), (X_a, X_b)
            sides = (X_a, X_b, False)
            self.metric = (metric_name(metric), real("p", 2.0 if p is None else p))
        self.weights = tuple(None if w is None else in_c_order(w, self.dtype) for w in (a, b))
        self.sides = sides + self.weights

    def start(self, start, potentials_init):
        """Return what the extension takes for a start."""
        if isinstance(potentials_init, OTResult):
            start, potentials_init = potentials_init, None
        if potentials_init is not None:
            f, g = potentials_init
            (n, m), name = self.shape, self.names.get("potentials_init", "potentials_init")
            f = potential(f"{name}[0]", f, n, self.dtype)
            return ("zero", None, f, potential(f"{name}[1]", g, m, self.dtype))
        if isinstance(start, OTResult):
            if start.dtype == self.dtype:
                return ("zero", start._solved, None, None)
            if start.shape == self.shape:
                f, g = (in_c_order(values, self.dtype) for values in start.potentials)
                return ("zero", None, f, g)
            raise ValueError(f"start is a result of {start.dtype} and of other points, for a solve of {self.dtype}")
        if not isinstance(start, str):
            raise ValueError(f"start is {start!r}: the name of a start, or an earlier result, is needed")
        return (start, None, None, None)

    def numbers(self, reg, unbalanced, tol, max_iter, threads):
        """Return the numbers that the extension takes."""
        names = self.names
        return (
            real("reg", reg),
            pair_of(names.get("unbalanced", "unbalanced"), unbalanced),
            real(names.get("tol", "tol"), tol),
            count(names.get("max_iter", "max_iter"), max_iter),
            count("threads", threads),
        )

    def call(self, function, *arguments):
        """Call a function of the extension, and name arguments as the caller does."""
        try:
            return function(self.sides, self.metric, *arguments)
        except ValueError as error:
            raise ValueError(renamed(str(error), self.names)) from None

    def solve(self, numbers, start, record=False):
        """Solve, and return a result."""
        solved, errors = self.call(_sinkhorn.solve, numbers, start, record)
        return self.result(solved, errors)

    def result(self, solved, errors=(), divergence=None):
        """Return a result of a solve, which keeps copies of the points."""
        X_a, X_b = (None if X is None else X.copy() for X in self.points)
        result = OTResult(solved, self.dtype, errors, X_a, X_b, divergence)
        result._problem = (self.metric, tuple(None if w is None else w.copy() for w in self.weights))
        return result


def turned(result):
    """Return the solve of the same problem with its sides exchanged, from the potentials of a result."""
    metric, (a, b) = result._problem
    (X_a, X_b), (f, g) = result._X, result.potentials
    rho = result._report.get("unbalanced", (np.inf, np.inf))
    numbers = (result.reg, rho[::-1], 1.0, 1, None)
    solved, _ = _sinkhorn.solve((X_b, X_a, False, b, a), metric, numbers, ("zero", None, g, f), False)
    return solved


def solve(
    M,
    a=None,
    b=None,
    reg=None,
    *,
    unbalanced=None,
    start="auto",
    potentials_init=None,
    tol=None,
    max_iter=None,
    threads=None,
    warn=True,
):
    """Solve entropic transport under a cost matrix.

    The problem is ``min <M, P> + reg * KL(P | a b^T)`` over plans P with marginals a and b.

    Parameters
    ----------
    M : array_like, shape (n, m)
        Costs. An infinite cost forbids its pair. Any memory order is read without a copy, if it has no gaps.
    a, b : array_like, shapes (n,) and (m,), optional
        Weights with equal sums; by default equal weights that sum to 1. A weight may be zero.
    reg : float, optional
        Regularisation, in units of cost; by default 0.05 of the standard deviation of the cost.
    unbalanced : float or pair of float, optional
        Relaxes the marginals: each costs this times its Kullback-Leibler divergence, in units of cost. None or
        infinity keeps a side exact.
    start : str or OTResult, optional
        'auto', 'zero', 'monotone', 'gaussian', 'mixture', 'coarse', 'cells', 'subsample', or an earlier result. The
        answer does not depend on it.
    potentials_init : pair of array_like, optional
        Potentials ``(f, g)`` to start from, in units of cost. One of them may be None.
    tol : float, optional
        The marginal error at which the solve has converged: the larger L1 distance of a marginal from its weights, as
        a share of the total. By default 1e-6 in float64 and 1e-3 in float32.
    max_iter : int, optional
        The most sweeps, by default 10000.
    threads : int, optional
        By default one for small problems, and all for large ones. No bit of the result depends on it.
    warn : bool, optional
        Whether to warn with `ConvergenceWarning` if the solve does not converge.

    Returns
    -------
    OTResult

    Examples
    --------
    >>> import sinkhorn
    >>> r = sinkhorn.solve([[0.0, 1.0], [1.0, 0.0]], [0.5, 0.5], [0.25, 0.75], reg=0.05)
    >>> r.plan.round(3)
    array([[0.25, 0.25],
           [0.  , 0.5 ]])
    """
    problem = Problem(M=M, a=a, b=b)
    numbers = problem.numbers(reg, unbalanced, tol, max_iter, threads)
    result = problem.solve(numbers, problem.start(start, potentials_init))
    if warn:
        warn_unless_converged(result._report, problem.dtype, {}, 2)
    return result


def solve_sample(
    X_a,
    X_b,
    a=None,
    b=None,
    metric="sqeuclidean",
    reg=None,
    *,
    p=2.0,
    unbalanced=None,
    start="auto",
    potentials_init=None,
    tol=None,
    max_iter=None,
    debias=False,
    threads=None,
    warn=True,
):
    """Solve entropic transport between points, without a cost matrix: memory is O(n + m).

    Parameters
    ----------
    X_a, X_b : array_like, shapes (n, d) and (m, d)
        A point a row. A vector is points on the line.
    a, b : array_like, shapes (n,) and (m,), optional
        Weights, as in `solve`.
    metric : str, optional
        'sqeuclidean', 'euclidean', 'cityblock', 'chebyshev', 'minkowski', 'cosine', or another name of SciPy for one.
    reg : float, optional
        Regularisation, in units of cost, as in `solve`.
    p : float, optional
        The exponent of 'minkowski', at least 1.
    debias : bool, optional
        Makes `OTResult.value` the Sinkhorn divergence, which is zero for equal sides, and `OTResult.gradient` its
        gradient. The plan is still that between the sides. See `divergence`.
    unbalanced, start, potentials_init, tol, max_iter, threads, warn
        As in `solve`.

    Returns
    -------
    OTResult

    Examples
    --------
    >>> import sinkhorn
    >>> r = sinkhorn.solve_sample([[0.0], [1.0]], [[0.1], [1.3]], reg=0.01)
    >>> r.a_to_b.round(3)
    array([[0.1],
           [1.3]])
    """
    problem = Problem(X_a=X_a, X_b=X_b, a=a, b=b, metric=metric, p=p)
    numbers = problem.numbers(reg, unbalanced, tol, max_iter, threads)
    begin = problem.start(start, potentials_init)
    if debias:
        made = problem.call(_sinkhorn.divergence, numbers, begin)
        solves = made.solves()
        result = problem.result(solves[0], divergence=made)
        reports = [solved.report() for solved in solves]
    else:
        result = problem.solve(numbers, begin)
        reports = [result._report]
    result._report["unbalanced"] = numbers[1]
    if warn:
        _warn_of_first(reports, problem.dtype)
    return result


def _warn_of_first(reports, dtype):
    for report in reports:
        if report["status"] != "converged":
            return warn_unless_converged(report, dtype, {}, 3)


def divergence(
    X_a,
    X_b,
    a=None,
    b=None,
    metric="sqeuclidean",
    reg=None,
    *,
    p=2.0,
    unbalanced=None,
    start="auto",
    potentials_init=None,
    tol=None,
    max_iter=None,
    threads=None,
    warn=True,
):
    """Compute the Sinkhorn divergence between points: zero for equal sides, and a smooth loss.

    It is ``OT(a, b) - OT(a, a) / 2 - OT(b, b) / 2``, and ``reg / 2`` times the square of the difference of the totals.

    Parameters
    ----------
    X_a, X_b, a, b, metric, reg, p, unbalanced, start, potentials_init, tol, max_iter, threads, warn
        As in `solve_sample`. All three solves use one reg.

    Returns
    -------
    Divergence

    References
    ----------
    Feydy et al., "Interpolating between optimal transport and MMD using Sinkhorn divergences", 2019.
    Sejourne et al., "Sinkhorn divergences for unbalanced optimal transport", 2019.

    Examples
    --------
    >>> import sinkhorn
    >>> d = sinkhorn.divergence([[0.0], [1.0]], [[0.0], [1.0]], reg=0.1)
    >>> abs(float(d)) < 1e-9
    True
    """
    problem = Problem(X_a=X_a, X_b=X_b, a=a, b=b, metric=metric, p=p)
    numbers = problem.numbers(reg, unbalanced, tol, max_iter, threads)
    made = problem.call(_sinkhorn.divergence, numbers, problem.start(start, potentials_init))
    result = Divergence(made, problem.dtype, *(X.copy() for X in problem.points))
    wts = problem.weights
    for solve_, pair in zip(result._solves(), (wts, (wts[0],) * 2, (wts[1],) * 2)):
        solve_._problem = (problem.metric, pair)
        solve_._report["unbalanced"] = numbers[1]
    if warn:
        _warn_of_first([solve_._report for solve_ in result._solves()], problem.dtype)
    return result

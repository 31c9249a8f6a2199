"""Many problems at once."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

from ._result import warn_unless_converged
from ._solve import solve, solve_sample


def _each(name, value, count):
    """Return an argument for every problem."""
    if value is None:
        return [None] * count
    if len(value) != count:
        raise ValueError(f"{name} has {len(value)} entries for {count} problems")
    return list(value)


def _all(function, sides, a, b, threads, warn, options):
    (first, firsts), *others = ((name, list(values)) for name, values in sides.items())
    count = len(firsts)
    columns = [firsts, *(_each(name, values, count) for name, values in others)]
    columns += [_each("a", a, count), _each("b", b, count)]

    def one(k):
        arguments = [column[k] for column in columns]
        names = [*sides, "a", "b"]
        try:
            return function(**dict(zip(names, arguments)), threads=1, warn=False, **options)
        except ValueError as error:
            raise ValueError(f"problem {k}: {error}") from None

    available = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    workers = min(threads or available or 1, count)
    if workers <= 1:
        results = [one(k) for k in range(count)]
    else:
        with ThreadPoolExecutor(workers) as pool:
            results = list(pool.map(one, range(count)))
    for result in results if warn else ():
        if not result.converged:
            warn_unless_converged(result._report, result.dtype, {}, 3)
            break
    return results


def solve_batch(M, a=None, b=None, reg=None, *, unbalanced=None, tol=None, max_iter=None, threads=None, warn=True):
    """Solve many problems under cost matrices, each on one thread.

    Parameters
    ----------
    M : array_like, shape (k, n, m), or sequence of array_like
        The costs of k problems, of any sizes.
    a, b : array_like, shapes (k, n) and (k, m), or sequences of array_like, optional
        Their weights.
    threads : int, optional
        How many problems are solved at a time; by default as many as there are processors. No bit of a result depends
        on it.
    reg, unbalanced, tol, max_iter, warn
        As in `solve`. One warning stands for all problems.

    Returns
    -------
    list of OTResult

    Raises
    ------
    ValueError
        Names the first problem with a bad argument, counted from 0.

    Examples
    --------
    >>> import sinkhorn
    >>> [round(r.value_linear, 3) for r in sinkhorn.solve_batch([[[0.0, 1.0], [1.0, 0.0]], [[2.0]]], reg=0.1)]
    [0.0, 2.0]
    """
    options = {"reg": reg, "unbalanced": unbalanced, "tol": tol, "max_iter": max_iter}
    return _all(solve, {"M": M}, a, b, threads, warn, options)


def solve_sample_batch(
    X_a,
    X_b,
    a=None,
    b=None,
    metric="sqeuclidean",
    reg=None,
    *,
    p=2.0,
    unbalanced=None,
    tol=None,
    max_iter=None,
    threads=None,
    warn=True,
):
    """Solve many problems between points, each on one thread.

    Parameters
    ----------
    X_a, X_b : array_like, shapes (k, n, d) and (k, m, d), or sequences of array_like
        The points of k problems, of any numbers.
    a, b, threads
        As in `solve_batch`.
    metric, reg, p, unbalanced, tol, max_iter, warn
        As in `solve_sample`. One warning stands for all problems.

    Returns
    -------
    list of OTResult

    Examples
    --------
    >>> import sinkhorn
    >>> [r.shape for r in sinkhorn.solve_sample_batch([[0.0, 1.0], [2.0]], [[0.5, 3.0], [1.0, 4.0]], reg=0.1)]
    [(2, 2), (1, 2)]
    """
    options = {"metric": metric, "reg": reg, "p": p, "unbalanced": unbalanced, "tol": tol, "max_iter": max_iter}
    return _all(solve_sample, {"X_a": X_a, "X_b": X_b}, a, b, threads, warn, options)

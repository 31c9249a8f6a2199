"""Soft sorting, ranking, quantiles and selection."""

from __future__ import annotations

import numpy as np

from . import _sinkhorn
from ._inputs import as_array, count, in_c_order, real, renamed, scalar_of
from ._result import warn_unless_converged

_NAMES = {"reg": "epsilon", "a": "weights", "levels": "q"}


def _apply(operator, values, weights, epsilon, axis, return_vjp, warn, levels=None, number=0.0, linear=False):
    values = as_array("values", values)
    weights = None if weights is None else as_array("weights", weights)
    dtype = scalar_of(values, weights)
    if values.ndim == 0:
        raise ValueError("values is a number: at least a vector is needed")
    wrong = np.argwhere(~np.isfinite(values))
    if wrong.size:
        place = tuple(int(k) for k in wrong[0])
        raise ValueError(f"values[{', '.join(map(str, place))}] is {values[place]}: every entry must be finite")
    values = np.moveaxis(values.astype(dtype, copy=False), axis, -1)
    if weights is not None:
        if weights.ndim > 1 or weights.shape != values.shape[-1:]:
            raise ValueError(f"weights has shape {weights.shape} where {values.shape[-1:]} is needed")
        weights = in_c_order(weights, dtype)
    levels = None if levels is None else in_c_order(levels, dtype)
    outer = values.shape[:-1]
    if values.shape[-1] == 0:
        raise ValueError("values is empty")
    lines = values.reshape(-1, values.shape[-1])
    numbers = (real("k", number), real("epsilon", epsilon))
    try:
        softs = [
            _sinkhorn.soft(operator, in_c_order(line, dtype), weights, levels, *numbers, linear) for line in lines
        ]
    except ValueError as error:
        raise ValueError(renamed(str(error), _NAMES)) from None
    for soft in softs if warn else ():
        status, _, error, sweeps = soft.ended()
        if status != "converged":
            report = {"status": status, "marginal_error": error, "sweeps": sweeps}
            warn_unless_converged(report, dtype, {"reg": "epsilon", "tol": None, "max_iter": None}, 3)
            break
    rows = [soft.values() for soft in softs]
    length = rows[0].size if rows else 0
    out = np.moveaxis(np.array(rows, dtype).reshape(*outer, length), -1, axis)
    if not return_vjp:
        return out

    def vjp(cotangent):
        cotangent = as_array("cotangent", cotangent)
        if cotangent.shape != out.shape:
            raise ValueError(f"cotangent has shape {cotangent.shape} where {out.shape} is needed")
        lines = np.moveaxis(cotangent, axis, -1).reshape(-1, length)
        in_values = [soft.vjp(in_c_order(line, dtype))[0] for soft, line in zip(softs, lines)]
        return np.moveaxis(np.array(in_values, dtype).reshape(*outer, -1), -1, axis)

    return out, vjp


def soft_sort(values, m=None, *, weights=None, epsilon=0.01, axis=-1, return_vjp=False, warn=True):
    """Sort softly, in increasing order: result k is the mean of the values that go to level k.

    Parameters
    ----------
    values : array_like, shape (..., n, ...)
        Values, sorted along ``axis``.
    m : int, optional
        The number of results, means of m equal shares; by default n.
    weights : array_like, shape (n,), optional
        Weights of the values; by default equal ones.
    epsilon : float, optional
        How soft it is. Values are standardised; about ``1 / n**2`` tells neighbours apart.
    axis : int, optional
        The axis of the values, by default the last.
    return_vjp : bool, optional
        Whether to return a function, too, which takes the derivatives of a loss in the results and returns those in
        the values.
    warn : bool, optional
        Whether to warn if a solve does not converge.

    Returns
    -------
    ndarray, or a pair of ndarray and function

    References
    ----------
    Cuturi, Teboul and Vert, "Differentiable ranks and sorting using optimal transport", 2019.

    Examples
    --------
    >>> import sinkhorn
    >>> sinkhorn.soft_sort([3.0, -1.0, 2.0, 0.5], epsilon=1e-3).round(3) + 0.0
    array([-1. ,  0.5,  2. ,  3. ])
    """
    shape = np.shape(values)
    number = count("m", m) or (shape[axis] if shape else 0)
    return _apply("sort", values, weights, epsilon, axis, return_vjp, warn, number=number)


def soft_rank(values, *, weights=None, epsilon=0.01, axis=-1, return_vjp=False, warn=True):
    """Rank softly: how many values are below each, from 0 to n - 1. The parameters are those of `soft_sort`.

    Examples
    --------
    >>> import sinkhorn
    >>> sinkhorn.soft_rank([3.0, -1.0, 2.0, 0.5], epsilon=1e-3).round(3) + 0.0
    array([3., 0., 2., 1.])
    """
    return _apply("rank", values, weights, epsilon, axis, return_vjp, warn)


def soft_quantile(
    values, q, *, weights=None, epsilon=0.01, axis=-1, method="hazen", return_vjp=False, warn=True
):
    """Compute soft quantiles at levels in [0, 1].

    Parameters
    ----------
    values : array_like, shape (..., n, ...)
        Values, along ``axis``.
    q : float or array_like, shape (k,)
        Levels, in any order. ``axis`` has k quantiles in the result; for a number it is left out.
    method : str, optional
        'hazen' or 'linear', as in `numpy.quantile`.
    weights, epsilon, axis, return_vjp, warn
        As in `soft_sort`.

    Returns
    -------
    ndarray, or a pair of ndarray and function

    Examples
    --------
    >>> import sinkhorn
    >>> sinkhorn.soft_quantile([3.0, -1.0, 2.0, 0.5, 7.0], [0.5], epsilon=1e-3).round(2)
    array([2.])
    """
    if method not in ("hazen", "linear"):
        raise ValueError(f"method is {method!r}: there are 'hazen' and 'linear'")
    levels = np.atleast_1d(as_array("q", q))
    if levels.ndim != 1:
        raise ValueError(f"q has {levels.ndim} dimensions: a number or a vector is needed")
    made = _apply("quantile", values, weights, epsilon, axis, return_vjp, warn, levels, linear=method == "linear")
    if np.ndim(q):
        return made
    if not return_vjp:
        return np.take(made, 0, axis)
    out, vjp = made
    return np.take(out, 0, axis), lambda cotangent: vjp(np.expand_dims(cotangent, axis))


def soft_top_k(values, k, *, weights=None, epsilon=0.01, axis=-1, return_vjp=False, warn=True):
    """Select the k largest softly: how much each value is among them, from 0 to 1.

    The other parameters are those of `soft_sort`.

    Examples
    --------
    >>> import sinkhorn
    >>> sinkhorn.soft_top_k([3.0, -1.0, 2.0, 0.5], 2, epsilon=0.05).round(2) + 0.0
    array([1., 0., 1., 0.])
    """
    return _apply("top_k", values, weights, epsilon, axis, return_vjp, warn, number=k)

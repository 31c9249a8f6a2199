"""What users have, made into what the solver takes."""

from __future__ import annotations

import operator
import re

import numpy as np

METRICS = {
    "sqeuclidean": ("sqeuclidean", "sqeuclid", "sqe"),
    "euclidean": ("euclidean", "euclid", "eu", "e", "l2"),
    "cityblock": ("cityblock", "cblock", "cb", "c", "manhattan", "l1"),
    "chebyshev": ("chebyshev", "chebychev", "cheby", "cheb", "ch"),
    "minkowski": ("minkowski", "mi", "m", "pnorm"),
    "cosine": ("cosine", "cos"),
}
_ALIASES = {alias: name for name, aliases in METRICS.items() for alias in aliases}


def metric_name(metric):
    """Return the name of a ground cost for an alias of it."""
    name = _ALIASES.get(metric.lower()) if isinstance(metric, str) else None
    if name is None:
        known = ", ".join(METRICS)
        raise ValueError(
            f"metric is {metric!r}: there are {known}; for any other, pass a cost matrix to `solve`, "
            "for instance scipy.spatial.distance.cdist(X_a, X_b, metric)"
        )
    return name


def renamed(message, names):
    """Return a message that begins with the name of an argument, by the name that the caller has for it."""
    name = re.match(r"\w*", message)[0]
    return names.get(name, name) + message[len(name) :]


def as_array(name, value):
    """Return an array of numbers, or say which argument is none."""
    try:
        array = np.asarray(value)
        if array.dtype.kind == "O":
            array = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} is no array of numbers: {error}") from None
    if array.dtype.kind not in "fiub":
        raise ValueError(f"{name} has entries of type {array.dtype}: real numbers are needed")
    return array


def scalar_of(*arrays):
    """Return the dtype of a solve: float32 if all arrays are float32 or float16, float64 otherwise."""
    given = [array for array in arrays if array is not None]
    single = given and all(array.dtype.kind == "f" and array.dtype.itemsize <= 4 for array in given)
    return np.dtype(np.float32 if single else np.float64)


def in_c_order(array, dtype):
    """Return an array without gaps, of this dtype and in native byte order."""
    return np.ascontiguousarray(array, dtype=dtype)


def weights(name, value):
    """Return weights as a vector, or None for equal ones."""
    if value is None:
        return None
    array = as_array(name, value)
    if array.size == 0:
        return None
    if array.ndim != 1:
        raise ValueError(f"{name} has {array.ndim} dimensions: a vector of weights is needed")
    return array


def points(name, value):
    """Return points as a matrix, a point a row. A vector is points on the line."""
    array = as_array(name, value)
    if array.ndim == 1:
        array = array[:, None]
    if array.ndim != 2:
        raise ValueError(f"{name} has {array.ndim} dimensions: a matrix with a point a row is needed")
    return array


def matrix(name, value):
    """Return a cost matrix."""
    array = as_array(name, value)
    if array.ndim != 2:
        raise ValueError(f"{name} has {array.ndim} dimensions: a matrix of costs is needed")
    return array


def pair_of(name, value):
    """Return the relaxation of both sides; infinity keeps a side exact."""
    if value is None:
        return (np.inf, np.inf)
    if np.ndim(value) == 0:
        value = (value, value)
    value = tuple(value)
    if len(value) == 1:
        value = value * 2
    if len(value) != 2:
        raise ValueError(f"{name} has {len(value)} entries: a number or a pair is needed")
    return tuple(np.inf if side is None else real(f"{name}[{k}]", side) for k, side in enumerate(value))


def count(name, value):
    """Return a whole number that is at least 1, or None."""
    if value is None:
        return None
    try:
        number = operator.index(value)
    except TypeError:
        raise ValueError(f"{name} is {value!r}: a whole number is needed") from None
    if not 1 <= number < 2**32:
        raise ValueError(f"{name} is {number}: it must lie between 1 and 4294967295")
    return number


def real(name, value):
    """Return a number, or None."""
    if value is None:
        return None
    try:
        return float(value)
    except (TypeError, ValueError):
        raise ValueError(f"{name} is {value!r}: a number is needed") from None


def potential(name, value, length, dtype):
    """Return a starting potential, or None."""
    if value is None:
        return None
    array = in_c_order(as_array(name, value), dtype)
    if array.shape != (length,):
        raise ValueError(f"{name} has shape {array.shape} where ({length},) is needed")
    wrong = np.flatnonzero(~np.isfinite(array))
    if wrong.size:
        raise ValueError(f"{name}[{wrong[0]}] is {array[wrong[0]]}: every entry must be finite")
    return array

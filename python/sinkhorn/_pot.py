"""Functions as POT (``import ot``) has them: the same arguments, conventions and results.

POT's scalings are ``P = u[:, None] * exp(-M / reg) * v[None, :]``, so that ``log u = f / reg + log a``. Its threshold
bounds the L2 distance of a marginal from its weights. The threshold of the solver here bounds the L1 distance, which is
larger, so that a result is at least as exact as one of POT.
"""

from __future__ import annotations

import numpy as np
from scipy.special import rel_entr

from ._inputs import as_array, in_c_order, matrix, pair_of, real
from ._result import warn_unless_converged
from ._solve import Problem

_METHODS = ("sinkhorn", "sinkhorn_log", "sinkhorn_stabilized", "sinkhorn_epsilon_scaling", "greenkhorn")
_UNBALANCED_METHODS = ("sinkhorn", "sinkhorn_stabilized", "sinkhorn_translation_invariant", "sinkhorn_reg_scaling")
_NAMES = {"max_iter": "numItermax", "tol": "stopThr", "potentials_init": "warmstart"}
_EMPIRICAL = {**_NAMES, "max_iter": "numIterMax", "X_a": "X_s", "X_b": "X_t"}
_UNBALANCED = {**_NAMES, "unbalanced": "reg_m"}
# What POT's methods take besides, for iterations that are not made here.
_IGNORED = {"tau", "print_period", "epsilon0", "numInnerItermax"}


def _check(method, methods, others):
    if not isinstance(method, str) or method.lower() not in methods:
        raise ValueError(f"Unknown method {method!r}: there are {', '.join(methods)}")
    unknown = sorted(set(others) - _IGNORED)
    if unknown:
        raise TypeError(f"{unknown[0]!r} is an unexpected keyword argument")


def _or_equal(weights, length, like):
    """Return weights, or equal ones for none."""
    weights = [] if weights is None else weights
    weights = as_array("weights", weights)
    return weights if weights.size else np.full(length, 1 / length, like.dtype if like.dtype.kind == "f" else None)


def _log(weights):
    with np.errstate(divide="ignore"):
        return np.log(weights)


def _from_logs(pair, a, b, reg, balanced, dtype):
    """Return potentials for POT's log u and log v."""
    if pair is None:
        return None
    potentials = []
    for name, log, weights in zip(("warmstart[0]", "warmstart[1]"), pair, (a, b)):
        log = as_array(name, log)
        if log.shape != weights.shape:
            raise ValueError(f"{name} has shape {log.shape} where {weights.shape} is needed")
        carries = weights > 0
        shift = _log(weights[carries]) if balanced else 0.0
        potential = np.zeros(weights.shape)
        potential[carries] = reg * (log[carries] - shift)
        wrong = np.flatnonzero(~np.isfinite(potential))
        if wrong.size:
            raise ValueError(f"{name}[{wrong[0]}] is {log[wrong[0]]}: every entry with weight must be finite")
        potentials.append(in_c_order(potential, dtype))
    return tuple(potentials)


def _run(problem, reg, unbalanced, stopThr, numItermax, warmstart, warn, record, stacklevel):
    """Solve as POT does: stopThr is an absolute error."""
    limits = np.finfo(problem.dtype)
    a = problem.weights[0]
    total = 1.0 if a is None else float(a.sum(dtype=np.float64))
    tol = real(problem.names.get("tol", "tol"), stopThr)
    if total > 0 and np.isfinite(total) and tol >= 0:
        tol = max(tol / total, float(limits.tiny))
    numbers = problem.numbers(real("reg", reg), unbalanced, tol, numItermax, None)
    result = problem.solve(numbers, problem.start("auto", warmstart), record)
    result.errors = result.errors + [result._report["marginal_error"]] if record else []
    # What the dtype cannot resolve is no fault of the caller, if it is little.
    enough = 1e-3 if problem.dtype == np.float32 else 1e-6
    at_floor = result.status == "precision floor" and result._report["marginal_error"] <= enough
    if warn and not at_floor:
        warn_unless_converged(result._report, problem.dtype, problem.names, stacklevel + 1)
    return result


def _print(errors):
    print(f"{'It.':5s}|{'Err':12s}\n" + "-" * 19)
    for sweep, error in enumerate(errors):
        print(f"{sweep:5d}|{error:8e}|")


def _scalings(result, a, b):
    """Return POT's log u and log v."""
    (f, g), reg = result.potentials, result.reg
    return (f / reg + _log(a)).astype(result.dtype), (g / reg + _log(b)).astype(result.dtype)


def _log_dict(result, log_u, log_v):
    return {
        "err": list(result.errors),
        "niter": result.sweeps,
        "u": np.exp(log_u),
        "v": np.exp(log_v),
        "log_u": log_u,
        "log_v": log_v,
    }


def _one(problem, a, b, reg, stopThr, numItermax, verbose, warn, warmstart, record, stacklevel):
    """Solve a balanced problem, and return the result and POT's log."""
    reg = real("reg", reg)
    warmstart = _from_logs(warmstart, a, b, reg, True, problem.dtype)
    result = _run(problem, reg, None, stopThr, numItermax, warmstart, warn, record or verbose, stacklevel + 1)
    if verbose:
        _print(result.errors)
    return result, _log_dict(result, *_scalings(result, a, b)) if record else None


def _warmstarts(warmstart, count):
    """Return a start for each histogram: POT has a pair of matrices for one method, and a list of pairs for another."""
    if warmstart is None:
        return [None] * count
    if len(warmstart) == 2 and np.ndim(warmstart[0]) == 2 and np.shape(warmstart[0])[1] == count:
        return [(warmstart[0][:, k], warmstart[1][:, k]) for k in range(count)]
    return list(warmstart)


def _solve_histograms(a, b, M, reg, stopThr, numItermax, verbose, log, warn, warmstart, stacklevel):
    """Solve one problem for every column of b."""
    solves = []
    for k, start in enumerate(_warmstarts(warmstart, b.shape[1])):
        problem = Problem(M=M, a=a, b=b[:, k], names=_NAMES)
        solves.append(
            _one(problem, a, b[:, k], reg, stopThr, numItermax, verbose, warn, start, log, stacklevel + 1)
        )
        warn = warn and solves[-1][0].converged  # one warning is enough
    losses = np.array([result.value_linear for result, _ in solves], solves[0][0].dtype)
    if not log:
        return losses
    logs = [made for _, made in solves]
    both = {name: np.stack([made[name] for made in logs], axis=1) for name in ("u", "v", "log_u", "log_v")}
    niter = max(made["niter"] for made in logs)
    return losses, {"err": [made["err"][-1] for made in logs], "niter": niter, **both}


def _matrices(a, b, M):
    M = matrix("M", M)
    return _or_equal(a, M.shape[0], M), _or_equal(b, M.shape[1], M), M


def sinkhorn(
    a,
    b,
    M,
    reg,
    method="sinkhorn",
    numItermax=10000,
    stopThr=1e-9,
    verbose=False,
    log=False,
    warn=True,
    warmstart=None,
    **kwargs,
):
    """Solve entropic transport as ``ot.sinkhorn`` does.

    Parameters
    ----------
    a : array_like, shape (n,)
        Weights; an empty list stands for equal ones.
    b : array_like, shape (m,) or (m, k)
        Weights, or k histograms of them.
    M : array_like, shape (n, m)
        Costs.
    reg : float
        Regularisation, in units of cost. POT counts the entropy ``sum P log P``; it leads to the same plan as
        ``KL(P | a b^T)``.
    method : str, optional
        Any method of POT is accepted, and all are the same solver here.
    numItermax : int, optional
        The most sweeps.
    stopThr : float, optional
        The error of a marginal at which the solve ends.
    verbose : bool, optional
        Whether to print the errors when the solve has ended.
    log : bool, optional
        Whether to return a dict, too: 'err', an error a sweep and that of the result; 'niter', the number of sweeps;
        'u', 'v' and their logarithms 'log_u', 'log_v'.
    warn : bool, optional
        Whether to warn if the solve does not converge.
    warmstart : pair of array_like, optional
        ``(log u, log v)``.

    Returns
    -------
    ndarray
        The plan, shape (n, m); for k histograms the transport costs ``<M, P>``, shape (k,).
    dict
        Only if ``log`` is true.

    Examples
    --------
    >>> import sinkhorn
    >>> sinkhorn.sinkhorn([0.5, 0.5], [0.5, 0.5], [[0.0, 1.0], [1.0, 0.0]], 1).round(8)
    array([[0.36552929, 0.13447071],
           [0.13447071, 0.36552929]])
    """
    _check(method, _METHODS, kwargs)
    a, b, M = _matrices(a, b, M)
    if b.ndim == 2:
        return _solve_histograms(a, b, M, reg, stopThr, numItermax, verbose, log, warn, warmstart, 2)
    problem = Problem(M=M, a=a, b=b, names=_NAMES)
    result, made = _one(problem, a, b, reg, stopThr, numItermax, verbose, warn, warmstart, log, 2)
    return (result.plan, made) if log else result.plan


def sinkhorn2(
    a,
    b,
    M,
    reg,
    method="sinkhorn",
    numItermax=10000,
    stopThr=1e-9,
    verbose=False,
    log=False,
    warn=False,
    warmstart=None,
    **kwargs,
):
    """Return the transport cost ``<M, P>`` as ``ot.sinkhorn2`` does: a number, or one for each histogram of b.

    The parameters are those of `sinkhorn`.

    Examples
    --------
    >>> import sinkhorn
    >>> round(float(sinkhorn.sinkhorn2([0.5, 0.5], [0.5, 0.5], [[0.0, 1.0], [1.0, 0.0]], 1)), 8)
    0.26894142
    """
    _check(method, _METHODS, kwargs)
    a, b, M = _matrices(a, b, M)
    if b.ndim == 2:
        return _solve_histograms(a, b, M, reg, stopThr, numItermax, verbose, log, warn, warmstart, 2)
    problem = Problem(M=M, a=a, b=b, names=_NAMES)
    result, made = _one(problem, a, b, reg, stopThr, numItermax, verbose, warn, warmstart, log, 2)
    value = problem.dtype.type(result.value_linear)
    return (value, made) if log else value


def sinkhorn_unbalanced(
    a,
    b,
    M,
    reg,
    reg_m,
    method="sinkhorn",
    reg_type="kl",
    c=None,
    warmstart=None,
    numItermax=1000,
    stopThr=1e-6,
    verbose=False,
    log=False,
    warn=True,
    **kwargs,
):
    """Solve transport with relaxed marginals as ``ot.sinkhorn_unbalanced`` does.

    Parameters
    ----------
    a, b, M, reg
        As in `sinkhorn`. The sums of a and b may differ.
    reg_m : float or pair of float
        What the Kullback-Leibler divergence of a marginal costs. Infinity keeps a side exact.
    method : str, optional
        Any method of POT is accepted, and all are the same solver here.
    reg_type : str, optional
        'kl' for ``KL(P | a b^T)``, or 'entropy' for ``KL(P | 1)``.
    c : array_like, shape (n, m), optional
        Another reference measure, for 'kl'.
    warmstart : pair of array_like, optional
        ``(log u, log v)``, where ``P = u * exp(-M / reg) * c * v``.
    numItermax, stopThr, verbose, warn
        As in `sinkhorn`. The error is the change of a marginal by one more update, as a share of the total.
    log : bool, optional
        Whether to return a dict, too: 'err', 'logu', 'logv', and 'cost' and 'total_cost' for one histogram.

    Returns
    -------
    ndarray
        The plan, or for k histograms the transport costs, shape (k,). For histograms POT takes the reference measure
        1, whatever ``reg_type``, and so does this function.
    dict
        Only if ``log`` is true.

    Examples
    --------
    >>> import sinkhorn
    >>> sinkhorn.sinkhorn_unbalanced([0.5, 0.5], [0.5, 0.5], [[0.0, 1.0], [1.0, 0.0]], 1, 1).round(5)
    array([[0.32205, 0.11848],
           [0.11848, 0.32205]])
    """
    _check(method, _UNBALANCED_METHODS, kwargs)
    if not isinstance(reg_type, str) or reg_type.lower() not in ("kl", "entropy"):
        raise ValueError(f"reg_type is {reg_type!r}: there are 'kl' and 'entropy'")
    a, b, M = _matrices(a, b, M)
    reg = real("reg", reg)
    if reg is None or not (reg > 0 and np.isfinite(reg)):
        raise ValueError(f"reg is {reg}: it must be positive")
    many = b.ndim == 2
    if many or reg_type.lower() == "entropy":
        c = np.ones(M.shape, M.dtype if M.dtype.kind == "f" else np.float64)
    elif c is not None:
        c = matrix("c", c)
        if c.shape != M.shape:
            raise ValueError(f"c has shape {c.shape} where {M.shape} is needed")
        wrong = np.argwhere(~((c >= 0) & np.isfinite(c)))
        if wrong.size:
            i, j = wrong[0]
            raise ValueError(f"c[{i}, {j}] is {c[i, j]}: every entry must be finite and not negative")

    def one(b, warmstart, warn):
        problem = Problem(M=_with_reference(M, reg, a, b, c), a=a, b=b, names=_UNBALANCED)
        start = _from_logs(warmstart, a, b, reg, False, problem.dtype)
        result = _run(problem, reg, reg_m, stopThr, numItermax, start, warn, log or verbose, 4)
        if verbose:
            _print(result.errors)
        return result

    if many:
        results = []
        for k, start in enumerate(_warmstarts(warmstart, b.shape[1])):
            results.append(one(b[:, k], start, warn))
            warn = warn and results[-1].converged
        costs = np.array([np.sum(M * result.plan) for result in results], results[0].dtype)
        if not log:
            return costs
        logs = [np.stack([r.potentials[side] / reg for r in results], axis=1) for side in (0, 1)]
        return costs, {"err": [r.errors[-1] for r in results], "logu": logs[0], "logv": logs[1]}
    result = one(b, warmstart, warn)
    plan = result.plan
    if not log:
        return plan
    logu, logv = (values / result.reg for values in result.potentials)
    cost = np.sum(plan * M)
    rho_a, rho_b = pair_of("reg_m", reg_m)
    total = cost + reg * rel_entr(plan, a[:, None] * b[None, :] if c is None else c).sum()
    if np.isfinite(rho_a):
        total += rho_a * rel_entr(plan.sum(1), a).sum()
    if np.isfinite(rho_b):
        total += rho_b * rel_entr(plan.sum(0), b).sum()
    return plan, {"err": list(result.errors), "logu": logu, "logv": logv, "cost": cost, "total_cost": total}


def _with_reference(M, reg, a, b, c):
    """Return costs under which KL(P | a b^T) stands for KL(P | c): M + reg (log a + log b - log c)."""
    if c is None:
        return M
    product = np.multiply.outer(a, b)
    dtype = np.result_type(M, a, b) if M.dtype.kind == "f" else np.float64
    shift = np.log(product, out=np.zeros(product.shape), where=product > 0) - _log(c)
    return (M + reg * np.where(product > 0, shift, 0)).astype(dtype)


def _empirical(X_s, X_t, reg, a, b, metric, numIterMax, stopThr, verbose, log, warn, warmstart, stacklevel):
    """Solve between points."""
    problem = Problem(X_a=X_s, X_b=X_t, a=a, b=b, metric=metric, names=_EMPIRICAL)
    n, m = problem.shape
    like = np.empty(0, problem.dtype)
    a, b = _or_equal(problem.weights[0], n, like), _or_equal(problem.weights[1], m, like)
    return _one(problem, a, b, reg, stopThr, numIterMax, verbose, warn, warmstart, log, stacklevel + 1)


def _without_plan(made, result):
    """Make of a log that of a lazy solve: logarithms, and a plan that is not stored."""
    made.update(u=made["log_u"], v=made["log_v"], lazy_plan=result.lazy_plan)


def empirical_sinkhorn(
    X_s,
    X_t,
    reg,
    a=None,
    b=None,
    metric="sqeuclidean",
    numIterMax=10000,
    stopThr=1e-9,
    isLazy=False,
    batchSize=100,
    verbose=False,
    log=False,
    warn=True,
    warmstart=None,
    **kwargs,
):
    """Solve entropic transport between points as ``ot.bregman.empirical_sinkhorn`` does.

    Parameters
    ----------
    X_s, X_t : array_like, shapes (n, d) and (m, d)
        A point a row.
    metric : str, optional
        As in `solve_sample`.
    isLazy : bool, optional
        Whether to return ``(log u, log v)`` in place of the plan. No solve here stores the costs.
    batchSize : int, optional
        Not used: it says how POT splits its cost matrix.
    reg, a, b, numIterMax, stopThr, verbose, log, warn, warmstart
        As in `sinkhorn`.

    Returns
    -------
    ndarray, or a pair of ndarray
        The plan, shape (n, m), or ``(log u, log v)`` if ``isLazy``.
    dict
        Only if ``log`` is true, as in `sinkhorn`. If ``isLazy``, 'u' and 'v' are the logarithms, as in POT, and
        'lazy_plan' is a SciPy ``LinearOperator``.
    """
    _check("sinkhorn", _METHODS, kwargs)
    result, made = _empirical(
        X_s, X_t, reg, a, b, metric, numIterMax, stopThr, verbose, log or isLazy, warn, warmstart, 2
    )
    if not isLazy:
        return (result.plan, made) if log else result.plan
    _without_plan(made, result)
    return (made["u"], made["v"], made) if log else (made["u"], made["v"])


def empirical_sinkhorn2(
    X_s,
    X_t,
    reg,
    a=None,
    b=None,
    metric="sqeuclidean",
    numIterMax=10000,
    stopThr=1e-9,
    isLazy=False,
    batchSize=100,
    verbose=False,
    log=False,
    warn=True,
    warmstart=None,
    **kwargs,
):
    """Return the transport cost between points as ``ot.bregman.empirical_sinkhorn2`` does.

    The parameters are those of `empirical_sinkhorn`.
    """
    _check("sinkhorn", _METHODS, kwargs)
    result, made = _empirical(X_s, X_t, reg, a, b, metric, numIterMax, stopThr, verbose, log, warn, warmstart, 2)
    value = result.dtype.type(result.value_linear)
    if log and isLazy:
        _without_plan(made, result)
    return (value, made) if log else value


def empirical_sinkhorn_divergence(
    X_s,
    X_t,
    reg,
    a=None,
    b=None,
    metric="sqeuclidean",
    numIterMax=10000,
    stopThr=1e-9,
    verbose=False,
    log=False,
    warn=True,
    warmstart=None,
    **kwargs,
):
    """Return POT's Sinkhorn divergence, ``ot.bregman.empirical_sinkhorn_divergence``.

    POT takes transport costs without the entropy, and the larger of zero and their difference. `divergence` has the
    definition of Feydy et al. (2019), whose value and gradient are those of a smooth loss.

    The parameters are those of `empirical_sinkhorn`. The dict has 'sinkhorn_loss_ab', 'sinkhorn_loss_a',
    'sinkhorn_loss_b', and the logs of the three solves.
    """
    _check("sinkhorn", _METHODS, kwargs)
    u, v = (None, None) if warmstart is None else warmstart
    pairs = {
        "ab": (X_s, X_t, a, b, warmstart),
        "a": (X_s, X_s, a, a, None if u is None else (u, u)),
        "b": (X_t, X_t, b, b, None if v is None else (v, v)),
    }
    made, logs = {}, {}
    for name, (x, y, of_x, of_y, start) in pairs.items():
        result, logs[name] = _empirical(
            x, y, reg, of_x, of_y, metric, numIterMax, stopThr, verbose, log, warn, start, 2
        )
        warn = warn and result.converged
        made[name] = result.dtype.type(result.value_linear)
    value = np.maximum(0, made["ab"] - (made["a"] + made["b"]) / 2)
    if not log:
        return value
    losses = {f"sinkhorn_loss_{name}": loss for name, loss in made.items()}
    return value, {**losses, **{f"log_sinkhorn_{name}": one for name, one in logs.items()}}

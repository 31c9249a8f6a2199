"""Problems that several tests share, and a slow solver to compare with."""

import numpy as np
from scipy.spatial.distance import cdist
from scipy.special import logsumexp


def clouds(n=17, m=23, d=3, seed=0, dtype=np.float64):
    """Return points and weights of both sides; the weights sum to 1."""
    rng = np.random.default_rng(seed)
    X, Y = rng.normal(size=(n, d)), 0.7 * rng.normal(size=(m, d)) + 0.4
    a, b = rng.random(n) + 0.2, rng.random(m) + 0.2
    return tuple(array.astype(dtype) for array in (X, Y, a / a.sum(), b / b.sum()))


def naive(M, a, b, reg, rho=(np.inf, np.inf), sweeps=20000):
    """Return the plan by plain sweeps in the log domain."""
    fs, gs = (1 if np.isinf(side) else side / (side + reg) for side in rho)
    with np.errstate(divide="ignore"):
        log_a, log_b = np.log(a), np.log(b)
    f, g = np.zeros(len(a)), np.zeros(len(b))
    for _ in range(sweeps):
        before = g
        f = -reg * fs * logsumexp((g - M) / reg + log_b, axis=1)
        g = -reg * gs * logsumexp((f[:, None] - M) / reg + log_a[:, None], axis=0)
        if np.abs(g - before).max() < 1e-14:
            break
    return np.exp((f[:, None] + g - M) / reg + log_a[:, None] + log_b)


def costs(X, Y, metric="sqeuclidean", **kwargs):
    """Return the costs of all pairs, by SciPy."""
    return cdist(X, Y, metric, **kwargs)

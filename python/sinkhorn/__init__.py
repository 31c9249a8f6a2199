"""Entropic optimal transport whose solver starts near the answer.

`solve` takes a cost matrix, `solve_sample` takes points, `divergence` measures how far apart two point sets are.
`soft_sort`, `soft_rank`, `soft_quantile` and `soft_top_k` have derivatives. `sinkhorn`, `sinkhorn2`,
`sinkhorn_unbalanced` and the functions that begin with ``empirical_`` are as POT (``import ot``) has them.
"""

from importlib.metadata import version as _version

from ._batch import solve_batch, solve_sample_batch
from ._pot import (
    empirical_sinkhorn,
    empirical_sinkhorn2,
    empirical_sinkhorn_divergence,
    sinkhorn,
    sinkhorn2,
    sinkhorn_unbalanced,
)
from ._result import ConvergenceWarning, Divergence, Gradient, LazyPlan, OTResult
from ._soft import soft_quantile, soft_rank, soft_sort, soft_top_k
from ._solve import divergence, solve, solve_sample

__all__ = [
    "ConvergenceWarning",
    "Divergence",
    "Gradient",
    "LazyPlan",
    "OTResult",
    "divergence",
    "empirical_sinkhorn",
    "empirical_sinkhorn2",
    "empirical_sinkhorn_divergence",
    "sinkhorn",
    "sinkhorn2",
    "sinkhorn_unbalanced",
    "soft_quantile",
    "soft_rank",
    "soft_sort",
    "soft_top_k",
    "solve",
    "solve_batch",
    "solve_sample",
    "solve_sample_batch",
]
__version__ = _version("sinkhorn")

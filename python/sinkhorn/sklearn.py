"""An estimator for scikit-learn. It needs the extra ``sklearn``: ``pip install "sinkhorn[sklearn]"``."""

from __future__ import annotations

from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.utils.validation import check_array, check_is_fitted

from ._solve import solve_sample


class SinkhornTransport(TransformerMixin, BaseEstimator):
    """Moves points of one domain to another by the entropic map, as ``ot.da.SinkhornTransport`` does.

    Parameters
    ----------
    reg : float, optional
        Regularisation, in units of cost; by default 0.05 of the standard deviation of the cost.
    metric : str, optional
        As in `sinkhorn.solve_sample`.
    unbalanced, tol, max_iter
        As in `sinkhorn.solve_sample`.

    Attributes
    ----------
    coupling_ : ndarray, shape (n, m)
        The plan, computed when it is asked for.
    result_ : OTResult
        The solve from Xs to Xt.
    n_features_in_ : int
        The number of coordinates.

    Examples
    --------
    >>> from sinkhorn.sklearn import SinkhornTransport
    >>> moved = SinkhornTransport(reg=0.01).fit(Xs=[[0.0], [1.0]], Xt=[[0.1], [1.3]]).transform([[0.0], [1.0]])
    >>> moved.round(3)
    array([[0.1],
           [1.3]])
    """

    def __init__(self, reg=None, metric="sqeuclidean", unbalanced=None, tol=None, max_iter=None):
        self.reg = reg
        self.metric = metric
        self.unbalanced = unbalanced
        self.tol = tol
        self.max_iter = max_iter

    def fit(self, Xs, ys=None, Xt=None, yt=None):
        """Solve the transport from Xs to Xt.

        Parameters
        ----------
        Xs : array_like, shape (n, d)
            Points of the source.
        Xt : array_like, shape (m, d)
            Points of the target. They may also stand second, where scikit-learn has a target: ``fit(Xs, Xt)``.
        ys, yt
            Labels as in POT. They are not used: this estimator does not know classes.
        """
        if Xt is None and getattr(ys, "ndim", 0) != 1:
            Xt = ys
        if Xt is None:
            raise ValueError("Xt is missing: the points of the target")
        kinds = {"dtype": ["float64", "float32"]}
        Xs, Xt = check_array(Xs, input_name="Xs", **kinds), check_array(Xt, input_name="Xt", **kinds)
        options = {"metric": self.metric, "unbalanced": self.unbalanced, "tol": self.tol, "max_iter": self.max_iter}
        self.result_ = solve_sample(Xs, Xt, reg=self.reg, **options)
        self.backward_ = None
        self._back = (Xt, Xs, options)
        self.n_features_in_ = Xs.shape[1]
        return self

    @property
    def coupling_(self):
        """The plan, shape (n, m)."""
        check_is_fitted(self, "result_")
        return self.result_.plan

    def transform(self, Xs):
        """Return where points of the source go, shape (k, d)."""
        check_is_fitted(self, "result_")
        return self.result_.map(check_array(Xs, input_name="Xs", dtype=["float64", "float32"]))

    def inverse_transform(self, Xt):
        """Return where points of the target come from, shape (k, d)."""
        check_is_fitted(self, "result_")
        if self.backward_ is None:
            of_target, of_source, options = self._back
            if isinstance(options["unbalanced"], (tuple, list)):
                options = {**options, "unbalanced": tuple(options["unbalanced"])[::-1]}
            f, g = self.result_.potentials
            self.backward_ = solve_sample(
                of_target, of_source, reg=self.result_.reg, potentials_init=(g, f), **options
            )
        return self.backward_.map(check_array(Xt, input_name="Xt", dtype=["float64", "float32"]))

    def __sklearn_is_fitted__(self):
        return hasattr(self, "result_")

"""Many problems at once, and the estimator of scikit-learn."""

import numpy as np
import pytest
from problems import clouds, costs
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import sinkhorn
from sinkhorn import ConvergenceWarning
from sinkhorn.sklearn import SinkhornTransport


def test_a_batch_is_its_problems():
    problems = [clouds(5 + k, 9 - k, 2, seed=k) for k in range(6)]
    X, Y, a, b = (list(part) for part in zip(*problems))
    for threads in (1, 3, None):
        by_points = sinkhorn.solve_sample_batch(X, Y, a, b, "euclidean", 0.2, threads=threads)
        by_matrix = sinkhorn.solve_batch([costs(x, y) for x, y in zip(X, Y)], a, b, 0.2, threads=threads)
        assert [r.shape for r in by_points] == [(5 + k, 9 - k) for k in range(6)]
        for k, (x, y, of_x, of_y) in enumerate(problems):
            alone = sinkhorn.solve_sample(x, y, of_x, of_y, "euclidean", 0.2)
            np.testing.assert_array_equal(by_points[k].plan, alone.plan)
            np.testing.assert_array_equal(by_matrix[k].plan, sinkhorn.solve(costs(x, y), of_x, of_y, 0.2).plan)


def test_a_batch_may_be_an_array():
    M = np.random.default_rng(0).random((4, 3, 5))
    results = sinkhorn.solve_batch(M.astype(np.float32), reg=0.2)
    assert len(results) == 4 and results[3].dtype == np.float32
    np.testing.assert_allclose(results[3].plan, sinkhorn.solve(M[3], reg=0.2).plan, atol=1e-4)
    assert sinkhorn.solve_batch([]) == []


def test_a_bad_problem_is_named():
    M = np.random.default_rng(0).random((4, 3, 5))
    M[2, 1, 4] = np.nan
    with pytest.raises(ValueError, match=r"^problem 2: M\[1, 4\] is NaN"):
        sinkhorn.solve_batch(M, reg=0.2)
    with pytest.raises(ValueError, match="^b has 1 entries for 4 problems"):
        sinkhorn.solve_batch(M, b=[np.ones(5)], reg=0.2)
    with pytest.warns(ConvergenceWarning) as caught:
        sinkhorn.solve_batch(M[:2], reg=0.001, max_iter=1)
    assert len(caught) == 1 and caught[0].filename == __file__
    sinkhorn.solve_batch(M[:2], reg=0.001, max_iter=1, warn=False)


def test_the_estimator_moves_points_there_and_back():
    X, Y, _, _ = clouds(40, 50, 2)
    model = SinkhornTransport(reg=0.2, tol=1e-10).fit(Xs=X, Xt=Y)
    r = sinkhorn.solve_sample(X, Y, reg=0.2, tol=1e-10)
    np.testing.assert_array_equal(model.coupling_, r.plan)
    np.testing.assert_allclose(model.transform(X), r.a_to_b, atol=1e-9)
    np.testing.assert_allclose(model.inverse_transform(Y), r.b_to_a, atol=1e-7)
    assert model.transform([[0.3, -0.2]]).shape == (1, 2) and model.n_features_in_ == 2
    np.testing.assert_array_equal(SinkhornTransport(reg=0.2, tol=1e-10).fit(X, Y).transform(X), model.transform(X))


def test_the_estimator_is_one_of_scikit_learn():
    X, Y, _, _ = clouds(40, 50, 2)
    model = SinkhornTransport(reg=0.2, metric="euclidean")
    assert clone(model).get_params() == model.get_params()
    with pytest.raises(NotFittedError):
        model.transform(X)
    with pytest.raises(ValueError, match="Xt is missing"):
        model.fit(X)
    with pytest.raises(ValueError, match="Xs contains NaN"):
        model.fit(Xs=np.full((2, 2), np.nan), Xt=Y)
    moved = make_pipeline(StandardScaler(), SinkhornTransport(reg=0.2)).fit(X, Y).transform(X)
    assert moved.shape == X.shape and np.isfinite(moved).all()

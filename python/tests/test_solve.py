"""`solve` and `solve_sample`: answers, arrays of every kind, errors, warnings."""

import os
import threading
import warnings

import numpy as np
import pandas as pd
import pytest
from problems import clouds, costs, naive

import sinkhorn
from sinkhorn import ConvergenceWarning


def test_the_installed_package_is_tested():
    assert "site-packages" in sinkhorn.__file__
    assert sinkhorn.__version__.count(".") == 2


def test_two_by_two_has_its_closed_form():
    r = sinkhorn.solve([[0, 1], [1, 0]], [0.5, 0.5], [0.5, 0.5], reg=1, tol=1e-12)
    x = 0.5 / (1 + np.exp(-1))
    np.testing.assert_allclose(r.plan, [[x, 0.5 - x], [0.5 - x, x]], atol=1e-12)
    np.testing.assert_allclose(r.value_linear, 1 - 2 * x, atol=1e-12)


def test_a_result_agrees_with_plain_sweeps():
    X, Y, a, b = clouds()
    M, reg = costs(X, Y), 0.3
    r = sinkhorn.solve(M, a, b, reg, tol=1e-12)
    expected = naive(M, a, b, reg)
    np.testing.assert_allclose(r.plan, expected, atol=1e-11)
    kl = np.sum(expected * np.log(expected / np.outer(a, b)))
    np.testing.assert_allclose(r.value_linear, np.sum(M * expected), rtol=1e-9)
    np.testing.assert_allclose(r.value, np.sum(M * expected) + reg * kl, rtol=1e-9)
    f, g = r.potentials
    np.testing.assert_allclose(np.outer(a, b) * np.exp((f[:, None] + g - M) / reg), r.plan, atol=1e-13)
    np.testing.assert_allclose(r.marginals[0], a, atol=1e-12)
    np.testing.assert_allclose(r.marginals[1], b, atol=1e-12)
    assert r.converged and r.status == "converged" and r.reg == reg and r.shape == (17, 23)
    assert r.report["marginal_error"] <= 1e-12


METRICS = [
    ("sqeuclidean", {}),
    ("euclidean", {}),
    ("cityblock", {}),
    ("chebyshev", {}),
    ("cosine", {}),
    ("minkowski", {"p": 1.5}),
    ("minkowski", {"p": 3.0}),
]


@pytest.mark.parametrize(("metric", "options"), METRICS)
def test_points_have_the_costs_of_scipy(metric, options):
    X, Y, a, b = clouds(d=2)
    M = costs(X, Y, metric, **options)
    r = sinkhorn.solve_sample(X, Y, a, b, metric, 0.2, tol=1e-11, **options)
    np.testing.assert_allclose(r.plan, sinkhorn.solve(M, a, b, 0.2, tol=1e-11).plan, atol=1e-10)
    np.testing.assert_allclose(r.value_linear, np.sum(M * r.plan), rtol=1e-10)


@pytest.mark.parametrize(
    ("alias", "metric"),
    [("l1", "cityblock"), ("manhattan", "cityblock"), ("l2", "euclidean"), ("cheb", "chebyshev"), ("cos", "cosine")],
)
def test_aliases_are_the_same_cost(alias, metric):
    X, Y, a, b = clouds(d=2)
    one, other = (sinkhorn.solve_sample(X, Y, a, b, name, 0.2) for name in (alias, metric))
    assert one.value == other.value


@pytest.mark.parametrize("start", ["auto", "zero", "gaussian", "mixture", "coarse", "cells", "subsample"])
def test_the_answer_does_not_depend_on_the_start(start):
    X, Y, a, b = clouds(60, 70, 2)
    r = sinkhorn.solve_sample(X, Y, a, b, reg=0.2, start=start, tol=1e-10)
    np.testing.assert_allclose(r.plan, naive(costs(X, Y), a, b, 0.2), atol=1e-9)
    assert start == "auto" or r.start == start


def test_the_monotone_start_is_for_the_line():
    X, Y, a, b = clouds(50, 60, 1)
    near = sinkhorn.solve_sample(X, Y, a, b, reg=0.01, start="monotone")
    far = sinkhorn.solve_sample(X[:, 0], Y[:, 0], a, b, reg=0.01, start="zero")
    assert near.start == "monotone" and near.sweeps < far.sweeps
    np.testing.assert_allclose(near.plan, far.plan, atol=1e-6)
    with pytest.raises(ValueError, match="^start"):
        sinkhorn.solve_sample(*clouds(d=2), reg=0.1, start="monotone")


RELAXED = [(0.5, (0.5, 0.5)), ((0.5, 2.0), (0.5, 2.0)), ((None, 1.0), (np.inf, 1.0)), ((1.0, np.inf), (1.0, np.inf))]


@pytest.mark.parametrize(("unbalanced", "rho"), RELAXED)
def test_relaxed_marginals(unbalanced, rho):
    X, Y, a, b = clouds()
    M, b = costs(X, Y), 1.4 * b
    r = sinkhorn.solve(M, a, b, 0.3, unbalanced=unbalanced, tol=1e-11)
    np.testing.assert_allclose(r.plan, naive(M, a, b, 0.3, rho), atol=1e-9)
    assert abs(r.plan.sum() - 1) > 1e-3 or np.isinf(rho[0])


def test_weights_may_be_zero_or_left_out():
    X, Y, a, b = clouds()
    a[3], b[5] = 0, 0
    a, b = a / a.sum(), b / b.sum()
    r = sinkhorn.solve_sample(X, Y, a, b, reg=0.3, tol=1e-11)
    np.testing.assert_allclose(r.plan, naive(costs(X, Y), a, b, 0.3), atol=1e-10)
    assert not r.plan[3].any() and not r.plan[:, 5].any()
    assert np.isfinite(r.a_to_b).all() and np.isfinite(r.b_to_a).all()
    for equal in (None, [], np.empty(0)):
        r = sinkhorn.solve_sample(X, Y, equal, b, reg=0.3)
        np.testing.assert_allclose(r.marginals[0], np.full(17, 1 / 17), atol=1e-6)


def test_an_infinite_cost_forbids_its_pair():
    M = np.array([[0.0, np.inf], [1.0, 0.5]])
    r = sinkhorn.solve(M, reg=0.1)
    assert r.plan[0, 1] == 0
    with pytest.raises(ValueError, match=r"a\[0\] has mass and nowhere to go"):
        sinkhorn.solve([[np.inf, np.inf], [1.0, 0.5]], reg=0.1)


# Arrays of every kind.


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_dtype_is_kept(dtype):
    X, Y, a, b = clouds(dtype=dtype)
    r = sinkhorn.solve_sample(X, Y, a, b, reg=0.3)
    row = r.lazy_plan.row(0)
    arrays = [r.plan, *r.potentials, *r.marginals, r.a_to_b, r.b_to_a, r.map(X), row, r.lazy_plan @ b]
    arrays += [r.sparse_plan, *r.gradient()[:4], sinkhorn.solve(costs(X, Y).astype(dtype), a, b, 0.3).plan]
    assert {array.dtype for array in arrays} == {np.dtype(dtype)} and r.dtype == dtype
    np.testing.assert_allclose(r.plan, naive(costs(X, Y), a, b, 0.3), atol=1e-4)


@pytest.mark.parametrize(
    ("of_m", "of_a", "expected"),
    [
        (np.float32, np.float64, np.float64),
        (np.float64, np.float32, np.float64),
        (np.float16, np.float16, np.float32),
        (np.float16, np.float32, np.float32),
        (np.int64, np.float32, np.float64),
        (np.uint8, np.float64, np.float64),
        (bool, np.float64, np.float64),
        (">f8", np.float64, np.float64),
        (">f4", np.float32, np.float32),
        (np.longdouble, np.float32, np.float64),
    ],
)
def test_mixed_and_other_dtypes(of_m, of_a, expected):
    M = np.array([[0, 1, 3], [1, 0, 1]]).astype(of_m)
    a, b = np.array([0.5, 0.5], of_a), np.array([0.25, 0.25, 0.5], of_a)
    r = sinkhorn.solve(M, a, b, 0.5)
    assert r.dtype == expected and r.plan.dtype == expected
    np.testing.assert_allclose(r.plan, naive(M.astype(float), a.astype(float), b.astype(float), 0.5), atol=1e-3)


def layouts(array):
    """Yield the same numbers in every order of memory."""
    yield "C", np.ascontiguousarray(array)
    yield "Fortran", np.asfortranarray(array)
    yield "transposed", np.ascontiguousarray(array.T).T
    wide = np.zeros([2 * size for size in array.shape])
    wide[tuple(slice(None, None, 2) for _ in array.shape)] = array
    yield "with gaps", wide[tuple(slice(None, None, 2) for _ in array.shape)]
    turned = tuple(slice(None, None, -1) for _ in array.shape)
    yield "backwards", np.ascontiguousarray(array[turned])[turned]
    yield "backwards Fortran", np.asfortranarray(array[turned])[turned]
    fixed = array.copy()
    fixed.flags.writeable = False
    yield "read-only", fixed
    yield "list", array.tolist()
    yield "pandas", pd.DataFrame(array) if array.ndim == 2 else pd.Series(array, index=range(5, 5 + len(array)))


def test_memory_order_does_not_matter():
    X, Y, a, b = clouds()
    M = costs(X, Y)
    by_matrix, by_points = sinkhorn.solve(M, a, b, 0.3), sinkhorn.solve_sample(X, Y, a, b, reg=0.3)
    seen = set()
    for of_m, of_a, of_b in zip(layouts(M), layouts(a), layouts(b)):
        r = sinkhorn.solve(of_m[1], of_a[1], of_b[1], 0.3)
        np.testing.assert_allclose(r.plan, by_matrix.plan, atol=1e-7, err_msg=of_m[0])
        np.testing.assert_allclose(r.gradient().M, by_matrix.gradient().M, atol=1e-7, err_msg=of_m[0])
        seen.add(of_m[0])
    for of_x, of_y, of_a in zip(layouts(X), layouts(Y), layouts(a)):
        r = sinkhorn.solve_sample(of_x[1], of_y[1], of_a[1], b, reg=0.3)
        np.testing.assert_array_equal(r.plan, by_points.plan, err_msg=of_x[0])
    assert len(seen) == 9


def test_the_transpose_of_a_matrix_is_its_transpose():
    X, Y, a, b = clouds()
    M = costs(X, Y)
    r = sinkhorn.solve(M.T, b, a, 0.3, tol=1e-10)
    np.testing.assert_allclose(r.plan, sinkhorn.solve(M, a, b, 0.3, tol=1e-10).plan.T, atol=1e-9)
    square = np.array([[0.0, 5.0], [1.0, 0.0]])
    r = sinkhorn.solve(square.T, [0.4, 0.6], [0.7, 0.3], 0.5, tol=1e-10)
    np.testing.assert_allclose(r.plan, naive(square.T, [0.4, 0.6], [0.7, 0.3], 0.5), atol=1e-9)


def test_arguments_are_left_alone_and_results_are_not_tied_to_them():
    X, Y, a, b = clouds()
    before = [array.copy() for array in (X, Y, a, b)]
    r = sinkhorn.solve_sample(X, Y, a, b, reg=0.3)
    for array, copy in zip((X, Y, a, b), before):
        np.testing.assert_array_equal(array, copy)
    plan, back = r.plan, r.b_to_a
    for array in (X, Y, a, b):
        array[:] = 0
    np.testing.assert_array_equal(r.plan, plan)
    np.testing.assert_array_equal(r.b_to_a, back)


# Parts of a result.


def test_lazy_and_sparse_plans_are_the_plan():
    X, Y, a, b = clouds()
    r = sinkhorn.solve_sample(X, Y, a, b, reg=0.3)
    P, lazy = r.plan, r.lazy_plan
    assert lazy.shape == (17, 23)
    v, V = np.linspace(-1, 1, 23), np.random.default_rng(1).normal(size=(23, 4))
    np.testing.assert_allclose(lazy @ v, P @ v, atol=1e-14)
    np.testing.assert_allclose(lazy @ V, P @ V, atol=1e-14)
    np.testing.assert_allclose(lazy.T @ a, P.T @ a, atol=1e-14)
    np.testing.assert_allclose(lazy @ np.asfortranarray(V)[:, ::-1], P @ V[:, ::-1], atol=1e-14)
    np.testing.assert_allclose(np.stack([lazy.row(i) for i in range(17)]), P, rtol=1e-12)
    np.testing.assert_array_equal(lazy.row(-1), lazy.row(16))
    with pytest.raises(IndexError, match="row 17 of a plan of 17 rows"):
        lazy.row(17)
    with pytest.raises(ValueError, match=r"vector\[2\] is NaN"):
        lazy @ np.where(np.arange(23) == 2, np.nan, v)
    sharp = sinkhorn.solve_sample(X, Y, a, b, reg=0.005, warn=False)
    sparse = sharp.sparse_plan
    assert 0 < sparse.nnz < 17 * 23
    np.testing.assert_allclose(sparse.toarray(), sharp.plan, atol=1e-15)


def test_maps_are_means_of_the_plan():
    X, Y, a, b = clouds()
    r = sinkhorn.solve_sample(X, Y, a, b, reg=0.3)
    P = r.plan
    np.testing.assert_allclose(r.a_to_b, P @ Y / P.sum(1, keepdims=True), atol=1e-12)
    np.testing.assert_allclose(r.b_to_a, P.T @ X / P.sum(0)[:, None], atol=1e-12)
    np.testing.assert_array_equal(r.map(), r.a_to_b)
    np.testing.assert_allclose(r.map(X), r.a_to_b, atol=1e-6)
    new, (_, g) = np.array([[0.1, -0.4, 2.0]]), r.potentials
    weights = b * np.exp((g - costs(new, Y)[0]) / 0.3)
    np.testing.assert_allclose(r.map(new)[0], weights @ Y / weights.sum(), atol=1e-12)
    with pytest.raises(ValueError, match="X has 2 coordinates a point where X_a has 3"):
        r.map([[0.0, 1.0]])
    with pytest.raises(ValueError, match=r"X\[1, 0\] is NaN"):
        r.map([[0.0, 1.0, 2.0], [np.nan, 1.0, 2.0]])


def test_a_point_without_weight_has_a_place_that_its_mass_would_come_from():
    X, Y, a, b = clouds()
    b[4] = 0
    b /= b.sum()
    r = sinkhorn.solve_sample(X, Y, a, b, reg=0.3, tol=1e-11)
    weights = a * np.exp((r.potentials[0] - costs(X, Y[4:5])[:, 0]) / 0.3)
    np.testing.assert_allclose(r.b_to_a[4], weights @ X / weights.sum(), atol=1e-9)


def test_a_cost_matrix_has_no_map():
    r = sinkhorn.solve([[0.0, 1.0], [1.0, 0.0]], reg=0.5)
    for ask in (lambda: r.a_to_b, lambda: r.b_to_a, lambda: r.map([[0.0]])):
        with pytest.raises(ValueError, match="points"):
            ask()


def test_a_result_says_how_it_ended():
    X, Y, a, b = clouds()
    assert "converged after" in repr(sinkhorn.solve_sample(X, Y, a, b, reg=0.3))
    r = sinkhorn.solve_sample(X, Y, a, b, reg=0.01, start="zero", max_iter=1, warn=False)
    assert "<OTResult 17 x 23 float64: sweep limit after 1 sweep from start 'zero'" in repr(r)


# Starts from earlier results.


def test_warm_starts_save_sweeps():
    X, Y, a, b = clouds(80, 90)
    cold = sinkhorn.solve_sample(X, Y, a, b, reg=0.05, start="zero")
    assert cold.sweeps > 10
    for options in (
        {"start": cold},
        {"potentials_init": cold},
        {"potentials_init": cold.potentials},
        {"potentials_init": (None, cold.potentials[1])},
        {"potentials_init": (cold.potentials[0], None)},
    ):
        warm = sinkhorn.solve_sample(X, Y, a, b, reg=0.05, **options)
        assert warm.sweeps <= 2, options
    moved = sinkhorn.solve_sample(X + 0.01, Y[:-1], a, reg=0.05, start=cold)
    assert moved.converged and moved.sweeps < cold.sweeps
    single = sinkhorn.solve_sample(*(v.astype(np.float32) for v in (X, Y, a, b)), reg=0.05, start=cold)
    assert single.dtype == np.float32 and single.sweeps <= 2
    with pytest.raises(ValueError, match="start is a result of float64 and of other points"):
        sinkhorn.solve_sample(X.astype(np.float32)[:-1], Y.astype(np.float32), reg=0.05, start=cold)
    by_matrix = sinkhorn.solve(costs(X, Y), a, b, 0.05, potentials_init=cold.potentials)
    assert by_matrix.sweeps <= 2


# Errors.

GOOD = np.array([[0.0, 1.0, 2.0], [1.0, 0.0, 1.0]])
A, B = [0.5, 0.5], [0.25, 0.25, 0.5]


def changed(array, place, value):
    array = np.array(array, float)
    array[place] = value
    return array


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((changed(GOOD, (1, 2), np.nan), A, B, 0.1), {}, r"^M\[1, 2\] is NaN"),
        ((changed(GOOD, (1, 2), np.nan).T, B, A, 0.1), {}, r"^M\[2, 1\] is NaN"),
        ((changed(GOOD, (0, 1), -np.inf), A, B, 0.1), {}, r"^M\[0, 1\] is -inf"),
        ((GOOD, changed(A, 1, np.nan), B, 0.1), {}, r"^a\[1\] is NaN"),
        ((GOOD, A, changed(B, 2, np.inf), 0.1), {}, r"^b\[2\] is inf"),
        ((GOOD, [-0.5, 1.5], B, 0.1), {}, r"^a\[0\] is -0.5"),
        ((GOOD, [0.0, 0.0], B, 0.1), {}, r"^a sums to zero"),
        ((GOOD, [0.5, 0.6], B, 0.1), {}, r"a sums to 1\.1.* and b to 1"),
        ((GOOD, [1.0], B, 0.1), {}, r"^a has 1 scalars where 2 are needed"),
        ((GOOD, [A], B, 0.1), {}, r"^a has 2 dimensions"),
        ((GOOD, A, B, 0.0), {}, r"^reg is 0"),
        ((GOOD, A, B, -1), {}, r"^reg is -1"),
        ((GOOD, A, B, np.nan), {}, r"^reg is NaN"),
        ((GOOD, A, B, "much"), {}, r"^reg is 'much'"),
        ((GOOD[0], A, B, 0.1), {}, r"^M has 1 dimensions"),
        ((np.empty((0, 3)), None, B, 0.1), {}, r"is empty"),
        ((GOOD + 1j, A, B, 0.1), {}, r"^M has entries of type complex128"),
        (([["x", "y"]], None, None, 0.1), {}, r"^M "),
        (([[0.0, 1.0], [1.0]], None, None, 0.1), {}, r"^M is no array of numbers"),
        ((pd.DataFrame({"u": [1, None], "v": [1, 2]}, dtype="Int64"), None, None, 0.1), {}, r"^M"),
        ((GOOD, A, B, 0.1), {"unbalanced": -1}, r"^unbalanced\[0\] is -1"),
        ((GOOD, A, B, 0.1), {"unbalanced": (1, np.nan)}, r"^unbalanced\[1\] is NaN"),
        ((GOOD, A, B, 0.1), {"unbalanced": (1, 2, 3)}, r"^unbalanced has 3 entries"),
        ((GOOD, A, B, 0.1), {"unbalanced": "x"}, r"^unbalanced\[0\] is 'x'"),
        ((GOOD, A, B, 0.1), {"tol": 0}, r"^tol is 0"),
        ((GOOD, A, B, 0.1), {"max_iter": 0}, r"^max_iter is 0"),
        ((GOOD, A, B, 0.1), {"max_iter": 1.5}, r"^max_iter is 1.5"),
        ((GOOD, A, B, 0.1), {"max_iter": 2**40}, r"^max_iter is"),
        ((GOOD, A, B, 0.1), {"threads": 0}, r"^threads is 0"),
        ((GOOD, A, B, 0.1), {"start": "best"}, r"^start is \"best\""),
        ((GOOD, A, B, 0.1), {"start": 3}, r"^start is 3"),
        ((GOOD, A, B, 0.1), {"start": "gaussian"}, r"^start"),
        ((GOOD, A, B, 0.1), {"potentials_init": ([0, 0, 0], None)}, r"^potentials_init\[0\] has shape \(3,\)"),
        ((GOOD, A, B, 0.1), {"potentials_init": (None, [0, np.nan, 0])}, r"^potentials_init\[1\]\[1\] is nan"),
        ((1e5 * GOOD, A, B, 1e-14), {}, r"^reg is 1"),
    ],
)
def test_a_bad_argument_is_named(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        sinkhorn.solve(*arguments, **options)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        (([[0.0], [np.nan]], [[1.0]]), {}, r"^X_a\[1, 0\] is NaN"),
        (([[0.0]], [[1.0, 2.0]]), {}, r"^X_b has 2 coordinates a point where X_a has 1"),
        ((np.zeros((2, 2, 2)), [[1.0]]), {}, r"^X_a has 3 dimensions"),
        (([[0.0]], [[1.0]]), {"metric": "jaccard"}, r"^metric is 'jaccard'"),
        (([[0.0]], [[1.0]]), {"metric": "minkowski", "p": 0.5}, r"^p is 0.5"),
        (([[0.0]], [[0.0]]), {}, r"^reg"),
    ],
)
def test_bad_points_are_named(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        sinkhorn.solve_sample(*arguments, **options)


# Warnings.


def test_a_solve_that_does_not_converge_warns_once_where_it_was_called():
    X, Y, a, b = clouds()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        r = sinkhorn.solve(costs(X, Y), a, b, 0.01, max_iter=2)
    assert [warning.category for warning in caught] == [ConvergenceWarning]
    assert issubclass(ConvergenceWarning, UserWarning)
    assert os.path.samefile(caught[0].filename, __file__)
    message = str(caught[0].message)
    assert "sweep limit" in message and "after 2 sweeps" in message and "raise max_iter, tol or reg" in message
    assert not r.converged and r.status == "sweep limit" and r.sweeps == 2
    for quiet in (
        lambda: sinkhorn.solve(costs(X, Y), a, b, 0.01, max_iter=2, warn=False),
        lambda: sinkhorn.solve_sample(X, Y, a, b, reg=0.01, max_iter=2, warn=False),
        lambda: sinkhorn.divergence(X, Y, a, b, reg=0.01, max_iter=2, warn=False),
    ):
        quiet()  # warnings are errors in these tests
    for loud in (
        lambda: sinkhorn.solve_sample(X, Y, a, b, reg=0.01, max_iter=2),
        lambda: sinkhorn.solve_sample(X, Y, a, b, reg=0.01, max_iter=2, debias=True),
        lambda: sinkhorn.divergence(X, Y, a, b, reg=0.01, max_iter=2),
    ):
        with pytest.warns(ConvergenceWarning) as caught:
            loud()
        assert len(caught) == 1 and os.path.samefile(caught[0].filename, __file__)


def test_the_precision_floor_is_told():
    X, Y, a, b = clouds(dtype=np.float32)
    with pytest.warns(ConvergenceWarning, match="precision floor.*pass float64 arrays"):
        sinkhorn.solve_sample(X, Y, a, b, reg=0.3, tol=1e-12)


# Threads.


def test_threads_do_not_change_a_bit():
    X, Y, a, b = clouds(300, 400)
    one, two = (sinkhorn.solve_sample(X, Y, a, b, reg=0.05, threads=k) for k in (1, 2))
    np.testing.assert_array_equal(one.plan, two.plan)
    np.testing.assert_array_equal(one.gradient().X_a, two.gradient().X_a)


def test_the_interpreter_is_free_during_a_solve():
    X, Y, _, _ = clouds(1500, 1500)
    ended, counts = threading.Event(), []

    def count():
        while not ended.is_set():
            counts.append(1)
            ended.wait(0.002)

    for threads in (1, 2):
        counts.clear()
        ended.clear()
        other = threading.Thread(target=count)
        other.start()
        sinkhorn.solve_sample(X, Y, reg=0.01, start="zero", tol=1e-15, max_iter=40, threads=threads, warn=False)
        ended.set()
        other.join()
        assert len(counts) > 10

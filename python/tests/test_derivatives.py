"""Gradients of values, products with derivatives of results, and divergences, against finite differences."""

import numpy as np
import pytest
from problems import clouds, costs

import sinkhorn

TOL = {"tol": 1e-13, "warn": False}


def slope(function, at, direction, step=1e-5):
    """Return the derivative of a function along a direction."""
    return (function(at + step * direction) - function(at - step * direction)) / (2 * step)


def directions(shape, seed=3, level=False):
    rng = np.random.default_rng(seed)
    for _ in range(3):
        direction = rng.normal(size=shape)
        yield direction - direction.mean() if level else direction


def check(function, at, gradient, level=False, rtol=1e-5):
    for direction in directions(at.shape, level=level):
        expected = slope(function, at, direction)
        np.testing.assert_allclose(np.sum(gradient * direction), expected, rtol=rtol, atol=1e-7)
        assert abs(expected) > 1e-6


@pytest.mark.parametrize("metric", ["sqeuclidean", "euclidean", "cosine"])
@pytest.mark.parametrize("unbalanced", [None, (0.8, 1.5)])
def test_the_gradient_of_the_value_of_points(metric, unbalanced):
    X, Y, a, b = clouds(6, 7, 2)
    options = {"metric": metric, "unbalanced": unbalanced, **TOL}

    def value(X, Y, a, b, reg):
        return sinkhorn.solve_sample(X, Y, a, b, reg=reg, **options).value

    gradient = sinkhorn.solve_sample(X, Y, a, b, reg=0.5, **options).gradient()
    assert gradient.M is None and gradient.X_a.shape == X.shape
    check(lambda X: value(X, Y, a, b, 0.5), X, gradient.X_a)
    check(lambda Y: value(X, Y, a, b, 0.5), Y, gradient.X_b)
    check(lambda a: value(X, Y, a, b, 0.5), a, gradient.a, level=unbalanced is None)
    check(lambda b: value(X, Y, a, b, 0.5), b, gradient.b, level=unbalanced is None)
    expected = slope(lambda reg: value(X, Y, a, b, reg), 0.5, 1.0)
    np.testing.assert_allclose(gradient.reg, expected, rtol=1e-5)


@pytest.mark.parametrize("order", ["C", "F"])
def test_the_gradient_of_the_value_of_a_matrix(order):
    X, Y, a, b = clouds(5, 4, 2)
    M = np.array(costs(X, Y), order=order)
    r = sinkhorn.solve(M, a, b, 0.5, **TOL)
    gradient = r.gradient()
    assert gradient.X_a is None and gradient.X_b is None
    check(lambda M: sinkhorn.solve(M, a, b, 0.5, **TOL).value, M, gradient.M)
    np.testing.assert_allclose(gradient.M, r.plan, atol=1e-10)


def test_losses_of_potentials_plan_and_map():
    X, Y, a, b = clouds(5, 6, 2)
    rng = np.random.default_rng(5)
    of_f, of_g, of_plan, of_map = (rng.normal(size=shape) for shape in (5, 6, (5, 6), (5, 2)))
    of_f -= of_f.mean() - of_g.sum() / 5  # a loss that does not see the level of the potentials

    def loss(r, f=None, g=None, plan=None, map=None):
        parts = zip((f, g, plan, map), (*r.potentials, r.plan, r.a_to_b))
        return sum(np.sum(weights * part) for weights, part in parts if weights is not None)

    r = sinkhorn.solve_sample(X, Y, a, b, reg=0.7, **TOL)
    for cotangent in ({"f": of_f, "g": of_g}, {"plan": of_plan}, {"map": of_map}, {"plan": of_plan.tolist()}):
        gradient = r.vjp(**cotangent)

        def of_x(X):
            return loss(sinkhorn.solve_sample(X, Y, a, b, reg=0.7, **TOL), **cotangent)

        def of_b(b):
            return loss(sinkhorn.solve_sample(X, Y, a, b, reg=0.7, **TOL), **cotangent)

        check(of_x, X, gradient.X_a, rtol=1e-4)
        check(of_b, b, gradient.b, level=True, rtol=1e-4)
    by_order = r.vjp(plan=np.asfortranarray(of_plan))
    np.testing.assert_array_equal(by_order.X_a, r.vjp(plan=of_plan).X_a)
    by_matrix = sinkhorn.solve(costs(X, Y), a, b, 0.7, **TOL)

    def of_m(M):
        return np.sum(of_plan * sinkhorn.solve(M, a, b, 0.7, **TOL).plan)

    check(of_m, costs(X, Y), by_matrix.vjp(plan=of_plan).M, rtol=1e-4)


def test_bad_cotangents_are_named():
    X, Y, a, b = clouds(5, 6, 2)
    r = sinkhorn.solve_sample(X, Y, a, b, reg=0.7)
    with pytest.raises(ValueError, match=r"^plan has shape \(6, 5\) where \(5, 6\) is needed"):
        r.vjp(plan=np.zeros((6, 5)))
    with pytest.raises(ValueError, match=r"^f\[2\] is NaN"):
        r.vjp(f=[0, 0, np.nan, 0, 0])
    with pytest.raises(ValueError, match="^map: a cost matrix has no points"):
        sinkhorn.solve(costs(X, Y), reg=0.7).vjp(map=np.zeros((5, 2)))


def test_divergences():
    X, Y, a, b = clouds(7, 8, 2)
    d = sinkhorn.divergence(X, Y, a, b, reg=0.5, **TOL)
    values = [
        sinkhorn.solve_sample(*sides, reg=0.5, **TOL).value for sides in ((X, Y, a, b), (X, X, a, a), (Y, Y, b, b))
    ]
    np.testing.assert_allclose(float(d), values[0] - (values[1] + values[2]) / 2, rtol=1e-8)
    assert d.converged or d.between.status == "precision floor"
    for solve, value in zip((d.between, d.within_a, d.within_b), values):
        np.testing.assert_allclose(solve.value, value, rtol=1e-9)
    np.testing.assert_allclose(d.within_b.b_to_a, d.within_b.a_to_b, atol=1e-6)
    assert float(sinkhorn.divergence(X, X, reg=0.5)) == pytest.approx(0, abs=1e-9)
    check(lambda X: float(sinkhorn.divergence(X, Y, a, b, reg=0.5, **TOL)), X, d.gradient().X_a)
    debiased = sinkhorn.solve_sample(X, Y, a, b, reg=0.5, debias=True, **TOL)
    assert debiased.value == d.value
    np.testing.assert_array_equal(debiased.gradient().X_a, d.gradient().X_a)
    np.testing.assert_array_equal(debiased.plan, d.between.plan)
    assert "Divergence 7 x 8 float64" in repr(d)


def test_divergences_keep_the_dtype_and_may_be_relaxed():
    X, Y, a, b = clouds(7, 8, 2, dtype=np.float32)
    d = sinkhorn.divergence(X, Y, a, 2 * b, reg=0.5, unbalanced=1.0)
    assert d.gradient().X_b.dtype == np.float32 and d.between.plan.dtype == np.float32
    X, Y, a, b = clouds(7, 8, 2)
    expected = [
        sinkhorn.solve_sample(*sides, reg=0.5, unbalanced=1.0, **TOL).value
        for sides in ((X, Y, a, 2 * b), (X, X, a, a), (Y, Y, 2 * b, 2 * b))
    ]
    value = expected[0] - (expected[1] + expected[2]) / 2 + 0.5 / 2 * (1 - 2) ** 2
    np.testing.assert_allclose(d.value, value, rtol=1e-3)

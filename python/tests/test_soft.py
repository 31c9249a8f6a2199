"""Soft operators against the hard ones, and against transport by plain sweeps."""

import numpy as np
import pytest
from problems import naive
from scipy.stats import rankdata

import sinkhorn
from sinkhorn import ConvergenceWarning

VALUES = np.array([3.0, -1.0, 2.0, 0.5, 7.0, 4.4])


def test_sharp_operators_are_the_hard_ones():
    sharp = {"epsilon": 1e-4}
    np.testing.assert_allclose(sinkhorn.soft_sort(VALUES, **sharp), np.sort(VALUES), atol=1e-3)
    np.testing.assert_allclose(sinkhorn.soft_rank(VALUES, **sharp), rankdata(VALUES) - 1, atol=1e-3)
    np.testing.assert_allclose(sinkhorn.soft_top_k(VALUES, 2, epsilon=0.01), [0, 0, 0, 0, 1, 1], atol=1e-3)
    halves = sinkhorn.soft_sort(VALUES, 2, **sharp)
    np.testing.assert_allclose(halves, [np.sort(VALUES)[:3].mean(), np.sort(VALUES)[3:].mean()], atol=1e-2)
    for method in ("hazen", "linear"):
        levels = [0.25, 0.5, 0.9]
        soft = sinkhorn.soft_quantile(VALUES, levels, method=method, **sharp)
        hard = np.quantile(VALUES, levels, method=method)
        assert soft.shape == (3,) and np.all(np.diff(soft) > 0)
        np.testing.assert_allclose(soft, hard, atol=0.6)
        assert np.all(np.abs(soft - hard)[[0, 1]] < 0.6)


def test_softness_is_that_of_transport_onto_levels():
    n, epsilon = VALUES.size, 0.1
    standard = (VALUES - VALUES.mean()) / VALUES.std()
    levels = (np.arange(n) + 0.5) / n
    levels = (levels - levels.mean()) / levels.std()
    equal = np.full(n, 1 / n)
    plan = naive((standard[:, None] - levels) ** 2, equal, equal, epsilon)
    options = {"epsilon": epsilon}
    np.testing.assert_allclose(sinkhorn.soft_sort(VALUES, **options), n * VALUES @ plan, atol=1e-4)
    np.testing.assert_allclose(sinkhorn.soft_rank(VALUES, **options), n * plan @ np.arange(n), atol=1e-4)
    assert np.abs(sinkhorn.soft_rank(VALUES, **options) - rankdata(VALUES) + 1).max() > 0.01


@pytest.mark.parametrize(
    "apply",
    [
        lambda v, **o: sinkhorn.soft_sort(v, epsilon=0.1, **o),
        lambda v, **o: sinkhorn.soft_rank(v, epsilon=0.1, **o),
        lambda v, **o: sinkhorn.soft_quantile(v, [0.1, 0.6], epsilon=0.1, **o),
        lambda v, **o: sinkhorn.soft_top_k(v, 2, epsilon=1.0, **o),
    ],
)
def test_derivatives(apply):
    out, vjp = apply(VALUES, return_vjp=True)
    np.testing.assert_array_equal(out, apply(VALUES))
    rng = np.random.default_rng(0)
    cotangent, direction = rng.normal(size=out.shape), rng.normal(size=VALUES.shape)
    step = 1e-3
    expected = cotangent @ (apply(VALUES + step * direction) - apply(VALUES - step * direction)) / (2 * step)
    np.testing.assert_allclose(vjp(cotangent) @ direction, expected, rtol=1e-2)
    with pytest.raises(ValueError, match="cotangent has shape"):
        vjp(np.zeros(17))


def test_axes_and_dtypes():
    values = np.random.default_rng(1).normal(size=(3, 6, 2))
    out, vjp = sinkhorn.soft_sort(values, epsilon=0.1, axis=1, return_vjp=True)
    assert out.shape == (3, 6, 2)
    for i in range(3):
        for j in range(2):
            line, of_line = sinkhorn.soft_sort(values[i, :, j], epsilon=0.1, return_vjp=True)
            np.testing.assert_array_equal(out[i, :, j], line)
            cotangent = np.zeros_like(values)
            cotangent[i, 2, j] = 1
            np.testing.assert_array_equal(vjp(cotangent)[i, :, j], of_line(np.arange(6) == 2))
    assert sinkhorn.soft_sort(values, 4, axis=1).shape == (3, 4, 2)
    assert sinkhorn.soft_quantile(values, 0.5, axis=1).shape == (3, 2)
    assert sinkhorn.soft_quantile(values, [0.5, 0.6], axis=0).shape == (2, 6, 2)
    assert sinkhorn.soft_rank(values.astype(np.float32)).dtype == np.float32
    assert sinkhorn.soft_rank([3, 1, 2]).dtype == np.float64
    np.testing.assert_array_equal(sinkhorn.soft_rank(VALUES[::-1])[::-1], sinkhorn.soft_rank(VALUES[::-1].copy())[::-1])


def test_weights_count_values():
    doubled = sinkhorn.soft_quantile([1.0, 1.0, 5.0, 9.0], [0.3, 0.8], epsilon=0.05)
    weighted = sinkhorn.soft_quantile([1.0, 5.0, 9.0], [0.3, 0.8], weights=[2, 1, 1], epsilon=0.05)
    unweighted = sinkhorn.soft_quantile([1.0, 5.0, 9.0], [0.3, 0.8], epsilon=0.05)
    assert np.abs(weighted - unweighted).max() > 0.1
    assert np.abs(weighted - doubled).max() < 1.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: sinkhorn.soft_sort([1.0, np.nan]), r"^values\[1\] is nan"),
        (lambda: sinkhorn.soft_rank([[1.0, 2.0], [np.inf, 0.0]]), r"^values\[1, 0\] is inf"),
        (lambda: sinkhorn.soft_rank(3.0), r"^values is a number"),
        (lambda: sinkhorn.soft_rank([]), r"^values is empty"),
        (lambda: sinkhorn.soft_rank([1.0, 2.0], weights=[1.0]), r"^weights has shape \(1,\)"),
        (lambda: sinkhorn.soft_quantile([1.0, 2.0], [0.5, 1.5]), r"^q\[1\] is 1.5"),
        (lambda: sinkhorn.soft_quantile([1.0, 2.0], 0.5, method="best"), r"^method is 'best'"),
        (lambda: sinkhorn.soft_top_k([1.0, 2.0], 2), r"^k is 2"),
        (lambda: sinkhorn.soft_sort([1.0, 2.0], 0), r"^m is 0"),
        (lambda: sinkhorn.soft_sort([1.0, 2.0], epsilon=0), r"^epsilon is 0"),
    ],
)
def test_bad_arguments_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_rounding_that_stops_a_solve_is_told():
    values = np.random.default_rng(0).normal(size=300).astype(np.float32)
    with pytest.warns(ConvergenceWarning, match="pass float64 arrays, or raise epsilon. warn") as caught:
        sinkhorn.soft_rank(values, epsilon=2e-6)
    assert len(caught) == 1
    sinkhorn.soft_rank(values, epsilon=2e-6, warn=False)

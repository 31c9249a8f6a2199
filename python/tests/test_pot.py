"""The functions that POT has, compared with POT."""

import warnings

import numpy as np
import pytest
from problems import clouds, costs

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import ot

import sinkhorn
from sinkhorn import ConvergenceWarning

EXACT = {"stopThr": 1e-13, "numItermax": 100_000}
METHODS = ["sinkhorn", "sinkhorn_log", "sinkhorn_stabilized", "sinkhorn_epsilon_scaling", "greenkhorn"]


def problem(seed=0):
    X, Y, a, b = clouds(seed=seed)
    return costs(X, Y), a, b


def quietly(function, *arguments, **options):
    """Call a function of POT without its warnings."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return function(*arguments, **options)


@pytest.mark.parametrize("reg", [5.0, 0.5, 0.1])
def test_plans(reg):
    M, a, b = problem()
    expected = quietly(ot.sinkhorn, a, b, M, reg, method="sinkhorn_log", **EXACT)
    np.testing.assert_allclose(sinkhorn.sinkhorn(a, b, M, reg), expected, atol=2e-9)
    np.testing.assert_allclose(sinkhorn.sinkhorn(a, b, M, reg, stopThr=1e-12), expected, atol=2e-12)


def test_positional_arguments_are_those_of_pot():
    M, a, b = problem()
    ours = sinkhorn.sinkhorn(a, b, M, 0.5, "sinkhorn", 1000, 1e-9, False, True, True, None)
    theirs = ot.sinkhorn(a, b, M, 0.5, "sinkhorn", 1000, 1e-9, False, True, True, None)
    np.testing.assert_allclose(ours[0], theirs[0], atol=1e-8)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_accepted(method):
    M, a, b = problem()
    np.testing.assert_allclose(sinkhorn.sinkhorn(a, b, M, 0.5, method), ot.sinkhorn(a, b, M, 0.5), atol=1e-8)


def test_unknown_methods_and_options_are_refused():
    M, a, b = problem()
    with pytest.raises(ValueError, match="Unknown method 'best'"):
        sinkhorn.sinkhorn(a, b, M, 0.5, method="best")
    with pytest.raises(TypeError, match="'speed' is an unexpected keyword"):
        sinkhorn.sinkhorn(a, b, M, 0.5, speed=2)
    assert sinkhorn.sinkhorn(a, b, M, 0.5, tau=1e3).shape == M.shape


def test_empty_weights_are_equal_ones():
    M, _, _ = problem()
    np.testing.assert_allclose(sinkhorn.sinkhorn([], [], M, 0.5), ot.sinkhorn([], [], M, 0.5), atol=1e-8)
    ours, theirs = (m.sinkhorn_unbalanced([], [], M, 0.5, 1.0) for m in (sinkhorn, ot))
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_costs_and_their_shapes():
    M, a, b = problem()
    ours, theirs = (m.sinkhorn2(a, b, M, 0.5) for m in (sinkhorn, ot))
    np.testing.assert_allclose(ours, theirs, rtol=1e-8)
    assert np.ndim(ours) == np.ndim(theirs) == 0


@pytest.mark.parametrize("method", ["sinkhorn", "sinkhorn_log"])
def test_the_log_has_the_scalings_of_pot(method):
    M, a, b = problem()
    plan, log = sinkhorn.sinkhorn(a, b, M, 0.5, method, log=True)
    expected, of_pot = ot.sinkhorn(a, b, M, 0.5, method, log=True)
    assert set(of_pot) <= set(log)
    np.testing.assert_allclose(log["u"][:, None] * np.exp(-M / 0.5) * log["v"], plan, rtol=1e-9)
    np.testing.assert_allclose(np.exp(log["log_u"]), log["u"])
    np.testing.assert_allclose(np.exp(log["log_v"]), log["v"])
    # Scalings are free up to a factor.
    ratio = log["u"] / of_pot["u"]
    np.testing.assert_allclose(ratio, ratio[0], rtol=1e-6)
    np.testing.assert_allclose(log["v"] / of_pot["v"], 1 / ratio[0], rtol=1e-6)
    assert log["err"][-1] < 1e-9 < log["err"][0] and log["niter"] == len(log["err"]) - 1


def test_warm_starts_go_both_ways():
    M, a, b = problem()
    _, cold = sinkhorn.sinkhorn(a, b, M, 0.1, log=True)
    _, warm = sinkhorn.sinkhorn(a, b, M, 0.1, log=True, warmstart=(cold["log_u"], cold["log_v"]))
    assert warm["niter"] <= 2 < cold["niter"]
    _, of_pot = ot.sinkhorn(a, b, M, 0.1, log=True, numItermax=10_000, stopThr=1e-12)
    pair = np.log(of_pot["u"]), np.log(of_pot["v"])
    _, warm = sinkhorn.sinkhorn(a, b, M, 0.1, log=True, warmstart=pair)
    assert warm["niter"] <= 3
    _, theirs = ot.sinkhorn(a, b, M, 0.1, log=True, warmstart=(cold["log_u"], cold["log_v"]))
    assert theirs["niter"] < 10 < of_pot["niter"]
    with pytest.raises(ValueError, match=r"warmstart\[1\] has shape \(17,\)"):
        sinkhorn.sinkhorn(a, b, M, 0.1, warmstart=(cold["log_u"], cold["log_u"]))
    with pytest.raises(ValueError, match=r"warmstart\[0\]\[3\] is nan"):
        broken = np.where(np.arange(17) == 3, np.nan, cold["log_u"])
        sinkhorn.sinkhorn(a, b, M, 0.1, warmstart=(broken, cold["log_v"]))


def test_zero_weights_have_zero_scalings():
    M, a, b = problem()
    a[2] = 0
    a /= a.sum()
    plan, log = sinkhorn.sinkhorn(a, b, M, 0.5, log=True)
    assert log["u"][2] == 0 and log["log_u"][2] == -np.inf and not plan[2].any()
    again, warm = sinkhorn.sinkhorn(a, b, M, 0.5, log=True, warmstart=(log["log_u"], log["log_v"]))
    np.testing.assert_allclose(again, plan, atol=1e-9)
    assert warm["niter"] <= 2


@pytest.mark.parametrize("method", ["sinkhorn", "sinkhorn_log"])
@pytest.mark.parametrize("function", ["sinkhorn", "sinkhorn2"])
def test_many_histograms(function, method):
    M, a, b = problem()
    B = np.stack([b, np.roll(b, 3), np.full(23, 1 / 23)], axis=1)
    ours, log = getattr(sinkhorn, function)(a, B, M, 0.5, method, log=True)
    theirs, of_pot = quietly(getattr(ot, function), a, B, M, 0.5, method, log=True)
    assert ours.shape == theirs.shape == (3,)
    np.testing.assert_allclose(ours, theirs, rtol=1e-7)
    for name in ("u", "v"):
        assert log[name].shape == of_pot[name].shape
        ratio = log[name] / of_pot[name]
        np.testing.assert_allclose(ratio, np.broadcast_to(ratio[0], ratio.shape), rtol=1e-6)
    np.testing.assert_array_equal(getattr(sinkhorn, function)(a, B, M, 0.5, method), ours)
    for warmstart in ((log["log_u"], log["log_v"]), list(zip(log["log_u"].T, log["log_v"].T))):
        again, warm = getattr(sinkhorn, function)(a, B, M, 0.5, log=True, warmstart=warmstart)
        np.testing.assert_allclose(again, ours, rtol=1e-8)
        assert warm["niter"] <= 2 < log["niter"]
    one = getattr(sinkhorn, function)(a, B[:, :1], M, 0.5)
    np.testing.assert_allclose(one, ours[:1])


def test_totals_other_than_one():
    M, a, b = problem()
    ours, theirs = (m.sinkhorn(50 * a, 50 * b, M, 0.5) for m in (sinkhorn, ot))
    np.testing.assert_allclose(ours, theirs, atol=1e-7)


def test_the_threshold_is_at_least_that_of_pot():
    M, a, b = problem()
    for threshold in (1e-3, 1e-6):
        plan = sinkhorn.sinkhorn(30 * a, 30 * b, M, 0.05, stopThr=threshold)
        assert np.linalg.norm(plan.sum(1) - 30 * a) <= threshold
        assert np.linalg.norm(plan.sum(0) - 30 * b) <= threshold


def test_single_precision_ends_where_it_must():
    M, a, b = (array.astype(np.float32) for array in problem())
    plan = sinkhorn.sinkhorn(a, b, M, 0.5)  # no warning at the default threshold of 1e-9
    assert plan.dtype == np.float32
    np.testing.assert_allclose(plan, ot.sinkhorn(*problem()[1:], problem()[0], 0.5), atol=1e-6)


def test_warnings_and_prints(capsys):
    M, a, b = problem()
    with pytest.warns(ConvergenceWarning, match="raise numItermax, stopThr or reg") as caught:
        sinkhorn.sinkhorn(a, b, M, 0.01, numItermax=2)
    assert len(caught) == 1 and caught[0].filename == __file__
    with pytest.warns(ConvergenceWarning) as caught:
        sinkhorn.sinkhorn(a, np.stack([b, b[::-1]], 1), M, 0.01, numItermax=2)
    assert len(caught) == 1 and caught[0].filename == __file__
    sinkhorn.sinkhorn(a, b, M, 0.01, numItermax=2, warn=False)
    sinkhorn.sinkhorn2(a, b, M, 0.01, numItermax=2)
    assert capsys.readouterr().out == ""
    sinkhorn.sinkhorn(a, b, M, 0.5, verbose=True)
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == "It.  |Err         " and lines[2].startswith("    0|") and len(lines) > 3
    with pytest.raises(ValueError, match="^stopThr is 'x'"):
        sinkhorn.sinkhorn(a, b, M, 0.5, stopThr="x")
    with pytest.raises(ValueError, match="^numItermax is 0"):
        sinkhorn.sinkhorn(a, b, M, 0.5, numItermax=0)
    with pytest.raises(ValueError, match=r"^M\[0, 1\] is NaN"):
        sinkhorn.sinkhorn(a, b, np.where(np.arange(23) == 1, np.nan, M), 0.5)


# Relaxed marginals.

RELAXED = [1.0, (0.5, 2.0), (np.inf, 1.0), (0.7, np.inf)]


@pytest.mark.parametrize("reg_type", ["kl", "entropy", "KL"])
@pytest.mark.parametrize("reg_m", RELAXED)
def test_unbalanced_plans(reg_m, reg_type):
    M, a, b = problem()
    b = 1.5 * b
    options = {"reg_type": reg_type, "log": True}
    theirs, of_pot = quietly(ot.unbalanced.sinkhorn_unbalanced, a, b, M, 0.5, reg_m, **EXACT, **options)
    ours, log = sinkhorn.sinkhorn_unbalanced(a, b, M, 0.5, reg_m, stopThr=1e-11, numItermax=5000, **options)
    np.testing.assert_allclose(ours, theirs, atol=1e-9)
    assert set(of_pot) == set(log)
    for name in ("cost", "total_cost"):
        np.testing.assert_allclose(log[name], of_pot[name], rtol=1e-7, atol=1e-9)
    # With an exact side, scalings are free up to a factor.
    for name in ("logu", "logv"):
        shift = log[name] - of_pot[name]
        free = np.inf in np.atleast_1d(reg_m)
        np.testing.assert_allclose(shift, shift[0] if free else 0, atol=1e-7)
    c = np.ones_like(M) if reg_type == "entropy" else np.outer(a, b)
    np.testing.assert_allclose(np.exp(log["logu"][:, None] + log["logv"] - M / 0.5) * c, ours, rtol=1e-8)
    again = sinkhorn.sinkhorn_unbalanced(a, b, M, 0.5, reg_m, warmstart=(log["logu"], log["logv"]), **options)
    assert len(again[1]["err"]) <= 3
    np.testing.assert_allclose(again[0], ours, atol=1e-6)


def test_another_reference_measure():
    M, a, b = problem()
    c = np.random.default_rng(2).random(M.shape) + 0.1
    theirs = ot.unbalanced.sinkhorn_unbalanced(a, b, M, 0.5, 1.0, c=c, **EXACT)
    np.testing.assert_allclose(sinkhorn.sinkhorn_unbalanced(a, b, M, 0.5, 1.0, c=c, stopThr=1e-11), theirs, atol=1e-9)
    c[2, 3] = 0
    assert sinkhorn.sinkhorn_unbalanced(a, b, M, 0.5, 1.0, c=c)[2, 3] == 0
    c[4, 1] = -1
    with pytest.raises(ValueError, match=r"^c\[4, 1\] is -1"):
        sinkhorn.sinkhorn_unbalanced(a, b, M, 0.5, 1.0, c=c)


@pytest.mark.parametrize("reg_type", ["kl", "entropy"])
def test_unbalanced_histograms(reg_type):
    M, a, b = problem()
    B = np.stack([b, 2 * b[::-1]], axis=1)
    theirs, of_pot = quietly(
        ot.unbalanced.sinkhorn_unbalanced, a, B, M, 0.5, 1.0, reg_type=reg_type, log=True, **EXACT
    )
    ours, log = sinkhorn.sinkhorn_unbalanced(a, B, M, 0.5, 1.0, reg_type=reg_type, log=True, stopThr=1e-11)
    assert ours.shape == theirs.shape == (2,)
    np.testing.assert_allclose(ours, theirs, rtol=1e-7)
    for name in ("logu", "logv"):
        np.testing.assert_allclose(log[name], of_pot[name], atol=1e-7)


def test_bad_relaxations_are_named():
    M, a, b = problem()
    with pytest.raises(ValueError, match="^reg_type is 'l2'"):
        sinkhorn.sinkhorn_unbalanced(a, b, M, 0.5, 1.0, reg_type="l2")
    with pytest.raises(ValueError, match=r"^reg_m\[0\] is -1"):
        sinkhorn.sinkhorn_unbalanced(a, b, M, 0.5, -1.0)
    with pytest.raises(ValueError, match="^reg is 0"):
        sinkhorn.sinkhorn_unbalanced(a, b, M, 0, 1.0)


# Points.


@pytest.mark.parametrize("metric", ["sqeuclidean", "euclidean", "cityblock", "cosine"])
def test_empirical_plans(metric):
    X, Y, a, b = clouds()
    for weights in ({}, {"a": a, "b": b}):
        theirs = ot.bregman.empirical_sinkhorn(X, Y, 0.4, metric=metric, **weights)
        ours = sinkhorn.empirical_sinkhorn(X, Y, 0.4, metric=metric, **weights)
        np.testing.assert_allclose(ours, theirs, atol=1e-8)
        losses = [m.empirical_sinkhorn2(X, Y, 0.4, metric=metric, **weights) for m in (sinkhorn, ot.bregman)]
        np.testing.assert_allclose(*losses, rtol=1e-7)
        assert np.ndim(losses[0]) == 0


def test_lazy_potentials():
    X, Y, a, b = clouds()
    u, v, log = sinkhorn.empirical_sinkhorn(X, Y, 0.4, a, b, isLazy=True, log=True)
    their_u, their_v, of_pot = ot.bregman.empirical_sinkhorn(X, Y, 0.4, a, b, isLazy=True, log=True)
    assert set(of_pot) <= set(log)
    np.testing.assert_allclose(u - their_u, (u - their_u)[0], atol=1e-6)
    np.testing.assert_allclose(v - their_v, -(u - their_u)[0], atol=1e-6)
    plan = np.exp(u[:, None] + v - costs(X, Y) / 0.4)
    np.testing.assert_allclose(log["lazy_plan"] @ np.eye(23), plan, atol=1e-12)
    np.testing.assert_allclose(plan, of_pot["lazy_plan"][:], atol=1e-8)
    pair = sinkhorn.empirical_sinkhorn(X, Y, 0.4, a, b, isLazy=True)
    np.testing.assert_array_equal(pair[0], u)
    _, warm = sinkhorn.empirical_sinkhorn(X, Y, 0.4, a, b, log=True, warmstart=(u, v))
    assert warm["niter"] <= 2


@pytest.mark.parametrize("metric", ["sqeuclidean", "euclidean"])
def test_empirical_divergences(metric):
    X, Y, a, b = clouds()
    for weights in ({}, {"a": a, "b": b}):
        of_both = {"metric": metric, **weights}
        theirs, of_pot = quietly(ot.bregman.empirical_sinkhorn_divergence, X, Y, 0.4, log=True, **of_both)
        ours, log = sinkhorn.empirical_sinkhorn_divergence(X, Y, 0.4, metric=metric, log=True, **weights)
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
        assert set(of_pot) == set(log) and ours > 0
        for name in ("sinkhorn_loss_ab", "sinkhorn_loss_a", "sinkhorn_loss_b"):
            np.testing.assert_allclose(log[name], of_pot[name], rtol=1e-6)
        assert sinkhorn.empirical_sinkhorn_divergence(X, Y, 0.4, metric=metric, **weights) == ours
    _, log = sinkhorn.empirical_sinkhorn_divergence(X, X, 0.4, log=True)
    assert log["log_sinkhorn_ab"]["niter"] >= 0


def test_errors_of_points_have_the_names_of_pot():
    with pytest.raises(ValueError, match=r"^X_s\[1, 0\] is NaN"):
        sinkhorn.empirical_sinkhorn([[0.0], [np.nan]], [[1.0]], 0.1)
    with pytest.raises(ValueError, match=r"^X_t has 2 coordinates"):
        sinkhorn.empirical_sinkhorn([[0.0]], [[1.0, 2.0]], 0.1)


def test_solve_agrees_with_ot_solve():
    M, a, b = problem()
    ours, theirs = sinkhorn.solve(M, a, b, 0.5, tol=1e-11), ot.solve(M, a, b, reg=0.5, tol=1e-11, max_iter=10_000)
    np.testing.assert_allclose(ours.plan, theirs.plan, atol=1e-10)
    np.testing.assert_allclose(ours.value_linear, theirs.value_linear, rtol=1e-9)
    np.testing.assert_allclose(ours.value, theirs.value, rtol=1e-9)
    relaxed = sinkhorn.solve(M, a, 2 * b, 0.5, unbalanced=1.0, tol=1e-11)
    theirs = quietly(ot.solve, M, a, 2 * b, reg=0.5, unbalanced=1.0, tol=1e-12, max_iter=10_000)
    np.testing.assert_allclose(relaxed.plan, theirs.plan, atol=1e-8)

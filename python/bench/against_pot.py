"""Times a call of `sinkhorn.sinkhorn` against `ot.sinkhorn` of POT. Install sinkhorn and POT first.

    python bench/against_pot.py

Both get the same cost matrix (squared Euclidean, normal points in 3 dimensions, float64), equal weights, and a
threshold of 1e-9 with at most 100 000 iterations; POT has its default method. Errors are L2 distances of marginals
from the weights. A time is the median of calls, in microseconds. The two take turns, so that other work on the machine
slows both. At 0.01 of the mean cost POT takes seconds a call, and minutes for 1 000 points: that row is left out.
"""

import argparse
import statistics
import time
import warnings

import numpy as np

warnings.simplefilter("ignore")
import ot  # noqa: E402

import sinkhorn  # noqa: E402


def timed(calls, seconds):
    """Return the median time of each call, in microseconds, and their results."""
    times, results = [[] for _ in calls], [call() for call in calls]
    end = time.perf_counter() + seconds
    while time.perf_counter() < end or not times[0]:
        for taken, call in zip(times, calls):
            begin = time.perf_counter()
            call()
            taken.append(time.perf_counter() - begin)
    return [1e6 * statistics.median(taken) for taken in times], results


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seconds", type=float, default=2, help="time for a row (default 2)")
    seconds = parser.parse_args().seconds
    M, half = np.array([[0.0, 1.0], [1.0, 0.0]]), np.array([0.5, 0.5])
    (ours, theirs), _ = timed([lambda: sinkhorn.sinkhorn(half, half, M, 1), lambda: ot.sinkhorn(half, half, M, 1)], 1)
    (plain,), _ = timed([lambda: sinkhorn.solve(M, half, half, 1)], 1)
    print(f"2 x 2: sinkhorn.sinkhorn {ours:.0f} us, sinkhorn.solve {plain:.0f} us, ot.sinkhorn {theirs:.0f} us\n")
    print("| points a side | reg / mean cost | sinkhorn.sinkhorn, us | ot.sinkhorn, us ", end="")
    print("| ratio | errors of both | largest difference |\n|---|---|---|---|---|---|---|")
    for n in (10, 50, 200, 1000):
        for share in (0.05,) if n == 1000 else (0.05, 0.01):
            rng = np.random.default_rng(n)
            X, Y, a = rng.normal(size=(n, 3)), rng.normal(size=(n, 3)) + 0.5, np.full(n, 1 / n)
            M = ot.dist(X, Y)
            reg = share * M.mean()
            limits = {"numItermax": 100_000, "stopThr": 1e-9, "warn": False}
            (ours, theirs), (P, Q) = timed(
                [lambda: sinkhorn.sinkhorn(a, a, M, reg, **limits), lambda: ot.sinkhorn(a, a, M, reg, **limits)],
                seconds,
            )
            errors = [max(np.linalg.norm(plan.sum(axis) - a) for axis in (0, 1)) for plan in (P, Q)]
            print(f"| {n} | {share} | {ours:.0f} | {theirs:.0f} | {theirs / ours:.1f} ", end="")
            print(f"| {errors[0]:.0e}, {errors[1]:.0e} | {np.abs(P - Q).max():.0e} |", flush=True)


if __name__ == "__main__":
    main()

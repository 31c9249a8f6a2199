"""What the peer processes share: a job as JSON on the command line, a result as JSON on the last line of the output."""

import json
import pathlib
import statistics
import sys
import time

import numpy

SECONDS = 60.0  # after which no further repeat is begun


def main(**measurements):
    """Runs the measurement that the job names."""
    job = json.loads(sys.argv[1])
    folder = pathlib.Path(job["inputs"])
    x, y, epsilon = (numpy.load(folder / f"{key}.npy") for key in ("x", "y", "epsilon"))
    print(json.dumps(measurements[job["what"]](job, x, y, epsilon)), flush=True)


def clock(function, *arguments):
    begin = time.perf_counter()
    result = function(*arguments)
    return time.perf_counter() - begin, result


def summary(seconds):
    return dict(min=min(seconds), median=statistics.median(seconds), samples=len(seconds))


def repeated(function, repeat):
    """Times and the last result; the function has been warmed up."""
    begin, seconds = time.perf_counter(), []
    while len(seconds) < repeat and (not seconds or time.perf_counter() - begin < SECONDS):
        last, result = clock(function)
        seconds.append(last)
    return summary(seconds), result


def per_iteration(run, repeat, most=100, prepare=lambda count: None):
    """Time of an iteration: `run(k)` makes k of them and what else a call does, which a difference takes out."""
    low, more = 2, 4
    prepare(low)
    prepare(low + more)
    run(low)
    few, many = [clock(run, low)[0]], [clock(run, low + more)[0]]
    if many[0] < SECONDS / 3:
        # As long as all else, but at least a second.
        one = max(many[0] - few[0], 1e-6) / more
        more = max(more, min(most, round(max(few[0], 1.0) / one)))
        prepare(low + more)
        begin, few, many = time.perf_counter(), [], []
        while len(few) < repeat and (not few or time.perf_counter() - begin < SECONDS):
            few.append(clock(run, low)[0])
            many.append(clock(run, low + more)[0])
    reduced = {key: (of(many) - of(few)) / more for key, of in (("min", min), ("median", statistics.median))}
    return dict(seconds=dict(reduced, samples=len(few)), counts=[low, low + more])


def save(job, f, g):
    """Writes potentials in measure form: P = a b exp((f + g - C) / epsilon)."""
    folder = pathlib.Path(job["out"])
    for key, values in dict(f=f, g=g).items():
        numpy.save(folder / f"{key}.npy", numpy.asarray(values, dtype=float))

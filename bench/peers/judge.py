"""The common measure: what potentials are worth in double precision, whoever found them."""

import json
import pathlib
import sys

import numpy

ROWS = 512  # at a time


def judge(x, y, epsilon, f, g):
    """L1 errors of both marginals, dual value and transport cost; weights are equal."""
    n, m = len(x), len(y)
    columns, cost, row_error = numpy.zeros(m), 0.0, 0.0
    squares = (y**2).sum(1)
    for begin in range(0, n, ROWS):
        part = x[begin : begin + ROWS]
        costs = numpy.maximum((part**2).sum(1)[:, None] + squares - 2 * part @ y.T, 0.0)
        plan = numpy.exp((f[begin : begin + ROWS, None] + g - costs) / epsilon) / (n * m)
        cost += (plan * costs).sum()
        row_error += abs(plan.sum(1) - 1 / n).sum()
        columns += plan.sum(0)
    error = abs(columns - 1 / m).sum()
    dual = f.mean() + g.mean() - epsilon * (columns.sum() - 1)
    return dict(row_error=row_error, column_error=error, dual_value=dual, transport_cost=cost)


def main(inputs, potentials):
    x, y, epsilon = (numpy.load(inputs / f"{key}.npy").astype(float) for key in ("x", "y", "epsilon"))
    f, g = (numpy.load(potentials / f"{key}.npy") for key in ("f", "g"))
    if epsilon.ndim == 0:
        return judge(x, y, float(epsilon), f, g)
    # A batch: the largest errors, the mean values.
    found = [judge(*problem) for problem in zip(x, y, epsilon, f, g)]
    reduce = dict(row_error=max, column_error=max, dual_value=numpy.mean, transport_cost=numpy.mean)
    return {key: float(of([one[key] for one in found])) for key, of in reduce.items()}


if __name__ == "__main__":
    print(json.dumps({key: float(value) for key, value in main(*map(pathlib.Path, sys.argv[1:])).items()}))

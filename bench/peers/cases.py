"""The inputs: seeded points, single precision, epsilon in units of cost."""

import json
import pathlib
import sys


def cases(quick):
    """What is measured, in the order of the tables. `epsilon` is a fraction of the mean cost."""
    sizes = [(500, 3), (1000, 3), (500, 64)] if quick else [(1000, 3), (4000, 3), (10000, 3), (10000, 64), (4000, 784)]
    n = 1000 if quick else 10000
    count, small = (50, 32) if quick else (2000, 64)
    return [
        dict(what="agree", data="gaussians", n=300 if quick else 1000, d=3, epsilon=0.05),
        dict(what="agree", data="blobs", n=300 if quick else 1000, d=3, epsilon=0.05),
        *(dict(what="iteration", data="gaussians", n=n, d=d, epsilon=0.01) for n, d in sizes),
        dict(what="solve", data="gaussians", n=n, d=3, epsilon=0.01),
        dict(what="solve", data="blobs", n=n, d=3, epsilon=0.01),
        dict(what="batch", data="gaussians", count=count, n=small, d=2, epsilon=0.05),
    ]


def name(case):
    count = f"{case['count']}x" if "count" in case else ""
    return f"{case['what']}-{case['data']}-{count}n{case['n']}-d{case['d']}"


def gaussians(generator, n, d):
    """Normal points with random covariances and means 0 and 1."""
    import numpy

    def side(mean):
        return generator.standard_normal((n, d)) @ generator.standard_normal((d, d)) / numpy.sqrt(d) + mean

    return side(0.0), side(1.0)


def blobs(generator, n, d):
    """Four clusters against five, of unequal masses: no Gaussian fits either side."""

    def side(count):
        centres = 4.0 * generator.standard_normal((count, d))
        label = generator.choice(count, n, p=generator.dirichlet([3.0] * count))
        return centres[label] + 0.4 * generator.standard_normal((n, d))

    return side(4), side(5)


def write(folder, case):
    """Writes x.npy, y.npy and epsilon.npy (a number, or one for each problem of a batch)."""
    import numpy

    generator = numpy.random.default_rng(2022)
    make = {"gaussians": gaussians, "blobs": blobs}[case["data"]]
    pairs = [make(generator, case["n"], case["d"]) for _ in range(case.get("count", 1))]
    x, y = (numpy.stack(side).astype(numpy.float32) for side in zip(*pairs))
    wide_x, wide_y = x.astype(float), y.astype(float)
    mean = (wide_x**2).sum(2).mean(1) + (wide_y**2).sum(2).mean(1) - 2 * (wide_x.mean(1) * wide_y.mean(1)).sum(1)
    epsilon = (case["epsilon"] * mean).astype(numpy.float32)
    if "count" not in case:
        x, y, epsilon = x[0], y[0], epsilon[0]
    folder.mkdir(parents=True, exist_ok=True)
    for key, values in dict(x=x, y=y, epsilon=epsilon).items():
        numpy.save(folder / f"{key}.npy", values)
    return float(epsilon) if "count" not in case else None


if __name__ == "__main__":
    # Prints the epsilon of every case.
    folder, quick = pathlib.Path(sys.argv[1]), sys.argv[2] == "quick"
    print(json.dumps({name(case): write(folder / name(case), case) for case in cases(quick)}))

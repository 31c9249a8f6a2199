"""GeomLoss on KeOps. Its cost is half of ours, and so are epsilon = blur^2 and its potentials.

It rounds 1 / epsilon to single precision, whatever the points are in: errors below 1e-7 are out of reach."""

import geomloss
import numpy
import torch
from geomloss._legacy.sinkhorn_samples import cost_formulas, lse_genred, softmin_online

import peer


def tensors(job, x, y):
    dtype = dict(f32=torch.float32, f64=torch.float64)[job["precision"]]
    return [torch.from_numpy(points).to(dtype).contiguous() for points in (x, y)]


def alternating(job, x, y, epsilon):
    """Sinkhorn's iteration with GeomLoss's log-sum-exp, where its own loop has a fixed schedule of epsilons."""
    x, y = tensors(job, x, y)
    softmin = lse_genred(cost_formulas[2], x.shape[1], dtype=job["precision"].replace("f", "float"))
    half, log_a, log_b = float(epsilon) / 2, -numpy.log(len(x)), -numpy.log(len(y))

    def step(g):
        f = softmin_online(half, (x, y), log_b + g / half, log_conv=softmin)
        return f, softmin_online(half, (y, x), log_a + f / half, log_conv=softmin)

    return step, torch.zeros(1, len(y), dtype=x.dtype)


def iteration(job, x, y, epsilon):
    step, g = alternating(job, x, y, epsilon)

    def run(count):
        last = g
        for _ in range(count):
            _, last = step(last)

    return peer.per_iteration(run, job["repeat"])


def agree(job, x, y, epsilon):
    step, g = alternating(job, x, y, epsilon)

    def run():
        last = g
        for count in range(1, job["max_iterations"] + 1):
            f, new = step(last)
            # The marginal of f and the last g is b exp((last - new) / epsilon).
            error = float(((2 * (last - new) / float(epsilon)).exp() - 1).abs().mean())
            if error <= job["threshold"]:
                return count, f, last
            last = new
        return count, f, last

    seconds, (count, f, g) = peer.repeated(run, job["repeat"])
    peer.save(job, 2 * f.flatten(), 2 * g.flatten())
    return dict(seconds=seconds, iterations=count)


def solve(job, x, y, epsilon):
    # The variant is the ratio of successive blurs; no threshold: one iteration an epsilon.
    x, y = tensors(job, x, y)
    blur = float(numpy.sqrt(epsilon / 2))
    loss = geomloss.SamplesLoss(
        "sinkhorn", p=2, blur=blur, scaling=float(job["variant"].split()[-1]), backend="online", debias=False,
        potentials=True,
    )
    loss(x, y)
    seconds, (f, g) = peer.repeated(lambda: loss(x, y), job["repeat"])
    peer.save(job, 2 * f.flatten(), 2 * g.flatten())
    return dict(seconds=seconds, iterations=None)


peer.main(iteration=iteration, solve=solve, agree=agree)

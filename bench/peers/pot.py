"""POT on NumPy, in double precision as it comes. A variant begins with a `method` of `ot.sinkhorn`."""

import numpy
import ot
import ot.batch

import peer


def sinkhorn(job, x, y, epsilon, **options):
    a, b = (numpy.full(len(points), 1.0 / len(points)) for points in (x, y))
    cost = ot.dist(x.astype(float), y.astype(float))
    method = job["variant"].split(",")[0]
    plan, log = ot.sinkhorn(a, b, cost, float(epsilon), method=method, log=True, warn=False, **options)
    return (plan * cost).sum(), log


def iteration(job, x, y, epsilon):
    def run(count):
        _, log = sinkhorn(job, x, y, epsilon, numItermax=count, stopThr=0.0)
        if log["niter"] != count - 1:
            raise ArithmeticError("the kernel underflows")

    # The error is measured at every tenth: of ten or fewer, only at the first, which the difference takes out.
    return peer.per_iteration(run, job["repeat"], most=8 if job["variant"] == "sinkhorn_log" else 100)


def solve(job, x, y, epsilon):
    # `iterations` in a job: exactly so many, whatever the error.
    count, threshold = (job["iterations"], 0.0) if "iterations" in job else (job["max_iterations"], job["threshold"])

    def run():
        return sinkhorn(job, x, y, epsilon, numItermax=count, stopThr=threshold)

    seconds, (cost, log) = peer.repeated(run, job["repeat"])
    u, v = (log[key] if key in log else numpy.log(log[key[-1]]) for key in ("log_u", "log_v"))
    scale = float(epsilon)
    peer.save(job, scale * (u + numpy.log(len(x))), scale * (v + numpy.log(len(y))))
    return dict(seconds=seconds, iterations=log["niter"] + 1, transport_cost=float(cost))


def batch(job, x, y, epsilon):
    # One epsilon serves all problems: the points are scaled so that it is 1. The tolerance is for changes of the potentials.
    unit = numpy.sqrt(epsilon.astype(float))[:, None, None]
    x, y = x / unit, y / unit

    def run():
        return ot.batch.solve_sample_batch(
            x, y, reg=1.0, method="log_sinkhorn", tol=job["threshold"], max_iter=job["max_iterations"]
        )

    seconds, result = peer.repeated(run, job["repeat"])
    u, v = result.potentials
    scale = epsilon[:, None].astype(float)
    peer.save(job, scale * (u + numpy.log(x.shape[1])), scale * (v + numpy.log(y.shape[1])))
    return dict(seconds=seconds, iterations=int(result.log["n_iter"]))


peer.main(iteration=iteration, solve=solve, agree=solve, batch=batch)

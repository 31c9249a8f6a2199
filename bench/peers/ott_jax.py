"""OTT-JAX. Compilation is not timed."""

import functools
import json
import sys

import jax
import numpy
from jax._src.interpreters.batching import is_vmappable
from jax.interpreters import batching

# OTT 0.6.0 looks for it where JAX 0.10 no longer has it; without, nothing can be computed online.
batching.is_vmappable = is_vmappable

jax.config.update("jax_enable_x64", json.loads(sys.argv[1])["precision"] == "f64")

import jax.numpy as jnp  # noqa: E402, after the precision
from ott.geometry import pointcloud  # noqa: E402
from ott.geometry.epsilon_scheduler import Epsilon  # noqa: E402
from ott.initializers.linear import initializers  # noqa: E402
from ott.problems.linear import linear_problem  # noqa: E402
from ott.solvers.linear import acceleration, sinkhorn  # noqa: E402

import peer  # noqa: E402

# Lines of the cost at a time where it is not stored.
BATCH = 1024

GEOMETRY = {
    "online": lambda epsilon: dict(batch_size=BATCH),
    "epsilon decay": lambda epsilon: dict(epsilon=Epsilon(epsilon, init=100.0, decay=0.8)),
    "gaussian, epsilon decay": lambda epsilon: dict(epsilon=Epsilon(epsilon, init=8.0, decay=0.8)),
}


def solver_options(variant):
    """What a variant changes in the solver."""
    gaussian = dict(initializer=initializers.GaussianInitializer())
    anderson = dict(anderson=acceleration.AndersonAcceleration(memory=5))
    return {
        "kernel": dict(lse_mode=False),
        "gaussian": gaussian,
        "anderson": anderson,
        "gaussian, anderson": gaussian | anderson,
        "gaussian, momentum": gaussian | dict(momentum=acceleration.Momentum(start=20)),
        "gaussian, relaxation 1.5": gaussian | dict(momentum=acceleration.Momentum(value=1.5)),
        "gaussian, epsilon decay": gaussian,
    }.get(variant, {})


def solve_with(job, **options):
    """A function of points and epsilon that can be compiled."""
    variant = job["variant"]
    solver = sinkhorn.Sinkhorn(**solver_options(variant), **options)

    def solve(x, y, epsilon):
        geometry = dict(epsilon=epsilon) | GEOMETRY.get(variant, lambda epsilon: {})(epsilon)
        return solver(linear_problem.LinearProblem(pointcloud.PointCloud(x, y, **geometry)))

    return solve


def arrays(job, *values):
    return [jnp.asarray(value, dtype=job["precision"].replace("f", "float")) for value in values]


def iteration(job, x, y, epsilon):
    points = arrays(job, x, y, epsilon)

    @functools.cache
    def compiled(count):
        # Equal bounds: the error is measured once, after the last iteration.
        options = dict(min_iterations=count, max_iterations=count, inner_iterations=1, threshold=0.0)
        solve = solve_with(job, **options)
        return jax.jit(lambda *points: solve(*points).potentials).lower(*points).compile()

    def run(count):
        return jax.block_until_ready(compiled(count)(*points))

    finite = all(bool(jnp.isfinite(potential).all()) for potential in run(6))
    return dict(peer.per_iteration(run, job["repeat"], prepare=compiled), finite=finite)


def solve(job, x, y, epsilon):
    points = arrays(job, x, y, epsilon)
    solve = solve_with(job, threshold=job["threshold"], max_iterations=job["max_iterations"])
    wanted = jax.jit(
        lambda *points: (lambda out: (out.f, out.g, out.reg_ot_cost, out.n_iters, out.converged))(solve(*points))
    )
    compiled = wanted.lower(*points).compile()
    seconds, result = peer.repeated(lambda: jax.block_until_ready(compiled(*points)), job["repeat"])
    f, g, value, iterations, converged = result
    scale = float(epsilon)
    peer.save(job, f + scale * numpy.log(len(x)), g + scale * numpy.log(len(y)))
    return dict(seconds=seconds, iterations=int(iterations), converged=bool(converged), objective=float(value))


def batch(job, x, y, epsilon):
    points = arrays(job, x, y, epsilon)
    solve = solve_with(job, threshold=job["threshold"], max_iterations=job["max_iterations"])
    wanted = jax.jit(
        jax.vmap(lambda *points: (lambda out: (out.f, out.g, out.n_iters, out.converged))(solve(*points)))
    )
    compiled = wanted.lower(*points).compile()
    seconds, result = peer.repeated(lambda: jax.block_until_ready(compiled(*points)), job["repeat"])
    f, g, iterations, converged = (numpy.asarray(values) for values in result)
    shift = epsilon[:, None].astype(float)
    peer.save(job, f + shift * numpy.log(x.shape[1]), g + shift * numpy.log(y.shape[1]))
    return dict(
        seconds=seconds,
        iterations=int(iterations.max()),
        iterations_mean=float(iterations.mean()),
        converged=int(converged.sum()),
    )


peer.main(iteration=iteration, solve=solve, agree=solve, batch=batch)

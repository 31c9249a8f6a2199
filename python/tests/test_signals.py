"""Ctrl-C during a solve, and solves after a fork. Each runs in a process of its own, with a time limit."""

import os
import signal
import subprocess
import sys
import time

import pytest

LONG = """
import numpy as np, sinkhorn
X = np.random.default_rng(0).normal(size=(2500, 3))
print("ready", flush=True)
sinkhorn.solve_sample(X, X + 1, reg=1e-4, start="zero", tol=1e-15, threads={threads}, warn=False)
print("ended", flush=True)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent in another way there")
@pytest.mark.parametrize("threads", [1, 2])
def test_ctrl_c_ends_a_solve(threads):
    program = subprocess.Popen(
        [sys.executable, "-c", LONG.format(threads=threads)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert program.stdout.readline() == "ready\n"
        time.sleep(0.5)
        sent = time.monotonic()
        program.send_signal(signal.SIGINT)
        out, err = program.communicate(timeout=60)
    finally:
        program.kill()
    assert "KeyboardInterrupt" in err and "ended" not in out
    assert time.monotonic() - sent < 10


FORKED = """
import os, sys, numpy as np, sinkhorn
X = np.random.default_rng(0).normal(size=(300, 3))
before = sinkhorn.solve_sample(X, X + 1, reg=0.1, threads=2)
child = os.fork()
if child == 0:
    after = sinkhorn.solve_sample(X, X + 1, reg=0.1, threads=2)
    os._exit(0 if (after.plan == before.plan).all() else 1)
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork")
def test_a_child_has_threads_of_its_own():
    made = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", FORKED], stdout=subprocess.PIPE, text=True, timeout=60
    )
    assert made.stdout == "0\n"

"""The programs of the page on PyPI run, and say what they say."""

import pathlib
import re

import numpy as np


def test_the_programs_run():
    page = (pathlib.Path(__file__).parent.parent / "README.md").read_text(encoding="utf-8")
    programs = re.findall(r"^```python\n(.*?)^```", page, re.M | re.S)
    assert len(programs) == 2
    names = {}
    for program in programs:
        exec(program, names)
    r, M = names["r"], names["M"]
    assert r.converged and r.plan.shape == M.shape == (500, 600)
    np.testing.assert_allclose(names["sinkhorn"].solve(M, reg=0.1).value, r.value, rtol=1e-6)

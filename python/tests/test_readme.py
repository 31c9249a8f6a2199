"""The programs of the page on PyPI and of the first page run, and say what they say."""

import pathlib
import re

import numpy as np


PYTHON = pathlib.Path(__file__).parent.parent


def programs_of(page):
    return re.findall(r"^```python\n(.*?)^```", page.read_text(encoding="utf-8"), re.M | re.S)


def test_the_program_of_the_first_page_runs():
    (program,) = programs_of(PYTHON.parent / "README.md")
    names = {}
    exec(program, names)
    assert names["P"].shape == names["M"].shape
    np.testing.assert_allclose(names["P"], names["r"].plan, atol=1e-6)


def test_the_programs_run():
    programs = programs_of(PYTHON / "README.md")
    assert len(programs) == 2
    names = {}
    for program in programs:
        exec(program, names)
    r, M = names["r"], names["M"]
    assert r.converged and r.plan.shape == M.shape == (500, 600)
    np.testing.assert_allclose(names["sinkhorn"].solve(M, reg=0.1).value, r.value, rtol=1e-6)

"""Honest tests of teachers give the same marks from outside as in the notebook."""

from __future__ import annotations

import importlib
import math
from pathlib import Path

import pytest

from klasteryste.grading.boundary.profile import Profile
from klasteryste.grading.boundary.rehearse import Run, alone, apart, fresh, rehearse
from klasteryste.grading.boundary.source import Cell

from .cases import CASES, COMPUTED, Case

# Every run forks this process: what they need is loaded once.
for library in ("arrays", "frames", "graphs", "figures"):
    importlib.import_module(f"klasteryste.grading.boundary.{library}")
for library in ("matplotlib.pyplot", "scipy.stats", "sklearn.linear_model"):
    importlib.import_module(library)


def cells(case: Case, answer: str) -> list[Cell]:
    """Return a notebook of one task."""
    between = COMPUTED if "locked data" in case.name else ""
    rows = [("set-up", "locked", case.locked), ("answer", "student", answer), ("between", "locked", between)]
    found = [Cell(name, role, text, text, 0) for name, role, text in rows if text]
    return [*found, Cell("test", "test", case.test, case.test, case.points)]


def mark(run: Run, case: Case) -> float:
    score = run.scores["test"]
    return case.points if math.isinf(score) else min(score, case.points)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_marks_are_those_of_one_process(case: Case, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    learnt = fresh(lambda: rehearse(cells(case, case.solution), "en"))
    assert mark(Run(**learnt["alone"]), case) == case.points, learnt["alone"]["errors"]
    assert mark(Run(**learnt["apart"]), case) == case.points, learnt["apart"]["errors"]
    profile = Profile.from_json(learnt["profile"])
    for answer in case.answers:
        notebook = cells(case, answer)
        stock = fresh(lambda notebook=notebook: vars(alone(notebook)))
        ours = fresh(lambda notebook=notebook: vars(apart(notebook, profile, "en", learning=False)))
        told = (answer, stock["errors"], ours["errors"])
        if case.kinder:
            assert (mark(Run(**stock), case), mark(Run(**ours), case)) == (0, case.points), told
        else:
            assert mark(Run(**ours), case) == mark(Run(**stock), case), told

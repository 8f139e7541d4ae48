"""Learning from an assignment's source, before it is released, how its submissions will be judged."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from nbformat import NotebookNode

from klasteryste.assignment import HIDDEN_SEED, OWN_SEED
from klasteryste.errors import CourseError
from klasteryste.grading.boundary.profile import Profile
from klasteryste.grading.boundary.source import Cell, cells_of

SECONDS = 900


class Learnt(NamedTuple):
    """What a rehearsal of an assignment's source gave.

    Attributes
    ----------
    profile : Profile
        What the judging side goes by.
    cells : list of Cell
        The code cells of the source.
    alone : dict
        How the source does in one process, as in nbgrader: see `rehearse.Run`.
    apart : dict
        How it does when tests run in a process of their own.
    """

    profile: Profile
    cells: list[Cell]
    alone: dict[str, Any]
    apart: dict[str, Any]


def learn(notebook: NotebookNode, folder: Path | None = None, language: str = "en") -> Learnt:
    """Judge an assignment's source as a submission will be, and remember what it does.

    Parameters
    ----------
    notebook : NotebookNode
        The source, with solutions and hidden tests.
    folder : Path, optional
        The files that its code reads; worked on as a copy.
    language : str, optional
        Its language.

    Returns
    -------
    Learnt

    Raises
    ------
    CourseError
        If the source cannot be run at all.
    """
    cells = cells_of(notebook)
    told = json.dumps({"cells": cells, "language": language})
    text = _rehearsed(told, None if folder is None else str(folder), _stamp(folder))
    found = json.loads(text)
    return Learnt(Profile.from_json(found["profile"]), cells, found["alone"], found["apart"])


def _stamp(folder: Path | None) -> tuple[tuple[str, int, int], ...]:
    """Return what tells whether the files of a folder are the same as before."""
    files = sorted(path for path in folder.rglob("*") if path.is_file()) if folder is not None else []
    return tuple((str(path), path.stat().st_size, path.stat().st_mtime_ns) for path in files)


@lru_cache(maxsize=16)
def _rehearsed(told: str, folder: str | None, stamp: tuple[Any, ...]) -> str:
    with tempfile.TemporaryDirectory() as scratch:
        work = Path(scratch, "work")
        if folder is None:
            work.mkdir()
        else:
            shutil.copytree(folder, work)
        # The course tries its own solution, whoever's seeds are set here.
        known = {name: value for name, value in os.environ.items() if name not in (OWN_SEED, HIDDEN_SEED)}
        try:
            done = subprocess.run(
                [sys.executable, "-m", "klasteryste.grading.boundary.rehearse"],
                input=told, capture_output=True, text=True, encoding="utf-8", cwd=work, timeout=SECONDS,
                env={**known, "MPLBACKEND": "agg", "IPYTHONDIR": scratch, "PYTHONIOENCODING": "utf-8"},
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            raise CourseError(
                f"the source takes more than {SECONDS} seconds: make its cells faster, or its data smaller"
            ) from None
    if done.returncode or not done.stdout:
        reason = next(iter(done.stderr.strip().splitlines()[::-1]), "no reason given")
        raise CourseError(
            f"the source could not be rehearsed ({reason}): run its notebook from top to bottom"
        )
    return done.stdout

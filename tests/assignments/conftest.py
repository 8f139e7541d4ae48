"""A class with every assignment of the course, generated when a test first asks for it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from nbgrader.apps import NbGrader

from klasteryste.assignment import HIDDEN_SEED, OWN_SEED
from klasteryste.grading.classrun.begin import begin
from klasteryste.grading.coursefolder import open_course
from klasteryste.grading.reference import Reference, read_references
from klasteryste.grading.release import generate
from tests.grading.conftest import _own_jupyter  # noqa: F401

from .answers import ROOT

STUDENTS = [f"s{number:02}" for number in range(30)]


class Class:
    """A course folder whose assignments are generated one by one."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.references = cache(self._references)

    @property
    def app(self) -> NbGrader:
        """nbgrader, opened on the folder."""
        return open_course(self.folder)

    def _references(self, assignment: str) -> dict[str, Reference]:
        generate(self.folder, assignment)
        return read_references(self.app.coursedir, assignment, assignment)

    def released(self, assignment: str, language: str) -> Path:
        """Return the folder that students get in a language."""
        self.references(assignment)
        return self.folder / "release" / assignment / language


@pytest.fixture(scope="session")
def class_of_thirty(
    tmp_path_factory: pytest.TempPathFactory,
    _own_jupyter: None,  # noqa: F811
) -> Class:
    root = tmp_path_factory.mktemp("class")
    roster = root / "class.csv"
    roster.write_text("\n".join(["id", *STUDENTS]), encoding="utf-8")
    begin(root / "autumn", ROOT, "autumn", roster=roster)
    return Class(root / "autumn")


@pytest.fixture
def seeds(monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], None]:
    """Give the two seeds of a student to what runs in this process."""

    def give(own: str, hidden: str) -> None:
        monkeypatch.setenv(OWN_SEED, own)
        monkeypatch.setenv(HIDDEN_SEED, hidden)

    return give

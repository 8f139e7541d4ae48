"""A class whose work is in, honest and otherwise, to be graded by the command."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.api import Gradebook

from klasteryste.grading.reference import grade_id
from tests.conftest import klasteryste
from tests.grading.test_round import fill, solution


def by_name(notebook: NotebookNode, name: str) -> NotebookNode:
    """Return the cell of a name."""
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


class Classroom:
    """A course folder with submissions.

    Parameters
    ----------
    generated : Path
        A course in which m2 was generated, which is copied.
    root : Path
        Where the copy is made.
    """

    def __init__(self, generated: Path, root: Path) -> None:
        self.root = root
        shutil.copytree(generated.parent, root, dirs_exist_ok=True)
        self.course = root / "assignments"
        self.solutions = {language: solution(root, language) for language in ("en", "lt")}

    def folder(self, student: str) -> Path:
        """Return where a student's work is."""
        return self.course / "submitted" / student / "m2"

    def submit(self, student: str, language: str = "en", answers: dict[str, str] | None = None) -> Path:
        """Submit answers, the solution if not given; return the notebook."""
        folder = self.folder(student)
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        notebook = folder / "m2.ipynb"
        shutil.copy(self.course / "release" / "m2" / language / "m2.ipynb", notebook)
        fill(notebook, self.solutions[language] if answers is None else answers)
        (folder / "timestamp.txt").write_text("2026-03-02 10:00:00 UTC")
        return notebook

    def change(self, student: str, change: Callable[[NotebookNode], None]) -> None:
        """Change a submitted notebook."""
        path = self.folder(student) / "m2.ipynb"
        notebook = nbformat.read(path, as_version=4)
        change(notebook)
        path.write_text(json.dumps(notebook), encoding="utf-8")

    def run(self, *words: str, code: int | None = 0) -> str:
        """Run ``klasteryste class``."""
        run = klasteryste("class", *words, "--course", str(self.course))
        assert code is None or run.returncode == code, run.stdout + run.stderr
        return run.stdout + run.stderr

    def report(self) -> dict[str, Any]:
        """Return the report of the last run."""
        content: dict[str, Any] = json.loads((self.course / "classrun" / "reports" / "m2.json").read_text())
        return content

    def book(self) -> dict[str, dict[str, tuple[float | None, float | None, bool, str | None]]]:
        """Return what the gradebook says: by student and cell both marks, if it waits, and the comment."""
        with Gradebook(f"sqlite:///{self.course / 'gradebook.db'}") as gradebook:
            return {
                submission.student.id: {
                    grade.name: (grade.auto_score, grade.manual_score, grade.needs_manual_grade, None)
                    for notebook in submission.notebooks
                    for grade in notebook.grades
                }
                | {
                    f"{comment.name}/comment": (None, None, False, comment.comment)
                    for notebook in submission.notebooks
                    for comment in notebook.comments
                }
                | {"time": (None, None, False, str(submission.timestamp))}
                for submission in gradebook.find_assignment("m2").submissions
            }

    def marks(self) -> dict[str, dict[str, list[Any]]]:
        """Return the automatic marks, and whether they wait, by student and marked cell."""
        return {
            student: {
                name: [auto, waits]
                for name, (auto, _, waits, _) in rows.items()
                if name != "time" and not name.endswith("/comment")
            }
            for student, rows in self.book().items()
        }

    def points(self, student: str) -> float:
        """Return the sum of a student's automatic marks."""
        return sum(auto or 0 for auto, *_ in self.book()[student].values())

    def nbgrader(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run nbgrader's own command in the course folder."""
        return subprocess.run(
            [sys.executable, "-m", "nbgrader", *words],
            cwd=self.course, capture_output=True, text=True, timeout=900,
        )  # fmt: skip


@pytest.fixture
def classroom(generated: Path, tmp_path: Path) -> Classroom:
    """Return an empty classroom."""
    return Classroom(generated, tmp_path / "class")

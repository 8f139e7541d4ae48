"""Grading the same submissions twice: by nbgrader as it comes, and by this course's class run."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from jupyter_core.application import NoStart
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.apps import NbGraderApp
from nbgrader.utils import is_grade, is_solution

from klasteryste.grading.reference import grade_id
from tests.conftest import klasteryste
from tests.grading.conftest import ASSIGNMENTS

STOCK = """
c = get_config()
c.CourseDirectory.course_id = "stock"
c.CourseDirectory.root = {root!r}
c.Execute.timeout = {seconds}
"""
SECONDS = 60

Submissions = Mapping[str, Mapping[str, NotebookNode]]
"""Notebooks by assignment and student; an assignment has one notebook, named as it is."""


@dataclass(frozen=True)
class Graded:
    """What became of a submission.

    Attributes
    ----------
    marks : dict of str to tuple
        Automatic score and whether a person has to look, by cell.
    outputs : dict of str to list of dict
        Outputs of the cells that are no tests, by name, or by place if they have none.
    """

    marks: dict[str, tuple[float | None, bool]]
    outputs: dict[str, list[dict[str, Any]]]


def nbgrader(course: Path, command: str, assignments: Iterable[str]) -> dict[str, bool]:
    """Run an nbgrader command for each assignment; return whether it went well.

    It runs in a process of its own, to be nbgrader as it comes: this course's settings change this one.
    """
    run = subprocess.run(
        [sys.executable, "-m", "tests.grading.stock.both", command, *assignments],
        cwd=course,
        env={**os.environ, "PYTHONPATH": str(ASSIGNMENTS.parent)},
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, bool] = json.loads(run.stdout.splitlines()[-1])
    return found


def _run_here(command: str, assignments: Iterable[str]) -> None:
    """Run the command in this process, which saves a start for each assignment."""
    went_well = {}
    for assignment in assignments:
        app = NbGraderApp.instance()
        try:
            app.initialize([command, assignment])
            app.start()
            went_well[assignment] = True
        except NoStart:  # how an application ends that left the work to its subcommand
            went_well[assignment] = True
        except SystemExit as stop:
            went_well[assignment] = not stop.code
        finally:
            app.reset()
    print(json.dumps(went_well))


def stock_course(root: Path, sources: Mapping[str, NotebookNode], files: Mapping[str, Path]) -> Path:
    """Make a course for nbgrader as it comes, with sources by assignment and files beside each."""
    course = root / "stock"
    course.mkdir(parents=True)
    (course / "nbgrader_config.py").write_text(STOCK.format(root=str(course), seconds=SECONDS))
    _write_sources(course, sources, files)
    return course


def our_course(root: Path, sources: Mapping[str, NotebookNode], files: Mapping[str, Path]) -> Path:
    """Make a course of this kind, whose sources need no translation, and short limits."""
    course = root / "assignments"
    course.mkdir(parents=True)
    shutil.copy(ASSIGNMENTS / "nbgrader_config.py", course)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write("\nc.LanguageFolders.strict = False\nc.LanguageFolders.refuse = False\n")
        config.write(f"c.ExecuteInJail.limits = {{'cell_seconds': {SECONDS}}}\n")
    _write_sources(course, sources, files)
    return course


def _write_sources(course: Path, sources: Mapping[str, NotebookNode], files: Mapping[str, Path]) -> None:
    for assignment, source in sources.items():
        folder = course / "source" / assignment
        folder.mkdir(parents=True)
        nbformat.write(source, folder / f"{assignment}.ipynb")
        for name, path in files.items():
            shutil.copy(path, folder / name)


def hand_in(course: Path, submissions: Submissions, files: Mapping[str, Path]) -> None:
    """Put notebooks where collected submissions are."""
    for assignment, students in submissions.items():
        for student, notebook in students.items():
            folder = course / "submitted" / student / assignment
            folder.mkdir(parents=True)
            nbformat.write(notebook, folder / f"{assignment}.ipynb")
            for name, path in files.items():
                shutil.copy(path, folder / name)


def grade_in_stock(course: Path, submissions: Submissions) -> dict[tuple[str, str], Graded]:
    """Autograde with nbgrader as it comes."""
    nbgrader(course, "autograde", submissions)
    return _graded(course, submissions)


def grade_here(course: Path, submissions: Submissions) -> dict[tuple[str, str], Graded]:
    """Grade with the class run."""
    run = klasteryste("class", "grade", *submissions, "--course", str(course))
    assert run.returncode in {0, 3}, run.stdout + run.stderr
    return _graded(course, submissions)


def _graded(course: Path, submissions: Submissions) -> dict[tuple[str, str], Graded]:
    found = {}
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as book:
        for assignment, students in submissions.items():
            marks = {
                submission.student.id: {
                    grade.name: (grade.auto_score, bool(grade.needs_manual_grade))
                    for grade in submission.notebooks[0].grades
                }
                for submission in book.find_assignment(assignment).submissions
            }
            for student in students:
                path = course / "autograded" / student / assignment / f"{assignment}.ipynb"
                if student in marks and path.exists():
                    notebook = nbformat.read(path, as_version=4)
                    found[assignment, student] = Graded(marks[student], shown(notebook))
    return found


def shown(notebook: NotebookNode) -> dict[str, list[dict[str, Any]]]:
    """Return what the cells show that are no tests, without what differs between any two runs."""
    outputs = {}
    for place, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and (is_solution(cell) or not is_grade(cell)):
            outputs[grade_id(cell) or f"cell {place}"] = [_same(output) for output in cell.outputs]
    return outputs


def _same(output: NotebookNode) -> dict[str, Any]:
    """Return an output without counts of executions, addresses of objects and names of temporary files."""
    text = json.dumps(output, sort_keys=True, ensure_ascii=False)
    text = re.sub(r"\b0x[0-9a-f]{6,}", "0x", text)
    text = re.sub(r"ipykernel_\d+/\d+", "ipykernel", text)
    # A test is a cell less for the student's process, so that its cells are counted otherwise.
    text = re.sub(r"In\s?\[\d+\]|<ipython-input-\d+", "In[]", text)
    result: dict[str, Any] = json.loads(text)
    result.pop("execution_count", None)
    return result


if __name__ == "__main__":
    _run_here(sys.argv[1], sys.argv[2:])

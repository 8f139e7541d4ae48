"""A class of thirty hands in every assignment: right, wrong in each listed way, empty and broken."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from itertools import cycle
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.converters import GenerateFeedback
from nbgrader.utils import is_solution

from klasteryste.grading.classrun.grade import Plan, grade
from klasteryste.grading.reference import grade_id, is_test

from .answers import (
    ASSIGNMENTS,
    expected,
    in_one_way,
    localised,
    names_of,
    own_work,
    submissions,
    tasks,
    written_in,
)
from .answers import tests as points_of_tests
from .conftest import STUDENTS, Class

QUARANTINED = "quarantined"
EMPTY, EVERYTHING = "nothing", "everything"


def by_turns() -> list[Any]:
    """Return each assignment in one language, by turns; `make soak` takes the other as well."""
    found = []
    for number, assignment in enumerate(ASSIGNMENTS):
        for turn, language in enumerate(("en", "lt")):
            marks = [] if (number + turn) % 2 else [pytest.mark.soak]
            found.append(pytest.param(assignment, language, marks=marks, id=f"{assignment}-{language}"))
    return found


class HandedIn(NamedTuple):
    """What a student submits, and what it earns in each test."""

    name: str
    cells: dict[str, str]
    points: dict[str, float] | str
    spoil: Callable[[Path], None] = lambda path: None


def class_work(course: Class, assignment: str, language: str) -> list[HandedIn]:
    """Return thirty different submissions, and the same answers by other students where there are fewer."""
    reference = course.references(assignment)[language]
    solved = own_work(assignment, language)
    full = points_of_tests(reference)
    first, last = tasks(reference)[0], list(full)[-1]
    stub = {name: reference.cells[name].source for name in solved}
    work = [
        HandedIn(EVERYTHING, solved, full),
        HandedIn("in code", in_one_way("answer", solved, reference), full),
        HandedIn("in values", in_one_way("values", solved, reference), full),
        HandedIn(EMPTY, stub, dict.fromkeys(full, 0.0)),
        HandedIn(
            "no Python in the first task",
            solved | {name: "this is = no Python" for name in solved if name.startswith(f"{first}-")},
            {name: 0.0 if name.startswith(f"{first}-") else points for name, points in full.items()},
        ),
        HandedIn("a damaged file", solved, QUARANTINED, _cut),
        HandedIn("a test taken out", solved, full, lambda path: _change(path, last, None)),
        HandedIn("a test that passes", stub, dict.fromkeys(full, 0.0), lambda path: _change(path, last, "1")),
    ]
    listed = [
        HandedIn(
            "; ".join(answer.name for answer in chosen),
            written_in(chosen, solved, reference),
            expected(chosen, reference),
        )
        for chosen in submissions(assignment)
    ]
    return work + [each for each, _ in zip(cycle(listed), range(len(STUDENTS) - len(work)), strict=False)]


def _cut(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8")[:-200], encoding="utf-8")


def _change(path: Path, name: str, text: str | None) -> None:
    """Change the text of a cell, or take it out."""
    notebook = nbformat.read(path, as_version=4)
    if text is None:
        notebook.cells = [cell for cell in notebook.cells if grade_id(cell) != name]
    else:
        names_of(notebook)[name].source = text
    nbformat.write(notebook, path)


def hand_in(course: Class, assignment: str, language: str, student: str, work: HandedIn) -> None:
    notebook = nbformat.read(course.released(assignment, language) / f"{assignment}.ipynb", as_version=4)
    for name, cell in names_of(notebook).items():
        cell.source = work.cells.get(name, cell.source)
    path = course.folder / "submitted" / student / assignment / f"{assignment}.ipynb"
    path.parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, path)
    work.spoil(path)


@pytest.mark.parametrize(("assignment", "language"), by_turns())
def test_each_of_thirty_gets_exactly_the_expected_mark(
    class_of_thirty: Class, assignment: str, language: str
) -> None:
    work = dict(zip(STUDENTS, class_work(class_of_thirty, assignment, language), strict=True))
    for student, each in work.items():
        hand_in(class_of_thirty, assignment, language, student, each)
    (report,) = grade(class_of_thirty.app, Plan((assignment,), force=True))
    wrong = []
    for student, each in work.items():
        record = report.records[student]
        if each.points == QUARANTINED:
            got = record["status"]
        else:
            assert record["status"] == "graded", (each.name, record)
            got = {name: record["marks"][f"{assignment}/{name}"] for name in each.points}
        if got != each.points:
            wrong.append(f"{student}, {each.name}: {got} and not {each.points}")
    assert not wrong, "\n".join(wrong)
    _no_secret_in_feedback(class_of_thirty, assignment, language, work)


# --- what stays with the lecturer ---------------------------------------------------------------------


def secrets(notebook: NotebookNode, released: str) -> set[str]:
    """Return the lines of a source's solutions, hidden tests and marking guides, but for those also shown."""
    found = set()
    for cell in notebook.cells:
        for region in re.findall(
            r"(?s)BEGIN (?:SOLUTION|HIDDEN TESTS|MARK SCHEME)[^\n]*\n(.*?)\n[^\n]*END ", cell.source
        ):
            found |= {line.strip() for line in region.splitlines()}
        details = cell.metadata.get("nbgrader", {})
        if details.get("grade") and details.get("solution"):
            found |= {line.strip() for line in cell.source.splitlines()}
    # What a test says is for the student to read, and a field of a plan is in every plan; the rest is long
    # enough not to be there by chance.
    said = re.compile(r"[\s(]*[\"'].*[\"'][\s,)]*|[\w-]+: \S+")
    return {line for line in found if len(line) > 20 and not said.fullmatch(line) and line not in released}


def visible(path: Path) -> str:
    return "\n".join(cell.source for cell in nbformat.read(path, as_version=4).cells)


@pytest.mark.parametrize("assignment", ASSIGNMENTS)
@pytest.mark.parametrize("language", ["en", "lt"])
def test_the_release_holds_no_secret(class_of_thirty: Class, assignment: str, language: str) -> None:
    folder = class_of_thirty.released(assignment, language)
    shown = visible(folder / f"{assignment}.ipynb")
    hidden = secrets(localised(assignment, language), "")
    twice = {line for line in hidden if line in shown}
    # Lines that visible tests have as well are no secret; none of a solution or a guide is there.
    tests = [cell.source for cell in localised(assignment, language).cells if _is_test(cell)]
    open_ = [text.split("### BEGIN HIDDEN TESTS")[0] for text in tests]
    given = "\n".join([*open_, *_given_code(assignment, language)])
    assert not [line for line in twice if line not in given]
    assert len(hidden) > 20
    for marker in ("HIDDEN TESTS", "BEGIN SOLUTION", "MARK SCHEME", "hidden()"):
        assert marker not in shown
    check = (folder / f"{assignment}.check.json").read_text(encoding="utf-8")
    assert not [line for line in hidden if line in check]


def _is_test(cell: NotebookNode) -> bool:
    return "nbgrader" in cell.metadata and is_test(cell)


def _given_code(assignment: str, language: str) -> list[str]:
    """Return the code that is neither test nor answer: helpers that a solution may use as they are."""
    return [
        cell.source
        for cell in localised(assignment, language).cells
        if cell.cell_type == "code" and not _is_test(cell) and not is_solution(cell)
    ]


def _no_secret_in_feedback(course: Class, assignment: str, language: str, work: dict[str, HandedIn]) -> None:
    """Read the feedback of who handed in nothing, everything, and wrong answers: no secret but their own."""
    app = course.app
    shown = visible(course.released(assignment, language) / f"{assignment}.ipynb")
    hidden = secrets(localised(assignment, language), shown)
    by_name = {each.name: student for student, each in work.items()}
    for student in (by_name[EMPTY], by_name[EVERYTHING], list(work)[-1]):
        app.coursedir.assignment_id, app.coursedir.student_id = assignment, student
        converter = GenerateFeedback(coursedir=app.coursedir, parent=app)
        converter.force = True
        converter.start()
        page = (course.folder / "feedback" / student / assignment / f"{assignment}.html").read_text("utf-8")
        text = unescape(re.sub(r"<[^>]+>", "", page))
        own = "\n".join(work[student].cells.values())
        told = [line for line in hidden if line in text and line not in own]
        assert not told, (student, told)

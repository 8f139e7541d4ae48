"""The percentage of a course is the weighted mean of its parts, worked out here by hand."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.api import Gradebook

from klasteryste.course import read_course
from klasteryste.errors import CourseError
from klasteryste.grading.classrun.begin import begin
from klasteryste.grading.classrun.export import export
from klasteryste.grading.classrun.records import results_folder
from klasteryste.grading.coursefolder import open_course
from tests.conftest import ROOT

# nbgrader builds its rows before it adds them, which SQLAlchemy remarks on.
pytestmark = pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")

# By assignment, what its test and its written answer give at most: 40 and 10, and the plan's 12 and 8.
POINTS = {"m0": (10, 4), "m1": (30, 6), "m9": (12, 8)}
WAITS = None
# By student and assignment, what was given, and what was taken off for being late.
CLASS = {
    "ona": {"m0": (8, 3, 0), "m1": (18, 2, 0), "m9": (9, 7, 0)},
    "jonas": {"m0": (10, 4, 0)},
    "ruta": {"m0": (10, 4, 0), "m1": (30, WAITS, 0), "m9": (12, 8, 0)},
    "late": {"m0": (8, 2, 5), "m9": (12, 8, 0)},
    "very-late": {"m0": (8, 2, 50)},
    "late-and-waiting": {"m0": (8, WAITS, 5)},
    "empty-and-late": {"m0": (0, 0, 5)},
    "damaged": {"m0": (10, 4, 0)},
}
# Automatic, written, plan, the whole, and the mark out of ten.
EXPECTED = {
    # 26 of 40, 5 of 10, 16 of 20; 32.5 + 10 + 24
    "ona": ("65", "50", "80", "66.5", "6"),
    # 10 of 40, 4 of 10, nothing; 12.5 + 8
    "jonas": ("25", "40", "0", "20.5", "2"),
    "ruta": ("100", "", "100", "", ""),
    # half of the ten points is taken off: 4 of 40, 1 of 10, and the whole plan; 5 + 2 + 30
    "late": ("10", "10", "100", "37", "3"),
    "very-late": ("0", "0", "0", "0", "1"),
    "late-and-waiting": ("", "", "0", "", ""),
    "empty-and-late": ("0", "0", "0", "0", "1"),
    "damaged": ("", "", "0", "", ""),
}
HEADS = ("Graded automatically, 50 %", "Written answers, 20 %", "Plan and defence, 30 %")


def told(name: str, points: int, *, written: bool) -> dict[str, object]:
    details = {"grade": True, "solution": written, "locked": not written, "task": False}
    return {"nbgrader": details | {"grade_id": name, "points": points, "schema_version": 3}}


def course(folder: Path, assignments: list[str], language: str = "en") -> Path:
    """Make a course of which some assignments were given, and marked."""
    begin(folder, ROOT, "course", language)
    with Gradebook(f"sqlite:///{folder / 'gradebook.db'}") as gradebook:
        for name in assignments:
            test, letter = POINTS[name]
            gradebook.add_assignment(name)
            gradebook.add_notebook(name, name)
            gradebook.add_grade_cell("t", name, name, max_score=test, cell_type="code")
            gradebook.add_grade_cell("w", name, name, max_score=letter, cell_type="markdown")
            cells = [
                new_code_cell("check()", metadata=told("t", test, written=False)),
                new_markdown_cell("A letter.", metadata=told("w", letter, written=True)),
            ]
            for each in ("en", "lt"):
                path = folder / "reference" / each / name / f"{name}.ipynb"
                path.parent.mkdir(parents=True)
                nbformat.write(new_notebook(cells=cells), path)
        for student, work in CLASS.items():
            gradebook.add_student(student)
            for name, (test, letter, penalty) in work.items():
                if name not in assignments:
                    continue
                submission = gradebook.add_submission(name, student)
                submission.notebooks[0].late_submission_penalty = penalty
                grades = {grade.name: grade for grade in submission.notebooks[0].grades}
                grades["t"].auto_score, grades["w"].manual_score = test, letter
                grades["t"].needs_manual_grade = False
                grades["w"].needs_manual_grade = letter is WAITS
        gradebook.db.commit()
    damaged = results_folder(open_course(folder).coursedir, "m0", "damaged")
    damaged.mkdir(parents=True)
    (damaged / "entered.json").write_text(json.dumps({"status": "quarantined"}))
    return folder


def tables(folder: Path, to: Path) -> tuple[list[str], dict[str, dict[str, str]]]:
    """Return the headings and the rows of the course's table."""
    *_, path = export(open_course(folder), to, [], [])
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.DictReader(text.splitlines(), delimiter=";" if ";" in text else ","))
    return list(rows[0]), {row[next(iter(row))]: row for row in rows}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return course(tmp_path_factory.mktemp("weights") / "whole", ["m0", "m1", "m9"])


@pytest.mark.parametrize("student", CLASS)
def test_the_percentage_is_the_weighted_mean_of_the_parts(whole: Path, tmp_path: Path, student: str) -> None:
    row = tables(whole, tmp_path)[1][student]
    shown = (*(row[head] for head in HEADS), row["Per cent"], row["Mark out of ten"])
    assert shown == EXPECTED[student]
    mark = EXPECTED[student][-1]
    assert row["Passed"] == ("" if not mark else "yes" if int(mark) >= 5 else "no")
    assert row["State"] == ("complete" if mark else "not complete")


def test_points_by_assignment_are_as_they_were_given(whole: Path, tmp_path: Path) -> None:
    heads, rows = tables(whole, tmp_path)
    assert heads[4:] == ["m0", "m1", "m9", *HEADS, "Per cent", "Mark out of ten", "Passed", "State"]
    assert [rows["late"][name] for name in POINTS] == ["5", "0", "20"]
    text = (tmp_path / "m0.csv").read_text(encoding="utf-8-sig").splitlines()
    late = next(row for row in csv.DictReader(text) if row["Student"] == "late")
    # 5 of 14
    assert (late["Points"], late["Of"], late["Per cent"]) == ("5", "14", "35.7143")


def test_a_part_of_which_there_is_nothing_is_left_out_and_said_to_be(tmp_path: Path) -> None:
    heads, rows = tables(course(tmp_path / "course", ["m0", "m1"], "lt"), tmp_path / "marks")
    left_out = "Planas ir jo gynimas, 30 %: dar nieko nėra, neįskaičiuojama"
    assert left_out in heads and rows["ona"][left_out] == ""
    # (50 * 65 + 20 * 50) / 70
    assert (rows["ona"]["Procentai"], rows["ona"]["Balas (iš 10)"]) == ("60,7143", "6")


@contextmanager
def weighted_by(folder: Path, weights: str) -> Iterator[None]:
    """Set other weights for a while."""
    config = folder / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8")
    config.write_text(f"{text}\nc.Marks.weights = {weights}\n", encoding="utf-8")
    yield
    config.write_text(text, encoding="utf-8")


def test_without_weights_every_point_counts_the_same(whole: Path, tmp_path: Path) -> None:
    with weighted_by(whole, "{}"):
        row = tables(whole, tmp_path)[1]["ona"]
    # 47 of 70
    assert (row["Points"], row["Of"], row["Per cent"]) == ("47", "70", "67.1429") and HEADS[0] not in row


def test_a_new_class_has_the_weights_of_the_course(whole: Path) -> None:
    config = open_course(whole).config.Marks
    weights = {weight.part: weight.share for weight in read_course(ROOT / "course.yml").weights}
    assert config.weights == weights == {"automatic": 50, "written": 20, "plan": 30}
    assert config.plan == "m9"


@pytest.mark.parametrize("weights", ["{'exam': 50}", "{'automatic': 0}", "{'written': 'half'}"])
def test_weights_that_make_no_sense_are_one_line(whole: Path, tmp_path: Path, weights: str) -> None:
    told = "automatic, written, plan a number above zero"
    with weighted_by(whole, weights), pytest.raises(CourseError, match=told):
        export(open_course(whole), tmp_path / "marks", [], [])

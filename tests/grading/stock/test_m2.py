"""On this course's assignment, answers in both languages earn what they earn in stock nbgrader."""

from __future__ import annotations

import shutil
from collections import defaultdict
from typing import NamedTuple

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from klasteryste.grading.reference import grade_id
from klasteryste.grading.release import generate, stubs
from klasteryste.translate import localise_file
from tests.attacks.validate import validated
from tests.grading.answers import RIGHT, WRONG, Answer
from tests.grading.conftest import CATALOGUE, SOURCE, make_course

from .both import Graded, grade_here, grade_in_stock, hand_in, nbgrader, stock_course

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]

Marks = dict[tuple[str, str], Graded]


class Twice(NamedTuple):
    """What became of the answers in one language.

    Attributes
    ----------
    stock, ours : dict
        Marks and outputs by nbgrader as it comes, and by the class run.
    validated : dict of str to set of str
        The tests that Validate calls failed, by student with right answers.
    """

    stock: Marks
    ours: Marks
    validated: dict[str, set[str]]


def students() -> dict[str, dict[str, Answer]]:
    """Return the answers of each student by task: the first of every task, the second, and so on."""
    found: dict[str, dict[str, Answer]] = defaultdict(dict)
    for kind, answers in (("wrong", WRONG), ("right", RIGHT)):
        for answer in answers:
            place = sum(answer.task in given for name, given in found.items() if name.startswith(kind))
            found[f"{kind}{place}"][answer.task] = answer
    return {"untouched": {}, "solved": {}, **found}


def filled(released: NotebookNode, solutions: dict[str, str], answers: dict[str, Answer], name: str) -> None:
    """Answer tasks; those without an answer of their own are solved."""
    for cell in released.cells:
        cell_name = grade_id(cell) or ""
        if name != "untouched" and cell.cell_type == "code" and is_solution(cell):
            answer = answers.get(cell_name.removesuffix("-answer"))
            cell.source = answer.code if answer else solutions[cell_name]


@pytest.fixture(scope="module", params=["en", "lt"])
def marks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Twice:
    """Return what stock nbgrader gives and what the class run gives, in a language."""
    language = str(request.param)
    root = tmp_path_factory.mktemp(language)
    ours = make_course(root)
    generate(ours, "m2")
    source = nbformat.reads(
        localise_file(SOURCE, root / CATALOGUE if language != "en" else None, language, strict=True), 4
    )
    stock = stock_course(root, {"m2": source}, {})
    code, text = stubs(language)
    with (stock / "nbgrader_config.py").open("a", encoding="utf-8") as config:
        config.write(f"c.ClearSolutions.code_stub = {code!r}\nc.ClearSolutions.text_stub = {text!r}\n")
    assert nbgrader(stock, "generate_assignment", ["m2"]) == {"m2": True}
    solutions = {cell.id: cell.source for cell in source.cells if is_solution(cell)}
    for course, release in ((stock, "m2.ipynb"), (ours, f"{language}/m2.ipynb")):
        given = {}
        for name, answers in students().items():
            given[name] = nbformat.read(course / "release" / "m2" / release, as_version=4)
            filled(given[name], solutions, answers, name)
        beside = (course / "release" / "m2" / release).parent.iterdir()
        files = {path.name: path for path in beside if path.is_file() and path.suffix != ".ipynb"}
        hand_in(course, {"m2": given}, files)
    submissions = {"m2": given}
    right = [name for name in given if name.startswith("right") or name == "solved"]
    paths = {name: ours / "submitted" / name / "m2" / "m2.ipynb" for name in right}
    twice = Twice(grade_in_stock(stock, submissions), grade_here(ours, submissions), dict(validated(paths)))
    shutil.rmtree(root)
    return twice


def test_marks_are_equal(marks: Twice) -> None:
    stock, ours = ({key: graded.marks for key, graded in one.items()} for one in marks[:2])
    assert len(stock) == len(students())
    assert ours == stock


def test_every_answer_earns_what_it_should(marks: Twice) -> None:
    for student, answers in students().items():
        for answer in answers.values():
            earned = [
                score
                for name, (score, _) in marks.ours["m2", student].marks.items()
                if name.startswith(answer.task + "-")
            ]
            assert tuple(earned) == answer.points, answer.name


def test_outputs_are_equal(marks: Twice) -> None:
    stock, ours = ({key: graded.outputs for key, graded in one.items()} for one in marks[:2])
    assert ours == stock


def test_validate_and_the_class_run_agree_on_right_answers(marks: Twice) -> None:
    points = {
        cell.id: cell.metadata.nbgrader.points
        for cell in nbformat.read(SOURCE, as_version=4).cells
        if is_grade(cell) and not is_solution(cell)
    }
    assert len(marks.validated) >= 3
    for student, failed in marks.validated.items():
        lost = {name for name, full in points.items() if marks.ours["m2", student].marks[name][0] != full}
        assert failed == lost == set(), student


def test_every_answer_is_given_by_somebody() -> None:
    given = [answer for answers in students().values() for answer in answers.values()]
    assert sorted(given) == sorted([*WRONG, *RIGHT])
    cells = nbformat.read(SOURCE, as_version=4).cells
    assert sum(is_grade(cell) for cell in cells) >= 12

"""On this course's assignment, answers in both languages earn what they earn in stock nbgrader."""

from __future__ import annotations

import shutil
from collections import defaultdict

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from klasteryste.grading.reference import grade_id
from klasteryste.grading.release import generate
from klasteryste.translate import localise_file
from tests.grading.answers import RIGHT, WRONG, Answer
from tests.grading.conftest import CATALOGUE, SOURCE, make_course

from .both import Graded, grade_here, grade_in_stock, hand_in, nbgrader, stock_course

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]

Marks = dict[tuple[str, str], Graded]


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
def marks(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Marks, Marks]:
    """Return what stock nbgrader gives and what the class run gives, in a language."""
    language = str(request.param)
    root = tmp_path_factory.mktemp(language)
    ours = make_course(root)
    generate(ours, "m2")
    source = nbformat.reads(
        localise_file(SOURCE, root / CATALOGUE if language != "en" else None, language, strict=True), 4
    )
    stock = stock_course(root, {"m2": source}, {})
    code, log = nbgrader(stock, "generate_assignment", "m2")
    assert code == 0, log
    solutions = {cell.id: cell.source for cell in source.cells if is_solution(cell)}
    for course, release in ((stock, "m2.ipynb"), (ours, f"{language}/m2.ipynb")):
        given = {}
        for name, answers in students().items():
            given[name] = nbformat.read(course / "release" / "m2" / release, as_version=4)
            filled(given[name], solutions, answers, name)
        hand_in(course, {"m2": given}, {})
    submissions = {"m2": given}
    both = grade_in_stock(stock, submissions), grade_here(ours, submissions)
    shutil.rmtree(root)
    return both


def test_marks_are_equal(marks: tuple[Marks, Marks]) -> None:
    stock, ours = ({key: graded.marks for key, graded in one.items()} for one in marks)
    assert len(stock) == len(students())
    assert ours == stock


def test_every_answer_earns_what_it_should(marks: tuple[Marks, Marks]) -> None:
    _, ours = marks
    for student, answers in students().items():
        for answer in answers.values():
            earned = [
                score
                for name, (score, _) in ours["m2", student].marks.items()
                if name.startswith(answer.task + "-")
            ]
            assert tuple(earned) == answer.points, answer.name


def test_outputs_are_equal(marks: tuple[Marks, Marks]) -> None:
    stock, ours = ({key: graded.outputs for key, graded in one.items()} for one in marks)
    assert ours == stock


def test_every_answer_is_given_by_somebody() -> None:
    given = [answer for answers in students().values() for answer in answers.values()]
    assert sorted(given) == sorted([*WRONG, *RIGHT])
    cells = nbformat.read(SOURCE, as_version=4).cells
    assert sum(is_grade(cell) for cell in cells) >= 12

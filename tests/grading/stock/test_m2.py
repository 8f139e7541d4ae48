"""On this course's assignment, answers in both languages earn what they earn in stock nbgrader."""

from __future__ import annotations

import shutil
from typing import NamedTuple

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from klasteryste.assignment import OWN_SEED, practice_seed
from klasteryste.grading.reference import Reference, grade_id
from klasteryste.grading.release import generate, stubs
from klasteryste.translate import localise_file
from tests.assignments.answers import Answer, expected, submissions, written_in
from tests.assignments.answers import answers as listed
from tests.attacks.validate import validated
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
    expected : dict of str to dict
        What each student's answers earn, by test.
    """

    stock: Marks
    ours: Marks
    validated: dict[str, set[str]]
    expected: dict[str, dict[str, float]]


def students() -> dict[str, tuple[Answer, ...]]:
    """Return the answers of each student who answered: at most one of the listed to each task."""
    return {"solved": (), **{f"answers{number}": chosen for number, chosen in enumerate(submissions("m2"))}}


def filled(released: NotebookNode, cells: dict[str, str]) -> None:
    """Write answers into a released notebook."""
    for cell in released.cells:
        cell.source = cells.get(grade_id(cell) or "", cell.source)


@pytest.fixture(scope="module", params=["en", "lt"])
def marks(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    references: dict[str, Reference],
) -> Twice:
    """Return what stock nbgrader gives and what the class run gives, in a language."""
    language = str(request.param)
    reference = references[language]
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
        config.write("c.ClearMarkScheme.enforce_metadata = False\n")
    assert nbgrader(stock, "generate_assignment", ["m2"]) == {"m2": True}
    solutions = {c.id: c.source for c in source.cells if c.cell_type == "code" and is_solution(c)}
    cells = {name: written_in(chosen, solutions, reference) for name, chosen in students().items()}
    due = {name: expected(chosen, reference) for name, chosen in students().items()}
    cells["untouched"] = {name: reference.cells[name].source for name in solutions}
    due["untouched"] = dict.fromkeys(due["solved"], 0.0)
    for course, release in ((stock, "m2.ipynb"), (ours, f"{language}/m2.ipynb")):
        given = {}
        for name, answered in cells.items():
            given[name] = nbformat.read(course / "release" / "m2" / release, as_version=4)
            filled(given[name], answered)
        beside = (course / "release" / "m2" / release).parent.iterdir()
        files = {path.name: path for path in beside if path.is_file() and path.suffix != ".ipynb"}
        hand_in(course, {"m2": given}, files)
    handed_in = {"m2": given}
    right = [name for name, points in due.items() if points == due["solved"]]
    paths = {name: ours / "submitted" / name / "m2" / "m2.ipynb" for name in right}
    with pytest.MonkeyPatch.context() as patch:
        # In both, students are on no roster; where the environment names the seed, nobody is told of it.
        patch.setenv(OWN_SEED, practice_seed().hex())
        in_stock = grade_in_stock(stock, handed_in)
    twice = Twice(in_stock, grade_here(ours, handed_in), dict(validated(paths)), due)
    shutil.rmtree(root)
    return twice


def test_marks_are_equal(marks: Twice) -> None:
    stock, ours = ({key: graded.marks for key, graded in one.items()} for one in marks[:2])
    assert len(stock) == len(marks.expected)
    assert ours == stock


def test_every_answer_earns_what_it_should(marks: Twice) -> None:
    for student, due in marks.expected.items():
        earned = marks.ours["m2", student].marks
        assert {name: earned[name][0] for name in due} == due, student


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
    given = [(answer.task, answer.name) for answers in students().values() for answer in answers]
    assert sorted(given) == sorted((each.task, each.name) for kind in listed("m2").values() for each in kind)
    cells = nbformat.read(SOURCE, as_version=4).cells
    assert sum(is_grade(cell) for cell in cells) >= 12

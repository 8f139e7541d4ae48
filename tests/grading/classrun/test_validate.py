"""What *Validate* tells a student of m2 is what visible tests say when the work is graded, right or wrong."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbgrader.preprocessors import ClearHiddenTests
from nbgrader.utils import is_grade, is_solution

from klasteryste.grading.reference import Reference
from klasteryste.grading.release import generate
from tests.assignments.answers import written_in
from tests.attacks.validate import validated
from tests.grading.conftest import SOURCE, make_course
from tests.grading.stock.test_m2 import students

from .conftest import Classroom

pytestmark = pytest.mark.slow

POINTS = {
    cell.id: cell.metadata.nbgrader.points
    for cell in nbformat.read(SOURCE, as_version=4).cells
    if is_grade(cell) and not is_solution(cell)
}
CLASS = ["untouched", *students()]
LANGUAGE = {student: ("en", "lt")[number % 2] for number, student in enumerate(CLASS)}


def hand_in(room: Classroom, references: dict[str, Reference]) -> None:
    """Submit every answer, right and wrong, half of the class in each language."""
    room.submit("untouched", LANGUAGE["untouched"], {})
    for student, chosen in students().items():
        language = LANGUAGE[student]
        cells = written_in(chosen, room.solutions[language], references[language])
        room.submit(student, language, cells)


def lost(room: Classroom) -> dict[str, set[str]]:
    """Grade a class, and return the tests in which marks were lost, by student."""
    room.run("grade", "m2", "--jobs", "2")
    book = room.book()
    return {
        student: {name for name, points in POINTS.items() if book[student][name][0] < points}
        for student in CLASS
    }


@pytest.fixture(scope="module")
def told(
    generated: Path, references: dict[str, Reference], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, set[str]]]:
    """Return the tests that failed by Validate, by a class run, and by one without hidden tests."""
    room = Classroom(generated, tmp_path_factory.mktemp("whole"))
    hand_in(room, references)
    paths = {}
    for student in CLASS:
        folder = room.folder(student)
        check = room.course / "release" / "m2" / LANGUAGE[student] / "m2.check.json"
        (folder / check.name).write_bytes(check.read_bytes())
        paths[student] = folder / "m2.ipynb"
    course = make_course(tmp_path_factory.mktemp("bare source"))
    source = course / "source" / "m2" / "m2.ipynb"
    shown, _ = ClearHiddenTests().preprocess(nbformat.read(source, as_version=4), {})
    nbformat.write(shown, source)
    generate(course, "m2")
    bare = Classroom(course, tmp_path_factory.mktemp("bare"))
    hand_in(bare, references)
    return {"Validate": dict(validated(paths)), "whole": lost(room), "bare": lost(bare)}


@pytest.mark.parametrize("student", CLASS)
def test_validate_and_the_class_run_agree_on_what_visible_tests_say(
    told: dict[str, dict[str, set[str]]], student: str
) -> None:
    assert told["Validate"][student] == told["bare"][student]
    # Hidden tests can only take more.
    assert told["Validate"][student] <= told["whole"][student]


def test_wrong_answers_fail_by_visible_tests_and_by_hidden_ones(
    told: dict[str, dict[str, set[str]]],
) -> None:
    wrong = [
        student
        for student, chosen in students().items()
        if any(answer.points is not None for answer in chosen)
    ]
    assert len(wrong) >= 3 and all(told["whole"][student] for student in wrong)
    seen = {student: told["Validate"][student] for student in wrong}
    assert any(seen.values()) and any(seen[student] < told["whole"][student] for student in wrong)
    for student in students().keys() - set(wrong):
        assert told["Validate"][student] == told["whole"][student] == set()

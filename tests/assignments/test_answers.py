"""Every assignment's solution earns everything, its release nothing, and listed answers what they should."""

from __future__ import annotations

import hashlib

import pytest

from klasteryste.grading.reference import Reference
from klasteryste.translate import messages

from .answers import (
    ASSIGNMENTS,
    Answer,
    answers,
    expected,
    in_one_way,
    marks,
    of_task,
    own_work,
    solutions,
    source,
    submissions,
    tasks,
    written_in,
)
from .answers import tests as points_of_tests

every_assignment = pytest.mark.parametrize("assignment", ASSIGNMENTS)


@pytest.fixture(params=["en", "lt"])
def language(request, seeds):
    """Return a language; in each of them another student works."""
    seeds(*(hashlib.sha256(f"{request.param} {what}".encode()).hexdigest() for what in ("own", "hidden")))
    return request.param


@pytest.fixture
def reference(class_of_thirty, assignment, language) -> Reference:
    return class_of_thirty.references(assignment)[language]


@every_assignment
@pytest.mark.parametrize("way", [dict, "code", "values"], ids=["both", "code", "values"])
def test_the_solution_earns_everything(assignment, language, reference, way):
    solved = own_work(assignment, language)
    if way == "code":
        solved = in_one_way("answer", solved, reference)
    elif way == "values":
        solved = in_one_way("values", solved, reference)
    points, failures = marks(reference, solved)
    # A function that was left as it was may stop a locked cell that shows what it gives.
    assert {name: str(error) for name, error in failures.items() if name in points} == {}
    assert points == points_of_tests(reference)


@every_assignment
def test_the_release_earns_nothing(assignment, reference):
    points, failures = marks(reference, {})
    assert set(points.values()) == {0.0}
    told = {message.msgid for message in messages(source(assignment))}
    if reference.language == "en":
        for name in points.keys() & failures.keys():
            assert isinstance(failures[name], AssertionError | NotImplementedError | NameError), name
            assert str(failures[name]) in told or not isinstance(failures[name], AssertionError), name


@every_assignment
def test_listed_answers_earn_what_they_should(assignment, language, reference):
    """Each submission has one listed answer to each task, so that none spoils another's."""
    solved = solutions(assignment, language)
    told = {message.msgid for message in messages(source(assignment))}
    wrong = []
    for chosen in submissions(assignment):
        points, failures = marks(reference, written_in(chosen, solved, reference))
        due = expected(chosen, reference)
        for answer in chosen:
            earned, should = of_task(points, answer.task), of_task(due, answer.task)
            if earned != should:
                errors = [str(failures[name]) for name in failures if name.startswith(f"{answer.task}-")]
                wrong.append(f"{answer.task}, {answer.name}: {earned} and not {should} {errors}")
        # A test that fails says what to look at: its own message, not an error from inside it.
        for name in points.keys() & failures.keys():
            error = failures[name]
            said = isinstance(error, AssertionError) and (str(error) in told or language != "en")
            assert said or _is_the_students(error), (name, repr(error))
    assert not wrong, "\n".join(wrong)


def _is_the_students(error: BaseException) -> bool:
    """Tell whether an error was raised by a cell that the student wrote."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and not trace.tb_frame.f_code.co_name.startswith("check_")


def missed(answer: Answer, task_points: tuple[float, ...]) -> list[bool]:
    """Tell for each test of a task whether an answer loses points in it."""
    given = answer.points or task_points
    return [got < full for got, full in zip(given, task_points, strict=True)]


@every_assignment
def test_each_hidden_test_catches_a_wrong_answer_and_lets_two_right_ones_pass(class_of_thirty, assignment):
    reference = class_of_thirty.references(assignment)["en"]
    listed, points = answers(assignment), points_of_tests(reference)
    solved = solutions(assignment)
    for task in tasks(reference):
        full = of_task(points, task)
        cells = [name for name in points if name.rpartition("-")[0] == task]
        caught = [missed(answer, full) for answer in listed["wrong"] if answer.task == task]
        for place, name in enumerate(cells):
            if "### BEGIN HIDDEN TESTS" in reference.cells[name].source:
                assert any(each[place] for each in caught), f"{name} catches none of the wrong answers"
        assert all(any(each) for each in caught), f"{task}: a wrong answer that loses nothing"
        for cell in [name for name in solved if name.rpartition("-")[0] == task]:
            right, wrong = (
                sum(cell in answer.cells for answer in listed[kind]) for kind in ("right", "wrong")
            )
            # Where there are two ways, the solution is the second one without code.
            least = 1 if cell.endswith("-values") else 2
            assert right >= least, f"{cell} has {right} other right answers"
            assert wrong, f"{cell} has no wrong answers"


@every_assignment
def test_answers_have_names_of_their_own(assignment):
    given = [answer for kind in answers(assignment).values() for answer in kind]
    assert all(answer.cells for answer in given)
    names = [(answer.task, answer.name) for answer in given]
    assert len(set(names)) == len(names)

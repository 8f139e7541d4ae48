"""Handing out, taking in and giving back, by nbgrader's exchange."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader
from nbgrader.auth import Authenticator
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError, ExchangeFactory

from klasteryste.errors import CourseError
from klasteryste.grading.classrun.grade import Progress, submitting
from klasteryste.grading.classrun.pool import Pool
from klasteryste.grading.classrun.records import only_run, read_json, results_folder
from klasteryste.grading.feedback import quarantine_page
from klasteryste.grading.intake import read_submitted
from klasteryste.grading.reference import (
    language_of,
    notebook_names,
    read_references,
)
from klasteryste.grading.release import generate
from klasteryste.grading.remarks import IntakeError, Remark
from klasteryste.grading.saving import waiting
from klasteryste.language import current_language, speaking

_EXCHANGED = ("timestamp.txt", "submission_secret.txt")
"""What nbgrader finds a student's feedback by."""


def _exchange(app: NbGrader, step: str, assignment: str, **options: object) -> None:
    """Run a step of nbgrader's exchange."""
    app.coursedir.assignment_id = assignment
    make = getattr(ExchangeFactory(parent=app), step)
    exchange = make(coursedir=app.coursedir, authenticator=Authenticator(parent=app), parent=app)
    for name, value in options.items():
        setattr(exchange, name, value)
    try:
        exchange.start()
    except ExchangeError as error:
        raise CourseError(f"nbgrader's exchange, in {exchange.root}: {error}") from None


def release(app: NbGrader, assignment: str) -> Path:
    """Make an assignment's release in every language and let students fetch it; return where it is.

    Raises
    ------
    CourseError
        If the source or a translation is not right, or a test cannot be judged from outside.
    """
    coursedir: CourseDirectory = app.coursedir
    generate(Path(coursedir.root), assignment)
    _exchange(app, "ReleaseAssignment", assignment, force=True)
    return Path(coursedir.format_path(coursedir.release_directory, ".", assignment))


def collect(app: NbGrader, assignment: str) -> tuple[int, int]:
    """Take in what was submitted, the last of each student.

    Returns
    -------
    tuple of int
        How many students' work is there, and how many of these came or were renewed now.
    """
    coursedir: CourseDirectory = app.coursedir
    with only_run(coursedir):
        before = _times(coursedir, assignment)
        _exchange(app, "Collect", assignment, update=True)
        after = _times(coursedir, assignment)
    return len(after), sum(before.get(student) != time for student, time in after.items())


def _times(coursedir: CourseDirectory, assignment: str) -> dict[str, str]:
    times = {}
    for student in submitting(coursedir, assignment):
        folder = Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))
        stamp = folder / "timestamp.txt"
        times[student] = stamp.read_text(errors="replace") if stamp.is_file() else ""
    return times


@dataclass(frozen=True)
class Returned:
    """What came of writing feedback.

    Parameters
    ----------
    pages : int
        Students for whom there is a page.
    refusals : int
        How many of these pages say why the work is not graded.
    released : int
        How many students can fetch theirs; work that did not come by the exchange has no way back by it.
    waiting : int
        How many students' answers still wait for a person.
    problems : dict of str to str
        By student, why there is none.
    """

    pages: int
    refusals: int
    released: int
    waiting: int
    problems: dict[str, str]


def give_feedback(
    app: NbGrader, assignment: str, jobs: int | None = None, progress: Progress = lambda *_: None
) -> Returned:
    """Write each student's feedback and let the student fetch it.

    Parameters
    ----------
    app : NbGrader
        The course.
    assignment : str
        Name of the assignment.
    jobs : int, optional
        How many pages at once; as many as there are processors if not given.
    progress : callable
        Told of each page that is done.
    """
    coursedir: CourseDirectory = app.coursedir
    notebook_names(coursedir, assignment)
    found = {name: _state(coursedir, assignment, name) for name in submitting(coursedir, assignment)}
    states = {student: state for student, state in found.items() if state}
    problems = {}
    with only_run(coursedir) as lock, Pool(jobs or os.cpu_count() or 1, lambda: _Pages(app), (lock,)) as pool:
        for done, ended in enumerate(pool.run((assignment, student) for student in states), 1):
            if ended.problem:
                problems[ended.task[1]] = ended.problem
            progress(assignment, done, len(states))
    released = 0
    for student in states:
        folder = Path(coursedir.format_path(coursedir.feedback_directory, student, assignment))
        # What did not come by the exchange cannot be given back by it.
        if all((folder / name).is_file() for name in _EXCHANGED):
            coursedir.student_id = student
            _exchange(app, "ReleaseFeedback", assignment)
            released += 1
    refusals = list(states.values()).count("refused")
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        by_hand = waiting(gradebook, assignment).keys() & {
            student for student, state in states.items() if state == "graded"
        }
    return Returned(len(states) - len(problems), refusals, released, len(by_hand), problems)


def _state(coursedir: CourseDirectory, assignment: str, student: str) -> str:
    """Return whether a submission was graded, refused or neither."""
    autograded = coursedir.format_path(coursedir.autograded_directory, student, assignment)
    if Path(autograded).is_dir():
        return "graded"
    record = read_json(results_folder(coursedir, assignment, student) / "entered.json")
    return "refused" if record is not None and record["status"] != "graded" else ""


class _Pages:
    """Writes pages of feedback in a worker."""

    def __init__(self, app: NbGrader) -> None:
        self._app = app

    def run(self, *task: str) -> None:
        """Write the pages of one submission."""
        assignment, student = task
        coursedir: CourseDirectory = self._app.coursedir
        if _state(coursedir, assignment, student) == "refused":
            _refuse(coursedir, assignment, student)
            return
        coursedir.assignment_id, coursedir.student_id = assignment, student
        converter = GenerateFeedback(coursedir=coursedir, parent=self._app)
        converter.force = True
        converter.start()

    def close(self) -> None:
        """Nothing is kept."""


def _refuse(coursedir: CourseDirectory, assignment: str, student: str) -> None:
    """Write the page that says why a submission is not graded."""
    record = read_json(results_folder(coursedir, assignment, student) / "entered.json")
    assert record is not None
    submitted = Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))
    folder = Path(coursedir.format_path(coursedir.feedback_directory, student, assignment))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name in notebook_names(coursedir, assignment):
        language = _language(coursedir, assignment, submitted, name) or current_language()
        with speaking(language):
            reason = Remark(record["reason"]["code"], record["reason"]["values"]).text()
            page = quarantine_page(name, student, reason, language)
        (folder / f"{name}.html").write_text(page, encoding="utf-8")
    for told in _EXCHANGED:
        if (submitted / told).is_file() and not (submitted / told).is_symlink():
            shutil.copy(submitted / told, folder)


def _language(coursedir: CourseDirectory, assignment: str, submitted: Path, name: str) -> str | None:
    """Return the language of a refused submission, None if it cannot be told."""
    try:
        notebook, _ = read_submitted(submitted / f"{name}.ipynb", f"{name}.ipynb")
        return language_of(notebook, read_references(coursedir, assignment, name))
    except (IntakeError, CourseError, OSError):
        return None

"""Where a class stands."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader
from nbgrader.coursedir import CourseDirectory

from klasteryste.grading.classrun.fingerprint import of_assignment, of_submission
from klasteryste.grading.classrun.grade import assignments, submitting
from klasteryste.grading.classrun.records import read_json, results_folder
from klasteryste.grading.saving import waiting


@dataclass(frozen=True)
class Standing:
    """Where a class stands with one assignment: numbers of students.

    Parameters
    ----------
    assignment : str
        Its name.
    submitted : int
        Whose work was collected.
    graded, quarantined, ungraded : int
        Of these, whose work as it is now is graded, cannot be, or is still to be graded.
    by_hand : int
        Whose answers wait for a person.
    feedback : int
        Who has a page of feedback.
    """

    assignment: str
    submitted: int
    graded: int
    quarantined: int
    ungraded: int
    by_hand: int
    feedback: int


def standings(app: NbGrader) -> list[Standing]:
    """Return where the class stands, for each assignment that was generated."""
    coursedir: CourseDirectory = app.coursedir
    with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
        return [_standing(coursedir, gradebook, assignment) for assignment in assignments(coursedir)]


def _standing(coursedir: CourseDirectory, gradebook: Gradebook, assignment: str) -> Standing:
    students = submitting(coursedir, assignment)
    by = {unsafe: of_assignment(coursedir, assignment, unsafe) for unsafe in (False, True)}
    graded, quarantined, feedback = [], 0, 0
    for student in students:
        record = read_json(results_folder(coursedir, assignment, student) / "entered.json")
        now = {of_submission(coursedir, assignment, student, each) for each in by.values()}
        if record is not None and record["fingerprint"] in now:
            if record["status"] == "graded":
                graded.append(student)
            else:
                quarantined += 1
        folder = Path(coursedir.format_path(coursedir.feedback_directory, student, assignment))
        feedback += any(folder.glob("*.html"))
    return Standing(
        assignment,
        len(students),
        len(graded),
        quarantined,
        len(students) - len(graded) - quarantined,
        len(waiting(gradebook, assignment).keys() & set(graded)),
        feedback,
    )

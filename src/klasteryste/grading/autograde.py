"""nbgrader's autograding with our intake and steps: for its command, formgrader's button, the class run."""

from __future__ import annotations

import time
import warnings
from pathlib import Path
from typing import Any

import nbformat
from nbconvert.exporters import NotebookExporter
from nbformat import NotebookNode
from nbgrader.api import Gradebook, MissingEntry
from nbgrader.apps import api, autogradeapp
from nbgrader.converters import Autograde as NbgraderAutograde
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import SaveAutoGrades
from sqlalchemy.exc import SAWarning

from klasteryste.errors import CourseError
from klasteryste.grading.classrun.records import forget
from klasteryste.grading.intake import LIMITS, Submission, read_submitted, submitted_at, taken_in
from klasteryste.grading.own import mark_own
from klasteryste.grading.reference import notebook_names
from klasteryste.grading.remarks import IntakeError, Remark
from klasteryste.grading.saving import withdraw


class Steps:
    """The steps of autograding that a course configures, made once and used for one notebook after the other.

    Parameters
    ----------
    converter : Autograde
        nbgrader's converter, which holds the course and its configuration.
    """

    def __init__(self, converter: NbgraderAutograde) -> None:
        self._converter = converter
        exporter = NotebookExporter(parent=converter, config=converter.config)
        exporter._preprocessors = []
        for step in (*converter.sanitize_preprocessors, *converter.autograde_preprocessors):
            exporter.register_preprocessor(step)
        steps = exporter._preprocessors
        saving = next((at for at, step in enumerate(steps) if isinstance(step, SaveAutoGrades)), len(steps))
        self._executing, self._saving = steps[:saving], steps[saving:]
        # A step knows the course by its parents, and a parent is held by its child alone.
        self._exporter = exporter

    def execute(self, submission: Submission, name: str) -> tuple[NotebookNode, list[Remark], float]:
        """Restore and judge one notebook; the gradebook is not touched.

        Parameters
        ----------
        submission : Submission
            Taken in.
        name : str
            Which of its notebooks.

        Returns
        -------
        notebook : NotebookNode
            With the outputs that tell its marks.
        remarks : list of Remark
            What was repaired.
        seconds : float
            How long it took.

        Raises
        ------
        IntakeError
            If it cannot be graded.
        """
        begun = time.monotonic()
        path = submission.notebooks[name]
        assert path is not None
        notebook, remarks = read_submitted(path, path.name)
        resources = self._resources(submission.assignment, submission.student, name)
        resources["metadata"] = {"name": name, "path": str(submission.folder)}
        resources["klasteryste"] = {"folder": str(submission.folder), "remarks": remarks}
        for step in self._executing:
            notebook, resources = step(notebook, resources)
        mark_own(notebook)
        nbformat.validate(notebook)
        return notebook, remarks, time.monotonic() - begun

    def save(
        self, gradebook: Gradebook, assignment: str, student: str, name: str, notebook: NotebookNode
    ) -> None:
        """Enter a judged notebook's marks into the gradebook, where the submission has rows already."""
        resources = self._resources(assignment, student, name)
        resources["klasteryste"] = {"gradebook": gradebook}
        for step in self._saving:
            notebook, resources = step(notebook, resources)

    def close(self) -> None:
        """End the processes that steps keep warm."""
        for step in self._executing:
            if hasattr(step, "close"):
                step.close()

    def _resources(self, assignment: str, student: str, name: str) -> dict[str, Any]:
        told = {"student": student, "assignment": assignment, "notebook": name}
        return {"nbgrader": told | {"db_url": self._converter.coursedir.db_url}}


def enrol(gradebook: Gradebook, coursedir: CourseDirectory, assignment: str, student: str) -> None:
    """Make sure that a submission has its rows in the gradebook, with its time.

    Raises
    ------
    CourseError
        If the gradebook does not know the assignment.
    """
    try:
        gradebook.find_assignment(assignment)
    except MissingEntry:
        raise CourseError(
            f"assignment {assignment!r} is not in the gradebook: run `klasteryste class release {assignment}`"
        ) from None
    gradebook.update_or_create_student(student)
    folder = Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))
    try:
        told = submitted_at(folder)
    except IntakeError:  # such a submission is quarantined
        told = None
    time = {"timestamp": told} if told else {}
    with warnings.catch_warnings():
        # nbgrader builds its rows before it adds them, which SQLAlchemy remarks on.
        warnings.filterwarnings("ignore", "Object of type", SAWarning)
        gradebook.update_or_create_submission(assignment, student, **time)


class Autograde(NbgraderAutograde):  # type: ignore[misc]
    """nbgrader's converter with our intake first; `install` puts it in the place of nbgrader's own."""

    def start(self) -> None:
        """Autograde what is asked for.

        Raises
        ------
        NbGraderException
            If something could not be graded, or if nothing is to be executed: marks would come of nothing.
        """
        if self.config.Execute.get("enabled") is False:
            message = "Marks come from executed tests only: leave --no-execute out"
            self.log.error(message)
            raise NbGraderException(message)
        self._steps = Steps(self)
        try:
            super().start()
        finally:
            self._steps.close()

    def init_assignment(self, assignment_id: str, student_id: str) -> None:
        """Withdraw the old marks, judge the submission as a whole, and prepare its folders.

        Raises
        ------
        IntakeError
            If the submission cannot be graded.
        """
        names = notebook_names(self.coursedir, assignment_id)
        forget(self.coursedir, assignment_id, student_id)
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            enrol(gradebook, self.coursedir, assignment_id, student_id)
            withdraw(gradebook, gradebook.find_submission(assignment_id, student_id))
        with taken_in(self.coursedir, assignment_id, student_id, names):
            super().init_assignment(assignment_id, student_id)

    def convert_single_notebook(self, notebook_filename: str) -> None:
        """Execute and save one notebook.

        Raises
        ------
        IntakeError
            If the notebook cannot be graded.
        """
        resources = self.init_single_notebook_resources(notebook_filename)
        assignment, student, name = (
            resources["nbgrader"][key] for key in ("assignment", "student", "notebook")
        )
        keep = self.exclude_overwriting.get(assignment, [])
        with taken_in(self.coursedir, assignment, student, [name], LIMITS, keep) as submission:
            notebook, _, _ = self._steps.execute(submission, name)
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            self._steps.save(gradebook, assignment, student, name, notebook)
        resources["output_extension"] = ".ipynb"
        self.write_single_notebook(nbformat.writes(notebook), resources)


def install() -> None:
    """Let nbgrader's command and formgrader's button autograde by `Autograde`.

    nbgrader names the class of its converter in these two modules and lets no configuration choose it. A
    course's ``nbgrader_config.py`` calls this, which every way into nbgrader reads.
    """
    autogradeapp.Autograde = Autograde
    api.Autograde = Autograde

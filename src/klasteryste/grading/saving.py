"""Saving what was graded into nbgrader's gradebook: nbgrader's own steps, over one reading of a submission.

nbgrader opens the gradebook nine times a notebook, and searches and commits once a cell. Here a submission's
rows are read at once, nbgrader's steps fill them in, and they are committed together.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from nbformat import NotebookNode
from nbgrader.api import (
    BaseCell,
    Comment,
    Grade,
    Gradebook,
    MissingEntry,
    Notebook,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.preprocessors import AssignLatePenalties, SaveAutoGrades
from sqlalchemy import func


class Sheet:
    """The rows of one submitted notebook, which answers as a gradebook does to nbgrader's steps.

    Parameters
    ----------
    gradebook : Gradebook
        Open.
    notebook : SubmittedNotebook
        Whose rows are read.
    """

    def __init__(self, gradebook: Gradebook, notebook: SubmittedNotebook) -> None:
        def rows(kind: Any) -> dict[str, Any]:
            query = gradebook.db.query(kind, BaseCell.name).join(BaseCell, BaseCell.id == kind.cell_id)
            return {name: row for row, name in query.filter(kind.notebook_id == notebook.id)}

        self.grades: dict[str, Grade] = rows(Grade)
        self.comments: dict[str, Comment] = rows(Comment)
        # nbgrader commits after each cell; here the whole sheet is committed once it is full.
        self.db = self

    def find_grade(self, name: str, *place: str) -> Grade:
        """Return the row of a marked cell."""
        return self._found(self.grades, name)

    def find_comment(self, name: str, *place: str) -> Comment:
        """Return the row of an answer's comment."""
        return self._found(self.comments, name)

    def commit(self) -> None:
        """Do nothing yet."""

    @staticmethod
    def _found(rows: dict[str, Any], name: str) -> Any:
        if name not in rows:
            raise MissingEntry(f"cell {name!r} is not in the gradebook: release the assignment again")
        return rows[name]


@contextmanager
def opened(resources: dict[str, Any]) -> Iterator[Gradebook]:
    """Give the gradebook that is open already, in a class run, or else open it."""
    gradebook = resources.get("klasteryste", {}).get("gradebook")
    if gradebook is not None:
        yield gradebook
    else:
        with Gradebook(resources["nbgrader"]["db_url"]) as gradebook:
            yield gradebook


class SaveGrades(SaveAutoGrades):  # type: ignore[misc]
    """nbgrader's ``SaveAutoGrades``, all of a notebook's marks in one transaction."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Save the marks and the automatic comments of one notebook."""
        told = resources["nbgrader"]
        self.notebook_id, self.assignment_id, self.student_id = (
            told["notebook"],
            told["assignment"],
            told["student"],
        )
        with opened(resources) as gradebook:
            notebook = gradebook.find_submission_notebook(
                self.notebook_id, self.assignment_id, self.student_id
            )
            self.gradebook = Sheet(gradebook, notebook)
            # Past SaveAutoGrades' own, which opens the gradebook.
            nb, resources = super(SaveAutoGrades, self).preprocess(nb, resources)
            gradebook.db.commit()
        return nb, resources


class LatePenalties(AssignLatePenalties):  # type: ignore[misc]
    """nbgrader's ``AssignLatePenalties``, which opens the gradebook of its own for late submissions only."""

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Assign the penalty of one notebook."""
        told = resources["nbgrader"]
        with opened(resources) as gradebook:
            late = gradebook.find_submission(told["assignment"], told["student"]).total_seconds_late > 0
            if not late:
                notebook = gradebook.find_submission_notebook(
                    told["notebook"], told["assignment"], told["student"]
                )
                notebook.late_submission_penalty = None
            gradebook.db.commit()
            if late:
                nb, resources = super().preprocess(nb, resources)
                gradebook.db.expire_all()
        return nb, resources


def withdraw(gradebook: Gradebook, submission: SubmittedAssignment) -> None:
    """Take the automatic marks of a submission back, so that none stands that its work did not earn.

    What a person gave stays, and everything asks to be looked at.
    """
    for notebook in submission.notebooks:
        for grade in notebook.grades:
            grade.auto_score = None
            grade.needs_manual_grade = True
        notebook.late_submission_penalty = None
    gradebook.db.commit()


def count_as_empty(gradebook: Gradebook, notebook: SubmittedNotebook) -> None:
    """Give a notebook that was not submitted no points, as nbgrader does."""
    for grade in notebook.grades:
        grade.auto_score = 0.0
        grade.needs_manual_grade = False
    gradebook.db.commit()


def marks(gradebook: Gradebook, assignment: str) -> dict[str, dict[str, float | None]]:
    """Return the automatic marks of an assignment by student, and by notebook and cell.

    Parameters
    ----------
    gradebook : Gradebook
        Open.
    assignment : str
        Name of the assignment.

    Returns
    -------
    dict of str to dict
        For ``"ona"`` such as ``{"m2/m2-task-1-test": 1.0}``, None where no mark was given.
    """
    found: dict[str, dict[str, float | None]] = {}
    query = (
        gradebook.db.query(SubmittedAssignment.student_id, Notebook.name, BaseCell.name, Grade.auto_score)
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .join(BaseCell, BaseCell.id == Grade.cell_id)
        .filter(SubmittedAssignment.assignment_id == gradebook.find_assignment(assignment).id)
    )
    for student, notebook, cell, score in query:
        found.setdefault(student, {})[f"{notebook}/{cell}"] = score
    return found


def waiting(gradebook: Gradebook, assignment: str) -> dict[str, int]:
    """Count the answers to an assignment that wait for a person, by student; who has none is left out."""
    rows = (
        gradebook.db.query(SubmittedAssignment.student_id, func.count(Grade.id))
        .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
        .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
        .filter(SubmittedAssignment.assignment_id == gradebook.find_assignment(assignment).id)
        .filter(Grade.needs_manual_grade)
        .group_by(SubmittedAssignment.student_id)
    )
    return dict(rows.all())

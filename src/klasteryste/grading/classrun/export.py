"""Marks as tables that a spreadsheet opens: by task and in total, with the mark out of ten."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from nbgrader.api import Assignment as Row
from nbgrader.api import (
    BaseCell,
    Grade,
    Gradebook,
    Notebook,
    Student,
    SubmittedAssignment,
    SubmittedNotebook,
)
from nbgrader.apps import NbGrader
from nbgrader.plugins import ExportPlugin
from traitlets import Dict, TraitError, Unicode, validate

from klasteryste.errors import CourseError
from klasteryste.grading.classrun.records import read_json, results_folder
from klasteryste.grading.reference import notebook_names, read_notebook, reference_path
from klasteryste.grading.tasks import tasks
from klasteryste.language import SOURCE_LANGUAGE, _, number, speaking

CUT_OFFS = {2: 20.0, 3: 30.0, 4: 40.0, 5: 50.0, 6: 60.0, 7: 70.0, 8: 80.0, 9: 90.0, 10: 95.0}
PASS = 5

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def neutral(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula.

    Source: OWASP, CSV Injection.

    >>> neutral("=1+1"), neutral("Ona")
    ("'=1+1", 'Ona')
    """
    return f"'{text}" if text.lstrip(" \n").startswith(_FORMULA) or text.startswith(_FORMULA) else text


def ten_point(percent: float, cut_offs: Mapping[int, float]) -> int:
    """Return the mark out of ten: the highest whose cut-off is reached, 1 if none is.

    Parameters
    ----------
    percent : float
        Points as a percentage of all that can be had.
    cut_offs : mapping of int to float
        From which percentage each mark is given.
    """
    # A hair below a cut-off by binary fractions alone is on it.
    return max((mark for mark, least in cut_offs.items() if percent >= least - 1e-9), default=1)


class Marks(ExportPlugin):  # type: ignore[misc]
    """Writes a table for each assignment, by task, and one for the course, into the folder ``to``.

    It is one of nbgrader's exporters: ``nbgrader export`` runs it as ``klasteryste class export`` does.
    """

    cut_offs = Dict(
        CUT_OFFS,
        help="From which percentage of the points each mark from 2 to 10 is given; 5 passes.",
    ).tag(config=True)

    language = Unicode(SOURCE_LANGUAGE, help="The language of the headings.").tag(config=True)

    @validate("cut_offs")
    def _rising(self, proposal: Mapping[str, Mapping[int, float]]) -> Mapping[int, float]:
        value = proposal["value"]
        if list(value) != list(range(2, 11)) or sorted(set(value.values())) != list(value.values()):
            raise TraitError("cut_offs names a percentage for each mark from 2 to 10, each above the last")
        return value

    def export(self, gradebook: Gradebook) -> list[Path]:
        """Write the tables; return where they are."""
        with speaking(self.language):
            return self._export(gradebook, Path(self.to or "marks"))

    def _export(self, gradebook: Gradebook, folder: Path) -> list[Path]:
        chosen = [name for name in _assignments(gradebook) if name in self.assignment or not self.assignment]
        if missing := set(self.assignment) - set(chosen):
            raise CourseError(f"the gradebook has no assignment {', '.join(sorted(missing))}")
        students = [
            student for student in gradebook.students if student.id in self.student or not self.student
        ]
        folder.mkdir(parents=True, exist_ok=True)
        written = []
        totals: dict[str, list[_Total]] = {student.id: [] for student in students}
        for assignment in chosen:
            sheet = _Sheet(self.parent.coursedir, gradebook, assignment, self.language)
            rows = []
            for student in students:
                total = sheet.total(student.id)
                totals[student.id].append(total)
                points = sheet.by_task(student.id)
                rows.append([*_who(student), *points, *self._summary(total), total.state])
            heads = [*_headings(), *sheet.titles, *_summary_headings(), _("State")]
            written.append(_write(folder / f"{assignment}.csv", heads, rows))
        rows = []
        for student in students:
            each = totals[student.id]
            waits = any(total.points is None for total in each)
            whole = _Total(
                None if waits else sum(total.points or 0.0 for total in each),
                sum(total.possible for total in each),
                _("not complete") if waits else _("complete"),
            )
            shown = ["" if total.points is None else _plain(total.points) for total in each]
            rows.append([*_who(student), *shown, *self._summary(whole), whole.state])
        heads = [*_headings(), *chosen, *_summary_headings(), _("State")]
        written.append(_write(folder / "course.csv", heads, rows))
        return written

    def _summary(self, total: _Total) -> list[str]:
        """Return points, all points, percentage, mark out of ten and whether it passes."""
        possible = _plain(total.possible)
        if total.points is None or not total.possible:
            return ["", possible, "", "", ""]
        percent = 100 * total.points / total.possible
        mark = ten_point(percent, self.cut_offs)
        return [
            _plain(total.points),
            possible,
            _plain(percent),
            str(mark),
            _("yes") if mark >= PASS else _("no"),
        ]


class _Total:
    """Points of one student, None while something waits for a person."""

    def __init__(self, points: float | None, possible: float, state: str) -> None:
        self.points = points
        self.possible = possible
        self.state = state


class _Sheet:
    """The marks of one assignment."""

    def __init__(self, coursedir: object, gradebook: Gradebook, assignment: str, language: str) -> None:
        self._coursedir = coursedir
        self._assignment = assignment
        row = gradebook.find_assignment(assignment)
        self._possible = float(row.max_score)
        self._groups: list[tuple[str, ...]] = []
        self.titles: list[str] = []
        for name in notebook_names(coursedir, assignment):
            notebook = read_notebook(reference_path(coursedir, language, assignment, name))
            for task in tasks(notebook.cells):
                self.titles.append(task.title)
                self._groups.append(tuple(f"{name}/{cell}" for cell in task.cells))
        self._scores: dict[str, dict[str, float]] = {}
        self._waiting: set[str] = set()
        self._penalties: dict[str, float] = {}
        self._read(gradebook, row)

    def _read(self, gradebook: Gradebook, row: Row) -> None:
        query = (
            gradebook.db.query(
                SubmittedAssignment.student_id,
                Notebook.name,
                BaseCell.name,
                Grade.score,
                Grade.needs_manual_grade,
            )
            .join(SubmittedNotebook, SubmittedNotebook.assignment_id == SubmittedAssignment.id)
            .join(Notebook, Notebook.id == SubmittedNotebook.notebook_id)
            .join(Grade, Grade.notebook_id == SubmittedNotebook.id)
            .join(BaseCell, BaseCell.id == Grade.cell_id)
            .filter(SubmittedAssignment.assignment_id == row.id)
        )
        for student, notebook, cell, score, waits in query:
            self._scores.setdefault(student, {})[f"{notebook}/{cell}"] = score or 0.0
            if waits:
                self._waiting.add(student)
        for submission in row.submissions:
            self._penalties[submission.student_id] = submission.late_submission_penalty or 0.0

    def by_task(self, student: str) -> list[str]:
        """Return a student's points for each task, empty if nothing was submitted."""
        scores = self._scores.get(student)
        if scores is None:
            return [""] * len(self._groups)
        return [_plain(sum(scores.get(cell, 0.0) for cell in group)) for group in self._groups]

    def total(self, student: str) -> _Total:
        """Return a student's points in total, after penalties."""
        scores = self._scores.get(student)
        if scores is None:
            return _Total(0.0, self._possible, _("not submitted"))
        record = read_json(results_folder(self._coursedir, self._assignment, student) / "entered.json")
        if record is not None and record["status"] != "graded":
            return _Total(None, self._possible, _("quarantined"))
        if student in self._waiting:
            return _Total(None, self._possible, _("waits for hand grading"))
        points = max(0.0, sum(scores.values()) - self._penalties.get(student, 0.0))
        if record is not None and not record.get("isolated"):
            return _Total(points, self._possible, _("graded without a jail"))
        return _Total(points, self._possible, _("complete"))


def _assignments(gradebook: Gradebook) -> list[str]:
    return sorted(assignment.name for assignment in gradebook.assignments)


def _headings() -> list[str]:
    return [_("Student"), _("Last name"), _("First name"), _("E-mail")]


def _summary_headings() -> list[str]:
    return [_("Points"), _("Of"), _("Per cent"), _("Mark out of ten"), _("Passed")]


def _who(student: Student) -> list[str]:
    return [student.id, student.last_name or "", student.first_name or "", student.email or ""]


def _plain(value: float) -> str:
    """Return a number as spreadsheets of the language read it."""
    return number(round(value, 4))


def _write(path: Path, heads: list[str], rows: list[list[str]]) -> Path:
    # Where the decimal mark is a comma, spreadsheets expect semicolons between the columns.
    delimiter = ";" if "," in number(0.5) else ","
    # The mark of order tells spreadsheets that the letters are UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        for row in (heads, *rows):
            writer.writerow([neutral(value) for value in row])
    return path


def export(app: NbGrader, folder: Path, assignments: list[str], students: list[str]) -> list[Path]:
    """Write the tables of marks.

    Parameters
    ----------
    app : NbGrader
        The course.
    folder : Path
        Made if need be.
    assignments, students : list of str
        Only these; all if empty.

    Returns
    -------
    list of Path
        A table for each assignment, and ``course.csv``.

    Raises
    ------
    CourseError
        If the gradebook lacks one of the assignments, or the cut-offs do not rise.
    """
    try:
        exporter = Marks(parent=app)
    except TraitError as error:
        raise CourseError(f"c.Marks: {error}") from None
    exporter.to, exporter.assignment, exporter.student = str(folder), assignments, students
    with Gradebook(app.coursedir.db_url, app.coursedir.course_id) as gradebook:
        return exporter.export(gradebook)

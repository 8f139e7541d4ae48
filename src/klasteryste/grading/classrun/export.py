"""Marks as tables that a spreadsheet opens: by task and in total, with the mark out of ten."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

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
from nbgrader.utils import is_grade, is_task
from traitlets import Dict, TraitError, Unicode, validate

from klasteryste.errors import CourseError
from klasteryste.grading.classrun.records import read_json, results_folder
from klasteryste.grading.classrun.weights import PARTS, part_of, title, weighted
from klasteryste.grading.reference import grade_id, notebook_names, read_notebook, reference_path
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

    weights = Dict(
        help="What each part counts towards the percentage of the course: the tests (automatic) and the "
        "written answers (written) of all assignments but the plan's, and the whole of that one (plan). "
        "If empty, every point counts the same.",
    ).tag(config=True)

    plan = Unicode("", help="The assignment that is the plan.").tag(config=True)

    language = Unicode(SOURCE_LANGUAGE, help="The language of the headings.").tag(config=True)

    @validate("cut_offs")
    def _rising(self, proposal: Mapping[str, Mapping[int, float]]) -> Mapping[int, float]:
        value = proposal["value"]
        if list(value) != list(range(2, 11)) or sorted(set(value.values())) != list(value.values()):
            raise TraitError("cut_offs names a percentage for each mark from 2 to 10, each above the last")
        return value

    @validate("weights")
    def _of_known_parts(self, proposal: Mapping[str, Mapping[str, float]]) -> Mapping[str, float]:
        value = proposal["value"]
        numbers = all(isinstance(weight, int | float) and weight > 0 for weight in value.values())
        if not (set(value) <= set(PARTS) and numbers):
            raise TraitError(f"weights gives some of {', '.join(PARTS)} a number above zero")
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
        sheets = [
            _Sheet(self.parent.coursedir, gradebook, assignment, self.language, self.plan)
            for assignment in chosen
        ]
        for assignment, sheet in zip(chosen, sheets, strict=True):
            rows = []
            for student in students:
                total = sheet.total(student.id)
                points = sheet.by_task(student.id)
                rows.append(
                    [*_who(student), *points, *_points(total), *self._mark(total.percent), total.state]
                )
            heads = [*_headings(), *sheet.titles, *_points_headings(), *_mark_headings(), _("State")]
            written.append(_write(folder / f"{assignment}.csv", heads, rows))
        written.append(self._course(folder / "course.csv", students, chosen, sheets))
        return written

    def _course(
        self, path: Path, students: list[Student], assignments: list[str], sheets: list[_Sheet]
    ) -> Path:
        """Write the table of the course: by assignment and by part, and the mark."""
        rows = []
        for student in students:
            each = [sheet.total(student.id) for sheet in sheets]
            whole = _sum(each)
            shown = [_shown(total.points) for total in each]
            if self.weights:
                by_sheet = [sheet.parts(student.id) for sheet in sheets]
                parts = {part: _sum([each[part] for each in by_sheet]) for part in self.weights}
                shown += [_shown(total.percent) for total in parts.values()]
                there = {part: total.percent for part, total in parts.items() if total.possible}
                known = {part: percent for part, percent in there.items() if percent is not None}
                percent = weighted(known, self.weights) if known and known == there else None
            else:
                shown += _points(whole)
                percent = whole.percent
            rows.append([*_who(student), *shown, *self._mark(percent), whole.state])
        possible = {part: sum(sheet.possible[part] for sheet in sheets) for part in self.weights}
        parts_heads = [self._part_heading(part, possible[part]) for part in self.weights]
        heads = [*_headings(), *assignments, *(parts_heads or _points_headings()), *_mark_headings()]
        return _write(path, [*heads, _("State")], rows)

    def _part_heading(self, part: str, possible: float) -> str:
        """Return what stands above a part's percentages."""
        told = _("{part}, {weight} %") if possible else _("{part}, {weight} %: nothing yet, left out")
        return told.format(part=title(part), weight=number(self.weights[part]))

    def _mark(self, percent: float | None) -> list[str]:
        """Return a percentage, the mark out of ten and whether it passes."""
        if percent is None:
            return ["", "", ""]
        mark = ten_point(percent, self.cut_offs)
        return [_plain(percent), str(mark), _("yes") if mark >= PASS else _("no")]


class _Total:
    """Points of one student, None while something waits for a person."""

    def __init__(self, points: float | None, possible: float, state: str) -> None:
        self.points = points
        self.possible = possible
        self.state = state

    @property
    def percent(self) -> float | None:
        """The points as a percentage of all, None if they are not known or there are none to be had."""
        return None if self.points is None or not self.possible else 100 * self.points / self.possible


def _sum(totals: list[_Total]) -> _Total:
    """Return several totals as one."""
    waits = any(total.points is None for total in totals)
    return _Total(
        None if waits else sum(total.points or 0.0 for total in totals),
        sum(total.possible for total in totals),
        _("not complete") if waits else _("complete"),
    )


class _Sheet:
    """The marks of one assignment."""

    def __init__(
        self, coursedir: object, gradebook: Gradebook, assignment: str, language: str, plan: str
    ) -> None:
        self._coursedir = coursedir
        self._assignment = assignment
        row = gradebook.find_assignment(assignment)
        self._possible = float(row.max_score)
        self._groups: list[tuple[str, ...]] = []
        self._parts: dict[str, str] = {}
        self.possible = dict.fromkeys(PARTS, 0.0)
        self.titles: list[str] = []
        for name in notebook_names(coursedir, assignment):
            notebook = read_notebook(reference_path(coursedir, language, assignment, name))
            for task in tasks(notebook.cells):
                self.titles.append(task.title)
                self._groups.append(tuple(f"{name}/{cell}" for cell in task.cells))
            for cell in notebook.cells:
                if is_grade(cell) or is_task(cell):
                    part = self._parts[f"{name}/{grade_id(cell)}"] = part_of(cell, assignment, plan)
                    self.possible[part] += float(cell.metadata.nbgrader.points)
        self._scores: dict[str, dict[str, float]] = {}
        self._waiting: dict[str, set[str]] = {}
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
                self._waiting.setdefault(student, set()).add(f"{notebook}/{cell}")
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
        if self._is_refused(student):
            return _Total(None, self._possible, _("quarantined"))
        if student in self._waiting:
            return _Total(None, self._possible, _("waits for hand grading"))
        points = max(0.0, sum(scores.values()) - self._penalties.get(student, 0.0))
        record = self._record(student)
        if record is not None and not record.get("isolated"):
            return _Total(points, self._possible, _("graded without a jail"))
        return _Total(points, self._possible, _("complete"))

    def parts(self, student: str) -> dict[str, _Total]:
        """Return a student's points by part; a penalty takes the same share of each part's."""
        total = self.total(student)
        scores = self._scores.get(student, {})
        waiting = self._waiting.get(student, set())
        refused = bool(scores) and self._is_refused(student)
        kept = 1.0
        if self._penalties.get(student):
            # Of what still waits nobody knows yet which share of the whole it will be.
            waiting = set(scores) if waiting else waiting
            kept = (total.points or 0.0) / (sum(scores.values()) or 1.0)
        found = {}
        for part in PARTS:
            own = {cell for cell, its in self._parts.items() if its == part}
            unknown = own if refused else waiting & own
            points = None if unknown else kept * sum(scores.get(cell, 0.0) for cell in own)
            found[part] = _Total(points, self.possible[part], total.state)
        return found

    def _is_refused(self, student: str) -> bool:
        record = self._record(student)
        return record is not None and record["status"] != "graded"

    def _record(self, student: str) -> dict[str, Any] | None:
        """Return how the student's work was entered, None if nbgrader's own command graded it."""
        return read_json(results_folder(self._coursedir, self._assignment, student) / "entered.json")


def _assignments(gradebook: Gradebook) -> list[str]:
    return sorted(assignment.name for assignment in gradebook.assignments)


def _headings() -> list[str]:
    return [_("Student"), _("Last name"), _("First name"), _("E-mail")]


def _points_headings() -> list[str]:
    return [_("Points"), _("Of")]


def _mark_headings() -> list[str]:
    return [_("Per cent"), _("Mark out of ten"), _("Passed")]


def _points(total: _Total) -> list[str]:
    return [_shown(total.points if total.possible else None), _plain(total.possible)]


def _who(student: Student) -> list[str]:
    return [student.id, student.last_name or "", student.first_name or "", student.email or ""]


def _shown(value: float | None) -> str:
    return "" if value is None else _plain(value)


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

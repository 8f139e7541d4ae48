"""What a person sees of a class run: a bar while it lasts, a table when it is done."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, Task, TextColumn, TimeRemainingColumn
from rich.progress import ProgressColumn as Column
from rich.table import Table
from rich.text import Text

from klasteryste.grading.classrun.grade import Report
from klasteryste.grading.classrun.status import Standing
from klasteryste.grading.remarks import Remark
from klasteryste.language import _, number


class _Rate(Column):
    """How many are done a minute."""

    def render(self, task: Task) -> Text:
        """Return the rate, nothing before the first."""
        rate = (task.finished_speed or task.speed or 0) * 60
        return Text(_("{rate} a minute").format(rate=number(rate, ".0f")) if rate else "")


class Bar:
    """A progress bar with rate and time left; in a file or a pipe, nothing but its last state.

    It draws when it is told of something and has no thread of its own, since the run forks workers.
    """

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            _Rate(),
            TextColumn(_("left:")),
            TimeRemainingColumn(),
            auto_refresh=False,
        )
        self._tasks: dict[str, Any] = {}

    def __enter__(self) -> Bar:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, assignment: str, done: int, total: int) -> None:
        """Show how many of an assignment's submissions are done."""
        if assignment not in self._tasks:
            self._tasks[assignment] = self._progress.add_task(assignment, total=total)
        self._progress.update(self._tasks[assignment], completed=done, refresh=True)


def show_report(report: Report, console: Console) -> None:
    """Print the tables that close a run: what was graded, waits, could not be graded, has changed."""
    quarantined, failed = report.with_status("quarantined"), report.with_status("failed")
    changed, practised = report.changed(), report.practised()
    table = Table(title=report.assignment, show_header=False)
    table.add_column(style="bold")
    table.add_column(justify="right")
    for words, count in (
        (_("Graded"), len(report.with_status("graded"))),
        (_("of these, in this run"), len(set(report.graded_now) & set(report.with_status("graded")))),
        (_("Wait for hand grading"), len(report.by_hand)),
        (_("Quarantined"), len(quarantined)),
        (_("Not graded, the grader failed"), len(failed)),
        (_("Students whose marks changed"), len(changed)),
        (_("Graded without a jail"), len(report.graded_unsafe())),
        (_("Graded with practice numbers"), len(practised)),
    ):
        table.add_row(words, str(count))
    console.print(table)
    if practised:
        told = _("On no list when the assignment was released, so with practice numbers: {students}.")
        console.print(Text(told.format(students=", ".join(practised))))
    if quarantined or failed:
        reasons = Table(_("Student"), _("Why it is not graded"), title=_("Quarantined"))
        for student in (*quarantined, *failed):
            reason = report.records[student]["reason"]
            reasons.add_row(Text(student), Text(Remark(reason["code"], reason["values"]).text()))
        console.print(reasons)
    if changed:
        marks = Table(_("Student"), _("Cell"), _("Before"), _("Now"), title=_("Changed marks"))
        for student, cells in changed.items():
            for cell, (before, now) in cells.items():
                marks.add_row(Text(student), Text(cell), _points(before), _points(now))
        console.print(marks)


def show_standings(standings: list[Standing], console: Console) -> None:
    """Print where the class stands, an assignment a row."""
    table = Table(
        _("Assignment"),
        _("Submitted"),
        _("Graded"),
        _("Quarantined"),
        _("Still to grade"),
        _("Wait for hand grading"),
        _("Feedback written"),
    )
    for row in standings:
        counts = (row.submitted, row.graded, row.quarantined, row.ungraded, row.by_hand, row.feedback)
        table.add_row(Text(row.assignment), *map(str, counts))
    console.print(table)


def _points(score: float | None) -> str:
    return "–" if score is None else number(score)

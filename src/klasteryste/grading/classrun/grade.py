"""Grading a class."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, InvalidEntry, MissingEntry
from nbgrader.apps import NbGrader
from nbgrader.coursedir import CourseDirectory
from sqlalchemy.exc import OperationalError
from traitlets.config import Config

from klasteryste.errors import CourseError
from klasteryste.grading.autograde import Autograde
from klasteryste.grading.classrun.entering import Writer
from klasteryste.grading.classrun.fingerprint import of_assignment, of_submission
from klasteryste.grading.classrun.pool import NO_ROOM, Ended, Pool
from klasteryste.grading.classrun.records import (
    only_run,
    plan_path,
    read_json,
    report_path,
    results_folder,
    scratch_folder,
    write_json,
)
from klasteryste.grading.classrun.worker import Worker
from klasteryste.grading.execute import shared_processes
from klasteryste.grading.reference import STEP, notebook_names, profile_path
from klasteryste.grading.remarks import Remark
from klasteryste.grading.saving import marks, waiting
from klasteryste.language import LANGUAGES, SOURCE_LANGUAGE


@dataclass(frozen=True)
class Plan:
    """What a run grades.

    Parameters
    ----------
    assignments : tuple of str
        Names of assignments.
    students : tuple of str
        Only these; everybody who submitted if empty.
    force : bool
        Grade again what has not changed.
    unsafe : bool
        Run submissions with the rights of this account, and their tests beside them.
    run : str
        Names the run, which stays the same one when it is taken up again.
    """

    assignments: tuple[str, ...]
    students: tuple[str, ...] = ()
    force: bool = False
    unsafe: bool = False
    run: str = field(default_factory=lambda: secrets.token_hex(8))


@dataclass
class Report:
    """What came of a run, for one assignment.

    Parameters
    ----------
    assignment : str
        Its name.
    begun : datetime
        When the run began, or was taken up again, in UTC.
    seconds : float
        How long it took since.
    records : dict of str to dict
        What is in the gradebook of each student, by name, as in ``entered.json``.
    graded_now : list of str
        Whose work was graded in this run, before it was interrupted too.
    by_hand : dict of str to int
        How many answers of a student wait for a person.
    """

    assignment: str
    begun: datetime
    seconds: float = 0.0
    records: dict[str, dict[str, Any]] = field(default_factory=dict)
    graded_now: list[str] = field(default_factory=list)
    by_hand: dict[str, int] = field(default_factory=dict)

    def with_status(self, *statuses: str) -> list[str]:
        """Return the students whose submission has one of the statuses, sorted."""
        return sorted(student for student, record in self.records.items() if record["status"] in statuses)

    def graded_unsafe(self) -> list[str]:
        """Return the students whose work was graded beside its tests and without a jail, sorted."""
        return [
            student for student in self.with_status("graded") if not self.records[student].get("isolated")
        ]

    def practised(self) -> list[str]:
        """Return the students who worked with practice numbers, for they were on no list, sorted."""
        return [
            student
            for student in self.with_status("graded")
            if any(remark["code"] == "practice" for remark in self.records[student]["remarks"])
        ]

    def changed(self) -> dict[str, dict[str, tuple[float | None, float | None]]]:
        """Return the marks that this run changed: by student and cell, the mark before and now."""
        found = {}
        for student in sorted(self.graded_now):
            record = self.records[student]
            before = record["before"] or {}
            other = {
                cell: (before[cell], now)
                for cell, now in record["marks"].items()
                if before.get(cell) is not None and before[cell] != now
            }
            if other:
                found[student] = other
        return found

    def plain(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return {
            "assignment": self.assignment,
            "begun": self.begun.isoformat(timespec="seconds"),
            "seconds": round(self.seconds, 1),
            "graded": self.with_status("graded"),
            "quarantined": self.with_status("quarantined"),
            "failed": self.with_status("failed"),
            "graded_now": sorted(self.graded_now),
            "needs_hand_grading": dict(sorted(self.by_hand.items())),
            "changed": {
                student: {cell: list(pair) for cell, pair in cells.items()}
                for student, cells in self.changed().items()
            },
            "students": {
                student: {
                    key: record.get(key)
                    for key in ("status", "isolated", "marks", "reason", "remarks", "notes", "seconds")
                }
                for student, record in sorted(self.records.items())
            },
        }


_GO_ON = "see to it, and go on with `klasteryste class grade --resume`"


def submitting(coursedir: CourseDirectory, assignment: str) -> list[str]:
    """Return who has something in ``submitted`` for an assignment, sorted."""
    pattern = Path(coursedir.format_path(coursedir.submitted_directory, "*", assignment))
    root = Path(coursedir.root)
    found = root.glob(str(pattern.relative_to(root)))
    place = Path(coursedir.format_path(coursedir.submitted_directory, "STUDENT", assignment))
    position = place.parts.index("STUDENT")
    return sorted(path.parts[position] for path in found)


def assignments(coursedir: CourseDirectory) -> list[str]:
    """Return the assignments that were generated, sorted."""
    folder = Path(coursedir.format_path(STEP, SOURCE_LANGUAGE, "."))
    return sorted(path.name for path in folder.glob("*") if any(path.glob("*.ipynb")))


def planned(coursedir: CourseDirectory) -> Plan | None:
    """Return the plan of the run that was interrupted, None if none was."""
    found = read_json(plan_path(coursedir))
    if found is None:
        return None
    return Plan(**found | {name: tuple(found[name]) for name in ("assignments", "students")})


Progress = Callable[[str, int, int], None]
"""Told, for each submission that is done, its assignment, how many are done, and how many there are."""


def grade(
    app: NbGrader, plan: Plan, jobs: int | None = None, progress: Progress = lambda *_: None
) -> list[Report]:
    """Grade what was submitted and is not graded as it stands.

    Parameters
    ----------
    app : NbGrader
        The course, from `coursefolder.open_course`.
    plan : Plan
        What to grade.
    jobs : int, optional
        How many submissions at once; as many as there are processors if not given.
    progress : callable
        Told of each submission that is done.

    Returns
    -------
    list of Report
        One for each assignment.

    Raises
    ------
    CourseError
        If another run is at work, an assignment or student is not there, or nothing can be graded or
        written; what was graded until then is kept.
    """
    coursedir: CourseDirectory = app.coursedir
    plan = replace(plan, unsafe=plan.unsafe or app.config.ExecuteInJail.get("unsafe", False))
    for assignment in plan.assignments:
        _require_profiles(coursedir, assignment)
        missing = set(plan.students) - set(submitting(coursedir, assignment))
        if missing:
            raise CourseError(f"nothing of {', '.join(sorted(missing))} is submitted for {assignment!r}")
    with _room_or_reason(coursedir), only_run(coursedir) as lock:
        write_json(plan_path(coursedir), plan.__dict__)
        shutil.rmtree(scratch_folder(coursedir), ignore_errors=True)
        scratch_folder(coursedir).mkdir()
        app.update_config(Config({"ExecuteInJail": {"unsafe": plan.unsafe}}))
        converter = Autograde(coursedir=coursedir, parent=app)
        with (
            contextlib.chdir(coursedir.root),
            Gradebook(coursedir.db_url, coursedir.course_id) as gradebook,
            Pool(jobs or os.cpu_count() or 1, lambda: Worker(converter), (lock,)) as pool,
        ):
            run = _Run(converter, gradebook, pool, plan, progress)
            reports = [run.grade(assignment) for assignment in plan.assignments]
        shutil.rmtree(scratch_folder(coursedir), ignore_errors=True)
        plan_path(coursedir).unlink()
    return reports


@contextlib.contextmanager
def _room_or_reason(coursedir: CourseDirectory) -> Iterator[None]:
    """Say in one line that a disk is full or a gradebook cannot be written."""
    try:
        yield
    except (OperationalError, InvalidEntry) as error:  # the second is how nbgrader passes the first on
        reason = next(iter(str(error).splitlines()), "")
        raise CourseError(f"the gradebook cannot be written ({reason}): {_GO_ON}") from error
    except OSError as error:
        if error.errno not in NO_ROOM:
            raise
        raise CourseError(f"no room is left in {coursedir.root}: {_GO_ON}") from error


def _require_profiles(coursedir: CourseDirectory, assignment: str) -> None:
    """Check that an assignment was released by a version that judges as this one does."""
    for name in notebook_names(coursedir, assignment):
        for language in LANGUAGES:
            if not profile_path(coursedir, language, assignment, name).exists():
                raise CourseError(
                    f"how to judge assignment {assignment!r} was not learnt yet: "
                    f"run `klasteryste class release {assignment}`"
                )


class _Run:
    """One run over an open gradebook and its workers."""

    def __init__(
        self, converter: Autograde, gradebook: Gradebook, pool: Pool, plan: Plan, progress: Progress
    ) -> None:
        self._coursedir: CourseDirectory = converter.coursedir
        self._gradebook = gradebook
        self._writer = Writer(converter, gradebook)
        self._pool = pool
        self._plan = plan
        self._progress = progress

    def grade(self, assignment: str) -> Report:
        """Grade one assignment, and write its report."""
        started = time.monotonic()
        report = Report(assignment, datetime.now(UTC))
        graded_by = of_assignment(self._coursedir, assignment, self._plan.unsafe)
        try:
            earlier = marks(self._gradebook, assignment)
        except MissingEntry:
            raise CourseError(
                f"assignment {assignment!r} is not in the gradebook: "
                f"run `klasteryste class release {assignment}`"
            ) from None
        students = list(self._plan.students) or submitting(self._coursedir, assignment)
        left = []
        for student in students:
            fingerprint = of_submission(self._coursedir, assignment, student, graded_by)
            folder = results_folder(self._coursedir, assignment, student)
            if self._result_stands(folder / "done" / "result.json", fingerprint):
                self._enter(report, student, earlier)
            elif record := self._standing(assignment, student, fingerprint, earlier):
                report.records[student] = record
                if record["run"] == self._plan.run:
                    report.graded_now.append(student)
            else:
                left.append((assignment, student, graded_by, self._plan.run))
                continue
            self._progress(assignment, len(report.records), len(students))
        jailed = left and not self._plan.unsafe
        with shared_processes(self._coursedir, assignment) if jailed else contextlib.nullcontext():
            for ended in self._pool.run(left):
                self._take(ended, report, earlier)
                self._progress(assignment, len(report.records), len(students))
        graded = set(report.with_status("graded"))
        by_hand = waiting(self._gradebook, assignment)
        report.by_hand = {student: count for student, count in by_hand.items() if student in graded}
        report.seconds = time.monotonic() - started
        write_json(report_path(self._coursedir, assignment), report.plain())
        return report

    def _result_stands(self, path: Path, fingerprint: str) -> bool:
        """Tell whether a result waits to be entered, of the submission as it is."""
        result = read_json(path)
        return result is not None and self._of_now(result, fingerprint)

    def _standing(
        self, assignment: str, student: str, fingerprint: str, earlier: dict[str, Any]
    ) -> dict[str, Any] | None:
        """Return what was entered if the gradebook has what grading again would give, else None."""
        record = read_json(results_folder(self._coursedir, assignment, student) / "entered.json")
        if record is None or not self._of_now(record, fingerprint) or record["status"] == "failed":
            return None
        autograded = self._coursedir.format_path(self._coursedir.autograded_directory, student, assignment)
        there = student in earlier and (record["status"] != "graded" or Path(autograded).is_dir())
        return record if there else None

    def _of_now(self, result: dict[str, Any], fingerprint: str) -> bool:
        """Tell whether a result is of the submission as it is and, if all is graded anew, of this run."""
        return result["fingerprint"] == fingerprint and (
            not self._plan.force or result["run"] == self._plan.run
        )

    def _take(self, ended: Ended, report: Report, earlier: dict[str, Any]) -> None:
        assignment, student, graded_by, run = ended.task
        if ended.stops:
            raise CourseError(f"{ended.problem}: {_GO_ON}")
        if ended.problem:
            reason = Remark("grader failed", {"problem": ended.problem})
            done = results_folder(self._coursedir, assignment, student) / "done"
            shutil.rmtree(done, ignore_errors=True)
            write_json(
                done / "result.json",
                {
                    "fingerprint": of_submission(self._coursedir, assignment, student, graded_by),
                    "run": run,
                    "status": "failed",
                    "reason": reason.plain(),
                },
            )
        self._enter(report, student, earlier)

    def _enter(self, report: Report, student: str, earlier: dict[str, Any]) -> None:
        report.records[student] = self._writer.enter(
            report.assignment, student, self._plan.run, earlier.get(student)
        )
        report.graded_now.append(student)

"""What a class run keeps on disk: results not yet entered, what was entered, its plan and its reports.

Each file or folder comes to its name in one step, whole or not at all, so that a run may be ended at any
moment.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory

from klasteryste.errors import CourseError

FOLDER = "classrun"


def run_folder(coursedir: CourseDirectory) -> Path:
    """Return the folder of the course in which class runs keep their files."""
    return Path(coursedir.root, FOLDER)


def results_folder(coursedir: CourseDirectory, assignment: str, student: str) -> Path:
    """Return the folder of one submission: ``done/`` has its result, ``entered.json`` what was entered.

    While a first result is entered, ``before.json`` has the marks that were in the gradebook already.
    """
    return Path(coursedir.format_path(f"{FOLDER}/results", student, assignment))


def plan_path(coursedir: CourseDirectory) -> Path:
    """Return where a run says what it does, as long as it is not done."""
    return run_folder(coursedir) / "plan.json"


def report_path(coursedir: CourseDirectory, assignment: str) -> Path:
    """Return where the report of an assignment's last run is."""
    return run_folder(coursedir) / "reports" / f"{assignment}.json"


def scratch_folder(coursedir: CourseDirectory) -> Path:
    """Return where private copies of submissions are made; a run begins by emptying it."""
    return run_folder(coursedir) / "scratch"


def write_json(path: Path, content: Any) -> None:
    """Write a small file that is there as a whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_name(f".{path.name}.new")
    with new.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def read_json(path: Path) -> dict[str, Any] | None:
    """Read such a file; None if there is none."""
    try:
        content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    return content


def forget(coursedir: CourseDirectory, assignment: str, student: str) -> None:
    """Forget what a class run knows of a submission, so that the next one grades it."""
    shutil.rmtree(results_folder(coursedir, assignment, student), ignore_errors=True)


@contextmanager
def only_run(coursedir: CourseDirectory) -> Iterator[int]:
    """Hold the course's one lock for class runs, which ends with the process; give its file descriptor.

    Raises
    ------
    CourseError
        If another run holds it.
    """
    folder = run_folder(coursedir)
    folder.mkdir(exist_ok=True)
    lock = os.open(folder / "lock", os.O_RDWR | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        raise CourseError(f"another run is grading in {folder.parent}: wait until it ends") from None
    try:
        yield lock
    finally:
        os.close(lock)

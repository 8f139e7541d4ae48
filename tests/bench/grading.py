"""A class of m2 graded by `klasteryste class grade`, in jails and from outside, against `nbgrader autograde`.

Both grade the same submissions, all of them honest, on the same machine, one after the other; nbgrader in
its own configuration, and so one at a time, in a kernel that the tests share.
"""

from __future__ import annotations

import atexit
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import nbformat
import psutil
from nbformat import NotebookNode
from nbgrader.utils import is_solution
from tests.assignments.answers import answers as listed
from tests.bench.measure import Growth, Row
from tests.conftest import ROOT

from klasteryste.grading.reference import grade_id

JOBS = 2
STOCK = ("--IncludeHeaderFooter.header=", "--ClearMarkScheme.enforce_metadata=False")
"""What nbgrader needs to be told of m2: a marking guide stands above the written answer that it is for."""


@dataclass
class Measured:
    """A class run: seconds by the clock, and the highest memory a worker, in MB.

    That is of the run and all its processes, warm ones and those in jails included, by its workers.
    """

    seconds: float
    peak_mb: float


def rows(toy: bool) -> list[Row]:
    """Compare a class of 24, and the run after it in which nothing changed, with nbgrader's autograding."""
    size = 2 if toy else 24
    with tempfile.TemporaryDirectory() as folder:
        course, stock = Path(folder, "course"), Path(folder, "stock")
        make_course(course, size)
        make_stock(stock, course, size)
        ours = graded(course)
        unchanged = graded(course)
        begin = time.perf_counter()
        run(stock, "nbgrader", "autograde", "m2")
        other = time.perf_counter() - begin
        compare(course, stock, size)
        begin = time.perf_counter()
        run(
            course,
            "python",
            "-m",
            "tests.bench.floor",
            str(JOBS),
            *map(str, course.glob("submitted/*/*/*.ipynb")),
        )
        floor = time.perf_counter() - begin
    what = f"a class of {size} that handed in m2, {JOBS} at a time, in jails"
    return [
        Row(
            f"{what} (memory: a worker's, warm processes included); nbgrader autograde",
            ours.seconds,
            other,
            ours.peak_mb,
        ),
        Row(f"{what}, run again unchanged; nbgrader autograde", unchanged.seconds, other),
        Row(f"{what}; the students' own computing alone, the floor", ours.seconds, floor),
    ]


def growth(toy: bool) -> list[Growth]:
    """Follow a class run up to 500 submissions."""
    sizes = [1, 2] if toy else [24, 100, 500]
    seconds = []
    peak = 0.0
    for size in sizes:
        with tempfile.TemporaryDirectory() as folder:
            make_course(Path(folder, "course"), size)
            measured = graded(Path(folder, "course"))
        seconds.append(measured.seconds)
        peak = max(peak, measured.peak_mb)
    return [
        Growth(
            f"a class run of m2, by submissions (at most {peak:.0f} MB a worker, warm processes included)",
            sizes,
            seconds,
        )
    ]


@cache
def generated() -> Path:
    """Return a course with m2 generated, which is learnt from its source once for all."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder)
    run(ROOT, "klasteryste", "class", "init", str(folder / "course"), "--root", str(ROOT))
    run(folder / "course", "klasteryste", "class", "generate", "m2")
    return folder / "course"


def make_course(folder: Path, size: int) -> None:
    """Make a course in which students handed in m2."""
    shutil.copytree(generated(), folder)
    for number in range(size):
        answered = notebook(folder / "reference" / "en" / "m2" / "m2.ipynb", number)
        answered.metadata["klasteryste"] = {"language": "en"}
        hand_in(folder, number, answered)


def make_stock(folder: Path, course: Path, size: int) -> None:
    """Make a course that is nbgrader's alone, with the same submissions."""
    folder.mkdir()
    shutil.copytree(course / "source", folder / "source")
    run(folder, "nbgrader", "generate_assignment", "m2", *STOCK)
    for number in range(size):
        hand_in(folder, number, notebook(folder / "release" / "m2" / "m2.ipynb", number))


def notebook(given: Path, number: int) -> NotebookNode:
    """Answer a notebook rightly, in one of several ways."""
    source = nbformat.read(ROOT / "assignments" / "source" / "m2" / "m2.ipynb", as_version=4)
    answers = {grade_id(cell): cell.source for cell in source.cells if is_solution(cell)}
    for answer in listed("m2")["right"][number % 4 :: 4]:
        answers |= answer.cells
    answered = nbformat.read(given, as_version=4)
    for cell in answered.cells:
        cell.source = answers.get(grade_id(cell), cell.source)
    return answered


def hand_in(folder: Path, number: int, answered: NotebookNode) -> None:
    """Put a notebook where nbgrader's collect would."""
    place = folder / "submitted" / f"student-{number:03}" / "m2"
    place.mkdir(parents=True)
    nbformat.write(answered, place / "m2.ipynb")


def graded(course: Path) -> Measured:
    """Grade a class."""
    begin = time.perf_counter()
    command = ["klasteryste", "class", "grade", "m2", "--jobs", str(JOBS)]
    with subprocess.Popen(
        words(*command), cwd=course, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    ) as process:
        with highest_memory(process.pid) as peak:
            said, _ = process.communicate()
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)}: {said.decode(errors='replace')[-2000:]}")
    return Measured(time.perf_counter() - begin, peak[0] / JOBS)


@contextmanager
def highest_memory(process: int) -> Iterator[list[float]]:
    """Watch the memory of a process and all it starts; what they share counts once."""
    highest = [0.0]
    done = threading.Event()

    def watch() -> None:
        while not done.wait(1):
            total = 0.0
            try:
                family = [psutil.Process(process), *psutil.Process(process).children(recursive=True)]
            except psutil.Error:
                return
            for each in family:
                try:
                    total += each.memory_full_info().pss
                except psutil.NoSuchProcess:
                    continue
                except psutil.AccessDenied:  # what is not seen is not said to be nothing
                    highest[0] = float("nan")
                    return
            highest[0] = max(highest[0], total / 1e6)

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield highest
    finally:
        done.set()
        watcher.join()


def compare(course: Path, stock: Path, size: int) -> None:
    """Make sure that both gave the same marks, or their times mean nothing."""
    report = json.loads((course / "classrun" / "reports" / "m2.json").read_text(encoding="utf-8"))
    run(stock, "nbgrader", "export")
    lines = (stock / "grades.csv").read_text(encoding="utf-8").splitlines()
    head = lines[0].split(",")
    theirs = {
        line.split(",")[head.index("student_id")]: float(line.split(",")[head.index("raw_score")])
        for line in lines[1:]
    }
    ours = {
        student: sum(mark or 0 for mark in record["marks"].values())
        for student, record in report["students"].items()
    }
    if ours != theirs or len(ours) != size:
        raise AssertionError(f"the marks differ: {ours} and {theirs}")


def words(program: str, *options: str) -> list[str]:
    """Return the words of a command that is installed beside this Python."""
    return [str(Path(sys.executable).with_name(program)), *options]


def run(cwd: Path, *command: str) -> None:
    """Run a command with settings of its own."""
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    own = {"PATH": path, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words(*command), cwd=cwd, capture_output=True, text=True, env={**os.environ, **own})
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout[-2000:]}{done.stderr[-2000:]}")

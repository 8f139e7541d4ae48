"""Ends a class run, or a part of it, at random moments, and fills its disk; no gradebook may show it."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.grading.classrun.conftest import Classroom

from . import traces

TARGETS = ("run", "worker", "student", "checker", "kernel")
ROOT = Path(__file__).parents[2]


def fill_class(room: Classroom, students: int) -> None:
    """Submit work of every kind: all right, half, wrong, unreadable, deadly."""
    english, lithuanian = room.solutions["en"], room.solutions["lt"]
    for number in range(students):
        student = f"s{number:03}"
        kind = number % 6
        if kind == 0:
            room.submit(student, "lt", lithuanian)
        elif kind == 1:
            half = {name: code for at, (name, code) in enumerate(sorted(english.items())) if at % 2}
            room.submit(student, "en", half)
        elif kind == 2:
            room.submit(student, "en", english | {"m2-letter": f"Dear editor {number}"})
        elif kind == 3:
            room.submit(student, "lt", lithuanian | {"m2-task-3-answer": "import os\nos._exit(1)"})
        elif kind == 4:
            (room.submit(student, "en") if number % 12 == 4 else room.submit(student, "lt")).write_text("{")
        else:
            room.submit(student, "en", {})


def state(room: Classroom) -> dict[str, object]:
    """Return what a run must come to, whatever happened: the gradebook, and what was autograded."""
    autograded = room.course / "autograded"
    graded = sorted(str(path.relative_to(autograded)) for path in autograded.rglob("*") if path.is_file())
    return {"book": room.book(), "autograded": graded}


class Disturbed:
    """A class run as a process of its own, which is disturbed.

    Parameters
    ----------
    room : Classroom
        With its submissions.
    mark : str
        By which its processes are told from others.
    """

    def __init__(self, room: Classroom, mark: str) -> None:
        self.room = room
        self.mark = mark
        self.process: subprocess.Popen[bytes] | None = None

    def start(self, *words: str) -> None:
        """Start ``class grade``."""
        command = [sys.executable, "-m", "klasteryste", "class", "grade", *words, "--jobs", "2"]
        self.process = subprocess.Popen(
            [*command, "--course", str(self.room.course)],
            cwd=ROOT,
            env=os.environ | {traces.MARK: self.mark},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def running(self) -> bool:
        """Tell whether it has not ended."""
        return self.process is not None and self.process.poll() is None

    def end(self, *codes: int) -> None:
        """Wait until it has ended, with one of the codes."""
        assert self.process is not None
        _, said = self.process.communicate(timeout=1800)
        # What it cannot go on after it says in one line.
        assert b"Traceback" not in said, said.decode()
        assert self.process.returncode in codes, said.decode()

    def kill(self, target: str, choice: random.Random) -> bool:
        """End one process of a kind, if there is one; return whether there was."""
        assert self.process is not None
        run = self.process.pid
        found = traces.processes(self.mark)
        kinds: dict[str, list[int]] = {name: [] for name in TARGETS}
        for pid, words in found.items():
            if pid == run:
                kinds["run"].append(pid)
            elif "sandbox.shell" in words:
                kinds["student"].append(pid)
            elif "sandbox.checking" in words:
                kinds["checker"].append(pid)
            elif "-m klasteryste" in words:
                kinds["worker"].append(pid)
            else:
                kinds["kernel"].append(pid)
        if not kinds[target]:
            return False
        pid = choice.choice(sorted(kinds[target]))
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
        return True


def disturb(
    room: Classroom, expected: dict[str, object], kills: int, seed: int, say: Callable[[str], None]
) -> None:
    """Kill one process of each of many runs at a random moment, let the run go on, and compare.

    Raises
    ------
    AssertionError
        If a run comes to something else than the undisturbed one, or leaves a process behind.
    """
    choice = random.Random(seed)
    run = Disturbed(room, f"kills-{seed}-{os.getpid()}")
    begun = time.monotonic()
    run.start("m2")
    run.end(3)
    usual = time.monotonic() - begun
    for number in range(kills):
        target = TARGETS[number % len(TARGETS)]
        run.start("m2", "--force")
        killed = False
        while run.running() and not killed:
            time.sleep(choice.uniform(0.05, usual / 2))
            killed = run.running() and run.kill(target, choice)
        run.end(*([-signal.SIGKILL] if killed and target == "run" else [3]))
        if killed and target == "run":
            plan = (room.course / "classrun" / "plan.json").exists()
            run.start(*(["--resume"] if plan else ["m2", "--force"]))
            run.end(3)
        lives = traces.wait_for_none(run.mark)
        assert not lives, f"these live on: {lives}"
        assert not (room.course / "classrun" / "scratch").exists()
        compare(state(room), expected)
        say(f"{number + 1}: {target if killed else 'nothing, it was over'}")


def compare(found: dict[str, object], expected: dict[str, object]) -> None:
    """Check that a gradebook is what it must be, and name the students for whom it is not."""
    book, other = found["book"], expected["book"]
    assert isinstance(book, dict) and isinstance(other, dict)
    differ = {}
    for student, rows in book.items():
        others = other.get(student, {})
        if rows != others:
            differ[student] = {
                name: (row, others.get(name)) for name, row in rows.items() if row != others.get(name)
            }
    assert not differ, differ
    assert found == expected


_FULL = """
set -e
mkdir -p "$1"
mount -t tmpfs -o size="$3"k tmpfs "$1"
cp -a "$2/." "$1"
exec "$4" -m tests.soak.disk "$1" "$5"
"""


def fill_disk(room: Classroom, work: Path, kilobytes: int, seed: int) -> str:
    """Grade on a small disk of its own that gets full; empty it, resume, and return what it said.

    The disk is a file system in memory, in a mount namespace of its own, which ends with the process.
    """
    size = sum(path.stat().st_size for path in room.root.rglob("*") if path.is_file()) // 1024
    place = work / f"disk-{seed}"
    words = [str(place), str(room.root), str(size * 2 + kilobytes), sys.executable, str(kilobytes)]
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _FULL, "sh", *words]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1800)
    shutil.rmtree(place, ignore_errors=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout

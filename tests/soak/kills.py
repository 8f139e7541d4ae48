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

TARGETS = ("run", "worker", "jail", "warm student", "warm checker", "supervisor", "student", "checker")
"""Kinds of `traces.Process` that are ended in turn."""

ROOT = Path(__file__).parents[2]
DEADLINE_SECONDS = 1800
_LOOK_SECONDS = 0.02


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
        self.seen: set[traces.Process] = set()
        self._process: subprocess.Popen[bytes] | None = None
        self._errors = room.root / "errors.txt"
        self._deadline = 0.0

    def start(self, *words: str) -> None:
        """Start ``class grade``."""
        command = [sys.executable, "-m", "klasteryste", "class", "grade", *words, "--jobs", "2"]
        self._deadline = time.monotonic() + DEADLINE_SECONDS
        self.seen.clear()
        with self._errors.open("wb") as errors:
            self._process = subprocess.Popen(
                [*command, "--course", str(self.room.course)],
                cwd=ROOT,
                env=os.environ | {traces.MARK: self.mark},
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )

    def look(self) -> dict[str, list[traces.Process]]:
        """Return its live processes by kind, and remember them."""
        assert self._process is not None
        found = traces.processes(self.mark)
        self.seen |= found
        kinds: dict[str, list[traces.Process]] = {}
        for process in sorted(found):
            kinds.setdefault(process.kind(self._process.pid), []).append(process)
        return kinds

    def running(self) -> bool:
        """Tell whether it has not ended, which it must before its deadline."""
        assert self._process is not None
        if self._process.poll() is not None:
            return False
        if time.monotonic() > self._deadline:
            self._process.kill()
            self._process.wait()
            raise AssertionError(f"it did not end in {DEADLINE_SECONDS} s: {self._said()}")
        return True

    def end(self, *codes: int) -> int:
        """Wait until it has ended, with one of the codes, which is returned, and left no process behind."""
        assert self._process is not None
        while self.running():
            self.look()
            time.sleep(0.2)
        said = self._said()
        # What it cannot go on after it says in one line.
        assert "Traceback" not in said, said
        assert self._process.returncode in codes, f"{self._process.returncode}: {said}"
        lives = traces.wait_for_none(self.mark, self.seen)
        assert not lives, f"these live on: {lives}"
        return self._process.returncode

    def kill(self, target: str, choice: random.Random) -> bool:
        """End one process of a kind, if there is one; return whether there was."""
        victims = self.look().get(target, [])
        if not victims:
            return False
        victim = choice.choice(victims)
        with contextlib.suppress(ProcessLookupError):
            handle = os.pidfd_open(victim.pid)
            try:
                # Its number may be another's by now, and what has ended can be sent a signal.
                if victim.lives():
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                    return True
            finally:
                os.close(handle)
        return False

    def _said(self) -> str:
        return self._errors.read_text(errors="replace")


def disturb(
    room: Classroom, expected: dict[str, object], kills: int, seed: int, say: Callable[[str], None]
) -> dict[str, int]:
    """Kill one process of each of many runs at a random moment, let the run go on, and compare.

    Returns
    -------
    dict
        How many processes of each kind were killed; runs that ended before are run again.

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
    killed = dict.fromkeys(TARGETS, 0)
    over = 0
    while sum(killed.values()) < kills:
        target = TARGETS[sum(killed.values()) % len(TARGETS)]
        run.start("m2", "--force")
        time.sleep(choice.uniform(0, 0.8 * usual))
        hit = False
        while run.running() and not hit:
            hit = run.kill(target, choice)
            time.sleep(_LOOK_SECONDS)
        if hit and target == "run":
            # It can end between the look and the kill.
            hit = run.end(-signal.SIGKILL, 3) == -signal.SIGKILL
        else:
            run.end(3)
        if hit and target == "run":
            plan = (room.course / "classrun" / "plan.json").exists()
            run.start(*(["--resume"] if plan else ["m2", "--force"]))
            run.end(3)
        assert not (room.course / "classrun" / "scratch").exists()
        compare(state(room), expected)
        if hit:
            killed[target] += 1
            say(f"{sum(killed.values())}: {target}")
        else:
            over += 1
            assert over <= kills + len(TARGETS), f"{over} runs ended before a {target} was found"
    return killed


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


def can_mount() -> bool:
    """Tell whether this account can make a file system of its own."""
    return subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0


def fill_disk(room: Classroom, work: Path, kilobytes: int) -> str:
    """Grade on a small disk of its own that gets full; empty it, resume, and return what it said.

    The disk is a file system in memory, in a mount namespace of its own, which ends with the process.
    """
    size = sum(path.stat().st_size for path in room.root.rglob("*") if path.is_file()) // 1024
    place = work / "small disk"
    words = [str(place), str(room.root), str(size * 2 + kilobytes), sys.executable, str(kilobytes)]
    command = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _FULL, "sh", *words]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=1800)
    shutil.rmtree(place, ignore_errors=True)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout

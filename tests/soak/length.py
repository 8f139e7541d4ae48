"""Grades many submissions in one run, and watches what it holds and leaves."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass, field

from tests.grading.classrun.conftest import Classroom

from . import traces
from .kills import Disturbed


@dataclass
class Watched:
    """What was seen of a long run.

    Parameters
    ----------
    seconds : float
        How long it took.
    samples : list of dict
        From time to time the memory in kB that no two processes share, by kind of process.
    left : list of str
        What it left on the machine.
    """

    seconds: float = 0.0
    samples: list[dict[str, int]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)

    def growth(self, kind: str) -> tuple[float, float]:
        """Return the median memory of a kind of process in the second fifth of the time, and in the last."""
        values = [sample.get(kind, 0) for sample in self.samples]
        values = [value for value in values if value]
        fifth = max(1, len(values) // 5)
        return statistics.median(values[fifth : 2 * fifth]), statistics.median(values[-fifth:])


def _kind(words: str) -> str:
    """Tell what a process is by its command."""
    parts = {"sandbox.shell": "warm student", "sandbox.checking": "warm checker", "-m klasteryste": "worker"}
    return next((kind for part, kind in parts.items() if part in words), "")


def watch(room: Classroom, ours: str) -> Watched:
    """Grade a class and watch its memory; then look for what it left."""
    before = traces.traces()
    run = Disturbed(room, f"length-{os.getpid()}")
    seen = Watched()
    begun = time.monotonic()
    run.start("m2")
    while run.running():
        time.sleep(0.5)
        sample: dict[str, int] = {}
        assert run.process is not None
        for pid, words in traces.processes(run.mark).items():
            warm = (
                "warm student"
                if "sandbox.shell" in words
                else "warm checker"
                if "sandbox.checking" in words
                else ""
            )
            kind = "run" if pid == run.process.pid else "worker" if "-m klasteryste" in words else warm
            if kind:
                sample[kind] = max(sample.get(kind, 0), traces.memory(pid))
        seen.samples.append(sample)
    run.end(0, 3)
    seen.seconds = time.monotonic() - begun
    lives = traces.wait_for_none(run.mark)
    seen.left = [f"process {pid}: {words}" for pid, words in lives.items()] + traces.left(before, ours)
    return seen

"""Grades many submissions in one run, and watches what it holds and leaves."""

from __future__ import annotations

import os
import statistics
import time
from dataclasses import dataclass, field

from tests.grading.classrun.conftest import Classroom

from . import traces
from .kills import Disturbed

LASTING = ("run", "worker", "warm student", "warm checker")
"""Kinds of processes that serve many notebooks, and must not grow by them."""


@dataclass
class Watched:
    """What was seen of a long run.

    Parameters
    ----------
    seconds : float
        How long it took.
    samples : list of dict
        From time to time the memory in kB of the largest process, by kind.
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


def watch(room: Classroom, ours: str) -> Watched:
    """Grade a class and watch its memory; then look for what it left."""
    before = traces.traces()
    run = Disturbed(room, f"length-{os.getpid()}")
    seen = Watched()
    begun = time.monotonic()
    run.start("m2")
    while run.running():
        sample = {
            kind: max(traces.memory(process.pid) for process in found) for kind, found in run.look().items()
        }
        seen.samples.append(sample)
        time.sleep(0.5)
    seen.seconds = time.monotonic() - begun
    run.end(0, 3)
    seen.left = traces.left(before, ours)
    return seen

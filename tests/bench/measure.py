"""What a benchmark measures: times as ratios within one run, growth with size, and memory."""

from __future__ import annotations

import math
import os
import resource
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """Two ways to the same result: median seconds of ours and of the other, and how much memory ours took."""

    what: str
    ours: float
    other: float
    peak_mb: float | None = None


@dataclass(frozen=True)
class Growth:
    """How time grows with size: median seconds at each size."""

    what: str
    sizes: Sequence[float]
    seconds: Sequence[float]

    @property
    def exponent(self) -> float:
        """The fitted b of ``seconds = a * size**b``, by least squares on logarithms."""
        logs = [math.log(size) for size in self.sizes]
        return statistics.linear_regression(logs, [math.log(s) for s in self.seconds]).slope


def seconds(work: Callable[[], object]) -> float:
    """Return how long a call takes."""
    begin = time.perf_counter()
    work()
    return time.perf_counter() - begin


def median_seconds(work: Callable[[], object], repeats: int) -> float:
    """Return the median of how long some calls take."""
    return statistics.median(seconds(work) for _ in range(repeats))


def peak_megabytes(work: Callable[[], object]) -> float:
    """Return by how much a call raises the resident memory of a process of its own, in MB, at its highest.

    A forked child counts everything that the call touches, C libraries' memory too, which `tracemalloc`
    does not see; what was resident before the call is not counted.
    """
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        failed = 1
        try:
            before = _highest()
            work()
            os.write(writing, str(_highest() - before).encode())
            failed = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(failed)
    os.close(writing)
    with os.fdopen(reading) as answer:
        grown = answer.read()
    if os.waitpid(child, 0)[1] != 0:
        raise RuntimeError("the call whose memory was to be measured failed")
    return int(grown) / 1e6


def _highest() -> int:
    """Return the highest resident memory of this process so far, in bytes."""
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

"""A little of what `make soak` does in full: kills, a full disk, a long class."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from klasteryste.grading.release import generate
from tests.grading.classrun.conftest import Classroom
from tests.grading.conftest import make_course

from . import traces
from .kills import TARGETS, can_mount, disturb, fill_class, fill_disk, state
from .length import LASTING, watch

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course in which m2 was generated."""
    course = make_course(tmp_path_factory.mktemp("generated"))
    generate(course, "m2")
    return course


@pytest.fixture(scope="module")
def calm(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """Return a class that was graded undisturbed."""
    room = Classroom(generated, tmp_path_factory.mktemp("calm"))
    fill_class(room, 6)
    room.run("grade", "m2", "--jobs", "2", code=3)
    return room


def test_what_a_killed_run_leaves_without_a_mark_is_seen() -> None:
    mark = f"orphan-{os.getpid()}"
    call = "import subprocess; subprocess.Popen(['sleep', '60'], env={}).wait()"
    parent = subprocess.Popen([sys.executable, "-c", call], env=os.environ | {traces.MARK: mark})
    seen: set[traces.Process] = set()
    while not (orphan := next((process for process in seen if process.name == "sleep"), None)):
        assert parent.poll() is None
        seen |= traces.processes(mark)
    try:
        parent.kill()
        parent.wait()
        assert traces.processes(mark) == set()
        assert traces.wait_for_none(mark, seen, seconds=0) == [f"process {orphan.pid}: sleep 60 "]
    finally:
        os.kill(orphan.pid, signal.SIGKILL)
    assert traces.wait_for_none(mark, seen) == []


def test_kills_do_not_show_in_the_gradebook(calm: Classroom, generated: Path, tmp_path: Path) -> None:
    room = Classroom(generated, tmp_path / "kills")
    fill_class(room, 6)
    killed = disturb(room, state(calm), kills=len(TARGETS), seed=1, say=print)
    assert killed == dict.fromkeys(TARGETS, 1)


@pytest.mark.skipif(not can_mount(), reason="a small disk of its own needs root: sudo make soak")
def test_a_full_disk_does_not_show_in_the_gradebook(calm: Classroom, generated: Path, tmp_path: Path) -> None:
    room = Classroom(generated, tmp_path / "class")
    fill_class(room, 6)
    told = json.loads(fill_disk(room, tmp_path, 150))
    assert re.search("room|space|full", told["said"]) and "--resume" in told["said"]
    assert told["marks"] == calm.marks()


def test_a_long_class_leaves_nothing_and_does_not_grow(generated: Path, tmp_path: Path) -> None:
    room = Classroom(generated, tmp_path / "length")
    fill_class(room, 60)
    seen = watch(room, "pytest-of")
    assert seen.left == []
    assert len(room.report()["graded"]) == 50 and len(room.report()["quarantined"]) == 10
    for kind in LASTING:
        early, late = seen.growth(kind)
        assert late < 1.2 * early + 20_000, f"the memory of a {kind} grows: {early} kB, {late} kB"

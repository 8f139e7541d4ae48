"""A little of what `make soak` does in full: kills, a full disk, a long class."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

from tests.grading.classrun.conftest import Classroom

from .kills import disturb, fill_class, fill_disk, state
from .length import watch

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def calm(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """Return a class that was graded undisturbed."""
    room = Classroom(generated, tmp_path_factory.mktemp("calm"))
    fill_class(room, 6)
    room.run("grade", "m2", "--jobs", "2", code=3)
    return room


def test_kills_do_not_show_in_the_gradebook(calm: Classroom, generated: Path, tmp_path: Path) -> None:
    room = Classroom(generated, tmp_path / "kills")
    fill_class(room, 6)
    disturb(room, state(calm), kills=8, seed=1, say=print)


def can_mount() -> bool:
    """Tell whether this account can make a file system of its own."""
    return subprocess.run(["unshare", "--mount", "true"], capture_output=True).returncode == 0


@pytest.mark.skipif(not can_mount(), reason="a small disk of its own needs root: sudo make soak")
def test_a_full_disk_does_not_show_in_the_gradebook(calm: Classroom, generated: Path, tmp_path: Path) -> None:
    room = Classroom(generated, tmp_path / "class")
    fill_class(room, 6)
    told = json.loads(fill_disk(room, tmp_path, 150, os.getpid()))
    assert re.search("room|space|full", told["said"]) and "--resume" in told["said"]
    assert told["marks"] == calm.marks()


def test_a_long_class_leaves_nothing_and_does_not_grow(generated: Path, tmp_path: Path) -> None:
    room = Classroom(generated, tmp_path / "length")
    fill_class(room, 60)
    seen = watch(room, "pytest-of")
    assert seen.left == []
    assert len(room.report()["graded"]) == 50 and len(room.report()["quarantined"]) == 10
    for kind in ("run", "worker", "warm student", "warm checker"):
        early, late = seen.growth(kind)
        assert late < 1.2 * early + 20_000, f"the memory of a {kind} grows: {early} kB, {late} kB"

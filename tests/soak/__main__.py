"""Disturb and prolong the class run in full: ``python -m tests.soak``, see ``--help``."""

from __future__ import annotations

import argparse
import json
import random
import tempfile
import time
from functools import partial
from pathlib import Path

from klasteryste.grading.release import generate
from tests.grading.classrun.conftest import Classroom
from tests.grading.conftest import make_course

from .kills import can_mount, disturb, fill_class, fill_disk, state
from .length import LASTING, watch


def main() -> None:
    """Run all three, the shortest first, and print the figures."""
    words = argparse.ArgumentParser()
    words.add_argument("--kills", type=int, default=50)
    words.add_argument("--disks", type=int, default=3)
    words.add_argument("--students", type=int, default=500)
    words.add_argument("--seed", type=int, default=int(time.time()))
    chosen = words.parse_args()
    say = partial(print, flush=True)
    say(f"Seed {chosen.seed}")
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        root = Path(folder)
        course = make_course(root / "generated")
        generate(course, "m2")

        calm = Classroom(course, root / "calm")
        fill_class(calm, 6)
        calm.run("grade", "m2", "--jobs", "2", code=3)
        expected = state(calm)

        table = [("seed", str(chosen.seed))]
        choice = random.Random(chosen.seed)
        if chosen.disks and not can_mount():
            table.append(("full disks", "none: a small disk of its own needs root, sudo make soak"))
            chosen.disks = 0
        for number in range(chosen.disks):
            room = Classroom(course, root / f"disk{number}")
            fill_class(room, 6)
            size = choice.randint(20, 150)
            told = json.loads(fill_disk(room, root, size))
            assert told["marks"] == calm.marks()
            say(f"disk {number + 1}, {size} kB free: {told['said']}")
            table.append((f"disk full after {size} kB", "resumed to the same marks"))

        if chosen.kills:
            room = Classroom(course, root / "kills")
            fill_class(room, 6)
            killed = disturb(room, expected, chosen.kills, chosen.seed, say)
            table += [(f"killed: {kind}", str(count)) for kind, count in killed.items()]
            table.append(
                ("killed in all", f"{sum(killed.values())}, each to the same gradebook, nothing left")
            )

        if chosen.students:
            room = Classroom(course, root / "length")
            fill_class(room, chosen.students)
            seen = watch(room, root.name)
            assert not seen.left, seen.left
            each = seen.seconds / chosen.students
            table.append(("submissions", f"{chosen.students} in {seen.seconds:.0f} s, {each:.2f} s each"))
            for kind in LASTING:
                early, late = seen.growth(kind)
                table.append(
                    (f"memory of a {kind}", f"{early / 1024:.0f} MB early, {late / 1024:.0f} MB late")
                )
                assert late < 1.2 * early + 20_000, f"the memory of a {kind} grows: {early} kB, {late} kB"

    table.append(("time in all", f"{time.monotonic() - begun:.0f} s"))
    width = max(len(what) for what, _ in table)
    for what, figure in table:
        say(f"{what:<{width}}  {figure}")


if __name__ == "__main__":
    main()

"""Disturb and prolong the class run in full: ``python -m tests.soak``, see ``--help``."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from klasteryste.grading.release import generate
from tests.grading.classrun.conftest import Classroom
from tests.grading.conftest import make_course

from .kills import disturb, fill_class, fill_disk, state
from .length import watch


def main() -> None:
    """Run all three, and print the figures."""
    words = argparse.ArgumentParser()
    words.add_argument("--kills", type=int, default=50)
    words.add_argument("--disks", type=int, default=3)
    words.add_argument("--students", type=int, default=500)
    words.add_argument("--seed", type=int, default=int(time.time()))
    chosen = words.parse_args()
    print(f"Seed {chosen.seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="soak-") as folder:
        root = Path(folder)
        course = make_course(root / "generated")
        generate(course, "m2")

        calm = Classroom(course, root / "calm")
        fill_class(calm, 6)
        calm.run("grade", "m2", "--jobs", "2", code=3)
        expected = state(calm)

        if chosen.kills:
            room = Classroom(course, root / "kills")
            fill_class(room, 6)
            disturb(room, expected, chosen.kills, chosen.seed, lambda line: print(line, flush=True))
            print(f"{chosen.kills} kills: the gradebook is that of an undisturbed run")

        for number in range(chosen.disks):
            room = Classroom(course, root / f"disk{number}")
            fill_class(room, 6)
            told = json.loads(fill_disk(room, root, 60 + 60 * number, number))
            assert told["marks"] == calm.marks()
            print(f"full disk: {told['said']}", flush=True)

        if chosen.students:
            room = Classroom(course, root / "length")
            fill_class(room, chosen.students)
            seen = watch(room, root.name)
            assert not seen.left, seen.left
            each = seen.seconds / chosen.students
            print(f"{chosen.students} submissions: {seen.seconds:.0f} s, {each:.2f} s each; nothing left")
            for kind in ("run", "worker", "warm student", "warm checker"):
                early, late = seen.growth(kind)
                print(f"memory of a {kind}: {early / 1024:.0f} MB early, {late / 1024:.0f} MB at the end")
                assert late < 1.2 * early + 20_000, f"the memory of a {kind} grows"


if __name__ == "__main__":
    main()

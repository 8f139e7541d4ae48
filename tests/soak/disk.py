"""Runs inside a small file system: fills it, grades, makes room, resumes, and prints the gradebook."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from nbgrader.api import Gradebook

ROOT = Path(__file__).parents[2]


def grade(course: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run ``class grade``."""
    command = [sys.executable, "-m", "klasteryste", "class", "grade", *words, "--jobs", "2"]
    return subprocess.run([*command, "--course", str(course)], cwd=ROOT, capture_output=True, text=True)


def main(root: Path, kilobytes: int) -> None:
    """Leave so much room, grade until it is used up, make room, and resume."""
    course = root / "assignments"
    ballast = root / "ballast"
    room = os.statvfs(root)
    with ballast.open("wb") as file:
        left = room.f_bavail * room.f_frsize - kilobytes * 1024
        while left > 0:
            left -= file.write(b"\0" * min(left, 1 << 20))
    first = grade(course, "m2")
    assert first.returncode == 1, (
        f"it did not run out of room: {first.returncode} {first.stdout}{first.stderr}"
    )
    assert "Traceback" not in first.stderr and first.stderr.count("\n") == 1, first.stderr
    ballast.unlink()
    plan = (course / "classrun" / "plan.json").exists()
    second = grade(course, *(["--resume"] if plan else ["m2"]))
    assert second.returncode == 3, second.stdout + second.stderr
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        marks = {
            submission.student.id: {
                grade.name: [grade.auto_score, grade.needs_manual_grade]
                for notebook in submission.notebooks
                for grade in notebook.grades
            }
            for submission in gradebook.find_assignment("m2").submissions
        }
    print(json.dumps({"said": first.stderr.strip(), "marks": marks}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))

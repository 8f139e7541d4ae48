"""The corpus, graded once as one class."""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat
import pytest

from klasteryste.grading.release import generate
from tests.grading.conftest import ASSIGNMENTS, machine_catalogue

from . import canaries, probe
from .canaries import Aftermath, bystander
from .corpus import ATTACKS
from .honest import HONEST
from .submission import Submission
from .terminal import run

FIRST = "aaa"
CLASS_SECONDS = 3000


class Graded:
    """A class that was graded by the command, and what was there before and after.

    Attributes
    ----------
    after : Aftermath
        What is there now.
    code : int or None
        The exit code of the run; None if it never ended.
    report : dict
        The run's own report.
    home_before, home_after : set of Path
        Files in the home of the account.
    """

    def __init__(self, root: Path, submissions: Sequence[Submission]) -> None:
        self.course, self.home = make_course(root), root / "home"
        canaries.make_home(self.home)
        release = self.course / "release" / probe.NAME / "en"
        released = nbformat.read(release / f"{probe.NAME}.ipynb", as_version=4)
        beside = [path for path in release.iterdir() if path.is_file() and path.suffix != ".ipynb"]
        with canaries.services(self.home) as services:
            places = {"COURSE": str(self.course), "HOME": str(self.home), "PORT": str(services.port)}
            for one in submissions:
                folder = self.course / "submitted" / one.name / probe.NAME
                one.write(released, folder, places)
                for path in beside:
                    shutil.copy(path, folder)
            before = canaries.kept(self.course, self.home)
            self.home_before = files_of(self.home)
            self.code, text = self.command("class", "grade", probe.NAME, "--jobs", "2")
            feedback, said = self.command("class", "feedback", probe.NAME)
            assert feedback == 0, said
            exported, said = self.command("class", "export")
            assert exported == 0, said
            self.log = text
            self.after = Aftermath(self.course, self.home, text, before, list(services.calls))
        self.home_after = files_of(self.home)
        report = self.course / "classrun" / "reports" / f"{probe.NAME}.json"
        self.report: dict[str, Any] = json.loads(report.read_text(encoding="utf-8"))

    def command(self, *words: str) -> tuple[int | None, str]:
        """Run the course's command at a terminal, with a secret in its environment."""
        environment = {
            "HOME": str(self.home),
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), "/usr/bin", "/bin"]),
            "LANG": "C.UTF-8",
            "TERM": "xterm",
            "GRADER_PASSWORD": canaries.HOST,
        }
        return run([sys.executable, "-m", "klasteryste", *words], self.course, environment, CLASS_SECONDS)

    def exported(self) -> str:
        """Return the marks as they are exported for a spreadsheet."""
        return "\n".join(
            path.read_text(encoding="utf-8-sig") for path in (self.course / "marks").glob("*.csv")
        )


def make_course(root: Path) -> Path:
    """Make this course's folder with the probe in it, generated, and short limits."""
    course = root / "assignments"
    source = course / "source" / probe.NAME / f"{probe.NAME}.ipynb"
    source.parent.mkdir(parents=True)
    nbformat.write(probe.source(), source)
    shutil.copy(ASSIGNMENTS / "nbgrader_config.py", course)
    with (course / "nbgrader_config.py").open("a") as config:
        config.write("\nc.ExecuteInJail.limits = {'cell_seconds': 12, 'total_seconds': 45}\n")
    catalogue = root / "translations" / "lt" / "assignments" / "source" / probe.NAME / f"{probe.NAME}.po"
    catalogue.parent.mkdir(parents=True)
    machine_catalogue(catalogue, source)
    generate(course, probe.NAME)
    return course


def files_of(folder: Path) -> set[Path]:
    """Return the files in a folder, relative to it."""
    return {path.relative_to(folder) for path in folder.rglob("*") if not path.is_dir()}


@pytest.fixture(scope="session")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Graded:
    """Grade all attacks and all honest submissions, with a bystander first and one last."""
    root = tmp_path_factory.mktemp("corpus")
    first = Submission(FIRST, bystander.tries, answers=bystander.answers, earned=bystander.earned)
    return Graded(root, [first, *ATTACKS, *HONEST, bystander])

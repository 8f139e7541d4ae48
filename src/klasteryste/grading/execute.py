"""The step that takes the place of nbgrader's ``Execute``: execution and tests in jails."""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange.default import Exchange
from nbgrader.preprocessors import Execute
from nbgrader.preprocessors.base import NbGraderPreprocessor
from sqlalchemy.engine import make_url
from traitlets import Bool, Dict

from klasteryste.assignment import OWN_SEED, practice_seed
from klasteryste.errors import CourseError
from klasteryste.grading.judge import judge
from klasteryste.grading.reference import course_of, notebook_names, profile_path
from klasteryste.grading.remarks import Remark
from klasteryste.grading.sandbox import Limits, Slot
from klasteryste.grading.sandbox.jail import shown_folders
from klasteryste.grading.sandbox.slot import shared
from klasteryste.grading.seeds import environment
from klasteryste.language import SOURCE_LANGUAGE


def shared_processes(course: CourseDirectory, assignment: str) -> AbstractContextManager[None]:
    """Keep warm processes for an assignment that all workers forked meanwhile use; see `slot.shared`.

    Raises
    ------
    JailError
        If no jail can be made here.
    """
    name = notebook_names(course, assignment)[0]
    return shared(read_profile(course, SOURCE_LANGUAGE, assignment, name).get("imports", ()))


def require_hidden(course: CourseDirectory, exchange: Path) -> None:
    """Check that nothing of a course is where code in the jail can read it.

    Parameters
    ----------
    course : CourseDirectory
        The course, which names its gradebook.
    exchange : Path
        Where submissions and feedback change hands, if it is there.

    Raises
    ------
    CourseError
        If the course, its gradebook or the exchange is in a folder that the jail shows.
    """
    places = {"the course": Path(course.root), "the exchange": exchange}
    address = make_url(course.db_url)
    if address.get_backend_name() == "sqlite" and address.database:
        places["the gradebook"] = Path(address.database)
    shown = shown_folders()
    for what, path in places.items():
        for folder in shown:
            if path.exists() and path.resolve().is_relative_to(folder):
                raise CourseError(
                    f"{what}, {path}, is in {folder}, which students' code can read for its libraries: "
                    "move it elsewhere"
                )


def read_profile(course: CourseDirectory, language: str, assignment: str, notebook: str) -> dict[str, Any]:
    """Return what was learnt from an assignment's source."""
    profile: dict[str, Any] = json.loads(
        profile_path(course, language, assignment, notebook).read_text(encoding="utf-8")
    )
    return profile


class ExecuteInJail(NbGraderPreprocessor):  # type: ignore[misc]
    """Execute a submission and run its tests, each in a jail, as `judge` does.

    The warm processes stay between notebooks; `close` ends them.
    """

    limits = Dict(
        help="What a notebook may use, where it differs from `klasteryste.grading.sandbox.Limits`, such as "
        '{"memory_mb": 4096, "cell_seconds": 120}.'
    ).tag(config=True)

    unsafe = Bool(
        False,
        help="Execute without a jail and with the tests in the student's process, as nbgrader does. The code "
        "of students then reaches whatever the one who grades does.",
    ).tag(config=True)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._slot = Slot()

    def close(self) -> None:
        """End the warm processes."""
        self._slot.close()

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Execute a notebook that was restored from its reference.

        Raises
        ------
        CourseError
            If no jail can be made, the limits name what is none, the course lies where the jail shows it, or
            root would have to execute without one.
        CheckerGoneError
            If this one notebook could not be judged.
        """
        details = nb.metadata.setdefault("klasteryste", {})
        if self.unsafe:
            nb, resources = self._without_jail(nb, resources)
            nb.metadata["klasteryste"] = {**details, "isolated": False}
            return nb, resources
        limits = Limits.configured(self.limits, "c.ExecuteInJail.limits")
        course = course_of(self)
        require_hidden(course, Path(Exchange(config=self.config).root))
        assignment, name = resources["nbgrader"]["assignment"], resources["nbgrader"]["notebook"]
        language = details.get("language", SOURCE_LANGUAGE)
        profile = read_profile(course, language, assignment, name)
        folder = Path(resources["klasteryste"]["folder"])
        release = Path(course.format_path(course.source_directory, ".", assignment))
        seeds = self._seeds(resources)
        judged = judge(nb, profile, folder, release, self._slot, limits, seeds)
        judged.notebook.metadata["klasteryste"] = {
            **details,
            "isolated": True,
            "seconds": judged.seconds,
            "notes": list(judged.notes),
        }
        return judged.notebook, resources

    def _seeds(self, resources: dict[str, Any]) -> dict[str, str]:
        """Return the student's seeds; practice numbers are remarked on."""
        told = resources["nbgrader"]
        seeds = environment(course_of(self), told["assignment"], told["student"])
        if seeds[OWN_SEED] == practice_seed().hex():
            resources["klasteryste"].setdefault("remarks", []).append(Remark("practice"))
        return seeds

    def _without_jail(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Execute as nbgrader does, but never as root and never with the real home."""
        if os.geteuid() == 0:
            raise CourseError(
                "students' code is never run as root without a jail: grade as an ordinary user, "
                "or drop --unsafe"
            )
        seeds = self._seeds(resources)
        with tempfile.TemporaryDirectory() as home:
            before = dict(os.environ)
            os.environ |= dict.fromkeys(("HOME", "IPYTHONDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"), home)
            os.environ |= seeds
            try:
                nb, resources = Execute(parent=self.parent)(nb, resources)
            finally:
                os.environ.clear()
                os.environ |= before
        return nb, resources

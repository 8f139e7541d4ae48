"""A temporary course with the assignment and its Lithuanian, and a machine-made one to change the wording."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import nbformat
import polib
import pytest
from nbformat import NotebookNode
from nbgrader.apps import NbGrader
from nbgrader.coursedir import CourseDirectory

from klasteryste.grading.reference import Reference, grade_id, read_references
from klasteryste.grading.release import generate
from klasteryste.translate import messages

ASSIGNMENTS = Path(__file__).parents[2] / "assignments"
SOURCE = ASSIGNMENTS / "source" / "m2" / "m2.ipynb"
CATALOGUE = "translations/lt/assignments/source/m2/m2.po"


def machine_catalogue(path: Path, source: Path, mark: str = "lt:") -> None:
    """Write a catalogue of a source in which every message is itself after a mark."""
    catalogue = polib.POFile()
    for message in messages(source):
        text = "lt" if message.msgid == "en" else mark + message.msgid
        catalogue.append(polib.POEntry(msgid=message.msgid, msgstr=text))
    catalogue.save(str(path))


def lithuanian() -> dict[str, str]:
    """Return the assignment's messages and what its translators made of them."""
    return {entry.msgid: entry.msgstr for entry in polib.pofile(str(ASSIGNMENTS.parent / CATALOGUE))}


def make_course(root: Path) -> Path:
    """Make a course folder in `root`, with its catalogue beside it."""
    course = root / "assignments"
    (course / "source" / "m2").mkdir(parents=True)
    shutil.copy(SOURCE, course / "source" / "m2")
    shutil.copy(ASSIGNMENTS / "nbgrader_config.py", course)
    (root / CATALOGUE).parent.mkdir(parents=True)
    shutil.copy(ASSIGNMENTS.parent / CATALOGUE, root / CATALOGUE)
    return course


def course_directory(course: Path) -> CourseDirectory:
    app = NbGrader()
    app.initialize([], root=str(course))
    return app.coursedir


def cells_by_name(path: Path) -> dict[str, NotebookNode]:
    """Read a notebook's cells that nbgrader knows."""
    notebook = nbformat.read(path, as_version=4)
    return {name: cell for cell in notebook.cells if (name := grade_id(cell)) is not None}


@pytest.fixture(scope="session", autouse=True)
def _own_jupyter(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Keep the exchange, caches and settings of whoever runs the tests out of them."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "IPYTHONDIR"):
            patch.setenv(name, str(tmp_path_factory.mktemp(name.lower())))
        # nbgrader's commands start alembic by name, as in an activated environment.
        patch.setenv("PATH", os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")]))
        yield


@pytest.fixture(scope="session")
def generated(tmp_path_factory: pytest.TempPathFactory, _own_jupyter: None) -> Path:
    """Return a course in which m2 was generated; only to be read."""
    course = make_course(tmp_path_factory.mktemp("generated"))
    generate(course, "m2")
    return course


@pytest.fixture(scope="session")
def references(generated: Path) -> dict[str, Reference]:
    return read_references(course_directory(generated), "m2", "m2")

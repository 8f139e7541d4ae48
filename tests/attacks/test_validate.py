"""What *Validate* tells an honest student is what the class run does with the same notebook."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping

import pytest
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

from klasteryste.grading.reference import grade_id

from . import probe
from .conftest import Graded
from .honest import HONEST
from .validate import validated

pytestmark = pytest.mark.slow

# Where the two differ, and why: the class run is kinder each time.
KINDER = {
    "copied-cell": "nbgrader refuses a notebook in which a name is repeated",
    "other-tools": "it names a kernel of its author's own machine, which Validate looks for",
    "locked-cells-changed": "what was changed by accident is put back only when the work is graded",
    "standard-error-and-logs": "nbgrader takes any line on standard error for a failure",
}


def lost(marks: Mapping[str, float], notebook: NotebookNode) -> set[str]:
    """Return the names of the tests in which marks were lost; a person marks what is written."""
    return {
        name
        for cell in notebook.cells
        if is_grade(cell)
        and not is_solution(cell)
        and (name := grade_id(cell)) in marks
        and marks[name] < cell.metadata.nbgrader.points
    }


@pytest.fixture(scope="module")
def told(graded: Graded, tmp_path_factory: pytest.TempPathFactory) -> dict[str, set[str]]:
    """Return the tests that Validate calls failed, by submission."""
    root = tmp_path_factory.mktemp("validate")
    paths = {}
    for one in HONEST:
        shutil.copytree(graded.course / "submitted" / one.name / probe.NAME, root / one.name)
        paths[one.name] = root / one.name / f"{probe.NAME}.ipynb"
    return dict(validated(paths))


@pytest.mark.parametrize("name", [one.name for one in HONEST])
def test_validate_and_the_class_run_agree(graded: Graded, told: dict[str, set[str]], name: str) -> None:
    record = graded.report["students"][name]["marks"]
    marks = {key.rpartition("/")[2]: score for key, score in record.items()}
    here = lost(marks, probe.source())
    if name in KINDER:
        assert here == set() and told[name] != set()
    else:
        assert told[name] == here


def test_the_report_is_of_this_class(graded: Graded) -> None:
    assert json.dumps(graded.report["students"]["as-expected"]["marks"]).count("-test") == len(probe.TASKS)

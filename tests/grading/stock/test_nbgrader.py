"""On the notebooks of nbgrader's documentation and test suite, marks are nbgrader's, with listed exceptions.

The notebooks are read where nbgrader is installed.
"""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import nbformat
import nbgrader as installed
import pytest
import yaml
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_task

from klasteryste.grading.boundary.learn import learn
from klasteryste.grading.boundary.refusals import problems
from klasteryste.grading.reference import grade_id
from klasteryste.grading.release import generate

from .both import Graded, grade_here, grade_in_stock, hand_in, nbgrader, our_course, stock_course

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]

PACKAGE = Path(installed.__file__).parent
FILES = {"data.txt": PACKAGE / "tests" / "apps" / "files" / "data.txt"}
AUTOTESTS = PACKAGE / "tests" / "apps" / "files" / "autotests.yml"
EXCEPTIONS = yaml.safe_load(Path(__file__).with_name("exceptions.yml").read_text(encoding="utf-8"))


class Family(NamedTuple):
    """A notebook as an assignment, and every notebook of nbgrader's that could be a submission to it."""

    source: NotebookNode
    submissions: dict[str, NotebookNode]


def notebooks() -> dict[str, NotebookNode]:
    """Return nbgrader's notebooks with marked cells, by path in the package; of equal ones the first."""
    found, seen = {}, set()
    for path in sorted(PACKAGE.rglob("*.ipynb")):
        try:
            notebook = _of_today(nbformat.read(path, as_version=4))
        except Exception:  # some are broken on purpose
            continue
        content = repr([(cell.cell_type, cell.source, cell.metadata) for cell in notebook.cells])
        if content not in seen and names_of(notebook):
            seen.add(content)
            found[str(path.relative_to(PACKAGE))] = notebook
    return found


def _of_today(notebook: NotebookNode) -> NotebookNode:
    """Return a notebook as JupyterLab would save it here: with ids, this kernel, and a language."""
    notebook.nbformat_minor = 5
    for place, cell in enumerate(notebook.cells):
        cell.id = f"cell-{place}"
    notebook.metadata.kernelspec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata.klasteryste = {"language": "en"}
    return notebook


def names_of(notebook: NotebookNode) -> frozenset[str]:
    """Return the names of marked cells and of tasks."""
    return frozenset(grade_id(cell) or "" for cell in notebook.cells if is_grade(cell) or is_task(cell))


def families() -> dict[str, Family]:
    """Return assignments: of notebooks with the same marked cells, the one that is most a source."""
    groups: dict[frozenset[str], list[str]] = defaultdict(list)
    known = notebooks()
    for path, notebook in known.items():
        groups[names_of(notebook)].append(path)
    found = {}
    for paths in groups.values():
        source = min(paths, key=lambda path: (_is_old(known[path]), "/source/" not in path, len(path), path))
        submissions = {path.removesuffix(".ipynb").replace("/", "."): known[path] for path in paths}
        found[Path(source).stem] = Family(known[source], submissions)
    return found


def _is_old(notebook: NotebookNode) -> bool:
    """Tell whether a notebook has the metadata of an older nbgrader, which it does not generate from."""
    details = [cell.metadata.nbgrader for cell in notebook.cells if "nbgrader" in cell.metadata]
    return any(each.get("schema_version") != 3 for each in details)


@dataclass
class Both:
    """Marks of nbgrader's own notebooks, twice.

    Attributes
    ----------
    no_assignment : set of str
        Families from which nbgrader itself generates none.
    refused : dict of str to set of str
        Tests of a family that the release refuses.
    stock, ours : dict
        What became of submissions, by family and student.
    """

    no_assignment: set[str] = field(default_factory=set)
    refused: dict[str, set[str]] = field(default_factory=dict)
    stock: dict[tuple[str, str], Graded] = field(default_factory=dict)
    ours: dict[tuple[str, str], Graded] = field(default_factory=dict)


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    """Grade every family twice: what was released, and every notebook of the family."""
    root = tmp_path_factory.mktemp("nbgrader")
    sources = {name: family.source for name, family in families().items()}
    stock, ours = stock_course(root, sources, FILES), our_course(root, sources, FILES)
    for course in (stock, ours):
        shutil.copy(AUTOTESTS, course)
    generated = nbgrader(stock, "generate_assignment", sources)
    both, submissions = Both({name for name, done in generated.items() if not done}), {}
    for name in sorted(set(sources) - both.no_assignment):
        generate(ours, name)
        source = ours / "source" / name
        if told := problems(learn(nbformat.read(source / f"{name}.ipynb", as_version=4), source)):
            both.refused[name] = {line.split(", ")[0] for line in told}
        released = _of_today(nbformat.read(stock / "release" / name / f"{name}.ipynb", as_version=4))
        submissions[name] = {"released": released, **families()[name].submissions}
    for course in (stock, ours):
        hand_in(course, submissions, FILES)
    both.stock = grade_in_stock(stock, submissions)
    both.ours = grade_here(ours, submissions)
    yield both
    shutil.rmtree(root)


@pytest.mark.soak
def test_marks_are_equal_but_for_the_list(graded: Both) -> None:
    different: dict[str, set[str]] = {}
    for (family, student), stock in graded.stock.items():
        ours = graded.ours[family, student].marks if (family, student) in graded.ours else {}
        cells = {name for name, mark in stock.marks.items() if ours.get(name) != mark}
        if cells := cells - graded.refused.get(family, set()):
            different[f"{family} {student}"] = cells
    listed = {name: set(cells) for group in EXCEPTIONS["marks"] for name, cells in group["cells"].items()}
    assert different == listed


@pytest.mark.soak
def test_what_is_refused_is_listed(graded: Both) -> None:
    listed = {name: set(cells) for name, cells in EXCEPTIONS["refused"].items()}
    assert graded.refused == listed


@pytest.mark.soak
def test_outputs_are_equal(graded: Both) -> None:
    listed = {name for group in EXCEPTIONS["outputs"] for name in group["cells"]}
    different = set()
    for key, ours in graded.ours.items():
        if key in graded.stock and ours.outputs != graded.stock[key].outputs:
            different.add(" ".join(key))
    assert different == listed


@pytest.mark.soak
def test_there_is_enough_to_compare(graded: Both) -> None:
    assert len({family for family, _ in graded.stock}) >= 8
    assert len(graded.stock) >= 40
    assert len(graded.ours) >= len(graded.stock) - sum(len(group["cells"]) for group in EXCEPTIONS["marks"])


def test_every_exception_has_its_reason() -> None:
    for group in (*EXCEPTIONS["marks"], *EXCEPTIONS["outputs"]):
        assert group["reason"].strip() and group["cells"]
    for cells in EXCEPTIONS["refused"].values():
        assert cells and all(reason.strip() for reason in cells.values())

"""A marking guide is there for whoever marks, in the language of the answer, and for no student."""

from __future__ import annotations

import html
import json
import re
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup, Tag
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from klasteryste.grading.classrun.export import export
from klasteryste.grading.coursefolder import open_course
from klasteryste.grading.reference import grade_id
from klasteryste.grading.release import generate
from klasteryste.grading.tasks import tasks, without_guide

from .conftest import ASSIGNMENTS, machine_catalogue
from .test_feedback import exported
from .test_round import nbgrader

GOOD = "Dear editor, a sample of adults was asked, and a sample is not a country."
HEADING = "## Task 2. A letter\n\nWrite a letter.\n\n"
TABLE = "| criterion | full | points |\n|---|---|---|\n| What was asked | names the question, $p < 1$ | 2 |"
GUIDE = (
    "<!-- BEGIN MARK SCHEME -->\n\n**Marking guide** for those who mark.\n\n"
    f"{TABLE}\n\n### A good answer\n\n{GOOD}\n\n"
    "### A weak answer\n\nEstonia is better.\n\n<!-- END MARK SCHEME -->"
)
WRITTEN = {
    "ona": ("lt", "Laiškas.\n\n<!-- BEGIN MARK SCHEME -->\n\nmano\n\n### BEGIN HIDDEN TESTS\n\npabaiga"),
    "jonas": ("en", "A letter of mine."),
}
# Of the guide, wherever it stands.
SIGNS = ("MARK SCHEME", "Marking guide", "names the question", "A good answer", "A weak answer", GOOD)


def told(name: str, **role: object) -> dict[str, object]:
    base = {"grade": False, "solution": False, "locked": False, "task": False, "schema_version": 3}
    return {"nbgrader": base | {"grade_id": name} | role}


def source() -> NotebookNode:
    test = "def check():\n    assert one() == 1, tr('It gives one.')\n\n\ncheck()"
    answer = "def one():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION"
    setup = 'from klasteryste import tr, use_language\n\nuse_language(tr("en"))'
    locked, marked = {"locked": True}, {"grade": True}
    cells = [
        new_code_cell(setup, id="set-up", metadata=told("set-up", **locked)),
        new_markdown_cell("## Task 1. One", id="one", metadata=told("one", **locked)),
        new_code_cell(answer, id="answer", metadata=told("answer", solution=True)),
        new_code_cell(test, id="test", metadata=told("test", points=1, **locked, **marked)),
        new_markdown_cell(HEADING + GUIDE, id="letter-text", metadata=told("letter-text", **locked)),
        new_markdown_cell(GOOD, id="letter", metadata=told("letter", points=2, solution=True, **marked)),
    ]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    return new_notebook(cells=cells, metadata=kernel)


def cell_of(path: Path, name: str) -> NotebookNode:
    return next(cell for cell in nbformat.read(path, as_version=4).cells if grade_id(cell) == name)


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course folder up to its feedback, with a letter in each language."""
    root = tmp_path_factory.mktemp("guided")
    course = root / "assignments"
    path = course / "source" / "g1" / "g1.ipynb"
    path.parent.mkdir(parents=True)
    nbformat.write(source(), path)
    (course / "nbgrader_config.py").write_bytes((ASSIGNMENTS / "nbgrader_config.py").read_bytes())
    catalogue = root / "translations" / "lt" / "assignments" / "source" / "g1" / "g1.po"
    catalogue.parent.mkdir(parents=True)
    machine_catalogue(catalogue, path)
    generate(course, "g1")
    for student, (language, text) in WRITTEN.items():
        notebook = nbformat.read(course / "release" / "g1" / language / "g1.ipynb", as_version=4)
        for cell in notebook.cells:
            if grade_id(cell) == "letter":
                cell.source = text
        (course / "submitted" / student / "g1").mkdir(parents=True)
        nbformat.write(notebook, course / "submitted" / student / "g1" / "g1.ipynb")
    nbgrader(course, "autograde", "g1")
    nbgrader(course, "generate_feedback", "g1")
    return course


def test_a_release_holds_no_guide_and_no_model_answer(course: Path) -> None:
    for path in (course / "release").rglob("*"):
        text = path.read_text(encoding="utf-8") if path.is_file() else ""
        assert not [sign for sign in SIGNS if sign in text], path
    assert GOOD in (course / "reference" / "lt" / "g1" / "g1.ipynb").read_text(encoding="utf-8")


@pytest.mark.parametrize("student", WRITTEN)
def test_whoever_marks_reads_the_guide_above_the_answer_in_its_language(course: Path, student: str) -> None:
    language, text = WRITTEN[student]
    mark = "lt:" if language == "lt" else ""
    notebook = nbformat.read(course / "autograded" / student / "g1" / "g1.ipynb", as_version=4)
    page = BeautifulSoup(exported("formgrade", notebook), "html.parser")
    guide, answer = page.find_all(class_="text_cell")[-2:]
    assert [found.text for found in guide.find_all(["h2", "h3"])] == [
        f"{mark}{title}" for title in ("Task 2. A letter", "A good answer", "A weak answer")
    ]
    rows = [[entry.text for entry in row.find_all(["th", "td"])] for row in guide.find_all("tr")]
    assert rows[0] == [f"{mark}{head}" for head in ("criterion", "full", "points")]
    assert rows[1][0] == f"{mark}What was asked" and rows[1][2].endswith("2")
    assert isinstance(guide.find("math"), Tag) and f"{mark}{GOOD}" in guide.text
    assert "MARK SCHEME" not in guide.text
    assert text.partition("\n")[0] in answer.text and GOOD not in answer.text


@pytest.mark.parametrize("student", WRITTEN)
def test_feedback_shows_the_task_and_the_answer_and_nothing_of_the_guide(course: Path, student: str) -> None:
    language, text = WRITTEN[student]
    page = (course / "feedback" / student / "g1" / "g1.html").read_text(encoding="utf-8")
    shown = html.unescape(re.sub(r"<[^>]*>", "", page))
    assert not [sign for sign in SIGNS if sign in shown]
    mark = "lt:" if language == "lt" else ""
    assert shown.count(f"{mark}Task 2. A letter") == 2  # by its points, and where it stands
    assert f"{mark}Write a letter." in shown
    # A student may write anything, also what a guide is known by.
    for line in ("Laiškas.", "mano", "pabaiga") if student == "ona" else [text]:
        assert line in shown


def test_a_guide_names_no_task(course: Path, tmp_path: Path) -> None:
    assert [task.title for task in tasks(source().cells)] == ["Task 1. One", "Task 2. A letter"]
    app = open_course(course)
    (table, _) = export(app, tmp_path / "marks", [], [])
    heads = table.read_text(encoding="utf-8-sig").splitlines()[0]
    assert "Task 2. A letter" in heads and "weak" not in heads
    check = json.loads((course / "release" / "g1" / "lt" / "g1.check.json").read_text(encoding="utf-8"))
    assert [entry["task"] for entry in check["tests"].values()] == ["lt:Task 1. One"]


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (HEADING + GUIDE, HEADING.rstrip()),
        (f"{HEADING}{GUIDE}\n\nAfter.\n\n{GUIDE}", HEADING + "\nAfter."),
        ("No guide.", "No guide."),
        ("<!-- BEGIN MARK SCHEME -->\nnever ended", "<!-- BEGIN MARK SCHEME -->\nnever ended"),
    ],
)
def test_without_its_guide_a_text_is_what_it_was(text: str, left: str) -> None:
    assert without_guide(text) == left

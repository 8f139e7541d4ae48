"""The m2 assignment itself: its solution, its tests, wrong answers and other right ones."""

from __future__ import annotations

import ast
import builtins
import re
import symtable
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from nbgrader.utils import is_grade, is_solution

from klasteryste.grading.reference import Reference
from klasteryste.language import use_language
from klasteryste.translate import localise_file

from .answers import RIGHT, WRONG, Answer
from .conftest import ASSIGNMENTS, CATALOGUE, SOURCE, cells_by_name, lithuanian


def run(source: str, names: dict[str, Any]) -> Any:
    """Run a cell and return the value of its last line, None if that is not an expression."""
    tree = ast.parse(source)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    exec(compile(tree, "<cell>", "exec"), names)
    return eval(compile(ast.Expression(last.value), "<cell>", "eval"), names) if last else None


def marks(reference: Reference, answers: Mapping[str, str]) -> tuple[dict[str, float], dict[str, str]]:
    """Mark answers as nbgrader does, but in this process: points, and the message of each failed test.

    `answers` holds code by the name of the answer's cell; the others stay stubs.
    """
    names: dict[str, Any] = {}
    points: dict[str, float] = {}
    failures: dict[str, str] = {}
    try:
        for name, cell in reference.cells.items():
            if cell.cell_type != "code":
                continue
            test = is_grade(cell)
            try:
                value = run(answers.get(name, cell.source), names)
            except Exception as error:
                failures[name] = f"{type(error).__name__}: {error}"
                value = 0.0
            if test:
                full = float(cell.metadata.nbgrader.points)
                points[name] = full if value is None else float(value)
                assert 0 <= points[name] <= full
    finally:
        use_language("en")
    return points, failures


def solutions(language: str, catalogue: Path) -> dict[str, str]:
    notebook = nbformat.reads(localise_file(SOURCE, catalogue, language, strict=True), as_version=4)
    return {cell.id: cell.source for cell in notebook.cells if is_solution(cell) and cell.cell_type == "code"}


@pytest.fixture(scope="module")
def catalogue(generated: Path) -> Path:
    return generated.parent / CATALOGUE


@pytest.fixture(scope="module", params=["en", "lt"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_solution_earns_everything(
    references: dict[str, Reference], language: str, catalogue: Path
) -> None:
    points, failures = marks(references[language], solutions(language, catalogue))
    full = {
        name: float(cell.metadata.nbgrader.points)
        for name, cell in references["en"].cells.items()
        if is_grade(cell) and cell.cell_type == "code"
    }
    assert failures == {}
    assert points == full


def test_the_release_earns_nothing(references: dict[str, Reference], language: str) -> None:
    points, _ = marks(references[language], {})
    assert len(points) >= 6
    assert set(points.values()) == {0.0}


def task_points(reference: Reference, answer: Answer) -> tuple[tuple[float, ...], list[str]]:
    points, failures = marks(reference, {f"{answer.task}-answer": answer.code})
    names = [name for name in points if name.startswith(answer.task + "-")]
    return tuple(points[name] for name in names), [failures[name] for name in names if name in failures]


@pytest.mark.parametrize("answer", WRONG, ids=lambda answer: f"{answer.task}: {answer.name}")
def test_a_wrong_answer_earns_what_it_should(
    references: dict[str, Reference], language: str, answer: Answer
) -> None:
    points, failures = task_points(references[language], answer)
    assert points == answer.points
    # A test that fails says what to look at: its own message, not an error from inside it.
    words = lithuanian()
    told = set(words if language == "en" else words.values())
    assert all(
        failure.removeprefix("AssertionError: ") in told or "KeyError" in failure for failure in failures
    )


@pytest.mark.parametrize("answer", RIGHT, ids=lambda answer: f"{answer.task}: {answer.name}")
def test_another_right_answer_earns_everything(
    references: dict[str, Reference], language: str, answer: Answer
) -> None:
    assert task_points(references[language], answer) == (answer.points, [])


@pytest.mark.parametrize("honest", ["ABCDEF", "B", "AC"])
def test_what_is_said_of_the_statements_names_none(
    references: dict[str, Reference], language: str, honest: str, capsys: pytest.CaptureFixture[str]
) -> None:
    marks(references[language], {"m2-task-8-answer": f"honest = {honest!r}"})
    said = capsys.readouterr().out
    assert len(said.splitlines()) == 1 + (honest == "B")
    assert not re.search(r"\b[A-F]\b", said)


def global_names(table: symtable.SymbolTable) -> set[str]:
    names = {symbol.get_name() for symbol in table.get_symbols() if symbol.is_global()}
    return names.union(*(global_names(child) for child in table.get_children()))


def test_a_test_shares_no_name_with_the_student_but_what_it_asks_for() -> None:
    cells = cells_by_name(SOURCE)
    for name, cell in cells.items():
        if not (is_grade(cell) and cell.cell_type == "code"):
            continue
        test, call = ast.parse(cell.source).body
        assert isinstance(test, ast.FunctionDef) and ast.unparse(call) == f"{test.name}()", name
        answer = ast.parse(cells[f"{name[:9]}-answer"].source)
        asked = {node.name for node in answer.body if isinstance(node, ast.FunctionDef)} | {"honest"}
        (scope,) = symtable.symtable(cell.source, name, "exec").get_children()
        assert global_names(scope) <= asked | set(dir(builtins)) | {"tr"}, name


def test_the_honest_statements_are_true(references: dict[str, Reference], catalogue: Path) -> None:
    names: dict[str, Any] = {}
    answers = solutions("en", catalogue)
    for name, cell in references["en"].cells.items():
        if cell.cell_type == "code" and not is_grade(cell):
            run(answers.get(name, cell.source), names)
    table = names["comparison"]
    against_estonia, against_norway = table.loc[("LT", "EE")], table.loc[("LT", "NO")]
    assert against_estonia["difference"] < 0  # A
    assert against_estonia["low"] < 0 < against_estonia["high"]  # C, and why neither B nor D
    assert against_norway["high"] < 0  # E
    assert abs(100 * against_estonia["difference"] + 1.5) < 0.25  # the model letter's words for the gap
    assert against_norway["p_holm"] < 0.05


def test_every_assertion_has_a_marked_message() -> None:
    for name, cell in cells_by_name(SOURCE).items():
        if not (is_grade(cell) and cell.cell_type == "code"):
            continue
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.Assert):
                message = node.msg
                assert isinstance(message, ast.Call) and ast.unparse(message.func) == "tr", (
                    name,
                    ast.unparse(node),
                )


def test_every_autograded_task_has_visible_or_hidden_tests_of_its_own() -> None:
    cells = cells_by_name(SOURCE)
    tasks = {name.removesuffix("-answer") for name in cells if name.endswith("-answer")}
    assert len(tasks) >= 6
    for task in tasks:
        tests = [cell for name, cell in cells.items() if name.startswith(task + "-") and is_grade(cell)]
        hidden = [cell for cell in tests if "### BEGIN HIDDEN TESTS" in cell.source]
        visible = [cell for cell in tests if "assert" in cell.source.split("### BEGIN HIDDEN TESTS")[0]]
        assert hidden and visible, task


def test_names_are_words_and_the_same_everywhere() -> None:
    for cell in nbformat.read(SOURCE, as_version=4).cells:
        assert cell.id == cell.metadata.nbgrader.grade_id
        assert re.fullmatch(r"m2(-[a-z]+)+(-\d)?(-[a-z]+)?", cell.id)
        assert cell.metadata.nbgrader.schema_version == 3
        assert not cell.get("outputs")


def test_the_marking_guide_gives_the_points_of_the_letter() -> None:
    guide = (ASSIGNMENTS / "marking" / "m2.md").read_text(encoding="utf-8")
    points = [float(row) for row in re.findall(r"^\|.*\| (\d+) \|$", guide, flags=re.MULTILINE)]
    assert sum(points) == cells_by_name(SOURCE)["m2-letter"].metadata.nbgrader.points
    assert not list((ASSIGNMENTS / "source").rglob("*.md"))

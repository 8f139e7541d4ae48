"""The assignments' own lists of right and wrong answers, and how they are marked in this process."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from itertools import count, zip_longest
from pathlib import Path
from typing import Any, NamedTuple

import nbformat
import yaml
from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_locked, is_solution

from klasteryste.course import read_course
from klasteryste.grading.reference import Reference, grade_id, is_test
from klasteryste.language import use_language
from klasteryste.translate import localise_file

ROOT = Path(__file__).parents[2]
SOURCES = ROOT / "assignments" / "source"
ASSIGNMENTS = sorted(path.name for path in SOURCES.iterdir() if path.is_dir())
PLAN = read_course(ROOT / "course.yml").modules[-1].id


class Answer(NamedTuple):
    """An answer to one task.

    Attributes
    ----------
    task : str
        Name of the task's cells without their last word, such as ``"m2-task-1"``.
    name : str
        What the student did.
    cells : dict of str to str
        What the student wrote, by the answer's cell; the task's other answers stay as they were released.
    points : tuple of float or None
        What it earns in the task's tests, in their order; None stands for everything.
    """

    task: str
    name: str
    cells: dict[str, str]
    points: tuple[float, ...] | None


def source(assignment: str) -> Path:
    """Return where an assignment's source is."""
    return SOURCES / assignment / f"{assignment}.ipynb"


def read(assignment: str) -> NotebookNode:
    """Return an assignment's source as it is written, its texts marked for translation."""
    return nbformat.read(source(assignment), as_version=4)


def localised(assignment: str, language: str) -> NotebookNode:
    """Return an assignment's source in a language, with its solutions."""
    catalogue = ROOT / "translations" / "lt" / "assignments" / "source" / assignment / f"{assignment}.po"
    text = localise_file(source(assignment), catalogue if language == "lt" else None, language, strict=True)
    return nbformat.reads(text, as_version=4)


def solutions(assignment: str, language: str = "en") -> dict[str, str]:
    """Return the solutions of an assignment's code, by cell."""
    cells = localised(assignment, language).cells
    return {cell.id: cell.source for cell in cells if is_solution(cell) and cell.cell_type == "code"}


def answers(assignment: str) -> dict[str, list[Answer]]:
    """Return the listed answers of an assignment, under ``"right"`` and ``"wrong"``."""
    path = ROOT / "assignments" / "answers" / f"{assignment}.yml"
    listed = yaml.safe_load(path.read_text(encoding="utf-8"))
    solved = solutions(assignment)
    found: dict[str, list[Answer]] = {"right": [], "wrong": []}
    for kind, entries in listed.items():
        for entry in entries:
            cells = {}
            for key, suffix in (("code", "answer"), ("values", "values")):
                name = f"{entry['task']}-{suffix}"
                if key in entry:
                    cells[name] = entry[key]
                if f"then_{key}" in entry:  # the solution, and then a change of it
                    cells[name] = f"{solved[name]}\n{entry[f'then_{key}']}"
            points = tuple(map(float, entry["points"])) if kind == "wrong" else None
            found[kind].append(Answer(entry["task"], entry["name"], cells, points))
    return found


def own_work(assignment: str, language: str = "en") -> dict[str, str]:
    """Return what whoever did everything right handed in: the solutions, but a plan in words of their own.

    The published plan itself is a copy in a class that has a secret.
    """
    solved = solutions(assignment, language)
    return solved if assignment != PLAN else solved | answers(assignment)["right"][0].cells


def tasks(reference: Reference) -> list[str]:
    """Name the tasks that have tests, in their order."""
    return list(dict.fromkeys(name.rpartition("-")[0] for name in tests(reference)))


def tests(reference: Reference) -> dict[str, float]:
    """Return the points of each test cell."""
    return {
        name: float(cell.metadata.nbgrader.points) for name, cell in reference.cells.items() if is_test(cell)
    }


def of_task(points: Mapping[str, float], task: str) -> tuple[float, ...]:
    """Return the points of one task's tests."""
    return tuple(value for name, value in points.items() if name.rpartition("-")[0] == task)


def submissions(assignment: str) -> Iterator[tuple[Answer, ...]]:
    """Yield sets of listed answers, one for each task, until each answer has been in one."""
    by_task: dict[str, list[Answer]] = {}
    for kind in answers(assignment).values():
        for answer in kind:
            by_task.setdefault(answer.task, []).append(answer)
    for each in zip_longest(*by_task.values()):
        yield tuple(answer for answer in each if answer is not None)


def written_in(chosen: Iterable[Answer], solved: Mapping[str, str], reference: Reference) -> dict[str, str]:
    """Return what is in the answers' cells of a submission: the chosen answers, and solutions elsewhere."""
    cells = dict(solved)
    for answer in chosen:
        for name in solved:
            if name.rpartition("-")[0] == answer.task:
                cells[name] = answer.cells.get(name, reference.cells[name].source)
    return cells


def expected(chosen: Iterable[Answer], reference: Reference) -> dict[str, float]:
    """Return what a submission of `written_in` earns in each test."""
    points = tests(reference)
    for answer in chosen:
        names = [name for name in points if name.rpartition("-")[0] == answer.task]
        if answer.points is not None:
            points |= dict(zip(names, answer.points, strict=True))
    return points


def in_one_way(way: str, solved: Mapping[str, str], reference: Reference) -> dict[str, str]:
    """Return the solutions of those who keep to one way where it will do: ``"answer"`` or ``"values"``."""
    other = {"answer": "values", "values": "answer"}[way]
    return {
        name: reference.cells[name].source
        if name.endswith(f"-{other}") and f"{name.removesuffix(other)}{way}" in solved
        else text
        for name, text in solved.items()
    }


# --- marking in this process --------------------------------------------------------------------------


def run(text: str, names: dict[str, Any], number: int = 0) -> Any:
    """Run a cell and return the value of its last line, None if that is not an expression."""
    tree = ast.parse(text)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    place = f"<cell {number}>"
    exec(compile(tree, place, "exec"), names)
    return eval(compile(ast.Expression(last.value), place, "eval"), names) if last else None


def marks(
    reference: Reference, written: Mapping[str, str]
) -> tuple[dict[str, float], dict[str, BaseException]]:
    """Mark answers as nbgrader does, but in this process: points, and the error of each failed cell.

    `written` holds code by the answer's cell; the others stay as they were released.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    points: dict[str, float] = {}
    failures: dict[str, BaseException] = {}
    numbers = count()
    try:
        for name, cell in reference.cells.items():
            if cell.cell_type != "code":
                continue
            text = cell.source if is_locked(cell) else written.get(name, cell.source)
            try:
                value = run(text, names, next(numbers))
            except Exception as error:
                failures[name] = error
                value = 0.0
            if is_grade(cell):
                full = float(cell.metadata.nbgrader.points)
                points[name] = full if value is None else float(value)
                assert 0 <= points[name] <= full, name
    finally:
        use_language("en")
    return points, failures


def names_of(notebook: NotebookNode) -> dict[str, NotebookNode]:
    """Return a notebook's cells by the names that nbgrader knows them by."""
    return {name: cell for cell in notebook.cells if (name := grade_id(cell)) is not None}

"""The tasks of an assignment, as its headings name them: what points are summed over for people."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_task

from klasteryste.grading.reference import grade_id

_HEADING = re.compile(r"^#{1,3} +(.+?)[ #]*$", re.MULTILINE)
# As nbgrader's ClearMarkScheme has it, by the words that it looks for in a line.
_GUIDE = re.compile(r"^[^\n]*BEGIN MARK SCHEME.*?END MARK SCHEME[^\n]*\n?", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class TaskOf:
    """A task: a heading and the marked cells under it.

    Parameters
    ----------
    title : str
        The heading, in the notebook's language.
    cells : tuple of str
        Names of its marked cells, in their order.
    """

    title: str
    cells: tuple[str, ...]


def without_guide(text: str) -> str:
    """Return the text of a locked cell without its marking guide, which no student is shown."""
    return _GUIDE.sub("", text).rstrip()


def tasks(cells: Iterable[NotebookNode]) -> list[TaskOf]:
    """Group the marked cells of a notebook by the heading that they stand under.

    Parameters
    ----------
    cells : iterable of NotebookNode
        The cells of a reference, or of a submission that was restored from it. Headings of cells that
        nbgrader does not know, which students added, do not count.

    Returns
    -------
    list of TaskOf
        In their order; a marked cell before any heading makes a task of its own name.
    """
    found: dict[str, list[str]] = {}
    title = ""
    for cell in cells:
        name = grade_id(cell)
        if name is None:
            continue
        if is_grade(cell) or is_task(cell):
            found.setdefault(title or name, []).append(name)
        elif cell.cell_type == "markdown" and (headings := _HEADING.findall(without_guide(cell.source))):
            title = headings[-1]
    return [TaskOf(title, tuple(names)) for title, names in found.items()]

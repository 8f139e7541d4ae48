"""What a release carries so that its tests judge as the class run does: see `validate`."""

from __future__ import annotations

import json
import re

from nbformat import NotebookNode

from klasteryste.grading.boundary.learn import Learnt
from klasteryste.grading.boundary.profile import fingerprint
from klasteryste.grading.boundary.source import bound, cells_of, imported
from klasteryste.grading.tasks import tasks

CALL = {
    "en": "# The tests look at your values as they will when your work is graded.",
    "lt": "# Testai jūsų reikšmes tikrina taip, kaip jos bus tikrinamos vertinant darbą.",
}
"""What stands above the call in a released set-up cell."""


def with_check(source: str, name: str, language: str) -> str:
    """Return a set-up cell that begins to judge as the class run does.

    Parameters
    ----------
    source : str
        The cell.
    name : str
        The notebook's name without its suffix.
    language : str
        The notebook's language.
    """
    return (
        f"{source.rstrip()}\n\n{CALL[language]}\n"
        f"from klasteryste.grading.boundary.validate import as_graded\n\nas_graded({name!r})"
    )


def check_file(learnt: Learnt, released: NotebookNode) -> bytes:
    """Return what a released notebook needs to judge as the class run does.

    Of names that a solution or a hidden test alone uses it says nothing.

    Parameters
    ----------
    learnt : Learnt
        What was learnt of the assignment.
    released : NotebookNode
        The notebook, without hidden tests.
    """
    locked = [cell for cell in learnt.cells if cell.role == "locked"]
    titles = {name: task.title for task in tasks(released.cells) for name in task.cells}
    told = {
        "profile": learnt.profile.about(code_words(released)).to_json(),
        "tests": {
            fingerprint(cell.source): {"task": titles[cell.name], "points": cell.points}
            for cell in cells_of(released)
            if cell.role == "test"
        },
        "locked": sorted(set().union(*(bound(cell.text) | set(imported(cell.text)) for cell in locked))),
    }
    return json.dumps(told, indent=1).encode()


def code_words(notebook: NotebookNode) -> set[str]:
    """Return the words in a notebook's code, and those that its texts set as code."""
    code = [
        text
        for cell in notebook.cells
        for text in ([cell.source] if cell.cell_type == "code" else _SET_AS_CODE.findall(cell.source))
    ]
    return set(re.findall(r"\w+", "\n".join(code)))


# Between backticks, and in fences of them.
_SET_AS_CODE = re.compile(r"`[^`]+`")


def load_check(notebook: NotebookNode, name: str, language: str) -> None:
    """Have the set-up cell of a notebook load the check: the first locked cell of code that is no test."""
    for cell in notebook.cells:
        details = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and details.get("locked") and not details.get("grade"):
            cell.source = with_check(cell.source, name, language)
            return

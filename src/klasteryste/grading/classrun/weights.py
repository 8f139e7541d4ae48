"""The parts of the work, and what each counts towards the percentage of the course."""

from __future__ import annotations

from collections.abc import Mapping

from nbformat import NotebookNode

from klasteryste.grading.reference import is_test
from klasteryste.language import _

AUTOMATIC, WRITTEN, PLAN = PARTS = ("automatic", "written", "plan")
"""What tests grade, what a person reads, and the whole of the plan's assignment."""


def part_of(cell: NotebookNode, assignment: str, plan: str) -> str:
    """Return which part a marked cell belongs to.

    Parameters
    ----------
    cell : NotebookNode
        Of a reference.
    assignment : str
        Whose cell it is.
    plan : str
        The name of the plan's assignment.
    """
    if assignment == plan:
        return PLAN
    return AUTOMATIC if is_test(cell) else WRITTEN


def title(part: str) -> str:
    """Return what a part is called."""
    return {AUTOMATIC: _("Graded automatically"), WRITTEN: _("Written answers"), PLAN: _("Plan and defence")}[
        part
    ]


def weighted(percents: Mapping[str, float], weights: Mapping[str, float]) -> float:
    """Return the mean of the parts' percentages, each with its weight.

    Parameters
    ----------
    percents : mapping of str to float
        By part; one that is not there is left out, and the others weigh against each other as before.
    weights : mapping of str to float
        What each part counts.

    >>> weighted({"automatic": 80, "written": 45}, {"automatic": 50, "written": 20, "plan": 30})
    70.0
    """
    whole = sum(weights[part] for part in percents)
    return sum(weights[part] * percent for part, percent in percents.items()) / whole

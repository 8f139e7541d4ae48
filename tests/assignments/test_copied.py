"""An answer copied from the repository, whose numbers are everybody's for practice, is wrong in a class."""

from __future__ import annotations

import ast
import hashlib
import symtable
from collections import Counter
from typing import Any

import numpy as np
import pytest

from klasteryste.assignment import practice_seed
from klasteryste.grading.reference import Reference, grade_id, is_test

from .answers import ASSIGNMENTS, PLAN, localised, marks, run, solutions, tasks
from .answers import tests as points_of_tests

STUDENTS = 5
PLAIN = (int, float, str, list, tuple, np.generic)


def public_values(assignment: str, reference: Reference) -> dict[str, str]:
    """Return what somebody copies who runs the source and reads its values off: code by the answer's cell.

    Functions are left as they were released: that copied code cannot be told is no secret.
    """
    names: dict[str, Any] = {}
    solved = solutions(assignment)
    copied = {}
    for cell in localised(assignment, "en").cells:
        if cell.cell_type != "code" or (grade_id(cell) and is_test(cell)):
            continue
        run(cell.source, names)
        released = ast.parse(reference.cells[cell.id].source).body if cell.id in solved else []
        if cell.id in solved and not any(isinstance(each, ast.FunctionDef) for each in released):
            copied[cell.id] = "\n".join(
                f"{name} = {_plain(names[name])!r}"
                for name in sorted(_names_set(solved[cell.id]))
                if isinstance(names[name], PLAIN)
            )
    return copied


def _names_set(code: str) -> set[str]:
    return {
        each.get_name()
        for each in symtable.symtable(code, "cell", "exec").get_symbols()
        if each.is_assigned()
    }


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


@pytest.mark.parametrize("assignment", [each for each in ASSIGNMENTS if each != PLAN])
def test_what_is_copied_from_the_repository_is_wrong_in_a_class(class_of_thirty, seeds, assignment):
    reference = class_of_thirty.references(assignment)["en"]
    seeds(practice_seed().hex(), practice_seed("hidden").hex())
    copied = public_values(assignment, reference)
    assert copied
    full = points_of_tests(reference)
    earned: Counter[str] = Counter()
    for student in range(STUDENTS):
        seeds(*(hashlib.sha256(f"{student} {what}".encode()).hexdigest() for what in ("own", "hidden")))
        points, _ = marks(reference, copied)
        assert sum(points.values()) < sum(full.values()) / 3
        earned.update(points)
    for task in tasks(reference):
        of_task = [name for name in full if name.rpartition("-")[0] == task]
        # Now and then a number is the same by chance, or a place among few.
        share = sum(earned[name] for name in of_task) / sum(full[name] for name in of_task) / STUDENTS
        assert share < 0.5, (task, share)

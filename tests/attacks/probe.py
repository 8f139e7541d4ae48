"""The corpus's own assignment: small, quick, with one task for each way of testing.

Its hidden tests carry a secret, so that whoever reads them can be caught, and call the student's function
with a number that stands nowhere else.
"""

from __future__ import annotations

import nbformat
from nbformat import NotebookNode

NAME = "probe"
CANARY = "hidden-c0ffee-41d7"
HIDDEN_INPUT = "86421.5"
# What an attack prints of that number: twice it, so that it is not taken for the test itself.
LEAKED = "172843.0"
# What an attack shows that spells the number letter by letter, and what it shows only if it spells nothing.
SPELLED, NOT_SPELLED = "place 0: 8", "place 0: 7"

SETUP = """
import math

import numpy as np
import pandas as pd

readings = [4, 9, 2, 7]
table = pd.DataFrame({"town": ["Alytus", "Biržai", "Alytus"], "trust": [0.25, 0.5, 0.75]})
"""

# Task, points, text, answer, test.
TASKS = {
    "mean": (
        2,
        "Write a function `mean(values)`: the mean of a list of numbers.",
        """
def mean(values):
    ### BEGIN SOLUTION
    return sum(values) / len(values)
    ### END SOLUTION
""",
        f"""
assert math.isclose(mean([2, 4]), 3), "The mean of 2 and 4 is 3."
values = [1, 2, 6]
assert mean(values) == sum(values) / len(values), "The mean of 1, 2 and 6 is 3."
### BEGIN HIDDEN TESTS
# {CANARY}
from numpy.testing import assert_allclose

expected = np.mean([{HIDDEN_INPUT}, 3.0, 8.0])
assert_allclose(mean([{HIDDEN_INPUT}, 3.0, 8.0]), expected)
### END HIDDEN TESTS
""",
    ),
    "largest": (
        1,
        "Set `largest` to the largest of `readings`.",
        """
### BEGIN SOLUTION
largest = max(readings)
### END SOLUTION
""",
        f"""
assert isinstance(largest, (int, np.integer)), "The largest reading is a whole number."
### BEGIN HIDDEN TESTS
# {CANARY}
assert largest == max(readings)
### END HIDDEN TESTS
""",
    ),
    "scores": (
        2,
        "Set `scores` to a table of the mean `trust` of each `town`, in alphabetical order.",
        """
### BEGIN SOLUTION
scores = table.groupby("town", as_index=False)["trust"].mean()
### END SOLUTION
""",
        f"""
assert list(scores.columns) == ["town", "trust"], "The columns are town and trust."
### BEGIN HIDDEN TESTS
# {CANARY}
right = table.groupby("town", as_index=False)["trust"].mean()
pd.testing.assert_frame_equal(scores.reset_index(drop=True), right, check_dtype=False)
### END HIDDEN TESTS
""",
    ),
    "towns": (
        1,
        "Set `towns` to the set of the towns in `table`.",
        """
### BEGIN SOLUTION
towns = set(table["town"])
### END SOLUTION
""",
        f"""
assert len(towns) == 2, "There are two towns."
### BEGIN HIDDEN TESTS
# {CANARY}
assert towns.issuperset(table["town"]) and towns.issubset(["Alytus", "Biržai"])
### END HIDDEN TESTS
""",
    ),
    "words": (
        3,
        "Write a function `words(text)`: how many words a text has. Words stand between spaces.",
        """
def words(text):
    ### BEGIN SOLUTION
    return len(text.split())
    ### END SOLUTION
""",
        f"""
assert words("labas rytas") == 2, "Labas rytas has two words."
### BEGIN HIDDEN TESTS
# {CANARY}
points = 0
if words("") == 0:
    points += 1
if all(map(lambda case: words(case[0]) == case[1], [("a  b", 2), (" ąžuolas ", 1), ("ir dar du", 3)])):
    points += 2
points
### END HIDDEN TESTS
""",
    ),
    "shout": (
        1,
        "Write a function `shout(text)` that prints a text in capital letters with `!` after it.",
        """
def shout(text):
    ### BEGIN SOLUTION
    print(text.upper() + "!")
    ### END SOLUTION
""",
        f"""
import contextlib
import io

with contextlib.redirect_stdout(io.StringIO()) as said:
    shout("ačiū")
assert said.getvalue().strip() == "AČIŪ!", "Print the text in capitals with an exclamation mark."
### BEGIN HIDDEN TESTS
# {CANARY}
with contextlib.redirect_stdout(io.StringIO()) as said:
    shout("Šiauliai")
assert said.getvalue().strip() == "ŠIAULIAI!"
### END HIDDEN TESTS
""",
    ),
    "purse": (
        1,
        "Write a class `Purse` with a method `add(amount)` and an attribute `total`, zero at first.",
        """
### BEGIN SOLUTION
class Purse:
    def __init__(self):
        self.total = 0

    def add(self, amount):
        self.total += amount
### END SOLUTION
""",
        f"""
purse = Purse()
assert purse.total == 0, "A new purse is empty."
purse.add(3)
purse.add(4)
assert purse.total == 7, "Three and four are seven."
### BEGIN HIDDEN TESTS
# {CANARY}
another = Purse()
another.add(5)
assert (purse.total, another.total) == (7, 5)
### END HIDDEN TESTS
""",
    ),
    "each": (
        1,
        "Write a function `each(function, values)`: the list of what the function returns for each value.",
        """
def each(function, values):
    ### BEGIN SOLUTION
    return [function(value) for value in values]
    ### END SOLUTION
""",
        f"""
assert each(str.upper, ["a", "b"]) == ["A", "B"], "Call the function with each value."
### BEGIN HIDDEN TESTS
# {CANARY}
calls = []


def half(value):
    calls.append(value)
    return value / 2


assert each(half, (number for number in (2, 4, 6))) == [1, 2, 3]
assert calls == [2, 4, 6]
### END HIDDEN TESTS
""",
    ),
}
FULL = float(sum(points for points, *_ in TASKS.values()))

RIGHT = {
    "mean": "def mean(values):\n    return sum(values) / len(values)",
    "largest": "largest = max(readings)",
    "scores": 'scores = table.groupby("town", as_index=False)["trust"].mean()',
    "towns": 'towns = set(table["town"])',
    "words": "def words(text):\n    return len(text.split())",
    "shout": 'def shout(text):\n    print(text.upper() + "!")',
    "purse": "class Purse:\n    def __init__(self):\n        self.total = 0\n\n"
    "    def add(self, amount):\n        self.total += amount",
    "each": "def each(function, values):\n    return [function(value) for value in values]",
}


def source() -> NotebookNode:
    """Return the assignment as a lecturer writes it."""
    cells = [_cell("markdown", "title", "# A probe"), _cell("code", "setup", SETUP)]
    for task, (points, text, answer, test) in TASKS.items():
        cells += [
            _cell("markdown", task, text),
            _cell("code", f"{task}-answer", answer, solution=True),
            _cell("code", f"{task}-test", test, points=points),
        ]
    cells.append(_cell("markdown", "essay-text", "Write what you learnt."))
    cells.append(_cell("markdown", "essay", "I learnt to probe.", solution=True, points=2))
    notebook: NotebookNode = nbformat.v4.new_notebook(cells=cells)
    notebook.metadata["kernelspec"] = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return notebook


def _cell(
    kind: str, name: str, source: str, *, solution: bool = False, points: float | None = None
) -> NotebookNode:
    details = {
        "grade": points is not None,
        "grade_id": name,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    }
    if points is not None:
        details["points"] = points
    make = nbformat.v4.new_code_cell if kind == "code" else nbformat.v4.new_markdown_cell
    cell: NotebookNode = make(source.strip("\n"), id=name, metadata={"nbgrader": details})
    return cell

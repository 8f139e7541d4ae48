"""Submissions that are right, if not as expected: none may lose a mark."""

from __future__ import annotations

import json
from copy import deepcopy

import nbformat
from nbformat import NotebookNode

from .corpus.notebooks import cell_of
from .submission import honest


def split(notebook: NotebookNode) -> None:
    """Split answers: the first half keeps the name, or the second does."""
    place = notebook.cells.index(cell_of(notebook, "mean-answer"))
    cell_of(notebook, "mean-answer").source = "def total(values):\n    return sum(values)"
    rest = "def mean(values):\n    return total(values) / len(values)"
    notebook.cells.insert(place + 1, nbformat.v4.new_code_cell(rest, id="rest-of-mean"))
    place = notebook.cells.index(cell_of(notebook, "largest-answer"))
    cell_of(notebook, "largest-answer").source = "largest = ordered[-1]"
    notebook.cells.insert(place, nbformat.v4.new_code_cell("ordered = sorted(readings)", id="ordered"))


def notes(notebook: NotebookNode) -> None:
    """Put cells of the student's own everywhere, some failing, some empty, some of text."""
    for place in range(len(notebook.cells), 1, -1):
        notebook.cells.insert(
            place, nbformat.v4.new_markdown_cell("Užrašai: ąčęėįšųūž 🦊", id=f"note-{place}")
        )
        notebook.cells.insert(place, nbformat.v4.new_code_cell("", id=f"empty-{place}"))
    trial = "# an experiment\nmean('wrong')"
    notebook.cells.append(nbformat.v4.new_code_cell(trial, id="trial"))
    notebook.cells.insert(3, nbformat.v4.new_code_cell("undefined_name + 1", id="failed-trial"))


def careless(notebook: NotebookNode) -> None:
    """Change locked cells by accident, and delete one of text."""
    for task in ("mean", "largest"):
        cell_of(notebook, f"{task}-test").source += "\nassert False"
    cell_of(notebook, "setup").source += "\nprint(readings"
    notebook.cells.remove(cell_of(notebook, "words"))


def moved(notebook: NotebookNode) -> None:
    """Put a task with its test first, after the set-up."""
    cells = [cell_of(notebook, "purse"), cell_of(notebook, "purse-answer"), cell_of(notebook, "purse-test")]
    for cell in cells:
        notebook.cells.remove(cell)
    place = notebook.cells.index(cell_of(notebook, "setup")) + 1
    notebook.cells[place:place] = cells


def without_test(notebook: NotebookNode) -> None:
    """Delete a test by accident."""
    notebook.cells.remove(cell_of(notebook, "words-test"))


def answers_in_one_cell(notebook: NotebookNode) -> None:
    """Collect all answers in the first answer's cell, and leave the others empty."""
    first, *rest = [cell for cell in notebook.cells if cell.id.endswith("-answer")]
    first.source = "\n\n\n".join([first.source, *(cell.source for cell in rest)])
    for cell in rest:
        cell.source = "# above"


def old_format(notebook: NotebookNode) -> bytes:
    """Write the notebook as an older Jupyter does, without ids, with Windows' line ends."""
    content = json.loads(nbformat.writes(notebook))
    content["nbformat_minor"] = 2
    for cell in content["cells"]:
        cell.pop("id")
    text = json.dumps(content, ensure_ascii=False, indent=1).replace("\n", "\r\n")
    return text.encode()


def windows_text(notebook: NotebookNode) -> None:
    """End lines as Windows does, with blanks and tabs at their ends."""
    for cell in notebook.cells:
        if cell.id.endswith("-answer"):
            cell.source = cell.source.replace("    ", "\t").replace("\n", " \t\r\n") + "\r\n\r\n"


def other_tool(notebook: NotebookNode) -> None:
    """Leave what Colab, VS Code and others leave: metadata, outputs, counts, another kernel's name."""
    notebook.metadata["colab"] = {"provenance": [], "toc_visible": True}
    notebook.metadata["kernelspec"] = {"display_name": "myenv (3.12)", "language": "python", "name": "myenv"}
    notebook.metadata["vscode"] = {"interpreter": {"hash": "0" * 64}}
    notebook.metadata["accelerator"] = "GPU"
    for count, cell in enumerate(notebook.cells):
        cell.metadata.update(collapsed=True, scrolled=False, tags=["mine"], trusted=True)
        cell.metadata["colab"] = {"base_uri": "https://localhost:8080/", "height": 35}
        if cell.cell_type == "code":
            cell.execution_count = 90 - count
            cell.outputs = [nbformat.v4.new_output("stream", text="x" * 10_000)]


def repeated_id(notebook: NotebookNode) -> None:
    """Copy an answer's cell below, as Jupyter does with its name, and try something in the copy."""
    answer = cell_of(notebook, "mean-answer")
    copy = deepcopy(answer)
    copy.id, copy.source = "copied", "mean([1, 2])"
    notebook.cells.insert(notebook.cells.index(answer) + 1, copy)


def pictures(notebook: NotebookNode) -> None:
    """Write the essay in Lithuanian, with a picture pasted into it."""
    essay = cell_of(notebook, "essay")
    essay.source = (
        "Išmokau: „ąžuolas“ – tai **medis** 🌳.\n\n![paveikslas](attachment:medis.png)\n\n$x^2$ <b>!</b>"
    )
    essay.attachments = {"medis.png": {"image/png": "iVBORw0KGgo="}}


HONEST = [
    honest("as-expected", "Answers as a lecturer would write them."),
    honest(
        "warnings",
        "Warnings are given, by the answer's own code and by libraries.",
        answers={
            "mean": """
import warnings

warnings.warn("about to define")

def mean(values):
    warnings.warn("slow", DeprecationWarning)
    np.log(np.array([0.0]))
    return sum(values) / len(values)
"""
        },
    ),
    honest(
        "standard-error-and-logs",
        "Progress goes to standard error and to a log while the functions work.",
        answers={
            "mean": """
import logging
import sys

logging.basicConfig(level=logging.DEBUG)

def mean(values):
    logging.getLogger("mean").warning("dalijama")
    print("skaičiuojama", file=sys.stderr)
    return sum(values) / len(values)
"""
        },
    ),
    honest(
        "numpy-numbers",
        "Results are numpy's numbers and arrays without dimensions.",
        answers={
            "mean": "def mean(values):\n    return np.array(np.asarray(values, dtype='float64').mean())",
            "largest": "largest = np.array(readings).max()",
            "words": "def words(text):\n    return np.int8(len(text.split()))",
        },
    ),
    honest(
        "fractions",
        "Results are fractions, short numbers and truth values.",
        answers={
            "mean": """
from fractions import Fraction

def mean(values):
    return float(sum(map(Fraction, values)) / len(values))
""",
            "largest": "largest = np.uint8(max(readings))",
            "words": """
def words(text):
    return Fraction(len(text.split())) if text else False
""",
        },
    ),
    honest(
        "other-dtypes",
        "The table has other types of columns, and another index.",
        answers={
            "scores": """
scores = table.astype({"town": "string"}).groupby("town")["trust"].mean().astype("Float64").reset_index()
scores = scores.astype({"town": object, "trust": float})
scores.index = [5, 9]
"""
        },
    ),
    honest(
        "categories",
        "The table is made with categories and a pivot.",
        answers={
            "scores": """
short = table.astype({"town": "category"})
pivot = short.pivot_table(index="town", values="trust", aggfunc="mean", observed=True)
scores = pivot.reset_index().astype({"town": str}).rename_axis(None, axis=1)
"""
        },
    ),
    honest(
        "lithuanian-names",
        "Names, comments and texts are Lithuanian: ąčęėįšųūž.",
        answers={
            "mean": """
def vidurkis(reikšmės):
    # Žąsų ir šūvių vidurkis: „ąčęėįšųūž“
    suma_ąčęėįšųūž = sum(reikšmės)
    return suma_ąčęėįšųūž / len(reikšmės)

mean = vidurkis
print("ĄČĘĖĮŠŲŪŽ „gražu“ – 🦊 \\u0105")
""",
            "words": "žodžiai = lambda tekstas: len(tekstas.split())\nwords = žodžiai",
            "largest": "didžiausias = max(readings)\nlargest = didžiausias",
        },
    ),
    honest(
        "slow",
        "The answers take seconds, in their cells and when they are called.",
        answers={
            "largest": "import time\n\ntime.sleep(1.5)\nlargest = max(readings)",
            "mean": """
import time

def mean(values):
    time.sleep(0.3)
    return sum(sorted(values * 10_000)) / len(values) / 10_000
""",
        },
    ),
    honest(
        "talkative",
        "Much is printed, in cells and when functions are called.",
        answers={
            "mean": """
def mean(values):
    for value in values * 200:
        print("dabar", value)
    return sum(values) / len(values)

for number in range(5000):
    print("eilutė", number)
"""
        },
    ),
    honest("split-cells", "Answers are split over two cells.", edit=split),
    honest(
        "cells-of-its-own",
        "There are notes, empty cells and failed experiments between the tasks.",
        edit=notes,
    ),
    honest(
        "locked-cells-changed", "Locked cells were changed by accident, and one was deleted.", edit=careless
    ),
    honest("task-moved", "A task stands before the others.", edit=moved),
    honest("test-deleted", "A test was deleted by accident.", edit=without_test),
    honest("all-in-one-cell", "All answers stand in the first answer's cell.", edit=answers_in_one_cell),
    honest("copied-cell", "An answer's cell was copied, and something tried in the copy.", edit=repeated_id),
    honest(
        "helper-module",
        "A module of its own helps, with a package beside it.",
        answers={
            "mean": "from helper import mean\nfrom tools.text import words as count",
            "words": "words = count",
        },
        files={
            "helper.py": "def mean(values):\n    return sum(values) / len(values)\n",
            "tools/__init__.py": "",
            "tools/text.py": "from .more import split\n\n\ndef words(text):\n    return len(split(text))\n",
            "tools/more.py": "def split(text):\n    return text.split()\n",
        },
    ),
    honest(
        "files-of-its-own",
        "Files are read that came with it, and written for later.",
        answers={
            "largest": """
import pathlib
import tempfile

pathlib.Path("išvestis.txt").write_text("ačiū")
with tempfile.TemporaryDirectory() as folder:
    pathlib.Path(folder, "x").write_text("y")
assert pathlib.Path("išvestis.txt").read_text() == "ačiū"
own = pd.read_csv("duomenys/mano duomenys.csv")
largest = int(max(max(readings), own["x"].min()))
"""
        },
        files={"duomenys/mano duomenys.csv": "x\n1\n2\n"},
    ),
    honest(
        "callables",
        "Functions are lambdas, partial functions, cached functions, methods and instances.",
        answers={
            "mean": """
import functools
import statistics

mean = functools.partial(statistics.fmean)
""",
            "words": """
class Counter:
    def __init__(self):
        self.calls = 0

    def __call__(self, text):
        self.calls += 1
        return len(text.split())

words = Counter()
""",
            "shout": """
import functools

@functools.lru_cache
def capitals(text):
    return text.upper()

@functools.wraps(print)
def shout(text):
    print(capitals(text), end="!\\n")
""",
        },
    ),
    honest(
        "names-in-use",
        "Names that tests and libraries use are the student's own variables, and built-in names too.",
        answers={
            "mean": """
values = [1]
expected = 7
points = -1
list = [1, 2]
str = "tekstas"
io = contextlib = None

def mean(values):
    total = 0
    for value in values:
        total += value
    return total / len(values)
""",
        },
    ),
    honest(
        "star-imports",
        "Everything is imported from numpy and math, over the names of built-in functions.",
        answers={
            "mean": """
from math import *
from numpy import *

def mean(values):
    return sum(array(values)) / len(values)
"""
        },
    ),
    honest(
        "generators-and-recursion",
        "Functions use generators, recursion and deep calls.",
        answers={
            "mean": """
import sys

sys.setrecursionlimit(5000)

def total(values, place=0):
    return 0 if place == len(values) else values[place] + total(values, place + 1)

assert total([1] * 2000) == 2000

def mean(values):
    def running():
        yield from (value for value in values)
    return total(list(running())) / len(values)
"""
        },
    ),
    honest(
        "classes",
        "The class has properties, slots, a base, a decorator.",
        answers={
            "purse": """
import dataclasses
from typing import Any, Self

class Holder:
    __slots__ = ("_amounts",)

    def __init__(self, *amounts: float) -> None:
        self._amounts: list[float] = [*amounts]

    def __repr__(self) -> str:
        return f"<{self._amounts}>"

@dataclasses.dataclass(init=False, repr=False)
class Purse(Holder):
    @property
    def total(self) -> Any:
        return sum(self._amounts)

    def add(self, amount: float) -> Self:
        self._amounts.append(amount)
        return self
"""
        },
    ),
    honest(
        "state",
        "Functions keep count and remember, in variables of the notebook.",
        answers={
            "mean": """
calls = 0
memory = {}

def mean(values):
    global calls
    calls += 1
    key = tuple(values)
    if key not in memory:
        memory[key] = sum(values) / len(values)
    return memory[key]
""",
            "purse": """
purses = []

class Purse:
    total = 0

    def __init__(self):
        purses.append(self)

    def add(self, amount):
        self.total = self.total + amount
""",
        },
    ),
    honest(
        "own-assertions",
        "The answers raise, catch and assert, and refuse some inputs.",
        answers={
            "mean": """
class NoValues(ValueError):
    pass

def mean(values):
    assert isinstance(values, list), "a list, please"
    try:
        return sum(values) / len(values)
    except ZeroDivisionError as error:
        raise NoValues("nėra reikšmių") from error

try:
    mean([])
except NoValues as error:
    print("gerai:", error)
"""
        },
    ),
    honest(
        "figures",
        "Figures, tables and formatted text are shown on the way.",
        answers={
            "largest": """
%matplotlib inline
import matplotlib.pyplot as plt
from IPython.display import HTML, Markdown, display

plt.plot(readings)
plt.title("Rodmenys ąčę")
plt.show()
display(table, HTML("<b>ačiū</b>"), Markdown("*ačiū*"))
largest = max(readings)
largest
"""
        },
    ),
    honest(
        "magics",
        "Magics and commands of the shell are used.",
        answers={
            "largest": """
%timeit -n1 -r1 sum(readings)
!echo labas
files = !ls
%pwd
largest = max(readings)
""",
            "words": """
%%time
def words(text):
    return len(text.split())
""",
        },
    ),
    honest(
        "settings-of-libraries",
        "Settings of libraries are changed: printing, errors, seeds, the directory, the language.",
        answers={
            "mean": """
import locale
import os
import random

np.seterr(all="raise")
np.set_printoptions(precision=2)
pd.set_option("display.precision", 1)
np.random.seed(1)
random.seed(1)
os.makedirs("kitur", exist_ok=True)
os.chdir("kitur")
os.environ["MANO"] = "1"
locale.setlocale(locale.LC_ALL, "C")

def mean(values):
    return float(np.mean(values))
"""
        },
    ),
    honest(
        "threads-and-processes",
        "Work is shared among threads, and by tasks that await one another.",
        answers={
            "mean": """
import asyncio
from concurrent.futures import ThreadPoolExecutor

async def one():
    await asyncio.sleep(0.01)
    return 1

one_more = await one()

def mean(values):
    with ThreadPoolExecutor(2) as pool:
        return sum(pool.map(float, values)) / len(values)
""",
            "largest": """
import subprocess
import sys

answer = subprocess.run([sys.executable, "-c", f"print(max({readings}))"], capture_output=True, text=True)
largest = int(answer.stdout)
""",
        },
    ),
    honest(
        "later-redefined",
        "Functions are defined anew later, and use helpers that are defined after them.",
        answers={
            "mean": """
def mean(values):
    return divided(sum(values), len(values))

def divided(a, b):
    return a / b
""",
            "words": """
def words(text):
    return 0

def words(text):
    return len(text.split())

del divided
""",
        },
    ),
    honest(
        "extra-inputs",
        "Functions take more inputs than asked for, with defaults, under other names.",
        answers={
            "mean": """
def mean(sequence, /, *, weights=None, rounded: bool = False, **rest):
    weights = weights or [1] * len(sequence)
    return sum(w * x for w, x in zip(weights, sequence)) / sum(weights)
""",
            "shout": """
def shout(*texts, sep=" ", mark="!"):
    print(sep.join(texts).upper(), mark, sep="")
""",
        },
    ),
    honest(
        "prints-in-parts",
        "What is to be printed is written in parts, to standard output itself.",
        answers={
            "shout": """
import sys

def shout(text):
    for letter in text:
        sys.stdout.write(letter.upper())
    sys.stdout.flush()
    print("!", file=sys.stdout)
"""
        },
    ),
    honest("older-jupyter", "The file was written by an older Jupyter, without ids.", edit=old_format),
    honest("windows", "Lines end as on Windows, with tabs and blanks.", edit=windows_text),
    honest(
        "other-tools",
        "Other tools left their metadata, outputs and the name of their kernel.",
        edit=other_tool,
    ),
    honest("essay-with-picture", "The essay is in Lithuanian and holds a picture.", edit=pictures),
]

"""The tests of a release judge, in the student's own kernel, as the class run does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from klasteryste.grading.boundary.learn import Learnt, learn
from klasteryste.grading.boundary.released import check_file, load_check

SETUP = (
    "import numpy as np\n\nfrom klasteryste import use_language\n\n"
    "use_language({language!r})\ndata = [3, 1, 2]"
)
SOLUTION = (
    "def top(xs):\n    return max(xs)\n\n\ndef greet():\n"
    "    return 'Labas, ' + input('Name? ')\n\n\nbest = top(data)"
)
TESTS = [
    "assert top([1, 5, 2]) == 5, 'the largest'\nassert best == 3",
    (
        "import builtins\nfrom unittest.mock import patch\n\n"
        "with patch('builtins.input', lambda prompt='': 'Ona'):\n"
        "    assert greet() == 'Labas, Ona'\nprint('greeted')"
    ),
    "assert 'max' in source_of('top')\n1.5",
]


def cell(source: str, **details: object) -> NotebookNode:
    base = {"grade": False, "solution": False, "locked": False, "schema_version": 3, "task": False}
    return new_code_cell(source, metadata={"nbgrader": base | details})


def notebook(answer: str, language: str = "en") -> NotebookNode:
    return new_notebook(
        cells=[
            cell(SETUP.format(language=language), locked=True, grade_id="set-up"),
            cell(answer, solution=True, grade_id="answer"),
            *(
                cell(test, grade=True, locked=True, points=1, grade_id=f"test-{n}")
                for n, test in enumerate(TESTS)
            ),
        ]
    )


@pytest.fixture(scope="module")
def learnt() -> Learnt:
    return learn(notebook(SOLUTION))


def run(
    answer: str, learnt: Learnt, folder: Path, language: str = "en", *, check: bool = True
) -> NotebookNode:
    made = notebook(answer, language)
    load_check(made, "task", language)
    if check:
        (folder / "task.check.json").write_bytes(check_file(learnt, made))
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    NotebookClient(made, allow_errors=True, resources={"metadata": {"path": str(folder)}}).execute()
    return made


def errors(made: NotebookNode) -> dict[str, str]:
    return {
        each.metadata.nbgrader.grade_id: f"{output.ename}: {output.evalue}"
        for each in made.cells
        for output in each.outputs
        if output.output_type == "error"
    }


def test_the_solution_passes_and_shows_what_it_would(learnt: Learnt, tmp_path: Path) -> None:
    made = run(SOLUTION, learnt, tmp_path)
    assert errors(made) == {}
    assert [output.text for output in made.cells[3].outputs] == ["greeted\n"]
    assert [output.data["text/plain"] for output in made.cells[4].outputs] == ["1.5"]


def test_a_wrong_answer_is_told_as_ever(learnt: Learnt, tmp_path: Path) -> None:
    made = run(SOLUTION.replace("max(xs)", "xs[0]  # max"), learnt, tmp_path)
    assert errors(made) == {"test-0": "AssertionError: the largest"}


def test_what_cannot_cross_is_told_in_the_language_of_the_notebook(learnt: Learnt, tmp_path: Path) -> None:
    answer = SOLUTION.replace(
        "best = top(data)",
        ("class Best:\n    def __eq__(self, other):\n        return True\n\n\nbest = Best()"),
    )
    assert "an object of the class Best" in errors(run(answer, learnt, tmp_path))["test-0"]
    assert "gautas klasės Best objektas" in errors(run(answer, learnt, tmp_path, "lt"))["test-0"]
    # Without the check the same answer passes that test.
    (tmp_path / "task.check.json").unlink()
    assert "test-0" not in errors(run(answer, learnt, tmp_path, check=False))


def test_without_its_file_the_notebook_says_so_and_goes_on(learnt: Learnt, tmp_path: Path) -> None:
    made = run("pass", learnt, tmp_path, "lt", check=False)
    assert "Trūksta failo task.check.json" in made.cells[0].outputs[0].text
    assert "NameError" in errors(made)["test-0"]


def test_the_file_tells_no_test_and_no_solution(learnt: Learnt) -> None:
    made = notebook(SOLUTION)
    told = check_file(learnt, made).decode()
    assert "assert" not in told and "max" not in told
    assert set(json.loads(told)) == {"profile", "tests", "locked"}


OPEN = (
    "from statistics import mean as middle\n\n"
    "times = 2\nassert share([1]) == 1\nassert type(crate()).__name__"
)
ANSWER = (
    "from math import sqrt as root\nimport statistics as numbers\n\n"
    "def share(values):\n    return helper(values)[0] * times - 1\n\n\n"
    "def helper(values):\n    values.append(extra)\n    return values\n\n\n"
    "class Crate:\n    def __add__(self, other):\n        return Inner()\n\n\n"
    "class Inner:\n    weight = 1\n\n    def __eq__(self, other):\n        return True\n\n\n"
    "def crate():\n    return Crate()\n\n\nextra, spare, list = 3, [helper], list"
)
HIDDEN = (
    "given = [1]\nassert helper(given) == [1, 3] and root(4) == numbers.mean([2])\n"
    "assert crate() + 1 == 5 and (crate() + 1).weight == 1\nextra, spare[0]([2]), list([1])"
)


def test_the_file_names_nothing_that_only_solutions_and_hidden_tests_use() -> None:
    cells = [
        cell(SETUP.format(language="en"), locked=True, grade_id="set-up"),
        new_markdown_cell("The function `crate` gives a `Crate`, not an Inner."),
        cell(ANSWER, solution=True, grade_id="answer"),
        cell(OPEN, grade=True, locked=True, points=1, grade_id="open"),
        cell(HIDDEN, grade=True, locked=True, points=1, grade_id="hidden"),
    ]
    learnt = learn(new_notebook(cells=cells))
    released = new_notebook(cells=cells)
    released.cells[2] = cell("raise NotImplementedError()", solution=True, grade_id="answer")
    released.cells[4] = cell("", grade=True, locked=True, points=1, grade_id="hidden")
    known = set(re.findall(r"\w+", json.dumps(learnt.profile.to_json())))
    secret = {"helper", "root", "numbers", "Inner", "extra", "spare", "list"}
    assert secret < known  # or there is nothing to hide
    told = json.loads(check_file(learnt, released))
    assert not secret & set(re.findall(r"\w+", json.dumps(told)))
    assert told["profile"]["names"] == ["Crate", "crate", "share"]
    assert told["profile"]["reads"] == ["times"] and told["profile"]["tasks"] == ["Crate"]


def test_the_set_up_cell_is_itself_again_in_both_languages() -> None:
    for language in ("en", "lt"):
        made = notebook(SOLUTION, language)
        load_check(made, "task", language)
        assert made.cells[0].source.startswith(SETUP.format(language=language))
        assert made.cells[0].source.endswith("as_graded('task')")
        assert made.cells[1].source == SOLUTION
        nbformat.validate(made)

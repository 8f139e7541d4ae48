"""The tests of a release judge, in the student's own kernel, as the class run does."""

from __future__ import annotations

import json
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from nbgrader.validator import Validator

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


TASK = {"en": "Task of", "lt": "Užduotis"}
TOP = "def top(xs):\n    return max(xs)"
# An answer, its test, and what Validate says of it in English and in Lithuanian.
SAID = {
    "no name": (
        "# YOUR CODE HERE\nraise NotImplementedError()",
        "assert top([1, 5]) == 5, 'Look at all of them.'",
        ["This task has no answer yet: there is no top. Was its cell run?"],
        ["Ši užduotis dar neatlikta: top nėra. Ar jos langelis įvykdytas?"],
    ),
    "wrong": (
        "def top(xs):\n    return xs[0]",
        "assert top([1, 5]) == 5, 'Look at all of them.'",
        ["Look at all of them."],
        ["Look at all of them."],
    ),
    "without a message": (
        "def top(xs):\n    return xs[0]",
        "assert top([1, 5]) == 5",
        ["What this test asks for is not so.", "In the test, line 2: assert top([1, 5]) == 5"],
        ["Nėra taip, kaip reikalauja šis testas.", "Teste, 2 eilutėje: assert top([1, 5]) == 5"],
    ),
    "a long message": (
        "def top(xs):\n    return xs[0]",
        "assert top([1, 5]) == 5, 'Look at all of them, ' * 6",
        ["Look at all of them, " * 4 + "Look at all of", "them, Look at all of them,"],
        ["Look at all of them, " * 4 + "Look at all of", "them, Look at all of them,"],
    ),
    "stub": (
        "def top(xs):\n    raise NotImplementedError()",
        "assert top([1, 5]) == 5, 'Look at all of them.'",
        ["This task has no answer yet: nothing is written in its cell."],
        ["Ši užduotis dar neatlikta: jos langelyje nieko neparašyta."],
    ),
    "an error in the answer": (
        "def top(xs):\n    best = 1\n    return min(\n        best / 0, 2\n    )",
        "assert top([1, 5]) == 5, 'Look at all of them.'",
        ["ZeroDivisionError: division by zero", "In your code, line 4: best / 0, 2"],
        ["ZeroDivisionError: division by zero", "Jūsų kode, 4 eilutėje: best / 0, 2"],
    ),
    "an error in a library that the answer calls": (
        "import math\ndef root(x):\n    return math.sqrt(x)\ndef top(xs):\n    return root(-1)",
        "assert top([1, 5]) == 5, 'Look at all of them.'",
        ["ValueError: math domain error", "In your code, line 3: return math.sqrt(x)"],
        ["ValueError: math domain error", "Jūsų kode, 3 eilutėje: return math.sqrt(x)"],
    ),
    "a name that the answer lacks": (
        "def top(xs):\n    return biggest(xs)",
        "assert top([1, 5]) == 5, 'Look at all of them.'",
        ["NameError: name 'biggest' is not defined", "In your code, line 2: return biggest(xs)"],
        ["NameError: name 'biggest' is not defined", "Jūsų kode, 2 eilutėje: return biggest(xs)"],
    ),
    "an error in the test after one in the answer that it took": (
        "def top(xs):\n    if xs == []:\n        raise TypeError('empty')\n    return None",
        "try:\n    top([])\nexcept TypeError:\n    pass\nassert top([1]) + 1, 'Look at all of them.'",
        [
            "TypeError: unsupported operand type(s) for +: 'NoneType' and 'int'",
            "In the test, line 6: assert top([1]) + 1, 'Look at all of them.'",
        ],
        [
            "TypeError: unsupported operand type(s) for +: 'NoneType' and 'int'",
            "Teste, 6 eilutėje: assert top([1]) + 1, 'Look at all of them.'",
        ],
    ),
    "what cannot be looked at": (
        "class Best:\n    pass\n\n\ndef top(xs):\n    return Best()",
        "assert top([1, 5]) + 1 == 6, 'Look at all of them.'",
        [
            "The test needs a plain value here, and got an object of the class Best.",
            "In the test, line 2: assert top([1, 5]) + 1 == 6, 'Look at all of them.'",
        ],
        [
            "Čia testui reikia paprastos reikšmės, o gautas klasės Best objektas.",
            "Teste, 2 eilutėje: assert top([1, 5]) + 1 == 6, 'Look at all of them.'",
        ],
    ),
    "some of the points": (
        "def top(xs):\n    return xs[1]",
        "print('The last one.')\n(top([1, 2]) == 2) + 0.5",
        ["The last one.", "1.5 of 2 points"],
        ["The last one.", "Taškai: 1,5 iš 2"],
    ),
    "some of the points, said in many words": (
        "def top(xs):\n    return xs[1]",
        "print('Look at all of them, ' * 6)\nprint('a')\n(top([1, 2]) == 2) + 0.5",
        [
            "Look at all of them, " * 4 + "Look at all of",
            "them, Look at all of them,",
            "a",
            "1.5 of 2 points",
        ],
        [
            "Look at all of them, " * 4 + "Look at all of",
            "them, Look at all of them,",
            "a",
            "Taškai: 1,5 iš 2",
        ],
    ),
    "none of the points": (
        "def top(xs):\n    return xs[1]",
        "print('Both.')\nmin(0, top([3, 4]))",
        ["Both.", "0 of 2 points"],
        ["Both.", "Taškai: 0 iš 2"],
    ),
    "all of the points": (TOP, "print('The last one.')\ntop([1, 2])", [], []),
}


def titled(language: str, answers: list[str]) -> NotebookNode:
    """Return a notebook with a heading, an answer and a test for each case."""
    made = notebook("", language)
    made.cells = made.cells[:1]
    locked = {"grade": False, "solution": False, "locked": True, "schema_version": 3, "task": False}
    for place, (name, (_, test, *_said)) in enumerate(SAID.items()):
        heading = {"nbgrader": locked | {"grade_id": f"task-{place}"}}
        made.cells += [
            new_markdown_cell(f"## {TASK[language]} {name}\n\nFind it.", metadata=heading),
            cell(answers[place], solution=True, grade_id=f"answer-{place}"),
            # No two of them may be the same.
            cell(f"case = {place}\n{test}", grade=True, locked=True, points=2, grade_id=f"test-{place}"),
        ]
    return made


@pytest.mark.parametrize("language", ["en", "lt"])
def test_what_fails_is_named_by_its_task_and_not_by_how_it_was_run(tmp_path: Path, language: str) -> None:
    made = titled(language, [answer for answer, *_ in SAID.values()])
    load_check(made, "task", language)
    learnt = learn(titled(language, [TOP] * len(SAID)))
    (tmp_path / "task.check.json").write_bytes(check_file(learnt, made))
    made.metadata["kernelspec"] = {"name": "python3", "display_name": "", "language": "python"}
    nbformat.write(made, tmp_path / "task.ipynb")
    results = Validator(ignore_checksums=True).validate(str(tmp_path / "task.ipynb"))
    told = {entry["source"].partition("\n")[0]: entry["raw_error"] for entry in results["failed"]}
    for place, (name, case) in enumerate(SAID.items()):
        lines = case[2 if language == "en" else 3]
        expected = "\n".join([f"{TASK[language]} {name}", *lines]) if lines else None
        shown = told.get(f"case = {place}")
        assert (shown and shown.rstrip("\n")) == expected


def test_a_test_is_itself_in_the_notebook_and_the_students_own_cells_are_as_ever(tmp_path: Path) -> None:
    made = titled("en", [TOP.replace("max(xs)", "None")] * len(SAID))
    made.cells = [*made.cells[:4], cell("1 / 0", solution=True, grade_id="more")]
    load_check(made, "task", "en")
    (tmp_path / "task.check.json").write_bytes(check_file(learn(titled("en", [TOP] * len(SAID))), made))
    NotebookClient(made, allow_errors=True, resources={"metadata": {"path": str(tmp_path)}}).execute()
    test, own = (made.cells[place].outputs[0] for place in (3, 4))
    title = f"{TASK['en']} {next(iter(SAID))}"
    assert (test.ename, test.evalue) == ("AssertionError", "Look at all of them.")
    assert test.traceback == [title, "Look at all of them."]
    assert own.ename == "ZeroDivisionError" and "Traceback" in "".join(own.traceback)

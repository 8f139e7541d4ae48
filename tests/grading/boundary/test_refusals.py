"""What a rehearsal learns of a source, and what is refused before it is released."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from klasteryste.errors import CourseError
from klasteryste.grading.boundary.learn import learn
from klasteryste.grading.boundary.profile import Profile
from klasteryste.grading.boundary.refusals import problems
from klasteryste.grading.boundary.source import bound, imported, touched

ROLES = {
    "locked": {"locked": True},
    "student": {"solution": True},
    "test": {"grade": True, "locked": True, "points": 2},
}


def notebook(*cells: tuple[str, str]) -> nbformat.NotebookNode:
    base = {"grade": False, "solution": False, "locked": False, "schema_version": 3, "task": False}
    return new_notebook(
        cells=[
            new_code_cell(source, metadata={"nbgrader": base | ROLES[role] | {"grade_id": f"{role}-{n}"}})
            for n, (role, source) in enumerate(cells)
        ]
    )


ANSWER = (
    "def f(x):\n    return 2 * x\n\n\nclass Shape:\n    def area(self):\n        return 1\n\n\nvalue = 3.0"
)

REFUSED = {
    "extends a student's class": (
        "class Square(Shape):\n    pass\n\n\nassert Square().area() == 1",
        ["line 1: the class Square extends the student's Shape. Make an object of Shape"],
    ),
    "reads the source": (
        "import inspect\n\nassert 'return' in inspect.getsource(f)",
        ['line 3: inspect.getsource reads a file. Use source_of("f")'],
    ),
    "reads the history": ("assert any('def f' in cell for cell in In)", ["line 1: In is the history"]),
    "asks IPython": (
        "assert get_ipython().user_ns['f'](1) == 2",
        ["line 1: get_ipython() is not there when a test is judged. Use plain Python"],
    ),
    "replaces a part of a library": (
        (
            "import math\n\nkept = math.sqrt\nmath.sqrt = lambda x: 5\ntry:\n"
            "    assert root(4) == 5\nfinally:\n    math.sqrt = kept"
        ),
        ["line 4: math.sqrt is replaced here, but the student's code has its own"],
    ),
    "ends with the student's value": (
        "assert f(1) == 2\nvalue",
        ["line 2: the cell ends with the student's value, which would be read as points"],
    ),
    "ends with the student's call": ("f(1)", ["line 1: the cell ends with the student's f"]),
    "looks behind a function": (
        "assert f.__code__.co_argcount == 1",
        ["line 1: passes in the notebook but not from outside of it (AttributeError"],
    ),
    "fails in the notebook": (
        "assert f(1) == 3, 'three'",
        ["line 1: the source's own solution fails this test (AssertionError: three)"],
    ),
    "gives too few points": (
        "points = 1\npoints",
        ["line 1: the source's own solution fails this test (it gives 1 of 2 points)"],
    ),
    # Last, since what it does to the judging side ends the student's.
    "patches a builtin": (
        "from unittest.mock import patch\n\n"
        "with patch('builtins.float') as fake:\n    f(1)\n"
        "assert not fake.called\n"
        "with patch('builtins.len', return_value=7):\n    assert g() == 7",
        ["line 3: 'builtins.float' is patched here", "line 6: 'builtins.len' is patched here"],
    ),
}


@pytest.fixture(scope="module")
def told() -> dict[str, list[str]]:
    """Return what is refused, by test cell, of a notebook with all of these tests."""
    more = "\n\n\ndef g():\n    return len([1])\n\n\nimport math\n\n\ndef root(x):\n    return math.sqrt(x)"
    tests = [("test", test) for test, _ in REFUSED.values()]
    found: dict[str, list[str]] = {}
    for problem in problems(learn(notebook(("student", ANSWER + more), *tests))):
        cell, _, rest = problem.partition(", ")
        found.setdefault(cell, []).append(rest)
    return found


@pytest.mark.parametrize("name", REFUSED)
def test_a_test_is_refused_with_its_line_and_a_rewrite(name: str, told: dict[str, list[str]]) -> None:
    _, wanted = REFUSED[name]
    got = told[f"test-{list(REFUSED).index(name) + 1}"]
    assert len(got) == len(wanted), got
    for problem, begin in zip(got, wanted, strict=True):
        assert problem.startswith(begin), got


def test_a_test_that_can_be_judged_is_not_refused() -> None:
    test = (
        "assert f(1) == 2\nassert Shape().area() == 1\n"
        "assert 'return' in source_of('f')\nassert value == 3\n2 * 1.0"
    )
    assert problems(learn(notebook(("student", ANSWER), ("test", test)))) == []


def test_what_is_learnt_of_a_source() -> None:
    learnt = learn(
        notebook(
            (
                "locked",
                ("import numpy as np\n\ndata = {'n': 1}\ntable = [3]\n\n\ndef helper(x):\n    return x"),
            ),
            (
                "student",
                "import math as m\nfrom statistics import mean\n\ndata['n'] = 2\n\n\n"
                "class V:\n    def __init__(self, x):\n        self.x = x\n\n"
                "    def __add__(self, other):\n"
                "        return V(self.x + other.x)\n\n\ndef sort(xs):\n"
                "    xs.sort()\n\n\ndef grow():\n    table.append(1)\n\n\n"
                "def scale():\n    return factor * 2\n\n\ndef sum(xs):\n    return 0\n",
            ),
            (
                "test",
                "factor = 4\nassert scale() == 8\nxs = [2, 1]\nsort(xs)\n"
                "assert xs == [1, 2]\nassert (V(1) + V(2)).x == 3\ngrow()\n"
                "assert table == [3, 1]\n"
                "assert m.sqrt(4) == mean([2]) == 2 and data['n'] == 2 and sum([1]) == 0 and "
                "helper(1) == 1",
            ),
        )
    )
    profile = learnt.profile
    assert problems(learnt) == []
    assert {"data", "table", "V", "sort", "grow", "scale", "sum"} <= profile.names
    assert not {"helper", "np", "m", "mean"} & profile.names
    assert profile.imported == {"m": ["math"], "mean": ["statistics", "mean"]}
    assert (profile.tasks, profile.builtins, profile.reads) == ({"V"}, {"sum"}, {"factor"})
    assert profile.changes == {"sort": {"0"}}
    assert profile.operators == {"V": {"__add__"}}
    functions = {"function:sort", "function:grow", "function:scale"}
    assert profile.lent == {"object:V", "object:V()", "object:V.__add__()"} | functions
    assert "numpy" in profile.imports
    assert Profile.from_json(profile.to_json()) == profile


def test_a_locked_cell_that_works_on_the_student_s_object_runs_once() -> None:
    learnt = learn(
        notebook(
            (
                "student",
                (
                    "class Box:\n    def __init__(self):\n        self.n = 0\n\n"
                    "    def add(self):\n        self.n += 1\n\n\nbox = Box()"
                ),
            ),
            ("locked", "box.add()\nafter = box.n"),
            ("test", "assert box.n == 1 and after == 1"),
        )
    )
    assert problems(learnt) == []
    assert len(learnt.profile.apart) == 1 and "after" in learnt.profile.names


def test_the_names_of_a_cell() -> None:
    text = (
        "import a.b\nfrom c import d as e\nx = 1\nfor i, (j, *k) in []:\n"
        "    pass\ndef f():\n    global g\n    inner = 1\nwith o as w:\n"
        "    y += 1\nclass K: pass"
    )
    assert bound(text) == {"x", "i", "j", "k", "f", "g", "w", "y", "K"}
    assert imported(text) == {"a": ["a"], "e": ["c", "d"]}
    assert touched("df['x'] = 1\nax.plot()\ndel d[1]\nm.n.o = 2\nprint(q)") == {"df", "ax", "d", "m"}


def test_a_source_that_cannot_be_run_is_one_line(tmp_path: Path) -> None:
    made = notebook(("student", "import os\nos._exit(3)"), ("test", "assert True"))
    with pytest.raises(CourseError, match="could not be rehearsed"):
        learn(made, tmp_path)


def test_the_files_beside_a_source_are_read_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_text("n\n1\n2\n")
    made = notebook(
        (
            "locked",
            ("import pandas as pd\n\ndata = pd.read_csv('numbers.csv')\nopen('left.txt', 'w').close()"),
        ),
        ("student", "total = int(data['n'].sum())"),
        ("test", "assert total == pd.read_csv('numbers.csv')['n'].sum()"),
    )
    assert problems(learn(made, tmp_path)) == []
    assert [path.name for path in tmp_path.iterdir()] == ["numbers.csv"]

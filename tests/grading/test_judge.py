"""Judging a notebook in two jails: m2 with answers of known worth, and what may go wrong."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import nbformat
import psutil
import pytest
from nbformat import NotebookNode
from nbgrader.utils import determine_grade, is_grade, is_solution

from klasteryste.grading.judge import CheckerGoneError, judge
from klasteryste.grading.reference import grade_id
from klasteryste.grading.sandbox import Limits, Process, Slot
from klasteryste.grading.sandbox import slot as sandbox_slot
from klasteryste.grading.sandbox.slot import Zygote, shared
from klasteryste.translate import localise_file
from tests.assignments.answers import Answer, answers, expected, solutions, written_in

from .conftest import CATALOGUE, SOURCE
from .sandbox.conftest import bubblewrap

pytestmark = pytest.mark.slow
__all__ = ["bubblewrap"]

QUICK = Limits(cell_seconds=5, total_seconds=300, memory_mb=600)


@pytest.fixture(scope="module")
def slot(bubblewrap: str) -> Iterator[Slot]:
    with Slot() as opened:
        yield opened


@pytest.fixture(scope="module")
def profile(generated: Path) -> dict[str, Any]:
    return json.loads((generated / "reference" / "en" / "m2" / "m2.json").read_text(encoding="utf-8"))


def submission(generated: Path, language: str = "en", answers: dict[str, str] | None = None) -> NotebookNode:
    """Return a restored notebook with right answers, but for those given."""
    catalogue = generated.parent / CATALOGUE if language != "en" else None
    source = nbformat.reads(localise_file(SOURCE, catalogue, language, strict=True), as_version=4)
    texts = {cell.id: cell.source for cell in source.cells if is_solution(cell)} | (answers or {})
    notebook = nbformat.read(generated / "reference" / language / "m2" / "m2.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = texts.get(grade_id(cell), cell.source)
    notebook.metadata["klasteryste"] = {"language": language}
    return notebook


def marks(notebook: NotebookNode) -> dict[str, float]:
    """Return the points of each test, as nbgrader reads them."""
    return {
        grade_id(cell): determine_grade(cell)[0]
        for cell in notebook.cells
        if is_grade(cell) and not is_solution(cell)
    }


FULL = {
    grade_id(cell): float(cell.metadata.nbgrader.points)
    for cell in nbformat.read(SOURCE, as_version=4).cells
    if is_grade(cell) and not is_solution(cell)
}


def plain(*cells: tuple[str, str]) -> NotebookNode:
    """Make a notebook of cells, each a kind (own, locked or test) and its text."""
    made = nbformat.v4.new_notebook(metadata={"klasteryste": {"language": "en"}})
    for number, (kind, source) in enumerate(cells):
        cell = nbformat.v4.new_code_cell(source)
        if kind != "own":
            cell.metadata["nbgrader"] = {
                "grade": kind == "test", "solution": False, "locked": True, "task": False, "points": 1,
                "grade_id": f"{kind}-{number}", "schema_version": 3, "cell_type": "code",
            }  # fmt: skip
        made.cells.append(cell)
    return made


def texts(cell: NotebookNode) -> str:
    return " ".join(each.get("text", "") or each.get("evalue", "") or each.ename for each in cell.outputs)


@pytest.mark.parametrize("language", ["en", "lt"])
def test_the_source_earns_everything(slot, generated, profile, language):
    judged = judge(submission(generated, language), profile, None, None, slot)
    assert marks(judged.notebook) == FULL
    assert judged.notes == ()
    counts = [cell.execution_count for cell in judged.notebook.cells if cell.cell_type == "code"]
    assert counts == list(range(1, len(counts) + 1))
    nbformat.validate(judged.notebook)


@pytest.mark.parametrize(
    "answer",
    [*itertools.chain(*answers("m2").values())],
    ids=lambda answer: f"{answer.task[3:]}: {answer.name}",
)
def test_an_answer_earns_what_it_is_worth(slot, generated, profile, references, answer: Answer):
    cells = written_in([answer], solutions("m2"), references["en"])
    judged = judge(submission(generated, "en", cells), profile, None, None, slot)
    assert marks(judged.notebook) == expected([answer], references["en"])


def test_letters_are_those_that_the_student_was_shown(slot, generated, profile):
    forged = 'letters_of_8 = "AAAAAA"\nhonest = "A"'
    judged = judge(
        submission(generated, "en", {"m2-task-8-answer": forged}), profile, None, None, slot, QUICK
    )
    assert marks(judged.notebook)["m2-task-8-test"] <= 1


def test_a_cell_that_takes_too_long_costs_its_own_points(slot, generated, profile):
    endless = "def standard_error(share, answers):\n    while True:\n        pass"
    judged = judge(
        submission(generated, "en", {"m2-task-1-answer": endless}), profile, None, None, slot, QUICK
    )
    assert marks(judged.notebook) == FULL | {"m2-task-1-test": 0}


def test_a_students_cell_that_takes_too_long_is_interrupted(slot):
    judged = judge(
        plain(("own", "x = 1\nimport time\nwhile True:\n    time.sleep(0.01)"), ("own", "print(x)"), ("test", "assert x == 1")),  # noqa: E501
        {"names": ["x"]}, None, None, slot, QUICK,
    )  # fmt: skip
    late, after, test = judged.notebook.cells
    assert {each.ename for each in late.outputs} == {"CellTimeoutError", "KeyboardInterrupt"}
    assert after.outputs[0].text == "1\n"
    assert test.outputs == []


def test_a_cell_that_cannot_be_interrupted_ends_the_process(slot):
    stubborn = "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass"
    judged = judge(plain(("own", stubborn), ("own", "print(1)"), ("test", "x")), {}, None, None, slot, QUICK)
    first, second, test = judged.notebook.cells
    assert "it could not be interrupted" in texts(first)
    assert second.outputs[0].evalue == "Not run: the notebook's process is gone."
    assert determine_grade(test)[0] == 0
    assert len(judged.notes) == 1


def test_the_whole_notebook_has_its_time(slot):
    slow = [("own", "import time; time.sleep(0.8)")] * 6
    judged = judge(plain(*slow, ("test", "assert True")), {}, None, None, slot, Limits(total_seconds=2))
    assert "it took more than 2 seconds in all" in " ".join(judged.notes)
    assert texts(judged.notebook.cells[-2]) == "Not run: the notebook's process is gone."
    assert determine_grade(judged.notebook.cells[-1])[0] == 0


@pytest.mark.parametrize(
    ("end", "told"),
    [
        ("import os; os._exit(7)", "it left with code 7"),
        ("import ctypes; ctypes.string_at(0)", "it was ended by signal 11"),
        ("held = []\nwhile True: held.append(b'x' * 10**7)", "it used more than 600 MB of memory"),
    ],
)
def test_a_process_that_ends_loses_only_what_came_after(slot, end, told):
    judged = judge(
        plain(("own", "a = 1"), ("test", "assert a == 1"), ("own", end), ("test", "assert a == 1")),
        {"names": ["a"]}, None, None, slot, QUICK,
    )  # fmt: skip
    assert [determine_grade(cell)[0] for cell in judged.notebook.cells if is_grade(cell)] == [1, 0]
    assert told in texts(judged.notebook.cells[2])
    assert told in judged.notes[0]


def test_reasons_are_told_in_the_language_of_the_notebook(slot):
    notebook = plain(("own", "import os; os._exit(7)"))
    notebook.metadata["klasteryste"]["language"] = "lt"
    judged = judge(notebook, {}, None, None, slot, QUICK)
    assert texts(judged.notebook.cells[0]) == ("Užrašinės programa nebeveikia: ji baigė darbą su kodu 7.")


def test_graded_work_needs_no_check_beside_it_and_is_told_of_none(slot):
    asks = "from klasteryste.grading.boundary.validate import as_graded\nas_graded('m2')"
    notebook = plain(("own", asks), ("own", "print(callable(source_of))"), ("test", "assert True"))
    asked, found, _ = judge(notebook, {}, None, None, slot).notebook.cells
    assert asked.outputs == []
    assert texts(found) == "True\n"


def test_a_test_is_never_passed_over(slot):
    notebook = plain(("own", "1 / 0"), ("test", "assert False"), ("test", ""))
    for cell in notebook.cells:
        cell.metadata["tags"] = ["skip-execution"]
    own, test, _ = judge(notebook, {}, None, None, slot).notebook.cells
    assert own.outputs == []
    assert determine_grade(test)[0] == 0


def test_the_students_process_never_sees_a_test(slot, tmp_path):
    look = (
        "import gc, sys, os\n"
        "texts = [each for each in gc.get_objects() if isinstance(each, str)]\n"
        "found = [each for each in texts if 'CANARY-' + 'TEST' in each]\n"
        "print(found, os.listdir(), 'NBGRADER_EXECUTION' in os.environ)"
    )
    (tmp_path / "data.csv").write_text("1")
    judged = judge(
        plain(("test", "1  # CANARY-TEST"), ("own", look), ("test", "assert open('data.csv').read() == '1'")),
        {}, None, tmp_path, slot,
    )  # fmt: skip
    assert judged.notebook.cells[1].outputs[0].text == "[] [] False\n"
    assert judged.notebook.cells[2].outputs == []


def test_the_assignments_notebooks_are_not_in_the_checkers_folder(slot, tmp_path):
    (tmp_path / "more").mkdir()
    for name in ("data.csv", "m2.ipynb", "more/copy.IPYNB", "more/data.csv"):
        (tmp_path / name).write_text("1")
    look = "import os; found = sorted(path for _, _, names in os.walk('.') for path in names)\n"
    judged = judge(
        plain(("own", f"{look}print(found)"), ("test", f"{look}assert found == ['data.csv'] * 2, found")),
        {}, tmp_path, tmp_path, slot,
    )  # fmt: skip
    own, test = judged.notebook.cells
    assert own.outputs[0].text == "['copy.IPYNB', 'data.csv', 'data.csv', 'm2.ipynb']\n"
    assert test.outputs == []


def _jailed(kind: str, known: set[int]) -> list[psutil.Process]:
    """Return the processes of a kind, warm ones first, but for those that are known."""
    found = []
    for each in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error):
            words = each.cmdline()
            if each.pid not in known and f"sandbox.{kind}" in " ".join(words) and "bwrap" not in words[0]:
                found.append(each)
    return found


@pytest.fixture
def known() -> set[int]:
    """Return the processes that other tests keep."""
    return {each.pid for each in psutil.Process().children(recursive=True)}


@pytest.mark.parametrize("kind", ["shell", "checking"])
@pytest.mark.parametrize("which", ["warm", "forked"])
def test_what_is_killed_from_outside_is_heard_once_more(bubblewrap, known, kind, which):
    done = threading.Event()

    def kill() -> None:
        while not done.wait(0.05):
            processes = _jailed(kind, known)
            if len(processes) >= 3 or (which == "warm" and len(processes) >= 2):
                os.kill(processes[0 if which == "warm" else -1].pid, signal.SIGKILL)
                return

    with Slot() as slot:
        killer = threading.Thread(target=kill)
        killer.start()
        judged = judge(
            plain(("own", "import time; time.sleep(1.5); a = 5"), ("test", "assert a == 5")),
            {"names": ["a"]}, None, None, slot,
        )  # fmt: skip
        done.set()
        killer.join()
    assert determine_grade(judged.notebook.cells[1])[0] == 1


class _Dying(Zygote):
    """A warm process that was killed and is not yet cleared away: it takes requests, which are lost."""

    def is_gone(self) -> bool:
        return False

    def fork(self, folder: Path | None, limits: Limits, sockets: list[socket.socket]) -> Process:
        (control, _), (worker, _) = socket.socketpair(), socket.socketpair()
        return Process(control, worker, limits)


@pytest.mark.parametrize("kind", ["student", "checker"])
def test_what_a_dying_process_loses_is_heard_by_a_new_one(bubblewrap, monkeypatch, kind):
    notebook = plain(("own", "a = 5"), ("test", "assert a == 5"))
    with shared(), Slot() as slot, monkeypatch.context() as patch:
        patch.setitem(sandbox_slot._shared, (kind, ()), _Dying(kind))
        for _ in range(2):
            judged = judge(notebook, {"names": ["a"]}, None, None, slot)
            assert determine_grade(judged.notebook.cells[1])[0] == 1


def test_a_checker_that_ends_twice_gives_no_marks(slot):
    with pytest.raises(CheckerGoneError, match=r"test-1: the checker is gone \(it left with code 9\)"):
        judge(plain(("own", "a = 1"), ("test", "import os; os._exit(9)")), {}, None, None, slot)


def test_an_empty_test_or_one_without_points_is_read_as_nbgrader_reads_it(slot):
    judged = judge(plain(("test", "0.5"), ("test", "print('fine')")), {}, None, None, slot)
    assert [determine_grade(cell)[0] for cell in judged.notebook.cells] == [0.5, 1]


def test_a_number_of_numpys_is_a_number_of_points(slot):
    tests = (
        "import numpy as np\nsum(np.array([True, False]) & True) - 1",
        "import numpy as np\nnp.float64(0.5)",
    )
    judged = judge(plain(*(("test", each) for each in tests)), {}, None, None, slot)
    assert [determine_grade(cell)[0] for cell in judged.notebook.cells] == [0, 0.5]


def test_workers_use_shared_processes_together(bubblewrap, known):
    notebook = plain(("own", "a = 5"), ("test", "assert a == 5"))
    with shared(("json",)):
        pids = []
        for _ in range(2):
            reading, writing = os.pipe()
            pid = os.fork()
            if pid == 0:
                try:
                    with Slot() as slot:
                        judged = judge(notebook, {"names": ["a"], "imports": ["json"]}, None, None, slot)
                        own = len(slot._own)
                    os.write(
                        writing, json.dumps([determine_grade(judged.notebook.cells[1])[0], own]).encode()
                    )
                finally:
                    os._exit(0)
            os.close(writing)
            pids.append((pid, reading))
        found = []
        for pid, reading in pids:
            with os.fdopen(reading) as answer:
                found.append(json.loads(answer.read()))
            os.waitpid(pid, 0)
        assert len(_jailed("shell", known)) <= 2
    assert found == [[1.0, 0], [1.0, 0]]
    for _ in range(1200):
        if not _jailed("shell", known):
            break
        time.sleep(0.05)
    assert not _jailed("shell", known)


def test_nothing_is_left_behind(bubblewrap, known):
    before = {path.name for path in Path("/tmp").iterdir()}
    descriptors = len(list(Path("/proc/self/fd").iterdir()))
    with Slot() as slot:
        for _ in range(3):
            judge(plain(("own", "open('x', 'w')"), ("test", "assert True")), {}, None, None, slot)
    assert {each.pid for each in psutil.Process().children(recursive=True)} <= known
    assert {path.name for path in Path("/tmp").iterdir() if "klasteryste" in path.name} <= before
    assert len(list(Path("/proc/self/fd").iterdir())) <= descriptors + 1

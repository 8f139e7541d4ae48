"""Worker processes that die, hang on to nothing and are never missed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from klasteryste.errors import CourseError
from klasteryste.grading.classrun.pool import ATTEMPTS, Ended, Pool
from klasteryste.grading.judge import CheckerGoneError

ROOT = Path(__file__).parents[3]


class Worker:
    """Writes down which process did what, and fails as its task says."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def run(self, *task: str) -> None:
        """Do what the task says."""
        what, name = task
        with (self.folder / name).open("a") as file:
            file.write(f"{os.getpid()}\n")
        tries = len((self.folder / name).read_text().split())
        if what == "die" or (what == "die once" and tries == 1):
            os.kill(os.getpid(), signal.SIGKILL)
        if what == "exit":
            sys.exit(3)
        if what == "fail":
            raise ValueError("no such thing")
        if what == "stop":
            raise CourseError("no jail")
        if what == "mistrial":
            raise CheckerGoneError("the checker is gone")
        if what == "full":
            raise OSError(28, "No space left on device")
        if what == "hold":
            (self.folder / f"{name}.held").touch()
            time.sleep(600)

    def close(self) -> None:
        """Tell that it was let go."""
        (self.folder / f"closed.{os.getpid()}").touch()


def ended(folder: Path, tasks: list[tuple[str, str]], size: int = 2) -> dict[str, Ended]:
    with Pool(size, lambda: Worker(folder)) as pool:
        return {end.task[1]: end for end in pool.run(tasks)}


def descriptors() -> set[str]:
    return {path.name for path in Path("/proc/self/fd").iterdir()}


def is_alive(pid: int) -> bool:
    status = Path(f"/proc/{pid}/stat")
    return status.exists() and status.read_text().rpartition(")")[2].split()[0] != "Z"


def wait_until(condition: Iterator[bool], problem: str) -> None:
    for _ in range(2400):
        if next(condition):
            return
        time.sleep(0.05)
    pytest.fail(problem)


def test_every_task_is_done_once_by_few_processes(tmp_path: Path) -> None:
    tasks = [("do", f"{number}") for number in range(50)]
    ends = ended(tmp_path, tasks)
    assert len(ends) == 50 and not any(end.problem for end in ends.values())
    by = [(tmp_path / f"{number}").read_text().split() for number in range(50)]
    assert all(len(processes) == 1 for processes in by)
    assert len({processes[0] for processes in by}) <= 2
    assert len(list(tmp_path.glob("closed.*"))) == len({processes[0] for processes in by})


@pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="there is one processor only")
def test_each_worker_has_a_processor_of_its_own(tmp_path: Path) -> None:
    with Pool(2, lambda: Worker(tmp_path)) as pool:
        # The two that hold their tasks are on one each, also after a worker in between has died.
        for end in pool.run([("die once", "a"), ("hold", "b"), ("do", "c"), ("hold", "d"), ("do", "e")]):
            if end.task[1] == "c":
                break
        used = [os.sched_getaffinity(process.pid) for process in pool._processes.values()]
    assert len(used) == 2 and all(len(each) == 1 for each in used)
    assert used[0] != used[1]
    assert os.sched_getaffinity(0) >= used[0] | used[1]


def test_a_worker_that_dies_is_replaced_and_its_task_begun_again(tmp_path: Path) -> None:
    tasks = [("do", "a"), ("die once", "b"), ("do", "c"), ("die", "d"), ("do", "e")]
    ends = ended(tmp_path, tasks)
    assert {name: bool(end.problem) for name, end in ends.items()} == {
        "a": False, "b": False, "c": False, "d": True, "e": False,
    }  # fmt: skip
    assert ends["d"].problem == f"its worker died {ATTEMPTS} times, by signal 9" and not ends["d"].stops
    assert len((tmp_path / "d").read_text().split()) == ATTEMPTS


@pytest.mark.parametrize(
    ("what", "problem", "stops"),
    [
        ("fail", "no such thing", False),
        ("exit", "3", False),
        ("stop", "no jail", True),
        ("full", "[Errno 28] No space left on device", True),
    ],
)
def test_what_goes_wrong_is_told(tmp_path: Path, what: str, problem: str, stops: bool) -> None:
    ends = ended(tmp_path, [(what, "a"), ("do", "b")], size=1)
    assert ends["a"] == Ended((what, "a"), problem, stops)
    assert len((tmp_path / "a").read_text().split()) == ATTEMPTS
    assert not ends["b"].problem


def test_what_was_heard_twice_is_not_begun_again(tmp_path: Path) -> None:
    ends = ended(tmp_path, [("mistrial", "a"), ("do", "b")], size=1)
    assert ends["a"] == Ended(("mistrial", "a"), "the checker is gone")
    assert len((tmp_path / "a").read_text().split()) == 1
    assert not ends["b"].problem


def test_descriptors_of_the_run_do_not_reach_a_worker(tmp_path: Path) -> None:
    read, write = os.pipe()
    try:
        with Pool(2, lambda: Worker(tmp_path), (write,)) as pool:
            assert len(list(pool.run([("do", "a"), ("do", "b")]))) == 2
            os.close(write)
            os.set_blocking(read, False)
            assert os.read(read, 1) == b""  # no worker holds the other end
    finally:
        os.close(read)


def test_leaving_early_ends_the_workers(tmp_path: Path) -> None:
    before = descriptors()
    with Pool(2, lambda: Worker(tmp_path)) as pool:
        for _ in pool.run([("do", "a"), ("hold", "b"), ("hold", "c")]):
            break
        pids = [process.pid for process in pool._processes.values()]
    assert pids and not any(is_alive(pid) for pid in pids)
    assert descriptors() == before


RUN = """
import sys
from pathlib import Path
from klasteryste.grading.classrun.pool import Pool
from tests.grading.classrun.test_pool import Worker
with Pool(2, lambda: Worker(Path(sys.argv[1]))) as pool:
    list(pool.run([("do", "a"), ("hold", "b"), ("hold", "c")]))
"""


@pytest.mark.parametrize("sent", [signal.SIGKILL, signal.SIGINT])
def test_workers_do_not_outlive_their_run(tmp_path: Path, sent: signal.Signals) -> None:
    run = subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path)], cwd=ROOT, stderr=subprocess.DEVNULL)
    held = (len(list(tmp_path.glob("*.held"))) == 2 for _ in range(2400))
    wait_until(held, "no worker began")
    workers = [int((tmp_path / name).read_text().split()[-1]) for name in ("b", "c")]
    assert all(is_alive(pid) for pid in workers)
    run.send_signal(sent)
    run.wait(timeout=60)
    gone = (not any(is_alive(pid) for pid in workers) for _ in range(2400))
    wait_until(gone, "a worker lives on")

"""Local worker processes: forked once, replaced when they die, gone when the run is.

A task is a line of JSON down a pipe, and its end a line back; results are files.
"""

from __future__ import annotations

import contextlib
import errno
import json
import os
import queue
import select
import signal
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from klasteryste.errors import CourseError
from klasteryste.grading.judge import CheckerGoneError

NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
ATTEMPTS = 3
"""How often a task is begun that fails, or whose worker dies, but for a notebook that cannot be judged."""


class Works(Protocol):
    """What runs in a worker process."""

    def run(self, *task: str) -> None:
        """Do one task."""

    def close(self) -> None:
        """Release what was kept between tasks."""


class Ended(NamedTuple):
    """How a task ended.

    Attributes
    ----------
    task : tuple of str
        The task.
    problem : str
        Empty if it was done, else why not.
    stops : bool
        Whether the problem is not of this task, but keeps every task from being done.
    """

    task: tuple[str, ...]
    problem: str = ""
    stops: bool = False


@dataclass
class _Process:
    pid: int
    tasks: int
    replies: int
    task: tuple[str, ...] | None = None
    buffer: bytes = b""
    place: int = 0
    attempts: int = 0


@dataclass
class Pool:
    """Workers that are forked from this process, each on a processor of its own while there are enough.

    So is what a worker starts, and what a jail runs for it: no submission slows its neighbour, however many
    processes it has.

    Parameters
    ----------
    size : int
        How many work at once.
    make : callable
        Called in each worker, makes what does the tasks.
    close_in_worker : tuple of int
        File descriptors that a worker must not hold, such as a lock's.
    """

    size: int
    make: Callable[[], Works]
    close_in_worker: tuple[int, ...] = ()
    _processes: dict[int, _Process] = field(default_factory=dict)

    def run(self, tasks: Iterable[tuple[str, ...]]) -> Iterator[Ended]:
        """Do tasks, and tell of each when it has ended, in whatever order."""
        waiting = deque((task, 0) for task in tasks)
        while waiting or any(process.task for process in self._processes.values()):
            self._hand_out(waiting)
            replies = [process.replies for process in self._processes.values()]
            for descriptor in select.select(replies, [], [])[0]:
                yield from self._reply(self._processes[descriptor], waiting)

    def _hand_out(self, waiting: deque[tuple[tuple[str, ...], int]]) -> None:
        idle = [process for process in self._processes.values() if process.task is None]
        while waiting:
            if not idle:
                if len(self._processes) >= self.size:
                    return
                idle.append(self._fork())
            process = idle.pop()
            process.task, process.attempts = waiting.popleft()
            process.attempts += 1
            with contextlib.suppress(BrokenPipeError):  # it has died: its pipe of replies tells
                os.write(process.tasks, json.dumps(process.task).encode() + b"\n")

    def _reply(self, process: _Process, waiting: deque[tuple[tuple[str, ...], int]]) -> Iterator[Ended]:
        read = os.read(process.replies, 65536)
        if not read:
            status = self._bury(process)
            if process.task is None:
                return
            if process.attempts < ATTEMPTS:
                waiting.appendleft((process.task, process.attempts))
            else:
                yield Ended(process.task, f"its worker died {ATTEMPTS} times, {status}")
            return
        process.buffer += read
        while b"\n" in process.buffer and process.task is not None:
            line, _, process.buffer = process.buffer.partition(b"\n")
            reply = json.loads(line)
            task, process.task = process.task, None
            if reply["problem"] and reply["again"] and process.attempts < ATTEMPTS:
                waiting.appendleft((task, process.attempts))
                continue
            yield Ended(task, reply["problem"], reply["stops"])

    def _fork(self) -> _Process:
        tasks_read, tasks_write = os.pipe()
        replies_read, replies_write = os.pipe()
        taken = {process.place for process in self._processes.values()}
        place = next(number for number in range(self.size) if number not in taken)
        pid = os.fork()
        if pid == 0:
            # Whatever happens, a worker never goes on as if it were the run.
            try:
                for other in self._processes.values():
                    os.close(other.tasks)
                    os.close(other.replies)
                for descriptor in (tasks_write, replies_read, *self.close_in_worker):
                    os.close(descriptor)
                if sys.platform == "linux":
                    processors = sorted(os.sched_getaffinity(0))
                    os.sched_setaffinity(0, {processors[place % len(processors)]})
                _serve(self.make, tasks_read, replies_write)
            finally:
                os._exit(1)
        os.close(tasks_read)
        os.close(replies_write)
        process = _Process(pid, tasks_write, replies_read, place=place)
        self._processes[replies_read] = process
        return process

    def _bury(self, process: _Process) -> str:
        del self._processes[process.replies]
        os.close(process.tasks)
        os.close(process.replies)
        _, status = os.waitpid(process.pid, 0)
        return f"by signal {os.WTERMSIG(status)}" if os.WIFSIGNALED(status) else f"code {status >> 8}"

    def close(self) -> None:
        """Let idle workers go, and end those that are busy."""
        for process in list(self._processes.values()):
            if process.task is not None:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGKILL)
            os.close(process.tasks)
            process.tasks = os.open(os.devnull, os.O_WRONLY)
            while os.read(process.replies, 65536):
                pass
            self._bury(process)

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _serve(make: Callable[[], Works], tasks: int, replies: int) -> None:
    """Do the tasks that come, until the pipe ends; end at once if it does during a task."""
    os.setsid()  # Ctrl+C is for the run, which then ends its workers
    received: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    busy = threading.Event()

    def listen() -> None:
        with os.fdopen(tasks, "rb") as lines:
            for line in lines:
                busy.set()
                received.put(line)
        if busy.is_set():
            os._exit(1)
        received.put(b"")

    threading.Thread(target=listen, daemon=True).start()
    worker = make()
    while line := received.get():
        problem, stops, again = "", False, True
        try:
            worker.run(*json.loads(line))
        except BaseException as error:
            problem = next(iter(str(error).splitlines()), "") or type(error).__name__
            no_room = isinstance(error, OSError) and error.errno in NO_ROOM
            stops = no_room or isinstance(error, CourseError)
            again = not isinstance(error, CheckerGoneError)  # it was heard twice already
        busy.clear()
        os.write(replies, json.dumps({"problem": problem, "stops": stops, "again": again}).encode() + b"\n")
    worker.close()
    os._exit(0)

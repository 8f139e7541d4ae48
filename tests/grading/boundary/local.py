"""A student's side in a process of its own, joined to a judging side in this one."""

from __future__ import annotations

import os
import socket
import sys
import threading
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from klasteryste.grading.boundary.checker import Checker
from klasteryste.grading.boundary.profile import Profile
from klasteryste.grading.boundary.student import Server


@contextmanager
def checker(
    answer: str | Callable[[socket.socket], None],
    profile: Profile | None = None,
    seconds: float = 20,
    locked: str = "",
) -> Iterator[Checker]:
    """Yield what judges an answer, given as code, or as what its side does with the socket."""
    ours, theirs = socket.socketpair()
    child, thread = 0, None
    if isinstance(answer, str):
        child = os.fork()
        if child == 0:
            try:
                ours.close()
                _answer(theirs, locked, answer)
            finally:
                os._exit(0)
        theirs.close()
    else:
        thread = threading.Thread(target=_behave, args=(answer, theirs), daemon=True)
        thread.start()
    judge = Checker(ours, (profile or Profile()).to_json(), "en", seconds=seconds)
    try:
        if locked:
            judge.run_locked(locked)
        if isinstance(answer, str):
            judge.student_cell(answer)
        yield judge
    finally:
        ours.close()
        if child:
            os.waitpid(child, 0)
        if thread is not None:
            thread.join(10)
            assert not thread.is_alive()


def _answer(sock: socket.socket, locked: str, answer: str) -> None:
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    for source in (locked, answer):
        exec(compile(source, "<student>", "exec"), vars(module))
    server = Server(sock, lambda: vars(module))
    while server.step():
        pass


def _behave(answer: Callable[[socket.socket], None], sock: socket.socket) -> None:
    with sock:
        answer(sock)


def error_of(outputs: list[dict[str, Any]]) -> str:
    """Return the kind and text of the error among outputs, empty if there is none."""
    return next((f"{o['ename']}: {o['evalue']}" for o in outputs if o["output_type"] == "error"), "")

"""The checker's process: it holds the tests, and never a student's code."""

from __future__ import annotations

import os
import signal
import socket
import time
from typing import Any

from klasteryste.grading.boundary.checker import Checker
from klasteryste.grading.sandbox import wire
from klasteryste.grading.sandbox.zygote import Role


def prepare() -> Role:
    """Return what judges a notebook; the checker itself has been imported."""
    # Some tests ask whether they are run for marks; a student's code cannot.
    os.environ["NBGRADER_EXECUTION"] = "autograde"
    return _serve


def _serve(sockets: list[socket.socket]) -> None:
    worker, boundary = sockets
    signal.signal(signal.SIGINT, signal.default_int_handler)
    receiver = wire.Receiver(worker, 1 << 26)
    checker: Checker | None = None
    while True:
        try:
            asked = receiver.receive(time.monotonic() + 1e6)
        except EOFError:
            return
        except KeyboardInterrupt:  # it came too late for the cell it was meant for
            continue
        if asked is None:
            return
        if checker is None:
            os.environ |= asked["environment"]
            checker = Checker(boundary, asked["profile"], asked["language"], seconds=asked["seconds"])
            wire.send(worker, {"outputs": []})
            continue
        outputs: list[dict[str, Any]] = []
        try:
            if asked["do"] == "test":
                outputs = checker.run_test(asked["source"])
            elif asked["do"] == "locked":
                checker.run_locked(asked["source"])
            else:
                checker.student_cell(asked["source"])
        except KeyboardInterrupt:
            outputs = [_error("KeyboardInterrupt", "")]
        except Exception as error:
            outputs = [_error(type(error).__name__, str(error))]
        wire.send(worker, {"outputs": outputs})


def _error(name: str, text: str) -> dict[str, Any]:
    return {"output_type": "error", "ename": name, "evalue": text, "traceback": [f"{name}: {text}"]}

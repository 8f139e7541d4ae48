"""A warm process in the jail, and a way to run cells in copies of it."""

from __future__ import annotations

import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from klasteryste.grading.sandbox import Limits, Process
from klasteryste.grading.sandbox.slot import Zygote

SMALL = Limits(memory_mb=400, disk_mb=20, processes=40, cell_seconds=10, total_seconds=60)


@pytest.fixture(scope="session")
def bubblewrap() -> str:
    """Return bubblewrap's path, or skip."""
    path = shutil.which("bwrap")
    if path is None:
        pytest.skip("bubblewrap is missing; to enable: sudo apt-get install bubblewrap")
    return path


@pytest.fixture(scope="package")
def warm(bubblewrap: str) -> Iterator[Zygote]:
    """Return one warm process for students' code."""
    zygote = Zygote("student", ["numpy"])
    yield zygote
    zygote.close()


class Cells:
    """Runs cells in a notebook's process of its own."""

    def __init__(self, warm: Zygote, limits: Limits = SMALL, folder: Path | None = None) -> None:
        self._boundary, theirs = socket.socketpair()
        self.process: Process = warm.fork(folder, limits, [theirs])
        theirs.close()
        self._count = 0

    def ask(self, source: str) -> None:
        """Send a cell without waiting."""
        self._count += 1
        self.process.send({"source": source, "count": self._count, "environment": {}})

    def answers(self, seconds: float = 200) -> list[dict[str, Any]]:
        """Return all messages of the last cell."""
        found = []
        deadline = time.monotonic() + seconds
        while True:
            message = self.process.receive(deadline)
            if message is None:
                continue
            if message["type"] == "execute_reply":
                return found
            found.append(message)

    def run(self, source: str) -> str:
        """Run a cell and return what it printed, and the kind and text of its error."""
        self.ask(source)
        said = ""
        for message in self.answers():
            content = message["content"]
            if message["type"] == "stream":
                said += content["text"]
            elif message["type"] == "error":
                said += f"{content['ename']}: {content['evalue']}"
        return said

    def close(self) -> None:
        """End it."""
        self.process.close()
        self._boundary.close()


@pytest.fixture
def cells(warm: Zygote) -> Iterator[Cells]:
    """Return a notebook's process with small limits."""
    opened = Cells(warm)
    yield opened
    opened.close()

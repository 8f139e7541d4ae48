"""Running a command at a terminal of its own, as a lecturer does, and keeping what it writes there."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path


class Log:
    """What a terminal was written."""

    def __init__(self) -> None:
        self._parts: list[bytes] = []

    def drain(self, terminal: int) -> None:
        """Read a terminal until nobody writes to it any more."""
        with contextlib.suppress(OSError):
            while data := os.read(terminal, 65536):
                self._parts.append(data)
        os.close(terminal)

    def __str__(self) -> str:
        return b"".join(self._parts).decode(errors="replace")


def run(
    command: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    seconds: float,
    limit: Callable[[], None] | None = None,
) -> tuple[int | None, str]:
    """Run a command at a terminal.

    Parameters
    ----------
    command : sequence of str
        The command.
    folder : Path
        Where it runs.
    environment : mapping of str to str
        All of its environment.
    seconds : float
        How long it may take; then it is killed.
    limit : callable, optional
        Called in the process before the command.

    Returns
    -------
    code : int or None
        Its exit code; None if it took too long.
    text : str
        What it, and whatever it started, wrote.
    """
    ours, theirs = pty.openpty()
    Path(os.ttyname(theirs)).chmod(0o666)
    log = Log()
    threading.Thread(target=log.drain, args=(ours,), daemon=True).start()
    process = subprocess.Popen(
        command, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs,
        start_new_session=True, preexec_fn=limit,
    )  # fmt: skip
    os.close(theirs)
    code: int | None
    try:
        code = process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        code = None
    return code, str(log)

"""The first process of a notebook's namespaces: it watches the notebook's processes, and they die with it.

It listens to the worker on a socket. When the worker goes away, however it goes, the supervisor reads the end
of the stream and leaves, and the kernel ends every process that was started in its namespace.
"""

from __future__ import annotations

import contextlib
import os
import re
import select
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from klasteryste.grading.sandbox import namespaces, wire
from klasteryste.grading.sandbox.limits import Limits

INTERRUPT = b"i"
"""What the worker sends to interrupt the notebook, as a person would who stops a cell."""

_LOOK_SECONDS = 0.1
_SOCKETS = 256
"""Most sockets of a notebook: what waits in them is memory of no process, some 200 kB each."""


def supervise(
    control: socket.socket,
    limits: Limits,
    processors: list[int],
    archive: int,
    libraries: list[Path],
    work: Callable[[], None],
) -> None:
    """Furnish the namespaces, run the notebook's process in them, and say on `control` how it ended.

    Parameters
    ----------
    control : socket.socket
        The worker's end tells when to interrupt; its closing, when to die.
    limits : Limits
        What the notebook may use.
    processors : list of int
        Those that it runs on; the supervisor itself runs where the warm process does.
    archive : int
        File descriptor of the archive of the working folder.
    libraries : list of Path
        Folders that have to be reached.
    work : callable
        What the notebook's process does.
    """
    # Before there is anybody who could look. The first process of a namespace gets no signal from within but
    # those it handles, and Python handles this one.
    namespaces.hide_from_debuggers(True)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        namespaces.furnish(limits, archive, libraries)
    except OSError as error:
        wire.send(control, {"ended": "folder", "value": os.strerror(error.errno or 0)})
        return
    child = os.fork()
    if child == 0:
        control.close()
        _run(limits, processors, work)
    wire.send(control, {"started": True})
    ended = _watch(control, child, limits)
    if ended:
        wire.send(control, {"ended": ended[0], "value": ended[1]})


def _run(limits: Limits, processors: list[int], work: Callable[[], None]) -> None:
    code = 1
    try:
        namespaces.hide_from_debuggers(False)
        # The system shares processors out between sessions first, and then within each.
        os.setsid()
        os.chdir(namespaces.WORK)
        # If the machine as a whole runs out of memory, a notebook goes first.
        Path("/proc/self/oom_score_adj").write_text("1000")
        os.sched_setaffinity(0, processors)
        namespaces.set_limits(limits)
        namespaces.give_up_rights()
        work()
        code = 0
    except BaseException:
        traceback.print_exc(file=sys.__stderr__)
    finally:
        os._exit(code)


def _watch(control: socket.socket, child: int, limits: Limits) -> tuple[str, object] | None:
    """Wait until the notebook's process ends or has to end.

    Returns
    -------
    tuple or None
        Why, as a word and a value that belongs to it; None if the worker went away.
    """
    ended = os.pidfd_open(child)
    waiting: list[int | socket.socket] = [control, ended]
    look = time.monotonic() + _LOOK_SECONDS
    while True:
        ready = select.select(waiting, [], [], max(0.0, look - time.monotonic()))[0]
        if control in ready:
            try:
                word = control.recv(1)
            except ConnectionError:
                word = b""
            if not word:
                return None
            if word == INTERRUPT:
                _interrupt(child)
        if ended in ready:
            return _how_it_ended(os.waitpid(child, 0)[1], limits)
        if time.monotonic() >= look:
            _bury(child)
            if open_sockets() > _SOCKETS or used_megabytes(limits.memory_mb) > limits.memory_mb:
                return "memory", limits.memory_mb
            look = time.monotonic() + _LOOK_SECONDS


def _interrupt(child: int) -> None:
    """Interrupt the process and what it started, as Jupyter does."""
    with contextlib.suppress(ProcessLookupError):
        try:
            os.killpg(child, signal.SIGINT)
        except ProcessLookupError:  # it left its group
            os.kill(child, signal.SIGINT)


def _bury(child: int) -> None:
    """Take note of the deaths of adopted processes; the notebook's own is told by `_watch`."""
    with contextlib.suppress(ChildProcessError):
        while True:
            dead = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if dead is None or dead.si_pid == child:
                return
            os.waitpid(dead.si_pid, os.WNOHANG)


def _how_it_ended(status: int, limits: Limits) -> tuple[str, object]:
    code = os.waitstatus_to_exitcode(status)
    if code >= 0:
        return "code", code
    if -code == signal.SIGXCPU:
        return "time", limits.cpu_seconds
    if -code == signal.SIGKILL:  # nothing in here does that, but somebody who tidies up outside
        return "killed", None
    return "signal", -code


def open_sockets() -> int:
    """Return how many sockets this namespace holds, with those that are on their way in another."""
    first = Path("/proc/self/net/sockstat").read_text().partition("\n")[0]
    return int(first.removeprefix("sockets: used"))


def used_megabytes(enough: float) -> float:
    """Return how much memory all processes of this namespace use, in MB.

    Parameters
    ----------
    enough : float
        Only a sum above this is computed exactly: what processes share then counts once.
    """
    processes = [path for path in Path("/proc").iterdir() if path.name.isdigit() and path.name != "1"]
    page = os.sysconf("SC_PAGE_SIZE")
    resident = 0.0
    for process in processes:
        with contextlib.suppress(OSError, IndexError):
            resident += int((process / "statm").read_text().split()[1]) * page / 1e6
    if resident <= enough:
        return resident
    shares = 0.0
    for process in processes:
        with contextlib.suppress(OSError):
            found = re.search(r"^Pss:\s+(\d+) kB", (process / "smaps_rollup").read_text(), re.MULTILINE)
            shares += int(found[1]) / 1e3 if found else 0
    return shares

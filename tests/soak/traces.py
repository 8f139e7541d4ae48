"""What a run may leave on a machine: processes, mounts, temporary files, sockets."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

MARK = "KLASTERYSTE_SOAK"
"""A variable of the environment by which processes of a soak are told from others."""


class Traces(NamedTuple):
    """What is there at one time.

    Attributes
    ----------
    mounts, files, sockets : frozenset of str
        Mount points, what is in the temporary folders, and named local sockets.
    """

    mounts: frozenset[str]
    files: frozenset[str]
    sockets: frozenset[str]


def traces() -> Traces:
    """Return what is there now, of this account's files."""
    mounts = {line.split()[4] for line in Path("/proc/self/mountinfo").read_text().splitlines()}
    files = set()
    for folder in {tempfile.gettempdir(), "/dev/shm", "/run"}:
        for entry in os.scandir(folder):
            if entry.stat(follow_symlinks=False).st_uid in {os.geteuid(), 65534}:
                files.add(entry.path)
    sockets = {
        words[7] for line in Path("/proc/net/unix").read_text().splitlines() if len(words := line.split()) > 7
    }
    return Traces(frozenset(mounts), frozenset(files), frozenset(sockets))


def left(before: Traces, ours: str, seconds: float = 60) -> list[str]:
    """Return what was not there before, bears a name of ours or a jail's, and stays.

    What others do on the machine meanwhile, such as tests, bears such names too, but goes away.

    Parameters
    ----------
    before : Traces
        What was there.
    ours : str
        A part of the names of the soak's own files, which it removes itself.
    seconds : float
        For how long it may go away.
    """
    deadline = time.monotonic() + seconds
    found = _new(before, ours)
    while found and time.monotonic() < deadline:
        time.sleep(1)
        found &= _new(before, ours)
    return sorted(found)


def _new(before: Traces, ours: str) -> set[str]:
    now = traces()
    names = ("klasteryste", "bwrap", "bubblewrap", "kernel-", "jupyter", "ipython")
    new = (now.mounts - before.mounts) | (now.files - before.files) | (now.sockets - before.sockets)
    return {name for name in new if ours not in name and any(part in name.lower() for part in names)}


class Process(NamedTuple):
    """A live process.

    Attributes
    ----------
    pid, parent, session : int
        As the machine numbers them.
    started : int
        When it started, in ticks: with `pid` it names one process, also when numbers are used again.
    name : str
        Of its program.
    numbers : tuple of int
        Its number in each namespace that it is in, the innermost last.
    words : str
        Its command.
    """

    pid: int
    parent: int
    session: int
    started: int
    name: str
    numbers: tuple[int, ...]
    words: str

    def kind(self, run: int) -> str:
        """Tell what it is for the class run of a number; empty if nothing that lasts.

        A jail is a namespace in the machine's, and a notebook is in one of its own in the jail's. The first
        process of a namespace keeps it alive.
        """
        role = "student" if "sandbox.shell" in self.words else "checker"
        first = self.numbers[-1] == 1
        match len(self.numbers):
            case 1 if self.pid == run:
                return "run"
            case 1 if self.name == "bwrap":
                return "jail"
            case 1:
                # A process between its fork and its program leads no session.
                return "worker" if self.session == self.pid else ""
            case 2:
                return "jail" if first else f"warm {role}"
            case _:
                return "supervisor" if first else role

    def lives(self) -> bool:
        """Tell whether it has not ended since."""
        now = _process(self.pid)
        return now is not None and now.started == self.started


def _process(pid: int) -> Process | None:
    """Return a process, None if it has ended."""
    folder = Path(f"/proc/{pid}")
    try:
        before, _, after = (folder / "stat").read_text().rpartition(")")
        state, parent, _, session, *others = after.split()
        words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        status = (folder / "status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return None
    if state == "Z":
        return None
    numbers = next(line for line in status.splitlines() if line.startswith("NSpid:")).split()[1:]
    return Process(
        pid,
        int(parent),
        int(session),
        int(others[15]),
        before.partition("(")[2],
        tuple(map(int, numbers)),
        words,
    )


def processes(mark: str) -> set[Process]:
    """Return the live processes that were started with a mark in their environment, or below such a one."""
    everything = [_process(int(folder.name)) for folder in Path("/proc").glob("[0-9]*")]
    lives = {process for process in everything if process is not None}
    # A jail clears the environment of what it holds.
    found = {process for process in lives if _bears(process.pid, mark)}
    while more := {each for each in lives if each.parent in {other.pid for other in found}} - found:
        found |= more
    return found


def _bears(pid: int, mark: str) -> bool:
    try:
        return f"{MARK}={mark}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return False


def wait_for_none(mark: str, seen: Iterable[Process], seconds: float = 120) -> list[str]:
    """Wait until no marked process is left, nor one that was seen; return those that are after all.

    Once its run was killed, a jail has no mark and no parent of ours: it is known by having been seen.
    """
    deadline = time.monotonic() + seconds
    known = set(seen)
    while True:
        known |= processes(mark)
        left = {process.pid: process.words for process in known if process.lives()}
        if not left or time.monotonic() > deadline:
            return [f"process {pid}: {words}" for pid, words in sorted(left.items())]
        time.sleep(0.1)


def memory(pid: int) -> int:
    """Return the memory of a process that is no file's, in kB; 0 if it is gone.

    What it shares with its forks counts: else that of a warm process would change with the notebooks at work.
    """
    try:
        text = Path(f"/proc/{pid}/status").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("RssAnon:")), 0)

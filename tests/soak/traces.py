"""What a run may leave on a machine: processes, mounts, temporary files, sockets."""

from __future__ import annotations

import os
import tempfile
import time
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


def left(before: Traces, ours: str) -> list[str]:
    """Return what is there now, was not before, and bears a name of ours or a jail's.

    Parameters
    ----------
    before : Traces
        What was there.
    ours : str
        A part of the names of the soak's own files, which it removes itself.
    """
    now = traces()
    names = ("klasteryste", "bwrap", "bubblewrap", "kernel-", "jupyter", "ipython")
    new = (now.mounts - before.mounts) | (now.files - before.files) | (now.sockets - before.sockets)
    return sorted(name for name in new if ours not in name and any(part in name.lower() for part in names))


def processes(mark: str) -> dict[int, str]:
    """Return the live processes that were started with a mark in their environment, or below such a one."""
    parents, found = {}, {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            status = (folder / "stat").read_text().rpartition(")")[2].split()
            if status[0] == "Z":
                continue
            parents[int(folder.name)] = int(status[1])
            words = _command(int(folder.name))
            if f"{MARK}={mark}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found[int(folder.name)] = words
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    # A jail clears the environment of what it holds.
    below = set(found)
    while more := {pid for pid, parent in parents.items() if parent in below} - below:
        below |= more
        for pid in more:
            try:
                found[pid] = (
                    Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                )
            except (FileNotFoundError, ProcessLookupError):
                continue
    return found


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")


def wait_for_none(mark: str, seconds: float = 120) -> dict[int, str]:
    """Wait until no marked process is left; return those that are after all."""
    for _ in range(int(seconds * 10)):
        if not processes(mark):
            return {}
        time.sleep(0.1)
    return processes(mark)


def memory(pid: int) -> int:
    """Return the memory of a process that it shares with no other, in kB; 0 if it is gone."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return 0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_"))

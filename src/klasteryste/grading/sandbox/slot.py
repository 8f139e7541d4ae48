"""The worker's side: warm processes in their jails, and the notebooks' processes forked from them."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from klasteryste.grading.sandbox import jail, wire
from klasteryste.grading.sandbox.limits import Limits
from klasteryste.grading.sandbox.supervisor import INTERRUPT
from klasteryste.grading.sandbox.zygote import READY

_JUDGING = ("student", "checker")
_START_SECONDS = 120
_NAME = "klasteryste.grading.sandbox"
ROLES = {"student": f"{_NAME}.shell", "checker": f"{_NAME}.checking", "kernel": f"{_NAME}.kernel"}
"""The module of each kind of process; a notebook is judged by the first two."""


class Zygote:
    """One warm process in a jail.

    Parameters
    ----------
    role : str
        Key of `ROLES`.
    libraries : sequence of str
        Modules that it imports before the first notebook.
    """

    def __init__(self, role: str, libraries: Iterable[str] = ()) -> None:
        self._role = role
        self.libraries = tuple(libraries)
        self._connection: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._ready = False
        self._errors: int | None = None

    def start(self) -> None:
        """Start the process without waiting for it.

        Raises
        ------
        JailError
            If no jail can be made here.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        call = "from klasteryste.grading.sandbox.zygote import main; main()"
        words = [str(theirs.fileno()), ROLES[self._role], json.dumps(self.libraries)]
        self._errors = os.memfd_create("errors")
        try:
            self._process = jail.start(["-c", call, *words], [theirs.fileno()], self._errors, {})
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        self._connection = ours
        self._ready = False

    def fork(self, folder: Path | None, limits: Limits, sockets: list[socket.socket]) -> Process:
        """Ask for the process of a notebook.

        Parameters
        ----------
        folder : Path or None
            Copied into the process's working folder.
        limits : Limits
            What it may use.
        sockets : list of socket.socket
            Given to the process beside its connection to the worker; the caller's copies are the caller's to
            close.

        Raises
        ------
        JailError
            If no jail can be made here.
        """
        archive = pack(folder)
        control, theirs_control = socket.socketpair()
        worker, theirs_worker = socket.socketpair()
        try:
            descriptors = [archive, theirs_control.fileno(), theirs_worker.fileno()]
            descriptors += [each.fileno() for each in sockets]
            data = json.dumps(limits.as_dict()).encode()
            try:
                self._send(data, descriptors)
            except (OSError, EOFError):
                # It died between two notebooks, or was killed: it holds nothing, so that a new one will do.
                self.close()
                self._send(data, descriptors)
        finally:
            os.close(archive)
            theirs_control.close()
            theirs_worker.close()
        return Process(control, worker, limits)

    def close(self) -> None:
        """End the process and everything in its jail, and wait until it is gone."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
        if self._errors is not None:
            os.close(self._errors)
            self._errors = None

    def _said(self) -> bytes:
        """Wait for the end of a process that could not start, and return what it wrote."""
        assert self._process is not None and self._errors is not None
        self._process.kill()
        self._process.wait()
        return os.pread(self._errors, 1 << 16, 0)

    def _send(self, data: bytes, descriptors: list[int]) -> None:
        if self._process is not None and self._process.poll() is not None:
            self.close()
        if self._connection is None:
            self.start()
        connection = self._connection
        assert connection is not None
        if not self._ready:
            self._wait(connection)
        socket.send_fds(connection, [data], descriptors)

    def _wait(self, connection: socket.socket) -> None:
        connection.settimeout(_START_SECONDS)
        try:
            answer = connection.recv(1 << 16)
        except OSError:
            answer = b""
        if answer != READY:
            said = (answer or self._said()).decode(errors="replace")
            self.close()
            raise jail.refusal(said)
        connection.settimeout(None)
        self._ready = True


class Process:
    """A notebook's process in a jail: ask it, interrupt it, end it.

    Parameters
    ----------
    control : socket.socket
        To its supervisor.
    worker : socket.socket
        To itself.
    limits : Limits
        What it may use.
    """

    def __init__(self, control: socket.socket, worker: socket.socket, limits: Limits) -> None:
        self._control = control
        self._worker = worker
        self._reports = wire.Receiver(control, 1 << 16)
        self._receiver = wire.Receiver(worker, int(limits.output_mb * (1 << 20)) + (1 << 16))

    def send(self, message: dict[str, Any]) -> None:
        """Send a request. That it may be gone is told by `receive`."""
        with contextlib.suppress(OSError):
            wire.send(self._worker, message)

    def receive(self, deadline: float) -> dict[str, Any] | None:
        """Wait for its next message, see `wire.Receiver.receive`."""
        return self._receiver.receive(deadline)

    def interrupt(self) -> None:
        """Interrupt it, as a person would who stops a cell."""
        with contextlib.suppress(OSError):
            self._control.send(INTERRUPT)

    def is_gone(self) -> bool:
        """Tell whether it closed its end, as it does when it ends."""
        with contextlib.suppress(OSError):
            return self._worker.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT) == b""
        return False

    def why_it_ended(self) -> tuple[str, object]:
        """Return what its supervisor says of a process that is gone: a word, and a value beside it."""
        deadline = time.monotonic() + 2
        with contextlib.suppress(EOFError, TimeoutError, wire.MalformedError):
            while report := self._reports.receive(deadline):
                if "ended" in report:
                    return report["ended"], report["value"]
        return "killed", None

    def close(self) -> None:
        """End it and everything it started."""
        self._control.close()
        self._worker.close()


class Slot:
    """The warm processes of one worker.

    They are started when they are first needed, and again if they died or other libraries are wanted.
    """

    def __init__(self) -> None:
        self._zygotes: dict[str, Zygote] = {}

    def warm(self, libraries: Iterable[str] = ()) -> None:
        """Start what is not there yet, both at once, without waiting."""
        wanted = tuple(libraries)
        for role in _JUDGING:
            known = self._zygotes.get(role)
            if known is not None and known.libraries == wanted:
                continue
            if known is not None:
                known.close()
            self._zygotes[role] = Zygote(role, wanted)
            self._zygotes[role].start()

    def fork(self, role: str, folder: Path | None, limits: Limits, boundary: socket.socket) -> Process:
        """Return a new process of a role; see `Zygote.fork`."""
        return self._zygotes[role].fork(folder, limits, [boundary])

    def close(self) -> None:
        """End all of it."""
        for zygote in self._zygotes.values():
            zygote.close()
        self._zygotes.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def pack(folder: Path | None) -> int:
    """Return the descriptor of an archive, in memory, of a folder's files and folders and nothing else."""
    number = os.memfd_create("folder")
    with os.fdopen(os.dup(number), "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        if folder is not None:
            for path in sorted(folder.rglob("*")):
                if not path.is_symlink() and (path.is_dir() or path.is_file()):
                    tar.add(path, str(path.relative_to(folder)), recursive=False)
    os.lseek(number, 0, os.SEEK_SET)
    return number

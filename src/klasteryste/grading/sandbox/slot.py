"""The worker's side: warm processes in their jails, and the notebooks' processes forked from them."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import tarfile
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from klasteryste.grading.sandbox import jail, wire
from klasteryste.grading.sandbox.limits import Limits
from klasteryste.grading.sandbox.supervisor import INTERRUPT

_JUDGING = ("student", "checker")
_START_SECONDS = 120
_NAME = "klasteryste.grading.sandbox"
ROLES = {"student": f"{_NAME}.shell", "checker": f"{_NAME}.checking", "kernel": f"{_NAME}.kernel"}
"""The module of each kind of process; a notebook is judged by the first two."""


class Zygote:
    """One warm process in a jail.

    Processes forked from the one that started it may use it as well.

    Parameters
    ----------
    role : str
        Key of `ROLES`.
    libraries : sequence of str
        Modules that it imports before the first notebook.
    """

    def __init__(self, role: str, libraries: Iterable[str] = ()) -> None:
        self.libraries = tuple(libraries)
        self._role = role
        self._owner = os.getpid()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._ready: socket.socket | None = None
        self._errors = os.memfd_create("errors")

    def start(self) -> None:
        """Start the process without waiting for it.

        Raises
        ------
        JailError
            If no jail can be made here.
        """
        self._connection, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ready, closing = socket.socketpair()
        numbers = [theirs.fileno(), closing.fileno()]
        call = "from klasteryste.grading.sandbox.zygote import main; main()"
        words = [*map(str, numbers), ROLES[self._role], json.dumps(self.libraries)]
        os.truncate(self._errors, 0)
        try:
            self._process = jail.start(["-c", call, *words], numbers, self._errors, {})
        finally:
            theirs.close()
            closing.close()

    def fork(self, folder: Path | None, limits: Limits, sockets: list[socket.socket]) -> Process:
        """Ask for the process of a notebook, which runs on the processors that the calling thread may use.

        Parameters
        ----------
        folder : Path or None
            Copied into the process's working folder, for a checker without its notebooks.
        limits : Limits
            What it may use.
        sockets : list of socket.socket
            Given to the process beside its connection to the worker; the caller's copies are the caller's to
            close.

        Raises
        ------
        JailError
            If no jail can be made here.
        OSError
            If the warm process is gone and was started by another process, whose it is to start it again.
        """
        archive = pack(folder, notebooks=self._role != "checker")
        control, theirs_control = socket.socketpair()
        worker, theirs_worker = socket.socketpair()
        try:
            descriptors = [archive, theirs_control.fileno(), theirs_worker.fileno()]
            descriptors += [each.fileno() for each in sockets]
            request = {"limits": limits.as_dict(), "processors": sorted(os.sched_getaffinity(0))}
            self._make_ready()
            assert self._connection is not None
            socket.send_fds(self._connection, [json.dumps(request).encode()], descriptors)
        finally:
            os.close(archive)
            theirs_control.close()
            theirs_worker.close()
        return Process(control, worker, limits)

    def is_gone(self) -> bool:
        """Tell whether the process was started and has ended."""
        if self._connection is None:
            return False
        if self._owner == os.getpid() and self._process is not None and self._process.poll() is not None:
            return True
        return _is_closed(self._connection)

    def close(self) -> None:
        """End the process and everything in its jail, and wait until it is gone."""
        for each in (self._connection, self._ready):
            if each is not None:
                each.close()
        self._connection = self._ready = None
        if self._process is not None and self._owner == os.getpid():
            self._process.kill()
            self._process.wait()
        self._process = None

    def _make_ready(self) -> None:
        """Wait until it is ready, which it tells on a stream; start it if it is not there."""
        for last in (False, True):
            if self._connection is None or self.is_gone():
                if self._owner != os.getpid():
                    raise ConnectionError("the warm process is gone")
                # It held nothing, so that a new one will do.
                self.close()
                self.start()
            if self._ready is None:
                return
            told = b""
            with contextlib.suppress(OSError):
                self._ready.settimeout(_START_SECONDS)
                # Left to be read, by other workers too.
                told = self._ready.recv(1, socket.MSG_PEEK)
            self._ready.close()
            self._ready = None
            if told:
                return
            said = self._last_words()
            # Without a word it was killed from outside, which may happen once.
            if said or last:
                self.close()
                raise jail.refusal(said)

    def _last_words(self) -> str:
        """End a process that did not become ready, and return what it wrote."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
        return os.pread(self._errors, 1 << 16, 0).decode(errors="replace")

    def __del__(self) -> None:
        os.close(self._errors)


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
        # Somebody who stops reading must not stop the worker.
        self._worker.settimeout(limits.cell_seconds)
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
        return _is_closed(self._worker)

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


_shared: dict[tuple[str, tuple[str, ...]], Zygote] = {}
"""Warm processes that workers forked from this process use together."""


@contextlib.contextmanager
def shared(libraries: Iterable[str] = ()) -> Iterator[None]:
    """Keep one warm process of each kind for all workers that are forked inside this context.

    It saves each of them the time to import the libraries, and the memory. Nothing is waited for here.

    Raises
    ------
    JailError
        If no jail can be made here.
    """
    wanted = tuple(libraries)
    ours = {(role, wanted): Zygote(role, wanted) for role in _JUDGING}
    try:
        for zygote in ours.values():
            zygote.start()
        _shared.update(ours)
        yield
    finally:
        for key, zygote in ours.items():
            _shared.pop(key, None)
            zygote.close()


class Slot:
    """The warm processes of one worker.

    They are those that are `shared`, or its own, which are started when they are first needed, and again if
    they died or other libraries are wanted.
    """

    def __init__(self) -> None:
        self._own: dict[str, Zygote] = {}
        self._libraries: tuple[str, ...] = ()

    def warm(self, libraries: Iterable[str] = ()) -> None:
        """Start what is not there yet, both at once, without waiting."""
        self._libraries = tuple(libraries)
        for role in _JUDGING:
            if self._one_shared(role) is None:
                self._one_own(role)

    def renew(self) -> None:
        """Start processes of its own afresh, and use no shared ones instead of them.

        A warm process that was killed takes requests until the system has cleared it away, and loses them.
        """
        self.close()
        for role in _JUDGING:
            self._one_own(role)

    def fork(self, role: str, folder: Path | None, limits: Limits, boundary: socket.socket) -> Process:
        """Return a new process of a role; see `Zygote.fork`."""
        shared = self._one_shared(role)
        if shared is not None:
            with contextlib.suppress(OSError):  # it has just gone
                return shared.fork(folder, limits, [boundary])
        return self._one_own(role).fork(folder, limits, [boundary])

    def _one_shared(self, role: str) -> Zygote | None:
        own = self._own.get(role)
        if own is not None and own.libraries == self._libraries:
            return None
        zygote = _shared.get((role, self._libraries))
        return None if zygote is None or zygote.is_gone() else zygote

    def _one_own(self, role: str) -> Zygote:
        zygote = self._own.get(role)
        if zygote is None or zygote.libraries != self._libraries:
            if zygote is not None:
                zygote.close()
            zygote = self._own[role] = Zygote(role, self._libraries)
            zygote.start()
        return zygote

    def close(self) -> None:
        """End all of it."""
        for zygote in self._own.values():
            zygote.close()
        self._own.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _is_closed(connection: socket.socket) -> bool:
    """Tell whether the other end of a connection is gone."""
    if not select.select([connection], [], [], 0)[0]:
        return False
    try:
        return connection.recv(1, socket.MSG_PEEK) == b""
    except ConnectionError:
        return True


def pack(folder: Path | None, notebooks: bool = True) -> int:
    """Return the descriptor of an archive, in memory, of a folder's files and folders and nothing else.

    Parameters
    ----------
    folder : Path or None
        None stands for an empty one.
    notebooks : bool
        Whether notebooks are among the files.
    """
    number = os.memfd_create("folder")
    with os.fdopen(os.dup(number), "wb") as file, tarfile.open(fileobj=file, mode="w") as tar:
        if folder is not None:
            for path in sorted(folder.rglob("*")):
                if path.suffix.lower() == ".ipynb" and not notebooks:
                    continue
                if not path.is_symlink() and (path.is_dir() or path.is_file()):
                    tar.add(path, str(path.relative_to(folder)), recursive=False)
    os.lseek(number, 0, os.SEEK_SET)
    return number

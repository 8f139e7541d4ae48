"""The student's process: IPython's shell as Jupyter's kernel has it, spoken to over a socket.

It is ipykernel's own kernel and shell, so that magics, displays and tracebacks are what a student saw,
without the ports, threads and waits of a kernel that many clients could reach.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import logging
import os
import select
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from ipykernel.ipkernel import IPythonKernel
from ipykernel.kernelapp import IPKernelApp
from jupyter_client.session import Session, json_packer
from tornado.ioloop import IOLoop
from traitlets.config import Config

from klasteryste.grading.boundary.student import Server
from klasteryste.grading.sandbox import wire
from klasteryste.grading.sandbox.zygote import Role

_FLUSH_CHARACTERS = 1 << 16


class _Session(Session):
    """Sends what the kernel publishes to the worker, whichever of its sockets it was meant for."""

    worker: socket.socket | None = None

    def send(
        self,
        stream: Any,
        msg_or_type: dict[str, Any] | str,
        content: dict[str, Any] | None = None,
        parent: dict[str, Any] | None = None,
        *others: Any,
        **options: Any,
    ) -> dict[str, Any]:
        """Send a message to the worker."""
        message = msg_or_type if isinstance(msg_or_type, dict) else self.msg(msg_or_type, content, parent)
        if self.worker is not None and message["msg_type"] in (*wire.OUTPUTS, wire.REPLY):
            kept = {"type": message["msg_type"], "content": message["content"]}
            data = json_packer(kept)
            self.worker.sendall(len(data).to_bytes(wire.LENGTH, "big") + data)
        return message


class _Stream(io.TextIOBase):
    """Standard output or error: what Python prints, and what anything writes to the file descriptor."""

    encoding = "UTF-8"
    errors = "strict"

    def __init__(self, session: _Session, name: str, number: int) -> None:
        self.name = name
        self._session = session
        self._number = number
        self._process = os.getpid()
        self._text: list[str] = []
        self._size = 0
        self._lock = threading.RLock()
        self._reading, writing = os.pipe()
        os.set_blocking(self._reading, False)
        os.dup2(writing, number)
        os.close(writing)
        threading.Thread(target=self._watch, daemon=True).start()

    def fileno(self) -> int:
        return self._number

    def writable(self) -> bool:
        return True

    def isatty(self) -> bool:
        return False

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text)}")
        if os.getpid() != self._process:  # a process that the notebook forked
            os.write(self._number, text.encode(errors="replace"))
            return len(text)
        with self._lock:
            # What was written to the descriptor before comes before.
            self._drain()
            self._add(text)
        return len(text)

    def flush(self) -> None:
        if os.getpid() != self._process:
            return
        with self._lock:
            self._drain()
            self._send()

    def set_parent(self, parent: dict[str, Any]) -> None:
        """Take no note of which request prints: there is one at a time."""

    def _add(self, text: str) -> None:
        self._text.append(text)
        self._size += len(text)
        if self._size > _FLUSH_CHARACTERS:
            self._send()

    def _send(self) -> None:
        text = "".join(self._text)
        self._text.clear()
        self._size = 0
        if text:
            text = text.encode(errors="replace").decode()
            self._session.send(None, "stream", {"name": self.name, "text": text})

    def _drain(self) -> None:
        with contextlib.suppress(BlockingIOError):
            while data := os.read(self._reading, 1 << 16):
                self._add(data.decode(errors="replace"))

    def _watch(self) -> None:
        while True:
            select.select([self._reading], [], [])
            with self._lock:
                self._drain()


def prepare() -> Role:
    """Make the shell before any notebook is there, and return what runs a notebook in a copy of it."""
    config = Config()
    config.HistoryManager.enabled = False
    session = _Session(config=config)
    # No debugger will ever attach, and to prepare for one takes longer than all the rest.
    sys.modules["debugpy"] = None  # type: ignore[assignment]
    kernel: Any = IPythonKernel.instance(
        session=session, config=config, iopub_socket=object(), log=logging.getLogger(__name__)
    )
    del sys.modules["debugpy"]
    # Magics look for the application that a kernel is part of.
    IPKernelApp.instance().kernel = kernel
    # A student's own modules are found where Jupyter finds them, after the standard library.
    libraries = [Path(path).name in ("site-packages", "dist-packages") for path in sys.path]
    sys.path.insert(libraries.index(True) if True in libraries else len(libraries), "")
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    kernel.shell.judged_outside = True  # as `boundary.validate` wants to know
    # To leave is no way to lose one's marks.
    kernel.shell.ask_exit = lambda: None
    return lambda sockets: _Notebook(kernel, session, *sockets).serve()


class _Notebook:
    """A copy of the shell for one notebook; it answers the worker and the checker, one at a time."""

    def __init__(
        self, kernel: Any, session: _Session, worker: socket.socket, boundary: socket.socket
    ) -> None:
        self._kernel = kernel
        self._session = session
        self._worker = worker
        self._boundary = boundary
        self._receiver = wire.Receiver(worker, 1 << 26)
        self._server = Server(boundary, lambda: kernel.shell.user_ns)
        self._loop = asyncio.new_event_loop()

    def serve(self) -> None:
        """Answer until the worker is gone."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        with Path(os.devnull).open("rb") as nothing:
            os.dup2(nothing.fileno(), 0)
        asyncio.set_event_loop(self._loop)
        self._session.worker = self._worker
        sys.stdout = _Stream(self._session, "stdout", 1)
        sys.stderr = _Stream(self._session, "stderr", 2)
        self._kernel.io_loop = IOLoop.current()
        self._kernel.shell_channel_thread = SimpleNamespace(parent_thread=threading.main_thread())
        self._loop.run_until_complete(self._answer())

    async def _answer(self) -> None:
        waiting = [self._worker, self._boundary]
        while True:
            # Waiting in the loop lets what a notebook scheduled go on between its cells, as in Jupyter.
            await self._readable(waiting)
            ready = select.select(waiting, [], [], 0)[0]
            if self._boundary in ready:
                with contextlib.suppress(KeyboardInterrupt), _interruptible():
                    if not self._server.step():
                        waiting.remove(self._boundary)
            elif self._worker in ready:
                try:
                    request = self._receiver.receive(time.monotonic() + 60)
                except EOFError:
                    return
                if request is not None:
                    os.environ |= request["environment"]
                    await self._execute(request["source"], request["count"])

    async def _readable(self, sockets: list[socket.socket]) -> None:
        ready = asyncio.Event()
        for each in sockets:
            self._loop.add_reader(each, ready.set)
        try:
            await ready.wait()
        finally:
            for each in sockets:
                self._loop.remove_reader(each)

    async def _execute(self, source: str, count: int) -> None:
        """Run one cell and send its outputs as they come, and then how it went.

        `count` is the number of the cell among all that the course runs, in whichever process.
        """
        self._kernel.shell.execution_count = count
        self._kernel.set_parent([], self._session.msg("execute_request", {"code": source}))
        try:
            with _interruptible():
                reply = await self._kernel.do_execute(source, silent=False, store_history=True)
        except (KeyboardInterrupt, asyncio.CancelledError, Exception) as error:
            reply = {"status": "error", "ename": type(error).__name__, "evalue": str(error), "traceback": []}
        for stream in (sys.stdout, sys.stderr, sys.__stdout__, sys.__stderr__):
            with contextlib.suppress(Exception):  # whatever a notebook put in their place
                stream.flush()  # type: ignore[union-attr]
        kept = ("status", "ename", "evalue", "traceback")
        self._session.send(None, wire.REPLY, {name: reply[name] for name in kept if name in reply})


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let an interrupt through as KeyboardInterrupt; at other times none is meant for the notebook."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.SIG_IGN)

"""A whole Jupyter kernel in the jail, for programs that speak Jupyter's protocol: see `provisioner`."""

from __future__ import annotations

import os
import socket
import time
from pathlib import Path
from typing import Any

import zmq
from ipykernel.heartbeat import Heartbeat
from ipykernel.kernelapp import IPKernelApp

from klasteryste.grading.sandbox import wire
from klasteryste.grading.sandbox.zygote import Role

CHANNELS = ("shell", "iopub", "stdin", "control", "hb")
"""In the order in which their listening sockets are handed over, numbered from 1 as Jupyter's ports are."""


class _Heartbeat(Heartbeat):
    """Beats on a socket that listens already."""

    listening: int

    def _try_bind_socket(self) -> None:
        self.socket.setsockopt(zmq.USE_FD, self.listening)
        super()._try_bind_socket()  # type: ignore[no-untyped-call]


class _Application(IPKernelApp):
    """The kernel's application on sockets that listen already, outside the jail, where its clients are."""

    listening: dict[int, int]

    def _try_bind_socket(self, s: Any, port: int) -> int:
        s.setsockopt(zmq.USE_FD, self.listening[port])
        s.bind(f"ipc://{self.ip}-{port}")
        return port

    def init_heartbeat(self) -> None:
        """Start the heartbeat, which tells clients that the kernel lives."""
        address = self.transport, self.ip, self.hb_port
        self.heartbeat = _Heartbeat(zmq.Context(), address)  # type: ignore[no-untyped-call]
        self.heartbeat.listening = self.listening[self.hb_port]
        self.heartbeat.start()


def prepare() -> Role:
    """Return what runs a kernel; its libraries have been imported."""
    return _serve


def _serve(sockets: list[socket.socket]) -> None:
    worker, *listening = sockets
    told = wire.Receiver(worker, 1 << 16).receive(time.monotonic() + 60)
    assert told is not None
    silence = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(silence, number)
    app: Any = _Application.instance(
        transport="ipc",
        ip=told["ip"],
        connection_file=str(Path.home() / ".kernel.json"),
        **{f"{name}_port": number for number, name in enumerate(CHANNELS, 1)},
    )
    app.listening = {number: each.detach() for number, each in enumerate(listening, 1)}
    app.session.key = told["key"].encode()
    app.initialize(["--HistoryManager.enabled=False"])
    app.start()

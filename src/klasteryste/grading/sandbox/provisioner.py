"""Jupyter's way to start a kernel somewhere else, here in the jail.

Any program that starts kernels through ``jupyter_client``, such as nbclient or nbgrader's own ``Execute``,
gets jailed ones where the environment says ``JUPYTER_DEFAULT_PROVISIONER_NAME=klasteryste-jail``, or of
one kind if its ``kernel.json`` names this provisioner under ``metadata.kernel_provisioner``.

The kernel's sockets are files outside the jail which the jail never sees: it is handed them open.
"""

from __future__ import annotations

import asyncio
import atexit
import os
import shutil
import signal
import socket
import tempfile
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.provisioning.provisioner_base import KernelProvisionerBase
from traitlets import Dict, List, Unicode

from klasteryste.errors import CourseError
from klasteryste.grading.sandbox.kernel import CHANNELS
from klasteryste.grading.sandbox.limits import Limits
from klasteryste.grading.sandbox.slot import Process, Zygote

_PREFIX = "klasteryste-kernel-"
_zygotes: dict[tuple[str, ...], Zygote] = {}
"""The warm processes of this one, by what they have imported."""


class JailedKernel(KernelProvisionerBase):
    """Starts IPython kernels in jails of their own.

    The kernel works in a copy of the folder it is started in, and what it writes is gone with it.
    """

    limits = Dict(
        help="What a kernel may use, where it differs from `klasteryste.grading.sandbox.Limits`. Limits of "
        "time by the clock are the client's."
    ).tag(config=True)

    libraries = List(Unicode(), help="Modules that are imported before the first kernel is asked for.").tag(
        config=True
    )

    _process: Process | None = None
    _folder: Path | None = None

    @property
    def has_process(self) -> bool:
        """Tell whether a kernel was started and not ended."""
        return self._process is not None

    async def poll(self) -> int | None:
        """Return None while the kernel runs."""
        return None if self._process is not None and not self._process.is_gone() else 0

    async def wait(self) -> int | None:
        """Wait until the kernel is gone."""
        while await self.poll() is None:
            await asyncio.sleep(0.02)
        self._end()
        return 0

    async def send_signal(self, signum: int) -> None:
        """Interrupt the kernel, or end it."""
        if self._process is None or signum == 0:
            return
        if signum == signal.SIGINT:
            self._process.interrupt()
        else:
            self._end()

    async def kill(self, restart: bool = False) -> None:
        """End the kernel and everything it started."""
        self._end()

    async def terminate(self, restart: bool = False) -> None:
        """End the kernel and everything it started."""
        self._end()

    async def cleanup(self, restart: bool = False) -> None:
        """Remove the files by which clients reach the kernel."""
        if self._folder is not None and not restart:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Choose where the kernel's sockets are, and tell its clients."""
        sweep()
        if self._folder is None:  # else it is started again, for the same clients
            self._folder = Path(tempfile.mkdtemp(prefix=f"{_PREFIX}{os.getpid()}-"))
        manager: Any = self.parent
        manager.transport = "ipc"
        manager.ip = str(self._folder / "k")
        for number, name in enumerate(CHANNELS, 1):
            setattr(manager, f"{name}_port", number)
        manager.write_connection_file()
        self.connection_info = manager.get_connection_info()
        return await super().pre_launch(cmd=[], **kwargs)

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel.

        Raises
        ------
        CourseError
            If no jail can be made here, or the folder is too large to be copied into one.
        """
        limits = Limits.configured(self.limits, "c.JailedKernel.limits")
        folder = Path(kwargs.get("cwd") or ".").resolve()
        size = sum(path.lstat().st_size for path in folder.rglob("*")) / 1e6
        if size > limits.disk_mb / 2:
            raise CourseError(
                f"{folder} holds {size:.0f} MB, too much to copy into a jail of {limits.disk_mb} MB: start "
                "the kernel in a smaller folder, or raise disk_mb in c.JailedKernel.limits"
            )
        listening = [self._listen(number) for number, _ in enumerate(CHANNELS, 1)]
        try:
            self._process = _warm(tuple(self.libraries)).fork(folder, limits, listening)
        finally:
            for each in listening:
                each.close()
        key: Any = self.connection_info["key"]
        self._process.send({"ip": self.connection_info["ip"], "key": key.decode()})
        return self.connection_info

    def _listen(self, number: int) -> socket.socket:
        path = Path(f"{self.connection_info['ip']}-{number}")
        path.unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(path))
        listening.listen(100)
        return listening

    def _end(self) -> None:
        if self._process is not None:
            self._process.close()
            self._process = None


def sweep() -> None:
    """Remove what was left by a process that was killed before it could."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*-*"):
        owner = folder.name.removeprefix(_PREFIX).partition("-")[0]
        if owner.isdigit() and not Path("/proc", owner).exists():
            shutil.rmtree(folder, ignore_errors=True)


def _warm(libraries: tuple[str, ...]) -> Zygote:
    if libraries not in _zygotes:
        _zygotes[libraries] = Zygote("kernel", libraries)
        atexit.register(_zygotes[libraries].close)
    return _zygotes[libraries]

"""In the kernel of a notebook that is executed for the book: it has no network, and says what it took.

An IPython extension, loaded before the first cell. Python's own sockets are refused by an audit hook, which
works for every user on every system; a program that a notebook starts, or a C library with sockets of its
own, would not be seen.
"""

from __future__ import annotations

import ipaddress
import resource
import sys
from pathlib import Path
from typing import Any

from klasteryste.errors import CourseError

_TO_AN_ADDRESS = {"socket.connect", "socket.sendto", "socket.sendmsg"}
_TO_A_NAME = {"socket.getaddrinfo", "socket.gethostbyname"}


def load_ipython_extension(_shell: Any) -> None:
    """Refuse the network from here on."""
    sys.addaudithook(_refuse)


def _refuse(event: str, arguments: tuple[Any, ...]) -> None:
    if event in _TO_AN_ADDRESS:
        address = arguments[1]
        # Files and other sockets within the machine have no host.
        host = address[0] if isinstance(address, tuple) else None
    elif event in _TO_A_NAME:
        host = arguments[0]
    else:
        return
    if isinstance(host, bytes):
        host = host.decode(errors="replace")
    if isinstance(host, str) and not _is_near(host):
        said = f"{host} is asked for over the network, and a notebook has none: read it from the data package"
        # For a cell that catches the error.
        print(said, file=sys.stderr)
        raise CourseError(said)


def _is_near(host: str) -> bool:
    """Tell whether a host is this machine."""
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return host in ("", "localhost")


def used() -> tuple[float, float]:
    """Return the CPU seconds of this process and of those it started, and the peak of its memory in MB."""
    own, started = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    unit = 1e6 if sys.platform == "darwin" else 1e3
    peaks = [own.ru_maxrss / unit, started.ru_maxrss / unit]
    status = Path("/proc/self/status")
    if status.is_file():
        # Linux counts what the parent held when it started this process; here it does not.
        (high,) = (line.split()[1] for line in status.read_text().splitlines() if line.startswith("VmHWM"))
        peaks[0] = int(high) * 1.024e-3
    seconds = own.ru_utime + own.ru_stime + started.ru_utime + started.ru_stime
    return round(seconds, 2), round(max(peaks), 1)

"""Serve the finished site on this machine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from klasteryste.errors import CourseError


class _Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Say nothing of single requests."""


def serve(site: Path, port: int, announce: Callable[[str], None]) -> None:
    """Serve a folder on the loopback address until interrupted.

    Parameters
    ----------
    site : Path
        The folder.
    port : int
        TCP port; 0 takes any that is free.
    announce : callable
        Is given the address once the server listens.

    Raises
    ------
    CourseError
        If the port is taken.
    """
    try:
        server = ThreadingHTTPServer(("127.0.0.1", port), partial(_Quiet, directory=str(site)))
    except OSError as error:
        raise CourseError(
            f"port {port} cannot be used ({error.strerror}): choose another with --port, or make serve PORT=…"
        ) from None
    with server:
        announce(f"http://127.0.0.1:{server.server_port}/")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            return

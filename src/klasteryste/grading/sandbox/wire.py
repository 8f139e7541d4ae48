"""Messages between processes: JSON behind its length, on a stream socket."""

from __future__ import annotations

import json
import select
import socket
import time
from typing import Any

LENGTH = 4
"""How many bytes tell the length of a message."""

OUTPUTS = "stream", "display_data", "update_display_data", "execute_result", "error", "clear_output"
"""Those of Jupyter's messages that make a cell's outputs."""
REPLY = "execute_reply"
"""Jupyter's message that a cell is done."""


class MalformedError(Exception):
    """What came is no message: whoever sent it does not follow the rules."""


def send(sock: socket.socket, message: dict[str, Any]) -> None:
    """Send a message; what UTF-8 cannot say is sent as JSON's own escapes."""
    data = json.dumps(message).encode()
    sock.sendall(len(data).to_bytes(LENGTH, "big") + data)


class Receiver:
    """Reads messages from somebody who may send anything, or nothing.

    Parameters
    ----------
    sock : socket.socket
        The stream; it stays the caller's.
    limit : int
        Bytes of the longest message that is kept. A longer one is read, thrown away and told as None.
    """

    def __init__(self, sock: socket.socket, limit: int) -> None:
        self._sock = sock
        self._limit = limit
        self._buffer = bytearray()

    def receive(self, deadline: float) -> dict[str, Any] | None:
        """Wait for the next message.

        Parameters
        ----------
        deadline : float
            When to give up, by `time.monotonic`.

        Returns
        -------
        dict or None
            The message; None stands for one that was too long.

        Raises
        ------
        TimeoutError
            If no whole message came in time; what came is kept for the next call.
        EOFError
            If the other side is gone.
        MalformedError
            If it is no JSON object.
        """
        self._fill(LENGTH, deadline)
        length = int.from_bytes(self._buffer[:LENGTH], "big")
        if length > self._limit:
            self._skip(length, deadline)
            return None
        self._fill(LENGTH + length, deadline)
        data = bytes(self._buffer[LENGTH : LENGTH + length])
        del self._buffer[: LENGTH + length]
        try:
            message = json.loads(data, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise MalformedError(str(error)) from None
        if not isinstance(message, dict):
            raise MalformedError("not an object")
        return message

    def _fill(self, size: int, deadline: float) -> None:
        while len(self._buffer) < size:
            self._buffer += self._read(deadline)

    def _skip(self, length: int, deadline: float) -> None:
        """Throw a message away as it comes; one cut short by the deadline ends the conversation."""
        left = LENGTH + length - len(self._buffer)
        if left <= 0:
            del self._buffer[: LENGTH + length]
            return
        self._buffer.clear()
        try:
            while left > 0:
                data = self._read(deadline)
                self._buffer += data[left:]
                left -= len(data)
        except TimeoutError:
            raise MalformedError("a message too long that does not end") from None

    def _read(self, deadline: float) -> bytes:
        # Somebody who never stops talking is late as well.
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self._sock], [], [], left)[0]:
            raise TimeoutError
        try:
            data = self._sock.recv(1 << 18)
        except ConnectionError:
            data = b""
        if not data:
            raise EOFError
        return data


def _refuse_constant(name: str) -> float:
    raise ValueError(f"{name} is no JSON")

"""Messages over a socket: how one is framed, how long is waited for it, and who speaks when.

A frame is a header (sizes), the JSON, and the buffers; nothing in it is trusted. The two sides take turns:
whoever asks waits for the answer, and answers questions that come in between, as when a function that was
given to the other side is called there.
"""

from __future__ import annotations

import socket
import struct
import time
from collections.abc import Callable

from klasteryste.grading.boundary.codec import LIMITS, Limits, Message, Node, Refused, dumps, loads

_HEAD = struct.Struct("!4sII")
_SIZE = struct.Struct("!Q")
_MARK = b"KLS1"


class Gone(Exception):  # noqa: N818  (an end, told in words elsewhere)
    """The other side has ended, is silent for too long, or speaks nonsense; nothing more can be asked.

    Its text is a code that `words.end` tells to a student.
    """


class Stream:
    """Frames over a connected stream socket.

    Parameters
    ----------
    sock : socket.socket
        Owned from here on.
    limits : Limits, optional
        What a frame may hold.
    """

    def __init__(self, sock: socket.socket, limits: Limits = LIMITS) -> None:
        self.sock = sock
        self.limits = limits
        # A student's code may replace what the module offers; these are the functions as they were.
        self._receive = sock.recv_into
        self._send = sock.sendall

    def send(self, message: Message, deadline: float | None = None) -> None:
        """Write one message.

        Raises
        ------
        Refused
            If it is too large or holds a broken text. Nothing was sent then.
        Gone
            If the other side takes no more, or not until `deadline` (of `time.monotonic`).
        """
        text = dumps(message.node, self.limits)
        sizes = b"".join(_SIZE.pack(len(data)) for data in message.buffers)
        frame = b"".join((_HEAD.pack(_MARK, len(text), len(message.buffers)), sizes, text, *message.buffers))
        try:
            self._wait(deadline)
            self._send(frame)
        except OSError as error:
            raise Gone("silent" if isinstance(error, TimeoutError) else "ended") from None

    def receive(self, deadline: float | None = None) -> Message:
        """Read one message.

        Raises
        ------
        Gone
            If the other side closed, was silent until `deadline` (of `time.monotonic`), or sent no frame.
        """
        mark, length, count = _HEAD.unpack(self._read(_HEAD.size, deadline))
        if mark != _MARK or length > self.limits.text or count > self.limits.buffers:
            raise Gone("nonsense")
        sizes = [size for (size,) in _SIZE.iter_unpack(self._read(_SIZE.size * count, deadline))]
        if sum(sizes) > self.limits.size:
            raise Gone("much")
        text = self._read(length, deadline)
        buffers = [bytes(self._read(size, deadline)) for size in sizes]
        try:
            return Message(loads(text, self.limits), buffers)
        except Refused:
            raise Gone("nonsense") from None

    def _read(self, size: int, deadline: float | None) -> bytearray:
        # Room is made as bytes come, not as they are announced.
        data = bytearray()
        while len(data) < size:
            piece = bytearray(min(size - len(data), 1 << 20))
            try:
                self._wait(deadline)
                got = self._receive(piece)
            except OSError as error:
                raise Gone("silent" if isinstance(error, TimeoutError) else "ended") from None
            if not got:
                raise Gone("ended")
            data += piece[:got]
        return data

    def _wait(self, deadline: float | None) -> None:
        if deadline is None:
            self.sock.settimeout(None)
            return
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.sock.settimeout(left)


Handler = Callable[[Message], Message]


class Talk:
    """A conversation: questions asked, and questions answered while an answer is awaited.

    Parameters
    ----------
    stream : Stream
        Where the other side is.
    handle : callable
        Answers one question of the other side.
    """

    def __init__(self, stream: Stream, handle: Handler) -> None:
        self.stream = stream
        self.handle = handle
        self.depth = 0

    def ask(self, message: Message, deadline: float | None = None) -> Message:
        """Send a question and return its answer.

        Raises
        ------
        Refused
            If the question cannot be sent.
        Gone
            If no answer comes.
        """
        if self.depth > _NESTED:
            raise Refused.because("nested", _NESTED)
        self.depth += 1
        try:
            self.stream.send(Message(["?", message.node], message.buffers), deadline)
            while True:
                got = self.stream.receive(deadline)
                what, node = _opened(got.node)
                inner = Message(node, got.buffers)
                if what == "=":
                    return inner
                self._answer(inner, deadline)
        finally:
            self.depth -= 1

    def close(self) -> None:
        """Say no more."""
        self.stream.sock.close()

    def step(self) -> bool:
        """Answer one question; tell whether there may be another.

        An answer nobody asked for ends the conversation.
        """
        try:
            got = self.stream.receive()
            what, node = _opened(got.node)
            if what != "?":
                return False
            self._answer(Message(node, got.buffers), None)
        except Gone:
            return False
        return True

    def _answer(self, message: Message, deadline: float | None) -> None:
        answer = self.handle(message)
        try:
            self.stream.send(Message(["=", answer.node], answer.buffers), deadline)
        except Refused as error:
            self.stream.send(Message(["=", ["no", error.code, error.detail]], []), deadline)


class Aside:
    """A conversation with a side in the same process: what is said goes through bytes all the same.

    Parameters
    ----------
    limits : Limits, optional
        What a message may hold.
    """

    def __init__(self, limits: Limits = LIMITS) -> None:
        self.limits = limits
        self.other: Handler | None = None
        self.depth = 0

    def ask(self, message: Message, deadline: float | None = None) -> Message:
        """Put a question to the other side and return its answer.

        Raises
        ------
        Refused
            If the question cannot be sent.
        """
        assert self.other is not None
        answer = self.other(Message(self._through(message.node), message.buffers))
        try:
            return Message(self._through(answer.node), answer.buffers)
        except Refused as error:
            return Message(["no", error.code, error.detail], [])

    def _through(self, node: Node) -> Node:
        return loads(dumps(node, self.limits), self.limits)

    def close(self) -> None:
        """End nothing: the other side is here."""


_NESTED = 60


def _opened(node: Node) -> tuple[str, Node]:
    if type(node) is not list or len(node) != 2 or node[0] not in ("?", "="):
        raise Gone("nonsense")
    return node[0], node[1]

"""Messages between processes, also from somebody who sends anything."""

from __future__ import annotations

import json
import socket
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klasteryste.grading.sandbox import wire

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


def soon() -> float:
    return time.monotonic() + 60


@given(st.lists(st.dictionaries(st.text(), JSON), max_size=5))
def test_what_goes_in_comes_out(messages):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        threading.Thread(target=lambda: [wire.send(ours, message) for message in messages]).start()
        receiver = wire.Receiver(theirs, 1 << 20)
        assert [receiver.receive(soon()) for _ in messages] == messages


@given(st.binary(max_size=200))
def test_no_bytes_do_more_than_end_the_conversation(sent):
    ours, theirs = socket.socketpair()
    with theirs:
        with ours:
            ours.sendall(sent)
        receiver = wire.Receiver(theirs, 100)
        for _ in range(60):
            try:
                message = receiver.receive(soon())
            except (EOFError, wire.MalformedError):
                break
            assert message is None or isinstance(message, dict)
        else:
            pytest.fail("it does not end")


def test_a_message_too_long_is_passed_over_and_the_next_is_read():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        threading.Thread(
            target=lambda: [wire.send(ours, {"x": "y" * size}) for size in (3_000_000, 200, 5)]
        ).start()
        receiver = wire.Receiver(theirs, 100)
        assert [receiver.receive(soon()) for _ in range(3)] == [None, None, {"x": "yyyyy"}]


def test_half_a_message_is_kept_for_later():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        data = json.dumps({"a": 1}).encode()
        framed = len(data).to_bytes(wire.LENGTH, "big") + data
        receiver = wire.Receiver(theirs, 100)
        ours.sendall(framed[:6])
        with pytest.raises(TimeoutError):
            receiver.receive(time.monotonic() + 0.05)
        ours.sendall(framed[6:])
        assert receiver.receive(soon()) == {"a": 1}


def test_somebody_who_never_stops_is_late():
    ours, theirs = socket.socketpair()
    stop = threading.Event()

    def flood() -> None:
        while not stop.is_set():
            try:
                wire.send(ours, {"x": "y" * 1000})
            except OSError:
                return

    with ours, theirs:
        threading.Thread(target=flood).start()
        receiver = wire.Receiver(theirs, 10_000)
        deadline = time.monotonic() + 0.2
        with pytest.raises(TimeoutError):
            for _ in range(1_000_000):
                receiver.receive(deadline)
        stop.set()


@pytest.mark.parametrize("data", [b"[1]", b"NaN", b'{"a": Infinity}', b"{", b"\xff", b"[" * 90_000])
def test_what_is_no_object_is_refused(data):
    ours, theirs = socket.socketpair()
    with ours, theirs:
        threading.Thread(target=lambda: ours.sendall(len(data).to_bytes(wire.LENGTH, "big") + data)).start()
        with pytest.raises(wire.MalformedError):
            wire.Receiver(theirs, 100_000).receive(soon())

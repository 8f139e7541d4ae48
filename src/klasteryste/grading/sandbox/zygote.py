"""A warm process in the jail: libraries imported, no test and no submission seen, forked for every notebook.

It is started by `slot.Zygote` with a socket, over which workers ask for processes, and another on which it
tells that it is ready. Each request is one JSON object with file descriptors beside it; the new process
speaks for itself over those, and the warm process answers nothing.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import random
import socket
import sys
from collections.abc import Callable

from klasteryste.grading.sandbox import namespaces
from klasteryste.grading.sandbox.jail import readable_folders
from klasteryste.grading.sandbox.limits import Limits
from klasteryste.grading.sandbox.supervisor import supervise

Role = Callable[[list[socket.socket]], None]
"""What a notebook's process does, with its sockets: to the worker first, then those of the role."""


def main() -> None:
    """Import what is asked for, say so, and fork a process for each request until the worker is gone."""
    connection, ready = (socket.socket(fileno=int(number)) for number in sys.argv[1:3])
    role = _prepare(sys.argv[3], json.loads(sys.argv[4]))
    # What is there now is never collected, so that children share its pages with this process.
    gc.collect()
    gc.freeze()
    wrong = _try()
    if wrong:
        sys.exit(wrong)
    ready.send(b"!")
    ready.close()
    while True:
        message, descriptors, _, _ = socket.recv_fds(connection, 1 << 16, 8)
        if not message:
            return
        child = os.fork()
        if child == 0:
            asked = json.loads(message)
            _become(role, Limits(**asked["limits"]), asked["processors"], descriptors)
        for descriptor in descriptors:
            os.close(descriptor)
        # It leaves as soon as it has forked the supervisor in the new namespaces.
        os.waitpid(child, 0)


def _prepare(name: str, libraries: list[str]) -> Role:
    """Import the module of a role, let it prepare, and import the libraries that notebooks will.

    A library that cannot be imported is left for the notebook to fail on.
    """
    module = importlib.import_module(name)
    prepared: Role = module.prepare()
    for library in libraries:
        with contextlib.suppress(Exception):
            importlib.import_module(library)
    return prepared


def _try() -> str:
    """Try whether namespaces can be made, and return what is wrong, or nothing."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            namespaces.enter()
            first = os.fork()
            if first == 0:
                namespaces.furnish(Limits(), None, readable_folders())
            else:
                os.waitpid(first, 0)
        except BaseException as error:
            os.write(writing, f"{type(error).__name__}: {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    os.waitpid(child, 0)
    with os.fdopen(reading, "rb") as said:
        return said.read().decode()


def _become(role: Role, limits: Limits, processors: list[int], descriptors: list[int]) -> None:
    """Start the supervisor of a new notebook in namespaces of its own, and leave."""
    try:
        _keep_only(descriptors)
        archive, control, *others = descriptors
        sockets = [socket.socket(fileno=number) for number in others]
        namespaces.enter()
        if os.fork() == 0:
            libraries = readable_folders()
            ours = socket.socket(fileno=control)
            supervise(ours, limits, processors, archive, libraries, lambda: _work(role, sockets))
    finally:
        os._exit(0)


def _keep_only(descriptors: list[int]) -> None:
    """Close every file but these and the standard ones: a copied connection would outlive its worker."""
    low = 3
    for number in [*sorted(descriptors), 1 << 20]:
        os.closerange(low, number)
        low = number + 1


def _work(role: Role, sockets: list[socket.socket]) -> None:
    # Every notebook was forked from the same state; random reseeds itself, numpy does not.
    random.seed()
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()
    role(sockets)

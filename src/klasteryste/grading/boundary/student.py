"""The student's side: answers what the judging side asks about the student's names, functions and objects.

It runs in the student's process and so can be broken by the student's code; whoever breaks it loses only what
they would have earned, since the other side believes nothing and this side knows nothing worth stealing. It
has to work though for honest code that binds names such as ``list``, replaces ``print``, or raises anything.
"""

from __future__ import annotations

import builtins
import importlib
import inspect
import io
import operator
import random
import signal
import socket
import sys
import threading
import types
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from klasteryste.grading.boundary.codec import (
    CLASSES,
    LIMITS,
    SHARED,
    Decoder,
    Encoder,
    Limits,
    Message,
    Node,
    Refused,
    dumps,
    is_name,
    isinstance_of,
    kind,
    kind_of_class,
    plain_base,
)
from klasteryste.grading.boundary.objects import (
    FUNCTIONS,
    ITERATORS,
    OPERATORS,
    READERS,
    Side,
    exception_node,
    instance_node,
    named_tuple_node,
    read_instance,
)
from klasteryste.grading.boundary.wire import Aside, Gone, Stream, Talk

PRINTED = 1_000_000
"""How much text one call may print, or the outputs of one test hold; the rest is dropped."""


class TooSlow(BaseException):
    """Raised in a call that takes longer than it may; no `except Exception` catches it."""


class Capture(io.TextIOBase):
    """Text that a call or a test prints, up to a limit."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.left = PRINTED

    def writable(self) -> bool:
        """Tell that it takes text."""
        return True

    def write(self, text: str) -> int:
        """Keep text."""
        if self.left > 0:
            self.parts.append(text[: self.left])
            self.left -= len(text)
        return len(text)

    def take(self) -> str:
        """Return what was printed since the last time."""
        text = "".join(self.parts).encode("utf-8", "replace").decode()
        self.parts.clear()
        return text


class Theirs:
    """Something of the judging side that a student's function was given: a function, or an object."""

    def __init__(self, server: Server, number: int, name: str) -> None:
        vars(self).update(_server=server, _number=number, __name__=name, __qualname__=name)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Call it on its side."""
        return self._server.call_back(self._number, args, kwargs)

    def __getattr__(self, name: str) -> Any:
        if not is_name(name):
            raise AttributeError(name)
        return self._server.ask_back("attr", self._number, name)

    def __setattr__(self, name: str, value: Any) -> None:
        self._server.ask_back("set", self._number, name, value)

    def __repr__(self) -> str:
        return f"<{self.__name__} of the test>"


class TheirIterator(Theirs):
    """An iterator of the judging side."""

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        going, value = self._server.ask_back("next", self._number)
        if not going:
            raise StopIteration
        return value


class Server(Side):
    """Answers questions about a student's namespace.

    Parameters
    ----------
    sock : socket.socket or None
        The connection to the judging side; None if that is in this process.
    namespace : callable
        Returns the dict of the student's names.
    limits : Limits, optional
        How much may cross in one message.
    """

    def __init__(
        self, sock: socket.socket | None, namespace: Callable[[], dict[str, Any]], limits: Limits = LIMITS
    ) -> None:
        super().__init__()
        self.namespace = namespace
        self.limits = limits
        self.talk: Talk | Aside = Aside(limits) if sock is None else Talk(Stream(sock, limits), self.handle)
        self.locked: frozenset[str] = frozenset()
        self.tasks: frozenset[str] = frozenset()
        self._arguments: list[Any] = []
        self._output: list[Capture] = []
        self._outside: list[tuple[Any, Any, Any]] = []
        self._generators: dict[int, Any] = {}
        self._thread = threading.get_ident()
        self.failed: BaseException | None = None
        """What the student's code raised when it was last called, if anything."""

    def step(self) -> bool:
        """Read one question and answer it; False if there will be no more."""
        return isinstance(self.talk, Talk) and self.talk.step()

    # --- questions ---------------------------------------------------------------------------------------

    def handle(self, message: Message) -> Message:
        """Answer one question, whatever it is."""
        try:
            what, *parts = message.node
            decoder = Decoder(self, message, self.limits)
            return getattr(self, f"_on_{what}")(decoder, *parts)  # type: ignore[no-any-return]
        except Refused as error:
            return Message(["no", error.code, error.detail], [])
        except Gone:
            raise
        except TooSlow:
            return Message(["slow"], [])
        except BaseException as error:
            # A student's class can raise from anywhere, also while it is looked at.
            return self._raised(error)

    def _on_hello(self, decoder: Decoder, locked: list[str], tasks: list[str]) -> Message:
        self.locked, self.tasks = frozenset(locked), frozenset(tasks)
        return Message(["ok", None], [])

    def _on_get(self, decoder: Decoder, name: str) -> Message:
        names = self.namespace()
        if not dict.__contains__(names, name):
            return Message(["none"], [])
        return self._ok(dict.__getitem__(names, name))

    def _on_has(self, decoder: Decoder, name: str) -> Message:
        return Message(["ok", dict.__contains__(self.namespace(), name)], [])

    def _on_names(self, decoder: Decoder) -> Message:
        names = [name for name in dict.keys(self.namespace()) if is_name(name) and not name.startswith("_")]
        return self._ok(names)

    def _on_bind(self, decoder: Decoder, name: str, value: Node) -> Message:
        dict.__setitem__(self.namespace(), name, decoder.value(value))
        return Message(["ok", None], [])

    def _on_call(
        self,
        decoder: Decoder,
        target: Node,
        args: Node,
        names: list[str],
        values: Node,
        seeds: Node,
        seconds: float,
    ) -> Message:
        function = decoder.value(target)
        args, values = decoder.value(args), decoder.value(values)
        self._seed(decoder.value(seeds))
        return self._run(
            partial(function, *args, **dict(zip(names, values, strict=True))), [*args, *values], seconds
        )

    def _on_attr(self, decoder: Decoder, target: Node, name: str) -> Message:
        if not is_name(name):
            raise Refused(f"the attribute {name!r}")
        value = decoder.value(target)
        return self._run(partial(getattr, value, name), [], None)

    def _on_set(self, decoder: Decoder, target: Node, name: str, value: Node) -> Message:
        if not is_name(name):
            raise Refused(f"the attribute {name!r}")
        owner, new = decoder.value(target), decoder.value(value)
        return self._run(partial(setattr, owner, name, new), [], None)

    def _on_op(self, decoder: Decoder, target: Node, name: str, args: Node, seconds: float) -> Message:
        function = OPERATORS[name]
        owner, values = decoder.value(target), decoder.value(args)
        return self._run(partial(function, owner, *values), list(values), seconds)

    def _on_next(self, decoder: Decoder, target: Node, seconds: float) -> Message:
        iterator = decoder.value(target)

        def advance() -> tuple[bool, Any]:
            try:
                return True, next(iterator)
            except StopIteration as stop:
                return False, stop.value

        return self._run(advance, [], seconds)

    def _on_describe(self, decoder: Decoder, target: Node) -> Message:
        """Tell a function's parameters and annotations."""
        signature = inspect.signature(decoder.value(target))
        rows = []
        for parameter in signature.parameters.values():
            has_default = parameter.default is not inspect.Parameter.empty
            default = self._or_text(parameter.default) if has_default else None
            annotated = parameter.annotation is not inspect.Parameter.empty
            annotation = self._or_text(parameter.annotation) if annotated else None
            rows.append([parameter.name, int(parameter.kind), has_default, default, annotated, annotation])
        returns = signature.return_annotation
        annotated = returns is not inspect.Signature.empty
        return self._ok([rows, annotated, self._or_text(returns) if annotated else None])

    def _on_close(self, decoder: Decoder) -> Message:
        """Close the figures of pyplot."""
        if "matplotlib.pyplot" in sys.modules:
            sys.modules["matplotlib.pyplot"].close("all")
        return Message(["ok", None], [])

    def _on_figures(self, decoder: Decoder) -> Message:
        """Give the open figures of pyplot, the current one last."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is None:
            return self._ok([])
        numbers = pyplot.get_fignums()
        current = pyplot.gcf().number if numbers else None
        numbers.sort(key=lambda number: number == current)
        manager = pyplot._pylab_helpers.Gcf
        return self._ok([manager.get_fig_manager(number).canvas.figure for number in numbers])

    def _or_text(self, value: Any) -> Any:
        try:
            Encoder(self, self.limits).value(value)
        except Refused:
            return str(value)
        return value

    # --- answers -----------------------------------------------------------------------------------------

    def _run(self, do: Callable[[], Any], arguments: list[Any], seconds: float | None) -> Message:
        """Do something in the student's name; answer with its value, its words and changed arguments."""
        before = [self._print_of(value) for value in arguments]
        raised = self.failed = None
        value: Any = None
        with self._surroundings() as (output, said):
            try:
                with self._alarm(seconds):
                    value = do()
            except (Gone, Refused):
                raise
            except TooSlow:
                return Message(["slow"], [])
            except BaseException as error:
                raised = self.failed = error
        encoder = Encoder(self, self.limits)
        changed: list[Node] = []
        for place, old in enumerate(before):
            if old is not None and self._print_of(arguments[place]) != old:
                changed.append([place, encoder.value(arguments[place])])
        told = [[encoder.value(category), text] for category, text in said]
        if raised is not None:
            node = exception_node(encoder, raised, self)
            return Message(["raise", changed, node, output.take(), told], encoder.buffers)
        for place, argument in enumerate(arguments):
            if value is argument and before[place] is not None:
                return Message(["ok", changed, ["A", place], output.take(), told], encoder.buffers)
        return Message(["ok", changed, encoder.value(value), output.take(), told], encoder.buffers)

    def _ok(self, value: Any) -> Message:
        encoder = Encoder(self, self.limits)
        return Message(["ok", encoder.value(value)], encoder.buffers)

    def _raised(self, error: BaseException) -> Message:
        self.failed = error
        encoder = Encoder(self, self.limits)
        return Message(["raise", [], exception_node(encoder, error, self), "", []], encoder.buffers)

    def _print_of(self, value: Any) -> tuple[bytes, list[bytes]] | None:
        """Return what tells whether an argument was changed, None for what cannot be."""
        if type(value) in _CONSTANT:
            return None
        encoder = Encoder(self, self.limits)
        try:
            return dumps(encoder.value(value), self.limits), encoder.buffers
        except Refused:
            return b"", []

    @contextmanager
    def _surroundings(self) -> Iterator[tuple[Capture, list[tuple[type, str]]]]:
        """Catch what is printed and warned of, and let `input` ask the test."""
        output, said = Capture(), list[tuple[type, str]]()
        old = sys.stdout, sys.stderr, builtins.input
        self._output.append(output)
        self._outside.append(old)
        sys.stdout, sys.stderr = output, Capture()
        builtins.input = self._input
        try:
            with warnings.catch_warnings():
                warnings.showwarning = lambda message, category, *_, **__: said.append(
                    (category, str(message))
                )
                yield output, said
        finally:
            sys.stdout, sys.stderr, builtins.input = old
            self._output.pop()
            self._outside.pop()

    @contextmanager
    def _alarm(self, seconds: float | None) -> Iterator[None]:
        """Bound a call; a call within a call has the outer one's time."""
        if (
            seconds is None
            or len(self._output) > 1
            or threading.current_thread() is not threading.main_thread()
        ):
            yield
            return

        ringing = True

        def ring(*_: Any) -> None:
            if ringing:
                raise TooSlow

        old = signal.signal(signal.SIGALRM, ring)
        # Again and again, for code that catches everything.
        signal.setitimer(signal.ITIMER_REAL, max(seconds, 0.01), 0.2)
        try:
            yield
        finally:
            ringing = False
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, old if old is not None else signal.SIG_DFL)

    def _seed(self, seeds: Any) -> None:
        if seeds is None:
            return
        plain, numeric = seeds
        if plain is not None:
            random.setstate(plain)
        if numeric is not None:
            import numpy as np

            np.random.set_state(numeric)

    # --- the test's own things ---------------------------------------------------------------------------

    def call_back(self, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function of the test."""
        return self._ask("call", number, list(args), list(kwargs), list(kwargs.values()))

    def ask_back(self, what: str, number: int, *parts: Any) -> Any:
        """Ask for an attribute of an object of the test, or for an iterator's next value."""
        return self._ask(what, number, *parts)

    def _input(self, prompt: object = "") -> str:
        return str(self._ask("input", str(prompt)))

    def _ask(self, *parts: Any) -> Any:
        if not self._output or threading.get_ident() != self._thread:
            raise RuntimeError("what a test lends can be used only while the test calls")
        encoder = Encoder(self, self.limits)
        try:
            question = [encoder.value(part) for part in parts]
            with self._as_before():
                answer = self.talk.ask(Message([self._output[-1].take(), question], encoder.buffers))
        except Refused as error:
            raise TypeError(f"this cannot be given to a test's function: {error}") from None
        decoder = Decoder(self, answer, self.limits)
        what, value = answer.node
        if what == "no":
            raise TypeError(value)
        got = decoder.value(value)
        if what == "raise":
            raise got
        return got

    @contextmanager
    def _as_before(self) -> Iterator[None]:
        """Have the surroundings of the call back while the test's code runs, which may be in this process."""
        inside = sys.stdout, sys.stderr, builtins.input
        sys.stdout, sys.stderr, builtins.input = self._outside[-1]
        try:
            yield
        finally:
            sys.stdout, sys.stderr, builtins.input = inside

    # --- what is not a plain value -----------------------------------------------------------------------

    def export(self, encoder: Encoder, value: Any, depth: int) -> Node:
        """Return a reference to an object of the student."""
        type_ = type(value)
        if type_ is Theirs or type_ is TheirIterator:
            return ["Y", vars(value)["_number"]]
        if isinstance_of(value, BaseException):
            return exception_node(encoder, value, self)
        if isinstance_of(value, type):
            return self._class(encoder, value, depth)
        if type_ is types.ModuleType:
            return self._module(value)
        if self.is_locked(type_):
            return encoder.once(value, instance_node, depth)
        if type_ in FUNCTIONS:
            return ["R", self.number(value), "f", _label(value), _doc(value)]
        if type_ in ITERATORS:
            return ["R", self.number(value), "i", ITERATORS[type_]]
        if kind_of_class(type_) not in self.tasks:
            plain = _as_plain(value)
            if plain is not value:
                return encoder.value(plain, depth)
            if (node := _special(encoder, value, depth)) is not None:
                return node
            for base in type.__dict__["__mro__"].__get__(type_)[1:-1]:
                if (encode := encoder.encode_of(base)) is not None:
                    return (
                        encoder.once(value, encode, depth)
                        if base in SHARED
                        else encode(encoder, value, depth)
                    )
        return ["R", self.number(value), "o", self._class(encoder, type_, depth)]

    def is_locked(self, type_: type) -> bool:
        """Tell whether a class is one that a locked cell defines."""
        return kind_of_class(type_) in self.locked and type_.__module__ == "__main__"

    def _class(self, encoder: Encoder, value: type, depth: int) -> Node:
        name, module = kind_of_class(value), str(type.__dict__["__module__"].__get__(value))
        if CLASSES.get(f"{module}.{name}") is value:
            return ["T", f"{module}.{name}"]
        if self.is_locked_class(value):
            return ["LC", name]
        bases = type.__dict__["__bases__"].__get__(value)
        known = {key for base in type.__dict__["__mro__"].__get__(value)[:-1] for key in vars(base)}
        operators = [key for key in OPERATORS if key in known]
        nodes = [self._class(encoder, base, depth + 1) for base in bases if depth < 30]
        return ["R", self.number(value), "c", module, name, nodes, operators, _doc(value)]

    def is_locked_class(self, value: type) -> bool:
        """Tell whether a class is the one that a locked cell defines, and not another of its name."""
        return self.is_locked(value) and self.namespace().get(kind_of_class(value)) is value

    def _module(self, value: types.ModuleType) -> Node:
        name = vars(value).get("__name__")
        if isinstance(name, str) and sys.modules.get(name) is value:
            return ["M", name, self.number(value)]
        raise Refused.because("kind", "module")

    def admit(self, sort: str) -> None:
        """Admit whatever a test sends."""

    def resolve(self, decoder: Decoder, node: list[Node], depth: int) -> Any:
        """Return what the judging side speaks of."""
        tag = node[0]
        if (same := READERS.get(tag)) is not None:
            return same(decoder, node, depth)
        if tag == "Y":
            return self.mine(node[1])
        if tag == "R":
            class_ = TheirIterator if node[2] == "i" else Theirs
            return class_(self, node[1], node[3])
        if tag == "I":
            return read_instance(decoder, node, depth, self.namespace()[node[1]])
        if tag == "LC":
            return self.namespace()[node[1]]
        if tag == "G":
            found = importlib.import_module(node[1])
            return operator.attrgetter(node[2])(found)
        if tag == "M":
            return importlib.import_module(node[1])
        if tag == "rng":
            return self._generator(decoder, node, depth)
        raise Refused(f"unknown tag {tag!r}")

    def _generator(self, decoder: Decoder, node: list[Node], depth: int) -> Any:
        """Return a random generator: as it was left here, unless the test used it or made it since."""
        number, name, state = node[1], node[2], decoder.value(node[3], depth + 1)
        known = self._generators.get(number)
        if known is not None and known[0] == repr(state):
            return known[1]
        if name == "Random":
            value: Any = random.Random()
            value.setstate(state)
        else:
            import numpy as np

            if name == "RandomState":
                value = np.random.RandomState()
                value.set_state(state)
            else:
                value = np.random.Generator(getattr(np.random, name)())
                value.bit_generator.state = state
        self._generators[number] = repr(state), value
        return value


_CONSTANT = frozenset({
    type(None), bool, int, float, complex, str, bytes, range, *FUNCTIONS, *ITERATORS, type, Theirs,
    TheirIterator,
})  # fmt: skip


def _label(value: Any) -> str:
    name = getattr(value, "__name__", None)
    return name if type(name) is str else kind(value)


def _doc(value: Any) -> str | None:
    doc = getattr(value, "__doc__", None)
    return doc if type(doc) is str else None


def _as_plain(value: Any) -> Any:
    """Return a value whose class only adds to a plain one as the plain one."""
    fields = getattr(type(value), "_fields", None)
    if isinstance_of(value, tuple) and type(fields) is tuple:
        return value
    if isinstance_of(value, dict) and kind(value) in ("OptimizeResult", "Bunch"):
        return value
    return plain_base(value)


def _special(encoder: Encoder, value: Any, depth: int) -> Node | None:
    """Return the node of a named tuple, or of a dict whose keys are attributes; None for anything else."""
    if isinstance_of(value, tuple):
        return named_tuple_node(encoder, value, depth)
    if isinstance_of(value, dict):
        return ["AD", encoder.items("l", [part for pair in dict.items(value) for part in pair], depth)]
    return None

"""The judging side's end of the boundary: what the student's things look like to a test.

A value is a value. A function of the student is a function here whose call is made there; an object of a
class of theirs has attributes that are asked for one by one, and as little else as the task allows.
"""

from __future__ import annotations

import builtins
import inspect
import operator
import random
import socket
import sys
import time
import types
import warnings
from collections.abc import Callable
from typing import Any

from klasteryste.grading.boundary import words
from klasteryste.grading.boundary.change import replace
from klasteryste.grading.boundary.codec import (
    CLASSES,
    LIMITS,
    Decoder,
    Encoder,
    Limits,
    Message,
    Node,
    Refused,
    is_name,
    isinstance_of,
    kind,
    kind_of_class,
    load,
    plain_base,
    text_of,
)
from klasteryste.grading.boundary.objects import (
    FUNCTIONS,
    ITERATORS,
    OPERATORS,
    READERS,
    Side,
    exception_node,
    instance_node,
    loaded,
    named_tuple_node,
    read_instance,
)
from klasteryste.grading.boundary.profile import Profile
from klasteryste.grading.boundary.proxies import (
    AttributeDict,
    NotPlain,
    RemoteClass,
    RemoteFunction,
    RemoteIterator,
    RemoteObject,
    Unplain,
    mirror,
    refused_operator,
    remote_operator,
)
from klasteryste.grading.boundary.student import Server
from klasteryste.grading.boundary.wire import Aside, Gone, Stream, Talk

GRACE = 3.0
"""Seconds beyond a call's time in which the student's side may still say that the time is over."""

_ALWAYS = frozenset({"__call__", "__iter__", "__next__", "__len__", "__getitem__", "__enter__", "__exit__"})
"""What an object of any class of a student's may be asked to do: all it can give are plain values."""
_RUNS = frozenset({"call", "attr", "set", "op", "next"})
"""Questions that run code of the student, which may change anything that was asked for before."""
_QUIET = frozenset({"__str__", "__repr__", "__format__", "__hash__", "__ne__"})
"""Operators that have a harmless default here."""


class Halt(BaseException):
    """The judging of a cell ends here, whatever the test catches.

    Attributes
    ----------
    name : str
        Kind of error to show.
    """

    def __init__(self, name: str, text: str) -> None:
        super().__init__(text)
        self.name = name


class Link(Side):
    """The judging side's connection to one student's process.

    Parameters
    ----------
    sock : socket.socket or None
        Where the student's side answers; None if it is in this process, see `join`.
    profile : Profile
        What the source's solution does.
    namespace : dict
        The names of the cells that run here.
    learning : bool, optional
        Whether the other side is the source itself, which may do everything, and is watched.
    limits : Limits, optional
        How much may cross in one message.
    """

    def __init__(
        self,
        sock: socket.socket | None,
        profile: Profile,
        namespace: dict[str, Any],
        *,
        learning: bool = False,
        limits: Limits = LIMITS,
    ) -> None:
        super().__init__()
        self.profile = profile
        self.namespace = namespace
        self.learning = learning
        self.limits = limits
        self.talk: Talk | Aside = Aside(limits) if sock is None else Talk(Stream(sock, limits), self.handle)
        self.deadline = time.monotonic() + 3600
        self.dead: str | None = None
        self.halted: Halt | None = None
        self.locked: dict[str, type] = {}
        self.before_call: list[Callable[[], None]] = []
        self.after_call: list[Callable[[], None]] = []
        self.copy_back = False
        self.unexpected = False
        self.operators: dict[str, set[str]] = {}
        self.changes: dict[str, set[str]] = {}
        self.lent: set[str] = set()
        self._origin = ""
        self._inside = 0
        self._proxies: dict[int | tuple[int, str], Any] = {}
        self.asked = 0
        self._seeds: list[Any] = [None, None]
        self._raised: list[BaseException] = []
        self._exceptions: dict[type, int] = {}

    def join(self, server: Server) -> None:
        """Speak with a student's side in this process."""
        here, there = Aside(self.limits), Aside(self.limits)
        here.other, there.other = server.handle, self.handle
        self.talk, server.talk = here, there

    # --- questions ---------------------------------------------------------------------------------------

    def hello(self) -> None:
        """Tell the student's side which classes both sides have and which are the task."""
        self._ask(["hello", sorted(self.locked), sorted(self.profile.tasks)], Encoder(self, self.limits))

    def get(self, name: str) -> Any:
        """Return what the student bound a name to.

        Raises
        ------
        KeyError
            If nothing.
        """
        answer = self._ask(["get", name], Encoder(self, self.limits))
        if answer.node == ["none"]:
            raise KeyError(name)
        return self._result(answer, origin=name)

    def has(self, name: str) -> bool:
        """Tell whether the student bound a name."""
        return self._result(self._ask(["has", name], Encoder(self, self.limits))) is True

    def names(self) -> list[str]:
        """Return the names that the student bound."""
        names = self._result(self._ask(["names"], Encoder(self, self.limits)))
        return [name for name in names if is_name(name)]

    def bind(self, name: str, value: Any) -> None:
        """Bind a name on the student's side."""
        encoder = Encoder(self, self.limits)
        self._result(self._ask(["bind", name, encoder.value(value)], encoder))

    def _show_figures(self) -> None:
        """Open in pyplot here what the student has open there."""
        figures = self._result(self._ask(["figures"], Encoder(self, self.limits)))
        load("figures")
        sys.modules[f"{__package__}.figures"].adopt(figures if isinstance(figures, list) else [])

    def _close_figures(self) -> None:
        """Close the student's figures if a test closed those here."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        if pyplot is not None and not pyplot.get_fignums():
            self._ask(["close"], Encoder(self, self.limits))

    def call(self, label: str, number: int, args: tuple[Any, ...], kwargs: dict[str, Any]) -> Any:
        """Call a function of the student."""
        encoder = Encoder(self, self.limits)
        try:
            given, named = encoder.value(list(args)), encoder.value(list(kwargs.values()))
            seeds = self._new_seeds(encoder)
            node = ["call", ["Y", number], given, list(kwargs), named, seeds, self._left()]
        except Refused as error:
            raise NotPlain(words.unpassed(str(error))) from None
        arguments = {str(place): value for place, value in enumerate(args)} | kwargs
        if self.profile.pyplot:
            self._close_figures()
        try:
            return self._result(self._ask(node, encoder), label, arguments, f"{label}()")
        finally:
            if self.profile.pyplot and self.dead is None and self.halted is None:
                self._show_figures()

    def attribute(self, label: str, number: int, name: str) -> Any:
        """Return an attribute of an object of the student."""
        if not is_name(name):
            raise AttributeError(name)
        answer = self._ask(["attr", ["Y", number], name], Encoder(self, self.limits))
        return self._result(answer, origin=f"{label}.{name}")

    def attribute_of_function(self, label: str, number: int, name: str) -> Any:
        """Return an attribute of a function of the student, where the solution has one."""
        sort = f"attribute:{label}.{name}"
        if self.learning and is_name(name):
            self.lent.add(sort)
        elif sort not in self.profile.lent:
            raise AttributeError(f"'function' object has no attribute '{name}'")
        return self.attribute(label, number, name)

    def set_attribute(self, number: int, name: str, value: Any) -> None:
        """Set an attribute of an object of the student."""
        encoder = Encoder(self, self.limits)
        try:
            node = ["set", ["Y", number], name, encoder.value(value)]
        except Refused as error:
            raise NotPlain(words.unpassed(str(error))) from None
        self._result(self._ask(node, encoder))

    def operate(self, label: str, number: int, name: str, args: tuple[Any, ...]) -> Any:
        """Apply an operator to an object of the student."""
        if self.learning:
            self.operators.setdefault(label, set()).add(name)
        encoder = Encoder(self, self.limits)
        try:
            node = ["op", ["Y", number], name, encoder.value(list(args)), self._left()]
        except Refused:
            return NotImplemented
        arguments = {str(place): value for place, value in enumerate(args)}
        return self._result(self._ask(node, encoder), f"{label}.{name}", arguments, f"{label}.{name}()")

    def advance(self, label: str, number: int) -> Any:
        """Return the next value of an iterator of the student."""
        answer = self._ask(["next", ["Y", number], self._left()], Encoder(self, self.limits))
        got = self._result(answer, origin=f"{label}[]")
        if type(got) is not tuple or len(got) != 2 or type(got[0]) is not bool:
            raise self.lost("nonsense")
        if not got[0]:
            raise StopIteration(got[1])
        return got[1]

    def describe(self, number: int) -> inspect.Signature:
        """Return the signature of a function of the student."""
        rows, annotated, returns = self._result(
            self._ask(["describe", ["Y", number]], Encoder(self, self.limits))
        )
        nothing = inspect.Parameter.empty
        parameters = [
            inspect.Parameter(
                name, list(inspect._ParameterKind)[kind_], default=default if has else nothing,
                annotation=annotation if told else nothing,
            )
            for name, kind_, has, default, told, annotation in rows
        ]  # fmt: skip
        return inspect.Signature(parameters, return_annotation=returns if annotated else nothing)

    # --- answers -----------------------------------------------------------------------------------------

    def _left(self) -> float:
        return max(0.05, self.deadline - time.monotonic())

    def _ask(self, node: Node, encoder: Encoder) -> Message:
        if self.dead is not None:
            raise self._halt("CellError", self.dead)
        if time.monotonic() > self.deadline:
            raise self.too_slow()
        self.asked += node[0] != "hello"
        if node[0] in _RUNS:
            for prepare in self.before_call:
                prepare()
        try:
            return self.talk.ask(Message(node, encoder.buffers), self.deadline + GRACE)
        except Refused as error:
            raise NotPlain(words.unpassed(str(error))) from None
        except Gone as error:
            raise self.lost(str(error)) from None
        except BaseException:
            # Ended halfway: what comes next would answer another question.
            self.lost("silent")
            raise
        finally:
            if node[0] in _RUNS:
                for forget in self.after_call:
                    forget()

    def lost(self, why: str) -> Halt:
        """End the student's side: nothing it says is heard any more."""
        text = words.end(why)
        self.dead = self.dead or text
        self.talk.close()
        return self._halt("CellError", text)

    def _halt(self, name: str, text: str) -> Halt:
        self.halted = Halt(name, text)
        return self.halted

    def too_slow(self) -> Halt:
        """Return what ends a cell whose time is over."""
        return self._halt("CellTimeoutError", words.too_slow())

    def _result(
        self,
        answer: Message,
        label: str = "",
        arguments: dict[str, Any] | None = None,
        origin: str = "",
    ) -> Any:
        """Return or raise what an answer says, after what was printed, warned of and changed on the way.

        Parameters
        ----------
        answer : Message
            What the student's side said.
        label : str
            The function that was called.
        arguments : dict of str to object
            What it was given, by position or name.
        origin : str
            Where what comes now comes from, in the test's terms: ``model``, ``fit()``, ``fit().coef_``.
        """
        self._origin = origin
        try:
            return self._read(answer, label, arguments or {})
        except Refused as error:
            if error.code:
                raise _marked(NotPlain(words.unseen(words.reason(error.code, error.detail)))) from None
            raise self.lost("nonsense") from None
        except (IndexError, TypeError, ValueError, AttributeError, KeyError) as error:
            if getattr(error, "_of_the_student", False):
                raise
            raise self.lost("nonsense") from None

    def _read(self, answer: Message, label: str, arguments: dict[str, Any]) -> Any:
        node = answer.node
        what = node[0]
        if what == "slow":
            raise self.too_slow()
        if what == "no":
            raise _marked(NotPlain(words.unseen(words.reason(text_of(node[1]), text_of(node[2])))))
        decoder = Decoder(self, answer, self.limits)
        if what == "ok" and len(node) == 2:
            return decoder.value(node[1])
        if what not in ("ok", "raise") or len(node) != 5:
            raise Refused("an answer")
        changed = {_place(place, arguments): decoder.value(value) for place, value in node[1]}
        told = [(decoder.value(category), text_of(text)) for category, text in node[4]]
        value: Any = None
        if what == "raise":
            value = decoder.value(node[2])
            if not isinstance(value, BaseException):
                raise Refused("an exception that is none")
        elif type(node[2]) is list and node[2][:1] == ["A"]:
            name = _place(node[2][1], arguments)
            value = arguments[name] if self._applies(label, name, changed) else changed[name]
        else:
            value = decoder.value(node[2])
        for name, new in changed.items():
            self._apply(label, name, arguments[name], new)
        sys.stdout.write(text_of(node[3]))
        for category, text in told:
            if not (isinstance(category, type) and issubclass(category, Warning)):
                raise Refused("a warning that is none")
            try:
                warnings.warn(text, category, stacklevel=4)
            except Warning as warning:  # the test asked for errors instead
                raise _marked(warning) from None
        if what == "raise":
            lent = vars(value).get("_lent")
            if type(lent) is int and 0 <= lent < len(self._raised):
                value = self._raised[lent]
            if isinstance(value, StopIteration | StopAsyncIteration | GeneratorExit):
                value = RuntimeError(f"{type(value).__name__} was raised")
            raise _marked(value)
        return value

    def _applies(self, label: str, name: str, changed: dict[str, Any]) -> bool:
        return (
            name not in changed
            or self.copy_back
            or self.learning
            or name in self.profile.changes.get(label, ())
        )

    def _apply(self, label: str, name: str, old: Any, new: Any) -> None:
        """Change an argument as the student's function did, where the source's does too."""
        if self.learning:
            self.changes.setdefault(label, set()).add(name)
        if self._applies(label, name, {name: new}):
            replace(old, new)
        else:
            self.unexpected = True

    def _new_seeds(self, encoder: Encoder) -> Node:
        """Return the states of the random generators of this side, if a test touched them."""
        seeds: list[Any] = [random.getstate(), _numeric_state()]
        new = [None if _same(a, b) else a for a, b in zip(seeds, self._seeds, strict=True)]
        self._seeds = seeds
        return None if new == [None, None] else encoder.value(new)

    def watch_seeds(self) -> None:
        """Take the random generators as they are now for untouched."""
        self._seeds = [random.getstate(), _numeric_state()]

    # --- what the student's code asks of a test ------------------------------------------------------------

    def handle(self, message: Message) -> Message:
        """Answer a question that comes while a call is under way."""
        try:
            printed, (what, *parts) = message.node
            sys.stdout.write(text_of(printed))
            decoder = Decoder(self, message, self.limits)
            value = _ANSWERS[what](self, decoder, *parts)
            encoder = Encoder(self, self.limits)
            return Message(["ok", encoder.value(value)], encoder.buffers)
        except Refused as error:
            return Message(["no", str(error)], [])
        except (Halt, Gone):
            raise
        except BaseException as error:
            # If it comes back through the student's code, the test gets its own exception.
            vars(error)["_lent"] = len(self._raised)
            self._raised.append(error)
            encoder = Encoder(self, self.limits)
            return Message(["raise", exception_node(encoder, error, self)], encoder.buffers)

    def _on_call(self, decoder: Decoder, number: Node, args: Node, keys: Node, values: Node) -> Any:
        function = self.mine(number)
        self._origin = f"->{kind(function)}"
        plain, names, named = decoder.value(args), decoder.value(keys), decoder.value(values)
        if not callable(function) or not all(map(is_name, names)):
            raise Refused("it cannot be called")
        return function(*plain, **dict(zip(names, named, strict=True)))

    def _on_attr(self, decoder: Decoder, number: int, name: str) -> Any:
        return getattr(self._lender(number, name), name)

    def _on_set(self, decoder: Decoder, number: int, name: str, value: Node) -> None:
        setattr(self._lender(number, name), name, decoder.value(value))

    def _lender(self, number: int, name: str) -> Any:
        """Return an own object of which an attribute is lent."""
        owner = self.mine(number)
        if not is_name(name) or name.startswith("_") or not is_lent_object(owner):
            raise AttributeError(f"a test's {kind(owner)} lends no {str(name)[:40]!r}")
        return owner

    def _on_next(self, decoder: Decoder, number: int) -> tuple[bool, Any]:
        iterator = self.mine(number)
        if type(iterator) not in ITERATORS:
            raise Refused("it is no iterator")
        try:
            return True, next(iterator)
        except StopIteration:
            return False, None

    def _on_input(self, decoder: Decoder, prompt: str) -> str:
        ask = dict.get(self.namespace, "input", builtins.input)
        return str(ask(text_of(prompt)))

    # --- references ----------------------------------------------------------------------------------------

    def export(self, encoder: Encoder, value: Any, depth: int) -> Node:
        """Return a reference to something of the test, or of the student's own."""
        type_ = type(value)
        if isinstance(value, type):
            return self._export_class(encoder, value)
        if type_ is Unplain:
            return ["Y", value._number]
        if type_ is RemoteFunction or type_ is RemoteIterator or type(type_) is RemoteClass:
            return ["Y", object.__getattribute__(value, "__klasteryste__")]
        if isinstance_of(value, BaseException):
            return exception_node(encoder, value, self)
        if type_ is types.ModuleType:
            return ["M", value.__name__]
        if self.locked.get(kind_of_class(type_)) is type_:
            return encoder.once(value, instance_node, depth)
        if type_ in ITERATORS:
            return ["R", self.number(value), "i", ITERATORS[type_]]
        if type_ in FUNCTIONS:
            return self._export_function(value)
        if (node := self._export_generator(encoder, value)) is not None:
            return node
        if isinstance_of(value, tuple) and hasattr(type_, "_fields"):
            return named_tuple_node(encoder, value, depth)
        plain = plain_base(value)
        if plain is not value:
            return encoder.value(plain, depth)
        if is_lent_object(value):
            return ["R", self.number(value), "o", kind(value)]
        raise Refused.because("kind", kind(value))

    def _export_class(self, encoder: Encoder, value: type) -> Node:
        if "__klasteryste__" in vars(value) and type(value) is RemoteClass:
            return ["Y", vars(value)["__klasteryste__"]]
        if (number := self._exceptions.get(value)) is not None:
            return ["Y", number]
        name = kind_of_class(value)
        if CLASSES.get(f"{value.__module__}.{name}") is value:
            return ["T", f"{value.__module__}.{name}"]
        if self.locked.get(name) is value:
            return ["LC", name]
        if _is_of_a_library(value):
            return ["G", value.__module__, name]
        if issubclass(value, BaseException):  # one that a test defines
            return self._export_class(encoder, value.__mro__[1])
        return ["R", self.number(value), "f", name]

    def _export_function(self, value: Any) -> Node:
        name = getattr(value, "__qualname__", None) or getattr(value, "__name__", "function")
        if _is_of_a_library(value):
            return ["G", value.__module__, name]
        return ["R", self.number(value), "f", str(name)]

    def _export_generator(self, encoder: Encoder, value: Any) -> Node | None:
        name = kind(value)
        if type(value) is random.Random:
            return ["rng", self.number(value), name, encoder.value(value.getstate())]
        if type(value).__module__.startswith("numpy.random"):
            if name == "RandomState":
                return ["rng", self.number(value), name, encoder.value(value.get_state())]
            if name == "Generator":
                bits = value.bit_generator
                return ["rng", self.number(value), kind(bits), encoder.value(bits.state)]
        return None

    def resolve(self, decoder: Decoder, node: list[Node], depth: int) -> Any:
        """Return what a reference of the student's side stands for here."""
        try:
            if (same := READERS.get(node[0])) is not None:
                return same(decoder, node, depth)
            read = _RESOLVERS.get(node[0])
            if read is None:
                raise Refused(f"unknown tag {node[0]!r}")
            return read(self, decoder, node, depth)
        except Refused:
            raise
        except Exception as error:  # classes of locked cells run here on what a student's side sent
            raise Refused(f"a broken node {node[0]!r} ({type(error).__name__})") from None

    def _reference(self, decoder: Decoder, node: list[Node], depth: int) -> Any:
        number, sort = node[1], node[2]
        if type(number) is not int or not 0 <= number <= 1 << 40:
            raise Refused("a reference")
        # A function is known by where it came from; an object is one and the same wherever it comes from.
        key = (number, self._origin) if sort in ("f", "i") else number
        known = self._proxies.get(key)
        if sort == "o" and (function := self._as_function(number, node)) is not None:
            return function
        if known is None:
            if len(self._proxies) >= 500_000:
                raise Refused("too many references")
            known = self._proxies[key] = self._proxy(decoder, number, sort, node[3:], depth)
        if self._inside or (isinstance(known, type) and issubclass(known, BaseException)):
            return known
        if decoder.closed:
            self.admit("within", "function")
        if sort == "f" and self.learning:
            self.lent.add(f"function:{self._origin}")
        if type(known) is RemoteClass or type(type(known)) is RemoteClass:
            name = known.__name__ if isinstance(known, type) else kind(known)
            return known if self._admits("object") else Unplain(name, number)
        return known

    def _as_function(self, number: int, node: list[Node]) -> Any:
        """Return an object that can be called as a function, where the source's solution has a function."""
        class_ = node[3] if len(node) > 3 and type(node[3]) is list else []
        callable_ = len(class_) > 6 and type(class_[6]) is list and "__call__" in class_[6]
        wanted = f"function:{self._origin}" in self.profile.lent and not self._inside
        if not (callable_ and wanted) or f"object:{self._origin}" in self.profile.lent:
            return None
        name = text_of(class_[4])
        return self._proxies.setdefault(
            (number, self._origin), RemoteFunction(self, number, self._origin, name, None)
        )

    def _admits(self, sort: str) -> bool:
        place = f"{sort}:{self._origin}"
        if self.learning:
            self.lent.add(place)
        return self.learning or place in self.profile.lent

    def admit(self, sort: str, name: str = "") -> None:
        """Refuse what is no plain value where the source's solution has one."""
        if not self._admits(sort):
            raise Refused.because("kind", name or sort)

    def _proxy(self, decoder: Decoder, number: int, sort: Node, told: list[Node], depth: int) -> Any:
        if sort == "f":
            name, doc = told
            doc = None if doc is None else text_of(doc)
            return RemoteFunction(self, number, self._origin, text_of(name), doc)
        if sort == "i":
            return RemoteIterator(self, number, self._origin, text_of(told[0]))
        if sort == "o":
            self._inside += 1
            try:
                class_ = decoder.value(told[0], depth + 1)
            finally:
                self._inside -= 1
            if not isinstance(class_, RemoteClass):
                class_ = mirror(self, None, "object", (RemoteObject,), {})
            value: Any = object.__new__(class_)
            return self._placed(value, number)
        if sort == "c":
            self._inside += 1
            try:
                return self._mirrored(decoder, number, told, depth)
            finally:
                self._inside -= 1
        raise Refused("a reference")

    def _mirrored(self, decoder: Decoder, number: int, told: list[Node], depth: int) -> type:
        """Return a class that stands for one of the student's."""
        module, name, nodes, operators, doc = told
        bases = [decoder.value(node, depth + 1) for node in nodes]
        short = text_of(name).rpartition(".")[2]
        short = short if is_name(short) else "Student"
        space: dict[str, Any] = {"__module__": "__main__", "__qualname__": short}
        if doc is not None:
            space["__doc__"] = text_of(doc)
        raised = tuple(base for base in bases if isinstance(base, type) and issubclass(base, BaseException))
        if raised:
            class_ = type(short, raised, space)
            self._exceptions[class_] = number
            return class_
        theirs = tuple(base for base in bases if isinstance(base, RemoteClass)) or (RemoteObject,)
        if any(type(key) is not str or key not in OPERATORS for key in operators):
            raise Refused("an operator")
        allowed = self.profile.operators.get(short, set()) if short in self.profile.tasks else set()
        for key in operators:
            if key in _ALWAYS or key in allowed or self.learning:
                space[key] = remote_operator(key)
            elif key not in _QUIET:
                space[key] = refused_operator(key)
        if "__eq__" in space and "__hash__" not in space:
            space["__hash__"] = object.__hash__
        real = _library_class(text_of(module), text_of(name))
        if real is not None:
            space["__class__"] = property(lambda self: real)
        space["__label__"] = short if short in self.profile.tasks else self._origin
        return mirror(self, number, short, theirs, space)

    def _placed(self, value: Any, number: int) -> Any:
        """Give a stand-in its number, and the name by which what it gives is known."""
        name = kind(value)
        label = name if name in self.profile.tasks else self._origin
        object.__setattr__(value, "__klasteryste__", number)
        object.__setattr__(value, "__label__", label)
        return value

    def _module(self, decoder: Decoder, node: list[Node], depth: int) -> Any:
        name, number = text_of(node[1]), node[2]
        if type(number) is not int:
            raise Refused("a module")
        if not self._admits("object"):
            return Unplain("module", number)
        if isinstance(sys.modules.get(name), types.ModuleType) and name.partition(".")[0] not in _OWN:
            return sys.modules[name]
        class_ = mirror(self, None, "module", (RemoteObject,), {})
        return self._placed(object.__new__(class_), number)

    def _attribute_dict(self, decoder: Decoder, node: list[Node], depth: int) -> Any:
        items = decoder.items(node[1], depth)
        return AttributeDict(zip(items[::2], items[1::2], strict=True))


_OWN = frozenset({"__main__", "klasteryste"})
_ANSWERS: dict[str, Callable[..., Any]] = {
    "call": Link._on_call,
    "attr": Link._on_attr,
    "set": Link._on_set,
    "next": Link._on_next,
    "input": Link._on_input,
}

_RESOLVERS: dict[str, Callable[[Link, Decoder, list[Node], int], Any]] = {
    "R": Link._reference,
    "Y": lambda link, decoder, node, depth: link.mine(node[1]),
    "I": lambda link, decoder, node, depth: read_instance(
        decoder, node, depth, link.locked[text_of(node[1])]
    ),
    "LC": lambda link, decoder, node, depth: link.locked[text_of(node[1])],
    "M": Link._module,
    "AD": Link._attribute_dict,
}


def _place(place: Node, arguments: dict[str, Any]) -> str:
    if type(place) is not int or not 0 <= place < len(arguments):
        raise Refused("an argument")
    return list(arguments)[place]


def _marked(error: BaseException) -> BaseException:
    """Mark an exception as one that the test is to see, not one of this module's own making."""
    vars(error)["_of_the_student"] = True
    return error


def _is_of_a_library(value: Any) -> bool:
    """Tell whether a function or a class can be found by name in a library that is loaded."""
    module, name = getattr(value, "__module__", None), getattr(value, "__qualname__", None)
    if not isinstance(module, str) or not isinstance(name, str) or module == "__main__":
        return False
    try:
        return operator.attrgetter(name)(sys.modules[module]) is value
    except (AttributeError, KeyError):
        return False


def is_lent_object(value: Any) -> bool:
    """Tell whether an object's public attributes are lent to the student: those of a test's own class are."""
    return type(value).__module__ == "__main__" and not isinstance(value, type)


def _library_class(module: str, name: str) -> type | None:
    """Return a class of a library that is loaded here, None for anything else."""
    if module.partition(".")[0] in {*_OWN, "builtins"}:
        return None
    found = loaded(module, name)
    return found if isinstance(found, type) and f"{module}.{name}" not in CLASSES else None


def _same(a: Any, b: Any) -> bool:
    if a is None or b is None:
        return a is b
    if len(a) != len(b):
        return False
    return all(
        (x is y) or bool((x == y).all() if hasattr(x, "all") else x == y) for x, y in zip(a, b, strict=True)
    )


def _numeric_state() -> Any:
    numpy = sys.modules.get("numpy")
    return None if numpy is None else numpy.random.get_state()

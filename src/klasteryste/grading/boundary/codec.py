"""Values as bytes and back: what may cross between a student's process and the one that judges it.

Both sides use this module, and the judging side believes nothing. Everything crosses by value: a value is
taken apart into JSON arrays that begin with a tag (``["t", 1, 2]`` is a tuple) and raw buffers of numbers,
and is built anew from them by code of ours. Nothing is unpickled, evaluated or imported by name. What is no
value, such as a function, is handed to a `World`, which sends a reference to it.

Kinds of values that other libraries define are told in `arrays`, `frames`, `graphs` and `figures`, which are
loaded when the first such value comes by.
"""

from __future__ import annotations

import collections
import importlib
import json
import keyword
import re
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple, Protocol

from klasteryste.grading.boundary.words import reason

Node = Any
"""What JSON can hold: None, a bool, an int, a float, a text, or a list of nodes."""


class Refused(Exception):  # noqa: N818  (it is caught and told in words, not shown)
    """A value or a message that does not cross, and why.

    Attributes
    ----------
    code, detail : str
        The reason as `words.reason` tells it to a student; empty for what no honest program sends.
    """

    code = ""
    detail = ""

    @classmethod
    def because(cls, code: str, detail: object = "") -> Refused:
        """Return the refusal of a value for one of the reasons that `words` knows."""
        refused = cls(reason(code, str(detail)))
        refused.code, refused.detail = code, str(detail)
        return refused


class Limits(NamedTuple):
    """How much may cross in one message.

    Attributes
    ----------
    depth : int
        Containers within containers.
    nodes : int
        Parts of a value.
    buffers : int
        Arrays in a value.
    text : int
        Bytes of the JSON, as it is in memory.
    size : int
        Bytes of the arrays together.
    digits : int
        Hexadecimal digits of a whole number.
    """

    depth: int = 120
    nodes: int = 1_000_000
    buffers: int = 20_000
    text: int = 64 * 1024**2
    size: int = 256 * 1024**2
    digits: int = 100_000


LIMITS = Limits()


class Message(NamedTuple):
    """One message: a node, and the buffers that it speaks of by number."""

    node: Node
    buffers: list[bytes]


class World(Protocol):
    """What a side knows beyond values: its own objects, and the other side's."""

    def export(self, encoder: Encoder, value: Any, depth: int) -> Node:
        """Return a reference for something that is not a value, or raise `Refused`."""

    def resolve(self, decoder: Decoder, node: list[Node], depth: int) -> Any:
        """Return what a reference stands for, or raise `Refused`."""

    def admit(self, sort: str) -> None:
        """Raise `Refused` if a value of an unusual sort may not come now."""


class Nothing:
    """A world without references: values only."""

    def export(self, encoder: Encoder, value: Any, depth: int) -> Node:
        """Refuse it, naming its type."""
        raise Refused.because("kind", kind(value))

    def resolve(self, decoder: Decoder, node: list[Node], depth: int) -> Any:
        """Refuse it."""
        raise Refused(f"unknown tag {node[0]!r}")

    def admit(self, sort: str) -> None:
        """Admit every sort of value."""


def kind(value: Any) -> str:
    """Name the type of a value without asking the value."""
    name = type.__dict__["__qualname__"].__get__(type(value))
    return name if isinstance(name, str) else "object"


Encode = Callable[["Encoder", Any, int], Node]
Decode = Callable[["Decoder", list[Node], int], Any]

ENCODERS: dict[type, Encode] = {}
"""How a value of exactly this type is taken apart."""
DECODERS: dict[str, Decode] = {}
"""How a node with this tag is put together."""
SHARED: set[type] = set()
"""Types whose objects can change: one that comes twice in a message is one object on the other side too."""
CLASSES: dict[str, type] = {}
"""Classes that may cross by name."""

CLOSED = frozenset({"N", "I", "X", "AD", "pd.s", "pd.f", "pd.i"})
"""Tags of values whose parts are attributes too."""

# Where the kinds of other libraries are told.
_MORE = {
    "numpy": "arrays", "scipy": "arrays", "pandas": "frames", "networkx": "graphs", "matplotlib": "figures",
}  # fmt: skip
_TAGS = {"np": "arrays", "pd": "frames", "nx": "graphs", "mpl": "figures"}
_loaded: set[str] = set()


def load(part: str) -> None:
    """Make the kinds of values of one other library known."""
    if part not in _loaded:
        importlib.import_module(f"{__package__}.{part}")
        _loaded.add(part)


def register(tag: str, type_: type, encode: Encode, decode: Decode, *, shared: bool = False) -> None:
    """Add a kind of value."""
    ENCODERS[type_] = encode
    DECODERS[tag] = decode
    if shared:
        SHARED.add(type_)


class Encoder:
    """Takes one message apart.

    Parameters
    ----------
    world : World
        Where references come from.
    limits : Limits, optional
        How much may cross.
    """

    def __init__(self, world: World, limits: Limits = LIMITS) -> None:
        self.world = world
        self.limits = limits
        self.buffers: list[bytes] = []
        self._size = 0
        self._nodes = 0
        self._seen: dict[int, int] = {}
        self._open: set[int] = set()
        self._kept: list[Any] = []  # an object that is gone would lend its identity to another

    def value(self, value: Any, depth: int = 0) -> Node:
        """Return the node of a value.

        Raises
        ------
        Refused
            If it is no value, holds itself where that cannot be rebuilt, or is too large.
        """
        type_ = type(value)
        self._nodes += 1
        if type_ in _PLAIN:
            return value
        if depth > self.limits.depth:
            raise Refused.because("deep", self.limits.depth)
        if self._nodes > self.limits.nodes:
            raise Refused.because("parts", self.limits.nodes)
        encode = ENCODERS.get(type_) or self.encode_of(type_)
        if encode is None:
            return self.world.export(self, value, depth)
        if type_ not in SHARED:
            return encode(self, value, depth)
        return self.once(value, encode, depth)

    def once(self, value: Any, encode: Encode, depth: int) -> Node:
        """Take apart an object that may come again, and then is named by its number."""
        number = self._seen.get(id(value))
        if number is not None:
            if id(value) in self._open:
                raise Refused.because("itself", kind(value))
            return ["@", number]
        self._seen[id(value)] = len(self._seen)
        self._kept.append(value)
        if type(value) in _LATE:
            return encode(self, value, depth)
        self._open.add(id(value))
        node = encode(self, value, depth)
        self._open.discard(id(value))
        return node

    def items(self, tag: str, values: Iterable[Any], depth: int) -> list[Node]:
        """Return a tagged node of several values."""
        node: list[Node] = [tag]
        append, one, plain = node.append, self.value, _PLAIN
        below, count = depth + 1, 0
        for value in values:
            if type(value) in plain:
                count += 1
                append(value)
            else:
                append(one(value, below))
        self._nodes += count
        if self._nodes > self.limits.nodes:
            raise Refused.because("parts", self.limits.nodes)
        return node

    def buffer(self, data: bytes) -> int:
        """Add a buffer and return its number."""
        self._size += len(data)
        if self._size > self.limits.size or len(self.buffers) >= self.limits.buffers:
            raise Refused.because("large", self.limits.size // 1024**2)
        self.buffers.append(data)
        return len(self.buffers) - 1

    def encode_of(self, type_: type) -> Encode | None:
        """Return how values of exactly this type are taken apart, None if it has no plain values."""
        module = type.__dict__["__module__"].__get__(type_)
        part = _MORE.get(module.partition(".")[0]) if isinstance(module, str) else None
        if part is not None:
            load(part)
        return ENCODERS.get(type_)


class Decoder:
    """Puts one message together, and believes none of it.

    Parameters
    ----------
    world : World
        What references stand for.
    message : Message
        What came.
    limits : Limits, optional
        How much may cross.

    Attributes
    ----------
    closed : int
        Whether what is read now will be an attribute of something: a function there would be a method.
    """

    def __init__(self, world: World, message: Message, limits: Limits = LIMITS) -> None:
        self.world = world
        self.limits = limits
        self.buffers = message.buffers
        self._used: set[int] = set()
        self._nodes = 0
        self._slots: list[Any] = []
        self.closed = 0

    def value(self, node: Node, depth: int = 0) -> Any:
        """Return the value of a node.

        Raises
        ------
        Refused
            If the node is not what an `Encoder` makes.
        """
        if type(node) is not list:
            return node
        self._nodes += 1
        if self._nodes > self.limits.nodes:
            raise Refused("too many parts")
        if depth > self.limits.depth + 10:
            raise Refused("nested too deep")
        if not node or type(node[0]) is not str:
            raise Refused("a node without a tag")
        tag = node[0]
        decode = DECODERS.get(tag)
        if decode is None and (part := _TAGS.get(tag.partition(".")[0])):
            load(part)
            decode = DECODERS.get(tag)
        closed = tag in CLOSED
        self.closed += closed
        try:
            if decode is None:
                return self.world.resolve(self, node, depth)
            return decode(self, node, depth)
        except Refused:
            raise
        except (
            TypeError, ValueError, LookupError, ArithmeticError, AttributeError, RecursionError, MemoryError,
            NotImplementedError, OSError,
        ) as error:  # fmt: skip
            raise Refused(f"a broken node {tag!r} ({type(error).__name__})") from None
        finally:
            self.closed -= closed

    def items(self, node: list[Node], depth: int, start: int = 1) -> list[Any]:
        """Return the values of a tagged node."""
        one, below = self.value, depth + 1
        return [one(part, below) if type(part) is list else part for part in node[start:]]

    def reserve(self) -> int:
        """Keep the number of an object that is being built."""
        self._slots.append(_UNBUILT)
        return len(self._slots) - 1

    def fill(self, slot: int, value: Any) -> Any:
        """Give a reserved number its object, and return the object."""
        self._slots[slot] = value
        return value

    def again(self, number: Node) -> Any:
        """Return the object of a number."""
        if type(number) is not int or not 0 <= number < len(self._slots):
            raise Refused("an object that was not sent")
        value = self._slots[number]
        if value is _UNBUILT:
            raise Refused("an object within itself")
        return value

    def buffer(self, number: Node) -> bytes:
        """Return a buffer by its number, once."""
        if type(number) is not int or not 0 <= number < len(self.buffers) or number in self._used:
            raise Refused("a buffer that was not sent")
        self._used.add(number)
        return self.buffers[number]


class _Unbuilt:
    """Stands for an object until it is there."""


_UNBUILT = _Unbuilt()
_PLAIN = frozenset({type(None), bool, str})
_LATE: set[type] = {list, dict, set, collections.deque, collections.OrderedDict, collections.Counter}
"""Containers that are there before what they hold, and so can hold themselves."""


# --- between nodes and bytes --------------------------------------------------------------------------


def dumps(node: Node, limits: Limits = LIMITS) -> bytes:
    """Write a node as JSON.

    Raises
    ------
    Refused
        If a text in it is no Unicode, or it is too long.
    """
    try:
        text = _JSON.encode(node).encode("utf-8")
    except UnicodeEncodeError:
        raise Refused.because("unicode") from None
    except (ValueError, RecursionError):
        raise Refused.because("deep", limits.depth) from None
    if _too_large(text, limits):
        raise Refused.because("large", limits.text // 1024**2)
    return text


def loads(data: bytes | bytearray, limits: Limits = LIMITS) -> Node:
    """Read a node from JSON, strictly.

    Raises
    ------
    Refused
        If it is anything but arrays of plain values: an object, ``NaN``, half a surrogate pair, more text; or
        if it would become too large.
    """
    if _too_large(data, limits):
        raise Refused("too large")
    try:
        text = data.decode("utf-8")
        node = _READER.decode(text)
    except (ValueError, RecursionError, MemoryError) as error:
        raise Refused(f"it is not JSON ({type(error).__name__})") from None
    if _may_hold_surrogates(text):
        try:
            _JSON.encode(node).encode("utf-8")
        except (UnicodeEncodeError, RecursionError):
            raise Refused("a text has half of a surrogate pair") from None
    return node


def _too_large(data: bytes | bytearray, limits: Limits) -> bool:
    """Tell whether JSON would take too much memory: read, a letter can be four bytes, an array a hundred."""
    # All letters of a text are as wide as its widest.
    width = 4 if _WIDEST.search(data) else 2 if _WIDE.search(data) else 1
    return len(data) * width > limits.text or _has_more_parts(data, _SPREAD * limits.nodes)


_SPREAD = 4
"""How many parts of JSON a part of a value has at the most, on the whole: a tag, and perhaps numbers."""

_WIDE = re.compile(rb"[\xc4-\xff]")
_WIDEST = re.compile(rb"[\xf0-\xff]")


def _has_more_parts(data: bytes | bytearray, most: int) -> bool:
    """Tell whether JSON has more parts than that, going by its commas and brackets, without reading it."""

    def between(start: int, end: int) -> int:
        return data.count(b",", start, end) + data.count(b"[", start, end)

    if between(0, len(data)) <= most:
        return False
    # Those within texts count for nothing.
    parts = end = 0
    for texts, text in enumerate(_TEXT.finditer(data), 1):
        parts += between(end, text.start())
        end = text.end()
        if max(parts, texts) > most:
            return True
    return parts + between(end, len(data)) > most


# To its end or, for what is no JSON, that of all: nothing is read twice.
_TEXT = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?', re.DOTALL)


def _may_hold_surrogates(text: str) -> bool:
    return "\\ud" in text or "\\uD" in text


def _no_object(pairs: list[tuple[str, Any]]) -> Any:
    raise Refused("a JSON object")


def _no_constant(name: str) -> Any:
    raise Refused(f"the JSON literal {name}")


_JSON = json.JSONEncoder(ensure_ascii=False, check_circular=False, allow_nan=False, separators=(",", ":"))
_READER = json.JSONDecoder(object_pairs_hook=_no_object, parse_constant=_no_constant)


# --- names, classes, and values that only look special ------------------------------------------------


def is_name(text: Any) -> bool:
    """Tell whether a text is a name that may cross: an identifier that Python does not keep for itself."""
    return (
        type(text) is str
        and text.isidentifier()
        and not keyword.iskeyword(text)
        and not (text.startswith("__") and text.endswith("__"))
    )


def text_of(node: Node) -> str:
    """Return a text."""
    if type(node) is not str:
        raise Refused("no text where one must be")
    return node


def int_of(node: Node) -> int:
    """Return a whole number."""
    if type(node) is not int:
        raise Refused("no whole number where one must be")
    return node


def _class(encoder: Encoder, value: type, depth: int) -> Node:
    name = _class_name(value)
    return encoder.world.export(encoder, value, depth) if name is None else ["T", name]


def _class_name(value: type) -> str | None:
    module = type.__dict__["__module__"].__get__(value)
    name = f"{module}.{kind_of_class(value)}"
    if name not in CLASSES and isinstance(module, str) and (part := _MORE.get(module.partition(".")[0])):
        load(part)
    return name if CLASSES.get(name) is value else None


def kind_of_class(value: type) -> str:
    """Name a class without asking it."""
    return str(type.__dict__["__qualname__"].__get__(value))


def _read_class(decoder: Decoder, node: list[Node], depth: int) -> type:
    name = text_of(node[1])
    if name not in CLASSES and (part := _MORE.get(name.partition(".")[0])):
        load(part)
    return CLASSES[name]


def plain_base(value: Any) -> Any:
    """Return a value whose class extends a plain one as the plain one, read past its class; else itself."""
    for base, read in _BASES:
        if isinstance_of(value, base):
            return read(value)
    return value


def isinstance_of(value: Any, type_: type) -> bool:
    """Tell whether a value's true class is of a type; a value can lie about `__class__`."""
    return type_ in type.__dict__["__mro__"].__get__(type(value))


_BASES: tuple[tuple[type, Callable[[Any], Any]], ...] = (
    (int, int.__pos__),
    (float, float.__pos__),
    (complex, complex.__pos__),
    (str, str.__str__),
    (bytes, lambda value: bytes.__add__(value, b"")),
    (list, lambda value: list.__getitem__(value, slice(None))),
    (tuple, lambda value: tuple.__getitem__(value, slice(None))),
    (dict, dict.copy),
    (set, lambda value: {*set.__iter__(value)}),
    (frozenset, lambda value: frozenset([*frozenset.__iter__(value)])),
)


register("T", type, _class, _read_class)
DECODERS["@"] = lambda decoder, node, depth: decoder.again(node[1])
load("plain")

"""The kinds of values that Python itself has."""

from __future__ import annotations

import builtins
import collections
import datetime
import decimal
import fractions
import io
import math
import pathlib
import re
import types
import uuid
import zoneinfo
from collections.abc import Iterable
from typing import Any

from klasteryste.grading.boundary.codec import (
    CLASSES,
    Decode,
    Decoder,
    Encode,
    Encoder,
    Node,
    Refused,
    int_of,
    kind,
    kind_of_class,
    register,
    text_of,
)  # fmt: skip


def _int(encoder: Encoder, value: int, depth: int) -> Node:
    if -(2**63) <= value < 2**63:
        return value
    text = format(value, "x")
    if len(text) > encoder.limits.digits:
        raise Refused.because("digits", encoder.limits.digits)
    return ["i", text]


def _read_int(decoder: Decoder, node: list[Node], depth: int) -> int:
    text = text_of(node[1])
    if len(text) > decoder.limits.digits or not text.removeprefix("-").isalnum():
        raise Refused("a whole number")
    return int(text, 16)


def _float(encoder: Encoder, value: float, depth: int) -> Node:
    return value if math.isfinite(value) else ["f", repr(value)]


def _read_float(decoder: Decoder, node: list[Node], depth: int) -> float:
    if node[1] not in ("nan", "inf", "-inf"):
        raise Refused("a number")
    return float(node[1])


def _bytes(encoder: Encoder, value: bytes, depth: int) -> Node:
    return ["b", encoder.buffer(value)]


def _read_bytes(decoder: Decoder, node: list[Node], depth: int) -> bytes:
    return decoder.buffer(node[1])


def _read_bytearray(decoder: Decoder, node: list[Node], depth: int) -> bytearray:
    slot = decoder.reserve()
    value: bytearray = decoder.fill(slot, bytearray(decoder.buffer(node[1])))
    return value


def _read_list(decoder: Decoder, node: list[Node], depth: int) -> list[Any]:
    value: list[Any] = decoder.fill(decoder.reserve(), [])
    value.extend(decoder.items(node, depth))
    return value


def _set(tag: str) -> Encode:
    def encode(encoder: Encoder, value: Any, depth: int) -> Node:
        return encoder.items(tag, _in_order(value), depth)

    return encode


def _in_order(values: Any) -> list[Any]:
    """Return the members of a set in their order, where there is one."""
    try:
        return sorted(values)
    except Exception:  # of several kinds, or of a kind without an order
        return list(values)


def _read_set(decoder: Decoder, node: list[Node], depth: int) -> set[Any]:
    value: set[Any] = decoder.fill(decoder.reserve(), set())
    value.update(decoder.items(node, depth))
    if len(value) != len(node) - 1:
        raise Refused("a set holds something twice")
    return value


def _read_frozenset(decoder: Decoder, node: list[Node], depth: int) -> frozenset[Any]:
    value = frozenset(decoder.items(node, depth))
    if len(value) != len(node) - 1:
        raise Refused("a set holds something twice")
    return value


def flat(mapping: Any) -> Iterable[Any]:
    """Yield the keys and values of a dict in turn, read past its class."""
    for key, value in dict.items(mapping):
        yield key
        yield value


def fill_dict(decoder: Decoder, node: list[Node], depth: int, start: int, into: Any) -> Any:
    """Put keys and values into a dict; a key may come once."""
    items = decoder.items(node, depth, start)
    if len(items) % 2:
        raise Refused("a key without a value")
    for key, value in zip(items[::2], items[1::2], strict=True):
        dict.__setitem__(into, key, value)
    if len(into) != len(items) // 2:
        raise Refused("a key comes twice")
    return into


def _read_dict(decoder: Decoder, node: list[Node], depth: int) -> dict[Any, Any]:
    value: dict[Any, Any] = decoder.fill(decoder.reserve(), {})
    fill_dict(decoder, node, depth, 1, value)
    return value


def _read_ordered(decoder: Decoder, node: list[Node], depth: int) -> Any:
    value: Any = decoder.fill(decoder.reserve(), collections.OrderedDict())
    items = decoder.items(node, depth)
    for key, item in zip(items[::2], items[1::2], strict=True):
        value[key] = item
    if 2 * len(value) != len(items):
        raise Refused("a key comes twice")
    return value


def _read_counter(decoder: Decoder, node: list[Node], depth: int) -> Any:
    value: Any = decoder.fill(decoder.reserve(), collections.Counter())
    return fill_dict(decoder, node, depth, 1, value)


_FACTORIES: dict[str, Any] = {
    "": None, "int": int, "float": float, "list": list, "dict": dict, "set": set, "str": str, "bool": bool,
    "tuple": tuple,
}  # fmt: skip


def _defaultdict(encoder: Encoder, value: Any, depth: int) -> Node:
    names = {factory: name for name, factory in _FACTORIES.items()}
    try:
        name = names.get(value.default_factory, "")
    except TypeError:  # it cannot be hashed
        name = ""
    return [*encoder.items("dd", flat(value), depth), name]


def _read_defaultdict(decoder: Decoder, node: list[Node], depth: int) -> Any:
    value: Any = decoder.fill(decoder.reserve(), collections.defaultdict(_FACTORIES[node[-1]]))
    return fill_dict(decoder, node[:-1], depth, 1, value)


def _deque(encoder: Encoder, value: Any, depth: int) -> Node:
    return [*encoder.items("q", value, depth), value.maxlen]


def _read_deque(decoder: Decoder, node: list[Node], depth: int) -> Any:
    longest = None if node[-1] is None else int_of(node[-1])
    value: Any = decoder.fill(decoder.reserve(), collections.deque(maxlen=longest))
    value.extend(decoder.items(node[:-1], depth))
    return value


def _read_complex(decoder: Decoder, node: list[Node], depth: int) -> complex:
    real, imaginary = decoder.items(node, depth)
    return complex(float(real), float(imaginary))


def _read_view(kind_of_view: str) -> Decode:
    def decode(decoder: Decoder, node: list[Node], depth: int) -> Any:
        if kind_of_view == "values":
            return dict(enumerate(decoder.items(node, depth))).values()
        value: dict[Any, Any] = {}
        if kind_of_view == "keys":
            value = dict.fromkeys(decoder.items(node, depth))
            if len(value) != len(node) - 1:
                raise Refused("a key comes twice")
            return value.keys()
        return fill_dict(decoder, node, depth, 1, value).items()

    return decode


def write_tz(zone: datetime.tzinfo | None) -> Node:
    """Return the node of a time zone."""
    if zone is None:
        return None
    if zone is datetime.UTC:
        return ["utc"]
    if type(zone) is datetime.timezone:
        offset = zone.utcoffset(None)
        return ["offset", offset.days, offset.seconds, offset.microseconds]
    key = getattr(zone, "key", None) or getattr(zone, "zone", None)  # zoneinfo's, or pytz's
    if isinstance(key, str):
        return ["zone", key]
    raise Refused.because("kind", kind(zone))


_ZONE = re.compile(r"[A-Za-z0-9_+-]+(/[A-Za-z0-9_+-]+)*")


def read_tz(node: Node) -> datetime.tzinfo | None:
    """Return the time zone of a node."""
    if node is None:
        return None
    if node[0] == "utc":
        return datetime.UTC
    if node[0] == "offset":
        return datetime.timezone(datetime.timedelta(int_of(node[1]), int_of(node[2]), int_of(node[3])))
    key = text_of(node[1])
    if node[0] != "zone" or not _ZONE.fullmatch(key):
        raise Refused("a time zone")
    return zoneinfo.ZoneInfo(key)


def _datetime(encoder: Encoder, value: datetime.datetime, depth: int) -> Node:
    return [
        "dt", value.year, value.month, value.day, value.hour, value.minute, value.second, value.microsecond,
        value.fold, write_tz(value.tzinfo),
    ]  # fmt: skip


def _read_datetime(decoder: Decoder, node: list[Node], depth: int) -> datetime.datetime:
    fields = [int_of(part) for part in node[1:9]]
    return datetime.datetime(*fields[:7], tzinfo=read_tz(node[9]), fold=fields[7])  # type: ignore[arg-type,misc]


def _time(encoder: Encoder, value: datetime.time, depth: int) -> Node:
    return [
        "tm",
        value.hour,
        value.minute,
        value.second,
        value.microsecond,
        value.fold,
        write_tz(value.tzinfo),
    ]


def _read_time(decoder: Decoder, node: list[Node], depth: int) -> datetime.time:
    hour, minute, second, micro, fold = (int_of(part) for part in node[1:6])
    return datetime.time(hour, minute, second, micro, read_tz(node[6]), fold=fold)


def _read_decimal(decoder: Decoder, node: list[Node], depth: int) -> decimal.Decimal:
    text = text_of(node[1])
    if len(text) > decoder.limits.digits:
        raise Refused("a decimal number")
    return decimal.Decimal(text)


def _read_fraction(decoder: Decoder, node: list[Node], depth: int) -> fractions.Fraction:
    numerator, denominator = decoder.items(node, depth)
    return fractions.Fraction(int_of(numerator), int_of(denominator))


def _read_range(decoder: Decoder, node: list[Node], depth: int) -> range:
    return range(*(int_of(part) for part in decoder.items(node, depth)))


def _text_file(encoder: Encoder, value: io.StringIO, depth: int) -> Node:
    return ["io", value.getvalue(), value.tell()]


def _read_text_file(decoder: Decoder, node: list[Node], depth: int) -> io.StringIO:
    slot = decoder.reserve()
    value: io.StringIO = decoder.fill(slot, io.StringIO(text_of(node[1]), newline=""))
    value.seek(int_of(node[2]))
    return value


register("i", int, _int, _read_int)
register("f", float, _float, _read_float)
register("b", bytes, _bytes, _read_bytes)
register("l", list, lambda e, v, d: e.items("l", v, d), _read_list, shared=True)
register("t", tuple, lambda e, v, d: e.items("t", v, d), lambda c, n, d: tuple(c.items(n, d)))
register("s", set, _set("s"), _read_set, shared=True)
register("fs", frozenset, _set("fs"), _read_frozenset)
register("d", dict, lambda e, v, d: e.items("d", flat(v), d), _read_dict, shared=True)
register("mp", types.MappingProxyType, lambda e, v, d: e.items("mp", flat(dict(v)), d),
         lambda c, n, d: types.MappingProxyType(fill_dict(c, n, d, 1, {})))  # fmt: skip
register("od", collections.OrderedDict, lambda e, v, d: e.items("od", flat(v), d), _read_ordered, shared=True)
register("dd", collections.defaultdict, _defaultdict, _read_defaultdict, shared=True)
register("ct", collections.Counter, lambda e, v, d: e.items("ct", flat(v), d), _read_counter, shared=True)
register("q", collections.deque, _deque, _read_deque, shared=True)
register("ba", bytearray, lambda e, v, d: ["ba", e.buffer(bytes(v))], _read_bytearray, shared=True)
register("c", complex, lambda e, v, d: e.items("c", (v.real, v.imag), d), _read_complex)
register("r", range, lambda e, v, d: e.items("r", (v.start, v.stop, v.step), d), _read_range)
register("sl", slice, lambda e, v, d: e.items("sl", (v.start, v.stop, v.step), d),
         lambda c, n, d: slice(*c.items(n, d)))  # fmt: skip
register("...", type(...), lambda e, v, d: ["..."], lambda c, n, d: ...)
register("ni", type(NotImplemented), lambda e, v, d: ["ni"], lambda c, n, d: NotImplemented)
register("dk", type({}.keys()), lambda e, v, d: e.items("dk", v, d), _read_view("keys"))
register("dv", type({}.values()), lambda e, v, d: e.items("dv", v, d), _read_view("values"))
register("di", type({}.items()), lambda e, v, d: e.items("di", flat(dict(v)), d), _read_view("items"))
register("dt", datetime.datetime, _datetime, _read_datetime)
register("da", datetime.date, lambda e, v, d: ["da", v.year, v.month, v.day],
         lambda c, n, d: datetime.date(int_of(n[1]), int_of(n[2]), int_of(n[3])))  # fmt: skip
register("tm", datetime.time, _time, _read_time)
register("td", datetime.timedelta, lambda e, v, d: ["td", v.days, v.seconds, v.microseconds],
         lambda c, n, d: datetime.timedelta(int_of(n[1]), int_of(n[2]), int_of(n[3])))  # fmt: skip
register("tz", datetime.timezone, lambda e, v, d: ["tz", write_tz(v)], lambda c, n, d: read_tz(n[1]))
register("tk", zoneinfo.ZoneInfo, lambda e, v, d: ["tk", write_tz(v)], lambda c, n, d: read_tz(n[1]))
register("D", decimal.Decimal, lambda e, v, d: ["D", str(v)], _read_decimal)
register("F", fractions.Fraction, lambda e, v, d: e.items("F", (v.numerator, v.denominator), d),
         _read_fraction)  # fmt: skip
register("u", uuid.UUID, lambda e, v, d: ["u", str(v)], lambda c, n, d: uuid.UUID(text_of(n[1])))
register(
    "p", type(pathlib.Path()), lambda e, v, d: ["p", str(v)], lambda c, n, d: pathlib.Path(text_of(n[1]))
)
register("pp", pathlib.PurePosixPath, lambda e, v, d: ["pp", str(v)],
         lambda c, n, d: pathlib.PurePosixPath(text_of(n[1])))  # fmt: skip
register("io", io.StringIO, _text_file, _read_text_file, shared=True)

# Of Python's own classes those of plain values, and every exception.
for _type in (
    *(x for x in vars(builtins).values() if isinstance(x, type) and issubclass(x, BaseException)),
    type(None), bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, range,
    slice, object, type, map, filter, zip, enumerate, reversed, types.FunctionType, types.GeneratorType,
    types.BuiltinFunctionType, types.MethodType, types.ModuleType, collections.OrderedDict,
    collections.defaultdict, collections.Counter, collections.deque, datetime.datetime, datetime.date,
    datetime.time, datetime.timedelta,
    datetime.timezone, decimal.Decimal, fractions.Fraction, uuid.UUID, pathlib.Path, io.StringIO,
):  # fmt: skip
    CLASSES[f"{_type.__module__}.{kind_of_class(_type)}"] = _type

"""What both sides know of things that do not cross by value: functions, iterators, operators, exceptions."""

from __future__ import annotations

import builtins
import collections
import functools
import itertools
import operator
import sys
import types
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

from klasteryste.grading.boundary.codec import (
    CLASSES,
    Decode,
    Decoder,
    Encoder,
    Node,
    Nothing,
    Refused,
    World,
    is_name,
    kind,
    kind_of_class,
    plain_base,
    text_of,
)

OBJECTS = 500_000
"""How many objects one side may have lent to the other."""


class Side:
    """The objects of one side that the other holds references to, by number."""

    def __init__(self) -> None:
        self._objects: list[Any] = []
        self._numbers: dict[int, int] = {}

    def number(self, value: Any) -> int:
        """Return the number of an object, which is kept from here on."""
        number = self._numbers.get(id(value))
        if number is None:
            if len(self._objects) >= OBJECTS:
                raise Refused(f"more than {OBJECTS} objects")
            number = self._numbers[id(value)] = len(self._objects)
            self._objects.append(value)
        return number

    def mine(self, number: Node) -> Any:
        """Return an own object by its number."""
        if type(number) is not int or not 0 <= number < len(self._objects):
            raise Refused("an object that was not lent")
        return self._objects[number]


def _functions() -> Iterable[type]:
    yield from (types.FunctionType, types.BuiltinFunctionType, types.MethodType, types.MethodWrapperType)
    yield from (types.WrapperDescriptorType, types.MethodDescriptorType, types.ClassMethodDescriptorType)
    yield from (functools.partial, type(functools.lru_cache(lambda: None)), operator.itemgetter)
    yield from (operator.attrgetter, operator.methodcaller)
    try:
        import numpy as np
    except ImportError:
        return
    yield from (np.ufunc, np.vectorize, np.poly1d, type(np.mean))


FUNCTIONS = frozenset(_functions())
"""Types whose objects are called and little else."""

_EXAMPLES: tuple[Any, ...] = (
    [], (), {}, {}.values(), {}.items(), set(), "", "ą", b"", range(1), range(2**70), bytearray(),
)  # fmt: skip
ITERATORS: dict[type, str] = {
    types.GeneratorType: "generator",
    map: "map",
    filter: "filter",
    zip: "zip",
    enumerate: "enumerate",
    reversed: "reversed",
    **{
        type(iter(example)): "iterator"
        for example in _EXAMPLES
    },
    **{
        value: "iterator"
        for value in vars(itertools).values()
        if isinstance(value, type) and hasattr(value, "__next__")
    },
    type(reversed([])): "reversed",
}  # fmt: skip
"""Types of iterators that Python itself makes, and what they are called."""

ITERATOR_TYPES: dict[str, type] = {
    "generator": types.GeneratorType, "map": map, "filter": filter, "zip": zip, "enumerate": enumerate,
    "reversed": reversed,
}  # fmt: skip


def _swapped(function: Any) -> Any:
    return lambda value, other: function(other, value)


_BINARY = (
    "add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and", "or", "xor", "lshift",
    "rshift",
)  # fmt: skip
OPERATORS: dict[str, Any] = {
    **{f"__{name}__": getattr(operator, f"__{name}__") for name in _BINARY},
    **{f"__r{name}__": _swapped(getattr(operator, f"__{name}__")) for name in _BINARY},
    **{f"__{name}__": getattr(operator, name) for name in ("eq", "ne", "lt", "le", "gt", "ge")},
    **{f"__{name}__": getattr(operator, f"__{name}__") for name in ("neg", "pos", "invert", "abs", "index")},
    **{f"__{name}__": getattr(operator, name) for name in ("getitem", "setitem", "delitem", "contains")},
    "__divmod__": divmod,
    "__round__": round,
    "__len__": len,
    "__bool__": bool,
    "__int__": int,
    "__float__": float,
    "__complex__": complex,
    "__hash__": hash,
    "__str__": str,
    "__repr__": repr,
    "__format__": format,
    "__iter__": iter,
    "__next__": next,
    "__reversed__": reversed,
    "__call__": lambda value, *args: value(*args),
    "__enter__": lambda value: type(value).__enter__(value),
    "__exit__": lambda value, *error: type(value).__exit__(value, *error),
}
"""What an object of a class can be asked to do, by the name of the method."""


# --- instances of classes that both sides have --------------------------------------------------------


def state_of(value: Any) -> list[Any]:
    """Return names and values of an object's attributes in turn, those in slots too."""
    state: dict[str, Any] = {}
    for class_ in type.__dict__["__mro__"].__get__(type(value)):
        slots = vars(class_).get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if is_name(name):
                mangled = f"_{class_.__name__.lstrip('_')}{name}" if name.startswith("__") else name
                try:
                    state[mangled] = object.__getattribute__(value, mangled)
                except AttributeError:
                    continue
    with suppress(AttributeError):
        state |= object.__getattribute__(value, "__dict__")
    return [part for name, item in state.items() if is_name(name) for part in (name, item)]


def with_state(value: Any, state: Any) -> Any:
    """Give an object of such a class its attributes, past anything the class does on its own."""
    if type(state) is not list or len(state) % 2:
        raise Refused("attributes")
    for name, item in zip(state[::2], state[1::2], strict=True):
        if not is_name(name):
            raise Refused(f"the attribute {str(name)[:40]!r}")
        object.__setattr__(value, name, item)
    return value


def instance_node(encoder: Encoder, value: Any, depth: int) -> Node:
    """Return the node of an instance of a class that both sides have."""
    plain = None if hasattr(type(value), "__members__") else plain_base(value)
    held = None if plain is value or plain is None else encoder.value(plain, depth + 1)
    parts = [value.name] if plain is None else state_of(value)
    return ["I", kind(value), held, encoder.items("l", parts, depth)]


def read_instance(decoder: Decoder, node: list[Node], depth: int, class_: Any) -> Any:
    """Return the instance of a node, made past anything the class does on its own."""
    slot = decoder.reserve()
    if hasattr(class_, "__members__"):
        (member,) = decoder.items(node[3], depth)
        return decoder.fill(slot, class_[member])
    held = decoder.value(node[2], depth + 1)
    base = type(held)
    if held is None:
        value = object.__new__(class_)
    elif base not in _HOLDING or not issubclass(class_, base):
        raise Refused("an instance that holds what its class does not")
    elif base in (list, dict, set):
        value = base.__new__(class_)
        getattr(base, "extend" if base is list else "update")(value, held)
    else:
        value = base.__new__(class_, held)
    decoder.fill(slot, value)
    return with_state(value, decoder.items(node[3], depth))


_HOLDING = (int, float, complex, str, bytes, tuple, frozenset, list, dict, set)
"""Plain types that a class of a locked cell may extend."""


# --- named tuples -------------------------------------------------------------------------------------


def named_tuple_node(encoder: Encoder, value: Any, depth: int) -> Node:
    """Return the node of a named tuple, with what some libraries hang on theirs."""
    items = tuple.__getitem__(value, slice(None))
    fields = list(type(value)._fields)
    extra = [name for name in getattr(value, "_extra_fields", ()) if is_name(name)]
    if len(fields) != len(items) or not all(map(is_name, fields)):
        return encoder.value(items, depth)
    more = [part for name in extra for part in (name, getattr(value, name))]
    return ["N", kind(value), fields, encoder.items("l", items, depth), encoder.items("l", more, depth)]


def read_named_tuple(decoder: Decoder, node: list[Node], depth: int) -> Any:
    """Return the named tuple of a node, of a class made here."""
    name, fields = node[1], node[2]
    if not all(map(is_name, fields)) or len(set(fields)) != len(fields) or len(fields) > 1000:
        raise Refused("a named tuple")
    items, more = decoder.items(node[3], depth), decoder.items(node[4], depth)
    class_ = _tuple_class(name if is_name(name) else "Tuple", tuple(fields), bool(more))
    value = class_(*items)
    for key, item in zip(more[::2], more[1::2], strict=True):
        if not is_name(key) or key in fields:
            raise Refused("a named tuple")
        object.__setattr__(value, key, item)
    return value


@functools.lru_cache(maxsize=1000)
def _tuple_class(name: str, fields: tuple[str, ...], more: bool) -> Any:
    class_ = collections.namedtuple(name, fields, rename=True)  # type: ignore[misc]
    return type(name, (class_,), {}) if more else class_


# --- exceptions ---------------------------------------------------------------------------------------


def exception_node(encoder: Encoder, error: BaseException, world: World) -> Node:
    """Return the node of an exception: its class, what it was made of, its text and its attributes."""
    try:
        text = str(error)
    except Exception:  # a class of the student's that cannot even be printed
        text = ""
    text = text[:100_000].encode("utf-8", "replace").decode()
    args = BaseException.args.__get__(error)  # type: ignore[attr-defined]
    attributes = [
        part
        for name, item in BaseException.__getattribute__(error, "__dict__").items()
        if is_name(name) and _is_plain(item)
        for part in (name, item)
    ]
    shown = args if all(map(_is_plain, args)) else (text,)
    return [
        "X", exception_class_node(encoder, type(error), world), encoder.items("l", shown, 1), text,
        encoder.items("l", attributes, 1),
    ]  # fmt: skip


def _is_plain(value: Any) -> bool:
    try:
        Encoder(Nothing()).value(value)
    except Refused:
        return False
    return True


def exception_class_node(encoder: Encoder, class_: type, world: World) -> Node:
    """Return the node of an exception's class: Python's own by name, a library's by name and base."""
    name, module = kind_of_class(class_), str(class_.__module__)
    if CLASSES.get(f"{module}.{name}") is class_:
        return ["T", f"{module}.{name}"]
    if module != "__main__" and "<locals>" not in name and module in sys.modules:
        base = next(
            b for b in class_.__mro__[1:] if issubclass(b, BaseException) and b.__module__ == "builtins"
        )
        return ["XC", module, name, base.__name__]
    return world.export(encoder, class_, 1)


def read_exception_class(node: Node) -> type[BaseException]:
    """Return the class of a library's exception if that library is loaded here, else one like it."""
    module, name, base = (text_of(part) for part in node[1:4])
    builtin = getattr(builtins, base, None)
    if not (isinstance(builtin, type) and issubclass(builtin, BaseException)):
        raise Refused("an exception")
    found = loaded(module, name)
    if isinstance(found, type) and issubclass(found, builtin):
        return found
    return type(name if is_name(name) else "Error", (builtin,), {})


def loaded(module: str, name: str) -> Any:
    """Return what a library that is loaded here calls by a name, without asking any object; else None."""
    found: Any = sys.modules.get(module)
    for part in name.split("."):
        known = isinstance(found, types.ModuleType | type) and is_name(part)
        found = vars(found).get(part) if known else None
    return found


def read_exception(decoder: Decoder, node: list[Node], depth: int) -> BaseException:
    """Return the exception of a node."""
    class_ = decoder.value(node[1], depth + 1)
    args, text = decoder.items(node[2], depth), text_of(node[3])
    attributes = decoder.items(node[4], depth)
    if not (isinstance(class_, type) and issubclass(class_, BaseException)):
        raise Refused("an exception that is none")
    for made_of in (args, [text]):
        try:
            error = class_(*made_of)
            if isinstance(error, class_) and (str(error) == text or made_of is not args):
                break
        except Exception:  # it wants other arguments
            continue
    else:
        error = class_.__new__(class_)
        error.args = (text,)
    for name, item in zip(attributes[::2], attributes[1::2], strict=True):
        if is_name(name) and name not in ("args", "with_traceback", "add_note"):
            vars(error)[name] = item
    return error


READERS: dict[str, Decode] = {
    "X": read_exception,
    "XC": lambda decoder, node, depth: read_exception_class(node),
    "N": read_named_tuple,
}
"""How either side reads what the other says of an exception, its class, or a named tuple."""

"""What ``datapackage.json`` must hold: every key that we ask for, and the kind of its value.

Frictionless knows the specification; this is what the course asks on top of it, and what our reader needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

# A key that ends in "?" may be left out. A tuple holds alternatives; a list holds the shape of its items.
_LICENCE = {"name": str, "title": str, "title_lt": str, "path": str}
_SOURCE = {"title": str, "title_lt": str, "publisher": str, "path": str, "found_in": str}
_FIELD = {
    **{"name": str, "type": str, "description": str, "description_lt": str},
    **{"unit?": str, "constraints?": {"required?": bool}},
}
_SCHEMA = {
    "fields": [_FIELD],
    "primaryKey": (str, [str]),
    "foreignKeys?": [{"reference": {"resource": str}}],
}
_TABLE = {
    **{"name": str, "path": str, "retrieved": str, "hash": str, "bytes": int},
    **{"title": str, "title_lt": str, "description": str, "description_lt": str},
    **{"licenses": [_LICENCE], "sources": [_SOURCE], "schema": _SCHEMA},
    **{"transformations": [str], "transformations_lt": [str]},
    **{"limitations": [str], "limitations_lt": [str]},
}
_TABLE_READ_IN_PLACE = {**_TABLE, "package": str, "version": str}
DESCRIPTOR_SHAPE = {"resources": [_TABLE], "read_in_place?": [_TABLE_READ_IN_PLACE]}

_KINDS = {dict: "an object", list: "a list", str: "a text", int: "a whole number", bool: "true or false"}


def faults(value: Any, shape: Any = DESCRIPTOR_SHAPE, place: tuple[str, ...] = ()) -> Iterator[str]:
    """Say of each value that is missing, empty or of another kind where it is and what it must be.

    Parameters
    ----------
    value : object
        Anything that was read from JSON.
    shape : type, dict, list or tuple
        What it must be; the descriptor's shape if not given.
    place : tuple of str
        The keys that lead to `value`, and the names or numbers of items.

    Yields
    ------
    str
        Such as ``resources, trust, hash must be a text``.
    """
    where = ", ".join(place) or "the whole"
    alternatives = shape if isinstance(shape, tuple) else (shape,)
    fitting = next((one for one in alternatives if type(value) is _kind(one)), None)
    if fitting is None:
        yield f"{where} must be {' or '.join(_KINDS[_kind(one)] for one in alternatives)}"
    elif value in ("", []):
        yield f"{where} is empty"
    elif isinstance(fitting, list):
        for number, item in enumerate(value, 1):
            yield from faults(item, fitting[0], (*place, _label(item, number)))
    elif isinstance(fitting, dict):
        for key, inner in fitting.items():
            name = key.removesuffix("?")
            if name in value:
                yield from faults(value[name], inner, (*place, name))
            elif name == key:
                yield f"{', '.join((*place, name))} is missing"


def _kind(shape: Any) -> type:
    return shape if isinstance(shape, type) else type(shape)


def _label(item: Any, number: int) -> str:
    """Call an item of a list by its name, if it has one."""
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) and name else f"item {number}"

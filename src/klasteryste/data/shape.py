"""What ``datapackage.json`` must hold: every key that we ask for, and the kind of its value.

Frictionless knows the specification; this is what the course asks on top of it, and what our reader needs.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from klasteryste.language import _, fill

# A key that ends in "?" may be left out. A tuple holds alternatives; a list holds the shape of its items.
# Of several alternatives that fit, the one is meant in which least is wrong.
_LICENCE = {"name": str, "title": str, "title_lt": str, "path": str}
_SOURCE = {"title": str, "title_lt": str, "publisher": str, "path": str, "found_in": str}
_FIELD = {
    **{"name": str, "type": str, "description": str, "description_lt": str},
    **{"unit?": str, "unit_lt?": str, "constraints?": {"required?": bool}},
    # The column that holds the standard errors of these estimates.
    "se?": str,
}
_SCHEMA = {
    "fields": [_FIELD],
    "primaryKey": (str, [str]),
    "foreignKeys?": [{"reference": {"resource": str}}],
}
_TABLE = {
    **{"name": str, "retrieved": str, "hash": str, "bytes": int},
    **{"title": str, "title_lt": str, "description": str, "description_lt": str},
    **{"licenses": [_LICENCE], "sources": [_SOURCE], "schema": _SCHEMA},
    **{"transformations": [str], "transformations_lt": [str]},
    **{"limitations": [str], "limitations_lt": [str]},
    # What the rows are about: a column that says so, or what holds for them all.
    **{"geography?": {"column?": str, "everywhere?": str}, "time?": {"columns?": [str], "always?": [int]}},
    # Whether the rows, or the trials they count, were drawn from more: only then is there a sampling error.
    "sample?": bool,
    # Whom the rows are about; and, where years may be compared, what has to be equal in both and since when.
    "population?": str,
    "comparable?": {"within?": [str], "breaks?": [int]},
}
_FILE = {**_TABLE, "path": str}
# A file of a package, or a graph that a function of networkx gives.
_READ_IN_PLACE = tuple({**_TABLE, "package": str, "version": str, key: str} for key in ("path", "generator"))
DESCRIPTOR_SHAPE = {"resources": [_FILE], "read_in_place?": [_READ_IN_PLACE]}


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
    where = ", ".join(place) or _("the whole")
    alternatives = shape if isinstance(shape, tuple) else (shape,)
    fitting = [one for one in alternatives if type(value) is _kind(one)]
    if not fitting:
        kinds = dict.fromkeys(_called(_kind(one)) for one in alternatives)
        yield fill(_("{where} must be {kinds}"), {"where": where, "kinds": _(" or ").join(kinds)})
    elif value in ("", []):
        yield fill(_("{where} is empty"), {"where": where})
    else:
        yield from min((list(_inside(value, one, place)) for one in fitting), key=len)


def _inside(value: Any, shape: Any, place: tuple[str, ...]) -> Iterator[str]:
    """Say what is wrong with the items of a list, or the values of an object."""
    if isinstance(shape, list):
        for number, item in enumerate(value, 1):
            yield from faults(item, shape[0], (*place, _label(item, number)))
    elif isinstance(shape, dict):
        for key, inner in shape.items():
            name = key.removesuffix("?")
            if name in value:
                yield from faults(value[name], inner, (*place, name))
            elif name == key:
                yield fill(_("{where} is missing"), {"where": ", ".join((*place, name))})


def _kind(shape: Any) -> type:
    return shape if isinstance(shape, type) else type(shape)


def _called(kind: type) -> str:
    return {
        dict: _("an object"),
        list: _("a list"),
        str: _("a text"),
        int: _("a whole number"),
        bool: _("true or false"),
    }[kind]


def _label(item: Any, number: int) -> str:
    """Call an item of a list by its name, if it has one."""
    name = item.get("name") if isinstance(item, dict) else None
    return name if isinstance(name, str) and name else fill(_("item {number}"), {"number": number})

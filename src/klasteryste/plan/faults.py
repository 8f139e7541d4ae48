"""What keeps a file from being a plan, in words and with its place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from klasteryste.language import _
from klasteryste.plan.document import Document, Place
from klasteryste.plan.verdict import Finding, Verdict, found


def findings(error: ValidationError, document: Document) -> Iterator[Finding]:
    """Say of each thing that is missing, still to be filled in, or of another kind, where it is."""
    told: set[Place] = set()
    for fault in error.errors(include_url=False):
        where = fault["loc"]
        place: Place = ()
        for part in where:
            # The kind of a number, a claim or a filter is part of pydantic's path, and not of the file's.
            if (*place, part) in document.lines:
                place = (*place, part)
        missing = fault["type"] == "missing"
        if (place in told and not missing) or (fault["type"] == "too_short" and fault["input"]):
            continue  # said of it already, or of an item in it
        told.add(place)
        field = ".".join(map(str, (*place, where[-1]) if missing else place))
        detail = _bounds(fault) or str(fault["msg"]).removeprefix("Value error, ")
        expected = str(fault.get("ctx", {}).get("expected", "")).replace(" or ", _(" or "))
        yield found(Verdict.FAIL, _words(fault), place, field=field, detail=detail, expected=expected)


def _words(fault: Any) -> str:
    kind = str(fault["type"])
    if kind != "missing" and fault["input"] is None:
        return _("{field} is still to be filled in.")
    if kind.startswith("union_tag"):
        if fault["loc"][-1] == "design":
            return _("{field} has no kind that is known: published, sample or census.")
        return _("{field} has no kind that is known: value, change, ahead, rank, network or statement.")
    if kind == "missing":
        return _("{field} is not there: add it.")
    if kind == "extra_forbidden":
        return _("{field} is no field of a plan: correct its name or take it out.")
    if kind == "literal_error":
        return _("{field} is one of {expected}.")
    if kind in ("string_type", "string_too_short", "string_too_long", "string_pattern_mismatch"):
        return _(
            "{field} is a text, of the form and length that the schema says; numbers and dates in quotes."
        )
    if kind in ("int_type", "float_type", "float_parsing", "finite_number", "int_from_float"):
        return _("{field} is a number, without quotes.")
    if kind.startswith("date") or (kind == "value_error" and "give a day" in fault["msg"]):
        return _("{field} is a day from 1900 to 2099, written as 2026-09-30.")
    if kind.startswith(("greater_than", "less_than")):
        return _("{field} is out of range: {detail}.")
    if kind == "bool_type":
        return _("{field} is true or false.")
    if kind in ("tuple_type", "list_type"):
        return _("{field} is a list: begin each item with a dash.")
    if kind == "too_short":
        return _("{field} is an empty list: add an item.")
    if kind in ("model_type", "model_attributes_type", "dict_type"):
        return _("{field} has fields of its own: write them below it.")
    return "{field}: {detail}"


def _bounds(fault: Any) -> str:
    """Write the bound that a number is beyond, as ``≥ 0``; nothing if it is beyond none."""
    signs = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
    return ", ".join(f"{signs[key]} {value:g}" for key, value in fault.get("ctx", {}).items() if key in signs)

"""Selecting rows of a table, and what those rows say of themselves: places, years, units."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

import pandas as pd

from klasteryste.data import Table, load
from klasteryste.errors import CourseError
from klasteryste.evidence.record import Evidence, Range


def select(table: Table, filters: Mapping[str, Any]) -> pd.DataFrame:
    """Give the rows of a table that pass every filter; the index is that of the whole table.

    Raises
    ------
    CourseError
        If there is no such column, it is compared with what it cannot hold, or no row passes.
    """
    rows = load(table.name)
    for column, wanted in filters.items():
        if isinstance(wanted, Range):
            require_kind(table, column, (0,))
            low = -inf if wanted.min is None else wanted.min
            high = inf if wanted.max is None else wanted.max
            rows = rows[rows[column].astype(float).between(low, high)]
        else:
            values = wanted if isinstance(wanted, tuple) else (wanted,)
            require_kind(table, column, values)
            rows = rows[rows[column].isin(list(values))]
    if rows.empty:
        raise CourseError(f"no row of {table.name} passes the filters {dict(filters)}: widen them")
    return rows


def require_column(table: Table, column: str) -> str:
    """Give the type of a column that the table must have."""
    for field in table.fields:
        if field.name == column:
            return field.type
    known = ", ".join(field.name for field in table.fields)
    raise CourseError(f"the table {table.name} has no column {column!r}: its columns are {known}")


def require_kind(table: Table, column: str, values: tuple[Any, ...]) -> None:
    """Demand texts for a column of texts, and numbers for one of numbers."""
    texts = require_column(table, column) == "string"
    if any(isinstance(value, str) != texts for value in values):
        kind = "texts" if texts else "numbers"
        raise CourseError(f"the column {column} of {table.name} holds {kind}: {values} are not")


def unit_of(table: Table, evidence: Evidence) -> str:
    """Say in what unit the statistic is: that of its column, ``share``, ``rows``, or one per another."""
    if evidence.statistic == "count":
        return "rows"
    column = str(evidence.column)
    if evidence.statistic == "share":
        require_kind(table, column, evidence.of or ())
        return "share"
    above = _unit(table, column)
    if evidence.statistic != "ratio":
        return above
    below = _unit(table, str(evidence.per))
    return "share" if above == below else f"{above} / {below}"


def _unit(table: Table, column: str) -> str:
    """Give the unit of a column, which must hold numbers; it is 1 where there is none, as of a 0/1 answer."""
    require_kind(table, column, (0,))
    return next(field.unit or "1" for field in table.fields if field.name == column)


def places(table: Table, rows: pd.DataFrame) -> tuple[str, ...] | None:
    """List the codes of the places that the rows are about, in order; None if the table has no places."""
    where = table.geography
    if where is None:
        return None
    return (str(where.everywhere),) if where.column is None else tuple(sorted(set(rows[where.column])))


def years(table: Table, rows: pd.DataFrame) -> int | Range | None:
    """Give the year that the rows are about, or the first and the last; None if the table has no years."""
    when = table.time
    if when is None:
        return None
    if when.always:
        first, last = when.always[0], when.always[-1]
    else:
        first, last = int(rows[when.columns[0]].min()), int(rows[when.columns[-1]].max())
    return first if first == last else Range(min=first, max=last)

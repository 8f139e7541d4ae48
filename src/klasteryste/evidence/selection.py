"""Selecting rows of a table, and what those rows say of themselves: places, years, units."""

from __future__ import annotations

from collections.abc import Mapping
from math import inf
from typing import Any

import pandas as pd

from klasteryste.data import Table
from klasteryste.data.tables import rows as rows_of
from klasteryste.evidence.record import Evidence, Range
from klasteryste.language import _, refusal


def rows_under(table: Table, evidence: Evidence) -> pd.DataFrame:
    """Give the rows that a statistic rests on: those that pass the filters and whose cells are filled.

    Raises
    ------
    CourseError
        If there is no such column, it is compared with what it cannot or does not hold, no row passes, or
        all of their cells are empty.
    """
    rows = select_rows(table, evidence.filters)
    columns = [column for column in (evidence.column, evidence.per) if column is not None]
    for column in columns:
        require_column(table, column)
    filled = rows.dropna(subset=columns)
    if filled.empty:
        raise refusal(
            _("the cells selected in {columns} of {table} are all empty"),
            columns=_(" and ").join(columns),
            table=table.name,
        )
    return filled


def select_rows(table: Table, filters: Mapping[str, Any]) -> pd.DataFrame:
    """Give the rows that pass every filter; the index is that of the whole table."""
    rows = rows_of(table)
    for column, wanted in filters.items():
        if isinstance(wanted, Range):
            require_numbers(table, column)
            low = -inf if wanted.min is None else wanted.min
            high = inf if wanted.max is None else wanted.max
            rows = rows[rows[column].astype(float).between(low, high)]
        else:
            values = wanted if isinstance(wanted, tuple) else (wanted,)
            require_values(table, column, values)
            rows = rows[rows[column].isin(list(values))]
    if rows.empty:
        raise refusal(
            _("no row of {table} passes the filters {filters}: widen them"),
            table=table.name,
            filters=dict(filters),
        )
    return rows


def require_column(table: Table, column: str) -> str:
    """Give the type of a column that the table must have."""
    for field in table.fields:
        if field.name == column:
            return field.type
    raise refusal(
        _("the table {table} has no column {column!r}: its columns are {known}"),
        table=table.name,
        column=column,
        known=", ".join(field.name for field in table.fields),
    )


def require_numbers(table: Table, column: str, *, whole: bool = False) -> None:
    """Demand a column of numbers, or of whole numbers."""
    kind = require_column(table, column)
    if kind == "string" or (whole and kind != "integer"):
        raise refusal(
            _("the column {column} of {table} does not hold {wanted}: name one that does"),
            column=column,
            table=table.name,
            wanted=_("whole numbers") if whole else _("numbers"),
        )


def require_values(table: Table, column: str, values: tuple[Any, ...]) -> None:
    """Demand values that the column holds somewhere in the table: another is misspelt."""
    texts = require_column(table, column) == "string"
    for value in values:
        if isinstance(value, str) != texts:
            raise refusal(
                _("{value!r} is compared with the column {column} of {table}, of texts: put it in quotes")
                if texts
                else _(
                    "{value!r} is compared with the column {column} of {table}, of numbers: leave out quotes"
                ),
                value=value,
                column=column,
                table=table.name,
            )
    missing = [value for value in values if value not in set(rows_of(table)[column].dropna())]
    if missing:
        raise refusal(
            _("the column {column} of {table} nowhere holds {value!r}: correct it"),
            column=column,
            table=table.name,
            value=missing[0],
        )


def unit_of(table: Table, evidence: Evidence) -> str:
    """Say in what unit the statistic is: that of its column, ``share``, ``rows``, or one per another."""
    if evidence.statistic == "count":
        return "rows"
    column = str(evidence.column)
    if evidence.statistic == "share":
        require_values(table, column, evidence.of or ())
        return "share"
    above = unit_of_column(table, column)
    if evidence.statistic != "ratio":
        return above
    below = unit_of_column(table, str(evidence.per))
    return "share" if above == below else f"{above} / {below}"


def unit_of_column(table: Table, column: str) -> str:
    """Give the unit of a column of numbers; it is 1 where there is none, as of an answer of 0 or 1."""
    require_numbers(table, column)
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

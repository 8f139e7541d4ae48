"""The rows that a plan cites beside its evidence: series of many places over years, and tables of places."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from klasteryste.data import Table, find
from klasteryste.errors import CourseError
from klasteryste.evidence.selection import select_rows, unit_of_column
from klasteryste.language import _, fill
from klasteryste.plan.case import Case
from klasteryste.plan.model import Indicator


@dataclass(frozen=True)
class Series:
    """Values of many places over years.

    Attributes
    ----------
    table : Table
        Where they are from.
    rows : DataFrame
        The rows selected.
    panel : DataFrame
        A row for each place and year: ``place``, ``year`` and ``value``.
    unit : str
        The unit of the values.
    """

    table: Table
    rows: pd.DataFrame
    panel: pd.DataFrame
    unit: str


def cited_table(case: Case, dataset: str, sha256: str) -> Table:
    """Find a table that a plan cites.

    Raises
    ------
    CourseError
        If there is none of that name, or it is not the one that was cited.
    """
    try:
        table = find(dataset, case.own)
    except CourseError:
        raise CourseError(fill(_("There is no table {name} that can be read."), {"name": dataset})) from None
    if table.sha256 != sha256:
        said = {"name": dataset, "stated": sha256[:12], "found": table.sha256[:12]}
        raise CourseError(
            fill(
                _("The table {name} has the SHA-256 {found}…, and {stated}… is cited: it was changed."), said
            )
        )
    return table


def cited_rows(
    case: Case, dataset: str, sha256: str, filters: Mapping[str, Any], columns: Collection[str]
) -> tuple[Table, pd.DataFrame]:
    """Select the rows that a plan cites, with cells in some columns.

    Raises
    ------
    CourseError
        As `cited_table`; if a column is not there, or no row is left.
    """
    table = cited_table(case, dataset, sha256)
    known = [field.name for field in table.fields]
    for column in columns:
        if column not in known:
            said = {"name": dataset, "column": column, "known": ", ".join(known)}
            raise CourseError(
                fill(_("The table {name} has no column {column}: its columns are {known}."), said)
            )
    try:
        rows = select_rows(table, filters).dropna(subset=list(columns))
    except CourseError as error:
        said = {"name": dataset, "why": case.words(error)}
        raise CourseError(fill(_("The rows of {name} cannot be selected: {why}."), said)) from None
    if rows.empty:
        raise CourseError(fill(_("No row of {name} has a value there."), {"name": dataset}))
    return table, rows


def history_of(case: Case, indicator: Indicator) -> Series:
    """Give the series in which an indicator's target is compared: its history or that of its baseline.

    Raises
    ------
    CourseError
        As `cited_rows`; if the baseline belongs to no series, or the table has no places or years.
    """
    evidence, history = indicator.baseline.evidence, indicator.history
    if history is not None:
        dataset, sha256, filters = history.dataset, history.sha256, dict(history.filters)
        column, per = history.column, history.per
        table = cited_table(case, dataset, sha256)
    else:
        if evidence.statistic not in ("value", "ratio"):
            raise CourseError(_("The baseline belongs to no series of values: name one as its history."))
        dataset, sha256 = evidence.dataset, evidence.sha256
        column, per = str(evidence.column), evidence.per
        table = cited_table(case, dataset, sha256)
        own = {
            table.geography.column if table.geography else None,
            *(table.time.columns if table.time else ()),
        }
        filters = {name: wanted for name, wanted in evidence.filters.items() if name not in own}
    columns = [column] if per is None else [column, per]
    __, rows = cited_rows(case, dataset, sha256, filters, columns)
    if (
        table.geography is None
        or table.geography.column is None
        or table.time is None
        or not table.time.columns
    ):
        raise CourseError(fill(_("The table {name} has no series of places over years."), {"name": dataset}))
    names = {"place": rows[table.geography.column], "year": rows[table.time.columns[-1]]}
    panel = pd.DataFrame(names | {name: rows[name].astype(float) for name in columns})
    if per is None:
        panel = panel.rename(columns={column: "value"})
        unit = unit_of_column(table, column)
    else:
        panel = panel.groupby(["place", "year"], as_index=False)[columns].sum()
        panel = panel[panel[per] != 0]
        panel["value"] = panel[column] / panel[per]
        above, below = (unit_of_column(table, name) for name in columns)
        unit = "share" if above == below else f"{above} / {below}"
    panel["year"] = panel["year"].astype(int)
    return Series(table, rows, panel[["place", "year", "value"]], unit)


def incomparable(table: Table, rows: pd.DataFrame, years: tuple[int, int]) -> Iterator[str]:
    """Say why rows of a table may not be compared over years, if they may not."""
    if table.comparable is None:
        yield fill(_("Nothing says that years of {name} may be compared."), {"name": table.name})
        return
    for column in table.comparable.within:
        if rows[column].nunique(dropna=False) > 1:
            said = {"name": table.name, "column": column}
            yield fill(_("In {name} years may be compared only where {column} is the same."), said)
    for year in table.comparable.breaks:
        if years[0] < year <= years[1]:
            said = {"name": table.name, "year": str(year)}
            yield fill(_("From {year} on {name} is measured in another way."), said)

"""The rows that a plan cites beside its evidence: series of many places over years, and tables of places."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from klasteryste.data import Table, find
from klasteryste.errors import CourseError
from klasteryste.evidence import Evidence, Published, Range, Sample
from klasteryste.evidence.selection import require_numbers, rows_under, select_rows, unit_of_column
from klasteryste.language import _, fill, refusal
from klasteryste.plan.case import Case
from klasteryste.plan.model import Cited, History, Indicator, RankClaim


@dataclass(frozen=True, eq=False)
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
        raise refusal(_("There is no table {name} that can be read."), name=dataset) from None
    if table.sha256 != sha256:
        changed = _("The table {name} has the SHA-256 {found}…, and {stated}… is cited: it was changed.")
        raise refusal(changed, name=dataset, stated=sha256[:12], found=table.sha256[:12])
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
            lacks = _("The table {name} has no column {column}: its columns are {known}.")
            raise refusal(lacks, name=dataset, column=column, known=", ".join(known))
    try:
        rows = select_rows(table, filters).dropna(subset=list(columns))
    except CourseError as error:
        said = _("The rows of {name} cannot be selected: {why}.")
        raise refusal(said, name=dataset, why=case.words(error)) from None
    if rows.empty:
        raise refusal(_("No row of {name} has a value there."), name=dataset)
    return table, rows


def rows_of(case: Case, *cited: Cited) -> pd.DataFrame:
    """Give the rows of one table that cited numbers rest on."""
    table = find(cited[0].evidence.dataset, case.own)
    return pd.concat([rows_under(table, one.evidence) for one in cited])


def se_left_out(case: Case, evidence: Evidence) -> str | None:
    """Name the column of standard errors of a cited estimate that the evidence leaves out, if it does."""
    design = evidence.design
    if isinstance(design, Sample) or (isinstance(design, Published) and design.se is not None):
        return None
    errors = {field.name: field.se for field in find(evidence.dataset, case.own).fields}
    return None if evidence.column is None else errors.get(evidence.column)


def year_span(evidence: Evidence) -> tuple[int, int]:
    """Give the first and the last year that evidence is about; 0 and 0 if nothing says so."""
    year = evidence.year
    if isinstance(year, Range):
        return int(year.min or 0), int(year.max or 0)
    return (year, year) if year is not None else (0, 0)


def ranked_rows(case: Case, claim: RankClaim) -> tuple[Table, pd.DataFrame]:
    """Select the places that a claim ranks, with their estimates and standard errors.

    Raises
    ------
    CourseError
        As `cited_rows`; if a column holds no numbers.
    """
    columns = claim.column, claim.se
    table, rows = cited_rows(case, claim.dataset, claim.sha256, claim.filters, columns)
    for column in columns:
        require_numbers(table, column)
    return table, rows


def history_of(case: Case, indicator: Indicator) -> Series:
    """Give the series in which an indicator's target is compared: its history or that of its baseline.

    Raises
    ------
    CourseError
        As `cited_rows`; if the baseline belongs to no series, or the table has no places or years.
    """
    history, evidence = indicator.history, indicator.baseline.evidence
    source: History | Evidence
    if history is not None:
        source, column, per = history, history.column, history.per
        filters = dict(history.filters)
    else:
        if evidence.statistic not in ("value", "ratio"):
            raise CourseError(_("The baseline belongs to no series of values: name one as its history."))
        source, column, per = evidence, str(evidence.column), evidence.per
        table = cited_table(case, evidence.dataset, evidence.sha256)
        own = {table.geography.column} if table.geography else set()
        own |= set(table.time.columns) if table.time else set()
        filters = {name: wanted for name, wanted in evidence.filters.items() if name not in own}
    columns = (column,) if per is None else (column, per)
    asked = source.dataset, source.sha256, filters, columns
    # Many indicators may share a series.
    return case.once(("series", repr(asked)), lambda: _series(case, *asked))


def _series(
    case: Case, dataset: str, sha256: str, filters: Mapping[str, Any], columns: tuple[str, ...]
) -> Series:
    table, rows = cited_rows(case, dataset, sha256, filters, columns)
    where, when = table.geography, table.time
    if where is None or where.column is None or when is None or not when.columns:
        raise refusal(_("The table {name} has no series of places over years."), name=dataset)
    units = [unit_of_column(table, name) for name in columns]
    names = {"place": rows[where.column], "year": rows[when.columns[-1]].astype(int)}
    panel = pd.DataFrame(names | {name: rows[name].astype(float) for name in columns})
    if len(columns) == 1:
        panel["value"], unit = panel[columns[0]], units[0]
    else:
        panel = panel.groupby(["place", "year"], as_index=False)[list(columns)].sum()
        above, below = (panel[name] for name in columns)
        panel["value"] = (above / below).where(below != 0)
        unit = "share" if units[0] == units[1] else " / ".join(units)
    return Series(table, rows, panel[["place", "year", "value"]].dropna(), unit)


def mixed(table: Table, rows: pd.DataFrame) -> list[str]:
    """List the columns in which rows differ, and have to be alike to be compared."""
    within = () if table.comparable is None else table.comparable.within
    return [column for column in within if rows[column].nunique(dropna=False) > 1]


def incomparable(table: Table, rows: pd.DataFrame, years: tuple[int, int]) -> Iterator[str]:
    """Say why rows of a table may not be compared over years, if they may not."""
    if table.comparable is None:
        yield fill(_("Nothing says that years of {name} may be compared."), {"name": table.name})
        return
    for column in mixed(table, rows):
        said = {"name": table.name, "column": column}
        yield fill(_("In {name} years may be compared only where {column} is the same."), said)
    for year in table.comparable.breaks:
        if years[0] < year <= years[1]:
            said = {"name": table.name, "year": str(year)}
            yield fill(_("From {year} on {name} is measured in another way."), said)

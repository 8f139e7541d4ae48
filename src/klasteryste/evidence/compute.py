"""Computing evidence again, from the table it cites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

import pandas as pd
from pydantic import ValidationError

from klasteryste.data import Table, describe, load
from klasteryste.errors import CourseError
from klasteryste.evidence.record import Census, Evidence, Published, Sample, faults
from klasteryste.evidence.selection import places, require_column, require_kind, select, unit_of, years
from klasteryste.methods.surveys import Estimate, design_mean, interval, share_interval, wilson_interval

_LEVEL = 0.95


@dataclass(frozen=True)
class Computed:
    """What a piece of evidence amounts to.

    Attributes
    ----------
    value : float
        The number, in the evidence's unit.
    se : float or None
        Its standard error, in the same unit; None where the design knows none.
    n : int or None
        How many it rests on: answers, trials or rows; None where a publisher does not say.
    low, high : float or None
        The ends of the 95 % confidence interval; None where there is no standard error.
    effective_n : float or None
        The size of the simple random sample that would be as precise, for what was computed from a sample.
    """

    value: float
    se: float | None = None
    n: int | None = None
    low: float | None = None
    high: float | None = None
    effective_n: float | None = None


def compute(evidence: Evidence) -> Computed:
    """Compute the number that a record stands for, from the table as it is installed.

    Returns
    -------
    Computed
        A published value has the interval ``value ± 1.96 se``. The mean of a sample has the standard error of
        `design_mean` and Student's interval at its degrees of freedom; a share has the same standard error
        and `share_interval`; a ratio of counts has Wilson's interval.

    Raises
    ------
    CourseError
        If there is no such table or column, the table is not the one that was cited, nothing is selected, or
        the unit, the places or the years are not those of the selected rows; and what the methods named above
        raise, such as for a sample of one.
    """
    table = describe(evidence.dataset)
    if table.sha256 != evidence.sha256:
        raise CourseError(
            f"the evidence cites {table.name} with SHA-256 {evidence.sha256[:12]}…, the installed table has "
            f"{table.sha256[:12]}…: compute it again and cite the new one"
        )
    rows = select(table, evidence.filters)
    _require_same(table, "unit", evidence.unit, unit_of(table, evidence))
    _require_same(table, "geography", evidence.geography, places(table, rows))
    _require_same(table, "year", evidence.year, years(table, rows))
    return _STATISTICS[evidence.statistic](table, evidence, rows)


def record(
    dataset: str,
    filters: Mapping[str, Any],
    statistic: str,
    column: str | None = None,
    *,
    design: Published | Sample | Census,
    of: tuple[Any, ...] | None = None,
    per: str | None = None,
) -> Evidence:
    """Make a record of evidence; hash, unit, places and years are read off the table.

    Parameters
    ----------
    dataset, filters, statistic, column, design, of, per
        As in `Evidence`.

    Raises
    ------
    CourseError
        If they make no record, there is no such table or column, or nothing is selected.
    """
    table = describe(dataset)
    given = {
        **{"dataset": dataset, "sha256": table.sha256, "filters": dict(filters), "unit": ""},
        **{"statistic": statistic, "column": column, "of": of, "per": per, "design": design},
    }
    try:
        draft = Evidence.model_validate(given)
    except ValidationError as error:
        raise CourseError(f"the evidence is no record: {faults(error)}") from None
    rows = select(table, draft.filters)
    return draft.model_copy(
        update={
            "unit": unit_of(table, draft),
            "geography": places(table, rows),
            "year": years(table, rows),
        }
    )


def _require_same(table: Table, what: str, stated: Any, found: Any) -> None:
    if stated != found:
        raise CourseError(
            f"the evidence on {table.name} states the {what} {stated}, but the rows it selects have {found}"
        )


def _cell(table: Table, rows: pd.DataFrame, column: str) -> float:
    """Give the one cell that is selected in a column."""
    require_kind(table, column, (0,))
    cell = rows[column].iloc[0]
    if pd.isna(cell):
        raise CourseError(f"the cell selected in the column {column} of {table.name} is empty")
    return float(cell)


def _filled(table: Table, cells: pd.Series[Any]) -> pd.Series[Any]:
    """Give the cells that are not empty, of which there must be some."""
    filled = cells.dropna()
    if filled.empty:
        raise CourseError(f"all the cells selected in the column {cells.name} of {table.name} are empty")
    return filled


def _value(table: Table, evidence: Evidence, rows: pd.DataFrame) -> Computed:
    if len(rows) != 1:
        raise CourseError(f"{len(rows)} rows of {table.name} pass the filters: a value is one cell, add one")
    value = _cell(table, rows, str(evidence.column))
    design = evidence.design
    if not isinstance(design, Published):
        return Computed(value, n=1)
    n = None if design.n is None else int(_cell(table, rows, design.n))
    if design.se is None:
        return Computed(value, n=n)
    se = sqrt(design.deff) * _cell(table, rows, design.se)
    return Computed(value, se, n, *interval(value, se, _LEVEL))


def _mean(table: Table, evidence: Evidence, rows: pd.DataFrame) -> Computed:
    answers = _filled(table, rows[str(evidence.column)]).astype(float)
    if isinstance(evidence.design, Census):
        return Computed(float(answers.mean()), n=len(answers))
    found = _estimate(table, evidence.design, answers)
    return _from_sample(found, interval(found.value, found.se, _LEVEL, df=found.df))


def _share(table: Table, evidence: Evidence, rows: pd.DataFrame) -> Computed:
    answers = _filled(table, rows[str(evidence.column)])
    among = answers.isin(list(evidence.of or ())).astype(float)
    if isinstance(evidence.design, Census):
        return Computed(float(among.mean()), n=len(among))
    found = _estimate(table, evidence.design, among)
    if evidence.design == Sample():
        # The same interval, which holds for a share of nought or one too.
        return _from_sample(found, wilson_interval(float(among.sum()), found.n, _LEVEL))
    return _from_sample(found, share_interval(found, _LEVEL))


def _from_sample(found: Estimate, ends: tuple[float, float]) -> Computed:
    return Computed(found.value, found.se, found.n, *ends, found.effective_n)


def _estimate(table: Table, design: Published | Sample | Census, answers: pd.Series[float]) -> Estimate:
    """Average the answers of a sample."""
    columns = {name: getattr(design, name) for name in ("weights", "strata", "psus")}
    drawn = load(table.name)
    if columns["strata"] is None and columns["psus"] is None:
        drawn = drawn.loc[answers.index]
    # Otherwise those whom the filters leave out stay: without them strata would seem to have fewer units.
    for column in filter(None, columns.values()):
        require_column(table, column)
    weights, strata, psus = (None if name is None else drawn[name] for name in columns.values())
    return design_mean(answers.reindex(drawn.index), weights, strata=strata, psus=psus)


def _ratio(table: Table, evidence: Evidence, rows: pd.DataFrame) -> Computed:
    both = rows[[str(evidence.column), str(evidence.per)]].dropna()
    above, below = both.sum()
    if below == 0:
        raise CourseError(f"the cells selected in the column {evidence.per} of {table.name} sum to nought")
    value = float(above / below)
    if isinstance(evidence.design, Census):
        return Computed(value, n=len(both))
    n = int(below)
    low, high = wilson_interval(float(above), n, _LEVEL)
    return Computed(value, sqrt(value * (1 - value) / n), n, low, high, float(n))


def _sum(table: Table, evidence: Evidence, rows: pd.DataFrame) -> Computed:
    filled = _filled(table, rows[str(evidence.column)])
    return Computed(float(filled.sum()), n=len(filled))


def _count(table: Table, evidence: Evidence, rows: pd.DataFrame) -> Computed:
    return Computed(float(len(rows)), n=len(rows))


_STATISTICS = {
    "value": _value,
    "mean": _mean,
    "share": _share,
    "ratio": _ratio,
    "sum": _sum,
    "count": _count,
}

"""Computing evidence again, from the table it cites."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from klasteryste.data import Table, find
from klasteryste.data.tables import rows as rows_of
from klasteryste.evidence.record import Census, Evidence, Published, Sample, faults
from klasteryste.evidence.selection import (
    places,
    require_column,
    require_numbers,
    rows_under,
    unit_of,
    unit_of_column,
    years,
)
from klasteryste.language import _, refusal
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


def compute(evidence: Evidence, own: Path | None = None) -> Computed:
    """Compute the number that a record stands for, from the table as it is installed.

    Parameters
    ----------
    evidence : Evidence
        What to compute.
    own : Path, optional
        The folder of a data package of one's own, whose tables are cited as ``own:table``.

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
    table = find(evidence.dataset, own)
    if table.sha256 != evidence.sha256:
        raise refusal(
            _(
                "the evidence cites {table} with SHA-256 {stated}…, the installed table has {found}…: "
                "compute it again and cite the new one"
            ),
            table=table.name,
            stated=evidence.sha256[:12],
            found=table.sha256[:12],
        )
    rows = rows_under(table, evidence)
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
    own: Path | None = None,
) -> Evidence:
    """Make a record of evidence; hash, unit, places and years are read off the table.

    Parameters
    ----------
    dataset, filters, statistic, column, design, of, per
        As in `Evidence`.
    own : Path, optional
        As in `compute`.

    Raises
    ------
    CourseError
        If they make no record, there is no such table or column, or nothing is selected.
    """
    table = find(dataset, own)
    given = {
        **{"dataset": dataset, "sha256": table.sha256, "filters": dict(filters), "unit": ""},
        **{"statistic": statistic, "column": column, "of": of, "per": per, "design": design},
    }
    try:
        draft = Evidence.model_validate(given)
    except ValidationError as error:
        raise refusal(_("the evidence is no record: {why}"), why=faults(error)) from None
    rows = rows_under(table, draft)
    return draft.model_copy(
        update={
            "unit": unit_of(table, draft),
            "geography": places(table, rows),
            "year": years(table, rows),
        }
    )


def _require_same(table: Table, what: str, stated: Any, found: Any) -> None:
    if stated != found:
        raise refusal(
            _("the evidence on {table} states the {what} {stated}, but the rows it selects have {found}"),
            table=table.name,
            what=what,
            stated=_("None") if stated is None else str(stated),
            found=_("None") if found is None else str(found),
        )


def _require_unit(table: Table, column: str, wanted: str) -> None:
    found = unit_of_column(table, column)
    if found != wanted:
        raise refusal(
            _("the column {column} of {table} is in {found}: name one in {wanted}"),
            column=column,
            table=table.name,
            found=found,
            wanted=wanted,
        )


def _value(table: Table, evidence: Evidence, rows: pd.DataFrame) -> Computed:
    if len(rows) != 1:
        raise refusal(
            _("{rows} rows of {table} pass the filters: a value is one cell, add one"),
            rows=len(rows),
            table=table.name,
        )
    row = rows.iloc[0]
    value, design = float(row[str(evidence.column)]), evidence.design
    if not isinstance(design, Published):
        return Computed(value, n=1)
    for column in filter(None, (design.se, design.n)):
        require_column(table, column)
        if pd.isna(row[column]):
            raise refusal(
                _("the cell selected in the column {column} of {table} is empty"),
                column=column,
                table=table.name,
            )
    if design.n is not None:
        require_numbers(table, design.n, whole=True)
    n = None if design.n is None else int(row[design.n])
    if design.se is None:
        return Computed(value, n=n)
    _require_unit(table, design.se, evidence.unit)
    se = sqrt(design.deff) * float(row[design.se])
    spread = value * (1 - value) if evidence.unit == "share" else 0
    effective_n = spread / se**2 if spread > 0 and se > 0 else None
    return Computed(value, se, n, *interval(value, se, _LEVEL), effective_n)


def _mean(table: Table, evidence: Evidence, rows: pd.DataFrame) -> Computed:
    answers = rows[str(evidence.column)].astype(float)
    if isinstance(evidence.design, Census):
        return Computed(float(answers.mean()), n=len(answers))
    found = _estimate(table, evidence.design, answers)
    effective_n = found.effective_n if found.deff > 0 else None
    return Computed(
        found.value, found.se, found.n, *interval(found.value, found.se, _LEVEL, df=found.df), effective_n
    )


def _share(table: Table, evidence: Evidence, rows: pd.DataFrame) -> Computed:
    among = rows[str(evidence.column)].isin(list(evidence.of or ())).astype(float)
    if isinstance(evidence.design, Census):
        return Computed(float(among.mean()), n=len(among))
    found = _estimate(table, evidence.design, among)
    if evidence.design == Sample():
        # The same interval as below, which without weights and clusters holds for nobody and for all as well.
        ends = wilson_interval(float(among.sum()), found.n, _LEVEL)
        return Computed(found.value, found.se, found.n, *ends, float(found.n))
    if not found.deff > 0:
        raise refusal(
            _(
                "the answers selected in the column {column} of {table} have no spread: under "
                "weights, strata or clusters that leaves no interval, so cite a plain sample"
            ),
            column=evidence.column,
            table=table.name,
        )
    return Computed(
        found.value, found.se, found.n, *share_interval(found, _LEVEL), effective_n=found.effective_n
    )


def _estimate(table: Table, design: Published | Sample | Census, answers: pd.Series[float]) -> Estimate:
    """Average the answers of a sample."""
    _require_sample(table)
    columns = {name: getattr(design, name) for name in ("weights", "strata", "psus")}
    for column in filter(None, columns.values()):
        require_column(table, column)
    if columns["weights"] is not None:
        _require_unit(table, columns["weights"], "weight")
    drawn = rows_of(table)
    if columns["strata"] is None and columns["psus"] is None:
        drawn = drawn.loc[answers.index]
    # Otherwise those whom the filters leave out stay: without them strata would seem to have fewer units.
    weights, strata, psus = (None if name is None else drawn[name] for name in columns.values())
    return design_mean(answers.reindex(drawn.index), weights, strata=strata, psus=psus)


def _ratio(table: Table, evidence: Evidence, rows: pd.DataFrame) -> Computed:
    part, whole = rows[str(evidence.column)], rows[str(evidence.per)]
    if whole.sum() == 0:
        raise refusal(
            _("the cells selected in the column {column} of {table} sum to nought"),
            column=evidence.per,
            table=table.name,
        )
    value = float(part.sum() / whole.sum())
    if isinstance(evidence.design, Census):
        return Computed(value, n=len(rows))
    _require_sample(table)
    for column in (str(evidence.column), str(evidence.per)):
        require_numbers(table, column, whole=True)
    if evidence.unit != "share" or (part > whole).any() or (part < 0).any():
        raise refusal(
            _(
                "{column} of {table} does not count some of {per}: as a sample, a ratio "
                "is of counts and what they are counted from"
            ),
            column=evidence.column,
            table=table.name,
            per=evidence.per,
        )
    n = int(whole.sum())
    ends = wilson_interval(float(part.sum()), n, _LEVEL)
    return Computed(value, sqrt(value * (1 - value) / n), n, *ends, float(n))


def _require_sample(table: Table) -> None:
    if not table.sample:
        raise refusal(_("the rows of {table} are no sample: cite it under a census"), table=table.name)


def _sum(table: Table, evidence: Evidence, rows: pd.DataFrame) -> Computed:
    require_numbers(table, str(evidence.column), whole=True)
    return Computed(float(rows[str(evidence.column)].sum()), n=len(rows))


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

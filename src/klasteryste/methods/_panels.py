"""What the methods on panels demand of a long table: a row for each unit and year, each pair once."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from klasteryste.errors import CourseError
from klasteryste.methods._checks import number_column, require_squares, require_whole
from klasteryste.methods._frames import Marks, require_unique

Label = int | str
L = TypeVar("L")


@dataclass(frozen=True, eq=False)
class Study:
    """A balanced wide panel of treated and other units, before and after a programme began.

    `table` has a row a unit, `treated` marks its rows, `before` its years; `left_out` names what lacks one.
    """

    table: pd.DataFrame
    treated: Marks
    before: Marks
    left_out: tuple[Hashable, ...]

    @property
    def changes(self) -> npt.NDArray[np.float64]:
        """By how much each unit's mean after the start is above its mean before, shape (units,)."""
        y = self.table.to_numpy()
        found: npt.NDArray[np.float64] = y[:, ~self.before].mean(axis=1) - y[:, self.before].mean(axis=1)
        return found


def long_panel(where: str, panel: pd.DataFrame, values: Sequence[str], unit: str, year: str) -> pd.DataFrame:
    """Give columns of a long table as floats, indexed by unit and year and sorted; a missing value is NaN.

    Raises
    ------
    CourseError
        If a column is not there or named twice, a unit or year is missing, a year is not whole, a unit has
        two rows for a year, or a column holds something that is no number or is infinite, no value at all, or
        values so huge or tiny that floats cannot hold their squares.
    """
    require_unique(where, "column", pd.Index([unit, year, *values]))
    for name in (unit, year, *values):
        if list(panel.columns).count(name) != 1:
            raise CourseError(f"{where}: the table needs one column {name!r}; it has {_some(panel.columns)}")
    for name in (unit, year):
        for place in np.flatnonzero(panel[name].isna())[:1]:
            raise CourseError(f"{where}: {name!r} is missing at row {place}: every row needs one")
    found = panel[[unit, year, *values]].copy()
    for name in (year, *values):
        found[name] = number_column(where, f"values of {name!r}", panel[name])
    _refuse(where, found, unit, year, ~_is_year(found[year]), "what is no year")
    found[year] = found[year].astype(int)
    _refuse(
        where,
        found,
        unit,
        year,
        found.duplicated([unit, year]),
        "a second row for the same year: keep one, and one indicator at a time",
    )
    for name in values:
        _refuse(
            where,
            found,
            unit,
            year,
            pd.Series(np.isinf(found[name]), found.index),
            f"an infinite {name!r}: mark it as missing or correct it",
        )
        known = found[name].dropna().to_numpy()
        if not len(known):
            raise CourseError(f"{where}: {name!r} has no value in any row: give the rows and values it needs")
        require_squares(where, f"values of {name!r}", known)
    return found.set_index([unit, year]).sort_index()


def wide_panel(where: str, panel: pd.DataFrame, value: str, unit: str, year: str) -> pd.DataFrame:
    """Give one column of a long table with a row for each unit and a column for each year, both sorted.

    Years without any value are left out; units without any are kept, to be named where they are missed.

    Raises
    ------
    CourseError
        As `long_panel`.
    """
    table = long_panel(where, panel, [value], unit, year)[value].unstack(year)
    return table.dropna(axis=1, how="all")


def balanced(where: str, table: pd.DataFrame, fewest: int) -> tuple[pd.DataFrame, tuple[Hashable, ...]]:
    """Split a wide panel into the units that have a value in every year, and the names of the others.

    Raises
    ------
    CourseError
        If fewer than `fewest` units are complete; the year in which most are missing is named.
    """
    complete = table.notna().all(axis=1)
    if complete.sum() < fewest:
        gaps = table.isna().sum()
        hint = f"; {gaps.max()} lack {gaps.idxmax()}" if len(gaps) and gaps.max() else ""
        raise CourseError(
            f"{where}: {complete.sum()} of {len(table)} units have a value in every year and {fewest} are "
            f"needed{hint}"
        )
    return table[complete], tuple(table.index[~complete])


def study(
    where: str,
    panel: pd.DataFrame,
    value: str,
    unit: str,
    year: str,
    treated: Collection[Label],
    start: int,
    *,
    fewest_before: int,
    fewest_others: int,
) -> Study:
    """Make a study of a long table; other units that lack a year are left out.

    Raises
    ------
    CourseError
        As `long_panel`, if `treated` is no list, a treated unit is unknown, comes twice or lacks a year,
        `start` is no whole number, or if there is no treated unit, no year from `start` on, or fewer years
        before or other units than given.
    """
    table = wide_panel(where, panel, value, unit, year)
    units = label_list(where, "treated", treated)
    if not units:
        raise CourseError(f"{where} was given no treated unit: give a list of one or more")
    require_whole(where, start=start)
    require_units(where, table, units)
    require_unique(where, "treated unit", pd.Index(units, dtype=object))
    before = np.asarray(table.columns) < start
    if before.sum() < fewest_before or before.all():
        raise CourseError(
            f"{where}: {before.sum()} years before {start} and {(~before).sum()} from it on: "
            f"at least {fewest_before} and 1 are needed"
        )
    complete = table.notna().all(axis=1).to_numpy()
    is_treated = table.index.isin(units)
    for place in np.flatnonzero(is_treated & ~complete)[:1]:
        lacking = table.columns[table.iloc[place].isna()][0]
        raise CourseError(
            f"{where}: {table.index[place]} has no value in {lacking}: leave the year or the unit out"
        )
    if (complete & ~is_treated).sum() < fewest_others:
        raise CourseError(
            f"{where}: {(complete & ~is_treated).sum()} other units have a value in every year, and "
            f"{fewest_others} are needed"
        )
    return Study(table[complete], is_treated[complete], before, tuple(table.index[~complete]))


def label_list(where: str, name: str, given: Iterable[L]) -> list[L]:
    """Give labels as a list, whatever held them; one word is no list of its letters."""
    if isinstance(given, str) or not isinstance(given, Iterable):
        raise CourseError(f"{where} was given {given!r} as {name}: give a list, even of one")
    return list(given)


def require_units(where: str, table: pd.DataFrame, units: Collection[Label]) -> None:
    """Demand that units are in the index of a table, and name the first that is not."""
    for name in units:
        if not isinstance(name, Hashable) or name not in table.index:
            raise CourseError(f"{where}: no unit is called {name!r}; there are {_some(table.index)}")


def require_years(where: str, table: pd.DataFrame, years: Collection[int]) -> None:
    """Demand that years are columns of a wide panel, and name the first that is not."""
    for name in years:
        if name not in table.columns:
            raise CourseError(f"{where}: nobody has a value in {name}; there are {_some(table.columns)}")


def _is_year(years: pd.Series[float]) -> pd.Series[bool]:
    # A date would come as nanoseconds.
    return (years % 1 == 0) & (years.abs() < 10_000)


def _refuse(where: str, found: pd.DataFrame, unit: str, year: str, bad: pd.Series[bool], what: str) -> None:
    for place in np.flatnonzero(bad)[:1]:
        row = found.iloc[place]
        raise CourseError(f"{where}: {row[unit]} in {row[year]} (row {place}) has {what}")


def _some(labels: pd.Index) -> str:
    shown = ", ".join(map(str, labels[:5]))
    return f"{shown} and {len(labels) - 5} more" if len(labels) > 5 else shown

"""What the methods on indices demand of a table: a row a unit, a column an indicator, each named once."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite

import numpy as np
import numpy.typing as npt
import pandas as pd

from klasteryste.errors import CourseError
from klasteryste.methods._checks import number_array, require_squares, weight_column

Floats = npt.NDArray[np.float64]
Integers = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
# A number for each indicator, by name.
Numbers = Mapping[str, float] | pd.Series


def require_unique(where: str, what: str, labels: pd.Index) -> None:
    """Demand that labels differ, and name the first that comes twice."""
    twice = labels[labels.duplicated()]
    if len(twice):
        raise CourseError(
            f"{where} was given the {what} {twice[0]!r} twice: give each one name and one place"
        )


def number_table(where: str, table: pd.DataFrame, *, missing: bool = False, fewest: int = 2) -> Floats:
    """Give a table as an array of floats, shape (units, indicators); a missing value is NaN.

    Raises
    ------
    CourseError
        If a row or column is named twice, there are fewer than `fewest` units or no indicator, something is
        no number or is infinite, or (unless `missing`) a value is missing.
    """
    require_unique(where, "unit", table.index)
    require_unique(where, "indicator", table.columns)
    if len(table) < fewest or table.shape[1] == 0:
        raise CourseError(
            f"{where} was given {len(table)} units and {table.shape[1]} indicators: "
            f"give at least {fewest} units and one indicator"
        )
    found = number_array(where, "values", table)
    refuse(where, table, np.isinf(found), "infinite", "mark it as missing or correct it")
    if not missing:
        refuse(where, table, np.isnan(found), "missing", "impute it or leave the unit or indicator out")
    return found


def refuse(where: str, table: pd.DataFrame, bad: Marks, what: str, fix: str) -> None:
    """Refuse the cells marked, and name the first."""
    for row, column in np.argwhere(bad)[:1]:
        raise CourseError(
            f"{where}: {table.columns[column]!r} of {table.index[row]!r} is {what} ({bad.sum()} such): {fix}"
        )


def require_spread(where: str, table: pd.DataFrame) -> None:
    """Demand that every indicator differs between units, by more than rounding where it is of numbers."""
    for name, column in table.items():
        if column.nunique() < 2 or _differs_by_rounding(column):
            what = "is the same for every unit" if column.notna().any() else "has no value at all"
            raise CourseError(f"{where}: {name!r} {what}: leave it out, it tells nothing apart")


def require_sizes(where: str, table: pd.DataFrame, x: Floats) -> None:
    """Demand indicators in units in which floats can hold their squares; a missing value is NaN."""
    for name, column in zip(table.columns, x.T, strict=True):
        require_squares(where, f"values of {name!r}", column[~np.isnan(column)])


def require_within(where: str, table: pd.DataFrame, worst: Floats, best: Floats) -> None:
    """Demand that each indicator has a value between its goalposts: with none they are of another unit."""
    x = number_array(where, "values", table)
    within = (x >= np.minimum(worst, best)) & (x <= np.maximum(worst, best))
    outside = np.asarray(~within.any(axis=0))
    for name in table.columns[outside][:1]:
        raise CourseError(
            f"{where}: no value of {name!r} is between its goalposts: give them as the table is, "
            "in its units, and turned if it was turned"
        )


def number_series(where: str, what: str, values: pd.Series[float], like: pd.Index | None = None) -> Floats:
    """Give a series as floats, without gaps, its labels named once; in the order of `like` if that is given.

    Raises
    ------
    CourseError
        If a label comes twice, labels differ from `like`, or something is missing, infinite or no number.
    """
    require_unique(where, "label", values.index)
    if like is not None:
        if set(values.index) != set(like):
            odd = sorted(map(str, set(values.index) ^ set(like)))
            raise CourseError(
                f"{where} was given {what} for other labels: {odd[0]!r} is in one of the two only"
            )
        values = values.reindex(like)
    found = number_array(where, what, values)
    for place in np.flatnonzero(~np.isfinite(found))[:1]:
        raise CourseError(f"{where}: {what} of {values.index[place]!r}: {found[place]} is no finite number")
    return found


def unit_weights(where: str, weights: Numbers | None, names: pd.Index) -> Floats:
    """Give weights in the order of `names`, adding up to one; equal ones if none are given.

    Raises
    ------
    CourseError
        If names differ, a weight is negative or no finite number, or all are nought.
    """
    if weights is None:
        return np.full(len(names), 1 / len(names))
    given = number_series(where, "weights", pd.Series(weights), names)
    found = weight_column(where, given, names=names)
    return np.asarray(found / found.sum())


def _differs_by_rounding(column: pd.Series) -> bool:
    known = column.dropna().infer_objects()
    if known.dtype.kind not in "iuf":
        return False
    numbers = known.to_numpy(float)
    # Python's floats subtract infinities without a warning; those are refused by name elsewhere.
    reach = float(numbers.max()) - float(numbers.min())
    return isfinite(reach) and reach <= 1e-12 * float(np.abs(numbers).max())

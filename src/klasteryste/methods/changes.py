"""How far units have really moved within some years, and where a proposed change would stand among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from klasteryste.errors import CourseError
from klasteryste.methods._panels import wide_panel


@dataclass(frozen=True)
class TargetCheck:
    """A proposed change among the changes of units that began at a similar level.

    Attributes
    ----------
    tercile : int
        Where the baseline lies among the starting values: 1 low, 2 middle, 3 high.
    windows, units : int
        How many changes it was compared with, and in how many units they happened. Windows of one unit
        overlap and depend on one another, so that the number of units says how much evidence there is.
    checkable : bool
        Whether there are enough of both.
    percentile : float
        Percentage of windows that went less far in the proposed direction, 0 to 100.
    limit : float
        The change, in the proposed direction and with its sign, that the given share of windows did not
        exceed. Where most units moved the other way, its sign is that of the other way.
    attainable : bool or None
        Whether the proposed change is within the limit. None if it is not checkable.
    """

    tercile: int
    windows: int
    units: int
    checkable: bool
    percentile: float
    limit: float
    attainable: bool | None


def change_windows(
    panel: pd.DataFrame, value: str, *, unit: str, year: str = "year", years: int
) -> pd.DataFrame:
    """List every change over some years that the table shows, and at what level it began.

    Parameters
    ----------
    panel : DataFrame
        A row for each unit and year.
    value, unit, year : str
        Its columns: the value in any unit, the label of the unit, the year as a whole number.
    years : int
        Length of a window.

    Returns
    -------
    DataFrame
        A row for each unit and first year with a value at both ends: ``unit``, ``first``, ``last``,
        ``baseline``, ``change`` and ``tercile``, sorted by unit and year. Terciles are of the baselines of
        all windows together: 1 up to their quantile at 1/3, 2 up to that at 2/3, 3 above. Windows overlap.

    Raises
    ------
    CourseError
        If a unit has two rows for a year, something is infinite or no number, `years` is below 1, there is no
        window, or so many baselines are equal that they cannot be cut in three.
    """
    where = "change_windows"
    if years < 1:
        raise CourseError(f"{where} was given years = {years}: give a whole number from 1")
    table = wide_panel(where, panel, value, unit, year)
    seen = [int(name) for name in table.columns]
    pairs = [
        pd.DataFrame(
            {
                "unit": table.index,
                "first": first,
                "last": first + years,
                "baseline": table[first].to_numpy(),
                "change": (table[first + years] - table[first]).to_numpy(),
            }
        ).dropna(subset="change")
        for first in seen
        if first + years in seen
    ]
    if not any(len(pair) for pair in pairs):
        raise CourseError(f"{where}: no unit has values {years} years apart: choose fewer years")
    found = pd.concat(pairs).sort_values(["unit", "first"], ignore_index=True)
    low, high = np.quantile(found["baseline"], [1 / 3, 2 / 3])
    found["tercile"] = np.digitize(found["baseline"], [low, high], right=True) + 1
    if found["tercile"].nunique() < 3:
        raise CourseError(f"{where}: too many of the {len(found)} baselines are equal to be cut in three")
    return found


def changes_by_tercile(windows: pd.DataFrame) -> pd.DataFrame:
    """Describe the changes that began low, in the middle and high.

    Parameters
    ----------
    windows : DataFrame
        What `change_windows` gives.

    Returns
    -------
    DataFrame
        A row a tercile: ``from`` and ``to`` (its smallest and largest baseline), ``windows``, ``units``, and
        the quantiles ``p10``, ``p50`` and ``p90`` of the changes, as in `check_change`.
    """
    groups = windows.groupby("tercile")
    return pd.DataFrame(
        {
            "from": groups["baseline"].min(),
            "to": groups["baseline"].max(),
            "windows": groups.size(),
            "units": groups["unit"].nunique(),
            **{f"p{p}": groups["change"].agg(_quantile, p / 100) for p in (10, 50, 90)},
        }
    )


def check_change(
    windows: pd.DataFrame,
    baseline: float,
    change: float,
    *,
    quantile: float = 0.9,
    fewest_windows: int = 30,
    fewest_units: int = 8,
) -> TargetCheck:
    """Compare a proposed change with what units of similar baseline have done in as many years.

    Changes are turned into the direction of the proposed one, and those that went the other way count as
    negative. Quantiles are of the empirical distribution itself, without interpolation: the smallest change
    that at least the given share of windows did not exceed. That others have gone so far does not make a
    change likely, nor does it say what would bring it about.

    Parameters
    ----------
    windows : DataFrame
        What `change_windows` gives, over as many years as the proposed change is to take.
    baseline : float
        The level from which the change is to start, in the units of the values. Beyond the levels seen, it
        belongs to the outer tercile.
    change : float
        The proposed change, with its sign.
    quantile : float
        The share of windows that must not have gone as far, between 0 and 1.
    fewest_windows, fewest_units : int
        With fewer of either in the tercile, the change is not checkable.

    Returns
    -------
    TargetCheck
        The percentile and the limit, always; the verdict, if there is evidence enough.

    Raises
    ------
    CourseError
        If the baseline or the change is no finite number, the change is nought, the quantile is not between
        0 and 1, or a tercile has no window.

    References
    ----------
    Hyndman and Fan (1996), The American Statistician 50(4), 361-365: definition 1 of a sample quantile.
    """
    if not (np.isfinite(baseline) and np.isfinite(change) and change):
        raise CourseError(
            f"check_change was given a baseline of {baseline} and a change of {change}: "
            "give finite numbers, the change not nought"
        )
    if not 0 < quantile < 1:
        raise CourseError(f"check_change was given quantile = {quantile}: give a number between 0 and 1")
    if set(windows["tercile"]) != {1, 2, 3}:
        raise CourseError("check_change was given windows that lack a tercile: give all of change_windows")
    tops = windows.groupby("tercile")["baseline"].max()
    tercile = int(np.digitize(baseline, tops.loc[[1, 2]], right=True)) + 1
    similar = windows[windows["tercile"] == tercile]
    direction = np.sign(change)
    went = similar["change"] * direction
    limit = _quantile(went, quantile)
    units = similar["unit"].nunique()
    checkable = len(similar) >= fewest_windows and units >= fewest_units
    return TargetCheck(
        tercile=tercile,
        windows=len(similar),
        units=units,
        checkable=checkable,
        percentile=float(100 * (went < abs(change)).mean()),
        limit=float(direction * limit),
        attainable=bool(abs(change) <= limit) if checkable else None,
    )


def _quantile(changes: pd.Series[float], share: float) -> float:
    return float(np.quantile(changes, share, method="inverted_cdf"))

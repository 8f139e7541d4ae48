"""How far units have really moved within some years, and where a proposed change would stand among them."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from klasteryste.errors import CourseError
from klasteryste.methods._checks import require_whole
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
    panel: pd.DataFrame, value: str, *, unit: str, year: str = "year", horizon: int
) -> pd.DataFrame:
    r"""List every change over some years that the table shows, and at what level it began.

    The change of unit i over h years from year t is :math:`\Delta_h y_{it} = y_{i,t+h} - y_{it}`. Values are
    taken as exact and as measured alike in all years: error in them makes changes wider than they were, and
    what began low by chance rises by chance.

    Parameters
    ----------
    panel : DataFrame
        A row for each unit and year.
    value, unit, year : str
        Its columns: the value in any unit, the label of the unit, the year as a whole number.
    horizon : int
        Length of a window in years, from 1.

    Returns
    -------
    DataFrame
        A row for each unit and first year with a value at both ends: ``unit``, ``first``, ``last``,
        ``baseline``, ``change`` and ``tercile``, sorted by unit and year. Terciles are of the baselines of
        all windows together: 1 up to their quantile at 1/3, 2 up to that at 2/3, 3 above. Windows overlap.

    Raises
    ------
    CourseError
        If a unit has two rows for a year, something is infinite or no number, `horizon` is no whole number
        from 1, there is no window, or so many baselines are equal that they cannot be cut in three.
    """
    where = "change_windows"
    require_whole(where, fewest=1, horizon=horizon)
    table = wide_panel(where, panel, value, unit, year)
    seen = [int(name) for name in table.columns]
    pairs = [
        pd.DataFrame(
            {
                "unit": table.index,
                "first": first,
                "last": first + horizon,
                "baseline": table[first].to_numpy(),
                "change": (table[first + horizon] - table[first]).to_numpy(),
            }
        ).dropna(subset="change")
        for first in seen
        if first + horizon in seen
    ]
    if not any(len(pair) for pair in pairs):
        raise CourseError(f"{where}: no unit has values {horizon} years apart: choose fewer years")
    found = pd.concat(pairs).sort_values(["unit", "first"], ignore_index=True)
    found["tercile"] = _terciles(found, found["baseline"])
    if found["tercile"].nunique() < 3:
        raise CourseError(f"{where}: too many of the {len(found)} baselines are equal to be cut in three")
    return found


def changes_by_tercile(windows: pd.DataFrame) -> pd.DataFrame:
    """Describe the changes that began low, in the middle and high.

    Quantiles are those of `check_change`, so that nine tenths of windows fell no further than ``p10`` and
    rose no further than ``p90``: p90 is the quantile of the changes at 0.9, p10 minus that of the falls,
    which are minus the changes, and p50 the quantile at 0.5.

    Parameters
    ----------
    windows : DataFrame
        What `change_windows` gives.

    Returns
    -------
    DataFrame
        A row a tercile: ``from`` and ``to`` (its smallest and largest baseline), ``windows``, ``units``, and
        ``p10``, ``p50`` and ``p90``, in the units of the value.
    """
    groups = windows.groupby("tercile")
    changes = groups["change"]
    return pd.DataFrame(
        {
            "from": groups["baseline"].min(),
            "to": groups["baseline"].max(),
            "windows": groups.size(),
            "units": groups["unit"].nunique(),
            "p10": -(-windows["change"]).groupby(windows["tercile"]).agg(_quantile, 0.9),
            "p50": changes.agg(_quantile, 0.5),
            "p90": changes.agg(_quantile, 0.9),
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
    r"""Compare a proposed change with what units of similar baseline have done in as many years.

    Changes :math:`\Delta_i` of the n windows in the baseline's tercile are turned into the direction of the
    proposed change c, :math:`g_i = \Delta_i \, sign(c)`, so that those that went the other way count as
    negative. The percentile is :math:`100 \, \#\{g_i < |c|\} / n`; the limit is the quantile of the
    empirical distribution itself, without interpolation, the smallest :math:`g_i` that at least the given
    share of windows did not exceed; and c is attainable if :math:`|c|` is no greater. Numbers that differ by
    less than a thousand millionth of the largest value count as equal, since 1.01 - 0.78 is not quite 0.23
    to a computer. What units did in the past is taken as a guide to what one can do next; that others have
    gone so far does not make a change likely, nor does it say what would bring it about.

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
        0 and 1, a threshold is no whole number from 1, or the windows are not those of `change_windows`.

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
    require_whole("check_change", fewest=1, fewest_windows=fewest_windows, fewest_units=fewest_units)
    if windows.empty or (_terciles(windows, windows["baseline"]) != windows["tercile"]).any():
        raise CourseError("check_change was given a part of the windows: give all of change_windows")
    tercile = int(_terciles(windows, baseline))
    similar = windows[windows["tercile"] == tercile]
    direction = np.sign(change)
    went = similar["change"] * direction
    size, rounding = abs(change), _rounding(windows)
    limit = _quantile(went, quantile)
    units = similar["unit"].nunique()
    checkable = len(similar) >= fewest_windows and units >= fewest_units
    return TargetCheck(
        tercile=tercile,
        windows=len(similar),
        units=units,
        checkable=checkable,
        percentile=float(100 * (went < size - rounding).mean()),
        limit=float(direction * limit),
        attainable=bool(size <= limit + rounding) if checkable else None,
    )


def _quantile(changes: pd.Series[float], share: float) -> float:
    # The share of a number of windows can be whole but for rounding.
    return float(np.sort(changes)[math.ceil(share * len(changes) - 1e-9) - 1])


def _terciles(windows: pd.DataFrame, baselines: npt.ArrayLike) -> npt.NDArray[np.int64]:
    cuts = np.quantile(windows["baseline"], [1 / 3, 2 / 3])
    return np.asarray(np.searchsorted(cuts + _rounding(windows), baselines) + 1)


def _rounding(windows: pd.DataFrame) -> float:
    """Give the difference below which values of the windows count as equal."""
    ends = windows["baseline"], windows["baseline"] + windows["change"]
    return 1e-9 * float(np.abs(ends).max())

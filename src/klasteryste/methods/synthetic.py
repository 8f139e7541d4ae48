"""Synthetic control: what one place would have been without its programme, as a mixture of other places."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import nnls

from klasteryste.errors import CourseError
from klasteryste.methods._frames import Floats
from klasteryste.methods._panels import Label, study

# Below this share of the spread of all values, a misfit is rounding.
EXACT = 1e-7


@dataclass(frozen=True, eq=False)
class SyntheticControl:
    """A unit and its synthetic control.

    Attributes
    ----------
    weights : Series
        The share of each donor in the synthetic control; none negative, adding up to 1.
    by_year : DataFrame
        A row a year: ``actual``, ``synthetic`` and ``gap`` (actual minus synthetic), in the units of the
        value.
    effect : float
        The mean gap from the start on.
    pre_rmspe, post_rmspe : float
        Root mean square of the gaps before the start, and from the start on.
    left_out : tuple
        Donors that lack a year.
    """

    weights: pd.Series[float]
    by_year: pd.DataFrame
    effect: float
    pre_rmspe: float
    post_rmspe: float
    left_out: tuple[Hashable, ...]


@dataclass(frozen=True, eq=False)
class PlaceboTest:
    """A unit's synthetic control among those of all other units.

    Attributes
    ----------
    p : float
        The share of units whose ratio is at least that of the treated one, itself included.
    by_unit : DataFrame
        A row a unit, the largest ratio first: ``effect``, ``pre_rmspe``, ``post_rmspe`` and their ``ratio``,
        post divided by pre. The ratio is infinite where the fit before the start is exact, and nought where
        there is no gap afterwards either.
    """

    p: float
    by_unit: pd.DataFrame


def synthetic_control(
    panel: pd.DataFrame, value: str, *, unit: str, year: str = "year", treated: Label, start: int
) -> SyntheticControl:
    r"""Weigh other units so that together they went like the treated one until its programme began.

    The weights of the J donors minimise :math:`\sum_{t < start} (y_{1t} - \sum_j w_j y_{jt})^2` subject to
    :math:`w_j \ge 0` and :math:`\sum_j w_j = 1`: values of all years before the start are the only
    predictors, each counting alike. The gap afterwards is the effect if the mixture would have gone on like
    the unit, if nothing else happened to the unit alone, and if donors were not touched by the programme.
    A good fit over few years shows little. Where the unit can be matched exactly, more than one set of
    weights does so, and the one given has few donors.

    Parameters
    ----------
    panel : DataFrame
        A row for each unit and year: the treated unit, and donors that had no such programme.
    value, unit, year : str
        Its columns: the value in any unit, the label of the unit, the year as a whole number.
    treated : label
        The unit with the programme.
    start : int
        The first year in which it could have an effect.

    Returns
    -------
    SyntheticControl
        Weights, gaps and fit.

    Raises
    ------
    CourseError
        If a unit has two rows for a year, something is infinite or no number, the treated unit is unknown or
        lacks a year, or fewer than two years before the start, one from it on, or two complete donors remain.

    References
    ----------
    Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical Association, DOI
    10.1198/jasa.2009.ap08746; Abadie (2021), Journal of Economic Literature, DOI 10.1257/jel.20191450.
    """
    found = study(
        "synthetic_control",
        panel,
        value,
        unit,
        year,
        [treated],
        start,
        fewest_before=2,
        fewest_others=2,
    )
    y, before = found.table.to_numpy(), found.before
    actual, others = y[found.treated][0], y[~found.treated]
    weights = _weights(actual[before], others[:, before])
    synthetic = weights @ others
    gap = actual - synthetic
    return SyntheticControl(
        weights=pd.Series(weights, found.table.index[~found.treated]),
        by_year=pd.DataFrame({"actual": actual, "synthetic": synthetic, "gap": gap}, found.table.columns),
        effect=float(gap[~before].mean()),
        pre_rmspe=_rms(gap[before]),
        post_rmspe=_rms(gap[~before]),
        left_out=found.left_out,
    )


def synthetic_placebo_test(
    panel: pd.DataFrame, value: str, *, unit: str, year: str = "year", treated: Label, start: int
) -> PlaceboTest:
    """Ask how unusual the treated unit's gap is, by giving every other unit a synthetic control as well.

    Each unit in turn is taken as the treated one, with all others, the treated one among them, as donors. If
    the programme had no effect and the units could have changed places, each is as likely as the others to
    have the largest ratio of the gap after the start to that before. With J donors p is at least 1 / (J + 1):
    fewer than 19 can never reach 0.05. Where there is an effect, it also widens the gaps of units that lean
    on the treated one, which errs on the side of caution.

    Parameters
    ----------
    panel, value, unit, year, treated, start
        As in `synthetic_control`.

    Returns
    -------
    PlaceboTest
        The p value and what it is made of.

    Raises
    ------
    CourseError
        As `synthetic_control`, and if the treated unit is fitted exactly before the start, as over few years,
        and not afterwards: its ratio would be infinite, and p the same, whatever the size of the gap.

    References
    ----------
    Abadie, Diamond and Hainmueller (2010), Journal of the American Statistical Association, DOI
    10.1198/jasa.2009.ap08746; Abadie (2021), Journal of Economic Literature, DOI 10.1257/jel.20191450.
    """
    where = "synthetic_placebo_test"
    found = study(where, panel, value, unit, year, [treated], start, fewest_before=2, fewest_others=2)
    y, before = found.table.to_numpy(), found.before
    rows = []
    for i in range(len(y)):
        others = np.delete(y, i, axis=0)
        gap = y[i] - _weights(y[i, before], others[:, before]) @ others
        rows.append((gap[~before].mean(), _rms(gap[before]), _rms(gap[~before])))
    effect, pre, post = np.array(rows).T
    ratio = _ratios(pre, post, EXACT * y.std())
    if np.isinf(ratio[found.treated]).any():
        raise CourseError(
            f"{where}: {before.sum()} years before {start} are too few: {treated} is fitted exactly in them, "
            "and p would be the same for a gap of any size"
        )
    by_unit = pd.DataFrame(
        {"effect": effect, "pre_rmspe": pre, "post_rmspe": post, "ratio": ratio}, found.table.index
    )
    p = float((ratio >= ratio[found.treated] * (1 - 1e-9)).mean())
    return PlaceboTest(p, by_unit.sort_values("ratio", ascending=False, kind="stable"))


def _weights(actual: Floats, others: Floats) -> Floats:
    """Give the weights, none negative and adding up to 1, with which rows of `others` come nearest.

    Since weights add up to one, the misfit is linear in them: C w, with C the donors' distances. Nonnegative
    least squares on the rows of C, with a row asking for a sum of one, finds the best w up to its scale: for
    weights s w the loss is s^2 |C w|^2 + (s - 1)^2, which for every s is least where |C w|^2 is.
    """
    apart = (others - actual).T
    size = np.abs(apart).max()
    rows = np.vstack([apart / size if size else apart, np.ones(len(others))])
    scaled, _ = nnls(rows, np.append(np.zeros(len(actual)), 1.0))
    return np.asarray(scaled / scaled.sum())


def _rms(gap: Floats) -> float:
    return float(np.sqrt(np.mean(gap**2)))


def _ratios(pre: Floats, post: Floats, rounding: float) -> Floats:
    pre, post = (np.where(gap <= rounding, 0.0, gap) for gap in (pre, post))
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(post == 0, 0.0, post / pre)

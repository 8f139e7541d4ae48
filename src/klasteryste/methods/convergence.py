"""Whether units grow alike: their spread over the years, and the pull from below, cleared of noise."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.stats import norm, t

from klasteryste.errors import CourseError
from klasteryste.methods._checks import require_level, require_whole
from klasteryste.methods._frames import Floats
from klasteryste.methods._panels import balanced, long_panel, require_years, wide_panel

# With fewer units, whole draws of the bootstrap would consist of one unit.
FEWEST_UNITS = 8
# The share of draws that may leave no true spread to divide by, and count as slopes without bound.
MOST_EMPTY = 0.01


@dataclass(frozen=True, eq=False)
class SigmaConvergence:
    """The spread between units, year by year.

    Attributes
    ----------
    by_year : DataFrame
        A row a year: ``sd`` (standard deviation between units, in the units of the value), ``low`` and
        ``high``, the ends of its interval.
    ratio, low, high : float
        The last year's standard deviation divided by the first's, and its interval: below 1, units have
        grown alike.
    units : tuple
        The balanced set: the units that have a value in every year.
    left_out : tuple
        The units that have not.
    """

    by_year: pd.DataFrame
    ratio: float
    low: float
    high: float
    units: tuple[Hashable, ...]
    left_out: tuple[Hashable, ...]


@dataclass(frozen=True)
class BetaConvergence:
    """The line of changes on starting values, over the whole span from the first year to the last.

    Attributes
    ----------
    slope, se, low, high : float
        Change for each unit of the starting value, corrected for the error in it, its standard error and
        interval. Below nought, those who began low gained more on average; whether the spread between units
        shrank is another question, and that of `sigma_convergence`.
    intercept : float
        The change at a starting value of nought, on the corrected line.
    uncorrected : float
        The slope of ordinary least squares. Equal to `slope` if no errors were given.
    reliability : float
        The share of the spread of starting values that is not error; 1 if no errors were given.
    units : tuple
        The units that have a value in both years.
    left_out : tuple
        The units that have not.
    """

    slope: float
    se: float
    low: float
    high: float
    intercept: float
    uncorrected: float
    reliability: float
    units: tuple[Hashable, ...]
    left_out: tuple[Hashable, ...]


def sigma_convergence(
    panel: pd.DataFrame,
    value: str,
    *,
    unit: str,
    year: str = "year",
    first: int | None = None,
    last: int | None = None,
    level: float = 0.95,
    draws: int = 2000,
    seed: int,
) -> SigmaConvergence:
    r"""Follow the standard deviation between the same units over the years.

    The spread of year t is :math:`s_t = \sqrt{\sum_i (y_{it} - \bar y_t)^2 / (n - 1)}` over the n units that
    have a value in every year, so that no change comes from who is counted. Intervals are
    :math:`\exp(\ln s_t \pm q \, \widehat{se})`: the standard error of the logarithm is the standard deviation
    over bootstrap draws of whole units, all their years together, and q the quantile of Student's t with
    n - 1 degrees of freedom. Units are taken as drawn independently from a population of units, whose values
    do not have much heavier tails than the normal distribution: with heavy tails the intervals are too short.
    Error in the values is part of the spread, and where it shrinks over the years, so does the spread.

    Parameters
    ----------
    panel : DataFrame
        A row for each unit and year.
    value, unit, year : str
        Its columns: the value in any unit, the label of the unit, the year as a whole number.
    first, last : int, optional
        The years between which the spread is followed; without them, the first and last of the table. Fewer
        years leave more units that have a value in all of them.
    level : float
        Confidence level of each interval, between 0 and 1.
    draws : int
        How many bootstrap draws.
    seed : int
        Where the draws begin.

    Returns
    -------
    SigmaConvergence
        The spread of each of these years for which the table has a value, and the ratio of the last to the
        first.

    Raises
    ------
    CourseError
        If a unit has two rows for a year, something is infinite or no number, a year is unknown or the two
        are out of order, `draws` or `seed` is no whole number, fewer than 8 complete units remain,
        all units are equal in a year, or so nearly that a draw is without spread.

    References
    ----------
    Barro and Sala-i-Martin (1992), Journal of Political Economy, DOI 10.1086/261816; Efron and Tibshirani
    (1993), *An Introduction to the Bootstrap*.
    """
    where = "sigma_convergence"
    require_level(level)
    require_whole(where, fewest=2, draws=draws)
    require_whole(where, fewest=0, seed=seed)
    table = wide_panel(where, panel, value, unit, year)
    begin = int(table.columns[0]) if first is None else first
    end = int(table.columns[-1]) if last is None else last
    _require_order(where, begin, end)
    require_years(where, table, (begin, end))
    table, left_out = balanced(where, table.loc[:, begin:end], FEWEST_UNITS)
    y = _centred(table.to_numpy())
    for place in np.flatnonzero(np.ptp(y, axis=0) == 0)[:1]:
        raise CourseError(f"{where}: all units are equal in {table.columns[place]}: there is no spread")
    log_sd = np.log(y.std(axis=0, ddof=1))
    n = len(y)
    counts = _counts(n, draws, seed)
    variances = _covariance(counts, y, y)
    # What is left of equal values after subtraction is rounding, and no spread.
    if (variances <= 1e-9 * y.var(axis=0)).any():
        raise CourseError(f"{where}: too many units are equal for a bootstrap: some draws are without spread")
    replicates = np.log(variances) / 2
    reach = t.ppf((1 + level) / 2, n - 1)

    def ends(log: Floats, drawn: Floats) -> tuple[Floats, Floats]:
        half = reach * drawn.std(axis=0, ddof=1)
        return np.exp(log - half), np.exp(log + half)

    low, high = ends(log_sd, replicates)
    change = log_sd[-1] - log_sd[0]
    ratio_low, ratio_high = ends(change, replicates[:, -1] - replicates[:, 0])
    return SigmaConvergence(
        pd.DataFrame({"sd": np.exp(log_sd), "low": low, "high": high}, index=table.columns),
        float(np.exp(change)),
        float(ratio_low),
        float(ratio_high),
        tuple(table.index),
        left_out,
    )


def beta_convergence(
    panel: pd.DataFrame,
    value: str,
    *,
    unit: str,
    year: str = "year",
    first: int,
    last: int,
    error: str | None = None,
    error_correlation: float | None = None,
    level: float = 0.95,
    draws: int = 2000,
    seed: int,
) -> BetaConvergence:
    r"""Ask whether units that began low gained more, and take out what mere noise makes of it.

    The line is :math:`\Delta y_i = a + b \, y_{i0}`, with :math:`\Delta y_i = y_{i1} - y_{i0}` in the units
    of the value, over the whole span: b is neither a yearly rate nor a rate of growth in logarithms, as Barro
    and Sala-i-Martin have it. A b below nought does not mean that units have grown alike, since other changes
    may have moved them apart as far (to overlook that is Galton's fallacy): `sigma_convergence` follows the
    spread itself.

    If starting values are seen with error, :math:`y_{i0} + e_{i0}`, then a unit that was seen too low by
    chance rises by chance (regression to the mean), and least squares finds b too far below nought. With
    known standard errors :math:`s_{i0}, s_{i1}` and correlation :math:`\rho` between the errors of a unit's
    two years,

    .. math::

        E \, cov(\Delta y, y_0) = cov^* - \overline{s_0^2} + \rho \, \overline{s_0 s_1}, \qquad
        E \, var(y_0) = var^* + \overline{s_0^2},

    where the stars are the moments of the true values, so that

    .. math::

        \hat b = \frac{cov(\Delta y, y_0) + \overline{s_0^2} - \rho \, \overline{s_0 s_1}}
                      {var(y_0) - \overline{s_0^2}} .

    The standard error is half the width of the middle 68.3 % of bootstrap draws of units: what the standard
    deviation would be, were the draws normal; but a few draws that leave hardly any true spread to divide by
    do not blow it up. The interval is that of Student's t with n - 2 degrees of freedom. Errors are taken as
    independent between units, independent of the true values, and of known size; and, as the bootstrap over
    few units asks, values as having no much heavier tails than the normal distribution: with heavy tails the
    intervals are too short.

    Parameters
    ----------
    panel : DataFrame
        A row for each unit and year.
    value, unit, year : str
        Its columns: the value in any unit, the label of the unit, the year as a whole number.
    first, last : int
        The years between which the change is taken.
    error : str, optional
        The column of standard errors of the value, in the same unit. Without it, values are taken as exact.
    error_correlation : float
        :math:`\rho`, from 0 to 1: near 1 where the same sources or people judge both years. To be given
        with `error`, and only then; it can decide the verdict, so try several.
    level : float
        Confidence level of the interval, between 0 and 1.
    draws : int
        How many bootstrap draws.
    seed : int
        Where the draws begin.

    Returns
    -------
    BetaConvergence
        The corrected slope with its standard error and interval, and the uncorrected slope beside it.

    Raises
    ------
    CourseError
        If a unit has two rows for a year, something is infinite or no number, a year is unknown or the two
        are out of order, `error` and `error_correlation` do not come together, `draws` or `seed` is no whole
        number, fewer than 8 units have both years, starting values are all equal, a standard error
        is missing or negative, or errors explain so much of the spread that in more than one draw of a
        hundred nothing is left.

    References
    ----------
    Barro and Sala-i-Martin (1992), Journal of Political Economy, DOI 10.1086/261816; Friedman (1992), Journal
    of Economic Literature 30(4), 2129-2132; Fuller (1987), *Measurement Error Models*.
    """
    where = "beta_convergence"
    require_level(level)
    require_whole(where, fewest=2, draws=draws)
    require_whole(where, fewest=0, seed=seed)
    if (error is None) != (error_correlation is None):
        raise CourseError(f"{where} was given one of error and error_correlation: give both or neither")
    rho = 0.0 if error_correlation is None else error_correlation
    if not 0 <= rho <= 1:
        raise CourseError(f"{where} was given error_correlation = {rho}: give 0 to 1")
    _require_order(where, first, last)
    table = wide_panel(where, panel, value, unit, year)
    require_years(where, table, (first, last))
    both, left_out = balanced(where, table[[first, last]], FEWEST_UNITS)
    start, end = both[first].to_numpy(), both[last].to_numpy()
    if np.ptp(start) == 0:
        raise CourseError(f"{where}: all units began equal in {first}: there is nothing to catch up with")
    n = len(both)
    noise, shared = np.zeros(n), np.zeros(n)
    if error is not None:
        s = _errors(where, panel, error, unit, year, both)
        noise, shared = s[:, 0] ** 2, rho * s[:, 0] * s[:, 1]

    columns = np.column_stack([_centred(start), _centred(end - start), noise, shared])
    cov, var, mean_noise, mean_shared = _moments(columns, np.ones((1, n)))[:, 0]
    drawn = _moments(columns, _counts(n, draws, seed))
    left = drawn[1] - drawn[2]
    empty = left <= 0
    if var <= mean_noise or empty.mean() > MOST_EMPTY:
        raise CourseError(
            f"{where}: starting values spread (variance {var:.3g}) too little above their error "
            f"({mean_noise:.3g}) for {n} units: no slope can be told from noise"
        )
    slope = (cov + mean_noise - mean_shared) / (var - mean_noise)
    slopes = np.divide(drawn[0] + drawn[2] - drawn[3], left, where=~empty, out=np.full(draws, np.inf))
    se = float(np.diff(np.quantile(slopes, norm.cdf([-1, 1])))[0] / 2)
    reach = float(t.ppf((1 + level) / 2, n - 2)) * se
    return BetaConvergence(
        slope=float(slope),
        se=se,
        low=float(slope - reach),
        high=float(slope + reach),
        intercept=float((end - start).mean() - slope * start.mean()),
        uncorrected=float(cov / var),
        reliability=float(1 - mean_noise / var),
        units=tuple(both.index),
        left_out=left_out,
    )


def _require_order(where: str, first: int, last: int) -> None:
    require_whole(where, first=first, last=last)
    if not first < last:
        raise CourseError(f"{where} was given the years {first} and {last}: the first must come first")


def _counts(n: int, draws: int, seed: int) -> Floats:
    """Give how often each of n units comes in each draw of n with replacement, shape (draws, n)."""
    drawn = np.random.default_rng(seed).multinomial(n, np.full(n, 1 / n), size=draws)
    return np.asarray(drawn, dtype=np.float64)


def _centred(y: Floats) -> Floats:
    # Squares of values far from nought would drown the spread.
    return np.asarray(y - y.mean(axis=0))


def _covariance(counts: Floats, a: Floats, b: Floats) -> Floats:
    """Give the covariance over units, n - 1 in the denominator, of each draw; of columns in pairs."""
    n = len(a)
    return np.asarray((counts @ (a * b) / n - (counts @ a / n) * (counts @ b / n)) * n / (n - 1))


def _moments(columns: Floats, counts: Floats) -> Floats:
    """Give cov(change, start), var(start), mean noise, mean shared noise of draws, shape (4, draws)."""
    n = len(columns)
    start, change, noise, shared = columns.T
    return np.stack(
        [
            _covariance(counts, change, start),
            _covariance(counts, start, start),
            counts @ noise / n,
            counts @ shared / n,
        ]
    )


def _errors(where: str, panel: pd.DataFrame, error: str, unit: str, year: str, both: pd.DataFrame) -> Floats:
    """Give the standard errors of the values of a wide panel, in its shape."""
    s = long_panel(where, panel, [error], unit, year)[error].unstack(year)
    found = s.reindex(index=both.index, columns=both.columns)
    errors = found.to_numpy(dtype=np.float64)
    for row, column in np.argwhere(~(errors >= 0))[:1]:
        raise CourseError(
            f"{where}: the standard error of {both.index[row]} in {both.columns[column]} is "
            f"{errors[row, column]}: give one, not negative"
        )
    return errors

"""Estimates from sample surveys: shares and means, their standard errors, and comparisons between them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from math import hypot, inf, sqrt

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.stats import norm, t

from klasteryste.errors import CourseError
from klasteryste.methods._checks import (
    number_column,
    require_column,
    require_level,
    require_positive,
    require_squares,
    weight_column,
)
from klasteryste.methods._frames import number_series


@dataclass(frozen=True)
class Estimate:
    """A mean or a share estimated from a sample.

    Attributes
    ----------
    value : float
        The estimate, in the units of the answers.
    se : float
        Its standard error, in the same units.
    n : int
        How many people gave an answer.
    deff : float
        The design effect: the variance under the design divided by that of a simple random sample of `n`
        people. NaN where all answers are equal, since both variances are then nought.
    lone_strata : int
        How many strata hold a single primary sampling unit, and so tell nothing of their own spread.
    df : int
        Degrees of freedom of the standard error: primary sampling units less strata, counting those in which
        somebody answered. Where it is small, give it to `interval`.
    """

    value: float
    se: float
    n: int
    deff: float
    lone_strata: int
    df: int

    @property
    def effective_n(self) -> float:
        """The size of the simple random sample that would be as precise: ``n / deff``."""
        return inf if self.deff == 0 else self.n / self.deff


@dataclass(frozen=True)
class Difference:
    """The difference between two independent estimates, second minus first.

    Attributes
    ----------
    value, se, low, high : float
        The difference, its standard error, and the ends of its interval, in the units of the estimates.
    p : float
        Two-sided p value of the hypothesis that there is no difference.
    """

    value: float
    se: float
    low: float
    high: float
    p: float


def srs_share_se(share: float, n: float, deff: float = 1.0) -> float:
    """Give the standard error of a share under simple random sampling, or at an assumed design effect.

    Parameters
    ----------
    share : float
        Share of the people who answered, 0 to 1.
    n : float
        How many people answered.
    deff : float
        Design effect to assume; 1 is simple random sampling.

    Returns
    -------
    float
        ``sqrt(deff * share * (1 - share) / n)``, as a share.

    Raises
    ------
    CourseError
        If the share is outside 0 to 1, or `n` or `deff` is not a finite number above nought.

    References
    ----------
    Kish (1965), *Survey Sampling*.
    """
    if not 0 <= share <= 1:
        raise CourseError(f"a share of {share} was given to srs_share_se: give a number from 0 to 1")
    require_positive("srs_share_se", n=n, deff=deff)
    return sqrt(deff * share * (1 - share) / n)


def interval(value: float, se: float, level: float = 0.95, *, df: float = inf) -> tuple[float, float]:
    """Give the confidence interval ``value ± q * se``.

    Parameters
    ----------
    value, se : float
        An estimate and its standard error, in the same units.
    level : float
        Confidence level, between 0 and 1.
    df : float
        Degrees of freedom of the standard error. Infinite unless given: q is the quantile of the normal
        distribution. Otherwise it is that of Student's t, which few primary sampling units call for.

    Returns
    -------
    tuple of float
        The lower and the upper end. For a share near 0 or 1 they may leave the scale: see `share_interval`.

    Raises
    ------
    CourseError
        If the standard error is negative or not a number, the level is not between 0 and 1, or `df` is not
        above nought.

    References
    ----------
    Korn and Graubard (1999), *Analysis of Health Surveys*.
    """
    if not (np.isfinite(value) and np.isfinite(se) and se >= 0):
        raise CourseError(
            f"interval was given {value} with standard error {se}: both must be numbers, se not negative"
        )
    reach = _quantile(level, df) * se
    return value - reach, value + reach


def wilson_interval(successes: float, n: float, level: float = 0.95) -> tuple[float, float]:
    """Give Wilson's score interval for a share from a simple random sample.

    It stays within 0 and 1, and keeps close to its level in small samples, where the normal interval does
    not.

    Parameters
    ----------
    successes : float
        How many people gave the answer, 0 to `n`.
    n : float
        How many people answered.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    tuple of float
        The lower and the upper end, as shares.

    Raises
    ------
    CourseError
        If `n` is not a finite number above nought, or `successes` is not between 0 and `n`.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22(158), 209-212.
    """
    require_positive("wilson_interval", n=n)
    if not 0 <= successes <= n:
        raise CourseError(f"wilson_interval was given {successes} of {n}: give a count from 0 to {n}")
    z = _quantile(level)
    share = successes / n
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    reach = z / (1 + z**2 / n) * sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    # At 0 and at n the end is exactly 0 or 1, which floating point misses by a hair.
    return (0.0 if successes == 0 else centre - reach), (1.0 if successes == n else centre + reach)


def share_interval(estimate: Estimate, level: float = 0.95) -> tuple[float, float]:
    """Give Wilson's interval for a share from a sample with strata, clusters or weights.

    It is `wilson_interval` at the effective sample size, made smaller where the standard error has few
    degrees of freedom: ``n / deff * (q(n - 1) / q(df))**2`` with q the quantile of Student's t. From a simple
    random sample it is `wilson_interval` itself. Strong clustering in few units still leaves it somewhat
    short of its level, since the design effect is estimated from those units.

    Parameters
    ----------
    estimate : Estimate
        What `design_mean` found from answers of 0 and 1.
    level : float
        Confidence level, between 0 and 1.

    Returns
    -------
    tuple of float
        The lower and the upper end, as shares.

    Raises
    ------
    CourseError
        If the answers were not 0 and 1, the design effect is nought or not known (all answers are equal, in
        the sample or in each stratum), or there are no degrees of freedom.

    References
    ----------
    Wilson (1927), Journal of the American Statistical Association 22(158), 209-212; correction for degrees
    of freedom after Korn and Graubard (1998), Survey Methodology 24; compared with others by Franco, Little,
    Louis and Slud (2019), Journal of Survey Statistics and Methodology 7.
    """
    share, n, deff = estimate.value, estimate.n, estimate.deff
    if not deff > 0:
        raise CourseError(
            "share_interval was given answers without spread, so no design effect is known: "
            "give wilson_interval an effective number, such as n / kish_deff(weights)"
        )
    if not np.isclose(estimate.se**2 / deff, share * (1 - share) / (n - 1), atol=0):
        raise CourseError(
            f"share_interval was given a mean of {share} that is not of answers 0 and 1: use interval"
        )
    effective = estimate.effective_n * (_quantile(level, n - 1) / _quantile(level, estimate.df)) ** 2
    return wilson_interval(share * effective, effective, level)


def kish_deff(weights: npt.ArrayLike) -> float:
    """Give Kish's design effect of unequal weights, ``n * sum(w**2) / sum(w)**2``.

    Parameters
    ----------
    weights : array_like of float, shape (n,)
        Survey weights in any unit. A person of weight nought is not in the sample, nor in n.

    Returns
    -------
    float
        1 for equal weights, more for unequal ones. It knows neither strata, nor clusters, nor the question
        asked.

    Raises
    ------
    CourseError
        If no weight is above nought, they are not one column, or one is missing, negative or infinite.

    References
    ----------
    Kish (1965), *Survey Sampling*.
    """
    w = weight_column("kish_deff", weights)
    return float(np.count_nonzero(w) * np.sum(w**2) / np.sum(w) ** 2)


def design_mean(
    answers: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    strata: npt.ArrayLike | None = None,
    psus: npt.ArrayLike | None = None,
) -> Estimate:
    r"""Estimate a mean, or a share of 0/1 answers, with the standard error that the sampling design implies.

    The mean is :math:`\bar y = \sum w y / \sum w`. Its variance is linearised: with
    :math:`z_{hc} = \sum_{i \in c} w_i (y_i - \bar y) / \sum w` the total of primary sampling unit :math:`c`
    of stratum :math:`h`, and :math:`n_h` such units in the stratum,

    .. math:: \hat V = \sum_h \frac{n_h}{n_h - 1} \sum_c (z_{hc} - \bar z_h)^2 .

    First-stage units are taken as drawn with replacement (no finite population correction), and weights as
    fixed. A person who did not answer, or whose weight is nought, stays in the design with :math:`z = 0`, so
    that strata keep their units: to estimate for a part of the population, mark the answers of the rest as
    missing. A stratum of a single unit has no spread of its own: its unit is compared with the mean of all
    units instead, which errs on the side of caution, and `Estimate.lone_strata` counts such strata. A person
    entered twice cannot be told from two people who agree: drop repeated rows first.

    Parameters
    ----------
    answers : array_like of float, shape (n,)
        Answers; NaN where a person gave none.
    weights : array_like of float, shape (n,), optional
        Survey weights in any unit, none negative. Equal if not given.
    strata : array_like, shape (n,), optional
        The stratum each person was drawn from. One stratum if not given.
    psus : array_like, shape (n,), optional
        The primary sampling unit each person was drawn with, numbered within strata or across them. Each
        person is a unit if not given.

    Returns
    -------
    Estimate
        The mean, its standard error with its degrees of freedom, the number of answers (of weight above
        nought) and the design effect.

    Raises
    ------
    CourseError
        If something is not one column, lengths differ, a weight is missing, negative or infinite, a stratum
        or unit is missing, an answer is infinite or the largest beyond 1e-100 to 1e100 in size, fewer than
        two people answered, or all belong to one primary sampling unit.

    References
    ----------
    Binder (1983), International Statistical Review 51(3), 279-292; Lumley (2010), *Complex Surveys*.
    """
    y = number_column("design_mean", "answers", answers)
    w = np.ones(len(y)) if weights is None else weight_column("design_mean", weights, len(y))
    stratum = np.zeros(len(y), dtype=int) if strata is None else _codes(strata, "strata", len(y))
    psu = np.arange(len(y)) if psus is None else _codes(psus, "psus", len(y))

    answered = ~np.isnan(y) & (w > 0)
    n = int(answered.sum())
    if np.isinf(y).any():
        raise CourseError("design_mean was given an infinite answer: mark missing answers as NaN")
    if n < 2:
        raise CourseError(f"design_mean was given {n} answers: a standard error needs at least two")
    require_squares("design_mean", "answers", y[answered])

    total = w[answered].sum()
    mean = float((w * np.where(answered, y, 0.0)).sum() / total)
    residual = np.where(answered, w * (y - mean), 0.0) / total
    people = pd.DataFrame({"stratum": stratum, "psu": psu, "z": residual, "answered": answered})
    design = people.groupby(["stratum", "psu"]).sum()
    units = design["z"]
    if len(units) < 2:
        raise CourseError(
            "design_mean was given a single primary sampling unit: a standard error needs at least two"
        )

    sizes = units.groupby(level="stratum").transform("size")
    lone = sizes == 1
    # All the residuals add up to nought, and so do the units.
    centre = units.groupby(level="stratum").transform("mean").where(~lone, 0.0)
    scale = (sizes / (sizes - 1)).where(~lone, 1.0)
    variance = float((scale * (units - centre) ** 2).sum())
    # Units that agree within their strata leave the rounding of floats, which is no standard error.
    if sqrt(variance) <= 1e-14 * np.abs(y[answered]).max():
        variance = 0.0

    spread = float((w[answered] * (y[answered] - mean) ** 2).sum() / total) * n / (n - 1)
    deff = variance / (spread / n) if np.ptp(y[answered]) > 0 else float("nan")
    seen = design.index[design["answered"] > 0]
    df = len(seen) - seen.get_level_values("stratum").nunique()
    return Estimate(mean, sqrt(variance), n, deff, int(lone.sum()), df)


def difference(
    first: float, first_se: float, second: float, second_se: float, level: float = 0.95
) -> Difference:
    """Compare two independent estimates: second minus first, with interval and p value.

    Parameters
    ----------
    first, first_se, second, second_se : float
        Two estimates and their standard errors, all in the same units. The samples must be independent: two
        countries, or two surveys of different people.
    level : float
        Confidence level of the interval, between 0 and 1.

    Returns
    -------
    Difference
        Its standard error is ``sqrt(first_se**2 + second_se**2)``; interval and p value are from the normal
        distribution.

    Raises
    ------
    CourseError
        If both standard errors are nought, or one is negative or not a number.
    """
    if not (np.isfinite([first, second, first_se, second_se]).all() and min(first_se, second_se) >= 0):
        raise CourseError(
            "difference was given a missing number or a negative standard error: give two full estimates"
        )
    se = hypot(first_se, second_se)
    if se == 0:
        raise CourseError(
            "difference was given two standard errors of nought: without them nothing can be compared"
        )
    value = second - first
    low, high = interval(value, se, level)
    return Difference(value, se, low, high, float(2 * norm.sf(abs(value) / se)))


def all_pairs(values: pd.Series[float], ses: pd.Series[float], level: float = 0.95) -> pd.DataFrame:
    """Compare every pair of independent estimates, and pay for having looked at all of them.

    Parameters
    ----------
    values : Series of float
        Independent estimates, all in the same units; the index names them.
    ses : Series of float
        Their standard errors, with the same labels in any order.
    level : float
        Confidence that *all* the intervals hold at once.

    Returns
    -------
    DataFrame
        A row for each of the m pairs: ``first``, ``second`` (labels), ``difference`` (second minus first),
        ``se``, ``low`` and ``high`` (simultaneous intervals by Bonferroni: each at level ``1 - (1 - level) /
        m``), ``p`` (alone) and ``p_holm`` (adjusted by Holm's steps). Holm's test is the sharper of the two,
        so it can separate a pair whose Bonferroni interval still holds nought.

    Raises
    ------
    CourseError
        If there are fewer than two estimates, labels differ or come twice, a number is missing or infinite,
        a standard error is negative, or two of them are nought.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70.
    """
    if len(values) < 2:
        raise CourseError(f"all_pairs was given {len(values)} estimates: a comparison needs at least two")
    require_level(level)
    v = number_series("all_pairs", "estimates", values)
    se = number_series("all_pairs", "standard errors", ses, values.index)
    pairs = list(combinations(range(len(v)), 2))
    each = 1 - (1 - level) / len(pairs)
    found = []
    for i, j in pairs:
        try:
            found.append(difference(v[i], se[i], v[j], se[j], each))
        except CourseError as error:
            raise CourseError(f"all_pairs, {values.index[i]!r} and {values.index[j]!r}: {error}") from None
    return pd.DataFrame(
        {
            "first": [values.index[i] for i, _ in pairs],
            "second": [values.index[j] for _, j in pairs],
            "difference": [d.value for d in found],
            "se": [d.se for d in found],
            "low": [d.low for d in found],
            "high": [d.high for d in found],
            "p": [d.p for d in found],
            "p_holm": holm([d.p for d in found]),
        }
    )


def holm(p_values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Adjust p values by Holm's steps, so that any false alarm among them is no likelier than the level.

    Parameters
    ----------
    p_values : array_like of float, shape (m,)
        P values of m comparisons; they may depend on one another.

    Returns
    -------
    ndarray of float, shape (m,)
        Adjusted p values, in the same order: the k-th smallest times ``m - k + 1``, never falling, at most 1.

    Raises
    ------
    CourseError
        If they are not one column, or one is missing or outside 0 to 1.

    References
    ----------
    Holm (1979), Scandinavian Journal of Statistics 6(2), 65-70.
    """
    p = number_column("holm", "p values", p_values)
    if not ((p >= 0) & (p <= 1)).all():
        raise CourseError("holm was given a p value that is missing or outside 0 to 1")
    order = np.argsort(p)
    steps = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1))
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum(steps, 1.0)
    return adjusted


def _quantile(level: float, df: float = inf) -> float:
    require_level(level)
    if not df > 0:
        raise CourseError(
            f"an interval with {df} degrees of freedom was asked for: it needs more units than strata"
        )
    return float(t.isf((1 - level) / 2, df))


def _codes(labels: npt.ArrayLike, name: str, n: int) -> npt.NDArray[np.intp]:
    # An array of words would spell a missing label out as one more.
    column = np.asarray(labels, dtype=object)
    require_column("design_mean", name, column, n)
    codes, _ = pd.factorize(column)
    if (codes < 0).any():
        raise CourseError(
            f"design_mean: {name} missing at row {int(np.flatnonzero(codes < 0)[0])}; every person has one"
        )
    return codes

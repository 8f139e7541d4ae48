"""Places in a league table, and how far sampling error lets anyone claim them.

A place is ``1 + (number of units with a larger value)``, so that 1 is the best, and units of equal value
share a place and leave the next ones empty: 1, 2, 2, 4. Values next to one another in order are equal if they
differ by no more than a trillionth of the largest, so that rounding breaks no tie.
"""

from __future__ import annotations

from collections.abc import Hashable, Sequence

import numpy as np
import pandas as pd
from scipy.stats import norm

from klasteryste.errors import CourseError
from klasteryste.methods import _scores
from klasteryste.methods._checks import require_squares, require_whole
from klasteryste.methods._frames import Floats, Integers, Marks, number_series, number_table

# Differences drawn at once: what fits the processor's cache is fastest, and memory stays small.
BLOCK = 200_000


def rank(values: pd.Series[float]) -> pd.Series[int]:
    """Give each unit's place: 1 for the largest value, and equal places for equal values.

    Parameters
    ----------
    values : Series of float
        A value a unit, more being better.

    Returns
    -------
    Series of int
        ``1 + (number of units with a larger value)``.

    Raises
    ------
    CourseError
        If there are none, one is missing or infinite, all are of extreme size, or a unit comes twice.
    """
    if len(values) == 0:
        raise CourseError("rank was given no values: give one a unit")
    found = number_series("rank", "value", values)
    require_squares("rank", "values", found)
    return pd.Series(_scores.places(found), values.index, dtype=int)


def mean_rank_shift(reference: pd.Series[float], other: pd.Series[float]) -> float:
    r"""Say by how many places units move, on average, between two indices.

    Parameters
    ----------
    reference, other : Series of float
        Two indices of the same units, more being better; `other` may come in another order.

    Returns
    -------
    float
        :math:`\bar R = \frac{1}{n} \sum_i |r_i^{ref} - r_i|`.

    Raises
    ------
    CourseError
        As `rank`, and if the units differ.

    References
    ----------
    Saisana, Saltelli and Tarantola (2005), Journal of the Royal Statistical Society A, DOI
    10.1111/j.1467-985X.2005.00350.x.
    """
    where = "mean_rank_shift"
    moved = pd.Series(number_series(where, "other index", other, reference.index), reference.index)
    return float(_scores.mean_shift(rank(moved).to_numpy(), rank(reference).to_numpy()))


def joint_rank_intervals(
    estimates: pd.Series[float], ses: pd.Series[float], level: float = 0.95, *, independent: bool = True
) -> pd.DataFrame:
    """Give intervals that hold all true places at once, from joint confidence intervals of the values.

    A unit is certainly above another if the two intervals do not overlap. If all n intervals hold their true
    values, all places are held too:

        ``best = 1 + #{j: low_j > high_i}``,  ``worst = n - #{j: high_j < low_i}``.

    Where true values are equal, every place that the tied units could share is held as well.

    Parameters
    ----------
    estimates, ses : Series of float
        Estimates, more being better, and their standard errors in the same units, nought where a value is
        known exactly. Estimates are taken as normal about the truth, and standard errors as known.
    level : float
        Confidence that *all* the intervals hold at once, between 0.5 and 1.
    independent : bool
        With independent estimates each interval is at ``level**(1 / n)``; otherwise (False) at
        ``1 - (1 - level) / n`` (Bonferroni), which holds under any dependence.

    Returns
    -------
    DataFrame
        A row a unit: ``estimate``, ``low`` and ``high`` (its interval), ``rank``, ``best`` and ``worst``.

    Raises
    ------
    CourseError
        If there are fewer than two units, one comes twice, labels differ, something is missing, infinite or
        of extreme size, a standard error is negative, or the level is not between 0.5 and 1.

    References
    ----------
    Klein, Wright and Wieczorek (2020), Journal of the Royal Statistical Society C, DOI 10.1111/rssc.12402.
    """
    where = "joint_rank_intervals"
    centre, se = _estimates(where, estimates, level), _standard_errors(where, ses, estimates.index)
    n = len(centre)
    each = level ** (1 / n) if independent else 1 - (1 - level) / n
    reach = norm.ppf((1 + each) / 2) * se
    low, high = centre - reach, centre + reach
    places = _scores.places(centre)
    # Without errors, values that rounding alone tells apart share a place.
    above = (low[:, None] > high) & (places[:, None] < places)
    return pd.DataFrame(
        {
            "estimate": centre,
            "low": low,
            "high": high,
            "rank": places,
            "best": 1 + above.sum(axis=0),
            "worst": n - above.sum(axis=1),
        },
        index=estimates.index,
    )


def pairwise_rank_intervals(
    estimates: pd.Series[float],
    errors: pd.Series[float] | pd.DataFrame,
    level: float = 0.95,
    *,
    simultaneous: bool = True,
    units: Sequence[Hashable] | None = None,
    stepdown: bool = True,
    draws: int = 10_000,
    seed: int,
) -> pd.DataFrame:
    r"""Give intervals for places from comparisons of every unit with every other.

    Hypothesis :math:`H_{jk}: \theta_j \le \theta_k` is rejected, so that j is above k, if
    :math:`(\hat\theta_j - \hat\theta_k) / s_{jk} > c`, where :math:`s_{jk}` is the standard error of the
    difference and c the quantile, at `level`, of the largest such ratio when there is nothing but noise,
    found by drawing. With ``stepdown`` what was rejected leaves the family, c is found anew, and so on until
    nothing more is rejected; the chance of any false rejection is at most ``1 - level``. Then

        ``best = 1 + #{k: k above i}``,  ``worst = n - #{k: i above k}``.

    With independent estimates of equal standard error these intervals are never wider than those of
    `joint_rank_intervals`, and mostly narrower. Where true values are equal, every place the tied units could
    share is held as well.

    Time grows with the square of the number of units: a minute or so for three hundred.

    Parameters
    ----------
    estimates : Series of float
        Estimates, more being better, taken as normal about the truth.
    errors : Series or DataFrame of float
        The standard errors of independent estimates (a Series), or the covariance matrix of dependent ones (a
        DataFrame named like `estimates` on both sides). They are taken as known.
    level : float
        Confidence, between 0.5 and 1.
    simultaneous : bool
        Whether the level is for *all* intervals at once, as a whole league table needs (True), or for each
        alone, as a question about one unit named beforehand needs (False).
    units : sequence, optional
        Without `simultaneous`, the units asked about; all if not given. Fewer take less time, and come out as
        they do among all.
    stepdown : bool
        Whether to step down.
    draws : int
        Draws of noise for c, at least 100.
    seed : int
        Same seed, same answer.

    Returns
    -------
    DataFrame
        A row a unit (one of `units`, if given): ``estimate``, ``rank``, ``best`` and ``worst``.

    Raises
    ------
    CourseError
        As `joint_rank_intervals`, and if a covariance matrix has gaps, is not symmetric or has a negative
        eigenvalue, there are too few draws, or `units` names one without an estimate or is given where
        intervals are simultaneous.

    References
    ----------
    Mogstad, Romano, Shaikh and Wilhelm (2024), Review of Economic Studies, DOI 10.1093/restud/rdad006.
    """
    where = "pairwise_rank_intervals"
    centre = _estimates(where, estimates, level)
    require_whole(where, fewest=100, draws=draws)
    asked = list(estimates.index if units is None else units)
    for unit in asked:
        if unit not in estimates.index:
            raise CourseError(f"{where} was asked about {unit!r}, which has no estimate: name one that has")
    if units is not None and simultaneous:
        raise CourseError(f"{where}: intervals of all units at once need all units: leave `units` out")
    covariance = _covariance(where, errors, estimates.index)
    noise = _noise(where, covariance, draws, seed)
    places, n = _scores.places(centre), len(centre)
    first, second = np.nonzero(~np.eye(n, dtype=bool))
    families = (
        {0: np.ones(len(first), dtype=bool)}
        if simultaneous
        else {i: (first == i) | (second == i) for i in map(int, estimates.index.get_indexer(pd.Index(asked)))}
    )
    best, worst = np.ones(n, dtype=int), np.full(n, n)
    for position, family in families.items():
        j, k = first[family], second[family]
        # Without errors, values that rounding alone tells apart share a place.
        gap = np.where(places[j] == places[k], 0.0, centre[j] - centre[k])
        above = _above(gap, _difference_se(covariance, j, k), noise, (j, k), level, stepdown)
        better, worse = np.bincount(k[above], minlength=n), np.bincount(j[above], minlength=n)
        concerned = slice(None) if simultaneous else slice(position, position + 1)
        best[concerned] += better[concerned]
        worst[concerned] -= worse[concerned]
    return pd.DataFrame(
        {"estimate": centre, "rank": places, "best": best, "worst": worst},
        index=estimates.index,
    ).loc[asked]


def _above(
    gap: Floats, se: Floats, noise: Floats, pairs: tuple[Integers, Integers], level: float, stepdown: bool
) -> Marks:
    """Say of which pairs the first is above the second, controlling the family-wise error."""
    # A difference without error is known, and needs no share of the family's chance of error.
    above: Marks = (se == 0) & (gap > 0)
    open_ = se > 0
    while open_.any():
        critical = _critical(noise, pairs[0][open_], pairs[1][open_], se[open_], level)
        new = open_ & (gap > critical * se)
        above |= new
        open_ &= ~new
        if not (stepdown and new.any()):
            break
    return above


def _critical(noise: Floats, first: Integers, second: Integers, se: Floats, level: float) -> float:
    """Give the quantile of the largest standardised difference of pure noise."""
    size = max(1, BLOCK // len(se))
    largest = [
        ((block[:, first] - block[:, second]) / se).max(axis=1)
        for block in np.split(noise, range(size, len(noise), size))
    ]
    return float(np.quantile(np.concatenate(largest), level, method="higher"))


def _noise(where: str, covariance: Floats, draws: int, seed: int) -> Floats:
    values, vectors = np.linalg.eigh(covariance)
    if values[0] < -1e-8 * values[-1]:
        raise CourseError(
            f"{where} was given a covariance matrix with a negative eigenvalue: no errors have it"
        )
    standard = np.random.default_rng(seed).standard_normal((draws, len(values)))
    return np.asarray(standard * np.sqrt(values.clip(min=0)) @ vectors.T)


def _difference_se(covariance: Floats, j: Integers, k: Integers) -> Floats:
    variance = np.diag(covariance)
    both = variance[j] + variance[k]
    of_difference = both - 2 * covariance[j, k]
    # Errors that move together leave a difference without error, which floating point misses by a hair.
    return np.sqrt(np.where(of_difference > 1e-12 * both, of_difference, 0.0))


def _estimates(where: str, estimates: pd.Series[float], level: float) -> Floats:
    if not 0.5 < level < 1:
        raise CourseError(
            f"{where} was given a level of {level}: give a number between 0.5 and 1, such as 0.95"
        )
    if len(estimates) < 2:
        raise CourseError(f"{where} was given {len(estimates)} estimates: a place needs at least two units")
    found = number_series(where, "estimate", estimates)
    require_squares(where, "estimates", found)
    return found


def _standard_errors(where: str, ses: pd.Series[float], labels: pd.Index) -> Floats:
    found = number_series(where, "standard error", ses, labels)
    if (found < 0).any():
        raise CourseError(f"{where} was given the standard error {found.min()}: none may be negative")
    require_squares(where, "standard errors", found)
    return found


def _covariance(where: str, errors: pd.Series[float] | pd.DataFrame, labels: pd.Index) -> Floats:
    if isinstance(errors, pd.Series):
        return np.diag(_standard_errors(where, errors, labels) ** 2)
    number_table(where, errors)
    if set(errors.index) != set(labels) or set(errors.columns) != set(labels):
        raise CourseError(f"{where} was given a covariance matrix with other labels: name both sides alike")
    found = errors.loc[labels, labels].to_numpy(dtype=float)
    if not np.allclose(found, found.T, atol=1e-12 * np.abs(found).max()):
        raise CourseError(f"{where} was given a covariance matrix that is not symmetric: mend it")
    return found

"""How many people to ask, in how many places: what change or effect a design can be expected to show."""

from __future__ import annotations

from math import ceil, hypot, inf, sqrt

from scipy.optimize import brentq
from scipy.stats import chi2, nct, norm, t

from klasteryste.errors import CourseError
from klasteryste.methods._checks import require_positive


def multiplier(alpha: float = 0.05, power: float = 0.8, *, df: float = inf) -> float:
    """Say how many standard errors a change must measure to be seen.

    Parameters
    ----------
    alpha : float
        Two-sided risk of announcing a change where there is none, between 0 and 1.
    power : float
        Chance of announcing a change that is there, with its right sign, between `alpha` and 1.
    df : float
        Degrees of freedom of the standard error that the change will be tested with. Infinite unless given.

    Returns
    -------
    float
        The normal quantiles at ``1 - alpha / 2`` and at `power`, added: about 2.8 at the usual values. With
        `df` the exact answer of the t test, right to seven digits: the noncentrality at which the noncentral
        t distribution exceeds its critical value with chance `power`.

    Raises
    ------
    CourseError
        Unless ``0 < alpha < power < 1`` and `df` is at least 1; with `df`, also if `power` is above 0.99999
        or the critical value of the t test above 10,000, beyond which seven digits are not sure.

    References
    ----------
    Bloom (1995), Evaluation Review 19(5), 547-556, doi:10.1177/0193841X9501900504; Cohen (1988),
    *Statistical Power Analysis for the Behavioral Sciences*.
    """
    if not 0 < alpha < power < 1:
        raise CourseError(f"alpha = {alpha} and power = {power} were given: give 0 < alpha < power < 1")
    if df == inf:
        return float(norm.isf(alpha / 2) + norm.ppf(power))
    if not df >= 1:
        raise CourseError(f"multiplier was given df = {df}: give at least 1")
    critical = float(t.isf(alpha / 2, df))
    # For a minute alpha scipy gives minus infinity.
    if not 0 < critical <= 1e4 or power > 0.99999:
        raise CourseError(
            f"multiplier was given alpha = {alpha} and power = {power} with df = {df}: no sure answer can be "
            "computed, so give a larger alpha or df, and a power of at most 0.99999"
        )
    # A change is missed only if it is measured too small or its standard error too large. From `far` on,
    # each of the two happens at most half as often as `power` allows.
    half = (1 - power) / 2
    far = critical * sqrt(chi2.isf(half, df) / df) + norm.isf(half)
    return float(brentq(lambda shift: nct.sf(critical, df, shift) - power, 0.0, far, xtol=1e-12))


def cluster_deff(people: float, icc: float) -> float:
    """Give the design effect of asking people in groups who resemble one another.

    Parameters
    ----------
    people : float
        People asked in each group (a staircase, a class, a village), the same in all, at least 1.
    icc : float
        Intraclass correlation: the part of the variance that lies between groups, 0 to 1.

    Returns
    -------
    float
        ``1 + (people - 1) * icc``, the `deff` of `detectable_change`, whether groups are drawn into a survey
        or allotted to the two arms of an experiment. With m groups in each, give it ``df = 2 * m - 2`` too.

    Raises
    ------
    CourseError
        If `people` is not a finite number of at least 1, or `icc` is outside 0 to 1.

    References
    ----------
    Kish (1965), *Survey Sampling*; Donner and Klar (2000), *Design and Analysis of Cluster Randomization
    Trials in Health Research*.
    """
    if not (1 <= people < inf and 0 <= icc <= 1):
        raise CourseError(
            f"cluster_deff was given people = {people} and icc = {icc}: give at least 1, and from 0 to 1"
        )
    return 1 + (people - 1) * icc


def detectable_change(
    n: float,
    sd: float,
    *,
    deff: float = 1.0,
    population: float = inf,
    df: float = inf,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """Give the smallest change that two independent surveys of `n` people each can be expected to show.

    Two arms of `n` people each in an experiment are the same sum.

    Parameters
    ----------
    n : float
        People who answer in each survey.
    sd : float
        Standard deviation of the answers, taken as the same both times; for a share p, ``sqrt(p * (1 - p))``.
    deff : float
        Design effect of each survey.
    population : float
        How many people there are to ask. Infinite unless given: no finite population correction.
    df, alpha, power : float
        As in `multiplier`.

    Returns
    -------
    float
        ``multiplier * sqrt(2 * deff * sd**2 * (1 / n - 1 / population))``, in the units of `sd`.

    Raises
    ------
    CourseError
        As `multiplier` does; if a number is not above nought, or one other than `population` is infinite, or
        more people are asked than there are.

    References
    ----------
    Bloom (1995), Evaluation Review 19(5), 547-556; correction for a finite population after Kish (1965),
    *Survey Sampling*.
    """
    return multiplier(alpha, power, df=df) * sqrt(2) * _mean_se("detectable_change", n, sd, deff, population)


def detectable_did(
    n: float,
    sd: float,
    *,
    treated: int = 1,
    comparison: int = 1,
    place_sd: float = 0.0,
    deff: float = 1.0,
    population: float = inf,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    r"""Give the smallest effect that a difference in differences can be expected to show.

    Each place is surveyed once before and once after, each time with people drawn anew. The effect is
    estimated by the mean change of the treated places less the mean change of the comparison places, whose
    variance is

    .. math:: 2 \left(\frac{1}{T} + \frac{1}{C}\right)
        \left(\mathrm{deff}\,\sigma^2 \left(\frac1n - \frac1N\right) + \tau^2\right).

    :math:`\tau`, the spread of the shocks that move a whole place in a single round (a factory that closes, a
    scandal), does not shrink with the number of people asked: only more places help. It has to be estimated
    from how much places of a group differ in their changes, which leaves :math:`T + C - 2` degrees of
    freedom. With **one treated place** its own shock and the effect are one number, which no survey of it
    takes apart: the comparison places stand in for it, on the assumption that shocks are alike everywhere.
    With **one place on either side** the shocks cannot be estimated at all, and an effect can be told from
    them only by assuming that there are none.

    Parameters
    ----------
    n : float
        People who answer in each place in each round.
    sd : float
        Standard deviation of the answers within a place, the same in all places and rounds.
    treated, comparison : int
        How many places there are with and without the treatment: T and C.
    place_sd : float
        Standard deviation of the shocks, independent from place to place and from round to round, in the
        units of `sd`. Nought, unless given, assumes that there are none; any number above it, however small,
        means that they are estimated, with T + C - 2 degrees of freedom, so the answer jumps there.
    deff, population : float
        As in `detectable_change`, in each place.
    alpha, power : float
        As in `multiplier`.

    Returns
    -------
    float
        `multiplier` times the standard error, in the units of `sd`. With one place on either side and without
        shocks, ``multiplier * sqrt(4 * deff * sd**2 / n)`` in a large population.

    Raises
    ------
    CourseError
        As `multiplier` does; if a number is not above nought, `place_sd` is negative, a number other than
        `population` is infinite, more people are asked than there are, there are no whole numbers of places,
        or there are shocks and just one place on either side.

    References
    ----------
    Bloom (1995), Evaluation Review 19(5), 547-556; Donald and Lang (2007), Review of Economics and Statistics
    89(2), 221-233; for one treated place Conley and Taber (2011), Review of Economics and Statistics 93(1),
    113-125.
    """
    mean_se = _mean_se("detectable_did", n, sd, deff, population)
    for name, places in (("treated", treated), ("comparison", comparison)):
        if not (places >= 1 and float(places).is_integer()):
            raise CourseError(f"detectable_did was given {name} = {places}: give a whole number of places")
    if not 0 <= place_sd < inf:
        raise CourseError(
            f"detectable_did was given place_sd = {place_sd}: give a finite number, not negative"
        )
    if place_sd > 0 and treated + comparison == 2:
        raise CourseError(
            "detectable_did was given shocks with one treated and one comparison place: the effect cannot be "
            "told from them, so add comparison places"
        )
    df = treated + comparison - 2 if place_sd > 0 else inf
    se = sqrt(2 * (1 / treated + 1 / comparison)) * hypot(mean_se, place_sd)
    return multiplier(alpha, power, df=df) * se


def sample_size(
    change: float,
    sd: float,
    *,
    deff: float = 1.0,
    population: float = inf,
    alpha: float = 0.05,
    power: float = 0.8,
) -> int:
    """Give the number of people who must answer, in each of two independent surveys, for a change to be seen.

    Parameters
    ----------
    change : float
        The change to be seen, in the units of `sd`; its sign does not matter.
    sd, deff, population, alpha, power : float
        As in `detectable_change`, of which this is the inverse where `df` is infinite.

    Returns
    -------
    int
        ``m / (1 + m / population)`` with ``m = 2 * deff * (multiplier * sd / change)**2``, rounded up; at
        least 1.

    Raises
    ------
    CourseError
        If `change` is nought, another number is not above nought, one other than `population` is infinite, or
        the change is so small that there is no such number.
    """
    require_positive("sample_size", change=abs(change), sd=sd, deff=deff)
    _require_population("sample_size", population)
    ratio = multiplier(alpha, power) * (sd / abs(change))
    unlimited = 2 * deff * ratio * ratio
    if not unlimited < inf:
        raise CourseError(
            f"sample_size was given change = {change} with sd = {sd} and deff = {deff}: no number of people "
            "is enough, so give a larger change"
        )
    needed = unlimited / (1 + unlimited / population)
    # The rounding of floats lifts whole numbers a hair above themselves, which is not one more person.
    return max(1, ceil(needed * (1 - 1e-12)))


def _mean_se(where: str, n: float, sd: float, deff: float, population: float) -> float:
    require_positive(where, n=n, sd=sd, deff=deff)
    _require_population(where, population)
    if n > population:
        raise CourseError(f"{n} people asked of {population}: a survey cannot ask more people than there are")
    return sd * sqrt(deff * (1 / n - 1 / population))


def _require_population(where: str, population: float) -> None:
    if population != inf:
        require_positive(where, population=population)

"""How many people to ask: what change two independent surveys of the same population can show."""

from __future__ import annotations

from math import ceil, inf, sqrt

from scipy.stats import norm

from klasteryste.errors import CourseError
from klasteryste.methods._checks import require_positive


def multiplier(alpha: float = 0.05, power: float = 0.8) -> float:
    """Say how many standard errors a change must measure to be seen.

    Parameters
    ----------
    alpha : float
        Two-sided risk of announcing a change where there is none, between 0 and 1.
    power : float
        Chance of announcing a change that is there, between `alpha` and 1.

    Returns
    -------
    float
        The normal quantiles at ``1 - alpha / 2`` and at `power`, added: about 2.8 at the usual values.

    Raises
    ------
    CourseError
        Unless ``0 < alpha < power < 1``.

    References
    ----------
    Bloom (1995), Evaluation Review 19(5), 547-556, doi:10.1177/0193841X9501900504.
    """
    if not 0 < alpha < power < 1:
        raise CourseError(f"alpha = {alpha} and power = {power} were given: give 0 < alpha < power < 1")
    return float(norm.isf(alpha / 2) + norm.ppf(power))


def detectable_change(
    n: float,
    sd: float,
    *,
    deff: float = 1.0,
    population: float = inf,
    alpha: float = 0.05,
    power: float = 0.8,
) -> float:
    """Give the smallest change that two independent surveys of `n` people each can be expected to show.

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
    alpha, power : float
        As in `multiplier`.

    Returns
    -------
    float
        ``multiplier * sqrt(2 * deff * sd**2 * (1 / n - 1 / population))``, in the units of `sd`.

    Raises
    ------
    CourseError
        If a number is not above nought, or one other than `population` is infinite, or more people are asked
        than there are.

    References
    ----------
    Bloom (1995), Evaluation Review 19(5), 547-556; correction for a
    finite population after Kish (1965), *Survey Sampling*.
    """
    _require_numbers("detectable_change", population, n=n, sd=sd, deff=deff)
    if n > population:
        raise CourseError(f"{n} people asked of {population}: a survey cannot ask more people than there are")
    return multiplier(alpha, power) * sqrt(2 * deff * sd**2 * (1 / n - 1 / population))


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
        As in `detectable_change`, of which this is the inverse.

    Returns
    -------
    int
        ``m / (1 + m / population)`` with ``m = 2 * deff * (multiplier * sd / change)**2``, rounded up.

    Raises
    ------
    CourseError
        If `change` is nought, another number is not above nought, or one other than `population` is infinite.
    """
    _require_numbers("sample_size", population, change=abs(change), sd=sd, deff=deff)
    unlimited = 2 * deff * (multiplier(alpha, power) * sd / change) ** 2
    return ceil(unlimited / (1 + unlimited / population))


def _require_numbers(where: str, population: float, **numbers: float) -> None:
    require_positive(where, **numbers)
    if population != inf:
        require_positive(where, population=population)

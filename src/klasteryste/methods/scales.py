"""How reliable the sum of several questions is: Cronbach's alpha, McDonald's omega, and their intervals."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from statsmodels.multivariate.factor import Factor

from klasteryste.errors import CourseError
from klasteryste.methods._checks import number_array, require_level, require_squares, weight_column

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class OneFactor:
    """The model of one common factor: ``covariance = outer(loadings, loadings) + diag(uniquenesses)``.

    Attributes
    ----------
    loadings : ndarray of float, shape (k,)
        How far each answer moves with the factor, in the units of the answers. They add up to nought or more.
    uniquenesses : ndarray of float, shape (k,)
        The variance of each answer that the factor leaves over, in squared units; all above nought.
    """

    loadings: Floats
    uniquenesses: Floats


@dataclass(frozen=True)
class Reliability:
    """A coefficient of reliability with its interval.

    Attributes
    ----------
    value, low, high : float
        The coefficient and the ends of its interval: the part of the variance of the sum that is not noise.
    n : int
        How many people (of weight above nought) answered every item: those it is computed from.
    incomplete : int
        How many were left out because an answer is missing.
    unsolved : int
        How many resamples had no such coefficient, and so do not count for the interval.
    """

    value: float
    low: float
    high: float
    n: int
    incomplete: int
    unsolved: int


def covariance(items: npt.ArrayLike, weights: npt.ArrayLike | None = None) -> Floats:
    """Give the covariances between items over the people who answered all of them.

    Parameters
    ----------
    items : array_like of float, shape (n, k)
        A row a person, a column an item, all on one scale and in one direction; NaN where an answer is
        missing.
    weights : array_like of float, shape (n,), optional
        Survey weights in any unit, none negative. Equal if not given.

    Returns
    -------
    ndarray of float, shape (k, k)
        ``sum(w * (x - mean) * (y - mean)) / (sum(w) - sum(w**2) / sum(w))``: the usual ``n - 1`` below if
        weights are equal. A person with any answer missing, or of weight nought, is left out.

    Raises
    ------
    CourseError
        If items are not a table of at least two columns of numbers, an answer is infinite or the largest
        beyond 1e-100 to 1e100 in size, fewer than two people answered all items, they all gave one answer to
        an item, or weights are not as said.
    """
    x, w, _ = _complete("covariance", items, weights)
    return np.cov(x, rowvar=False, aweights=w)


def alpha(covariances: npt.ArrayLike) -> float:
    r"""Give Cronbach's alpha from the covariances between items.

    .. math:: \alpha = \frac{k}{k - 1} \left(1 - \frac{\sum_i \sigma_i^2}{\sigma_X^2}\right)

    It is the reliability of the sum X of the k items if all measure one thing equally well and their errors
    are unrelated; if some measure it better than others, it is less than the reliability. A high alpha does
    not show that there is one thing.

    Parameters
    ----------
    covariances : array_like of float, shape (k, k)
        Covariances between the items, as `covariance` gives them; k at least 2.

    Returns
    -------
    float
        At most 1. Negative where items run against one another: turn their answers round first.

    Raises
    ------
    CourseError
        If it is not a matrix of covariances, or an item or the sum does not vary.

    References
    ----------
    Cronbach (1951), Psychometrika 16, 297-334, doi:10.1007/BF02310555; Sijtsma (2009), Psychometrika 74,
    doi:10.1007/s11336-008-9101-0.
    """
    s = _covariances("alpha", covariances, fewest=2)
    k, total = len(s), s.sum()
    if not total > 1e-12 * np.trace(s):
        raise CourseError(
            "alpha was given items whose sum does not vary: turn round those that run against it"
        )
    # Of items that are all the same, rounding makes a little more than 1.
    return min(1.0, float(k / (k - 1) * (1 - np.trace(s) / total)))


def one_factor(covariances: npt.ArrayLike) -> OneFactor:
    r"""Fit one common factor to the covariances between items.

    With three items there is one solution, :math:`\lambda_1^2 = \sigma_{12} \sigma_{13} / \sigma_{23}` and so
    on, and nothing is left to test the model with. With more it is fitted by maximum likelihood.

    Parameters
    ----------
    covariances : array_like of float, shape (k, k)
        Covariances between the items, as `covariance` gives them; k at least 3.

    Returns
    -------
    OneFactor
        Loadings and uniquenesses.

    Raises
    ------
    CourseError
        If it is not a matrix of covariances of at least three items, none of them of variance nought, or one
        factor cannot give it: the signs of three covariances contradict one another, one is nought, an item
        would keep no variance of its own (a Heywood case, as of an item entered twice), or the fit does not
        converge, as where items are all but the same.

    References
    ----------
    McDonald (1999), *Test Theory*, doi:10.4324/9781410601087.
    """
    s = _covariances("one_factor", covariances, fewest=3)
    sd = np.sqrt(np.diag(s))
    r = s / np.outer(sd, sd)
    standard = _three_loadings(r) if len(r) == 3 else _likeliest_loadings(r)
    unique = 1 - standard**2
    if not (unique > 1e-6).all():
        raise CourseError(
            f"one_factor: item {int(np.argmin(unique)) + 1} would keep no variance of its own (a Heywood "
            "case): leave it out, or ask more people"
        )
    return OneFactor(standard * sd * (1 if standard @ sd >= 0 else -1), unique * sd**2)


def omega(covariances: npt.ArrayLike) -> float:
    r"""Give McDonald's omega from the covariances between items.

    .. math:: \omega = \frac{(\sum_i \lambda_i)^2}{(\sum_i \lambda_i)^2 + \sum_i \psi_i}

    with loadings :math:`\lambda` and uniquenesses :math:`\psi` of one common factor (`one_factor`). It is the
    reliability of the sum of the items if one factor is all that they share. Alpha is then no larger, and as
    large only if all loadings are equal.

    Parameters
    ----------
    covariances : array_like of float, shape (k, k)
        Covariances between the items, as `covariance` gives them; k at least 3.

    Returns
    -------
    float
        Between 0 and 1.

    Raises
    ------
    CourseError
        Where `one_factor` has no solution, or an item runs against the others.

    References
    ----------
    McDonald (1999), *Test Theory*, doi:10.4324/9781410601087; Revelle and Zinbarg (2009), Psychometrika 74,
    doi:10.1007/s11336-008-9102-z.
    """
    model = one_factor(covariances)
    if (model.loadings < 0).any():
        raise CourseError(
            f"omega: item {int(np.argmin(model.loadings)) + 1} runs against the others: turn it round first"
        )
    common = model.loadings.sum() ** 2
    return float(common / (common + model.uniquenesses.sum()))


def reliability(
    items: npt.ArrayLike,
    coefficient: Callable[[npt.ArrayLike], float],
    weights: npt.ArrayLike | None = None,
    *,
    level: float = 0.95,
    resamples: int = 2000,
    seed: int,
) -> Reliability:
    """Estimate a coefficient of reliability, with its percentile interval from the bootstrap.

    People are drawn anew from those who answered every item, as many, with replacement and with their
    weights, and the coefficient is computed again; the interval leaves out the same part of these values at
    either end. That suits people who were drawn one by one: neighbours drawn together, or a person entered
    twice, make it too narrow. It is best kept for samples of a hundred and more. Resamples in which an item
    does not vary, or without a solution (`one_factor` says when), are left out and counted: many of them are
    a sign of a small sample or a weak scale.

    Parameters
    ----------
    items, weights
        As in `covariance`.
    coefficient : callable
        `alpha` or `omega`. Omega of more than three items takes seconds, since each resample is fitted.
    level : float
        Confidence level, between 0 and 1.
    resamples : int
        How many resamples to draw, at least 100.
    seed : int
        Where the random numbers start: the same seed gives the same interval.

    Returns
    -------
    Reliability
        The coefficient, its interval, and how many people and resamples counted.

    Raises
    ------
    CourseError
        As `covariance` and the coefficient do, if there are fewer than 100 resamples, or if more than half of
        them have no such coefficient.

    References
    ----------
    Efron and Tibshirani (1993), *An Introduction to the Bootstrap*; for omega, Padilla and Divers (2013),
    Educational and Psychological Measurement 73, doi:10.1177/0013164413492765.
    """
    require_level(level)
    if resamples < 100:
        raise CourseError(f"reliability was given {resamples} resamples: give at least 100")
    x, w, incomplete = _complete("reliability", items, weights)
    value = coefficient(np.cov(x, rowvar=False, aweights=w))

    rng = np.random.default_rng(seed)
    n = len(x)
    found = []
    for _ in range(resamples):
        drawn = rng.integers(n, size=n)
        with suppress(CourseError):
            found.append(coefficient(np.cov(x[drawn], rowvar=False, aweights=w[drawn])))
    unsolved = resamples - len(found)
    if unsolved > resamples / 2:
        raise CourseError(
            f"reliability: {unsolved} of {resamples} resamples have no such coefficient: "
            f"{n} people are too few for an interval"
        )
    low, high = np.quantile(found, [(1 - level) / 2, (1 + level) / 2])
    return Reliability(value, float(low), float(high), n, incomplete, unsolved)


def _complete(where: str, items: npt.ArrayLike, weights: npt.ArrayLike | None) -> tuple[Floats, Floats, int]:
    """Give the complete answers, the weights of those who gave them, and how many people are left out."""
    x = number_array(where, "items", items)
    if x.ndim != 2 or x.shape[1] < 2:
        raise CourseError(
            f"{where} was given items of shape {x.shape}: give a row a person, two columns or more"
        )
    if np.isinf(x).any():
        raise CourseError(f"{where} was given an infinite answer: mark missing answers as NaN")
    w = np.ones(len(x)) if weights is None else weight_column(where, weights, len(x))
    counted = w > 0
    complete = ~np.isnan(x).any(axis=1)
    x, w = x[counted & complete], w[counted & complete]
    if len(x) < 2:
        raise CourseError(f"{where}: {len(x)} people answered every item: give at least two")
    require_squares(where, "answers", x)
    same = np.ptp(x, axis=0) == 0
    if same.any():
        raise CourseError(f"{where}: item {int(np.argmax(same)) + 1} has one answer from all: leave it out")
    return x, w, int((counted & ~complete).sum())


def _covariances(where: str, covariances: npt.ArrayLike, fewest: int) -> Floats:
    s = number_array(where, "covariances", covariances)
    if s.ndim != 2 or s.shape[0] != s.shape[1] or len(s) < fewest:
        raise CourseError(
            f"{where} was given covariances of shape {s.shape}: give a square of at least {fewest} items"
        )
    wrong = CourseError(f"{where} was given a matrix that holds no covariances: make it with covariance")
    if not (np.isfinite(s).all() and (np.diag(s) >= 0).all()):
        raise wrong
    sd = np.sqrt(np.diag(s))
    require_squares(where, "standard deviations", sd)
    if not (sd > 1e-9 * sd.max()).all():
        raise CourseError(f"{where}: item {int(np.argmin(sd)) + 1} does not vary: leave it out")
    most = np.outer(sd, sd)
    if not (np.abs(s) <= (1 + 1e-8) * most).all():
        raise wrong
    # What is near enough may not depend on the unit, so it is asked of the correlations. Rounded by hand, say
    # to two digits, they may miss being positive by a little.
    r = s / most
    if not (np.allclose(r, r.T) and np.linalg.eigvalsh(r)[0] >= -0.01 * len(r)):
        raise wrong
    return s


def _three_loadings(r: Floats) -> Floats:
    a, b, c = r[0, 1], r[0, 2], r[1, 2]
    if not a * b * c > 0:
        raise CourseError(
            "one_factor: no single factor gives such signs of the three covariances: these items are no scale"
        )
    first = np.sqrt(a * b / c)
    return np.array([first, a / first, b / first])


def _likeliest_loadings(r: Floats) -> Floats:
    if np.linalg.eigvalsh(r)[0] < 1e-8:
        raise CourseError("one_factor: an item repeats others, or is a sum of them: leave it out")
    likeliest = Factor(corr=r, n_factor=1, method="ml")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        # What they warn of is checked here.
        warnings.simplefilter("ignore")
        axis = Factor(corr=r, n_factor=1, method="pa").fit().loadings.clip(-0.99, 0.99)
        if axis.size:
            # Left to itself the fit starts at random, and fails if items are very alike.
            likeliest.fit(start=(axis, 1 - axis[:, 0] ** 2))
    # Fewer than three items that share something have many solutions.
    if (
        not axis.size
        or not likeliest.mle_retvals.success
        or np.sort(abs(likeliest.loadings[:, 0]))[-3] < 1e-3
    ):
        raise CourseError(
            "one_factor: no one factor fits: an item keeps hardly any variance of its own, or shares none"
        )
    return np.asarray(likeliest.loadings[:, 0])

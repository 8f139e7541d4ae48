"""Composite indices: from a table of indicators to one number a unit, a step at a time.

Every table has a row a unit (a country, a municipality) and a column an indicator. `orient` it first, so
that more is better everywhere, and fill its gaps (`klasteryste.methods.imputation`). The steps are those of
OECD and JRC (2008), *Handbook on Constructing Composite Indicators*, DOI 10.1787/9789264043466-en.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

import numpy as np
import pandas as pd

from klasteryste.errors import CourseError
from klasteryste.methods import _scores
from klasteryste.methods._frames import (
    Floats,
    Numbers,
    number_series,
    number_table,
    refuse,
    require_sizes,
    require_spread,
    require_within,
    unit_weights,
)


@dataclass(frozen=True)
class Coverage:
    """How much of a table is there.

    Attributes
    ----------
    units, indicators : Series of float
        The share of its cells that each unit and each indicator has, 0 to 1.
    least : float
        The share asked for.
    """

    units: pd.Series[float]
    indicators: pd.Series[float]
    least: float

    @property
    def short_units(self) -> list[str]:
        """The units that have less than was asked for."""
        return list(self.units.index[self.units < self.least])

    @property
    def short_indicators(self) -> list[str]:
        """The indicators that have less than was asked for."""
        return list(self.indicators.index[self.indicators < self.least])


@dataclass(frozen=True)
class ComponentWeights:
    """Weights from the first principal component of the correlations between indicators.

    Attributes
    ----------
    weights : Series of float
        Squared loadings over their sum: each indicator's part in the component's variance.
    loadings : Series of float
        Correlations of the indicators with the component, whose sign makes their sum positive. A loading of
        the other sign says that an indicator runs against the rest, which a squared loading hides: look.
    share : float
        The component's share of all variance, from 1 / (number of indicators) to 1.
    """

    weights: pd.Series[float]
    loadings: pd.Series[float]
    share: float


def coverage(table: pd.DataFrame, least: float = 0.65) -> Coverage:
    """Say which units and which indicators have too little data to stay.

    Parameters
    ----------
    table : DataFrame of float
        Units by indicators; NaN where a value is missing.
    least : float
        The share of its cells that a unit, or an indicator, should have. 0.65 is the rule of thumb of the
        European Commission's Joint Research Centre.

    Returns
    -------
    Coverage
        Both shares are of the table as it is. Leaving an indicator out changes the shares of the units, so
        ask again.

    Raises
    ------
    CourseError
        If `least` is outside 0 to 1, or the table is empty, names something twice, or holds an infinity.
    """
    if not 0 <= least <= 1:
        raise CourseError(f"coverage was asked for a share of {least}: give a number from 0 to 1")
    present = ~np.isnan(number_table("coverage", table, missing=True, fewest=1))
    return Coverage(
        pd.Series(present.mean(axis=1), table.index), pd.Series(present.mean(axis=0), table.columns), least
    )


def orient(table: pd.DataFrame, polarity: Numbers) -> pd.DataFrame:
    """Turn indicators of which less is better, so that more is better everywhere.

    Parameters
    ----------
    table : DataFrame of float
        Units by indicators; NaN where a value is missing.
    polarity : Mapping or Series
        For each indicator 1 (more is better) or -1 (less is better).

    Returns
    -------
    DataFrame
        The indicators of polarity -1 multiplied by -1.

    Raises
    ------
    CourseError
        If an indicator has no polarity, or another than 1 or -1.
    """
    number_table("orient", table, missing=True, fewest=1)
    signs = number_series("orient", "polarity", pd.Series(polarity), table.columns)
    if not np.isin(signs, (-1, 1)).all():
        raise CourseError(f"orient was given polarity {signs.tolist()}: give 1 or -1 for each indicator")
    return table * signs


def z_scores(table: pd.DataFrame, mean: float = 0.0, sd: float = 1.0) -> pd.DataFrame:
    """Normalise each indicator to a mean and a standard deviation over the units.

    Parameters
    ----------
    table : DataFrame of float
        Units by indicators, without gaps.
    mean, sd : float
        What each indicator shall have. A mean of 100 and a standard deviation of 10 keep scores above nought,
        as a geometric mean needs.

    Returns
    -------
    DataFrame
        ``mean + sd * (x - m) / s``, where m and s are over the units, and s divides by their number (not by
        one less): the units are all there are, not a sample.

    Raises
    ------
    CourseError
        If a value is missing, infinite or of extreme size, an indicator is the same for every unit (but for
        rounding), there are fewer than two units, or `sd` is not above nought.
    """
    if not (isfinite(mean) and isfinite(sd) and sd > 0):
        raise CourseError(f"z_scores was asked for mean {mean} and sd {sd}: give numbers, sd above nought")
    return _framed(table, _scores.standardised(_varied("z_scores", table), mean, sd))


def min_max(table: pd.DataFrame, low: float = 0.0, high: float = 1.0) -> pd.DataFrame:
    """Normalise each indicator to a scale whose ends are its smallest and its largest value.

    Parameters
    ----------
    table : DataFrame of float
        Units by indicators, without gaps.
    low, high : float
        The ends of the scale. With 1 and 100 scores stay above nought, as a geometric mean needs.

    Returns
    -------
    DataFrame
        ``low + (high - low) * (x - min) / (max - min)``.

    Raises
    ------
    CourseError
        If a value is missing, infinite or of extreme size, an indicator is the same for every unit (but for
        rounding), there are fewer than two units, or `low` is not below `high`.
    """
    _require_scale("min_max", low, high)
    return _framed(table, _scores.min_max(_varied("min_max", table), low, high))


def distance_to_frontier(
    table: pd.DataFrame, worst: Numbers, best: Numbers, low: float = 0.0, high: float = 1.0
) -> pd.DataFrame:
    """Normalise each indicator to a scale between goalposts that do not depend on the units.

    Parameters
    ----------
    table : DataFrame of float
        Units by indicators, without gaps.
    worst, best : Mapping or Series
        The goalposts of each indicator, of the table as given: in its units, and turned with it if `orient`
        turned it. With the worst above the best, less is better.
    low, high : float
        The scores of the goalposts.

    Returns
    -------
    DataFrame
        ``low + (high - low) * (x - worst) / (best - worst)``. A value beyond a goalpost gets a score beyond
        the scale; it is not cut off.

    Raises
    ------
    CourseError
        If a value is missing, infinite or of extreme size, an indicator lacks a goalpost, has two equal ones
        or no value between them (as with goalposts in other units), or `low` is not below `high`.
    """
    where = "distance_to_frontier"
    _require_scale(where, low, high)
    x = _measured(where, table, fewest=1)
    bottom = number_series(where, "worst", pd.Series(worst), table.columns)
    top = number_series(where, "best", pd.Series(best), table.columns)
    for name in table.columns[bottom == top][:1]:
        raise CourseError(f"{where}: worst and best of {name!r} are equal: give two different goalposts")
    require_within(where, table, bottom, top)
    return _framed(table, _scores.between(x, bottom, top, low, high))


def ampi_goalposts(table: pd.DataFrame, reference: Numbers) -> pd.DataFrame:
    """Give the goalposts of the adjusted Mazziotta-Pareto index, which put a reference value in the middle.

    Parameters
    ----------
    table : DataFrame of float
        Units by indicators, without gaps; with several years, a row for each unit and year, so that the
        goalposts serve all of them.
    reference : Mapping or Series
        The value of each indicator that shall score 100, such as the mean of a base year; of the table as
        given, turned with it if `orient` turned it.

    Returns
    -------
    DataFrame
        A row an indicator, columns ``worst`` and ``best``: ``reference ∓ (max - min) / 2``. Give them to
        `distance_to_frontier` with ``low=70, high=130``.

    Raises
    ------
    CourseError
        As `min_max`, and if an indicator has no reference, or no value between the goalposts that it gives
        (as with a reference in other units).

    References
    ----------
    Mazziotta and Pareto (2016), Social Indicators Research, DOI 10.1007/s11205-015-0998-2.
    """
    reach = np.ptp(_varied("ampi_goalposts", table), axis=0) / 2
    centre = number_series("ampi_goalposts", "reference", pd.Series(reference), table.columns)
    require_within("ampi_goalposts", table, centre - reach, centre + reach)
    return pd.DataFrame({"worst": centre - reach, "best": centre + reach}, index=table.columns)


def rank_scores(table: pd.DataFrame, low: float = 0.0, high: float = 1.0) -> pd.DataFrame:
    """Normalise each indicator to evenly spaced scores in the order of its values.

    Parameters
    ----------
    table : DataFrame of float
        Units by indicators, without gaps.
    low, high : float
        The scores of the last and of the first unit. With 1 and the number of units they are ranks, counted
        from the last.

    Returns
    -------
    DataFrame
        ``low + (high - low) * (rank - 1) / (n - 1)``; units of equal value share the mean of their ranks. How
        far apart two units are is lost, and with it the pull of outliers.

    Raises
    ------
    CourseError
        As `min_max`.
    """
    _require_scale("rank_scores", low, high)
    return _framed(table, _scores.rank_scores(_varied("rank_scores", table), low, high))


def pca_weights(table: pd.DataFrame) -> ComponentWeights:
    """Weigh indicators by their squared loadings on the first principal component of their correlations.

    The first component is the weighted sum of standardised indicators that varies most, so an indicator
    weighs more the more it agrees with the others: weights follow redundancy, not importance. This is the
    method of Nicoletti, Scarpetta and Boylaud with a single component, which leaves nothing to rotate.

    Parameters
    ----------
    table : DataFrame of float
        Units by indicators, without gaps, in any units.

    Returns
    -------
    ComponentWeights
        With the first eigenvalue λ and eigenvector v of the correlation matrix: weights ``v**2``, loadings
        ``sqrt(λ) * v``, share ``λ / (number of indicators)``.

    Raises
    ------
    CourseError
        As `min_max`, and if the two largest eigenvalues are equal: the first component is then any one of
        many.

    References
    ----------
    Nicoletti, Scarpetta and Boylaud (2000), OECD Economics Department Working Papers 226.
    """
    values, vectors = _scores.components("pca_weights", _varied("pca_weights", table))
    first = vectors[:, -1] * (1 if vectors[:, -1].sum() >= 0 else -1)
    return ComponentWeights(
        pd.Series(first**2, table.columns),
        pd.Series(np.sqrt(values[-1]) * first, table.columns),
        float(values[-1] / len(values)),
    )


def arithmetic_mean(scores: pd.DataFrame, weights: Numbers | None = None) -> pd.Series[float]:
    """Aggregate by the weighted mean, in which a high score makes up for a low one in full.

    Parameters
    ----------
    scores : DataFrame of float
        Units by normalised indicators, without gaps.
    weights : Mapping or Series, optional
        A weight for each indicator, in any unit; equal if not given.

    Returns
    -------
    Series of float
        ``Σ w x`` with the weights scaled to add up to one.

    Raises
    ------
    CourseError
        If a score is missing, infinite or of extreme size, names differ, or a weight is negative or all are
        nought.
    """
    x, w = _weighted("arithmetic_mean", scores, weights)
    return pd.Series(_scores.arithmetic(x, w), scores.index)


def geometric_mean(scores: pd.DataFrame, weights: Numbers | None = None) -> pd.Series[float]:
    """Aggregate by the weighted geometric mean, in which a high score makes up for a low one only in part.

    Parameters
    ----------
    scores : DataFrame of float
        Units by normalised indicators, without gaps, all above nought: ``min_max(table, 1, 100)`` or
        ``z_scores(table, 100, 10)``, say. The result depends on the scale chosen.
    weights : Mapping or Series, optional
        As in `arithmetic_mean`.

    Returns
    -------
    Series of float
        ``exp(Σ w ln x)``.

    Raises
    ------
    CourseError
        As `arithmetic_mean`, and if a score is not above nought.
    """
    x, w = _weighted("geometric_mean", scores, weights)
    _require_positive("geometric_mean", scores, x)
    return pd.Series(_scores.geometric(x, w), scores.index)


def ampi(scores: pd.DataFrame, weights: Numbers | None = None) -> pd.Series[float]:
    """Aggregate by the adjusted Mazziotta-Pareto index: the mean, less a penalty for uneven scores.

    Parameters
    ----------
    scores : DataFrame of float
        Units by normalised indicators, without gaps, on the index's own scale from 70 to 130:
        `distance_to_frontier` with `ampi_goalposts`, or ``min_max(table, 70, 130)``.
    weights : Mapping or Series, optional
        As in `arithmetic_mean`; the index of 2016 is of equal ones.

    Returns
    -------
    Series of float
        ``M - S * cv`` with ``cv = S / M``; M and S are the mean and the standard deviation (which divides by
        the number of indicators) of a unit's scores.

    Raises
    ------
    CourseError
        As `geometric_mean`.

    References
    ----------
    Mazziotta and Pareto (2016), Social Indicators Research, DOI 10.1007/s11205-015-0998-2. With weights:
    Mazziotta and Pareto (2022), Rivista Italiana di Economia, Demografia e Statistica.
    """
    x, w = _weighted("ampi", scores, weights)
    _require_positive("ampi", scores, x)
    return pd.Series(_scores.ampi(x, w), scores.index)


def _framed(table: pd.DataFrame, values: Floats) -> pd.DataFrame:
    return pd.DataFrame(values, table.index, table.columns)


def _varied(where: str, table: pd.DataFrame) -> Floats:
    x = _measured(where, table)
    require_spread(where, table)
    return x


def _measured(where: str, table: pd.DataFrame, fewest: int = 2) -> Floats:
    x = number_table(where, table, fewest=fewest)
    require_sizes(where, table, x)
    return x


def _require_scale(where: str, low: float, high: float) -> None:
    if not (isfinite(low) and isfinite(high) and low < high):
        raise CourseError(
            f"{where} was given a scale from {low} to {high}: give two numbers, the lower first"
        )


def _weighted(where: str, scores: pd.DataFrame, weights: Numbers | None) -> tuple[Floats, Floats]:
    return _measured(where, scores, fewest=1), unit_weights(where, weights, scores.columns)


def _require_positive(where: str, scores: pd.DataFrame, x: Floats) -> None:
    refuse(
        where, scores, x <= 0, "not above nought", "normalise to a positive scale, as min_max(table, 1, 100)"
    )

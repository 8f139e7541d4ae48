"""What an indicator's weight says against what the indicator does to the index."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.interpolate import make_smoothing_spline
from scipy.stats import norm, rankdata

from klasteryste.errors import CourseError
from klasteryste.methods._checks import require_squares
from klasteryste.methods._frames import (
    Floats,
    Numbers,
    number_series,
    number_table,
    require_sizes,
    require_spread,
    unit_weights,
)

# A curve through fewer units than this follows their noise.
FEWEST = 20


def importance(index: pd.Series[float], table: pd.DataFrame, weights: Numbers | None = None) -> pd.DataFrame:
    r"""Compare nominal weights with the share of the index's variance that each indicator accounts for.

    The main effect of indicator :math:`x_i` on the index :math:`Y` is

    .. math:: S_i = \frac{V[E(Y \mid x_i)]}{V(Y)},

    the part of the variance that would be gone, on average, if :math:`x_i` were known: the squared
    correlation where the relation is a straight line, and Karl Pearson's correlation ratio in general.
    Correlated indicators explain the same variance twice, so that the :math:`S_i` need not add up to one.

    Stretching :math:`x_i` without changing its order changes no :math:`S_i`, so that
    :math:`E(Y \mid x_i)` is fitted over the normal scores of its ranks, :math:`\Phi^{-1}(r / (n + 1))`: no
    outlier then rules the fit. It is a cubic smoothing spline, its smoothness chosen by generalised
    cross-validation; for an indicator of fewer than five different values, the mean of each value's units. A
    curve sees more structure in few units than there is: with some thirty, :math:`S_i` of an indicator
    without effect comes out at about a twentieth rather than nought. The means of k different values come out
    at about (k - 1) / (n - 1) from noise alone.

    Parameters
    ----------
    index : Series of float
        The composite index, a value a unit.
    table : DataFrame of float
        Its indicators, units by indicators, without gaps, raw or normalised.
    weights : Mapping or Series, optional
        The nominal weights, in any unit; equal if not given.

    Returns
    -------
    DataFrame
        A row an indicator: ``weight`` (adding up to one), ``importance`` (S_i, 0 to 1), ``share`` (S_i over
        the sum of all, to hold against the weight) and ``linear`` (the squared correlation).

    Raises
    ------
    CourseError
        If the units of index and table differ or are fewer than twenty, a value is missing, infinite or of
        extreme size, the index or an indicator is the same for every unit (but for rounding), no indicator
        has any effect, or weights are refused as in `arithmetic_mean`.

    References
    ----------
    Paruolo, Saisana and Saltelli (2013), Journal of the Royal Statistical Society A, DOI
    10.1111/j.1467-985X.2012.01059.x; by splines: Becker, Saisana, Paruolo and Vandecasteele (2017),
    Ecological Indicators, DOI 10.1016/j.ecolind.2017.03.056.
    """
    x = number_table("importance", table, fewest=FEWEST)
    require_spread("importance", table)
    require_sizes("importance", table, x)
    y = number_series("importance", "index", index, table.index)
    require_squares("importance", "values of the index", y)
    if np.ptp(y) <= 1e-12 * np.abs(y).max():
        raise CourseError(
            "importance: the index is the same for every unit: there is no variance to share out"
        )
    effects = np.array([_main_effect(column, y) for column in x.T])
    if effects.sum() < 1e-12:
        raise CourseError("importance: no indicator goes with the index at all: give the index made of them")
    return pd.DataFrame(
        {
            "weight": unit_weights("importance", weights, table.columns),
            "importance": effects,
            "share": effects / effects.sum(),
            "linear": [np.corrcoef(column, y)[0, 1] ** 2 for column in x.T],
        },
        index=table.columns,
    )


def _main_effect(x: Floats, y: Floats) -> float:
    """Give the variance of the fitted curve over the variance of `y`."""
    scores = norm.ppf(rankdata(x) / (len(x) + 1))
    places, which, counts = np.unique(scores, return_inverse=True, return_counts=True)
    means = np.bincount(which, y) / counts
    fitted = make_smoothing_spline(places, means, w=counts)(places) if len(places) >= 5 else means
    between = np.average((fitted - np.average(fitted, weights=counts)) ** 2, weights=counts)
    return float(min(1.0, between / y.var()))

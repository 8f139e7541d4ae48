"""Whom to compare a place with: distances between units, the nearest ones, and how well they match."""

from __future__ import annotations

from collections.abc import Collection, Hashable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
from pandas.api.types import infer_dtype
from scipy.spatial.distance import pdist, squareform

from klasteryste.errors import CourseError
from klasteryste.methods._checks import number_column, require_positive, require_whole
from klasteryste.methods._frames import Floats, number_table, require_spread, require_unique
from klasteryste.methods._panels import Label, label_list, require_units

# What pandas calls columns that hold numbers, and those that hold categories.
NUMBERS = {"integer", "floating", "mixed-integer-float", "decimal"}
CATEGORIES = {"string", "boolean", "categorical"}


def standardised_distances(table: pd.DataFrame) -> pd.DataFrame:
    r"""Give distances between units in which every variable counts alike, whatever its units.

    :math:`d_{ij} = \sqrt{\sum_k (x_{ik} - x_{jk})^2 / s_k^2}`, with :math:`s_k` the standard deviation of
    variable k over all units (n - 1 in the denominator). Two variables that say nearly the same count twice.

    Parameters
    ----------
    table : DataFrame of float, shape (n, k)
        A row a unit, a column a variable.

    Returns
    -------
    DataFrame, shape (n, n)
        Distances in standard deviations; nought from a unit to itself.

    Raises
    ------
    CourseError
        If there are fewer than two units or no variable, one is named twice, something is missing, infinite
        or no number, or a variable is the same for every unit.
    """
    x = number_table("standardised_distances", table)
    require_spread("standardised_distances", table)
    # Scaled by the range first, since squares of huge numbers would be infinite.
    x = x / np.ptp(x, axis=0)
    return _square(squareform(pdist(x, "seuclidean", V=x.var(axis=0, ddof=1))), table.index)


def gower_distances(table: pd.DataFrame) -> pd.DataFrame:
    r"""Give Gower's distances between units described by numbers and categories alike.

    For each variable two units differ by 0 to 1: numbers by :math:`|x_{ik} - x_{jk}|` over the range of the
    variable, ordered categories likewise by their position, other categories (text, true or false) by 1
    unless they are equal. The distance is the mean over the variables that both units have, so that a missing
    value neither joins nor separates.

    Parameters
    ----------
    table : DataFrame, shape (n, k)
        A row a unit, a column a variable; columns of numbers may have gaps, and so may the others.

    Returns
    -------
    DataFrame, shape (n, n)
        Distances, 0 (alike in all) to 1 (apart in all); nought from a unit to itself.

    Raises
    ------
    CourseError
        If there are fewer than two units or no variable, one is named twice, a number is infinite, a variable
        holds dates or a mixture of numbers and text or is the same for every unit, or two units have no
        variable in common.

    References
    ----------
    Gower (1971), Biometrics, DOI 10.2307/2528823; ordered categories as in Kaufman and Rousseeuw (1990),
    *Finding Groups in Data*.
    """
    where = "gower_distances"
    require_unique(where, "unit", table.index)
    require_unique(where, "variable", table.columns)
    if len(table) < 2 or table.shape[1] == 0:
        raise CourseError(f"{where} was given {len(table)} units and {table.shape[1]} variables: give more")
    require_spread(where, table)
    total, shared = np.zeros((2, len(table), len(table)))
    for name, column in table.items():
        apart = _apart(where, name, column)
        shared += ~np.isnan(apart)
        total += np.nan_to_num(apart)
    for i, j in np.argwhere(shared == 0)[:1]:
        raise CourseError(
            f"{where}: {table.index[i]!r} and {table.index[j]!r} have no variable in common: leave one out"
        )
    return _square(total / shared, table.index)


def nearest_units(distances: pd.DataFrame, unit: Label, k: int = 5) -> pd.Series[float]:
    """Give the units nearest to one, without itself.

    Parameters
    ----------
    distances : DataFrame, shape (n, n)
        Distances between units, such as `gower_distances` gives.
    unit : label
        The unit whose peers are looked for.
    k : int
        How many.

    Returns
    -------
    Series of float, shape (k,)
        Their distances, the nearest first; at equal distance, but for rounding, in the order of their names.

    Raises
    ------
    CourseError
        If rows and columns differ, a distance is missing, infinite or negative, the unit is not among them,
        or there are not k others.
    """
    where = "nearest_units"
    d = number_table(where, distances)
    if not distances.index.equals(distances.columns) or (d < 0).any():
        raise CourseError(f"{where} was given no distances: rows and columns differ, or one is negative")
    require_units(where, distances, [unit])
    others = pd.Series(d[distances.index.get_loc(unit)], distances.index).drop(unit)
    require_whole(where, fewest=1, k=k)
    if k > len(others):
        raise CourseError(f"{where} was asked for {k} of {len(others)} other units")
    # Distances that are equal on paper differ in their last digits.
    rounded = np.round(others / (others.max() or 1.0), 12)
    return others.iloc[np.lexsort((others.index.astype(str), rounded))[:k]]


def balance(
    table: pd.DataFrame, units: Collection[Label], peers: Collection[Label], limit: float = 0.25
) -> pd.DataFrame:
    r"""Say for each variable how far units and their peers are apart on average, in standard deviations.

    :math:`SMD_k = (\bar x_{k,units} - \bar x_{k,peers}) / s_k`, with :math:`s_k` the standard deviation over
    all units of the table (n - 1 in the denominator): so it exists for a single unit, and a choice of peers
    cannot flatter itself by their spread. The units of the table set the scale: one that lies far from all
    others widens it, and makes any choice look balanced. That peers are alike in what was compared does not
    make them alike in what was not.

    Parameters
    ----------
    table : DataFrame of float, shape (n, k)
        A row a unit, a column a variable; a category as columns of 0 and 1 (`pandas.get_dummies`).
    units, peers : collection of label
        The units of interest, one or more, and those they are compared with.
    limit : float
        The largest difference, in standard deviations, that counts as balanced.

    Returns
    -------
    DataFrame
        A row a variable: ``units`` and ``peers`` (means), ``smd`` and ``balanced`` (whether its size is
        below the limit).

    Raises
    ------
    CourseError
        If a unit is not in the table, is its own peer or named twice, one of the lists is empty, something in
        the table is missing, infinite or no number, a variable is the same for every unit, or the limit is
        not above nought.

    References
    ----------
    Rubin (2001), Health Services and Outcomes Research Methodology 2, 169-188; Stuart (2010), Statistical
    Science 25(1), 1-21.
    """
    where = "balance"
    require_positive(where, limit=limit)
    x = number_table(where, table)
    require_spread(where, table)
    own, others = label_list(where, "units", units), label_list(where, "peers", peers)
    require_units(where, table, [*own, *others])
    require_unique(where, "unit (nobody is a peer of itself)", pd.Index([*own, *others], dtype=object))
    if not own or not others:
        raise CourseError(f"{where} was given {len(own)} units and {len(others)} peers: give one of each")
    values = pd.DataFrame(x, table.index, table.columns)
    means = pd.DataFrame({"units": values.loc[own].mean(), "peers": values.loc[others].mean()})
    means["smd"] = (means["units"] - means["peers"]) / values.std()
    means["balanced"] = means["smd"].abs() < limit
    return means


def _apart(where: str, name: Hashable, column: pd.Series) -> Floats:
    """Give how far units are apart in one variable, 0 to 1, shape (n, n); NaN where one has no value."""
    if isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered:
        numbers: npt.NDArray[Any] = column.cat.codes.where(column.notna()).to_numpy(dtype=float)
    elif (kind := infer_dtype(column, skipna=True)) in NUMBERS:
        numbers = number_column(where, f"values of {name!r}", column)
    elif kind not in CATEGORIES:
        raise CourseError(f"{where}: {name!r} holds {kind} values: make them numbers or text throughout")
    else:
        codes, _ = pd.factorize(column)
        known = np.where(codes < 0, np.nan, codes)
        return np.where(np.isnan(np.subtract.outer(known, known)), np.nan, np.not_equal.outer(known, known))
    for place in np.flatnonzero(np.isinf(numbers))[:1]:
        raise CourseError(f"{where}: {name!r} of {column.index[place]!r} is infinite: correct it")
    numbers = numbers / np.nanmax(np.abs(numbers))
    apart = np.abs(np.subtract.outer(numbers, numbers))
    return np.asarray(apart / np.nanmax(apart))


def _square(distances: Floats, names: pd.Index) -> pd.DataFrame:
    return pd.DataFrame(distances, names, names)

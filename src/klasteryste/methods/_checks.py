"""What the methods demand of their input: numbers above nought, levels, columns of one dimension, weights."""

from __future__ import annotations

from decimal import Decimal
from math import isfinite
from numbers import Integral, Real
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from klasteryste.errors import CourseError


def require_positive(where: str, **numbers: float) -> None:
    """Demand numbers that are finite and above nought, and name the first that is not."""
    for name, value in numbers.items():
        if not (isfinite(value) and value > 0):
            raise CourseError(f"{where} was given {name} = {value}: give a finite number above nought")


def require_level(level: float) -> None:
    """Demand a confidence level between 0 and 1."""
    if not 0 < level < 1:
        raise CourseError(
            f"a confidence level of {level} was given: give a number between 0 and 1, such as 0.95"
        )


def require_column(where: str, name: str, values: npt.NDArray[Any], n: int | None = None) -> None:
    """Demand an array of shape (n,); of any length if `n` is not given."""
    if values.ndim != 1:
        raise CourseError(f"{where} was given {name} of shape {values.shape}: give one column")
    if n is not None and len(values) != n:
        raise CourseError(f"{where} was given {len(values)} {name} for {n} answers: give one for each")


def number_array(where: str, name: str, values: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Give `values` as an array of floats of their own shape; a missing value is NaN.

    Raises
    ------
    CourseError
        If they are not real numbers. Words are none, not even of digits, nor are dates.
    """
    try:
        found = np.asarray(values)
        if found.dtype.kind == "O":
            found = np.where(pd.isna(found), np.nan, found)
        if found.dtype.kind not in "biuf":
            for odd in (value for value in found.flat if not _is_number(value)):
                raise TypeError(f"{str(odd)!r} is a {type(odd).__name__}")
        return found.astype(float, copy=False)
    except (OverflowError, TypeError, ValueError) as error:
        raise CourseError(f"{where} was given {name} that are not all numbers: {error}") from None


def number_column(
    where: str, name: str, values: npt.ArrayLike, n: int | None = None
) -> npt.NDArray[np.float64]:
    """Give `values` as an array of floats, shape (n,); a missing value is NaN.

    Raises
    ------
    CourseError
        If they are not numbers, or not one column of that length.
    """
    found = number_array(where, name, values)
    require_column(where, name, found, n)
    return found


def require_squares(where: str, name: str, values: npt.NDArray[np.float64]) -> None:
    """Demand numbers in a unit in which floats can hold their squares."""
    largest = float(np.abs(values).max(initial=0))
    if largest > 0 and not 1e-100 <= largest <= 1e100:
        raise CourseError(
            f"{where} was given {name} of a size of {largest:.3g}: give them in another unit, nearer to one"
        )


def weight_column(
    where: str, weights: npt.ArrayLike, n: int | None = None, *, names: pd.Index | None = None
) -> npt.NDArray[np.float64]:
    """Give weights as an array of floats, shape (n,), the largest of them 1.

    `names` are what they weigh, if that is not people in rows.

    Raises
    ------
    CourseError
        If they are not one column of that length, one is missing, negative or infinite, or all are nought.
    """
    w = number_column(where, "weights", weights, n)
    wrong = ~(np.isfinite(w) & (w >= 0))
    if wrong.any():
        row = int(np.flatnonzero(wrong)[0])
        if names is not None:
            raise CourseError(f"{where}: weight {w[row]} of {names[row]!r}; none may be negative or infinite")
        raise CourseError(f"{where}: weight {w[row]} at row {row}; give a finite number, not negative")
    if not (w > 0).any():
        raise CourseError(f"{where} was given no weights above nought: none may be negative, nor all nought")
    # Their unit does not matter, and the sum of huge ones would be infinite.
    scaled: npt.NDArray[np.float64] = w / w.max()
    return scaled


def _is_number(value: object) -> bool:
    # numpy counts a length of time among the integers.
    return isinstance(value, Real | Decimal | np.bool_) and not isinstance(value, np.timedelta64)


def require_whole(where: str, *, fewest: int | None = None, **numbers: int) -> None:
    """Demand whole numbers, none below `fewest` if that is given, and name the first that is not."""
    for name, value in numbers.items():
        if (
            isinstance(value, bool)
            or not isinstance(value, Integral)
            or (fewest is not None and value < fewest)
        ):
            least = "" if fewest is None else f" from {fewest}"
            raise CourseError(f"{where} was given {name} = {value!r}: give a whole number{least}")

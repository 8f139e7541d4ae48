"""What the methods demand of their input: finite numbers above nought, and columns of one dimension."""

from __future__ import annotations

from math import isfinite
from typing import Any

import numpy as np
import numpy.typing as npt

from klasteryste.errors import CourseError


def require_positive(where: str, **numbers: float) -> None:
    """Demand numbers that are finite and above nought, and name the first that is not."""
    for name, value in numbers.items():
        if not (isfinite(value) and value > 0):
            raise CourseError(f"{where} was given {name} = {value}: give a finite number above nought")


def require_column(where: str, name: str, values: npt.NDArray[Any], n: int | None = None) -> None:
    """Demand an array of shape (n,); of any length if `n` is not given."""
    if values.ndim != 1:
        raise CourseError(f"{where} was given {name} of shape {values.shape}: give one column")
    if n is not None and len(values) != n:
        raise CourseError(f"{where} was given {len(values)} {name} for {n} answers: give one for each")


def number_column(
    where: str, name: str, values: npt.ArrayLike, n: int | None = None
) -> npt.NDArray[np.float64]:
    """Give `values` as an array of floats, shape (n,); a missing value is NaN.

    Raises
    ------
    CourseError
        If they are not numbers, or not one column of that length.
    """
    try:
        found = np.asarray(values, dtype=float)
    except (TypeError, ValueError) as error:
        raise CourseError(f"{where} was given {name} that are not all numbers: {error}") from None
    require_column(where, name, found, n)
    return found

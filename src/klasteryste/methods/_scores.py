"""The arithmetic of composite indices on arrays of shape (..., units, indicators): many tables at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.stats import rankdata

from klasteryste.errors import CourseError
from klasteryste.methods._frames import Floats, Integers


def standardised(x: Floats, mean: float, sd: float) -> Floats:
    """Move and stretch each indicator to a mean and a standard deviation over the units."""
    centred = x - x.mean(axis=-2, keepdims=True)
    spread = np.sqrt(np.mean(centred**2, axis=-2, keepdims=True))
    return np.asarray(mean + sd * centred / spread)


def between(x: Floats, worst: Floats, best: Floats, low: float, high: float) -> Floats:
    """Map `worst` to `low` and `best` to `high`, in a straight line."""
    return low + (high - low) * (x - worst) / (best - worst)


def min_max(x: Floats, low: float, high: float) -> Floats:
    """Map the smallest value of each indicator to `low` and the largest to `high`."""
    return between(x, x.min(axis=-2, keepdims=True), x.max(axis=-2, keepdims=True), low, high)


def rank_scores(x: Floats, low: float, high: float) -> Floats:
    """Map the ranks of each indicator, from the last, to even steps; equal values share their mean."""
    steps = (rankdata(x, axis=-2) - 1) / (x.shape[-2] - 1)
    return np.asarray(low + (high - low) * steps)


def components(where: str, x: Floats) -> tuple[Floats, Floats]:
    """Give the eigenvalues (ascending) and eigenvectors (columns) of the correlations between indicators.

    Raises
    ------
    CourseError
        If the two largest eigenvalues are equal: the first component is then any one of many.
    """
    z = standardised(x, 0, 1)
    values, vectors = np.linalg.eigh(np.swapaxes(z, -1, -2) @ z / x.shape[-2])
    if values.shape[-1] > 1 and np.isclose(values[..., -1], values[..., -2], rtol=1e-9).any():
        raise CourseError(
            f"{where}: the two largest components vary equally, so neither is first: give other weights"
        )
    return values, vectors


def component_weights(where: str, x: Floats) -> Floats:
    """Give the squared loadings of the first principal component, scaled to add up to one."""
    return np.asarray(components(where, x)[1][..., -1] ** 2)


def arithmetic(scores: Floats, weights: Floats) -> Floats:
    """Give the weighted mean over indicators; weights have shape (..., indicators)."""
    return np.asarray(np.einsum("...ij,...j->...i", scores, weights))


def geometric(scores: Floats, weights: Floats) -> Floats:
    """Give the weighted geometric mean over indicators, of scores above nought."""
    return np.exp(arithmetic(np.log(scores), weights))


def ampi(scores: Floats, weights: Floats) -> Floats:
    """Give the mean less the variance over the mean: the spread times its coefficient of variation."""
    mean = arithmetic(scores, weights)
    return mean - arithmetic((scores - mean[..., None]) ** 2, weights) / mean


def places(index: Floats) -> Integers:
    """Give each unit's place, shape (..., units): one more than the number of units above it."""
    # Equal sums of different numbers miss one another by a hair, and ties are common among sums of ranks.
    hair = 1e-12 * np.abs(index).max(axis=-1, keepdims=True)
    order = np.argsort(-index, axis=-1)
    falling = np.take_along_axis(index, order, -1)
    starts = np.ones(index.shape, dtype=bool)
    starts[..., 1:] = falling[..., :-1] - falling[..., 1:] > hair
    counted = np.maximum.accumulate(np.where(starts, np.arange(1, index.shape[-1] + 1), 1), axis=-1)
    found = np.empty(index.shape, dtype=np.int64)
    np.put_along_axis(found, order, counted, -1)
    return found


def mean_shift(places: npt.NDArray[np.integer[Any]], reference: npt.NDArray[np.integer[Any]]) -> Floats:
    """Give the mean over units (last axis) of how many places each is from its reference."""
    return np.asarray(np.abs(places - reference).mean(axis=-1))

"""Invented tables, and every index that choices allow, built one at a time from the public steps."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd

from klasteryste.methods.choices import Choices
from klasteryste.methods.composite import (
    ampi,
    arithmetic_mean,
    distance_to_frontier,
    geometric_mean,
    min_max,
    pca_weights,
    rank_scores,
    z_scores,
)
from klasteryste.methods.imputation import impute
from klasteryste.methods.ranks import rank

ONE = {
    "imputation": ("mean",),
    "normalisation": ("min_max",),
    "weights": ("equal",),
    "aggregation": ("arithmetic",),
}


def invented(units: int = 9, indicators: int = 4, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    x = 50 + 10 * (rng.normal(size=(units, 1)) + rng.normal(size=(units, indicators)))
    return pd.DataFrame(x, [f"u{i}" for i in range(units)], [f"i{j}" for j in range(indicators)])


def gappy() -> pd.DataFrame:
    table = invented(20)
    return table.mask(table > 72)


def constant(table: pd.DataFrame, value: float) -> pd.DataFrame:
    return pd.DataFrame(value, table.index, table.columns)


def every_index(table: pd.DataFrame, choices: Choices) -> list[tuple[int, ...]]:
    """Build each index that the choices allow, one at a time, from the public steps."""
    normalise = {
        "min_max": lambda t, low, high: min_max(t, low, high),
        "z": lambda t, low, high: z_scores(t, 100, 10),
        "rank": lambda t, low, high: rank_scores(t, low, high),
        "frontier": lambda t, low, high: distance_to_frontier(
            t, choices.goalposts["worst"], choices.goalposts["best"], low, high
        ),
    }
    aggregate = {"arithmetic": arithmetic_mean, "geometric": geometric_mean, "ampi": ampi}
    found = []
    for fill, norm_, weigh, how in product(
        choices.imputation, choices.normalisation, choices.weights, choices.aggregation
    ):
        scores = normalise[norm_](impute(table, fill), *((70, 130) if how == "ampi" else (1, 100)))
        weights = {"equal": None, "pca": pca_weights(scores).weights, **choices.given}[weigh]
        found.append(tuple(rank(aggregate[how](scores, weights))))
    return found

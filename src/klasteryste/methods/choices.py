"""The choices behind a composite index, and the index built with any of them, many tables at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
import pandas as pd

from klasteryste.errors import CourseError
from klasteryste.methods import _scores
from klasteryste.methods._checks import require_whole
from klasteryste.methods._frames import (
    Floats,
    Integers,
    Marks,
    Numbers,
    number_series,
    number_table,
    refuse,
    require_sizes,
    require_spread,
    require_within,
    unit_weights,
)
from klasteryste.methods.imputation import impute, impute_draws

Imputation = Literal["mean", "median", "draws"]
Normalisation = Literal["min_max", "z", "rank", "frontier"]
Aggregation = Literal["arithmetic", "geometric", "ampi"]

# Cells computed at once: what fits the processor's cache is fastest, and memory stays small.
CELLS = 250_000

AGGREGATIONS = {"arithmetic": _scores.arithmetic, "geometric": _scores.geometric, "ampi": _scores.ampi}
# Scores have to be above nought for the geometric mean; from 70 to 130 is the scale of AMPI.
SCALES = {"arithmetic": (1.0, 100.0), "geometric": (1.0, 100.0), "ampi": (70.0, 130.0)}


@dataclass(frozen=True, eq=False)
class Choices:
    """The ways of building an index that could be defended. The first of each is the reference.

    Attributes
    ----------
    imputation : tuple of {"mean", "median", "draws"}
        As `klasteryste.methods.imputation`; "draws" takes one of several tables drawn. Without effect on a
        table without gaps.
    normalisation : tuple of {"min_max", "z", "rank", "frontier"}
        As `klasteryste.methods.composite`, z-scores with mean 100 and standard deviation 10, the others on
        the scale from 1 to 100, or from 70 to 130 where AMPI follows. "z" with "ampi" is the older
        Mazziotta-Pareto index.
    weights : tuple of str
        "equal", "pca" (anew for each table drawn), or names of `given` weights. "pca" takes squared loadings,
        so that their signs are ignored: see those of `pca_weights` first. Under "rank" the component is that
        of rank correlations.
    aggregation : tuple of {"arithmetic", "geometric", "ampi"}
        As `klasteryste.methods.composite`.
    given : Mapping
        Weights by name, each a number an indicator.
    goalposts : DataFrame, optional
        For "frontier": a row an indicator, columns ``worst`` and ``best``, worst below best. They are of the
        table as given: turned with it where `orient` turned it.
    """

    imputation: tuple[Imputation, ...] = ("mean", "median", "draws")
    normalisation: tuple[Normalisation, ...] = ("min_max", "z", "rank")
    weights: tuple[str, ...] = ("equal", "pca")
    aggregation: tuple[Aggregation, ...] = ("arithmetic", "geometric", "ampi")
    given: Mapping[str, Numbers] = field(default_factory=dict)
    goalposts: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        allowed = {
            "imputation": get_args(Imputation),
            "normalisation": get_args(Normalisation),
            "weights": ("equal", "pca", *self.given),
            "aggregation": get_args(Aggregation),
        }
        for name, options in allowed.items():
            chosen = getattr(self, name)
            if not chosen or len(set(chosen)) < len(chosen) or not set(chosen) <= set(options):
                raise CourseError(
                    f"Choices was given {name} = {chosen!r}: give one or more of {sorted(options)}, each once"
                )
        if {"equal", "pca"} & set(self.given):
            raise CourseError("Choices was given weights named 'equal' or 'pca': give them another name")
        if "frontier" in self.normalisation and self.goalposts is None:
            raise CourseError(
                "Choices was given 'frontier' without goalposts: give worst and best of each indicator"
            )


@dataclass(frozen=True)
class IndexModel:
    """An index with its choices laid out, ready to be built many times over.

    Attributes
    ----------
    filled : list of arrays, each (tables, units, indicators)
        For each option of imputation, the filled tables there are to take from.
    ses : array (units, indicators)
        Standard errors, nought where a value was filled in.
    weights : list of arrays (indicators,), or None for those of the first component
        For each option of weights.
    goalposts : pair of arrays (indicators,)
        Worst and best; nought if nothing asks for them.
    """

    filled: list[Floats]
    ses: Floats
    normalisation: tuple[Normalisation, ...]
    weights: list[Floats | None]
    aggregation: tuple[Aggregation, ...]
    goalposts: tuple[Floats, Floats]

    def reference(self) -> IndexModel:
        """Give the same with the first option only, and the mean of its filled tables."""
        settled = self.filled[0].mean(axis=0, keepdims=True)
        return IndexModel(
            [settled],
            self.ses,
            self.normalisation[:1],
            self.weights[:1],
            self.aggregation[:1],
            self.goalposts,
        )

    def reference_places(self) -> Integers:
        """Give each unit's place under the first options, without noise."""
        found: Integers = self.places(np.zeros((1, 4)), np.zeros((1, *self.ses.shape)))[0]
        return found

    @property
    def block(self) -> int:
        """How many tables to compute at once."""
        return max(1, CELLS // self.ses.size)

    def varying(self) -> Marks:
        """Say which of the four steps and of sampling there is anything to choose at."""
        tables = sum(len(tables) for tables in self.filled)
        steps = [tables, len(self.normalisation), len(self.weights), len(self.aggregation)]
        return np.array([*(options > 1 for options in steps), bool(self.ses.any())])

    def places(self, u: Floats, noise: Floats) -> Integers:
        """Give places, shape (draws, units), for steps `u` (draws, 4) from 0 to 1 and noise of each draw."""
        x = self._tables(u[:, 0]) + noise
        options = (len(self.normalisation), len(self.weights), len(self.aggregation))
        steps = (u[:, 1:] * options).astype(int)
        found = np.empty(x.shape[:2], dtype=int)
        for normalisation, weights, aggregation in np.ndindex(options):
            chosen = (steps == (normalisation, weights, aggregation)).all(axis=1)
            if chosen.any():
                found[chosen] = self._index_places(x[chosen], normalisation, weights, aggregation)
        return found

    def _tables(self, u: Floats) -> Floats:
        """Take an option of imputation by the part of 0 to 1 that `u` is in, a table by where in the part."""
        option, within = np.divmod(u * len(self.filled), 1)
        sizes = np.array([len(tables) for tables in self.filled])
        starts = np.cumsum(sizes) - sizes
        chosen = option.astype(int)
        taken: Floats = np.concatenate(self.filled)[starts[chosen] + (within * sizes[chosen]).astype(int)]
        return taken

    def _index_places(self, x: Floats, normalisation: int, weights: int, aggregation: int) -> Integers:
        how = self.aggregation[aggregation]
        scores = self._normalised(x, self.normalisation[normalisation], *SCALES[how])
        if how != "arithmetic" and scores.min() <= 0:
            raise CourseError(
                f"a score of {scores.min():.3g} came up, which {how} aggregation cannot take: "
                "give goalposts further out, or leave 'frontier' out of the choices"
            )
        given = self.weights[weights]
        return _scores.places(
            AGGREGATIONS[how](
                scores, _scores.component_weights("the choice 'pca'", scores) if given is None else given
            )
        )

    def _normalised(self, x: Floats, how: Normalisation, low: float, high: float) -> Floats:
        if how == "z":
            return _scores.standardised(x, 100.0, 10.0)
        if how == "rank":
            return _scores.rank_scores(x, low, high)
        if how == "frontier":
            return _scores.between(x, *self.goalposts, low, high)
        return _scores.min_max(x, low, high)


def index_model(
    where: str,
    table: pd.DataFrame,
    ses: pd.DataFrame | None,
    choices: Choices,
    imputations: int,
    rng: np.random.Generator,
) -> IndexModel:
    """Lay out the choices for a table.

    Raises
    ------
    CourseError
        Whatever is wrong with any of them, beginning with `where`.
    """
    require_whole(where, fewest=1, imputations=imputations)
    x = number_table(where, table, missing=True)
    present = ~np.isnan(x)
    require_spread(where, table)
    require_sizes(where, table, x)
    return IndexModel(
        [x[None]] if present.all() else _filled(table, choices.imputation, imputations, rng),
        np.zeros(table.shape) if ses is None else _cell_errors(where, table, ses, present),
        choices.normalisation,
        [
            None if name == "pca" else unit_weights(where, choices.given.get(name), table.columns)
            for name in choices.weights
        ],
        choices.aggregation,
        _ends(where, choices.goalposts, table),
    )


def _filled(
    table: pd.DataFrame, options: tuple[Imputation, ...], imputations: int, rng: np.random.Generator
) -> list[Floats]:
    def fill(how: Imputation) -> list[pd.DataFrame]:
        if how == "draws":
            return impute_draws(table, imputations, seed=int(rng.integers(2**31)))
        return [impute(table, how)]

    return [np.array([filled.to_numpy() for filled in fill(how)]) for how in options]


def _cell_errors(where: str, table: pd.DataFrame, ses: pd.DataFrame, present: Marks) -> Floats:
    if not (ses.index.equals(table.index) and ses.columns.equals(table.columns)):
        raise CourseError(
            f"{where} was given standard errors with other labels: give the table's, in its order"
        )
    where = f"{where}, standard errors"
    found = number_table(where, ses, missing=True)
    refuse(where, ses, found < 0, "negative", "none may be")
    refuse(
        where, ses, present & np.isnan(found), "missing", "give one for every value, nought if it is exact"
    )
    require_sizes(where, ses, found)
    return np.where(present, found, 0.0)


def _ends(where: str, goalposts: pd.DataFrame | None, table: pd.DataFrame) -> tuple[Floats, Floats]:
    names = table.columns
    if goalposts is None:
        return np.zeros(len(names)), np.zeros(len(names))
    if not {"worst", "best"} <= set(goalposts.columns):
        raise CourseError(f"{where} was given goalposts without the columns worst and best: name them so")
    worst, best = (number_series(where, end, goalposts[end], names) for end in ("worst", "best"))
    for name in names[worst >= best][:1]:
        raise CourseError(
            f"{where}: worst of {name!r} is not below best: more is better in an oriented table, "
            "so turn goalposts with it"
        )
    require_within(where, table, worst, best)
    return worst, best

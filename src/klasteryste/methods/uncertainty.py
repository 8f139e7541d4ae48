"""How far a league table depends on the choices behind the index, and how far on sampling error.

The two are kept apart: sampling error shrinks with more people asked; disagreement over method does not.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import pandas as pd
from SALib.analyze import sobol as sobol_analysis
from SALib.sample import sobol as sobol_sample

from klasteryste.errors import CourseError
from klasteryste.methods import _scores
from klasteryste.methods._frames import (
    Floats,
    Integers,
    Marks,
    Numbers,
    number_series,
    number_table,
    require_spread,
    unit_weights,
)
from klasteryste.methods.imputation import impute, impute_draws

Imputation = Literal["mean", "median", "draws"]
Normalisation = Literal["min_max", "z", "rank", "frontier"]
Aggregation = Literal["arithmetic", "geometric", "ampi"]

# Tables computed at once: what fits the processor's cache is fastest, and memory stays small.
BLOCK = 1000

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
        the scale from 1 to 100, or from 70 to 130 where AMPI follows.
    weights : tuple of str
        "equal", "pca" (anew for each table drawn), or names of `given` weights.
    aggregation : tuple of {"arithmetic", "geometric", "ampi"}
        As `klasteryste.methods.composite`.
    given : Mapping
        Weights by name, each a number an indicator.
    goalposts : DataFrame, optional
        For "frontier": a row an indicator, columns ``worst`` and ``best``.
    """

    imputation: tuple[Imputation, ...] = ("mean", "median", "draws")
    normalisation: tuple[Normalisation, ...] = ("min_max", "z", "rank")
    weights: tuple[str, ...] = ("equal", "pca")
    aggregation: tuple[Aggregation, ...] = ("arithmetic", "geometric", "ampi")
    given: Mapping[str, Numbers] = field(default_factory=dict)
    goalposts: pd.DataFrame | None = None

    def __post_init__(self) -> None:
        allowed = {
            "imputation": {"mean", "median", "draws"},
            "normalisation": {"min_max", "z", "rank", "frontier"},
            "weights": {"equal", "pca", *self.given},
            "aggregation": set(AGGREGATIONS),
        }
        for name, options in allowed.items():
            chosen = getattr(self, name)
            if not chosen or len(set(chosen)) < len(chosen) or not set(chosen) <= options:
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
class RankDraws:
    """The places that units take over many draws.

    Attributes
    ----------
    reference : Series of int
        Each unit's place in the reference index.
    ranks : DataFrame of int
        A row a draw, a column a unit.
    """

    reference: pd.Series[int]
    ranks: pd.DataFrame

    @property
    def shifts(self) -> Floats:
        """The mean absolute rank shift from the reference, draw by draw: see `ranks.mean_rank_shift`."""
        return np.asarray(np.abs(self.ranks.to_numpy() - self.reference.to_numpy()).mean(axis=1))

    def shares(self) -> pd.DataFrame:
        """Give the share of draws in which a unit (row) took a place (column, 1 to n)."""
        places = np.arange(1, len(self.reference) + 1)
        ranks = self.ranks.to_numpy()
        return pd.DataFrame({place: (ranks == place).mean(axis=0) for place in places}, self.reference.index)

    def summary(self, level: float = 0.95) -> pd.DataFrame:
        """Give each unit's reference place, median place, and the range that holds `level` of the draws.

        The range describes the draws. It is no confidence interval for the true place: among units that are
        nearly tied it is too narrow. For that see `joint_rank_intervals` and `pairwise_rank_intervals`.
        """
        if not 0 < level < 1:
            raise CourseError(f"summary was given a level of {level}: give a number between 0 and 1")
        tail = (1 - level) / 2
        low, median, high = np.quantile(
            self.ranks.to_numpy(), [tail, 0.5, 1 - tail], axis=0, method="inverted_cdf"
        )
        columns = {"reference": self.reference, "median": median, "low": low, "high": high}
        return pd.DataFrame(columns, self.reference.index).astype(int)


@dataclass(frozen=True)
class RankUncertainty:
    """Places under sampling error alone, under choices of method alone, and under both."""

    sampling: RankDraws
    method: RankDraws
    both: RankDraws


def rank_uncertainty(
    table: pd.DataFrame,
    ses: pd.DataFrame | None = None,
    choices: Choices | None = None,
    *,
    draws: int = 10_000,
    imputations: int = 10,
    seed: int,
) -> RankUncertainty:
    """Build the index thousands of times, and see which places stay.

    Each draw takes one of the declared choices at every step, all being equally likely: it fills the gaps,
    adds normal noise of the given standard error to every value that was there, normalises, weighs,
    aggregates and ranks. Errors of different cells are taken as independent. A filled cell moves with the
    imputation drawn, not with the noise.

    Parameters
    ----------
    table : DataFrame of float
        Units by indicators, more being better (`orient` it first); NaN where a value is missing.
    ses : DataFrame of float, optional
        Standard errors, with the same rows and columns; nought where a value is known exactly, NaN where the
        value is missing. Without them there is no sampling error.
    choices : Choices, optional
        The declared choices; those of `Choices()` if not given.
    draws, imputations : int
        How many indices, and how many filled tables there are to take from for the imputation "draws".
    seed : int
        Same seed, same answer.

    Returns
    -------
    RankUncertainty
        ``sampling`` keeps every choice at the reference ("draws" being the mean of the filled tables),
        ``method`` has no noise, ``both`` has both.

    Raises
    ------
    CourseError
        If a name comes twice, there are fewer than two units, a value is infinite, an indicator is the same
        for every unit, a gap cannot be filled, a standard error is negative or missing, given weights or
        goalposts do not fit, `draws` or `imputations` is below 1, or a score under the geometric mean or AMPI
        is not above nought (as a value far beyond its goalposts).

    References
    ----------
    Saisana, Saltelli and Tarantola (2005), Journal of the Royal Statistical Society A, DOI
    10.1111/j.1467-985X.2005.00350.x; OECD and JRC (2008), DOI 10.1787/9789264043466-en.
    """
    if draws < 1:
        raise CourseError(f"rank_uncertainty was asked for {draws} draws: ask for one or more")
    rng = np.random.default_rng(seed)
    model = _model("rank_uncertainty", table, ses, choices or Choices(), imputations, rng)
    reference = model.reference()
    noiseless = np.zeros_like(model.ses)
    places = pd.Series(reference.reference_places(), table.index)

    def simulate(model: _Model, spread: Floats) -> RankDraws:
        found = [
            model.places(rng.random((size, 4)), spread * rng.standard_normal((size, *spread.shape)))
            for size in np.diff([*range(0, draws, BLOCK), draws])
        ]
        return RankDraws(places, pd.DataFrame(np.concatenate(found), columns=table.index))

    return RankUncertainty(
        simulate(reference, model.ses), simulate(model, noiseless), simulate(model, model.ses)
    )


def choice_sensitivity(
    table: pd.DataFrame,
    ses: pd.DataFrame | None = None,
    choices: Choices | None = None,
    *,
    base: int = 1024,
    imputations: int = 10,
    level: float = 0.95,
    seed: int,
) -> pd.DataFrame:
    """Say which choice moves units most: Sobol indices of the mean absolute rank shift.

    Parameters
    ----------
    table, ses, choices, imputations, seed
        As in `rank_uncertainty`. The standard errors make a factor of their own, ``sampling``, which takes
        one of `base` tables of noise.
    base, level
        As in `sobol_indices`.

    Returns
    -------
    DataFrame
        As `sobol_indices`, a row for each of ``imputation``, ``normalisation``, ``weights``, ``aggregation``
        and ``sampling`` that varies.

    Raises
    ------
    CourseError
        As `rank_uncertainty` and `sobol_indices`, and if nothing varies.

    References
    ----------
    Saisana, Saltelli and Tarantola (2005), Journal of the Royal Statistical Society A, DOI
    10.1111/j.1467-985X.2005.00350.x.
    """
    rng = np.random.default_rng(seed)
    model = _model("choice_sensitivity", table, ses, choices or Choices(), imputations, rng)
    varying = model.varying()
    if not varying.any():
        raise CourseError(
            "choice_sensitivity: nothing varies: declare more than one option, or standard errors"
        )
    _require_base(base)
    noise = model.ses * rng.standard_normal((base, *model.ses.shape))
    reference = model.reference().reference_places()

    def shift(u: Floats) -> Floats:
        steps = np.full((len(u), 5), 0.5)
        steps[:, varying] = u
        which = (steps[:, 4] * base).astype(int)
        found = [
            model.places(steps[block, :4], noise[which[block]])
            for block in np.split(np.arange(len(u)), range(BLOCK, len(u), BLOCK))
        ]
        return np.asarray(np.abs(np.concatenate(found) - reference).mean(axis=1))

    names = np.array(["imputation", "normalisation", "weights", "aggregation", "sampling"])
    return sobol_indices(shift, list(names[varying]), base=base, level=level, seed=seed)


def sobol_indices(
    function: Callable[[Floats], Floats],
    names: list[str],
    *,
    base: int = 1024,
    level: float = 0.95,
    seed: int,
) -> pd.DataFrame:
    r"""Share the variance of a function out among its inputs.

    With inputs independent and uniform from 0 to 1,

    .. math:: S_i = \frac{V[E(Y \mid x_i)]}{V(Y)}, \qquad S_{Ti} = 1 - \frac{V[E(Y \mid x_{-i})]}{V(Y)}.

    The first-order :math:`S_i` is what would be gone if :math:`x_i` were settled; the total :math:`S_{Ti}`
    what would stay if all but :math:`x_i` were settled, interactions included. An input of total nought can
    be left anywhere.

    Parameters
    ----------
    function : Callable
        Takes inputs of shape (N, len(names)), each from 0 to 1; gives N finite numbers.
    names : list of str
        A name for each input.
    base : int
        A power of two, at least 64. The function is computed ``base * (len(names) + 2)`` times.
    level : float
        Confidence level of the intervals, between 0 and 1.
    seed : int
        Same seed, same answer.

    Returns
    -------
    DataFrame
        A row an input: ``first``, ``first_low``, ``first_high``, ``total``, ``total_low``, ``total_high``.
        Estimates and ends are Monte Carlo, so that they may fall a little below nought or above one;
        intervals are from 100 bootstrap resamples.

    Raises
    ------
    CourseError
        If `base` is no power of two from 64, the level is not between 0 and 1, or the function is constant or
        gives something that is no finite number.

    References
    ----------
    Saltelli and others (2010), Computer Physics Communications, DOI 10.1016/j.cpc.2009.09.018. The work is
    done by SALib.
    """
    _require_base(base)
    if not 0 < level < 1:
        raise CourseError(f"sobol_indices was given a level of {level}: give a number between 0 and 1")
    problem = {"num_vars": len(names), "names": names, "bounds": [[0.0, 1.0]] * len(names)}
    # SALib takes a seed of nought for none at all.
    drawn, resampled = (int(state) for state in np.random.default_rng(seed).integers(1, 2**31, size=2))
    y = np.asarray(function(sobol_sample.sample(problem, base, calc_second_order=False, seed=drawn)))
    if not np.isfinite(y).all() or np.ptp(y) == 0:
        raise CourseError(
            "sobol_indices: the function is constant or not always finite: there is nothing to share"
        )
    found = sobol_analysis.analyze(problem, y, calc_second_order=False, conf_level=level, seed=resampled)
    return pd.DataFrame(
        {
            f"{kind}{end}": found[key] + sign * found[f"{key}_conf"]
            for kind, key in (("first", "S1"), ("total", "ST"))
            for end, sign in (("", 0), ("_low", -1), ("_high", 1))
        },
        index=names,
    )


@dataclass(frozen=True)
class _Model:
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

    def reference(self) -> _Model:
        """Give the same with the first option only, and the mean of its filled tables."""
        settled = self.filled[0].mean(axis=0, keepdims=True)
        return _Model(
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
            AGGREGATIONS[how](scores, _scores.component_weights(scores) if given is None else given)
        )

    def _normalised(self, x: Floats, how: Normalisation, low: float, high: float) -> Floats:
        if how == "z":
            return _scores.standardised(x, 100.0, 10.0)
        if how == "rank":
            return _scores.rank_scores(x, low, high)
        if how == "frontier":
            return _scores.between(x, *self.goalposts, low, high)
        return _scores.min_max(x, low, high)


def _model(
    where: str,
    table: pd.DataFrame,
    ses: pd.DataFrame | None,
    choices: Choices,
    imputations: int,
    rng: np.random.Generator,
) -> _Model:
    present = ~np.isnan(number_table(where, table, missing=True))
    require_spread(where, table)
    return _Model(
        [table.to_numpy(float)[None]]
        if present.all()
        else _filled(table, choices.imputation, imputations, rng),
        np.zeros(table.shape) if ses is None else _cell_errors(where, table, ses, present),
        choices.normalisation,
        [
            None if name == "pca" else unit_weights(where, choices.given.get(name), table.columns)
            for name in choices.weights
        ],
        choices.aggregation,
        _ends(where, choices.goalposts, table.columns),
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
    known = ses.where(present, 0.0)
    found = number_table(where, known)
    if (found < 0).any():
        raise CourseError(f"{where} was given the standard error {found.min()}: none may be negative")
    return found


def _ends(where: str, goalposts: pd.DataFrame | None, names: pd.Index) -> tuple[Floats, Floats]:
    if goalposts is None:
        return np.zeros(len(names)), np.zeros(len(names))
    if not {"worst", "best"} <= set(goalposts.columns):
        raise CourseError(f"{where} was given goalposts without the columns worst and best: name them so")
    worst, best = (number_series(where, end, goalposts[end], names) for end in ("worst", "best"))
    if (worst == best).any():
        raise CourseError(f"{where} was given two equal goalposts for one indicator: give a worst and a best")
    return worst, best


def _require_base(base: int) -> None:
    if base < 64 or base & (base - 1):
        raise CourseError(f"a base of {base} was given: give a power of two, at least 64, such as 1024")

"""Uncertainty and sensitivity of ranks: against plain loops, closed forms, and properties that must hold."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm

from klasteryste.errors import CourseError
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
from klasteryste.methods.ranks import joint_rank_intervals, mean_rank_shift, rank
from klasteryste.methods.uncertainty import Choices, choice_sensitivity, rank_uncertainty, sobol_indices

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


def test_choices_alone_give_every_index_and_no_other() -> None:
    table = invented().mask(invented() > 70)
    choices = Choices(
        imputation=("mean", "median"),
        normalisation=("min_max", "z", "rank", "frontier"),
        weights=("equal", "pca", "experts"),
        given={"experts": {"i0": 5, "i1": 1, "i2": 1, "i3": 1}},
        goalposts=pd.DataFrame({"worst": 0.0, "best": 100.0}, table.columns),
    )
    assert table.isna().any(axis=None)
    found = rank_uncertainty(table, None, choices, draws=6000, seed=3)
    expected = every_index(table, choices)
    assert tuple(found.method.reference) == expected[0]
    drawn = pd.Series([tuple(row) for row in found.method.ranks.to_numpy()])
    assert set(drawn) == set(expected)
    shares = pd.Series(expected).value_counts(normalize=True)
    assert drawn.value_counts(normalize=True)[shares.index].to_numpy() == pytest.approx(
        shares.to_numpy(), abs=0.025
    )
    assert (found.sampling.ranks == found.method.reference).all(axis=None)


def test_sampling_alone_is_what_a_plain_loop_finds() -> None:
    table = invented(6)
    table.iloc[0, 0] = np.nan
    ses = constant(table, 4.0).mask(table.isna())
    choices = Choices(**{**ONE, "weights": ("pca",), "aggregation": ("geometric",)})
    found = rank_uncertainty(table, ses, choices, draws=6000, seed=4).sampling
    rng = np.random.default_rng(5)
    loop = []
    for _ in range(1500):
        noisy = impute(table) + ses.fillna(0) * rng.normal(size=table.shape)
        scores = min_max(noisy, 1, 100)
        loop.append(rank(geometric_mean(scores, pca_weights(scores).weights)).to_numpy())
    for place in range(1, 7):
        assert found.shares()[place].to_numpy() == pytest.approx(
            (np.array(loop) == place).mean(axis=0), abs=0.05
        )


def test_two_units_change_places_as_often_as_the_normal_distribution_says() -> None:
    table = pd.DataFrame({"x": [1.0, 0.0]}, index=["a", "b"])
    ses = pd.DataFrame({"x": [0.6, 0.8]}, index=["a", "b"])
    found = rank_uncertainty(table, ses, Choices(**ONE), draws=20_000, seed=6)
    assert found.sampling.shares().loc["a", 1] == pytest.approx(norm.cdf(1), abs=0.01)
    assert found.both.shares().loc["b", 2] == pytest.approx(norm.cdf(1), abs=0.01)
    assert found.method.shares().loc["a"].tolist() == [1, 0]


def test_summaries_by_hand() -> None:
    found = rank_uncertainty(invented(5), constant(invented(5), 9), draws=400, seed=7).both
    ranks = found.ranks
    assert found.shifts[3] == pytest.approx(mean_rank_shift(-found.reference, -ranks.iloc[3]))
    summary = found.summary(0.9)
    assert summary["median"].tolist() == ranks.quantile(0.5, interpolation="lower").tolist()
    # Of 400 draws in order, 5 % is the 20th and 95 % the 380th.
    assert summary[["low", "high"]].to_numpy().T.tolist() == np.sort(ranks, axis=0)[[19, 379]].tolist()
    assert found.shares().sum(axis=1).tolist() == pytest.approx([1] * 5)


def test_both_sources_move_units_more_than_either() -> None:
    table = invented(20, 6)
    found = rank_uncertainty(table, constant(table, 5), draws=2000, seed=8)
    assert found.both.shifts.mean() > max(found.sampling.shifts.mean(), found.method.shifts.mean()) > 0


def test_draws_of_imputation_are_a_choice_and_no_sampling_error() -> None:
    table = invented(12, 3)
    table.iloc[[0, 4, 8], [0, 1, 2]] = table.iloc[[0, 4, 8], [0, 1, 2]].mask(np.eye(3) == 1)
    assert table.isna().to_numpy().sum() == 3
    found = rank_uncertainty(table, None, Choices(**{**ONE, "imputation": ("draws",)}), draws=200, seed=9)
    assert not (found.method.ranks == found.method.reference).all(axis=None)
    assert (found.sampling.ranks == found.sampling.reference).all(axis=None)


def test_a_range_of_draws_is_no_confidence_interval() -> None:
    """Of twelve units eleven are tied just behind the first: the first's range often misses place 1."""
    truth = np.array([0.1] + [0.0] * 11)
    rng = np.random.default_rng(10)
    ses = pd.DataFrame({"x": np.ones(12)})
    held = held_joint = 0
    for run in range(80):
        table = pd.DataFrame({"x": truth + rng.normal(size=12)})
        held += (
            rank_uncertainty(table, ses, Choices(**ONE), draws=300, seed=run).sampling.summary()["low"][0]
            == 1
        )
        held_joint += joint_rank_intervals(table["x"], ses["x"])["best"][0] == 1
    assert held / 80 < 0.9
    assert held_joint / 80 >= 0.95


def test_ties_among_sums_of_ranks_are_not_broken_by_rounding() -> None:
    table = pd.DataFrame({"x": [1.0, 2, 3, 4, 5], "y": [5.0, 4, 3, 2, 1], "z": [3.0, 3, 3, 3, 4]})
    choices = Choices(
        **{**ONE, "normalisation": ("rank",), "weights": ("w",)}, given={"w": {"x": 1, "y": 1, "z": 0}}
    )
    assert rank_uncertainty(table, None, choices, draws=1, seed=1).method.reference.tolist() == [1] * 5


def test_same_seed_same_answer() -> None:
    table = invented().mask(invented() > 70)
    one, again, other = (rank_uncertainty(table, draws=1500, seed=seed).both.ranks for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)


def test_order_of_units_and_units_of_measurement_do_not_matter() -> None:
    table = invented()
    one = rank_uncertainty(table, draws=300, seed=1).method.ranks
    other = rank_uncertainty(1000 * table[::-1] - 7, draws=300, seed=1).method.ranks
    pd.testing.assert_frame_equal(other[one.columns], one)


def test_sobol_indices_of_ishigami() -> None:
    # f = sin x1 + 7 sin(x2)**2 + 0.1 x3**4 sin x1 on (-π, π): Ishigami and Homma (1990).
    def ishigami(u: np.ndarray) -> np.ndarray:
        x = np.pi * (2 * u - 1)
        return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])

    found = sobol_indices(ishigami, ["x1", "x2", "x3"], base=4096, seed=1)
    # Variance 49/8 + 0.1 π**4/5 + 0.01 π**8/18 + 1/2, in three parts: (1 + 0.1 π**4/5)**2/2, 49/8, and
    # 0.01 π**8 * 8/225 of x1 and x3 together.
    parts = np.array([(1 + 0.1 * np.pi**4 / 5) ** 2 / 2, 49 / 8, 0.01 * np.pi**8 * 8 / 225])
    variance = 49 / 8 + 0.1 * np.pi**4 / 5 + 0.01 * np.pi**8 / 18 + 1 / 2
    assert parts.sum() == pytest.approx(variance)
    assert found["first"].tolist() == pytest.approx([*parts[:2] / variance, 0], abs=0.02)
    assert found["total"].tolist() == pytest.approx(
        [(parts[0] + parts[2]) / variance, parts[1] / variance, parts[2] / variance], abs=0.02
    )
    assert (found["first_low"] < found["first"]).all()
    assert (found["total"] < found["total_high"]).all()


def test_sobol_indices_of_choices_that_add_up() -> None:
    # 3 [u < 1/2] has variance 9/4; a choice of three steps 0, 1, 2 has 2/3; the third input does nothing.
    found = sobol_indices(
        lambda u: 3 * (u[:, 0] < 0.5) + np.floor(3 * u[:, 1]), ["two", "three", "idle"], base=1024, seed=2
    )
    expected = np.array([9 / 4, 2 / 3, 0]) / (9 / 4 + 2 / 3)
    assert found["first"].tolist() == pytest.approx(expected, abs=0.02)
    assert found["total"].tolist() == pytest.approx(expected, abs=0.02)


def test_sobol_intervals_hold_the_truth() -> None:
    held = 0
    for seed in range(40):
        found = sobol_indices(
            lambda u: u @ np.array([2.0, 1.0]) + u[:, 0] * u[:, 1], ["a", "b"], base=128, seed=seed
        )
        # Main effects 2.5 u1 and 1.5 u2 and an interaction of variance 1/144.
        truth = 2.5**2 / 12 / ((2.5**2 + 1.5**2) / 12 + 1 / 144)
        held += found.loc["a", "first_low"] <= truth <= found.loc["a", "first_high"]
    # Points spread evenly do better than the bootstrap, which takes them for random, gives them credit for.
    assert held / 40 >= 0.95


def test_the_one_choice_that_matters_has_it_all() -> None:
    # Both indicators hold the same values, so z-scores and min-max rank units alike; weights do not.
    table = pd.DataFrame({"x": [1.0, 2, 3, 4, 5], "y": [3.0, 1, 5, 2, 4]}, index=list("abcde"))
    choices = Choices(
        normalisation=("min_max", "z"),
        weights=("experts", "others"),
        aggregation=("arithmetic",),
        given={"experts": {"x": 9, "y": 1}, "others": {"x": 1, "y": 9}},
    )
    found = choice_sensitivity(table, choices=choices, base=256, seed=3)
    assert found.index.tolist() == ["normalisation", "weights"]
    assert found.loc["weights", ["first", "total"]].tolist() == pytest.approx([1, 1], abs=0.05)
    assert found.loc["normalisation", ["first", "total"]].tolist() == [0, 0]


def test_noise_and_gaps_are_factors_of_their_own() -> None:
    table = invented().mask(invented() > 70)
    found = choice_sensitivity(table, constant(table, 3), base=128, seed=4)
    assert found.index.tolist() == ["imputation", "normalisation", "weights", "aggregation", "sampling"]
    assert (found["total"] > 0).all()
    assert (found["first"] <= found["total_high"]).all()
    alone, again = (
        choice_sensitivity(table, constant(table, 3), Choices(**ONE), base=512, seed=4) for _ in range(2)
    )
    assert alone.index.tolist() == ["sampling"]
    assert alone.loc["sampling", ["first", "total"]].tolist() == pytest.approx([1, 1], abs=0.15)
    pd.testing.assert_frame_equal(alone, again)


TABLE = invented()
SES = constant(TABLE, 1)
POSTS = pd.DataFrame({"worst": 60.0, "best": 100.0}, TABLE.columns)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Choices(weights=()), r"weights = \(\)"),
        (lambda: Choices(aggregation=("median",)), "aggregation = .*'median'"),
        (lambda: Choices(imputation=("mean", "mean")), "each once"),
        (lambda: Choices(weights=("experts",)), "weights = .*'experts'"),
        (lambda: Choices(given={"equal": {}}), "another name"),
        (lambda: Choices(normalisation=("frontier",)), "without goalposts"),
        (lambda: rank_uncertainty(TABLE, draws=0, seed=1), "0 draws"),
        (lambda: rank_uncertainty(TABLE.iloc[:1], seed=1), "1 units"),
        (lambda: rank_uncertainty(TABLE.assign(i1=2), seed=1), "'i1' is the same for every unit"),
        (lambda: rank_uncertainty(TABLE.assign(i1=np.inf), seed=1), "'i1' of 'u0' is infinite"),
        (lambda: rank_uncertainty(TABLE.assign(i1=np.nan), seed=1), "'i1' has no value at all"),
        (lambda: rank_uncertainty(TABLE.rename({"u1": "u0"}), seed=1), "unit 'u0' twice"),
        (lambda: rank_uncertainty(TABLE, SES[["i1", "i0", "i2", "i3"]], seed=1), "other labels"),
        (lambda: rank_uncertainty(TABLE, -SES, seed=1), "none may be negative"),
        (lambda: rank_uncertainty(TABLE, SES.assign(i2=np.nan), seed=1), "'i2' of 'u0' is missing"),
        (lambda: rank_uncertainty(TABLE.mask(TABLE > 70), imputations=0, seed=1), "0 draws"),
        (
            lambda: rank_uncertainty(TABLE, choices=Choices(weights=("w",), given={"w": {"i0": 1}}), seed=1),
            "weights for other labels",
        ),
        (
            lambda: rank_uncertainty(TABLE, choices=Choices(goalposts=POSTS[["best"]]), seed=1),
            "without the columns worst and best",
        ),
        (
            lambda: rank_uncertainty(TABLE, choices=Choices(goalposts=POSTS.assign(best=60)), seed=1),
            "two equal goalposts",
        ),
        (
            lambda: rank_uncertainty(
                TABLE,
                choices=Choices(normalisation=("frontier",), aggregation=("geometric",), goalposts=POSTS),
                seed=1,
            ),
            "which geometric aggregation cannot take: give goalposts further out",
        ),
        (lambda: rank_uncertainty(TABLE, seed=1).both.summary(95), "level of 95"),
        (lambda: choice_sensitivity(TABLE, choices=Choices(**ONE), seed=1), "nothing varies"),
        (lambda: choice_sensitivity(TABLE, base=1000, seed=1), "base of 1000"),
        (lambda: sobol_indices(lambda u: u[:, 0], ["x"], base=32, seed=1), "base of 32"),
        (lambda: sobol_indices(lambda u: u[:, 0], ["x"], level=95, seed=1), "level of 95"),
        (lambda: sobol_indices(lambda u: 0 * u[:, 0], ["x"], seed=1), "constant or not always finite"),
        (lambda: sobol_indices(lambda u: u[:, 0] / 0, ["x"], seed=1), "constant or not always finite"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

"""Uncertainty of ranks: against plain loops, closed forms, and properties that must hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import norm
from tests.methods.indices import ONE, constant, gappy, invented

from klasteryste.errors import CourseError
from klasteryste.methods.choices import Choices
from klasteryste.methods.composite import geometric_mean, min_max, pca_weights
from klasteryste.methods.imputation import impute
from klasteryste.methods.ranks import joint_rank_intervals, mean_rank_shift, rank
from klasteryste.methods.uncertainty import rank_uncertainty


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
    table = invented(20, 3)
    table.iloc[[0, 4, 8], [0, 1, 2]] = table.iloc[[0, 4, 8], [0, 1, 2]].mask(np.eye(3) == 1)
    assert table.isna().to_numpy().sum() == 3
    found = rank_uncertainty(table, None, Choices(**{**ONE, "imputation": ("draws",)}), draws=200, seed=9)
    assert not (found.method.ranks == found.method.reference).all(axis=None)
    assert (found.sampling.ranks == found.sampling.reference).all(axis=None)


def two_that_go_together() -> pd.DataFrame:
    rng = np.random.default_rng(15)
    x = rng.normal(size=24)
    table = pd.DataFrame({"x": x, "y": x + rng.normal(size=24)}, [f"u{i}" for i in range(24)])
    table.iloc[3, 1] = np.nan
    return table


def test_the_reference_of_draws_of_imputation_is_their_mean() -> None:
    table, choices = two_that_go_together(), Choices(**{**ONE, "imputation": ("draws",)})
    many, lone = (
        [
            rank_uncertainty(table, None, choices, draws=1, imputations=imputations, seed=seed)
            .method.reference["u3"]
            .item()
            for seed in range(8)
        ]
        for imputations in (60, 1)
    )
    # Every seed draws other tables, whose mean over many is the same but for a place or so.
    assert np.ptp(many) <= 2 < np.ptp(lone)


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
    table = gappy()
    one, again, other = (rank_uncertainty(table, draws=1500, seed=seed).both.ranks for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, again)
    assert not one.equals(other)


def test_order_of_units_and_units_of_measurement_do_not_matter() -> None:
    table = invented()
    one = rank_uncertainty(table, draws=300, seed=1).method.ranks
    other = rank_uncertainty(1000 * table[::-1] - 7, draws=300, seed=1).method.ranks
    pd.testing.assert_frame_equal(other[one.columns], one)


TABLE = invented()
SES = constant(TABLE, 1)
TIED = pd.DataFrame({"x": [1, 2, 1, 2], "y": [1, 1, 2, 2]})
POSTS = pd.DataFrame({"worst": 60.0, "best": 100.0}, TABLE.columns)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rank_uncertainty(TABLE, draws=0, seed=1), "draws = 0"),
        (lambda: rank_uncertainty(TABLE.iloc[:1], seed=1), "1 units"),
        (lambda: rank_uncertainty(TABLE.assign(i1=2), seed=1), "'i1' is the same for every unit"),
        (lambda: rank_uncertainty(TABLE.assign(i1=np.inf), seed=1), "'i1' of 'u0' is infinite"),
        (lambda: rank_uncertainty(TABLE.assign(i1=np.nan), seed=1), "'i1' has no value at all"),
        (lambda: rank_uncertainty(TABLE.rename({"u1": "u0"}), seed=1), "unit 'u0' twice"),
        (lambda: rank_uncertainty(TABLE, SES[["i1", "i0", "i2", "i3"]], seed=1), "other labels"),
        (lambda: rank_uncertainty(TABLE, -SES, seed=1), "standard errors: 'i0' of 'u0' is negative"),
        (lambda: rank_uncertainty(TABLE, SES.assign(i2=np.nan), seed=1), "'i2' of 'u0' is missing"),
        (lambda: rank_uncertainty(TABLE.mask(TABLE > 70), imputations=0, seed=1), "imputations = 0"),
        (lambda: rank_uncertainty(TABLE, imputations=0, seed=1), "imputations = 0"),
        (lambda: rank_uncertainty(TABLE, draws=1.5, seed=1), "draws = 1.5"),
        (lambda: rank_uncertainty(1e200 * TABLE, seed=1), "values of 'i0' of a size of"),
        (lambda: rank_uncertainty(TABLE, 1e200 * SES, seed=1), "standard errors was given values of 'i0'"),
        (
            lambda: rank_uncertainty(gappy(), constant(gappy(), 1).mask(gappy().isna(), -1), seed=1),
            "standard errors: .* is negative",
        ),
        (
            lambda: rank_uncertainty(TIED, choices=Choices(weights=("equal", "pca")), seed=1),
            "the choice 'pca': the two largest components vary equally",
        ),
        (
            lambda: rank_uncertainty(
                -TABLE,
                choices=Choices(goalposts=POSTS[["best", "worst"]].set_axis(POSTS.columns, axis=1)),
                seed=1,
            ),
            "worst of 'i0' is not below best: .* turn goalposts with it",
        ),
        (
            lambda: rank_uncertainty(TABLE, choices=Choices(goalposts=POSTS / 100), seed=1),
            "no value of 'i0' is between its goalposts",
        ),
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
            "worst of 'i0' is not below best",
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
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

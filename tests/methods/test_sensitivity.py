"""Sobol indices: against closed forms and a full enumeration."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from tests.methods.indices import ONE, constant, every_index, gappy, invented

from klasteryste.errors import CourseError
from klasteryste.methods.choices import Choices
from klasteryste.methods.sensitivity import choice_sensitivity, sobol_indices
from klasteryste.methods.uncertainty import rank_uncertainty


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


def test_indices_of_choices_are_those_of_every_index_built() -> None:
    table = invented().mask(invented() > 70)
    choices = Choices(imputation=("mean", "median"))
    ranks = np.array(every_index(table, choices))
    shifts = np.abs(ranks - ranks[0]).mean(axis=1).reshape(2, 3, 2, 3)
    found = choice_sensitivity(table, choices=choices, base=4096, seed=1)
    assert found.index.tolist() == ["imputation", "normalisation", "weights", "aggregation"]
    for axis, name in enumerate(found.index):
        others = tuple({0, 1, 2, 3} - {axis})
        first, total = shifts.mean(axis=others).var(), shifts.var(axis=axis).mean()
        assert found.loc[name, ["first", "total"]].to_numpy() == pytest.approx(
            np.array([first, total]) / shifts.var(), abs=0.005
        )


def test_noise_has_the_share_that_simulations_of_each_choice_give_it() -> None:
    table = invented()
    ses = constant(table, 5)
    given = {"first": {"i0": 3, "i1": 1, "i2": 1, "i3": 1}, "other": {"i0": 1, "i1": 1, "i2": 4, "i3": 1}}
    choices = Choices(**{**ONE, "weights": ("first", "other")}, given=given)
    found = choice_sensitivity(table, ses, choices, base=8192, seed=5)
    reference = rank_uncertainty(table, None, choices, draws=1, seed=1).method.reference.to_numpy()
    shifts = []
    for name in given:
        alone = Choices(**{**ONE, "weights": (name,)}, given=given)
        ranks = rank_uncertainty(table, ses, alone, draws=4000, seed=6).sampling.ranks.to_numpy()
        shifts.append(np.abs(ranks - reference).mean(axis=1))
    share = np.var([each.mean() for each in shifts]) / np.var(np.concatenate(shifts))
    assert 0.1 < share < 0.9
    assert found.loc["weights", "first"] == pytest.approx(share, abs=0.05)
    assert found.loc["sampling", "total"] == pytest.approx(1 - share, abs=0.05)


def test_intervals_are_of_the_level_asked_for() -> None:
    wide, narrow = (
        sobol_indices(lambda u: u[:, 0] + u[:, 1] ** 2, ["a", "b"], base=64, level=level, seed=1)
        for level in (0.99, 0.5)
    )
    assert wide["first"].equals(narrow["first"])
    # Normal quantiles of 2.576 and 0.674.
    ratio = (wide["first_high"] - wide["first"]) / (narrow["first_high"] - narrow["first"])
    assert ratio.tolist() == pytest.approx([2.576 / 0.674] * 2, rel=1e-3)


def test_noise_and_gaps_are_factors_of_their_own() -> None:
    table = gappy()
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


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: choice_sensitivity(TABLE, choices=Choices(**ONE), seed=1), "nothing varies"),
        (lambda: choice_sensitivity(TABLE, base=1000, seed=1), "base of 1000"),
        (lambda: sobol_indices(lambda u: u[:, 0], ["x"], base=32, seed=1), "base = 32"),
        (lambda: sobol_indices(lambda u: u[:, 0], ["x"], level=95, seed=1), "level of 95"),
        (lambda: sobol_indices(lambda u: u[:, 0], ["x"], base=128.0, seed=1), "base = 128.0"),
        (lambda: sobol_indices(lambda u: u[:, 0], [], seed=1), "no inputs"),
        (lambda: sobol_indices(lambda u: u[:, 0], ["x", "x"], seed=1), "input 'x' twice"),
        (lambda: sobol_indices(lambda u: u[:9, 0], ["x", "y"], seed=1), "gave 9 numbers for 4096 rows"),
        (lambda: sobol_indices(lambda u: u, ["x", "y"], seed=1), "give one column"),
        (lambda: sobol_indices(lambda u: 0 * u[:, 0], ["x"], seed=1), "constant or not always finite"),
        (lambda: sobol_indices(lambda u: u[:, 0] / 0, ["x"], seed=1), "constant or not always finite"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

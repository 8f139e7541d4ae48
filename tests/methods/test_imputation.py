"""Filled gaps: by hand, against a known truth, and properties that must hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from klasteryste.errors import CourseError
from klasteryste.methods.imputation import impute, impute_draws

GAPS = pd.DataFrame({"x": [1.0, 2.0, np.nan, 9.0], "y": [5.0, np.nan, 7.0, 8.0]}, index=list("abcd"))


def correlated(n: int, seed: int) -> pd.DataFrame:
    """Give y of mean 0 and variance 1, correlated 0.8 with x, and missing for half of those of large x."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=n)
    y = 0.8 * x + 0.6 * rng.normal(size=n)
    return pd.DataFrame({"x": x, "y": np.where((x > 0) & (rng.random(n) < 0.5), np.nan, y)})


def test_mean_and_median_by_hand() -> None:
    assert impute(GAPS).loc["c", "x"] == 4
    assert impute(GAPS, by="median").loc["c", "x"] == 2
    assert impute(GAPS).loc["b", "y"] == pytest.approx(20 / 3)


def test_what_was_there_stays_as_it_was() -> None:
    table = correlated(40, 1)
    there = table.notna()
    for filled in (impute(table), *impute_draws(table, 3, seed=1)):
        assert filled.notna().all(axis=None)
        pd.testing.assert_frame_equal(filled.where(there), table)


def test_a_full_table_is_its_own_filling() -> None:
    full = impute(GAPS)
    for filled in impute_draws(full, 2, seed=1):
        pd.testing.assert_frame_equal(filled, full)


def test_draws_follow_the_regression_and_its_spread() -> None:
    table = correlated(400, 2)
    gaps = table["y"].isna()
    draws = np.array([filled.loc[gaps, "y"] for filled in impute_draws(table, 20, seed=2)])
    foretold = 0.8 * table.loc[gaps, "x"].to_numpy()
    assert (draws - foretold).mean() == pytest.approx(0, abs=0.1)
    assert (draws - foretold).std() == pytest.approx(0.6, abs=0.06)
    assert np.ptp(impute(table).loc[gaps, "y"]) == 0


def test_intervals_over_draws_hold_a_mean_that_filling_by_the_mean_misses() -> None:
    """Pool four draws by Rubin's rules: variance within, plus 5/4 of the variance between."""
    runs, held, held_naive = 40, 0, 0
    for run in range(runs):
        table = correlated(100, 100 + run)
        means, variances = np.array(
            [(t["y"].mean(), t["y"].var() / 100) for t in impute_draws(table, 4, seed=run)]
        ).T
        se = np.sqrt(variances.mean() + 1.25 * means.var(ddof=1))
        held += abs(means.mean()) <= 2.1 * se
        naive = impute(table)["y"]
        held_naive += abs(naive.mean()) <= 1.96 * naive.std() / 10
    assert held / runs >= 0.9
    assert held_naive / runs < 0.7


def test_units_of_measurement_do_not_matter() -> None:
    table = correlated(50, 3)
    one = impute_draws(table, 2, seed=4)[1]
    other = impute_draws(table * [1e6, 1e-6] + [5, 0], 2, seed=4)[1]
    assert ((other - [5, 0]) / [1e6, 1e-6]).to_numpy() == pytest.approx(one.to_numpy(), rel=1e-6)


def test_same_seed_same_draws() -> None:
    table = correlated(30, 5)
    one, again, other = (impute_draws(table, 2, seed=seed) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one[1], again[1])
    assert not one[1].equals(other[1])
    assert not one[0].equals(one[1])


def test_intervals_over_draws_hold_a_mean_with_few_values_too() -> None:
    """Of twenty units five have no y; the largest values of x are among them more often than not."""
    runs, held = 100, 0
    for run in range(runs):
        rng = np.random.default_rng(run)
        x = rng.normal(size=20)
        y = 0.8 * x + 0.6 * rng.normal(size=20)
        y[np.argsort(x + rng.normal(size=20))[-5:]] = np.nan
        means, variances = np.array(
            [
                (t["y"].mean(), t["y"].var() / 20)
                for t in impute_draws(pd.DataFrame({"x": x, "y": y}), 4, seed=run)
            ]
        ).T
        se = np.sqrt(variances.mean() + 1.25 * means.var(ddof=1))
        held += abs(means.mean()) <= 2.1 * se
    assert held / runs >= 0.87


def test_gaps_in_two_indicators_that_go_together_are_drawn_so() -> None:
    # Gaps begin at their means, so that one round would draw both as if the other were at its mean. The
    # constant and complete column foretells nothing, and is no obstacle.
    rng = np.random.default_rng(6)
    x = rng.normal(size=200)
    both = pd.DataFrame({"x": x, "y": 0.95 * x + np.sqrt(1 - 0.95**2) * rng.normal(size=200), "z": 3.0})
    both.iloc[:60, :2] = np.nan
    draws = np.array([t.iloc[:60, :2].to_numpy() for t in impute_draws(both, 20, seed=7)])
    assert np.mean([np.corrcoef(each.T)[0, 1] for each in draws]) > 0.88
    assert draws.std() > 0.75


FEW = pd.DataFrame({"x": np.arange(15.0), "y": np.arange(15.0) % 4})


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: impute(GAPS, by="mode"), "'mode'"),
        (lambda: impute(GAPS.assign(z=np.nan)), "indicator 'z' has no value at all"),
        (lambda: impute(GAPS.T.assign(e=np.nan).T), "unit 'e' has no value at all"),
        (lambda: impute(GAPS.replace(9, np.inf)), "'x' of 'd' is infinite"),
        (lambda: impute(GAPS.set_axis(list("abca"))), "unit 'a' twice"),
        (lambda: impute_draws(GAPS, 0, seed=1), "draws = 0"),
        (lambda: impute_draws(GAPS.iloc[:1], seed=1), "1 units"),
        (lambda: impute_draws(GAPS[["x"]].fillna(0).mask(GAPS[["x"]] == 2), seed=1), "unit 'b' has no value"),
        (lambda: impute_draws(FEW.mask(FEW == 5), seed=1), "'x' has gaps and 14 values"),
        (lambda: impute_draws(GAPS * 1e200, seed=1), "values of 'x' of a size of 9e"),
        (lambda: impute(GAPS * 1e200), "values of 'x' of a size of 9e"),
        (lambda: impute_draws(GAPS.assign(z=1.0), seed=1), "'x' has gaps and 3 values"),
        (
            lambda: impute_draws(correlated(19, 1)[["x"]].assign(z=[np.nan] + [2.0] * 18), seed=1),
            "18 values, 1 different",
        ),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

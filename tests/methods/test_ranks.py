"""Intervals for places: by hand, against R and SciPy, and with a known truth."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm, studentized_range

from klasteryste import load
from klasteryste.errors import CourseError
from klasteryste.methods.ranks import joint_rank_intervals, mean_rank_shift, pairwise_rank_intervals, rank

VALUES = pd.Series([10.0, 9.2, 8.9, 7.0, 6.8, 6.1, 4.0, 3.9, 2.0, 0.5], index=list("abcdefghij"))
SES = pd.Series([0.3, 0.2, 0.6, 0.5, 0.4, 0.3, 0.7, 0.2, 0.8, 0.6], index=list("abcdefghij"))


def true_places(truth: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Give the first and the last place that each unit may claim, which differ where units are tied."""
    above = truth[None, :] > truth[:, None]
    return 1 + above.sum(axis=1), len(truth) - above.sum(axis=0)


def holds(found: pd.DataFrame, truth: np.ndarray) -> np.ndarray:
    first, last = true_places(truth)
    return ((found["best"] <= first) & (found["worst"] >= last)).to_numpy()


def test_equal_values_share_a_place_and_leave_the_next_empty() -> None:
    assert rank(pd.Series([5.0, 7, 5, 9])).tolist() == [3, 2, 3, 1]


def test_rounding_breaks_no_tie() -> None:
    assert rank(pd.Series([0.1 + 0.2, 0.3, 0.1])).tolist() == [1, 1, 3]
    assert rank(pd.Series([1e-9, 2e-9, 0])).tolist() == [2, 1, 3]
    assert rank(pd.Series([0.0, 0])).tolist() == [1, 1]


def test_rounding_breaks_no_tie_wherever_the_largest_value_is() -> None:
    assert rank(pd.Series([819.2, 0.1 + 0.2, 0.3])).tolist() == [1, 2, 2]


@given(
    st.lists(st.tuples(st.integers(-4, 4), st.integers(-3, 3)), min_size=2, max_size=8),
    st.sampled_from([0.1, 1, 819.2]),
)
@settings(max_examples=60, deadline=None)
def test_without_errors_the_interval_is_the_place_that_rounding_does_not_move(parts, unit: float) -> None:
    exact = pd.Series([unit * whole for whole, _ in parts])
    values = exact + 1e-13 * exact.abs().max() * pd.Series([hair for _, hair in parts])
    none = pd.Series(np.zeros(len(parts)))
    for found in (
        joint_rank_intervals(values, none),
        pairwise_rank_intervals(values, none, draws=100, seed=1),
    ):
        assert found["rank"].tolist() == rank(exact).tolist()
        assert (found["best"] == found["rank"]).all()
        assert (found["rank"] <= found["worst"]).all()


def test_the_critical_value_is_rounded_towards_caution() -> None:
    # Of 100 draws at 95 %, the 95.05th of 100 in order lies between two: the larger counts.
    noise = np.random.default_rng(9).standard_normal((100, 2))
    ratios = np.sort(np.abs(noise[:, 0] - noise[:, 1]))

    def certain(gap: float) -> bool:
        values, ses = pd.Series([gap, 0.0]), pd.Series([1.0, 1.0])
        return pairwise_rank_intervals(values, ses, draws=100, seed=9)["worst"][0] == 1

    assert not certain((ratios[94] + ratios[95]) / 2)
    assert certain(ratios[95] * 1.001)


def test_mean_rank_shift_by_hand() -> None:
    # Places 1 2 3 4 become 2 1 3 4.
    one, other = pd.Series([4.0, 3, 2, 1], list("abcd")), pd.Series([1.0, 2, 4, 3], list("dcba"))
    assert mean_rank_shift(one, other) == pytest.approx(0.5)
    assert mean_rank_shift(one, one[::-1]) == 0


def test_joint_quantiles_are_those_published() -> None:
    # Klein, Wright and Wieczorek (2020) with 51 units at 90 %: about 3.081, and 3.096 by Bonferroni.
    values = pd.Series(np.zeros(51))
    ones = pd.Series(np.ones(51))
    assert joint_rank_intervals(values, ones, 0.9)["high"][0] == pytest.approx(3.081, abs=5e-4)
    assert joint_rank_intervals(values, ones, 0.9, independent=False)["high"][0] == pytest.approx(
        3.096, abs=5e-4
    )


def test_joint_intervals_by_hand() -> None:
    # Three units at 95 % together: each at 0.95**(1/3) = 0.98305, z = 2.3877. With se 1, 1, 0.5:
    # 10 from 7.61 to 12.39; 6 from 3.61 to 8.39; 5 from 3.81 to 6.19. The first is above the third only.
    found = joint_rank_intervals(pd.Series([10.0, 6, 5], list("xyz")), pd.Series([1, 1, 0.5], list("xyz")))
    assert found["low"].tolist() == pytest.approx([7.6123, 3.6123, 3.8062], abs=1e-4)
    assert found["best"].tolist() == [1, 1, 2]
    assert found["worst"].tolist() == [2, 3, 3]
    assert found["rank"].tolist() == [1, 2, 3]


@pytest.mark.parametrize(
    ("simultaneous", "correlated", "stepdown", "best", "worst"),
    [
        (True, False, True, [1, 1, 1, 3, 3, 4, 6, 7, 7, 9], [3, 3, 5, 6, 6, 7, 9, 9, 10, 10]),
        (False, False, True, [1, 1, 1, 3, 4, 4, 7, 7, 7, 9], [3, 3, 4, 6, 6, 6, 9, 9, 10, 10]),
        (True, True, True, [1, 2, 1, 4, 4, 4, 7, 7, 7, 9], [2, 3, 3, 6, 6, 6, 9, 9, 10, 10]),
        (True, True, False, [1, 1, 1, 4, 4, 4, 7, 7, 7, 9], [3, 3, 3, 6, 6, 6, 9, 9, 10, 10]),
    ],
)
def test_pairwise_intervals_agree_with_csranks(simultaneous, correlated, stepdown, best, worst) -> None:
    # R 4.2 with the functions of csranks 1.2:
    # x <- c(10, 9.2, 8.9, 7, 6.8, 6.1, 4, 3.9, 2, 0.5); s <- c(.3, .2, .6, .5, .4, .3, .7, .2, .8, .6)
    # csranks(x, diag(s^2), R = 1e5, seed = 1); csranks(x, diag(s^2), simul = FALSE, R = 1e5, seed = 1)
    # V <- outer(s, s) * (0.5 + 0.5 * diag(10)); csranks(x, V, R = 1e5, seed = 1)
    # csranks(x, V, stepdown = FALSE, R = 1e5, seed = 1); with seeds 2 and 3 the same
    covariance = pd.DataFrame(np.outer(SES, SES) * (0.5 + 0.5 * np.eye(10)), SES.index, SES.index)
    found = pairwise_rank_intervals(
        VALUES, covariance if correlated else SES, simultaneous=simultaneous, stepdown=stepdown, seed=1
    )
    assert found["best"].tolist() == best
    assert found["worst"].tolist() == worst


def test_a_unit_asked_about_alone_comes_out_as_among_all() -> None:
    everybody = pairwise_rank_intervals(VALUES, SES, simultaneous=False, draws=2000, seed=1)
    some = pairwise_rank_intervals(VALUES, SES, simultaneous=False, units=["f", "b"], draws=2000, seed=1)
    pd.testing.assert_frame_equal(some, everybody.loc[["f", "b"]])


def test_units_that_cannot_be_asked_about_are_refused() -> None:
    with pytest.raises(CourseError, match="asked about 'z', which has no estimate"):
        pairwise_rank_intervals(VALUES, SES, simultaneous=False, units=["z"], seed=1)
    with pytest.raises(CourseError, match="leave `units` out"):
        pairwise_rank_intervals(VALUES, SES, units=["a"], seed=1)


def decision_gap(simultaneous: bool, n: int) -> float:
    """Find how far above n - 1 equal units, of standard error 1, one must stand to be first for certain."""

    def worst(gap: float) -> int:
        values = pd.Series([gap] + [0.0] * (n - 1))
        found = pairwise_rank_intervals(
            values, pd.Series(np.ones(n)), simultaneous=simultaneous, stepdown=False, draws=40_000, seed=2
        )
        return int(found["worst"].iloc[0])

    return brentq(lambda gap: worst(gap) - 1.5, 1, 8, xtol=1e-3)


def test_simultaneous_critical_value_is_the_studentised_range() -> None:
    expected = studentized_range.ppf(0.95, 5, np.inf)
    assert decision_gap(True, 5) == pytest.approx(expected, rel=0.01)


def test_marginal_critical_value_is_dunnetts() -> None:
    # With the noise z of the unit in common, the chance that all four differences stay below c * sqrt(2).
    def chance(c: float) -> float:
        reach = c * np.sqrt(2)
        return quad(lambda z: norm.pdf(z) * (norm.cdf(z + reach) - norm.cdf(z - reach)) ** 4, -8, 8)[0]

    expected = brentq(lambda c: chance(c) - 0.95, 1, 5) * np.sqrt(2)
    assert decision_gap(False, 5) == pytest.approx(expected, rel=0.01)


TRUTHS = {
    "all tied": np.zeros(8),
    "even steps": np.arange(8.0),
    "two ties": np.array([0, 0, 3, 3, 3, 4, 7, 9.0]),
}


@pytest.mark.parametrize("name", TRUTHS)
def test_intervals_hold_the_true_places_as_often_as_they_say(name: str) -> None:
    truth = TRUTHS[name]
    rng = np.random.default_rng(12)
    ses = pd.Series(rng.uniform(0.4, 1.2, 8))
    runs = 200
    held = dict.fromkeys(("joint", "pairwise", "alone", "alone, all"), 0.0)
    for run in range(runs):
        values = pd.Series(truth + rng.normal(0, ses))
        alone = holds(pairwise_rank_intervals(values, ses, simultaneous=False, draws=400, seed=run), truth)
        held["joint"] += holds(joint_rank_intervals(values, ses), truth).all()
        held["pairwise"] += holds(pairwise_rank_intervals(values, ses, draws=400, seed=run), truth).all()
        held["alone"] += alone[3]
        held["alone, all"] += alone.all()
    shares = {kind: count / runs for kind, count in held.items()}
    assert min(shares["joint"], shares["pairwise"], shares["alone"]) >= 0.92, shares
    if name == "all tied":  # the least favourable truth: the level is met, not exceeded
        assert shares["pairwise"] <= 0.98, shares
        assert shares["alone, all"] < 0.9, shares


@given(hnp.arrays(float, 7, elements=st.floats(-5, 5).map(lambda x: round(x, 6))), st.floats(0.1, 3))
@settings(max_examples=30, deadline=None)
def test_intervals_nest_and_hold_the_estimated_place(x: np.ndarray, se: float) -> None:
    values, ses = pd.Series(x), pd.Series(np.full(7, se))
    tables = [
        joint_rank_intervals(values, ses),
        pairwise_rank_intervals(values, ses, stepdown=False, draws=2000, seed=1),
        pairwise_rank_intervals(values, ses, draws=2000, seed=1),
    ]
    alone = pairwise_rank_intervals(values, ses, simultaneous=False, draws=2000, seed=1)
    for wide, narrow in pairwise([*tables, alone]):
        assert (wide["best"] <= narrow["best"]).all()
        assert (narrow["best"] <= narrow["rank"]).all()
        assert (narrow["rank"] <= narrow["worst"]).all()
        assert (narrow["worst"] <= wide["worst"]).all()


@given(st.permutations(range(10)), st.floats(0.01, 100), st.floats(-100, 100))
@settings(max_examples=20)
def test_order_unit_and_origin_do_not_matter(order: list[int], scale: float, shift: float) -> None:
    one = joint_rank_intervals(VALUES, SES)
    other = joint_rank_intervals((scale * VALUES + shift).iloc[order], scale * SES)
    pd.testing.assert_frame_equal(other.loc[one.index, ["best", "worst"]], one[["best", "worst"]])


def test_known_values_have_one_place_and_ties_are_not_broken() -> None:
    values, none = pd.Series([3.0, 2, 2, 1]), pd.Series(np.zeros(4))
    for found in (joint_rank_intervals(values, none), pairwise_rank_intervals(values, none, seed=1)):
        assert found["best"].tolist() == [1, 2, 2, 4]
        assert found["worst"].tolist() == [1, 3, 3, 4]


def test_a_covariance_matrix_may_come_in_any_order() -> None:
    covariance = pd.DataFrame(np.diag(SES**2), SES.index, SES.index)
    mixed = covariance.loc[list("jihgfedcba"), list("cdefghijab")]
    one, other = (
        pairwise_rank_intervals(VALUES, errors, draws=500, seed=4) for errors in (covariance, mixed)
    )
    pd.testing.assert_frame_equal(one, other)
    pd.testing.assert_frame_equal(one, pairwise_rank_intervals(VALUES, SES, draws=500, seed=4))


def test_an_error_in_common_does_not_blur_places() -> None:
    values = pd.Series([3.0, 2, 1])
    found = pairwise_rank_intervals(values, pd.DataFrame(np.ones((3, 3))), seed=1)
    assert found["best"].tolist() == found["worst"].tolist() == [1, 2, 3]


def test_same_seed_same_answer() -> None:
    one, again = (pairwise_rank_intervals(VALUES, SES, draws=200, seed=3) for _ in range(2))
    pd.testing.assert_frame_equal(one, again)


def test_a_league_table_of_governance_claims_less_than_its_places() -> None:
    governance = load("governance")
    latest = governance[(governance["year"] == 2023) & (governance["indicator"] == "cc")].set_index("country")
    joint = joint_rank_intervals(latest["estimate"], latest["se"])
    pairwise = pairwise_rank_intervals(latest["estimate"], latest["se"], seed=1)
    for found in (joint, pairwise):
        assert found["rank"].between(found["best"], found["worst"]).all()
    width = (pairwise["worst"] - pairwise["best"]).loc["LT"]
    assert 0 < width < len(latest) - 1
    assert (pairwise["worst"] - pairwise["best"]).mean() <= (joint["worst"] - joint["best"]).mean()


GAP = VALUES.replace(7, np.nan)
TWICE = pd.Series([1.0, 2.0], index=["LT", "LT"])
SQUARE = pd.DataFrame(np.diag(SES**2), SES.index, SES.index)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: rank(pd.Series([], dtype=float)), "no values"),
        (lambda: rank(VALUES * 1e200), "values of a size of 1e"),
        (lambda: joint_rank_intervals(VALUES * 1e200, SES), "estimates of a size of 1e"),
        (lambda: pairwise_rank_intervals(VALUES, SES * 1e200, seed=1), "standard errors of a size of 8e"),
        (lambda: rank(GAP), "value of 'd': nan is no finite number"),
        (lambda: rank(TWICE), "label 'LT' twice"),
        (lambda: rank(pd.Series(["high"])), "not all numbers: .*'high'"),
        (lambda: mean_rank_shift(VALUES, VALUES[1:]), "'a' is in one of the two only"),
        (lambda: mean_rank_shift(VALUES, GAP), "other index of 'd'"),
        (lambda: joint_rank_intervals(VALUES[:1], SES[:1]), "1 estimates"),
        (lambda: joint_rank_intervals(VALUES.replace(7, np.inf), SES), "estimate of 'd': inf"),
        (lambda: joint_rank_intervals(VALUES, -SES), "none may be negative"),
        (lambda: joint_rank_intervals(VALUES, SES.replace(0.7, np.nan)), "standard error of 'g': nan"),
        (lambda: joint_rank_intervals(VALUES, SES[1:]), "'a' is in one"),
        (lambda: joint_rank_intervals(TWICE, TWICE), "label 'LT' twice"),
        (lambda: joint_rank_intervals(VALUES, SES, level=95), "level of 95"),
        (lambda: pairwise_rank_intervals(VALUES, SES, level=0.05, seed=1), "level of 0.05"),
        (lambda: pairwise_rank_intervals(VALUES, SES, draws=99, seed=1), "draws = 99"),
        (lambda: pairwise_rank_intervals(GAP, SES, seed=1), "estimate of 'd'"),
        (lambda: pairwise_rank_intervals(VALUES, -SES, seed=1), "none may be negative"),
        (lambda: pairwise_rank_intervals(VALUES, SQUARE.iloc[1:], seed=1), "other labels"),
        (lambda: pairwise_rank_intervals(VALUES, SQUARE.mask(SQUARE > 0.6), seed=1), "is missing"),
        (lambda: pairwise_rank_intervals(VALUES, SQUARE + np.triu(np.ones((10, 10)), 1), seed=1), "not symm"),
        (lambda: pairwise_rank_intervals(VALUES, SQUARE - 0.5, seed=1), "negative eigenvalue"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

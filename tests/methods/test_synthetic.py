"""Synthetic control: by hand, against pysyncon, properties, and false alarms counted."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pysyncon import Synth

from klasteryste import load
from klasteryste.errors import CourseError
from klasteryste.methods.synthetic import synthetic_control, synthetic_placebo_test


def long(y: np.ndarray, names: str = "abcdefghijklmnopqrstuvwxyz") -> pd.DataFrame:
    units, years = y.shape
    index = pd.MultiIndex.from_product([[*names[:units]], range(2001, 2001 + years)], names=["unit", "year"])
    return pd.Series(y.ravel(), index, name="y").reset_index()


def walks(units: int, years: int, seed: int) -> np.ndarray:
    return 50 + np.random.default_rng(seed).normal(size=(units, years)).cumsum(axis=1)


def control(panel: pd.DataFrame, treated: str = "a", start: int = 2003, **options):
    return synthetic_control(panel, "y", unit="unit", treated=treated, start=start, **options)


def placebo(panel: pd.DataFrame, treated: str = "a", start: int = 2003):
    return synthetic_placebo_test(panel, "y", unit="unit", treated=treated, start=start)


# a lies a quarter of the way from b to c in both years before 2003; d is far away.
BETWEEN = np.array([[1.0, 2, 9, 5], [0, 4, 0, 0], [4, -4, 8, 4], [90, 90, 90, 90]])


def test_a_mixture_of_two_by_hand() -> None:
    found = control(long(BETWEEN))
    assert found.weights.to_dict() == pytest.approx({"b": 0.75, "c": 0.25, "d": 0})
    assert found.by_year["synthetic"].tolist() == pytest.approx([1, 2, 2, 1])
    assert found.by_year["gap"].tolist() == pytest.approx([0, 0, 7, 4])
    assert found.effect == pytest.approx(5.5)
    assert found.pre_rmspe == pytest.approx(0, abs=1e-12)
    assert found.post_rmspe == pytest.approx(((49 + 16) / 2) ** 0.5)
    assert found.left_out == ()


def test_a_unit_beyond_all_donors_is_given_the_nearest_mixture_by_hand() -> None:
    # Before: (0, 0) against b (1, 0) and c (0, 2). On the line between them (0.8, 0.4) is nearest.
    y = np.array([[0.0, 0, 0], [1, 0, 1], [0, 2, 2]])
    found = control(long(y))
    assert found.weights.to_dict() == pytest.approx({"b": 0.8, "c": 0.2})
    assert found.pre_rmspe == pytest.approx(((0.8**2 + 0.4**2) / 2) ** 0.5)
    assert found.effect == pytest.approx(-1.2)


@pytest.mark.parametrize("seed", range(6))
def test_weights_fit_no_worse_than_pysyncons(seed: int) -> None:
    y = walks(8, 14, seed)
    found = control(long(y), start=2011)
    years = pd.DataFrame(y.T, columns=[*"abcdefgh"])
    before = years.iloc[:10]
    synth = Synth()
    # It divides every predictor by its spread and weighs them by V: with the square of it, all count alike.
    synth.fit(
        X0=before.drop(columns="a"),
        X1=before["a"],
        Z0=before.drop(columns="a"),
        Z1=before["a"],
        custom_V=before.var(axis=1).to_numpy(),
    )
    theirs = synth.W / synth.W.sum()
    loss = float(np.sqrt(np.mean((before["a"] - before.drop(columns="a") @ theirs) ** 2)))
    assert found.pre_rmspe <= loss + 1e-9
    assert found.pre_rmspe == pytest.approx(loss, rel=1e-3)
    assert found.weights.to_numpy() == pytest.approx(theirs, abs=0.01)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(3, 10), st.integers(3, 12))
def test_weights_are_a_mixture_that_no_shift_of_weight_improves(seed: int, units: int, years: int) -> None:
    y = walks(units, years, seed)
    found = control(long(y), start=2000 + years)
    w = found.weights.to_numpy()
    assert (w >= 0).all()
    assert w.sum() == pytest.approx(1)
    # At the least square, weight moved from a donor in use to any other makes the fit no better.
    before = y[:, :-1]
    slope = before[1:] @ (w @ before[1:] - before[0])
    scale = np.abs(before[1:] - before[0]).max() ** 2 * years
    assert slope[w > 1e-9].max() <= slope.min() + 1e-9 * scale


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 1000), st.floats(-1000, 1000), st.permutations(range(9)), st.integers(0, 99))
def test_units_of_measure_and_order_do_not_matter(
    scale: float, shift: float, order: list[int], seed: int
) -> None:
    # Fewer donors than years before: one set of weights is best.
    y = walks(9, 14, seed)
    one = control(long(y), start=2012)
    other = control(long(shift + scale * y[order], "".join("abcdefghi"[i] for i in order)), start=2012)
    assert other.weights[one.weights.index].to_numpy() == pytest.approx(one.weights.to_numpy(), abs=1e-5)
    assert other.effect == pytest.approx(scale * one.effect, rel=1e-4, abs=1e-4 * scale)


def test_placebo_ranks_the_ratio_among_all_units() -> None:
    y = walks(10, 12, 3)
    y[0, 9:] += 3
    found = placebo(long(y), start=2010)
    assert found.p == (1 + found.by_unit.index.get_loc("a")) / 10
    mine = control(long(y), start=2010)
    row = found.by_unit.loc["a"]
    assert row[["effect", "pre_rmspe", "post_rmspe"]].tolist() == pytest.approx(
        [mine.effect, mine.pre_rmspe, mine.post_rmspe]
    )
    assert row["ratio"] == pytest.approx(mine.post_rmspe / mine.pre_rmspe)
    # The treated unit is a donor of the placebos: each is what it would be, were that unit the treated one.
    for name, effect in found.by_unit["effect"].items():
        assert control(long(y), treated=name, start=2010).effect == pytest.approx(effect)
    assert found.by_unit["ratio"].is_monotonic_decreasing
    again = placebo(long(y), treated="b", start=2010)
    assert again.p == (1 + found.by_unit.index.get_loc("b")) / 10
    pd.testing.assert_frame_equal(again.by_unit, found.by_unit)


def test_an_exact_fit_before_has_an_infinite_ratio_unless_nothing_follows() -> None:
    found = placebo(long(BETWEEN), treated="b")
    assert found.by_unit.loc["a", "ratio"] == np.inf
    twins = BETWEEN.copy()
    twins[0] = twins[1]
    assert placebo(long(twins)).by_unit.loc["a", "ratio"] == 0
    assert placebo(long(twins)).p == 1


@pytest.mark.parametrize("effect", [0, 3])
def test_an_exact_fit_says_nothing_of_the_size_of_a_gap(effect: float) -> None:
    y = BETWEEN.copy()
    y[0, 2:] += effect
    with pytest.raises(CourseError, match="2 years before 2003 are too few: a is fitted exactly"):
        placebo(long(y))


@pytest.mark.parametrize(("misfit", "exact"), [(1e-3, False), (1e-10, True)])
def test_only_rounding_counts_as_an_exact_fit(misfit: float, exact: bool) -> None:
    y = BETWEEN.copy()
    # Beyond b, which no mixture of the others reaches; c is not reached either.
    y[0, :2] = y[1, :2] - [misfit, 0]
    assert (placebo(long(y), treated="c").by_unit.loc["a", "ratio"] == np.inf) == exact


def test_equal_units_are_never_unusual() -> None:
    assert placebo(long(np.ones((5, 4)))).p == 1


def test_false_alarms_are_as_rare_as_p_says() -> None:
    rng = np.random.default_rng(6)
    alarms = 0
    for _ in range(400):
        common = rng.normal(size=12).cumsum()
        y = rng.normal(size=(10, 1)) * common + rng.normal(size=(10, 12)).cumsum(axis=1)
        alarms += placebo(long(y), start=2010).p <= 0.1
    # Each of ten units is as likely as the others to have the largest ratio.
    assert alarms / 400 == pytest.approx(0.1, abs=0.045)


def test_a_known_effect_is_found() -> None:
    rng = np.random.default_rng(7)
    errors, found = [], 0
    for _ in range(100):
        factors = rng.normal(size=(2, 20)).cumsum(axis=1)
        y = rng.dirichlet([1, 1], 20) @ factors + 0.2 * rng.normal(size=(20, 20))
        # The treated unit lies among the others.
        y[0] = [0.5, 0.5] @ factors + 0.2 * rng.normal(size=20)
        y[0, 15:] += 1
        result = control(long(y), start=2016)
        errors.append(result.effect - 1)
        found += placebo(long(y), start=2016).p <= 0.05
    assert abs(np.mean(errors)) < 4 * np.std(errors) / 10 < 0.1
    assert found > 90


def test_donors_with_a_gap_are_left_out_and_named() -> None:
    panel = long(walks(6, 6, 8))
    whole = control(panel[panel["unit"] != "c"])
    panel.loc[(panel["unit"] == "c") & (panel["year"] == 2004), "y"] = np.nan
    found = control(panel)
    assert found.left_out == ("c",)
    pd.testing.assert_series_equal(found.weights, whole.weights)


def test_real_countries_can_be_mixed() -> None:
    governance = load("governance")
    panel = governance[(governance["indicator"] == "cc") & (governance["year"] >= 2002)]
    found = synthetic_control(panel, "estimate", unit="country", treated="EE", start=2015)
    assert len(found.weights) == 30
    assert found.weights.sum() == pytest.approx(1)
    assert (found.by_year["actual"] - found.by_year["synthetic"]).tolist() == found.by_year["gap"].tolist()


PANEL = long(walks(4, 6, 9))


@pytest.mark.parametrize("method", [control, placebo])
@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"treated": "z"}, "no unit is called 'z'; there are a, b, c, d"),
        ({"treated": ["a"]}, r"no unit is called \['a'\]"),
        ({"start": "2004"}, "start = '2004': give a whole number"),
        ({"start": 2002}, "1 years before 2002 and 5 from it on: at least 2 and 1"),
        ({"start": 2007}, "6 years before 2007 and 0 from it on"),
        ({"panel": PANEL.query("unit == 'a'")}, "0 other units .* 2 are needed"),
        ({"panel": PANEL.query("unit in ['a', 'b']")}, "1 other units .* 2 are needed"),
        ({"panel": PANEL.assign(y=PANEL["y"].where(PANEL.index != 4))}, "a has no value in 2005"),
        ({"panel": PANEL.assign(y=np.inf)}, "a in 2001 .* infinite"),
        ({"panel": pd.concat([PANEL, PANEL])}, "second row for the same year"),
    ],
)
def test_bad_input_is_named(method, change: dict, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        method(**{"panel": PANEL} | change)

"""Difference in differences: by hand, against statsmodels and SciPy, properties, and coverage measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import permutation_test
from scipy.stats import t as student
from statsmodels.stats.weightstats import CompareMeans

from klasteryste.errors import CourseError
from klasteryste.methods.did import (
    did_of_answers,
    did_of_means,
    did_of_units,
    did_placebo_test,
    did_pre_trends,
)
from klasteryste.methods.surveys import design_mean


def long(y: np.ndarray) -> pd.DataFrame:
    units, years = y.shape
    index = pd.MultiIndex.from_product([range(units), range(2001, 2001 + years)], names=["unit", "year"])
    return pd.Series(y.ravel(), index, name="y").reset_index()


def of_units(panel: pd.DataFrame, treated=(0, 1), start: int = 2003, **options):
    return did_of_units(panel, "y", unit="unit", treated=treated, start=start, **options)


def placebo(panel: pd.DataFrame, treated=(0, 1), start: int = 2003, **options):
    given = {"seed": 1} | options
    return did_placebo_test(panel, "y", unit="unit", treated=treated, start=start, **given)


def pre_trends(panel: pd.DataFrame, treated=(0, 1), start: int = 2003, **options):
    given = {"seed": 1} | options
    return did_pre_trends(panel, "y", unit="unit", treated=treated, start=start, **given)


def test_four_means_by_hand() -> None:
    # (0.5 - 0.3) - (0.4 - 0.35) = 0.15; 0.02^2 + 0.02^2 + 0.01^2 + 0.04^2 = 0.05^2
    found = did_of_means([[0.3, 0.5], [0.35, 0.4]], [[0.02, 0.02], [0.01, 0.04]])
    assert (found.value, found.se) == pytest.approx((0.15, 0.05))
    assert (found.low, found.high) == pytest.approx((0.15 - 1.959964 * 0.05, 0.15 + 1.959964 * 0.05))
    assert found.p == pytest.approx(0.0026998, rel=1e-4)


def people(n: int, seed: int) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    table = pd.DataFrame({"t": rng.integers(0, 2, n), "a": rng.integers(0, 2, n)})
    table["place"] = rng.integers(0, 10, n) + 10 * table["t"] + 20 * table["a"]
    table["w"] = rng.uniform(0.5, 2, n)
    table["y"] = table["t"] + 2 * table["a"] + 0.5 * table["t"] * table["a"] + rng.normal(size=n)
    return table


def test_answers_agree_with_the_interaction_of_statsmodels() -> None:
    table = people(300, 1)
    fit = smf.ols("y ~ t * a", table).fit(cov_type="HC2")
    found = did_of_answers(table["y"], table["t"], table["a"])
    assert (found.value, found.se) == pytest.approx((fit.params["t:a"], fit.bse["t:a"]))
    variances = table.groupby(["t", "a"])["y"].var() / table.groupby(["t", "a"]).size()
    sizes = table.groupby(["t", "a"]).size()
    assert found.df == pytest.approx(variances.sum() ** 2 / (variances**2 / (sizes - 1)).sum())
    weighted = smf.wls("y ~ t * a", table, weights=table["w"]).fit()
    with_weights = did_of_answers(table["y"], table["t"], table["a"], table["w"])
    assert with_weights.value == pytest.approx(weighted.params["t:a"])


def test_answers_carry_their_design_and_their_gaps() -> None:
    table = people(400, 2)
    table.loc[5, "y"] = np.nan
    found = did_of_answers(
        table["y"],
        table["t"] == 1,
        table["a"] == 1,
        table["w"],
        strata=table["place"] % 2,
        psus=table["place"],
    )
    parts = [
        design_mean(group["y"], group["w"], strata=group["place"] % 2, psus=group["place"])
        for _, group in table.groupby(["t", "a"])
    ]
    assert found.se == pytest.approx(sum(part.se**2 for part in parts) ** 0.5)
    assert found.value == pytest.approx(parts[3].value - parts[2].value - parts[1].value + parts[0].value)


def test_intervals_of_answers_hold_the_truth_with_three_sampling_units_a_group() -> None:
    rng = np.random.default_rng(15)
    cell = np.repeat(range(4), 12)
    psu = np.repeat(range(12), 4)
    held = np.zeros(2)
    for _ in range(400):
        y = rng.normal(size=12)[psu] + rng.normal(size=48)
        found = did_of_answers(y, cell // 2, cell % 2, psus=psu)
        held += [found.low <= 0 <= found.high, abs(found.value) <= 1.96 * found.se]
    assert held[0] / 400 == pytest.approx(0.95, abs=0.03)
    assert held[1] < held[0] - 5


def test_the_level_given_is_that_of_the_interval() -> None:
    means, ses = [[0.3, 0.5], [0.35, 0.4]], [[0.02, 0.02], [0.01, 0.04]]
    assert did_of_means(means, ses, 0.99).high == pytest.approx(0.15 + 2.575829 * 0.05)
    table = people(300, 1)
    found = did_of_answers(table["y"], table["t"], table["a"], level=0.8)
    assert found.high - found.value == pytest.approx(student.ppf(0.9, found.df) * found.se)
    assert found.p == pytest.approx(2 * student.sf(abs(found.value) / found.se, found.df))


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(-5, 5), st.floats(-5, 5), st.floats(0.1, 10))
def test_a_common_rise_and_a_standing_gap_are_taken_out(
    seed: int, gap: float, rise: float, scale: float
) -> None:
    table = people(80, seed)
    one = did_of_answers(table["y"], table["t"], table["a"])
    moved = scale * (table["y"] + gap * table["t"] + rise * table["a"])
    other = did_of_answers(moved, table["t"], table["a"])
    assert (other.value, other.se) == pytest.approx((scale * one.value, scale * one.se))
    # Groups exchanged, the sign turns.
    turned = did_of_answers(table["y"], 1 - table["t"], table["a"])
    assert (turned.value, turned.se) == pytest.approx((-one.value, one.se))


# Changes of 6 and 4 among the treated, of 1, 2 and 3 among the others; the third unit has years 1 4 | 3 4.
CHANGES = long(np.array([[0.0, 2, 6, 8], [1, 1, 5, 5], [1, 4, 3, 4], [5, 5, 7, 7], [2, 0, 3, 5]]))


def test_units_by_hand() -> None:
    found = of_units(CHANGES)
    # 5 less 2; squares within groups 2 and 2, over 3 degrees of freedom: 4 / 3 (1 / 2 + 1 / 3).
    assert (found.value, found.se, found.df) == pytest.approx((3, (10 / 9) ** 0.5, 3))
    # Student's t with 3 degrees of freedom: 3.182446
    assert found.high == pytest.approx(3 + 3.182446 * (10 / 9) ** 0.5)
    assert (found.treated, found.comparison) == (2, 3)
    assert (found.years_before, found.years_after, found.left_out) == (2, 2, ())
    assert found.high - found.value == pytest.approx(found.value - found.low)
    wide = of_units(CHANGES, level=0.99)
    assert wide.low < found.low < found.high < wide.high


@pytest.mark.parametrize(
    ("treated", "usevar"), [(4, "pooled"), (5, "unequal"), (11, "unequal"), (12, "pooled")]
)
def test_errors_are_welchs_unless_a_side_has_fewer_than_five_units(treated: int, usevar: str) -> None:
    y = np.random.default_rng(13).normal(size=(16, 2)) * np.linspace(1, 3, 16)[:, None]
    change = y[:, 1] - y[:, 0]
    theirs = CompareMeans.from_data(change[:treated], change[treated:])
    found = of_units(long(y), treated=range(treated), start=2002)
    assert (found.low, found.high) == pytest.approx(theirs.tconfint_diff(usevar=usevar))
    _, p, df = theirs.ttest_ind(usevar=usevar)
    assert (found.p, found.df) == pytest.approx((p, df))
    assert found.se * student.ppf(0.975, df) == pytest.approx((found.high - found.low) / 2)


@pytest.mark.parametrize("treated", [2, 3])
def test_intervals_hold_a_known_effect_though_few_are_treated(treated: int) -> None:
    rng = np.random.default_rng(14)
    held = 0
    for _ in range(300):
        y = rng.normal(size=(20, 2))
        y[:treated, 1] += 1
        found = of_units(long(y), treated=range(treated), start=2002)
        held += found.low <= 1 <= found.high
    # Welch's hold it in about .87 of draws where two are treated.
    assert held / 300 == pytest.approx(0.95, abs=0.035)


def test_units_agree_with_the_panel_regression_of_two_periods() -> None:
    y = np.random.default_rng(3).normal(size=(10, 6))
    panel = long(y)
    panel["d"] = (panel["unit"] < 4) & (panel["year"] >= 2004)
    fit = smf.ols("y ~ d + C(unit) + C(year)", panel).fit()
    found = of_units(panel, treated=range(4), start=2004)
    assert found.value == pytest.approx(fit.params["d[T.True]"])


def test_comparison_units_with_a_gap_are_left_out_and_named() -> None:
    extra = pd.DataFrame({"unit": 9, "year": [2001, 2002, 2003], "y": [1.0, 50, 99]})
    found = of_units(pd.concat([CHANGES, extra]))
    assert found.left_out == (9,)
    assert found.value == pytest.approx(3)


def test_intervals_hold_a_known_effect_though_years_depend_on_one_another() -> None:
    rng = np.random.default_rng(4)
    held, naive = 0, 0
    for _ in range(400):
        y = rng.normal(size=(20, 8)).cumsum(axis=1) + rng.normal(size=8)
        y[:8, 4:] += 1
        found = of_units(long(y), treated=range(8), start=2005)
        held += found.low <= 1 <= found.high
        # As if a unit's years were as many units: the error is smaller than it should be.
        within = y - y.mean(1, keepdims=True)
        within = within - np.where(np.arange(20)[:, None] < 8, within[:8].mean(0), within[8:].mean(0))
        se = np.sqrt((within**2).sum() / (18 * 7) * (1 / 32 + 1 / 32 + 1 / 48 + 1 / 48))
        naive += abs(found.value - 1) <= 1.96 * se
    assert held / 400 == pytest.approx(0.95, abs=0.03)
    assert naive / 400 < 0.85


@pytest.mark.parametrize("hold", [pd.Index, np.array, tuple, set])
def test_treated_units_may_come_in_anything_that_holds_them(hold) -> None:
    assert of_units(CHANGES, treated=hold([0, 1])) == of_units(CHANGES)


def test_a_unit_without_any_value_is_named() -> None:
    panel = CHANGES.assign(y=CHANGES["y"].where(CHANGES["unit"] != 4))
    assert placebo(panel).regroupings == 6
    assert of_units(panel).left_out == (4,)
    with pytest.raises(CourseError, match="4 has no value in 2001"):
        placebo(panel, treated=[4])


def test_regroupings_by_hand() -> None:
    # Changes 6 4 | 1 2 3. Of the ten pairs the real one has the largest mean, 5 against 2 of the others; the
    # pair of 1 and 2 is next, 1.5 against 4 1/3.
    found = placebo(CHANGES)
    assert (found.value, found.p, found.regroupings) == (pytest.approx(3), 0.1, 10)
    other = placebo(CHANGES, treated=[2, 3])
    assert (other.value, other.p) == (pytest.approx(1.5 - 13 / 3), 0.2)


@pytest.mark.parametrize("treated", [[2, 6], [0, 3, 8], [1, 4, 5]])
def test_exact_p_agrees_with_scipy(treated: list[int]) -> None:
    y = np.random.default_rng(5).normal(size=(9, 4))
    change = y[:, 2:].mean(1) - y[:, :2].mean(1)
    mine = np.isin(np.arange(9), treated)

    def size(a: np.ndarray, b: np.ndarray, axis: int) -> np.ndarray:
        return np.abs(a.mean(axis) - b.mean(axis))

    expected = permutation_test((change[mine], change[~mine]), size, alternative="greater", vectorized=True)
    assert placebo(long(y), treated=treated).p == pytest.approx(expected.pvalue)


def test_p_at_random_is_near_the_exact_one_and_never_nought() -> None:
    y = np.random.default_rng(6).normal(size=(12, 4))
    y[:6, 2:] += 0.6
    exact = placebo(long(y), treated=range(6), draws=924)
    drawn = placebo(long(y), treated=range(6), draws=900)
    assert (exact.regroupings, drawn.regroupings) == (924, 901)
    assert drawn.p == pytest.approx(exact.p, abs=0.03)
    assert drawn.value == pytest.approx(exact.value)
    y[:6, 2:] += 100
    assert placebo(long(y), treated=range(6), draws=99).p == pytest.approx(2 / 100, abs=0.011)
    assert placebo(long(y), treated=range(6), draws=99) == placebo(long(y), treated=range(6), draws=99)


def test_one_treated_unit_has_a_place_but_no_error() -> None:
    y = np.random.default_rng(7).normal(size=(20, 5))
    y[4, 2:] += 50
    assert placebo(long(y), treated=[4]).p == 1 / 20
    with pytest.raises(CourseError, match=r"own ups and downs .* use did_placebo_test"):
        of_units(long(y), treated=[4])


def test_pre_trends_by_hand() -> None:
    y = np.array([[0.0, 4, 9, 20], [0, 2, 9, 20], [3, 3, 3, 3], [1, 2, 2, 2]])
    found = pre_trends(long(y), start=2004)
    # In 2001, less 2003: -9, -9 against 0, -1; in 2002: -5, -7 against 0, 0.
    assert found["gap"].to_dict() == pytest.approx({2001: -8.5, 2002: -6})
    # Of the six choices of two the real one and its mirror image are the farthest from nought.
    assert found["p"].tolist() == pytest.approx([2 / 6, 2 / 6])
    assert found["p_adjusted"].tolist() == pytest.approx([2 / 6, 2 / 6])


def test_each_pre_trend_is_a_placebo_test_of_two_years() -> None:
    y = np.random.default_rng(8).normal(size=(9, 5))
    found = pre_trends(long(y), start=2005)
    for year in (2001, 2002, 2003):
        pair = long(y).query("year in [@year, 2004]")
        one = placebo(pair, start=2004)
        assert (found.loc[year, "gap"], found.loc[year, "p"]) == pytest.approx((-one.value, one.p))
    assert (found["p_adjusted"] >= found["p"] - 1e-12).all()


def test_looking_at_many_years_raises_no_more_false_alarms_than_agreed() -> None:
    rng = np.random.default_rng(9)
    raw, adjusted = 0, 0
    for seed in range(300):
        found = pre_trends(long(rng.normal(size=(12, 7))), start=2007, draws=199, seed=seed)
        raw += found["p"].min() <= 0.1
        adjusted += found["p_adjusted"].min() <= 0.1
    assert adjusted / 300 == pytest.approx(0.1, abs=0.05)
    assert raw > 1.5 * adjusted


def test_a_noisy_year_does_not_hide_a_quiet_one() -> None:
    rng = np.random.default_rng(12)
    y = rng.normal(size=(12, 4)) * [100, 1, 1, 1]
    y[:2, 1] += 20
    found = pre_trends(long(y), start=2004)
    assert found.loc[2001, "p_adjusted"] > 0.3
    assert found.loc[2002, "p_adjusted"] == found.loc[2002, "p"] == pytest.approx(1 / 66)


def test_a_year_since_which_all_changed_alike_shows_nothing() -> None:
    y = np.random.default_rng(10).normal(size=(6, 4))
    y[:, 1] = y[:, 2] + 7
    found = pre_trends(long(y), start=2004)
    assert found.loc[2002, ["p", "p_adjusted"]].tolist() == [1, 1]


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.floats(0.01, 100), st.permutations(range(8)))
def test_order_units_of_measure_and_fixed_effects_do_not_matter(
    seed: int, scale: float, order: list[int]
) -> None:
    rng = np.random.default_rng(seed)
    y = rng.normal(size=(8, 4))
    moved = scale * (y + rng.normal(size=(8, 1)) + rng.normal(size=4))
    other = long(moved[order])
    treated = [order.index(0), order.index(1)]
    one, two = of_units(long(y)), of_units(other, treated=treated)
    assert (two.value, two.se) == pytest.approx((scale * one.value, scale * one.se))
    assert (two.df, two.p) == pytest.approx((one.df, one.p))
    assert placebo(other, treated=treated).p == placebo(long(y)).p
    assert pre_trends(other, treated=treated)["p"].tolist() == pre_trends(long(y))["p"].tolist()


ALIKE = long(np.array([[0.0, 0, 2, 2], [5, 5, 7, 7], [1, 1, 1, 1], [3, 3, 3, 3]]))
TABLE = people(40, 11)


def answers(**change):
    given = {"answers": TABLE["y"], "treated": TABLE["t"], "after": TABLE["a"]} | change
    return did_of_answers(**given)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: did_of_means([1, 2, 3, 4], [1, 1, 1, 1]), r"shapes \(4,\) and \(4,\)"),
        (lambda: did_of_means([[1, 2], [3, np.nan]], np.ones((2, 2))), "missing number"),
        (lambda: did_of_means([[1, 2], [3, np.inf]], np.ones((2, 2))), "missing number"),
        (lambda: did_of_means([[1, 2], [3, 4]], [[1, 1], [1, -1]]), "missing or negative"),
        (lambda: did_of_means([[1, 2], [3, 4]], [[1, 1], [1, np.nan]]), "missing or negative"),
        (lambda: did_of_means([[1, 2], [3, 4]], np.zeros((2, 2))), "nought"),
        (lambda: answers(treated=TABLE["t"] * 0), "treated before: .* 0 answers"),
        (lambda: answers(after=TABLE["a"] * 0 + 1), "treated before"),
        (lambda: answers(treated=TABLE["t"] + 1), "treated that is not true or false"),
        (lambda: answers(after=TABLE["a"].where(TABLE.index > 3)), "after that is not true or false"),
        (lambda: answers(after=[1, 0]), "2 after for 40 answers"),
        (lambda: answers(weights=[1, 1]), "2 weights for 40 answers"),
        (lambda: answers(weights=-TABLE["w"]), "treated before: .*not negative"),
        (lambda: answers(psus=TABLE["t"]), "sampling unit 0 is in two of the four groups"),
        (lambda: answers(psus=TABLE["place"] % 10), "to did_of_units"),
        (lambda: answers(psus=TABLE["place"], strata=TABLE["place"]), "every stratum has one primary"),
        (lambda: did_of_means([["a", 2], [3, 4]], np.ones((2, 2))), "means that are not all numbers"),
        (lambda: did_of_means([[1, 2], [3]], np.ones((2, 2))), "means that are not all numbers"),
        (lambda: did_of_means(np.ones((2, 2)), [[1, 2], [3]]), "ses that are not all numbers"),
        (lambda: of_units(CHANGES, treated=0), "0 as treated: give a list"),
        (lambda: of_units(CHANGES, start="2003"), "start = '2003': give a whole number"),
        (lambda: placebo(CHANGES, seed=-1), "seed = -1: give a whole number from 0"),
        (lambda: placebo(CHANGES, draws=2e3), "draws = 2000.0: give a whole number from 99"),
        (
            lambda: answers(psus=TABLE["t"] + 2 * TABLE["a"]),
            "treated before: .* single primary sampling unit",
        ),
        (lambda: of_units(CHANGES, treated=[]), "no treated unit: give a list"),
        (lambda: of_units(CHANGES, treated="0"), "'0' as treated: give a list"),
        (lambda: of_units(CHANGES, treated=[0, 7]), "no unit is called 7"),
        (lambda: of_units(CHANGES, treated=[0, 0]), "treated unit 0 twice"),
        (lambda: of_units(CHANGES, treated=range(5)), "0 other units"),
        (lambda: of_units(CHANGES.query("unit < 3")), "1 other units"),
        (lambda: of_units(CHANGES, start=2001), "0 years before 2001"),
        (lambda: of_units(CHANGES, start=2005), "0 from it on"),
        (lambda: of_units(CHANGES.iloc[1:]), "0 has no value in 2001: leave"),
        (lambda: of_units(ALIKE), "within both groups all units changed alike"),
        (lambda: of_units(CHANGES, level=2), "level of 2"),
        (lambda: placebo(CHANGES, draws=10), "draws = 10"),
        (lambda: pre_trends(CHANGES, start=2002), "1 years before 2002 .* at least 2"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

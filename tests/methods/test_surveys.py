"""Estimates from surveys: against calculations by hand, a second library, properties and known truth."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.optimize import brentq
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

from klasteryste import load
from klasteryste.errors import CourseError
from klasteryste.methods.surveys import (
    all_pairs,
    design_mean,
    difference,
    holm,
    interval,
    kish_deff,
    share_interval,
    srs_share_se,
    wilson_interval,
)

answers = hnp.arrays(float, 12, elements=st.integers(0, 10).map(float))
weights = hnp.arrays(float, 12, elements=st.floats(0.1, 10))


def test_share_standard_error_by_hand() -> None:
    # 0.3 * 0.7 / 1000 = 0.00021
    assert srs_share_se(0.3, 1000) == pytest.approx(math.sqrt(0.00021))
    assert srs_share_se(0.3, 1000, deff=1.5) == pytest.approx(math.sqrt(0.000315))


def test_interval_reaches_the_normal_quantile() -> None:
    assert interval(10, 2) == pytest.approx((10 - 1.959964 * 2, 10 + 1.959964 * 2))
    assert interval(0, 1, level=0.99) == pytest.approx((-2.575829, 2.575829))


def test_few_degrees_of_freedom_widen_the_interval_by_students_t() -> None:
    assert interval(10, 2, df=4) == pytest.approx((10 - 2.776445 * 2, 10 + 2.776445 * 2))
    assert interval(10, 2, df=1e9) == pytest.approx(interval(10, 2))


@pytest.mark.parametrize(("successes", "n"), [(0, 20), (1, 20), (19, 20), (20, 20), (330, 1000)])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_wilson_agrees_with_statsmodels(successes: int, n: int, level: float) -> None:
    expected = proportion_confint(successes, n, alpha=1 - level, method="wilson")
    assert wilson_interval(successes, n, level) == pytest.approx(expected, abs=1e-12)


@given(st.integers(1, 500), st.data())
def test_wilson_stays_on_the_scale_and_holds_the_share(n: int, data: st.DataObject) -> None:
    successes = data.draw(st.integers(0, n))
    low, high = wilson_interval(successes, n)
    assert 0 <= low <= successes / n <= high <= 1


def test_kish_deff_by_hand() -> None:
    # n = 3, sum of squares 1 + 1 + 4 = 6, square of the sum 16
    assert kish_deff([1, 1, 2]) == pytest.approx(3 * 6 / 16)
    assert kish_deff([1, 0, 1, 2, 0]) == pytest.approx(3 * 6 / 16)
    assert kish_deff([1e308, 1e308, 1e308]) == pytest.approx(1)


def test_two_strata_of_two_units_by_hand() -> None:
    # Weights 1 1 2 2, answers 1 0 1 1: mean 5/6. z = w (y - mean) / 6 = 1/36, -5/36, 2/36, 2/36.
    # Stratum a: 2/1 * ((3/36)**2 + (3/36)**2) = 1/36; stratum b: nought.
    found = design_mean([1, 0, 1, 1], [1, 1, 2, 2], strata=list("aabb"))
    assert found.value == pytest.approx(5 / 6)
    assert found.se == pytest.approx(1 / 6)
    # Weighted variance 5/36, times 4/3 for n - 1, divided by 4: 5/108. Design effect (1/36) / (5/108) = 3/5.
    assert found.deff == pytest.approx(3 / 5)
    assert found.effective_n == pytest.approx(4 * 5 / 3)
    assert (found.n, found.lone_strata, found.df) == (4, 0, 2)


def test_clusters_are_summed_before_their_spread_by_hand() -> None:
    # Two units of two like-minded people: mean 1/2, totals 1/4 and -1/4; 2/1 * (1/16 + 1/16) = 1/4.
    assert design_mean([1, 1, 0, 0], psus=[7, 7, 9, 9]).se == pytest.approx(1 / 2)
    # Four units of one: 4/3 * 4 * (1/8)**2 = 1/12.
    assert design_mean([1, 1, 0, 0]).se == pytest.approx(math.sqrt(1 / 12))


def test_lone_unit_is_compared_with_all_units_and_counted() -> None:
    # Mean 2; z = -1/3, 0, 1/3, which add up to nought. Stratum a: 2 * ((1/6)**2 + (1/6)**2) = 1/9.
    # Stratum b has one unit, at a distance of 1/3 from the mean of all units: 1/9.
    found = design_mean([1, 2, 3], strata=["a", "a", "b"])
    assert found.se == pytest.approx(math.sqrt(2 / 9))
    assert found.lone_strata == 1


def test_same_unit_number_in_two_strata_means_two_units() -> None:
    y, strata = [1.0, 2.0, 4.0, 8.0], [1, 1, 2, 2]
    assert design_mean(y, strata=strata, psus=[1, 2, 1, 2]) == design_mean(
        y, strata=strata, psus=[1, 2, 3, 4]
    )


def test_one_stratum_of_many_units_agrees_with_statsmodels() -> None:
    rng = np.random.default_rng(5)
    psu = rng.integers(0, 40, 600)
    y = rng.normal(size=40)[psu] + rng.normal(size=600)
    w = rng.uniform(0.5, 3, 600)
    fit = sm.WLS(y, np.ones(600), weights=w).fit(
        cov_type="cluster", cov_kwds={"groups": psu, "use_correction": False}
    )
    found = design_mean(y, w, psus=psu)
    assert found.value == pytest.approx(fit.params[0])
    assert found.se == pytest.approx(fit.bse[0] * math.sqrt(40 / 39))
    assert found.deff > 5


def test_missing_answers_stay_in_the_design() -> None:
    y = np.array([1.0, 0.0, np.nan, 1.0, 1.0, 0.0])
    strata = list("aaabbb")
    found = design_mean(y, strata=strata)
    # Mean 3/5; z = 2/25, -3/25, 0 and 2/25, 2/25, -3/25: each stratum still holds three units.
    a = np.array([2, -3, 0]) / 25
    b = np.array([2, 2, -3]) / 25
    assert found.se**2 == pytest.approx(3 / 2 * (((a - a.mean()) ** 2).sum() + ((b - b.mean()) ** 2).sum()))
    assert found.n == 5


# R 4.2, survey 4.1:
#   options(survey.lonely.psu = "adjust")
#   d <- data.frame(h = ..., c = ..., w = ..., y = ..., b = ...)   # the columns below
#   s <- svydesign(~c, strata = ~h, weights = ~w, data = d, nest = TRUE)
#   m <- svymean(~y, s, deff = "replace", na.rm = TRUE); coef(m); SE(m); deff(m); degf(s)
STRATA = [1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 3, 3, 3]
UNITS = [1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 2, 3, 1, 1, 1]
WEIGHTS = [1.2, 0.8, 1.5, 1.1, 0.9, 1.0, 2.0, 2.2, 1.8, 2.1, 1.9, 2.4, 3.0, 2.7, 3.3]
SCORES = [3, 5, 6, 7, 2, 4, 8, 9, 5, 6, 7, 10, 1, 4, 6]
YES = [0, 1, 1, 1, 0, 0, 1, 1, 0, 1, 1, 1, 0, 0, 1]


@pytest.mark.parametrize(
    ("column", "mean", "se", "deff"),
    [
        (SCORES, 5.677419354839, 0.746245805912, 1.182828919886),
        (YES, 0.620071684588, 0.112845882195, 0.756756057493),
    ],
)
def test_strata_clusters_weights_and_a_lone_unit_agree_with_r(
    column: list[int], mean: float, se: float, deff: float
) -> None:
    found = design_mean(column, WEIGHTS, strata=STRATA, psus=UNITS)
    assert (found.value, found.se, found.deff) == pytest.approx((mean, se, deff))
    assert (found.n, found.df, found.lone_strata) == (15, 4, 1)


# d$y[c(2, 8)] <- NA, and d$w[c(2, 8)] <- 0 in its stead, give R the same answer.
@pytest.mark.parametrize("mark", ["missing answer", "no weight"])
def test_people_left_out_stay_in_the_design_as_in_r(mark: str) -> None:
    y, w = np.array(SCORES, dtype=float), np.array(WEIGHTS)
    out = [1, 7]
    if mark == "missing answer":
        y[out] = np.nan
    else:
        w[out] = 0
    found = design_mean(y, w, strata=STRATA, psus=UNITS)
    assert (found.value, found.se, found.deff) == pytest.approx(
        (5.405622489960, 0.712499791729, 0.963688072641)
    )
    assert (found.n, found.df) == (13, 4)


def test_a_unit_in_which_nobody_answered_gives_no_degree_of_freedom_as_in_r() -> None:
    # d$y[c(2, 7, 8)] <- NA; degf(subset(s, !is.na(y))) is 3.
    y = np.array(SCORES, dtype=float)
    y[[1, 6, 7]] = np.nan
    found = design_mean(y, WEIGHTS, strata=STRATA, psus=UNITS)
    assert (found.value, found.se) == pytest.approx((5.17903930131, 0.77519949591))
    assert found.df == 3


def test_interval_from_few_units_agrees_with_r() -> None:
    # The first two strata; confint(svymean(~y, s), df = degf(s))
    found = design_mean(SCORES[:12], WEIGHTS[:12], strata=STRATA[:12], psus=UNITS[:12])
    ends = interval(found.value, found.se, df=found.df)
    assert ends == pytest.approx((4.71051756311, 8.49583164324))


# The same lines on the table ess10no, weights pspwght, strata stratum, units psu.
@pytest.mark.parametrize(
    ("question", "mean", "se", "deff", "df"),
    [
        ("polint", 0.4535283896637, 0.0187245938414, 1.9946736107563, 1375),
        ("imwbcnt", 6.3042825056085, 0.0797334172869, 2.1929470283388, 1364),
    ],
)
def test_norwegian_survey_agrees_with_r(question: str, mean: float, se: float, deff: float, df: int) -> None:
    norway = load("ess10no")
    found = design_mean(norway[question], norway["pspwght"], strata=norway["stratum"], psus=norway["psu"])
    assert (found.value, found.se, found.deff) == pytest.approx((mean, se, deff))
    assert found.df == df


def test_rows_entered_twice_fake_precision_unless_their_unit_is_known() -> None:
    y, w = np.array(SCORES), np.array(WEIGHTS)
    twice = np.tile(np.arange(15), 2)
    once = design_mean(y, w, strata=STRATA, psus=UNITS)
    again = design_mean(y[twice], w[twice], strata=np.take(STRATA, twice), psus=np.take(UNITS, twice))
    assert (again.value, again.se) == pytest.approx((once.value, once.se))
    assert design_mean(y[twice]).se == pytest.approx(math.sqrt(14 / 29) * design_mean(y).se)


@given(answers, weights, st.floats(0.01, 100))
def test_unit_of_the_weights_does_not_matter(y: np.ndarray, w: np.ndarray, scale: float) -> None:
    strata, psus = np.repeat([0, 1], 6), np.repeat(np.arange(6), 2)
    one = design_mean(y, w, strata=strata, psus=psus)
    other = design_mean(y, w * scale, strata=strata, psus=psus)
    assert other.value == pytest.approx(one.value)
    assert other.se == pytest.approx(one.se, abs=1e-9)
    assert kish_deff(w * scale) == pytest.approx(kish_deff(w))


@given(answers, weights, st.permutations(range(12)))
def test_order_of_people_does_not_matter(y: np.ndarray, w: np.ndarray, order: list[int]) -> None:
    strata, psus = np.repeat([0, 1], 6), np.repeat(np.arange(6), 2)
    one = design_mean(y, w, strata=strata, psus=psus)
    other = design_mean(y[order], w[order], strata=strata[order], psus=psus[order])
    assert (other.value, other.se) == pytest.approx((one.value, one.se), abs=1e-9)


@given(answers.filter(lambda y: np.ptp(y) > 0), st.floats(0.1, 10))
def test_equal_weights_without_clusters_are_simple_random_sampling(y: np.ndarray, weight: float) -> None:
    found = design_mean(y, np.full(12, weight))
    assert found.deff == pytest.approx(1)
    assert found.se == pytest.approx(np.std(y, ddof=1) / math.sqrt(12))
    assert kish_deff(np.full(12, weight)) == pytest.approx(1)


@given(weights)
def test_unequal_weights_never_help_by_kish(w: np.ndarray) -> None:
    assert kish_deff(w) >= 1 - 1e-12


# Floats round the means of these, which may not pass for a standard error.
UNEQUAL = np.random.default_rng(3).uniform(0.3, 3, 16)
AGREED = design_mean(np.repeat([0, 1, 1], 7), np.repeat(UNEQUAL[:3], 7), strata=np.repeat([1, 2, 3], 7))


def test_equal_answers_have_no_error_and_no_design_effect() -> None:
    found = design_mean([0.637] * 16, UNEQUAL)
    assert found.value == pytest.approx(0.637)
    assert found.se == 0
    assert math.isnan(found.deff)


def test_strata_that_agree_within_have_no_error_and_no_end_of_effective_people() -> None:
    assert (AGREED.se, AGREED.deff, AGREED.effective_n) == (0, 0, math.inf)


def test_a_small_error_is_not_taken_for_rounding() -> None:
    y = np.array([1e6, 1e6 + 1e-6, 1e6, 1e6 + 1e-6])
    assert design_mean(y).se == pytest.approx(np.std(y, ddof=1) / 2)


@pytest.mark.parametrize("unit", [1e-90, 1e90])
def test_answers_may_be_counted_in_any_unit_but_the_absurd(unit: float) -> None:
    one, other = design_mean(SCORES), design_mean(np.multiply(SCORES, unit))
    assert (other.value / unit, other.se / unit, other.deff) == pytest.approx((one.value, one.se, one.deff))
    assert difference(0, 3e200, 1, 4e200).se == pytest.approx(5e200)


def test_share_from_a_hat_has_wilsons_own_interval() -> None:
    assert share_interval(design_mean([1] * 3 + [0] * 17)) == pytest.approx(wilson_interval(3, 20))


@given(hnp.arrays(int, 12, elements=st.integers(0, 1)).filter(lambda y: 0 < y.sum() < 12), weights)
def test_share_interval_holds_the_shares_that_a_score_test_keeps(y: np.ndarray, w: np.ndarray) -> None:
    found = design_mean(y, w, psus=np.repeat(np.arange(6), 2))
    if found.deff < 1e-6:
        return
    low, high = share_interval(found)
    # Distance in standard errors taken at the tried share; quantiles of t at 5 and at 11 degrees of freedom.
    scale = found.deff / found.n * (2.570582 / 2.200985 * 1.959964) ** 2

    def beyond(tried: float) -> float:
        return (found.value - tried) ** 2 - scale * tried * (1 - tried)

    assert low == pytest.approx(brentq(beyond, 0, found.value), abs=1e-6)
    assert high == pytest.approx(brentq(beyond, found.value, 1), abs=1e-6)
    assert 0 <= low <= found.value <= high <= 1


def test_intervals_hold_a_known_truth_under_strata_clusters_and_weights() -> None:
    """Draw 20 of 100 towns in each of two regions, 5 people a town, one region over-sampled."""
    rng = np.random.default_rng(11)
    towns = [rng.normal(0.4, 0.15, 100).clip(0, 1), rng.normal(0.6, 0.15, 100).clip(0, 1)]
    truth = 0.75 * towns[0].mean() + 0.25 * towns[1].mean()
    strata, psus = np.repeat([0, 1], 100), np.repeat(np.arange(40), 5)
    w = np.repeat([0.75, 0.25], 100)
    runs, held, held_naive = 600, 0, 0
    for _ in range(runs):
        chances = np.concatenate([rng.choice(region, 20) for region in towns])
        y = (rng.random(200) < np.repeat(chances, 5)).astype(float)
        found = design_mean(y, w, strata=strata, psus=psus)
        low, high = interval(found.value, found.se)
        held += low <= truth <= high
        low, high = interval(found.value, srs_share_se(found.value, 200))
        held_naive += low <= truth <= high
    assert 0.92 <= held / runs <= 0.97
    assert held_naive / runs < 0.91


def test_share_interval_keeps_its_level_where_the_normal_one_fails() -> None:
    """Draw 3 of many towns in each of two regions, 20 people a town, where one in eight says yes."""
    rng = np.random.default_rng(5)
    strata, psus = np.repeat([0, 1], 60), np.repeat(np.arange(6), 20)
    runs, held, held_t, held_normal = 500, 0, 0, 0
    for _ in range(runs):
        chances = rng.beta(3, 21, 6)
        y = (rng.random(120) < np.repeat(chances, 20)).astype(float)
        found = design_mean(y, strata=strata, psus=psus)
        low, high = share_interval(found)
        held += low <= 0.125 <= high
        low, high = interval(found.value, found.se, df=found.df)
        held_t += low <= 0.125 <= high
        low, high = interval(found.value, found.se)
        held_normal += low <= 0.125 <= high
    assert 0.93 <= held / runs <= 0.98
    assert held_normal < held_t < held
    assert held_normal / runs < 0.9


def test_difference_by_hand() -> None:
    found = difference(0.30, 0.03, 0.40, 0.04)
    assert (found.value, found.se) == pytest.approx((0.10, 0.05))
    assert (found.low, found.high) == pytest.approx((0.10 - 1.959964 * 0.05, 0.10 + 1.959964 * 0.05))
    assert found.p == pytest.approx(0.0455003, abs=1e-6)  # twice the normal tail beyond two


def test_holm_by_hand_and_by_statsmodels() -> None:
    # Sorted 0.01 0.03 0.04 times 3 2 1: 0.03 0.06 0.04, and the last may not fall below 0.06.
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    p = np.random.default_rng(2).random(30) ** 4
    assert holm(p) == pytest.approx(multipletests(p, method="holm")[1])


def test_all_pairs_adjusts_both_p_values_and_intervals() -> None:
    values = pd.Series({"a": 0.30, "b": 0.35, "c": 0.50})
    ses = pd.Series({"a": 0.02, "b": 0.02, "c": 0.02})
    found = all_pairs(values, ses)
    assert list(zip(found["first"], found["second"], strict=True)) == [("a", "b"), ("a", "c"), ("b", "c")]
    assert found["difference"].tolist() == pytest.approx([0.05, 0.20, 0.15])
    reach = 2.393980 * 0.02 * math.sqrt(2)  # normal quantile at 1 - 0.05 / 6
    assert found["high"].tolist() == pytest.approx([0.05 + reach, 0.20 + reach, 0.15 + reach])
    assert found["p_holm"].tolist() == pytest.approx(multipletests(found["p"], method="holm")[1].tolist())


def test_all_pairs_finds_each_error_by_its_label() -> None:
    values, ses = pd.Series({"a": 0.30, "b": 0.35}), pd.Series({"b": 0.03, "a": 0.04})
    assert all_pairs(values, ses)["se"].tolist() == pytest.approx([0.05])
    assert all_pairs(values, ses).equals(all_pairs(values, ses[["a", "b"]]))


def test_simultaneous_intervals_hold_together() -> None:
    rng = np.random.default_rng(3)
    truth = pd.Series([0.2, 0.3, 0.3, 0.7])
    ses = pd.Series([0.01] * 4)
    held = alone = 0
    for _ in range(600):
        found = all_pairs(truth + rng.normal(0, 0.01, 4), ses)
        wanted = all_pairs(truth, ses)["difference"]
        held += bool(((found["low"] <= wanted) & (wanted <= found["high"])).all())
        alone += bool(((found["difference"] - wanted).abs() <= 1.96 * found["se"]).all())
    assert 0.94 <= held / 600 <= 0.98
    assert alone / 600 < 0.9


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: kish_deff([]), "no weights"),
        (lambda: kish_deff([0, 0]), "no weights above nought"),
        (lambda: kish_deff([1, -2]), "weight -2.0 at row 1"),
        (lambda: kish_deff([np.nan, 2]), "weight nan at row 0"),
        (lambda: kish_deff(3.0), r"kish_deff was given weights of shape \(\): give one column"),
        (lambda: kish_deff(np.ones((3, 2))), r"weights of shape \(3, 2\)"),
        (lambda: kish_deff(["heavy", "light"]), "weights that are not all numbers: .*'heavy'"),
        (lambda: design_mean([1, 0], [1, np.inf]), "weight inf at row 1"),
        (lambda: design_mean([1, 0], [1, 0]), "1 answers"),
        (lambda: design_mean([1, 0], [0, 0]), "design_mean was given no weights above nought"),
        (lambda: design_mean([1, 0, 1], [1, -1, 1]), "weight -1.0 at row 1"),
        (lambda: design_mean([1, 2, 3], np.ones((3, 1))), r"weights of shape \(3, 1\)"),
        (lambda: design_mean([1, 2, 3], strata=np.ones((3, 1))), r"strata of shape \(3, 1\)"),
        (lambda: design_mean([1, 2, 3], psus=np.ones((3, 1))), r"psus of shape \(3, 1\)"),
        (lambda: design_mean([[1, 0], [1]]), "answers that are not all numbers"),
        (lambda: design_mean([1]), "1 answers"),
        (lambda: design_mean([np.nan, np.nan]), "0 answers"),
        (lambda: design_mean([1, np.inf]), "infinite"),
        (lambda: design_mean([[1, 0], [0, 1]]), "one column"),
        (lambda: design_mean([1, 0], [1, 1, 1]), "3 weights for 2 answers"),
        (lambda: design_mean([1, 0], strata=["a"]), "1 strata for 2 answers"),
        (lambda: design_mean([1, 0], strata=["a", None]), "strata missing at row 1"),
        (lambda: design_mean([1, 0, 1], strata=["a", np.nan, np.nan]), "strata missing at row 1"),
        (lambda: design_mean([1, 0, 1], psus=["a", "b", np.nan]), "psus missing at row 2"),
        (lambda: design_mean([1e200, 2e200, 3e200]), r"answers of a size of 3e\+200"),
        (lambda: design_mean([1e-200, 2e-200]), "answers of a size of 2e-200"),
        (lambda: design_mean([1, 0], psus=[1, 2, 3]), "3 psus for 2 answers"),
        (lambda: design_mean([1, 0], psus=[1, 1]), "single primary sampling unit"),
        (lambda: srs_share_se(1.2, 10), "share of 1.2"),
        (lambda: srs_share_se(0.2, 0), "n = 0"),
        (lambda: srs_share_se(0.2, np.inf), "srs_share_se was given n = inf"),
        (lambda: srs_share_se(0.2, 10, deff=-1), "deff = -1"),
        (lambda: interval(0.2, -0.1), "not negative"),
        (lambda: interval(0.2, 0.1, level=95), "level of 95"),
        (lambda: interval(0.2, 0.1, df=0), "0 degrees of freedom"),
        (lambda: interval(0.2, 0.1, df=np.nan), "nan degrees of freedom"),
        (lambda: share_interval(design_mean([1, 1, 1])), "without spread"),
        (lambda: share_interval(AGREED), "without spread"),
        (lambda: share_interval(design_mean([0.1, 0.3, 0.8])), "not of answers 0 and 1"),
        (lambda: share_interval(design_mean([10, 70, 90])), "not of answers 0 and 1"),
        (lambda: share_interval(design_mean([0, 1, 1], strata=list("abc"))), "0 degrees of freedom"),
        (lambda: share_interval(design_mean([0, 1, 1]), level=95), "level of 95"),
        (lambda: wilson_interval(3, 2), "3 of 2"),
        (lambda: wilson_interval(0, 0), "n = 0"),
        (lambda: difference(0.1, 0, 0.2, 0), "nought"),
        (lambda: difference(0.637, design_mean([0.637] * 16, UNEQUAL).se, 0.7, 0), "nought"),
        (lambda: difference(0.1, 0.1, np.nan, 0.1), "missing number"),
        (lambda: holm([0.2, np.nan]), "missing or outside"),
        (lambda: holm([[0.2, 0.1], [0.4, 0.3]]), r"p values of shape \(2, 2\)"),
        (lambda: all_pairs(pd.Series([0.1]), pd.Series([0.1])), "at least two"),
        (lambda: all_pairs(pd.Series([0.1, 0.2]), pd.Series({"a": 0.1, "b": 0.1})), "other labels"),
        (lambda: all_pairs(pd.Series([0.1, 0.2], ["a", "a"]), pd.Series([0.1, 0.1])), "'a' twice"),
        (lambda: all_pairs(pd.Series([0.1, np.nan]), pd.Series([0.1, 0.1])), "estimates of 1: nan"),
        (lambda: all_pairs(pd.Series([0.1, 0.2]), pd.Series([0.1, np.inf])), "standard errors of 1: inf"),
        (lambda: all_pairs(pd.Series([0.1, 0.2, 0.4]), pd.Series([0.1] * 3), level=95), "level of 95"),
        (
            lambda: all_pairs(pd.Series({"a": 1, "b": 2, "c": 3}), pd.Series({"a": 0, "b": 1, "c": 0})),
            "'a' and 'c': .* two standard errors of nought",
        ),
        (lambda: all_pairs(pd.Series([0.1, 0.2]), pd.Series([0.1, -0.1])), "0 and 1: .* negative"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

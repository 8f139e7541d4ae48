"""Convergence: against calculations by hand, properties, known truth, and the real table of governance."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from klasteryste import load
from klasteryste.errors import CourseError
from klasteryste.methods.convergence import beta_convergence, sigma_convergence

START = np.array([1.0, 2, 3, 4, 5, 6, 7, 9])
GAIN = np.array([3.0, 2, 3, 1, 2, 0, 1, 0])


def long(years: list[int], y: np.ndarray, se: np.ndarray | None = None) -> pd.DataFrame:
    n, width = y.shape
    table = pd.DataFrame(
        {"unit": np.repeat(np.arange(n), width), "year": np.tile(years, n), "y": np.ravel(y)}
    )
    return table if se is None else table.assign(se=np.ravel(se))


def two_years(gain: np.ndarray = GAIN, se: np.ndarray | None = None) -> pd.DataFrame:
    return long([2010, 2015], np.column_stack([START, START + gain]), se)


def sigma(panel: pd.DataFrame, **options):
    return sigma_convergence(panel, "y", unit="unit", **{"seed": 1, "draws": 199} | options)


def beta(panel: pd.DataFrame, **options):
    given = {"seed": 1, "draws": 199, "first": 2010, "last": 2015} | options
    return beta_convergence(panel, "y", unit="unit", **given)


def test_spread_by_hand() -> None:
    # 1..8 has variance 6; halved distances have a quarter of it.
    y = np.arange(1.0, 9)
    found = sigma(long([2001, 2003], np.column_stack([y, 10 + y / 2])))
    assert found.by_year["sd"].tolist() == pytest.approx([6**0.5, 1.5**0.5])
    # Every draw halves its spread too, so that the ratio is known exactly.
    assert (found.ratio, found.low, found.high) == pytest.approx((0.5, 0.5, 0.5))
    assert list(found.by_year.index) == [2001, 2003]


def test_interval_is_that_of_the_logarithm_over_redrawn_units() -> None:
    rng = np.random.default_rng(2)
    y = rng.normal(size=(30, 2))
    found = sigma(long([1, 2], y), draws=4000)
    redrawn = [np.log(y[rng.integers(30, size=30)].std(axis=0, ddof=1)) for _ in range(4000)]
    # Student's t with 29 degrees of freedom: 2.045230
    half = 2.045230 * np.std(redrawn, axis=0)
    assert np.log(found.by_year["high"] / found.by_year["sd"]).tolist() == pytest.approx(half, rel=0.05)
    assert np.log(found.by_year["sd"] / found.by_year["low"]).tolist() == pytest.approx(half, rel=0.05)


def test_units_with_a_gap_leave_the_balanced_set_and_are_named() -> None:
    rng = np.random.default_rng(3)
    panel = long([1, 2, 3], rng.normal(size=(10, 3)))
    whole = sigma(panel[panel["unit"] != 4])
    panel.loc[(panel["unit"] == 4) & (panel["year"] == 2), "y"] = np.nan
    found = sigma(panel)
    assert found.left_out == (4,)
    assert found.units == (0, 1, 2, 3, 5, 6, 7, 8, 9)
    pd.testing.assert_frame_equal(found.by_year, whole.by_year)


@settings(max_examples=25, deadline=None)
@given(st.floats(0.01, 1000), st.floats(-1000, 1000), st.permutations(range(10)))
def test_units_of_measure_move_the_spread_alone_and_order_nothing(
    scale: float, shift: float, order: list[int]
) -> None:
    y = np.random.default_rng(4).normal(size=(10, 2))
    one, other = long([2010, 2015], y), long([2010, 2015], shift + scale * y)
    rows = other.iloc[np.ravel([[2 * i + 1, 2 * i] for i in order])]
    a, b = sigma(one), sigma(rows)
    assert (b.by_year / scale).to_numpy() == pytest.approx(a.by_year.to_numpy())
    assert (b.ratio, b.low, b.high) == pytest.approx((a.ratio, a.low, a.high))
    c, d = beta(one), beta(rows)
    assert (d.slope, d.se, d.low) == pytest.approx((c.slope, c.se, c.low))


def test_intervals_of_the_spread_hold_the_truth_as_often_as_they_say() -> None:
    rng = np.random.default_rng(5)
    held = np.zeros(2)
    for seed in range(400):
        y0 = rng.normal(size=25)
        y = np.column_stack([y0, 0.6 * y0 + 0.32 * rng.normal(size=25)])
        found = sigma(long([1, 2], y), seed=seed)
        truth = 0.6**2 + 0.32**2
        held += [
            found.by_year["low"].iat[0] <= 1 <= found.by_year["high"].iat[0],
            found.low <= truth**0.5 <= found.high,
        ]
    assert (held / 400).tolist() == pytest.approx([0.94, 0.95], abs=0.03)


def test_slope_by_hand() -> None:
    # Sum of start 37, of squares 221; of gain 12, of products 3+4+9+4+10+0+7+0 = 37.
    # cov = 37 - 37 * 12 / 8 = -18.5; var = 221 - 37**2 / 8 = 49.875, both over 7.
    found = beta(two_years())
    assert found.slope == found.uncorrected == pytest.approx(-18.5 / 49.875)
    assert found.intercept == pytest.approx(12 / 8 + 18.5 / 49.875 * 37 / 8)
    assert (found.reliability, found.units, found.left_out) == (1, tuple(range(8)), ())


def test_correction_by_hand() -> None:
    # Error variances 1 and 4: cov (-18.5 + 7 * 1) / 7 and var (49.875 - 7 * 1) / 7.
    se = np.column_stack([np.ones(8), np.full(8, 2.0)])
    found = beta(two_years(se=se), error="se", error_correlation=0)
    assert found.slope == pytest.approx((-18.5 + 7) / (49.875 - 7))
    assert found.reliability == pytest.approx(1 - 7 / 49.875)
    assert found.uncorrected == pytest.approx(-18.5 / 49.875)
    # With correlation 0.25 the errors share 0.25 * 1 * 2 = 0.5.
    shared = beta(two_years(se=se), error="se", error_correlation=0.25)
    assert shared.slope == pytest.approx((-18.5 + 7 - 3.5) / (49.875 - 7))


def test_corrected_error_is_half_the_middle_two_thirds_of_redrawn_units() -> None:
    rng = np.random.default_rng(9)
    y = rng.normal(size=(40, 2))
    se = rng.uniform(0, 1, (40, 2))
    found = beta(long([2010, 2015], y, se), error="se", error_correlation=0.9, draws=4000)

    def slope(units: np.ndarray) -> float:
        start, end, s = y[units, 0], y[units, 1], se[units]
        cov = np.cov(end - start, start)
        noise = np.mean(s[:, 0] ** 2)
        return (cov[0, 1] + noise - 0.9 * np.mean(s[:, 0] * s[:, 1])) / (cov[1, 1] - noise)

    assert found.slope == pytest.approx(slope(np.arange(40)))
    redrawn = [slope(rng.integers(40, size=40)) for _ in range(4000)]
    assert found.se == pytest.approx(np.diff(np.quantile(redrawn, [0.158655, 0.841345]))[0] / 2, rel=0.06)


def test_uncorrected_slope_agrees_with_statsmodels_and_its_robust_error() -> None:
    rng = np.random.default_rng(6)
    x = rng.normal(size=200)
    gain = -0.3 * x + rng.normal(size=200) * (0.3 + 0.3 * np.abs(x))
    fit = sm.OLS(gain, sm.add_constant(x)).fit(cov_type="HC1")
    found = beta(long([2010, 2015], np.column_stack([x, x + gain])), draws=2000)
    assert (found.intercept, found.slope) == pytest.approx(tuple(fit.params))
    assert found.se == pytest.approx(fit.bse[1], rel=0.1)
    # Student's t with 198 degrees of freedom: 1.972017
    assert found.high - found.slope == pytest.approx(1.972017 * found.se)


def test_regression_to_the_mean_fools_the_plain_slope_and_not_the_corrected_one() -> None:
    rng = np.random.default_rng(7)
    truth, plain, corrected, held = -0.2, [], [], 0
    for seed in range(400):
        y0 = rng.normal(size=40)
        true = np.column_stack([y0, y0 + truth * y0 + 0.3 * rng.normal(size=40)])
        se = np.sqrt(rng.uniform(0.1, 0.3, (40, 2)))
        noise = rng.normal(size=(40, 2))
        noise[:, 1] = 0.5 * noise[:, 0] + 0.75**0.5 * noise[:, 1]
        panel = long([2010, 2015], true + se * noise, se)
        found = beta(panel, error="se", error_correlation=0.5, seed=seed)
        plain.append(found.uncorrected)
        corrected.append(found.slope)
        held += found.low <= truth <= found.high
    # Expected of the plain slope: (-0.2 - 0.2 + 0.5 * 0.1956) / (1 + 0.2), with 0.1956 the squared mean of
    # the root of a uniform number between 0.1 and 0.3.
    error = np.std(plain) / 20
    assert abs(np.mean(plain) - -0.2518) < 4 * error < 0.02
    assert abs(np.mean(corrected) - truth) < 4 * np.std(corrected) / 20 < 0.02
    assert held / 400 == pytest.approx(0.95, abs=0.03)


def test_pure_noise_looks_like_convergence_until_it_is_corrected() -> None:
    rng = np.random.default_rng(8)
    level = rng.normal(size=(500, 1))
    y = level + 0.7 * rng.normal(size=(500, 2))
    found = beta(long([2010, 2015], y, np.full((500, 2), 0.7)), error="se", error_correlation=0)
    assert found.uncorrected < -0.25
    assert found.low < 0 < found.high


def test_same_seed_same_answer() -> None:
    panel = two_years()
    assert beta(panel) == beta(panel)
    assert beta(panel).se != beta(panel, seed=2).se


def test_a_unit_without_both_years_is_left_out_of_the_slope() -> None:
    extra = pd.DataFrame({"unit": [8, 9], "year": [2010, 2015], "y": [50.0, -50.0]})
    found = beta(pd.concat([two_years(), extra]))
    assert found.slope == pytest.approx(beta(two_years()).slope)
    assert found.left_out == (8, 9)


def test_real_control_of_corruption_is_followed_for_31_countries() -> None:
    governance = load("governance")
    panel = governance[governance["indicator"] == "cc"]
    spread = sigma_convergence(panel, "estimate", unit="country", seed=1)
    wide = panel.pivot(index="country", columns="year", values="estimate")
    assert spread.by_year["sd"].tolist() == pytest.approx(wide.std().tolist())
    assert len(spread.units) == 31
    slope = beta_convergence(
        panel, "estimate", unit="country", first=2003, last=2023, error="se", error_correlation=1, seed=1
    )
    assert slope.uncorrected == pytest.approx(np.polyfit(wide[2003], wide[2023] - wide[2003], 1)[0])
    # Errors shared by both years do not push the plain slope down, they only flatten it.
    assert abs(slope.slope) == pytest.approx(abs(slope.uncorrected), rel=0.05)


def test_the_spread_can_be_followed_over_some_of_the_years() -> None:
    wellbeing = load("wellbeing")
    found = sigma_convergence(
        wellbeing, "life_ladder", unit="country", first=2013, last=2022, seed=1, draws=199
    )
    some = wellbeing[wellbeing["year"].between(2013, 2022)]
    same = sigma_convergence(some, "life_ladder", unit="country", seed=1, draws=199)
    pd.testing.assert_frame_equal(found.by_year, same.by_year)
    assert list(found.by_year.index) == list(range(2013, 2023))
    with pytest.raises(CourseError, match="units have a value in every year and 8 are needed"):
        sigma_convergence(wellbeing, "life_ladder", unit="country", seed=1, draws=199)


def test_a_unit_without_any_value_is_named_among_those_left_out() -> None:
    y = np.column_stack([START, START + GAIN])
    y[3] = np.nan
    panel = long([2010, 2015], np.vstack([y, [[20.0, 21.0]]]))
    assert sigma(panel).left_out == beta(panel).left_out == (3,)


def test_values_far_from_nought_have_the_same_slope() -> None:
    far = two_years().assign(y=lambda table: table["y"] + 1e9)
    assert beta(far).slope == pytest.approx(beta(two_years()).slope, rel=1e-6)
    assert beta(far).se == pytest.approx(beta(two_years()).se, rel=1e-6)
    assert sigma(far).low == pytest.approx(sigma(two_years()).low, rel=1e-6)


SOME = np.where(np.arange(16).reshape(8, 2) == 7, np.nan, 1.0)
EQUAL = long([2010, 2015], np.column_stack([np.ones(8), START]))
NEARLY_EQUAL = long([2010, 2015], np.column_stack([[0.0] * 7 + [1], START]))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: sigma(two_years().query("unit == 1")), "1 of 1 units have a value in every year and 8"),
        (
            lambda: sigma(two_years().query("year == 2010")),
            "the years 2010 and 2010: the first must come first",
        ),
        (lambda: sigma(EQUAL), "all units are equal in 2010"),
        (lambda: sigma(NEARLY_EQUAL), "some draws are without spread"),
        (lambda: sigma(two_years(), level=95), "level of 95"),
        (lambda: sigma(two_years(), draws=1), "draws = 1: give a whole number from 2"),
        (lambda: sigma(two_years(), draws=2e3), "draws = 2000.0: give a whole number"),
        (lambda: sigma(two_years(), seed=-1), "seed = -1: give a whole number from 0"),
        (lambda: sigma(two_years(), first=2015, last=2010), "the first must come first"),
        (lambda: sigma(two_years(), first="2010"), "first = '2010': give a whole number"),
        (lambda: sigma(two_years(), last=2011), "nobody has a value in 2011"),
        (
            lambda: sigma(two_years(), first=2010, last=2010),
            "the years 2010 and 2010: the first must come first",
        ),
        (lambda: sigma(two_years().iloc[:-1]), "7 of 8 units .* needed; 1 lack 2015"),
        (lambda: sigma(two_years().assign(y=np.nan)), "'y' has no value in any row"),
        (lambda: beta(EQUAL), "all units began equal in 2010"),
        (lambda: beta(two_years(), first=2015, last=2010), "the first must come first"),
        (lambda: beta(two_years(), first=2011), "nobody has a value in 2011; there are 2010, 2015"),
        (lambda: beta(two_years().query("unit < 5")), "5 of 5 units"),
        (lambda: beta(two_years(), error="se", error_correlation=0), "needs one column 'se'"),
        (lambda: beta(two_years(), error_correlation=0.5), "give both or neither"),
        (lambda: beta(two_years().assign(se=1.0), error="se", error_correlation=1.5), "= 1.5: give 0 to 1"),
        (lambda: beta(two_years().assign(se=-1.0), error="se", error_correlation=0), "of 0 in 2010 is -1.0"),
        (
            lambda: beta(two_years().assign(se=np.nan), error="se", error_correlation=0),
            "'se' has no value in any row",
        ),
        (lambda: beta(two_years(se=SOME), error="se", error_correlation=0), "of 3 in 2015 is nan"),
        (
            lambda: beta(two_years().assign(se=3.0), error="se", error_correlation=0),
            "no slope can be told from noise",
        ),
        (
            lambda: beta(two_years().assign(se=2.2), error="se", error_correlation=0),
            "no slope can be told from noise",
        ),
        (lambda: beta(two_years(), level=0), "level of 0"),
        (lambda: beta(two_years(), draws=0), "draws = 0: give a whole number from 2"),
        (lambda: beta(two_years(), seed=0.5), "seed = 0.5"),
        (lambda: beta(two_years(), first="2010"), "first = '2010'"),
        (lambda: beta(two_years().assign(se=1.0), error="se"), "give both or neither"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

"""Effects of units and years: against R and a bootstrap that fits again and again; false alarms counted."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klasteryste.errors import CourseError
from klasteryste.methods.panel import POINTS, two_way_effects, wild_cluster_test

# R 4.2, plm:
#   d <- data.frame(u = ..., t = ..., x = ..., z = ..., y = ...)   # the columns below
#   m <- plm(y ~ x + z, data = d, index = c("u", "t"), effect = "twoways", model = "within")
#   coef(m); sqrt(diag(vcovHC(m, method = "arellano", type = "sss", cluster = "group")))
SMALL = pd.DataFrame(
    {
        "u": [*"aaaabbbbcccddddeeee"],
        "t": [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 4, 1, 2, 3, 4, 1, 2, 3, 4],
        "x": [1.2, 0.7, 2.1, 1.9, 3.0, 2.2, 2.8, 4.1, 0.4, 1.5, 1.1, 2.6, 3.3, 2.9, 1.7, 0.9, 0.2, 1.4, 2.3],
        "z": [5, 3, 4, 6, 2, 7, 1, 3, 6, 5, 8, 4, 2, 9, 5, 7, 3, 6, 1],
        "y": [2.0, 2.4, 3.1, 3.9, 5.2, 4.1, 6.3, 7.7, 1.0, 2.9, 3.3, 4.4, 6.1, 5.0, 4.9, 1.8, 2.2, 3.0, 5.6],
    }
)
SLOPES = {"x": 0.93798940534332, "z": -0.15661924544694}
ERRORS = {"x": 0.108563746955850, "z": 0.037041420217209}


def effects(panel: pd.DataFrame, regressors: list[str], **options):
    return two_way_effects(panel, "y", regressors, unit="u", year="t", **options)


def wild(panel: pd.DataFrame, regressor: str = "x", controls: tuple[str, ...] = ("z",), **options):
    given = {"seed": 1, "draws": 999} | options
    return wild_cluster_test(panel, "y", regressor, controls, unit="u", year="t", **given)


def grid(y: np.ndarray, x: np.ndarray) -> pd.DataFrame:
    units, years = y.shape
    index = pd.MultiIndex.from_product([range(units), range(years)], names=["u", "t"])
    return pd.DataFrame({"y": y.ravel(), "x": x.ravel()}, index).reset_index()


def test_slopes_and_errors_agree_with_r() -> None:
    found = effects(SMALL, ["x", "z"])
    assert found.slopes["slope"].to_dict() == pytest.approx(SLOPES)
    assert found.slopes["se"].to_dict() == pytest.approx(ERRORS)
    assert (found.rows, found.units, found.years, found.left_out) == (19, 5, 4, ())
    # Student's t with 4 degrees of freedom: 2.776445
    reach = 2.776445 * ERRORS["x"]
    assert found.slopes.loc["x", ["low", "high"]].tolist() == pytest.approx(
        [SLOPES["x"] - reach, SLOPES["x"] + reach]
    )


def test_two_years_are_a_regression_of_changes_by_hand() -> None:
    # Changes of x 1, 2, 3, 2 and of y 2, 3, 7, 4; less their means -1, 0, 1, 0 and -2, -1, 3, 0: slope 5/2.
    x = np.array([[0.0, 1], [5, 7], [1, 4], [2, 4]])
    y = np.array([[1.0, 3], [0, 3], [2, 9], [1, 5]])
    assert effects(grid(y, x), ["x"]).slopes.loc["x", "slope"] == pytest.approx(2.5)
    assert wild(grid(y, x), controls=()).slope == pytest.approx(2.5)


def plain_fit(panel: pd.DataFrame, y: np.ndarray, regressors: list[str]) -> tuple[np.ndarray, np.ndarray]:
    """Give coefficients, the first regressor's first, and its t ratio but for a constant factor."""
    dummies = [pd.get_dummies(panel[name], dtype=float).to_numpy() for name in ("u", "t")]
    x = np.column_stack([panel[regressors], dummies[0], dummies[1][:, 1:]])
    inverse = np.linalg.inv(x.T @ x)
    b = inverse @ x.T @ y
    scores = dummies[0].T @ (x * (y - x @ b)[:, None])
    return x @ b, b[0] / np.sqrt((inverse @ scores.T @ scores @ inverse)[0, 0])


@pytest.mark.parametrize("null", np.linspace(-0.6, 0.6, 9))
def test_p_is_that_of_fitting_again_for_every_assignment(null: float) -> None:
    rng = np.random.default_rng(11)
    panel = grid(*rng.normal(size=(2, 7, 4))).drop(index=[3, 9, 10])
    panel["z"] = panel["x"] + rng.normal(size=len(panel))
    panel["y"] -= null * panel["x"]
    y = panel["y"].to_numpy()
    under, _ = plain_fit(panel, y, ["z"])
    drawn = []
    for signs in product([1, -1], repeat=7):
        w = panel["u"].map(dict(enumerate(signs))).to_numpy()
        drawn.append(abs(plain_fit(panel, under + w * (y - under), ["x", "z"])[1]))
    found = wild(panel)
    assert found.p == (np.array(drawn) >= drawn[0] * (1 - 1e-9)).mean()
    assert (found.assignments, found.units) == (128, 7)


@pytest.mark.parametrize("weights", ["rademacher", "webb"])
def test_interval_holds_what_the_test_does_not_reject(weights: str) -> None:
    rng = np.random.default_rng(3)
    x = rng.normal(size=(12, 6))
    panel = grid(0.5 * x + rng.normal(size=(12, 6)).cumsum(axis=1), x)
    found = wild(panel, controls=(), weights=weights)
    assert found.low < found.slope < found.high
    width = found.high - found.low
    for end, inwards in ((found.low, 1), (found.high, -1)):
        for step, rejected in ((0.01, False), (-0.01, True)):
            null = end + inwards * step * width
            at = wild(panel.assign(y=panel["y"] - null * panel["x"]), controls=(), weights=weights)
            assert (at.p <= 0.05) is rejected


def test_five_units_reject_nothing_by_signs_but_do_by_six_points() -> None:
    # The data and their mirror image are 2 of 32 assignments, so that p is at least 1/16.
    found = wild(SMALL)
    assert found.p == pytest.approx(2 / 32)
    assert (found.low, found.high) == (-np.inf, np.inf)
    webb = wild(SMALL, weights="webb", draws=9999)
    assert webb.assignments == 6**5
    assert webb.p < 0.05
    assert 0 < webb.low < webb.slope < webb.high


def clustered_t(panel: pd.DataFrame) -> float:
    y, x = (panel[name].to_numpy().reshape(10, -1) for name in "yx")
    y, x = (v - v.mean(0) - v.mean(1, keepdims=True) + v.mean() for v in (y, x))
    slope = (x * y).sum() / (x * x).sum()
    return float(slope * (x * x).sum() / np.linalg.norm((x * (y - slope * x)).sum(axis=1)))


def test_few_units_raise_false_alarms_by_the_normal_and_not_by_the_wild_bootstrap() -> None:
    rng = np.random.default_rng(4)
    alarms = np.zeros(2)
    for seed in range(400):
        x = rng.normal(size=(10, 8)).cumsum(axis=1)
        noise = rng.normal(size=(10, 8)).cumsum(axis=1) * np.linspace(0.5, 2, 10)[:, None]
        panel = grid(0.3 * x + noise, x)
        null = panel.assign(y=panel["y"] - 0.3 * panel["x"])
        found = wild(panel, controls=(), draws=199, seed=seed)
        alarms += [abs(clustered_t(null)) > 1.96, not found.low <= 0.3 <= found.high]
    assert alarms[0] / 400 > 0.1
    assert alarms[1] / 400 == pytest.approx(0.05, abs=0.03)


def test_p_values_are_level_where_there_is_no_effect() -> None:
    rng = np.random.default_rng(5)
    p = [
        wild(grid(*rng.normal(size=(2, 8, 5))), controls=(), weights="webb", draws=199, seed=seed).p
        for seed in range(200)
    ]
    assert np.mean(p) == pytest.approx(0.5, abs=0.07)
    assert np.mean(np.array(p) <= 0.1) == pytest.approx(0.1, abs=0.06)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.01, 100), st.floats(0.01, 100), st.permutations(range(19)), st.permutations("abcde"))
def test_scales_order_and_names_do_not_matter(
    scale_x: float, scale_y: float, order: list[int], names: list[str]
) -> None:
    other = SMALL.iloc[order].copy()
    other["u"] = other["u"].map(dict(zip("abcde", names, strict=True)))
    other[["x", "y"]] *= [scale_x, scale_y]
    # An effect for each unit and year takes up whatever is added to them.
    other["y"] += other["u"].map(dict(zip("abcde", [3, 1, 4, 1, 5], strict=True))) + other["t"] ** 2
    one, two = effects(SMALL, ["x", "z"]).slopes.loc["x"], effects(other, ["x", "z"]).slopes.loc["x"]
    ratio = scale_y / scale_x
    assert two["slope"] == pytest.approx(one["slope"] * ratio)
    assert two["se"] == pytest.approx(one["se"] * ratio)
    assert wild(other).p == wild(SMALL).p


def test_draws_that_are_fitted_exactly_count_against_the_data_by_hand() -> None:
    # Changes -1 where x changed, and 1, 1, -1 elsewhere. Of 16 assignments 4 make the last three equal, which
    # leaves no error. In the other 12 the error is that of the data, and the slope in half of them, -1 less
    # 1/3 or its mirror image; in the rest it is half as large.
    y, x = np.zeros((4, 2)), np.zeros((4, 2))
    y[:, 1], x[0, 1] = [-1, 1, 1, -1], 1
    found = wild(grid(y, x), controls=())
    assert (found.slope, found.p) == pytest.approx((-4 / 3, (6 + 4) / 16))
    assert (found.low, found.high) == (-np.inf, np.inf)


def test_rows_with_gaps_and_units_of_one_row_are_left_out_and_counted() -> None:
    extra = pd.DataFrame({"u": ["f", "a"], "t": [1, 5], "x": [9.0, np.nan], "z": 1, "y": 2.0})
    found = effects(pd.concat([SMALL, extra]), ["x", "z"])
    assert found.slopes["se"].to_dict() == pytest.approx(ERRORS)
    assert (found.rows, found.units, found.left_out) == (19, 5, ("f",))
    assert wild(pd.concat([SMALL, extra])) == wild(SMALL)


def test_rows_that_inform_of_no_slope_are_dropped_until_none_is_left() -> None:
    # g is alone in year 9 once h, which has no other year, is gone; then g has one year only.
    extra = pd.DataFrame({"u": [*"ggh"], "t": [1, 9, 9], "x": [1.0, 2, 5], "z": 2, "y": [3.0, 1, 2]})
    found = effects(pd.concat([SMALL, extra]), ["x", "z"])
    assert (found.rows, found.units, found.years, found.left_out) == (19, 5, 4, ("g", "h"))
    assert found.slopes["se"].to_dict() == pytest.approx(ERRORS)
    assert wild(pd.concat([SMALL, extra])) == wild(SMALL)


def test_two_treated_units_of_twenty_mislead_the_clustered_t_and_silence_the_wild_bootstrap() -> None:
    rng = np.random.default_rng(7)
    x = np.zeros((20, 4))
    x[:2, 2:] = 1
    clustered, restricted = 0, 0
    for seed in range(150):
        panel = grid(rng.normal(size=(20, 4)), x)
        clustered += effects(panel, ["x"]).slopes.loc["x", "p"] <= 0.05
        restricted += wild(panel, controls=(), draws=199, seed=seed).p <= 0.05
    assert clustered / 150 > 0.12
    assert restricted / 150 < 0.03


def test_six_points_have_mean_nought_and_variance_one() -> None:
    for points in POINTS.values():
        assert points.mean() == pytest.approx(0)
        assert (points**2).mean() == pytest.approx(1)
        assert points[0] == 1
    # The squares of Webb's six are 1/2, 1 and 3/2, each with either sign.
    assert np.sort(POINTS["webb"] * np.abs(POINTS["webb"])) == pytest.approx([-1.5, -1, -0.5, 0.5, 1, 1.5])


def test_same_seed_same_answer() -> None:
    panel = grid(*np.random.default_rng(6).normal(size=(2, 15, 4)))
    assert wild(panel, controls=()) == wild(panel, controls=())
    assert wild(panel, controls=()).p != wild(panel, controls=(), seed=2).p


EXACT = SMALL.assign(y=2 * SMALL["x"] + SMALL["t"])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: effects(SMALL, []), r"columns \['y'\]: give an outcome and other regressors"),
        (lambda: effects(SMALL, ["x", "x"]), "regressors, once"),
        (lambda: effects(SMALL, ["y"]), "regressors, once"),
        (lambda: effects(SMALL, ["t"]), "column 't' twice"),
        (lambda: effects(SMALL, ["w"]), "needs one column 'w'"),
        (lambda: effects(SMALL.query("u == 'a'"), ["x"]), "0 units and 0 years remain"),
        (lambda: effects(SMALL.query("t == 1"), ["x"]), "0 units and 0 years remain"),
        (lambda: effects(SMALL.assign(x=np.nan), ["x"]), "'x' has no value in any row"),
        (lambda: effects(SMALL.assign(x=7.0), ["x"]), "'x' does not vary beyond"),
        (lambda: effects(SMALL.assign(x=0.0), ["x"]), "'x' does not vary beyond"),
        (lambda: effects(SMALL.assign(x=SMALL["t"]), ["x"]), "'x' does not vary beyond"),
        (lambda: effects(SMALL.assign(y=1.0), ["x"]), "'y' does not vary beyond"),
        (lambda: effects(SMALL.assign(z=3 * SMALL["x"] + 1), ["x", "z"]), "follows from the others"),
        (lambda: effects(SMALL, ["x"], level=95), "level of 95"),
        (lambda: wild(SMALL, draws=50), "draws = 50"),
        (lambda: wild(SMALL, weights="mammen"), "'mammen': give one of rademacher, webb"),
        (lambda: wild(SMALL, level=1), "level of 1"),
        (lambda: wild(EXACT, controls=()), "fitted without error"),
        (lambda: effects(EXACT, ["x"]), "fitted without error"),
        (lambda: effects(EXACT, ["x", "z"]), "fitted without error"),
        (lambda: effects(SMALL, "xz"), "'xz' as regressors: give a list"),
        (lambda: wild(SMALL, controls="z"), "'z' as controls: give a list"),
        (lambda: wild(SMALL, draws=2e3), "draws = 2000.0: give a whole number from 99"),
        (lambda: wild(SMALL, seed=-1), "seed = -1"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

"""Reliability of scales: by hand, against R, on properties of the coefficients, and with known truth."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from klasteryste import load
from klasteryste.errors import CourseError
from klasteryste.methods.scales import alpha, covariance, omega, one_factor, reliability

# Loadings 1, 2, 3 and uniquenesses 1, 2, 3.
SMALL = [[2, 2, 3], [2, 6, 6], [3, 6, 12]]


@st.composite
def one_factor_models(draw: st.DrawFn, items: int) -> tuple[np.ndarray, np.ndarray]:
    loadings = draw(hnp.arrays(float, items, elements=st.floats(0.3, 2)))
    uniquenesses = draw(hnp.arrays(float, items, elements=st.floats(0.2, 3)))
    return loadings, uniquenesses


def built(loadings: np.ndarray, uniquenesses: np.ndarray) -> np.ndarray:
    return np.outer(loadings, loadings) + np.diag(uniquenesses)


def people(n: int, loadings: np.ndarray, uniquenesses: np.ndarray, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 1)) * loadings + rng.normal(size=(n, len(loadings))) * np.sqrt(uniquenesses)


def norwegian_scale() -> tuple[np.ndarray, np.ndarray]:
    norway = load("ess10no")
    return norway[["imbgeco", "imueclt", "imwbcnt"]].to_numpy(), norway["pspwght"].to_numpy()


def test_alpha_by_hand() -> None:
    # Variances 2 + 6 + 12 = 20 of a total of 42: 3/2 * (1 - 20/42) = 11/14.
    assert alpha(SMALL) == pytest.approx(11 / 14)
    assert alpha([[1, 0.5], [0.5, 1]]) == pytest.approx(2 / 3)  # Spearman-Brown: 2 * 0.5 / 1.5
    assert alpha([[1, -0.5], [-0.5, 1]]) == pytest.approx(-2)


@pytest.mark.parametrize("unit", [1e-12, 1e12])
def test_alpha_is_at_most_1_in_any_unit(unit: float) -> None:
    assert alpha(np.full((7, 7), 0.1 * unit)) == 1
    # Rounding a covariance leaves a hair above what it can be.
    assert alpha(unit * np.array([[1, 1 + 5e-9], [1 + 5e-9, 1]])) == 1
    assert alpha(unit * np.array([[1, 0.5], [0.5, 1]])) == pytest.approx(2 / 3)


def test_one_factor_of_three_items_by_hand() -> None:
    # First loading: sqrt(2 * 3 / 6) = 1; the others 2 / 1 and 3 / 1.
    model = one_factor(SMALL)
    assert model.loadings == pytest.approx([1, 2, 3])
    assert model.uniquenesses == pytest.approx([1, 2, 3])
    # 6**2 / (6**2 + 6)
    assert omega(SMALL) == pytest.approx(6 / 7)


def test_covariance_by_hand() -> None:
    # Means 2 and 4; products of distances (-1)(-2) + 0 + (1)(2) = 4, over n - 1 = 2.
    assert covariance([[1, 2], [2, 4], [3, 6]]) == pytest.approx(np.array([[1, 2], [2, 4]]))
    # Weights 1 1 2: means 9/4 and 9/2, weighted squares 11/4, below 4 - 6/4 = 5/2.
    assert covariance([[1, 2], [2, 4], [3, 6]], [1, 1, 2])[0, 0] == pytest.approx(1.1)


# R 4.2, psych 2.2, on the table ess10no:
#   d <- na.omit(d[c("imbgeco", "imueclt", "imwbcnt", "pspwght")])
#   C <- cov(d[1:3])                      # or cov.wt(d[1:3], d$pspwght)$cov
#   psych::alpha(C)$total$raw_alpha
#   f <- factanal(covmat = C, factors = 1)
#   l <- f$loadings[, 1] * sqrt(diag(C)); sum(l)^2 / (sum(l)^2 + sum(f$uniquenesses * diag(C)))
@pytest.mark.parametrize(
    ("weighted", "expected_alpha", "expected_omega"),
    [(False, 0.818792815189, 0.823022313402), (True, 0.824074159591, 0.82973082396)],
)
def test_norwegian_scale_agrees_with_r(weighted: bool, expected_alpha: float, expected_omega: float) -> None:
    items, weights = norwegian_scale()
    s = covariance(items, weights if weighted else None)
    assert alpha(s) == pytest.approx(expected_alpha)
    # R climbs to the solution by steps, and stops a little short of it.
    assert omega(s) == pytest.approx(expected_omega, abs=1e-6)


def test_five_items_agree_with_r() -> None:
    # As above, with control = list(opt = list(factr = 10, pgtol = 0)) to stop later.
    s = [
        [1.20, 0.60, 0.50, 0.40, 0.70],
        [0.60, 1.50, 0.55, 0.50, 0.80],
        [0.50, 0.55, 0.90, 0.35, 0.60],
        [0.40, 0.50, 0.35, 1.10, 0.45],
        [0.70, 0.80, 0.60, 0.45, 1.60],
    ]
    model = one_factor(s)
    assert alpha(s) == pytest.approx(0.792151162791)
    assert model.loadings == pytest.approx([0.743976, 0.850937, 0.655624, 0.534322, 0.921630], abs=2e-6)
    assert model.uniquenesses == pytest.approx([0.646500, 0.775906, 0.470157, 0.814500, 0.750598], abs=2e-6)
    assert omega(s) == pytest.approx(0.798923341342, abs=1e-6)


@given(st.integers(3, 6).flatmap(one_factor_models))
@settings(max_examples=40)
def test_omega_recovers_the_model_and_alpha_is_no_larger(model: tuple[np.ndarray, np.ndarray]) -> None:
    loadings, uniquenesses = model
    s = built(loadings, uniquenesses)
    truth = loadings.sum() ** 2 / s.sum()
    assert one_factor(s).loadings == pytest.approx(loadings, rel=1e-3)
    assert omega(s) == pytest.approx(truth, abs=1e-5)
    assert alpha(s) <= truth + 1e-12


# R 4.2: factanal(covmat = C, factors = 1, control = list(lower = 1e-4, opt = list(factr = 10, pgtol = 0)))
# In the first a start from principal axes lies beyond 1; in the second a start at random often goes astray.
OVERSHOT = [
    [1, 0.914, 0.308, 0.932, 0.681],
    [0.914, 1, 0.237, 0.908, 0.645],
    [0.308, 0.237, 1, 0.380, 0.329],
    [0.932, 0.908, 0.380, 1, 0.779],
    [0.681, 0.645, 0.329, 0.779, 1],
]
ASTRAY = [
    [1, 0.189, 0.831, 0.921, 0.811],
    [0.189, 1, 0.312, 0.162, 0.260],
    [0.831, 0.312, 1, 0.880, 0.849],
    [0.921, 0.162, 0.880, 1, 0.921],
    [0.811, 0.260, 0.849, 0.921, 1],
]


@pytest.mark.parametrize(
    ("r", "loadings"),
    [
        (OVERSHOT, [0.9534188809, 0.9303852020, 0.3545307674, 0.9813020416, 0.7604024509]),
        (ASTRAY, [0.9221951628, 0.1686519830, 0.8832682917, 0.9979137187, 0.9225490570]),
    ],
)
def test_items_hard_to_fit_agree_with_r_each_time(r: list[list[float]], loadings: list[float]) -> None:
    found = [one_factor(r).loadings for _ in range(6)]
    assert found[0] == pytest.approx(loadings, abs=1e-5)
    assert all((again == found[0]).all() for again in found)


# R keeps item 2 at the least uniqueness that it may have, whatever that is:
#   u <- function(...) factanal(covmat = H, factors = 1, ...)$uniquenesses
#   u()                                # 0.2886 0.0050 0.7064 0.4557
#   u(control = list(lower = 1e-6))    # 0.2910 1e-06  0.7106 0.4554
HEYWOOD = [
    [1, 0.842, 0.608, 0.471],
    [0.842, 1, 0.538, 0.738],
    [0.608, 0.538, 1, 0.435],
    [0.471, 0.738, 0.435, 1],
]
PAIR = np.eye(4)
PAIR[0, 1] = PAIR[1, 0] = 0.5


def test_items_that_are_very_alike_are_fitted_too() -> None:
    assert one_factor(built(np.full(5, 2.0), np.full(5, 0.25))).loadings == pytest.approx(np.full(5, 2.0))


@given(st.integers(3, 6), st.floats(0.3, 2), st.data())
@settings(max_examples=30)
def test_alpha_is_omega_if_all_items_load_alike(k: int, loading: float, data: st.DataObject) -> None:
    uniquenesses = data.draw(hnp.arrays(float, k, elements=st.floats(0.2, 3)))
    s = built(np.full(k, loading), uniquenesses)
    assert alpha(s) == pytest.approx(omega(s), abs=1e-5)


@given(st.integers(3, 5).flatmap(one_factor_models), st.floats(0.01, 100), st.randoms())
@settings(max_examples=30)
def test_neither_the_unit_nor_the_order_of_items_matters(
    model: tuple[np.ndarray, np.ndarray], unit: float, shuffle: object
) -> None:
    s = built(*model)
    order = list(range(len(s)))
    shuffle.shuffle(order)
    other = unit**2 * s[np.ix_(order, order)]
    assert (alpha(other), omega(other)) == pytest.approx((alpha(s), omega(s)), abs=1e-5)


@pytest.mark.parametrize("k", [3, 5])
def test_an_item_turned_round_keeps_its_loading_with_the_other_sign(k: int) -> None:
    s = built(np.arange(1.0, k + 1), np.ones(k))
    sign = np.ones(k)
    sign[1] = -1
    assert one_factor(s * np.outer(sign, sign)).loadings == pytest.approx(
        sign * np.arange(1, k + 1), rel=1e-4
    )


def test_whole_weights_are_people_counted_so_often() -> None:
    items, _ = norwegian_scale()
    items = items[~np.isnan(items).any(axis=1)][:60]
    counts = np.arange(60) % 3
    one, other = covariance(items, counts), covariance(np.repeat(items, counts, axis=0))
    assert (alpha(one), omega(one)) == pytest.approx((alpha(other), omega(other)))


def test_people_with_a_missing_answer_are_left_out_and_counted() -> None:
    items = people(200, np.array([1.0, 1, 1]), np.ones(3), seed=1)
    items[[3, 4, 5], [0, 1, 2]] = np.nan
    w = np.ones(200)
    w[:4] = 0
    assert covariance(items, w) == pytest.approx(np.cov(items[6:].T))
    found = reliability(items, alpha, w, resamples=100, seed=1)
    assert (found.n, found.incomplete) == (194, 2)
    assert found.value == pytest.approx(alpha(np.cov(items[6:].T)))


def test_same_seed_same_interval() -> None:
    items, weights = norwegian_scale()
    first, second, other = (reliability(items, omega, weights, resamples=200, seed=s) for s in (1, 1, 2))
    assert first == second
    assert (first.low, first.high) != (other.low, other.high)
    assert first.low < first.value < first.high
    assert (first.n, first.incomplete, first.unsolved) == (1381, 30, 0)


def test_level_is_the_part_of_resamples_within() -> None:
    items, _ = norwegian_scale()
    wide, narrow = (reliability(items, alpha, level=level, resamples=1000, seed=3) for level in (0.95, 0.8))
    # Near enough to normal: 1.2816 and 1.9600 standard errors.
    assert (narrow.high - narrow.low) / (wide.high - wide.low) == pytest.approx(0.654, abs=0.05)


def test_resamples_keep_their_weights() -> None:
    strong = people(300, np.full(3, 2.0), np.ones(3), seed=6)
    weak = people(300, np.full(3, 0.5), np.ones(3), seed=7)
    weights = np.repeat([10.0, 0.1], 300)
    found = reliability(np.vstack([strong, weak]), alpha, weights, resamples=200, seed=1)
    assert found.low < found.value < found.high
    assert found.low > reliability(np.vstack([strong, weak]), alpha, resamples=200, seed=1).high


def test_people_entered_four_times_fake_precision() -> None:
    items = people(150, np.array([1.0, 0.8, 0.6]), np.ones(3), seed=5)
    once = reliability(items, alpha, resamples=400, seed=1)
    again = reliability(np.tile(items, (4, 1)), alpha, resamples=400, seed=1)
    assert again.value == pytest.approx(once.value)
    assert (again.high - again.low) / (once.high - once.low) == pytest.approx(0.5, abs=0.1)


def test_intervals_hold_a_known_truth() -> None:
    loadings, uniquenesses = np.array([0.8, 1.1, 1.0]), np.array([1.0, 0.9, 1.2])
    s = built(loadings, uniquenesses)
    runs = 150
    held = {alpha: 0, omega: 0}
    for run in range(runs):
        items = people(250, loadings, uniquenesses, seed=1000 + run)
        for coefficient in held:
            found = reliability(items, coefficient, resamples=100, seed=run)
            held[coefficient] += found.low <= coefficient(s) <= found.high
    assert all(0.89 <= count / runs <= 0.985 for count in held.values())


def test_resamples_without_a_solution_are_counted() -> None:
    items = people(60, np.array([1.0, 1, 0.75]), np.array([0.6, 1, 1]), seed=8)
    found = reliability(items, omega, resamples=400, seed=1)
    assert 0 < found.unsolved < 200
    assert found.low < found.value < found.high


def test_resamples_in_which_an_item_does_not_vary_are_counted() -> None:
    items = people(12, np.array([1.0, 1, 1]), np.full(3, 0.1), seed=1)
    items[:, 2] = 3
    items[np.argmax(items[:, 0]), 2] = 4
    found = reliability(items, alpha, resamples=400, seed=1)
    # Whoever varies it is drawn in a part of 1 - (11 / 12)**12 of all, about 0.65.
    assert found.unsolved / 400 == pytest.approx(0.35, abs=0.06)


ITEMS = people(30, np.array([1.0, 1, 1]), np.ones(3), seed=2)
TWICE = ITEMS[:, [0, 0, 1]]
GIVEN_TWO = ITEMS.copy()
GIVEN_TWO[2:, 1] = np.nan
CONSTANT = ITEMS.copy()
CONSTANT[:, 1] = 4
INFINITE = ITEMS.copy()
INFINITE[7, 2] = np.inf
WEAK = people(25, np.array([0.3, 0.3, 0.3]), np.ones(3), seed=3)
FOUR = people(100, np.ones(4), np.ones(4), seed=3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: covariance([1, 2, 3]), r"items of shape \(3,\)"),
        (lambda: covariance([[1], [2]]), r"items of shape \(2, 1\)"),
        (lambda: covariance([["often", "never"]]), "not all numbers"),
        (lambda: covariance(INFINITE), "infinite answer"),
        (lambda: covariance(GIVEN_TWO[1:]), "1 people answered every item"),
        (lambda: covariance(np.full((5, 3), np.nan)), "0 people answered every item"),
        (lambda: covariance(CONSTANT), "item 2 has one answer from all"),
        (lambda: covariance(ITEMS, np.ones(29)), "29 weights for 30"),
        (lambda: covariance(ITEMS, np.zeros(30)), "no weights above nought"),
        (lambda: covariance(ITEMS, -np.ones(30)), "weight -1.0 at row 0"),
        (lambda: alpha(ITEMS), r"covariances of shape \(30, 3\)"),
        (lambda: alpha([[2.0]]), r"covariances of shape \(1, 1\)"),
        (lambda: alpha([[1, np.nan], [np.nan, 1]]), "holds no covariances"),
        (lambda: alpha([[1, 0.2], [0.5, 1]]), "holds no covariances"),
        (lambda: alpha([[1, 2], [2, 1]]), "holds no covariances"),
        (lambda: alpha([[1, 1.015], [1.015, 1]]), "holds no covariances"),
        (lambda: alpha([[1e-12, 5e-13], [-5e-13, 1e-12]]), "holds no covariances"),
        (lambda: alpha([[1, 0.5], [0.5, -1]]), "holds no covariances"),
        (lambda: alpha([[1, -0.9, -0.9], [-0.9, 1, -0.9], [-0.9, -0.9, 1]]), "holds no covariances"),
        (lambda: alpha([[1e-200, 1e200], [1e200, 1e-200]]), "holds no covariances"),
        (lambda: alpha(np.full((2, 2), 1e308)), r"standard deviations of a size of 1e\+154"),
        (lambda: covariance([[1e200, 1], [2e200, 2]]), r"answers of a size of 2e\+200"),
        (lambda: alpha([[1, -1], [-1, 1]]), "sum does not vary"),
        (lambda: alpha(np.zeros((3, 3))), "alpha: item 1 does not vary"),
        (lambda: alpha([[1, 0.5, 0], [0.5, 1, 0], [0, 0, 0]]), "alpha: item 3 does not vary"),
        (lambda: omega([[1, 0.5], [0.5, 1]]), "at least 3 items"),
        (lambda: omega([[1, 0.5, 0], [0.5, 1, 0], [0, 0, 0]]), "item 3 does not vary"),
        (lambda: omega([[1, 0.2, 0.2], [0.2, 1, -0.2], [0.2, -0.2, 1]]), "signs"),
        (lambda: omega(np.eye(3)), "signs"),
        (lambda: omega(np.eye(4)), "no one factor fits"),
        (lambda: omega(PAIR), "no one factor fits"),
        (lambda: omega(HEYWOOD), "no one factor fits: an item keeps hardly any variance"),
        (lambda: omega([[1, 0.8, 0.7], [0.8, 1, 0.5], [0.7, 0.5, 1]]), "item 1 would keep no variance"),
        (lambda: omega(covariance(TWICE)), "item 1 would keep no variance"),
        (lambda: omega([[1, -0.4, 0.4], [-0.4, 1, -0.4], [0.4, -0.4, 1]]), "item 2 runs against"),
        (lambda: omega(covariance(FOUR[:, [0, 1, 2, 3, 3]])), "an item repeats others"),
        (lambda: omega(covariance(np.c_[FOUR, FOUR.sum(axis=1)])), "an item repeats others"),
        (lambda: omega(covariance(np.c_[FOUR, -FOUR[:, 0] + FOUR[::-1, 1]])), "item 5 runs against"),
        (lambda: reliability(ITEMS, alpha, resamples=99, seed=1), "99 resamples"),
        (lambda: reliability(ITEMS, alpha, level=95, seed=1), "level of 95"),
        (lambda: reliability(CONSTANT, omega, seed=1), "reliability: item 2"),
        (lambda: reliability(WEAK, omega, resamples=100, seed=1), "too few for an interval"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

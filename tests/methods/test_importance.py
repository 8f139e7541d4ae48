"""Importance of indicators: against R, closed forms, and properties that must hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from klasteryste.errors import CourseError
from klasteryste.methods.composite import arithmetic_mean
from klasteryste.methods.importance import importance


def test_main_effect_agrees_with_r() -> None:
    # R 4.2: i <- 1:40; x <- (i * 17) %% 41; z <- qnorm(rank(x) / 41); y <- sin(x / 8) + ((i * 11) %% 7) / 10
    # s <- smooth.spline(z, y, cv = FALSE, all.knots = TRUE,
    #                    control.spar = list(tol = 1e-10, low = -3, high = 3))
    # f <- fitted(s); mean((f - mean(f))^2) / mean((y - mean(y))^2); cor(x, y)^2
    # and the same of x / 10 + ((i * 11) %% 7) / 3
    i = np.arange(1, 41)
    x = (i * 17) % 41
    for y, expected, linear in (
        (np.sin(x / 8) + (i * 11) % 7 / 10, 0.9006481594, 0.7219523619),
        (x / 10 + (i * 11) % 7 / 3, 0.7617135939, 0.7356858708),
    ):
        found = importance(pd.Series(y), pd.DataFrame({"x": x})).loc["x"]
        assert found["importance"] == pytest.approx(expected, abs=1e-5)
        assert found["linear"] == pytest.approx(linear)


def test_with_normal_indicators_it_is_the_squared_correlation() -> None:
    """Y = w'x has S_i = (Σw)_i**2 / (Σ_ii w'Σw), worked out from the covariance Σ."""
    sigma = np.array([[1, 0.5, 0], [0.5, 1, 0], [0, 0, 1]])
    w = np.array([0.5, 0.25, 0.25])
    x = np.random.default_rng(1).multivariate_normal(np.zeros(3), sigma, size=1500)
    table = pd.DataFrame(x, columns=list("abc"))
    found = importance(
        arithmetic_mean(table, dict(zip("abc", w, strict=True))), table, pd.Series(w, list("abc"))
    )
    expected = (sigma @ w) ** 2 / (w @ sigma @ w)
    assert found["importance"].to_numpy() == pytest.approx(expected, abs=0.04)
    assert found["weight"].tolist() == pytest.approx(w)
    # Two of equal weight: the one that goes with another counts for four times as much.
    assert found.loc["b", "share"] > 3 * found.loc["c", "share"]
    assert found["share"].sum() == pytest.approx(1)


def test_a_bend_is_seen_where_a_correlation_sees_nothing() -> None:
    x = np.linspace(-1, 1, 101)
    found = importance(pd.Series(x**2), pd.DataFrame({"x": x})).loc["x"]
    assert found["importance"] == pytest.approx(1, abs=0.01)
    assert found["linear"] == pytest.approx(0, abs=1e-12)


def test_an_indicator_of_two_values_by_hand() -> None:
    # Means 1 of sixteen units and 6 of four, 2 of all: variance between 0.8 * 1 + 0.2 * 16 = 4, and 1 within.
    y = pd.Series([0.0, 2] * 8 + [5.0, 7] * 2)
    table = pd.DataFrame({"member": [0] * 16 + [1] * 4})
    assert importance(y, table).loc["member", "importance"] == pytest.approx(4 / 5)


def test_main_effect_of_tied_values_agrees_with_r() -> None:
    # R 4.2: i <- 1:60; x <- (i * i) %% 23; z <- qnorm(rank(x) / 61); y <- sin(x / 3) + ((i * 7) %% 9) / 4
    # w <- as.vector(table(z)); s <- smooth.spline(sort(unique(z)), tapply(y, z, mean), w = w, cv = FALSE,
    #     all.knots = TRUE, control.spar = list(tol = 1e-10, low = -3, high = 3))
    # f <- fitted(s); sum(w * (f - sum(w * f) / 60)^2) / 60 / mean((y - mean(y))^2)
    # The two choose a slightly different smoothness; without the weights it is 0.4913.
    i = np.arange(1, 61)
    x = (i * i) % 23
    found = importance(pd.Series(np.sin(x / 3) + (i * 7) % 9 / 4), pd.DataFrame({"x": x}))
    assert found.loc["x", "importance"] == pytest.approx(0.4780326321, abs=0.005)


def test_few_values_explain_from_noise_what_the_docstring_says() -> None:
    rng = np.random.default_rng(8)
    found = [
        importance(pd.Series(rng.normal(size=40)), pd.DataFrame({"x": np.arange(40) % 4})).iloc[0][
            "importance"
        ]
        for _ in range(200)
    ]
    assert np.mean(found) == pytest.approx(3 / 39, abs=0.015)


def test_without_effect_it_is_small() -> None:
    rng = np.random.default_rng(6)
    found = [
        importance(pd.Series(rng.normal(size=31)), pd.DataFrame({"x": rng.normal(size=31)})).iloc[0][
            "importance"
        ]
        for _ in range(60)
    ]
    assert 0.01 < np.mean(found) < 0.12


@given(
    hnp.arrays(float, (20, 2), elements=st.integers(0, 30).map(float)).filter(
        lambda x: (np.ptp(x, axis=0) > 0).all() and np.ptp(x.sum(axis=1)) > 0
    ),
    st.floats(0.1, 100),
    st.floats(-50, 50),
)
@settings(max_examples=30, deadline=None)
def test_it_is_a_share_and_has_no_unit(x: np.ndarray, scale: float, shift: float) -> None:
    table = pd.DataFrame(x, columns=["a", "b"])
    index = arithmetic_mean(table)
    one = importance(index, table)
    assert one["importance"].between(0, 1).all()
    other = importance(-3 * index, scale * table[::-1] + shift)
    assert other.to_numpy() == pytest.approx(one.to_numpy(), abs=1e-5)


def test_order_is_all_that_counts_of_an_indicator() -> None:
    rng = np.random.default_rng(7)
    x = rng.normal(size=300)
    y = pd.Series(x + rng.normal(size=300))
    # Outliers, and values that a spline over x itself could not tell apart.
    found = importance(
        y, pd.DataFrame({"x": x, "far": np.exp(9 * x), "near": np.arctan(1e3 * x), "less": -x})
    )
    assert found["importance"].to_numpy() == pytest.approx(found.loc["x", "importance"], abs=1e-6)
    assert found.loc["far", "linear"] < 0.1


TABLE = pd.DataFrame({"x": np.arange(20.0), "y": np.arange(20.0) % 3})
INDEX = pd.Series(np.arange(20.0))


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: importance(INDEX[:19], TABLE[:19]), "19 units"),
        (lambda: importance(INDEX[:19], TABLE), "index for other labels: '19'"),
        (lambda: importance(INDEX * 0, TABLE), "no variance to share out"),
        (
            lambda: importance(pd.Series([0.0, 1] * 10), pd.DataFrame({"x": [1] * 12 + [2] * 8})),
            "no indicator goes with the index",
        ),
        (lambda: importance(0.3 + 1e-16 * INDEX, TABLE), "no variance to share out"),
        (lambda: importance(1e200 * INDEX, TABLE), "values of the index of a size of 1.9e"),
        (lambda: importance(INDEX, 1e200 * TABLE), "values of 'x' of a size of 1.9e"),
        (lambda: importance(INDEX, TABLE.assign(x=0.3 + 1e-16 * INDEX)), "'x' is the same for every unit"),
        (lambda: importance(INDEX.replace(3, np.nan), TABLE), "index of 3: nan"),
        (lambda: importance(INDEX, TABLE.assign(x=1)), "'x' is the same for every unit"),
        (lambda: importance(INDEX, TABLE.replace(2, np.nan)), "missing"),
        (lambda: importance(INDEX, TABLE, {"x": 1, "z": 1}), "weights for other labels"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

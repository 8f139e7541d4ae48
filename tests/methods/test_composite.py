"""Composite indices: against calculations by hand, scikit-learn, R, and properties that must hold."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from scipy.stats import gmean, rankdata
from sklearn.preprocessing import MinMaxScaler, StandardScaler

from klasteryste.errors import CourseError
from klasteryste.methods.composite import (
    ampi,
    ampi_goalposts,
    arithmetic_mean,
    coverage,
    distance_to_frontier,
    geometric_mean,
    min_max,
    orient,
    pca_weights,
    rank_scores,
    z_scores,
)

TABLE = pd.DataFrame(
    {"trust": [2.0, 4.0, 6.0], "turnout": [50.0, 30.0, 40.0], "crime": [5.0, 5.0, 8.0]}, index=["a", "b", "c"]
)

tables = hnp.arrays(float, (6, 3), elements=st.integers(0, 50).map(float)).filter(
    lambda x: (np.ptp(x, axis=0) > 0).all()
)


def framed(x: np.ndarray) -> pd.DataFrame:
    return pd.DataFrame(x, [f"u{i}" for i in range(x.shape[0])], [f"i{j}" for j in range(x.shape[1])])


def test_coverage_names_what_falls_short() -> None:
    table = pd.DataFrame(
        {"x": [1, 2, 3], "y": [1, None, 3], "z": [None, None, 3]}, index=["a", "b", "c"], dtype=float
    )
    found = coverage(table)
    assert found.units.tolist() == pytest.approx([2 / 3, 1 / 3, 1])
    assert found.indicators.tolist() == pytest.approx([1, 2 / 3, 1 / 3])
    assert (found.short_units, found.short_indicators) == (["b"], ["z"])
    assert coverage(table, least=0.7).short_units == ["a", "b"]


def test_a_share_of_exactly_the_least_is_enough() -> None:
    found = coverage(pd.DataFrame({"x": [1.0, np.nan], "y": [np.nan, 2.0]}), least=0.5)
    assert found.short_units == found.short_indicators == []


def test_orient_turns_what_is_better_low() -> None:
    found = orient(TABLE, {"crime": -1, "trust": 1, "turnout": 1})
    assert found["crime"].tolist() == [-5, -5, -8]
    assert found["trust"].tolist() == [2, 4, 6]


def test_normalisations_by_hand() -> None:
    # trust: mean 4, standard deviation sqrt(8 / 3).
    assert z_scores(TABLE)["trust"].tolist() == pytest.approx([-2 / np.sqrt(8 / 3), 0, 2 / np.sqrt(8 / 3)])
    assert min_max(TABLE)["turnout"].tolist() == pytest.approx([1, 0, 0.5])
    assert min_max(TABLE, 1, 100)["turnout"].tolist() == pytest.approx([100, 1, 50.5])
    assert rank_scores(TABLE, 1, 3)["crime"].tolist() == [1.5, 1.5, 3]
    found = distance_to_frontier(
        TABLE, {"trust": 0, "turnout": 0, "crime": 10}, {"trust": 10, "turnout": 40, "crime": 0}
    )
    assert found.loc["a"].tolist() == pytest.approx([0.2, 1.25, 0.5])  # beyond a goalpost is beyond the scale


@given(tables)
def test_normalisations_agree_with_scikit_learn_and_scipy(x: np.ndarray) -> None:
    table = framed(x)
    assert z_scores(table).to_numpy() == pytest.approx(StandardScaler().fit_transform(x), abs=1e-9)
    assert min_max(table, 70, 130).to_numpy() == pytest.approx(MinMaxScaler((70, 130)).fit_transform(x))
    assert rank_scores(table, 1, 6).to_numpy() == pytest.approx(rankdata(x, axis=0))


@given(tables, st.floats(0.01, 1000), st.floats(-1000, 1000))
def test_units_of_measurement_do_not_matter(x: np.ndarray, scale: float, shift: float) -> None:
    one, other = framed(x), framed(scale * x + shift)
    for normalise in (z_scores, min_max):
        assert normalise(other).to_numpy() == pytest.approx(normalise(one).to_numpy(), abs=1e-6)


@given(tables)
def test_turning_an_indicator_mirrors_its_scores(x: np.ndarray) -> None:
    one, turned = framed(x), orient(framed(x), {"i0": -1, "i1": -1, "i2": -1})
    for normalise in (min_max, rank_scores):
        assert normalise(turned).to_numpy() == pytest.approx(1 - normalise(one).to_numpy())
    assert z_scores(turned).to_numpy() == pytest.approx(-z_scores(one).to_numpy())


def test_aggregations_by_hand() -> None:
    scores = pd.DataFrame({"x": [70.0, 100.0], "y": [130.0, 100.0]}, index=["uneven", "even"])
    assert arithmetic_mean(scores).tolist() == [100, 100]
    assert geometric_mean(scores).tolist() == pytest.approx([np.sqrt(9100), 100])
    # M = 100, S = 30, cv = 0.3: 100 - 30 * 0.3.
    assert ampi(scores).tolist() == pytest.approx([91, 100])
    # Weights 3 : 1: M = 85, S**2 = 0.75 * 15**2 + 0.25 * 45**2 = 675.
    assert ampi(scores, {"x": 3, "y": 1})["uneven"] == pytest.approx(85 - 675 / 85)
    assert arithmetic_mean(scores, {"y": 1, "x": 3})["uneven"] == pytest.approx(85)
    assert geometric_mean(scores, {"x": 0, "y": 2})["uneven"] == pytest.approx(130)


def test_goalposts_of_the_adjusted_mazziotta_pareto_index_put_the_reference_at_100() -> None:
    # In R, as the package Compind's ci_ampi does it:
    #   x <- cbind(c(2, 4, 6), c(50, 30, 40)); gp <- c(3, 40); d <- (apply(x, 2, max) - apply(x, 2, min)) / 2
    #   z <- sapply(1:2, function(i) (x[, i] - gp[i] + d[i]) / (2 * d[i]) * 60 + 70)
    #   M <- apply(z, 1, mean); S <- apply(z, 1, function(v) sqrt(var(v) / 2)); M - S * S / M
    table = TABLE[["trust", "turnout"]]
    reference = {"trust": 3, "turnout": 40}
    goalposts = ampi_goalposts(table, reference)
    assert goalposts.loc["trust"].tolist() == [1, 5]
    scores = distance_to_frontier(table, goalposts["worst"], goalposts["best"], 70, 130)
    at_reference = distance_to_frontier(
        pd.DataFrame([reference]), goalposts["worst"], goalposts["best"], 70, 130
    )
    assert at_reference.iloc[0].tolist() == pytest.approx([100, 100])
    assert ampi(scores).tolist() == pytest.approx([102.790697674, 87.027027027, 118.367346939])


@given(tables, hnp.arrays(float, 3, elements=st.floats(0.1, 10)))
def test_unevenness_costs_and_weights_have_no_unit(x: np.ndarray, w: np.ndarray) -> None:
    scores = min_max(framed(x), 70, 130)
    weights = pd.Series(w, scores.columns)
    mean = arithmetic_mean(scores, weights)
    assert geometric_mean(scores).to_numpy() == pytest.approx(gmean(scores, axis=1))
    for aggregate in (geometric_mean, ampi):
        assert (aggregate(scores, weights) <= mean + 1e-9).all()
        assert aggregate(scores, 7 * weights[::-1]).to_numpy() == pytest.approx(
            aggregate(scores, weights).to_numpy()
        )


def test_first_component_agrees_with_r() -> None:
    # R 4.2: i <- 1:12; x <- cbind(i, i + (i * 7) %% 5, (i * 5) %% 12, (i * i) %% 7 - i / 2)
    # p <- prcomp(x, scale. = TRUE); p$rotation[, 1]^2; p$sdev[1]^2 / 4; p$rotation[, 1] * p$sdev[1]
    i = np.arange(1, 13)
    found = pca_weights(
        pd.DataFrame({"a": i, "b": i + (i * 7) % 5, "c": (i * 5) % 12, "d": (i * i) % 7 - i / 2})
    )
    assert found.weights.tolist() == pytest.approx(
        [0.36782891735, 0.33483246266, 0.01188797111, 0.28545064887]
    )
    assert found.share == pytest.approx(0.6480251034)
    assert found.loadings.tolist() == pytest.approx(
        [0.9764473815, 0.9316219002, -0.1755414904, -0.8601841344]
    )


def test_loadings_add_up_to_more_than_nought() -> None:
    table = framed(np.random.default_rng(1).normal(size=(8, 3)))
    assert pca_weights(table).loadings.sum() > 0
    assert pca_weights(-table).loadings.tolist() == pytest.approx(pca_weights(table).loadings.tolist())


def test_goalposts_are_of_the_table_as_given() -> None:
    turned = orient(TABLE, {"trust": 1, "turnout": 1, "crime": -1})
    worst, best = {"trust": 0, "turnout": 0, "crime": 10}, {"trust": 10, "turnout": 40, "crime": 0}
    found = distance_to_frontier(turned, {**worst, "crime": -10}, {**best, "crime": 0})
    pd.testing.assert_frame_equal(found, distance_to_frontier(TABLE, worst, best))
    with pytest.raises(CourseError, match=r"no value of 'crime' is between its goalposts: .* turned"):
        distance_to_frontier(turned, worst, best)


def test_redundant_indicators_weigh_more() -> None:
    rng = np.random.default_rng(4)
    common = rng.normal(size=200)
    table = pd.DataFrame(
        {"one": common, "again": common + 0.1 * rng.normal(size=200), "other": rng.normal(size=200)}
    )
    weights = pca_weights(table).weights
    assert weights.sum() == pytest.approx(1)
    assert weights["one"] > 0.4 > 0.1 > weights["other"]


@given(tables, st.permutations(range(6)))
def test_order_of_units_does_not_matter(x: np.ndarray, order: list[int]) -> None:
    table = framed(x)
    mixed = table.iloc[order]
    for normalise in (z_scores, min_max, rank_scores):
        one, other = arithmetic_mean(normalise(table)), arithmetic_mean(normalise(mixed))
        assert other[one.index].to_numpy() == pytest.approx(one.to_numpy(), abs=1e-9)


TWICE = pd.DataFrame([[1.0, 2.0], [2.0, 1.0]], index=["LT", "LT"], columns=["x", "y"])
GAP = TABLE.mask(TABLE == 30)
ENDLESS = TABLE.replace(30, np.inf)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: coverage(TABLE, least=65), "share of 65"),
        (lambda: coverage(ENDLESS), "'turnout' of 'b' is infinite"),
        (lambda: coverage(TABLE.iloc[:0]), "0 units and 3 indicators"),
        (lambda: orient(TABLE, {"trust": 1, "turnout": 1}), "'crime' is in one of the two only"),
        (lambda: orient(TABLE, {"trust": 1, "turnout": 2, "crime": 1}), "give 1 or -1"),
        (lambda: z_scores(GAP), r"z_scores: 'turnout' of 'b' is missing \(1 such\): impute"),
        (lambda: z_scores(ENDLESS), "'turnout' of 'b' is infinite"),
        (lambda: z_scores(TABLE, sd=0), "sd 0"),
        (lambda: z_scores(TABLE.assign(crime=3)), "'crime' is the same for every unit"),
        (lambda: z_scores(TABLE.iloc[:1]), "1 units"),
        (lambda: z_scores(TWICE), "unit 'LT' twice"),
        (lambda: z_scores(TWICE.T), "indicator 'LT' twice"),
        (lambda: z_scores(TABLE.assign(crime="low")), "not all numbers: .*'low'"),
        (lambda: z_scores(TABLE.assign(crime=[0.1 + 0.2, 0.3, 0.3])), "'crime' is the same for every unit"),
        (lambda: z_scores(TABLE * [1, 1, 1e200]), "values of 'crime' of a size of 8e\\+200"),
        (lambda: min_max(TABLE.assign(crime=[-1.7e308, 0, 1.7e308])), "'crime' of a size of 1.7e"),
        (lambda: ampi(TABLE * 1e-200), "'trust' of a size of 6e-200"),
        (lambda: min_max(TABLE.assign(crime=[0.3, 0.1 + 0.2, 0.3])), "'crime' is the same for every unit"),
        (lambda: min_max(GAP), "missing"),
        (lambda: min_max(TABLE.assign(crime=3)), "'crime' is the same"),
        (lambda: min_max(TABLE, 1, 1), "scale from 1 to 1"),
        (lambda: rank_scores(TABLE.assign(crime=3)), "'crime' is the same"),
        (lambda: rank_scores(TABLE, 0, np.inf), "scale from 0 to inf"),
        (lambda: pca_weights(TABLE.assign(crime=3)), "'crime' is the same"),
        (lambda: pca_weights(pd.DataFrame({"x": [1, 2, 1, 2], "y": [1, 1, 2, 2]})), "vary equally"),
        (lambda: ampi_goalposts(TABLE, {"trust": 3}), "'crime' is in one"),
        (
            lambda: ampi_goalposts(TABLE, {"trust": 3, "turnout": 0.4, "crime": 6}),
            "no value of 'turnout' is between its goalposts",
        ),
        (
            lambda: ampi_goalposts(-TABLE, {"trust": -3, "turnout": -40, "crime": 6}),
            "no value of 'crime' is between its goalposts",
        ),
        (
            lambda: distance_to_frontier(TABLE, dict.fromkeys(TABLE, 0), dict.fromkeys(TABLE, 1)),
            "no value of 'trust' is between",
        ),
        (
            lambda: distance_to_frontier(TABLE, dict.fromkeys(TABLE, 0), dict.fromkeys(TABLE, 99), 100, 0),
            "scale from 100 to 0",
        ),
        (
            lambda: distance_to_frontier(
                TABLE, dict.fromkeys(TABLE, 0), {"trust": 0, "turnout": 1, "crime": 1}
            ),
            "worst and best of 'trust' are equal",
        ),
        (
            lambda: distance_to_frontier(TABLE, dict.fromkeys(TABLE, np.nan), dict.fromkeys(TABLE, 1)),
            "worst of 'trust': nan is no finite number",
        ),
        (lambda: arithmetic_mean(GAP), "missing"),
        (lambda: arithmetic_mean(TABLE, {"trust": 1}), "weights for other labels"),
        (lambda: arithmetic_mean(TABLE, dict.fromkeys(TABLE, 0)), "nor all nought"),
        (lambda: arithmetic_mean(TABLE, {"trust": -1, "turnout": 1, "crime": 1}), "none may be negative"),
        (lambda: arithmetic_mean(TABLE, {"trust": "much", "turnout": 1, "crime": 1}), "'much'"),
        (lambda: geometric_mean(min_max(TABLE)), "'trust' of 'a' is not above nought .*: normalise"),
        (lambda: geometric_mean(GAP), "missing"),
        (lambda: ampi(z_scores(TABLE)), "not above nought"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()


def test_one_indicator_weighs_all() -> None:
    assert pca_weights(TABLE[["trust"]]).weights.tolist() == [1]
    assert ampi(min_max(TABLE[["trust"]], 70, 130)).tolist() == [70, 100, 130]

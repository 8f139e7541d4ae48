"""Peers: distances by hand, against R and scikit-learn, and how well a choice of peers matches."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from sklearn.metrics import euclidean_distances
from sklearn.preprocessing import StandardScaler

from klasteryste.errors import CourseError
from klasteryste.methods.peers import balance, gower_distances, nearest_units, standardised_distances

# R 4.2, cluster 2.1.4:
#   g <- data.frame(pop = ..., share = ..., seat = factor(...), coast = factor(...),
#                   grade = factor(..., levels = c("low", "mid", "high"), ordered = TRUE))
#   as.numeric(daisy(g, metric = "gower"))
TOWNS = pd.DataFrame(
    {
        "pop": [12, 40, 9, 25, np.nan, 31],
        "share": [0.2, 0.5, 0.1, 0.9, 0.4, 0.3],
        "seat": ["town", "city", "town", "city", "town", None],
        "coast": [True, False, False, True, False, False],
        "grade": pd.Categorical(
            ["low", "high", "mid", "mid", None, "low"], ["low", "mid", "high"], ordered=True
        ),
    },
    index=[*"abcdef"],
)
# fmt: off
DAISY = [
    0.855645161290, 0.344354838710, 0.558870967742, 0.416666666667, 0.434475806452,
    0.600000000000, 0.496774193548, 0.375000000000, 0.385080645161,
    0.703225806452, 0.125000000000, 0.364919354839,
    0.875000000000, 0.610887096774,
    0.062500000000,
]
# fmt: on
NUMBERS = pd.DataFrame({"x": [1.0, 2, 3, 6], "y": [10.0, 30, 20, 20]}, index=[*"pqrs"])

tables = hnp.arrays(float, (6, 3), elements=st.integers(-50, 50).map(float)).filter(
    lambda x: (np.ptp(x, axis=0) > 0).all()
)


def test_gower_by_hand() -> None:
    # Ranges 5 and 20: p and q differ by 1/5 and by 1, which makes 0.6 on average.
    found = gower_distances(NUMBERS)
    assert found.loc["p", "q"] == pytest.approx((1 / 5 + 1) / 2)
    assert found.loc["r", "s"] == pytest.approx((3 / 5 + 0) / 2)
    named = gower_distances(NUMBERS.assign(kind=[*"kkll"]))
    assert named.loc["p", "q"] == pytest.approx((1 / 5 + 1 + 0) / 3)
    assert named.loc["q", "r"] == pytest.approx((1 / 5 + 1 / 2 + 1) / 3)


def test_gower_of_mixed_columns_with_gaps_agrees_with_r() -> None:
    found = gower_distances(TOWNS)
    assert found.to_numpy()[np.triu_indices(6, 1)].tolist() == pytest.approx(DAISY)
    assert found.index.tolist() == found.columns.tolist() == [*"abcdef"]


def test_standardised_by_hand() -> None:
    # Variances of x 14/3 and of y 200/3: (1 / 14 + 400 / 200) * 3.
    found = standardised_distances(NUMBERS)
    assert found.loc["p", "q"] == pytest.approx(((1 / 14 + 2) * 3) ** 0.5)


@given(tables)
def test_standardised_agrees_with_scikit_learn(x: np.ndarray) -> None:
    found = standardised_distances(pd.DataFrame(x))
    # Its scaler divides by n.
    expected = euclidean_distances(StandardScaler().fit_transform(x)) * (5 / 6) ** 0.5
    assert found.to_numpy() == pytest.approx(expected, abs=1e-6)


@settings(max_examples=40)
@given(tables, st.permutations(range(6)), st.floats(0.01, 1000), st.floats(-1000, 1000))
@pytest.mark.parametrize("distances", [standardised_distances, gower_distances])
def test_distances_ignore_order_and_units_of_measure(
    distances, x: np.ndarray, order: list[int], scale: float, shift: float
) -> None:
    table = pd.DataFrame(x, index=[*"abcdef"], columns=[*"uvw"])
    one = distances(table)
    moved = table.iloc[order][["w", "u", "v"]].assign(u=lambda t: shift + scale * t["u"])
    other = distances(moved).loc[one.index, one.columns]
    assert other.to_numpy() == pytest.approx(one.to_numpy(), abs=1e-6)
    assert (np.diag(one) == 0).all()
    assert one.to_numpy() == pytest.approx(one.to_numpy().T)


@given(tables)
def test_gower_stays_between_nought_and_one(x: np.ndarray) -> None:
    found = gower_distances(pd.DataFrame(x)).to_numpy()
    assert ((found >= 0) & (found <= 1)).all()


def test_huge_numbers_have_finite_distances() -> None:
    huge = NUMBERS * 1e300
    for distances in (standardised_distances, gower_distances):
        assert distances(huge).to_numpy() == pytest.approx(distances(NUMBERS).to_numpy())


def test_nearest_units_leave_out_the_unit_itself() -> None:
    found = nearest_units(gower_distances(NUMBERS), "r", 2)
    # From r: p (2/5 + 1/2) / 2, q (1/5 + 1/2) / 2, s 3/10.
    assert found.to_dict() == pytest.approx({"s": 0.3, "q": 0.35})
    assert found.index.tolist() == ["s", "q"]
    assert "r" not in nearest_units(gower_distances(NUMBERS), "r", 3)


def test_equal_distances_come_in_the_order_of_names_whatever_the_order_of_rows() -> None:
    table = pd.DataFrame({"x": [0.0, 1, 1, -1, 5]}, index=["m", "za", "by", "cx", "a"])
    for order in ([0, 1, 2, 3, 4], [4, 1, 3, 0, 2]):
        found = nearest_units(gower_distances(table.iloc[order]), "m", 3)
        assert found.index.tolist() == ["by", "cx", "za"]


def test_distances_that_are_equal_but_for_rounding_come_in_the_order_of_names() -> None:
    # From 0.7 both are 0.1 away, on paper.
    table = pd.DataFrame({"x": [0.7, 0.8, 0.6, 0.0, 1.0]}, index=["m", "a", "b", "low", "high"])
    for names in (["m", "a", "b", "low", "high"], ["m", "b", "a", "low", "high"]):
        found = nearest_units(gower_distances(table.set_axis(names)), "m", 2)
        assert found.iloc[0] != found.iloc[1]
        assert found.index.tolist() == ["a", "b"]


def test_five_are_given_if_no_number_is_asked_for() -> None:
    table = pd.DataFrame({"x": np.arange(9.0)})
    assert nearest_units(gower_distances(table), 0).index.tolist() == [1, 2, 3, 4, 5]


def test_the_nearest_can_be_given_on_to_balance() -> None:
    peers = nearest_units(standardised_distances(NUMBERS), "p", 2).index
    expected = balance(NUMBERS, ["p"], peers.tolist())
    for held in (peers, peers.to_numpy(), tuple(peers), set(peers)):
        pd.testing.assert_frame_equal(balance(NUMBERS, np.array(["p"]), held), expected)


def test_a_quarter_of_a_standard_deviation_is_the_usual_limit() -> None:
    # The standard deviations are 1.645 and 1.647.
    for apart, balanced in ((0.40, True), (0.42, False)):
        table = pd.DataFrame({"x": [0, 4, 2, 2 - apart]}, index=[*"abcd"])
        assert balance(table, ["c"], ["d"]).loc["x", "balanced"] == balanced


def test_numbers_are_numbers_whatever_the_column_calls_them() -> None:
    for kind in (object, "Int64", "Float64"):
        pd.testing.assert_frame_equal(gower_distances(NUMBERS.astype(kind)), gower_distances(NUMBERS))
    gap = NUMBERS.assign(x=[1.0, np.nan, 3, 6])
    boxed = NUMBERS.assign(x=pd.Series([1, None, 3, 6], NUMBERS.index, dtype=object))
    pd.testing.assert_frame_equal(gower_distances(boxed), gower_distances(gap))


def test_a_twin_is_the_nearest() -> None:
    twins = pd.concat([NUMBERS, NUMBERS.loc[["q"]].rename({"q": "twin"})])
    assert nearest_units(standardised_distances(twins), "q", 1).to_dict() == {"twin": 0}


def test_balance_by_hand() -> None:
    # Of x: mean of p and q 1.5, of r and s 4.5, standard deviation of all (14 / 3)**0.5; of y 20 and 20.
    found = balance(NUMBERS, ["p", "q"], ["r", "s"])
    assert found.loc["x", ["units", "peers"]].tolist() == [1.5, 4.5]
    assert found["smd"].tolist() == pytest.approx([-3 / (14 / 3) ** 0.5, 0])
    assert found["balanced"].tolist() == [False, True]
    assert balance(NUMBERS, ["p", "q"], ["r", "s"], limit=1.5)["balanced"].all()


def test_one_unit_has_a_balance_too_and_a_limit_is_outside() -> None:
    table = pd.DataFrame({"x": [0.0, 2, 4]}, index=[*"abc"])
    # The standard deviation is 2.
    assert balance(table, ["a"], ["b"]).loc["x", "smd"] == -1
    assert not balance(table, ["a"], ["b"], limit=1).loc["x", "balanced"]


@settings(max_examples=40)
@given(tables, st.floats(0.01, 1000), st.floats(-1000, 1000))
def test_balance_ignores_units_of_measure_and_turns_with_the_groups(
    x: np.ndarray, scale: float, shift: float
) -> None:
    one = balance(pd.DataFrame(x), [0, 1], [2, 3, 5])["smd"]
    other = balance(pd.DataFrame(shift + scale * x), [2, 5, 3], [1, 0])["smd"]
    assert other.to_numpy() == pytest.approx(-one.to_numpy(), abs=1e-6)


def with_value(value: float) -> pd.DataFrame:
    return NUMBERS.assign(x=[1.0, value, 3, 6])


GAPS = pd.DataFrame({"x": [1.0, np.nan, 2], "y": [np.nan, 3.0, 4]}, index=[*"abc"])
DATES = pd.Series(pd.date_range("2020-01-01", periods=4), [*"pqrs"])
FAR = gower_distances(NUMBERS)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: standardised_distances(NUMBERS.iloc[:1]), "1 units and 2 indicators"),
        (lambda: standardised_distances(with_value(np.nan)), "'x' of 'q' is missing"),
        (lambda: standardised_distances(with_value(np.inf)), "'x' of 'q' is infinite"),
        (lambda: standardised_distances(NUMBERS.assign(x=1.0)), "'x' is the same for every unit"),
        (lambda: standardised_distances(NUMBERS.iloc[[0, 1, 1]]), "unit 'q' twice"),
        (lambda: standardised_distances(TOWNS), "not all numbers"),
        (lambda: gower_distances(NUMBERS.iloc[:1]), "1 units and 2 variables"),
        (lambda: gower_distances(NUMBERS[[]]), "4 units and 0 variables"),
        (lambda: gower_distances(NUMBERS.iloc[[0, 1, 1]]), "unit 'q' twice"),
        (lambda: gower_distances(NUMBERS[["x", "x"]]), "variable 'x' twice"),
        (lambda: gower_distances(with_value(-np.inf)), "'x' of 'q' is infinite"),
        (lambda: gower_distances(TOWNS.assign(seat="town")), "'seat' is the same for every unit"),
        (lambda: gower_distances(TOWNS.assign(pop=np.nan)), "'pop' has no value"),
        (lambda: gower_distances(GAPS), "'a' and 'b' have no variable in common"),
        (lambda: nearest_units(FAR, "z"), "no unit is called 'z'; there are p, q, r, s"),
        (lambda: nearest_units(FAR, "p", 4), "4 of 3 other units"),
        (lambda: nearest_units(FAR, "p", 0), "k = 0: give a whole number from 1"),
        (lambda: nearest_units(FAR, "p", 1.5), "k = 1.5"),
        (lambda: nearest_units(FAR, ["p"]), r"no unit is called \['p'\]"),
        (lambda: gower_distances(NUMBERS.assign(d=DATES)), "'d' holds datetime64 values"),
        (lambda: gower_distances(NUMBERS.assign(d=DATES.astype(object))), "'d' holds datetime values"),
        (lambda: gower_distances(NUMBERS.assign(d=[1, "2", 3, 4])), "'d' holds mixed-integer values"),
        (lambda: balance(NUMBERS, "pq", ["r"]), "'pq' as units: give a list, even of one"),
        (lambda: balance(NUMBERS, ["p"], 7), "7 as peers: give a list"),
        (lambda: nearest_units(NUMBERS, "p"), "rows and columns differ"),
        (lambda: nearest_units(-FAR, "p"), "one is negative"),
        (lambda: nearest_units(FAR * np.nan, "p"), "missing"),
        (lambda: balance(NUMBERS, ["p"], ["p", "q"]), "nobody is a peer of itself.* 'p' twice"),
        (lambda: balance(NUMBERS, ["p"], ["q", "q"]), "'q' twice"),
        (lambda: balance(NUMBERS, ["p"], ["z"]), "no unit is called 'z'"),
        (lambda: balance(NUMBERS, [], ["p"]), "0 units and 1 peers"),
        (lambda: balance(NUMBERS.assign(x=1.0), ["p"], ["q"]), "'x' is the same"),
        (lambda: balance(with_value(np.nan), ["p"], ["q"]), "'x' of 'q' is missing"),
        (lambda: balance(NUMBERS, ["p"], ["q"], limit=0), "limit = 0"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

"""What every method on panels demands of a long table, seen through each of them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from klasteryste.errors import CourseError
from klasteryste.methods.changes import change_windows
from klasteryste.methods.convergence import beta_convergence, sigma_convergence
from klasteryste.methods.did import did_of_units, did_placebo_test, did_pre_trends
from klasteryste.methods.panel import two_way_effects, wild_cluster_test
from klasteryste.methods.synthetic import synthetic_control, synthetic_placebo_test

RNG = np.random.default_rng(1)
PANEL = pd.DataFrame({"unit": np.repeat([*"abcdefghij"], 5), "year": np.tile(range(2001, 2006), 10)}).assign(
    x=RNG.normal(size=50), y=RNG.normal(size=50)
)


def windows(panel: pd.DataFrame) -> pd.DataFrame:
    return change_windows(panel, "y", unit="unit", horizon=2)


METHODS = [
    lambda panel: sigma_convergence(panel, "y", unit="unit", seed=1, draws=99),
    lambda panel: beta_convergence(panel, "y", unit="unit", first=2001, last=2005, seed=1, draws=99),
    windows,
    lambda panel: two_way_effects(panel, "y", ["x"], unit="unit"),
    lambda panel: wild_cluster_test(panel, "y", "x", unit="unit", draws=99, seed=1),
    lambda panel: did_of_units(panel, "y", unit="unit", treated=["a", "b"], start=2004),
    lambda panel: did_placebo_test(panel, "y", unit="unit", treated=["a"], start=2004, seed=1),
    lambda panel: did_pre_trends(panel, "y", unit="unit", treated=["a"], start=2004, seed=1),
    lambda panel: synthetic_control(panel, "y", unit="unit", treated="a", start=2004),
    lambda panel: synthetic_placebo_test(panel, "y", unit="unit", treated="a", start=2004),
]


def at_row_7(column: str, value: object) -> pd.DataFrame:
    changed = PANEL.astype({column: object})
    changed.loc[7, column] = value
    return changed


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("panel", "words"),
    [
        (PANEL.drop(columns="y"), "needs one column 'y'; it has unit, year, x"),
        (PANEL.drop(columns="unit"), "one column 'unit'"),
        (PANEL.drop(columns="year"), "one column 'year'"),
        (PANEL[["unit", "year", "x", "y", "y"]], "one column 'y'"),
        (PANEL.assign(year=pd.to_datetime(PANEL["year"].astype(str), format="%Y")), "'year' .* not all"),
        (PANEL.assign(y=pd.to_datetime(PANEL["year"], unit="D")), "'y' that are not all numbers"),
        (PANEL.assign(y=PANEL["y"] * 1e200), "values of 'y' of a size of .* another unit"),
        (PANEL.assign(y=PANEL["y"] * 1e-200), "values of 'y' of a size of .* another unit"),
        (at_row_7("unit", None), "'unit' is missing at row 7"),
        (at_row_7("year", np.nan), "'year' is missing at row 7"),
        (at_row_7("year", 2003.5), r"b in 2003.5 \(row 7\) has what is no year"),
        (at_row_7("year", "lately"), "'year' that are not all numbers: 'lately' is a str"),
        (at_row_7("year", np.inf), "has what is no year"),
        (at_row_7("y", "much"), "'y' that are not all numbers: 'much' is a str"),
        (at_row_7("y", np.inf), r"b in 2003 \(row 7\) has an infinite 'y'"),
        (pd.concat([PANEL, PANEL.loc[[7]]]), r"b in 2003 \(row 50\) has a second row for the same year"),
        (PANEL[PANEL["unit"] == "z"], "'[xy]' has no value in any row"),
        (PANEL.assign(y=np.nan), "'y' has no value in any row"),
    ],
)
def test_a_broken_panel_is_refused(method, panel: pd.DataFrame, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        method(panel)


@pytest.mark.parametrize("method", [method for method in METHODS if method is not windows])
def test_one_country_is_too_few(method) -> None:
    with pytest.raises(CourseError, match=r"are needed|no unit is called 'b'"):
        method(PANEL[PANEL["unit"] == "a"])


def test_one_country_has_a_history_of_its_own() -> None:
    assert windows(PANEL[PANEL["unit"] == "a"])["unit"].tolist() == ["a"] * 3


@pytest.mark.parametrize("method", METHODS)
def test_the_table_given_is_left_as_it_was_and_its_order_does_not_matter(method) -> None:
    given = PANEL.copy()
    one = method(given)
    pd.testing.assert_frame_equal(given, PANEL)
    other = method(PANEL.sample(frac=1, random_state=1))
    assert repr(other) == repr(one)


@pytest.mark.parametrize("method", METHODS)
def test_a_missing_value_is_the_same_as_a_missing_row(method) -> None:
    at_end = PANEL.index == 49
    gap = method(PANEL.assign(y=PANEL["y"].where(~at_end)).astype({"y": "Float64"}))
    row = method(PANEL[~at_end])
    assert repr(gap) == repr(row)

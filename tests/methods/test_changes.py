"""Changes that have happened: counted by hand, against pandas, and what they say of a proposed change."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from klasteryste import load
from klasteryste.errors import CourseError
from klasteryste.methods.changes import change_windows, changes_by_tercile, check_change


def grid(units: int = 12, years: int = 10, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    level = np.arange(units)[:, None] + rng.normal(size=(units, years)).cumsum(axis=1) / 10
    index = pd.MultiIndex.from_product([range(units), range(2001, 2001 + years)], names=["unit", "year"])
    return pd.Series(level.ravel(), index, name="y").reset_index()


def windows(panel: pd.DataFrame, horizon: int = 3) -> pd.DataFrame:
    return change_windows(panel, "y", unit="unit", horizon=horizon)


def test_windows_and_terciles_by_hand() -> None:
    panel = pd.DataFrame(
        {
            "unit": ["b", "b", "b", "a", "a", "a", "c"],
            "year": [2002, 2001, 2003, 2001, 2003, 2004, 2001],
            "y": [4.0, 3, 9, 1, 2, 7, 5],
        }
    )
    found = windows(panel, horizon=1)
    assert found[["unit", "first", "last"]].to_numpy().tolist() == [
        ["a", 2003, 2004],
        ["b", 2001, 2002],
        ["b", 2002, 2003],
    ]
    assert found["baseline"].tolist() == [2, 3, 4]
    assert found["change"].tolist() == [5, 1, 5]
    # The quantiles of 2, 3, 4 at 1/3 and 2/3 are 2 2/3 and 3 1/3.
    assert found["tercile"].tolist() == [1, 2, 3]
    assert [check_change(found, level, 1).tercile for level in (2.5, 2.7, 3.3, 3.4)] == [1, 2, 2, 3]


def test_a_baseline_at_the_cut_belongs_below_it() -> None:
    # The quantiles of 1, 2, 3, 4 at 1/3 and 2/3 are 2 and 3.
    panel = pd.DataFrame({"unit": [1, 2, 3, 4] * 2, "year": [2001] * 4 + [2002] * 4, "y": [1.0, 2, 3, 4] * 2})
    found = windows(panel, horizon=1)
    assert found["tercile"].tolist() == [1, 1, 2, 3]
    assert [check_change(found, level, 1).tercile for level in (2, 2.1, 3, 3.1)] == [1, 2, 2, 3]


def test_a_missing_value_ends_no_window() -> None:
    panel = grid()
    panel.loc[(panel["unit"] == 3) & (panel["year"] == 2005), "y"] = np.nan
    found = windows(panel)
    assert len(found) == 12 * 7 - 2
    mine = found[found["unit"] == 3]
    assert mine["first"].tolist() == [2001, 2003, 2004, 2006, 2007]


def test_table_of_terciles_agrees_with_pandas() -> None:
    found = windows(grid())
    table = changes_by_tercile(found)
    assert table["windows"].sum() == 12 * 7
    cut = pd.qcut(found["baseline"], 3, labels=[1, 2, 3]).astype(int)
    for tercile, group in found.groupby(cut):
        row = table.loc[tercile]
        assert (row["windows"], row["units"]) == (len(group), group["unit"].nunique())
        assert (row["from"], row["to"]) == (group["baseline"].min(), group["baseline"].max())
        # 28 windows: the 26th smallest is the first that at least nine tenths did not exceed.
        assert row["p90"] == sorted(group["change"])[25]
        assert row["p10"] == sorted(group["change"])[2]
        assert row["p50"] == sorted(group["change"])[13]


def rule_of_one_to(n: int, units: int) -> pd.DataFrame:
    """Middle tercile: changes 1..n shared out among units; the outer ones: as many, of other units."""
    middle = pd.DataFrame(
        {"unit": np.arange(n) % units, "baseline": 5.0, "change": np.arange(1.0, n + 1), "tercile": 2}
    )
    low = pd.DataFrame({"unit": np.arange(n) + 100, "baseline": 1.0, "change": 99.0, "tercile": 1})
    return pd.concat([middle, low, low.assign(baseline=9.0, tercile=3)])


def test_target_by_hand() -> None:
    # Of the changes 1 to 40 the 36th is the first that nine tenths did not exceed; 30 are below 31.
    found = check_change(rule_of_one_to(40, 8), 5.0, 31)
    assert (found.tercile, found.windows, found.units) == (2, 40, 8)
    assert (found.limit, found.percentile, found.checkable, found.attainable) == (36, 75, True, True)
    assert check_change(rule_of_one_to(40, 8), 5.0, 36).attainable is True
    assert check_change(rule_of_one_to(40, 8), 5.0, 36.5).attainable is False
    assert check_change(rule_of_one_to(40, 8), 5.0, 20.5, quantile=0.5).attainable is False


def test_hundredths_are_compared_as_hundredths() -> None:
    low = np.arange(120) / 100
    risen = np.column_stack([low, low + 0.1])
    panel = pd.DataFrame(
        {"unit": np.repeat(range(120), 2), "year": [2001, 2002] * 120, "y": risen.round(2).ravel()}
    )
    found = windows(panel, horizon=1)
    assert found["change"].nunique() > 1
    for sign in (1, -1):
        turned = found.assign(change=sign * found["change"])
        for baseline in (0.2, 0.5, 1.0):
            same = check_change(turned, baseline, sign * 0.1)
            assert (same.attainable, same.percentile) == (True, 0)
            more = check_change(turned, baseline, sign * 0.11)
            assert (more.attainable, more.percentile) == (False, 100)


def test_a_cut_in_hundredths_takes_in_what_equals_it() -> None:
    panel = pd.DataFrame({"unit": range(4), "year": 2001, "y": [0.1, 0.2, 0.3, 0.4]})
    found = windows(pd.concat([panel, panel.assign(year=2002)]), horizon=1)
    assert found["tercile"].tolist() == [1, 1, 2, 3]
    assert [check_change(found, level, 1).tercile for level in (0.1 + 0.1, 0.1 + 0.2)] == [1, 2]


@pytest.mark.parametrize("sign", [1, -1])
@pytest.mark.parametrize("n", [30, 37, 40])
def test_limits_of_a_target_are_those_of_the_table(n: int, sign: int) -> None:
    found = rule_of_one_to(n, 8)
    row = changes_by_tercile(found).loc[2]
    assert check_change(found, 5.0, sign).limit == row["p90" if sign > 0 else "p10"]


def test_a_real_target_at_the_limit_is_attainable() -> None:
    governance = load("governance")
    panel = governance[governance["indicator"] == "cc"]
    found = change_windows(panel, "estimate", unit="country", horizon=5)
    p90 = changes_by_tercile(found).loc[check_change(found, 0.78, 0.23).tercile, "p90"]
    # Values of two decimals, whose difference is 0.23 on paper only.
    assert p90 == pytest.approx(0.23)
    assert p90 < 0.23
    assert check_change(found, 0.78, 0.23).attainable is True
    assert check_change(found, 0.78, 0.24).attainable is False


def test_a_target_downwards_is_compared_with_falls() -> None:
    history = rule_of_one_to(40, 8)
    # Nobody fell: nine tenths rose by 5 or more, so that the limit of a fall is a rise of 5.
    found = check_change(history, 5.0, -1)
    assert (found.limit, found.percentile, found.attainable) == (5, 100, False)
    mirrored = check_change(history.assign(change=-history["change"]), 5.0, -31)
    assert (mirrored.limit, mirrored.percentile, mirrored.attainable) == (-36, 75, True)


@pytest.mark.parametrize(("n", "units", "checkable"), [(30, 8, True), (29, 8, False), (40, 7, False)])
def test_too_few_windows_or_units_are_not_checkable_yet_shown(n: int, units: int, checkable: bool) -> None:
    found = check_change(rule_of_one_to(n, units), 5.0, 2)
    assert found.checkable is checkable
    assert found.attainable is (True if checkable else None)
    assert found.percentile == pytest.approx(100 / n)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(-99, 99).filter(bool), st.floats(-1, 13), st.floats(0.1, 10))
def test_verdict_and_percentile_agree_in_any_unit_of_measure(
    seed: int, hundredths: int, baseline: float, scale: float
) -> None:
    panel, change = grid(seed=seed), hundredths / 100
    found = check_change(windows(panel), baseline, change, fewest_windows=1, fewest_units=1)
    # A change is within the limit just where less than nine tenths fell short of it.
    assert found.attainable is (found.percentile < 90 - 1e-9)
    scaled = windows(panel.assign(y=panel["y"] * scale))
    other = check_change(scaled, baseline * scale, change * scale, fewest_windows=1, fewest_units=1)
    assert other.percentile == pytest.approx(found.percentile)
    assert other.limit == pytest.approx(found.limit * scale)


def test_baselines_beyond_those_seen_belong_to_the_outer_terciles() -> None:
    found = windows(grid())
    assert [check_change(found, level, 0.1).tercile for level in (-100, 5, 100)] == [1, 2, 3]


def test_real_five_year_changes_count_countries_as_well_as_windows() -> None:
    governance = load("governance")
    panel = governance[governance["indicator"] == "cc"]
    found = change_windows(panel, "estimate", unit="country", horizon=5)
    # Yearly from 2002 with 1996, 1998 and 2000 before: starts 1998, 2000 and 2002 to 2018, but not 1996.
    assert sorted(found["first"].unique()) == [1998, 2000, *range(2002, 2019)]
    assert len(found) == 31 * 19
    table = changes_by_tercile(found)
    assert table["windows"].sum() == len(found)
    assert (table["units"] <= 31).all()
    assert table["units"].sum() > 31


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: windows(grid(), horizon=0), "horizon = 0"),
        (lambda: windows(grid(), horizon=2.5), "horizon = 2.5: give a whole number from 1"),
        (lambda: windows(grid(), horizon=10), "no unit has values 10 years apart"),
        (lambda: windows(grid().assign(y=np.nan)), "'y' has no value in any row"),
        (lambda: windows(grid().assign(y=1.0)), "too many of the 84 baselines are equal"),
        (lambda: windows(grid(units=1, years=4)), "too many of the 1 baselines"),
        (lambda: check_change(windows(grid()), np.nan, 1), "baseline of nan"),
        (lambda: check_change(windows(grid()), 1, np.inf), "change of inf"),
        (lambda: check_change(windows(grid()), 1, 0), "change of 0"),
        (lambda: check_change(windows(grid()).query("tercile < 3"), 1, 1), "a part of the windows"),
        (lambda: check_change(windows(grid()).iloc[:0], 1, 1), "a part of the windows"),
        (lambda: check_change(windows(grid()), 1, 1, fewest_units=0), "fewest_units = 0"),
        (lambda: check_change(windows(grid()), 1, 1, quantile=90), "quantile = 90"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

"""Figures of change draw what they are given: changes at their levels, limits, a target, spreads."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection

from klasteryste.figures.changes import changes_by_level, spread_lines
from klasteryste.figures.style import COUNTRY_MARKS
from klasteryste.language import use_language

LIMITS = pd.DataFrame(
    {"from": [10, 30, 50], "to": [20, 40, 70], "p10": [-4, -6, -8], "p90": [9, 7, 5]}, index=[1, 2, 3]
)
WINDOWS = pd.DataFrame(
    {"unit": ["PL", "LT", "NO", "LT"], "baseline": [10, 30, 60, 33], "change": [1.0, -2.0, 4.0, 3.0]}
)


def words(fig: plt.Figure) -> list[str]:
    return [text.get_text() for text in fig.legends[0].get_texts()]


def drawn(fig: plt.Figure, label: str) -> list[tuple[float, float]]:
    (line,) = (line for line in fig.axes[0].lines if line.get_label() == label)
    return [tuple(point) for point in np.column_stack(line.get_data())]


def test_every_change_stands_at_its_level() -> None:
    fig = changes_by_level(WINDOWS, LIMITS, xlabel="Level", ylabel="Change")
    assert drawn(fig, "Lithuania") == [(30, -2), (33, 3)]
    assert drawn(fig, "Norway") == [(60, 4)]
    assert drawn(fig, "other countries") == [(10, 1)]
    (lithuania,) = (line for line in fig.axes[0].lines if line.get_label() == "Lithuania")
    assert lithuania.get_marker() == COUNTRY_MARKS["LT"].marker
    assert words(fig) == ["nine in ten went no further", "other countries", "Lithuania", "Norway"]


def test_limits_span_their_thirds_and_thirds_are_parted_in_between() -> None:
    ax = changes_by_level(WINDOWS, LIMITS, xlabel="Level", ylabel="Change").axes[0]
    low, high = (c.get_segments() for c in ax.collections if isinstance(c, LineCollection))
    assert [tuple(map(tuple, segment)) for segment in high] == [
        ((10, 9), (20, 9)),
        ((30, 7), (40, 7)),
        ((50, 5), (70, 5)),
    ]
    assert [segment[0][1] for segment in low] == [-4, -6, -8]
    edges = [
        line.get_xdata()[0] for line in ax.lines if len(set(line.get_xdata())) == 1 < len(line.get_xdata())
    ]
    assert edges == [25, 45]


def test_a_target_is_drawn_where_it_is_proposed_and_only_then() -> None:
    assert "the target" not in words(changes_by_level(WINDOWS, LIMITS, xlabel="x", ylabel="y"))
    fig = changes_by_level(WINDOWS, LIMITS, xlabel="x", ylabel="y", target=(33, 10))
    assert drawn(fig, "the target") == [(33, 10)]


def test_each_change_has_its_interval_where_one_is_given() -> None:
    ax = changes_by_level(
        WINDOWS.assign(reach=[1, 2, 3, 4]), LIMITS, xlabel="x", ylabel="y", reach="reach"
    ).axes[0]
    bars, *_limits = (c.get_segments() for c in ax.collections if isinstance(c, LineCollection))
    assert [tuple(map(tuple, bar)) for bar in bars] == [
        ((10, 0), (10, 2)),
        ((30, -4), (30, 0)),
        ((60, 1), (60, 7)),
        ((33, -1), (33, 7)),
    ]


def test_units_that_are_no_countries_share_one_mark() -> None:
    towns = WINDOWS.assign(unit=range(4))
    fig = changes_by_level(towns, LIMITS, xlabel="x", ylabel="y")
    assert words(fig) == ["nine in ten went no further", "one change"]
    assert len(drawn(fig, "one change")) == 4


def test_figures_speak_the_reader_s_language() -> None:
    use_language("lt")
    fig = changes_by_level(WINDOWS, LIMITS, xlabel="x", ylabel="y", target=(33, 10))
    assert words(fig) == [
        "devyni iš dešimties toliau nenuėjo",
        "kitos šalys",
        "Lietuva",
        "Norvegija",
        "siektina reikšmė",
    ]


def test_a_spread_has_its_interval_in_every_year_and_axes_begin_at_nought() -> None:
    spread = pd.DataFrame({"sd": [10.0, 12.0], "low": [8.0, 9.0], "high": [13.0, 15.0]}, index=[1991, 2018])
    fig = spread_lines({"Trust": spread, "Corruption": spread / 10}, xlabel="Year", spec=".1f")
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["Trust", "Corruption"]
    for ax, factor in zip(fig.axes, (1, 0.1), strict=True):
        (bars,) = (c for c in ax.collections if isinstance(c, LineCollection))
        ends = np.array([segment[:, 1] for segment in bars.get_segments()])
        assert ends == pytest.approx(factor * np.array([[8, 13], [9, 15]]))
        assert ax.lines[0].get_ydata() == pytest.approx(factor * np.array([10, 12]))
        assert ax.get_ylim()[0] == 0
        assert list(ax.get_xticks()) == [1991, 2018]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")

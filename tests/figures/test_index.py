"""The figures of composite indices draw what they are given: curves through a town, series side by side."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from klasteryste.errors import CourseError
from klasteryste.figures.index import compensation_curves, series_rows
from klasteryste.figures.style import COUNTRY_MARKS

TOWNS = {"Even": (60.0, 50.0), "Uneven": (95.0, 15.0)}


@pytest.fixture
def points() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "label": ["Trust", "Trust", "Giving", "Giving"],
            "series": ["Norway", "Latvia", "Norway", "Latvia"],
            "value": [0.7, 0.3, 0.5, 0.4],
            "low": [0.6, 0.1, np.nan, 0.35],
            "high": [0.8, 0.5, np.nan, 0.45],
            "hollow": [False, True, False, False],
        }
    )


def only_axes(fig: Figure) -> Axes:
    (ax,) = fig.axes
    return ax


def test_curves_hold_the_first_town_s_means() -> None:
    ax = only_axes(compensation_curves(TOWNS, xlabel="Streets", ylabel="Neighbours"))
    straight, bent, even, uneven = ax.lines
    np.testing.assert_allclose(straight.get_xdata() + straight.get_ydata(), 110)
    np.testing.assert_allclose(bent.get_xdata() * bent.get_ydata(), 60 * 50)
    for curve in (straight, bent):
        assert curve.get_ydata().min() >= 1 and curve.get_ydata().max() <= 100
    assert [(*even.get_xdata(), *even.get_ydata()), (*uneven.get_xdata(), *uneven.get_ydata())] == [
        (60, 50),
        (95, 15),
    ]
    assert straight.get_linestyle() != bent.get_linestyle()


def test_names_of_towns_stay_inside() -> None:
    fig = compensation_curves(TOWNS, xlabel="Streets", ylabel="Neighbours")
    fig.canvas.draw()
    ax = only_axes(fig)
    frame = ax.get_window_extent()
    for name in ax.texts:
        box = name.get_window_extent()
        assert frame.x0 <= box.x0 and box.x1 <= frame.x1


def test_a_score_off_the_scale_is_refused() -> None:
    with pytest.raises(CourseError, match=r"'Even' has the scores \(0, 55\)"):
        compensation_curves({"Even": (0, 55)}, xlabel="Streets", ylabel="Neighbours")


def test_series_lie_side_by_side_in_their_row(points: pd.DataFrame) -> None:
    marks = {"Norway": COUNTRY_MARKS["NO"], "Latvia": COUNTRY_MARKS["LV"]}
    fig = series_rows(points, xlabel="Score", spec=".0%", marks=marks, reference=0.5)
    ax = only_axes(fig)
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Trust", "Giving"]
    (legend,) = fig.legends
    assert [t.get_text() for t in legend.get_texts()] == ["Norway", "Latvia"]
    reference, norway, _, latvia, latvia_hollow = ax.lines
    assert reference.get_xdata() == [0.5, 0.5]
    np.testing.assert_allclose(norway.get_xdata(), [0.7, 0.5])
    np.testing.assert_allclose(np.round(norway.get_ydata()), [1, 0])
    assert norway.get_ydata()[0] > latvia_hollow.get_ydata()[0]
    assert norway.get_marker() != latvia.get_marker()


def test_an_unknown_interval_is_not_drawn_and_a_hollow_point_is_hollow(points: pd.DataFrame) -> None:
    marks = {"Norway": COUNTRY_MARKS["NO"], "Latvia": COUNTRY_MARKS["LV"]}
    ax = only_axes(series_rows(points, xlabel="Score", spec=".0%", marks=marks))
    ends = [[tuple(s[:, 0]) for s in c.get_segments()] for c in ax.collections]
    assert ends == [[(0.6, 0.8)], [(0.1, 0.5), (0.35, 0.45)]]
    _, nothing, latvia, latvia_hollow = ax.lines
    assert nothing.get_xdata().size == 0
    assert latvia_hollow.get_xdata().tolist() == [0.3] and latvia_hollow.get_markerfacecolor() == "white"
    assert latvia.get_xdata().tolist() == [0.4] and latvia.get_markerfacecolor() != "white"


def test_one_series_stays_in_the_middle_without_a_legend(points: pd.DataFrame) -> None:
    fig = series_rows(points[points["series"] == "Norway"], xlabel="Score", spec=".0%")
    assert not fig.legends
    np.testing.assert_allclose(only_axes(fig).lines[0].get_ydata(), [1, 0])


def test_words_stay_inside_however_long_the_names_of_the_rows(points: pd.DataFrame) -> None:
    long = points.replace({"label": {"Trust": "Confidence in the national government"}})
    four = pd.concat([long, long.replace({"series": {"Norway": "Estonia", "Latvia": "Lithuania"}})])
    marks = {"Norway": "NO", "Latvia": "LV", "Estonia": "EE", "Lithuania": "LT"}
    fig = series_rows(
        four,
        xlabel="Score: one for the last of thirty countries, a hundred for the first",
        spec=".0%",
        marks={name: COUNTRY_MARKS[code] for name, code in marks.items()},
    )
    fig.canvas.draw()
    for words in (fig.legends[0], fig.texts[0]):
        box = words.get_window_extent()
        assert fig.bbox.x0 <= box.x0 and box.x1 <= fig.bbox.x1


def test_a_legend_of_long_names_stays_inside(points: pd.DataFrame) -> None:
    names = ["Gyvenimas", "Korupcija, punktais", "Korupcija, log. šansais", "Nepažįstamieji"]
    four = pd.concat([points.assign(series=name) for name in names])
    marks = dict(zip(names, COUNTRY_MARKS.values(), strict=True))
    fig = series_rows(four, xlabel="Score", spec=".0%", marks=marks)
    fig.canvas.draw()
    box = fig.legends[0].get_window_extent()
    assert fig.bbox.x0 <= box.x0 and box.x1 <= fig.bbox.x1


def test_series_that_share_no_row_stay_in_the_middle(points: pd.DataFrame) -> None:
    ax = only_axes(series_rows(points.iloc[[0, 3]], xlabel="Score", spec=".0%"))
    drawn = [line.get_ydata().tolist() for line in ax.lines if line.get_ydata().size]
    assert drawn == [[1], [0]]


def test_a_series_without_a_mark_is_refused(points: pd.DataFrame) -> None:
    with pytest.raises(CourseError, match="no mark for Latvia"):
        series_rows(points, xlabel="Score", spec=".0%", marks={"Norway": COUNTRY_MARKS["NO"]})


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")

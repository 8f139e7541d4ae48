"""Years in panels draw what they are given: values, ranges, and no line across a gap."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from klasteryste.errors import CourseError
from klasteryste.figures.style import COUNTRY_MARKS, SERIES_MARKS
from klasteryste.figures.tracks import year_panels
from klasteryste.language import use_language

TRACK = pd.DataFrame(
    {
        "year": [2010, 2011, 2013, 2014, 2015],
        "value": [0.2, 0.5, 0.4, 0.3, 0.6],
        "low": [0.1, 0.4, 0.5, 0.2, 0.5],
        "high": [0.3, 0.6, 0.7, 0.4, 0.7],
        "hollow": [False, False, False, False, True],
    }
)
WORDS = {"value": "reported", "range": "expected"}


def joined(ax: Axes) -> list[tuple[float, float]]:
    return [tuple(line.get_xdata()) for line in ax.lines if line.get_linestyle() == "-"]


def ends(ax: Axes) -> list[list[tuple[float, float]]]:
    return [[tuple(segment[:, 1]) for segment in lines.get_segments()] for lines in ax.collections]


def two(spec: str | dict[str, str] = ".1f", **options: object) -> Figure:
    wide = TRACK.assign(wide_low=0.0, wide_high=0.9)
    return year_panels({"A": TRACK, "B": wide}, spec=spec, words=WORDS, **options)


def test_only_measured_neighbours_are_joined() -> None:
    first, _second = two().axes
    assert joined(first) == [(2010, 2011), (2013, 2014)]
    assert joined(two(step=2).axes[0]) == [(2010, 2011), (2011, 2013), (2013, 2014)]


def test_ranges_are_those_given_and_what_was_not_measured_is_hollow() -> None:
    first, second = two().axes
    narrow = list(zip(TRACK["low"], TRACK["high"], strict=True))
    assert ends(first) == [narrow]
    assert ends(second) == [[(0.0, 0.9)] * 5, narrow]
    filled, hollow = first.lines[-2:]
    np.testing.assert_allclose(filled.get_ydata(), [0.2, 0.5, 0.4, 0.3])
    assert (hollow.get_ydata().tolist(), hollow.get_markerfacecolor()) == ([0.6], "white")


def test_panels_have_marks_and_number_formats_of_their_own() -> None:
    use_language("lt")
    marks = {"A": COUNTRY_MARKS["LT"], "B": SERIES_MARKS[1]}
    fig = two({"A": ".1f", "B": ".0%"}, marks=marks, ylabel="Value")
    for ax, (title, mark) in zip(fig.axes, marks.items(), strict=True):
        assert ax.get_title(loc="left") == title
        assert ax.lines[-2].get_marker() == mark.marker
    write = [ax.yaxis.get_major_formatter() for ax in fig.axes]
    assert [one(0.5, None) for one in write] == ["0,5", "50\u00a0%"]
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["reported", "expected"]


def test_heights_are_shared_unless_the_units_differ() -> None:
    assert len({ax.get_ylim() for ax in two(".1f").axes}) == 1
    assert len({ax.get_ylim() for ax in two({"A": ".1f", "B": ".0%"}).axes}) == 2


def test_a_third_panel_leaves_no_empty_one() -> None:
    panels = dict.fromkeys("ABC", TRACK)
    assert len(year_panels(panels, spec=".1f", words=WORDS).axes) == 3


def test_a_panel_without_a_number_format_is_refused() -> None:
    with pytest.raises(CourseError, match="no number format for B"):
        year_panels({"A": TRACK, "B": TRACK}, spec={"A": ".1f"}, words=WORDS)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")

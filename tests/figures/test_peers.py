"""The figures of "Peers, theory of change, evaluation" draw what they are given, each thing once."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection, PolyCollection
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from klasteryste.errors import CourseError
from klasteryste.figures.peers import balance_rows, detectable_designs, paths, peer_map, placebo_gaps
from klasteryste.figures.style import INK, SERIES_MARKS

NAMES = {"own": "Town", "peer": "Peers", "neighbour": "Neighbours", "other": "Others"}
PLACES = pd.DataFrame(
    {
        "longitude": [25.0, 25.2, 24.8, 23.0, 22.0],
        "latitude": [55.0, 55.1, 54.9, 55.5, 54.5],
        "own": [True, False, False, False, False],
        "neighbour": [False, True, True, False, False],
        "peer": [0, 0, 2, 1, 0],
    },
    index=list("abcde"),
)
BORDERS = pd.DataFrame({"municipality": ["a", "a"], "neighbour": ["b", "c"], "length": [1.0, 2.0]})


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def legend(fig: Figure) -> list[str]:
    return [text.get_text() for text in fig.legends[0].get_texts()]


def clouds(fig: Figure) -> dict[str, PathCollection]:
    return {
        str(part.get_label()): part for part in fig.axes[0].collections if isinstance(part, PathCollection)
    }


# --- peer_map -------------------------------------------------------------------------------------------


def test_every_place_is_drawn_where_it_lies_as_what_it_is():
    fig = peer_map(PLACES, BORDERS, names=NAMES)
    drawn = {
        name: {tuple(map(float, place)) for place in cloud.get_offsets()}
        for name, cloud in clouds(fig).items()
    }
    assert drawn == {
        "Town": {(25.0, 55.0)},
        "Peers": {(24.8, 54.9), (23.0, 55.5)},
        "Neighbours": {(25.2, 55.1), (24.8, 54.9)},
        "Others": {(22.0, 54.5)},
    }
    assert legend(fig) == list(NAMES.values())


def test_a_peer_bears_its_rank_and_a_neighbour_around_it_is_larger():
    fig = peer_map(PLACES, BORDERS, names=NAMES)
    ranks = {tuple(text.xy): text.get_text() for text in fig.axes[0].texts}
    assert ranks == {(24.8, 54.9): "2", (23.0, 55.5): "1"}
    neighbours = clouds(fig)["Neighbours"]
    sizes = dict(zip(map(tuple, neighbours.get_offsets()), neighbours.get_sizes(), strict=True))
    assert sizes[24.8, 54.9] > clouds(fig)["Peers"].get_sizes()[0] > sizes[25.2, 55.1]
    assert len(neighbours.get_facecolor()) == 0


def test_places_that_border_are_joined():
    fig = peer_map(PLACES, BORDERS, names=NAMES)
    (lines,) = (part for part in fig.axes[0].collections if isinstance(part, LineCollection))
    joined = [sorted(map(tuple, segment.tolist())) for segment in lines.get_segments()]
    assert joined == [[(25.0, 55.0), (25.2, 55.1)], [(24.8, 54.9), (25.0, 55.0)]]


def test_a_border_of_a_place_that_is_not_there_is_refused():
    with pytest.raises(CourseError, match="border of z"):
        peer_map(PLACES, BORDERS.replace("c", "z"), names=NAMES)


# --- balance_rows ---------------------------------------------------------------------------------------


def test_a_band_shows_what_counts_as_balanced():
    frame = pd.DataFrame(
        {
            "label": ["Births", "Births", "Deaths"],
            "series": ["All", "Peers", "Peers"],
            "value": [-1.0, -0.2, 0.3],
            "low": [-2.0, -0.4, 0.1],
            "high": [0.5, 0.1, 0.4],
        }
    )
    ax = balance_rows(frame, limit=0.25, xlabel="Difference").axes[0]
    (band,) = ax.patches
    assert (band.get_x(), band.get_width()) == (-0.25, 0.5)
    seen = {str(line.get_label()): list(line.get_xdata()) for line in ax.lines}
    assert seen["All"] == [-1.0]
    assert seen["Peers"] == [-0.2, 0.3]
    # Beneath the points, which it must not cover.
    assert band.get_zorder() < min(line.get_zorder() for line in ax.lines)


# --- paths ----------------------------------------------------------------------------------------------

YEARS = pd.DataFrame(
    {
        "own": [7.0, 8.0, 9.0],
        "peers": [7.5, 7.6, 7.7],
        "others": [9.0, 9.1, 9.2],
        "low": [6.0, 6.1, 6.2],
        "high": [8.0, 8.1, 8.2],
    },
    index=[2010, 2011, 2012],
)


def test_a_place_its_peers_and_all_others_have_a_line_each_and_the_peers_a_range():
    fig = paths(
        YEARS,
        start=2012,
        names={"own": "Town", "peers": "Peers", "others": "Others", "range": "Range"},
        since="begins",
        ylabel="Births",
        spec=".0f",
    )
    ax = fig.axes[0]
    own, peers, others, start = ax.lines
    for line, column in ((own, "own"), (peers, "peers"), (others, "others")):
        np.testing.assert_array_equal(line.get_ydata(), YEARS[column])
        np.testing.assert_array_equal(line.get_xdata(), YEARS.index)
    # What begins with 2012 lies between 2011 and 2012.
    assert set(start.get_xdata()) == {2011.5}
    (band,) = (part for part in ax.collections if isinstance(part, PolyCollection))
    corners = {(float(x), float(y)) for x, y in band.get_paths()[0].vertices}
    assert {(2010.0, 6.0), (2010.0, 8.0), (2012.0, 6.2), (2012.0, 8.2)} <= corners
    assert [text.get_text() for text in ax.texts] == ["begins"]
    assert legend(fig) == ["Range", "Town", "Peers", "Others"]
    assert len({line.get_linestyle() for line in (own, peers, others)}) == 3


# --- placebo_gaps ---------------------------------------------------------------------------------------


def test_the_gap_of_one_place_stands_out_from_those_of_all_others():
    gaps = pd.DataFrame(
        {"a": [0.0, 1.0], "b": [0.1, -1.0], "c": [0.2, 0.3]}, index=pd.Index([2011, 2012], name="year")
    )
    words = {"own": "Town", "others": "Others"}
    fig = placebo_gaps(gaps, "b", start=2012, names=words, since="begins", ylabel="Gap", spec="+.1f")
    a, c, nought, own, start = fig.axes[0].lines
    assert [list(line.get_ydata()) for line in (a, c, own)] == [[0.0, 1.0], [0.2, 0.3], [0.1, -1.0]]
    assert own.get_color() == INK != a.get_color() == c.get_color()
    assert own.get_linewidth() > 2 * a.get_linewidth()
    assert set(nought.get_ydata()) == {0}
    assert set(start.get_xdata()) == {2011.5}
    assert legend(fig) == ["Others", "Town"]


def test_a_place_without_gaps_is_refused():
    with pytest.raises(CourseError, match="no gaps of z"):
        placebo_gaps(
            pd.DataFrame({"a": [0.0]}, index=[2011]),
            "z",
            start=2011,
            names={"own": "", "others": ""},
            since="",
            ylabel="",
            spec="",
        )


# --- detectable_designs ---------------------------------------------------------------------------------


def test_each_design_has_its_curve_in_points_and_the_aim_its_line():
    curves = pd.DataFrame(
        {"Two surveys": [0.2, 0.1], "Towns": [0.3, 0.2], "Shocks": [0.4, 0.35]}, index=[100, 400]
    )
    fig = detectable_designs(curves, change=0.05, aim="aim", xlabel="People", ylabel="Points")
    *drawn, line = fig.axes[0].lines
    for curve, column, mark in zip(drawn, curves, SERIES_MARKS, strict=True):
        np.testing.assert_allclose(curve.get_ydata(), 100 * curves[column])
        assert to_hex(curve.get_color()).upper() == mark.colour.upper()
    assert set(line.get_ydata()) == {5.0}
    assert fig.axes[0].get_ylim()[0] == 0
    assert legend(fig) == list(curves.columns)
    assert [text.get_text() for text in fig.axes[0].texts] == ["aim"]

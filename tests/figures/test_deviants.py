"""The figures of "Success cases as positive deviants" draw what they are given, each thing once."""

from __future__ import annotations

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from matplotlib.text import Text

from klasteryste.figures.deviants import funnel, two_halves

PLACES = pd.DataFrame(
    {
        "size": [100.0, 1000.0, 29000.0],
        "value": [0.0, 5.0, -9.0],
        "label": ["Small", "", "Large"],
    },
    index=list("abc"),
)
LIMITS = pd.DataFrame(
    {
        "low": [-4.0, -1.0],
        "high": [4.0, 1.0],
        "joint_low": [-8.0, -2.0],
        "joint_high": [8.0, 2.0],
    },
    index=[90.0, 30000.0],
)
NAMES = {"places": "Place", "outside": "Outside", "inner": "One", "outer": "All"}


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def drawn(outside: list[bool]) -> Figure:
    return funnel(
        PLACES,
        LIMITS,
        outside=pd.Series(outside, index=PLACES.index),
        centre=0.5,
        names=NAMES,
        xlabel="Size",
        ylabel="Value",
        spec=".0f",
    )


def test_every_place_is_drawn_once_and_those_outside_by_a_mark_of_their_own():
    *_limits, inside, outside = drawn([False, True, True]).axes[0].lines
    assert [*zip(inside.get_xdata(), inside.get_ydata(), strict=True)] == [(100.0, 0.0)]
    assert [*zip(outside.get_xdata(), outside.get_ydata(), strict=True)] == [(1000.0, 5.0), (29000.0, -9.0)]
    assert inside.get_marker() != outside.get_marker()
    assert inside.get_color() != outside.get_color()


def test_the_limits_of_one_place_are_broken_and_those_of_all_whole():
    fig = drawn([False] * 3)
    centre, *limits = fig.axes[0].lines[:5]
    assert set(centre.get_ydata()) == {0.5}
    ends = ["low", "high", "joint_low", "joint_high"]
    for line, end in zip(limits, ends, strict=True):
        np.testing.assert_array_equal(line.get_ydata(), LIMITS[end])
    assert [line.get_linestyle() for line in limits] == ["--", "--", "-", "-"]
    assert [text.get_text() for text in fig.legends[0].get_texts()] == ["One", "All", "Place", "Outside"]


def test_only_places_with_a_label_are_named_and_names_stay_inside():
    fig = drawn([True, False, True])
    small, large = fig.axes[0].texts
    assert (small.get_text(), small.xy, small.get_ha()) == ("Small", (100.0, 0.0), "left")
    assert (large.get_text(), large.xy, large.get_ha()) == ("Large", (29000.0, -9.0), "right")


def test_names_of_places_that_lie_close_cover_neither_each_other_nor_a_place():
    close = pd.DataFrame(
        {
            "size": [1000.0, 1100.0, 1250.0, 1300.0],
            "value": [5.0, 5.2, 5.1, 4.9],
            "label": ["Elektrėnai", "Trakai", "Alytus", "Šiauliai"],
        }
    )
    fig = funnel(
        close,
        LIMITS,
        outside=pd.Series([True] * 4),
        centre=0,
        names=NAMES,
        xlabel="",
        ylabel="",
        spec=".0f",
    )
    ax = fig.axes[0]
    fig.draw_without_rendering()
    boxes = [Text.get_window_extent(text) for text in ax.texts]
    assert [text.get_text() for text in ax.texts] == list(close["label"])
    assert not any(one.overlaps(other) for one, other in combinations(boxes, 2))
    points = ax.transData.transform(close[["size", "value"]].to_numpy())
    assert not any(box.contains(*point) for box in boxes for point in points)


def test_two_periods_are_drawn_against_each_other_beside_the_line_of_no_change():
    frames = {
        "One": pd.DataFrame({"first": [1.0, 2.0], "second": [3.0, 0.0]}),
        "Other": pd.DataFrame({"first": [-5.0], "second": [4.0]}),
    }
    left, right = two_halves(frames, xlabel="Before", ylabel="After").axes
    same, points = left.lines
    assert list(same.get_xdata()) == list(same.get_ydata()) == [0.0, 3.0]
    assert [*zip(points.get_xdata(), points.get_ydata(), strict=True)] == [(1.0, 3.0), (2.0, 0.0)]
    assert (left.get_title(loc="left"), right.get_title(loc="left")) == ("One", "Other")
    assert (left.get_ylabel(), right.get_ylabel()) == ("After", "")
    assert left.get_xlabel() == right.get_xlabel() == "Before"
    assert list(right.lines[1].get_xdata()) == [-5.0]

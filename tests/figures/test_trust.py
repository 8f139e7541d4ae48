"""The figures of "Measuring trust" draw what they are given: values, intervals, gaps, marks and words."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from klasteryste.errors import CourseError
from klasteryste.figures.style import COUNTRY_MARKS
from klasteryste.figures.trust import (
    detectable_curves,
    interval_rows,
    repeated_samples,
    trust_lines,
    two_surveys,
)

SHARES = {
    "NO": {2: 0.65, 4: 0.74, 5: 0.73},
    "LT": {2: 0.31, 3: 0.25, 4: 0.30, 5: 0.33},
    "EE": {2: 0.28, 5: 0.34},
}
YEARS = {2: (1990, 1993), 3: (1999, 2001), 4: (2008, 2010), 5: (2017, 2020)}


@pytest.fixture
def waves() -> pd.DataFrame:
    rows = [
        {
            "country": c,
            "survey": "EVS",
            "wave": w,
            "year_start": YEARS[w][0],
            "year_end": YEARS[w][1],
            "trust": p,
        }
        for c, shares in SHARES.items()
        for w, p in shares.items()
    ]
    frame = pd.DataFrame(rows)
    return frame.assign(
        low=frame["trust"] - 0.02,
        high=frame["trust"] + 0.03,
        wide_low=frame["trust"] - 0.04,
        wide_high=frame["trust"] + 0.05,
    )


def only_axes(fig: Figure) -> Axes:
    (ax,) = fig.axes
    return ax


def words(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_a_missing_first_wave_is_named_too(waves: pd.DataFrame) -> None:
    later = waves[(waves["country"] != "LT") | (waves["wave"] > 2)]
    assert words(only_axes(trust_lines(later, ylabel="Trust"))).count("no data") == 4


def test_a_country_without_a_mark_is_refused(waves: pd.DataFrame) -> None:
    with pytest.raises(CourseError, match="no mark for PL"):
        trust_lines(waves.replace({"country": {"EE": "PL"}}), ylabel="Trust")


def test_a_missing_wave_breaks_the_line_and_is_named(waves: pd.DataFrame) -> None:
    ax = only_axes(trust_lines(waves, ylabel="Trust"))
    drawn = {
        to_hex(line.get_color()).upper(): line.get_ydata() for line in (c.lines[0] for c in ax.containers)
    }
    np.testing.assert_allclose(drawn[COUNTRY_MARKS["NO"].colour], [0.65, np.nan, 0.74, 0.73])
    np.testing.assert_allclose(drawn[COUNTRY_MARKS["LT"].colour], [0.31, 0.25, 0.30, 0.33])
    assert words(ax).count("no data") == 3
    assert {"Lithuania", "Norway", "Estonia"} <= set(words(ax))


def test_every_share_has_its_interval(waves: pd.DataFrame) -> None:
    ax = only_axes(trust_lines(waves[waves["country"] == "LT"], ylabel="Trust"))
    (bars,) = ax.containers[0].lines[2]
    ends = np.array([segment[:, 1] for segment in bars.get_segments()])
    np.testing.assert_allclose(ends, [[p - 0.02, p + 0.03] for p in SHARES["LT"].values()])


def test_labels_of_one_wave_do_not_cover_one_another(waves: pd.DataFrame) -> None:
    fig = trust_lines(waves, ylabel="Trust")
    fig.canvas.draw()
    labels = [t for t in only_axes(fig).texts if t.get_text() in ("Lithuania", "Estonia")]
    first, second = (label.get_window_extent() for label in labels)
    assert not first.overlaps(second)


def test_a_survey_is_told_by_filling_and_panels_span_the_same(waves: pd.DataFrame) -> None:
    waves.loc[waves["wave"] == 4, "survey"] = "WVS"
    fig = two_surveys(waves, ylabel="Trust")
    norway, lithuania, estonia = fig.axes[:3]
    assert [ax.get_title(loc="left") for ax in (norway, lithuania, estonia)] == [
        "Norway",
        "Lithuania",
        "Estonia",
    ]
    evs, wvs = lithuania.lines
    assert evs.get_markerfacecolor() == evs.get_markeredgecolor()
    assert wvs.get_markerfacecolor() == "white"
    spans = [high - low for low, high in (ax.get_ylim() for ax in (norway, lithuania, estonia))]
    assert spans == pytest.approx([spans[0]] * 3)
    wide, narrow = lithuania.collections[:2]
    np.testing.assert_allclose(wide.get_segments()[0][:, 1], [0.31 - 0.04, 0.31 + 0.05])
    np.testing.assert_allclose(narrow.get_segments()[0][:, 1], [0.31 - 0.02, 0.31 + 0.03])


def test_intervals_that_miss_are_drawn_apart() -> None:
    ax = only_axes(repeated_samples([0.3, 0.5, 0.2], [0.2, 0.4, 0.1], [0.4, 0.6, 0.25], 0.3))
    held, missed = ax.lines[:2]
    assert held.get_xdata().tolist() == [1]
    assert missed.get_xdata().tolist() == [2, 3]
    assert held.get_marker() != missed.get_marker()


def test_rows_run_from_the_top_with_a_country_s_mark() -> None:
    frame = pd.DataFrame(
        {"label": ["Lietuva", "Norvegija"], "value": [2.0, 8.0], "low": [-2, 4], "high": [6, 12]}
    ).assign(wide_low=[-3, 3], wide_high=[7, 13])
    ax = only_axes(
        interval_rows(
            frame, xlabel="Points", spec="+.0f", reference=0, countries={"Lietuva": "LT", "Norvegija": "NO"}
        )
    )
    reference, lithuania, norway = ax.lines
    assert reference.get_xdata() == [0, 0]
    assert lithuania.get_ydata()[0] > norway.get_ydata()[0]
    assert [lithuania.get_marker(), norway.get_marker()] == ["o", "s"]
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Lietuva", "Norvegija"]
    reaches = [tuple(c.get_segments()[0][:, 0]) for c in ax.collections]
    assert reaches == [(-3, 7), (-2, 6), (3, 13), (4, 12)]


def test_curves_are_marked_where_they_reach_the_change() -> None:
    curves = pd.DataFrame({1.0: [0.2, 0.1], 1.5: [0.3, 0.15], 2.0: [0.4, 0.2]}, index=[100, 400])
    ax = only_axes(detectable_curves(curves, change=0.1, enough={1.0: 400, 1.5: 900, 2.0: 1600}))
    assert [t.get_text() for t in ax.get_legend().get_texts()] == [
        "design effect 1.0",
        "design effect 1.5",
        "design effect 2.0",
    ]
    points = [line.get_xydata().tolist() for line in ax.lines[2::2]]
    assert points == [[[400, 10]], [[900, 10]], [[1600, 10]]]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")

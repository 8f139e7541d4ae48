"""Rows of countries draw what they are given: order, marks, ranges, a second value, several panels."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
import pytest
from matplotlib.colors import to_hex

from klasteryste.errors import CourseError
from klasteryste.figures.countries import country_rows
from klasteryste.figures.style import COUNTRY_MARKS
from klasteryste.language import use_language


@pytest.fixture
def places() -> pd.DataFrame:
    return pd.DataFrame(
        {"value": [1, 16, 17], "low": [1, 13, 12], "high": [4, 27, 20]}, index=["NO", "LT", "PL"]
    )


def test_rows_run_from_the_top_and_four_countries_are_marked(places: pd.DataFrame) -> None:
    (ax,) = country_rows({"": places}, xlabel="Place").axes
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Norway", "Lithuania", "Poland"]
    assert [line.get_ydata()[0] for line in ax.lines] == [2, 1, 0]
    assert [line.get_xdata()[0] for line in ax.lines] == [1, 16, 17]
    assert [line.get_marker() for line in ax.lines] == ["s", "o", "|"]
    lithuania, poland = ax.get_yticklabels()[1:]
    assert to_hex(lithuania.get_color()).upper() == COUNTRY_MARKS["LT"].colour
    assert lithuania.get_fontweight() == "bold" and poland.get_fontweight() != "bold"


def test_every_row_has_its_range_and_its_wider_one(places: pd.DataFrame) -> None:
    wide = places.assign(wide_low=[1, 10, 9], wide_high=[9, 29, 29])
    (ax,) = country_rows({"": wide}, xlabel="Place").axes
    ends = [tuple(c.get_segments()[0][:, 0]) for c in ax.collections]
    assert ends == [(1, 9), (1, 4), (10, 29), (13, 27), (9, 29), (12, 20)]
    thin, thick = ax.collections[:2]
    assert thin.get_linewidth()[0] < thick.get_linewidth()[0]


def test_a_second_value_is_hollow(places: pd.DataFrame) -> None:
    (ax,) = country_rows({"": places.assign(other=[2, 20, 15])}, xlabel="Place").axes
    rings = ax.lines[::2]
    assert [ring.get_xdata()[0] for ring in rings] == [2, 20, 15]
    assert {ring.get_markerfacecolor() for ring in rings} == {"none"}


def test_panels_share_the_first_one_s_order(places: pd.DataFrame) -> None:
    fig = country_rows({"Errors": places, "Methods": places.iloc[::-1]}, xlabel="Place")
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["Errors", "Methods"]
    for ax in fig.axes:
        assert [line.get_xdata()[0] for line in ax.lines] == [1, 16, 17]


def test_panels_of_other_countries_are_refused(places: pd.DataFrame) -> None:
    with pytest.raises(CourseError, match="'Methods' holds other countries"):
        country_rows({"Errors": places, "Methods": places.drop(index="PL")}, xlabel="Place")


def test_places_have_no_nought_and_the_legend_names_what_is_named(places: pd.DataFrame) -> None:
    fig = country_rows({"": places}, xlabel="Place", words={"value": "place", "range": "could be"})
    assert fig.axes[0].get_xticks()[0] == 1
    (legend,) = fig.legends
    assert [t.get_text() for t in legend.get_texts()] == ["place", "could be"]


def test_names_are_in_the_reader_s_language(places: pd.DataFrame) -> None:
    use_language("lt")
    (ax,) = country_rows({"": places}, xlabel="Vieta").axes
    assert [t.get_text() for t in ax.get_yticklabels()] == ["Norvegija", "Lietuva", "Lenkija"]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")

"""The figures of "Clusters, social capital, claims" draw what they are given, and tell kinds by shape."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from klasteryste.errors import CourseError
from klasteryste.figures.claims import against_lot, against_others, among_others, claims_map, gaps
from klasteryste.figures.style import COUNTRY_MARKS
from klasteryste.language import use_language

KINDS = ["what is", "what if"]
EVIDENCE = ["a list", "a measurement", "a comparison"]


@pytest.fixture
def claims() -> pd.DataFrame:
    rows = [
        ("Ten took part", "what is", "a list", True),
        ("Trust is low", "what is", "a measurement", False),
        ("We raised it", "what if", "a comparison", False),
    ]
    return pd.DataFrame(rows, columns=["claim", "kind", "evidence", "checked"])


def test_a_claim_stands_at_its_evidence_with_the_shape_of_its_kind(claims: pd.DataFrame) -> None:
    (ax,) = claims_map(claims, kinds=KINDS, evidence=EVIDENCE).axes
    drawn = {
        tuple(point): (line.get_marker(), line.get_markerfacecolor())
        for line in ax.lines
        for point in line.get_xydata().tolist()
    }
    assert set(drawn) == {(0, 2), (1, 1), (2, 0)}
    assert drawn[0, 2][0] == drawn[1, 1][0] != drawn[2, 0][0]
    assert drawn[0, 2][1] != drawn[1, 1][1] == drawn[2, 0][1] == "white"
    assert [text.get_text() for text in ax.get_yticklabels()] == list(claims["claim"])
    assert [text.get_text() for text in ax.get_xticklabels()] == EVIDENCE


def test_each_kind_is_in_the_legend_once(claims: pd.DataFrame) -> None:
    fig = claims_map(claims, kinds=KINDS, evidence=EVIDENCE)
    assert [text.get_text() for text in fig.legends[0].get_texts()] == KINDS


@pytest.mark.parametrize("column", ["kind", "evidence"])
def test_what_is_not_listed_is_refused(claims: pd.DataFrame, column: str) -> None:
    claims.loc[1, column] = "a feeling"
    with pytest.raises(CourseError, match=f"the {column} 'a feeling'"):
        claims_map(claims, kinds=KINDS, evidence=EVIDENCE)


def test_what_was_found_stands_apart_from_the_lot() -> None:
    (ax,) = against_lot(0.04, [0.01, 0.012, 0.012, 0.015], xlabel="Share", label="found").axes
    (point,) = ax.lines
    assert point.get_xdata() == [0.04]
    assert {text.get_text() for text in ax.texts} == {"dealt by lot", "found"}
    assert sum(patch.get_height() for patch in ax.patches) == 4
    low, high = ax.get_xlim()
    assert low == 0 and high > 0.04


@pytest.fixture
def wave() -> pd.DataFrame:
    frame = pd.DataFrame({"country": ["NO", "LT", "PL"], "value": [0.7, 0.3, 0.2], "years": "1990–1993"})
    return frame.assign(
        low=frame["value"] - 0.05, high=frame["value"] + 0.05, rank=[1, 2, 3], best=1, worst=3
    )


def test_the_place_of_lithuania_is_said_with_its_interval(wave: pd.DataFrame) -> None:
    use_language("lt")
    (ax,) = among_others(wave, ylabel="Trust").axes
    assert [text.get_text() for text in ax.texts] == ["2 iš 3\n(1–3)"]
    segments = [segment for lines in ax.collections for segment in lines.get_segments()]
    upright = [segment[:, 1].tolist() for segment in segments if segment[0, 0] == segment[1, 0]]
    np.testing.assert_allclose(upright, [[0.25, 0.35]])
    level = [segment[0, 1] for segment in segments if segment[0, 0] != segment[1, 0]]
    assert level == [0.3], "the level line is the median of all countries"


def test_a_country_is_named_once_over_several_waves(wave: pd.DataFrame) -> None:
    both = pd.concat([wave, wave.assign(years="1999–2001")])
    fig = among_others(both, ylabel="Trust")
    assert sorted(text.get_text() for text in fig.legends[0].get_texts()) == ["Lithuania", "Norway"]
    assert [text.get_text() for text in fig.axes[0].get_xticklabels()] == ["1990–1993", "1999–2001"]


def test_gaps_share_one_scale_and_run_from_the_top() -> None:
    rows = [
        {"country": code, "measure": measure, "value": value, "low": value - 1, "high": value + 1}
        for code, value in (("LV", 0.5), ("NO", -3.0))
        for measure in ("Law", "Voice")
    ]
    frame = pd.DataFrame(rows)
    fig = gaps(frame.assign(wide_low=frame["low"] - 1, wide_high=frame["high"] + 1), xlabel="Difference")
    latvia, norway = fig.axes
    assert [ax.get_title(loc="left") for ax in fig.axes] == ["Latvia", "Norway"]
    assert latvia.get_xlim() == norway.get_xlim()
    assert latvia.get_xlim()[0] <= -5 and latvia.get_xlim()[1] == -latvia.get_xlim()[0]
    wide, narrow = norway.collections
    np.testing.assert_allclose([s[:, 0] for s in wide.get_segments()], [[-5, -1], [-5, -1]])
    np.testing.assert_allclose([s[:, 0] for s in narrow.get_segments()], [[-4, -2], [-4, -2]])
    assert [line.get_marker() for line in norway.lines[1:]] == [COUNTRY_MARKS["NO"].marker]
    assert norway.lines[1].get_ydata().tolist() == [1, 0]
    assert [text.get_text() for text in latvia.get_yticklabels()] == ["Law", "Voice"]


def test_countries_stand_beside_what_the_others_predict() -> None:
    points = pd.DataFrame({"country": ["LT", "PL"], "x": [0.0, 1.0], "y": [0.9, 0.5]})
    line = pd.DataFrame({"x": [0.0, 1.0], "y": [0.8, 0.6], "low": [0.7, 0.5], "high": [0.9, 0.7]})
    (ax,) = against_others(points, line, xlabel="Situation", ylabel="View", spec=".0%").axes
    assert [text.get_text() for text in ax.texts] == ["Lithuania"]
    curves = [curve.get_ydata().tolist() for curve in ax.lines[:3]]
    assert curves == [[0.8, 0.6], [0.7, 0.5], [0.9, 0.7]]
    lithuania, poland = ax.lines[3:]
    assert (lithuania.get_marker(), poland.get_marker()) == (COUNTRY_MARKS["LT"].marker, ".")


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")

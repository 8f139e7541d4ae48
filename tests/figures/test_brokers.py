"""The figures of brokerage draw what they are given, each thing once."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from klasteryste.errors import CourseError
from klasteryste.figures.brokers import between_by_activity, removal_beside_chance, shared_beside_expected
from klasteryste.figures.plan import SECTOR_MARKS
from klasteryste.language import use_language

CURVES = pd.DataFrame(
    {
        "seen": [1.0, 0.8, 0.35, 0.1],
        "lot_low": [1.0, 0.9, 0.85, 0.8],
        "lot_high": [1.0, 0.98, 0.95, 0.94],
        "chance_low": [1.0, 0.7, 0.5, 0.2],
        "chance_high": [1.0, 0.75, 0.6, 0.3],
    }
)
PAIRS = pd.DataFrame(
    {
        "shared": [7, 2, 8],
        "expected": [2.2, 2.6, 8.4],
        "kept": [True, False, False],
        "label": ["H–I", "A–C", "A–B"],
    }
)


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def curves(at: int | None = None) -> Figure:
    return removal_beside_chance(
        CURVES, seen="Seen", lot="Anyone", chance="Chance", left="Left", together="Rest", at=at
    )


def pairs() -> Figure:
    return shared_beside_expected(PAIRS, kept="Kept", others="Others", even="Even", xlabel="X", ylabel="Y")


def legend(fig: Figure) -> list[str]:
    return [text.get_text() for text in fig.legends[0].get_texts()]


# --- removal_beside_chance ------------------------------------------------------------------------------


def test_the_network_seen_is_a_line_and_each_chance_a_band_of_its_own_pattern():
    fig = curves()
    ax = fig.axes[0]
    (line,) = ax.lines
    np.testing.assert_array_equal(line.get_xdata(), CURVES.index)
    np.testing.assert_array_equal(line.get_ydata(), CURVES["seen"])
    for band, key in zip(ax.collections, ("lot", "chance"), strict=True):
        corners = {tuple(point) for point in band.get_paths()[0].vertices}
        for side in ("low", "high"):
            assert set(CURVES[f"{key}_{side}"].items()) <= corners
    assert len({band.get_hatch() for band in ax.collections}) == 2
    assert legend(fig) == ["Anyone", "Chance", "Seen"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("Left", "Rest")
    assert not ax.texts


@pytest.mark.parametrize(("language", "written"), [("en", "35%"), ("lt", "35 %")])
def test_a_step_that_is_marked_has_its_share_beside_it(language, written):
    use_language(language)
    ax = curves(at=2).axes[0]
    _line, guide, point = ax.lines
    assert set(guide.get_xdata()) == {2}
    assert (point.get_xdata()[0], point.get_ydata()[0]) == (2, 0.35)
    (text,) = ax.texts
    assert text.get_text().replace("\N{NO-BREAK SPACE}", " ") == written
    # Beyond the middle the words stand on the left, where there is room.
    assert text.get_horizontalalignment() == "right"
    assert curves(at=1).axes[0].texts[0].get_horizontalalignment() == "left"


def test_a_step_that_is_not_there_is_refused():
    with pytest.raises(CourseError, match="no step 9 to mark: the curves go from 0 to 3"):
        curves(at=9)


# --- shared_beside_expected -----------------------------------------------------------------------------


def test_each_pair_is_a_mark_and_those_kept_are_filled_and_named():
    fig = pairs()
    ax = fig.axes[0]
    even, others, kept = ax.lines
    np.testing.assert_array_equal(even.get_xdata(), even.get_ydata())
    assert sorted(zip(others.get_xdata(), others.get_ydata(), strict=True)) == [(2.6, 2), (8.4, 8)]
    assert list(zip(kept.get_xdata(), kept.get_ydata(), strict=True)) == [(2.2, 7)]
    assert others.get_markerfacecolor() == "white" != kept.get_markerfacecolor()
    assert others.get_marker() != kept.get_marker()
    (name,) = ax.texts
    assert (name.get_text(), name.xy) == ("H–I", (2.2, 7))
    assert legend(fig) == ["Even", "Others", "Kept"]
    assert ax.get_xlim() == ax.get_ylim()


# --- between_by_activity --------------------------------------------------------------------------------

ORGANISATIONS = pd.DataFrame(
    {
        "times": [2, 2, 2, 5],
        "value": [0.1, 0.1, 0.7, 0.4],
        "kind": ["public", "civic", "civic", "public"],
        "kept": [False, False, True, False],
        "label": ["Hall", "Choir", "Club", "Port"],
    }
)
RANGES = pd.DataFrame({"low": [0.05, 0.3], "high": [0.2, 0.5]}, index=[2, 5])


def test_each_organisation_stands_at_its_number_of_projects_and_those_kept_are_large_and_named():
    fig = between_by_activity(
        ORGANISATIONS,
        RANGES,
        marks=SECTOR_MARKS,
        kind_names={"civic": "Civic", "public": "Public"},
        band="Chance",
        xlabel="Projects",
        ylabel="Between",
    )
    ax = fig.axes[0]
    bars = [[bar.get_x() + bar.get_width() / 2, bar.get_y(), bar.get_height()] for bar in ax.patches]
    assert bars == [pytest.approx([2, 0.05, 0.15]), pytest.approx([5, 0.3, 0.2])]
    civic, public = (part for part in ax.collections if isinstance(part, PathCollection))
    for cloud, kind in ((civic, "civic"), (public, "public")):
        assert tuple(cloud.get_facecolor()[0][:3]) == to_rgb(SECTOR_MARKS[kind].colour)
        own = ORGANISATIONS[ORGANISATIONS["kind"] == kind]
        drawn = np.asarray(cloud.get_offsets())
        np.testing.assert_array_equal(drawn[:, 0].round(), own["times"])
        np.testing.assert_array_equal(drawn[:, 1], own["value"])
    # Two alike do not cover each other, and what is kept is larger and has its name.
    assert civic.get_offsets()[0][0] != public.get_offsets()[0][0]
    assert civic.get_sizes()[1] > civic.get_sizes()[0]
    (name,) = ax.texts
    assert (name.get_text(), name.xy[1], name.get_ha()) == ("Club", 0.7, "left")
    assert legend(fig) == ["Civic", "Public", "Chance"]


def test_a_name_stands_on_the_left_where_another_begins_beside_it():
    both = ORGANISATIONS.assign(value=[0.1, 0.1, 0.7, 0.69], kept=[False, False, True, True])
    fig = between_by_activity(
        both,
        RANGES,
        marks=SECTOR_MARKS,
        kind_names={"civic": "Civic", "public": "Public"},
        band="",
        xlabel="",
        ylabel="",
    )
    assert {text.get_text(): text.get_ha() for text in fig.axes[0].texts} == {"Club": "right", "Port": "left"}

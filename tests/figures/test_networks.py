"""The figures of "Partnership networks: structure" draw what they are given, each thing once."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure

from klasteryste.errors import CourseError
from klasteryste.figures.networks import beside_chance, chance_dots, participation_map
from klasteryste.figures.plan import SECTOR_MARKS
from klasteryste.figures.style import INK
from klasteryste.language import use_language
from klasteryste.methods.networks.graphs import two_mode

NAMES = {"public": "Public", "civic": "Civic", "other": "Unclear"}
# Hall takes part twice; the others once.
NETWORK = two_mode(["hall", "hall", "club", "choir", "office"], ["P", "Q", "P", "Q", "Q"])
SECTORS = pd.Series({"hall": "public", "office": "public", "club": "civic", "choir": "other"})


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def legend(fig: Figure) -> list[str]:
    return [text.get_text() for text in fig.legends[0].get_texts()]


def clouds(fig: Figure) -> list[PathCollection]:
    return [part for part in fig.axes[0].collections if isinstance(part, PathCollection)]


# --- participation_map ----------------------------------------------------------------------------------


def test_every_participation_is_a_line_between_an_organisation_and_its_project():
    fig = participation_map(NETWORK, SECTORS, sector_names=NAMES)
    (lines,) = (part for part in fig.axes[0].collections if isinstance(part, LineCollection))
    projects, *organisations = clouds(fig)
    stars = {tuple(place) for place in np.asarray(projects.get_offsets())}
    marks = {tuple(place) for cloud in organisations for place in np.asarray(cloud.get_offsets())}
    assert (len(stars), len(marks)) == (2, 4)
    segments = lines.get_segments()
    assert len(segments) == 5
    assert {(tuple(start) in marks, tuple(end) in stars) for start, end in segments} == {(True, True)}


def test_who_came_back_is_large_and_every_sector_has_its_colour():
    fig = participation_map(NETWORK, SECTORS, sector_names=NAMES)
    drawn = {
        (tuple(cloud.get_facecolor()[0][:3]), float(cloud.get_sizes()[0])): len(cloud.get_offsets())
        for cloud in clouds(fig)[1:]
        if len(cloud.get_offsets())
    }
    small, large = sorted({size for _colour, size in drawn})
    public, civic = (to_rgb(SECTOR_MARKS[sector].colour) for sector in ("public", "civic"))
    assert drawn[public, large] == 1
    assert drawn[public, small] == drawn[civic, small] == 1
    assert sum(count for (_colour, size), count in drawn.items() if size == large) == 1


def test_the_map_names_projects_and_sectors_in_the_readers_language():
    assert legend(participation_map(NETWORK, SECTORS, sector_names=NAMES)) == ["project", *NAMES.values()]
    use_language("lt")
    assert legend(participation_map(NETWORK, SECTORS, sector_names=NAMES))[0] == "projektas"


def test_the_same_network_is_laid_out_alike():
    one, other = (
        clouds(participation_map(NETWORK, SECTORS, sector_names=NAMES, seed=4))[0].get_offsets() for _ in "ab"
    )
    np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize(
    ("sectors", "said"),
    [(SECTORS.replace("civic", "church"), "church"), (SECTORS.drop("club"), r"\?")],
    ids=["unnamed", "none"],
)
def test_an_organisation_that_could_not_be_drawn_is_refused(sectors, said):
    with pytest.raises(CourseError, match=f"no name for the sector {said}"):
        participation_map(NETWORK, sectors, sector_names=NAMES)


# --- beside_chance --------------------------------------------------------------------------------------


def test_a_row_shows_what_was_seen_and_the_range_of_each_chance():
    frame = pd.DataFrame(
        {
            "label": ["Top", "Below"],
            "value": [0.2, 0.9],
            "a_low": [0.3, 0.4],
            "a_high": [0.5, 0.6],
            "b_low": [0.1, 0.7],
            "b_high": [0.15, 0.8],
        }
    )
    fig = beside_chance(frame, chances={"a": "A", "b": "B"}, observed="Seen", xlabel="Index", spec=".1f")
    ax = fig.axes[0]
    bars = [part.get_segments() for part in ax.collections if isinstance(part, LineCollection)]
    assert [[(s[0][0], s[1][0]) for s in own] for own in bars] == [
        [(0.3, 0.5), (0.4, 0.6)],
        [(0.1, 0.15), (0.7, 0.8)],
    ]
    (seen,) = ax.lines
    np.testing.assert_array_equal(seen.get_xdata(), [0.2, 0.9])
    heights = dict(zip((t.get_text() for t in ax.get_yticklabels()), ax.get_yticks(), strict=True))
    assert heights["Top"] > heights["Below"]
    np.testing.assert_array_equal(seen.get_ydata(), [heights["Top"], heights["Below"]])
    # The bars of one row lie on either side of its mark, and the two chances differ in line too.
    assert bars[0][0][0][1] > heights["Top"] > bars[1][0][0][1]
    assert len({str(part.get_linestyle()) for part in ax.collections}) == 2
    assert legend(fig) == ["A", "B", "Seen"]


# --- chance_dots ----------------------------------------------------------------------------------------


def test_each_draw_is_a_dot_and_the_extreme_ones_are_filled():
    draws = [0.5, 0.1, 0.5, 0.3, 0.3 + 1e-12, 0.9]
    fig = chance_dots(draws, 0.3, drawn="Draws", extreme="As low", seen="Seen", xlabel="Index")
    ax = fig.axes[0]
    hollow, filled, line = ax.lines
    assert sorted(zip(hollow.get_xdata(), hollow.get_ydata(), strict=True)) == [(0.5, 1), (0.5, 2), (0.9, 1)]
    assert sorted(zip(filled.get_xdata(), filled.get_ydata(), strict=True)) == [(0.1, 1), (0.3, 1), (0.3, 2)]
    assert hollow.get_markerfacecolor() == "white" != filled.get_markerfacecolor()
    assert set(line.get_xdata()) == {0.3}
    assert line.get_color() == INK
    assert ax.get_ylim()[1] > 2
    assert legend(fig) == ["Draws", "As low", "Seen"]
    use_language("lt")
    again = chance_dots(draws, 0.3, drawn="", extreme="", seen="", xlabel="")
    assert again.axes[0].get_ylabel() == "Bandymų skaičius"

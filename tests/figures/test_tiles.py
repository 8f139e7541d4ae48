"""The tile map: each municipality has one tile near its place, and the tile shows its value."""

from __future__ import annotations

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from tests.figures.test_style import contrast

from klasteryste.data import load
from klasteryste.errors import CourseError
from klasteryste.figures.show import as_svg
from klasteryste.figures.style import INK
from klasteryste.figures.tiles import place_tiles, tile_map, tile_words
from klasteryste.language import use_language

MUNICIPALITIES = load("municipalities")
CODES = pd.Index(MUNICIPALITIES["municipality"])
# The intervals of the first thirty include nought; Zarasai has no value.
FRAME = pd.DataFrame({"value": np.arange(60) - 29.5}, index=CODES).assign(
    low=lambda frame: frame["value"].where(np.arange(60) >= 30, -40) - 0.1,
    high=lambda frame: frame["value"].where(np.arange(60) >= 30, 40) + 0.1,
)
FRAME.loc["43", :] = np.nan
KIND = MUNICIPALITIES.set_index("municipality")["kind"]


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def words(fig: Figure) -> list[Text]:
    """Return what is written on the tiles, in the order of `CODES`."""
    return list(fig.axes[0].texts)


def patches(fig: Figure) -> dict[tuple[float, float], list[Rectangle]]:
    """Return what is drawn at each tile's middle: shade, hatch if there is one, border."""
    found: dict[tuple[float, float], list[Rectangle]] = {}
    for patch in fig.axes[0].patches:
        middle = (round(patch.get_x() + patch.get_width() / 2), round(patch.get_y() + patch.get_height() / 2))
        found.setdefault(middle, []).append(patch)
    return found


def legend(fig: Figure) -> list[str]:
    return [text.get_text() for text in fig.legends[0].get_texts()]


# --- place_tiles ----------------------------------------------------------------------------------------


def standard(values: pd.Series) -> np.ndarray:
    return ((values - values.mean()) / values.std()).to_numpy()


def test_each_municipality_has_a_tile_of_its_own_close_to_its_place():
    places = place_tiles(MUNICIPALITIES)
    assert list(places.index) == list(CODES)
    assert not places.duplicated().any()
    east, south = standard(MUNICIPALITIES["longitude"]), standard(-MUNICIPALITIES["latitude"])
    aside = (east - standard(places["column"])) * places["column"].std()
    below = (south - standard(places["row"])) * places["row"].std()
    moved = np.hypot(aside, below)
    assert moved.mean() < 0.6
    assert moved.max() < 1.5


def test_most_municipalities_that_share_a_border_lie_side_by_side():
    places, borders = place_tiles(MUNICIPALITIES), load("municipality_borders")
    steps = places.loc[borders["municipality"]].to_numpy() - places.loc[borders["neighbour"]].to_numpy()
    farthest = np.abs(steps).max(axis=1)
    assert (farthest <= 1).mean() > 0.85
    assert farthest.max() <= 3


def test_no_two_municipalities_would_lie_closer_to_their_places_if_they_changed_tiles():
    places = place_tiles(MUNICIPALITIES).to_numpy(dtype=float)
    own = np.column_stack([standard(MUNICIPALITIES["longitude"]), standard(-MUNICIPALITIES["latitude"])])
    own = own * places.std(axis=0, ddof=1) + places.mean(axis=0)
    for i, j in combinations(range(60), 2):
        as_is = ((own[[i, j]] - places[[i, j]]) ** 2).sum()
        changed = ((own[[i, j]] - places[[j, i]]) ** 2).sum()
        assert as_is <= changed + 1e-9


@settings(max_examples=25, deadline=None)
@given(st.permutations(range(60)))
def test_the_order_of_the_rows_does_not_matter(order):
    pd.testing.assert_frame_equal(
        place_tiles(MUNICIPALITIES.iloc[order]), place_tiles(MUNICIPALITIES).iloc[order]
    )


def test_a_map_of_some_municipalities_is_refused():
    with pytest.raises(CourseError, match="60 tiles and was given 59"):
        place_tiles(MUNICIPALITIES.iloc[1:])


# --- tile_map -------------------------------------------------------------------------------------------


def test_a_tile_says_whose_it_is_and_what_its_value_is():
    written = [
        (*text.get_text().replace("-\n", "", 1).rsplit("\n", 1),)
        for text in words(tile_map(FRAME, spec="+.1f", label="x"))
    ]
    names = [name.replace("\n", " ") for name, _value in written]
    assert names == [
        name.removesuffix(" municipality").removesuffix(" city").removesuffix(" district")
        for name in MUNICIPALITIES["name_en"]
    ]
    assert [value for _name, value in written] == [
        "–" if np.isnan(value) else f"{value:+.1f}" for value in FRAME["value"]
    ]
    use_language("lt")
    again = words(tile_map(FRAME, spec="+.1f", label="x"))
    assert again[0].get_text() == "Alytus\n−29,5"


def test_shade_border_and_hatch_tell_value_kind_and_what_the_interval_holds():
    fig = tile_map(FRAME, spec=".0f", label="Difference", reference=0)
    places = place_tiles(MUNICIPALITIES)
    drawn = patches(fig)
    assert len(drawn) == 60
    warmth = {}
    for i, code in enumerate(CODES):
        shade, *hatch, border = drawn[tuple(places.loc[code])]
        assert (to_rgb(border.get_edgecolor()) == to_rgb(INK)) == (KIND[code] == "city")
        assert bool(hatch) == (i < 30 and code != "43")
        red, _green, blue = to_rgb(shade.get_facecolor())
        warmth[code] = red - blue
    assert warmth["43"] == 0
    ordered = FRAME["value"].dropna().sort_values().index
    # From orange to violet, step by step.
    assert np.all(np.diff([warmth[code] for code in ordered]) < 0.02)
    assert warmth[ordered[0]] > 0.3
    assert warmth[ordered[-1]] < -0.15
    assert legend(fig) == ["city municipality", "interval includes 0", "– no value"]


def test_the_legend_explains_only_what_is_drawn():
    fig = tile_map(FRAME[["value"]].fillna(1), spec=".0f", label="People")
    assert legend(fig) == ["city municipality"]
    assert all(len(own) == 2 for own in patches(fig).values())
    assert fig.axes[1].get_xlabel() == "People"


def test_what_is_written_can_be_read_on_every_shade_and_stays_on_its_tile():
    fig = tile_map(FRAME, spec="+.1f", label="Difference", reference=0)
    fig.draw_without_rendering()
    drawn = patches(fig)
    places = place_tiles(MUNICIPALITIES)
    for text, place in zip(words(fig), places.itertuples(index=False), strict=True):
        shade, *_rest = drawn[tuple(place)]
        assert contrast(INK, shade.get_facecolor()) >= 4.5
        tile = shade.get_window_extent()
        for line in text.get_text().split("\n"):
            width, _height, _descent = text_to_path.get_text_width_height_descent(
                line, text.get_fontproperties(), False
            )
            assert width / 72 <= tile.width / fig.dpi
        assert text.get_window_extent().height <= tile.height
        # Where a telephone of 390 pixels shows the figure 355 wide, its letters have 7 pt.
        assert text.get_fontsize() * min(1, 355 / (96 * fig.get_figwidth())) >= 6.9


def test_the_same_values_give_the_same_bytes():
    one, other = (as_svg(tile_map(FRAME, spec=".0f", label="x", reference=0)) for _ in "ab")
    assert one == other


@pytest.mark.parametrize(
    ("frame", "said"),
    [(FRAME.rename({"11": "99"}), "no municipality has the code '99'"), (FRAME * np.nan, "has a value")],
    ids=["stranger", "empty"],
)
def test_a_map_that_would_mislead_is_refused(frame, said):
    with pytest.raises(CourseError, match=said):
        tile_map(frame, spec=".0f", label="x")


# --- tile_words -----------------------------------------------------------------------------------------


def test_the_words_name_both_ends_and_count_what_is_unclear():
    said = tile_words(FRAME, spec="+.1f", label="Difference", reference=0)
    assert "Highest: Jurbarkas district municipality +29.5, Šiauliai district municipality +28.5," in said
    assert "Lowest: Alytus city municipality -29.5, Birštonas municipality -28.5," in said
    assert "The interval includes 0 in 29 of 59 municipalities" in said
    use_language("lt")
    said = tile_words(FRAME, spec="+.1f", label="Skirtumas", reference=0)
    assert "Didžiausios reikšmės: Jurbarko r. sav. +29,5" in said
    assert "intervalas apima 0: 29 iš 59" in said
    assert "intervalas" not in tile_words(FRAME, spec="+.1f", label="Skirtumas")

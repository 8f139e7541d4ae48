"""A map of Lithuania's municipalities without outlines: a tile each, all of one size, placed as they lie.

On a map of outlines a large municipality of few people outweighs a city; on tiles each weighs the same.
"""

from __future__ import annotations

import re

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.cm import ScalarMappable
from matplotlib.colors import LinearSegmentedColormap, Normalize
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator
from scipy.optimize import linear_sum_assignment

from klasteryste.data import load
from klasteryste.errors import CourseError
from klasteryste.figures.style import INK, QUIET, axis_numbers, course_style
from klasteryste.language import _, current_language, fill, number

# The first and the last column of each row of tiles, from the north. Of the shapes of nine columns and eight
# rows this one, found by a search, leaves most municipalities beside those that they share a border with.
_ROWS = ((0, 6), (0, 7), (0, 8), (0, 8), (0, 8), (1, 7), (2, 7), (2, 6))
# Narrow, so that letters are still of 7 pt where a telephone shows the figure 355 pixels wide.
_SIZE = (4.8, 4.9)
_LETTERS = 9.0
_TILE = 0.98  # its side; what is left is the gap
_SHADES = LinearSegmentedColormap.from_list(
    # From orange to violet by way of white: apart for the colour-blind too, and light beneath ink.
    "klasteryste-tiles",
    ["#E8A15A", "#F6DDBF", "#FFFFFF", "#DAD7EC", "#A9A2D6"],
)
# Where a name may be broken: before a consonant that a vowel follows.
_BREAK = re.compile(r"(?<=\w\w)(?=[bcčdfghjklmnprsštvzž][aąeęėiįyouųū])", re.IGNORECASE)
_HATCH, _STRIPE = "////", "#CFCFCF"
_NAMED = 3  # municipalities at each end of the range that the text alternative names


def place_tiles(municipalities: pd.DataFrame) -> pd.DataFrame:
    """Place a tile for each municipality, so that together they lie least far from where they should.

    The centroids are moved and stretched to the mean and the spread of the tiles; each then takes one tile,
    and the sum of squared distances is the smallest there is (the assignment problem; Crouse, 2016,
    https://doi.org/10.1109/TAES.2016.140952, is the algorithm of SciPy).

    Parameters
    ----------
    municipalities : DataFrame
        The 60 rows of the table ``municipalities``, or such as it: ``municipality`` (code), ``latitude`` and
        ``longitude`` in degrees.

    Returns
    -------
    DataFrame
        Indexed by code, in the order of `municipalities`: ``column`` and ``row`` of the tile, from 0 and 0
        in the north-west.

    Raises
    ------
    CourseError
        If there are not as many municipalities as tiles.
    """
    tiles = np.array([(column, row) for row, (a, z) in enumerate(_ROWS) for column in range(a, z + 1)])
    if len(municipalities) != len(tiles):
        raise CourseError(
            f"the tile map has {len(tiles)} tiles and was given {len(municipalities)} municipalities: "
            "give it all rows of the table 'municipalities'"
        )
    # Lengths of a degree differ by direction; the stretching takes care of that.
    own = np.column_stack([municipalities["longitude"], -municipalities["latitude"]])
    own = (own - own.mean(axis=0)) / own.std(axis=0) * tiles.std(axis=0) + tiles.mean(axis=0)
    squared = ((own[:, None] - tiles[None]) ** 2).sum(axis=2)
    _municipality, tile = linear_sum_assignment(squared)
    codes = pd.Index(municipalities["municipality"], name="municipality")
    return pd.DataFrame({"column": tiles[tile, 0], "row": tiles[tile, 1]}, index=codes)


def tile_map(frame: pd.DataFrame, *, spec: str, label: str, reference: float | None = None) -> Figure:
    """Draw a value of municipalities on tiles: shade and number, and which intervals hold the reference.

    Parameters
    ----------
    frame : DataFrame
        Indexed by code, as in the table ``municipalities``: ``value``, and, where `reference` is given,
        ``low`` and ``high``, the ends of its interval. A municipality that is missing or has no value gets an
        empty tile.
    spec : str
        Number format of the values, as in `klasteryste.language.number`. The tiles hold six characters.
    label : str
        What the shade stands for, with its unit.
    reference : float, optional
        The value that is white: 0 for a difference. Without it white is the smallest value.

    Raises
    ------
    CourseError
        If a code is not one of a municipality, or no municipality has a value.
    """
    municipalities, drawn = _known(frame)
    places = place_tiles(municipalities)
    shades, norm = _scale(drawn["value"], reference)
    with (
        course_style(),
        mpl.rc_context(
            {"font.size": _LETTERS, "hatch.linewidth": 1.2, "figure.constrained_layout.w_pad": 0.01}
        ),
    ):
        fig, ax = plt.subplots(figsize=_SIZE)
        ax.axis("off")
        ax.set_xlim(-0.5, max(z for _a, z in _ROWS) + 0.5)
        ax.set_ylim(len(_ROWS) - 0.5, -0.5)
        city = (municipalities["kind"] == "city").to_numpy()
        unclear = _unclear(drawn, reference).to_numpy()
        values = drawn["value"].to_numpy()
        names = [_short(name) for name in municipalities["name_en"]]
        room = 72 * _SIZE[0] / (max(z for _a, z in _ROWS) + 1) * _TILE - 3
        for i, (x, y) in enumerate(zip(places["column"], places["row"], strict=True)):
            known = not np.isnan(values[i])
            corner = (x - _TILE / 2, y - _TILE / 2)
            ax.add_patch(Rectangle(corner, _TILE, _TILE, color=shades(norm(values[i])) if known else "white"))
            if unclear[i]:
                ax.add_patch(
                    Rectangle(corner, _TILE, _TILE, hatch=_HATCH, facecolor="none", edgecolor=_STRIPE, lw=0)
                )
            ax.add_patch(
                Rectangle(
                    corner,
                    _TILE,
                    _TILE,
                    fill=False,
                    edgecolor=INK if city[i] else "#BDBDBD",
                    lw=1.8 if city[i] else 0.6,
                    # Over its neighbours' shades, and over the edge of the map.
                    zorder=2 if city[i] else 1,
                    clip_on=False,
                )
            )
            words = "\n".join([*_lines(names[i], room), number(values[i], spec) if known else "–"])
            ax.text(x, y, words, ha="center", va="center", linespacing=1.1, fontsize=_LETTERS)
        bar = fig.colorbar(
            ScalarMappable(norm, shades), ax=ax, orientation="horizontal", aspect=30, pad=0.02, label=label
        )
        bar.locator = MaxNLocator(5)
        bar.ax.xaxis.set_major_formatter(axis_numbers(spec))
        bar.outline.set_visible(False)
        fig.legend(handles=_legend(drawn, unclear, reference, spec), loc="outside lower left", ncols=2)
    return fig


def tile_words(frame: pd.DataFrame, *, spec: str, label: str, reference: float | None = None) -> str:
    """Say in words what `tile_map` shows, for its text alternative; the parameters are the same."""
    municipalities, drawn = _known(frame)
    names = pd.Series(municipalities[f"name_{current_language()}"].to_numpy(), index=drawn.index)
    ordered = drawn["value"].dropna().sort_values(kind="stable")

    def told(part: pd.Series[float]) -> str:
        return ", ".join(
            f"{names[code]} {number(value, spec)}"
            for code, value in zip(part.index.astype(str), part, strict=True)
        )

    sentences = [
        fill(
            _("A map of tiles, one a municipality, as they lie. {label}. Highest: {high}. Lowest: {low}."),
            {"label": label, "high": told(ordered[::-1][:_NAMED]), "low": told(ordered[:_NAMED])},
        )
    ]
    if reference is not None:
        sentences.append(
            fill(
                _("The interval includes {reference} in {k:d} of {n:d} municipalities with a value."),
                {
                    "reference": number(reference),
                    "k": int(_unclear(drawn, reference).sum()),
                    "n": len(ordered),
                },
            )
        )
    return " ".join(sentences)


def _known(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the table of municipalities, and a row of `frame` for each of them."""
    municipalities = load("municipalities")
    codes = pd.Index(municipalities["municipality"])
    if strangers := sorted(set(frame.index) - set(codes)):
        raise CourseError(
            f"no municipality has the code {strangers[0]!r}: take codes from the table 'municipalities'"
        )
    drawn = frame.reindex(codes).astype(float)
    if drawn["value"].isna().all():
        raise CourseError("no municipality has a value, so there is nothing to map")
    return municipalities, drawn


def _scale(values: pd.Series[float], reference: float | None) -> tuple[LinearSegmentedColormap, Normalize]:
    """Return shades and their scale: both ends of it about a reference, or the upper half alone without."""
    low, high = float(values.min()), float(values.max())
    if reference is None:
        upper = LinearSegmentedColormap.from_list("klasteryste-tiles-upper", _SHADES(np.linspace(0.5, 1, 64)))
        return upper, Normalize(low, high)
    reach = max(high - reference, reference - low) or 1.0
    return _SHADES, Normalize(reference - reach, reference + reach)


def _unclear(drawn: pd.DataFrame, reference: float | None) -> pd.Series[bool]:
    """Tell which intervals hold the reference."""
    if reference is None:
        return pd.Series(False, index=drawn.index)
    return (drawn["low"] <= reference) & (reference <= drawn["high"])


def _short(name: str) -> str:
    """Return a municipality's name without what it is: in English as in Lithuanian that of its town."""
    return re.sub(r"( city| district)? municipality$", "", name)


def _lines(name: str, room: float) -> list[str]:
    """Break a name, between words or syllables, in two if it is wider than so many points."""

    def width(words: str) -> float:
        font = FontProperties(family=plt.rcParams["font.family"], size=_LETTERS)
        return float(text_to_path.get_text_width_height_descent(words, font, False)[0])

    if width(name) <= room:
        return [name]
    hyphen = "" if " " in name else "-"
    pieces = name.split() if " " in name else _BREAK.split(name)
    halves = [("".join(pieces[:k]) + hyphen, "".join(pieces[k:])) for k in range(1, len(pieces))]
    return list(min(halves, key=lambda two: max(map(width, two))))


def _legend(drawn: pd.DataFrame, unclear: np.ndarray, reference: float | None, spec: str) -> list[Rectangle]:
    """Explain the marks that are on the map, and no others."""
    marks = [Rectangle((0, 0), 1, 1, facecolor="white", edgecolor=INK, lw=1.8, label=_("city municipality"))]
    if unclear.any() and reference is not None:
        words = fill(_("interval includes {reference}"), {"reference": number(reference)})
        marks.append(
            Rectangle((0, 0), 1, 1, hatch=_HATCH, facecolor="white", edgecolor=_STRIPE, lw=0, label=words)
        )
    if drawn["value"].isna().any():
        marks.append(
            Rectangle((0, 0), 1, 1, facecolor="white", edgecolor=QUIET, lw=0.6, label=_("– no value"))
        )
    return marks

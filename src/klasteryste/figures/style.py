"""The look of the course's figures: colours, markers and lines that can be told apart without colour."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import Any, NamedTuple

import matplotlib as mpl
from cycler import cycler
from matplotlib.ticker import FuncFormatter

from klasteryste.language import number

INK = "#222222"
QUIET = "#595959"  # still 7 to 1 on white: for gaps, guides and notes


class Mark(NamedTuple):
    """How one country or one series is drawn: the three differ together, so that any one suffices."""

    colour: str
    marker: str
    line: str


# Okabe and Ito's hues, darkened until a label in the same colour has 4.5 to 1 on white. A country keeps its
# mark through the whole course, and nothing else is drawn with it.
COUNTRY_MARKS: dict[str, Mark] = {
    "LT": Mark("#B24A00", "o", "-"),
    "NO": Mark("#00629B", "s", "--"),
    "EE": Mark("#00785A", "^", "-."),
    "LV": Mark("#9A3B76", "D", ":"),
}
SERIES_MARKS = (Mark(INK, "o", "-"), Mark("#806000", "P", "--"), Mark("#5A4FB0", "v", ":"))

_STYLE: dict[Any, Any] = {
    "figure.figsize": (7.5, 4.4),
    "figure.facecolor": "white",
    "figure.constrained_layout.use": True,
    "font.family": "DejaVu Sans",  # ships with matplotlib and has every Lithuanian letter
    "font.size": 11.5,
    "text.color": INK,
    "axes.facecolor": "white",
    "axes.edgecolor": QUIET,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "axes.prop_cycle": cycler(color=[mark.colour for mark in SERIES_MARKS]),
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "grid.color": "#E3E3E3",
    "grid.linewidth": 0.8,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 1.8,
    "lines.markersize": 7,
    "legend.frameon": False,
    # Text as outlines and a fixed salt: the same numbers give the same bytes on every machine.
    "svg.fonttype": "path",
    "svg.hashsalt": "klasteryste",
}


def course_style() -> AbstractContextManager[None]:
    """Draw in the course's style within a ``with`` block."""
    return mpl.rc_context(_STYLE)


def axis_numbers(spec: str) -> FuncFormatter:
    """Format an axis's numbers for the language in use; `spec` as in `klasteryste.language.number`."""

    def write(value: float, _position: int | None) -> str:
        # A nought needs no sign.
        return number(float(value), spec if value else spec.lstrip("+"))

    return FuncFormatter(write)

"""The figures of "Reproducible evidence": where a number has been, what fits it, and what a hash notices."""

from __future__ import annotations

import textwrap

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import FancyBboxPatch

from klasteryste.errors import CourseError
from klasteryste.figures.style import INK, QUIET, SERIES_MARKS, axis_numbers, course_style
from klasteryste.language import _, number

# Letters that a line of a station's words holds at most, and heights in units of one line of text. The
# drawing is narrow, so that its words can still be read on a telephone.
_LETTERS = 46
_LINE, _PADDING, _ARROW = 1.0, 0.75, 2.4
# A hash of 256 bits is drawn as a square.
_SIDE = 16


def journey(steps: pd.DataFrame) -> Figure:
    """Draw a number's way from who published it to the sentence that prints it, from the top down.

    Parameters
    ----------
    steps : DataFrame
        A row a station, from the top: ``name`` and ``detail`` (str), ``link`` (str: what leads to the next
        station; ignored in the last row), and ``again`` (bool: whether that link is computed again, or taken
        on trust). A link computed again is drawn solid and thick, any other dashed; the words say it too.
    """
    rows = steps.to_dict("records")
    details = [textwrap.wrap(row["detail"], _LETTERS) for row in rows]
    heights = [(1 + len(lines)) * _LINE + _PADDING for lines in details]
    total = sum(heights) + _ARROW * (len(rows) - 1)
    with course_style():
        fig, ax = plt.subplots(figsize=(5.4, 0.225 * total))
        top = total
        for index, (row, lines, height) in enumerate(zip(rows, details, heights, strict=True)):
            # A station that no solid link reaches or leaves is known from others alone.
            solid = row["again"] or (index > 0 and rows[index - 1]["again"])
            ax.add_patch(
                FancyBboxPatch(
                    (0, top - height),
                    1,
                    height,
                    boxstyle="round,pad=0,rounding_size=0.01",
                    mutation_aspect=total / 2,
                    facecolor="white",
                    edgecolor=INK if solid else QUIET,
                    linestyle="-" if solid else "--",
                    linewidth=1.6,
                )
            )
            words = top - _PADDING / 2
            ax.text(0.02, words, row["name"], fontweight="bold", va="top")
            ax.text(0.02, words - _LINE, "\n".join(lines), va="top", fontsize=10.5, linespacing=1.25)
            top -= height
            if index < len(rows) - 1:
                _arrow(ax, top, row["link"], again=bool(row["again"]))
                top -= _ARROW
        ax.set_xlim(-0.01, 1.01)
        ax.set_ylim(-0.1, total + 0.1)
        ax.axis("off")
    return fig


def _arrow(ax: Axes, top: float, words: str, *, again: bool) -> None:
    how = _("done again on this page") if again else _("taken on trust")
    ax.annotate(
        "",
        xy=(0.06, top - _ARROW),
        xytext=(0.06, top),
        arrowprops={
            "arrowstyle": "-|>",
            "linewidth": 2.8 if again else 1.4,
            "linestyle": "-" if again else "--",
            "color": INK if again else QUIET,
            "shrinkA": 0,
            "shrinkB": 0,
        },
    )
    ax.text(0.11, top - _ARROW / 2, f"{words}\n{how}", va="center", fontsize=10.5, style="italic")


def candidates(counts: pd.Series[int], *, xlabel: str) -> Figure:
    """Draw how many numbers are still possible, each time that one more thing is said of the one sought.

    Parameters
    ----------
    counts : Series of int
        How many fit, at least 1; the index says what is known, from the top.
    xlabel : str
        Words for the horizontal axis, which is logarithmic.

    Raises
    ------
    CourseError
        If a count is below 1, which a logarithmic axis cannot show.
    """
    if (counts < 1).any():
        raise CourseError(
            f"candidates: nothing fits {counts.index[counts < 1][0]!r}: each count is at least 1"
        )
    place = np.arange(len(counts))[::-1]
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 1.2 + 0.55 * len(counts)))
        ax.hlines(place, 1, counts, color=INK, linewidth=1.8)
        ax.plot(counts, place, linestyle="none", marker=SERIES_MARKS[0].marker, color=INK, markersize=9)
        for y, count in zip(place, counts, strict=True):
            ax.annotate(
                number(int(count), ",d"), (count, y), xytext=(9, 0), textcoords="offset points", va="center"
            )
        ax.set_xscale("log")
        ax.set_xlim(0.85, 3 * counts.max())
        ax.set_ylim(-0.6, len(counts) - 0.4)
        ax.set_yticks(place, list(counts.index))
        ax.xaxis.set_major_formatter(axis_numbers(",.0f"))
        ax.grid(axis="y", visible=False)
        ax.grid(which="minor", visible=False)
        ax.set_xlabel(xlabel)
    return fig


def bits(digest: str) -> npt.NDArray[np.uint8]:
    """Give the bits of a SHA-256, written as 64 hexadecimal digits, as an array of shape (256,).

    Raises
    ------
    CourseError
        If it is not 64 hexadecimal digits.
    """
    try:
        content = bytes.fromhex(digest)
    except ValueError:
        content = b""
    if len(content) != 32:
        raise CourseError(f"{digest!r} is not a SHA-256: give 64 hexadecimal digits")
    return np.unpackbits(np.frombuffer(content, dtype=np.uint8))


def hash_bits(before: str, after: str, *, titles: tuple[str, str]) -> Figure:
    """Draw two SHA-256 side by side as squares of bits; bits that differ carry a ring in the second.

    Parameters
    ----------
    before, after : str
        Each 64 hexadecimal digits.
    titles : tuple of str
        Words above the two squares.
    """
    first, second = bits(before), bits(after)
    row, column = np.divmod(np.arange(first.size), _SIDE)
    with course_style():
        fig, axes = plt.subplots(1, 2, figsize=(7.5, 4.2))
        for ax, values, title in zip(axes, (first, second), titles, strict=True):
            on = values == 1
            ax.plot(column[on], row[on], linestyle="none", marker="s", markersize=7.5, color=QUIET)
            ax.plot(column[~on], row[~on], linestyle="none", marker=".", markersize=3, color=QUIET)
            ax.set_title(title)
            ax.set_xlim(-0.8, _SIDE - 0.2)
            ax.set_ylim(_SIDE - 0.2, -0.8)
            ax.set_aspect("equal")
            ax.axis("off")
        other = first != second
        axes[1].plot(
            column[other],
            row[other],
            linestyle="none",
            marker="o",
            markersize=11,
            markerfacecolor="none",
            markeredgecolor=SERIES_MARKS[1].colour,
            markeredgewidth=1.6,
        )
    return fig

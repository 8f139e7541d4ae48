"""What countries report against what is expected of them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from klasteryste.figures.style import COUNTRY_MARKS, INK, QUIET, SERIES_MARKS, axis_numbers, course_style
from klasteryste.language import _, country_name

# Poland, which stands beside the four in the course's paper on pessimism, and everyone else.
_MARKS = COUNTRY_MARKS | {"PL": SERIES_MARKS[1]}


class Expected(NamedTuple):
    """One panel of `expected_against_reported`.

    Attributes
    ----------
    title : str
        What was asked.
    frame : DataFrame
        Index: countries (ISO 3166-1 alpha-2). Columns ``expected``, ``reported``, and the ends of the range
        in which the reported value was expected, ``low`` and ``high``.
    spec : str
        Number format of both axes, as in `klasteryste.language.number`.
    above, below : str
        What it means to lie above and below the line on which the reported is what was expected.
    """

    title: str
    frame: pd.DataFrame
    spec: str
    above: str
    below: str


def expected_against_reported(panels: Sequence[Expected], *, xlabel: str, ylabel: str) -> Figure:
    """Draw what countries report against what was expected, with the range for the countries marked.

    Parameters
    ----------
    panels : sequence of Expected
        Drawn side by side.
    xlabel, ylabel : str
        Words for the axes of all panels.
    """
    with course_style():
        # High enough for a square each, the legend and the words below.
        fig, axes = plt.subplots(1, len(panels), figsize=(7.5, 7.9 / len(panels) + 1.0), squeeze=False)
        for ax, panel in zip(axes.flat, panels, strict=True):
            _draw(ax, panel)
        handles, labels = axes.flat[0].get_legend_handles_labels()
        fig.legend(handles, labels, loc="outside upper left", ncols=3, fontsize=10.5)
        fig.supxlabel(xlabel, fontsize=plt.rcParams["font.size"])
        fig.supylabel(ylabel, fontsize=plt.rcParams["font.size"])
    return fig


def _draw(ax: Axes, panel: Expected) -> None:
    frame = panel.frame
    marked = frame.loc[[code for code in _MARKS if code in frame.index]]
    ends = pd.concat([frame["expected"], frame["reported"], marked["low"], marked["high"]])
    # Room above the highest and below the lowest, for the words in the corners.
    reach = 0.08 * (ends.max() - ends.min())
    limits = (ends.min() - 2 * reach, ends.max() + 2 * reach)
    ax.plot(limits, limits, color=INK, linewidth=1.2)
    rest = frame.drop(index=marked.index)
    for code, row in marked.iterrows():
        mark = _MARKS[str(code)]
        ax.vlines(row["expected"], row["low"], row["high"], color=mark.colour, linewidth=4.5, alpha=0.35)
        ax.plot(
            row["expected"],
            row["reported"],
            linestyle="none",
            marker=mark.marker,
            markersize=8,
            color=mark.colour,
            label=country_name(str(code)),
        )
    ax.plot(
        rest["expected"],
        rest["reported"],
        linestyle="none",
        marker=".",
        color=QUIET,
        alpha=0.75,
        label=_("other countries"),
    )
    ax.annotate(panel.above, (0.03, 0.97), xycoords="axes fraction", va="top", fontsize=10, color=QUIET)
    ax.annotate(panel.below, (0.97, 0.03), xycoords="axes fraction", ha="right", fontsize=10, color=QUIET)
    ax.set(xlim=limits, ylim=limits, aspect="equal")
    ax.set_title(panel.title)
    ax.locator_params(nbins=5)
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_formatter(axis_numbers(panel.spec))

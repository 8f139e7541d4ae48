"""Years in panels: what was found year by year, and the range that belongs to it."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from klasteryste.errors import CourseError
from klasteryste.figures.style import QUIET, SERIES_MARKS, Mark, axis_numbers, course_style


def year_panels(
    panels: Mapping[str, pd.DataFrame],
    *,
    spec: str | Mapping[str, str],
    words: Mapping[str, str],
    ylabel: str = "",
    marks: Mapping[str, Mark] | None = None,
    step: int = 1,
) -> Figure:
    """Draw a panel for each title: by year a point, a thick range and, if there is one, a thin wider one.

    Points `step` years apart are joined; across a gap there is no line.

    Parameters
    ----------
    panels : mapping of str to DataFrame
        Title to frame: a row per year in order, columns ``year``, ``value``, ``low``, ``high`` and, if there
        are such, ``wide_low`` and ``wide_high`` (a second range) and ``hollow`` (bool: drawn hollow and not
        joined, since something in it was not measured). The value need not lie within its ranges.
    spec : str or mapping of str to str
        Number format of the upright axis that all panels share, as in `klasteryste.language.number`; or title
        to format, and each panel has an axis of its own.
    words : mapping of str to str
        What the legend calls ``value``, ``hollow``, ``range`` and ``wide``; those not named are left out.
    ylabel : str
        Words for the upright axes.
    marks : mapping of str to Mark, optional
        Title to mark; the course's first mark for series if not given.
    step : int
        Years between neighbours.

    Raises
    ------
    CourseError
        If a title has no number format.
    """
    specs = dict.fromkeys(panels, spec) if isinstance(spec, str) else spec
    if missing := [title for title in panels if title not in specs]:
        raise CourseError(f"no number format for {', '.join(missing)}: give one for each panel")
    columns = min(2, len(panels))
    rows = -(-len(panels) // columns)
    with course_style():
        fig, axes = plt.subplots(
            rows,
            columns,
            figsize=(7.5, 1.2 + 2.9 * rows),
            sharex=True,
            sharey=isinstance(spec, str),
            squeeze=False,
        )
        for ax in axes.flat[len(panels) :]:
            ax.remove()
        for ax, (title, frame) in zip(axes.flat, panels.items(), strict=False):
            mark = SERIES_MARKS[0] if marks is None else marks[title]
            _draw(ax, frame, mark, step)
            ax.set_title(title, color=mark.colour, fontweight="bold")
            ax.xaxis.set_major_locator(MaxNLocator(5, integer=True))
            ax.xaxis.set_major_formatter(axis_numbers(".0f"))
            ax.yaxis.set_major_formatter(axis_numbers(specs[title]))
            ax.tick_params(labelsize=10.5)
        if ylabel:
            fig.supylabel(ylabel, fontsize=plt.rcParams["font.size"])
        _explain(fig, words)
    return fig


def _draw(ax: Axes, frame: pd.DataFrame, mark: Mark, step: int) -> None:
    year, value = frame["year"].to_numpy(), frame["value"].to_numpy()
    hollow = frame["hollow"].to_numpy() if "hollow" in frame else np.zeros(len(frame), dtype=bool)
    if "wide_low" in frame:
        ax.vlines(year, frame["wide_low"], frame["wide_high"], color=mark.colour, linewidth=1.2)
    ax.vlines(year, frame["low"], frame["high"], color=mark.colour, linewidth=6, alpha=0.4)
    for i in range(1, len(frame)):
        if year[i] - year[i - 1] <= step and not hollow[i - 1 : i + 1].any():
            ax.plot(year[i - 1 : i + 1], value[i - 1 : i + 1], color=mark.colour, linewidth=1)
    for which, face in ((~hollow, mark.colour), (hollow, "white")):
        ax.plot(
            year[which],
            value[which],
            linestyle="none",
            marker=mark.marker,
            markersize=6.5,
            color=mark.colour,
            markerfacecolor=face,
            markeredgewidth=1.6,
        )


def _explain(fig: Figure, words: Mapping[str, str]) -> None:
    handles = {
        "value": Line2D([], [], color=QUIET, linestyle="none", marker="o", markersize=6.5),
        "hollow": Line2D(
            [], [], color=QUIET, linestyle="none", marker="o", markersize=6.5, markerfacecolor="white"
        ),
        "range": Line2D([], [], color=QUIET, linewidth=6, alpha=0.4),
        "wide": Line2D([], [], color=QUIET, linewidth=1.2),
    }
    shown = [handles[name] for name in words]
    fig.legend(shown, list(words.values()), loc="outside upper left", fontsize=10.5, ncols=2)

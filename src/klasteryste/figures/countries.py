"""Countries in rows: what each has, such as a score or a place, and the range it could have."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from klasteryste.errors import CourseError
from klasteryste.figures.style import COUNTRY_MARKS, QUIET, Mark, axis_numbers, course_style
from klasteryste.language import country_name

# Every country without a mark of its own.
_OTHER = Mark(QUIET, "|", "-")


def country_rows(
    panels: Mapping[str, pd.DataFrame],
    *,
    xlabel: str,
    spec: str = "d",
    words: Mapping[str, str] | None = None,
) -> Figure:
    """Draw a row a country: a point, a thick range, a thin wider one, and a second, hollow point.

    Parameters
    ----------
    panels : mapping of str to DataFrame
        Title to frame, drawn side by side with the same rows. The index of a frame are countries (ISO 3166-1
        alpha-2), drawn from the top in the order of the first; its columns are ``value``, ``low``, ``high``,
        and, if there are such, ``wide_low`` and ``wide_high`` (a second range) and ``other`` (a second
        value). With one panel an empty title draws none.
    xlabel : str
        Words for the horizontal axes.
    spec : str
        Number format of the axes, as in `klasteryste.language.number`.
    words : mapping of str to str, optional
        What a legend calls ``value``, ``range``, ``wide`` and ``other``; those that are not named are left
        out of it.

    Raises
    ------
    CourseError
        If panels hold different countries.
    """
    order = next(iter(panels.values())).index
    for title, frame in panels.items():
        if set(frame.index) != set(order):
            raise CourseError(f"the panel {title!r} holds other countries than the first: give it the same")
    with course_style():
        # Narrow, so that thirty names can still be read on a telephone.
        size = (4.3 + 1.2 * len(panels), 1.6 + 0.25 * len(order))
        fig, axes = plt.subplots(1, len(panels), figsize=size, sharex=True, sharey=True, squeeze=False)
        for ax, (title, frame) in zip(axes.flat, panels.items(), strict=True):
            _draw_rows(ax, frame.loc[order])
            ax.set_title(title)
            ax.xaxis.set_major_formatter(axis_numbers(spec))
            if spec == "d":
                # Places begin with the first: there is no place nought.
                ax.set_xticks([1, *range(5, len(order) + 1, 5)])
        first = axes.flat[0]
        first.set_yticks(np.arange(len(order))[::-1], [country_name(str(code)) for code in order])
        for label, code in zip(first.get_yticklabels(), order, strict=True):
            if code in COUNTRY_MARKS:
                label.set(color=COUNTRY_MARKS[code].colour, fontweight="bold")
        first.tick_params(axis="y", labelsize=10.5)
        first.set_ylim(-0.8, len(order) - 0.2)
        fig.supxlabel(xlabel, fontsize=plt.rcParams["font.size"])
        if words:
            _explain(fig, words)
    return fig


def _draw_rows(ax: Axes, frame: pd.DataFrame) -> None:
    for y, (code, row) in zip(np.arange(len(frame))[::-1], frame.iterrows(), strict=True):
        mark = COUNTRY_MARKS.get(str(code), _OTHER)
        if "wide_low" in row:
            ax.hlines(y, row["wide_low"], row["wide_high"], color=mark.colour, linewidth=1.2)
        ax.hlines(y, row["low"], row["high"], color=mark.colour, linewidth=4.5, alpha=0.45)
        if "other" in row:
            ax.plot(
                row["other"],
                y,
                marker="o",
                markersize=11,
                markerfacecolor="none",
                markeredgecolor=mark.colour,
                markeredgewidth=1.3,
            )
        # The stroke of a country without a mark is all edge; the others keep their shape.
        edge = 2 if mark is _OTHER else 0
        ax.plot(row["value"], y, marker=mark.marker, markersize=6.5, markeredgewidth=edge, color=mark.colour)
    ax.grid(axis="y", linewidth=0.5)


def _explain(fig: Figure, words: Mapping[str, str]) -> None:
    handles = {
        "value": Line2D([], [], color=QUIET, linestyle="none", marker="|", markeredgewidth=2),
        "other": Line2D(
            [], [], color=QUIET, linestyle="none", marker="o", markersize=11, markerfacecolor="none"
        ),
        "range": Line2D([], [], color=QUIET, linewidth=4.5, alpha=0.45),
        "wide": Line2D([], [], color=QUIET, linewidth=1.2),
    }
    shown = [handles[name] for name in words]
    fig.legend(shown, list(words.values()), loc="outside upper center", fontsize=10.5)

"""The figures of change: how far units moved by where they began, and how far apart they are by year."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, MaxNLocator

from klasteryste.figures.style import COUNTRY_MARKS, INK, QUIET, SERIES_MARKS, axis_numbers, course_style
from klasteryste.language import _, country_name


def changes_by_level(
    windows: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    xlabel: str,
    ylabel: str,
    target: tuple[float, float] | None = None,
    reach: str | None = None,
) -> Figure:
    """Draw every change against the level at which it began, the limits of each third, and a target.

    Parameters
    ----------
    windows : DataFrame
        A row per change: ``unit``, ``baseline`` and ``change``, in the units of the axes. Units that are
        countries with a mark of their own (ISO 3166-1 alpha-2) are drawn with it.
    limits : DataFrame
        A row per third of the baselines, from low to high: ``from``, ``to``, ``p10`` and ``p90``, as
        `klasteryste.methods.changes.changes_by_tercile` gives them.
    xlabel, ylabel : str
        Words for the axes.
    target : pair of float, optional
        Level and change of a proposed target.
    reach : str, optional
        A column of `windows`: how far the interval of a change reaches to either side of it.
    """
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 5.0))
        ax.axhline(0, color=INK, linewidth=1.2)
        if reach:
            ends = windows["change"] - windows[reach], windows["change"] + windows[reach]
            ax.vlines(windows["baseline"], *ends, color=QUIET, linewidth=0.7, alpha=0.4)
        lower, upper = limits.iloc[:-1], limits.iloc[1:]
        for edge in (lower["to"].to_numpy() + upper["from"].to_numpy()) / 2:
            ax.axvline(edge, color=QUIET, linewidth=1, linestyle=(0, (1, 2)))
        limit = SERIES_MARKS[1]
        for column in ("p10", "p90"):
            ax.hlines(limits[column], limits["from"], limits["to"], color=limit.colour, linewidth=2.4)
        handles = [Line2D([], [], color=limit.colour, linewidth=2.4, label=_("nine in ten went no further"))]
        marked = windows["unit"].isin(list(COUNTRY_MARKS))
        rest = windows[~marked]
        handles += ax.plot(
            rest["baseline"],
            rest["change"],
            linestyle="none",
            marker=".",
            color=QUIET,
            alpha=0.75,
            label=_("other countries") if marked.any() else _("one change"),
        )
        for code, mark in COUNTRY_MARKS.items():
            own = windows[windows["unit"] == code]
            if len(own):
                handles += ax.plot(
                    own["baseline"],
                    own["change"],
                    linestyle="none",
                    marker=mark.marker,
                    color=mark.colour,
                    markersize=7.5,
                    label=country_name(code),
                )
        if target:
            handles += ax.plot(
                *target,
                linestyle="none",
                marker="*",
                markersize=17,
                color=INK,
                markeredgecolor="white",
                label=_("the target"),
            )
        for axis, spec in ((ax.xaxis, ".0f"), (ax.yaxis, "+.0f")):
            axis.set_major_formatter(axis_numbers(spec))
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)
        fig.legend(handles=handles, loc="outside upper left", ncols=3, fontsize=10.5)
    return fig


def spread_lines(panels: Mapping[str, pd.DataFrame], *, xlabel: str, spec: str) -> Figure:
    """Draw the spread between units over the years with its intervals, a panel for each thing measured.

    Parameters
    ----------
    panels : mapping of str to DataFrame
        Title, which names the unit, to what `klasteryste.methods.convergence.SigmaConvergence.by_year` is:
        index years; ``sd``, ``low`` and ``high``.
    xlabel : str
        Words for the years.
    spec : str
        Number format of the vertical axes, as in `klasteryste.language.number`.
    """
    mark = SERIES_MARKS[0]
    with course_style():
        fig, axes = plt.subplots(1, len(panels), figsize=(7.5, 4.0), squeeze=False)
        for ax, (title, spread) in zip(axes.flat, panels.items(), strict=True):
            ends = np.vstack([spread["sd"] - spread["low"], spread["high"] - spread["sd"]])
            ax.errorbar(
                spread.index,
                spread["sd"],
                ends,
                color=mark.colour,
                marker=mark.marker,
                markersize=5,
                linestyle=mark.line,
                elinewidth=1.2,
                capsize=3,
            )
            # From nought, so that a halving looks like one.
            ax.set_ylim(0, 1.08 * spread["high"].max())
            ax.set_title(title)
            ax.set_xlabel(xlabel)
            # A few years, such as those of survey waves, are named one by one.
            few = len(spread) <= 4
            ax.xaxis.set_major_locator(
                FixedLocator(list(spread.index)) if few else MaxNLocator(4, integer=True)
            )
            ax.xaxis.set_major_formatter(axis_numbers(".0f"))
            ax.yaxis.set_major_formatter(axis_numbers(spec))
    return fig

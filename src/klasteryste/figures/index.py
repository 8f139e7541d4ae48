"""The figures of composite indices: what an aggregation forgives, and several series side by side in rows."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from klasteryste.errors import CourseError
from klasteryste.figures.style import INK, SERIES_MARKS, Mark, axis_numbers, course_style
from klasteryste.language import _


def compensation_curves(towns: Mapping[str, tuple[float, float]], *, xlabel: str, ylabel: str) -> Figure:
    """Draw the pairs of scores that two aggregations hold to be as good as the first town's.

    Parameters
    ----------
    towns : mapping of str to pair of float
        Name to two scores, each from 1 to 100; the curves run through the first.
    xlabel, ylabel : str
        Words for the two scores.

    Raises
    ------
    CourseError
        If a score is not from 1 to 100.
    """
    for name, scores in towns.items():
        if not all(1 <= score <= 100 for score in scores):
            raise CourseError(f"{name!r} has the scores {scores}: give two from 1 to 100")
    x, y = next(iter(towns.values()))
    places = np.linspace(1, 100, 397)
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 5.6))
        for height, mark, words in (
            (x + y - places, SERIES_MARKS[1], _("same arithmetic mean")),
            (x * y / places, SERIES_MARKS[2], _("same geometric mean")),
        ):
            drawn = (height >= 1) & (height <= 100)
            ax.plot(places[drawn], height[drawn], color=mark.colour, linestyle=mark.line, label=words)
        for name, scores in towns.items():
            ax.plot(*scores, marker="o", markersize=9, color=INK, linestyle="none")
            # To the left and beneath the curves where there is no room to the right.
            aside, align = ((-9, -14), "right") if scores[0] > 70 else ((9, 6), "left")
            ax.annotate(name, scores, xytext=aside, textcoords="offset points", ha=align, fontweight="bold")
        ax.legend(loc="upper right")
        ax.set_xlim(0, 104)
        ax.set_ylim(0, 104)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_formatter(axis_numbers(".0f"))
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)
    return fig


def series_rows(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    spec: str,
    marks: Mapping[str, Mark] | None = None,
    reference: float | None = None,
) -> Figure:
    """Draw a row for each thing measured, and in it a point with its interval for each series.

    Parameters
    ----------
    frame : DataFrame
        A row per point: ``label`` (str, the row, drawn from the top in order of appearance), ``series``
        (str), ``value``, ``low``, ``high``; an interval that is not known is NaN at both ends and is not
        drawn. If there is a column ``hollow`` (bool), points where it holds are drawn hollow.
    xlabel : str
        Words for the horizontal axis.
    spec : str
        Number format of the axis, as in `klasteryste.language.number`.
    marks : mapping of str to Mark, optional
        Series to mark; the course's marks for series if not given, which serve three.
    reference : float, optional
        Where to draw an upright line.

    Raises
    ------
    CourseError
        If a series has no mark.
    """
    series = list(dict.fromkeys(frame["series"]))
    chosen = dict(zip(series, SERIES_MARKS, strict=False)) if marks is None else marks
    if missing := [name for name in series if name not in chosen]:
        raise CourseError(f"no mark for {', '.join(missing)}: give marks, a Mark for each series")
    labels = list(dict.fromkeys(frame["label"]))
    # Rows keep together: the more series, the further they reach. A row with one series stays in the middle.
    reach = 0.09 * (len(series) - 1) if frame["label"].duplicated().any() else 0.0
    aside = dict(zip(series, np.linspace(reach, -reach, len(series)), strict=True))
    with course_style():
        fig, ax = plt.subplots(figsize=(6.6, 1.5 + (0.32 + 0.16 * len(series)) * len(labels)))
        if reference is not None:
            ax.axvline(reference, color=INK, linewidth=1.4)
        for name in series:
            own, mark = frame[frame["series"] == name], chosen[name]
            y = np.array([len(labels) - 1 - labels.index(label) for label in own["label"]]) + aside[name]
            known = own["low"].notna().to_numpy()
            ax.hlines(y[known], own["low"][known], own["high"][known], color=mark.colour, linewidth=2.2)
            hollow = own["hollow"].to_numpy() if "hollow" in own else np.zeros(len(own), dtype=bool)
            # An empty list of points still puts the series into the legend, filled.
            for which, face in ((~hollow, mark.colour), (hollow, "white")):
                ax.plot(
                    own["value"].to_numpy()[which],
                    y[which],
                    linestyle="none",
                    marker=mark.marker,
                    markersize=7.5,
                    color=mark.colour,
                    markerfacecolor=face,
                    markeredgewidth=1.6,
                    label=name if face == mark.colour else None,
                )
        if len(series) > 1:
            # Over the whole figure, as the words below are: long names of rows leave the axes little room.
            columns = 2 if sum(map(len, series)) > 46 else min(4, len(series))
            fig.legend(loc="outside upper center", ncols=columns, columnspacing=1.2)
        ax.set_yticks(np.arange(len(labels))[::-1], labels)
        ax.set_ylim(-0.6, len(labels) - 0.4)
        ax.grid(axis="y", visible=False)
        ax.xaxis.set_major_formatter(axis_numbers(spec))
        fig.supxlabel(xlabel, fontsize=plt.rcParams["font.size"])
    return fig

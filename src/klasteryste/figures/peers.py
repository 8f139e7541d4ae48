"""The figures of "Peers, theory of change, evaluation": whom a place is compared with, and what one sees."""

from __future__ import annotations

from collections.abc import Mapping
from math import cos, radians

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from klasteryste.errors import CourseError
from klasteryste.figures.index import series_rows
from klasteryste.figures.style import INK, QUIET, SERIES_MARKS, axis_numbers, course_style

_PALE = "#9A9A9A"
_BAND = "#E6E6E6"
# Kinds of places on the map: marker, size, colour and whether hollow; shapes alone tell them apart.
_PLACES = {
    "other": (".", 34, QUIET, False),
    "neighbour": ("s", 80, SERIES_MARKS[1].colour, True),
    "peer": ("o", 210, SERIES_MARKS[2].colour, False),
    "own": ("*", 330, INK, False),
}


def peer_map(places: pd.DataFrame, borders: pd.DataFrame, *, names: Mapping[str, str]) -> Figure:
    """Draw places where they lie, joined to those they border, and mark one, its peers and its neighbours.

    Parameters
    ----------
    places : DataFrame, indexed by place
        ``longitude`` and ``latitude`` (degrees); ``own`` and ``neighbour`` (bool); ``peer`` (int), the rank
        of a peer, the nearest 1, and 0 for a place that is none. A neighbour that is a peer is drawn as both.
    borders : DataFrame
        A row for each two places that border: their labels in the first two columns.
    names : mapping of str to str
        What the legend calls ``own``, ``peer``, ``neighbour`` and ``other``, in its order.

    Raises
    ------
    CourseError
        If a border names a place that is not there.
    """
    ends = borders.iloc[:, :2].to_numpy()
    if strangers := sorted(set(ends.ravel()) - set(places.index)):
        raise CourseError(f"peer_map was given a border of {strangers[0]}, which is not among the places")
    at = places[["longitude", "latitude"]]
    kinds = {
        "own": places["own"],
        "peer": places["peer"] > 0,
        "neighbour": places["neighbour"],
        "other": ~(places["own"] | (places["peer"] > 0) | places["neighbour"]),
    }
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 6.2))
        ax.axis("off")
        # A degree of longitude is shorter than one of latitude.
        ax.set_aspect(1 / cos(radians(at["latitude"].mean())))
        lines = np.stack([at.loc[ends[:, 0]], at.loc[ends[:, 1]]], axis=1)
        ax.add_collection(LineCollection(list(lines), colors="#D0D0D0", linewidths=0.8, zorder=1))
        for kind, label in names.items():
            marker, size, colour, hollow = _PLACES[kind]
            chosen = at[kinds[kind]]
            ax.scatter(
                chosen["longitude"],
                chosen["latitude"],
                # The square of a neighbour lies around the circle of a peer.
                s=np.where(places.loc[chosen.index, "peer"] > 0, 420, size) if hollow else size,
                marker=marker,
                facecolor="none" if hollow else colour,
                edgecolor=colour,
                linewidth=1.8 if hollow else 0,
                label=label,
                zorder=3,
            )
        for x, y, rank in zip(at["longitude"], at["latitude"], places["peer"], strict=True):
            if rank > 0:
                ax.annotate(
                    str(rank),
                    (x, y),
                    color="white",
                    fontsize=10,
                    fontweight="bold",
                    ha="center",
                    va="center",
                    zorder=4,
                )
        legend = fig.legend(loc="outside upper left", ncols=2)
        for handle in legend.legend_handles:
            handle.set_sizes([110])  # type: ignore[union-attr]
    return fig


def balance_rows(frame: pd.DataFrame, *, limit: float, xlabel: str) -> Figure:
    """Draw how far a place is from several groups of others, a row a variable, and what counts as balanced.

    Parameters
    ----------
    frame : DataFrame
        As in `klasteryste.figures.index.series_rows`: ``label`` is the variable, ``series`` the group,
        ``value`` the difference from its mean in standard deviations, ``low`` and ``high`` a range of the
        differences from its single members.
    limit : float
        The largest difference that counts as balanced, in standard deviations.
    xlabel : str
        Words for the axis.
    """
    fig = series_rows(frame, xlabel=xlabel, spec="+.1f", reference=0.0)
    fig.axes[0].axvspan(-limit, limit, color=_BAND, zorder=0)
    return fig


def paths(
    frame: pd.DataFrame, *, start: int, names: Mapping[str, str], since: str, ylabel: str, spec: str
) -> Figure:
    """Draw a place's years among those of its peers, with the range of the peers and the mean of all others.

    Parameters
    ----------
    frame : DataFrame
        Index years; ``own``, ``peers`` and ``others`` (means), ``low`` and ``high`` (the lowest and the
        highest peer).
    start : int
        The first year in which something could have changed.
    names : mapping of str to str
        What the legend calls ``own``, ``peers``, ``others`` and ``range``.
    since, ylabel : str
        Words for the upright line at the start and for the vertical axis.
    spec : str
        Number format of the vertical axis.
    """
    years = frame.index.to_numpy(dtype=float)
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 4.6))
        ax.fill_between(
            years, frame["low"], frame["high"], color=_BAND, linewidth=0, label=names["range"], zorder=1
        )
        for column, mark in zip(("own", "peers", "others"), SERIES_MARKS, strict=True):
            ax.plot(
                years,
                frame[column],
                color=mark.colour,
                marker=mark.marker,
                markersize=5,
                linestyle=mark.line,
                label=names[column],
            )
        _start_line(ax, start, since)
        _years_across(ax, spec, ylabel)
        fig.legend(loc="outside upper left", ncols=2)
    return fig


def placebo_gaps(
    gaps: pd.DataFrame, own: str, *, start: int, names: Mapping[str, str], since: str, ylabel: str, spec: str
) -> Figure:
    """Draw the gap between a place and its synthetic control over the years, among the gaps of all others.

    Parameters
    ----------
    gaps : DataFrame, indexed by year
        A column per place: actual less synthetic.
    own : str
        The column to mark.
    start : int
        The first year in which something could have changed.
    names : mapping of str to str
        What the legend calls ``own`` and ``others``.
    since, ylabel : str
        Words for the upright line at the start and for the vertical axis.
    spec : str
        Number format of the vertical axis.

    Raises
    ------
    CourseError
        If the place has no gaps.
    """
    if own not in gaps:
        raise CourseError(f"placebo_gaps was given no gaps of {own}")
    years = gaps.index.to_numpy(dtype=float)
    others = gaps.drop(columns=own)
    mark = SERIES_MARKS[0]
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 4.6))
        for number, place in enumerate(others):
            label = None if number else names["others"]
            ax.plot(years, others[place], color=_PALE, linewidth=0.8, label=label, zorder=1)
        ax.axhline(0, color=QUIET, linewidth=0.8)
        ax.plot(
            years,
            gaps[own],
            color=mark.colour,
            marker=mark.marker,
            markersize=5,
            linewidth=2.4,
            label=names["own"],
            zorder=3,
        )
        _start_line(ax, start, since)
        _years_across(ax, spec, ylabel)
        fig.legend(loc="outside upper left", ncols=2)
    return fig


def detectable_designs(curves: pd.DataFrame, *, change: float, aim: str, xlabel: str, ylabel: str) -> Figure:
    """Draw the smallest effect that each of three designs can show against the number of people asked.

    Parameters
    ----------
    curves : DataFrame
        Index: people who answer in each place each time. A column per design, by its name in the reader's
        language, holding shares 0 to 1.
    change : float
        The change that is aimed at, as a share.
    aim, xlabel, ylabel : str
        Words for the line at the change, and for the axes.
    """
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 4.8))
        for (design, curve), mark in zip(curves.items(), SERIES_MARKS, strict=True):
            ax.plot(
                curves.index,
                100 * curve,
                color=mark.colour,
                linestyle=mark.line,
                marker=mark.marker,
                markevery=max(1, len(curves) // 6),
                label=str(design),
            )
        ax.axhline(100 * change, color=QUIET, linewidth=1.2)
        ax.annotate(
            aim,
            (1, 100 * change),
            xycoords=("axes fraction", "data"),
            xytext=(0, 3),
            textcoords="offset points",
            ha="right",
            color=QUIET,
        )
        ax.set_ylim(0, None)
        ax.xaxis.set_major_formatter(axis_numbers(",d"))
        ax.yaxis.set_major_formatter(axis_numbers(".0f"))
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)
        fig.legend(loc="outside upper left", ncols=1)
    return fig


def _years_across(ax: Axes, spec: str, ylabel: str) -> None:
    ax.xaxis.set_major_locator(MaxNLocator(7, integer=True))
    ax.xaxis.set_major_formatter(axis_numbers(".0f"))
    ax.yaxis.set_major_formatter(axis_numbers(spec))
    ax.set_ylabel(ylabel)


def _start_line(ax: Axes, start: int, words: str) -> None:
    """Mark that something begins between two years."""
    ax.axvline(start - 0.5, color=QUIET, linestyle=(0, (4, 3)), linewidth=1.2)
    ax.annotate(
        words,
        (start - 0.5, 1),
        xycoords=("data", "axes fraction"),
        xytext=(4, -2),
        textcoords="offset points",
        va="top",
        color=QUIET,
        fontsize=10.5,
    )

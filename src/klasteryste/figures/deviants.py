"""The figures of "Success cases as positive deviants": places within limits of chance, and what lasts."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.text import Text
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter
from matplotlib.transforms import Bbox

from klasteryste.figures.style import INK, QUIET, SERIES_MARKS, axis_numbers, course_style

# Beneath a label, so that lines do not strike it through.
_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.5, "alpha": 0.8}


def funnel(
    frame: pd.DataFrame,
    limits: pd.DataFrame,
    *,
    outside: pd.Series[bool],
    centre: float,
    names: Mapping[str, str],
    xlabel: str,
    ylabel: str,
    spec: str,
) -> Figure:
    """Draw places by size and value, within two pairs of limits that chance would keep them in.

    Parameters
    ----------
    frame : DataFrame
        A row a place: ``size`` (above nought, drawn on a logarithmic axis), ``value`` and ``label`` (str,
        empty for places that are not named).
    limits : DataFrame
        Index sizes, rising: ``low`` and ``high`` for one place, ``joint_low`` and ``joint_high`` for all.
    outside : Series of bool, indexed as `frame`
        Which places lie outside the limits for all, drawn by another mark.
    centre : float
        The value to be expected.
    names : mapping of str to str
        What the legend calls ``places``, ``outside``, ``inner`` and ``outer``.
    xlabel, ylabel : str
        Words for the axes.
    spec : str
        Number format of the vertical axis.
    """
    apart = SERIES_MARKS[2]
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 6.0))
        ax.axhline(centre, color=QUIET, linewidth=1.2)
        for ends, line, name in (
            (("low", "high"), "--", names["inner"]),
            (("joint_low", "joint_high"), "-", names["outer"]),
        ):
            for number, end in enumerate(ends):
                ax.plot(
                    limits.index,
                    limits[end],
                    color=QUIET,
                    linestyle=line,
                    linewidth=1.2,
                    label=None if number else name,
                )
        for chosen, colour, marker, name in (
            (frame[~outside], INK, "o", names["places"]),
            (frame[outside], apart.colour, apart.marker, names["outside"]),
        ):
            # Nobody outside is worth a place in the legend too: it says so.
            ax.plot(chosen["size"], chosen["value"], marker, color=colour, markersize=6, label=name)
        ax.set_xscale("log")
        ax.xaxis.set_major_locator(LogLocator(subs=(1.0, 3.0)))
        ax.xaxis.set_major_formatter(axis_numbers(",.0f"))
        ax.xaxis.set_minor_formatter(NullFormatter())
        ax.yaxis.set_major_formatter(axis_numbers(spec))
        ax.set_xlim(limits.index[0], limits.index[-1])
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)
        fig.legend(loc="outside upper left", ncols=2)
        _name(fig, frame)
    return fig


def _name(fig: Figure, frame: pd.DataFrame) -> None:
    """Write labels beside their points, each where it first covers no label or point and stays inside."""
    fig.draw_without_rendering()
    (ax,) = fig.axes
    room = ax.get_window_extent()
    points = ax.transData.transform(frame[["size", "value"]].to_numpy(dtype=float))
    taken = [Bbox.from_bounds(x - 5, y - 5, 10, 10) for x, y in points]
    for label, (x, y) in zip(frame["label"], frame[["size", "value"]].to_numpy(dtype=float), strict=True):
        if not label:
            continue
        text = ax.annotate(
            str(label),
            (x, y),
            xytext=(0, 0),
            textcoords="offset points",
            fontsize=9.5,
            va="center",
            bbox=_PAPER,
            arrowprops={"arrowstyle": "-", "color": QUIET, "linewidth": 0.6, "shrinkA": 0, "shrinkB": 3},
        )
        heights = (0, 10, -10, 20, -20, 30, 40)
        for up, aside in [*product(heights, (9, -9)), *product(heights, (60,))]:
            text.set(position=(aside, up), ha="left" if aside > 0 else "right")
            text.get_window_extent()  # puts the text in its place; with its arrow, which may cross others
            box = Text.get_window_extent(text)
            if room.x0 < box.x0 and box.x1 < room.x1 and not any(map(box.overlaps, taken)):
                break
        taken.append(box)


def two_halves(panels: Mapping[str, pd.DataFrame], *, xlabel: str, ylabel: str) -> Figure:
    """Draw for several numbers how places stood in one period against how they stood in the next.

    Parameters
    ----------
    panels : mapping of str to DataFrame
        Title to frame, with a row a place: ``first`` and ``second``, in the same units.
    xlabel, ylabel : str
        Words for the two periods.
    """
    with course_style():
        fig, axes = plt.subplots(1, len(panels), figsize=(7.5, 4.2), squeeze=False)
        for ax, (title, frame) in zip(axes.flat, panels.items(), strict=True):
            both = frame[["first", "second"]].to_numpy()
            ends = [both.min(), both.max()]
            ax.plot(ends, ends, color=QUIET, linestyle="--", linewidth=1.2)
            ax.plot(frame["first"], frame["second"], "o", color=INK, markersize=5)
            ax.set_aspect("equal")
            ax.set_title(title, fontsize=11)
            ax.set_xlabel(xlabel)
            for axis in (ax.xaxis, ax.yaxis):
                axis.set_major_locator(MaxNLocator(5, integer=True))
                axis.set_major_formatter(axis_numbers(".0f"))
        axes.flat[0].set_ylabel(ylabel)
    return fig

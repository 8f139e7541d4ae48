"""The figures of brokerage: what stays together, which ties are beyond chance, and who stands between."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from klasteryste.errors import CourseError
from klasteryste.figures.style import INK, QUIET, SERIES_MARKS, Mark, axis_numbers, course_style


def removal_beside_chance(
    curves: pd.DataFrame,
    *,
    seen: str,
    lot: str,
    chance: str,
    left: str,
    together: str,
    at: int | None = None,
) -> Figure:
    """Draw how much of the rest stays together while brokers leave, beside what chance gives.

    Parameters
    ----------
    curves : DataFrame
        Index: how many have left. Shares of those who remain: ``seen`` (brokers of the network seen leave),
        ``lot_low`` and ``lot_high`` (anyone leaves it), ``chance_low`` and ``chance_high`` (the brokers of
        random networks leave these).
    seen, lot, chance : str
        Words at the line and the two bands.
    left, together : str
        Words for the axes: how many have left, and what share of the rest is together.
    at : int, optional
        A number of `curves`' index to mark, with the share at it written beside the line.

    Raises
    ------
    CourseError
        If `at` is not in the index.
    """
    if at is not None and at not in curves.index:
        raise CourseError(f"there is no step {at} to mark: the curves go from 0 to {curves.index[-1]}")
    steps = curves.index.to_numpy()
    line, drawn, anyone = SERIES_MARKS
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 4.6))
        for key, mark, label, hatch in (("lot", anyone, lot, "...."), ("chance", drawn, chance, "////")):
            ax.fill_between(
                steps,
                curves[f"{key}_low"],
                curves[f"{key}_high"],
                facecolor="white",
                edgecolor=mark.colour,
                hatch=hatch,
                linewidth=0.8,
                alpha=0.75,
                label=label,
            )
        ax.plot(steps, curves["seen"], color=line.colour, linewidth=2.6, label=seen, zorder=4)
        if at is not None:
            share = float(np.interp(at, steps, curves["seen"]))
            ax.axvline(at, color=QUIET, linestyle=(0, (3, 2)), linewidth=1.1)
            ax.plot([at], [share], "o", color=INK, markersize=9, zorder=5)
            late = at > steps[-1] / 2
            ax.annotate(
                axis_numbers(".0%")(share, None),
                (at, share),
                xytext=(-9 if late else 9, -14),
                textcoords="offset points",
                ha="right" if late else "left",
                fontweight="bold",
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.9},
                zorder=6,
            )
        ax.set_xlim(0, steps[-1])
        ax.set_ylim(0, 1.03)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.xaxis.set_major_formatter(axis_numbers(",d"))
        ax.yaxis.set_major_formatter(axis_numbers(".0%"))
        ax.set_xlabel(left)
        ax.set_ylabel(together)
        fig.legend(loc="outside upper left", ncols=1)
    return fig


def shared_beside_expected(
    pairs: pd.DataFrame, *, kept: str, others: str, even: str, xlabel: str, ylabel: str
) -> Figure:
    """Draw each pair of partners: how much they share against how much chance would have them share.

    Parameters
    ----------
    pairs : DataFrame
        A row per pair: ``shared`` and ``expected`` (numbers), ``kept`` (bool: more than chance) and ``label``
        (str), written beside the pairs that are kept.
    kept, others, even, xlabel, ylabel : str
        Words for pairs that are kept, for the others, for the line where both are equal, and for the axes.
    """
    most = 1.08 * float(np.max(pairs[["shared", "expected"]].to_numpy()))
    strong, weak = SERIES_MARKS[0], SERIES_MARKS[2]
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 5.0))
        ax.plot([0, most], [0, most], color=QUIET, linestyle=(0, (3, 2)), linewidth=1.1, label=even)
        for chosen, mark, face, label in (
            (~pairs["kept"], weak, "white", others),
            (pairs["kept"], strong, strong.colour, kept),
        ):
            ax.plot(
                pairs.loc[chosen, "expected"],
                pairs.loc[chosen, "shared"],
                linestyle="none",
                marker=mark.marker,
                color=mark.colour,
                markerfacecolor=face,
                markersize=8,
                label=label,
            )
        for row in pairs[pairs["kept"]].itertuples():
            ax.annotate(
                str(row.label),
                (row.expected, row.shared),
                xytext=(8, 0),
                textcoords="offset points",
                va="center",
                fontweight="bold",
                parse_math=False,
            )
        ax.set_xlim(0, most)
        ax.set_ylim(0, most)
        for axis in (ax.xaxis, ax.yaxis):
            axis.set_major_locator(MaxNLocator(integer=True))
            axis.set_major_formatter(axis_numbers("d"))
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)
        fig.legend(loc="outside upper left", ncols=2)
    return fig


def between_by_activity(
    frame: pd.DataFrame,
    chance: pd.DataFrame,
    *,
    marks: Mapping[str, Mark],
    kind_names: Mapping[str, str],
    band: str,
    xlabel: str,
    ylabel: str,
) -> Figure:
    """Draw how far in between each organisation is, by how many projects it took part in, beside chance.

    Parameters
    ----------
    frame : DataFrame
        A row per organisation: ``times`` (int), ``value`` (float), ``kind`` (a key of `marks`), ``kept``
        (bool: beyond chance) and ``label`` (str), written beside those that are kept.
    chance : DataFrame, indexed by number of projects
        ``low`` and ``high``: the range that chance gives to whoever took part in so many.
    marks : mapping of str to Mark
        How each kind is drawn.
    kind_names : mapping of str to str
        The kinds' names in the reader's language, in the order of the legend.
    band, xlabel, ylabel : str
        Words for the range of chance and the axes.
    """
    # Side by side within their number of projects, in the order of the values: the same for the same data.
    place = frame.groupby("times")["value"].rank(method="first")
    across = frame["times"] + 0.62 * ((place * 0.618) % 1 - 0.5)
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 6.4))
        ax.bar(
            chance.index,
            chance["high"] - chance["low"],
            bottom=chance["low"],
            width=0.8,
            color="#E3E3E3",
            edgecolor=QUIET,
            linewidth=0.8,
            label=band,
            zorder=1,
        )
        for kind, name in kind_names.items():
            own, mark = frame["kind"] == kind, marks[kind]
            ax.scatter(
                across[own],
                frame.loc[own, "value"],
                s=np.where(frame.loc[own, "kept"], 90, 26),
                marker=mark.marker,
                color=mark.colour,
                linewidth=1.2 if mark.marker == "x" else 0.5,
                label=name,
                zorder=3,
            )
        kept = frame["kept"].to_numpy(dtype=bool)
        right = across.to_numpy(dtype=float)[kept]
        heights = frame["value"].to_numpy(dtype=float)[kept]
        for name, x, y in zip(frame.loc[kept, "label"], right, heights, strict=True):
            # On the left where another name begins to the right at about this height.
            beside = bool(((right > x) & (abs(heights - y) < 0.06 * frame["value"].max())).any())
            ax.annotate(
                str(name),
                (x, y),
                xytext=(-8 if beside else 8, 2),
                textcoords="offset points",
                ha="right" if beside else "left",
                va="center",
                fontsize=9.5,
                fontweight="bold",
                parse_math=False,
                bbox={"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.85},
                zorder=5,
            )
        ax.set_ylim(bottom=0)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True, steps=[1, 2, 5, 10]))
        ax.xaxis.set_major_formatter(axis_numbers("d"))
        ax.yaxis.set_major_formatter(axis_numbers(".2f"))
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)
        fig.legend(loc="outside upper left", ncols=3, markerscale=1.2, handletextpad=0.4)
    return fig

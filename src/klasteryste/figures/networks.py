"""The figures of "Partnership networks: structure": who took part in what, and what chance would give."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import numpy as np
import numpy.typing as npt
import pandas as pd
from igraph import Graph as Drawn
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from klasteryste.errors import CourseError
from klasteryste.figures.plan import SECTOR_MARKS
from klasteryste.figures.style import INK, QUIET, SERIES_MARKS, Mark, axis_numbers, course_style
from klasteryste.language import _
from klasteryste.methods.networks.graphs import TwoMode
from klasteryste.methods.networks.nulls import igraph_seed

# Organisations whose name does not tell their sector: no sector's shape, and no hue.
_MARKS = {**SECTOR_MARKS, "other": Mark(QUIET, "x", "-")}


def participation_map(
    network: TwoMode, sectors: pd.Series[str], *, sector_names: Mapping[str, str], seed: int = 0
) -> Figure:
    """Draw organisations around the projects they take part in: sectors by shape, once only small.

    Parameters
    ----------
    network : TwoMode
    sectors : Series of str, indexed by organisation
        A key of `klasteryste.figures.plan.SECTOR_MARKS`, or ``"other"``.
    sector_names : mapping of str to str
        The sectors' names in the reader's language, in the order of the legend.
    seed : int
        Seed of the layout.

    Raises
    ------
    CourseError
        If an organisation has no sector, or one without a name.
    """
    own = sectors.reindex(network.organisations)
    if strangers := sorted(set(own.dropna()) - set(sector_names)) or ["?"] * int(own.isna().any()):
        raise CourseError(f"no name for the sector {', '.join(strangers)}: name {', '.join(_MARKS)} only")
    ends = network.incidence.tocoo()
    n = len(network.organisations)
    with igraph_seed(seed):
        layout = Drawn(edges=np.column_stack([ends.row, n + ends.col])).layout_fruchterman_reingold(niter=800)
    place = np.array(layout.coords)
    returning = np.diff(network.incidence.indptr) > 1
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 7.8))
        ax.axis("off")
        lines = np.stack([place[ends.row], place[n + ends.col]], axis=1)
        ax.add_collection(LineCollection(list(lines), colors="#9A9A9A", linewidths=0.35, zorder=1))
        ax.scatter(place[n:, 0], place[n:, 1], s=16, color=INK, marker="*", label=_("project"), zorder=2)
        for sector, name in sector_names.items():
            mark, among = _MARKS[sector], (own == sector).to_numpy()
            for often in (False, True):
                chosen = place[:n][among & (returning == often)]
                ax.scatter(
                    chosen[:, 0],
                    chosen[:, 1],
                    s=34 if often else 10,
                    marker=mark.marker,
                    color=mark.colour,
                    linewidth=0.5 if mark.marker != "x" else 1.0,
                    label=name if often else None,
                    zorder=4 if often else 3,
                )
        fig.legend(loc="outside upper left", ncols=3, markerscale=1.4, handletextpad=0.3)
    return fig


def beside_chance(
    frame: pd.DataFrame, *, chances: Mapping[str, str], observed: str, xlabel: str, spec: str
) -> Figure:
    """Draw a row per group: where the network stands, and the range that chance gives under null models.

    Parameters
    ----------
    frame : DataFrame
        A row per group, the first on top: ``label``, ``value``, and for each key of `chances` two columns,
        ``<key>_low`` and ``<key>_high``.
    chances : mapping of str to str
        The null models, two at most, and their names in the legend.
    observed, xlabel : str
        Words for the legend and the axis.
    spec : str
        How the axis writes numbers.
    """
    rows = np.arange(len(frame))[::-1]
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 1.5 + 0.6 * len(frame)))
        for (key, label), aside, mark in zip(chances.items(), (0.16, -0.16), SERIES_MARKS[1:], strict=False):
            ax.hlines(
                rows + aside,
                frame[f"{key}_low"],
                frame[f"{key}_high"],
                color=mark.colour,
                # A broken and a whole bar can be told apart without colour.
                linestyle="-" if aside > 0 else (0, (0.8, 0.5)),
                linewidth=6,
                label=label,
            )
        ax.plot(frame["value"], rows, "D", color=INK, markersize=8, label=observed, zorder=3)
        ax.set_yticks(rows, frame["label"].to_list())
        ax.set_ylim(-0.6, len(frame) - 0.4)
        ax.xaxis.set_major_formatter(axis_numbers(spec))
        ax.set_xlabel(xlabel)
        fig.legend(loc="outside upper left", ncols=1)
    return fig


def chance_dots(
    draws: npt.ArrayLike, observed: float, *, drawn: str, extreme: str, seen: str, xlabel: str
) -> Figure:
    """Draw a dot for each draw under a null model, filled where it is as low as the value seen, or lower.

    Parameters
    ----------
    draws : array_like of float, shape (r,)
    observed : float
        The value seen.
    drawn, extreme, seen, xlabel : str
        Words for the hollow dots, the filled dots, the value seen, and the axis.
    """
    values = np.sort(np.asarray(draws, dtype=float).round(9))
    height = pd.Series(values).groupby(values).cumcount().to_numpy() + 1
    low = values <= observed + 1e-9
    dots = SERIES_MARKS[2]
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 3.4))
        for chosen, face, label in ((~low, "white", drawn), (low, dots.colour, extreme)):
            ax.plot(
                values[chosen],
                height[chosen],
                "o",
                color=dots.colour,
                markerfacecolor=face,
                markersize=9,
                label=label,
            )
        ax.axvline(observed, color=INK, linestyle="--", label=seen)
        ax.set_ylim(0, height.max() + 1)
        ax.yaxis.set_major_locator(MaxNLocator(integer=True))
        ax.yaxis.set_major_formatter(axis_numbers("d"))
        ax.xaxis.set_major_formatter(axis_numbers(".1f"))
        ax.set_xlabel(xlabel)
        ax.set_ylabel(_("How many draws"))
        fig.legend(loc="outside upper left", ncols=2)
    return fig

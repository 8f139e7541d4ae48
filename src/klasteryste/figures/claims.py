"""The figures of "Clusters, social capital, claims": what is claimed, and what the data let one say."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from klasteryste.errors import CourseError
from klasteryste.figures.style import COUNTRY_MARKS, INK, QUIET, SERIES_MARKS, axis_numbers, course_style
from klasteryste.language import _, country_name, fill

# Letters that a line of a claim's words holds at most.
_LETTERS = 34
_KIND_MARKERS = ("o", "s", "^", "D")
# Countries named below their point, since they lie beside one that is named above.
_BELOW = ("LV",)


def claims_map(claims: pd.DataFrame, *, kinds: Sequence[str], evidence: Sequence[str]) -> Figure:
    """Draw each claim against the evidence that it would take.

    Parameters
    ----------
    claims : DataFrame
        A row a claim, drawn from the top: ``claim`` (str), ``kind`` (one of `kinds`), ``evidence`` (one of
        `evidence`), and ``checked`` (bool): checked ones are drawn filled.
    kinds : sequence of str
        Kinds of claims, four at most; each has a marker of its own.
    evidence : sequence of str
        What evidence there is, from the cheapest, on the left, to the dearest.

    Raises
    ------
    CourseError
        If a claim is of an unknown kind, or takes evidence that is not listed.
    """
    for column, known in (("kind", kinds), ("evidence", evidence)):
        if strangers := sorted(set(claims[column]) - set(known)):
            raise CourseError(f"claims_map: the {column} {strangers[0]!r} is not one of {', '.join(known)}")
    words = [textwrap.fill(claim, _LETTERS) for claim in claims["claim"]]
    place = np.arange(len(claims))[::-1]
    across = claims["evidence"].map(list(evidence).index).to_numpy()
    with course_style():
        fig, ax = plt.subplots(figsize=(6.4, 1.9 + 0.44 * len(claims)))
        ax.hlines(place, -0.6, across, color="#BBBBBB", linewidth=1.2)
        for kind, marker in zip(kinds, _KIND_MARKERS, strict=False):
            # An empty line for the legend, so that a kind shows its marker whatever its filling.
            ax.plot([], [], linestyle="none", marker=marker, color=INK, markerfacecolor="white", label=kind)
            for checked, filling in ((True, INK), (False, "white")):
                own = ((claims["kind"] == kind) & (claims["checked"] == checked)).to_numpy()
                ax.plot(
                    across[own],
                    place[own],
                    linestyle="none",
                    marker=marker,
                    markersize=10,
                    markeredgecolor=INK,
                    markeredgewidth=1.6,
                    markerfacecolor=filling,
                )
        ax.set_yticks(place, words, fontsize=10)
        ax.set_xticks(
            range(len(evidence)),
            [textwrap.fill(one, 22) for one in evidence],
            rotation=90,
        )
        ax.xaxis.tick_top()
        ax.tick_params(axis="x", labelsize=10)
        ax.set_xlim(-0.6, len(evidence) - 0.4)
        ax.set_ylim(-0.7, len(claims) - 0.3)
        ax.grid(axis="y", visible=False)
        for side in ("left", "bottom"):
            ax.spines[side].set_visible(False)
        ax.tick_params(length=0)
        fig.legend(loc="outside lower center", ncols=len(kinds), columnspacing=1.2, handletextpad=0.2)
    return fig


def against_lot(observed: float, drawn: Sequence[float], *, xlabel: str, label: str) -> Figure:
    """Draw an observed share beside the shares that came out when everything was dealt by lot.

    Parameters
    ----------
    observed : float
        The share found.
    drawn : sequence of float
        Shares from the null model, one a draw.
    xlabel : str
        Words for the horizontal axis.
    label : str
        Words for the observed share.
    """
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 3.2))
        heights, *_rest = ax.hist(drawn, bins=15, color="#C9C9C9", edgecolor=QUIET)
        top = float(np.max(heights))
        ax.text(float(np.mean(drawn)), 1.06 * top, _("dealt by lot"), ha="center", color=QUIET)
        ax.vlines(observed, 0, 0.8 * top, color=INK, linewidth=2)
        ax.plot([observed], [0.8 * top], marker=SERIES_MARKS[0].marker, color=INK, markersize=9)
        ax.text(observed, 0.88 * top, label, ha="center", fontweight="bold")
        span = max(observed, *drawn)
        ax.set_xlim(0, 1.2 * span)
        ax.set_ylim(0, 1.25 * top)
        ax.xaxis.set_major_formatter(axis_numbers(".0%"))
        ax.set_yticks([])
        ax.set_xlabel(xlabel)
    return fig


def among_others(frame: pd.DataFrame, *, ylabel: str) -> Figure:
    """Draw one country's share among those of the others, a column a survey wave, and the place it may have.

    Parameters
    ----------
    frame : DataFrame
        A row per country and wave, waves in the order of their columns: ``country``, ``years`` (str), the
        shares ``value``, ``low`` and ``high``, and ``rank``, ``best`` and ``worst``. Countries with a mark of
        their own are drawn with it, and Lithuania with its interval and its place in words.
    ylabel : str
        Words for the vertical axis.
    """
    columns = list(dict.fromkeys(frame["years"]))
    marked: set[str] = set()
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 5.0))
        for x, years in enumerate(columns):
            rows = frame[frame["years"] == years]
            ax.hlines(rows["value"].median(), x - 0.28, x + 0.1, color=INK, linewidth=1.2)
            for row in rows.to_dict("records"):
                mark = COUNTRY_MARKS.get(row["country"])
                if mark is None:
                    ax.plot(x, row["value"], marker="_", markersize=13, color="#9A9A9A", zorder=1)
                    continue
                ax.plot(
                    x,
                    row["value"],
                    linestyle="none",
                    marker=mark.marker,
                    color=mark.colour,
                    label=None if row["country"] in marked else country_name(row["country"]),
                    zorder=3,
                )
                marked.add(row["country"])
                if row["country"] == "LT":
                    _place_in_words(ax, x, row, len(rows))
        ax.set_xticks(range(len(columns)), columns)
        ax.set_xlim(-0.5, len(columns) - 0.2)
        ax.set_ylim(0, None)
        ax.grid(axis="x", visible=False)
        ax.yaxis.set_major_formatter(axis_numbers(".0%"))
        ax.set_ylabel(ylabel)
        ax.set_xlabel(_("Years of the survey wave"))
        fig.legend(loc="outside lower center", ncols=4, handletextpad=0.2)
    return fig


def _place_in_words(ax: Axes, x: int, row: Mapping[str, float], n: int) -> None:
    colour = COUNTRY_MARKS["LT"].colour
    ax.vlines(x, row["low"], row["high"], color=colour, linewidth=3, zorder=2)
    words = fill(
        _("{rank:d} of {n:d}\n({best:d}–{worst:d})"),
        {"rank": row["rank"], "n": n, "best": row["best"], "worst": row["worst"]},
    )
    ax.annotate(
        words,
        (x, row["value"]),
        xytext=(16, 0),
        textcoords="offset points",
        va="center",
        color=colour,
        fontweight="bold",
        fontsize=10.5,
    )


def gaps(frame: pd.DataFrame, *, xlabel: str) -> Figure:
    """Draw differences between one country and several others, a panel another country, a row a measure.

    Parameters
    ----------
    frame : DataFrame
        A row per other country and measure, countries in the order of their panels and measures from the top:
        ``country`` (of a country with a mark), ``measure`` (str), ``value``, ``low``, ``high``, and the ends
        ``wide_low`` and ``wide_high`` of the interval that allows for all the comparisons.
    xlabel : str
        Words for the horizontal axes.
    """
    countries = list(dict.fromkeys(frame["country"]))
    measures = list(dict.fromkeys(frame["measure"]))
    place = np.arange(len(measures))[::-1]
    reach = 1.05 * float(frame[["wide_low", "wide_high"]].abs().to_numpy().max())
    with course_style():
        fig, axes = plt.subplots(
            1,
            len(countries),
            figsize=(7.5, 1.6 + 0.45 * len(measures)),
            sharey=True,
            squeeze=False,
        )
        for ax, code in zip(axes.flat, countries, strict=True):
            mark = COUNTRY_MARKS[code]
            rows = frame[frame["country"] == code].set_index("measure").loc[measures]
            ax.axvline(0, color=INK, linewidth=1.4)
            ax.hlines(place, rows["wide_low"], rows["wide_high"], color=mark.colour, linewidth=1.4)
            ax.hlines(place, rows["low"], rows["high"], color=mark.colour, linewidth=5)
            ax.plot(
                rows["value"],
                place,
                linestyle="none",
                marker=mark.marker,
                markersize=8,
                markerfacecolor="white",
                markeredgecolor=mark.colour,
                markeredgewidth=2,
            )
            ax.set_title(country_name(code), color=mark.colour, fontweight="bold")
            ax.set_yticks(place, [textwrap.fill(measure, 24) for measure in measures])
            ax.set_xlim(-reach, reach)
            ax.grid(axis="y", visible=False)
            ax.xaxis.set_major_formatter(axis_numbers("+.0f"))
        fig.supxlabel(xlabel, fontsize=plt.rcParams["font.size"])
    return fig


def against_others(frame: pd.DataFrame, line: pd.DataFrame, *, xlabel: str, ylabel: str, spec: str) -> Figure:
    """Draw countries by two measures, with the line and the range that the others predict for one of them.

    Parameters
    ----------
    frame : DataFrame
        A row a country: ``country``, ``x``, ``y``. Countries with a mark of their own are drawn and named
        with it.
    line : DataFrame
        The prediction along the horizontal axis: ``x``, ``y``, and the ends ``low`` and ``high``.
    xlabel, ylabel : str
        Words for the axes.
    spec : str
        Number format of the vertical axis, as in `klasteryste.language.number`.
    """
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 4.6))
        ax.fill_between(line["x"], line["low"], line["high"], color="#EDEDED", linewidth=0)
        ax.plot(line["x"], line["y"], color=QUIET, linewidth=1.4)
        for end in ("low", "high"):
            ax.plot(line["x"], line[end], color=QUIET, linewidth=0.9, linestyle="--")
        for row in frame.to_dict("records"):
            mark = COUNTRY_MARKS.get(row["country"])
            if mark is None:
                ax.plot(row["x"], row["y"], marker=".", color=QUIET, markersize=7)
                continue
            ax.plot(row["x"], row["y"], marker=mark.marker, color=mark.colour, markersize=9)
            ax.annotate(
                country_name(row["country"]),
                (row["x"], row["y"]),
                xytext=(0, -18 if row["country"] in _BELOW else 9),
                textcoords="offset points",
                ha="center",
                color=mark.colour,
                fontweight="bold",
            )
        ax.xaxis.set_major_formatter(axis_numbers(".1f"))
        ax.yaxis.set_major_formatter(axis_numbers(spec))
        ax.set_xlabel(xlabel)
        ax.set_ylabel(ylabel)
    return fig

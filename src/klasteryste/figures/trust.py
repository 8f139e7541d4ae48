"""The figures of "Measuring trust": shares with their intervals, over time, side by side and repeated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator

from klasteryste.errors import CourseError
from klasteryste.figures.style import COUNTRY_MARKS, INK, QUIET, SERIES_MARKS, axis_numbers, course_style
from klasteryste.language import _, country_name, fill

# Years by which each country is moved aside, so that intervals of one wave do not cover one another.
_ASIDE = {"LT": -0.25, "EE": 0.35, "LV": -0.85, "NO": 0.0}
# How many years beside the middle of a wave a label starts: clear of every country's interval.
_BESIDE = 0.9
# What a line of text takes of the axis of `trust_lines`, as a share.
_TEXT_HEIGHT = 0.045


def trust_lines(frame: pd.DataFrame, *, ylabel: str) -> Figure:
    """Draw shares over survey waves, a line a country, with intervals; a missing wave breaks the line.

    Parameters
    ----------
    frame : DataFrame
        A row per country and wave: ``country`` (ISO 3166-1 alpha-2), ``wave`` (int), ``year_start``,
        ``year_end``, and the shares ``trust``, ``low``, ``high``.
    ylabel : str
        Words for the vertical axis.

    Raises
    ------
    CourseError
        If a country has no mark of its own.
    """
    if strangers := sorted(set(frame["country"]) - set(COUNTRY_MARKS)):
        raise CourseError(f"no mark for {', '.join(strangers)}: draw {', '.join(COUNTRY_MARKS)} only")
    frame = frame.assign(year=(frame["year_start"] + frame["year_end"]) / 2).sort_values("wave")
    waves = frame.drop_duplicates("wave")
    years = waves["year"].to_numpy()
    ends: list[tuple[float, float, str]] = []
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 5.0))
        for code, rows in frame.groupby("country"):
            mark = COUNTRY_MARKS[str(code)]
            # A wave the country missed becomes a row of NaN, and matplotlib leaves the gap open.
            full = rows.set_index("wave").reindex(waves["wave"])
            share = full["trust"].to_numpy()
            spread = np.vstack([full["trust"] - full["low"], full["high"] - full["trust"]])
            x = years + _ASIDE[str(code)]
            ax.errorbar(
                x, share, spread, color=mark.colour, marker=mark.marker, linestyle=mark.line, capsize=4
            )
            there = np.flatnonzero(~np.isnan(share))
            for gap in np.flatnonzero(np.isnan(share)):
                height = share[there[np.abs(there - gap).argmin()]]
                ax.text(x[gap], height, _("no data"), color=mark.colour, ha="center", va="center")
            ends.append((float(years[there[-1]]) + _BESIDE, float(share[there[-1]]), str(code)))
        for year, height, code in _apart(ends):
            ax.annotate(
                country_name(code),
                (year, height),
                xytext=(2, 0),
                textcoords="offset points",
                va="center",
                color=COUNTRY_MARKS[code].colour,
                fontweight="bold",
            )
        ax.set_xticks(years, [f"{row.year_start}–{row.year_end}" for row in waves.itertuples()])
        ax.set_xlim(years.min() - 2.5, years.max() + 5.5)
        ax.set_ylim(0, 0.85)
        ax.yaxis.set_major_formatter(axis_numbers(".0%"))
        ax.set_ylabel(ylabel)
        ax.set_xlabel(_("Years of the survey wave"))
    return fig


def two_surveys(frame: pd.DataFrame, *, ylabel: str) -> Figure:
    """Draw a panel a country with two survey series, each share with a narrow and a wide interval.

    Parameters
    ----------
    frame : DataFrame
        A row per country, survey and wave, countries in the order of their panels: ``country``, ``survey``
        (``"EVS"`` or ``"WVS"``), ``wave``, ``year_start``, ``year_end``, and the shares ``trust``, ``low``,
        ``high``, ``wide_low``, ``wide_high``. Four countries at most.
    ylabel : str
        Words for the vertical axes.
    """
    frame = frame.assign(year=(frame["year_start"] + frame["year_end"]) / 2)
    with course_style():
        fig, axes = plt.subplots(2, 2, figsize=(7.5, 6.6), sharex=True)
        for ax, (code, rows) in zip(axes.flat, frame.groupby("country", sort=False), strict=False):
            mark = COUNTRY_MARKS[str(code)]
            for survey, own in rows.groupby("survey"):
                ax.vlines(own["year"], own["wide_low"], own["wide_high"], color=mark.colour, linewidth=1.4)
                ax.vlines(own["year"], own["low"], own["high"], color=mark.colour, linewidth=5)
                ax.plot(
                    own["year"],
                    own["trust"],
                    linestyle="none",
                    marker=mark.marker,
                    markeredgecolor=mark.colour,
                    markerfacecolor="white" if survey == "WVS" else mark.colour,
                    markeredgewidth=1.8,
                    label=str(survey),
                )
            ax.set_title(country_name(str(code)), color=mark.colour, fontweight="bold")
            ax.legend(loc="upper left", ncols=2, handletextpad=0.2, columnspacing=1.0)
            ax.yaxis.set_major_formatter(axis_numbers(".0%"))
            # Each panel shows a stretch of the same length, so that heights compare between panels.
            middle = (rows["trust"].min() + rows["trust"].max()) / 2
            ax.set_ylim(middle - 0.15, middle + 0.19)
        fig.supylabel(ylabel, fontsize=plt.rcParams["font.size"])
        fig.supxlabel(_("Middle of the survey wave"), fontsize=plt.rcParams["font.size"])
    return fig


def repeated_samples(
    shares: Sequence[float], lows: Sequence[float], highs: Sequence[float], truth: float
) -> Figure:
    """Draw the intervals of many samples of one population; those that miss the truth differ in shape too.

    Parameters
    ----------
    shares, lows, highs : sequence of float
        A share and the ends of its interval for each sample.
    truth : float
        The share in the population.
    """
    share, low, high = (np.asarray(column, dtype=float) for column in (shares, lows, highs))
    place = np.arange(1, len(share) + 1)
    miss = (high < truth) | (low > truth)
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 4.0))
        for chosen, mark, marker, width, words in (
            (~miss, SERIES_MARKS[0], ".", 1.0, _("interval holds the truth")),
            (miss, SERIES_MARKS[1], "X", 2.6, _("interval misses the truth")),
        ):
            ax.vlines(place[chosen], low[chosen], high[chosen], color=mark.colour, linewidth=width)
            ax.plot(
                place[chosen], share[chosen], linestyle="none", marker=marker, color=mark.colour, label=words
            )
        ax.axhline(truth, color=INK, linewidth=1.4)
        ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2)
        ax.yaxis.set_major_formatter(axis_numbers(".0%"))
        ax.set_xlabel(_("Number of the survey"))
        ax.set_ylabel(_("Share who trust"))
    return fig


def interval_rows(
    frame: pd.DataFrame,
    *,
    xlabel: str,
    spec: str,
    reference: float | None = None,
    countries: Mapping[str, str] | None = None,
) -> Figure:
    """Draw a row for each estimate: a point, a thick interval, and a thin wider one where there is one.

    Parameters
    ----------
    frame : DataFrame
        A row per estimate, drawn from the top: ``label`` (str), ``value``, ``low``, ``high``, and, if
        there is a second interval, ``wide_low`` and ``wide_high``.
    xlabel : str
        Words for the horizontal axis.
    spec : str
        Number format of the axis, as in `klasteryste.language.number`.
    reference : float, optional
        Where to draw an upright line, such as nought.
    countries : mapping of str to str, optional
        Label to country code, for rows that are a country's and so get its mark.
    """
    place = np.arange(len(frame))[::-1]
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 1.3 + 0.55 * len(frame)))
        if reference is not None:
            ax.axvline(reference, color=INK, linewidth=1.4)
        for y, row in zip(place, frame.to_dict("records"), strict=True):
            mark = COUNTRY_MARKS[countries[row["label"]]] if countries else SERIES_MARKS[0]
            if "wide_low" in row:
                ax.hlines(y, row["wide_low"], row["wide_high"], color=mark.colour, linewidth=1.4)
            ax.hlines(y, row["low"], row["high"], color=mark.colour, linewidth=5)
            ax.plot(
                row["value"],
                y,
                marker=mark.marker,
                markersize=9,
                markerfacecolor="white",
                markeredgewidth=2,
                color=mark.colour,
            )
        ax.set_yticks(place, list(frame["label"]))
        ax.set_ylim(-0.6, len(frame) - 0.4)
        ax.grid(axis="y", visible=False)
        ax.xaxis.set_major_formatter(axis_numbers(spec))
        ax.set_xlabel(xlabel)
    return fig


def detectable_curves(curves: pd.DataFrame, *, change: float, enough: Mapping[float, int]) -> Figure:
    """Draw the smallest change that a survey can show against the number of people asked.

    Parameters
    ----------
    curves : DataFrame
        Index: people who answer each time. A column per design effect (float), holding shares 0 to 1.
    change : float
        The change that one wants to see, as a share.
    enough : mapping of float to int
        For each of three design effects (columns of `curves`), how many people bring its curve to `change`.
    """
    with course_style():
        fig, ax = plt.subplots(figsize=(7.5, 4.4))
        ax.axhline(100 * change, color=QUIET, linewidth=1.2)
        for (deff, people), mark in zip(enough.items(), SERIES_MARKS, strict=True):
            words = fill(_("design effect {deff:.1f}"), {"deff": deff})
            ax.plot(curves.index, 100 * curves[deff], linestyle=mark.line, color=mark.colour)
            ax.plot(
                [people],
                [100 * change],
                linestyle=mark.line,
                marker=mark.marker,
                markersize=9,
                color=mark.colour,
                label=words,
            )
        ax.legend(loc="upper right")
        ax.set_ylim(0, None)
        ax.xaxis.set_major_formatter(axis_numbers(",d"))
        ax.yaxis.set_major_locator(MultipleLocator(5))
        ax.yaxis.set_major_formatter(axis_numbers(".0f"))
        ax.set_xlabel(_("People who answer, in each of two surveys"))
        ax.set_ylabel(_("Smallest change that shows, percentage points"))
    return fig


def _apart(ends: list[tuple[float, float, str]]) -> list[tuple[float, float, str]]:
    """Lift labels (year, share, country) that would cover another one near the same year."""
    placed: list[tuple[float, float, str]] = []
    for year, height, code in sorted(ends, key=lambda end: end[1]):
        beneath = [other for near, other, _code in placed if abs(near - year) < 2]
        placed.append((year, max([height, *(other + _TEXT_HEIGHT for other in beneath)]), code))
    return placed

"""The figures of a cluster plan: its targets, its partners and its logic model."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations, pairwise
from typing import Any

import matplotlib.pyplot as plt
import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.textpath import text_to_path
from matplotlib.ticker import MaxNLocator
from scipy.optimize import linear_sum_assignment

from klasteryste.figures.style import INK, QUIET, SERIES_MARKS, Mark, axis_numbers, course_style
from klasteryste.language import _, fill
from klasteryste.methods.changes import TargetCheck
from klasteryste.methods.networks.graphs import Graph

# As with countries: hue and shape differ together, and neither is a country's. The line is not used.
SECTOR_MARKS: dict[str, Mark] = {
    "public": Mark("#1B4F9C", "s", "-"),
    "school": Mark("#8A5A00", "^", "-"),
    "knowledge": Mark("#6A3D9A", "D", "-"),
    "civic": Mark("#1E7B34", "o", "-"),
    "business": Mark("#B3261E", "P", "-"),
}
LAYERS = ("input", "activity", "output", "outcome", "impact")
# With more partners than this no figure of a page's size has room for their names.
MOST_NAMES = 60

_WIDTH = 7.5  # inches, as all figures of the course
_DASHES = (0, (4, 3))
# Beneath a name, so that ties do not strike it through.
_PAPER = {"facecolor": "white", "edgecolor": "none", "pad": 0.6, "alpha": 0.8}


def change_fan(
    windows: pd.DataFrame, check: TargetCheck, *, baseline: float, change: float, quantile: float, unit: str
) -> Figure:
    """Draw every historic change of units that began at a similar level, the limit, and the target.

    Parameters
    ----------
    windows : DataFrame
        All that `klasteryste.methods.changes.change_windows` gives.
    check : TargetCheck
        The target among them.
    baseline, change : float
        From which level the target starts, and how far it goes, in the units of the values.
    quantile : float
        The share of changes that the limit stands for.
    unit : str
        The unit's name in the reader's language, or ``"share"`` for shares, drawn in percentage points.
    """
    similar = windows[windows["tercile"] == check.tercile]
    years = int(windows["last"].iloc[0] - windows["first"].iloc[0])
    factor, words = _scale(unit)
    ends = factor * similar["change"].to_numpy()
    with course_style():
        fig, (ax, side) = plt.subplots(1, 2, figsize=(_WIDTH, 4.4), sharey=True, width_ratios=(3, 1))
        fan = np.zeros((len(ends), 2, 2))
        fan[:, 1, 0], fan[:, 1, 1] = years, ends
        ax.add_collection(LineCollection(list(fan), colors=QUIET, linewidths=0.7, alpha=_faint(len(ends))))
        side.hist(ends, bins=min(30, max(8, len(ends) // 8)), orientation="horizontal", color="#B8B8B8")
        handles: list[Line2D] = [Line2D([], [], color=QUIET, linewidth=0.9, label=_("changes so far"))]
        for height, mark, width, label in (
            (check.limit, SERIES_MARKS[1], 2.2, fill(_("{share:.0%} went no further"), {"share": quantile})),
            (change, SERIES_MARKS[0], 2.6, _("the target")),
        ):
            (line,) = ax.plot(
                [0, years],
                [0, factor * height],
                color=mark.colour,
                linestyle=mark.line,
                marker=mark.marker,
                markevery=[1],
                clip_on=False,
                linewidth=width,
                label=label,
                zorder=4,
            )
            side.axhline(factor * height, color=mark.colour, linestyle=mark.line, linewidth=width)
            # On the side where the other line is not.
            above = height >= (check.limit if height == change else change)
            side.annotate(
                fill("{value:+,}", {"value": float(f"{factor * height:.2g}")}),
                (1, factor * height),
                xycoords=("axes fraction", "data"),
                xytext=(5, 1 if above else -1),
                textcoords="offset points",
                va="bottom" if above else "top",
                color=mark.colour,
                fontweight="bold",
            )
            handles.append(line)
        start = fill("{value:.1%}" if unit == "share" else "{value:,}", {"value": float(f"{baseline:.4g}")})
        ax.set_xlim(0, years)
        ax.margins(y=0.06)
        ax.autoscale_view(scalex=False)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.xaxis.set_major_formatter(axis_numbers(".0f"))
        _tell_apart(ax, "+")
        ax.set_xlabel(_("Years since the start"))
        ax.set_ylabel(
            fill(_("Change from {start}, {unit}"), {"start": start, "unit": words}), parse_math=False
        )
        side.set_xlabel(_("How many changes"))
        side.xaxis.set_major_locator(MaxNLocator(3, integer=True))
        side.xaxis.set_major_formatter(axis_numbers(",d"))
        fig.legend(handles=handles, loc="outside upper left", ncols=3)
    return fig


def detectable_curve(curve: pd.Series[float], *, n: int, change: float, unit: str) -> Figure:
    """Draw the smallest change that a survey can show against its size, with the survey and the target.

    Parameters
    ----------
    curve : Series of float
        Index: people who answer each time, rising, from below `n` to above. Values in the
        units of the answers.
    n : int
        How many will answer.
    change : float
        The change that is aimed at; its sign does not matter.
    unit : str
        As in `change_fan`.
    """
    factor, words = _scale(unit)
    people = curve.index.to_numpy(dtype=float)
    heights = factor * curve.to_numpy(dtype=float)
    planned = float(np.interp(n, people, heights))
    curved, aimed, point = SERIES_MARKS
    with course_style():
        fig, ax = plt.subplots(figsize=(_WIDTH, 4.0))
        ax.plot(people, heights, color=curved.colour, linestyle=curved.line, label=_("smallest that shows"))
        target = factor * abs(change)
        ax.axhline(target, color=aimed.colour, linestyle=aimed.line, label=_("the target"))
        ax.vlines(n, 0, planned, color=point.colour, linestyle=point.line)
        ax.plot(
            [n],
            [planned],
            color=point.colour,
            linestyle="none",
            marker=point.marker,
            markersize=10,
            label=_("the survey as planned"),
        )
        # Surveys of a handful can show only changes beyond all measure, which would flatten the rest.
        ax.set_ylim(0, 3 * max(target, planned))
        ax.set_xlim(people[0], people[-1])
        ax.xaxis.set_major_formatter(axis_numbers(",d"))
        ax.xaxis.set_major_locator(MaxNLocator(6, integer=True))
        _tell_apart(ax, "")
        ax.set_xlabel(_("People who answer each time"))
        ax.set_ylabel(fill(_("Change, {unit}"), {"unit": words}), parse_math=False)
        fig.legend(loc="outside upper left", ncols=3)
    return fig


def partner_network(
    graph: Graph, partners: pd.DataFrame, *, sector_names: Mapping[str, str], seed: int = 0
) -> Figure:
    """Draw partners and ties: sectors by shape and hue, brokers ringed, partners not yet agreed hollow.

    Up to `MOST_NAMES` partners have their names beside them, and no name covers another.

    Parameters
    ----------
    graph : Graph
        The partners, by id, and their ties.
    partners : DataFrame, indexed by id
        ``label`` (str), ``sector`` (a key of `SECTOR_MARKS`), ``broker`` (bool), ``proposed`` (bool).
    sector_names : mapping of str to str
        The sectors' names in the reader's language, in the order of the legend.
    seed : int
        Seed of the layout.
    """
    n = len(graph.nodes)
    partners = partners.loc[graph.nodes]
    named = n <= MOST_NAMES
    height = min(4.2 + 0.1 * n, 9.0) if named else _WIDTH
    size, font = (150.0, 9.0) if n <= 25 else (60.0, 7.0) if named else (26.0, 0.0)
    with course_style():
        fig = plt.figure(figsize=(_WIDTH, height), layout="none")
        # One unit of the axes is an inch, so that names can be kept apart.
        ax = fig.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, _WIDTH), ylim=(0, height))
        ax.axis("off")
        legend = ax.legend(
            handles=_network_legend(partners, sector_names),
            loc="upper left",
            ncols=3,
            fontsize=9.5,
            columnspacing=1.4,
            handletextpad=0.3,
        )
        top = height - legend.get_window_extent().height / fig.dpi - 0.15
        place = _layout(graph, seed) * [_WIDTH - 1.2, top - 0.6] + [0.6, 0.3]
        if named:
            labels = [
                ax.text(
                    0,
                    0,
                    "\n".join(_lines(str(row.label), 1.5 if n <= 25 else 1.15, font, 3 if n <= 40 else 2)),
                    fontsize=font,
                    fontweight="bold" if row.broker else "normal",
                    fontstyle="italic" if row.proposed else "normal",
                    ha="center",
                    va="top",
                    linespacing=1.0,
                    parse_math=False,
                    bbox=_PAPER,
                    zorder=4,
                )
                for row in partners.itertuples()
            ]
            place = _name_apart(labels, place, np.sqrt(3.4 * size) / 72, (_WIDTH, top))
        first, second = graph.ties
        ties = np.stack([place[first], place[second]], axis=1)
        ax.add_collection(
            LineCollection(list(ties), colors="#8A8A8A", linewidths=1.0 if named else 0.4, zorder=1)
        )
        for sector, mark in SECTOR_MARKS.items():
            for proposed in (False, True):
                chosen = ((partners["sector"] == sector) & (partners["proposed"] == proposed)).to_numpy()
                ax.scatter(
                    place[chosen, 0],
                    place[chosen, 1],
                    s=size,
                    marker=mark.marker,
                    facecolor="white" if proposed else mark.colour,
                    edgecolor=mark.colour,
                    linewidth=1.6 if named else 0.8,
                    zorder=3,
                )
        rings = place[partners["broker"].to_numpy()]
        ax.scatter(
            rings[:, 0], rings[:, 1], s=3.4 * size, facecolor="none", edgecolor=INK, linewidth=1.3, zorder=2
        )
    return fig


def removal_curve(curves: pd.DataFrame) -> Figure:
    """Draw how the largest part that holds together shrinks while partners leave.

    Parameters
    ----------
    curves : DataFrame
        What `klasteryste.methods.networks.robustness.removal_curves` gives.
    """
    with course_style():
        fig, ax = plt.subplots(figsize=(_WIDTH, 4.0))
        steps = curves.index.to_numpy()
        ax.fill_between(steps, curves["random_low"], curves["random_high"], color="#E3E3E3", linewidth=0)
        names = {
            "random": _("at random (band: 95% of orders)"),
            "degree": _("those of most ties first"),
            "betweenness": _("those most in between first"),
        }
        for (column, label), mark in zip(names.items(), SERIES_MARKS, strict=True):
            ax.plot(
                steps,
                curves[column],
                color=mark.colour,
                linestyle=mark.line,
                marker=mark.marker,
                markevery=max(1, len(steps) // 12),
                markersize=5,
                label=label,
            )
        ax.set_ylim(0, 1.02)
        ax.set_xlim(0, steps[-1])
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.xaxis.set_major_formatter(axis_numbers(",d"))
        ax.yaxis.set_major_formatter(axis_numbers(".0%"))
        ax.set_xlabel(_("Partners who have left"))
        ax.set_ylabel(_("Largest part, share of partners"))
        ax.legend(loc="upper right")
    return fig


def logic_model(nodes: pd.DataFrame, links: pd.DataFrame, *, kind_names: Mapping[str, str]) -> Figure:
    """Draw a logic model, a column for each kind of box, from what is put in to what changes.

    Parameters
    ----------
    nodes : DataFrame, indexed by id
        ``kind`` (one of `LAYERS`) and ``label`` (str).
    links : DataFrame
        ``from`` and ``to``, ids of nodes, and ``assumed`` (bool): whether no evidence backs the arrow.
    kind_names : mapping of str to str
        The columns' headings in the reader's language.
    """
    layers = [list(nodes.index[nodes["kind"] == kind]) for kind in LAYERS]
    kinds = [kind for kind, ids in zip(LAYERS, layers, strict=True) if ids]
    layers, routes = _routed([ids for ids in layers if ids], links)
    gap, line, font = 0.24, 0.165, 9.0
    width = min(2.2, (_WIDTH - gap * (len(kinds) - 1)) / len(kinds))
    step = (_WIDTH - width) / max(1, len(kinds) - 1)
    with course_style():
        texts = {str(name): _lines(str(label), width - 0.16, font) for name, label in nodes["label"].items()}
        tall = {name: line * len(lines) + 0.18 for name, lines in texts.items()}
        # Where an arrow passes a column without stopping there it needs only a little room.
        tall |= {name: 0.06 for ids in layers for name in ids if name not in texts}
        columns = [sum(tall[name] for name in ids) + 0.14 * (len(ids) - 1) for ids in layers]
        height = max(columns) + 0.9
        fig = plt.figure(figsize=(_WIDTH, height), layout="none")
        # One unit of the axes is an inch, so that texts fit their boxes.
        ax = fig.add_axes((0, 0, 1, 1))
        ax.set(xlim=(0, _WIDTH), ylim=(0, height))
        ax.axis("off")
        place: dict[str, tuple[float, float]] = {}
        for number, (kind, ids) in enumerate(zip(kinds, layers, strict=True)):
            middle = number * step + width / 2
            ax.text(
                middle,
                height - 0.05,
                kind_names[kind],
                ha="center",
                va="top",
                fontsize=10.5,
                fontweight="bold",
            )
            spare = (height - 0.9 - columns[number]) / (len(ids) + 1)
            y = height - 0.4 - spare
            for name in ids:
                place[name] = middle, y - tall[name] / 2
                y -= tall[name] + 0.14 + spare
        for name, lines in texts.items():
            x, y = place[name]
            ax.add_patch(
                FancyBboxPatch(
                    (x - width / 2 + 0.03, y - tall[name] / 2),
                    width - 0.06,
                    tall[name],
                    boxstyle="round,pad=0,rounding_size=0.06",
                    facecolor="#F2F8F8",
                    edgecolor=INK,
                    linewidth=1.0,
                    zorder=3,
                )
            )
            ax.text(
                x,
                y,
                "\n".join(lines),
                ha="center",
                va="center",
                fontsize=font,
                linespacing=1.05,
                parse_math=False,
                zorder=4,
            )
        for route, assumed in zip(routes, links["assumed"], strict=True):
            ax.add_patch(_arrow([place[name] for name in route], width / 2 - 0.03, assumed))
        handles = [
            Line2D([], [], color=INK, linewidth=1.6, label=_("backed by evidence")),
            Line2D([], [], color=QUIET, linestyle=_DASHES, linewidth=1.0, label=_("assumed")),
        ]
        ax.legend(handles=handles, loc="lower left", ncols=2, fontsize=9.5, borderaxespad=0)
    return fig


def _scale(unit: str) -> tuple[float, str]:
    return (100.0, _("percentage points")) if unit == "share" else (1.0, unit)


def _faint(lines: int) -> float:
    """Let many lines shine through one another, and few stand out."""
    return float(np.clip(30 / max(lines, 1), 0.12, 0.7))


def _tell_apart(ax: Axes, sign: str) -> None:
    """Give the vertical axis round ticks, written with as many decimals as tell them apart."""
    ax.yaxis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    first, second = ax.get_yticks()[:2]
    decimals = max(0, int(np.ceil(-np.log10(second - first) - 1e-9)))
    ax.yaxis.set_major_formatter(axis_numbers(f"{sign},.{decimals}f"))


def _network_legend(partners: pd.DataFrame, sector_names: Mapping[str, str]) -> list[Line2D]:
    def handle(label: str, marker: str, colour: str, face: str, size: float) -> Line2D:
        return Line2D(
            [],
            [],
            linestyle="none",
            marker=marker,
            color=colour,
            markerfacecolor=face,
            markersize=size,
            label=label,
        )

    there = set(partners["sector"])
    handles = [
        handle(name, SECTOR_MARKS[sector].marker, SECTOR_MARKS[sector].colour, SECTOR_MARKS[sector].colour, 8)
        for sector, name in sector_names.items()
        if sector in there
    ]
    if partners["broker"].any():
        handles.append(handle(_("ringed, bold: broker"), "o", INK, "none", 12))
    if partners["proposed"].any():
        handles.append(handle(_("hollow, italic: proposed"), "s", INK, "white", 8))
    return handles


def _layout(graph: Graph, seed: int) -> npt.NDArray[np.float64]:
    """Give each node a place in the unit square, the same for the same network."""
    n = len(graph.nodes)
    if n == 1:
        return np.array([[0.5, 0.5]])
    plain = nx.Graph()
    plain.add_nodes_from(range(n))
    plain.add_edges_from(zip(*(end.tolist() for end in graph.ties), strict=True))
    # Without a pull between them, parts that are not tied to one another would drift far apart.
    held = plain.copy()
    hubs = [max(part, key=plain.degree) for part in nx.connected_components(plain)]
    held.add_edges_from(pairwise(hubs))
    found = nx.spring_layout(held, seed=seed, iterations=200, k=1.6 / np.sqrt(n))
    place = np.array([found[node] for node in range(n)])
    # By ranks in part: a crowded middle is spread out, and the far ends drawn in.
    spread = (place - place.min(axis=0)) / (np.ptp(place, axis=0) + 1e-12)
    ranks = place.argsort(axis=0, kind="stable").argsort(axis=0, kind="stable") / (n - 1)
    return np.asarray((spread + ranks) / 2)


def _name_apart(
    labels: list[Text], wanted: npt.NDArray[np.float64], above: float, room: tuple[float, float]
) -> npt.NDArray[np.float64]:
    """Move nodes so that no marker or name covers another, put the names there, and say where nodes are.

    The room is cut into cells, each large enough for any marker with the name beneath it. Every node gets a
    cell of its own, so that the squares of the ways they move sum to the least, and stands in it as near as
    it can to where it was.

    Parameters
    ----------
    labels : list of Text, length n
        The names.
    wanted : array of float, shape (n, 2)
        Where nodes would be, in inches.
    above : float
        How much of a marker lies above its name, in inches.
    room : tuple of float
        Width and height, in inches.
    """
    dpi = labels[0].get_figure(root=True).dpi  # type: ignore[union-attr]
    boxes = np.array([[box.width, box.height] for box in (label.get_window_extent() for label in labels)])
    boxes = boxes / dpi + [0.08, above + 0.05]
    columns, rows = (max(1, int(side / box)) for side, box in zip(room, boxes.max(axis=0), strict=True))
    rows = max(rows, int(np.ceil(len(labels) / columns)))
    cell = np.array(room) / [columns, rows]
    across, up = np.meshgrid(np.arange(columns), np.arange(rows))
    cells = (np.column_stack([across.ravel(), up.ravel()]) + 0.5) * cell
    _nodes, chosen = linear_sum_assignment(((wanted[:, None] - cells[None]) ** 2).sum(axis=2))
    spare = np.maximum(cell - boxes, 0) / 2
    middle = cells[chosen] + np.clip(wanted - cells[chosen], -spare, spare)
    marker = middle[:, 1] + boxes[:, 1] / 2 - above / 2
    for label, x, y in zip(labels, middle[:, 0], marker, strict=True):
        label.set_position((x, y - above / 2))
    return np.column_stack([middle[:, 0], marker])


def _lines(text: str, width: float, size: float, most: int = 6) -> list[str]:
    """Break a text into lines no wider than so many inches, at most so many."""

    def fits(words: str) -> bool:
        return text_to_path.get_text_width_height_descent(words, font, False)[0] <= 72 * width

    font = FontProperties(family=plt.rcParams["font.family"], size=size)
    lines: list[str] = []
    words = text.split()
    while words:
        line = words.pop(0)
        if not fits(line):
            # One letter stands on any line.
            cut = next((end for end in range(len(line) - 1, 1, -1) if fits(f"{line[:end]}-")), 1)
            words.insert(0, line[cut:])
            line = f"{line[:cut]}-"
        else:
            while words and fits(f"{line} {words[0]}"):
                line = f"{line} {words.pop(0)}"
        lines.append(line)
        if len(lines) == most and words:
            lines[-1] = lines[-1][:-1] + "…"
            break
    return lines


def _routed(layers: list[list[str]], links: pd.DataFrame) -> tuple[list[list[str]], list[list[str]]]:
    """Give the boxes of each column in an order of few crossings, and for each arrow what it passes.

    An arrow that skips columns gets a place of its own in each, whose name no box can have. The order is that
    of the mean place of neighbours: Sugiyama, Tagawa and Toda (1981), IEEE Transactions on Systems, Man, and
    Cybernetics 11(2), 109-125.
    """
    layers = [list(ids) for ids in layers]
    column = {name: number for number, ids in enumerate(layers) for name in ids}
    routes = []
    for row, (start, end) in enumerate(zip(links["from"], links["to"], strict=True)):
        between = [(f"{row} {number}", number) for number in range(column[start] + 1, column[end])]
        for name, number in between:
            layers[number].append(name)
        routes.append([start, *(name for name, _number in between), end])
    steps = [step for route in routes for step in pairwise(route)]
    best = [list(ids) for ids in layers]
    order = range(len(layers))
    # One way every column follows the one before it, the other way the one after it.
    for beside, number in [*pairwise(order), *pairwise(order[::-1])] * 3:
        place = {name: rank for rank, name in enumerate(layers[beside])}
        near: dict[str, list[int]] = {name: [] for name in layers[number]}
        for one, other in (*steps, *(step[::-1] for step in steps)):
            if one in near and other in place:
                near[one].append(place[other])
        own = {name: rank * len(place) / len(near) for rank, name in enumerate(layers[number])}
        mean = {name: sum(found) / len(found) if found else own[name] for name, found in near.items()}
        layers[number].sort(key=mean.__getitem__)
        if _crossings(layers, steps) < _crossings(best, steps):
            best = [list(ids) for ids in layers]
    return best, routes


def _crossings(layers: list[list[str]], steps: list[tuple[str, str]]) -> int:
    """Count how many pairs of arrows between the same two columns cross."""
    place = {name: (number, rank) for number, ids in enumerate(layers) for rank, name in enumerate(ids)}
    found = 0
    for (one, two), (three, four) in combinations(steps, 2):
        (left, y1), (right, y2) = place[one], place[two]
        (other_left, y3), (other_right, y4) = place[three], place[four]
        found += left == other_left and right == other_right and (y1 - y3) * (y2 - y4) < 0
    return found


def _arrow(places: list[tuple[float, float]], half: float, assumed: bool) -> FancyArrowPatch:
    """Draw an arrow from the right of the first box to the left of the last, straight past those between."""
    (x, y), *between, (end, height) = places
    # Back, or within a column: around, so that it cannot be taken for an arrow forwards.
    curve = 0.0 if end > x else 0.5
    first, last = (x + half, y), (end - half, height)
    passed = [(x + side * half, y) for x, y in between for side in (-1, 1)]
    look: dict[str, Any] = {
        "arrowstyle": "-|>",
        "mutation_scale": 9,
        "color": QUIET if assumed else INK,
        "linestyle": _DASHES if assumed else "solid",
        "linewidth": 1.0 if assumed else 1.6,
        "zorder": 2,
    }
    if passed:
        return FancyArrowPatch(path=Path([first, *passed, last]), **look)
    return FancyArrowPatch(first, last, connectionstyle=f"arc3,rad={curve}", shrinkA=0, shrinkB=0, **look)

"""The figures of a cluster plan: what is drawn is what was computed, and can be read."""

from __future__ import annotations

from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch

from klasteryste.figures.plan import (
    LAYERS,
    MOST_NAMES,
    SECTOR_MARKS,
    change_fan,
    detectable_curve,
    logic_model,
    partner_network,
    removal_curve,
)
from klasteryste.figures.style import COUNTRY_MARKS
from klasteryste.language import use_language
from klasteryste.methods.changes import change_windows, check_change
from klasteryste.methods.networks.graphs import Graph, graph_of_ties
from klasteryste.methods.networks.robustness import removal_curves

SECTORS = {code: code for code in SECTOR_MARKS}
KINDS = {kind: kind.capitalize() for kind in LAYERS}


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def words(fig: Figure) -> list[str]:
    fig.canvas.draw()
    texts = [text for ax in fig.axes for text in ax.texts]
    texts += [text for legend in fig.legends for text in legend.get_texts()]
    for ax in fig.axes:
        texts += [ax.xaxis.label, ax.yaxis.label, *ax.get_yticklabels(), *ax.get_xticklabels()]
        if ax.get_legend():
            texts += ax.get_legend().get_texts()
    return [text.get_text() for text in texts if text.get_text()]


# --- change_fan -----------------------------------------------------------------------------------------


def panel() -> pd.DataFrame:
    rng = np.random.default_rng(7)
    rows = [(f"u{unit}", year) for unit in range(30) for year in range(2000, 2012)]
    frame = pd.DataFrame(rows, columns=["unit", "year"])
    start = np.repeat(np.linspace(0.1, 0.6, 30), 12)
    return frame.assign(value=start + rng.normal(0, 0.02, len(frame)))


def fan(change: float, unit: str = "share") -> tuple[Figure, pd.DataFrame, float]:
    windows = change_windows(panel(), "value", unit="unit", horizon=4)
    check = check_change(windows, 0.15, change)
    similar = windows[windows["tercile"] == check.tercile]
    drawn = change_fan(windows, check, baseline=0.15, change=change, quantile=0.9, unit=unit)
    return drawn, similar, check.limit


def test_the_fan_has_a_line_for_every_change_of_similar_units_and_no_other():
    fig, similar, limit = fan(0.03)
    ax, side = fig.axes
    (lines,) = [one for one in ax.collections if isinstance(one, LineCollection)]
    ends = [segment[1] for segment in lines.get_segments()]
    assert len(ends) == len(similar) < 240
    np.testing.assert_allclose([x for x, _ in ends], 4)
    np.testing.assert_allclose(sorted(y for _, y in ends), sorted(100 * similar["change"]))
    heights = sorted(line.get_ydata()[-1] for line in ax.lines)
    np.testing.assert_allclose(heights, sorted([3, 100 * limit]))
    assert sum(patch.get_width() for patch in side.patches) == len(similar)


def test_the_fan_says_what_it_shows_in_either_language():
    assert {"90% went no further", "the target", "changes so far"} <= set(words(fan(0.03)[0]))
    assert "Change from 15.0%, percentage points" in words(fan(0.03)[0])
    assert "Change from 0.15, births" in words(fan(0.03, "births")[0])
    use_language("lt")
    found = words(fan(0.03)[0])
    assert {"90\N{NO-BREAK SPACE}% pokyčių buvo ne didesni", "siektina reikšmė"} <= set(found)


@pytest.mark.parametrize("change", [0.03, 0.04, -0.03])
def test_the_target_and_the_limit_bear_their_numbers_apart(change: float):
    fig, _, limit = fan(change)
    fig.canvas.draw()
    target, other = sorted(fig.axes[1].texts, key=lambda text: abs(text.xy[1] - 100 * change))
    assert float(target.get_text()) == pytest.approx(100 * change, rel=0.06)
    assert float(other.get_text()) == pytest.approx(100 * limit, rel=0.06)
    assert not target.get_window_extent().overlaps(other.get_window_extent())


def test_a_unit_is_drawn_as_it_stands():
    fig, similar, _ = fan(0.03, "births")
    (lines,) = [one for one in fig.axes[0].collections if isinstance(one, LineCollection)]
    np.testing.assert_allclose(
        sorted(segment[1][1] for segment in lines.get_segments()), sorted(similar["change"])
    )


@pytest.mark.parametrize("change", [0.004, 0.03, 0.2, -0.07])
def test_ticks_are_written_as_where_they_are(change: float):
    fig, *_ = fan(change)
    fig.canvas.draw()
    ax = fig.axes[0]
    for place, label in zip(ax.get_yticks(), ax.get_yticklabels(), strict=True):
        assert float(label.get_text()) == pytest.approx(place, abs=1e-9)


# --- detectable_curve -----------------------------------------------------------------------------------


def test_the_survey_stands_on_its_curve_beside_the_target():
    people = np.arange(100, 2001, 10)
    curve = pd.Series(1.4 / np.sqrt(people), index=people)
    ax = detectable_curve(curve, n=805, change=-0.06, unit="share").axes[0]
    (point,) = [line for line in ax.lines if line.get_marker() == "v"]
    assert point.get_xdata()[0] == 805
    assert point.get_ydata()[0] == pytest.approx(100 * 1.4 / np.sqrt(805), rel=1e-3)
    (target,) = [line for line in ax.lines if line.get_linestyle() == "--"]
    assert target.get_ydata()[0] == pytest.approx(6)
    low, high = ax.get_ylim()
    assert low == 0
    assert high > max(6, point.get_ydata()[0])


# --- partner_network ------------------------------------------------------------------------------------


def network(n: int, ties: list[tuple[int, int]], label: str = "Invented community organisation {}"):
    ids = [f"p{row}" for row in range(n)]
    graph = graph_of_ties([ids[i] for i, _ in ties], [ids[j] for _, j in ties], nodes=ids)
    codes = list(SECTOR_MARKS)
    partners = pd.DataFrame(
        {
            "label": [label.format(row) for row in range(n)],
            "sector": [codes[row % 5] for row in range(n)],
            "broker": [row % 3 == 0 for row in range(n)],
            "proposed": [row % 4 == 3 for row in range(n)],
        },
        index=pd.Index(ids),
    )
    return graph, partners


def markers(ax: Axes) -> list[PathCollection]:
    return [one for one in ax.collections if isinstance(one, PathCollection) and one.get_zorder() == 3]


def places(ax: Axes) -> np.ndarray:
    return np.concatenate([np.asarray(one.get_offsets()) for one in markers(ax)])


def covered(fig: Figure) -> int:
    """Count pairs of names that cover one another, and markers that a name covers."""
    ax = fig.axes[0]
    boxes = [text.get_window_extent() for text in ax.texts]
    points = ax.transData.transform(places(ax))
    names = sum(one.overlaps(other) for one, other in combinations(boxes, 2))
    return int(names + sum(box.contains(*point) for box in boxes for point in points))


SHAPES = {
    "chain": lambda n: [(row - 1, row) for row in range(1, n)],
    "star": lambda n: [(0, row) for row in range(1, n)],
    "tree": lambda n: [(row // 2, row) for row in range(1, n)],
    "all tied": lambda n: list(combinations(range(n), 2)),
    "isolates": lambda n: [(0, 1)],
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("n", [2, 5, 13, 25, 26, 41, MOST_NAMES])
def test_every_name_is_there_and_covers_nothing(shape: str, n: int):
    fig = partner_network(*network(n, SHAPES[shape](n)), sector_names=SECTORS)
    ax = fig.axes[0]
    assert len(ax.texts) == n == len(places(ax))
    assert covered(fig) == 0
    (low, high), (bottom, top) = ax.get_xlim(), ax.get_ylim()
    frame = ax.transData.transform([(low, bottom), (high, top)])
    for box in (text.get_window_extent() for text in ax.texts):
        assert frame[0, 0] - 1 <= box.x0 <= box.x1 <= frame[1, 0] + 1
        assert frame[0, 1] - 1 <= box.y0 <= box.y1 <= frame[1, 1] + 1


def test_hundreds_are_drawn_without_names():
    n = 300
    fig = partner_network(*network(n, SHAPES["tree"](n)), sector_names=SECTORS)
    assert not fig.axes[0].texts
    assert len(places(fig.axes[0])) == n


def test_sectors_differ_in_shape_and_hue_and_are_no_countries():
    assert len({mark.colour for mark in SECTOR_MARKS.values()}) == 5
    assert len({mark.marker for mark in SECTOR_MARKS.values()}) == 5
    assert not {mark[:2] for mark in SECTOR_MARKS.values()} & {mark[:2] for mark in COUNTRY_MARKS.values()}
    for mark in SECTOR_MARKS.values():
        assert contrast(mark.colour) >= 4.5


def contrast(colour: str) -> float:
    """Give the contrast with white, as WCAG 2.2 defines it."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour))
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def test_brokers_are_ringed_and_proposed_partners_hollow():
    graph, partners = network(12, SHAPES["tree"](12))
    ax = partner_network(graph, partners, sector_names=SECTORS).axes[0]
    (rings,) = [one for one in ax.collections if isinstance(one, PathCollection) and one.get_zorder() == 2]
    assert len(rings.get_offsets()) == partners["broker"].sum() == 4
    hollow = [
        one for one in markers(ax) if (one.get_facecolor()[:, :3] == 1).all() and len(one.get_offsets())
    ]
    assert sum(len(one.get_offsets()) for one in hollow) == partners["proposed"].sum() == 3
    bold = [text.get_text() for text in ax.texts if text.get_fontweight() == "bold"]
    assert len(bold) == 4
    assert sum(text.get_fontstyle() == "italic" for text in ax.texts) == 3
    found = {text.get_text() for text in ax.get_legend().get_texts()}
    assert found == {*SECTORS, "ringed, bold: broker", "hollow, italic: proposed"}


def test_ties_lead_from_marker_to_marker():
    graph, partners = network(9, SHAPES["tree"](9))
    ax = partner_network(graph, partners, sector_names=SECTORS).axes[0]
    (ties,) = [one for one in ax.collections if isinstance(one, LineCollection)]
    there = {tuple(np.round(place, 9)) for place in places(ax)}
    ends = [tuple(np.round(end, 9)) for segment in ties.get_segments() for end in segment]
    assert len(ends) == 2 * len(graph.ties[0]) == 16
    assert set(ends) == there


def test_the_same_network_is_drawn_alike():
    one, other = (
        places(partner_network(*network(17, SHAPES["tree"](17)), sector_names=SECTORS).axes[0]) for _ in "ab"
    )
    np.testing.assert_array_equal(one, other)


def test_a_name_is_no_formula():
    graph, partners = network(3, [(0, 1)], label=r"$\frac{{1$ & <b>{}</b>")
    partner_network(graph, partners, sector_names=SECTORS).canvas.draw()


@settings(max_examples=25, deadline=None)
@given(st.integers(1, 30), st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=60))
def test_any_network_can_be_drawn(n: int, pairs: list[tuple[int, int]]):
    ties = sorted({(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1] and max(pair) < n})
    fig = partner_network(*network(n, ties, "Partner {}"), sector_names=SECTORS)
    assert covered(fig) == 0
    plt.close(fig)


# --- removal_curve --------------------------------------------------------------------------------------


def test_the_curve_is_the_computed_one():
    graph: Graph = network(20, SHAPES["tree"](20))[0]
    curves = removal_curves(graph, seed=3)
    ax = removal_curve(curves).axes[0]
    drawn = {line.get_label(): line.get_ydata() for line in ax.lines}
    np.testing.assert_array_equal(drawn["those of most ties first"], curves["degree"])
    np.testing.assert_array_equal(drawn["those most in between first"], curves["betweenness"])
    np.testing.assert_array_equal(drawn["at random (band: 95% of orders)"], curves["random"])


# --- logic_model ----------------------------------------------------------------------------------------


def logic(nodes: dict[str, str], links: list[tuple[str, str, bool]]) -> tuple[pd.DataFrame, pd.DataFrame]:
    frame = pd.DataFrame(
        {"kind": list(nodes.values()), "label": [f"Box {name}" for name in nodes]}, index=pd.Index(nodes)
    )
    return frame, pd.DataFrame(links, columns=["from", "to", "assumed"])


NODES = {"a": "input", "b": "activity", "c": "activity", "d": "output", "e": "outcome", "f": "impact"}
LINKS = [("a", "b", True), ("a", "c", True), ("b", "d", False), ("c", "e", True), ("d", "e", False)]


def boxes(ax: Axes) -> list[FancyBboxPatch]:
    return [patch for patch in ax.patches if isinstance(patch, FancyBboxPatch)]


def arrows(ax: Axes) -> list[FancyArrowPatch]:
    return [patch for patch in ax.patches if isinstance(patch, FancyArrowPatch)]


def test_boxes_stand_in_the_order_of_layers():
    ax = logic_model(*logic(NODES, LINKS), kind_names=KINDS).axes[0]
    left = {kind: box.get_x() for kind, box in zip(NODES.values(), boxes(ax), strict=True)}
    assert sorted(left.values()) == [left[kind] for kind in LAYERS]
    assert len(arrows(ax)) == len(LINKS)
    assert sum(arrow.get_linestyle() != "solid" and arrow.get_linewidth() == 1 for arrow in arrows(ax)) == 3
    assert {"Input", "Activity", "Output", "Outcome", "Impact", "assumed"} <= set(words(ax.figure))


def test_an_arrow_that_skips_a_column_passes_no_box():
    fig = logic_model(*logic(NODES, LINKS), kind_names=KINDS)
    ax = fig.axes[0]
    skipping = arrows(ax)[3].get_path().vertices  # c to e, past d
    box = boxes(ax)[list(NODES).index("d")]
    for x, y in skipping:
        inside = box.get_x() <= x <= box.get_x() + box.get_width()
        assert not (inside and box.get_y() <= y <= box.get_y() + box.get_height())
    assert len(skipping) > 2


def test_boxes_do_not_cover_one_another_and_hold_their_words():
    nodes = {f"n{row}": LAYERS[row % 5] for row in range(34)}
    frame, links = logic(nodes, [])
    frame["label"] = "Bendradarbiaujančių organizacijų tarpinstitucinis nebeprisikiškiakopūsteliavimas kasmet"
    fig = logic_model(frame, links, kind_names=KINDS)
    fig.canvas.draw()
    ax = fig.axes[0]
    drawn = [box.get_window_extent() for box in boxes(ax)]
    assert not any(one.overlaps(other) for one, other in combinations(drawn, 2))
    texts = [text for text in ax.texts if "dradarb" in text.get_text()]
    assert len(texts) == len(drawn) == 34
    for text, box in zip(texts, drawn, strict=True):
        inner = text.get_window_extent()
        assert box.x0 <= inner.x0 <= inner.x1 <= box.x1
        assert box.y0 <= inner.y0 <= inner.y1 <= box.y1


def test_columns_are_ordered_so_that_arrows_need_not_cross():
    nodes = {"a": "input", "b": "input", "c": "activity", "d": "activity"}
    ax = logic_model(*logic(nodes, [("a", "d", True), ("b", "c", True)]), kind_names=KINDS).axes[0]
    height = {name: box.get_y() for name, box in zip(nodes, boxes(ax), strict=True)}
    assert (height["a"] - height["b"]) * (height["d"] - height["c"]) > 0


def test_a_model_in_a_circle_is_drawn_all_the_same():
    nodes = {"a": "activity", "b": "activity", "c": "outcome"}
    links = [("a", "c", True), ("c", "a", True), ("a", "b", True), ("a", "a", True)]
    fig = logic_model(*logic(nodes, links), kind_names=KINDS)
    fig.canvas.draw()
    assert len(arrows(fig.axes[0])) == 4


def test_a_model_without_arrows_is_drawn():
    fig = logic_model(*logic({"a": "activity"}, []), kind_names=KINDS)
    assert len(boxes(fig.axes[0])) == 1

"""What breaks: against networkx with the nodes taken out one by one."""

from __future__ import annotations

from random import Random

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.networks.famous import as_graph, random_graphs, star

from klasteryste.errors import CourseError
from klasteryste.methods.networks.graphs import Graph, graph_of_ties
from klasteryste.methods.networks.robustness import (
    articulation_points,
    largest_component_after,
    removal_curves,
    removal_shares,
)


def largest(graph: nx.Graph) -> int:
    return max(map(len, nx.connected_components(graph)), default=0)


@given(random_graphs(most=12))
@settings(max_examples=60, deadline=None)
def test_articulation_points_are_those_of_networkx(graph: Graph) -> None:
    found = articulation_points(graph)
    assert set(found[found].index) == set(nx.articulation_points(graph.to_networkx()))


@given(random_graphs(least=2, most=12))
@settings(max_examples=60, deadline=None)
def test_removal_shares_are_those_of_one_removal_at_a_time(graph: Graph) -> None:
    referee = graph.to_networkx()
    n = len(referee)
    expected = {v: largest(referee.subgraph(set(referee) - {v})) / (n - 1) for v in referee}
    assert removal_shares(graph).to_dict() == pytest.approx(expected)


def test_star_hangs_on_its_hub_and_the_kite_on_heather() -> None:
    assert removal_shares(star(5)).to_dict() == {"hub": 1 / 5, **{f"leaf{i}": 1 for i in range(5)}}
    kite = as_graph(nx.krackhardt_kite_graph())
    assert articulation_points(kite)[[7, 8]].all()
    # Without Heather, Ike and Jane are cut off from seven others.
    assert removal_shares(kite)[7] == pytest.approx(7 / 9)
    assert (removal_shares(kite).drop(7) >= 8 / 9).all()


@given(random_graphs(least=3, most=10, weighted=True))
@settings(max_examples=60, deadline=None)
def test_attacks_are_those_of_one_removal_after_another(graph: Graph) -> None:
    found = removal_curves(graph, seed=1, draws=5)
    referee = graph.to_networkx()
    n = len(referee)
    between = nx.betweenness_centrality(referee)
    for column, centrality in (("degree", dict(referee.degree)), ("betweenness", between)):
        order = sorted(referee, key=lambda v: -round(centrality[v], 9))
        shares = [largest(referee.subgraph(order[k:])) / n for k in range(n + 1)]
        assert found[column].tolist() == pytest.approx(shares)
    assert (found.diff().iloc[1:] <= 1e-12).all(axis=None)
    assert (found["random_low"] <= found["random"] + 1e-12).all()
    assert (found["random"] <= found["random_high"] + 1e-12).all()


@given(random_graphs(least=2, most=10), st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_an_order_of_ones_own_is_one_removal_after_another(graph: Graph, random: Random) -> None:
    referee = graph.to_networkx()
    leaving = random.sample(list(referee), k=random.randint(0, len(referee)))
    sizes = [largest(referee.subgraph(set(referee) - set(leaving[:k]))) for k in range(len(leaving) + 1)]
    assert largest_component_after(graph, leaving).tolist() == sizes


def test_who_is_not_there_or_has_left_cannot_leave() -> None:
    with pytest.raises(CourseError, match="'stranger' is not among the nodes"):
        largest_component_after(star(3), ["hub", "stranger"])
    with pytest.raises(CourseError, match="'hub' cannot leave twice"):
        largest_component_after(star(3), ["hub", "leaf1", "hub"])


def test_everyone_tied_to_everyone_shrinks_by_one() -> None:
    found = removal_curves(as_graph(nx.complete_graph(5)), seed=1, draws=3)
    for column in found:
        assert found[column].tolist() == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0])
    assert found.index.name == "removed"


def test_mean_of_random_removals_by_hand() -> None:
    # A star of four leaves: the hub is the one removed in one of five cases and leaves 1 of 5, else 4 of 5.
    found = removal_curves(star(4), seed=1, draws=4000)
    assert found.loc[1, "random"] == pytest.approx(0.2 * 0.2 + 0.8 * 0.8, abs=0.02)
    assert (found.loc[1, "random_low"], found.loc[1, "random_high"]) == (0.2, 0.8)
    assert found.loc[1, "degree"] == 0.2


def test_equals_leave_in_the_order_of_nodes_whatever_the_rounding() -> None:
    for n in (9, 10, 14):
        # On a circle all are equal, so both attacks are one.
        found = removal_curves(as_graph(nx.circulant_graph(n, [1, 2])), seed=1, draws=1)
        assert found["betweenness"].tolist() == found["degree"].tolist()


def test_hubs_hurt_more_than_chance() -> None:
    graph = as_graph(nx.barabasi_albert_graph(200, 2, seed=1))
    found = removal_curves(graph, seed=1, draws=50)
    assert (found.loc[10:60, "degree"] < found.loc[10:60, "random_low"]).all()


def test_same_seed_same_answer() -> None:
    graph = as_graph(nx.gnp_random_graph(12, 0.2, seed=1))
    one, other, third = (removal_curves(graph, seed=seed, draws=5) for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, other)
    assert not np.array_equal(one["random"], third["random"])


def test_isolates_do_not_break() -> None:
    empty = graph_of_ties([], [], nodes=list("abcd"))
    assert not articulation_points(empty).any()
    assert removal_shares(empty).tolist() == pytest.approx([1 / 3] * 4)
    assert removal_curves(empty, seed=1, draws=2)["degree"].tolist() == [0.25] * 4 + [0]


def test_too_few_nodes_or_draws_are_refused() -> None:
    with pytest.raises(CourseError, match="nobody would be left"):
        removal_shares(graph_of_ties([], [], nodes=["a"]))
    with pytest.raises(CourseError, match="takes three"):
        removal_curves(graph_of_ties(["a"], ["b"]), seed=1)
    with pytest.raises(CourseError, match="draws = 0: give a whole number"):
        removal_curves(star(3), seed=1, draws=0)

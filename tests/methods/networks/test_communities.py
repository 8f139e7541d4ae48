"""Modularity and Leiden: the best known division of the karate club, networkx, and chance."""

from __future__ import annotations

import random

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.methods.networks.famous import as_graph, labels, random_graphs

from klasteryste.errors import CourseError
from klasteryste.methods.networks.communities import leiden, modularity
from klasteryste.methods.networks.graphs import graph_of_ties
from klasteryste.methods.networks.nulls import monte_carlo_test, rewired

CLUB = nx.karate_club_graph()


def test_karate_club_reaches_the_best_modularity_known() -> None:
    # 0.4198 in four communities is proved best by Brandes et al. (2008), IEEE TKDE 20(2), 172-188.
    found = leiden(as_graph(CLUB), seed=1)
    assert found.modularity == pytest.approx(0.4198, abs=5e-5)
    assert found.membership.value_counts().sort_index().tolist() == [12, 11, 6, 5]


def test_split_of_the_club_by_hand() -> None:
    # The two factions that parted, counted tie by tie.
    sides = nx.get_node_attributes(CLUB, "club")
    within = sum(sides[u] == sides[v] for u, v in CLUB.edges)
    ends = sum(d for v, d in CLUB.degree if sides[v] == "Mr. Hi")
    expected = within / 78 - (ends / 156) ** 2 - (1 - ends / 156) ** 2
    assert modularity(as_graph(CLUB), sides) == pytest.approx(expected)


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_modularity_is_that_of_networkx_with_weights(data: st.DataObject) -> None:
    graph = data.draw(random_graphs(least=2, weighted=True))
    assume(graph.adjacency.nnz > 0)
    groups = data.draw(labels(graph))
    parts = [set(part.index) for _, part in groups.groupby(groups)]
    expected = nx.community.modularity(graph.to_networkx(), parts, weight="weight")
    assert modularity(graph, groups) == pytest.approx(expected)


def test_cliques_are_found_and_isolates_stand_alone() -> None:
    cliques = nx.disjoint_union(nx.complete_graph(5), nx.complete_graph(4))
    cliques.add_node("alone")
    assert leiden(as_graph(cliques), seed=1).membership.tolist() == [0] * 5 + [1] * 4 + [2]


def test_weights_count() -> None:
    path = graph_of_ties(["a", "b", "c"], ["b", "c", "d"], [9, 1, 9])
    assert leiden(path, seed=1).membership.tolist() == [0, 0, 1, 1]
    path = graph_of_ties(["a", "b", "c"], ["b", "c", "d"], [1, 9, 1])
    assert leiden(path, seed=1).membership["b"] == leiden(path, seed=1).membership["c"]


def test_random_graph_has_communities_that_are_no_more_than_chance() -> None:
    graph = as_graph(nx.gnp_random_graph(40, 0.1, seed=2))
    found = leiden(graph, seed=1).modularity
    assert found > 0.3
    chance = (leiden(drawn, seed=1, restarts=3).modularity for drawn in rewired(graph, 39, seed=1))
    assert monte_carlo_test(found, chance, "greater").p > 0.05


def test_planted_communities_are_more_than_chance() -> None:
    graph = as_graph(nx.planted_partition_graph(4, 10, 0.7, 0.05, seed=1))
    found = leiden(graph, seed=1)
    assert (found.membership.groupby(np.arange(40) // 10).nunique() == 1).all()
    chance = (leiden(drawn, seed=1, restarts=3).modularity for drawn in rewired(graph, 39, seed=1))
    assert monte_carlo_test(found.modularity, chance, "greater").p == 1 / 40


def test_same_seed_same_answer_and_pythons_random_numbers_are_left_alone() -> None:
    graph = as_graph(nx.gnp_random_graph(60, 0.1, seed=2))
    before = random.getstate()
    one, other = (leiden(graph, seed=5, restarts=1) for _ in range(2))
    assert random.getstate() == before
    pd.testing.assert_series_equal(one.membership, other.membership)
    many = {leiden(graph, seed=seed, restarts=1).modularity for seed in range(8)}
    assert len(many) > 1


def test_best_restart_is_kept() -> None:
    graph = as_graph(nx.gnp_random_graph(60, 0.1, seed=2))
    first = [leiden(graph, seed=seed, restarts=1).modularity for seed in range(8)]
    best = [leiden(graph, seed=seed, restarts=30).modularity for seed in range(8)]
    # A seed begins alike with one start and with many.
    assert (np.array(best) >= first).all()
    assert min(best) >= np.max(first) - 1e-12 and min(first) < min(best)


def test_no_node_would_be_better_in_another_community() -> None:
    graph = as_graph(nx.gnp_random_graph(100, 0.06, seed=1))
    found = leiden(graph, seed=1, restarts=1)
    for node in graph.nodes:
        for community in set(found.membership):
            moved = found.membership.where(found.membership.index != node, community)
            assert modularity(graph, moved) <= found.modularity + 1e-12


def test_groups_of_any_kind_are_groups() -> None:
    club = as_graph(CLUB)
    # A set and a number have no order.
    mixed = {node: frozenset("hi") if node < 10 else node % 3 for node in CLUB}
    assert modularity(club, mixed) == pytest.approx(
        modularity(club, {node: str(group) for node, group in mixed.items()})
    )


def test_nothing_to_divide_is_refused() -> None:
    empty = graph_of_ties([], [], nodes=["a", "b"])
    with pytest.raises(CourseError, match="without ties"):
        leiden(empty, seed=1)
    with pytest.raises(CourseError, match="without ties"):
        modularity(empty, {"a": 1, "b": 2})
    with pytest.raises(CourseError, match="restarts = 0: give a whole number"):
        leiden(as_graph(CLUB), seed=1, restarts=0)
    with pytest.raises(CourseError, match="no group is given for '33'"):
        modularity(as_graph(CLUB), dict.fromkeys(range(33), 1))

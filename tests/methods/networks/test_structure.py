"""Density, centralisation and components: known networks, and networkx."""

from __future__ import annotations

import networkx as nx
import pytest
from hypothesis import given, settings
from tests.methods.networks.famous import as_graph, random_graphs, star

from klasteryste.errors import CourseError
from klasteryste.methods.networks.graphs import Graph, graph_of_ties
from klasteryste.methods.networks.structure import components, degree_centralisation, density


def test_star_is_wholly_centralised_and_a_circle_is_not() -> None:
    assert degree_centralisation(star(5)) == 1
    assert degree_centralisation(as_graph(nx.cycle_graph(6))) == 0


def test_karate_club_by_hand() -> None:
    club = as_graph(nx.karate_club_graph())
    # 78 ties of 34 * 33 / 2 = 561; the largest degree is 17: 34 * 17 - 2 * 78 = 422 of 33 * 32.
    assert density(club) == pytest.approx(78 / 561)
    assert degree_centralisation(club) == pytest.approx(422 / 1056)


def test_no_ties_and_all_ties() -> None:
    assert density(graph_of_ties([], [], nodes=[1, 2, 3])) == 0
    assert degree_centralisation(graph_of_ties([], [], nodes=[1, 2, 3])) == 0
    assert density(as_graph(nx.complete_graph(4))) == 1


@given(random_graphs(least=2, weighted=True))
@settings(max_examples=60, deadline=None)
def test_density_centralisation_and_components_are_those_of_networkx(graph: Graph) -> None:
    referee = graph.to_networkx()
    n, degrees = len(referee), [d for _, d in referee.degree]
    assert density(graph) == pytest.approx(nx.density(referee))
    if n > 2:
        spread = n * max(degrees) - sum(degrees)
        assert degree_centralisation(graph) == pytest.approx(spread / ((n - 1) * (n - 2)))
    found = components(graph)
    parts = sorted(nx.connected_components(referee), key=lambda part: -len(part))
    assert sorted(map(len, parts), reverse=True) == found.value_counts().sort_index().tolist()
    assert {frozenset(part) for part in parts} == {frozenset(p.index) for _, p in found.groupby(found)}


def test_equal_components_are_numbered_in_the_order_of_nodes() -> None:
    graph = graph_of_ties([3, 1, 5, 6], [4, 2, 6, 7])
    assert components(graph).to_dict() == {5: 0, 6: 0, 7: 0, 1: 1, 2: 1, 3: 2, 4: 2}


def test_too_few_nodes_are_refused() -> None:
    with pytest.raises(CourseError, match="a tie needs two"):
        density(graph_of_ties([], [], nodes=["a"]))
    with pytest.raises(CourseError, match="a star needs three"):
        degree_centralisation(graph_of_ties(["a"], ["b"]))

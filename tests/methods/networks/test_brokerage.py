"""Brokers: published values, hand calculations, networkx as referee, and brute force."""

from __future__ import annotations

from itertools import combinations, permutations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.methods.networks.famous import as_graph, labels, random_graphs, star

from klasteryste.data import load
from klasteryste.errors import CourseError
from klasteryste.methods.networks import brokerage
from klasteryste.methods.networks.brokerage import (
    betweenness,
    brokerage_roles,
    constraint,
    effective_size,
    expected_brokerage_roles,
)
from klasteryste.methods.networks.graphs import Graph, graph_of_ties, projection, two_mode

ROLES = ["coordinator", "consultant", "gatekeeper", "liaison"]


@pytest.fixture(scope="module")
def partnerships() -> Graph:
    table = load("bsr_participations")
    return projection(two_mode(table["organisation"], table["project"]))


def test_the_medici_stand_between_the_families_of_florence() -> None:
    found = betweenness(as_graph(nx.florentine_families_graph()))
    assert found.idxmax() == "Medici"
    assert found["Medici"] == pytest.approx(0.522, abs=5e-4)


def test_heather_stands_between_in_krackhardts_kite() -> None:
    found = betweenness(as_graph(nx.krackhardt_kite_graph()))
    # Heather (7) is on 14 of 36 shortest paths, though Diane (3) has most ties.
    assert found.idxmax() == 7
    assert found[7] == pytest.approx(14 / 36)


@given(random_graphs(least=3, most=12, weighted=True))
@settings(max_examples=60, deadline=None)
def test_betweenness_is_that_of_networkx(graph: Graph) -> None:
    assert betweenness(graph).to_dict() == pytest.approx(nx.betweenness_centrality(graph.to_networkx()))


def test_constraint_by_hand() -> None:
    found = constraint(star(4))
    # The hub gives a quarter to each of four strangers; a leaf gives all to the hub.
    assert found["hub"] == pytest.approx(4 * (1 / 4) ** 2)
    assert found["leaf0"] == 1
    # In a triangle: twice (1/2 + 1/2 * 1/2)**2.
    assert constraint(as_graph(nx.complete_graph(3))).tolist() == pytest.approx([1.125] * 3)
    # With weights 3 and 1 on a path: (3/4)**2 + (1/4)**2 in the middle.
    assert constraint(graph_of_ties(["a", "b"], ["b", "c"], [3, 1]))["b"] == pytest.approx(10 / 16)


def test_effective_size_by_hand() -> None:
    assert effective_size(star(4))["hub"] == 4
    assert effective_size(as_graph(nx.complete_graph(5))).tolist() == pytest.approx([1] * 5)
    # Borgatti (1997): n - 2 t / n, where a has n = 3 contacts with t = 1 tie among them.
    assert effective_size(graph_of_ties(list("aaab"), list("bcdc")))["a"] == pytest.approx(3 - 2 / 3)


@given(random_graphs(weighted=True))
@settings(max_examples=60, deadline=None)
def test_constraint_and_effective_size_are_those_of_networkx(graph: Graph) -> None:
    referee = graph.to_networkx()
    # With nodes named: given none, networkx 3.6 divides weighted effective sizes by the wrong maximum.
    for ours, theirs in ((constraint, nx.constraint), (effective_size, nx.effective_size)):
        expected = theirs(referee, nodes=list(referee), weight="weight")
        assert ours(graph).to_dict() == pytest.approx(expected, nan_ok=True)


def test_isolate_has_neither(partnerships: Graph) -> None:
    graph = graph_of_ties(["a"], ["b"], nodes=["a", "b", "alone"])
    assert np.isnan(constraint(graph)["alone"])
    assert np.isnan(effective_size(graph)["alone"])
    assert betweenness(graph)["alone"] == 0


def test_real_partnerships_are_constrained_as_networkx_says(partnerships: Graph) -> None:
    expected = pd.Series(nx.constraint(partnerships.to_networkx(), weight="weight"))
    pd.testing.assert_series_equal(constraint(partnerships), expected, check_names=False)


def test_blocks_of_any_size_give_the_same(partnerships: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = constraint(partnerships), effective_size(partnerships)
    monkeypatch.setattr(brokerage, "_PATHS_AT_ONCE", 3000)
    np.testing.assert_array_equal(whole, (constraint(partnerships), effective_size(partnerships)))


@given(random_graphs(weighted=True), st.floats(0.1, 50))
@settings(max_examples=60, deadline=None)
def test_unit_of_the_weights_does_not_matter(graph: Graph, scale: float) -> None:
    scaled = Graph(graph.nodes, graph.adjacency * scale)
    np.testing.assert_allclose(constraint(scaled), constraint(graph))
    np.testing.assert_allclose(effective_size(scaled), effective_size(graph))


def roles_by_force(graph: Graph, groups: pd.Series) -> pd.DataFrame:
    counts = pd.DataFrame(0, index=graph.nodes, columns=ROLES)
    referee = graph.to_networkx()
    for broker in referee:
        for one, other in combinations(referee[broker], 2):
            if not referee.has_edge(one, other):
                a, b, c = groups[one], groups[broker], groups[other]
                kinds = len({a, b, c})
                role = {1: "coordinator", 3: "liaison"}.get(kinds, "consultant" if a == c else "gatekeeper")
                counts.loc[broker, role] += 1
    return counts


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_roles_are_those_counted_one_by_one(data: st.DataObject) -> None:
    graph = data.draw(random_graphs(weighted=True))
    groups = data.draw(labels(graph))
    pd.testing.assert_frame_equal(brokerage_roles(graph, groups), roles_by_force(graph, groups))


@given(st.data())
@settings(max_examples=10, deadline=None)
def test_expected_roles_are_the_mean_over_every_permutation(data: st.DataObject) -> None:
    graph = data.draw(random_graphs(least=3, most=4))
    groups = data.draw(labels(graph))
    every = [brokerage_roles(graph, pd.Series(p, index=graph.nodes)) for p in permutations(groups)]
    expected = sum(every) / len(every)
    pd.testing.assert_frame_equal(expected_brokerage_roles(graph, groups), expected)


def test_roles_and_their_expectation_count_the_same_pairs(partnerships: Graph) -> None:
    countries = load("bsr_organisations").set_index("organisation")["country"]
    found = brokerage_roles(partnerships, countries)
    expected = expected_brokerage_roles(partnerships, countries)
    np.testing.assert_allclose(found.sum(axis=1), expected.sum(axis=1))
    assert (found >= 0).all(axis=None)


def test_hub_of_a_star_has_every_role() -> None:
    groups = {"hub": "x", "leaf0": "x", "leaf1": "x", "leaf2": "y", "leaf3": "y", "leaf4": "z"}
    found = brokerage_roles(star(5), groups).loc["hub"]
    assert found.to_dict() == {"coordinator": 1, "consultant": 1, "gatekeeper": 6, "liaison": 2}


def test_too_few_nodes_or_no_group_are_refused() -> None:
    pair = graph_of_ties(["a"], ["b"])
    with pytest.raises(CourseError, match="takes three"):
        betweenness(pair)
    with pytest.raises(CourseError, match="needs two others"):
        expected_brokerage_roles(pair, {"a": 1, "b": 2})
    for roles in (brokerage_roles, expected_brokerage_roles):
        with pytest.raises(CourseError, match="no group is given for 'b'"):
            roles(pair, {"a": 1})


def test_network_without_ties_has_no_brokers() -> None:
    empty = graph_of_ties([], [], nodes=["a", "b", "c"])
    assert constraint(empty).isna().all()
    assert betweenness(empty).tolist() == [0, 0, 0]
    assert (brokerage_roles(empty, {"a": 1, "b": 1, "c": 2}) == 0).all(axis=None)

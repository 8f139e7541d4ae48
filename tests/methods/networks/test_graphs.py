"""Graphs and two-mode networks: built as said, wrong input refused, projections as networkx has them."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from tests.methods.networks.famous import as_graph, random_graphs, southern_women

from klasteryste.data import load
from klasteryste.errors import CourseError
from klasteryste.methods.networks.graphs import Graph, TwoMode, graph_of_ties, projection, two_mode


def test_ties_become_a_symmetric_matrix() -> None:
    graph = graph_of_ties(["b", "c"], ["a", "b"], [2, 3])
    assert list(graph.nodes) == ["a", "b", "c"]
    assert graph.adjacency.toarray().tolist() == [[0, 2, 0], [2, 0, 3], [0, 3, 0]]
    assert [end.tolist() for end in graph.ties] == [[0, 1], [1, 2]]
    assert graph.weights.tolist() == [2, 3]
    assert graph.degrees.tolist() == [1, 2, 1]


def test_tie_that_both_partners_named_is_one_tie() -> None:
    graph = graph_of_ties(["a", "b", "a"], ["b", "a", "b"])
    assert graph.adjacency.toarray().tolist() == [[0, 1], [1, 0]]


def test_nodes_without_ties_are_isolates_in_the_order_given() -> None:
    graph = graph_of_ties(["a"], ["b"], nodes=["z", "b", "a"])
    assert list(graph.nodes) == ["z", "b", "a"]
    assert graph.degrees.tolist() == [0, 1, 1]
    assert graph_of_ties([], [], nodes=["z"]).degrees.tolist() == [0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"first": [], "second": []}, "no nodes"),
        ({"first": ["a"], "second": ["b", "c"]}, "columns of 1 and 2 rows"),
        ({"first": ["a", None], "second": ["b", "c"]}, "first missing in row 1"),
        ({"first": ["a", "b"], "second": ["b", "b"]}, "'b' is tied to itself in row 1"),
        ({"first": ["a"], "second": ["b"], "nodes": ["a"]}, "'b' in row 0 is not among the nodes"),
        ({"first": ["a"], "second": ["b"], "nodes": ["a", "b", "a"]}, "the name 'a' twice"),
        ({"first": ["a"], "second": ["b"], "nodes": ["a", "b", None]}, "nodes missing in row 2"),
        ({"first": ["a"], "second": ["b"], "weights": [-1]}, "weight -1.0 in row 0"),
        ({"first": ["a"], "second": ["b"], "weights": [0]}, "weight 0.0 in row 0"),
        ({"first": ["a"], "second": ["b"], "weights": [np.inf]}, "weight inf in row 0"),
        ({"first": ["a"], "second": ["b"], "weights": [np.nan]}, "weight nan in row 0"),
        ({"first": ["a"], "second": ["b"], "weights": ["much"]}, "not all numbers"),
        ({"first": ["a"], "second": ["b"], "weights": [1, 2]}, "2 weights for 1 ties"),
        ({"first": ["a", "b"], "second": ["b", "a"], "weights": [1, 2]}, "row 1 is listed twice"),
        ({"first": [["a"]], "second": [["b"]]}, "shape"),
    ],
)
def test_wrong_ties_are_refused(arguments: dict, message: str) -> None:
    with pytest.raises(CourseError, match=message):
        graph_of_ties(**arguments)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[0, 1], [2, 0]], "not symmetric"),
        ([[1, 1], [1, 0]], "ties 'a' to itself"),
        ([[0, -1], [-1, 0]], "weight -1"),
        ([[0, np.nan], [np.nan, 0]], "weight nan"),
        ([[0, np.inf], [np.inf, 0]], "weight inf"),
        ([[0, 1, 0]], "2 nodes was given a matrix of shape"),
    ],
)
def test_wrong_matrix_is_refused(matrix: list, message: str) -> None:
    with pytest.raises(CourseError, match=message):
        Graph(pd.Index(["a", "b"]), csr_array(np.array(matrix, dtype=float)))


def test_weights_that_cannot_be_summed_are_refused() -> None:
    with pytest.raises(CourseError, match="sum is infinite: give them in a larger unit"):
        graph_of_ties(list("aab"), list("bcc"), [1e308] * 3)


def test_node_without_a_name_is_refused() -> None:
    with pytest.raises(CourseError, match="a name missing at 1"):
        Graph(pd.Index(["a", None]), csr_array((2, 2)))


def test_stored_noughts_are_no_ties() -> None:
    matrix = csr_array((np.array([0.0, 0.0]), ([0, 1], [1, 0])), shape=(2, 2))
    assert Graph(pd.Index(["a", "b"]), matrix).degrees.tolist() == [0, 0]


def test_the_matrix_given_is_left_alone() -> None:
    matrix = csr_array((np.array([1.0, 1.0, 0.0]), ([0, 1, 0], [1, 0, 0])), shape=(2, 2))
    Graph(pd.Index(["a", "b"]), matrix)
    assert matrix.nnz == 3


@given(random_graphs(weighted=True))
@settings(max_examples=60, deadline=None)
def test_other_libraries_get_the_same_network(graph: Graph) -> None:
    networkx, igraph = graph.to_networkx(), graph.to_igraph()
    assert list(networkx) == list(graph.nodes) == igraph.vs["name"]
    expected = {frozenset(graph.nodes[[i, j]]): w for i, j, w in zip(*graph.ties, graph.weights, strict=True)}
    assert {frozenset((u, v)): w for u, v, w in networkx.edges(data="weight")} == expected
    assert {frozenset(graph.nodes[list(e.tuple)]): e["weight"] for e in igraph.es} == expected
    assert (graph.unweighted().adjacency.data == 1).all()


def test_southern_women_have_the_published_size() -> None:
    network = southern_women()
    assert network.incidence.shape == (18, 14)
    assert network.incidence.nnz == 89


participations = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5)), min_size=1, max_size=20)


@given(participations)
@settings(max_examples=60, deadline=None)
def test_projection_is_that_of_networkx(rows: list[tuple[int, int]]) -> None:
    organisations, projects = [f"o{i}" for i, _ in rows], [f"p{k}" for _, k in rows]
    bipartite = nx.Graph(zip(organisations, projects, strict=True))
    expected = nx.bipartite.weighted_projected_graph(bipartite, sorted(set(organisations)))
    found = projection(two_mode(organisations, projects))
    assert list(found.nodes) == sorted(set(organisations))
    assert (found.adjacency != as_graph(expected, "weight").adjacency).nnz == 0


@given(participations, st.randoms(use_true_random=False))
@settings(max_examples=60, deadline=None)
def test_order_and_repetition_of_rows_do_not_matter(rows: list[tuple[int, int]], random) -> None:
    again = rows + rows[:2]
    random.shuffle(again)
    one, other = two_mode(*zip(*rows, strict=True)), two_mode(*zip(*again, strict=True))
    assert one.organisations.equals(other.organisations)
    assert (one.incidence != other.incidence).nnz == 0


def test_real_partnerships_make_a_network() -> None:
    table = load("bsr_participations")
    network = two_mode(table["organisation"], table["project"])
    assert network.incidence.nnz == len(table[["organisation", "project"]].drop_duplicates())
    assert set(projection(network).nodes) == set(table["organisation"])


@pytest.mark.parametrize(
    ("organisations", "projects", "message"),
    [
        ([], [], "no organisations"),
        (["a", "b"], ["p"], "columns of 2 and 1 rows"),
        (["a", None], ["p", "p"], "organisations missing in row 1"),
        (["a", "b"], ["p", np.nan], "projects missing in row 1"),
    ],
)
def test_wrong_participations_are_refused(organisations: list, projects: list, message: str) -> None:
    with pytest.raises(CourseError, match=message):
        two_mode(organisations, projects)


@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        ([[1, 2]], "something else than 0 and 1"),
        ([[1, 0]], "project 'q' that takes part in nothing"),
        ([[1]], "matrix of shape"),
    ],
)
def test_wrong_incidence_is_refused(matrix: list, message: str) -> None:
    with pytest.raises(CourseError, match=message):
        TwoMode(pd.Index(["a"]), pd.Index(["p", "q"]), csr_array(np.array(matrix, dtype=float)))


def test_organisation_in_no_project_is_refused() -> None:
    with pytest.raises(CourseError, match="organisation 'b'"):
        TwoMode(pd.Index(["a", "b"]), pd.Index(["p"]), csr_array(np.array([[1.0], [0.0]])))

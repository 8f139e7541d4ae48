"""Null models: margins are kept, every network is as likely as the next, and p values are what they say."""

from __future__ import annotations

import random
from collections import Counter
from itertools import combinations, product

import igraph
import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.stats import chisquare
from tests.methods.networks.famous import as_graph, random_graphs, southern_women, star

from klasteryste.errors import CourseError
from klasteryste.methods.networks.graphs import Graph, graph_of_ties, projection, two_mode
from klasteryste.methods.networks.nulls import curveball, monte_carlo_test, rewired

participations = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5)), min_size=1, max_size=20)


def test_p_by_hand() -> None:
    found = monte_carlo_test(3.0, [1, 2, 3, 4, 5, 0, 0, 0, 0], "greater")
    # Three of nine are 3 or more.
    assert found.p == pytest.approx(4 / 10)
    assert (found.observed, found.expected, found.draws) == (3, pytest.approx(15 / 9), 9)
    assert monte_carlo_test(3.0, [1, 2, 3, 4, 5, 0, 0, 0, 0], "less").p == pytest.approx(8 / 10)
    assert monte_carlo_test(3.0, [1, 2, 3, 4, 5, 0, 0, 0, 0]).p == pytest.approx(8 / 10)
    assert monte_carlo_test(9.0, iter([1.0] * 99)).p == 2 / 100
    assert monte_carlo_test(1.0, [1.0] * 99).p == 1


def test_interval_holds_the_middle_of_the_draws() -> None:
    found = monte_carlo_test(0, np.arange(1001.0))
    assert (found.low, found.high) == pytest.approx((25, 975))


def test_rounding_does_not_decide_what_is_equal() -> None:
    assert monte_carlo_test(0.3, [0.1 + 0.2 - 1e-16, 0.3 - 1e-16], "greater").p == 1
    # Large numbers are rounded in larger steps.
    assert 3e6 - np.nextafter(3e6, 0) > 1e-12
    assert monte_carlo_test(3e6, [np.nextafter(3e6, 0)] * 9, "greater").p == 1
    assert monte_carlo_test(3e6, [3e6 - 1] * 9, "greater").p == 1 / 10


def test_what_cannot_be_compared_is_refused() -> None:
    with pytest.raises(CourseError, match="no draws"):
        monte_carlo_test(1.0, [])
    for observed, draws in ((np.nan, [1.0]), (1.0, [np.nan]), (1.0, [np.inf])):
        with pytest.raises(CourseError, match="missing or infinite"):
            monte_carlo_test(observed, draws)
    with pytest.raises(CourseError, match="'bigger' was given"):
        monte_carlo_test(1.0, [1.0], "bigger")  # type: ignore[arg-type]


@given(random_graphs(least=3), st.integers(0, 2**40))
@settings(max_examples=40, deadline=None)
def test_rewiring_keeps_every_degree(graph: Graph, seed: int) -> None:
    assume(graph.adjacency.nnz >= 4)
    for drawn in rewired(graph, 2, seed=seed):
        assert drawn.degrees.tolist() == graph.degrees.tolist()
        assert drawn.nodes.equals(graph.nodes)


def test_rewiring_makes_every_graph_of_these_degrees_equally_likely() -> None:
    degrees, pairs = (2, 2, 2, 1, 1), list(combinations(range(5), 2))
    possible = {
        ties
        for ties in combinations(pairs, 4)
        if tuple(sum(v in tie for tie in ties) for v in range(5)) == degrees
    }
    start = graph_of_ties(*zip(*sorted(possible)[0], strict=True), nodes=range(5))
    count = Counter(
        tuple(zip(*(e.tolist() for e in g.ties), strict=True)) for g in rewired(start, 2100, seed=1)
    )
    assert set(count) == possible
    assert chisquare(list(count.values())).pvalue > 0.001


@pytest.mark.parametrize(
    "ties",
    [nx.circulant_graph(40, [1, 2]), nx.circulant_graph(25, range(1, 7)), nx.circulant_graph(24, [12])],
    ids=["sparse", "half of all pairs tied", "few pairs tied"],
)
@pytest.mark.parametrize("dense", [False, True])
def test_draws_have_forgotten_where_they_began(ties: nx.Graph, dense: bool) -> None:
    # All degrees are d, so that of n - 1 others all are alike and each pair is tied with chance d / (n - 1).
    n, d = len(ties), ties.degree[0]
    graph, pairs = as_graph(nx.complement(ties) if dense else ties), as_graph(ties).ties
    kept = np.array(
        [(drawn.adjacency.toarray()[pairs] != dense).mean() for drawn in rewired(graph, 300, seed=1)]
    )
    assert kept.mean() == pytest.approx(d / (n - 1), abs=4 * kept.std() / np.sqrt(300))


@pytest.mark.parametrize("missing", [0, 1, 2])
def test_nearly_complete_graphs_can_be_drawn(missing: int) -> None:
    graph = as_graph(nx.complete_graph(6))
    ties = [tie for tie in zip(*graph.ties, strict=True) if tie not in [(0, 1), (2, 3)][:missing]]
    graph = graph_of_ties(*zip(*ties, strict=True))
    gaps = {
        tuple(np.argwhere(np.triu(d.adjacency.toarray() == 0, 1)).ravel()) for d in rewired(graph, 60, seed=1)
    }
    assert gaps == [{()}, {(0, 1)}, {(0, 1, 2, 3), (0, 2, 1, 3), (0, 3, 1, 2)}][missing]


def test_rewiring_raises_false_alarms_in_a_projection_and_curveball_does_not() -> None:
    network = two_mode(*np.nonzero(np.random.default_rng(5).random((30, 20)) < 0.15))
    alarms = np.zeros(2)
    for seen in curveball(network, 20, seed=1):
        graph = projection(seen).unweighted()
        for at, draws in enumerate(
            (rewired(graph, 19, seed=2), map(projection, curveball(seen, 19, seed=3)))
        ):
            found = monte_carlo_test(transitivity(graph), map(transitivity, draws), "greater")
            alarms[at] += found.p <= 0.1
    # At 10 %, two of twenty alarms are due.
    assert alarms[0] >= 18
    assert alarms[1] <= 5


def transitivity(graph: Graph) -> float:
    return float(graph.to_igraph().transitivity_undirected())


def test_curveball_makes_every_network_of_these_numbers_equally_likely() -> None:
    rows, columns = (2, 2, 1, 1), (3, 2, 1)
    possible = {
        cells
        for cells in product((0, 1), repeat=12)
        if tuple(np.reshape(cells, (4, 3)).sum(axis=1)) == rows
        and tuple(np.reshape(cells, (4, 3)).sum(axis=0)) == columns
    }
    start = two_mode(*np.nonzero(np.reshape(sorted(possible)[0], (4, 3))))
    count = Counter(
        tuple(int(cell) for cell in drawn.incidence.toarray().ravel())
        for drawn in curveball(start, 3000, seed=1)
    )
    assert set(count) == possible
    assert chisquare(list(count.values())).pvalue > 0.001


@given(participations, st.integers(0, 2**40))
@settings(max_examples=60, deadline=None)
def test_curveball_keeps_every_number_of_participations(rows: list[tuple[int, int]], seed: int) -> None:
    network = two_mode(*zip(*rows, strict=True))
    assume(min(network.incidence.shape) > 1)
    for drawn in curveball(network, 2, seed=seed):
        assert drawn.incidence.sum(axis=0).tolist() == network.incidence.sum(axis=0).tolist()
        assert drawn.incidence.sum(axis=1).tolist() == network.incidence.sum(axis=1).tolist()
        assert drawn.organisations.equals(network.organisations)


def test_a_draw_tells_no_more_of_the_next_than_of_one_far_off() -> None:
    drawn = np.array([d.incidence.toarray().ravel() for d in curveball(southern_women(), 400, seed=1)])
    near, far = ((drawn[:-k] * drawn[k:]).sum(axis=1) for k in (1, 50))
    assert near.mean() == pytest.approx(far.mean(), abs=4 * far.std() / np.sqrt(350))


def test_same_seed_same_draws_and_others_differ() -> None:
    women, club = southern_women(), as_graph(nx.karate_club_graph())

    def cells(drawn) -> list[bytes]:
        return [matrix.toarray().tobytes() for matrix in drawn]

    for drawn in (
        lambda seed: cells(network.incidence for network in curveball(women, 2, seed=seed)),
        lambda seed: cells(graph.adjacency for graph in rewired(club, 2, seed=seed)),
    ):
        assert drawn(1) == drawn(1) != drawn(2)
        assert len(set(drawn(1))) == 2


def test_igraph_draws_from_pythons_random_numbers_again_afterwards() -> None:
    club = as_graph(nx.karate_club_graph())

    def by_igraph() -> list[tuple[int, int]]:
        random.seed(7)
        return igraph.Graph.Erdos_Renyi(n=20, p=0.3).get_edgelist()

    before, state = by_igraph(), None
    for _ in rewired(club, 2, seed=1):
        # Between two draws as well: a generator may be left half used.
        assert state is None or random.getstate() == state
        assert by_igraph() == before
        state = random.getstate()


def test_what_cannot_be_shuffled_is_refused() -> None:
    with pytest.raises(CourseError, match="a switch needs two"):
        rewired(graph_of_ties(["a"], ["b"]), 1, seed=1)
    with pytest.raises(CourseError, match="unweighted"):
        rewired(graph_of_ties(["a", "b"], ["b", "c"], [1, 2]), 1, seed=1)
    with pytest.raises(CourseError, match="count = 0: give a whole number"):
        rewired(star(3), 0, seed=1)
    with pytest.raises(CourseError, match="count = 0: give a whole number"):
        curveball(southern_women(), 0, seed=1)
    with pytest.raises(CourseError, match="curveball was given seed = -1: give a whole number from 0"):
        curveball(southern_women(), 1, seed=-1)
    for network in (two_mode(["a", "a"], ["p", "q"]), two_mode(["a", "b"], ["p", "p"])):
        with pytest.raises(CourseError, match="nothing can be traded"):
            curveball(network, 1, seed=1)


def test_network_that_allows_no_other_stays_as_it_is() -> None:
    graph = star(4)
    assert all((drawn.adjacency != graph.adjacency).nnz == 0 for drawn in rewired(graph, 3, seed=1))

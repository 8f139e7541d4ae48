"""Core and periphery: by correlation of all pairs, against every possible core, and against chance."""

from __future__ import annotations

from itertools import product

import networkx as nx
import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.methods.networks.famous import as_graph, random_graphs, star

from klasteryste.errors import CourseError
from klasteryste.methods.networks.core import core_fit, core_periphery
from klasteryste.methods.networks.graphs import Graph, graph_of_ties
from klasteryste.methods.networks.nulls import monte_carlo_test, rewired


def correlation(graph: Graph, core: np.ndarray) -> float:
    pairs = np.triu_indices(len(core), 1)
    ideal = core[pairs[0]] | core[pairs[1]]
    return float(np.corrcoef(graph.adjacency.toarray()[pairs] > 0, ideal)[0, 1])


def cores(n: int) -> list[np.ndarray]:
    return [np.array(c) for c in product([False, True], repeat=n) if 0 < sum(c) < n - 1]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_fit_is_the_correlation_over_all_pairs(data: st.DataObject) -> None:
    graph = data.draw(random_graphs(least=3, most=7, weighted=True))
    pairs = len(graph.nodes) * (len(graph.nodes) - 1) // 2
    assume(0 < graph.adjacency.nnz // 2 < pairs)
    core = data.draw(st.sampled_from(cores(len(graph.nodes))))
    assert core_fit(graph, core) == pytest.approx(correlation(graph, core))
    found = core_periphery(graph)
    assert found.fit == pytest.approx(core_fit(graph, found.core))


def test_star_fits_wholly() -> None:
    found = core_periphery(star(6))
    assert found.fit == pytest.approx(1)
    assert found.core[found.core].index.tolist() == ["hub"]


def test_ideal_core_is_found() -> None:
    graph = as_graph(nx.complete_multipartite_graph(*[1] * 4, 20))
    found = core_periphery(graph)
    assert found.fit == pytest.approx(1)
    assert found.core.tolist() == [True] * 4 + [False] * 20


def test_search_finds_the_best_of_all_cores_of_nearly_all_small_graphs() -> None:
    pairs = np.triu_indices(8, 1)
    every = np.array([core[pairs[0]] | core[pairs[1]] for core in cores(8)])
    missed = 0
    for seed in range(110):
        graph = as_graph(nx.gnm_random_graph(8, 6 + seed % 16, seed=seed))
        best = np.corrcoef(graph.adjacency.toarray()[pairs], every)[0, 1:].max()
        found = core_periphery(graph).fit
        assert found <= best + 1e-9
        missed += found < best - 1e-9
    assert missed <= 1


def test_core_of_few_hubs_is_no_more_than_their_degrees_give() -> None:
    # Kojaku and Masuda (2018): where every node keeps its degree, chance gives such a core as well.
    graph = as_graph(nx.barabasi_albert_graph(60, 2, seed=1))
    chance = (core_periphery(drawn).fit for drawn in rewired(graph, 39, seed=1))
    assert monte_carlo_test(core_periphery(graph).fit, chance, "greater").p > 0.05


def test_cores_that_cannot_be_judged_are_refused() -> None:
    graph = star(4)
    for size, message in ((0, "core of 0"), (4, "core of 4"), (5, "core of 5")):
        with pytest.raises(CourseError, match=message):
            core_fit(graph, np.arange(5) < size)
    with pytest.raises(CourseError, match="shape"):
        core_fit(graph, [True])
    for wrong in (graph_of_ties([], [], nodes=[1, 2, 3]), as_graph(nx.complete_graph(4)), star(1)):
        with pytest.raises(CourseError, match=r"tied|need three"):
            core_periphery(wrong)

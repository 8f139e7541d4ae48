"""Core and periphery: by correlation of all pairs, against every possible core, and against chance."""

from __future__ import annotations

from itertools import product

import networkx as nx
import numpy as np
import pandas as pd
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
    named = pd.Series(core, index=graph.nodes)
    assert core_fit(graph, named) == pytest.approx(correlation(graph, core))
    assert core_fit(graph, named[::-1]) == core_fit(graph, named.to_dict()) == core_fit(graph, named)
    found = core_periphery(graph, seed=1, restarts=1)
    assert found.fit == pytest.approx(core_fit(graph, found.core))


def test_star_fits_wholly() -> None:
    found = core_periphery(star(6), seed=1)
    assert found.fit == pytest.approx(1)
    assert found.core[found.core].index.tolist() == ["hub"]


def test_ideal_core_is_found() -> None:
    graph = as_graph(nx.complete_multipartite_graph(*[1] * 4, 20))
    found = core_periphery(graph, seed=1)
    assert found.fit == pytest.approx(1)
    assert found.core.tolist() == [True] * 4 + [False] * 20


@pytest.mark.parametrize(("n", "graphs"), [(8, 110), (12, 30)])
def test_search_finds_the_best_of_all_cores_of_small_graphs(n: int, graphs: int) -> None:
    pairs = np.triu_indices(n, 1)
    every = np.array([core[pairs[0]] | core[pairs[1]] for core in cores(n)], dtype=float)
    every -= every.mean(axis=1, keepdims=True)
    every /= np.sqrt((every**2).sum(axis=1, keepdims=True))
    for seed in range(graphs):
        graph = as_graph(nx.gnm_random_graph(n, n - 2 + seed % (2 * n), seed=seed))
        tied = graph.adjacency.toarray()[pairs]
        best = (every @ tied).max() / (tied.std() * np.sqrt(len(tied)))
        assert core_periphery(graph, seed=1).fit == pytest.approx(best, abs=1e-9)


def test_restarts_find_what_one_climb_misses() -> None:
    graphs = [
        as_graph(nx.gnm_random_graph(30, ties, seed=seed)) for ties, seed in ((30, 0), (150, 29), (90, 2))
    ]
    few, some, many = (
        np.array([core_periphery(graph, seed=seed, restarts=restarts).fit for graph in graphs])
        for seed, restarts in ((1, 1), (1, 10), (2, 40))
    )
    assert (few <= some + 1e-12).all()
    assert (few < many - 1e-9).any()
    assert some.tolist() == pytest.approx(np.maximum(some, many).tolist(), abs=1e-9)


def test_same_seed_same_core() -> None:
    graph = as_graph(nx.gnp_random_graph(40, 0.2, seed=1))
    one, other = (core_periphery(graph, seed=3, restarts=2) for _ in range(2))
    pd.testing.assert_series_equal(one.core, other.core)
    assert one.fit == other.fit


def test_core_of_few_hubs_is_no_more_than_their_degrees_give() -> None:
    # Kojaku and Masuda (2018): where every node keeps its degree, chance gives such a core as well.
    graph = as_graph(nx.barabasi_albert_graph(60, 2, seed=1))
    chance = (core_periphery(drawn, seed=1, restarts=1).fit for drawn in rewired(graph, 39, seed=1))
    assert monte_carlo_test(core_periphery(graph, seed=1).fit, chance, "greater").p > 0.05


def test_cores_that_cannot_be_judged_are_refused() -> None:
    graph = star(4)
    for size, message in ((0, "core of 0"), (4, "core of 4"), (5, "core of 5")):
        with pytest.raises(CourseError, match=message):
            core_fit(graph, pd.Series(np.arange(5) < size, index=graph.nodes))
    core = pd.Series(np.arange(5) < 2, index=graph.nodes)
    with pytest.raises(CourseError, match="no group is given for 'leaf3'"):
        core_fit(graph, core.drop("leaf3"))
    with pytest.raises(CourseError, match="no group is given for 'hub'"):
        core_fit(graph, core.astype(object).replace({True: np.nan}))
    with pytest.raises(CourseError, match="'hub' has two groups"):
        core_fit(graph, pd.concat([core, core[["hub"]]]))
    for odd in ("yes", 1, 0.5):
        with pytest.raises(CourseError, match=f"{odd!r} for 'leaf1': say True"):
            core_fit(graph, {**core, "leaf1": odd})
    with pytest.raises(CourseError, match="restarts = 0: give a whole number"):
        core_periphery(graph, seed=1, restarts=0)
    for wrong in (graph_of_ties([], [], nodes=[1, 2, 3]), as_graph(nx.complete_graph(4)), star(1)):
        with pytest.raises(CourseError, match=r"tied|need three"):
            core_periphery(wrong, seed=1)

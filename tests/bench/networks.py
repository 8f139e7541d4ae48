"""Methods on the real partnership network against networkx, and how they grow on generated ones.

The larger networks are generated, not real: copies of the real organisations and projects, each with its real
number of participations, matched at random (a two-mode configuration model; a participation that comes out
twice counts once).
"""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
import pandas as pd
from tests.bench.measure import Growth, Row, median_seconds, peak_megabytes, seconds

from klasteryste.data import load
from klasteryste.methods.networks.backbone import sdsm
from klasteryste.methods.networks.brokerage import betweenness, constraint, effective_size
from klasteryste.methods.networks.communities import leiden
from klasteryste.methods.networks.graphs import TwoMode, projection, two_mode
from klasteryste.methods.networks.mixing import ei_test


def rows(toy: bool) -> list[Row]:
    """Compare with networkx on the real network; a toy is its first ten projects."""
    network = _real(toy)
    graph, countries = projection(network), _countries()
    referee = graph.to_networkx()
    permutations = 50 if toy else 10_000

    # Node by node networkx takes minutes: it is timed on some of the nodes.
    sample = min(40, len(graph.nodes))
    some = np.random.default_rng(1).choice(graph.nodes.to_numpy(), sample, replace=False).tolist()

    compared: list[tuple[str, Callable[[], object], Callable[[], object], float]] = [
        (
            f"E-I index, {permutations:,} permutations of the labels; a loop over networkx's edges",
            lambda: ei_test(graph, countries, permutations=permutations, seed=1),
            lambda: _ei_by_networkx(referee, countries, permutations),
            1,
        ),
        (
            f"constraint of every node; networkx node by node, scaled up from {sample} random nodes",
            lambda: constraint(graph),
            lambda: nx.constraint(referee, nodes=some, weight="weight"),
            len(graph.nodes) / sample,
        ),
        (
            "constraint of every node; networkx by its own sparse product",
            lambda: constraint(graph),
            lambda: nx.constraint(referee, weight="weight"),
            1,
        ),
        (
            "betweenness of every node; networkx",
            lambda: betweenness(graph),
            lambda: nx.betweenness_centrality(referee),
            1,
        ),
    ]
    np.testing.assert_allclose(constraint(graph), list(nx.constraint(referee, weight="weight").values()))
    what = f"{len(graph.nodes):,} organisations, {graph.adjacency.nnz // 2:,} ties: "
    return [
        Row(what + name, median_seconds(ours, 5), scale * seconds(other), peak_megabytes(ours))
        for name, ours, other, scale in compared
    ]


def growth(toy: bool) -> list[Growth]:
    """Follow each method up to about 100,000 organisations; a toy stops at twice the real number."""
    network, countries = _real(toy), _countries()
    permutations = 50 if toy else 1_000
    copies = [1, 2] if toy else [1, 4, 16, round(100_000 / len(network.organisations))]
    networks = [_generated(network, count, seed=count) for count in copies]
    graphs = [projection(generated) for generated in networks]
    labels = [
        pd.Series(np.tile(countries[network.organisations], count), index=graph.nodes)
        for count, graph in zip(copies, graphs, strict=True)
    ]
    methods: list[tuple[str, Callable[[int], object]]] = [
        (
            f"E-I index, {permutations:,} permutations of the labels",
            lambda i: ei_test(graphs[i], labels[i], permutations=permutations, seed=1),
        ),
        ("constraint of every node", lambda i: constraint(graphs[i])),
        ("effective size of every node", lambda i: effective_size(graphs[i])),
        ("Leiden, one start", lambda i: leiden(graphs[i], seed=1, restarts=1)),
        ("projection", lambda i: projection(networks[i])),
        ("SDSM of every tie", lambda i: sdsm(networks[i])),
    ]
    largest = len(copies) - 1
    sizes = [len(graph.nodes) for graph in graphs]
    ties = graphs[largest].adjacency.nnz // 2
    found = []
    for name, method in methods:
        peak = peak_megabytes(lambda m=method: m(largest))
        times = [seconds(lambda m=method, i=i: m(i)) for i in range(len(copies))]
        found.append(
            Growth(f"{name} (generated; {ties:,} ties and {peak:,.0f} MB at the largest)", sizes, times)
        )
    return found


def _real(toy: bool) -> TwoMode:
    table = load("bsr_participations")
    if toy:
        table = table[table["project"].isin(sorted(table["project"].unique())[:10])]
    return two_mode(table["organisation"], table["project"])


def _countries() -> pd.Series[str]:
    return load("bsr_organisations").set_index("organisation")["country"]


def _generated(network: TwoMode, copies: int, *, seed: int) -> TwoMode:
    """Match copies of the organisations with copies of the projects at random, in their real numbers."""
    organisations = np.tile(np.diff(network.incidence.indptr), copies)
    projects = np.tile(np.bincount(network.incidence.indices), copies)
    places = np.random.default_rng(seed).permutation(np.repeat(np.arange(len(projects)), projects))
    return two_mode(np.repeat(np.arange(len(organisations)), organisations), places)


def _ei_by_networkx(graph: nx.Graph, groups: pd.Series[str], permutations: int) -> list[float]:
    labels = groups[list(graph)].to_numpy().copy()
    rng, found = np.random.default_rng(1), []
    for _ in range(permutations):
        rng.shuffle(labels)
        group = dict(zip(graph, labels, strict=True))
        external = sum(group[u] != group[v] for u, v in graph.edges)
        found.append(2 * external / graph.number_of_edges() - 1)
    return found

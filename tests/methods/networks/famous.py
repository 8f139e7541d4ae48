"""Networks that everybody knows, and random ones, as our graphs."""

from __future__ import annotations

from typing import Any

import networkx as nx
import numpy as np
import pandas as pd
from hypothesis import strategies as st
from scipy.sparse import csr_array

from klasteryste.methods.networks.graphs import Graph, TwoMode, graph_of_ties, two_mode


def as_graph(graph: Any, weight: str | None = None) -> Graph:
    matrix = nx.to_scipy_sparse_array(graph, weight=weight, dtype=float)
    return Graph(pd.Index(list(graph)), csr_array(matrix))


def star(leaves: int) -> Graph:
    return graph_of_ties(["hub"] * leaves, [f"leaf{i}" for i in range(leaves)])


def southern_women() -> TwoMode:
    davis = nx.davis_southern_women_graph()
    return two_mode(*zip(*((w, e) for w in davis.graph["top"] for e in davis[w]), strict=True))


def random_graphs(least: int = 1, most: int = 9, weighted: bool = False) -> st.SearchStrategy[Graph]:
    """Graphs of few nodes, isolates and all."""

    @st.composite
    def draw(draw: st.DrawFn) -> Graph:
        n = draw(st.integers(least, most))
        weights = st.sampled_from([0, 0, 1, 2, 3.5] if weighted else [0, 1])
        upper = np.zeros((n, n))
        pairs = n * (n - 1) // 2
        upper[np.triu_indices(n, 1)] = draw(st.lists(weights, min_size=pairs, max_size=pairs))
        return Graph(pd.Index([f"n{i}" for i in range(n)]), csr_array(upper + upper.T))

    return draw()


def labels(graph: Graph, kinds: int = 3) -> st.SearchStrategy[pd.Series]:
    n = len(graph.nodes)
    return st.lists(st.sampled_from("abcdef"[:kinds]), min_size=n, max_size=n).map(
        lambda found: pd.Series(found, index=graph.nodes)
    )

"""What breaks when partners leave: articulation points, the broker test, and removal curves."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd

from klasteryste.errors import CourseError
from klasteryste.methods._checks import require_whole
from klasteryste.methods.networks.brokerage import betweenness
from klasteryste.methods.networks.graphs import Graph
from klasteryste.methods.networks.structure import components


def articulation_points(graph: Graph) -> pd.Series[bool]:
    """Say which nodes hold their component together: without one, it falls apart.

    Parameters
    ----------
    graph : Graph
        Its weights do not matter.

    Returns
    -------
    Series of bool, indexed by node

    References
    ----------
    Hopcroft and Tarjan (1973), Communications of the ACM 16(6), 372-378.
    """
    found = np.zeros(len(graph.nodes), dtype=bool)
    found[graph.to_igraph().articulation_points()] = True
    return pd.Series(found, index=graph.nodes, name="articulation_point", dtype=bool)


def removal_shares(graph: Graph) -> pd.Series[float]:
    """Remove each node in turn, and give the share of the others that still hang together.

    The broker test: where the share is below 0.8, say, the network hangs on that one node.

    Parameters
    ----------
    graph : Graph
        Its weights do not matter.

    Returns
    -------
    Series of float, indexed by node
        The size of the largest component without the node, divided by the ``n - 1`` other nodes
        (`removal_curves` divides by all n).

    Raises
    ------
    CourseError
        If there are fewer than two nodes.
    """
    n = len(graph.nodes)
    if n < 2:
        raise CourseError(f"removal_shares was given a graph of {n} nodes: nobody would be left")
    component = components(graph).to_numpy()
    sizes = np.bincount(component)
    # A component that does not fall apart is one smaller; beside the largest, the second largest remains.
    left = np.full(n, sizes[0])
    second = sizes[1] if len(sizes) > 1 else 0
    left[component == 0] = max(sizes[0] - 1, second)
    for node in np.flatnonzero(articulation_points(graph).to_numpy() & (component == 0)):
        others = np.delete(np.arange(n), node)
        rest = Graph(graph.nodes[others], graph.adjacency[others][:, others])
        left[node] = (components(rest) == 0).sum()
    return pd.Series(left / (n - 1), index=graph.nodes, name="largest_component")


def largest_component_after(graph: Graph, leaving: npt.ArrayLike) -> pd.Series[int]:
    """Remove nodes in an order of one's own, and follow the size of the largest component.

    Parameters
    ----------
    graph : Graph
        Its weights do not matter.
    leaving : array_like, shape (k,)
        Names of nodes, the first to leave first.

    Returns
    -------
    Series of int, length k + 1
        Index: how many have left, from 0 on. Values: how many nodes the largest component has then.

    Raises
    ------
    CourseError
        If a name is not a node's, or comes twice.
    """
    names = pd.Index(np.asarray(leaving))
    order = graph.nodes.get_indexer(names)
    if (order < 0).any():
        raise CourseError(f"largest_component_after: '{names[order < 0][0]}' is not among the nodes")
    if not names.is_unique:
        raise CourseError(f"largest_component_after: '{names[names.duplicated()][0]}' cannot leave twice")
    staying = np.setdiff1d(np.arange(len(graph.nodes)), order)
    sizes = _largest(_neighbours(graph), np.concatenate([order, staying]))[: len(order) + 1]
    return pd.Series(sizes, index=pd.RangeIndex(len(sizes), name="removed"), name="largest_component")


def removal_curves(graph: Graph, *, seed: int, draws: int = 200) -> pd.DataFrame:
    """Remove nodes one after another, and follow the size of the largest component.

    Parameters
    ----------
    graph : Graph
        Of n nodes. Its weights do not matter.
    seed : int
        Seed of the random numbers.
    draws : int
        In how many random orders to remove the nodes.

    Returns
    -------
    DataFrame
        A row for each number of nodes ``removed``, 0 to n, and the size of the largest component as a share
        of *all n nodes*, removed ones included (`removal_shares` divides by the ``n - 1`` others): ``degree``
        and ``betweenness`` (nodes leave by falling degree or betweenness in the whole network, the first of
        equals first), ``random`` (the mean over random orders), ``random_low`` and ``random_high`` (between
        which 95 % of the random orders lie at each step; fewer lie between them all the way).

    Raises
    ------
    CourseError
        If there are fewer than three nodes, or `draws` is below 1.

    References
    ----------
    Albert, Jeong and Barabási (2000), Nature 406, 378-382, doi:10.1038/35019019; the count by adding nodes
    back: Newman and Ziff (2001), Physical Review E 64(1), 016706.
    """
    require_whole("removal_curves", fewest=1, draws=draws)
    require_whole("removal_curves", fewest=0, seed=seed)
    n = len(graph.nodes)
    attacks = {
        "degree": np.argsort(-graph.degrees, kind="stable"),
        "betweenness": np.argsort(-betweenness(graph).to_numpy().round(12), kind="stable"),
    }
    neighbours = _neighbours(graph)
    rng = np.random.default_rng(seed)
    chance = np.array([_largest(neighbours, rng.permutation(n)) for _ in range(draws)]) / n
    low, high = np.quantile(chance, [0.025, 0.975], axis=0)
    return pd.DataFrame(
        {name: _largest(neighbours, order) / n for name, order in attacks.items()}
        | {"random": chance.mean(axis=0), "random_low": low, "random_high": high},
        index=pd.RangeIndex(n + 1, name="removed"),
    )


def _neighbours(graph: Graph) -> list[list[int]]:
    return [part.tolist() for part in np.split(graph.adjacency.indices, graph.adjacency.indptr[1:-1])]


def _largest(neighbours: list[list[int]], order: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Give the size of the largest component after 0, 1, ... n nodes have gone, in this order.

    Nodes are added back from the last to the first, since components that merge are quick to follow.
    """
    n = len(neighbours)
    parent, size = list(range(n)), [0] * n
    largest, sizes = 0, [0]
    for node in order[::-1].tolist():
        size[node] = 1
        root = node
        for other in neighbours[node]:
            if size[other] == 0:
                continue
            while parent[other] != other:
                parent[other] = parent[parent[other]]
                other = parent[other]
            if other != root:
                small, root = sorted((root, other), key=size.__getitem__)
                parent[small] = root
                size[root] += size[small]
        largest = max(largest, size[root])
        sizes.append(largest)
    return np.array(sizes[::-1])

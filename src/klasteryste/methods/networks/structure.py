"""What a network looks like as a whole: density, centralisation, components."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.sparse.csgraph import connected_components

from klasteryste.errors import CourseError
from klasteryste.methods.networks.graphs import Graph


def density(graph: Graph) -> float:
    """Give the share of all possible ties that are there, ``2 m / (n (n - 1))``.

    Parameters
    ----------
    graph : Graph
        Of n nodes and m ties; weights do not matter.

    Returns
    -------
    float
        0 without ties, 1 where everybody is tied to everybody.

    Raises
    ------
    CourseError
        If there are fewer than two nodes.
    """
    n = len(graph.nodes)
    if n < 2:
        raise CourseError(f"density was given a graph of {n} nodes: a tie needs two")
    return float(graph.degrees.sum() / (n * (n - 1)))


def degree_centralisation(graph: Graph) -> float:
    """Say how far the ties hang on one node, ``sum(d_max - d_i) / ((n - 1) (n - 2))``.

    Parameters
    ----------
    graph : Graph
        Of n nodes with degrees d; weights do not matter.

    Returns
    -------
    float
        1 for a star, 0 where all degrees are equal.

    Raises
    ------
    CourseError
        If there are fewer than three nodes.

    References
    ----------
    Freeman (1978), Social Networks 1(3), 215-239, doi:10.1016/0378-8733(78)90021-7.
    """
    n = len(graph.nodes)
    if n < 3:
        raise CourseError(f"degree_centralisation was given a graph of {n} nodes: a star needs three")
    d = graph.degrees
    return float((d.max() - d).sum() / ((n - 1) * (n - 2)))


def components(graph: Graph) -> pd.Series[int]:
    """Give each node the number of its component: between components leads no path.

    Parameters
    ----------
    graph : Graph

    Returns
    -------
    Series of int, indexed by node
        0 for the largest component, then 1, and so on; of equal ones the one whose node comes first. An
        isolate is a component of its own.
    """
    _, label = connected_components(graph.adjacency, directed=False)
    # Labels come in the order of nodes, which a stable sort keeps among equals.
    order = np.argsort(-np.bincount(label), kind="stable")
    number = np.empty_like(order)
    number[order] = np.arange(len(order))
    return pd.Series(number[label], index=graph.nodes, name="component")

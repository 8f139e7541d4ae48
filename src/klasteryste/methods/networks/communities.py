"""Communities: a division of the nodes, and how much more of the ties it keeps together than chance would."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from klasteryste.errors import CourseError
from klasteryste.methods._checks import require_whole
from klasteryste.methods.networks._groups import Groups, group_codes
from klasteryste.methods.networks.graphs import Graph, row_sums
from klasteryste.methods.networks.nulls import igraph_seed


@dataclass(frozen=True, eq=False)
class Communities:
    """A division of the nodes into communities.

    Attributes
    ----------
    membership : Series of int, indexed by node
        The community of each node, numbered from 0 by falling size.
    modularity : float
        The modularity of the division.
    """

    membership: pd.Series[int]
    modularity: float


def modularity(graph: Graph, groups: Groups) -> float:
    r"""Give the modularity of a division of the nodes.

    .. math:: Q = \sum_g \left[ \frac{w_g}{w} - \left( \frac{s_g}{2 w} \right)^2 \right]

    where :math:`w` is the weight of all ties, :math:`w_g` that of ties within group :math:`g`, and
    :math:`s_g` the summed weights at its nodes. The second term is what the group would hold if ties joined
    at random and every node kept its weight (the configuration model).

    Parameters
    ----------
    graph : Graph
        With or without weights.
    groups : Series or mapping
        The group of each node, by name.

    Returns
    -------
    float
        Below 1; 0 if all nodes are one group. A high value is no evidence by itself, since random networks
        too have divisions of high modularity: compare the best division with the best ones of
        `nulls.rewired` graphs or, if the network is a projection, of projections of `nulls.curveball` draws;
        `rewired` finds nearly everything significant there. Nor is the best division always the one wanted:
        modularity has a resolution limit, below which it merges communities that are small beside the whole
        network, however well they are set apart (Fortunato and Barthélemy 2007).

    Raises
    ------
    CourseError
        If a node has no group, or several, or there are no ties.

    References
    ----------
    Newman and Girvan (2004), Physical Review E 69(2), 026113; Guimerà, Sales-Pardo and Amaral (2004),
    Physical Review E 70(2), 025101; Fortunato and Barthélemy (2007), PNAS 104(1), 36-41.
    """
    codes = group_codes("modularity", graph, groups)
    _require_ties("modularity", graph)
    first, second = graph.ties
    within = graph.weights[codes[first] == codes[second]].sum()
    strength = np.bincount(codes, weights=row_sums(graph.adjacency))
    total = strength.sum()
    return float(2 * within / total - ((strength / total) ** 2).sum())


def leiden(graph: Graph, *, seed: int, restarts: int = 10) -> Communities:
    """Look for the division of highest modularity, by the Leiden algorithm.

    It shares the resolution limit of `modularity`: small communities of a large network may come out as one.

    Parameters
    ----------
    graph : Graph
        With or without weights.
    seed : int
        Seed of the random numbers: the algorithm moves nodes in random order.
    restarts : int
        How often to start anew; the best division found is kept. None need be the best there is.

    Returns
    -------
    Communities
        Each connected within itself. An isolate is a community of its own.

    Raises
    ------
    CourseError
        If there are no ties, or `restarts` is below 1.

    References
    ----------
    Traag, Waltman and van Eck (2019), Scientific Reports 9, 5233, doi:10.1038/s41598-019-41695-z; Fortunato
    and Barthélemy (2007), PNAS 104(1), 36-41.
    """
    _require_ties("leiden", graph)
    require_whole("leiden", fewest=1, restarts=restarts)
    require_whole("leiden", fewest=0, seed=seed)
    converted = graph.to_igraph()
    with igraph_seed(seed):
        found = [
            converted.community_leiden(objective_function="modularity", weights="weight", n_iterations=-1)
            for _ in range(restarts)
        ]
    best = max(found, key=lambda division: division.modularity)
    label = np.array(best.membership)
    order = np.argsort(-np.bincount(label), kind="stable")
    membership = pd.Series(np.argsort(order)[label], index=graph.nodes, name="community")
    return Communities(membership, modularity(graph, membership))


def _require_ties(where: str, graph: Graph) -> None:
    if graph.adjacency.nnz == 0:
        raise CourseError(f"{where} was given a graph without ties: there is nothing to divide")

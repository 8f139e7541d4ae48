"""Who stands between others: betweenness, structural holes, and the roles of brokers."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, vstack

from klasteryste.errors import CourseError
from klasteryste.methods.networks._groups import Groups, group_codes
from klasteryste.methods.networks.graphs import Graph, Matrix, row_sums

# How many two-step paths are laid out at once: some tens of megabytes.
_PATHS_AT_ONCE = 2_000_000


def betweenness(graph: Graph) -> pd.Series[float]:
    r"""Give the share of shortest paths that lead through each node.

    .. math:: b_v = \frac{2}{(n - 1)(n - 2)} \sum_{s < t} \frac{\sigma_{st}(v)}{\sigma_{st}}

    where :math:`\sigma_{st}` counts the shortest paths between two others, and :math:`\sigma_{st}(v)` those
    through v.

    Parameters
    ----------
    graph : Graph
        Of n nodes. Its weights do not matter: every tie is one step. Pairs that no path joins add nought.

    Returns
    -------
    Series of float, indexed by node
        0 to 1; 1 for the hub of a star. A node with many ties is between many by chance alone: to call it
        central beyond that, compare it with itself in `nulls.rewired` graphs or, if the network is a
        projection, in projections of `nulls.curveball` draws; `rewired` finds nearly everything significant
        there.

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
        raise CourseError(f"betweenness was given a graph of {n} nodes: to stand between others takes three")
    found = np.array(graph.to_igraph().betweenness(directed=False))
    return pd.Series(2 * found / ((n - 1) * (n - 2)), index=graph.nodes, name="betweenness")


def constraint(graph: Graph) -> pd.Series[float]:
    r"""Give Burt's constraint: how far a node's contacts lead back to one another.

    .. math:: c_i = \sum_j \Big( p_{ij} + \sum_{q \ne i, j} p_{iq} p_{qj} \Big)^2

    over the neighbours j of i, where :math:`p_{ij} = a_{ij} / \sum_k a_{ik}` is the share of i's ties, by
    weight, that goes to j.

    Parameters
    ----------
    graph : Graph
        With or without weights.

    Returns
    -------
    Series of float, indexed by node
        Low for a broker between contacts who do not know one another; 1 for a node with one tie; above 1 in
        some small closed groups. NaN for an isolate, which has no contacts.

    References
    ----------
    Burt (1992), *Structural Holes*; Burt (2004), American Journal of Sociology 110(2), 349-399,
    doi:10.1086/421787.
    """
    a = graph.adjacency
    share = _rows_divided(a, row_sums(a))
    invested = share + _two_paths(share, share, a)
    return _of_nodes(graph, row_sums(invested * invested), "constraint")


def effective_size(graph: Graph) -> pd.Series[float]:
    r"""Give the effective size of each node's circle of contacts: how many there are, less the redundant.

    .. math:: e_i = \sum_j \Big( 1 - \sum_{q \ne i, j} p_{iq} m_{jq} \Big)

    over the neighbours j of i, with :math:`p_{ij}` as in `constraint` and
    :math:`m_{jq} = a_{jq} / \max_k a_{jk}`. Without weights it is the number of contacts less the mean number
    of ties that each of them has to the others.

    Parameters
    ----------
    graph : Graph
        With or without weights.

    Returns
    -------
    Series of float, indexed by node
        From 1, where all contacts are tied to one another, to their number, where none are. NaN for an
        isolate.

    References
    ----------
    Burt (1992), *Structural Holes*; Borgatti (1997), Connections 20(1), 35-38.
    """
    a = graph.adjacency
    share = _rows_divided(a, row_sums(a))
    strongest = csr_array(_rows_divided(a, a.max(axis=1).toarray().ravel()).T)
    redundant = row_sums(_two_paths(share, strongest, a))
    return _of_nodes(graph, graph.degrees - redundant, "effective_size")


def brokerage_roles(graph: Graph, groups: Groups) -> pd.DataFrame:
    """Count the roles that each node has between two others who are tied to it and not to each other.

    To test a count, compare it by `nulls.monte_carlo_test` with the counts under labels shuffled among the
    nodes; their mean is `expected_brokerage_roles`.

    Parameters
    ----------
    graph : Graph
        Its weights do not matter.
    groups : Series or mapping
        The group of each node, by name: its sector, its country.

    Returns
    -------
    DataFrame
        A row for each node, in the order of nodes, and a count of pairs for each role: ``coordinator`` (all
        three are of one group), ``consultant`` (the two are of one group, the broker of another),
        ``gatekeeper`` (one of the two is of the broker's group; since ties have no direction, this is the
        representative too) and ``liaison`` (three groups).

    Raises
    ------
    CourseError
        If a node has no group, or several.

    References
    ----------
    Gould and Fernandez (1989), Sociological Methodology 19, 89-126, doi:10.2307/270949.
    """
    codes = group_codes("brokerage_roles", graph, groups)
    n = len(codes)
    ties = graph.unweighted().adjacency
    member = csr_array((np.ones(n), (np.arange(n), codes)), shape=(n, int(codes.max()) + 1))
    rows = np.repeat(np.arange(n), graph.degrees)
    own = csr_array((codes[rows] == codes[ties.indices], ties.indices, ties.indptr), shape=ties.shape) * 1.0
    own.eliminate_zeros()
    other = csr_array(ties - own)
    other.eliminate_zeros()

    # Pairs of contacts, first whether tied or not: within the broker's group, across, and outside it.
    inside, outside = row_sums(own), row_sums(other)
    by_group = csr_array(other @ member)
    same = (row_sums(by_group * by_group) - outside) / 2
    pairs = {
        "coordinator": inside * (inside - 1) / 2,
        "consultant": same,
        "gatekeeper": inside * outside,
        "liaison": outside * (outside - 1) / 2 - same,
    }
    # Then less the pairs that are tied: each closes a triangle.
    tied = {
        "coordinator": row_sums(_two_paths(own, own, own)) / 2,
        "consultant": row_sums(_two_paths(other, own, other)) / 2,
        "gatekeeper": row_sums(_two_paths(own, other, other)),
        "liaison": row_sums(_two_paths(other, other, other)) / 2,
    }
    return pd.DataFrame(
        {role: np.rint(pairs[role] - tied[role]).astype(int) for role in pairs}, index=graph.nodes
    )


def expected_brokerage_roles(graph: Graph, groups: Groups) -> pd.DataFrame:
    """Give the mean of `brokerage_roles` over all ways of dealing out the same group labels to the nodes.

    Parameters
    ----------
    graph, groups
        As for `brokerage_roles`.

    Returns
    -------
    DataFrame
        The same rows and columns: how many pairs of untied contacts a node has, times the chance that three
        nodes drawn without replacement have the groups that the role asks for.

    Raises
    ------
    CourseError
        As `brokerage_roles`; and if there are fewer than three nodes.
    """
    codes = group_codes("expected_brokerage_roles", graph, groups)
    n = len(codes)
    if n < 3:
        raise CourseError(
            f"expected_brokerage_roles was given a graph of {n} nodes: a broker needs two others"
        )
    sizes = np.bincount(codes)
    one = (sizes * (sizes - 1) * (sizes - 2)).sum() / (n * (n - 1) * (n - 2))
    two = (sizes * (sizes - 1) * (n - sizes)).sum() / (n * (n - 1) * (n - 2))
    chance = {"coordinator": one, "consultant": two, "gatekeeper": 2 * two, "liaison": 1 - one - 3 * two}
    ties = graph.unweighted().adjacency
    open_pairs = graph.degrees * (graph.degrees - 1) / 2 - row_sums(_two_paths(ties, ties, ties)) / 2
    return pd.DataFrame({role: open_pairs * p for role, p in chance.items()}, index=graph.nodes)


def _two_paths(first: Matrix, second: Matrix, where: Matrix) -> Matrix:
    """Give ``first @ second`` where `where` holds something, and leave out the rest.

    The product of a large network with itself is nearly full, so it is made a block of rows at a time.
    """
    before = np.concatenate([[0], np.cumsum(np.diff(second.indptr)[first.indices])])[first.indptr]
    cuts = np.searchsorted(before, np.arange(_PATHS_AT_ONCE, before[-1], _PATHS_AT_ONCE))
    edges = np.unique([0, *cuts, first.shape[0]])
    pattern = csr_array((np.ones(where.nnz), where.indices, where.indptr), shape=where.shape)
    blocks = [(first[i:j] @ second).multiply(pattern[i:j]) for i, j in pairwise(edges.tolist())]
    return csr_array(vstack(blocks, format="csr"))


def _rows_divided(matrix: Matrix, by: npt.NDArray[np.float64]) -> Matrix:
    data = matrix.data / np.repeat(by, np.diff(matrix.indptr))
    return csr_array((data, matrix.indices, matrix.indptr), shape=matrix.shape)


def _of_nodes(graph: Graph, values: npt.NDArray[np.float64], name: str) -> pd.Series[float]:
    return pd.Series(np.where(graph.degrees > 0, values, np.nan), index=graph.nodes, name=name)

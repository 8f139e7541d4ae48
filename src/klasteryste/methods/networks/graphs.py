"""The two kinds of networks: organisations in projects, and organisations tied to one another."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

import igraph
import networkx as nx
import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.sparse import csr_array, triu

from klasteryste.errors import CourseError
from klasteryste.methods._checks import number_column, require_column

Matrix: TypeAlias = "csr_array[np.float64, tuple[int, int]]"


@dataclass(frozen=True, eq=False)
class Graph:
    """An undirected network of n nodes: each tie has a weight above nought, and no node is tied to itself.

    Attributes
    ----------
    nodes : Index, length n
        Their names, each once.
    adjacency : csr_array of float, shape (n, n)
        Weights of ties, the same both ways; 1 where ties have no weights.

    Raises
    ------
    CourseError
        If there are no nodes, a name is missing or comes twice, the matrix has another shape, is not
        symmetric, ties a node to itself, or has a weight that is negative, infinite or not a number, or
        weights whose sum is infinite.
    """

    nodes: pd.Index
    adjacency: Matrix

    def __post_init__(self) -> None:
        _require_names("a graph", "nodes", self.nodes)
        matrix = _canonical(self.adjacency)
        n = len(self.nodes)
        if matrix.shape != (n, n):
            raise CourseError(f"a graph of {n} nodes was given a matrix of shape {matrix.shape}")
        wrong = ~(np.isfinite(matrix.data) & (matrix.data > 0))
        if wrong.any():
            raise CourseError(
                f"a graph was given a tie of weight {matrix.data[wrong][0]}: every weight must be a finite "
                "number above nought"
            )
        with np.errstate(over="ignore"):
            total = matrix.data.sum()
        if not np.isfinite(total):
            raise CourseError("a graph was given weights whose sum is infinite: give them in a larger unit")
        loops = np.flatnonzero(matrix.diagonal())
        if len(loops):
            raise CourseError(f"a graph ties '{self.nodes[loops[0]]}' to itself: leave such ties out")
        if abs(matrix - matrix.T).nnz:
            raise CourseError("a graph was given a matrix that is not symmetric: a tie holds both ways")
        object.__setattr__(self, "adjacency", matrix)

    @property
    def degrees(self) -> npt.NDArray[np.intp]:
        """How many ties each node has, shape (n,), whatever their weights."""
        return np.diff(self.adjacency.indptr).astype(np.intp)

    @property
    def ties(self) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
        """The two ends of each tie, as positions in `nodes`: each tie once, the lower position first."""
        upper = triu(self.adjacency, k=1, format="coo")
        order = np.lexsort((upper.col, upper.row))
        return upper.row[order].astype(np.intp), upper.col[order].astype(np.intp)

    @property
    def weights(self) -> npt.NDArray[np.float64]:
        """The weight of each tie, in the order of `ties`."""
        upper = triu(self.adjacency, k=1, format="coo")
        return np.asarray(upper.data[np.lexsort((upper.col, upper.row))], dtype=float)

    def unweighted(self) -> Graph:
        """Give the same ties, each of weight 1."""
        a = self.adjacency
        return Graph(self.nodes, csr_array((np.ones(a.nnz), a.indices, a.indptr), shape=a.shape))

    def to_igraph(self) -> Any:
        """Give the network as an `igraph.Graph`: vertex attribute ``name``, edge attribute ``weight``."""
        graph = igraph.Graph(n=len(self.nodes), edges=np.column_stack(self.ties))
        graph.vs["name"] = self.nodes.tolist()
        graph.es["weight"] = self.weights.tolist()
        return graph

    def to_networkx(self) -> Any:
        """Give the network as a `networkx.Graph` with edge attribute ``weight``."""
        graph = nx.from_scipy_sparse_array(self.adjacency)
        return nx.relabel_nodes(graph, dict(enumerate(self.nodes)))


@dataclass(frozen=True, eq=False)
class TwoMode:
    """A network of n organisations in m projects: an organisation takes part in a project, or does not.

    Attributes
    ----------
    organisations : Index, length n
        Their names, each once.
    projects : Index, length m
        Their names, each once.
    incidence : csr_array of float, shape (n, m)
        1 where the organisation takes part in the project.

    Raises
    ------
    CourseError
        If there are none, a name is missing or comes twice, the matrix has another shape or holds something
        else than 0 and 1, an organisation is in no project, or a project has no organisation.
    """

    organisations: pd.Index
    projects: pd.Index
    incidence: Matrix

    def __post_init__(self) -> None:
        _require_names("a two-mode network", "organisations", self.organisations)
        _require_names("a two-mode network", "projects", self.projects)
        matrix = _canonical(self.incidence)
        shape = (len(self.organisations), len(self.projects))
        if matrix.shape != shape:
            raise CourseError(f"a two-mode network of {shape} was given a matrix of shape {matrix.shape}")
        if (matrix.data != 1).any():
            raise CourseError("a two-mode network holds something else than 0 and 1: one takes part, or not")
        for names, kind, counts in (
            (self.organisations, "organisation", np.diff(matrix.indptr)),
            (self.projects, "project", np.bincount(matrix.indices, minlength=shape[1])),
        ):
            if not counts.all():
                raise CourseError(
                    f"a two-mode network has the {kind} '{names[int(np.argmin(counts))]}' that takes part in "
                    "nothing: leave it out"
                )
        object.__setattr__(self, "incidence", matrix)


def graph_of_ties(
    first: npt.ArrayLike,
    second: npt.ArrayLike,
    weights: npt.ArrayLike | None = None,
    *,
    nodes: npt.ArrayLike | None = None,
) -> Graph:
    """Build a graph from a list of ties.

    Parameters
    ----------
    first, second : array_like, shape (m,)
        The two ends of each tie. Which is first does not matter.
    weights : array_like of float, shape (m,), optional
        A weight above nought for each tie. Without weights each is 1, and a tie that is listed more than once
        (each partner named the other) is one tie.
    nodes : array_like, shape (n,), optional
        All nodes, in the order wanted; those without ties are isolates. If not given: the ends of the ties,
        sorted.

    Returns
    -------
    Graph

    Raises
    ------
    CourseError
        If lengths differ, an end is missing or not among `nodes`, a node is tied to itself, a weight is not
        a finite number above nought, a weighted tie is listed twice, or there is neither a tie nor a node.
    """
    ends = _columns("graph_of_ties", first=first, second=second)
    names = _sorted_names(*ends) if nodes is None else pd.Index(*_columns("graph_of_ties", nodes=nodes))
    _require_names("graph_of_ties", "nodes", names)
    i, j = (names.get_indexer(pd.Index(end)) for end in ends)
    for end, position in zip(ends, (i, j), strict=True):
        if (position < 0).any():
            row = int(np.argmax(position < 0))
            raise CourseError(f"graph_of_ties: '{end[row]}' in row {row} is not among the nodes")
    if (i == j).any():
        row = int(np.argmax(i == j))
        raise CourseError(
            f"graph_of_ties: '{ends[0][row]}' is tied to itself in row {row}: leave such ties out"
        )
    pairs = pd.DataFrame({"i": np.minimum(i, j), "j": np.maximum(i, j)})
    pairs["weight"] = _tie_weights(weights, len(pairs))
    again = pairs.duplicated(["i", "j"])
    if weights is not None and again.any():
        row = int(np.flatnonzero(again)[0])
        raise CourseError(f"graph_of_ties: the tie in row {row} is listed twice: which weight is meant?")
    kept = pairs[~again]
    rows, columns, data = (kept[name].to_numpy() for name in ("i", "j", "weight"))
    upper = csr_array((data, (rows, columns)), shape=(len(names), len(names)))
    return Graph(names, csr_array(upper + upper.T))


def two_mode(organisations: npt.ArrayLike, projects: npt.ArrayLike) -> TwoMode:
    """Build a two-mode network from a list of participations.

    Parameters
    ----------
    organisations, projects : array_like, shape (k,)
        Who takes part in what, a row each. A row that comes again counts once.

    Returns
    -------
    TwoMode
        Organisations and projects are sorted.

    Raises
    ------
    CourseError
        If lengths differ, there are no rows, or a name is missing.
    """
    columns = _columns("two_mode", organisations=organisations, projects=projects)
    (i, rows), (j, heads) = (pd.factorize(column, sort=True) for column in columns)
    matrix = csr_array((np.ones(len(i)), (i, j)), shape=(len(rows), len(heads)))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    return TwoMode(pd.Index(rows), pd.Index(heads), matrix)


def projection(network: TwoMode) -> Graph:
    """Tie organisations that take part in the same projects: a two-mode network made one-mode.

    Parameters
    ----------
    network : TwoMode

    Returns
    -------
    Graph
        The weight of a tie is how many projects the two share. A project of k organisations gives
        ``k * (k - 1) / 2`` ties, so a projection is dense and clustered whoever takes part in what: compare
        it with projections of `nulls.curveball`, or keep its `backbone`.

    References
    ----------
    Breiger (1974), Social Forces 53(2), 181-190.
    """
    shared = csr_array(network.incidence @ network.incidence.T)
    shared.setdiag(0)
    return Graph(network.organisations, shared)


def row_sums(matrix: Matrix) -> npt.NDArray[np.float64]:
    """Give the sum of each row, shape (n,)."""
    return np.asarray(matrix.sum(axis=1), dtype=float)


def _canonical(matrix: Matrix) -> Matrix:
    found = csr_array(matrix).astype(np.float64, copy=True)
    found.sum_duplicates()
    found.eliminate_zeros()
    return found


def _require_names(where: str, kind: str, names: pd.Index) -> None:
    if len(names) == 0:
        raise CourseError(f"{where} was given no {kind}")
    if names.hasnans:
        raise CourseError(f"{where} was given {kind} with a name missing at {int(np.argmax(names.isna()))}")
    if not names.is_unique:
        raise CourseError(f"{where} was given {kind} with the name '{names[names.duplicated()][0]}' twice")


def _columns(where: str, **given: npt.ArrayLike) -> list[npt.NDArray[Any]]:
    """Give columns of one length, in which nothing is missing."""
    columns = []
    for name, values in given.items():
        require_column(where, name, np.asarray(values))
        # By way of pandas: numpy would turn a number that marks a missing name into a name.
        column = pd.Series(values).to_numpy()
        columns.append(column)
        if len(column) != len(columns[0]):
            raise CourseError(f"{where} was given columns of {len(columns[0])} and {len(column)} rows")
        missing = pd.isna(column)
        if missing.any():
            raise CourseError(f"{where}: {name} missing in row {int(np.argmax(missing))}")
    return columns


def _sorted_names(*columns: npt.NDArray[Any]) -> pd.Index:
    names: pd.Index = pd.Index(pd.factorize(np.concatenate(columns), sort=True)[1])
    return names


def _tie_weights(weights: npt.ArrayLike | None, n: int) -> npt.NDArray[np.float64]:
    if weights is None:
        return np.ones(n)
    found = number_column("graph_of_ties", "weights", weights)
    if len(found) != n:
        raise CourseError(f"graph_of_ties was given {len(found)} weights for {n} ties: give one for each")
    wrong = ~(np.isfinite(found) & (found > 0))
    if wrong.any():
        row = int(np.argmax(wrong))
        raise CourseError(
            f"graph_of_ties: weight {found[row]} in row {row}; every weight must be a finite number above "
            "nought"
        )
    return found

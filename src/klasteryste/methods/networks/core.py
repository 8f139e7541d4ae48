"""Core and periphery: a few who are tied to everyone, and the many who are tied to them only."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from klasteryste.errors import CourseError
from klasteryste.methods._checks import require_whole
from klasteryste.methods.networks._groups import Groups, in_order_of_nodes
from klasteryste.methods.networks.graphs import Graph


@dataclass(frozen=True, eq=False)
class CorePeriphery:
    """A division of the nodes into a core and a periphery.

    Attributes
    ----------
    core : Series of bool, indexed by node
        Whether the node is in the core.
    fit : float
        The correlation of the ties with the ideal pattern, -1 to 1.
    """

    core: pd.Series[bool]
    fit: float


def core_fit(graph: Graph, core: Groups) -> float:
    """Say how well a core fits: the correlation of ties with an ideal pattern, over all pairs of nodes.

    In the ideal pattern two nodes are tied if one of them is in the core, and not if both are in the
    periphery.

    Parameters
    ----------
    graph : Graph
        Its weights do not matter.
    core : Series or mapping of bool
        Whether each node is in the core, by name.

    Returns
    -------
    float
        Pearson's correlation of two columns of 0 and 1, a row for each pair of nodes. 1 for a star and its
        hub.

    Raises
    ------
    CourseError
        If a node is given nothing, two values or one that is not True or False, if the core holds no node or
        leaves fewer than two to the periphery, or if no pair of nodes or every pair is tied: one of the
        columns then does not vary.

    References
    ----------
    Borgatti and Everett (2000), Social Networks 21(4), 375-395, doi:10.1016/S0378-8733(99)00019-2.
    """
    given = in_order_of_nodes("core_fit", graph, core)
    for node, value in given.items():
        if not isinstance(value, bool | np.bool_):
            raise CourseError(f"core_fit was given {value!r} for '{node}': say True if in the core, or False")
    inside = given.to_numpy(dtype=bool)
    n = len(graph.nodes)
    _require_variation("core_fit", graph)
    size = int(inside.sum())
    if not 0 < size < n - 1:
        raise CourseError(f"core_fit was given a core of {size} of {n} nodes: leave two to the periphery")
    first, second = graph.ties
    touching = np.count_nonzero(inside[first] | inside[second])
    return float(_correlation(np.array([size]), np.array([touching]), n, len(first))[0])


def core_periphery(graph: Graph, *, seed: int, restarts: int = 10) -> CorePeriphery:
    """Look for the core that fits best.

    All nodes are let in or out of the core one by one, each once and always the one that leaves the best fit,
    even if worse than before. The best core on the way is where the next round starts, until none is better.
    This is done starting with nobody in the core, with everybody, and with cores drawn at random. The core
    found need not be the best there is.

    Parameters
    ----------
    graph : Graph
        Its weights do not matter.
    seed : int
        Seed of the random numbers.
    restarts : int
        From how many random cores to start, of all sizes; the best core found is kept.

    Returns
    -------
    CorePeriphery
        Always a core, since something fits best in any network: compare its fit with those of
        `nulls.rewired` graphs or, if the network is a projection, in projections of `nulls.curveball` draws;
        `rewired` finds nearly everything significant there. Degrees alone make a core of this kind, so that
        it is rarely more than chance once every node keeps its degree (Kojaku and Masuda 2018): then say that
        a few partners have most ties, and no more.

    Raises
    ------
    CourseError
        If there are fewer than three nodes, if no pair or every pair is tied, or `restarts` is below 1.

    References
    ----------
    Borgatti and Everett (2000), Social Networks 21(4), 375-395, doi:10.1016/S0378-8733(99)00019-2; Kojaku and
    Masuda (2018), New Journal of Physics 20, 043012.
    """
    _require_variation("core_periphery", graph)
    require_whole("core_periphery", fewest=1, restarts=restarts)
    require_whole("core_periphery", fewest=0, seed=seed)
    n, rng = len(graph.nodes), np.random.default_rng(seed)
    starts = [np.zeros(n, dtype=bool), np.ones(n, dtype=bool)]
    starts += [rng.random(n) < rng.random() for _ in range(restarts)]
    core, fit = max((_climb(graph, start) for start in starts), key=lambda found: found[1])
    return CorePeriphery(pd.Series(core, index=graph.nodes, name="core"), fit)


def _climb(graph: Graph, start: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.bool_], float]:
    core, fit = _best_on_the_way(graph, start)
    while True:
        found, better = _best_on_the_way(graph, core)
        if better <= fit + 1e-12:
            return core, fit
        core, fit = found, better


def _best_on_the_way(graph: Graph, start: npt.NDArray[np.bool_]) -> tuple[npt.NDArray[np.bool_], float]:
    """Move every node once, the best first, and give the core that fitted best on the way, and its fit."""
    n, ties = len(start), graph.adjacency.nnz // 2
    indices, indptr = graph.adjacency.indices, graph.adjacency.indptr
    inside = start.copy()
    # How many ties lead from each node to the periphery: what the core gains or loses if the node moves.
    outward = np.asarray(graph.unweighted().adjacency @ (~inside).astype(float)).astype(np.intp)
    size, touching = int(inside.sum()), ties - int(outward[~inside].sum()) // 2
    movable = np.ones(n, dtype=bool)
    best, fit = start, -np.inf
    for _ in range(n):
        step = np.where(inside, -1, 1)
        fits = _correlation(size + step, touching + step * outward, n, ties)
        fits[~movable] = -np.inf
        node = int(np.argmax(fits))
        movable[node] = False
        size, touching = size + int(step[node]), touching + int(step[node] * outward[node])
        inside[node] = not inside[node]
        outward[indices[indptr[node] : indptr[node + 1]]] -= step[node]
        if fits[node] > fit:
            best, fit = inside.copy(), float(fits[node])
    return best, fit


def _correlation(
    size: npt.NDArray[np.intp], touching: npt.NDArray[np.intp], n: int, ties: int
) -> npt.NDArray[np.float64]:
    """Correlate ties with the ideal pattern of cores of these sizes, which these numbers of ties touch.

    A core that leaves fewer than two nodes, or takes none, has no pattern to correlate: worse than any.
    """
    pairs = n * (n - 1) / 2
    ideal = pairs - (n - size) * (n - size - 1) / 2
    varies = (ideal > 0) & (ideal < pairs)
    ideal = np.where(varies, ideal, 1)
    found = (touching * pairs - ties * ideal) / np.sqrt(ties * (pairs - ties) * ideal * (pairs - ideal))
    return np.where(varies, found, -2.0)


def _require_variation(where: str, graph: Graph) -> None:
    n, ties = len(graph.nodes), graph.adjacency.nnz // 2
    if n < 3:
        raise CourseError(f"{where} was given a graph of {n} nodes: core and periphery need three")
    if ties in (0, n * (n - 1) // 2):
        raise CourseError(
            f"{where} was given a graph where {ties} of {n * (n - 1) // 2} pairs are tied: "
            "some must be, and some not"
        )

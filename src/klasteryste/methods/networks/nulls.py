"""What chance alone would give: random networks that keep something of the one seen, and the comparison."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

import igraph
import numpy as np
from scipy.sparse import csr_array

from klasteryste.errors import CourseError
from klasteryste.methods._checks import require_whole
from klasteryste.methods.networks.graphs import Graph, TwoMode

Alternative = Literal["greater", "less", "two-sided"]

# Two ways of summing the same statistic differ by about this much: they are equal all the same.
_ROUNDING = 1e-12


@dataclass(frozen=True)
class MonteCarloTest:
    """A statistic beside its values in random networks.

    Attributes
    ----------
    observed : float
        Its value in the network seen.
    expected : float
        Its mean over the random networks.
    low, high : float
        The middle 95 % of its values in the random networks.
    p : float
        ``(1 + k) / (1 + draws)``, where k random networks are as extreme as the one seen, or more; two-sided,
        twice the smaller of the two sides, at most 1.
    draws : int
        How many random networks there were.
    """

    observed: float
    expected: float
    low: float
    high: float
    p: float
    draws: int


def monte_carlo_test(
    observed: float, draws: Iterable[float], alternative: Alternative = "two-sided"
) -> MonteCarloTest:
    """Compare a statistic with its values in networks drawn under a null model.

    For instance, with the null model that organisations and projects keep their numbers of participations::

        found = leiden(projection(network), seed=1).modularity
        chance = [
            leiden(projection(drawn), seed=1).modularity for drawn in curveball(network, 999, seed=2)
        ]
        monte_carlo_test(found, chance, "greater")

    A network of ties that were named one by one is compared with `rewired` graphs. If it is a projection, it
    is compared with projections of `curveball` draws, as here; `rewired` finds nearly everything significant
    there, since a project ties all its organisations to one another whoever they are.

    Parameters
    ----------
    observed : float
        The statistic in the network seen.
    draws : iterable of float
        The same statistic in each random network.
    alternative : {"two-sided", "greater", "less"}
        Which values count as extreme.

    Returns
    -------
    MonteCarloTest
        The network seen is counted among the draws, so p is never nought and the test is exact where draws
        are independent.

    Raises
    ------
    CourseError
        If there are no draws, a number is missing or infinite, or the alternative is another word.

    References
    ----------
    Phipson and Smyth (2010), Statistical Applications in Genetics and Molecular Biology 9(1), 39.
    """
    values = np.fromiter(draws, dtype=float)
    if len(values) == 0:
        raise CourseError("monte_carlo_test was given no draws: give the statistic in each random network")
    if not (np.isfinite(observed) and np.isfinite(values).all()):
        raise CourseError("monte_carlo_test was given a statistic that is missing or infinite")
    slack = _ROUNDING * max(1.0, abs(observed))
    upper = (1 + int((values >= observed - slack).sum())) / (1 + len(values))
    lower = (1 + int((values <= observed + slack).sum())) / (1 + len(values))
    p_values = {"greater": upper, "less": lower, "two-sided": min(1.0, 2 * min(upper, lower))}
    if alternative not in p_values:
        raise CourseError(f"alternative {alternative!r} was given: choose one of {', '.join(p_values)}")
    low, high = np.quantile(values, [0.025, 0.975])
    return MonteCarloTest(
        float(observed), float(values.mean()), float(low), float(high), p_values[alternative], len(values)
    )


def rewired(graph: Graph, count: int, *, seed: int) -> Iterator[Graph]:
    """Draw random graphs in which every node keeps its degree.

    The null model behind modularity; no null model of a projection (see `curveball`). Each draw starts from
    the graph given and tries twenty switches a tie: of two ties a-b and c-d, to a-d and c-b. A switch that
    would double a tie or tie a node to itself is refused, and counted, so that in the long run every graph
    with these degrees is equally likely. Where more than half of all pairs are tied, most switches would be
    refused: there the pairs that are *not* tied are switched instead, which comes to the same.

    Parameters
    ----------
    graph : Graph
        Without weights (see `Graph.unweighted`), since a switch keeps degrees and not weights.
    count : int
        How many graphs to draw.
    seed : int
        Seed of the random numbers.

    Yields
    ------
    Graph

    Raises
    ------
    CourseError
        If ties have weights other than 1, there are fewer than two, or `count` is below 1.

    References
    ----------
    Maslov and Sneppen (2002), Science 296(5569), 910-913; Fosdick et al. (2018), SIAM Review 60(2), 315-355,
    doi:10.1137/16M1087175.
    """
    require_whole("rewired", fewest=1, count=count)
    require_whole("rewired", fewest=0, seed=seed)
    ties = graph.adjacency.nnz // 2
    if (graph.adjacency.data != 1).any():
        raise CourseError("rewired was given ties with weights, which it would lose: give graph.unweighted()")
    if ties < 2:
        raise CourseError(f"rewired was given {ties} ties: a switch needs two")
    return _rewire(graph, count, seed)


def curveball(network: TwoMode, count: int, *, seed: int) -> Iterator[TwoMode]:
    """Draw random two-mode networks in which organisations and projects keep their numbers of participations.

    Two projects (or two organisations, if these are fewer) put what only one of them has into a pool, and
    deal it out again at random, each getting as many as it had. All networks with these numbers are equally
    likely in the long run. Twenty trades for each project come before the first draw, and each draw goes on
    from the one before, after ten more.

    Parameters
    ----------
    network : TwoMode
    count : int
        How many networks to draw.
    seed : int
        Seed of the random numbers.

    Yields
    ------
    TwoMode

    Raises
    ------
    CourseError
        If there are fewer than two organisations or two projects, so that nothing can be traded, or `count`
        is below 1.

    References
    ----------
    Strona et al. (2014), Nature Communications 5, 4114, doi:10.1038/ncomms5114; uniformity: Carstens (2015),
    Physical Review E 91(4), 042812.
    """
    require_whole("curveball", fewest=1, count=count)
    require_whole("curveball", fewest=0, seed=seed)
    if min(network.incidence.shape) < 2:
        raise CourseError(
            "curveball needs two organisations and two projects at least: nothing can be traded"
        )
    return _trade(network, count, seed)


@contextmanager
def igraph_seed(seed: int) -> Iterator[None]:
    """Let igraph draw from its own seeded random numbers, and give it back Python's afterwards."""
    igraph.set_random_number_generator(random.Random(seed))
    try:
        yield
    finally:
        igraph.set_random_number_generator(random)


def _rewire(graph: Graph, count: int, seed: int) -> Iterator[Graph]:
    start = graph.to_igraph()
    dense = start.density() > 0.5
    if dense:
        start = start.complementer(loops=False)
    n = len(graph.nodes)
    for draw in np.random.default_rng(seed).integers(2**32, size=count):
        drawn = start.copy()
        with igraph_seed(int(draw)):
            drawn.rewire(20 * drawn.ecount())
        if dense:
            drawn = drawn.complementer(loops=False)
        i, j = np.array(drawn.get_edgelist()).T
        both_ways = np.concatenate([i, j]), np.concatenate([j, i])
        yield Graph(graph.nodes, csr_array((np.ones(2 * len(i)), both_ways), shape=(n, n)))


def _trade(network: TwoMode, count: int, seed: int) -> Iterator[TwoMode]:
    tall = network.incidence.shape[0] > network.incidence.shape[1]
    matrix = csr_array(network.incidence.T) if tall else network.incidence
    rows = [set(part.tolist()) for part in np.split(matrix.indices, matrix.indptr[1:-1])]
    rng = np.random.default_rng(seed)
    _trades(rows, 20 * len(rows), rng)
    for _ in range(count):
        _trades(rows, 10 * len(rows), rng)
        columns = np.array([column for row in rows for column in sorted(row)])
        drawn = csr_array((matrix.data, columns, matrix.indptr), shape=matrix.shape)
        yield TwoMode(network.organisations, network.projects, csr_array(drawn.T) if tall else drawn)


def _trades(rows: list[set[int]], count: int, rng: np.random.Generator) -> None:
    first = rng.integers(len(rows), size=count)
    second = (first + rng.integers(1, len(rows), size=count)) % len(rows)
    for i, j in zip(first.tolist(), second.tolist(), strict=True):
        both = rows[i] & rows[j]
        pool = rng.permutation(sorted(rows[i] ^ rows[j])).tolist()
        mine = len(rows[i]) - len(both)
        rows[i], rows[j] = both.union(pool[:mine]), both.union(pool[mine:])

"""Whether ties run between groups or within them: the E-I index and its permutation test."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from klasteryste.errors import CourseError
from klasteryste.methods._checks import require_whole
from klasteryste.methods.networks._groups import Groups, group_codes
from klasteryste.methods.networks.graphs import Graph
from klasteryste.methods.networks.nulls import Alternative, MonteCarloTest, monte_carlo_test


def ei_index(graph: Graph, groups: Groups) -> float:
    """Give the E-I index, ``(E - I) / (E + I)``: external ties E against internal ties I.

    Parameters
    ----------
    graph : Graph
        Its weights do not matter: a tie counts once.
    groups : Series or mapping
        The group of each node, by name.

    Returns
    -------
    float
        1 if all ties are between groups, -1 if all are within. It depends on the sizes of the groups: many
        small ones give a high index by chance, so compare it with `expected_ei_index` and use `ei_test`.

    Raises
    ------
    CourseError
        If a node has no group, or several, or there are no ties.

    References
    ----------
    Krackhardt and Stern (1988), Social Psychology Quarterly 51(2), 123-140, doi:10.2307/2786835.
    """
    codes = group_codes("ei_index", graph, groups)
    first, second = _ties("ei_index", graph)
    return float(2 * (codes[first] != codes[second]).mean() - 1)


def expected_ei_index(graph: Graph, groups: Groups) -> float:
    """Give the mean of the E-I index over all ways of dealing out the same group labels to the nodes.

    Parameters
    ----------
    graph, groups
        As for `ei_index`.

    Returns
    -------
    float
        ``1 - 2 * sum(n_g (n_g - 1)) / (n (n - 1))`` with ``n_g`` nodes in group g: of all pairs of nodes, the
        share that is external less the share that is internal, whatever the ties.

    Raises
    ------
    CourseError
        As `ei_index`.
    """
    codes = group_codes("expected_ei_index", graph, groups)
    _ties("expected_ei_index", graph)
    sizes = np.bincount(codes)
    return float(1 - 2 * (sizes * (sizes - 1)).sum() / (len(codes) * (len(codes) - 1)))


def ei_test(
    graph: Graph,
    groups: Groups,
    *,
    permutations: int = 10_000,
    seed: int,
    alternative: Alternative = "two-sided",
) -> MonteCarloTest:
    """Test whether ties run between groups more, or less, than chance would have it.

    The null model keeps the network and the sizes of the groups, and deals the labels out to the nodes at
    random: who belongs where has nothing to do with who is tied to whom.

    Parameters
    ----------
    graph, groups
        As for `ei_index`.
    permutations : int
        How often labels are dealt out.
    seed : int
        Seed of the random numbers.
    alternative : {"two-sided", "greater", "less"}
        "greater" asks whether the network bridges groups more than chance, "less" whether it keeps to them.

    Returns
    -------
    MonteCarloTest
        Of the E-I index.

    Raises
    ------
    CourseError
        As `ei_index`; and if there is one group only, so that labels cannot change the index, or
        `permutations` is below 1.

    References
    ----------
    Krackhardt and Stern (1988), Social Psychology Quarterly 51(2), 123-140, doi:10.2307/2786835.
    """
    require_whole("ei_test", fewest=1, permutations=permutations)
    require_whole("ei_test", fewest=0, seed=seed)
    codes = group_codes("ei_test", graph, groups)
    if not codes.any():
        raise CourseError("ei_test was given one group only: no permutation of labels can change the index")
    first, second = _ties("ei_test", graph)
    external = _external_ties(codes, first, second, permutations, np.random.default_rng(seed))
    return monte_carlo_test(ei_index(graph, groups), 2 * external / len(first) - 1, alternative)


def _ties(where: str, graph: Graph) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    first, second = graph.ties
    if len(first) == 0:
        raise CourseError(f"{where} was given a graph without ties: there is nothing to count")
    return first, second


def _external_ties(
    codes: npt.NDArray[np.intp],
    first: npt.NDArray[np.intp],
    second: npt.NDArray[np.intp],
    permutations: int,
    rng: np.random.Generator,
) -> npt.NDArray[np.int64]:
    """Count the ties between groups under each permutation, shape (permutations,)."""
    # In the narrowest type, labels stay in the processor's cache, which is where the time goes.
    labels = codes.astype(np.min_scalar_type(int(codes.max())))
    external = np.empty(permutations, dtype=np.int64)
    for at in range(permutations):
        rng.shuffle(labels)
        external[at] = np.count_nonzero(labels.take(first) != labels.take(second))
    return external

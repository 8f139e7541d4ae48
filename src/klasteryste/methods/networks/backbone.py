"""Which ties of a projection are more than chance: its backbone, under two null models."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pandas as pd
from scipy.optimize import minimize
from scipy.special import expit

from klasteryste.errors import CourseError
from klasteryste.methods.networks.graphs import Graph, Matrix, TwoMode, projection, row_sums
from klasteryste.methods.networks.nulls import curveball


def sdsm(network: TwoMode) -> pd.DataFrame:
    r"""Test each tie of a projection under the stochastic degree sequence model.

    The null model: organisation i takes part in project k with chance

    .. math:: p_{ik} = \frac{x_i y_k}{1 + x_i y_k}

    independently of all else, with x and y such that every organisation and every project has on average as
    many participations as it has in truth (the bipartite configuration model). What two organisations share
    then follows a Poisson-binomial distribution, which is computed in full.

    A network of one programme, in which most organisations take part once, cannot single out ties at a false
    discovery rate of 5 %: the few projects that two can share are too little evidence among so many pairs.

    Parameters
    ----------
    network : TwoMode

    Returns
    -------
    DataFrame
        A row for each pair of organisations that share a project: ``first``, ``second`` (names), ``shared``
        (how many projects), ``expected`` (its mean under the null model), ``p`` (the chance of sharing as
        many or more) and ``p_fdr`` (adjusted by Benjamini and Hochberg's steps for all ``n (n - 1) / 2``
        pairs, those that share nothing included). The backbone at a false discovery rate of 5 % is the rows
        with ``p_fdr`` of 0.05 or below. The rate is proved for tests that are independent or depend on one
        another positively; pairs with an organisation in common are not shown to be either.

    Raises
    ------
    CourseError
        If there are fewer than two organisations.

    References
    ----------
    Neal, Domagalski and Sagan (2021), Scientific Reports 11, 23929, doi:10.1038/s41598-021-03238-3; the
    chances: Saracco et al. (2015), Scientific Reports 5, 10595; the adjustment: Benjamini and Hochberg
    (1995), Journal of the Royal Statistical Society B 57(1), 289-300.
    """
    graph = _projection("sdsm", network)
    (first, second), shared = graph.ties, graph.weights.astype(np.intp)
    kind, chance = _participation_chances(network)
    # Few kinds of pairs have to be computed, since organisations of one kind have the same chances.
    ends, which = np.unique(np.column_stack([kind[first], kind[second]]), axis=0, return_inverse=True)
    both = chance[ends[:, 0]] * chance[ends[:, 1]]
    tails = _poisson_binomial_tails(both, int(shared.max(initial=0)))
    return _table(graph, both.sum(axis=1)[which], tails[which, shared])


def fdsm(network: TwoMode, *, draws: int, seed: int) -> pd.DataFrame:
    """Test each tie of a projection under the fixed degree sequence model.

    The null model: all two-mode networks in which every organisation and every project has exactly as many
    participations as it has in truth are equally likely. They are drawn by `nulls.curveball`.

    As with `sdsm`, a network of one programme, in which most organisations take part once, cannot single out
    ties at a false discovery rate of 5 %.

    Parameters
    ----------
    network : TwoMode
    draws : int
        How many networks to draw. No p is below ``1 / (draws + 1)``, and so no ``p_fdr`` of a lone tie below
        ``n (n - 1) / 2 / (draws + 1)``: for it to survive at 5 % takes at least ``10 n (n - 1) - 1`` draws,
        3,799 for 20 organisations; for k ties that stand out together, a k-th of that.
    seed : int
        Seed of the random numbers.

    Returns
    -------
    DataFrame
        As `sdsm`, with ``expected`` the mean over the draws and ``p`` equal to ``(1 + k) / (1 + draws)``,
        where the pair shares as many projects or more in k draws.

    Raises
    ------
    CourseError
        If there are fewer than two organisations or two projects, or `draws` is below 1.

    References
    ----------
    Strona et al. (2014), Nature Communications 5, 4114, doi:10.1038/ncomms5114; Neal, Domagalski and Sagan
    (2021), Scientific Reports 11, 23929, doi:10.1038/s41598-021-03238-3; Benjamini and Hochberg (1995),
    Journal of the Royal Statistical Society B 57(1), 289-300.
    """
    graph = _projection("fdsm", network)
    (first, second), shared = graph.ties, graph.weights
    total, as_many = np.zeros(len(first)), np.zeros(len(first))
    for drawn in curveball(network, draws, seed=seed):
        counts = _shared(drawn.incidence, first, second)
        total += counts
        as_many += counts >= shared
    return _table(graph, total / draws, (1 + as_many) / (1 + draws))


def _projection(where: str, network: TwoMode) -> Graph:
    if len(network.organisations) < 2:
        raise CourseError(f"{where} was given one organisation: a tie needs two")
    return projection(network)


def _shared(
    incidence: Matrix, first: npt.NDArray[np.intp], second: npt.NDArray[np.intp]
) -> npt.NDArray[np.float64]:
    return row_sums(incidence[first].multiply(incidence[second]))


def _participation_chances(network: TwoMode) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Solve the bipartite configuration model by maximum likelihood.

    Returns the kind of each organisation, shape (n,), and the chance of each kind to take part in each
    project, shape (kinds, m): all organisations with as many participations are of one kind.
    """
    total = network.incidence.nnz
    counts = np.diff(network.incidence.indptr)
    project_counts = np.bincount(network.incidence.indices)
    rows, kind, row_sizes = np.unique(counts, return_inverse=True, return_counts=True)
    columns, project_kind, column_sizes = np.unique(project_counts, return_inverse=True, return_counts=True)
    cells = np.outer(row_sizes, column_sizes) / total
    wanted = np.concatenate([row_sizes * rows, column_sizes * columns]) / total

    def log_odds(logs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        return np.add.outer(logs[: len(rows)], logs[len(rows) :])

    def loss(logs: npt.NDArray[np.float64]) -> float:
        return float((cells * np.logaddexp(0, log_odds(logs))).sum() - wanted @ logs)

    def slope(logs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        expected = cells * expit(log_odds(logs))
        return np.concatenate([expected.sum(axis=1), expected.sum(axis=0)]) - wanted

    def curvature(logs: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        chance = expit(log_odds(logs))
        spread = cells * chance * (1 - chance)
        return np.block([[np.diag(spread.sum(axis=1)), spread], [spread.T, np.diag(spread.sum(axis=0))]])

    start = np.log(np.concatenate([rows, columns]) / np.sqrt(total))
    found = minimize(loss, start, jac=slope, hess=curvature, method="trust-exact", options={"gtol": 1e-8})
    if not found.success:
        raise CourseError(f"sdsm: the chances of the null model were not found ({found.message})")
    return kind, np.asarray(expit(log_odds(found.x))[:, project_kind])


def _poisson_binomial_tails(chances: npt.NDArray[np.float64], most: int) -> npt.NDArray[np.float64]:
    """Give the chance of 0, 1, ... `most` successes or more, shape (rows, most + 1).

    Each row of `chances` holds those of independent trials, which are added one at a time: the last column
    counts `most` and more, so that tails are sums and never small differences.
    """
    found = np.zeros((len(chances), most + 1))
    found[:, 0] = 1
    for chance in chances.T:
        moved = found * chance[:, None]
        moved[:, -1] = 0
        found -= moved
        found[:, 1:] += moved[:, :-1]
    # A sum of all chances can pass 1 by rounding.
    return np.asarray(np.minimum(found[:, ::-1].cumsum(axis=1)[:, ::-1], 1.0))


def _table(graph: Graph, expected: npt.NDArray[np.float64], p: npt.NDArray[np.float64]) -> pd.DataFrame:
    first, second = graph.ties
    n = len(graph.nodes)
    return pd.DataFrame(
        {
            "first": graph.nodes[first],
            "second": graph.nodes[second],
            "shared": graph.weights.astype(int),
            "expected": expected,
            "p": p,
            "p_fdr": _false_discovery(p, n * (n - 1) // 2),
        }
    )


def _false_discovery(p: npt.NDArray[np.float64], comparisons: int) -> npt.NDArray[np.float64]:
    """Adjust p values by Benjamini and Hochberg's steps; comparisons that are not given have p = 1."""
    order = np.argsort(-p)
    ranks = np.arange(len(p), 0, -1)
    adjusted = np.empty_like(p)
    adjusted[order] = np.minimum.accumulate(np.minimum(1, p[order] * (comparisons / ranks)))
    return adjusted

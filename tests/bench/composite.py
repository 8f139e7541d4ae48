"""How fast an index is built many times over, and how the time of its ranks grows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from tests.bench.measure import Growth, Row, median_seconds, peak_megabytes, seconds

from klasteryste.methods.imputation import impute_draws
from klasteryste.methods.ranks import pairwise_rank_intervals
from klasteryste.methods.uncertainty import RankUncertainty, rank_uncertainty


def rows(toy: bool) -> list[Row]:
    """Compare three simulations of ranks with the loops that an analyst would write."""
    draws = 40 if toy else 10_000
    found = []
    for what, gaps in (("a full table", 0.0), ("a table with gaps, ten imputations drawn in both", 0.05)):
        table, ses = invented(31, 8, gaps)

        def ours(table: pd.DataFrame = table, ses: pd.DataFrame = ses) -> RankUncertainty:
            return rank_uncertainty(table, ses, draws=draws, seed=1)

        loop: list[pd.DataFrame] = []
        slow = seconds(lambda t=table, s=ses, found=loop: found.append(plain_loops(t, s, draws)))
        # Imputations are drawn anew by each, so that only the full table has the same answer in both.
        if not toy and gaps == 0 and not np.allclose(ours().both.shares(), loop[0], atol=0.04):
            raise AssertionError("the simulation and the plain loop do not find the same shares")
        found.append(
            Row(
                f"ranks of 31 units by 8 indicators, {draws:,} draws each of sampling, method and both, "
                f"of {what}; plain pandas loops",
                median_seconds(ours, 1 if toy else 5),
                slow,
                peak_megabytes(ours),
            )
        )
    return found


def growth(toy: bool) -> list[Growth]:
    """Time the simulation and the pairwise intervals with more and more units."""
    draws, sizes = (100, [10, 20]) if toy else (10_000, [30, 60, 120])
    simulation, pairs = [], []
    for size in sizes:
        table, ses = invented(size, 8, gaps=0)
        values, errors = table["i0"], ses["i0"]
        simulation.append(
            median_seconds(lambda t=table, s=ses: rank_uncertainty(t, s, draws=draws, seed=1), 3)
        )
        pairs.append(
            median_seconds(lambda v=values, e=errors: pairwise_rank_intervals(v, e, draws=draws, seed=1), 3)
        )
    return [
        Growth("uncertainty of the ranks of an index, by units", sizes, simulation),
        Growth("pairwise rank intervals, by units", sizes, pairs),
    ]


def invented(units: int, indicators: int, gaps: float) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Give an invented table that correlates as indicators do, and its standard errors."""
    rng = np.random.default_rng(2)
    x = rng.normal(size=(units, 1)) + rng.normal(size=(units, indicators))
    table = pd.DataFrame(x, [f"u{i}" for i in range(units)], [f"i{j}" for j in range(indicators)])
    table = table.mask(rng.random(table.shape) < gaps)
    return table, pd.DataFrame(0.3, table.index, table.columns).mask(table.isna())


def plain_loops(table: pd.DataFrame, ses: pd.DataFrame, draws: int) -> pd.DataFrame:
    """Simulate sampling, method and both, an index at a time, and give the shares of places of the last."""
    rng = np.random.default_rng(3)
    # A copy puts back into one block what fillna leaves in a block a column, which makes every sum slower.
    filled = {
        "mean": [table.fillna(table.mean()).copy()],
        "median": [table.fillna(table.median()).copy()],
        "draws": impute_draws(table, 10, seed=1) if table.isna().any(axis=None) else [table],
    }
    errors = ses.fillna(0)
    for varied, noise in ((False, errors), (True, 0 * errors), (True, errors)):
        ranks = []
        for _ in range(draws):
            fill, normalisation, weights, aggregation = (
                rng.choice(options) if varied else options[0]
                for options in (
                    ["mean", "median", "draws"],
                    ["min_max", "z", "rank"],
                    ["equal", "pca"],
                    ["arithmetic", "geometric", "ampi"],
                )
            )
            tables = filled[fill]
            noisy = tables[rng.integers(len(tables))] + noise * rng.normal(size=table.shape)
            ranks.append(
                one_index(noisy, normalisation, weights, aggregation).rank(method="min", ascending=False)
            )
    counts = pd.DataFrame(ranks).apply(lambda places: places.value_counts(normalize=True)).T
    return counts.reindex(columns=range(1, len(table) + 1)).fillna(0)


def one_index(table: pd.DataFrame, normalisation: str, weights: str, aggregation: str) -> pd.Series[float]:
    """Build one index, as plainly as pandas says it."""
    low, high = (70, 130) if aggregation == "ampi" else (1, 100)
    if normalisation == "min_max":
        scores = low + (high - low) * (table - table.min()) / (table.max() - table.min())
    elif normalisation == "z":
        scores = 100 + 10 * (table - table.mean()) / table.std(ddof=0)
    else:
        scores = low + (high - low) * (table.rank() - 1) / (len(table) - 1)
    if weights == "equal":
        w = pd.Series(1 / scores.shape[1], scores.columns)
    else:
        w = pd.Series(np.linalg.eigh(scores.corr())[1][:, -1] ** 2, scores.columns)
    if aggregation == "geometric":
        return np.exp((np.log(scores) * w).sum(axis=1))
    mean = (scores * w).sum(axis=1)
    if aggregation == "arithmetic":
        return mean
    return mean - (scores.sub(mean, axis=0) ** 2 * w).sum(axis=1) / mean

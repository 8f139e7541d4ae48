"""The benchmarks run, at toy size, so that they cannot rot; nothing here asserts a time."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from tests.bench.composite import invented, one_index
from tests.bench.measure import Growth, peak_megabytes
from tests.conftest import ROOT

from klasteryste.methods import composite


def test_the_benchmarks_run():
    results = ROOT / "tests" / "bench" / "results.md"
    before = results.read_bytes() if results.exists() else None
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--toy"], cwd=ROOT, capture_output=True, text=True, timeout=1800
    )
    assert run.returncode == 0, run.stderr
    assert "| an unchanged book, against a cold build |" in run.stdout
    assert "| a cold build of the book (en); jupyter-book build of its English |" in run.stdout
    assert "| pairwise rank intervals, by units | 10, 20 |" in run.stdout
    assert "| a class of 2 that handed in m2, 2 at a time, in jails (" in run.stdout
    assert (results.read_bytes() if results.exists() else None) == before


@pytest.mark.parametrize("weights", ["equal", "pca"])
@pytest.mark.parametrize("normalisation", ["min_max", "z", "rank"])
@pytest.mark.parametrize("aggregation", ["arithmetic", "geometric", "ampi"])
def test_the_plain_loop_builds_the_same_index(normalisation, weights, aggregation):
    table, _ = invented(12, 4, gaps=0)
    low, high = (70, 130) if aggregation == "ampi" else (1, 100)
    scores = {
        "min_max": lambda: composite.min_max(table, low, high),
        "z": lambda: composite.z_scores(table, 100, 10),
        "rank": lambda: composite.rank_scores(table, low, high),
    }[normalisation]()
    aggregate = {
        "arithmetic": composite.arithmetic_mean,
        "geometric": composite.geometric_mean,
        "ampi": composite.ampi,
    }[aggregation]
    expected = aggregate(scores, None if weights == "equal" else composite.pca_weights(scores).weights)
    found = one_index(table, normalisation, weights, aggregation)
    assert found.to_numpy() == pytest.approx(expected.to_numpy())


def test_the_exponent_of_growth_is_the_slope_on_logarithms():
    assert Growth("squares", [10, 20, 40], [1, 4, 16]).exponent == pytest.approx(2)


def test_peak_memory_is_what_a_call_adds():
    held = np.ones(4_000_000)
    assert peak_megabytes(lambda: np.ones(4_000_000)) == pytest.approx(32, rel=0.3)
    assert peak_megabytes(lambda: held.sum()) < 8


def test_a_call_that_fails_has_no_peak():
    with pytest.raises(RuntimeError, match="failed"):
        peak_megabytes(lambda: 1 / 0)

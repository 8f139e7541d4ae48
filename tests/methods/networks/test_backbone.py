"""Backbones: closed forms, brute force, another library's adjustment, planted ties and false alarms."""

from __future__ import annotations

from itertools import product
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import fsolve
from scipy.stats import binom
from statsmodels.stats.multitest import multipletests
from tests.methods.networks.famous import southern_women

from klasteryste.data import load
from klasteryste.errors import CourseError
from klasteryste.methods.networks import backbone
from klasteryste.methods.networks.backbone import fdsm, sdsm
from klasteryste.methods.networks.graphs import TwoMode, projection, two_mode


def network(cells: np.ndarray) -> TwoMode:
    return two_mode(*np.nonzero(cells))


def planted(rng: np.random.Generator) -> TwoMode:
    """Twelve organisations in eighty projects at random, but two of them always together."""
    cells = rng.random((12, 80)) < 0.25
    cells[1] = cells[0]
    return network(cells)


def test_equal_numbers_give_a_binomial() -> None:
    # Six organisations in two of four projects each, three to a project: every chance is a half.
    cells = np.array([[1, 1, 0, 0], [1, 1, 0, 0], [1, 0, 1, 0], [0, 1, 0, 1], [0, 0, 1, 1], [0, 0, 1, 1]])
    found = sdsm(network(cells))
    assert found["expected"].tolist() == pytest.approx([4 / 4] * len(found))
    assert found["p"].tolist() == pytest.approx(binom.sf(found["shared"] - 1, 4, 1 / 4).tolist(), rel=1e-6)


def test_unequal_numbers_by_brute_force() -> None:
    cells = np.array([[1, 1, 1, 0, 0], [1, 1, 0, 0, 1], [1, 0, 0, 0, 0], [0, 1, 0, 1, 0], [1, 0, 0, 1, 0]])
    rows, columns = cells.sum(axis=1), cells.sum(axis=0)

    def missing(logs: np.ndarray) -> np.ndarray:
        # The last column's number follows from the others, so its log is fixed.
        chance = 1 / (1 + np.exp(-np.add.outer(logs[:5], [*logs[5:], 0])))
        return np.concatenate([chance.sum(axis=1) - rows, chance.sum(axis=0)[:4] - columns[:4]])

    logs = fsolve(missing, np.zeros(9), xtol=1e-12)
    chance = 1 / (1 + np.exp(-np.add.outer(logs[:5], [*logs[5:], 0])))
    for row in sdsm(network(cells)).itertuples():
        both = chance[row.first] * chance[row.second]
        p = sum(
            np.prod(np.where(outcome, both, 1 - both))
            for outcome in product([0, 1], repeat=5)
            if sum(outcome) >= row.shared
        )
        assert row.p == pytest.approx(p, rel=1e-5)
        assert row.expected == pytest.approx(both.sum(), rel=1e-5)


def test_fixed_numbers_by_every_network_that_has_them() -> None:
    seen = np.array([[1, 1, 0], [1, 1, 0], [1, 0, 0], [0, 0, 1]])
    every = [
        cells
        for cells in (np.reshape(c, (4, 3)) for c in product([0, 1], repeat=12))
        if (cells.sum(axis=1) == seen.sum(axis=1)).all() and (cells.sum(axis=0) == seen.sum(axis=0)).all()
    ]
    draws = 3000
    found = fdsm(network(seen), draws=draws, seed=1)
    assert len(found) == 3
    for row in found.itertuples():
        shared = np.array([cells[row.first] @ cells[row.second] for cells in every])
        assert row.expected == pytest.approx(shared.mean(), abs=4 * shared.std() / np.sqrt(draws))
        assert row.p == pytest.approx((shared >= row.shared).mean(), abs=4 * np.sqrt(0.25 / draws))


def test_tail_of_a_rare_event_is_computed_where_a_difference_would_be_nought() -> None:
    # Thirty pairs, each with twenty projects of its own: every chance is 1 / 30.
    rows = [(i, 20 * (i // 2) + k) for i in range(60) for k in range(20)]
    found = sdsm(two_mode(*zip(*rows, strict=True)))
    assert binom.sf(19, 600, 1 / 900) < 1e-20
    assert found["p"].tolist() == pytest.approx([binom.sf(19, 600, 1 / 900)] * 30, rel=1e-4, abs=0)


cells = st.lists(st.tuples(st.integers(0, 6), st.integers(0, 5)), min_size=2, max_size=25)


@given(cells)
@settings(max_examples=60, deadline=None)
def test_every_network_has_a_table_with_chances(rows: list[tuple[int, int]]) -> None:
    found = two_mode(*zip(*rows, strict=True))
    if len(found.organisations) < 2:
        with pytest.raises(CourseError, match="a tie needs two"):
            sdsm(found)
        return
    table = sdsm(found)
    graph = projection(found)
    assert list(zip(table["first"], table["second"], strict=True)) == [
        (graph.nodes[i], graph.nodes[j]) for i, j in zip(*graph.ties, strict=True)
    ]
    assert table["shared"].tolist() == graph.weights.tolist()
    assert ((table["p"] > 0) & (table["p"] <= 1) & (table["p_fdr"] >= table["p"])).all()
    assert (table["expected"] <= len(found.projects)).all()


def test_expected_numbers_of_both_models_agree_in_the_main() -> None:
    women = southern_women()
    one, other = sdsm(women), fdsm(women, draws=1500, seed=1)
    assert np.corrcoef(one["expected"], other["expected"])[0, 1] > 0.99
    assert np.corrcoef(one["p"], other["p"])[0, 1] > 0.95
    # Where numbers are fixed there is less room for chance, so that the fixed model finds more.
    assert (other["p"] <= 0.05).sum() >= (one["p"] <= 0.05).sum()


def test_false_discovery_rate_is_that_of_statsmodels_over_all_pairs() -> None:
    women = southern_women()
    for table in (sdsm(women), fdsm(women, draws=200, seed=1)):
        every = np.concatenate([table["p"], np.ones(18 * 17 // 2 - len(table))])
        expected = multipletests(every, method="fdr_bh")[1][: len(table)]
        assert table["p_fdr"].tolist() == pytest.approx(expected.tolist())


def test_two_who_go_together_are_found_and_others_are_not() -> None:
    found = planted(np.random.default_rng(1))
    for table in (sdsm(found), fdsm(found, draws=2000, seed=1)):
        kept = table[table["p_fdr"] <= 0.05]
        assert (0, 1) in set(zip(kept["first"], kept["second"], strict=True))
        assert len(kept) <= 3


@pytest.mark.parametrize("model", [sdsm, lambda n: fdsm(n, draws=99, seed=1)], ids=["sdsm", "fdsm"])
def test_false_alarms_are_no_more_than_said(model) -> None:
    rng = np.random.default_rng(3)
    # Organisations and projects of unequal size, independent of one another.
    chance = np.outer(rng.uniform(0.2, 1, 20), rng.uniform(0.2, 1, 25))
    alarms = pairs = 0
    for _ in range(15):
        table = model(network(rng.random(chance.shape) < chance))
        alarms += (table["p"] <= 0.05).sum()
        pairs += 20 * 19 // 2
    assert alarms / pairs <= 0.055
    assert alarms > 0


def test_a_lone_tie_needs_as_many_draws_as_said() -> None:
    cells = np.random.default_rng(1).random((6, 40)) < 0.25
    cells[1] = cells[0]
    # 10 * 6 * 5 - 1 = 299 draws for six organisations.
    for draws, survivors in ((9, 0), (298, 0), (299, 1)):
        table = fdsm(network(cells), draws=draws, seed=1)
        assert table["p"].min() == 1 / (draws + 1)
        assert (table["p_fdr"] <= 0.05).sum() == survivors


def test_same_seed_same_answer() -> None:
    women = southern_women()
    pd.testing.assert_frame_equal(fdsm(women, draws=20, seed=1), fdsm(women, draws=20, seed=1))
    assert not fdsm(women, draws=20, seed=1).equals(fdsm(women, draws=20, seed=2))


def test_everyone_in_everything_is_no_more_than_chance() -> None:
    assert (sdsm(network(np.ones((4, 6))))["p"] > 0.99).all()


def test_nobody_shares_anything() -> None:
    apart = two_mode(["a", "b", "c"], ["p", "q", "r"])
    for table in (sdsm(apart), fdsm(apart, draws=5, seed=1)):
        assert list(table) == ["first", "second", "shared", "expected", "p", "p_fdr"]
        assert table.empty


def test_real_partnerships_can_be_tested() -> None:
    table = load("bsr_participations")
    found = sdsm(two_mode(table["organisation"], table["project"]))
    assert found["p"].between(0, 1).all()
    assert found.loc[found["p"].idxmin(), "shared"] > 1
    # One programme, most organisations in it once: no tie stands.
    assert (found["p_fdr"] > 0.05).all()


def test_one_organisation_is_refused() -> None:
    alone = two_mode(["a", "a"], ["p", "q"])
    for model in (sdsm, lambda n: fdsm(n, draws=1, seed=1)):
        with pytest.raises(CourseError, match="a tie needs two"):
            model(alone)


def test_one_project_leaves_nothing_to_trade() -> None:
    with pytest.raises(CourseError, match="nothing can be traded"):
        fdsm(two_mode(["a", "b"], ["p", "p"]), draws=1, seed=1)


def test_chances_that_are_not_found_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    failed = SimpleNamespace(success=False, message="out of steps")
    monkeypatch.setattr(backbone, "minimize", lambda *_, **__: failed)
    with pytest.raises(CourseError, match="not found \\(out of steps\\)"):
        sdsm(southern_women())

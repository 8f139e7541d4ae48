"""The E-I index: by hand, over every permutation of the labels, and its false alarms counted."""

from __future__ import annotations

from itertools import permutations

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from tests.methods.networks.famous import as_graph, labels, random_graphs

from klasteryste.data import load
from klasteryste.errors import CourseError
from klasteryste.methods.networks.graphs import graph_of_ties, projection, two_mode
from klasteryste.methods.networks.mixing import ei_index, ei_test, expected_ei_index

# a-b and c-d within a group, b-c and a-e between: E = 2, I = 2.
SMALL = graph_of_ties(["a", "c", "b", "a", "e"], ["b", "d", "c", "e", "b"])
GROUPS = {"a": 1, "b": 1, "c": 2, "d": 2, "e": 2}


def test_index_by_hand() -> None:
    # External: b-c, a-e, b-e; internal: a-b, c-d.
    assert ei_index(SMALL, GROUPS) == pytest.approx((3 - 2) / 5)
    # Of ten pairs, one is within the group of two and three within the group of three.
    assert expected_ei_index(SMALL, GROUPS) == pytest.approx((6 - 4) / 10)


def test_ends_of_the_scale() -> None:
    assert ei_index(SMALL, dict.fromkeys("abcde", "one")) == -1
    assert ei_index(SMALL, {name: name for name in "abcde"}) == 1


@given(st.data())
@settings(max_examples=25, deadline=None)
def test_expectation_is_the_mean_over_every_permutation(data: st.DataObject) -> None:
    graph = data.draw(random_graphs(least=2, most=5))
    assume(graph.adjacency.nnz > 0)
    groups = data.draw(labels(graph))
    every = [ei_index(graph, pd.Series(p, index=graph.nodes)) for p in permutations(groups)]
    assert expected_ei_index(graph, groups) == pytest.approx(np.mean(every))


def test_p_comes_near_that_of_every_permutation() -> None:
    every = np.array(
        [ei_index(SMALL, dict(zip("abcde", p, strict=True))) for p in permutations((1, 1, 2, 2, 2))]
    )
    for alternative, exact in (
        ("greater", (every >= 0.2 - 1e-9).mean()),
        ("less", (every <= 0.2 + 1e-9).mean()),
    ):
        found = ei_test(SMALL, GROUPS, permutations=4000, seed=1, alternative=alternative)
        assert found.p == pytest.approx(exact, abs=4 * np.sqrt(0.25 / 4000))
        assert found.expected == pytest.approx(every.mean(), abs=0.03)


def test_mean_of_the_permutations_is_the_exact_expectation_in_the_real_network() -> None:
    table = load("bsr_participations")
    graph = projection(two_mode(table["organisation"], table["project"]))
    countries = load("bsr_organisations").set_index("organisation")["country"]
    found = ei_test(graph, countries, permutations=400, seed=3)
    spread = (found.high - found.low) / 4
    assert found.expected == pytest.approx(expected_ei_index(graph, countries), abs=4 * spread / np.sqrt(400))


def test_false_alarms_come_as_often_as_said() -> None:
    graph = as_graph(nx.gnp_random_graph(30, 0.2, seed=1))
    rng = np.random.default_rng(2)
    trials = 400
    alarms = sum(
        ei_test(graph, pd.Series(rng.permutation([0, 1, 2] * 10)), permutations=99, seed=trial).p <= 0.1
        for trial in range(trials)
    )
    assert alarms / trials <= 0.1 + 3 * np.sqrt(0.09 / trials)
    assert alarms / trials >= 0.02


def test_planted_groups_are_found_and_bridging_is_not_claimed() -> None:
    graph = as_graph(nx.planted_partition_graph(3, 10, 0.6, 0.05, seed=1))
    groups = pd.Series(np.repeat([0, 1, 2], 10))
    assert ei_test(graph, groups, permutations=999, seed=1, alternative="less").p == 1 / 1000
    assert ei_test(graph, groups, permutations=999, seed=1, alternative="greater").p > 0.9


def test_high_index_of_many_small_groups_is_no_more_than_chance() -> None:
    graph = as_graph(nx.gnp_random_graph(40, 0.2, seed=4))
    found = ei_test(graph, pd.Series(np.arange(40) % 20), permutations=999, seed=1, alternative="greater")
    assert found.observed > 0.8
    assert found.p > 0.05


def test_same_seed_same_answer() -> None:
    assert ei_test(SMALL, GROUPS, permutations=50, seed=1) == ei_test(SMALL, GROUPS, permutations=50, seed=1)
    assert ei_test(SMALL, GROUPS, permutations=50, seed=1) != ei_test(SMALL, GROUPS, permutations=50, seed=2)


def test_weights_do_not_matter() -> None:
    heavy = graph_of_ties(["a", "c", "b", "a", "e"], ["b", "d", "c", "e", "b"], [9, 1, 2, 3, 4])
    assert ei_index(heavy, GROUPS) == ei_index(SMALL, GROUPS)


def test_wrong_groups_are_refused() -> None:
    with pytest.raises(CourseError, match="no group is given for 'e'"):
        ei_index(SMALL, {"a": 1, "b": 1, "c": 2, "d": 2})
    with pytest.raises(CourseError, match="no group is given for 'a'"):
        ei_index(SMALL, GROUPS | {"a": None})
    with pytest.raises(CourseError, match="'a' has two groups"):
        ei_index(SMALL, pd.Series([1, 2, 1, 1, 1, 1], index=list("aabcde")))
    with pytest.raises(CourseError, match="one group only"):
        ei_test(SMALL, dict.fromkeys("abcde", 1), seed=1)


def test_nothing_to_count_is_refused() -> None:
    empty = graph_of_ties([], [], nodes=["a", "b"])
    for index in (ei_index, expected_ei_index):
        with pytest.raises(CourseError, match="without ties"):
            index(empty, {"a": 1, "b": 2})
    with pytest.raises(CourseError, match="without ties"):
        ei_test(empty, {"a": 1, "b": 2}, seed=1)
    with pytest.raises(CourseError, match="permutations = 0: give a whole number"):
        ei_test(SMALL, GROUPS, permutations=0, seed=1)

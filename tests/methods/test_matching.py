"""The quality of a match, against hand calculation, the whole truth, and samples of a known truth."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics.cluster import pair_confusion_matrix

from klasteryste.errors import CourseError
from klasteryste.methods.matching import match_quality
from klasteryste.methods.surveys import wilson_interval

GROUPS = pd.Series({"a": 1, "b": 1, "c": 1, "d": 2, "e": 2, "f": 3, "g": 4})


def pairs_of(truth: pd.Series, drawn: list[Any]) -> list[tuple[Any, Any]]:
    """Give the pairs that a check of all records finds for those drawn."""
    return [(one, other) for one in drawn for other in truth.index[truth == truth[one]] if one != other]


def test_a_sample_checked_by_hand():
    # Drawn: a was matched with b and c, d with e, f with none. True: a-b, a-g, d-e.
    quality = match_quality(GROUPS, ["a", "d", "f"], [("a", "b"), ("g", "a"), ("d", "e"), ("e", "d")])
    assert (quality.precision.value, quality.precision.pairs) == (2 / 3, 3)
    assert (quality.recall.value, quality.recall.pairs) == (2 / 3, 3)
    # Pairs per record are 2 and 1: (2 + 1)^2 / (4 + 1) = 1.8 pairs count.
    interval = pytest.approx(wilson_interval(1.2, 1.8))
    assert (quality.precision.low, quality.precision.high) == interval
    assert (quality.recall.low, quality.recall.high) == interval


def test_a_pair_of_two_drawn_records_counts_for_each():
    quality = match_quality(GROUPS, ["d", "e", "f"], [("d", "e"), ("f", "g")])
    assert (quality.precision.value, quality.precision.pairs) == (1, 2)
    assert (quality.recall.value, quality.recall.pairs) == (2 / 3, 3)


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(0, 4)), min_size=4, max_size=25))
@settings(max_examples=60, deadline=None)
def test_with_every_record_drawn_they_are_those_of_scikit_learn(labels: list[tuple[int, int]]):
    groups, truth = (pd.Series(column) for column in zip(*labels, strict=True))
    (_, wrong), (missed, right) = pair_confusion_matrix(truth, groups)
    if right + wrong == 0 or right + missed == 0:
        with pytest.raises(CourseError, match="has no pairs"):
            match_quality(groups, list(groups.index), pairs_of(truth, list(truth.index)))
        return
    quality = match_quality(groups, list(groups.index), pairs_of(truth, list(truth.index)))
    assert quality.precision.value == pytest.approx(right / (right + wrong))
    assert quality.recall.value == pytest.approx(right / (right + missed))
    assert (quality.precision.pairs, quality.recall.pairs) == (right + wrong, right + missed)


@given(st.permutations(list(GROUPS.index)))
@settings(max_examples=20, deadline=None)
def test_the_order_of_records_and_the_names_of_groups_do_not_matter(order: list[str]):
    same = [("a", "b"), ("a", "g"), ("d", "e")]
    renamed = GROUPS[order].map({1: "x", 2: "y", 3: "z", 4: "w"})
    drawn = [record for record in order if record in "adf"]
    assert match_quality(renamed, drawn, same) == match_quality(GROUPS, ["a", "d", "f"], same)


def coverage(truth: pd.Series, groups: pd.Series, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Give how often intervals of precision and recall hold the truth: ours, and as of independent pairs."""
    all_pairs = pairs_of(truth, list(truth.index))
    whole = match_quality(groups, list(truth.index), all_pairs)
    true = np.array([whole.precision.value, whole.recall.value])
    caught, caught_by_plain = np.zeros(2), np.zeros(2)
    for _ in range(300):
        drawn = set(rng.choice(len(truth), 150, replace=False).tolist())
        quality = match_quality(groups, drawn, [pair for pair in all_pairs if pair[0] in drawn])
        shares = (quality.precision, quality.recall)
        caught += [share.low <= value <= share.high for share, value in zip(shares, true, strict=True)]
        plain = [wilson_interval(share.value * share.pairs, share.pairs) for share in shares]
        caught_by_plain += [low <= value <= high for (low, high), value in zip(plain, true, strict=True)]
    return caught / 300, caught_by_plain / 300


def test_its_intervals_hold_the_truth_as_often_as_they_say():
    # Records in true groups of one to eight. The match has torn a tenth of the groups to single records, and
    # joined a few singles: all pairs of a group are wrong together.
    rng = np.random.default_rng(7)
    sizes = rng.choice([1, 1, 1, 1, 2, 2, 3, 4, 8], size=400)
    truth = pd.Series(np.repeat(np.arange(400), sizes))
    larger = np.flatnonzero(sizes > 1)
    torn = truth.isin(rng.choice(larger, len(larger) // 10, replace=False))
    groups = truth.mask(torn, 1000 + truth.index)
    singles = np.flatnonzero(sizes == 1)
    for first in (0, 4, 8):
        groups[truth.isin(singles[first : first + 4])] = 5000 + first
    caught, caught_by_plain = coverage(truth, groups, rng)
    # 0.99 and 0.95 here; as if pairs were independent, it would be 0.70 and 0.58.
    assert (caught >= 0.94).all(), caught
    assert (caught_by_plain < 0.8).all(), caught_by_plain


def test_its_intervals_are_too_narrow_if_errors_sit_in_one_large_organisation():
    rng = np.random.default_rng(7)
    sizes = np.append(rng.choice([1, 1, 1, 1, 2, 2, 3, 4, 8], size=400), 30)
    truth = pd.Series(np.repeat(np.arange(401), sizes))
    groups = truth.mask(truth == 400, 1000 + truth.index)
    caught, _ = coverage(truth, groups, rng)
    # Recall's: 0.77 here.
    assert caught[1] < 0.9, caught


@pytest.mark.parametrize(
    ("groups", "drawn", "same", "words"),
    [
        (pd.concat([GROUPS, GROUPS[:1]]), ["a"], [], "the record a has two groups"),
        (GROUPS.where(GROUPS.index != "f"), ["a"], [], "the record f has no group"),
        (GROUPS, [], [], "no drawn records"),
        (GROUPS, ["a", "a"], [], "a drawn record twice"),
        (GROUPS, ["a", "q", "p"], [], "drawn records are unknown: p, q"),
        (GROUPS, ["a"], [("a", "a")], "a as the same as itself"),
        (GROUPS, ["a"], [("a", "q")], "the record q of a pair is unknown"),
        (GROUPS, ["a"], [("d", "e")], "of the pair d, e neither record was drawn"),
        (GROUPS, ["f"], [("f", "g")], "no drawn record was matched with another"),
        (GROUPS, ["a"], [], "no drawn record was found the same with another"),
        (GROUPS.iloc[:0], ["a"], [], "drawn records are unknown: a"),
    ],
)
def test_what_cannot_be_measured_is_a_clear_error(groups: Any, drawn: Any, same: Any, words: str):
    with pytest.raises(CourseError, match=f"match_quality.*{words}"):
        match_quality(groups, drawn, same)

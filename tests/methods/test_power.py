"""How many people to ask: by hand, turned around, and by drawing the surveys."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klasteryste.errors import CourseError
from klasteryste.methods.power import detectable_change, multiplier, sample_size


def test_multiplier_is_blooms() -> None:
    assert multiplier() == pytest.approx(1.959964 + 0.841621, abs=1e-6)
    assert multiplier(alpha=0.10, power=0.9) == pytest.approx(1.644854 + 1.281552, abs=1e-6)


def test_detectable_change_by_hand() -> None:
    # sd 0.5, n 400: sqrt(2 * 0.25 / 400) = 0.0353553
    assert detectable_change(400, 0.5) == pytest.approx(2.801585 * 0.0353553, abs=1e-6)
    assert detectable_change(400, 0.5, deff=4) == pytest.approx(2 * detectable_change(400, 0.5))
    # A quarter of 1600 asked: three quarters of the variance are left.
    assert detectable_change(400, 0.5, population=1600) == pytest.approx(
        math.sqrt(0.75) * detectable_change(400, 0.5)
    )
    assert detectable_change(1600, 0.5, population=1600) == 0


@given(
    st.floats(0.01, 0.3),
    st.floats(0.1, 0.5),
    st.floats(1, 3),
    st.one_of(st.just(math.inf), st.floats(500, 1e6)),
)
def test_sample_size_is_the_smallest_that_shows_the_change(
    change: float, sd: float, deff: float, population: float
) -> None:
    n = sample_size(change, sd, deff=deff, population=population)
    if n <= population:
        assert detectable_change(n, sd, deff=deff, population=population) <= change * (1 + 1e-9)
    if n > 1:
        assert detectable_change(n - 1, sd, deff=deff, population=population) > change * (1 - 1e-9)


def test_fall_and_rise_need_the_same_number() -> None:
    assert sample_size(-0.05, 0.47) == sample_size(0.05, 0.47)


def test_a_true_change_is_seen_four_times_in_five_in_a_small_town() -> None:
    """Draw two surveys without replacement from towns of 3,000 in which 990 and then 1,200 people trust."""
    rng = np.random.default_rng(8)
    town, before, after = 3000, 990, 1200
    change = (after - before) / town
    n = sample_size(change, math.sqrt(0.365 * 0.635), population=town)
    runs = 4000
    first = rng.hypergeometric(before, town - before, n, runs) / n
    second = rng.hypergeometric(after, town - after, n, runs) / n
    error = np.sqrt((first * (1 - first) + second * (1 - second)) * (1 / n - 1 / town))
    seen = np.mean(np.abs(second - first) > 1.96 * error)
    assert 0.78 <= seen <= 0.83


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: multiplier(alpha=0), "alpha = 0"),
        (lambda: multiplier(power=1), "power = 1"),
        (lambda: detectable_change(0, 0.5), "n = 0"),
        (lambda: detectable_change(100, math.nan), "sd = nan"),
        (lambda: detectable_change(100, 0.5, population=99), "more people than there are"),
        (lambda: detectable_change(math.inf, 0.5), "detectable_change was given n = inf"),
        (lambda: detectable_change(100, 0.5, deff=math.inf), "deff = inf"),
        (lambda: detectable_change(100, 0.5, population=math.nan), "population = nan"),
        (lambda: sample_size(0, 0.5), "change = 0"),
        (lambda: sample_size(-math.inf, 0.5), "change = inf"),
        (lambda: sample_size(0.05, math.inf), "sample_size was given sd = inf"),
        (lambda: sample_size(0.05, 0.5, population=-math.inf), "population = -inf"),
        (lambda: sample_size(0.05, 0.5, deff=0), "deff = 0"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

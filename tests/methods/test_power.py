"""How many people to ask: by hand, turned around, and by drawing the surveys."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.integrate import quad
from scipy.stats import chi, norm, t, ttest_ind
from statsmodels.stats.power import NormalIndPower, TTestIndPower

from klasteryste.errors import CourseError
from klasteryste.methods.power import (
    cluster_deff,
    detectable_change,
    detectable_did,
    multiplier,
    sample_size,
)


def test_multiplier_is_blooms() -> None:
    assert multiplier() == pytest.approx(1.959964 + 0.841621, abs=1e-6)
    assert multiplier(alpha=0.10, power=0.9) == pytest.approx(1.644854 + 1.281552, abs=1e-6)


# R 4.2: uniroot(function(d) pt(qt(.975, df), df, d, lower.tail = FALSE) - .8, c(2, 20), tol = 1e-10)$root
@pytest.mark.parametrize(
    ("df", "expected"), [(1, 16.3340088699), (3, 4.25589882073), (8, 3.20092223852), (30, 2.89536175158)]
)
def test_multiplier_with_few_degrees_of_freedom_agrees_with_r(df: float, expected: float) -> None:
    assert multiplier(df=df) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(
    ("df", "alpha", "power"),
    [(1, 0.0001, 0.99), (1, 0.05, 0.99999), (2, 1e-6, 0.3), (3, 1e-8, 0.999), (30, 0.2, 0.99999)],
)
def test_multiplier_gives_the_power_it_is_asked_for_by_integration(
    df: float, alpha: float, power: float
) -> None:
    critical = t.isf(alpha / 2, df)

    def missed(shift: float) -> float:
        """Average over the error that the change is divided by, finely where the verdict turns."""
        error = chi(df, scale=1 / math.sqrt(df))
        most = error.isf(1e-15)
        turn = [(shift + z) / critical for z in (-12, -4, 0, 4, 12)]
        ends = sorted({0.0, error.median(), most, *np.clip(turn, 0, most)})
        return sum(
            quad(lambda v: norm.cdf(critical * v - shift) * error.pdf(v), *part, epsabs=0, epsrel=1e-10)[0]
            for part in pairwise(ends)
        )

    found = multiplier(alpha, power, df=df)
    assert missed(found * (1 - 1e-7)) > 1 - power > missed(found * (1 + 1e-7))


@given(st.floats(0.005, 0.2), st.floats(0.3, 0.99))
def test_degrees_of_freedom_without_end_lead_to_the_normal_multiplier(alpha: float, power: float) -> None:
    few, many = (multiplier(alpha, power, df=df) for df in (5, 1e7))
    assert many == pytest.approx(multiplier(alpha, power), rel=1e-5)
    assert few > many


def test_two_arms_agree_with_statsmodels() -> None:
    # It counts announcements of the wrong sign as power too: three in ten million.
    effect = NormalIndPower().solve_power(nobs1=400, alpha=0.05, power=0.8)
    assert detectable_change(400, 0.5) == pytest.approx(effect * 0.5, rel=1e-5)
    effect = TTestIndPower().solve_power(nobs1=12, alpha=0.1, power=0.9)
    assert detectable_change(12, 3, df=22, alpha=0.1, power=0.9) == pytest.approx(effect * 3, rel=1e-5)


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


@pytest.mark.parametrize("population", [5000, math.inf])
@pytest.mark.parametrize("sd", [0.47, 3.1])
def test_sample_size_turns_detectable_change_around_exactly(sd: float, population: float) -> None:
    asked = range(1, 5000)
    changes = [detectable_change(n, sd, deff=1.3, population=population) for n in asked]
    assert [sample_size(change, sd, deff=1.3, population=population) for change in changes] == list(asked)


def test_somebody_has_to_be_asked_even_if_the_change_is_huge() -> None:
    assert sample_size(1e200, 1) == 1


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


def test_cluster_deff_by_hand() -> None:
    assert cluster_deff(21, 0.05) == pytest.approx(2)
    assert (cluster_deff(1, 0.4), cluster_deff(30, 0), cluster_deff(30, 1)) == (1, 1, 30)


def test_an_experiment_in_five_villages_an_arm_has_the_power_it_was_planned_for() -> None:
    rng = np.random.default_rng(21)
    villages, people, icc, sd = 5, 20, 0.1, 2.0
    effect = detectable_change(villages * people, sd, deff=cluster_deff(people, icc), df=2 * villages - 2)
    shape = (4000, villages, people)
    arms = [
        rng.normal(0, sd * math.sqrt(icc), shape[:2])
        + rng.normal(0, sd * math.sqrt(1 - icc), shape).mean(axis=2)
        + added
        for added in (0, effect)
    ]
    seen = np.mean(ttest_ind(*arms, axis=1).pvalue < 0.05)
    assert seen == pytest.approx(0.8, abs=0.02)


def test_difference_in_differences_by_hand() -> None:
    # sqrt(4 * 0.25 / 400) = 0.05: twice the variance of a single change.
    assert detectable_did(400, 0.5) == pytest.approx(2.801585 * 0.05, abs=1e-6)
    assert detectable_did(400, 0.5, deff=1.5, population=3000) == pytest.approx(
        math.sqrt(2) * detectable_change(400, 0.5, deff=1.5, population=3000)
    )
    # 2 * (1 + 1 / 4) * (0.25 / 400 + 0.0004) = 0.0025625, tested with 3 degrees of freedom.
    assert detectable_did(400, 0.5, comparison=4, place_sd=0.02) == pytest.approx(
        multiplier(df=3) * math.sqrt(0.0025625)
    )


@pytest.mark.parametrize(("treated", "comparison"), [(1, 3), (1, 9), (3, 3), (4, 12)])
def test_places_agree_with_statsmodels(treated: int, comparison: int) -> None:
    effect = TTestIndPower().solve_power(nobs1=treated, ratio=comparison / treated, alpha=0.05, power=0.8)
    change_sd = math.sqrt(2 * (1.4 * 0.5**2 / 300 + 0.03**2))
    found = detectable_did(300, 0.5, treated=treated, comparison=comparison, place_sd=0.03, deff=1.4)
    assert found == pytest.approx(effect * change_sd, rel=1e-4)


@pytest.mark.parametrize(("treated", "comparison"), [(1, 8), (3, 5)])
def test_an_effect_among_shocks_is_seen_four_times_in_five(treated: int, comparison: int) -> None:
    """Survey every place twice, in a world where each round moves each place on its own."""
    rng = np.random.default_rng(17)
    n, sd, place_sd, runs = 250, 0.5, 0.03, 6000
    places = treated + comparison
    df = places - 2
    effect = detectable_did(n, sd, treated=treated, comparison=comparison, place_sd=place_sd)

    rounds = rng.normal(0, place_sd, (runs, places, 2)) + rng.normal(0, sd / math.sqrt(n), (runs, places, 2))
    change = rounds[..., 1] - rounds[..., 0]
    ours, theirs = change[:, :treated], change[:, treated:]
    did = ours.mean(axis=1) - theirs.mean(axis=1)
    pooled = ((ours.var(axis=1) * treated) + theirs.var(axis=1) * comparison) / df
    se = np.sqrt(pooled * (1 / treated + 1 / comparison))
    critical = t.isf(0.025, df)
    assert np.mean(did + effect > critical * se) == pytest.approx(0.8, abs=0.016)
    assert np.mean(np.abs(did) > critical * se) == pytest.approx(0.05, abs=0.01)
    # Whoever knows only the error of the surveys cries wolf.
    blind = math.sqrt(2 * sd**2 / n * (1 / treated + 1 / comparison))
    assert np.mean(np.abs(did) > 1.96 * blind) > 0.12


@given(st.floats(10, 1e6), st.integers(2, 40), st.floats(0.001, 0.2))
def test_no_number_of_people_beats_the_shocks(n: float, comparison: int, place_sd: float) -> None:
    found = detectable_did(n, 0.5, comparison=comparison, place_sd=place_sd)
    floor = multiplier(df=comparison - 1) * place_sd * math.sqrt(2 * (1 + 1 / comparison))
    assert found > floor
    assert detectable_did(n, 0.5, comparison=comparison + 1, place_sd=place_sd) < found


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
        (lambda: multiplier(df=0), "multiplier was given df = 0"),
        (lambda: multiplier(df=0.1), "multiplier was given df = 0.1: give at least 1"),
        (lambda: multiplier(1e-6, 0.999, df=1), "no sure answer"),
        (lambda: multiplier(1e-300, df=3), "no sure answer"),
        (lambda: multiplier(power=1 - 1e-12, df=5), "no sure answer"),
        (lambda: detectable_change(100, 0.5, df=math.nan), "df = nan"),
        (lambda: cluster_deff(0, 0.1), "people = 0"),
        (lambda: cluster_deff(math.inf, 0.1), "people = inf"),
        (lambda: cluster_deff(20, 5), "icc = 5"),
        (lambda: cluster_deff(20, math.nan), "icc = nan"),
        (lambda: detectable_did(0, 0.5), "detectable_did was given n = 0"),
        (lambda: detectable_did(100, 0.5, population=50), "more people than there are"),
        (lambda: detectable_did(100, 0.5, treated=0), "treated = 0"),
        (lambda: detectable_did(100, 0.5, comparison=2.5), "comparison = 2.5"),
        (lambda: detectable_did(100, 0.5, comparison=math.inf), "comparison = inf"),
        (lambda: detectable_did(100, 0.5, place_sd=-0.1), "place_sd = -0.1"),
        (lambda: detectable_did(100, 0.5, place_sd=math.nan), "place_sd = nan"),
        (lambda: detectable_did(100, 0.5, place_sd=0.02), "add comparison places"),
        (lambda: sample_size(0, 0.5), "change = 0"),
        (lambda: sample_size(1e-200, 1), "change = 1e-200 .* give a larger change"),
        (lambda: sample_size(1e-200, 1, population=500), "give a larger change"),
        (lambda: sample_size(-math.inf, 0.5), "change = inf"),
        (lambda: sample_size(0.05, math.inf), "sample_size was given sd = inf"),
        (lambda: sample_size(0.05, 0.5, population=-math.inf), "population = -inf"),
        (lambda: sample_size(0.05, 0.5, deff=0), "deff = 0"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

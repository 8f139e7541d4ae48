"""Data of one's own: who gets which numbers, and how a task was answered."""

from __future__ import annotations

import getpass
import json
from collections import Counter
from itertools import combinations
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klasteryste import CourseError, use_language
from klasteryste.assignment import (
    HIDDEN_SEED,
    OWN_SEED,
    SEEDS,
    STUDENT,
    Draw,
    hidden,
    individual,
    key_of,
    practice_seed,
    written,
)

ONE, OTHER = Draw(b"1" * 32), Draw(b"2" * 32)


@pytest.fixture(autouse=True)
def _a_folder_and_no_name(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in (OWN_SEED, HIDDEN_SEED, STUDENT, "JUPYTERHUB_USER"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(getpass, "getuser", lambda: "login")


def release(**seeds: bytes) -> None:
    """Write the seeds of a class into the folder."""
    Path(SEEDS).write_text(json.dumps({key_of(student): seed.hex() for student, seed in seeds.items()}))


def test_a_draw_is_the_same_every_time_and_another_for_another_seed_or_label():
    options = list(range(1000))
    assert ONE.choice("year", options) == Draw(b"1" * 32).choice("year", options)
    assert len({draw.choice(label, options) for draw in (ONE, OTHER) for label in ("year", "place")}) == 4
    assert ONE.generator("a").random() == ONE.generator("a").random() != ONE.generator("b").random()


# HMAC-SHA-256 as hashlib and a pocket calculator would have it (RFC 2104, by its definition).
def test_a_number_is_hmac_by_its_definition():
    import hashlib

    key = b"1" * 32 + bytes(32)
    inner = hashlib.sha256(bytes(byte ^ 0x36 for byte in key) + b"year").digest()
    outer = hashlib.sha256(bytes(byte ^ 0x5C for byte in key) + inner).digest()
    assert ONE.number("year") == int.from_bytes(outer, "big")


@given(st.binary(min_size=32, max_size=32), st.integers(0, 12))
def test_a_sample_has_no_option_twice(seed, size):
    drawn = Draw(seed).sample("peers", range(12), size)
    assert len(drawn) == len(set(drawn)) == size and set(drawn) <= set(range(12))


@given(st.binary(min_size=32, max_size=32), st.integers(2, 12), st.integers(1, 12))
def test_what_a_known_seed_selects_is_not_selected_again(seed, options, size):
    size = min(size, options)
    known, draw = Draw(seed), Draw(b"3" * 32, seed)
    places, others = (each.sample("peers", range(options), size) for each in (draw, known))
    assert len(set(places)) == size
    assert not any(one == other for one, other in zip(places, others, strict=True))
    assert size == options or set(places) != set(others)
    one = draw.choice("peer", range(options))
    assert options == 2 or one != known.choice("peer", range(options))
    # The options themselves need not be told apart, nor compared.
    assert draw.sample("same", ["a", "a"], 2) == ["a", "a"]


def test_of_one_option_or_two_nothing_can_be_left_out():
    draws = [Draw(number.to_bytes(32, "big"), b"1" * 32) for number in range(40)]
    assert {draw.choice("year", [2008, 2017]) for draw in draws} == {2008, 2017}
    assert draws[0].choice("year", [2017]) == 2017 and draws[0].sample("year", [2017], 1) == [2017]


@given(st.binary(min_size=32, max_size=32), st.integers(2, 7))
def test_no_set_of_letters_is_right_twice(seed, size):
    known = Draw(seed).letters("reading", size)
    letters = Draw(b"3" * 32, seed).letters("reading", size)
    assert sorted(letters) == sorted(known) == list("ABCDEFG"[:size])
    for some in range(1, size):
        for places in combinations(range(size), some):
            assert {letters[place] for place in places} != {known[place] for place in places}


def test_every_order_that_is_one_cycle_away_is_drawn_about_as_often():
    draws = [Draw(number.to_bytes(32, "big"), b"1" * 32) for number in range(1200)]
    counts = Counter(draw.letters("reading", 4) for draw in draws)
    # Of four there are six: 200 each; five standard deviations are 65.
    assert len(counts) == 6 and all(abs(times - 200) < 65 for times in counts.values())


def test_a_list_with_letters_is_shown_in_the_order_of_the_letters(monkeypatch):
    shown = []
    monkeypatch.setattr("klasteryste.language.display", lambda bundle, raw: shown.append(bundle))
    letters = ONE.lettered("reading", ["a share of {x:.1%}", "nothing", "all"], x=0.125)
    assert shown[0]["text/plain"] == shown[0]["text/markdown"]
    lines = shown[0]["text/plain"].splitlines()
    assert [line[:7] for line in lines] == ["- **A.*", "- **B.*", "- **C.*"]
    assert lines["ABC".index(letters[0])] == f"- **{letters[0]}.** a share of 12.5%"
    assert letters == ONE.letters("reading", 3)


def test_every_option_is_drawn_about_as_often():
    counts = Counter(Draw(number.to_bytes(32, "big")).choice("place", range(4)) for number in range(2000))
    # 500 each; five standard deviations are 97.
    assert set(counts) == set(range(4)) and all(abs(times - 500) < 97 for times in counts.values())


def test_a_student_on_the_list_gets_the_seed_released_for_them(monkeypatch, capsys):
    release(login=b"a" * 32, hub=b"b" * 32, named=b"c" * 32)
    assert individual() == Draw(b"a" * 32, practice_seed())
    monkeypatch.setenv("JUPYTERHUB_USER", "hub")
    assert individual() == Draw(b"b" * 32, practice_seed())
    monkeypatch.setenv(STUDENT, "named")
    assert individual() == Draw(b"c" * 32, practice_seed())
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize(("language", "said"), [("en", "Practice numbers"), ("lt", "Bandomieji skaičiai")])
def test_who_is_on_no_list_gets_practice_numbers_and_is_told_so(language, said, capsys):
    release(somebody=b"a" * 32)
    use_language(language)
    try:
        draw = individual()
    finally:
        use_language("en")
    assert draw == Draw(practice_seed())
    told = capsys.readouterr().out
    assert said in told and "'login'" in told and STUDENT in told


def test_without_a_release_everybody_practises(capsys):
    assert individual() == Draw(practice_seed())
    assert "Practice numbers" in capsys.readouterr().out


def test_damaged_seeds_are_one_clear_line():
    Path(SEEDS).write_text("{")
    with pytest.raises(CourseError, match=r"seeds\.json cannot be read .*: fetch the assignment again"):
        individual()


def test_whoever_grades_names_the_seed_and_the_notebook_does_not(monkeypatch, capsys):
    release(login=b"a" * 32)
    monkeypatch.setenv(OWN_SEED, (b"g" * 32).hex())
    monkeypatch.setenv(HIDDEN_SEED, (b"h" * 32).hex())
    assert (individual(), hidden()) == (Draw(b"g" * 32, practice_seed()), Draw(b"h" * 32))
    monkeypatch.setenv(OWN_SEED, practice_seed().hex())
    assert individual() == Draw(practice_seed())
    assert capsys.readouterr().out == ""


def test_hidden_tests_draw_from_another_seed_than_the_student():
    assert hidden().seed != individual().seed


def test_a_stub_is_told_from_what_somebody_wrote():
    def stub(x):
        raise NotImplementedError()

    def wrong(x):
        raise ValueError("no")

    assert not written(stub, 1)
    assert written(wrong, 1) and written(len, [1]) and written(len, 1)

"""Numbers, countries and sentences in the language in use."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import polib
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klasteryste.errors import CourseError
from klasteryste.language import country_name, current_language, fill, number, speaking, tr, use_language

NBSP = "\u00a0"


@pytest.mark.parametrize(
    ("value", "spec", "english", "lithuanian"),
    [
        (0.3256, ".1%", "32.6%", f"32,6{NBSP}%"),
        (0.3256, ".0%", "33%", f"33{NBSP}%"),
        (12345, ",", "12,345", f"12{NBSP}345"),
        (12345.678, ",.1f", "12,345.7", f"12{NBSP}345,7"),
        (-0.5, ".2f", "-0.50", "−0,50"),
        (0.5, "+.1f", "+0.5", "+0,5"),
        (-0.5, "+.1f", "-0.5", "−0,5"),
        (1990, "d", "1990", "1990"),
        (1990, "", "1990", "1990"),
        (2.5, "", "2.5", "2,5"),
        (-0.0, "+.1f", "0.0", "0,0"),
        (-0.004, ".2f", "0.00", "0,00"),
        (-0.0004, ".1%", "0.0%", f"0,0{NBSP}%"),
        (400.0, "d", "400", "400"),
        (-1e-25, "", "0", "0"),
        (-1234567, ",", "-1,234,567", f"−1{NBSP}234{NBSP}567"),
        (2.675, ".2f", "2.67", "2,67"),  # as Python rounds the nearest float, a little below
    ],
)
def test_a_number_is_written_as_its_language_writes_it(value, spec, english, lithuanian):
    assert number(value, spec) == english
    use_language("lt")
    assert number(value, spec) == lithuanian


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_english_numbers_are_those_of_python(value, digits):
    use_language("en")
    ours, python = number(value, f".{digits}f"), f"{value:.{digits}f}"
    assert float(ours) == float(python)
    assert ours == (python if float(python) else python.lstrip("-"))


def test_a_language_is_spoken_for_a_while():
    with pytest.raises(ZeroDivisionError), speaking("lt"):
        assert number(0.5) == "0,5"
        raise ZeroDivisionError
    assert current_language() == "en"
    with pytest.raises(CourseError), speaking("xx"):
        pass
    assert current_language() == "en"


@pytest.mark.parametrize("spec", ["e", ".2g", "05d", "x", " "])
def test_an_unknown_number_format_is_refused(spec):
    with pytest.raises(CourseError, match="number format"):
        number(1.0, spec)


def test_a_sentence_takes_numbers_text_and_truth_values():
    use_language("lt")
    text = fill("{who}: {share:.0%}, {yes}", {"who": "Utena", "share": 0.5, "yes": True})
    assert text == f"Utena: 50{NBSP}%, True"


@pytest.mark.parametrize(("value", "spec"), [(float("nan"), ".1%"), (float("inf"), ""), (2.7, "d")])
def test_what_is_no_number_for_its_format_is_refused(value, spec):
    with pytest.raises(CourseError, match=str(value)):
        number(value, spec)


@pytest.mark.parametrize("template", ["{share:.0%}", "{}", "{share.real}", "{", "{nothing:.1f}"])
def test_a_sentence_that_cannot_be_filled_is_shown_in_the_error(template):
    with pytest.raises(CourseError, match=r"cannot be filled") as caught:
        fill(template, {"nothing": None})
    assert template in str(caught.value)


def test_countries_are_named_in_the_language_in_use():
    assert country_name("LT") == "Lithuania"
    use_language("lt")
    assert country_name("LT") == "Lietuva"
    assert country_name("NO") == "Norvegija"
    with pytest.raises(CourseError, match="'QQ'"):
        country_name("QQ")


def test_an_unknown_language_is_one_clear_line():
    with pytest.raises(CourseError, match="unknown language 'de': the course speaks en and lt"):
        use_language("de")


@given(st.text())
def test_a_mark_returns_its_text(text):
    assert tr(text) == text


ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "klasteryste"


def _library_strings() -> set[str]:
    """Return every literal that the library asks its catalogue for, in Python and in templates."""
    found = set()
    for path in PACKAGE.rglob("*"):
        if path.suffix in {".py", ".html"}:
            calls = re.findall(
                r'\b_t?\(\s*((?:"(?:[^"\\]|\\.)*"\s*)+),?\s*\)', path.read_text(encoding="utf-8")
            )
            for literals in calls:
                found.add(ast.literal_eval(f"({literals})"))
    return found


def test_every_word_of_the_library_has_its_lithuanian_and_no_other():
    catalogue = polib.pofile(str(PACKAGE / "locale" / "lt.po"))
    captions = set(re.findall(r"caption: (.+)", (ROOT / "book" / "_toc.yml").read_text(encoding="utf-8")))
    assert {entry.msgid for entry in catalogue.translated_entries()} == _library_strings() | captions

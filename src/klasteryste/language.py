"""The language a notebook or a page speaks: marked strings, numbers, names of countries, our own words.

English is the source. A notebook says once, in its set-up cell, which language it is in::

    use_language(tr("en"))

and since ``"en"`` is a marked string, its Lithuanian copy says ``use_language("lt")`` with no code changed.
"""

from __future__ import annotations

import math
import re
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from babel import Locale
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent, get_minus_sign_symbol
from IPython.display import display

from klasteryste.errors import CourseError

LANGUAGES = ("en", "lt")
# What pages, notebooks and assignments are written in; the others are translated from it.
SOURCE_LANGUAGE = LANGUAGES[0]

_current = SOURCE_LANGUAGE


def use_language(code: str) -> None:
    """Speak ``code`` from here on: numbers, country names and the library's own words.

    Parameters
    ----------
    code : str
        ``"en"`` or ``"lt"``.

    Raises
    ------
    CourseError
        If the course does not speak that language.
    """
    global _current
    _current = known_language(code)


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language inside this context, and then again what was spoken before.

    Raises
    ------
    CourseError
        If the course does not speak that language.
    """
    before = _current
    use_language(code)
    try:
        yield
    finally:
        use_language(before)


def known_language(code: str) -> str:
    """Return ``code`` if the course speaks it, else raise a `CourseError` that lists the languages."""
    if code not in LANGUAGES:
        raise CourseError(f"unknown language {code!r}: the course speaks {' and '.join(LANGUAGES)}")
    return code


def current_language() -> str:
    """Return the code of the language in use, ``"en"`` unless `use_language` said otherwise."""
    return _current


def tr(text: str) -> str:
    """Mark a literal of a notebook for translation, and return it as it is.

    ``klasteryste translate`` finds the mark in the source and puts the translation in its place; when the
    English source is run, the mark does nothing.
    """
    return text


@cache
def _catalogue(language: str) -> dict[str, str]:
    if language == SOURCE_LANGUAGE:
        return {}
    with files("klasteryste").joinpath("locale", f"{language}.po").open("rb") as file:
        catalogue = read_po(file, locale=language)
    return {str(m.id): str(m.string) for m in catalogue if m.id and m.string and not m.fuzzy}


def _(text: str) -> str:
    """Translate one of the library's own strings into the language in use."""
    return _catalogue(_current).get(text, text)


def country_name(code: str) -> str:
    """Name a country in the language in use.

    Parameters
    ----------
    code : str
        ISO 3166-1 alpha-2 code, such as ``"LT"``.

    Raises
    ------
    CourseError
        If the Unicode CLDR has no territory of that code.
    """
    name = Locale.parse(_current).territories.get(code)
    if name is None:
        raise CourseError(f"no country has the code {code!r}: give an ISO 3166-1 alpha-2 code such as 'LT'")
    return str(name)


_SPEC = re.compile(r"(?P<sign>\+)?(?P<group>,)?(?:\.(?P<digits>\d+))?(?P<kind>[df%])?")


def number(value: float, spec: str = "") -> str:
    """Format a number for the language in use.

    Parameters
    ----------
    value : float
        A finite number. A negative one gets the language's minus sign; one that rounds to nought none.
    spec : str
        The part of Python's format language that prose needs: ``+`` show a plus too, ``,`` group
        thousands, ``.2f`` two decimals, ``.0%`` a percentage, ``d`` a whole number.

    Returns
    -------
    str
        For 0.3256 and ``".1%"``: ``32.6%`` in English and ``32,6 %`` (with a no-break space) in Lithuanian.

    Raises
    ------
    CourseError
        If `spec` asks for something else, `value` is not finite, or ``d`` meets a number that is not whole.
    """
    match = _SPEC.fullmatch(spec)
    if match is None:
        raise CourseError(f"number format {spec!r} is unknown: use such as ',', '.1f', '+.2f', 'd' or '.0%'")
    if not math.isfinite(value):
        raise CourseError(f"{value} cannot be written in a sentence or a table: look at what computed it")
    kind = match["kind"]
    if kind == "d" and value != int(value):
        raise CourseError(
            f"{value} is not whole, as the format {spec!r} asks: round it, or use such as '.1f'"
        )
    # Babel rounds a float's shortest decimal form; Python, and so the pinned numbers, its exact value.
    exact = Decimal(value) if isinstance(value, float) and kind else Decimal(str(value))
    fraction, decimals = ".####################", 20
    if kind:
        decimals = 0 if kind == "d" else int(match["digits"] or (6 if kind == "f" else 0))
        fraction = "." + "0" * decimals if decimals else ""
    exact = round(exact, decimals + 2 * (kind == "%"))
    grouped = "#,##0" if match["group"] or kind == "%" else "0"
    if kind == "%":
        tail = re.sub(r"[#0.,]", "", Locale.parse(_current).percent_formats[None].pattern)
        text = str(format_percent(abs(exact), format=grouped + fraction + tail, locale=_current))
    else:
        text = str(format_decimal(abs(exact), format=grouped + fraction, locale=_current))
    if exact < 0:
        return get_minus_sign_symbol(_current) + text
    return f"+{text}" if match["sign"] and exact > 0 else text


class _Localised(string.Formatter):
    """`str.format` whose numbers follow the language in use."""

    def format_field(self, value: Any, format_spec: str) -> str:
        if isinstance(value, bool) or not hasattr(value, "__float__"):
            return format(value, format_spec)
        plain = value.item() if hasattr(value, "item") else value
        return number(plain, format_spec)


def fill(template: str, values: Mapping[str, Any]) -> str:
    """Put values into a template's ``{name:spec}`` fields, numbers formatted by `number`.

    Raises
    ------
    CourseError
        If the template names a field that `values` lacks, or is no template.
    """
    try:
        return _Localised().vformat(template, (), values)
    except (LookupError, AttributeError, TypeError, ValueError) as error:
        raise CourseError(f"the sentence {template!r} cannot be filled: {error!r}") from None


def refusal(template: str, **values: Any) -> CourseError:
    """Make the error that says, in the language in use, why something is refused.

    Parameters
    ----------
    template : str
        Words of the catalogue, translated already, with ``{name:spec}`` fields as for `fill`.
    **values
        What the fields stand for.
    """
    return CourseError(fill(template, values))


def say(template: str, **values: Any) -> None:
    """Show a sentence (Markdown) whose numbers were computed, formatted for the language in use.

    Parameters
    ----------
    template : str
        Markdown with ``{name:spec}`` fields; in a notebook marked: ``say(tr("…{x:.0%}…"), x=share)``.
    **values
        What the fields stand for.
    """
    text = fill(template, values)
    # Plain too: where Markdown is not shown, as on a page of feedback, the sentence can still be read.
    display({"text/markdown": text, "text/plain": text}, raw=True)

"""The course's style: told apart without colour, and readable on white."""

from __future__ import annotations

from itertools import combinations

import matplotlib as mpl
import pytest
from matplotlib.colors import to_rgb
from matplotlib.typing import ColorType

from klasteryste.figures.style import COUNTRY_MARKS, INK, QUIET, SERIES_MARKS, axis_numbers, course_style
from klasteryste.language import use_language


def luminance(colour: ColorType) -> float:
    """Relative luminance of WCAG 2.2."""
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in to_rgb(colour)]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(one: ColorType, other: ColorType) -> float:
    """Contrast ratio of WCAG 2.2."""
    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def test_contrast_formula_on_known_colours() -> None:
    assert contrast("black", "white") == pytest.approx(21)
    assert contrast("#767676", "white") == pytest.approx(4.54, abs=0.01)


@pytest.mark.parametrize(
    "colour", [INK, QUIET, *(m.colour for m in (*COUNTRY_MARKS.values(), *SERIES_MARKS))]
)
def test_every_colour_can_be_read_on_white(colour: str) -> None:
    assert contrast(colour, "white") >= 4.5


@pytest.mark.parametrize("marks", [list(COUNTRY_MARKS.values()), list(SERIES_MARKS)])
def test_marks_differ_in_colour_in_shape_and_in_line(marks: list) -> None:
    for one, other in combinations(marks, 2):
        assert one.colour != other.colour
        assert one.marker != other.marker
        assert one.line != other.line


def test_style_lasts_as_long_as_its_block() -> None:
    before = mpl.rcParams["svg.hashsalt"]
    with course_style():
        assert mpl.rcParams["svg.hashsalt"] == "klasteryste"
        assert mpl.rcParams["font.size"] >= 11
        assert mpl.rcParams["figure.facecolor"] == "white"
    assert mpl.rcParams["svg.hashsalt"] == before


@pytest.mark.parametrize(
    ("language", "spec", "value", "text"),
    [
        ("en", ".0%", 0.4, "40%"),
        ("lt", ".0%", 0.4, "40\N{NO-BREAK SPACE}%"),
        ("en", "+.0f", 2, "+2"),
        ("en", "+.0f", 0, "0"),
        ("lt", ",d", 1500, "1\N{NO-BREAK SPACE}500"),
    ],
)
def test_axis_numbers_follow_the_language(language: str, spec: str, value: float, text: str) -> None:
    use_language(language)
    assert axis_numbers(spec)(value) == text

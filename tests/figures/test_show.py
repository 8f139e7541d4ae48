"""Showing figures and tables: words for each, nothing active in them, the same bytes each time."""

from __future__ import annotations

import base64
import re
from html.parser import HTMLParser

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from klasteryste.errors import CourseError
from klasteryste.figures import show, table
from klasteryste.language import use_language


class Elements(HTMLParser):
    """The elements of a piece of HTML, in order, each with its attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.found.append((tag, dict(attrs)))


def drawn() -> Figure:
    fig, ax = plt.subplots()
    ax.plot([1, 2], [3, 4])
    return fig


def svg_of(bundle: dict[str, str]) -> bytes:
    source = re.search(r"base64,([^\"]+)", bundle["text/html"])
    assert source
    return base64.b64decode(source[1])


def test_a_figure_has_its_words_and_is_closed(shown: list[dict[str, str]]) -> None:
    fig = drawn()
    show(fig, alt="A line from {low:.0%} up.", caption="Asked: {n:,d}", low=0.25, n=1234)
    (tag, attributes), (box, _reach), (image, about), (caption, _) = Elements(shown[0]["text/html"]).found
    assert (tag, attributes) == ("figure", {"class": "klasteryste-figure"})
    assert (box, image) == ("div", "img")
    assert about["alt"] == "A line from 25% up." == shown[0]["text/plain"]
    assert caption == "figcaption"
    assert "Asked: 1,234" in shown[0]["text/html"]
    assert b"<svg" in svg_of(shown[0])
    assert not plt.fignum_exists(fig.number)


def test_numbers_in_the_words_follow_the_language(shown: list[dict[str, str]]) -> None:
    use_language("lt")
    show(drawn(), alt="{x:.1%}", x=0.256)
    assert shown[0]["text/plain"] == "25,6\N{NO-BREAK SPACE}%"
    assert "figcaption" not in shown[0]["text/html"]


def test_words_cannot_become_markup(shown: list[dict[str, str]]) -> None:
    show(drawn(), alt='"><script>alert(1)</script>', caption="<b>a & b</b>")
    assert [tag for tag, _ in Elements(shown[0]["text/html"]).found] == ["figure", "div", "img", "figcaption"]


@pytest.mark.parametrize(("size", "narrowest"), [(14, 360), (10, 504), (7, 720), (5, 720)])
def test_letters_never_get_smaller_than_seven_points(size: float, narrowest: int, shown) -> None:
    fig = Figure(figsize=(7.5, 3))
    fig.text(0.5, 0.5, "Words", fontsize=20)
    fig.text(0.5, 0.2, "Small", fontsize=size)
    fig.text(0.5, 0.1, "", fontsize=1)
    fig.text(0.5, 0.1, "Hidden", fontsize=1, visible=False)
    show(fig, alt="Words.")
    _figure, (_box, reach), (_img, about) = Elements(shown[0]["text/html"]).found
    assert f"min-width: {narrowest}px" in (about["style"] or "")
    # A box that may scroll is reached by keyboard, and has a name.
    assert (reach["tabindex"], reach["aria-label"]) == ("0", "Figure")
    assert "overflow-x: auto" in (reach["style"] or "")


def test_the_same_figure_gives_the_same_bytes(shown: list[dict[str, str]]) -> None:
    show(drawn(), alt="A line.")
    show(drawn(), alt="A line.")
    first, second = (svg_of(bundle) for bundle in shown)
    assert first == second
    assert b"<dc:date>" not in first
    assert b"<text" not in first  # letters are outlines, so no font is needed to read them


@pytest.mark.parametrize(("alt", "words"), [(" ", "without alt text"), ("{missing:d} people", "'missing'")])
def test_a_figure_without_words_is_refused(alt: str, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        show(drawn(), alt=alt)


FRAME = pd.DataFrame(
    {"Place": ["Here & there", "Nowhere"], "Share": [0.256, np.nan], "p": [0.0000004, 0.0421], "n": [1234, 5]}
)


def test_a_table_has_headings_for_rows_and_columns(shown: list[dict[str, str]]) -> None:
    table(FRAME, {"Share": ".1%", "n": ",d"}, "Shares")
    found = Elements(shown[0]["text/html"]).found
    assert [about["scope"] for tag, about in found if tag == "th"] == ["col"] * 4 + ["row"] * 2
    assert [tag for tag, _ in found if tag == "td"] == ["td"] * 6
    assert "<caption>Shares</caption>" in shown[0]["text/html"]
    assert "Here &amp; there" in shown[0]["text/html"]


def test_a_table_writes_numbers_in_the_language(shown: list[dict[str, str]]) -> None:
    use_language("lt")
    table(FRAME, {"Share": ".1%", "p": "p", "n": ",d"}, "Dalys")
    assert shown[0]["text/plain"].splitlines()[2:] == [
        "Here & there\t25,6\N{NO-BREAK SPACE}%\t< 0,001\t1\N{NO-BREAK SPACE}234",
        "Nowhere\t–\t0,042\t5",
    ]


def test_only_p_values_are_written_as_below_the_smallest(shown: list[dict[str, str]]) -> None:
    small = pd.DataFrame({"Place": list("abcde"), "p": [0.0, 1e-300, 0.0009, 0.001, 1.0]})
    small["Difference"] = [0.0, 0.0004, 0.004, 0.04, 0.4]
    table(small, {"p": "p", "Difference": ".2f"}, "Both")
    cells = [line.split("\t") for line in shown[0]["text/plain"].splitlines()[2:]]
    assert [p for _, p, _ in cells] == ["< 0.001", "< 0.001", "< 0.001", "0.001", "1.000"]
    assert [difference for *_, difference in cells] == ["0.00", "0.00", "0.00", "0.04", "0.40"]


@pytest.mark.parametrize("value", [-0.2, 1.2])
def test_what_cannot_be_a_p_value_is_refused(value: float) -> None:
    with pytest.raises(CourseError, match=f"the p value {value}: give a number from 0 to 1"):
        table(pd.DataFrame({"Place": ["a"], "p": [value]}), {"p": "p"}, "P")


def test_a_format_for_no_column_is_refused() -> None:
    with pytest.raises(CourseError, match="no column 'Shares'"):
        table(FRAME, {"Shares": ".1%"}, "Shares")
    with pytest.raises(CourseError, match="no column 'Shares': it has 0, 1, 2, 3"):
        table(FRAME.set_axis(range(4), axis="columns"), {"Shares": ".1%", 1: ".1%"}, "Shares")

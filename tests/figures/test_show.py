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
    (tag, attributes), (image, about), (caption, _) = Elements(shown[0]["text/html"]).found
    assert (tag, attributes) == ("figure", {"class": "klasteryste-figure"})
    assert image == "img"
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
    assert [tag for tag, _ in Elements(shown[0]["text/html"]).found] == ["figure", "img", "figcaption"]


def test_the_same_figure_gives_the_same_bytes(shown: list[dict[str, str]]) -> None:
    show(drawn(), alt="A line.")
    show(drawn(), alt="A line.")
    first, second = (svg_of(bundle) for bundle in shown)
    assert first == second
    assert b"<dc:date>" not in first
    assert b"<text" not in first  # letters are outlines, so no font is needed to read them


@pytest.mark.parametrize(
    ("alt", "words"), [(" ", "without alt text"), ("{missing:d} people", "needs a value for 'missing'")]
)
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
    table(FRAME, {"Share": ".1%", "p": ".3f", "n": ",d"}, "Dalys")
    assert shown[0]["text/plain"].splitlines()[2:] == [
        "Here & there\t25,6\N{NO-BREAK SPACE}%\t< 0,001\t1\N{NO-BREAK SPACE}234",
        "Nowhere\t–\t0,042\t5",
    ]


def test_a_format_for_no_column_is_refused() -> None:
    with pytest.raises(CourseError, match="no column 'Shares'"):
        table(FRAME, {"Shares": ".1%"}, "Shares")

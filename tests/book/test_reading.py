"""The time a page takes to read follows from its words."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from nbformat.v4 import new_code_cell, new_markdown_cell
from tests.book.small import TITLES, put, small_course

from klasteryste.book.build import build
from klasteryste.book.reading import sentence, words
from klasteryste.language import use_language


def document(*parts: nodes.Node) -> nodes.section:
    return nodes.section("", nodes.title("", "A title – here"), *parts)


def test_words_are_those_of_prose():
    bold = nodes.paragraph("", "", nodes.Text("half"), nodes.strong("", "way"), nodes.Text(" 12.5 % — there"))
    formula = nodes.paragraph("", "", nodes.Text("where "), nodes.math("", r"x + y"), nodes.Text(" is"))
    listed = nodes.bullet_list("", nodes.list_item("", nodes.paragraph("", "one item")))
    silent = [
        nodes.literal_block("", "code is not read"),
        nodes.math_block("", "a = b"),
        nodes.raw("", "<b>drawn words</b>", format="html"),
        nodes.comment("", "nor this"),
    ]
    # Three of the title; halfway, 12.5, there; where, is; one, item.
    assert words(document(bold, formula, listed, *silent)) == 3 + 3 + 2 + 2


@pytest.mark.parametrize(("more", "minutes"), [(1, 1), (197, 1), (198, 2), (1997, 10)])
def test_two_hundred_words_are_a_minute_and_what_is_begun_counts(more, minutes):
    page = document(nodes.paragraph("", "word " * more))
    assert sentence(page).astext().startswith(f"Reading time: about {minutes} min at 200 words a minute;")
    use_language("lt")
    assert sentence(page).astext().startswith(f"Skaitymo trukmė – apie {minutes} min.")


def test_a_built_notebook_says_it_under_its_title_and_counts_what_its_cells_say(tmp_path):
    small = small_course(tmp_path)
    say = "from IPython.display import Markdown\nMarkdown('told ' * 100)"
    cells = [
        new_markdown_cell("# Module\n\n" + "word " * 301, id="m0-title"),
        new_code_cell(say, id="m0-said"),
    ]
    put(small.root, cells)
    build(small, TITLES, ["m0"])

    def page(name: str) -> BeautifulSoup:
        return BeautifulSoup((small.site / "en" / name).read_text(encoding="utf-8"), "html.parser")

    below = page("notebooks/m0.html").select_one("article h1").find_next_sibling()
    assert below["class"] == ["reading-time"]
    # 1 + 301 + 100 words.
    assert below.get_text().startswith("Reading time: about 3 min")
    assert not page("index.html").select(".reading-time")

"""How long a notebook takes to read, under its title: counted from its words in the language of the page."""

from __future__ import annotations

import math
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

from klasteryste.language import _, fill

# One rate for both languages, and a slow one: adults read English non-fiction at 238 on average (Brysbaert,
# 2019, https://doi.org/10.1016/j.jml.2019.104047), but these pages hold numbers and figures too.
WORDS_A_MINUTE = 200


def words(document: nodes.Node) -> int:
    """Count the words of prose, headings and lists; code, formulas and drawings have none."""
    count = 0
    for block in document.findall(nodes.TextElement):
        if isinstance(block, nodes.Inline | nodes.FixedTextElement):
            continue
        texts = (
            text for text in block.findall(nodes.Text) if not isinstance(text.parent, nodes.math | nodes.raw)
        )
        tokens = "".join(text.astext() for text in texts).split()
        count += sum(any(letter.isalnum() for letter in token) for token in tokens)
    return count


def sentence(document: nodes.Node) -> nodes.paragraph:
    """Say how many minutes a document takes to read."""
    told = fill(
        _("Reading time: about {minutes:d} min at {rate:d} words a minute; exercises take longer."),
        {"minutes": math.ceil(words(document) / WORDS_A_MINUTE), "rate": WORDS_A_MINUTE},
    )
    return nodes.paragraph("", told, classes=["reading-time"])


def _say_it(app: Sphinx, document: nodes.document, page: str) -> None:
    if not Path(app.srcdir, f"{page}.ipynb").is_file():
        return
    title = next(document.findall(nodes.title))
    title.parent.insert(title.parent.index(title) + 1, sentence(document))


def setup(app: Sphinx) -> None:
    """Register with Sphinx."""
    # Outputs of cells have become text by then.
    app.connect("doctree-resolved", _say_it)

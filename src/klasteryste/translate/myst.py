"""The Markdown parser, as the book sees it, and what each directive of the course holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Literal

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

EXTENSIONS = ("amsmath", "attrs_inline", "colon_fence", "deflist", "dollarmath", "substitution", "tasklist")
"""The syntax extensions understood; ``_config.yml`` may enable no other."""


@cache
def parser() -> MarkdownIt:
    """Return the book's Markdown parser: markdown-it with MyST's own set of plug-ins."""
    return create_md_parser(MdParserConfig(enable_extensions=set(EXTENSIONS)), RendererHTML)


@dataclass(frozen=True)
class Directive:
    """What a directive's first line and body hold.

    Attributes
    ----------
    argument : {"title", "fixed"}
        Words to translate, or a name, path, address or number that stays.
    body : {"prose", "card", "code", "fixed"}
        MyST prose; prose in a card's three parts; a cell's Python; nothing for us.
    """

    argument: Literal["title", "fixed"]
    body: Literal["prose", "card", "code", "fixed"]


def _table() -> dict[str, Directive]:
    holds = {
        # The words after the name of a note belong to its text, so they are translated like a title.
        Directive("title", "prose"): (
            "admonition attention caution danger error hint important note seealso tip warning "
            "tab-item dropdown exercise exercise-start topic sidebar margin rubric table list-table "
            "epigraph highlights pull-quote"
        ),
        Directive("title", "card"): "card grid-item-card",
        Directive("fixed", "prose"): (
            "grid grid-item card-carousel tab-set button-link button-ref figure figure-md image div "
            "container only solution solution-start exercise-end solution-end"
        ),
        Directive("fixed", "code"): "code-cell",
        Directive("fixed", "fixed"): (
            "code code-block sourcecode literalinclude math raw mermaid bibliography contents "
            "tableofcontents toctree include glue csv-table cite-as course-glossary course-syllabus "
            "data-dictionary plan-rules"
        ),
    }
    return {name: directive for directive, names in holds.items() for name in names.split()}


DIRECTIVES = _table()
"""Every directive the course may use; an unknown one is refused, since its text would stay English unseen."""

OPTIONS = frozenset({"alt", "caption", "link-alt", "subtitle", "title"})
"""The directive options that a reader sees or hears."""

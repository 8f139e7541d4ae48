"""Citations whose own words, the “and” between two authors, are in the page's language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from pybtex.plugin import register_plugin as register_formatting
from pybtex.richtext import Tag, Text
from pybtex.style.formatting.alpha import Style
from pybtex.style.template import names, sentence
from sphinxcontrib.bibtex.plugin import register_plugin as register_referencing
from sphinxcontrib.bibtex.style.referencing import PersonStyle
from sphinxcontrib.bibtex.style.referencing.author_year import AuthorYearReferenceStyle

from klasteryste.language import _

# The name of both styles in `_config.yml`.
STYLE = "course"


class _Bibliography(Style):  # type: ignore[misc]
    """pybtex's alpha style."""

    def format_names(self, role: str, as_sentence: bool = True) -> Any:
        listed = names(role, sep=", ", sep2=_between_two(), last_sep=_before_last())
        return sentence[listed] if as_sentence else listed


@dataclass
class _Reference(AuthorYearReferenceStyle):
    """The author-year style of sphinxcontrib-bibtex."""

    person: PersonStyle = field(
        default_factory=lambda: PersonStyle(
            sep2=_between_two(), last_sep=_before_last(), other=Text(" ", Tag("em", _("et al.")))
        )
    )


def _between_two() -> str:
    return " " + _("and") + " "


def _before_last() -> str:
    return _(", and") + " "


def register() -> None:
    """Make both styles known by their name."""
    register_formatting("pybtex.style.formatting", STYLE, _Bibliography)
    register_referencing("sphinxcontrib.bibtex.style.referencing", STYLE, _Reference)

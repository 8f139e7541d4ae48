"""The course's Sphinx extension: language switch, theme words, notebook to take away, search page."""

from __future__ import annotations

import gettext
import io
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path
from typing import Any

import polib
import sphinx.locale
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.config import Config

from klasteryste.book import (
    citations,
    citing,
    dictionary,
    glossary,
    mathml,
    reading,
    rules,
    solutions,
    syllabus,
)
from klasteryste.language import _, use_language

_HERE = Path(__file__).parent

# Each language in its own words, for the switch.
LANGUAGE_NAMES = {"en": "English", "lt": "Lietuvių"}

# The message catalogues of Sphinx and of the extensions that put words on a page.
_CATALOGUES = ("sphinx", "booktheme", "exercise")


def _configure(app: Sphinx, config: Config) -> None:
    use_language(config.language)
    config.templates_path = [*config.templates_path, str(_HERE / "templates")]
    config.html_static_path = [*config.html_static_path, str(_HERE / "static")]
    config.html_favicon = str(_HERE / "static" / "favicon.svg")
    config.html_theme_options["extra_footer"] = _(
        "Text: CC BY 4.0. Code: BSD 3-Clause. Data: as each table says."
    )
    # These words are settings of their extensions, and not in any catalogue.
    config.numfig_format["exercise"] = _("Exercise %s")
    config.nb_code_prompt_show = _("Show the code")
    config.nb_code_prompt_hide = _("Hide the code")


def _speak(app: Sphinx) -> None:
    """Put the course's translations of the theme's words before those that Sphinx and the themes bring.

    Theirs are incomplete for Lithuanian, and some are machine-made (“By” became “until”), so ours come first.
    """
    catalogue = files("klasteryste").joinpath("locale", f"theme.{app.config.language}.po")
    if not catalogue.is_file():
        return
    binary = polib.pofile(catalogue.read_text(encoding="utf-8")).to_binary()
    for name in _CATALOGUES:
        ours = gettext.GNUTranslations(io.BytesIO(binary))
        theirs = sphinx.locale.translators.get(("general", name))
        if theirs is not None:
            ours.add_fallback(theirs)
        sphinx.locale.translators["general", name] = ours
    # Templates took hold of the old translator when the builder was made.
    app.builder.templates.environment.install_gettext_translations(
        sphinx.locale.translators["general", "sphinx"], newstyle=True
    )


def _add_page_facts(
    app: Sphinx, page: str, template: str, context: dict[str, Any], doctree: nodes.document | None
) -> None:
    """Tell the templates what they need: the page in the other languages, its notebook, our words."""
    up = "../" * (page.count("/") + 1)
    source = Path(app.srcdir, f"{page}.ipynb")
    context["_t"] = _
    context["site_root"] = up
    context["languages"] = [
        (code, LANGUAGE_NAMES[code], f"{up}{code}/{page}.html") for code in app.config.klasteryste_languages
    ]
    context["notebook"] = source.name if source.is_file() else None
    # What assistive tools stumble over: an English name over words that are there, a withdrawn role.
    context["body"] = (
        context.get("body", "")
        .replace(' aria-label="Toggle hidden content"', "")
        .replace('role="doc-biblioentry"', 'role="listitem"')
    )
    context["course_subtitle"] = app.config.klasteryste_subtitle
    context["wheel"] = app.config.klasteryste_wheel


def _search_page(app: Sphinx) -> Iterator[tuple[str, dict[str, Any], str]]:
    yield "search", {"title": _("Search")}, "search.html"


def _no_sphinx_search(app: Sphinx) -> None:
    # Sphinx's own index has no Lithuanian and would be downloaded with every page.
    app.builder.search = False  # type: ignore[attr-defined]


def setup(app: Sphinx) -> dict[str, bool]:
    """Register everything with Sphinx."""
    citations.register()
    citing.setup(app)
    dictionary.setup(app)
    glossary.setup(app)
    mathml.setup(app)
    reading.setup(app)
    rules.setup(app)
    solutions.setup(app)
    syllabus.setup(app)
    app.add_config_value("klasteryste_languages", [], "env")
    app.add_config_value("klasteryste_made_by", "", "env")
    app.add_config_value("klasteryste_root", "", "env")
    app.add_config_value("klasteryste_subtitle", "", "html")
    app.add_config_value("klasteryste_wheel", "", "html")
    app.add_css_file("klasteryste.css", priority=900)
    app.connect("config-inited", _configure, priority=900)
    app.connect("builder-inited", _speak)
    app.connect("builder-inited", _no_sphinx_search)
    app.connect("html-collect-pages", _search_page)
    # Before the theme's own handlers, which already render templates of ours.
    app.connect("html-page-context", _add_page_facts, priority=100)
    return {"parallel_read_safe": True, "parallel_write_safe": True}

"""How to cite the course: a directive that writes out ``CITATION.cff``."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml
from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from klasteryste.errors import CourseError
from klasteryste.language import _

FILE = "CITATION.cff"


class CiteAs(SphinxDirective):
    """The course as an entry of a list of references, and as BibTeX."""

    def run(self) -> list[nodes.Node]:
        """Write both."""
        path = Path(self.config.klasteryste_root, FILE)
        self.env.note_dependency(str(path))
        cited = read_citation(path)
        year = self.config.copyright
        return [
            nodes.block_quote("", nodes.paragraph("", reference(cited, year))),
            nodes.literal_block("", bibtex(cited, year), language="bibtex"),
        ]


def read_citation(path: Path) -> dict[str, Any]:
    """Read the citation file.

    Raises
    ------
    CourseError
        If it is missing or no YAML.
    """
    try:
        read: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CourseError(f"{path} is missing: the page on citing the course is made from it") from None
    except yaml.YAMLError as error:
        raise CourseError(f"{path} is no YAML: {' '.join(str(error).split())}") from None
    return read


def reference(cited: dict[str, Any], year: str) -> str:
    """Write the entry of a list of references, in the language in use."""
    authors = ", ".join(author["name"] for author in cited["authors"])
    return f"{authors} ({year}). {cited['title']}. " + _("Version") + f" {cited['version']}."


def bibtex(cited: dict[str, Any], year: str) -> str:
    """Write the entry of a BibTeX file."""
    # Braces keep a name of several words from being taken apart.
    authors = " and ".join(f"{{{author['name']}}}" for author in cited["authors"])
    fields = {"author": authors, "title": cited["title"], "year": year, "note": f"Version {cited['version']}"}
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items()]
    return "\n".join(["@misc{klasteryste,", *lines, "}"])


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("cite-as", CiteAs)

"""The glossary: a directive that writes out ``book/glossary.yml``, and what ``{term}`` leads to.

A term is known by its English name in both languages, so that a translation leads where its source leads, and
an address within the page is the same in both.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import cast

import yaml
from docutils import nodes
from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.domains.std import StandardDomain
from sphinx.roles import XRefRole
from sphinx.util.docutils import SphinxDirective

from klasteryste.course import Text
from klasteryste.errors import CourseError
from klasteryste.language import SOURCE_LANGUAGE, _, current_language

FILE = "glossary.yml"


class Term(BaseModel):
    """A term of the course.

    Attributes
    ----------
    term, meaning : dict of str to str
        The term, and what is meant by it here, by language code.
    module : str, optional
        The module that explains it, such as ``m2``.
    unsettled : bool
        Whether Lithuanian has no agreed word for it yet.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    term: Text
    meaning: Text
    module: str | None = None
    unsettled: bool = False

    @property
    def name(self) -> str:
        """The name that pages refer to it by."""
        return self.term[SOURCE_LANGUAGE].lower()

    @property
    def id(self) -> str:
        """Its address within the page, the same in both languages."""
        return f"term-{nodes.make_id(self.name)}"


class Glossary(SphinxDirective):
    """All terms in the order of the page's language, each with its name in the other one."""

    def run(self) -> list[nodes.Node]:
        """Write the list."""
        path = Path(self.config.klasteryste_root, "book", FILE)
        self.env.note_dependency(str(path))
        standard = cast(StandardDomain, self.env.get_domain("std"))
        written = nodes.definition_list(classes=["glossary"])
        for term in in_order(read_terms(path), current_language()):
            item = entry(term, self.env.docname)
            standard.note_object("term", term.name, term.id, location=item)
            written += item
        return [addnodes.glossary("", written, sorted=False)]


def read_terms(path: Path) -> list[Term]:
    """Read the glossary.

    Raises
    ------
    CourseError
        If it is missing, is no list of terms in both languages, or has a term twice.
    """
    try:
        terms = TypeAdapter(list[Term]).validate_python(yaml.safe_load(path.read_text(encoding="utf-8")))
    except FileNotFoundError:
        raise CourseError(f"{path} is missing: the page of the glossary is made from it") from None
    except yaml.YAMLError as error:
        raise CourseError(f"{path} is no YAML: {' '.join(str(error).split())}") from None
    except ValidationError as error:
        fault = error.errors()[0]
        raise CourseError(f"{path}: {'.'.join(map(str, fault['loc']))}: {fault['msg']}") from None
    ids = [term.id for term in terms]
    for term in terms:
        if ids.count(term.id) > 1:
            raise CourseError(f"{path}: the term {term.name!r} is there twice: keep one")
    return terms


def in_order(terms: list[Term], language: str) -> list[Term]:
    """Sort terms as a dictionary of a language does."""
    return sorted(terms, key=lambda term: _place(term.term[language], language))


def _place(word: str, language: str) -> tuple[str, str]:
    """Return a word's sorting key.

    In Lithuanian č, š and ž are letters of their own, after c, s and z; ą, ę, ė, į, ų, ū count as the letter
    below the mark, and y counts as i, unless two words differ in nothing else (Unicode CLDR's order of lt).
    """
    word = word.casefold()
    if language != "lt":
        return word, word
    own = str.maketrans({"č": "c\uffff", "š": "s\uffff", "ž": "z\uffff", "y": "i"})
    bare = unicodedata.normalize("NFD", word.translate(own))
    return "".join(mark for mark in bare if not unicodedata.combining(mark)), word


def entry(term: Term, page: str) -> nodes.definition_list_item:
    """Write out one term in the language in use.

    Parameters
    ----------
    term : Term
        The term.
    page : str
        The page that it is written on.
    """
    here = current_language()
    other = next(code for code in term.term if code != here)
    head = nodes.term("", term.term[here], ids=[term.id])
    abroad = nodes.inline("", term.term[other], classes=[f"language-{other}"])
    opening = nodes.Text(" (" + _("Lithuanian:") + " ")
    head += nodes.inline("", "", opening, abroad, nodes.Text(")"), classes=["other"])
    told = nodes.paragraph("", term.meaning[here])
    if term.unsettled:
        told += [nodes.Text(" "), nodes.emphasis("", _("Lithuanian has no settled word for it."))]
    if term.module:
        module = addnodes.pending_xref(
            "",
            nodes.inline(),
            refdomain="std",
            reftype="doc",
            reftarget=f"/notebooks/{term.module}",
            refdoc=page,
            refexplicit=False,
            refwarn=True,
        )
        told += [nodes.Text(" " + _("Explained in") + ": "), module, nodes.Text(".")]
    return nodes.definition_list_item("", head, nodes.definition("", told))


def setup(app: Sphinx) -> None:
    """Register the directive, and a role that does not mind capitals."""
    app.add_directive("course-glossary", Glossary)
    role = XRefRole(lowercase=True, innernodeclass=nodes.inline, warn_dangling=True)
    app.add_role_to_domain("std", "term", role, override=True)

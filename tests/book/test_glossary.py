"""The glossary: both languages, their order, what is not settled, and where a reference leads."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from tests.book.small import TITLES, small_course
from tests.conftest import ROOT

from klasteryste.book.build import build
from klasteryste.book.glossary import Term, entry, in_order, read_terms
from klasteryste.course import read_course
from klasteryste.errors import CourseError
from klasteryste.language import use_language

FILE = ROOT / "book" / "glossary.yml"
TERMS = read_terms(FILE)
# Those of the course's terms for which a Lithuanian methodologist has yet to confirm a word.
UNSETTLED = {
    *("bonding ties", "bridging ties", "linking ties", "collaborative governance", "network governance"),
    *("betweenness", "structural hole", "constraint", "modularity", "backbone", "null model"),
    *("permutation test", "articulation point", "design effect", "mcdonald's omega", "imputation"),
    *("minimum detectable effect", "notebook", "cell"),
}


def term(lt: str, en: str = "x") -> Term:
    return Term(term={"en": en, "lt": lt}, meaning={"en": "What.", "lt": "Kas."})


def test_lithuanian_is_sorted_as_a_lithuanian_dictionary():
    right = ["arba", "ąžuolas", "cukrus", "čekis", "yla", "ir", "įrašas", "svoris", "šaka", "zona", "žala"]
    words = sorted(right, reverse=True)
    assert [one.term["lt"] for one in in_order([term(word) for word in words], "lt")] == right
    assert [one.name for one in in_order([term("a", "b"), term("b", "A")], "en")] == ["a", "b"]


def test_terms_without_a_settled_word_are_marked():
    assert {one.name for one in TERMS if one.unsettled} >= UNSETTLED


def test_every_term_is_explained_by_a_module_that_exists():
    modules = {module.id for module in read_course(ROOT / "course.yml").modules}
    assert {one.module for one in TERMS if one.module} <= modules


def test_every_term_is_one_that_the_course_uses():
    pages = [path for path in (ROOT / "book").glob("*.md") if path.name != "glossary.md"]
    sources = [*pages, *(ROOT / "notebooks").rglob("*.ipynb")]
    said = " ".join(" ".join(path.read_text(encoding="utf-8") for path in sources).lower().split())
    assert [one.name for one in TERMS if one.name not in said] == []


@pytest.mark.parametrize(
    ("language", "told", "not_settled"),
    [
        ("en", "imputation (Lithuanian: įrašymas)", "Lithuanian has no settled word for it."),
        ("lt", "įrašymas (angl. imputation)", "Lietuviškas terminas dar nenusistovėjęs."),
    ],
)
def test_an_entry_tells_the_other_language_and_whether_the_word_is_settled(language, told, not_settled):
    use_language(language)
    shown = {one.name: entry(one, "glossary") for one in TERMS}
    text = shown["imputation"].astext()
    assert text.startswith(told) and not_settled in text
    assert not_settled not in shown["social capital"].astext()
    assert shown["imputation"][0]["ids"] == ["term-imputation"]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("- term: {en: a}\n  meaning: {en: b, lt: c}\n", "0.term.*languages en, lt"),
        ("- term: {en: a, lt: b}\n  meaning: {en: b, lt: ' '}\n", "0.meaning.*languages en, lt"),
        ("- term: {en: a, lt: b}\n  meaning: {en: b, lt: c}\n  modul: m0\n", "0.modul"),
        ("- &t {term: {en: a, lt: b}, meaning: {en: b, lt: c}}\n- *t\n", "'a' is there twice"),
        ("- [", "no YAML"),
    ],
)
def test_a_glossary_with_a_fault_names_the_place(tmp_path: Path, text: str, complaint: str):
    path = tmp_path / "glossary.yml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CourseError, match=complaint):
        read_terms(path)
    with pytest.raises(CourseError, match="is missing"):
        read_terms(tmp_path / "none.yml")


def test_a_reference_leads_to_its_term_in_both_languages_and_one_to_nowhere_stops_the_build(tmp_path: Path):
    small = small_course(tmp_path)
    book = small.root / "book"
    (book / "glossary.yml").write_text(
        "- term: {en: Social capital, lt: socialinis kapitalas}\n  meaning: {en: What., lt: Kas.}\n", "utf-8"
    )
    page = "# Start\n\n{doc}`notebooks/m0`, {term}`Social capital`.\n\n```{course-glossary}\n```\n"
    (book / "index.md").write_text(page, encoding="utf-8")
    build(small, TITLES, ["m0"])
    html = (small.site / "en" / "index.html").read_text(encoding="utf-8")
    assert re.search(r'<a [^>]*href="#term-social-capital"', html) and 'id="term-social-capital"' in html

    (book / "index.md").write_text(page.replace("`Social capital`", "`social captial`"), encoding="utf-8")
    with pytest.raises(CourseError, match="social captial"):
        build(small, TITLES, ["m0"])

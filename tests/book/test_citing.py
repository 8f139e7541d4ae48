"""The citation file, and what the page about the course makes of it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from tests.conftest import ROOT

from klasteryste.book.citing import bibtex, read_citation, reference
from klasteryste.errors import CourseError
from klasteryste.language import use_language

CITED = read_citation(ROOT / "CITATION.cff")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
# Citation File Format 1.2.0: https://github.com/citation-file-format/citation-file-format
REQUIRED = {"authors", "cff-version", "message", "title"}
ALLOWED = REQUIRED | {
    *("abstract", "commit", "contact", "date-released", "doi", "identifiers", "keywords", "license"),
    *("license-url", "preferred-citation", "references", "repository", "repository-artifact"),
    *("repository-code", "type", "url", "version"),
}


def test_the_file_keeps_to_its_format():
    assert CITED["cff-version"] == "1.2.0"
    assert set(CITED) >= REQUIRED and set(CITED) <= ALLOWED
    assert CITED["type"] in {"software", "dataset"}
    # An author that is no person has a name, and neither given nor family names.
    assert CITED["authors"] and all(set(author) == {"name"} for author in CITED["authors"])
    assert all(isinstance(CITED[field], str) for field in ("message", "title", "abstract", "version"))
    assert len(set(CITED["keywords"])) == len(CITED["keywords"])


def test_the_file_agrees_with_the_package():
    assert CITED["version"] == PROJECT["version"]
    assert " AND ".join(CITED["license"]) == PROJECT["license"]
    assert [author["name"] for author in CITED["authors"]] == [
        author["name"] for author in PROJECT["authors"]
    ]


@pytest.mark.parametrize(
    ("language", "told"),
    [("en", "Someone, X (2020). T. Version 2."), ("lt", "Someone, X (2020). T. Versija 2.")],
)
def test_the_page_cites_what_the_file_says(language: str, told: str):
    cited = {"authors": [{"name": "Someone"}, {"name": "X"}], "title": "T", "version": "2"}
    use_language(language)
    assert reference(cited, "2020") == told
    assert bibtex(cited, "2020").splitlines()[1:3] == ["  author = {{Someone} and {X}},", "  title = {T},"]


def test_a_citation_file_that_cannot_be_read_is_named(tmp_path: Path):
    with pytest.raises(CourseError, match="is missing"):
        read_citation(tmp_path / "CITATION.cff")
    (tmp_path / "CITATION.cff").write_text("a: [", encoding="utf-8")
    with pytest.raises(CourseError, match="no YAML"):
        read_citation(tmp_path / "CITATION.cff")

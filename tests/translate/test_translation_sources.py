"""The sources of this repository: every one is found, and comes back byte for byte."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest
from tests.translate.support import ROOT, structure

from klasteryste.translate import Document, catalogue_path, localise_file, sources

SOURCES = sources(ROOT)
NAMES = [path.relative_to(ROOT).as_posix() for path in SOURCES]


def test_the_repository_has_sources() -> None:
    assert {"book/index.md", "notebooks/m2.ipynb", "assignments/source/m2/m2.ipynb"} <= set(NAMES)


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_an_identity_catalogue_gives_the_same_bytes(source: Path) -> None:
    document = Document(source, ROOT)
    words = [span.msgid for part in document.parts for span in part.spans]
    assert words
    assert document.translated({msgid: msgid for msgid in words}).encode() == source.read_bytes()


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_every_message_can_be_replaced_in_place(source: Path) -> None:
    document = Document(source, ROOT)
    for part in document.parts:
        translations = {span.msgid: span.msgid + " ą" for span in part.spans}
        replaced = part.replaced(translations)
        if part.code:
            ast.parse(replaced)
        else:
            assert structure(replaced) == structure(part.text), part.place
        assert replaced.count("ą") - part.text.count("ą") == sum(
            translations[span.msgid].count("ą") - span.msgid.count("ą") for span in part.spans
        )


@pytest.mark.parametrize("source", SOURCES, ids=NAMES)
def test_published_code_has_no_marks(source: Path) -> None:
    for language in ("en", "lt"):
        text = localise_file(source, catalogue_path(ROOT, source, language), language)
        if source.suffix != ".ipynb":
            continue
        for made in json.loads(text)["cells"]:
            if made["cell_type"] == "code":
                names = {
                    n.id for n in ast.walk(ast.parse("".join(made["source"]))) if isinstance(n, ast.Name)
                }
                assert "tr" not in names, made["id"]

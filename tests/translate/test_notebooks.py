"""Notebooks: words change; code, ids, metadata, outputs and bytes do not."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.translate.support import BLOCKS_PAGE, cell, notebook, structure, write_catalogue

from klasteryste.errors import CourseError
from klasteryste.translate import Document, localise_file
from klasteryste.translate.parity import difference

SETUP = 'from klasteryste import say, tr, use_language\n\nuse_language(tr("en"))'
NBGRADER: dict[str, Any] = {
    "nbgrader": {"grade": True, "grade_id": "m2-task", "locked": True, "points": 2, "schema_version": 3}
}
OUTPUT = {"name": "stdout", "output_type": "stream", "text": ["One\n"]}

WHOLE = notebook(
    cell("markdown", "m2-title", BLOCKS_PAGE, attachments={"One.png": {"image/png": "iVBO"}}),
    cell("raw", "m2-raw", "One"),
    cell(
        "code",
        "m2-setup",
        SETUP,
        metadata={"tags": ["keep_output", "One"]},
        outputs=[OUTPUT],
        execution_count=1,
    ),
    cell("code", "m2-say", '# One\nsay(\n    tr("One {x:.0%}"),\n    x=0.5,  # two\n)'),
    cell("markdown", "m2-exercise", "```{exercise-start} One\n:label: m2-ex\n```"),
    cell("markdown", "m2-body", "Do $x$, [see][one]."),
    cell("markdown", "m2-end", "```{exercise-end}\n```\n\n[one]: https://example.org"),
    cell(
        "code",
        "m2-task",
        "def f(x):\n    ### BEGIN SOLUTION\n    # One\n    return x\n    ### END SOLUTION\n"
        'assert f(1) == 1, tr("Look at two")\n### BEGIN HIDDEN TESTS\n'
        'assert f("One") == "One"\n### END HIDDEN TESTS',
        metadata=NBGRADER,
    ),
    cell(
        "code",
        "m2-docs",
        'class A:\n    """One."""\n\n    def f(self):\n        """Two.\n\n        Three.\n        """',
    ),
    cell("code", "m2-empty", ""),
)


def save(folder: Path, text: str) -> Path:
    path = folder / "m2.ipynb"
    path.write_text(text, encoding="utf-8")
    return path


def messages(document: Document) -> dict[str, str]:
    return {span.msgid: span.kind for part in document.parts for span in part.spans}


def bones(code: str) -> str:
    """Return a cell's syntax tree with marked strings and docstrings left blank."""
    tree = ast.parse(code)
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "tr":
            node.args = []
        elif isinstance(node, ast.FunctionDef | ast.ClassDef) and ast.get_docstring(node) is not None:
            node.body[0] = ast.Expr(ast.Constant(""))
    return ast.dump(tree)


def test_only_words_change(tmp_path: Path) -> None:
    source = save(tmp_path, WHOLE)
    words = messages(Document(source))
    assert {"One {x:.0%}", "Look at two", "two", "One", "Do $x$, [see][one].", "One."} <= words.keys()
    catalogue = write_catalogue(
        tmp_path / "m2.po", {msgid: f"Lietuviškai {msgid}" for msgid in words if msgid != "en"}
    )
    before, after = (json.loads(text) for text in (WHOLE, localise_file(source, catalogue, "lt")))
    for old, new in zip(before["cells"], after["cells"], strict=True):
        assert {**old, "source": None} == {**new, "source": None}
    sources = {made["id"]: "".join(made["source"]) for made in after["cells"]}
    assert {**before, "cells": None} == {**after, "cells": None}
    assert sources["m2-raw"] == "One"
    assert sources["m2-setup"] == 'from klasteryste import say, use_language\n\nuse_language("en")'
    assert sources["m2-say"] == (
        '# Lietuviškai One\nsay(\n    "Lietuviškai One {x:.0%}",\n    x=0.5,  # Lietuviškai two\n)'
    )
    assert sources["m2-exercise"] == "```{exercise-start} Lietuviškai One\n:label: m2-ex\n```"
    assert sources["m2-task"] == (
        "def f(x):\n    ### BEGIN SOLUTION\n    # Lietuviškai One\n    return x\n    ### END SOLUTION\n"
        'assert f(1) == 1, "Lietuviškai Look at two"\n'
        '### BEGIN HIDDEN TESTS\nassert f("One") == "One"\n### END HIDDEN TESTS'
    )


def test_english_loses_its_marks_and_nothing_else(tmp_path: Path) -> None:
    source = save(tmp_path, WHOLE)
    expected = WHOLE.replace("import say, tr, use", "import say, use").replace('tr(\\"en\\")', '\\"en\\"')
    expected = expected.replace('tr(\\"One {x:.0%}\\")', '\\"One {x:.0%}\\"')
    expected = expected.replace('tr(\\"Look at two\\")', '\\"Look at two\\"')
    assert localise_file(source, None, "en", strict=True) == expected


def test_a_link_defined_in_another_cell_is_known_as_a_link(tmp_path: Path) -> None:
    source = save(tmp_path, WHOLE)
    catalogue = write_catalogue(tmp_path / "m2.po", {"Do $x$, [see][one].": "Daryk $x$, žr."})
    with pytest.raises(CourseError, match=r"m2\.ipynb#m2-body:1 lacks link 'https://example\.org'"):
        localise_file(source, catalogue, "lt")


_WORDS = st.one_of(
    st.text(st.characters(blacklist_categories=["Cc", "Cs", "Zl", "Zp"]), min_size=1),
    st.text("aą1 `*_#>-+:|\\\"'$[](){}<>^~%=.&", min_size=1),
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=100)
@given(data=st.data())
def test_any_translation_leaves_all_but_its_messages(tmp_path: Path, data: st.DataObject) -> None:
    document = Document(save(tmp_path, WHOLE))
    words = data.draw(st.dictionaries(st.sampled_from(list(messages(document))), _WORDS))
    for part in document.parts:
        for span in part.spans:
            if span.msgid in words and difference(span, words[span.msgid], part.all_references):
                del words[span.msgid]
    before, after = json.loads(WHOLE), json.loads(document.translated(words))
    for old, new in zip(before["cells"], after["cells"], strict=True):
        assert {**old, "source": None} == {**new, "source": None}
        one, other = "".join(old["source"]), "".join(new["source"])
        match old["cell_type"]:
            case "code":
                assert bones(one) == bones(other)
            case "markdown":
                assert structure(one) == structure(other)
            case _:
                assert one == other


def test_identity_keeps_every_byte(tmp_path: Path) -> None:
    document = Document(save(tmp_path, WHOLE))
    assert document.translated({msgid: msgid for msgid in messages(document)}) == WHOLE


def test_a_notebook_written_another_way_by_jupyter_keeps_its_bytes_too(tmp_path: Path) -> None:
    one = notebook(
        {**cell("markdown", "m2-one", ""), "source": "One"}, cell("markdown", "m2-two", "Two")
    ).rstrip()
    document = Document(save(tmp_path, one))
    assert document.translated({}) == one
    assert document.translated({"Two": "Du"}) == one.replace("Two", "Du")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (WHOLE.replace(" ", "  "), "not written as Jupyter writes"),
        (WHOLE.replace("\n", "\r\n"), "Windows line ends"),
        (WHOLE[:-10], r"m2\.ipynb:\d+: not JSON"),
        ("[]\n", "not a notebook"),
        ('{\n "cells": [\n  1\n ]\n}\n', "cell 1 is none of notebook format 4"),
        (notebook(cell("markdown", "a", "One"), {"id": "b", "source": []}), "cell 2 is none"),
        (notebook({"id": "b", "cell_type": "code"}), "cell 1 is none"),
        (notebook({**cell("markdown", "a", ""), "source": [1]}), "cell 1 is none"),
        (WHOLE.replace('"id": "m2-say"', '"id": "m2-setup"'), r"cell 3 needs an id of its own"),
    ],
)
def test_a_notebook_that_could_not_stay_the_same_is_refused(tmp_path: Path, text: str, told: str) -> None:
    path = tmp_path / "m2.ipynb"
    path.write_bytes(text.encode())
    with pytest.raises(CourseError, match=told):
        localise_file(path, None, "lt")


def test_an_unknown_language_or_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match="unknown language 'xx'"):
        localise_file(save(tmp_path, WHOLE), None, "xx")
    with pytest.raises(CourseError, match=r"none\.md: cannot be read"):
        localise_file(tmp_path / "none.md", None, "lt")
    (tmp_path / "a.txt").write_text("One")
    with pytest.raises(CourseError, match="neither Markdown"):
        localise_file(tmp_path / "a.txt", None, "lt")
    (tmp_path / "b.md").write_bytes(b"\xff")
    with pytest.raises(CourseError, match="not UTF-8"):
        localise_file(tmp_path / "b.md", None, "lt")

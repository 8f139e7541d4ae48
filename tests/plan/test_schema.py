"""The published schema says what the model asks, to any tool that knows JSON Schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import klasteryste.plan
from klasteryste.language import use_language
from klasteryste.plan import check
from klasteryste.plan.document import read_document
from klasteryste.plan.sample import SAMPLE
from klasteryste.plan.schema import FILE, schema_text

PUBLISHED = Path(klasteryste.plan.__file__).parent / FILE


def test_the_published_schema_is_the_models():
    assert PUBLISHED.read_text(encoding="utf-8") == schema_text(), (
        "write it again: klasteryste plan schema -o src/klasteryste/plan/cluster-plan.schema.json"
    )


def test_a_second_reader_takes_the_sample_and_refuses_a_breach():
    validator = jsonschema.Draft202012Validator(json.loads(schema_text()))
    validator.check_schema(validator.schema)
    value = read_document(SAMPLE / "plan.yml").value
    assert not list(validator.iter_errors(value))
    value["partners"][0]["sector"] = "church"
    [error] = validator.iter_errors(value)
    assert list(error.absolute_path) == ["partners", 0, "sector"]


@pytest.mark.parametrize("name", ["Plan", "Cited", "Partner", "Indicator", "PlannedSurvey"])
def test_every_field_is_explained_where_an_editor_shows_it(name: str):
    schema = json.loads(schema_text())
    model = schema if name == "Plan" else schema["$defs"][name]
    refs = {key for key, field in model["properties"].items() if set(field) == {"$ref"}}
    unexplained = {key for key, field in model["properties"].items() if "description" not in field} - refs
    assert not unexplained


def test_the_sample_and_a_new_plan_name_it_for_the_editor():
    from datetime import date

    from klasteryste.plan.new import new_plan

    line = f"# yaml-language-server: $schema={FILE}\n"
    assert (SAMPLE / "plan.yml").read_text(encoding="utf-8").startswith(line)
    assert new_plan("LT-60", date(2026, 9, 30)).startswith(line)


@pytest.mark.parametrize(
    ("old", "new", "english", "lithuanian"),
    [
        (
            "  date: 2026-09-30",
            "  date: 2026.09.30",
            "meta.date is a day from 1900",
            "meta.date turi būti diena",
        ),
        (
            "  date: 2026-09-30",
            "  date: 9999-12-31",
            "meta.date is a day from 1900",
            "meta.date turi būti diena",
        ),
        (
            "  date: 2026-09-30",
            "  date: 2026-02-30",
            "meta.date is a day from 1900",
            "meta.date turi būti diena",
        ),
        ("    probability: 2", "    probability: 7", "out of range: ≤ 5", "leistinas ribas: ≤ 5"),
        ("    sector: public", "    sector: church", "is one of 'public'", "tik viena iš šių reikšmių"),
        ("kind: census", "kind: everybody", "kind that is known: published,", "galimos published, sample ir"),
        ("total: 168000", "total: much", "budget.total is a number", "budget.total turi būti skaičius"),
    ],
)
def test_a_breach_of_form_is_said_in_both_languages(
    tmp_path: Path, old: str, new: str, english: str, lithuanian: str
):
    text = (SAMPLE / "plan.yml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "plan.yml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    for language, words in (("en", english), ("lt", lithuanian)):
        use_language(language)
        result = check(path).results[0]
        assert result.rule == "R01"
        assert any(words in finding.message for finding in result.findings), result.findings

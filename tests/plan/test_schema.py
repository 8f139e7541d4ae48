"""The published schema says what the model asks, to any tool that knows JSON Schema."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest

import klasteryste.plan
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

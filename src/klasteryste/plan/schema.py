"""The JSON Schema of a plan, by which an editor completes and checks while one writes."""

from __future__ import annotations

import json

from klasteryste.plan.model import Plan

FILE = "cluster-plan.schema.json"
"""What the schema is called beside a plan, whose first line names it for the editor."""


def schema_text() -> str:
    """Give the schema as JSON, as it is published in the package and written beside a new plan."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Cluster plan / Klasterio planas",
        **Plan.model_json_schema(by_alias=True),
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"

"""What is changed in the sample plan, to see what the report makes of it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from klasteryste.data import describe
from klasteryste.evidence import Published, record

Change = Callable[[dict[str, Any]], None]

HOSTILE = """<script>alert(1)</script> "'><img src=x onerror=alert(2)> </style> --> $\\frac{a$ {{ 7 * 7 }}"""


def untouched(plan: dict[str, Any]) -> None:
    """Change nothing."""


def apart(plan: dict[str, Any]) -> None:
    """Leave out every tie."""
    del plan["ties"]


def public(plan: dict[str, Any]) -> None:
    """Let the first number of the problem rest on a public table: trust in Lithuania."""
    rows = {"country": "LT", "survey": "EVS", "wave": 5}
    evidence = record("trust", rows, "value", "trust", design=Published(se="se_srs", n="n_answers"))
    plan["problem"]["baseline"][0] = {
        "name": {"lt": "Pasitikėjimas Lietuvoje", "en": "Trust in Lithuania"},
        "value": 0.318,
        "evidence": evidence.model_dump(mode="json", exclude_none=True),
    }


def among_towns(plan: dict[str, Any]) -> None:
    """Set the plan among Lithuania's municipalities, as a new one is."""
    plan["meta"]["place"] |= {"code": "43", "neighbours": ["30", "82"]}
    plan["peers"] |= {
        "dataset": "municipality_years",
        "sha256": describe("municipality_years").sha256,
        "filters": {"year": 2017},
        "variables": ["population"],
        "units": ["62", "45"],
        "balance": [{"variable": "population", "smd": -0.023}],
    }
    plan["evaluation"]["comparison"] = ["62"]


def bare(plan: dict[str, Any]) -> None:
    """Leave out all that a plan may lack."""
    for section in ("ties", "tie_survey", "indicators", "peers", "risks", "claims"):
        del plan[section]
    del plan["logic"]["links"]
    plan["partners"] = plan["partners"][:1]
    del plan["evaluation"]["surveys"]
    del plan["evaluation"]["registered"]


@cache
def crowd(partners: int) -> Change:
    """Make a plan of so many partners, in a chain with branches."""

    def change(plan: dict[str, Any]) -> None:
        sectors = ("public", "school", "knowledge", "civic", "business")
        words = {"lt": "Daro ir skiria.", "en": "Does and commits."}
        plan["partners"] = [
            {
                "id": f"p{row}",
                "name": {
                    "lt": f"Pramanytos bendruomenės {row}-oji organizacija",
                    "en": f"Invented community organisation {row}",
                },
                "sector": sectors[row % 5],
                "role": words,
                "commits": words,
                "status": "proposed" if row % 4 == 3 else "agreed",
            }
            for row in range(partners)
        ]
        plan["ties"] = [
            {"from": f"p{row // 2}", "to": f"p{row}", "type": "joint_work"} for row in range(1, partners)
        ]
        plan["governance"]["lead"] = "p0"

    return change


def breach(plan: dict[str, Any]) -> None:
    """Breach several rules: a wrong number, a wrong sum, a tie and arrows that lead nowhere good."""
    plan["problem"]["baseline"][0]["value"] = 0.2
    plan["budget"]["total"] = 1
    plan["ties"].append({"from": "savivaldybe", "to": "nowhere", "type": "agreement"})
    plan["logic"]["links"] += [
        {"from": "pasitikejimas", "to": "lesos"},
        {"from": "mokymai", "to": "lenta"},
    ]
    plan["risks"][0]["score"] = 99
    plan["indicators"][1]["baseline"]["evidence"]["sha256"] = "0" * 64


def hostile(plan: dict[str, Any]) -> None:
    """Put markup, quotes, a formula and a template into every text."""
    for section, value in plan.items():
        plan[section] = _hostile(value)


def _hostile(value: Any) -> Any:
    if isinstance(value, dict):
        if set(value) == {"lt", "en"}:
            return {language: text + HOSTILE for language, text in value.items()}
        return {key: _hostile(inner) for key, inner in value.items()}
    return [_hostile(inner) for inner in value] if isinstance(value, list) else value


def real(plan: dict[str, Any]) -> None:
    """Say that the place is not made up."""
    plan["meta"]["place"]["fictional"] = False

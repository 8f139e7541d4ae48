"""A plan begun: what public data know of a municipality is filled in, and the rest is left as a gap.

A gap is an empty value, which rule R01 lists with its line. Numbers of a whole country are marked as proxies.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any

import yaml

from klasteryste.data import load
from klasteryste.data.package import describe
from klasteryste.errors import CourseError
from klasteryste.evidence import Census, Evidence, Published, compute, record
from klasteryste.language import current_language
from klasteryste.methods.peers import balance, nearest_units, standardised_distances
from klasteryste.plan.schema import FILE, schema_text

# What peers are to be alike in: how many people, how close together, and how many are born and die.
PEER_VARIABLES = ("population", "density", "births", "deaths")
PEERS = 5
_LAST_START = 2095  # four years on, days still have four digits and begin with 20
_FULL = {"m. sav.": "miesto savivaldybė", "r. sav.": "rajono savivaldybė", "sav.": "savivaldybė"}
_OF = {"savivaldybė": "savivaldybės administracija"}


@dataclass(frozen=True)
class _Municipality:
    code: str
    lt: str
    en: str
    iso: str


def municipality(name: str) -> _Municipality:
    """Find a municipality by its ISO 3166-2 code, its code in the tables, or its name in either language.

    Raises
    ------
    CourseError
        If there is none, or more than one.
    """
    table = load("municipalities")
    wanted = name.strip().casefold()
    columns = ("iso_3166_2", "municipality", "name_lt", "name_en", "seat")
    for column in columns:
        rows = table[table[column].str.casefold() == wanted]
        if len(rows) > 1:
            codes = ", ".join(f"{row.iso_3166_2} ({row.name_en})" for row in rows.itertuples())
            raise CourseError(f"{name!r} can be more than one municipality, {codes}: give the code")
        if len(rows) == 1:
            row = rows.iloc[0]
            lt = str(row["name_lt"])
            for short, full in _FULL.items():
                if lt.endswith(f" {short}"):
                    lt = f"{lt.removesuffix(short)}{full}"
                    break
            return _Municipality(row["municipality"], lt, row["name_en"], row["iso_3166_2"])
    raise CourseError(
        f"there is no municipality {name!r}: give an ISO 3166-2 code from LT-01 to LT-60, or a name such as "
        "'Utenos r. sav.'"
    )


def begin_plan(place: str, path: Path = Path("plan.yml"), *, day: date) -> None:
    """Begin a plan for a municipality in a file, and put the schema that editors read beside it.

    Parameters
    ----------
    place : str
        The municipality, as `municipality` finds it.
    path : Path, optional
        The file to write.
    day : date
        The plan's date.

    Raises
    ------
    CourseError
        If the file is there already, or as `new_plan`.
    """
    if path.exists():
        raise CourseError(f"{path} is there already: give the new plan another name")
    path.write_text(new_plan(place, day), encoding="utf-8")
    path.with_name(FILE).write_text(schema_text(), encoding="utf-8")


def new_plan(place: str, day: date) -> str:
    """Begin a plan for a municipality, as the text of a YAML file with comments in the language in use.

    Parameters
    ----------
    place : str
        The municipality, as `municipality` finds it.
    day : date
        The plan's date. Its period is the four years from the next January on.

    Raises
    ------
    CourseError
        If there is no such municipality, or the plan would run beyond the days that a plan can hold.
    """
    if not 1900 <= day.year <= _LAST_START:
        raise CourseError(
            f"a plan of {day} would run out of the calendar: give a date before {_LAST_START + 1}"
        )
    chosen = municipality(place)
    here = municipality_peers(chosen.code)
    start = day.year + 1
    years = load("municipality_years")
    last = int(years["year"].max())
    rows = {"municipality": chosen.code, "year": last}
    residents = _cited(
        record("municipality_years", rows, "value", "population", design=Census()),
        {
            "lt": f"Gyventojų skaičius {last} m. pradžioje",
            "en": f"Number of residents at the start of {last}",
        },
        population="residents",
    )
    born = int(years.dropna(subset=["births"])["year"].max())
    births = _cited(
        record(
            *("municipality_years", {"municipality": chosen.code, "year": born}, "ratio", "births"),
            per="population",
            design=Census(),
        ),
        {"lt": f"Gimusiųjų ir gyventojų santykis {born} m.", "en": f"Births per resident in {born}"},
        population="residents",
        comparable=True,
    )
    national = {
        "lt": "Visos Lietuvos skaičius: atvirų savivaldybės apklausos duomenų nėra žinoma.",
        "en": "A number of all Lithuania: no open survey of the municipality is known.",
    }
    waves = load("trust").query("country == 'LT' and survey == 'EVS'")
    trust = _cited(
        record(
            *(
                "trust",
                {"country": "LT", "survey": "EVS", "wave": int(waves["wave"].max())},
                "value",
                "trust",
            ),
            design=Published(se="se_srs", n="n_answers"),
        ),
        {
            "lt": "Suaugusiųjų, manančių, kad dauguma žmonių galima pasitikėti, dalis",
            "en": "Share of adults who say that most people can be trusted",
        },
        population="adults",
        comparable=True,
        proxy=national,
    )
    ladder = load("wellbeing").query("country == 'LT'").dropna(subset=["life_ladder"])
    life = _cited(
        record(
            *("wellbeing", {"country": "LT", "year": int(ladder["year"].max())}, "value", "life_ladder"),
            design=Published(),
        ),
        {
            "lt": "Gyvenimo vertinimas, balai nuo 0 iki 10",
            "en": "How people rate their life, points from 0 to 10",
        },
        population="adults",
        comparable=True,
        proxy=national,
    )
    language = current_language()
    comments = yaml.safe_load(files("klasteryste.plan").joinpath("new.yml").read_text(encoding="utf-8"))
    text = {"lt": None, "en": None}
    administration = chosen.lt
    for ending, full in _OF.items():
        administration = administration.replace(ending, full)
    sections: dict[str, Any] = {
        "meta": {
            "title": text,
            "place": {
                "code": chosen.code,
                "name": {"lt": chosen.lt, "en": chosen.en},
                "neighbours": neighbours(chosen.code),
            },
            "date": day,
            "period": {"start": date(start, 1, 1), "end": date(start + 3, 12, 31)},
        },
        "problem": {"statement": text, "baseline": [births, trust, life]},
        "target_group": {"name": text, "size": residents},
        "partners": [
            {
                "id": "savivaldybe",
                "name": {"lt": administration, "en": f"Administration of {chosen.en}"},
                "sector": "public",
                "role": text,
                "commits": text,
                "status": "proposed",
            }
        ],
        "ties": [],
        "governance": {"mode": None, "consensus": None, "competence_need": None, "rationale": text},
        "logic": {"nodes": [{"id": None, "kind": None, "label": text}], "links": []},
        "indicators": [],
        "peers": here,
        "budget": {"currency": "EUR", "total": None, "lines": [], "sources": []},
        "risks": [],
        "evaluation": {
            "estimand": text,
            "design": None,
            "indicator": None,
            "comparison": list(here["units"]),
            "pre_periods": [],
            "registered": None,
        },
        "ethics": {"statement": text, "personal_data": None, "legal_basis": None},
        "claims": [],
    }
    parts = [
        f"# yaml-language-server: $schema={FILE}",
        *_comment(comments["head"][language].format(place=chosen.lt if language == "lt" else chosen.en)),
    ]
    for name, value in sections.items():
        parts += ["", *_comment(comments[name][language]), _yaml({name: value})]
    return "\n".join(parts) + "\n"


def neighbours(code: str) -> list[str]:
    """List the codes of the municipalities that one borders."""
    borders = load("municipality_borders")
    ends = borders[["municipality", "neighbour"]]
    touching = ends[(ends == code).any(axis=1)].to_numpy().ravel()
    return sorted(set(touching) - {code})


def municipality_peers(code: str) -> dict[str, Any]:
    """Find the places most like one in the last year of the table, and how far they differ from it."""
    table = load("municipality_years").dropna(subset=list(PEER_VARIABLES))
    last = int(table["year"].max())
    frame = table[table["year"] == last].set_index("municipality")[list(PEER_VARIABLES)].astype(float)
    units = list(nearest_units(standardised_distances(frame), code, k=PEERS).index)
    smd = balance(frame, [code], units)["smd"]
    return {
        "dataset": "municipality_years",
        "sha256": describe("municipality_years").sha256,
        "filters": {"year": last},
        "variables": list(PEER_VARIABLES),
        "distance": "standardised",
        "units": units,
        "balance": [{"variable": name, "smd": round(float(smd[name]), 3)} for name in PEER_VARIABLES],
    }


def _cited(evidence: Evidence, name: Mapping[str, str], **more: Any) -> dict[str, Any]:
    """Write a number with its evidence, rounded to three significant digits and never below whole people."""
    found = compute(evidence)
    digits = 0 if float(found.value).is_integer() else 3 if abs(found.value) >= 0.1 else 4
    cited: dict[str, Any] = {"name": dict(name)}
    cited["value"] = round(found.value, digits) if digits else int(found.value)
    if found.low is not None and found.high is not None:
        cited |= {"low": round(found.low, digits), "high": round(found.high, digits)}
    if found.effective_n is not None:
        cited["n_effective"] = round(found.effective_n)
    cited["evidence"] = evidence.model_dump(mode="json", exclude_none=True)
    return cited | more


class _Dumper(yaml.SafeDumper):
    """Plain YAML: gaps are left empty, lists stand below their names, short lists on one line."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent the items of a list below its name."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write the same gap out each time: a plan has no anchors."""
        return True


_Dumper.add_representer(
    type(None), lambda dumper, _value: dumper.represent_scalar("tag:yaml.org,2002:null", "")
)


def _yaml(value: Any) -> str:
    return yaml.dump(value, Dumper=_Dumper, allow_unicode=True, sort_keys=False, width=110).rstrip("\n")


def _comment(text: str) -> list[str]:
    return [f"# {line}" for line in text.splitlines()]

"""Make the evidence of the sample plan: an invented municipality among others, drawn from a fixed seed.

Nothing in these tables is about a real place or person. Run it in this folder to write ``evidence/`` again.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

HERE = Path(__file__).resolve().parent / "evidence"
PLACE = "F07"
YEARS = range(2016, 2027)
PEOPLE = {"unit": "people", "unit_lt": "žmonės"}
SHARE = {"unit": "share", "unit_lt": "dalis"}
CODE: tuple[Any, ...] = ("place", "string", "Code of the invented place.", "Išgalvotos vietos kodas.", {})


def tables() -> dict[str, pd.DataFrame]:
    """Draw every table."""
    rng = np.random.default_rng(7)
    codes = [f"F{number:02d}" for number in range(1, 41)]
    residents = np.round(np.exp(rng.normal(9.9, 0.6, len(codes))), -1).astype(int)
    older = np.clip(rng.normal(0.22, 0.03, len(codes)), 0.14, 0.3).round(3)
    town = np.clip(rng.normal(0.55, 0.15, len(codes)), 0.2, 0.9).round(3)
    level = rng.normal(0.17, 0.03, len(codes))
    here = codes.index(PLACE)
    residents[here], older[here], town[here], level[here] = 18_640, 0.221, 0.512, 0.15
    places = pd.DataFrame({"place": codes, "residents": residents, "older": older, "town": town})

    rows = []
    for code, people, start in zip(codes, residents, level, strict=True):
        share = start
        for year in YEARS:
            share = float(np.clip(share + rng.normal(0.003, 0.012), 0.03, 0.6))
            rows.append((code, year, people, round(share * people)))
    volunteers = pd.DataFrame(rows, columns=["place", "year", "residents", "volunteers"])

    polls = []
    for code, start in zip(codes, rng.normal(0.31, 0.05, len(codes)), strict=True):
        trust = start
        for year in list(YEARS)[::2]:
            trust = float(np.clip(trust + rng.normal(0.01, 0.03), 0.1, 0.7))
            drawn = round(rng.binomial(600, trust) / 600, 4)
            polls.append((code, year, 600, drawn, round((drawn * (1 - drawn) / 600) ** 0.5, 5)))
    trust_polls = pd.DataFrame(polls, columns=["place", "year", "answers", "trust", "se"])

    now = trust_polls.query("place == @PLACE")["trust"].iloc[-1]
    groups = {
        "18-34": (0.24, 0.18, now + 0.05),
        "35-64": (0.47, 0.49, now),
        "65 and over": (0.29, 0.33, now - 0.04),
    }
    answers = []
    for group, (_, drawn, trusting) in groups.items():
        answers += [(group, int(answer)) for answer in rng.random(round(960 * drawn)) < trusting]
    survey = pd.DataFrame(answers, columns=["age", "trusts"])
    share_drawn = survey["age"].map(survey["age"].value_counts(normalize=True))
    share_all = survey["age"].map({group: parts[0] for group, parts in groups.items()})
    survey.insert(0, "answer", range(1, len(survey) + 1))
    survey["weight"] = (share_all / share_drawn).round(6)
    survey["place"], survey["year"] = PLACE, 2026
    return {
        **{"places": places, "volunteers": volunteers},
        **{"trust_polls": trust_polls, "residents_survey": survey},
    }


def _field(name: str, kind: str, en: str, lt: str, unit: dict[str, str]) -> dict[str, Any]:
    return {
        **{"name": name, "type": kind, "description": en, "description_lt": lt},
        **unit,
        "constraints": {"required": True},
    }


ABOUT: dict[str, dict[str, Any]] = {
    "places": {
        "title": "Invented places",
        "title_lt": "Išgalvotos vietos",
        "description": "Forty invented municipalities in 2026, one row each.",
        "description_lt": "Keturiasdešimt išgalvotų savivaldybių 2026 metais; kiekvienai po eilutę.",
        "fields": [
            CODE,
            ("residents", "integer", "Residents.", "Gyventojų skaičius.", PEOPLE),
            ("older", "number", "Share aged 65 and over.", "65 metų ir vyresnių dalis.", SHARE),
            ("town", "number", "Share who live in a town.", "Miestuose gyvenančiųjų dalis.", SHARE),
        ],
        "primaryKey": "place",
        "more": {"geography": {"column": "place"}, "time": {"always": [2026]}, "population": "residents"},
    },
    "volunteers": {
        "title": "Volunteers in invented places, 2016-2026",
        "title_lt": "Savanoriai išgalvotose vietose, 2016–2026 m.",
        "description": "Residents registered as volunteers at least once in the year.",
        "description_lt": "Gyventojai, bent kartą per metus įregistruoti kaip savanoriai.",
        "fields": [
            CODE,
            ("year", "integer", "Year.", "Metai.", {"unit": "year", "unit_lt": "metai"}),
            ("residents", "integer", "Residents.", "Gyventojų skaičius.", PEOPLE),
            ("volunteers", "integer", "Of them, volunteers.", "Iš jų savanorių.", PEOPLE),
        ],
        "primaryKey": ["place", "year"],
        "more": {
            **{"geography": {"column": "place"}, "time": {"columns": ["year"]}},
            **{"population": "residents", "comparable": {}},
        },
    },
    "trust_polls": {
        "title": "Trust in invented places, 2016-2026",
        "title_lt": "Pasitikėjimas išgalvotose vietose, 2016–2026 m.",
        "description": "Share of adults who say that most people can be trusted.",
        "description_lt": "Suaugusiųjų, manančių, kad dauguma žmonių galima pasitikėti, dalis.",
        "fields": [
            CODE,
            ("year", "integer", "Year.", "Metai.", {"unit": "year", "unit_lt": "metai"}),
            ("answers", "integer", "Answers.", "Atsakymų skaičius.", PEOPLE),
            ("trust", "number", "Share who trust.", "Pasitikinčiųjų dalis.", SHARE),
            ("se", "number", "Its standard error.", "Jos standartinė paklaida.", SHARE),
        ],
        "primaryKey": ["place", "year"],
        "more": {
            **{"geography": {"column": "place"}, "time": {"columns": ["year"]}},
            **{"population": "adults", "comparable": {}},
        },
    },
    "residents_survey": {
        "title": "Residents' survey of the invented municipality, 2026",
        "title_lt": "Išgalvotos savivaldybės gyventojų apklausa, 2026 m.",
        "description": "One row is one answer to whether most people can be trusted.",
        "description_lt": "Viena eilutė – vienas atsakymas į klausimą, ar dauguma žmonių galima pasitikėti.",
        "fields": [
            ("answer", "integer", "Number of the answer.", "Atsakymo numeris.", {}),
            ("age", "string", "Age group.", "Amžiaus grupė.", {}),
            (
                "trusts",
                "integer",
                "1 if most people can be trusted, else 0.",
                "1, jei dauguma galima pasitikėti, kitaip 0.",
                {},
            ),
            (
                "weight",
                "number",
                "Weight by age.",
                "Svoris pagal amžių.",
                {"unit": "weight", "unit_lt": "svoris"},
            ),
            CODE,
            ("year", "integer", "Year.", "Metai.", {"unit": "year", "unit_lt": "metai"}),
        ],
        "primaryKey": "answer",
        "more": {
            **{"geography": {"column": "place"}, "time": {"columns": ["year"]}, "sample": True},
            **{"population": "adults", "comparable": {}},
        },
    },
}


def descriptor(contents: dict[str, bytes]) -> dict[str, Any]:
    """Describe the tables, given the bytes of each by its name."""
    return {
        "profile": "tabular-data-package",
        "name": "pramaniai",
        "title": "Evidence of the sample plan: invented",
        "title_lt": "Pavyzdinio plano įrodymai: išgalvoti",
        "fictional": True,
        "resources": [_resource(name, content) for name, content in contents.items()],
    }


def _resource(name: str, content: bytes) -> dict[str, Any]:
    about = ABOUT[name]
    return {
        **{"name": name, "path": f"{name}.csv", "profile": "tabular-data-resource"},
        **{key: about[key] for key in ("title", "title_lt", "description", "description_lt")},
        **{"format": "csv", "mediatype": "text/csv", "encoding": "utf-8", "bytes": len(content)},
        "hash": f"sha256:{hashlib.sha256(content).hexdigest()}",
        "retrieved": "2026-09-30",
        "licenses": [
            {
                "name": "CC0-1.0",
                "path": "https://creativecommons.org/publicdomain/zero/1.0/",
                "title": "Creative Commons Zero",
                "title_lt": "Creative Commons Zero",
            }
        ],
        "sources": [
            {
                "title": "Invented for the sample plan",
                "title_lt": "Išgalvota pavyzdiniam planui",
                "publisher": "Klasterystė",
                "path": "make_evidence.py",
                "found_in": "make_evidence.py",
            }
        ],
        "transformations": ["Drawn from a fixed seed."],
        "transformations_lt": ["Sugeneruota iš pastovios pradinės reikšmės."],
        "limitations": ["Invented: it says nothing about any real place or person."],
        "limitations_lt": ["Išgalvota: nieko nesako apie jokią tikrą vietą ar žmogų."],
        "schema": {
            "fields": [_field(*field) for field in about["fields"]],
            "primaryKey": about["primaryKey"],
        },
        **about["more"],
    }


def files() -> dict[str, bytes]:
    """Give every file of the package by its name."""
    contents = {
        name: table.to_csv(index=False, lineterminator="\n").encode() for name, table in tables().items()
    }
    text = json.dumps(descriptor(contents), ensure_ascii=False, indent=2) + "\n"
    return {"datapackage.json": text.encode(), **{f"{name}.csv": data for name, data in contents.items()}}


if __name__ == "__main__":
    for name, content in files().items():
        (HERE / name).write_bytes(content)

"""Twenty honest plans, each unlike the others, in which no rule finds fault."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pandas as pd
import pytest
from tests.plan.plans import EVIDENCE, PlanDict, checked, cited, not_passed, restate, sample, table_hash, text

from klasteryste import load
from klasteryste.data import describe
from klasteryste.evidence import Census, Evidence, Published, compute
from klasteryste.methods.changes import change_windows, check_change
from klasteryste.methods.peers import balance, nearest_units, standardised_distances
from klasteryste.methods.power import detectable_change
from klasteryste.methods.ranks import joint_rank_intervals
from klasteryste.plan import Verdict

# Names that a careless search for names, words or numbers would stumble over.
NAMES = [
    ("public", "Savivaldybės administracija", "Administration of the municipality"),
    ("civic", "Vietos bendruomenė „Saulė“", "Local community “Saulė”"),
    ("knowledge", "Vytauto Didžiojo universitetas", "Vytautas Magnus University"),
    ("school", "Jono Basanavičiaus gimnazija", "Jonas Basanavičius Gymnasium"),
    ("business", "UAB „Rasa ir partneriai“", "Rasa ir partneriai (private company)"),
    ("public", "Antano Baranausko centrinė biblioteka", "Antanas Baranauskas Central Library"),
    ("civic", "Trečiojo amžiaus universitetas", "University of the Third Age"),
    ("school", "Marijos Pečkauskaitės pagrindinė mokykla", "Marija Pečkauskaitė Basic School"),
    ("civic", "Kaimo bendruomenė „Lenkiškiai“", "Village community “Lenkiškiai”"),
    ("public", "Kultūros centras", "Culture centre"),
    ("business", "MB „Dėka visų“", "MB “Dėka visų”"),
    ("knowledge", "Kolegijos verslo centras", "Business centre of the college"),
    ("civic", "Lietuvos Raudonojo Kryžiaus skyrius", "Branch of the Lithuanian Red Cross"),
]


def partners(count: int, rng: Random) -> list[dict[str, Any]]:
    """Give partners of all sectors, the first of each kind first."""
    chosen = [NAMES[number % len(NAMES)] for number in range(count)]
    given = []
    for number, (sector, lt, en) in enumerate(chosen):
        money = 1000 * rng.randrange(1, 90)
        given.append(
            {
                **{"id": f"p{number}", "name": text(lt, en), "sector": sector},
                "role": text(
                    "Dalyvauja nuo 2019 m., skiria 2 žmones.", "Takes part since 2019, lends 2 people."
                ),
                "commits": text(f"{money:,} Eur.".replace(",", "\u00a0"), f"{money:,} euros."),
                "status": rng.choice(["agreed", "agreed", "proposed"]),
            }
        )
    return given


def ties(count: int, mode: str, rng: Random) -> list[dict[str, Any]]:
    """Tie partners in a ring, and further: as many friends do, or around one who leads."""
    pairs = {tuple(sorted((n, (n + 1) % count))) for n in range(count)}
    if mode == "lead":
        pairs |= {(0, other) for other in range(2, count) if rng.random() < 0.6}
    while len(pairs) < min((0.35 if mode == "shared" else 0.1) * count * (count - 1) / 2, 6 * count):
        pairs.add(tuple(sorted(rng.sample(range(count), 2))))
    kinds = ["information", "joint_work", "resources", "agreement"]
    return [
        {"from": f"p{a}", "to": f"p{b}", "type": rng.choice(kinds), "confirmed": rng.random() < 0.8}
        for a, b in sorted(pairs)
    ]


def peers_of(
    place: str, table: pd.DataFrame, dataset: str, sha256: str, count: int, **more: Any
) -> dict[str, Any]:
    units = [str(name) for name in nearest_units(standardised_distances(table), place, count).index]
    apart = balance(table.astype(float), [place], units)["smd"]
    return {
        **{"dataset": dataset, "sha256": sha256, "variables": list(table.columns), "units": units},
        "balance": [{"variable": name, "smd": round(value, 4)} for name, value in apart.items()],
        **more,
    }


def reachable(panel: pd.DataFrame, baseline: float, years: int, better: int) -> float:
    """Give half the change that nine tenths of comparable changes did not exceed."""
    check = check_change(change_windows(panel, "value", unit="place", horizon=years), baseline, 1e-6 * better)
    assert check.limit * better > 0, "an honest plan cannot promise this here"
    return baseline + check.limit / 2


def mature(plan: PlanDict, number: int, rng: Random) -> PlanDict:
    """Give a plan its partners and how they are led, as many as the number says."""
    mode = ("shared", "lead", "administrative")[number % 3]
    count = {"shared": rng.randrange(5, 12), "lead": rng.randrange(6, 40)}.get(mode, rng.randrange(14, 60))
    plan["partners"], plan["ties"] = partners(count, rng), ties(count, mode, rng)
    plan["governance"] |= {
        **{"mode": mode, "lead": None if mode == "shared" else "p0"},
        "consensus": rng.choice(["moderate", "high"]),
        "competence_need": rng.choice(["low", "moderate"]) if mode != "administrative" else "high",
    }
    for risk in plan["risks"]:
        risk |= {
            "owner": f"p{rng.randrange(count)}",
            "partner": "p0" if risk["class"] == "broker_loss" else None,
        }
    for indicator in plan["indicators"]:
        indicator["owner"] = f"p{rng.randrange(count)}"
    return restate(plan)


def invented(number: int) -> PlanDict:
    """Give the plan of an invented place: registers and polls of its own."""
    rng = Random(number)
    plan = sample()
    place = f"F{rng.choice([n for n in range(1, 41) if n != 7]):02d}"
    plan["meta"]["place"] |= {"code": place, "name": text("Savivaldybė", "A municipality")}
    volunteers = pd.read_csv(EVIDENCE / "volunteers.csv")
    volunteers["value"] = volunteers["volunteers"] / volunteers["residents"]
    polls = pd.read_csv(EVIDENCE / "trust_polls.csv").rename(columns={"trust": "value"})
    register = cited(
        "own:volunteers", {"place": place, "year": 2026}, "ratio", "volunteers", per="residents",
        design=Census(), comparable=True, population="residents",
    )  # fmt: skip
    poll = cited(
        "own:trust_polls", {"place": place, "year": 2026}, "value", "trust",
        design=Published(se="se", n="answers"), comparable=True, population="adults",
    )  # fmt: skip
    plan["problem"] = {"statement": prose("Problema", "The problem", poll), "baseline": [register, poll]}
    plan["target_group"]["size"] = cited(
        "own:places", {"place": place}, "value", "residents", design=Census(), population="residents"
    )
    first, second = plan["indicators"]
    first["baseline"], second["baseline"] = register, poll
    first["target"]["value"] = round(reachable(volunteers, register["value"], 4, 1), 4)
    second["target"]["value"] = round(reachable(polls, poll["value"], 4, 1), 4)
    del second["history"]
    change = second["target"]["value"] - poll["value"]
    sd = (poll["value"] * (1 - poll["value"])) ** 0.5
    n = 2 * int(15.8 * (sd / change) ** 2) + 2
    plan["evaluation"] |= {
        "design": rng.choice(["matched", "difference_in_differences", "synthetic_control"]),
        "surveys": [{"indicator": second["id"], "n": n, "mde": round(detectable_change(n, sd), 5)}],
        "pre_periods": sorted(rng.sample(range(2016, 2027), 3)),
    }
    table = pd.read_csv(EVIDENCE / "places.csv", index_col="place")
    plan["peers"] = peers_of(place, table, "own:places", table_hash("places"), rng.randrange(3, 9))
    plan["evaluation"]["comparison"] = plan["peers"]["units"]
    if number % 2:
        plan["logic"]["links"][6]["evidence"] |= {"about": "F01"}
    plan["claims"] = [*plan["claims"][:1], plan["claims"][2], *some_claims(place, register, poll)]
    return mature(plan, number, rng)


def prose(lt: str, en: str, number: dict[str, Any]) -> dict[str, str]:
    """State a share in both languages, as they print it."""
    per_cent = f"{100 * number['value']:.1f}"
    return text(f"{lt}: {per_cent.replace('.', ',')}\u00a0%.", f"{en}: {per_cent}%.")


def some_claims(place: str, register: dict[str, Any], poll: dict[str, Any]) -> list[dict[str, Any]]:
    earlier = cited(
        "own:volunteers", {"place": place, "year": 2018}, "ratio", "volunteers", per="residents",
        design=Census(), comparable=True,
    )  # fmt: skip
    return [
        {
            **{"id": "dalis", "kind": "value", "basis": "descriptive", "numbers": [poll]},
            "text": prose("Centrinėje bibliotekoje klausta, kas pasitiki", "Those who trust", poll),
        },
        {
            **{"id": "kaita", "kind": "change", "basis": "descriptive", "before": earlier, "after": register},
            "text": prose("2018 m. vietos savanorių buvo", "In 2018 local volunteers were", earlier),
        },
    ]


@cache
def statistics() -> pd.DataFrame:
    table = load("municipality_years")
    return table.rename(columns={"municipality": "place"})


# What a municipality would see change, as one register number by another, and which way is better.
REGISTERS = {
    "divorces": ("divorces", "marriages", "lower"),
    "births": ("births", "population", "higher"),
    "marriages": ("marriages", "population", "higher"),
    "deaths": ("deaths", "population", "lower"),
}


def public(number: int, place: str, kind: str) -> PlanDict:
    """Give the plan of a real municipality: public statistics, and trust of the country as a proxy."""
    rng = Random(number)
    plan = sample()
    column, per, polarity = REGISTERS[kind]
    plan["tie_survey"]["date"] = "2022-04-15"
    names = load("municipalities").set_index("municipality").loc[place]
    plan["meta"] |= {
        "place": {"code": place, "name": text(names["name_lt"], names["name_en"])},
        **{"date": "2022-05-02", "period": {"start": "2023-01-01", "end": "2026-12-31"}},
    }

    def register(year: int, **more: Any) -> dict[str, Any]:
        filters = {"municipality": place, "year": year}
        return cited(
            "municipality_years", filters, "ratio", column, per=per,
            design=Census(), own=None, digits=6, comparable=True, **more,
        )  # fmt: skip

    trust = cited(
        "trust", {"country": "LT", "survey": "EVS", "wave": 5}, "value", "trust",
        design=Published(se="se_srs", n="n_answers", deff=1.5), own=None, population="adults",
        proxy=text("Savivaldybės apklausos nėra.", "There is no survey of the municipality."),
    )  # fmt: skip
    baseline = register(2017, population="residents")
    plan["problem"] = {"statement": prose("Šalyje pasitiki", "In the country", trust), "baseline": [trust]}
    size = {"municipality": place, "year": 2018}
    plan["target_group"]["size"] = cited(
        "municipality_years", size, "value", "population", design=Census(), own=None
    )
    indicator = plan["indicators"][0]
    plan["indicators"] = [indicator]
    panel = statistics()[["place", "year", column, per]].dropna()
    panel["value"] = panel[column].astype(float) / panel[per].astype(float)
    better = 1 if polarity == "higher" else -1
    target = reachable(panel, compute_value(baseline), 9, better)
    indicator |= {
        **{"baseline": baseline, "polarity": polarity},
        "target": {"value": round(target, 6), "unit": baseline["evidence"]["unit"], "date": "2026-12-31"},
    }
    plan["logic"]["nodes"] = [node for node in plan["logic"]["nodes"] if node["kind"] != "impact"]
    plan["logic"]["links"] = plan["logic"]["links"][:6]
    plan["logic"]["links"].append(
        {"from": "renginiai", "to": "savanoryste", "assumption": text("Žmonės ateina.", "People come.")}
    )
    table = statistics().query("year == 2018").set_index("place")[["population", "density"]].dropna()
    sha256 = describe("municipality_years").sha256
    plan["peers"] = peers_of(
        place, table, "municipality_years", sha256, rng.randrange(3, 9), filters={"year": 2018}
    )
    plan["evaluation"] |= {
        **{"indicator": indicator["id"], "surveys": [], "comparison": plan["peers"]["units"]},
        **{"pre_periods": [2015, 2016, 2017, 2018], "registered": "2022-11-30"},
        "design": rng.choice(["matched", "synthetic_control", "difference_in_differences"]),
    }
    plan["claims"] = [
        *plan["claims"][:1],
        {
            **{"id": "kaita", "kind": "change", "basis": "descriptive"},
            "text": text("Nuo 2008 iki 2017 m. rodiklis kito.", "From 2008 to 2017 the number moved."),
            **{"before": register(2008), "after": register(2017)},
        },
        *country_claims(),
    ]
    return mature(plan, number, rng)


def compute_value(number: dict[str, Any]) -> float:
    return compute(Evidence.model_validate(number["evidence"]), EVIDENCE).value


@cache
def governance() -> pd.DataFrame:
    rows = load("governance").query("indicator == 'cc' and year == 2018")
    return rows.set_index("country")


def country_claims() -> list[dict[str, Any]]:
    """Say of countries what their governance estimates allow."""
    rows = governance()
    places = joint_rank_intervals(rows["estimate"], rows["se"])
    filters = {"indicator": "cc", "year": 2018}
    first, second = (
        cited(
            "governance", filters | {"country": country}, "value", "estimate",
            design=Published(se="se"), own=None, about=country,
        )
        for country in ("NO", "LT")
    )  # fmt: skip
    return [
        {
            **{"id": "lenkia", "kind": "ahead", "basis": "descriptive", "polarity": "higher"},
            "text": text("Norvegija čia lenkia Lietuvą.", "Norway is ahead of Lithuania here."),
            **{"subject": first, "other": second},
        },
        {
            **{"id": "vietos", "kind": "rank", "basis": "descriptive", "dataset": "governance"},
            "text": text(
                f"Lietuva yra tarp {places['best']['LT']} ir {places['worst']['LT']} vietos.",
                f"Lithuania is between places {places['best']['LT']} and {places['worst']['LT']}.",
            ),
            **{"sha256": describe("governance").sha256, "filters": filters, "column": "estimate", "se": "se"},
            **{"polarity": "higher", "unit": "LT"},
            **{"best": int(places["best"]["LT"]), "worst": int(places["worst"]["LT"])},
        },
    ]


PUBLIC = [
    ("82", "divorces"), ("13", "divorces"), ("15", "births"), ("43", "deaths"), ("11", "marriages"),
    ("19", "divorces"), ("36", "divorces"), ("69", "marriages"), ("12", "marriages"), ("21", "deaths"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(20))
def test_no_rule_finds_fault_with_an_honest_plan(number: int, tmp_path: Path):
    real = number % 2 == 1
    plan = public(number, *PUBLIC[number // 2]) if real else invented(number)
    results = checked(plan, tmp_path, evidence=None if real else EVIDENCE)
    alarms = {
        rule: why
        for rule, why in not_passed(results).items()
        if results[rule].verdict is not Verdict.NOT_CHECKABLE
    }
    assert alarms == {}
    unchecked = [rule for rule, result in results.items() if result.verdict is Verdict.NOT_CHECKABLE]
    assert unchecked == []

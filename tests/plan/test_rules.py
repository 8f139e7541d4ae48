"""Seeded breaches of each rule, plans that only just pass, and second breaches beside the first."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from tests.lithuanian import left_in_english
from tests.plan.plans import (
    EVIDENCE,
    PlanDict,
    base,
    checked,
    cited,
    not_passed,
    one_rule,
    put,
    restate,
    table_hash,
    text,
    with_table,
    write,
)

from klasteryste import use_language
from klasteryste.evidence import Census, Published, Sample, compute, record
from klasteryste.methods.changes import change_windows, check_change
from klasteryste.methods.power import detectable_change
from klasteryste.plan import Result, Verdict, check, read_settings
from klasteryste.plan.rules import RULES

Change = Callable[[PlanDict], None]
Results = dict[str, Result]


def setting(*pairs: Any) -> Change:
    """Set values at paths: path, value, path, value."""

    def change(plan: PlanDict) -> None:
        for path, value in zip(pairs[::2], pairs[1::2], strict=True):
            put(plan, path, value)

    return change


def says(path: str, lt: str, en: str) -> Change:
    return setting(path, text(lt, en))


def number_of(plan: PlanDict, claim: str) -> int:
    return [one["id"] for one in plan["claims"]].index(claim)


def of_claim(claim: str, path: str, value: Any) -> Change:
    return lambda plan: put(plan, f"claims.{number_of(plan, claim)}.{path}", value)


def setting_of_claim(claim: str, **fields: Any) -> Change:
    """Set several fields of a claim."""
    return lambda plan: plan["claims"][number_of(plan, claim)].update(fields)


def add_claim(**fields: Any) -> Change:
    """Add a claim without numbers."""

    def change(plan: PlanDict) -> None:
        number = len(plan["claims"])
        given = {"id": f"new-{number}", "kind": "statement", "basis": "normative"} | fields
        plan["claims"].append(given)

    return change


def small_survey(plan: PlanDict) -> None:
    """Ask too few people, and say honestly what that can show."""
    __, sd = trust()
    put(plan, "evaluation.surveys.0.n", 300)
    put(plan, "evaluation.surveys.0.mde", round(detectable_change(300, sd, deff=1.2), 4))


def trust() -> tuple[float, float]:
    """Give the share who trust in the sample's survey, and the standard deviation of the answers."""
    evidence = record(
        "own:residents_survey", {}, "share", "trusts", of=(1,), own=EVIDENCE, design=Sample(weights="weight")
    )
    share = compute(evidence, EVIDENCE).value
    return share, (share * (1 - share)) ** 0.5


def add_outcome(plan: PlanDict) -> None:
    plan["logic"]["nodes"].append({"id": "kitas", "kind": "outcome", "label": text("Kitas", "Another")})


def isolated(partner: str) -> Change:
    def change(plan: PlanDict) -> None:
        plan["ties"] = [tie for tie in plan["ties"] if partner not in (tie["from"], tie["to"])]
        restate(plan)

    return change


def ties(plan: PlanDict, pairs: str) -> None:
    """Replace the ties by pairs of numbers of partners."""
    ids = [partner["id"] for partner in plan["partners"]]
    plan["ties"] = [
        {"from": ids[int(one)], "to": ids[int(other)], "type": "joint_work", "confirmed": True}
        for one, other in (pair.split("-") for pair in pairs.split())
    ]
    restate(plan)


HANGING = " 2-10 2-11 10-11 11-12 12-2"


def hanging(plan: PlanDict) -> None:
    """Let three partners be tied to the rest by the library (2) alone."""
    ties(plan, "0-1 0-2 1-2 0-3 1-3 0-4 3-4 0-5 4-5 0-6 5-6 0-7 6-7 0-8 7-8 8-9 0-9" + HANGING)


def hanging_twice(plan: PlanDict) -> None:
    """Let three partners hang by the library (2), and three by the gymnasium (3)."""
    ties(plan, "0-1 0-2 1-2 0-3 1-3 0-4 1-4 2-4 0-5 4-5 1-6 0-6 3-7 3-8 7-8 8-9 9-3" + HANGING)


def insured_otherwise(plan: PlanDict) -> None:
    """Name the partner on whom the network hangs in a risk of another kind."""
    hanging(plan)
    plan["risks"].append(mitigated("biblioteka") | {"class": "other"})


def several_rows(plan: PlanDict) -> None:
    """Choose peers by a table with a row for each year."""
    plan["peers"] |= {
        "dataset": "own:volunteers",
        "sha256": table_hash("volunteers"),
        "variables": ["residents"],
    }


def surveyed_again(plan: PlanDict) -> None:
    """Plan a second survey of an indicator."""
    plan["evaluation"]["surveys"] *= 2


def circle(plan: PlanDict) -> None:
    """Let an arrow lead back from the outcome, while all else still reaches it."""
    back = {
        "from": "savanoryste",
        "to": "lenta",
        "assumption": text("Savanoriai padeda.", "Volunteers help."),
    }
    plan["logic"]["links"].append(back)


def without_sector(*sectors: str) -> Change:
    def change(plan: PlanDict) -> None:
        for partner in plan["partners"]:
            if partner["sector"] in sectors:
                partner["sector"] = "public"
        restate(plan)

    return change


# For each rule two breaches that touch nothing else, in different places of the plan.
BREACHES: dict[str, tuple[Change, Change]] = {
    "R01": (
        says("partners.0.role", "Turi 24 kambarius.", "Has 42 rooms."),
        says("risks.0.label", "Dingsta 3 žmonės.", "People disappear."),
    ),
    "R02": (
        of_claim("kitimas", "text", text("Savanorių padaugėjo iki 17,3 %.", "Volunteers rose to 17.3%.")),
        add_claim(text=text("Trūksta 40 savanorių.", "40 volunteers are missing.")),
    ),
    "R03": (setting("indicators.0.baseline.value", 0.165), setting("logic.links.6.evidence.value", 0.18)),
    "R04": (setting("problem.baseline.1.low", None), setting("indicators.1.baseline.n_effective", 1200)),
    "R05": (
        setting("indicators.0.baseline.population", "adults"),
        setting("logic.links.6.evidence.proxy", None),
    ),
    "R06": (
        setting("indicators.0.baseline.comparable", False),
        of_claim("kitimas", "before.comparable", False),
    ),
    "R07": (
        setting("meta.date", "2035-01-01"),
        setting("meta.date", "2025-01-01", "tie_survey.date", "2024-12-01"),
    ),
    "R08": (setting("indicators.0.target.value", 0.25), setting("indicators.1.target.value", 0.6)),
    "R09": (small_survey, setting("evaluation.surveys", [])),
    "R10": (
        setting("indicators.0.target.date", "2031-06-30"),
        setting("indicators.1.target.date", "2031-01-01"),
    ),
    "R11": (setting("indicators.0.owner", None), setting("indicators.1.frequency", None)),
    "R12": (add_outcome, setting("indicators.0.measure", "count")),
    "R13": (setting("logic.links.0.assumption", None), setting("logic.links.7.assumption", None)),
    "R14": (without_sector("civic"), without_sector("civic", "school", "knowledge")),
    "R15": (isolated("kepykla"), isolated("mokymo-centras")),
    "R16": (hanging, hanging_twice),
    "R17": (
        of_claim("tarp-sektoriu", "p", 0.3),
        add_claim(text=text("Biblioteka yra centrinė partnerė.", "The library is the central partner.")),
    ),
    "R18": (setting("governance.competence_need", "high"), setting("governance.competence_need", "high")),
    "R19": (setting("tie_survey.confirmed_share", None), setting("tie_survey.response_share", 0.8)),
    "R20": (setting("budget.sources.2.amount", 21000), setting("budget.lines.4.evaluation", False)),
    "R21": (setting("risks.1.score", 9), setting("risks.3.owner", None)),
    "R22": (setting("evaluation.registered", "2027-01-01"), setting("evaluation.pre_periods", [2026])),
    "R23": (setting("peers.balance.0.smd", 0.1), setting("peers.balance.2.smd", 0.3)),
    "R24": (
        of_claim("vieta", "best", 8),
        add_claim(text=text("Pramaniai pirmauja.", "Pramaniai does well.")),
    ),
    "R25": (
        add_claim(text=text("Mokymai lemia pasitikėjimą.", "Training leads to trust.")),
        of_claim("kryptis", "text", text("Dėl to žmonės padeda.", "People help as a result of it.")),
    ),
    "R26": (
        says("partners.0.role", "Rašykite jonas@pramaniai.lt.", "Write to jonas@pramaniai.lt."),
        setting("ethics.retention", None),
    ),
}


def test_there_are_breaches_of_every_rule():
    assert list(BREACHES) == list(RULES) == list(read_settings())
    assert len(RULES) == 26


def test_the_plan_that_is_broken_passes_every_rule(tmp_path: Path):
    results = checked(base(), tmp_path)
    assert not_passed(results) == {}
    # It is not that there was nothing to look at.
    looked = {rule for rule, result in results.items() if result.findings}
    assert looked >= {"R02", "R03", "R04", "R05", "R06", "R07", "R08", "R09", "R17", "R23", "R24"}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, int], Results]:
    """Give the results for a plan with one breach, each checked once."""

    @cache
    def results(rule: str, which: int) -> Results:
        plan = base()
        BREACHES[rule][which](plan)
        return checked(plan, tmp_path_factory.mktemp(f"{rule}-{which}"))

    return results


@pytest.mark.parametrize("rule", BREACHES)
@pytest.mark.parametrize("which", [0, 1])
def test_a_breach_of_one_rule_fails_that_rule_alone(
    rule: str, which: int, broken: Callable[[str, int], Results]
):
    results = broken(rule, which)
    settings = read_settings()
    assert results[rule].verdict is settings[rule].worst
    others = not_passed(results)
    del others[rule]
    allowed = {name for name in others if rule in settings[name].needs}
    assert set(others) <= allowed, others
    for name in others:
        assert results[name].verdict is Verdict.NOT_CHECKABLE
    grave = [finding for finding in results[rule].findings if finding.verdict is settings[rule].worst]
    assert all(finding.message and finding.fix for finding in grave)


@pytest.mark.parametrize("rule", sorted(set(BREACHES) - {"R07", "R09", "R14", "R16", "R18"}))  # see TWICE
def test_a_second_breach_of_the_same_rule_is_found_too(
    rule: str, broken: Callable[[str, int], Results], tmp_path: Path
):
    plan = base()
    for change in BREACHES[rule]:
        change(plan)
    worst = read_settings()[rule].worst
    one, other, both = (
        {finding.place for finding in results[rule].findings if finding.verdict is worst}
        for results in (broken(rule, 0), broken(rule, 1), checked(plan, tmp_path))
    )
    assert one and other and not one & other
    assert both >= one | other


def asked_twice_too_few(plan: PlanDict) -> None:
    """Let both outcomes wait for surveys of too few people."""
    small_survey(plan)
    first = plan["indicators"][0]
    share = first["baseline"]["value"]
    few = {"indicator": first["id"], "n": 50, "deff": 1.2}
    few["mde"] = round(detectable_change(50, (share * (1 - share)) ** 0.5, deff=1.2) * 2**0.5, 4)
    plan["evaluation"]["surveys"].append(few)


# Rules whose two breaches above are of one place, or undo each other: plans with two breaches in one.
TWICE: dict[str, Change] = {
    "R07": setting("meta.date", "2035-01-01"),
    "R09": asked_twice_too_few,
    "R14": without_sector("civic", "school", "knowledge"),
    "R18": setting("governance.mode", "shared", "governance.consensus", "low"),
}


@pytest.mark.parametrize("rule", TWICE)
def test_two_breaches_in_one_plan_are_two_findings(rule: str, tmp_path: Path):
    plan = base()
    TWICE[rule](plan)
    worst = read_settings()[rule].worst
    findings = [one for one in checked(plan, tmp_path)[rule].findings if one.verdict is worst]
    assert len({(one.place, one.message) for one in findings}) >= 2
    if rule in ("R07", "R09"):
        assert {one.place[:2] for one in findings} >= {("indicators", 0), ("indicators", 1)}


def test_every_partner_on_whom_the_network_hangs_is_found(broken: Callable[[str, int], Results]):
    hang = [
        {f.place[1] for f in broken("R16", which)["R16"].findings if f.verdict is Verdict.FAIL}
        for which in (0, 1)
    ]
    assert hang == [{2}, {2, 3}]


@pytest.mark.parametrize("rule", sorted(set(BREACHES) - {"R01"}))
def test_a_breach_of_another_rule_beside_it_is_found_too(rule: str, tmp_path: Path):
    other = "R11" if rule != "R11" else "R21"
    plan = base()
    BREACHES[rule][0](plan)
    BREACHES[other][1](plan)
    results = checked(plan, tmp_path)
    settings = read_settings()
    assert results[rule].verdict is settings[rule].worst
    assert results[other].verdict is settings[other].worst


# A baseline that says it is about another place, and is.
OF_ANOTHER = {"about": "F01", "evidence.geography": ["F01"], "evidence.filters.place": "F01"}

# Further breaches: what to do to the plan, and the verdict of the rule.
MORE: list[tuple[str, Change, Verdict]] = [
    ("R01", setting("claims.1.id", "tarp-sektoriu"), Verdict.FAIL),
    ("R01", setting("ties.0.to", "niekas"), Verdict.FAIL),
    ("R01", setting("ties.0.to", "savivaldybe"), Verdict.FAIL),
    ("R01", setting("governance.lead", None), Verdict.FAIL),
    ("R01", setting("evaluation.indicator", "niekas"), Verdict.FAIL),
    ("R02", setting("logic.links.6.evidence.evidence.sha256", "0" * 64), Verdict.FAIL),
    ("R02", setting("indicators.0.baseline.evidence.dataset", "own:nothing"), Verdict.FAIL),
    ("R02", setting("indicators.1.history.column", "nothing"), Verdict.FAIL),
    ("R02", setting("indicators.1.history.column", "place"), Verdict.FAIL),
    ("R02", setting("indicators.0.baseline.evidence.column", "place"), Verdict.FAIL),
    ("R02", of_claim("vieta", "se", "place"), Verdict.FAIL),
    ("R24", of_claim("vieta", "column", "place"), Verdict.NOT_CHECKABLE),
    ("R08", setting("indicators.1.history.column", "place"), Verdict.NOT_CHECKABLE),
    ("R23", setting("peers.variables", ["place"]), Verdict.NOT_CHECKABLE),
    ("R02", says("problem.statement", "Iš 960 klaustų 37,9 %.", "Of 960 asked 37.9%."), Verdict.PASS),
    ("R02", says("problem.statement", "Iš 1 100 klaustų 37,9 %.", "Of 1,100 asked 37.9%."), Verdict.FAIL),
    ("R02", setting("peers.sha256", "0" * 64), Verdict.FAIL),
    ("R02", setting("peers.variables", ["residents", "nothing"]), Verdict.FAIL),
    ("R02", of_claim("vieta", "filters", {"year": 1999}), Verdict.FAIL),
    ("R02", says("problem.statement", "Trūksta 71 % žmonių.", "71% of people are missing."), Verdict.FAIL),
    *[("R03", setting("indicators.0.baseline.value", rounded), Verdict.FAIL) for rounded in (0, 1, 0.2)],
    ("R03", setting("problem.baseline.1.value", 0), Verdict.FAIL),
    ("R04", setting("problem.baseline.1.low", 0), Verdict.FAIL),
    ("R19", setting("tie_survey.confirmed_share", 1), Verdict.FAIL),
    ("R23", setting("peers.balance.0.smd", 0), Verdict.FAIL),
    ("R02", of_claim("verte", "text", text("Savanorių yra 0.", "There are 0 volunteers.")), Verdict.FAIL),
    (
        "R05",
        setting(
            *[part for name, value in OF_ANOTHER.items() for part in (f"indicators.0.baseline.{name}", value)]
        ),
        Verdict.FAIL,
    ),
    ("R06", of_claim("kitimas", "after.evidence.filters.year", 2016), Verdict.NOT_CHECKABLE),
    ("R07", setting("meta.date", "2032-01-01"), Verdict.WARN),
    ("R09", setting("evaluation.surveys.0.mde", 0.04), Verdict.FAIL),
    ("R10", setting("indicators.0.target.value", 0.1), Verdict.FAIL),
    ("R10", setting("indicators.0.target.unit", "people"), Verdict.FAIL),
    ("R10", setting("meta.period.start", "2031-01-01"), Verdict.FAIL),
    ("R10", setting("indicators.1.history.column", "answers"), Verdict.FAIL),
    ("R12", setting("indicators.0.measure", "satisfaction", "indicators.1.measure", "count"), Verdict.FAIL),
    ("R12", setting("indicators.0.level", "output"), Verdict.FAIL),
    ("R12", setting("indicators.1.level", "outcome"), Verdict.FAIL),
    ("R13", circle, Verdict.FAIL),
    ("R13", setting("logic.links.6.to", "kaimynu-dienos"), Verdict.FAIL),
    ("R13", setting("logic.links.6.to", "pasitikejimas"), Verdict.FAIL),
    ("R14", without_sector("knowledge"), Verdict.WARN),
    ("R16", lambda plan: (hanging(plan), plan["risks"].append(mitigated("biblioteka"))), Verdict.PASS),  # type: ignore[list-item]
    ("R16", lambda plan: (hanging(plan), plan["risks"].append(mitigated("gimnazija"))), Verdict.FAIL),  # type: ignore[list-item]
    ("R16", insured_otherwise, Verdict.FAIL),
    ("R17", of_claim("tarp-sektoriu", "p", None), Verdict.FAIL),
    ("R17", of_claim("tarp-sektoriu", "p", 0.0001), Verdict.PASS),
    ("R17", add_claim(text=text("Tai glaudus tinklas.", "They work well.")), Verdict.FAIL),
    ("R19", setting("tie_survey.answered", 14), Verdict.FAIL),
    ("R19", setting("tie_survey.answered", 10, "tie_survey.response_share", 0.769), Verdict.WARN),
    ("R19", setting("tie_survey", None), Verdict.FAIL),
    ("R20", setting("budget.lines.2.activity", "lenta"), Verdict.FAIL),
    ("R20", setting("budget.lines.2.activity", "renginiai"), Verdict.FAIL),
    ("R20", setting("budget.lines.0.activity", "renginiai"), Verdict.FAIL),
    ("R21", setting("risks.0.class", "other"), Verdict.FAIL),
    ("R22", setting("evaluation.design", "before_after"), Verdict.FAIL),
    ("R22", setting("evaluation.comparison", ["F07"]), Verdict.FAIL),
    ("R22", setting("evaluation.estimand", None), Verdict.FAIL),
    ("R22", setting("evaluation.registered", None), Verdict.FAIL),
    ("R23", setting("peers.units", ["F01", "F13", "F15", "F26", "F40"]), Verdict.FAIL),
    ("R23", setting("peers.units", ["F07", "F01"]), Verdict.FAIL),
    ("R01", setting("peers", None), Verdict.FAIL),
    ("R22", setting("evaluation.comparison", ["F01", "X99"]), Verdict.FAIL),
    ("R22", setting("evaluation.comparison", ["F02", "F40"]), Verdict.PASS),
    ("R22", setting("evaluation.comparison", ["F40"], "peers.sha256", "0" * 64), Verdict.NOT_CHECKABLE),
    ("R22", setting("evaluation.pre_periods", [1990, 1991, 2011, 2026]), Verdict.FAIL),
    ("R22", setting("evaluation.pre_periods", [2012, 2026]), Verdict.PASS),
    ("R23", setting("peers.balance", []), Verdict.FAIL),
    ("R23", setting("peers.filters", {"place": ["F01", "F13", "F15", "F26", "F02", "F40"]}), Verdict.FAIL),
    ("R23", several_rows, Verdict.FAIL),
    ("R24", of_claim("lenkimas", "polarity", "lower"), Verdict.FAIL),
    ("R24", add_claim(text=text("Pramaniai lenkia kaimynus.", "Pramaniai does well.")), Verdict.FAIL),
    (
        "R25",
        add_claim(basis="correlational", text=text("Jie draugauja.", "It led to friendship.")),
        Verdict.WARN,
    ),
    (
        "R25",
        add_claim(basis="causal", text=text("Mokymai lemia pasitikėjimą.", "Training leads to trust.")),
        Verdict.WARN,
    ),
    (
        "R25",
        setting_of_claim(
            "tarp-sektoriu", basis="causal", text=text("Tai lėmė mokymai.", "Training led to it.")
        ),
        Verdict.WARN,
    ),
    ("R01", surveyed_again, Verdict.FAIL),
    ("R09", surveyed_again, Verdict.NOT_CHECKABLE),
    ("R19", setting("tie_survey.date", "2026-10-01"), Verdict.FAIL),
    ("R19", setting("tie_survey.date", "2026-09-30"), Verdict.PASS),
    ("R26", setting("ethics.retention", "2030-12-30"), Verdict.FAIL),
    ("R26", setting("ethics.retention", "2030-12-31"), Verdict.PASS),
    ("R26", setting("ethics.legal_basis", None), Verdict.FAIL),
    ("R26", says("partners.0.commits", "Atsako Jonas Petraitis.", "A coordinator answers."), Verdict.FAIL),
]


def mitigated(partner: str) -> dict[str, Any]:
    """Give a risk that a partner is lost, with what is done about it."""
    return {
        **{
            "id": "netektis",
            "class": "broker_loss",
            "label": text("Netenkama partnerio", "A partner is lost"),
        },
        **{"probability": 1, "impact": 4, "score": 4, "partner": partner},
        "mitigation": text("Kitas pavaduoja.", "Another stands in."),
    }


@pytest.mark.parametrize(
    ("rule", "change", "verdict"), MORE, ids=[f"{one[0]}-{n}" for n, one in enumerate(MORE)]
)
def test_other_ways_to_break_a_rule(rule: str, change: Change, verdict: Verdict, tmp_path: Path):
    plan = base()
    change(plan)
    result = one_rule(rule, plan, tmp_path)
    assert result.verdict is verdict, result.findings


# Plans that only just pass.
JUST: dict[str, Change] = {
    "R01": says(
        "partners.0.role", "Turi 15 000,50 m² ir 32,60 % lėšų.", "Has 15,000.5 m² and 32.6% of the money."
    ),
    "R02": of_claim(
        "kitimas", "text", text("Nuo 14,1 % iki 16 %, arba 1,9 punkto.", "From 14.1% to 16%, or 1.9 points.")
    ),
    "R03": setting("indicators.0.baseline.value", 0.1614),
    "R04": setting("problem.baseline.1.low", 0.35, "problem.baseline.1.high", 0.41),
    "R05": setting("indicators.0.baseline.population", None),
    "R07": setting("meta.date", "2031-12-31"),
    "R10": setting("indicators.0.target.date", "2027-01-02"),
    "R11": setting("indicators.0.frequency", "once"),
    "R12": setting("indicators.1.measure", "satisfaction"),
    "R14": without_sector("school", "business"),
    "R15": lambda plan: ties(plan, " ".join(f"{n}-{(n + 1) % 13}" for n in range(13))),
    "R19": setting("tie_survey.answered", 11, "tie_survey.response_share", 0.846),
    "R20": setting(
        "budget.lines.4.amount", 8400, "budget.lines.0.amount", 81600, "budget.sources.0.amount", 108000.004
    ),
    "R21": setting("risks.2.owner", None),
    "R22": setting("evaluation.registered", "2026-12-31", "evaluation.pre_periods", [2026, 2025]),
    "R23": setting("peers.units", ["F02", "F26", "F15", "F13", "F01"]),
    "R25": setting_of_claim(
        "verte", basis="causal", text=text("Mokymai lėmė 16 %.", "Training brought about 16%.")
    ),
    "R26": says(
        "partners.3.name",
        "Jono Basanavičiaus gimnazija, 8 612 345 eurai",
        "Vytautas Magnus University, 8 612 345 euros",
    ),
}


@pytest.mark.parametrize("rule", JUST)
def test_a_borderline_plan_passes(rule: str, tmp_path: Path):
    plan = base()
    JUST[rule](plan)
    assert one_rule(rule, plan, tmp_path).verdict is Verdict.PASS


def test_a_target_at_the_very_limit_is_attainable_and_beyond_it_is_not(tmp_path: Path):
    plan = base()
    plan["indicators"][0]["target"]["value"] = 0.9
    (beyond,) = [f for f in one_rule("R08", plan, tmp_path / "a").findings if f.place[1] == 0]
    filters = {"place": "F07", "year": 2026}
    evidence = record(
        "own:volunteers", filters, "ratio", "volunteers", per="residents", design=Census(), own=EVIDENCE
    )
    again = compute(evidence, EVIDENCE).value
    limit = float(beyond.message.rsplit("is ", 1)[1].split()[0]) / 100
    table = pd.read_csv(EVIDENCE / "volunteers.csv").assign(value=lambda t: t["volunteers"] / t["residents"])
    windows = change_windows(table, "value", unit="place", horizon=4)
    assert limit == pytest.approx(check_change(windows, again, 0.1, quantile=0.9).limit, abs=6e-4)
    for over, verdict in ((-0.0006, Verdict.PASS), (0.0006, Verdict.FAIL)):
        plan["indicators"][0]["target"]["value"] = round(again + limit + over, 6)
        (finding,) = [f for f in one_rule("R08", plan, tmp_path / "b").findings if f.place[1] == 0]
        assert finding.verdict is verdict
        assert 0 <= finding.recomputed <= 100
        assert "%" in finding.message


def test_a_target_as_far_as_the_survey_sees_is_detectable(tmp_path: Path):
    plan = base()
    share, sd = trust()
    mde = detectable_change(1800, sd, deff=1.2)
    for over, verdict in ((0.0, Verdict.PASS), (-1e-6, Verdict.FAIL)):
        plan["indicators"][1]["target"]["value"] = share + mde + over
        plan["evaluation"]["surveys"][0]["mde"] = round(mde, 4)
        assert one_rule("R09", plan, tmp_path).verdict is verdict


def test_the_deciding_outcome_of_a_difference_in_differences_takes_four_samples(tmp_path: Path):
    plan = base()
    plan["evaluation"]["indicator"] = "pasitikejimas-kitais"
    assert one_rule("R09", plan, tmp_path).verdict is Verdict.FAIL
    plan["evaluation"]["surveys"][0] |= {"n": 3600, "mde": 0.0496}
    assert one_rule("R09", plan, tmp_path).verdict is Verdict.PASS
    plan["evaluation"]["design"] = "matched"
    plan["evaluation"]["surveys"][0] |= {"n": 1800}
    assert one_rule("R09", plan, tmp_path).verdict is Verdict.PASS


def test_a_network_that_keeps_four_fifths_is_broken_by_nobody(tmp_path: Path):
    plan = base()
    plan["partners"] = plan["partners"][:11]
    plan["claims"] = plan["claims"][1:]
    # Without the first partner, 8 of the other 10 hold together.
    ties(plan, "0-1 0-2 1-2 0-3 3-4 4-5 5-6 6-7 7-8 8-9 9-10 10-0")
    assert one_rule("R16", plan, tmp_path / "a").verdict is Verdict.PASS
    put(plan, "risks.0.mitigation", None)
    assert one_rule("R16", plan, tmp_path / "b").verdict is Verdict.PASS
    # Without it, 7 of the other 10.
    ties(plan, "0-1 0-2 1-2 2-3 1-3 0-3 0-4 4-5 5-6 6-7 7-8 8-9 9-10 10-0")
    result = one_rule("R16", plan, tmp_path / "c")
    assert result.verdict is Verdict.FAIL
    (finding,) = [finding for finding in result.findings if finding.verdict is Verdict.FAIL]
    assert finding.place == ("partners", 0)
    assert finding.recomputed == pytest.approx(0.7)


def test_breaks_and_columns_decide_which_years_are_compared(tmp_path: Path):
    plan = base()
    for year, verdict in ((2016, Verdict.PASS), (2017, Verdict.FAIL), (2026, Verdict.FAIL)):
        evidence = with_table(tmp_path / f"e{year}", "volunteers", comparable={"breaks": [year]})
        results = checked(plan, tmp_path / f"p{year}", evidence=evidence)
        assert results["R06"].verdict is verdict
        assert results["R08"].verdict is (Verdict.PASS if verdict is Verdict.PASS else Verdict.NOT_CHECKABLE)
    for within, verdict in ((["place"], Verdict.FAIL), ([], Verdict.PASS), (None, Verdict.FAIL)):
        comparable = None if within is None else {"within": within} if within else {}
        evidence = with_table(tmp_path / f"e{within}", "volunteers", comparable=comparable)
        assert one_rule("R06", plan, tmp_path / f"p{within}", evidence=evidence).verdict is verdict


def test_too_few_changes_or_places_to_judge_by_are_said_to_be_too_few(tmp_path: Path):
    plan = base()
    put(plan, "indicators.1.history.filters", {"place": [f"F{n:02d}" for n in range(1, 9)]})
    result = one_rule("R08", plan, tmp_path)
    assert result.verdict is Verdict.NOT_CHECKABLE
    (finding,) = [f for f in result.findings if f.place[1] == 1]
    # The percentile is shown all the same.
    assert "%" in finding.message
    assert finding.fix


def test_longer_changes_stand_in_only_within_the_slack_and_it_is_said(tmp_path: Path):
    plan = base()
    put(plan, "indicators.1.target.date", "2029-12-31")  # three years, where polls are two years apart
    (finding,) = [f for f in one_rule("R08", plan, tmp_path).findings if f.place[1] == 1]
    assert finding.verdict is Verdict.PASS
    assert "no changes over 3 years: those over 4 are taken" in finding.message


def test_ones_own_place_among_the_peers_is_called_that(tmp_path: Path):
    plan = base()
    plan["peers"]["units"] = ["F07", "F01"]
    (finding,) = one_rule("R23", plan, tmp_path).findings
    assert finding.message == "The plan's own place is among its peers."


def test_a_file_that_is_no_plan_fails_the_first_rule_and_leaves_the_others(tmp_path: Path):
    plan = base()
    del plan["budget"]
    results = checked(plan, tmp_path)
    assert results["R01"].verdict is Verdict.FAIL
    assert {result.verdict for rule, result in results.items() if rule != "R01"} == {Verdict.NOT_CHECKABLE}


def test_without_ties_what_is_said_of_the_network_is_not_checkable_and_r15_says_why(tmp_path: Path):
    plan = base()
    plan["ties"] = []
    results = checked(plan, tmp_path)
    needing = {rule for rule, one in read_settings().items() if "R15" in one.needs}
    assert not_passed(results).keys() == {"R15"} | needing
    assert results["R15"].verdict is Verdict.FAIL
    assert {results[rule].verdict for rule in needing} == {Verdict.NOT_CHECKABLE}
    for rule in needing:
        assert all("(R15)" in f.message for f in results[rule].findings if f.verdict is not Verdict.PASS)


def governance(
    country: str,
    indicator: str,
    year: int,
    design: Published | Census | None = None,
    statistic: str = "value",
) -> dict[str, Any]:
    filters = {"country": country, "indicator": indicator, "year": year}
    design = design or Published(se="se")
    return cited("governance", filters, statistic, "estimate", design=design, own=None, about=country)


@pytest.mark.parametrize(
    ("design", "statistic", "verdict"),
    [
        (Published(se="se"), "value", Verdict.PASS),
        (Published(), "value", Verdict.FAIL),
        (Census(), "value", Verdict.FAIL),
        (Census(), "mean", Verdict.FAIL),
    ],
)
def test_an_estimate_with_a_standard_error_is_not_cited_without_it(
    design: Published | Census, statistic: str, verdict: Verdict, tmp_path: Path
):
    plan = base()
    number = number_of(plan, "lenkimas")
    plan["claims"][number] |= {
        "subject": governance("NO", "cc", 2018, design, statistic),
        "other": governance("LT", "cc", 2018, design, statistic),
    }
    assert one_rule("R04", plan, tmp_path / "a").verdict is verdict
    assert one_rule("R24", plan, tmp_path / "b").verdict is verdict
    trust = cited("trust", {"country": "LT", "survey": "EVS", "wave": 5}, "value", "trust",
                  design=Published(se="se_srs") if verdict is Verdict.PASS else design, own=None)  # fmt: skip
    put(plan, "indicators.0.baseline", trust)
    (finding,) = [
        f for f in one_rule("R09", plan, tmp_path / "c").findings if f.place[:2] == ("indicators", 0)
    ]
    assert finding.verdict is Verdict.FAIL  # no survey is planned of it


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (("LT", "cc", 2018), None),
        (("LT", "cc", 2008), "The one number is of 2008, the other of 2018."),
        (("LT", "ge", 2018), "In governance places may be compared only where indicator is the same."),
    ],
)
def test_who_is_ahead_is_told_of_one_year_and_one_measure(other: Any, says: str | None, tmp_path: Path):
    plan = base()
    plan["claims"][number_of(plan, "lenkimas")] |= {
        "subject": governance("NO", "cc", 2018),
        "other": governance(*other),
    }
    (finding,) = [
        f for f in one_rule("R24", plan, tmp_path).findings if f.place[1] == number_of(plan, "lenkimas")
    ]
    assert finding.verdict is (Verdict.FAIL if says else Verdict.PASS)
    assert says is None or finding.message == says


def test_a_sample_cited_as_a_census_is_found_out(tmp_path: Path):
    plan = base()
    baseline = plan["problem"]["baseline"][1]
    for name in ("low", "high", "n_effective"):
        del baseline[name]
    baseline["evidence"]["design"] = {"kind": "census"}
    baseline["value"] = 0.381
    result = one_rule("R04", plan, tmp_path)
    assert result.verdict is Verdict.FAIL
    assert "sample" in next(f.message for f in result.findings if f.verdict is Verdict.FAIL)


def test_every_finding_has_its_line_and_speaks_lithuanian(tmp_path: Path):
    plan = base()
    several = [rule for rule in BREACHES if rule not in ("R07", "R14", "R15", "R16")]
    for rule in [*several, "R15"]:
        BREACHES[rule][0](plan)
    path = write(plan, tmp_path)
    english = check(path)
    use_language("lt")
    try:
        lithuanian = check(path)
    finally:
        use_language("en")
    for one, other in zip(english.results, lithuanian.results, strict=True):
        assert one.verdict is other.verdict
        for first, second in zip(one.findings, other.findings, strict=True):
            assert first.place == second.place
            if first.place:
                assert english.document.line(first.place) >= 1
            assert first.message != second.message or not first.message
            assert not left_in_english(f"{second.message} {second.fix}"), second
            assert str(tmp_path) not in first.message + second.message


def test_thresholds_change_verdicts(tmp_path: Path):
    overrides = {
        "R02": "relative: 0.2",
        "R03": "relative: 0.2",
        "R07": "fail_years: 20, warn_years: 20",
        "R08": "percentile: 99.9",
        "R12": "no_outcomes: []",
        "R14": "required: [], fewest_sectors: 1, wanted: []",
        "R16": "largest_share: 0.5",
        "R17": "alpha: 0.5, stated_draws: 1",
        "R18": "lead_competence_need: [high]",
        "R20": "cent: 5000",
        "R21": "classes: []",
        "R22": "pre_periods: 1",
        "R23": "relative: 9",
        "R24": "words: {en: [], lt: []}",
        "R25": "words: {en: [], lt: []}",
    }
    breach: dict[str, Change] = {
        **{rule: BREACHES[rule][0] for rule in overrides},
        "R02": of_claim("kitimas", "text", text("Nuo 14,1 % iki 17,3 %.", "From 14.1% to 17.3%.")),
        "R08": setting("indicators.0.target.value", 0.204),
        "R12": setting("indicators.0.measure", "satisfaction", "indicators.1.measure", "count"),
        "R21": setting("risks.0.class", "other"),
        "R22": BREACHES["R22"][1],
        "R24": BREACHES["R24"][1],
    }
    for rule, limits in overrides.items():
        plan = base()
        breach[rule](plan)
        file = tmp_path / f"{rule}.yml"
        file.write_text(f"{rule}: {{thresholds: {{{limits}}}}}\n", encoding="utf-8")
        strict = one_rule(rule, plan, tmp_path / rule)
        lenient = one_rule(rule, plan, tmp_path / rule, read_settings(file))
        assert strict.verdict is read_settings()[rule].worst, rule
        assert lenient.verdict is Verdict.PASS, (rule, lenient.findings)

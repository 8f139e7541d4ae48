"""Plans for the tests of rules: the sample, more claims, and how they are changed and checked."""

from __future__ import annotations

import copy
import hashlib
import json
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from klasteryste.errors import CourseError
from klasteryste.evidence import Census, Published, Sample, compute, record
from klasteryste.methods.networks.graphs import graph_of_ties
from klasteryste.methods.networks.mixing import ei_test
from klasteryste.plan import Finding, Result, Setting, Verdict, check, read_settings
from klasteryste.plan.case import Case
from klasteryste.plan.document import read_document
from klasteryste.plan.model import Plan
from klasteryste.plan.rules import RULES

SAMPLE = Path(__file__).parents[2] / "src" / "klasteryste" / "plan" / "sample"
EVIDENCE = SAMPLE / "evidence"

PlanDict = dict[str, Any]


@cache
def _sample() -> PlanDict:
    return read_document(SAMPLE / "plan.yml").value


def sample() -> PlanDict:
    """Give the sample plan as plain values, to be changed freely."""
    return copy.deepcopy(_sample())


def text(lt: str, en: str) -> dict[str, str]:
    return {"lt": lt, "en": en}


def cited(
    dataset: str,
    filters: Mapping[str, Any],
    statistic: str,
    column: str | None = None,
    *,
    design: Published | Sample | Census,
    own: Path | None = EVIDENCE,
    digits: int = 4,
    **more: Any,
) -> dict[str, Any]:
    """Cite a number as a careful author would, with the interval that its sample gives."""
    options = {name: more.pop(name) for name in ("of", "per") if name in more}
    evidence = record(dataset, filters, statistic, column, design=design, own=own, **options)
    found = compute(evidence, own)
    number: dict[str, Any] = {"name": text("Skaičius", "A number"), "value": round(found.value, digits)}
    if found.se is not None:
        number |= {"low": round(found.low, digits), "high": round(found.high, digits)}
    if found.effective_n is not None:
        number["n_effective"] = round(found.effective_n)
    number["evidence"] = evidence.model_dump(mode="json", exclude_none=True)
    return number | more


def base() -> PlanDict:
    """Give the sample plan with a claim of every kind added; every rule passes it."""
    plan = sample()
    polls = Published(se="se", n="answers")
    ahead = {
        place: cited(
            "own:trust_polls", {"place": place, "year": 2026}, "value", "trust", design=polls, about=place
        )
        for place in ("F19", "F01")
    }
    high, low = sorted(ahead, key=lambda place: -ahead[place]["value"])
    plan["claims"] += [
        {
            "id": "verte",
            "kind": "value",
            "basis": "descriptive",
            "text": text("Savanorių yra 16 %.", "There are 16% of volunteers."),
            "numbers": [copy.deepcopy(plan["indicators"][0]["baseline"])],
        },
        {
            "id": "lenkimas",
            "kind": "ahead",
            "basis": "descriptive",
            "polarity": "higher",
            "text": text("Pirmoji lenkia antrąją.", "The first is ahead of the second."),
            "subject": ahead[high],
            "other": ahead[low],
        },
        {
            "id": "vieta",
            "kind": "rank",
            "basis": "descriptive",
            "text": text("Vieta tarp kitų.", "A place among others."),
            "dataset": "own:trust_polls",
            "sha256": table_hash("trust_polls"),
            "filters": {"year": 2026},
            "column": "trust",
            "se": "se",
            "polarity": "higher",
            "unit": "F07",
            "best": 1,
            "worst": 40,
        },
    ]
    return plan


def table_hash(name: str, folder: Path = EVIDENCE) -> str:
    """Give the SHA-256 of a table's file."""
    return hashlib.sha256((folder / f"{name}.csv").read_bytes()).hexdigest()


def put(plan: Any, path: str, value: Any) -> None:
    """Set the value at a path such as ``indicators.0.target.value``; None takes it out."""
    *way, last = (int(part) if part.isdigit() else part for part in path.split("."))
    for part in way:
        plan = plan[part]
    if value is None:
        del plan[last]
    else:
        plan[last] = value


def restate(plan: PlanDict) -> PlanDict:
    """State again what follows from the ties: the shares of the survey and p of the claim on sectors."""
    partners = [partner["id"] for partner in plan["partners"]]
    plan["tie_survey"] |= {"asked": len(partners), "answered": len(partners), "response_share": 1.0}
    confirmed = sum(tie.get("confirmed", False) for tie in plan["ties"])
    plan["tie_survey"]["confirmed_share"] = round(confirmed / len(plan["ties"]), 3)
    claims = [claim for claim in plan["claims"] if claim["kind"] == "network"]
    if claims:
        ends = [[tie[end] for tie in plan["ties"]] for end in ("from", "to")]
        graph = graph_of_ties(*ends, nodes=partners)
        sectors = {partner["id"]: partner["sector"] for partner in plan["partners"]}
        p = ei_test(graph, sectors, seed=7, alternative="greater").p
        if p <= 0.04:
            claims[0]["p"] = round(p, 4)
        else:
            plan["claims"].remove(claims[0])
    return plan


class _Plain(yaml.SafeDumper):
    """Writes every value out: a plan has no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write(plan: PlanDict, folder: Path, evidence: Path | None = EVIDENCE) -> Path:
    """Write a plan, and put its own evidence beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    if evidence is not None and not (folder / "evidence").exists():
        shutil.copytree(evidence, folder / "evidence")
    path = folder / "plan.yml"
    dumped = yaml.dump(plan, Dumper=_Plain, allow_unicode=True, sort_keys=False)
    path.write_text(dumped, encoding="utf-8")
    return path


def checked(
    plan: PlanDict,
    folder: Path,
    settings: Mapping[str, Setting] | None = None,
    evidence: Path | None = EVIDENCE,
) -> dict[str, Result]:
    """Check a plan; each rule's result by its id."""
    report = check(write(plan, folder, evidence), settings)
    return {result.rule: result for result in report.results}


def one_rule(
    rule: str,
    plan: PlanDict,
    folder: Path,
    settings: Mapping[str, Setting] | None = None,
    evidence: Path | None = EVIDENCE,
) -> Result:
    """Check a plan by one rule alone, which is quicker."""
    document = read_document(write(plan, folder, evidence))
    case = Case(Plan.model_validate(document.value), document)
    try:
        findings = tuple(RULES[rule](case, (settings or read_settings())[rule].limits))
    except CourseError as error:
        findings = (Finding(Verdict.NOT_CHECKABLE, str(error), ()),)
    verdicts = [finding.verdict for finding in findings] or [Verdict.PASS]
    return Result(rule, max(verdicts, key=lambda verdict: verdict.gravity), findings)


def verdicts(results: Mapping[str, Result]) -> dict[str, Verdict]:
    return {rule: result.verdict for rule, result in results.items()}


def not_passed(results: Mapping[str, Result]) -> dict[str, list[str]]:
    """Say which rules did not pass, and why, for a failing test to show."""
    return {
        rule: [f"{f.place}: {f.message}" for f in result.findings if f.verdict is not Verdict.PASS]
        for rule, result in results.items()
        if result.verdict is not Verdict.PASS
    }


def with_table(folder: Path, name: str, **changes: Any) -> Path:
    """Copy the sample's evidence, and change what it says of a table, or take it out; give the folder."""
    shutil.copytree(EVIDENCE, folder)
    descriptor = json.loads((folder / "datapackage.json").read_text(encoding="utf-8"))
    for entry in descriptor["resources"]:
        if entry["name"] == name:
            entry |= changes
            for key in [key for key, value in changes.items() if value is None]:
                del entry[key]
    (folder / "datapackage.json").write_text(json.dumps(descriptor, ensure_ascii=False), encoding="utf-8")
    return folder

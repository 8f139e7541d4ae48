"""Evidence beside a plan that cannot be read: every rule still reports, and says what to mend."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from tests.lithuanian import left_in_english
from tests.plan.plans import EVIDENCE, base, checked, one_rule, put, write
from tests.plan.test_honest_plans import PUBLIC, public

from klasteryste.errors import CourseError
from klasteryste.language import use_language
from klasteryste.plan import Finding, Verdict, check
from klasteryste.plan.case import Case
from klasteryste.plan.rules import RULES


def no_descriptor(folder: Path) -> None:
    (folder / "datapackage.json").unlink()


def no_json(folder: Path) -> None:
    (folder / "datapackage.json").write_text("{", encoding="utf-8")


def linked(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to(folder.with_name("elsewhere"), target_is_directory=True)


def no_folder(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.write_text("", encoding="utf-8")


def half_a_character(folder: Path) -> None:
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    package["title"] = "\ud800"
    path.write_text(json.dumps(package), encoding="utf-8")


FAULTS = [no_descriptor, no_json, linked, no_folder, half_a_character]


@pytest.mark.parametrize("fault", FAULTS)
def test_every_rule_still_reports(fault: Callable[[Path], None], tmp_path: Path):
    shutil.copytree(EVIDENCE, tmp_path / "evidence")
    fault(tmp_path / "evidence")
    results = checked(base(), tmp_path)
    assert list(results) == list(RULES)
    assert results["R02"].verdict is Verdict.FAIL
    assert results["R26"].verdict is Verdict.NOT_CHECKABLE
    said = [finding.message for result in results.values() for finding in result.findings]
    assert not [message for message in said if str(tmp_path) in message]


def test_a_plan_that_cites_public_tables_alone_is_told_once(tmp_path: Path):
    (tmp_path / "evidence").mkdir()
    (tmp_path / "evidence" / "notes.txt").write_text("Pastabos.", encoding="utf-8")
    results = checked(public(1, *PUBLIC[0]), tmp_path, evidence=None)
    faults = [finding for finding in results["R02"].findings if finding.verdict is Verdict.FAIL]
    assert [finding.message for finding in faults] == [
        "The evidence beside the plan cannot be read: evidence has no datapackage.json, "
        "which says what its files hold."
    ]
    assert "take it away" in str(faults[0].fix)
    others = {rule for rule, result in results.items() if result.verdict is not Verdict.PASS}
    assert others == {"R02", "R26"}


def test_it_is_said_in_lithuanian_too(tmp_path: Path):
    (tmp_path / "evidence").mkdir()
    use_language("lt")
    [fault] = [f for f in checked(base(), tmp_path)["R02"].findings if not f.place]
    assert fault.message == (
        "Šalia plano esančių įrodymų perskaityti nepavyko: aplanke evidence nėra datapackage.json, "
        "kuriame aprašyta, kas jo failuose."
    )


@pytest.mark.parametrize("fault", FAULTS)
def test_what_is_wrong_beside_the_plan_is_said_in_lithuanian(fault: Callable[[Path], None], tmp_path: Path):
    shutil.copytree(EVIDENCE, tmp_path / "evidence")
    fault(tmp_path / "evidence")
    use_language("lt")
    findings = one_rule("R02", base(), tmp_path).findings
    assert findings[0].place == () and findings[0].verdict is Verdict.FAIL
    assert not left_in_english(" ".join(f"{finding.message} {finding.fix}" for finding in findings))


# Each is put into the evidence of the first indicator's baseline, a ratio of volunteers to residents.
@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("dataset", "own:roads", "Lentelės own:roads, kurią būtų galima perskaityti, nėra."),
        ("sha256", "0" * 64, "o cituojama 000000000000…: ji pakeista."),
        ("column", "people", "nėra stulpelio people; yra place, year, residents"),
        ("column", "place", "lentelės own:volunteers stulpelyje place yra ne skaičiai: nurodykite tinkamą"),
        ("filters", {"town": "F07"}, "lentelėje own:volunteers nėra stulpelio 'town'; yra place"),
        ("filters", {"place": 7}, "7 lyginama su lentelės own:volunteers stulpeliu place, kuriame yra teks"),
        ("filters", {"year": "2026"}, "stulpeliu year, kuriame yra skaičiai: rašykite be kabučių"),
        ("filters", {"place": "F99"}, "lentelės own:volunteers stulpelyje place niekur nėra 'F99': pataisy"),
        ("filters", {"year": {"min": 1900, "max": 1901}}, "nė viena lentelės own:volunteers eilutė neatit"),
        (
            "filters",
            {"place": "F07"},
            "lauke year nurodyta: 2026, o pagal atrinktas eilutes turėtų būti: nuo",
        ),
        ("unit", "percent", "lauke unit nurodyta: percent, o pagal atrinktas eilutes turėtų būti: share"),
        ("geography", None, "lauke geography nurodyta: nieko, o pagal atrinktas eilutes turėtų būti: ("),
        ("design", {"kind": "sample"}, "lentelės own:volunteers eilutės nėra imtis: dalyje design nurodyki"),
    ],
)
def test_what_is_wrong_with_evidence_is_said_in_lithuanian(field: str, value: Any, said: str, tmp_path: Path):
    plan = base()
    put(plan, f"indicators.0.baseline.evidence.{field}", value)
    place = ("indicators", 0, "baseline", "evidence")
    use_language("lt")
    [finding] = [one for one in one_rule("R02", plan, tmp_path).findings if one.place == place]
    assert finding.verdict is Verdict.FAIL
    assert said in finding.message
    assert not left_in_english(f"{finding.message} {finding.fix}"), finding


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("statistic", "share", "evidence: statistikai share reikia lauko of"),
        ("statistic", "mean", "evidence: statistika mean lauko per neturi: jį išbraukite"),
        (
            "statistic",
            "median",
            "tik viena iš šių reikšmių: 'value', 'mean', 'share', 'ratio', 'sum' arba 'c",
        ),
        ("design", {"kind": "published"}, "imties plano (design), kurio kind yra sample arba census"),
        ("design", {"kind": "published", "deff": "du"}, "deff turi būti skaičius, rašomas be kabučių"),
        ("design", {"kind": "sample", "weights": "w"}, "laukai weights, strata ir psus netaikomi"),
    ],
)
def test_what_makes_no_evidence_is_said_in_lithuanian(field: str, value: Any, said: str, tmp_path: Path):
    plan = base()
    put(plan, f"indicators.0.baseline.evidence.{field}", value)
    use_language("lt")
    findings = checked(plan, tmp_path)["R01"].findings
    assert [finding.message for finding in findings if said in finding.message]
    assert not left_in_english(" ".join(finding.message for finding in findings))


def test_a_descriptor_saved_with_a_byte_order_mark_is_read(tmp_path: Path):
    shutil.copytree(EVIDENCE, tmp_path / "evidence")
    path = tmp_path / "evidence" / "datapackage.json"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert {result.verdict for result in checked(base(), tmp_path).values()} == {Verdict.PASS}


def test_an_error_in_a_rule_names_no_folder_of_this_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def stumble(case: Case, limits: Mapping[str, Any]) -> Iterator[Finding]:
        raise CourseError(f"{tmp_path}/evidence/places.csv is not there")

    monkeypatch.setitem(RULES, "R20", stumble)
    [finding] = checked(base(), tmp_path)["R20"].findings
    assert finding.message == "evidence/places.csv is not there"


def test_what_the_descriptor_says_is_part_of_the_version(tmp_path: Path):
    path = write(base(), tmp_path)
    before = check(path).version
    descriptor = tmp_path / "evidence" / "datapackage.json"
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    package["resources"][0]["limitations"].append("Another limit.")
    descriptor.write_text(json.dumps(package), encoding="utf-8")
    assert check(path).version != before

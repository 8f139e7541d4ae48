"""What a plan earns by each rule, and whether its words are its author's."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import nbformat
import pytest
from tests.plan.plans import SAMPLE, PlanDict, put

from klasteryste import CourseError, use_language
from klasteryste.assignment import HIDDEN_SEED, practice_seed
from klasteryste.plan import Verdict, check, check_text
from klasteryste.plan.copied import KNOWN, MOST, copied, copied_share, sketch
from klasteryste.plan.document import read_document
from klasteryste.plan.marks import earned, judged, points
from klasteryste.plan.new import begin_plan, new_plan
from klasteryste.plan.rules import RULES

ROOT = Path(__file__).parents[2]
DAY = date(2026, 9, 30)


@pytest.fixture(autouse=True)
def _english():
    yield
    use_language("en")


@pytest.fixture(scope="module")
def solution() -> str:
    """Return the plan that the assignment's own solution hands in."""
    notebook = nbformat.read(ROOT / "assignments/source/m9/m9.ipynb", as_version=4)
    (code,) = (cell.source for cell in notebook.cells if cell.id == "m9-task-1-answer")
    names: dict[str, str] = {}
    exec(code.partition("### BEGIN SOLUTION")[2], names)
    return names["plan"]


@pytest.fixture
def plan(solution: str, tmp_path: Path) -> PlanDict:
    path = tmp_path / "solution.yml"
    path.write_text(solution, encoding="utf-8")
    return read_document(path).value


def report_of(plan: PlanDict):
    report = judged(json.dumps(plan))
    assert report is not None and report.case is not None
    return report


def test_a_text_is_checked_as_its_file_is(solution: str, tmp_path: Path):
    path = tmp_path / "plan.yml"
    path.write_text(solution, encoding="utf-8")
    assert check_text(solution).results == check(path).results
    assert check_text(solution).version == check(path).version


def test_a_text_has_no_evidence_beside_it():
    report = check_text((SAMPLE / "plan.yml").read_text(encoding="utf-8"))
    assert {result.rule: result.verdict for result in report.results}["R02"] is Verdict.FAIL


@pytest.mark.parametrize("text", ["", "- a list", "a: [", "a: \ud800\n", "%"])
def test_what_is_no_plan_is_refused_without_a_folder_of_this_machine(text: str):
    with pytest.raises(CourseError) as caught:
        check_text(text)
    assert "/" not in str(caught.value)
    assert judged(text) is None
    assert earned(None, "R01") == 0


def test_the_same_text_is_checked_once_in_each_language(solution: str):
    english = judged(solution)
    assert judged(solution) is english
    use_language("lt")
    lithuanian = judged(solution)
    assert lithuanian is not english
    words = [[one.message for result in r.results for one in result.findings] for r in (english, lithuanian)]
    assert words[0] != words[1]


def test_a_plan_as_it_was_begun_earns_nothing():
    report = judged(new_plan("LT-60", DAY))
    assert report is not None and report.case is None
    assert {earned(report, rule) for rule in RULES} == {0}


def test_the_solution_earns_all_but_what_is_left_to_the_assignment(solution: str):
    report = judged(solution)
    halves = {rule for rule in RULES if earned(report, rule) < 1}
    # Nobody has newer numbers, and nobody was asked.
    assert halves == {"R07", "R19"}
    assert {earned(report, rule) for rule in halves} == {0.5}
    assert {earned(report, rule, warning=1) for rule in halves} == {1}


@pytest.mark.parametrize(
    ("path", "value", "rules"),
    [
        ("indicators", [], {"R06", "R08", "R09", "R10", "R11"}),
        ("ties", [], {"R15", "R16", "R18", "R19"}),
        ("claims", [], {"R17", "R24", "R25"}),
    ],
)
def test_a_rule_with_nothing_to_look_at_earns_nothing(plan: PlanDict, path: str, value: list, rules: set):
    put(plan, path, value)
    report = report_of(plan)
    verdicts = {result.rule: result.verdict for result in report.results}
    assert Verdict.PASS in {verdicts[rule] for rule in rules}
    assert {earned(report, rule) for rule in rules} == {0}


def test_no_number_of_a_survey_is_no_pass_of_the_rule_on_them(plan: PlanDict):
    del plan["problem"]["baseline"][1]
    plan["claims"][1] |= {"kind": "statement"}
    del plan["claims"][1]["numbers"]
    report = report_of(plan)
    assert {result.rule: result.verdict for result in report.results}["R04"] is Verdict.PASS
    assert earned(report, "R04") == 0


def test_what_evidence_cannot_tell_earns_half_unless_another_rule_fails(plan: PlanDict):
    indicator = plan["indicators"][0]
    trust = json.loads(json.dumps(plan["problem"]["baseline"][1]))
    indicator |= {"baseline": trust, "target": {"value": 0.38, "unit": "share", "date": "2030-12-31"}}
    report = report_of(plan)
    assert {result.rule: result.verdict for result in report.results}["R08"] is Verdict.NOT_CHECKABLE
    assert earned(report, "R08") == 0.5
    trust["evidence"]["sha256"] = "0" * 64
    report = report_of(plan)
    verdicts = {result.rule: result.verdict for result in report.results}
    assert (verdicts["R02"], verdicts["R08"]) == (Verdict.FAIL, Verdict.NOT_CHECKABLE)
    assert earned(report, "R08") == 0


def test_points_add_up_and_what_costs_some_is_said(solution: str, capsys: pytest.CaptureFixture[str]):
    report = judged(solution.replace("amount: 60000", "amount: 50000"))
    assert report is not None
    assert points(report, {"R20": 1.5, "R21": 1}) == 1
    said = capsys.readouterr().out
    assert said.startswith("R20  fail") and "86,000.00" in said and "R21" not in said
    assert points(report, {"R07": 1}) == 0.5
    assert points(report, {"R07": 1}, warning=1) == 1


def test_a_plan_is_begun_once(tmp_path: Path):
    path = tmp_path / "plan.yml"
    begin_plan("LT-60", path, day=DAY)
    assert path.read_text(encoding="utf-8") == new_plan("LT-60", DAY)
    assert (tmp_path / "cluster-plan.schema.json").is_file()
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(CourseError, match=r"plan\.yml is there already: give the new plan another name"):
        begin_plan("LT-01", path, day=DAY)
    assert path.read_text(encoding="utf-8") == "mine"


# --- whose words -----------------------------------------------------------------------------------------


def test_the_published_prose_is_that_of_the_solution_and_the_sample(solution: str):
    published = sketch(check_text(solution)) | sketch(check(SAMPLE / "plan.yml"))
    file = ROOT / "src/klasteryste/plan" / KNOWN
    assert file.read_text(encoding="utf-8").split() == sorted(published), (
        f"write the solution's plan to a file and run python -m klasteryste.plan.copied on it and "
        f"{SAMPLE.name}/plan.yml, into {KNOWN}"
    )


def test_the_solution_is_a_copy_in_a_class_and_none_where_it_is_tried(
    solution: str, monkeypatch: pytest.MonkeyPatch
):
    report = check_text(solution)
    monkeypatch.delenv(HIDDEN_SEED, raising=False)
    assert not copied(report)
    monkeypatch.setenv(HIDDEN_SEED, practice_seed("hidden").hex())
    assert not copied(report)
    monkeypatch.setenv(HIDDEN_SEED, "ab" * 32)
    assert copied(report)
    assert copied(check_text(solution.replace("Plungės", "Rietavo").replace("Plungė", "Rietavas")))
    assert copied(check(SAMPLE / "plan.yml"))


def test_other_words_with_the_same_numbers_are_no_copy(plan: PlanDict, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(HIDDEN_SEED, "ab" * 32)
    spaced = json.loads(json.dumps(plan), object_hook=_reworded)
    assert copied_share(report_of(spaced)) < 0.02 < MOST
    assert not copied(report_of(spaced))


def _reworded(value: dict) -> dict:
    if value.keys() == {"lt", "en"}:
        return {language: " x ".join(text.split(" ")) for language, text in value.items()}
    return value


def test_half_a_copy_is_one(plan: PlanDict, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv(HIDDEN_SEED, "ab" * 32)
    for section in ("risks", "claims", "ethics"):
        plan[section] = json.loads(json.dumps(plan[section]), object_hook=_reworded)
    assert MOST < copied_share(report_of(plan)) < 0.9
    assert copied(report_of(plan))


def test_what_a_new_plan_says_by_itself_is_nobodys(plan: PlanDict):
    report = report_of(plan)
    cited = {str(text) for place, text in report.case.texts.items() if place[:-1] in report.case.cited}
    assert "Residents at the start of 2018" in cited
    without = json.loads(json.dumps(plan))
    for one in without["problem"]["baseline"]:
        one["name"] = {"lt": "visai kitas skaičiaus pavadinimas", "en": "quite another name of it"}
    assert sketch(report_of(without)) == sketch(report)


def test_a_plan_that_cannot_be_read_has_no_prose():
    report = check_text(new_plan("LT-60", DAY))
    assert sketch(report) == frozenset() and copied_share(report) == 0

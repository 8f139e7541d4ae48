"""The survey of partners: its form, and its answers in the plan."""

from __future__ import annotations

import csv
import shutil
from datetime import date
from pathlib import Path

import pytest
import yaml

from klasteryste import CourseError, use_language
from klasteryste.plan.document import read_document
from klasteryste.plan.sample import SAMPLE
from klasteryste.plan.survey import COLUMNS, ITEMS, Imported, form, import_answers, questions

DAY = date(2026, 10, 1)
HEAD = ",".join(COLUMNS)


@pytest.fixture(autouse=True)
def _english():
    yield
    use_language("en")


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    return Path(shutil.copy2(SAMPLE / "plan.yml", tmp_path / "plan.yml"))


def answers(plan: Path, *rows: str, head: str = HEAD) -> Path:
    path = plan.with_name("answers.csv")
    path.write_text("\n".join([head, *rows, ""]), encoding="utf-8")
    return path


def test_the_form_has_a_row_for_each_partner_about_each_other(plan: Path):
    rows = list(csv.DictReader(form(plan).splitlines(), delimiter=";"))
    partners = [partner["id"] for partner in yaml.safe_load(plan.read_text(encoding="utf-8"))["partners"]]
    assert [(row["from"], row["to"]) for row in rows] == [
        (one, other) for one in partners for other in partners if one != other
    ]
    assert all(row[name] == "" for row in rows for name in COLUMNS[2:])


def test_the_questions_explain_every_column_in_both_languages():
    english = questions()
    use_language("lt")
    lithuanian = questions()
    for column in (*ITEMS, "information", "joint_work", "resources", "agreement"):
        assert f"`{column}`" in english
        assert f"`{column}`" in lithuanian
    assert lithuanian.startswith("# Partnerių apklausa")
    assert not set(english.splitlines()) & set(lithuanian.splitlines()) - {""}


def test_answers_become_ties(plan: Path):
    path = answers(
        plan,
        "savivaldybe,gimnazija,joint_work,4,4,4,1,1,1",
        "gimnazija,savivaldybe,agreement,3,3,3,3,3,3",
        "kolegija,savivaldybe,information,,,,,,",
        "kolegija,biblioteka,resources,4,,,,,3",
        "kepykla,pienine,,,,,,,",
    )
    assert import_answers(plan, path, DAY) == Imported(asked=13, answered=3, ties=3, confirmed=1)
    after = read_document(plan).value
    assert after["ties"] == [
        {"from": "savivaldybe", "to": "gimnazija", "type": "joint_work", "strength": 2.75, "confirmed": True},
        {"from": "kolegija", "to": "savivaldybe", "type": "information", "confirmed": False},
        {"from": "kolegija", "to": "biblioteka", "type": "resources", "strength": 3.5, "confirmed": False},
    ]
    assert after["tie_survey"] == {
        "date": "2026-10-01",
        "asked": 13,
        "answered": 3,
        "response_share": 0.231,
        "confirmed_share": 0.333,
    }


def test_the_rest_of_the_file_stays(plan: Path):
    before = plan.read_text(encoding="utf-8")
    import_answers(plan, answers(plan, "savivaldybe,gimnazija,joint_work,4,4,4,1,1,1"), DAY)
    after = plan.read_text(encoding="utf-8")
    start, end = before.index("ties:\n"), before.index("\ngovernance:")
    assert after.startswith(before[:start])
    assert after.endswith(before[end:])


def test_a_spreadsheets_semicolons_and_byte_order_mark_are_read(plan: Path):
    path = answers(plan, "savivaldybe;gimnazija;joint_work;4;4;4;1;1;1", head=HEAD.replace(",", ";"))
    path.write_text("\ufeff" + path.read_text(encoding="utf-8"), encoding="utf-8")
    assert import_answers(plan, path, DAY).ties == 1


ROW = "savivaldybe,gimnazija,joint_work,4,4,4,1,1,1"


@pytest.mark.parametrize(
    ("head", "rows", "message"),
    [
        (f"{HEAD},name", [f"{ROW},Ona"], "line 1: the columns are .*names of people have no place here"),
        (HEAD.replace("to,", "who,"), [ROW], "line 1: the columns are"),
        ("", [], "line 1: the columns are"),
        (HEAD, [], "no row is filled in"),
        (HEAD, [ROW.replace("gimnazija", "gimnazija2")], "line 2: 'gimnazija2' is no partner"),
        (HEAD, [ROW.replace("gimnazija", "savivaldybe")], "line 2: savivaldybe is told of by itself"),
        (HEAD, [ROW, ROW], "line 3: savivaldybe has told of gimnazija before"),
        (HEAD, [ROW.replace("4", "5", 1)], "line 2: reliability is '5'"),
        (HEAD, [ROW.replace("4", "4.0", 1)], "line 2: reliability is '4.0'"),
        (HEAD, [ROW.replace("joint_work", "friends")], "line 2: the type 'friends' is not one of"),
        (HEAD, [f"{ROW},1"], "line 2: 10 cells, where the form has 9"),
        (HEAD, ["savivaldybe,gimnazija,joint_work"], "line 2: 3 cells"),
    ],
)
def test_an_answer_that_does_not_fit_is_named_and_the_plan_stays(
    plan: Path, head: str, rows: list[str], message: str
):
    before = plan.read_bytes()
    with pytest.raises(CourseError, match=message):
        import_answers(plan, answers(plan, *rows, head=head), DAY)
    assert plan.read_bytes() == before


def test_files_that_cannot_be_answers(plan: Path):
    with pytest.raises(CourseError, match="is not there: name the filled form"):
        import_answers(plan, plan.with_name("nothing.csv"), DAY)
    plan.with_name("latin.csv").write_bytes("š".encode("cp1257"))
    with pytest.raises(CourseError, match="not UTF-8"):
        import_answers(plan, plan.with_name("latin.csv"), DAY)


def test_a_plan_without_two_partners_has_no_survey(plan: Path):
    plan.write_text("partners:\n  - {id: savivaldybe}\n  - {id: }\n", encoding="utf-8")
    with pytest.raises(CourseError, match="needs two partners or more"):
        form(plan)

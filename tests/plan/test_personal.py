"""Personal data are found; names of institutions, amounts and codes are left alone."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.plan.plans import EVIDENCE, base, one_rule, text, write

from klasteryste.plan import Finding, Verdict, read_settings
from klasteryste.plan.case import Case
from klasteryste.plan.document import read_document
from klasteryste.plan.model import Plan
from klasteryste.plan.personal import is_personal_code
from klasteryste.plan.rules import RULES


def with_check_digit(ten: str) -> str:
    """Append the digit that makes ten digits a code, by the definition of the algorithm."""
    first = sum(int(d) * w for d, w in zip(ten, (1, 2, 3, 4, 5, 6, 7, 8, 9, 1), strict=True)) % 11
    second = sum(int(d) * w for d, w in zip(ten, (3, 4, 5, 6, 7, 8, 9, 1, 2, 3), strict=True)) % 11
    return ten + str(first if first < 10 else second % 10)


# Nobody has it: its day of birth is the last one of the year 2099.
VALID = with_check_digit("6991231000")


@given(
    sex=st.integers(3, 6),
    birth=st.dates(),
    serial=st.integers(0, 999),
    slip=st.integers(1, 9),
)
def test_only_the_right_check_digit_makes_a_code(sex: int, birth, serial: int, slip: int):
    code = with_check_digit(
        f"{sex}{birth.year % 100:02d}{birth.month:02d}{min(birth.day, 28):02d}{serial:03d}"
    )
    assert is_personal_code(code)
    assert not is_personal_code(code[:10] + str((int(code[10]) + slip) % 10))


@pytest.mark.parametrize("digits", [with_check_digit("3990631017"), with_check_digit("3991331017")])
def test_a_day_that_never_was_makes_no_code(digits: str):
    assert not is_personal_code(digits)


FOUND = [
    "Rašykite vardenis.pavardenis@pramaniai.lt",
    "Skambinkite +370 612 34567",
    "Skambinkite +37061234567.",
    "Skambinkite 8 612 34567",
    "Skambinkite 861234567",
    "Skambinkite 0 612 34567",
    "Tel. (8 5) 212 3456",
    "Tel. 8-37-123-456",
    "Call +44 20 7946 0958",
    f"Kodas {VALID}",
    "Kreipkitės: Jonas Petraitis",
    "Atsakinga Ona Petraitienė-Jonaitė",
    "Ieva Kazlauskaitė, koordinatorė",
    "A. Petrauskas",
    "Tomas Jonaitis mokyklos direktorius",
    "Jonaitis Jonas",
    "Petraitienė-Jonaitė Ona",
    "PETRAS PETRAITIS",
    "Jonas PETRAITIS",
    "KAZLAUSKAITĖ IEVA",
    "A. PETRAUSKAS",
]
LEFT_ALONE = [
    "Jono Basanavičiaus gimnazija",
    "Jonas Basanavičius Gymnasium",
    "Vytautas Magnus University",
    "Vytautas Magnus University Education Academy",
    "Marijos ir Jurgio Šlapelių namas-muziejus",
    "J. Basanavičiaus gatvė 12",
    "Simono Daukanto progimnazija, Vinco Kudirkos aikštė",
    "Kaimo bendruomenė „Saulė“, UAB „Rasa“",
    "Saulė Utenoje šviečia",
    "Bendrija Aušra, Lietuva, Ieva ir kiti",
    "JONO BASANAVIČIAUS GIMNAZIJA",
    "JONAS BASANAVIČIUS GYMNASIUM",
    "VYTAUTO DIDŽIOJO UNIVERSITETAS",
    "UAB RASA, VŠĮ SAULĖ",
    "R. Žiliukaitė (2005) ir A. Petrauskas, 2011",
    "8 612 345 eurai ir 861 234 567 eurai",
    "Nuo 2016-01-01 iki 2026-12-31, 2027–2030 m.",
    "12345678901",
    "Adresas: Vilniaus g. 10-12, LT-01103",
    "sha256 6b0e2c0d2b139bd1dfd51ed8bbfcbe34f1d6eaab836e60f65d0dfc457a4ec870",
    "Juridinio asmens kodas 111103885",
    "Regulation (EU) 2016/679",
]


@pytest.mark.parametrize(
    ("words", "verdict"),
    [*((one, Verdict.FAIL) for one in FOUND), *((one, Verdict.PASS) for one in LEFT_ALONE)],
)
def test_what_the_plan_says(words: str, verdict: Verdict, tmp_path: Path):
    plan = base()
    plan["partners"][2]["commits"] = text(words, "In English.")
    result = one_rule("R26", plan, tmp_path)
    assert result.verdict is verdict
    for finding in result.findings:
        assert finding.place == ("partners", 2, "commits", "lt")
        # What was found is not spread any further.
        assert not set(words.split()) & set(finding.message.split()) - {"a"}


def test_a_code_written_as_a_number_is_found(tmp_path: Path):
    plan = base()
    plan["budget"]["total"] = int(VALID)
    assert one_rule("R26", plan, tmp_path).verdict is Verdict.FAIL


CELLS = [
    ("id,vardas\n1,x\n", {1}),
    ("pavardė;skyrius\nx;y\n", {1}),
    ("skyrius\tpavardė\nx\ty\n", {1}),
    ('\n\n"Vardas, pavardė",skyrius\nx,y\n', {3}),
    ("\ufeffpavardė,skyrius\nx,y\n", {1}),
    ("id;a;b\n1;Petraitis;Jonas\n", {2}),
    ("id,First_Name\n1,x\n", {1}),
    ("id,note\n1,Jonas Petraitis\n2,\n", {2}),
    ("id,a,b\n1,Jonas,Petraitis\n", {2}),
    ("id,note\n1,\n2,vardenis@example.lt\n3,+370 612 34567\n", {3, 4}),
    (f"id,code\n1,{VALID}\n", {2}),
    ("id,name,value,other\n1,Jono Basanavičiaus gimnazija,8,61234567\n2,x,370,612\n", set()),
]


@pytest.mark.parametrize(("content", "lines"), CELLS)
def test_every_file_beside_the_plan_is_looked_at(content: str, lines: set[int], tmp_path: Path):
    shutil.copytree(EVIDENCE, tmp_path / "evidence")
    (tmp_path / "evidence" / "forgotten.csv").write_text(content, encoding="utf-8")
    findings = one_rule("R26", base(), tmp_path).findings
    assert {int(f.message.split("line ")[1].split(":")[0]) for f in findings} == lines
    assert all(finding.message.startswith("forgotten.csv") for finding in findings)


def test_a_file_full_of_persons_is_not_listed_row_by_row(tmp_path: Path):
    shutil.copytree(EVIDENCE, tmp_path / "evidence")
    rows = "\n".join(f"{n},Jonas Petraitis" for n in range(500))
    (tmp_path / "evidence" / "forgotten.csv").write_text(f"id,note\n{rows}\n", encoding="utf-8")
    assert 1 <= len(one_rule("R26", base(), tmp_path).findings) <= 5


def with_comment(folder: Path, comment: str) -> Path:
    """Write a plan with a comment of its own line before the partners, and one behind them."""
    path = write(base(), folder)
    content = path.read_text(encoding="utf-8")
    path.write_text(content.replace("\npartners:", f"\n# {comment}\npartners: # {comment}"), encoding="utf-8")
    return path


@pytest.mark.parametrize("words", FOUND)
def test_comments_are_looked_at(words: str, tmp_path: Path):
    path = with_comment(tmp_path, words)
    lines = path.read_text(encoding="utf-8").splitlines()
    findings = persons(path)
    said = [int(finding.message.split("line ")[1].split()[0]) for finding in findings]
    assert said == [number for number, line in enumerate(lines, 1) if words in line]
    assert len(said) == 2
    assert {finding.verdict for finding in findings} == {Verdict.FAIL}


@pytest.mark.parametrize("words", LEFT_ALONE)
def test_comments_may_say_what_texts_may(words: str, tmp_path: Path):
    assert persons(with_comment(tmp_path, words)) == ()


def test_a_text_that_holds_a_hash_is_told_of_once(tmp_path: Path):
    plan = base()
    plan["partners"][2]["commits"] = text("Skyrius # 2, vardenis@example.lt", "In English.")
    assert len(one_rule("R26", plan, tmp_path).findings) == 1


def persons(path: Path) -> tuple[Finding, ...]:
    document = read_document(path)
    case = Case(Plan.model_validate(document.value), document)
    return tuple(RULES["R26"](case, read_settings()["R26"].limits))


UNREAD = {
    "žmonės.csv": b"id\n",
    "two words.csv": b"id\n",
    "half\udcff.csv": b"id\n",
    "utf16.csv": "id,note\n1,Jonas Petraitis\n".encode("utf-16"),
    "utf16le.csv": "id,note\n1,Jonas Petraitis\n".encode("utf-16-le"),
    "cp1257.csv": "pavardė,skyrius\n".encode("cp1257"),
    "people.xlsx": b"PK\x03\x04\x14\x00\x06\x00",
    "people.docx": b"PK\x03\x04\x14\x00\x06\x00",
}


@pytest.mark.parametrize("name", UNREAD)
def test_what_cannot_be_looked_into_is_said(name: str, tmp_path: Path):
    shutil.copytree(EVIDENCE, tmp_path / "evidence")
    (tmp_path / "evidence" / name).write_bytes(UNREAD[name])
    result = one_rule("R26", base(), tmp_path)
    assert result.verdict is Verdict.NOT_CHECKABLE
    [finding] = result.findings
    assert finding.message == f"{name.replace(chr(0xDCFF), '?')} cannot be looked into."
    assert finding.fix


def test_folders_and_links_are_not_looked_into(tmp_path: Path):
    shutil.copytree(EVIDENCE, tmp_path / "evidence")
    (tmp_path / "evidence" / "more").mkdir()
    (tmp_path / "evidence" / "link.csv").symlink_to(EVIDENCE / "places.csv")
    result = one_rule("R26", base(), tmp_path)
    assert result.verdict is Verdict.NOT_CHECKABLE
    assert [finding.message.split()[0] for finding in result.findings] == ["link.csv", "more"]

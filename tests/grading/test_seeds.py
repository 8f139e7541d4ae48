"""The seeds of a class: released by roster id, and named to whoever grades."""

from __future__ import annotations

import hashlib
import json
import shutil
import stat
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from klasteryste.assignment import HIDDEN_SEED, OWN_SEED, SEEDS, practice_seed
from klasteryste.errors import CourseError
from klasteryste.grading.classrun.fingerprint import of_submission
from klasteryste.grading.judge import judge
from klasteryste.grading.release import generate
from klasteryste.grading.sandbox import Slot
from klasteryste.grading.seeds import SECRET_FILE, class_secret, environment, released_path

from .conftest import course_directory, make_course


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a course whose roster has two students, with m2 released."""
    course = make_course(tmp_path_factory.mktemp("seeds"))
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        for student in ("ona", "žygis"):
            gradebook.add_student(student)
    generate(course, "m2")
    return course


@pytest.fixture
def course(released: Path, tmp_path: Path) -> Path:
    """Return a copy of that course, to be changed."""
    shutil.copytree(released.parent, tmp_path, dirs_exist_ok=True)
    return tmp_path / "assignments"


def test_the_secret_is_made_once_and_for_its_owner_alone(course: Path) -> None:
    secret = class_secret(course_directory(course))
    assert len(secret) == 32 and class_secret(course_directory(course)) == secret
    assert stat.S_IMODE((course / SECRET_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("content", ["", "not hex", "00" * 31])
def test_a_damaged_secret_is_not_replaced(course: Path, content: str) -> None:
    (course / SECRET_FILE).write_text(content)
    with pytest.raises(CourseError, match=f"{SECRET_FILE} is no secret of 64 hexadecimal digits"):
        class_secret(course_directory(course))
    assert (course / SECRET_FILE).read_text() == content


def test_a_release_holds_a_seed_for_each_student_of_the_roster_and_no_name(released: Path) -> None:
    course = released
    texts = {
        language: (course / "release" / "m2" / language / SEEDS).read_text() for language in ("en", "lt")
    }
    assert texts["en"] == texts["lt"] == released_path(course_directory(course), "m2").read_text()
    seeds = json.loads(texts["en"])
    assert seeds.keys() == {hashlib.sha256(name.encode()).hexdigest() for name in ("ona", "žygis")}
    assert len(set(seeds.values())) == 2
    for student in ("ona", "žygis"):
        told = environment(course_directory(course), "m2", student)
        assert told[OWN_SEED] == seeds[hashlib.sha256(student.encode()).hexdigest()]
        assert told[HIDDEN_SEED] not in texts["en"]


def test_a_student_of_no_list_has_practice_numbers_but_hidden_ones_of_their_own(released: Path) -> None:
    course = released
    late, other = (environment(course_directory(course), "m2", student) for student in ("late", "later"))
    assert late[OWN_SEED] == other[OWN_SEED] == practice_seed().hex()
    assert late[HIDDEN_SEED] != other[HIDDEN_SEED]


def test_another_assignment_has_other_numbers(course: Path) -> None:
    (course / "reference" / "en" / "m3").mkdir()
    (course / "reference" / "en" / "m3" / SEEDS).write_text("{}")
    here = course_directory(course)
    assert environment(here, "m2", "ona")[HIDDEN_SEED] != environment(here, "m3", "ona")[HIDDEN_SEED]


def test_a_release_anew_keeps_the_numbers_while_the_secret_is_the_same(course: Path) -> None:
    here = course_directory(course)
    before = environment(here, "m2", "ona")
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.add_student("late")
    generate(course, "m2")
    assert environment(here, "m2", "ona") == before
    assert environment(here, "m2", "late")[OWN_SEED] != practice_seed().hex()
    (course / SECRET_FILE).write_text("ab" * 32)
    generate(course, "m2")
    assert not set(before.values()) & set(environment(here, "m2", "ona").values())


def test_marks_are_not_kept_when_the_numbers_change(course: Path) -> None:
    (course / "submitted" / "ona" / "m2").mkdir(parents=True)
    before = of_submission(course_directory(course), "m2", "ona", "")
    assert of_submission(course_directory(course), "m2", "ona", "") == before
    (course / SECRET_FILE).write_text("cd" * 32)
    assert of_submission(course_directory(course), "m2", "ona", "") != before


def test_the_students_process_knows_its_own_seed_alone_and_cannot_change_what_is_tested() -> None:
    def cell(name: str, text: str, *, locked: bool = True, grade: bool = False) -> nbformat.NotebookNode:
        details = {
            "grade_id": name, "locked": locked, "grade": grade, "solution": not locked, "schema_version": 3,
            "task": False,
        }  # fmt: skip
        if grade:
            details["points"] = 1
        return nbformat.v4.new_code_cell(text, id=name, metadata={"nbgrader": details})

    student = (
        "import os\nfrom klasteryste.assignment import hidden\n"
        "found = individual().seed.hex()\nother = hidden().seed.hex()\n"
        f"os.environ[{OWN_SEED!r}] = 'ee' * 32\nmine = individual()\nfaked = individual().seed.hex()"
    )
    test = (
        "from klasteryste.assignment import hidden\n"
        f"assert mine.seed.hex() == 'aa' * 32\nassert hidden().seed.hex() == 'bb' * 32\n"
        f"assert found == 'aa' * 32\nassert other == {practice_seed('hidden').hex()!r}\n"
        "assert faked == 'ee' * 32"
    )
    notebook = nbformat.v4.new_notebook(
        cells=[
            cell("setup", "from klasteryste import individual\nmine = individual()"),
            cell("own", student, locked=False),
            cell("test", test, grade=True),
        ]
    )
    with Slot() as slot:
        seeds = {OWN_SEED: "aa" * 32, HIDDEN_SEED: "bb" * 32}
        profile = {"names": ["found", "other", "faked"]}
        judged = judge(notebook, profile, None, None, slot, seeds=seeds).notebook
    assert judged.cells[2].outputs == []

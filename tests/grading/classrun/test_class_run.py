"""A class is graded: nobody stops it, nothing is done twice, and no old mark stands wrongly."""

from __future__ import annotations

import json
import logging
import os
import shutil
import signal
import stat
import subprocess
import sys
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell
from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader
from nbgrader.apps.api import NbGraderAPI

from klasteryste.grading.classrun.records import only_run
from klasteryste.grading.coursefolder import open_course
from tests.grading.test_round import FULL

from .conftest import Classroom, by_name

pytestmark = pytest.mark.slow

WRONG = "def standard_error(share, answers):\n    return 0"


def repeat_a_cell(notebook: NotebookNode) -> None:
    again = deepcopy(by_name(notebook, "m2-task-1-test"))
    again.source = "pass"
    notebook.cells.append(again)


def raise_points(notebook: NotebookNode) -> None:
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade"):
            cell.metadata.nbgrader.points = 100
    by_name(notebook, "m2-task-1-test").metadata.tags = ["skip-execution"]


def delete_tests(notebook: NotebookNode) -> None:
    notebook.cells = [cell for cell in notebook.cells if not cell.get("id", "").endswith("-more")]


def add_old_schema(notebook: NotebookNode) -> None:
    by_name(notebook, "m2-letter").metadata.nbgrader.schema_version = 1
    notebook.cells.append(new_code_cell("1", metadata={"nbgrader": {}}))


QUARANTINED = {"link", "damaged", "none", "fifo", "foreign"}
EXPECTED = {
    "ona": 25.0,
    "ruta": 23.0,
    "twice": 25.0,
    "points": 25.0,
    "tests": 25.0,
    "schema": 25.0,
    "blank": 0.0,
}


@pytest.fixture(scope="module")
def graded(generated: Path, tmp_path_factory: pytest.TempPathFactory) -> Classroom:
    """Return a class of honest and other submissions, graded once, with what it said."""
    room = Classroom(generated, tmp_path_factory.mktemp("graded"))
    room.submit("ona", "lt")
    room.submit("ruta", "en", room.solutions["en"] | {"m2-task-1-answer": WRONG})
    room.submit("blank", "en", {})
    for student, change in {
        "twice": repeat_a_cell, "points": raise_points, "tests": delete_tests, "schema": add_old_schema,
    }.items():  # fmt: skip
        room.submit(student, "en")
        room.change(student, change)
    for student in ("link", "damaged", "none", "fifo", "foreign"):
        room.submit(student, "lt")
    (room.folder("link") / "data.csv").symlink_to(room.course / "source" / "m2" / "m2.ipynb")
    (room.folder("damaged") / "m2.ipynb").write_text("{")
    (room.folder("none") / "m2.ipynb").rename(room.folder("none") / "mano.ipynb")
    os.mkfifo(room.folder("fifo") / "pipe")
    foreign = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Hallo")])
    nbformat.write(foreign, room.folder("foreign") / "m2.ipynb")
    room.said = room.run("grade", "m2", "--jobs", "2", code=3)  # type: ignore[attr-defined]
    return room


def test_everybody_is_graded_or_told_why_not(graded: Classroom) -> None:
    report = graded.report()
    assert set(report["graded"]) == set(EXPECTED)
    assert set(report["quarantined"]) == QUARANTINED and report["failed"] == []
    reasons = {student: report["students"][student]["reason"]["code"] for student in QUARANTINED}
    assert reasons == {
        "link": "no plain file", "damaged": "not JSON", "none": "no notebook", "fifo": "no plain file",
        "foreign": "unknown language",
    }  # fmt: skip
    assert {student: graded.points(student) for student in EXPECTED} == EXPECTED
    scores = {name: auto for name, (auto, *_) in graded.book()["ona"].items() if name in FULL}
    assert scores == FULL


def test_what_was_repaired_is_noted(graded: Classroom) -> None:
    students = graded.report()["students"]
    codes = {name: [remark["code"] for remark in students[name]["remarks"]] for name in EXPECTED}
    # Nobody was on a list when it was released.
    assert all(found.pop() == "practice" for found in codes.values())
    assert codes["ona"] == codes["ruta"] == codes["blank"] == []
    assert codes["twice"] == ["cell ids", "repeated"]
    assert set(codes["tests"]) == {"missing"} and set(codes["points"]) == {"metadata"}


def test_the_table_says_what_came_of_it(graded: Classroom) -> None:
    said = " ".join(graded.said.split())  # type: ignore[attr-defined]
    for words in (
        "Graded │ 7",
        "Quarantined │ 5",
        "12/12",
        "There is no m2.ipynb",
        "is a link, a pipe or a device",
        "Graded with practice numbers │ 7",
        "so with practice numbers: blank,",
    ):
        assert words in said
    assert "│ Wait for hand grading │ 6 │" in said


def test_a_quarantined_submission_has_no_mark_and_asks_for_a_person(graded: Classroom) -> None:
    book = graded.book()
    for student in QUARANTINED:
        marks = [row for name, row in book[student].items() if name in FULL]
        assert {(auto, waits) for auto, _, waits, _ in marks} == {(None, True)}
        assert not (graded.course / "autograded" / student / "m2").exists()


def test_what_is_autograded_is_as_nbgrader_leaves_it(graded: Classroom) -> None:
    folder = graded.course / "autograded" / "ona" / "m2"
    assert {path.name for path in folder.iterdir()} == {"m2.ipynb", "timestamp.txt"}
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o444}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o755
    nbformat.validate(nbformat.read(folder / "m2.ipynb", as_version=4))


def test_nothing_is_left_but_records(graded: Classroom) -> None:
    kept = graded.course / "classrun"
    left = {str(path.relative_to(kept)) for path in kept.rglob("*") if path.is_file()}
    students = set(EXPECTED) | QUARANTINED
    assert left == {"lock", "reports/m2.json"} | {
        f"results/{student}/m2/entered.json" for student in students
    }


def test_an_unchanged_class_is_not_graded_twice(graded: Classroom) -> None:
    before = {path: path.stat().st_mtime_ns for path in (graded.course / "autograded").rglob("*")}
    book = graded.book()
    graded.run("grade", "m2", code=3)
    report = graded.report()
    assert report["graded_now"] == [] and set(report["quarantined"]) == QUARANTINED
    assert {path: path.stat().st_mtime_ns for path in (graded.course / "autograded").rglob("*")} == before
    assert graded.book() == book


def test_a_changed_submission_is_graded_anew_and_its_changed_marks_are_told(graded: Classroom) -> None:
    graded.submit("ruta", "en")
    said = graded.run("grade", "m2", code=3)
    assert graded.report()["graded_now"] == ["ruta"]
    assert graded.report()["changed"] == {"ruta": {"m2/m2-task-1-test": [0.0, 2.0]}}
    assert graded.points("ruta") == 25.0 and "Changed marks" in said


def test_a_persons_mark_stays_and_asks_to_be_looked_at_again(graded: Classroom) -> None:
    with Gradebook(f"sqlite:///{graded.course / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("m2-letter", "m2", "m2", "ona")
        grade.manual_score, grade.needs_manual_grade = 5.0, False
        gradebook.find_comment("m2-letter", "m2", "m2", "ona").manual_comment = "Aišku."
        gradebook.db.commit()
    graded.run("grade", "m2", "--force", "--student", "ona")
    assert graded.report()["graded_now"] == ["ona"]
    assert graded.book()["ona"]["m2-letter"] == (None, 5.0, True, None)
    assert graded.book()["ona"]["m2-letter/comment"][3] == "Aišku."


def test_a_regrade_that_fails_takes_the_old_mark_back(graded: Classroom) -> None:
    assert graded.points("twice") == 25.0
    (graded.folder("twice") / "m2.ipynb").write_text("[")
    graded.run("grade", "m2", code=3)
    assert "twice" in graded.report()["quarantined"] and graded.points("twice") == 0.0
    assert all(waits for name, (_, _, waits, _) in graded.book()["twice"].items() if name in FULL)
    assert not (graded.course / "autograded" / "twice" / "m2").exists()
    graded.submit("twice", "lt")
    graded.run("grade", "m2", code=3)
    assert graded.points("twice") == 25.0


def test_a_changed_source_grades_everybody_anew(classroom: Classroom) -> None:
    classroom.submit("ona")
    classroom.run("grade", "m2")
    (classroom.course / "source" / "m2" / "table.csv").write_text("a,b\n")
    classroom.run("grade", "m2")
    assert classroom.report()["graded_now"] == ["ona"]
    assert (classroom.course / "autograded" / "ona" / "m2" / "table.csv").read_text() == "a,b\n"


def test_without_its_gradebook_or_its_work_a_record_counts_for_nothing(classroom: Classroom) -> None:
    classroom.submit("ona")
    classroom.submit("ruta")
    classroom.run("grade", "m2")
    shutil.rmtree(classroom.course / "autograded" / "ona" / "m2")
    with Gradebook(f"sqlite:///{classroom.course / 'gradebook.db'}") as gradebook:
        gradebook.remove_submission("m2", "ruta")
    classroom.run("grade", "m2")
    assert set(classroom.report()["graded_now"]) == {"ona", "ruta"}
    assert classroom.points("ruta") == classroom.points("ona") == 25.0


def autograded(room: Classroom, student: str) -> dict[str, object]:
    """Press formgrader's button."""
    app = NbGrader(log_level=logging.CRITICAL)
    app.initialize([], root=str(room.course))
    result: dict[str, object] = NbGraderAPI(coursedir=app.coursedir, parent=app).autograde("m2", student)
    return result


def test_formgraders_button_refuses_a_link_and_keeps_no_mark(classroom: Classroom) -> None:
    classroom.submit("ona")
    classroom.run("grade", "m2")
    secret = classroom.root / "secret.txt"
    secret.write_text("secret")
    (classroom.folder("ona") / "notes.txt").symlink_to(secret)
    result = autograded(classroom, "ona")
    assert not result["success"] and "is a link, a pipe or a device" in str(result)
    assert classroom.points("ona") == 0.0
    assert not list((classroom.course / "autograded").rglob("notes.txt"))
    (classroom.folder("ona") / "notes.txt").unlink()
    classroom.run("grade", "m2")
    assert classroom.report()["graded_now"] == ["ona"] and classroom.points("ona") == 25.0


def test_formgraders_button_grades_a_repeated_name_in_the_jail(classroom: Classroom) -> None:
    classroom.submit("ona", "lt")
    classroom.change("ona", repeat_a_cell)
    result = autograded(classroom, "ona")
    assert result["success"], result
    assert classroom.points("ona") == 25.0
    notebook = nbformat.read(classroom.course / "autograded" / "ona" / "m2" / "m2.ipynb", as_version=4)
    assert notebook.metadata.klasteryste.isolated is True


def test_nbgraders_command_gives_the_same_marks(classroom: Classroom) -> None:
    classroom.submit("ona", "lt")
    classroom.submit("ruta", "en", {"m2-task-1-answer": WRONG, "m2-letter": "Dear editor"})
    classroom.run("grade", "m2")
    book = classroom.book()
    run = classroom.nbgrader("autograde", "m2", "--force")
    assert run.returncode == 0, run.stderr
    assert classroom.book() == book
    classroom.run("grade", "m2")
    assert set(classroom.report()["graded_now"]) == {"ona", "ruta"}  # what nbgrader did is not vouched for
    assert classroom.report()["changed"] == {}


def test_nothing_is_graded_unexecuted(classroom: Classroom) -> None:
    classroom.submit("ona", "en", {})
    run = classroom.nbgrader("autograde", "m2", "--no-execute")
    assert run.returncode == 1 and "leave --no-execute out" in run.stderr
    assert "ona" not in classroom.book()


def test_two_runs_do_not_meet(classroom: Classroom) -> None:
    classroom.submit("ona")
    with only_run(open_course(classroom.course).coursedir):
        assert "another run is grading" in classroom.run("grade", "m2", code=1)
    assert "Nothing was interrupted." in classroom.run("grade", "--resume")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("grade", "m7"), "assignment 'm7' has no reference"),
        (("grade", "m2", "--student", "nobody"), "nothing of nobody is submitted for 'm2'"),
    ],
)
def test_what_is_not_there_is_one_line(classroom: Classroom, words: tuple[str, ...], told: str) -> None:
    said = classroom.run(*words, code=1)
    assert told in said and "Traceback" not in said


def test_an_assignment_that_was_not_learnt_is_one_line(classroom: Classroom) -> None:
    classroom.submit("ona")
    (classroom.course / "reference" / "lt" / "m2" / "m2.json").unlink()
    assert "run `klasteryste class release m2`" in classroom.run("grade", "m2", code=1)


def test_a_result_that_was_not_entered_is_entered_without_grading_again(classroom: Classroom) -> None:
    classroom.submit("ona")
    classroom.run("grade", "m2")
    book = classroom.book()
    # As if the run had ended just before entering: the result waits, and nothing knows of it yet.
    results = classroom.course / "classrun" / "results" / "ona" / "m2"
    record = json.loads((results / "entered.json").read_text())
    (results / "done").mkdir()
    record["seconds"] = 123.0
    (results / "done" / "result.json").write_text(json.dumps(record))
    (classroom.course / "autograded" / "ona" / "m2").rename(results / "done" / "graded")
    (results / "entered.json").unlink()
    with Gradebook(f"sqlite:///{classroom.course / 'gradebook.db'}") as gradebook:
        gradebook.remove_submission("m2", "ona")
    classroom.run("grade", "m2")
    assert classroom.book() == book
    assert classroom.report()["students"]["ona"]["seconds"] == 123.0
    assert not (results / "done").exists()


KILLED = """
import os, signal, sys
from klasteryste.cli import main
from klasteryste.grading.classrun import entering

write = entering.write_json

def ended(path, content):
    if path.name != "entered.json":
        return write(path, content)
    if "{when}" == "after":
        write(path, content)
    os.kill(os.getpid(), signal.SIGKILL)

entering.write_json = ended
sys.argv = ["klasteryste", "class", "grade", *sys.argv[1:]]
main()
"""


def grade_and_kill(room: Classroom, when: str, *words: str) -> None:
    """Kill a run just before or just after it writes down the first that it has entered."""
    run = subprocess.run(
        [sys.executable, "-c", KILLED.format(when=when), *words, "--jobs", "1", "--course", str(room.course)],
        capture_output=True, text=True, timeout=900,
    )  # fmt: skip
    assert run.returncode == -signal.SIGKILL, run.stdout + run.stderr


@pytest.mark.parametrize(("by", "when"), [("nbgrader", "before"), ("a class run", "after")])
def test_a_mark_that_changed_before_a_kill_is_told_to_have_changed(
    classroom: Classroom, by: str, when: str
) -> None:
    classroom.submit("ona", "en", classroom.solutions["en"] | {"m2-task-1-answer": WRONG})
    if by == "nbgrader":
        assert autograded(classroom, "ona")["success"]
    else:
        classroom.run("grade", "m2")
    classroom.submit("ona")
    grade_and_kill(classroom, when, "m2")
    assert classroom.points("ona") == 25.0  # it is in the gradebook
    said = classroom.run("grade", "--resume")
    assert classroom.report()["changed"] == {"ona": {"m2/m2-task-1-test": [0.0, 2.0]}}
    assert "Changed marks" in said and classroom.points("ona") == 25.0
    left = classroom.course / "classrun" / "results" / "ona" / "m2"
    assert [path.name for path in left.iterdir()] == ["entered.json"]
    classroom.run("grade", "m2", "--force")
    assert classroom.report()["changed"] == {}


def test_a_forced_run_goes_on_where_it_was(classroom: Classroom) -> None:
    for student in ("ona", "ruta"):
        classroom.submit(student)
    classroom.run("grade", "m2")
    records = classroom.course / "classrun" / "results"
    first = {path: path.read_bytes() for path in records.rglob("entered.json")}
    grade_and_kill(classroom, "after", "m2", "--force")
    [done] = [path for path, content in first.items() if path.read_bytes() != content]
    entered = done.read_bytes()
    notebook = classroom.course / "autograded" / done.parts[-3] / "m2" / "m2.ipynb"
    written = notebook.stat().st_mtime_ns
    classroom.run("grade", "--resume")
    assert done.read_bytes() == entered and notebook.stat().st_mtime_ns == written
    assert all(path.read_bytes() != content for path, content in first.items())
    assert classroom.report()["graded_now"] == ["ona", "ruta"]
    # Another forced run is not this one.
    classroom.run("grade", "m2", "--force")
    assert done.read_bytes() != entered


def test_entering_that_ended_before_its_permissions_were_set_is_finished(classroom: Classroom) -> None:
    classroom.submit("ona")
    classroom.run("grade", "m2")
    book = classroom.book()
    # As if the run had ended just after moving the folder.
    results = classroom.course / "classrun" / "results" / "ona" / "m2"
    (results / "done").mkdir()
    (results / "entered.json").rename(results / "done" / "result.json")
    autograded = classroom.course / "autograded" / "ona" / "m2"
    for path in autograded.iterdir():
        path.chmod(0o600)
    classroom.run("grade", "m2")
    assert {stat.S_IMODE(path.stat().st_mode) for path in autograded.iterdir()} == {0o444}
    assert classroom.book() == book
    assert not (results / "done").exists()

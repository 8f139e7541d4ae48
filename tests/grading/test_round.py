"""A full nbgrader round by nbgrader's own commands, with students of both languages."""

from __future__ import annotations

import contextlib
import html
import io
import logging
import re
import shutil
from pathlib import Path

import nbformat
import pytest
from bs4 import BeautifulSoup
from jupyter_core.application import NoStart
from nbgrader.api import Gradebook
from nbgrader.apps import NbGrader, NbGraderApp
from nbgrader.apps.api import NbGraderAPI
from nbgrader.utils import is_grade, is_locked, is_solution

from klasteryste.grading.reference import grade_id
from klasteryste.grading.release import STUBS
from klasteryste.language import _, speaking
from klasteryste.translate import localise_file

from .conftest import CATALOGUE, SOURCE, cells_by_name, lithuanian, machine_catalogue, make_course

pytestmark = [
    pytest.mark.slow,
    # nbgrader builds its rows before it adds them, which SQLAlchemy remarks on.
    pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning"),
]

WRONG_LETTER = "Estija geresnė."
HALF = ("m2-task-1-answer", "m2-task-2-answer", "m2-task-3-answer", "m2-task-4-answer")

# Student, language of the answers, and the points for each test that is not zero.
FULL = {
    name: float(cell.metadata.nbgrader.points)
    for name, cell in cells_by_name(SOURCE).items()
    if is_grade(cell) and not is_solution(cell)
}
STUDENTS = {
    "ruta": ("lt", FULL),
    "henry": ("en", {name: points for name, points in FULL.items() if name[:9] in [task[:9] for task in HALF]}
              | {"m2-task-5-test": 2.0, "m2-task-7-more": 1.0, "m2-task-8-test": 2.0}),
    "ona": ("lt", {}),
    "blank": ("en", {}),
    "tuscia": ("lt", {}),
}  # fmt: skip


def nbgrader(cwd: Path, *words: str, fails: bool = False) -> str:
    """Run an nbgrader command in this process, which saves its start, and return its log."""
    log = io.StringIO()
    app = NbGraderApp.instance()
    try:
        with contextlib.chdir(cwd):
            app.initialize(list(words))
            app.init_logging(logging.StreamHandler, [log], color=False, subapps=True)
            app.start()
        code = 0
    except NoStart:  # how an application ends that left the work to its subcommand
        code = 0
    except SystemExit as stop:
        code = stop.code
    finally:
        app.reset()
    assert bool(code) == fails, log.getvalue()
    return log.getvalue()


class Round:
    """A temporary course, its exchange and the homes of its students."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.course = make_course(root)
        self.exchange = root / "exchange"
        self.collected = ""
        with (self.course / "nbgrader_config.py").open("a") as config:
            config.write(
                f"\nc.Exchange.root = {str(self.exchange)!r}\nc.ExchangeCollect.check_owner = False\n"
            )

    def student(self, name: str, *words: str) -> str:
        """Run a command as a student, who has no settings but where the exchange is."""
        home = self.root / "homes" / name
        home.mkdir(parents=True, exist_ok=True)
        options = [
            "--course=klasteryste",
            f"--Exchange.root={self.exchange}",
            f"--Exchange.cache={home / 'cache'}",
        ]
        return nbgrader(home, *words, f"--student={name}", *options)

    def notebook(self, student: str, language: str) -> Path:
        """Return where a student's fetched notebook is."""
        return self.root / "homes" / student / "m2" / language / "m2.ipynb"

    def feedback(self, student: str) -> str:
        """Return the text of a student's feedback, without its markup."""
        page = (self.course / "feedback" / student / "m2" / "m2.html").read_text(encoding="utf-8")
        return html.unescape(re.sub(r"<[^>]*>", "", page))

    def outputs(self, student: str) -> list[str]:
        """Return what tests say in a student's feedback."""
        page = (self.course / "feedback" / student / "m2" / "m2.html").read_text(encoding="utf-8")
        return [
            found.text
            for found in BeautifulSoup(page, "html.parser").select("section[aria-label] .output pre")
        ]

    def placed(self, student: str) -> bytes:
        """Return the notebook that nbgrader grades."""
        return (self.course / "submitted" / student / "m2" / "m2.ipynb").read_bytes()

    def marks(self) -> dict[str, dict[str, tuple[float | None, bool]]]:
        """Return, by student and cell, the automatic score and whether a person has to look."""
        with Gradebook(f"sqlite:///{self.course / 'gradebook.db'}") as gradebook:
            return {
                submission.student.id: {
                    grade.name: (grade.auto_score, grade.needs_manual_grade)
                    for grade in submission.notebooks[0].grades
                }
                for submission in gradebook.find_assignment("m2").submissions
            }


def fill(path: Path, answers: dict[str, str]) -> None:
    """Write answers into a fetched notebook."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        cell.source = answers.get(grade_id(cell) or "", cell.source)
    nbformat.write(notebook, path)


def solution(root: Path, language: str) -> dict[str, str]:
    text = localise_file(SOURCE, root / CATALOGUE, language, strict=True)
    notebook = nbformat.reads(text, as_version=4)
    return {cell.id: cell.source for cell in notebook.cells if is_solution(cell)}


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Round:
    """Play the round up to the students' feedback."""
    game = Round(tmp_path_factory.mktemp("round"))
    nbgrader(game.course, "generate_assignment", "m2")
    nbgrader(game.course, "release_assignment", "m2")
    for student in STUDENTS:
        game.student(student, "fetch_assignment", "m2")

    fill(game.notebook("ruta", "lt"), solution(game.root, "lt"))
    half = {name: code for name, code in solution(game.root, "en").items() if name in HALF}
    half["m2-task-5-answer"] = (
        "def linearised_se(frame, item, weight, stratum, psu):\n"
        "    w, y = frame[weight], frame[item]\n"
        "    z = (w * (y - (w * y).sum() / w.sum()) / w.sum()).groupby(frame[psu]).sum()\n"
        "    return math.sqrt(len(z) * z.var())"
    )
    half["m2-task-7-answer"] = "def holm(ps):\n    return [min(1, len(ps) * p) for p in ps]"
    half["m2-task-8-answer"] = "honest = letters_of_8[0] + letters_of_8[4]"
    fill(game.notebook("henry", "en"), half)
    functions = ["standard_error", "interval", "weighted_mean", "kish_deff"]
    functions += ["linearised_se", "difference", "holm"]
    wrong = {
        f"m2-task-{task}-answer": f"{name} = lambda *inputs: 0" for task, name in enumerate(functions, 1)
    }
    fill(
        game.notebook("ona", "lt"),
        wrong | {"m2-task-8-answer": 'honest = "".join(letters_of_8[1::2])', "m2-letter": WRONG_LETTER},
    )

    # A careless student deletes the other language, and another loses the notebook altogether.
    game.notebook("tuscia", "en").unlink()
    game.student("lost", "fetch_assignment", "m2")
    for language in ("en", "lt"):
        game.notebook("lost", language).unlink()
    game.student("deep", "fetch_assignment", "m2")
    for language in ("en", "lt"):
        game.notebook("deep", language).write_text("[" * 200_000)
    for student in ("deep", *STUDENTS, "lost"):
        game.student(student, "submit", "m2")

    game.collected = nbgrader(game.course, "collect", "m2")
    nbgrader(game.course, "autograde", "m2")
    nbgrader(game.course, "generate_feedback", "m2")
    nbgrader(game.course, "release_feedback", "m2")
    for student in STUDENTS:
        game.student(student, "fetch_feedback", "m2")
    return game


@pytest.mark.parametrize("student", STUDENTS)
def test_marks_are_as_expected(played: Round, student: str) -> None:
    _, expected = STUDENTS[student]
    scores = {name: score for name, (score, _) in played.marks()[student].items() if name != "m2-letter"}
    assert scores == dict.fromkeys(FULL, 0.0) | expected


def test_only_letters_that_were_written_wait_for_a_person(played: Round) -> None:
    waiting = {
        (student, name): score
        for student, cells in played.marks().items()
        for name, (score, by_hand) in cells.items()
        if by_hand and student in STUDENTS
    }
    assert waiting == {("ruta", "m2-letter"): None, ("ona", "m2-letter"): None}
    untouched = {student: cells["m2-letter"] for student, cells in played.marks().items()}
    assert [untouched[student] for student in ("henry", "blank", "tuscia")] == [(0.0, False)] * 3


def test_who_waits_for_a_person_reads_it_in_the_feedback(played: Round) -> None:
    words = {"en": "waits for hand grading", "lt": "laukia dėstytojo vertinimo"}
    for student, (language, *_rest) in STUDENTS.items():
        # By its task, in total, and at the letter itself.
        places = 3 if student in ("ruta", "ona") else 0
        assert played.feedback(student).count(words[language]) == places, student


def test_the_maximum_is_the_same_for_everybody(played: Round) -> None:
    with Gradebook(f"sqlite:///{played.course / 'gradebook.db'}") as gradebook:
        assignment = gradebook.find_assignment("m2")
        assert {submission.max_score for submission in assignment.submissions} == {assignment.max_score}


@pytest.mark.parametrize("student", STUDENTS)
def test_graded_notebooks_speak_the_students_language(played: Round, student: str) -> None:
    language, _ = STUDENTS[student]
    graded = cells_by_name(played.course / "autograded" / student / "m2" / "m2.ipynb")
    reference = cells_by_name(played.course / "reference" / language / "m2" / "m2.ipynb")
    for name, cell in reference.items():
        if is_locked(cell):
            assert graded[name].source == cell.source


def test_feedback_and_its_messages_are_in_lithuanian(played: Round) -> None:
    words = lithuanian()
    text = played.feedback("ona")
    said = {line for output in played.outputs("ona") for line in output.splitlines()}
    for english in (
        "Measuring trust: how sure may we be?",
        "At a share of one half and a hundred answers the standard error is 0.05. Is the square root there?",
        "You chose a statement that the evidence does not bear. Ask of each: does the interval leave out "
        "zero, is not seeing a difference the same as seeing none, and does the table speak of causes?",
    ):
        assert words[english] != english
        assert words[english] in text
        assert english not in text
    assert len(said) >= 6
    with speaking("lt"):
        ours = {
            _("A name is not defined: your code uses it, or the test asks for it and has no answer."),
            _("It was stopped by an error: {kind}.").format(kind="TypeError"),
        }
    assert said <= {*words.values(), *ours, "0"}


def test_feedback_shows_no_hidden_test(played: Round) -> None:
    for student in STUDENTS:
        text = played.feedback(student)
        assert not [hidden for hidden in ("HIDDEN TESTS", 'set("ABE"', "expected =") if hidden in text]
        assert "check_task_8()" in text


def test_the_gradebook_stays_english(played: Round) -> None:
    with Gradebook(f"sqlite:///{played.course / 'gradebook.db'}") as gradebook:
        cells = gradebook.find_notebook("m2", "m2").source_cells
        reference = cells_by_name(played.course / "reference" / "en" / "m2" / "m2.ipynb")
        assert {cell.name: cell.source for cell in cells} == {
            name: cell.source for name, cell in reference.items()
        }


@pytest.mark.parametrize("student", STUDENTS)
def test_every_student_finds_the_feedback_with_nbgrader_as_it_comes(played: Round, student: str) -> None:
    (fetched,) = (played.root / "homes" / student / "m2" / "feedback").rglob("*.html")
    assert fetched.name == "m2.html"
    assert fetched.read_bytes() == (played.course / "feedback" / student / "m2" / "m2.html").read_bytes()
    assert "(feedback already fetched)" in played.student(student, "list", "--cached")


def test_what_cannot_be_graded_is_one_line_each_and_stops_nobody(played: Round) -> None:
    deep, lost = sorted(line for line in played.collected.splitlines() if "ERROR" in line)
    assert re.search(
        r"Student deep, assignment m2: not collected \(en/m2\.ipynb: .* is not a notebook .*; lt/m2\.ipynb: ",
        deep,
    )
    assert "Student lost, assignment m2: not collected (no m2.ipynb in" in lost
    assert played.marks().keys() == STUDENTS.keys()


def test_formgraders_button_gives_the_same_marks(played: Round) -> None:
    before = played.marks()
    app = NbGrader(log_level=logging.ERROR)
    app.initialize([], root=str(played.course))
    result = NbGraderAPI(coursedir=app.coursedir, parent=app).autograde("m2", "tuscia")
    assert result["success"], result
    assert played.marks() == before
    graded = played.course / "autograded" / "tuscia" / "m2" / "m2.ipynb"
    title = lithuanian()["Measuring trust: how sure may we be?"]
    assert cells_by_name(graded)["m2-title"].source.startswith(f"# {title}\n")


def test_generating_again_in_other_words_changes_no_mark(
    played: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = played.marks()
    placed = {student: played.placed(student) for student in STUDENTS}
    for language, (code, text) in STUBS.items():
        monkeypatch.setitem(STUBS, language, (f"{code}!", f"{text}!"))
    machine_catalogue(played.root / CATALOGUE, SOURCE)
    nbgrader(played.course, "generate_assignment", "m2", "--force")
    shutil.rmtree(played.course / "submitted")
    nbgrader(played.course, "collect", "m2")
    assert {student: played.placed(student) for student in STUDENTS} == placed
    nbgrader(played.course, "autograde", "m2", "--force")
    assert played.marks() == before
    graded = cells_by_name(played.course / "autograded" / "ona" / "m2" / "m2.ipynb")
    assert graded["m2-title"].source.startswith("# lt:")
    untouched = cells_by_name(played.course / "autograded" / "tuscia" / "m2" / "m2.ipynb")
    assert untouched["m2-letter"].source == f"{STUBS['lt'][1]}"


def test_one_student_that_cannot_be_copied_stops_no_other(
    played: Round, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(path: Path, *inputs: object, **options: object) -> None:
        if "ona+" in str(path):
            raise PermissionError(13, "Permission denied", str(path))
        copy(path, *inputs, **options)

    copy = shutil.copytree
    monkeypatch.setattr(shutil, "copytree", fail)
    shutil.rmtree(played.course / "submitted")
    told = nbgrader(played.course, "collect", "m2")
    assert re.search(
        r"ERROR.* Student ona, assignment m2: not collected \(.*Permission denied.*collect again", told
    )
    assert {path.name for path in (played.course / "submitted").glob("*/m2")} == {"m2"}
    assert not (played.course / "submitted" / "ona" / "m2").exists()
    monkeypatch.undo()
    nbgrader(played.course, "collect", "m2")
    assert played.placed("ona")


def test_a_notebook_of_no_known_language_fails_alone(played: Round) -> None:
    foreign = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Hallo")])
    bare = nbformat.read(played.notebook("ruta", "lt"), as_version=4)
    del bare.metadata["klasteryste"]
    for student, notebook in (("anna", foreign), ("zita", bare)):
        folder = played.course / "submitted" / student / "m2"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "m2.ipynb")
    told = nbgrader(played.course, "autograde", "m2", fails=True)
    assert re.search(r"Student anna, m2/m2\.ipynb: its language is unknown .*: ask for", told)
    marks = played.marks()
    assert {name: score for name, (score, _) in marks["zita"].items() if name != "m2-letter"} == FULL


@pytest.mark.parametrize("student", ["ruta", "henry"])
def test_the_feedback_page_loads_nothing_and_shows_formulas(played: Round, student: str) -> None:
    page = (played.course / "feedback" / student / "m2" / "m2.html").read_text(encoding="utf-8")
    assert re.findall(r"<(?:script|img|iframe|link)[^>]+(?:src|href)=[\"'](?:https?:)?//[^\"']+", page) == []
    assert "cdnjs" not in page and "MathJax" not in page
    assert page.count("<msqrt>") >= 2 and "\\sqrt" not in page

"""A round by the course's own command, from an empty folder to feedback that students fetch by nbgrader's."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from klasteryste.errors import CourseError
from klasteryste.grading.classrun.begin import begin, read_roster
from klasteryste.grading.classrun.export import CUT_OFFS, neutral, ten_point
from klasteryste.grading.classrun.export import export as export_marks
from klasteryste.grading.coursefolder import open_course
from tests.conftest import ROOT, klasteryste
from tests.grading.test_round import fill, solution

from .conftest import Classroom

ROSTER = """\
id;first_name;last_name;email
ona;Ona;Žukaitė;ona@example.org
ruta;Rūta;=HYPERLINK("https://attacker.example");+37060000000
jonas;Jonas;Šimkus;
"""


class Round:
    """A class from an empty folder on.

    Parameters
    ----------
    root : Path
        An empty folder.
    """

    def __init__(self, root: Path) -> None:
        self.course, self.homes = root / "socialine-klasteryste", root / "homes"
        self.said: dict[str, str] = {}
        roster = root / "class.csv"
        roster.write_text(ROSTER, encoding="utf-8-sig")
        words = ("init", str(self.course), "-l", "lt", "--roster", str(roster), "--root", str(ROOT))
        self.said["init"] = self.run(root, *words)

    def run(self, folder: Path, *words: str, code: int = 0) -> str:
        """Run ``klasteryste class`` in a folder."""
        run = klasteryste("class", *words, cwd=folder)
        assert run.returncode == code, run.stdout + run.stderr
        return run.stdout + run.stderr

    def step(self, *words: str, code: int = 0) -> None:
        """Run a step in the course's folder, and keep what it said."""
        self.said[words[0]] = self.run(self.course, *words, code=code)

    def student(self, name: str, *words: str) -> str:
        """Run nbgrader's command as a student, who has no settings but the name of the course."""
        home = self.homes / name
        home.mkdir(parents=True, exist_ok=True)
        exchange = Path(os.environ["JUPYTER_DATA_DIR"], "klasteryste", "exchange")
        options = [f"--course={self.course.name}", f"--student={name}", f"--Exchange.root={exchange}"]
        options.append(f"--Exchange.cache={home / 'cache'}")
        command = [sys.executable, "-m", "nbgrader", *words, *options]
        run = subprocess.run(command, cwd=home, capture_output=True, text=True, timeout=900)
        assert run.returncode == 0, run.stderr
        return run.stderr

    def page(self, name: str) -> str:
        """Return the feedback that a student fetched."""
        (page,) = (self.homes / name / "m2" / "feedback").rglob("*.html")
        return page.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Round:
    """Play a round: one works in Lithuanian, one submits what is damaged, one does not submit."""
    game = Round(tmp_path_factory.mktemp("verbs"))
    game.step("release", "m2")
    for name in ("ona", "ruta"):
        game.student(name, "fetch_assignment", "m2")
    work = game.homes / "ona" / "m2" / "lt" / "m2.ipynb"
    answers = solution(ROOT, "lt") | {"m2-task-1-answer": "def standard_error(share, answers):\n    return 1"}
    fill(work, answers | {"m2-letter": "Mieli redaktoriai, <script>alert(1)</script>"})
    fill(game.homes / "ruta" / "m2" / "lt" / "m2.ipynb", {"m2-letter": "Mieli redaktoriai"})
    shutil.copy(game.course / "release" / "m2" / "en" / "m2.ipynb", game.homes / "ruta" / "m2" / "en")
    for name in ("ona", "ruta"):
        game.student(name, "submit", "m2")
    game.step("collect", "m2")
    damaged = game.course / "submitted" / "ruta" / "m2" / "m2.ipynb"
    damaged.chmod(0o644)
    damaged.write_bytes(b"\xff{")
    game.step("grade", code=3)
    with Gradebook(f"sqlite:///{game.course / 'gradebook.db'}") as gradebook:
        grade = gradebook.find_grade("m2-letter", "m2", "m2", "ona")
        grade.manual_score, grade.needs_manual_grade = 4.5, False
        gradebook.find_comment("m2-letter", "m2", "m2", "ona").manual_comment = "Aišku ir *trumpa*."
        gradebook.db.commit()
    game.step("feedback", "m2")
    for name in ("ona", "ruta"):
        game.student(name, "fetch_feedback", "m2")
    game.step("status")
    game.step("export", "--to", "balai")
    return game


@pytest.mark.slow
def test_init_says_what_it_made_and_what_is_next(played: Round) -> None:
    assert (
        "vertinimų žurnale: 3" in played.said["init"]
        and "klasteryste class release m2" in played.said["init"]
    )
    with Gradebook(f"sqlite:///{played.course / 'gradebook.db'}") as gradebook:
        assert {(student.id, student.last_name) for student in gradebook.students} >= {("ona", "Žukaitė")}


@pytest.mark.slow
def test_every_step_says_what_came_of_it(played: Round) -> None:
    assert "Studentai jau gali atsisiųsti m2" in played.said["release"]
    assert "Surinkta m2 darbų: 2, iš jų naujų arba atnaujintų: 2" in played.said["collect"]
    for words in ("Įvertinta", "ruta", "ne UTF-8 koduotės tekstas", "reports/m2.json"):
        assert words in " ".join(played.said["grade"].replace("\n", " ").split())
    assert "Puslapių: 2, iš jų paaiškinančių, kodėl darbas neįvertintas: 1" in played.said["feedback"]
    assert "Studentų, kurie jau gali atsisiųsti savąjį: 2" in played.said["feedback"]
    assert "liko:" in played.said["feedback"] and "left:" not in played.said["feedback"]
    assert "dar laukia" not in played.said["feedback"]
    assert re.search(r"m2\s*│ 2\s*│ 1\s*│ 1\s*│ 0\s*│ 0\s*│ 2", played.said["status"])


@pytest.mark.slow
def test_feedback_that_was_fetched_is_the_students_own(played: Round) -> None:
    page = played.page("ona")
    assert '<html lang="lt">' in page and "27,5" in page and "4,5 iš 10" in page
    assert "<em>trumpa</em>" in page and "return 1" in re.sub(r"<[^>]*>", "", page)
    assert "<script" not in page and "HIDDEN" not in page
    refused = played.page("ruta")
    assert "ne UTF-8 koduotės tekstas" in refused and "pateikite dar kartą" in refused


@pytest.mark.slow
def test_marks_are_tables_that_a_lithuanian_spreadsheet_opens(played: Round) -> None:
    text = (played.course / "balai" / "m2.csv").read_text(encoding="utf-8-sig")
    rows = {row["Studentas"]: row for row in csv.DictReader(text.splitlines(), delimiter=";")}
    ona = rows["ona"]
    assert (ona["Pavardė"], ona["Taškai"], ona["Iš"]) == ("Žukaitė", "27,5", "35")
    assert (ona["Procentai"], ona["Balas (iš 10)"], ona["Išlaikyta"]) == ("78,5714", "7", "taip")
    assert ona["Būsena"] == "baigta vertinti"
    (first,) = (title for title in ona if title.startswith("1 užduotis") or title.startswith("1."))
    assert ona[first] == "0"
    assert rows["ruta"]["Būsena"] == "atidėta" and rows["ruta"]["Balas (iš 10)"] == ""
    assert rows["ruta"]["Pavardė"].startswith("'=") and rows["ruta"]["El. paštas"].startswith("'+")
    assert rows["jonas"]["Būsena"] == "nepateikta" and rows["jonas"]["Balas (iš 10)"] == "1"
    text = (played.course / "balai" / "course.csv").read_text(encoding="utf-8-sig")
    rows = {row["Studentas"]: row for row in csv.DictReader(text.splitlines(), delimiter=";")}
    assert rows["ona"]["m2"] == "27,5" and rows["ruta"]["Būsena"] == "nebaigta vertinti"


@pytest.mark.slow
def test_nbgraders_own_commands_work_on_the_folder(played: Round) -> None:
    for words in (
        ("export", "--to", "other"),
        ("db", "student", "list"),
        ("list", "--course", played.course.name),
    ):
        run = subprocess.run(
            [sys.executable, "-m", "nbgrader", *words], cwd=played.course, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr
    own = (played.course / "balai" / "m2.csv").read_bytes()
    assert (played.course / "other" / "m2.csv").read_bytes() == own


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"), ("+1", "'+1"), ("-1", "'-1"), ("@SUM(A1)", "'@SUM(A1)"), ("\t=1", "'\t=1"),
        ("\r=1", "'\r=1"), (" =1", "' =1"), ("\n=1", "'\n=1"), ("Ona", "Ona"), ("a=b", "a=b"), ("", ""),
        ("12,5", "12,5"),
    ],
)  # fmt: skip
def test_no_text_is_taken_for_a_formula(text: str, safe: str) -> None:
    assert neutral(text) == safe


@pytest.mark.parametrize(
    ("percent", "mark"), [(0, 1), (19.99, 1), (20, 2), (49.9, 4), (50, 5), (94.99, 9), (95, 10), (100, 10)]
)
def test_the_mark_out_of_ten_is_the_highest_reached(percent: float, mark: int) -> None:
    assert ten_point(percent, CUT_OFFS) == mark


def test_a_cut_off_is_reached_in_spite_of_binary_fractions() -> None:
    points = sum([0.1] * 3)  # 0.30000000000000004
    assert ten_point(100 * points / 0.6, CUT_OFFS) == 5
    assert ten_point(100 * (0.1 + 0.7) / 1.6, CUT_OFFS) == 5  # 49.99999999999999


@pytest.mark.parametrize(
    "cut_offs", ["{}", "{2: 10}", "{m: 50 for m in range(2, 11)}", "{m: -m for m in range(2, 11)}"]
)
def test_cut_offs_that_do_not_rise_are_one_line(classroom: Classroom, cut_offs: str, tmp_path: Path) -> None:
    with (classroom.course / "nbgrader_config.py").open("a") as config:
        config.write(f"\nc.Marks.cut_offs = {cut_offs}\n")
    with pytest.raises(CourseError, match="a percentage for each mark from 2 to 10"):
        export_marks(open_course(classroom.course), tmp_path / "marks", [], [])


def roster(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    path = folder / "class.csv"
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize(
    "text", ["id,first_name\nona,Ona\n", "id;first_name\r\nona;Ona\r\n", "\ufefffirst_name,id\nOna, ona \n"]
)
def test_rosters_are_read_as_spreadsheets_write_them(tmp_path: Path, text: str) -> None:
    assert read_roster(roster(tmp_path, text)) == [{"id": "ona", "first_name": "Ona"}]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "must name id"),
        ("name\nona\n", "must name id"),
        ("id,phone\nona,1\n", "must name id"),
        ("id\nona\nona\n", "line 3: the id 'ona' is there already"),
        ("id\n../ona\n", "line 2: the id '../ona' cannot name a folder"),
        ("id\no+a\n", "cannot name a folder"),
        ("id\n.hidden\n", "cannot name a folder"),
        ("id,first_name\n,Ona\n", "cannot name a folder"),
    ],
)
def test_what_is_wrong_with_a_roster_is_told_by_line(tmp_path: Path, text: str, told: str) -> None:
    with pytest.raises(CourseError, match=re.escape(told)):
        read_roster(roster(tmp_path, text))
    with pytest.raises(CourseError, match="UTF-8"):
        read_roster(roster(tmp_path, "id,last_name\nona,Žukaitė\n", "cp1257"))


def test_init_spoils_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "course"
    folder.mkdir()
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(CourseError, match="is not empty"):
        begin(folder, ROOT, "course")
    with pytest.raises(CourseError, match="--root"):
        begin(tmp_path / "new", tmp_path, "course")
    for address in ("nosuch://x", "sqlite:////nowhere/at/all/gradebook.db"):
        with pytest.raises(CourseError, match="cannot be opened"):
            begin(tmp_path / "new", ROOT, "course", gradebook=address)
        assert not (tmp_path / "new").exists()


def test_the_source_of_a_new_course_is_the_repositorys(tmp_path: Path) -> None:
    begin(tmp_path / "course", ROOT, "course", gradebook=f"sqlite:///{tmp_path / 'elsewhere.db'}")
    made = nbformat.read(tmp_path / "course" / "source" / "m2" / "m2.ipynb", as_version=4)
    assert made == nbformat.read(ROOT / "assignments" / "source" / "m2" / "m2.ipynb", as_version=4)
    assert (tmp_path / "elsewhere.db").exists() and not (tmp_path / "course" / "gradebook.db").exists()

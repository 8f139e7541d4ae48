"""Choosing, in a submission, the notebook a student worked in."""

from __future__ import annotations

import logging
import os
import shutil
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbgrader.exchange import ExchangeError

from klasteryste.errors import CourseError
from klasteryste.grading.exchange import Collect, place_submission
from klasteryste.grading.reference import Reference, grade_id, read_notebook

from .conftest import course_directory

LOG = logging.getLogger("grading")


@pytest.fixture
def folder(generated: Path, tmp_path: Path) -> Path:
    """Return a submission with both languages, as released."""
    return Path(shutil.copytree(generated / "release" / "m2", tmp_path / "ona" / "m2"))


def answer(path: Path, *names: str) -> None:
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        if grade_id(cell) in names:
            cell.source = "answered = True"
    nbformat.write(notebook, path)


def place(folder: Path, references: dict[str, Reference]) -> str:
    taken = place_submission(folder, "ona", "m2", references, LOG).relative_to(folder).as_posix()
    assert (folder / "m2.ipynb").read_bytes() == (folder / taken).read_bytes()
    return taken


@pytest.mark.parametrize("language", ["en", "lt"])
def test_the_language_with_answers_is_taken(
    folder: Path, references: dict[str, Reference], language: str, caplog: pytest.LogCaptureFixture
) -> None:
    answer(folder / language / "m2.ipynb", "m2-task-1-answer")
    assert place(folder, references) == f"{language}/m2.ipynb"
    assert caplog.messages == []


def test_an_untouched_submission_is_placed_all_the_same(
    folder: Path, references: dict[str, Reference]
) -> None:
    assert place(folder, references) == "en/m2.ipynb"


def test_answers_in_both_are_said_and_the_fuller_is_taken(
    folder: Path, references: dict[str, Reference], caplog: pytest.LogCaptureFixture
) -> None:
    answer(folder / "en" / "m2.ipynb", "m2-task-1-answer")
    answer(folder / "lt" / "m2.ipynb", "m2-task-1-answer", "m2-letter")
    assert place(folder, references) == "lt/m2.ipynb"
    (message,) = caplog.messages
    assert "Student ona" in message and "en/m2.ipynb: 1, lt/m2.ipynb: 2" in message
    assert "lt/m2.ipynb is graded, which has most" in message and "copy it to" in message


@pytest.mark.parametrize("last", ["en", "lt"])
def test_of_as_many_answers_the_notebook_saved_last_is_taken_and_said(
    folder: Path, references: dict[str, Reference], last: str, caplog: pytest.LogCaptureFixture
) -> None:
    for language in ("en", "lt"):
        path = folder / language / "m2.ipynb"
        answer(path, "m2-task-1-answer")
        os.utime(path, (0, 1000 + (language == last)))
    assert place(folder, references) == f"{last}/m2.ipynb"
    assert f"{last}/m2.ipynb is graded, which was saved last" in caplog.text


def test_a_stub_of_an_older_release_is_no_answer(folder: Path, references: dict[str, Reference]) -> None:
    changed = {name: deepcopy(known) for name, known in references["en"].cells.items()}
    for known in changed.values():
        known.source = f"in other words\n{known.source}"
    now = references | {"en": Reference("en", changed)}
    assert now["en"].answered(read_notebook(folder / "en" / "m2.ipynb")) == 0
    answer(folder / "lt" / "m2.ipynb", "m2-task-1-answer")
    assert place(folder, now) == "lt/m2.ipynb"


def test_a_notebook_moved_to_the_top_or_to_a_folder_of_another_name_is_found(
    folder: Path, references: dict[str, Reference]
) -> None:
    shutil.move(folder / "lt", folder / "mano darbas")
    answer(folder / "mano darbas" / "m2.ipynb", "m2-letter")
    assert place(folder, references) == "mano darbas/m2.ipynb"

    (folder / "mano darbas" / "m2.ipynb").unlink()
    assert place(folder, references) == "m2.ipynb"


def test_the_page_at_the_top_is_no_submission(folder: Path, references: dict[str, Reference]) -> None:
    for language in ("en", "lt"):
        (folder / language / "m2.ipynb").unlink()
    with pytest.raises(CourseError, match=r"no m2\.ipynb in"):
        place_submission(folder, "ona", "m2", references, LOG)
    assert not (folder / "m2.ipynb").exists()


def test_files_beside_the_notebook_come_with_it(folder: Path, references: dict[str, Reference]) -> None:
    answer(folder / "lt" / "m2.ipynb", "m2-task-1-answer")
    (folder / "lt" / "pagalba.py").write_text("x = 1")
    (folder / "lt" / "paveikslai").mkdir()
    (folder / "lt" / "paveikslai" / "a.svg").write_text("<svg/>")
    (folder / "timestamp.txt").write_text("2026-01-01 10:00:00 UTC")
    (folder / "lt" / "timestamp.txt").write_text("2020-01-01 10:00:00 UTC")
    place(folder, references)
    assert (folder / "pagalba.py").read_text() == "x = 1"
    assert (folder / "paveikslai" / "a.svg").exists()
    assert (folder / "timestamp.txt").read_text().startswith("2026")


def test_a_missing_notebook_is_one_clear_line(folder: Path, references: dict[str, Reference]) -> None:
    shutil.rmtree(folder / "en")
    (folder / "lt" / "m2.ipynb").rename(folder / "lt" / "untitled.ipynb")
    with pytest.raises(CourseError, match=r"no m2\.ipynb in .*ask for it"):
        place_submission(folder, "ona", "m2", references, LOG)


def test_a_damaged_notebook_does_not_hide_a_good_one(
    folder: Path, references: dict[str, Reference], caplog: pytest.LogCaptureFixture
) -> None:
    (folder / "en" / "m2.ipynb").write_text("[" * 200_000)
    assert place(folder, references) == "lt/m2.ipynb"
    assert "passed over en/m2.ipynb" in caplog.text
    for path in (folder / "lt" / "m2.ipynb", folder / "m2.ipynb"):
        path.write_text("{")
    with pytest.raises(CourseError, match=r"en/m2\.ipynb.*; lt/m2\.ipynb"):
        place_submission(folder, "ona", "m2", references, LOG)


def test_a_folder_where_the_notebook_should_be_is_said(
    folder: Path, references: dict[str, Reference]
) -> None:
    (folder / "m2.ipynb").unlink()
    (folder / "m2.ipynb").mkdir()
    answer(folder / "lt" / "m2.ipynb", "m2-task-1-answer")
    with pytest.raises(CourseError, match=r"^m2\.ipynb is a folder.*ask for"):
        place_submission(folder, "ona", "m2", references, LOG)


class Course:
    """A course with a generated assignment, and an exchange with the submissions of two students."""

    def __init__(self, generated: Path, root: Path) -> None:
        self.folder = Path(shutil.copytree(generated, root / "course"))
        self.exchange = root / "exchange"
        inbound = self.exchange / "klasteryste" / "inbound"
        self.inbound = {name: inbound / f"{name}+m2+2026-01-01 10:00:00 UTC" for name in ("ona", "ruta")}
        for path in self.inbound.values():
            shutil.copytree(generated / "release" / "m2", path)
            (path / "timestamp.txt").write_text("2026-01-01 10:00:00 UTC")

    def collect(self) -> set[str]:
        """Collect what is newer, and return who has a submission now."""
        coursedir = course_directory(self.folder)
        coursedir.course_id, coursedir.assignment_id = "klasteryste", "m2"
        Collect(coursedir, root=str(self.exchange), check_owner=False, update=True, log=LOG).start()
        return {path.parent.name for path in self.folder.glob("submitted/*/m2")}


@pytest.fixture
def course(generated: Path, tmp_path: Path) -> Course:
    return Course(generated, tmp_path)


@pytest.mark.parametrize("kind", ["file link", "folder link", "link for a submission", "pipe"])
def test_what_is_neither_file_nor_folder_is_not_collected(
    course: Course, kind: str, caplog: pytest.LogCaptureFixture
) -> None:
    path = course.inbound["ona"] / "lt" / "m2.ipynb"
    if kind == "file link":
        path.unlink()
        path.symlink_to(course.folder / "source" / "m2" / "m2.ipynb")
    elif kind == "folder link":
        path = path.with_name("a")
        path.symlink_to(course.folder / "source")
    elif kind == "link for a submission":
        path = course.inbound["ona"]
        shutil.rmtree(path)
        path.symlink_to(course.inbound["ruta"])
    else:
        path = path.with_name("pipe")
        os.mkfifo(path)
    assert course.collect() == {"ruta"}
    (message,) = (record.getMessage() for record in caplog.records if record.levelname == "ERROR")
    assert f"Student ona, assignment m2: not collected ({path} is neither a file nor a folder" in message


def test_what_could_not_be_collected_is_when_it_is_mended(course: Course) -> None:
    for language in ("en", "lt"):
        path = course.inbound["ona"] / language / "m2.ipynb"
        path.rename(path.with_name("untitled.ipynb"))
    assert course.collect() == {"ruta"}
    path.with_name("untitled.ipynb").rename(path)
    assert course.collect() == {"ona", "ruta"}


@pytest.mark.parametrize("missing", ["reference/lt/m2/m2.ipynb", "gradebook.db"])
def test_without_references_nothing_is_collected_and_nothing_lost(
    course: Course, missing: str, caplog: pytest.LogCaptureFixture
) -> None:
    course.collect()
    for path in course.inbound.values():
        path.rename(path.with_name(path.name.replace("2026", "2027")))
    (course.folder / missing).unlink()
    with pytest.raises(ExchangeError, match=r"run `nbgrader generate_assignment --force m2`"):
        course.collect()
    assert [record.levelname for record in caplog.records].count("CRITICAL") == 1
    for student in course.inbound:
        assert (course.folder / "submitted" / student / "m2" / "timestamp.txt").read_text().startswith("2026")

"""Choosing, in a submission, the notebook a student worked in."""

from __future__ import annotations

import logging
import os
import shutil
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest

from klasteryste.errors import CourseError
from klasteryste.grading.exchange import place_submission
from klasteryste.grading.reference import Reference, grade_id, read_notebook

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

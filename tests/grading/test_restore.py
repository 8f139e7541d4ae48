"""Putting submissions back on their reference."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path

import nbformat
import pytest
from nbformat import NotebookNode
from nbgrader.utils import compute_checksum, determine_grade, is_locked

from klasteryste.errors import CourseError
from klasteryste.grading.reference import Reference, grade_id, language_of, read_notebook
from klasteryste.grading.remarks import Remark
from klasteryste.grading.restore import restore

DEEP = b'{"metadata": %s1%s, "nbformat": 4, "nbformat_minor": 5, "cells": []}' % (
    b'{"a": ' * 3000,
    b"}" * 3000,
)
"""Nested more deeply than a notebook's validation can follow."""


@pytest.fixture(params=["en", "lt"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def submission(generated: Path, language: str) -> NotebookNode:
    return nbformat.read(generated / "release" / "m2" / language / "m2.ipynb", as_version=4)


@pytest.fixture
def reference(references: dict[str, Reference], language: str) -> Reference:
    return references[language]


def cell(notebook: NotebookNode, name: str) -> NotebookNode:
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def test_an_untouched_release_becomes_its_reference(submission: NotebookNode, reference: Reference) -> None:
    assert restore(submission, reference) == []
    assert [cell for cell in submission.cells if grade_id(cell)] == list(reference.cells.values())


def test_locked_cells_come_back_and_answers_stay(submission: NotebookNode, reference: Reference) -> None:
    cell(submission, "m2-task-1").source = "changed"
    test = cell(submission, "m2-task-1-test")
    test.source, test.metadata.tags, test.metadata.nbgrader.points = "pass", ["skip-execution"], 100
    test.metadata.nbgrader.solution = True
    cell(submission, "m2-task-1-answer").source = "def standard_error(p, m):\n    return 'ąčęėįšųūž'"
    restore(submission, reference)
    for name, known in reference.cells.items():
        if is_locked(known):
            assert cell(submission, name) == known
    assert cell(submission, "m2-task-1-answer").source.endswith("'ąčęėįšųūž'")


def test_an_untouched_letter_scores_zero_and_a_written_one_waits_for_a_person(
    submission: NotebookNode, reference: Reference
) -> None:
    written = deepcopy(submission)
    cell(written, "m2-letter").source = "Dear editor"
    for notebook, expected in ((submission, 0), (written, None)):
        restore(notebook, reference)
        assert determine_grade(cell(notebook, "m2-letter"))[0] == expected


def test_an_untouched_letter_stays_untouched_when_the_wording_has_changed(
    submission: NotebookNode, reference: Reference
) -> None:
    changed = {name: deepcopy(known) for name, known in reference.cells.items()}
    changed["m2-letter"].source = "WRITE YOUR LETTER HERE"
    changed["m2-letter"].metadata.nbgrader.checksum = compute_checksum(changed["m2-letter"])
    restore(submission, Reference(reference.language, changed))
    assert cell(submission, "m2-letter").source == "WRITE YOUR LETTER HERE"
    assert determine_grade(cell(submission, "m2-letter"))[0] == 0


@pytest.mark.parametrize(("key", "value"), [("points", "many"), ("points", 9), ("checksum", None)])
def test_an_answer_stays_when_its_metadata_were_changed(
    submission: NotebookNode, reference: Reference, key: str, value: object
) -> None:
    letter = cell(submission, "m2-letter")
    letter.source, letter.metadata.nbgrader[key] = "Dear editor", value
    assert reference.answered(submission) == 1
    restore(submission, reference)
    assert cell(submission, "m2-letter").source == "Dear editor"


def test_missing_cells_come_back_in_their_place(submission: NotebookNode, reference: Reference) -> None:
    gone = {"m2-title", "m2-task-3-test", "m2-task-4-more", "m2-task-5-answer", "m2-letter"}
    submission.cells = [cell for cell in submission.cells if grade_id(cell) not in gone]
    assert restore(submission, reference) == [
        Remark("missing", {"cell": name})
        for name in ("m2-title", "m2-task-3-test", "m2-task-4-more", "m2-letter")
    ]
    names = [name for cell in submission.cells if (name := grade_id(cell))]
    assert names == [name for name in reference.cells if name != "m2-task-5-answer"]


def test_unknown_and_repeated_names_are_taken_off(submission: NotebookNode, reference: Reference) -> None:
    repeated = deepcopy(cell(submission, "m2-task-1-answer"))
    unknown = deepcopy(repeated)
    unknown.metadata.nbgrader.grade_id = "elsewhere"
    submission.cells += [repeated, unknown, nbformat.v4.new_code_cell("mine = 1")]
    (remark,) = restore(submission, reference)
    assert remark == Remark("repeated", {"cell": "m2-task-1-answer", "count": 2})
    assert [grade_id(cell) for cell in submission.cells[-3:]] == ["m2-task-1-answer", None, None]
    assert submission.cells[-1].source == "mine = 1"


@pytest.mark.parametrize("first", [True, False])
def test_of_repeated_answers_the_written_one_is_graded(
    submission: NotebookNode, reference: Reference, first: bool
) -> None:
    letter = cell(submission, "m2-letter")
    written = deepcopy(letter)
    written.source = "Dear editor"
    submission.cells.insert(submission.cells.index(letter) + (not first), written)
    restore(submission, reference)
    assert cell(submission, "m2-letter").source == "Dear editor"
    assert determine_grade(cell(submission, "m2-letter"))[0] is None


@pytest.mark.parametrize("details", [None, "lt", {"language": "de"}, {"language": ["lt"]}, {}])
def test_without_good_metadata_locked_cells_tell_the_language(
    submission: NotebookNode, references: dict[str, Reference], language: str, details: object
) -> None:
    submission.metadata["klasteryste"] = details
    cell(submission, "m2-title").source = "changed"
    assert language_of(submission, references) == language


def test_metadata_tell_first(submission: NotebookNode, references: dict[str, Reference]) -> None:
    submission.metadata["klasteryste"] = {"language": "lt"}
    assert language_of(submission, references) == "lt"


def test_a_foreign_notebook_has_no_language(references: dict[str, Reference]) -> None:
    foreign = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell("Hallo")])
    foreign.metadata["klasteryste"] = {"language": "de"}
    with pytest.raises(CourseError, match=r"its language is unknown .*'de'.*en, lt.*ask for"):
        language_of(foreign, references)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"cells": 1}', b'{"nbformat": 4, "cells": [{}]}', b"[" * 200_000, DEEP],
)
def test_a_damaged_notebook_is_one_clear_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "m2.ipynb"
    path.write_bytes(content)
    with pytest.raises(CourseError, match=r"m2\.ipynb is not a notebook .*ask for") as caught:
        read_notebook(path)
    assert "\n" not in str(caught.value)

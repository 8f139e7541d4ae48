"""What is refused before anything runs, what is repaired, and that nothing outside a submission is read."""

from __future__ import annotations

import json
import os
import socket
from collections.abc import Callable
from pathlib import Path
from string import Formatter
from typing import Any

import nbformat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

from klasteryste.grading.intake import (
    LIMITS,
    Limits,
    copy_in,
    find_notebook,
    read_submitted,
    survey,
    taken_in,
)
from klasteryste.grading.remarks import IntakeError, Remark, quarantine, repaired, shown
from klasteryste.language import use_language

from .conftest import course_directory

SMALL = Limits(files=5, depth=2, megabytes=1, notebook_megabytes=1, cells=3)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "submission"
    made.mkdir()
    (made / "m2.ipynb").write_text("{}")
    return made


def refused(call: Callable[[], Any]) -> str:
    """Return the code of a refusal."""
    with pytest.raises(IntakeError) as caught:
        call()
    return caught.value.remark.code


def link(folder: Path) -> None:
    (folder / "data.csv").symlink_to("/etc/passwd")


def link_to_itself(folder: Path) -> None:
    (folder / "loop").symlink_to(folder)


def deep_link(folder: Path) -> None:
    (folder / "a").mkdir()
    (folder / "a" / "b").symlink_to("nowhere")


def pipe(folder: Path) -> None:
    os.mkfifo(folder / "pipe")


def local_socket(folder: Path) -> None:
    here = os.open(".", os.O_RDONLY)
    os.chdir(folder)  # the names of sockets are short
    try:
        with socket.socket(socket.AF_UNIX) as end:
            end.bind("socket")
    finally:
        os.fchdir(here)
        os.close(here)


def ignored_link(folder: Path) -> None:
    (folder / ".ipynb_checkpoints").mkdir()
    (folder / ".ipynb_checkpoints" / "m2.ipynb").symlink_to("/etc/passwd")


def many(folder: Path) -> None:
    for number in range(SMALL.files):
        (folder / f"{number}.txt").touch()


def deep(folder: Path) -> None:
    (folder / "a" / "b" / "c").mkdir(parents=True)


def large(folder: Path) -> None:
    (folder / "one.bin").write_bytes(b"0" * 600_000)
    (folder / "two.bin").write_bytes(b"0" * 600_000)


def sparse(folder: Path) -> None:
    with (folder / "hollow.bin").open("wb") as file:
        file.truncate(10**12)


def right_to_left(folder: Path) -> None:
    (folder / "cod\u202efdp.py").touch()


def control(folder: Path) -> None:
    (folder / "a\x1b[2Jb").touch()


def no_text(folder: Path) -> None:
    Path(os.fsdecode(os.fsencode(folder) + b"/\xff\xfe")).touch()


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (link, "no plain file"),
        (link_to_itself, "no plain file"),
        (deep_link, "no plain file"),
        (pipe, "no plain file"),
        (local_socket, "no plain file"),
        (ignored_link, "no plain file"),
        (many, "too many files"),
        (deep, "too deep"),
        (large, "too large"),
        (sparse, "too large"),
        (right_to_left, "odd name"),
        (control, "odd name"),
        (no_text, "odd name"),
    ],
)
def test_a_folder_is_refused_for_its_reason(folder: Path, make: Callable[[Path], None], code: str) -> None:
    make(folder)
    assert refused(lambda: survey(folder, [".ipynb_checkpoints"], SMALL)) == code


def test_a_submission_that_is_a_link_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(folder)
    assert refused(lambda: survey(tmp_path / "link")) == "not a folder"


def test_honest_files_come_in_whatever_their_letters(folder: Path, tmp_path: Path) -> None:
    for name in ("ąčęėįšųūž.py", "data set (1).csv", "模块.txt"):
        (folder / name).write_text(name)
    (folder / "sub").mkdir()
    (folder / "sub" / "helper.py").write_text("x = 1")
    (folder / "__pycache__").mkdir()
    (folder / "__pycache__" / "helper.pyc").touch()
    copy_in(folder, survey(folder, ["__pycache__"]), tmp_path / "copy")
    found = {str(path.relative_to(tmp_path / "copy")) for path in (tmp_path / "copy").rglob("*.*")}
    assert found == {"ąčęėįšųūž.py", "data set (1).csv", "模块.txt", "sub/helper.py"}


def test_a_link_made_after_the_survey_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / "data.csv").write_text("mine")
    files = survey(folder)
    (folder / "data.csv").unlink()
    link(folder)
    assert refused(lambda: copy_in(folder, files, tmp_path / "copy")) == "unreadable"


@pytest.mark.parametrize("name", ["м2.ipynb", "ｍ2.ipynb", "M2.IPYNB", "m２.ipynb"])
def test_a_name_that_looks_the_same_is_told(name: str) -> None:
    with pytest.raises(IntakeError, match=r"rename it to m2\.ipynb"):
        find_notebook([Path("other.ipynb"), Path(name)], "m2")


def test_another_notebook_is_no_notebook() -> None:
    assert find_notebook([Path("m3.ipynb"), Path("en/m2.ipynb")], "m2") is None
    assert find_notebook([Path("m3.ipynb"), Path("m2.ipynb")], "m2") == Path("m2.ipynb")


def written(tmp_path: Path, content: bytes | dict[str, Any]) -> Path:
    path = tmp_path / "m2.ipynb"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    return path


def plain(**changes: Any) -> dict[str, Any]:
    """Return a sound notebook as JSON has it, with changes."""
    cells = [new_markdown_cell("Pasitikėjimas"), new_code_cell("x = 'ąčęėįšųūž'", id="one")]
    notebook: dict[str, Any] = json.loads(nbformat.writes(new_notebook(cells=cells)))
    return notebook | changes


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"[" * 200_000, "not JSON"),
        (b'{"nbformat": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[]", "not a notebook"),
        (b'"text"', "not a notebook"),
        ({}, "not a notebook"),
        ({"nbformat": True}, "not a notebook"),
        ({"nbformat": -4}, "not a notebook"),
        ({"nbformat": 5}, "newer format"),
        ({"nbformat": 4, "cells": 1}, "not a notebook"),
        ({"nbformat": 4, "cells": [1]}, "not a notebook"),
        ({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{}]}, "not a notebook"),
        (plain(metadata=[]), "not a notebook"),
        (plain(cells=[{"cell_type": "code", "metadata": 1, "source": ""}]), "not a notebook"),
        (plain(cells=[{"cell_type": "code", "metadata": {}, "source": {"a": 1}}]), "not a notebook"),
        (plain(cells=plain()["cells"] * 3), "too many cells"),
        (
            b'{"nbformat": 4, "cells": [], "metadata": %s1%s}' % (b'{"a": ' * 900, b"}" * 900),
            "not a notebook",
        ),
        (b'{"nbformat": 3, "worksheets": 7}', "not a notebook"),
        (b" " * 1_000_001, "notebook too large"),
        (b'{"nbformat": 4, "cells": "\xff"}', "not text"),
        (json.dumps(plain(), ensure_ascii=False).encode("cp1257"), "not text"),
    ],
)
def test_what_is_no_notebook_is_refused_for_its_reason(
    tmp_path: Path, content: bytes | dict[str, Any], code: str
) -> None:
    assert refused(lambda: read_submitted(written(tmp_path, content), "m2.ipynb", SMALL)) == code


def read(tmp_path: Path, content: bytes | dict[str, Any]) -> tuple[Any, list[str]]:
    notebook, remarks = read_submitted(written(tmp_path, content), "m2.ipynb")
    nbformat.validate(notebook)
    return notebook, [remark.code for remark in remarks]


def test_a_sound_notebook_is_read_as_it_is(tmp_path: Path) -> None:
    notebook, remarks = read(tmp_path, plain())
    assert [cell.source for cell in notebook.cells] == ["Pasitikėjimas", "x = 'ąčęėįšųūž'"]
    assert remarks == []


@pytest.mark.parametrize(
    ("encoding", "expected"),
    [("utf-8-sig", ["mark of order"]), ("utf-16", ["other encoding"]), ("utf-32", ["other encoding"])],
)
def test_other_encodings_are_read(tmp_path: Path, encoding: str, expected: list[str]) -> None:
    content = json.dumps(plain(), ensure_ascii=False).encode(encoding)
    notebook, remarks = read(tmp_path, content)
    assert notebook.cells[1].source == "x = 'ąčęėįšųūž'"
    assert remarks == expected


def test_halves_of_characters_are_replaced(tmp_path: Path) -> None:
    cells = [{"cell_type": "markdown", "metadata": {"a\ud800": ["\udfff"]}, "source": "x\ud83dy", "id": "a"}]
    notebook, remarks = read(tmp_path, plain(cells=cells))
    assert notebook.cells[0].source == "x�y"
    assert remarks == ["broken letters"]
    nbformat.writes(notebook).encode()


def test_an_older_format_is_brought_up(tmp_path: Path) -> None:
    sheet = {"cells": [{"cell_type": "code", "input": "x = 1", "language": "python", "outputs": []}]}
    old = {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [sheet]}
    notebook, remarks = read(tmp_path, old)
    assert notebook.cells[0].source == "x = 1"
    assert remarks == ["older format"]


def test_saved_outputs_and_details_of_other_programs_go(tmp_path: Path) -> None:
    cell = new_code_cell("1", outputs=[new_output("stream", text="100 points")], execution_count=7, id="a")
    cell.metadata["nbgrader"] = {"grade_id": ["a"]}
    content = plain(cells=[cell], metadata={"widgets": {}, "kernelspec": {"name": "x", "display_name": "X"}})
    notebook, remarks = read(tmp_path, content)
    assert notebook.cells[0].outputs == [] and notebook.cells[0].execution_count is None
    assert "nbgrader" not in notebook.cells[0].metadata and "widgets" not in notebook.metadata
    assert remarks == []


def test_cells_whose_kind_was_changed_are_read(tmp_path: Path) -> None:
    text = {
        "cell_type": "markdown",
        "metadata": {},
        "source": "a",
        "id": "a",
        "outputs": [],
        "execution_count": 1,
    }
    code = {"cell_type": "code", "metadata": {}, "source": "b", "id": "b", "attachments": {}}
    notebook, _ = read(tmp_path, plain(cells=[text, code]))
    assert [cell.source for cell in notebook.cells] == ["a", "b"]


@pytest.mark.parametrize("outputs", [7, [7], [{}], None])
def test_damaged_outputs_cost_nothing(tmp_path: Path, outputs: Any) -> None:
    content = plain()
    content["cells"][1]["outputs"] = outputs
    notebook, remarks = read(tmp_path, content)
    assert notebook.cells[1].source == "x = 'ąčęėįšųūž'"
    assert remarks == ["outputs"]


def test_ids_of_cells_are_made_anew_where_they_must(tmp_path: Path) -> None:
    content = plain()
    content["cells"][0]["id"] = content["cells"][1]["id"] = "same"
    notebook, remarks = read(tmp_path, content)
    assert len({cell.id for cell in notebook.cells}) == 2
    assert remarks == ["cell ids"]


def test_the_private_copy_has_the_releases_files_over_the_students(generated: Path, tmp_path: Path) -> None:
    course = course_directory(generated)
    course.submitted_directory, course.source_directory = str(tmp_path / "in"), str(tmp_path / "source")
    submitted, source = tmp_path / "in" / "ona" / "m2", tmp_path / "source" / "m2"
    submitted.mkdir(parents=True)
    source.mkdir(parents=True)
    course.directory_structure = "{nbgrader_step}/{student_id}/{assignment_id}"
    (submitted / "m2.ipynb").write_text("{}")
    for name in ("table.csv", "mine.py", "kept.py"):
        (submitted / name).write_text("student")
    for name in ("table.csv", "kept.py", "more.csv", "m2.ipynb"):
        (source / name).write_text("release")
    with taken_in(course, "m2", "ona", ["m2"], keep=["kept.py"]) as submission:
        found = {path.name: path.read_text() for path in submission.folder.iterdir()}
        assert submission.notebooks == {"m2": submitted / "m2.ipynb"}
    assert found == {
        "table.csv": "release", "mine.py": "student", "kept.py": "student", "more.csv": "release",
    }  # fmt: skip
    assert not submission.folder.exists()
    (submitted / "timestamp.txt").write_text("yesterday, I swear")
    with pytest.raises(IntakeError, match="tells no time"), taken_in(course, "m2", "ona", ["m2"]):
        pass


KEYS = ["cells", "nbformat", "metadata", "cell_type", "source", "outputs", "id", "worksheets"]
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(KEYS) | st.text(), inner),
    max_leaves=20,
)


@given(st.binary(max_size=200) | JSON.map(lambda value: json.dumps(value).encode()))
def test_whatever_comes_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = written(tmp_path_factory.mktemp("any"), content)
    try:
        notebook, _ = read_submitted(path, "m2.ipynb", LIMITS)
    except IntakeError as refusal:
        assert refusal.remark.code in quarantine() and "\n" not in str(refusal)
    else:
        nbformat.validate(notebook)


@pytest.mark.parametrize("code", [*quarantine(), *repaired()])
def test_every_remark_is_said_in_both_languages(code: str) -> None:
    template = (quarantine() | repaired())[code]
    fields = {name: f"<{name}>" for _, name, _, _ in Formatter().parse(template) if name}
    english = Remark(code, fields).text()
    use_language("lt")
    lithuanian = Remark(code, fields).text()
    assert english != lithuanian
    for text in (english, lithuanian):
        assert all(value in text for value in fields.values())


def test_a_shown_name_has_nothing_unseen() -> None:
    assert shown("a\u202e\x1b[2Jb\ud800 ąž") == "a\\u202e\\x1b[2Jb\\ud800 ąž"

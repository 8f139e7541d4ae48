"""The step in the place of nbgrader's ``Execute``, and what it refuses."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import Execute
from traitlets.config import Config

from klasteryste.assignment import OWN_SEED
from klasteryste.errors import CourseError
from klasteryste.grading import execute
from klasteryste.grading.execute import ExecuteInJail
from klasteryste.grading.sandbox import jail


def resources(folder: object = ".") -> dict:
    told = {"assignment": "m2", "notebook": "m2", "student": "rūta"}
    return {"nbgrader": told, "klasteryste": {"folder": str(folder)}, "metadata": {"path": str(folder)}}


def notebook(*sources: str) -> nbformat.NotebookNode:
    return nbformat.v4.new_notebook(
        cells=[nbformat.v4.new_code_cell(source) for source in sources],
        metadata={"kernelspec": {"name": "python3", "display_name": "Python"}},
    )


def test_root_never_executes_without_a_jail(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(execute, "Execute", lambda **_: pytest.fail("executed as root"))
    with pytest.raises(CourseError, match="never run as root without a jail: grade as an ordinary user"):
        ExecuteInJail(unsafe=True)(notebook("1"), resources())


def test_without_a_jail_the_result_is_marked_and_the_home_is_not_the_real_one(monkeypatch, tmp_path):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "secret").touch()
    step = ExecuteInJail(unsafe=True)
    monkeypatch.setattr(execute, "Execute", lambda parent: Execute())
    monkeypatch.setattr(execute, "course_of", lambda step: None)
    monkeypatch.setattr(execute, "environment", lambda *_: {OWN_SEED: "ab" * 32})
    done, _ = step(
        notebook(
            "from pathlib import Path; print(list(Path.home().glob('*')), Path.home())",
            f"import os; print(os.environ[{OWN_SEED!r}])",
        ),
        resources(tmp_path),
    )
    assert done.metadata["klasteryste"] == {"isolated": False}
    assert done.cells[1].outputs[0].text.strip() == "ab" * 32 and OWN_SEED not in os.environ
    (output,) = done.cells[0].outputs
    assert "secret" not in output.text
    assert str(tmp_path) + "\n" not in output.text
    assert os.environ["HOME"] == str(tmp_path)


@pytest.mark.parametrize("seen", ["course", "exchange", "gradebook"])
def test_a_course_that_the_jail_would_show_is_not_graded(monkeypatch, tmp_path, seen):
    for name in ("course", "exchange", "gradebook"):
        (tmp_path / name / "inner").mkdir(parents=True)
    gradebook = tmp_path / "gradebook" / "inner" / "gradebook.db"
    gradebook.touch()
    course = CourseDirectory(root=str(tmp_path / "course" / "inner"), db_url=f"sqlite:///{gradebook}")
    monkeypatch.setattr(execute, "course_of", lambda step: course)
    (tmp_path / "shown").symlink_to(tmp_path / seen)
    monkeypatch.setattr(execute, "judge", lambda *_: pytest.fail("judged"))
    step = ExecuteInJail(config=Config({"Exchange": {"root": str(tmp_path / "exchange" / "inner")}}))
    # Elsewhere, nothing is wrong but that this course was never released.
    with pytest.raises(FileNotFoundError):
        step(notebook("1"), resources())
    monkeypatch.setattr(jail, "readable_folders", lambda: [(tmp_path / "shown").resolve()])
    with pytest.raises(CourseError, match=f"the {seen}, .*, is in .*/{seen}, which students' code can read"):
        step(notebook("1"), resources())


def test_a_folder_of_the_system_is_one_that_the_jail_shows(tmp_path):
    course = CourseDirectory(root=str(tmp_path), db_url=f"sqlite:///{tmp_path}/gradebook.db")
    execute.require_hidden(course, Path("/usr/nothing/is/here"))
    with pytest.raises(CourseError, match="the exchange, /usr/bin, is in /usr, "):
        execute.require_hidden(course, Path("/usr/bin"))


def test_a_limit_that_is_none_is_named():
    step = ExecuteInJail(limits={"memory": 5})
    with pytest.raises(CourseError, match=r"c\.ExecuteInJail\.limits: .*'memory'"):
        step(notebook("1"), resources())

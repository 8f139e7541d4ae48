"""The step in the place of nbgrader's ``Execute``, and what it refuses."""

from __future__ import annotations

import os

import nbformat
import pytest
from nbgrader.preprocessors import Execute

from klasteryste.errors import CourseError
from klasteryste.grading import execute
from klasteryste.grading.execute import ExecuteInJail


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
    done, _ = step(
        notebook("from pathlib import Path; print(list(Path.home().glob('*')), Path.home())"),
        resources(tmp_path),
    )
    assert done.metadata["klasteryste"] == {"isolated": False}
    (output,) = done.cells[0].outputs
    assert "secret" not in output.text
    assert str(tmp_path) + "\n" not in output.text
    assert os.environ["HOME"] == str(tmp_path)


def test_a_limit_that_is_none_is_named():
    step = ExecuteInJail(limits={"memory": 5})
    with pytest.raises(CourseError, match=r"c\.ExecuteInJail\.limits: .*'memory'"):
        step(notebook("1"), resources())

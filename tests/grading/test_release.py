"""Generating a release in two languages over one gradebook."""

from __future__ import annotations

import ast
import json
import os
import re
import shutil
import sys
from pathlib import Path
from typing import Any

import nbformat
import polib
import pytest
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.preprocessors import SaveCells
from nbgrader.utils import compute_checksum, is_solution
from nbgrader.validator import Validator

from klasteryste.errors import CourseError
from klasteryste.grading.contents import NOTHING_TO_VALIDATE, is_contents_page
from klasteryste.grading.reference import read_notebook
from klasteryste.grading.release import AFTER_SAVING, BEFORE_SAVING, STUBS, LanguageFolders, generate

from .conftest import CATALOGUE, SOURCE, cells_by_name, make_course


@pytest.fixture(params=["en", "lt"])
def language(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_the_steps_are_nbgraders_own() -> None:
    steps = GenerateAssignment.preprocessors.default()
    assert [*BEFORE_SAVING, SaveCells, *AFTER_SAVING] == steps


def test_the_release_holds_a_folder_per_language_and_the_page_to_them(generated: Path) -> None:
    release = generated / "release" / "m2"
    files = {path.relative_to(release).as_posix() for path in release.rglob("*") if path.is_file()}
    checks = {"en/m2.check.json", "lt/m2.check.json"}
    seeds = {"en/seeds.json", "lt/seeds.json"}
    assert files == {"m2.ipynb", "en/m2.ipynb", "lt/m2.ipynb", *checks, *seeds}
    page = read_notebook(release / "m2.ipynb")
    assert is_contents_page(page)
    for path in re.findall(r"\]\((.*?)\)", page.cells[0].source):
        files.remove(path)
    assert files == {"m2.ipynb", *checks, *seeds}


def test_the_page_at_the_top_does_not_pass_for_a_validated_notebook(generated: Path) -> None:
    results = Validator().validate(str(generated / "release" / "m2" / "m2.ipynb"))
    (failed,) = results.pop("failed")
    assert results == {}
    assert all(text in failed["error"] for text in NOTHING_TO_VALIDATE.values())


def test_a_check_names_nothing_that_only_solutions_and_hidden_tests_use(
    generated: Path, language: str
) -> None:
    folder = generated / "release" / "m2" / language
    texts = [cell.source for cell in read_notebook(folder / "m2.ipynb").cells]
    shown = set(re.findall(r"\w+", "\n".join(texts)))
    code = [cell.source for cell in read_notebook(SOURCE).cells if cell.cell_type == "code"]
    used = {node.id for text in code for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Name)}
    profile = json.loads((folder / "m2.check.json").read_text(encoding="utf-8"))["profile"]
    told = set(re.findall(r"\w+", json.dumps(list(profile.values()))))
    assert "standard_error" in told and len(used - shown) > 10
    assert not told & (used - shown)


def test_the_release_holds_no_solution_no_hidden_test_and_no_mark(generated: Path, language: str) -> None:
    text = (generated / "release" / "m2" / language / "m2.ipynb").read_text(encoding="utf-8")
    for secret in ("HIDDEN TESTS", "BEGIN SOLUTION", "ddof", "honest =", "Dear editor"):
        assert secret not in text
    assert not re.search(r"\btr\(", text)
    assert nbformat.reads(text, as_version=4).metadata["klasteryste"] == {"language": language}


def test_answers_are_stubs_in_the_language_of_the_notebook(generated: Path, language: str) -> None:
    code, text = STUBS[language]
    cells = cells_by_name(generated / "release" / "m2" / language / "m2.ipynb")
    for name, cell in cells.items():
        if is_solution(cell):
            begins = "= None" if name.endswith("-values") else f"# {code}\n"
            assert (text if name == "m2-letter" else begins) in cell.source


def test_languages_share_names_points_and_code_but_no_text(generated: Path) -> None:
    english, lithuanian = (
        cells_by_name(generated / "release" / "m2" / code / "m2.ipynb") for code in ("en", "lt")
    )
    assert list(english) == list(lithuanian)
    for name, cell in english.items():
        other = lithuanian[name]
        details, other_details = dict(cell.metadata.nbgrader), dict(other.metadata.nbgrader)
        assert details.pop("checksum") == compute_checksum(cell)
        assert other_details.pop("checksum") == compute_checksum(other)
        assert details == other_details
        if cell.cell_type == "markdown":
            assert cell.source != other.source


def test_the_reference_keeps_hidden_tests_and_loses_solutions(generated: Path, language: str) -> None:
    path = generated / "reference" / language / "m2" / "m2.ipynb"
    text = path.read_text(encoding="utf-8")
    assert "BEGIN HIDDEN TESTS" in text and "BEGIN SOLUTION" not in text
    # The marking guide above a written answer stays for those who mark, a good answer included.
    cells = cells_by_name(path)
    assert "BEGIN MARK SCHEME" in cells["m2-letter-text"].source
    assert cells["m2-letter"].source == STUBS[language][1]


def test_the_gradebook_holds_one_notebook_in_english(generated: Path) -> None:
    points = sum(cell.metadata.nbgrader.get("points", 0) for cell in cells_by_name(SOURCE).values())
    with Gradebook(f"sqlite:///{generated / 'gradebook.db'}") as gradebook:
        assignment = gradebook.find_assignment("m2")
        assert [notebook.name for notebook in assignment.notebooks] == ["m2"]
        assert assignment.max_score == points
        sources = {cell.name: cell.source for cell in assignment.notebooks[0].source_cells}
    reference = cells_by_name(generated / "reference" / "en" / "m2" / "m2.ipynb")
    assert sources == {name: cell.source for name, cell in reference.items()}


def test_a_second_generation_gives_the_same(generated: Path, tmp_path: Path) -> None:
    shutil.copytree(generated.parent, tmp_path, dirs_exist_ok=True)
    generate(tmp_path / "assignments", "m2")
    for path in sorted((generated / "release").rglob("*.ipynb")):
        assert (tmp_path / "assignments" / path.relative_to(generated)).read_bytes() == path.read_bytes()


def test_a_missing_translation_is_one_clear_line_and_no_release(tmp_path: Path) -> None:
    course = make_course(tmp_path)
    path = tmp_path / CATALOGUE
    catalogue = polib.pofile(str(path))
    catalogue.remove(catalogue[3])
    catalogue.save()
    with pytest.raises(CourseError, match=r"1 missing translations.*m2\.po") as caught:
        generate(course, "m2")
    assert "\n" not in str(caught.value)
    assert not list((course / "release").rglob("*"))


def test_an_unknown_assignment_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"assignment 'm99' has no notebook in .*m99"):
        generate(make_course(tmp_path), "m99")


@pytest.mark.filterwarnings("ignore:Object of type:sqlalchemy.exc.SAWarning")
def test_what_nbgrader_refuses_is_one_clear_line(generated: Path, tmp_path: Path) -> None:
    shutil.copytree(generated.parent, tmp_path, dirs_exist_ok=True)
    course = tmp_path / "assignments"
    with Gradebook(f"sqlite:///{course / 'gradebook.db'}") as gradebook:
        gradebook.update_or_create_student("ona")
        gradebook.update_or_create_submission("m2", "ona")
    source = course / "source" / "m2" / "m2.ipynb"
    notebook = nbformat.read(source, as_version=4)
    notebook.cells = [cell for cell in notebook.cells if cell.id != "m2-task-8-test"]
    nbformat.write(notebook, source)
    with pytest.raises(CourseError, match="'m2': Cannot add or remove cells") as caught:
        generate(course, "m2")
    assert "\n" not in str(caught.value)


def test_generating_searches_the_path_as_it_is(
    generated: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(generated.parent, tmp_path, dirs_exist_ok=True)
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "alembic").write_text("#!/bin/sh\n")
    (tools / "alembic").chmod(0o755)
    monkeypatch.setenv("PATH", str(tools))
    generate(tmp_path / "assignments", "m2")
    assert os.environ["PATH"] == str(tools)
    monkeypatch.setenv("PATH", str(tmp_path))
    for _ in range(2):
        generate(tmp_path / "assignments", "m2")
    assert os.environ["PATH"] == f"{Path(sys.executable).parent}{os.pathsep}{tmp_path}"


def test_a_notebook_is_localised_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []

    def localise(self: LanguageFolders, *inputs: Any) -> Any:
        seen.append(inputs[-1])
        return original(self, *inputs)

    original = LanguageFolders.localise
    monkeypatch.setattr(LanguageFolders, "localise", localise)
    generate(make_course(tmp_path), "m2")
    assert seen == ["en", "lt"]


def test_another_folder_is_no_course(tmp_path: Path) -> None:
    with pytest.raises(CourseError, match=r"is no course folder: name the one with nbgrader_config\.py"):
        generate(tmp_path, "m2")

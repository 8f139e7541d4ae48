"""Generating an assignment: one English source, one gradebook entry, a release folder per language."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.converters import GenerateAssignment
from nbgrader.converters.base import NbGraderException
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import (
    CheckCellMetadata,
    ClearHiddenTests,
    ClearMarkScheme,
    ClearOutput,
    ClearSolutions,
    ComputeChecksums,
    IncludeHeaderFooter,
    InstantiateTests,
    LockCells,
    SaveCells,
)
from nbgrader.preprocessors.base import NbGraderPreprocessor
from traitlets import Bool, Unicode

from klasteryste.assignment import SEEDS
from klasteryste.errors import CourseError
from klasteryste.grading.boundary.learn import Learnt, learn
from klasteryste.grading.boundary.refusals import problems
from klasteryste.grading.boundary.released import check_file, load_check
from klasteryste.grading.contents import contents_page
from klasteryste.grading.coursefolder import open_course
from klasteryste.grading.reference import course_of, profile_path, reference_path
from klasteryste.grading.seeds import released_path, seeds_file
from klasteryste.language import LANGUAGES, SOURCE_LANGUAGE
from klasteryste.translate import localise_file

STUBS = {
    "en": ("YOUR CODE HERE", "YOUR ANSWER HERE"),
    "lt": ("ČIA RAŠYKITE SAVO KODĄ", "ČIA RAŠYKITE SAVO ATSAKYMĄ"),
}
"""What stands in place of a solution, in code and in text."""


def stubs(language: str) -> tuple[dict[str, str], str]:
    """Return what stands in place of a solution, in code and in text, as nbgrader takes it."""
    code, text = STUBS[language]
    return {"python": f"# {code}\nraise NotImplementedError()"}, text


# The steps of nbgrader's GenerateAssignment, cut in two at SaveCells, which only the English source may take.
BEFORE_SAVING = (
    IncludeHeaderFooter,
    InstantiateTests,
    LockCells,
    ClearSolutions,
    ClearOutput,
    CheckCellMetadata,
    ComputeChecksums,
)
AFTER_SAVING = (ClearHiddenTests, ClearMarkScheme, ComputeChecksums, CheckCellMetadata)


class PutStubs(ClearSolutions):  # type: ignore[misc]
    """nbgrader's ``ClearSolutions``, which leaves an answer that begins with values to set as it begins.

    A solution that stands at the left margin below other code sets anew what that code sets: without it the
    cell can be run, and says by itself what is to be changed.
    """

    code_stub: Any

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Put a stub in place of one cell's solution."""
        stub = self.code_stub
        if begins_with_values(cell, self.begin_solution_delimeter):
            self.code_stub = dict.fromkeys(stub, "")
        try:
            cell, resources = super().preprocess_cell(cell, resources, cell_index)
        finally:
            self.code_stub = stub
        cell.source = cell.source.rstrip("\n")
        return cell, resources


def begins_with_values(cell: NotebookNode, delimiter: str) -> bool:
    """Tell whether a cell's solution stands at the left margin below other code."""
    before, found, _solution = cell.source.partition(f"### {delimiter}")
    above = before.splitlines()
    return (
        cell.cell_type == "code"
        and bool(found)
        and before.endswith("\n")
        and any(line and not line.startswith("#") for line in above)
    )


class LanguageFolders(NbGraderPreprocessor):  # type: ignore[misc]
    """Generate an assignment's notebook in every language of the course.

    The one step of ``GenerateAssignment.preprocessors``. The gradebook is filled from the English source; the
    release gets ``<language>/<notebook>.ipynb``, and at its top a page that leads to them; the reference of
    each language, with its hidden tests, stays in the course's folder ``reference/<language>/<assignment>/``.
    """

    translations = Unicode(
        "../translations",
        help="The folder of the translation catalogues, from the course folder. That of a notebook is "
        "<language>/assignments/source/<assignment>/<notebook>.po in it.",
    ).tag(config=True)

    strict = Bool(
        True, help="Whether a missing or outdated translation stops the generation of the assignment."
    ).tag(config=True)

    refuse = Bool(
        True,
        help="Whether a test that cannot be judged outside the student's process stops the generation.",
    ).tag(config=True)

    def localise(
        self, coursedir: CourseDirectory, source: Path, assignment: str, language: str
    ) -> NotebookNode:
        """Return the source notebook of an assignment in a language, which its metadata name.

        Raises
        ------
        CourseError
            If the source or its catalogue cannot be used, or `strict` is set and a message is not translated.
        """
        catalogue = None
        if language != SOURCE_LANGUAGE:
            catalogues = Path(coursedir.root, self.translations, language).resolve()
            catalogue = catalogues / "assignments" / "source" / assignment / f"{source.stem}.po"
        text = localise_file(source, catalogue, language, strict=self.strict)
        notebook: NotebookNode = nbformat.reads(text, as_version=4)
        notebook.metadata["klasteryste"] = {"language": language}
        return notebook

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Generate every language of the notebook; nbgrader's writer then writes the release."""
        coursedir = course_of(self)
        assignment, name = resources["nbgrader"]["assignment"], resources["nbgrader"]["notebook"]
        source = Path(resources["metadata"]["path"], f"{name}.ipynb")

        references = {}
        for language in LANGUAGES:
            notebook = self.localise(coursedir, source, assignment, language)
            if language == SOURCE_LANGUAGE:
                learnt = self._learn(notebook, source)
            load_check(notebook, name, language)
            references[language] = self._run(BEFORE_SAVING, notebook, resources, language)
        SaveCells(parent=self)(references[SOURCE_LANGUAGE], resources)
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            seeds = seeds_file(coursedir, assignment, [student.id for student in gradebook.students])

        released = {}
        for language, reference in references.items():
            path = reference_path(coursedir, language, assignment, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            nbformat.write(reference, path)
            profile = json.dumps(learnt.profile.to_json(), indent=1)
            profile_path(coursedir, language, assignment, name).write_text(profile, encoding="utf-8")
            released[language] = self._run(AFTER_SAVING, reference, resources, language)
        released_path(coursedir, assignment).write_text(seeds, encoding="utf-8")

        # nbgrader writes the one notebook that is returned, and the outputs beside it.
        resources["outputs"] = {}
        for language, notebook in released.items():
            resources["outputs"] |= {
                f"{language}/{name}.ipynb": nbformat.writes(notebook).encode(),
                f"{language}/{name}.check.json": check_file(learnt, notebook),
                f"{language}/{SEEDS}": seeds.encode(),
            }
        return contents_page(name, released[SOURCE_LANGUAGE].metadata), resources

    def _learn(self, notebook: NotebookNode, source: Path) -> Learnt:
        """Learn how the tests will be judged; the code is the same in every language.

        Raises
        ------
        CourseError
            If the source does not run, or `refuse` is set and a test cannot be judged from outside.
        """
        learnt = learn(notebook, source.parent)
        if self.refuse and (wrong := problems(learnt)):
            raise CourseError(f"{source.name}: {'; '.join(wrong)}")
        return learnt

    def _run(
        self,
        steps: tuple[type[NbGraderPreprocessor], ...],
        notebook: NotebookNode,
        resources: dict[str, Any],
        language: str,
    ) -> NotebookNode:
        for step in steps:
            preprocessor = PutStubs(parent=self) if step is ClearSolutions else step(parent=self)
            if isinstance(preprocessor, PutStubs):
                preprocessor.code_stub, preprocessor.text_stub = stubs(language)
            notebook, _ = preprocessor(notebook, resources)
        return notebook


class _Generate(GenerateAssignment):  # type: ignore[misc]
    """nbgrader's converter, which also remembers what stopped it: nbgrader itself only logs that."""

    stopped_by: Exception | None = None

    def convert_single_notebook(self, notebook_filename: str) -> None:
        try:
            super().convert_single_notebook(notebook_filename)
        except Exception as error:
            self.stopped_by = self.stopped_by or error
            raise


def generate(course: Path, assignment: str) -> None:
    """Generate an assignment's release and references, in every language, and fill the gradebook.

    The same as ``nbgrader generate_assignment --force``, but what is wrong with the source or with a
    translation is told in one line.

    Parameters
    ----------
    course : Path
        The nbgrader course folder, the one with ``nbgrader_config.py``.
    assignment : str
        Name of the assignment, such as ``"m2"``.

    Raises
    ------
    CourseError
        If the folder is no course, the assignment has no source, a language cannot be made, or nbgrader
        refuses.
    """
    app = open_course(course)
    app.coursedir.assignment_id = assignment
    source = Path(app.coursedir.format_path(app.coursedir.source_directory, ".", assignment))
    if not any(source.glob("*.ipynb")):
        raise CourseError(f"assignment {assignment!r} has no notebook in {source}: check its name")

    converter = _Generate(coursedir=app.coursedir, parent=app, force=True)
    try:
        converter.start()
    except NbGraderException as error:
        cause = converter.stopped_by or error
        if isinstance(cause, CourseError):
            raise cause from None
        reason = next(iter(str(cause).splitlines()), type(cause).__name__)
        raise CourseError(f"nbgrader could not generate assignment {assignment!r}: {reason}") from cause

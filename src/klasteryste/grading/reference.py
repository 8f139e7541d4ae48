"""The references of an assignment: what a submission is restored from, one per language, never released.

A reference is the generated notebook before its hidden tests are taken out: answers are stubs, points and
checksums are set.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors.base import NbGraderPreprocessor
from nbgrader.utils import compute_checksum, is_grade, is_locked, is_solution

from klasteryste.errors import CourseError
from klasteryste.language import LANGUAGES, SOURCE_LANGUAGE

STEP = "reference"
"""The folder of the course that holds the references, named as nbgrader names its steps."""


def reference_path(coursedir: CourseDirectory, language: str, assignment: str, notebook: str) -> Path:
    """Return where the reference of a notebook in a language is kept."""
    return Path(coursedir.format_path(STEP, language, assignment), f"{notebook}.ipynb")


def profile_path(coursedir: CourseDirectory, language: str, assignment: str, notebook: str) -> Path:
    """Return where that is kept which was learnt from a notebook's source about how its tests are run."""
    return reference_path(coursedir, language, assignment, notebook).with_suffix(".json")


def notebook_names(coursedir: CourseDirectory, assignment: str) -> list[str]:
    """Return the names of an assignment's notebooks, from its references.

    Raises
    ------
    CourseError
        If the assignment was not generated.
    """
    folder = Path(coursedir.format_path(STEP, SOURCE_LANGUAGE, assignment))
    names = sorted(path.stem for path in folder.glob("*.ipynb"))
    if not names:
        raise CourseError(
            f"assignment {assignment!r} has no reference in {folder}: "
            f"run `klasteryste class release {assignment}`"
        )
    return names


def course_of(step: NbGraderPreprocessor) -> CourseDirectory:
    """Return the course in which a step of a conversion works.

    nbgrader's converter knows the course; it is the parent of the exporter, which is the parent of the step.
    """
    return step.parent.parent.coursedir


def grade_id(cell: NotebookNode) -> str | None:
    """Return the name nbgrader knows a cell by, None if it knows it not."""
    details = cell.metadata.get("nbgrader")
    name = details.get("grade_id") if isinstance(details, dict) else None
    return name if isinstance(name, str) else None


def is_test(cell: NotebookNode) -> bool:
    """Tell whether a cell is a test, and no answer that is marked itself."""
    return bool(is_grade(cell) and not is_solution(cell))


def is_changed(cell: NotebookNode, known: NotebookNode) -> bool:
    """Tell whether a student changed an answer's cell from what that student was given.

    It is unchanged if it reads as it would be released now, or if it still fits the checksum with which it
    was released: the wording may have changed between.
    """
    if cell.source.strip() == known.source.strip():
        return False
    try:
        return bool(compute_checksum(cell) != cell.metadata.nbgrader.get("checksum"))
    except (KeyError, TypeError, ValueError):  # what the checksum is made of was changed
        return True


@dataclass(frozen=True)
class Reference:
    """A generated notebook with its hidden tests.

    Parameters
    ----------
    language : str
        Code of its language.
    cells : Mapping of str to NotebookNode
        The cells that nbgrader knows, by ``grade_id``, in their order.
    metadata : Mapping of str to object
        What the notebook says of itself, such as its kernel.
    """

    language: str
    cells: Mapping[str, NotebookNode]
    metadata: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, notebook: NotebookNode, language: str) -> Reference:
        """Index a generated notebook by its cells' names."""
        cells = {name: cell for cell in notebook.cells if (name := grade_id(cell)) is not None}
        return cls(language, cells, notebook.metadata)

    def answered(self, notebook: NotebookNode) -> int:
        """Count the answers that a student wrote into a notebook."""
        return sum(
            bool(is_solution(known) and cell.source.strip() and is_changed(cell, known))
            for cell in notebook.cells
            if (known := self.cells.get(grade_id(cell) or "")) is not None
        )

    def alike(self, notebook: NotebookNode) -> int:
        """Count the locked cells of a notebook that read as in this language.

        A test cell with hidden tests never does, since a student's copy lacks them; instructions do.
        """
        return sum(
            is_locked(known) and cell.source == known.source
            for cell in notebook.cells
            if (known := self.cells.get(grade_id(cell) or "")) is not None
        )


def read_references(coursedir: CourseDirectory, assignment: str, notebook: str) -> dict[str, Reference]:
    """Read the references of a notebook, by language.

    Raises
    ------
    CourseError
        If the assignment was not generated, or not in every language.
    """
    references = {}
    for language in LANGUAGES:
        path = reference_path(coursedir, language, assignment, notebook)
        if not path.exists():
            raise CourseError(
                f"assignment {assignment!r} has no reference {path}: "
                f"run `nbgrader generate_assignment --force {assignment}`"
            )
        references[language] = Reference.of(read_notebook(path), language)
    return references


def read_notebook(path: Path) -> NotebookNode:
    """Read a notebook that somebody may have damaged.

    Raises
    ------
    CourseError
        If the file is not a notebook.
    """
    try:
        notebook: NotebookNode = nbformat.read(path, as_version=4)
        nbformat.validate(notebook)
    except (
        OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError, nbformat.ValidationError
    ) as error:  # fmt: skip
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise CourseError(
            f"{path} is not a notebook ({reason}): ask for the file to be submitted again"
        ) from error
    return notebook


def language_of(notebook: NotebookNode, references: Mapping[str, Reference]) -> str:
    """Tell the language of a submission: the one its metadata name, else the one its locked cells match best.

    Raises
    ------
    CourseError
        If neither tells.
    """
    details = notebook.metadata.get("klasteryste")
    named = details.get("language") if isinstance(details, dict) else None
    if isinstance(named, str) and named in references:
        return named
    best = max(references.values(), key=lambda reference: reference.alike(notebook))
    if best.alike(notebook) == 0:
        raise CourseError(
            f"its language is unknown (its metadata say {named!r}, and its locked cells match none of "
            f"{', '.join(references)}): ask for the answers in the notebook as it was released"
        )
    return best.language

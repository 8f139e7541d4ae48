"""Putting a submission back on its reference before it is executed."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors.base import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked

from klasteryste.errors import CourseError
from klasteryste.grading.reference import (
    Reference,
    course_of,
    grade_id,
    is_changed,
    language_of,
    read_references,
)


class RestoreCells(NbGraderPreprocessor):  # type: ignore[misc]
    """Restore a submission's locked cells, hidden tests, points and checksums in its own language.

    Takes the place of nbgrader's ``OverwriteCells``, which restores from the gradebook and so knows one
    language.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Restore one submitted notebook.

        Raises
        ------
        CourseError
            If the language of the notebook cannot be told; nbgrader logs it and goes on with the next.
        """
        student, assignment, name = (
            resources["nbgrader"][key] for key in ("student", "assignment", "notebook")
        )
        references = read_references(course_of(self), assignment, name)
        try:
            language = language_of(nb, references)
        except CourseError as error:
            raise CourseError(f"student {student}, {assignment}/{name}.ipynb: {error}") from None
        missing = restore(nb, references[language])
        if missing:
            self.log.warning("Student %s: put back missing cells %s", student, ", ".join(missing))
        nb.metadata["klasteryste"] = {"language": language}
        return nb, resources


def restore(notebook: NotebookNode, reference: Reference) -> list[str]:
    """Make the cells of a submitted notebook those of its reference again, but for the student's answers.

    A locked cell is replaced as a whole. An answer keeps its text and its attachments. An unknown or repeated
    name is taken off its cell, whose content stays. A missing cell that is locked or marked comes back after
    the one it followed; a missing answer that is not marked itself does not, since the code may stand
    elsewhere and a stub must not hide it.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place.
    reference : Reference
        The reference in the notebook's language.

    Returns
    -------
    list of str
        Names of the missing cells that were put back.
    """
    cells: list[NotebookNode] = []
    names: list[str | None] = []
    for cell in notebook.cells:
        name = grade_id(cell)
        if name is not None and name in reference.cells and name not in names:
            cells.append(_restored(cell, reference.cells[name]))
            names.append(name)
        else:
            cell.metadata.pop("nbgrader", None)
            cells.append(cell)
            names.append(None)

    missing = []
    place = 0
    for name, known in reference.cells.items():
        if name in names:
            place = names.index(name) + 1
        elif is_locked(known) or is_grade(known):
            cells.insert(place, deepcopy(known))
            names.insert(place, name)
            missing.append(name)
            place += 1
    notebook.cells = cells
    return missing


def _restored(cell: NotebookNode, known: NotebookNode) -> NotebookNode:
    result = deepcopy(known)
    if not is_locked(known) and is_changed(cell, known):
        result.source = cell.source
        if "attachments" in cell and known.cell_type == "markdown":
            result.attachments = cell.attachments
    return result

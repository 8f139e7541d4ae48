"""Putting a submission back on its reference before it is executed."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from nbformat import NotebookNode
from nbformat.corpus.words import generate_corpus_id
from nbgrader.preprocessors.base import NbGraderPreprocessor
from nbgrader.utils import is_grade, is_locked

from klasteryste.errors import CourseError
from klasteryste.grading.own import KEY
from klasteryste.grading.reference import (
    Reference,
    course_of,
    grade_id,
    is_changed,
    language_of,
    read_references,
)
from klasteryste.grading.remarks import IntakeError, Remark


class RestoreCells(NbGraderPreprocessor):  # type: ignore[misc]
    """Restore a submission's locked cells, hidden tests, points and checksums in its own language.

    Takes the place of nbgrader's ``OverwriteCells``, which restores from the gradebook and so knows one
    language, of its ``DeduplicateIds``, whose empty metadata stop the whole class, and of its
    ``OverwriteKernelspec``.
    """

    def preprocess(self, nb: NotebookNode, resources: dict[str, Any]) -> tuple[NotebookNode, dict[str, Any]]:
        """Restore one submitted notebook; what was repaired goes to ``resources["klasteryste"]["remarks"]``.

        Raises
        ------
        IntakeError
            If the language of the notebook cannot be told; nbgrader logs it and goes on with the next.
        """
        student, assignment, name = (
            resources["nbgrader"][key] for key in ("student", "assignment", "notebook")
        )
        references = self._references(assignment, name)
        try:
            language = language_of(nb, references)
        except CourseError as error:
            self.log.error("Student %s, %s/%s.ipynb: %s", student, assignment, name, error)
            raise IntakeError("unknown language", where=f"{name}.ipynb") from None
        reference = references[language]
        remarks = restore(nb, reference)
        if (kernel := reference.metadata.get("kernelspec")) is not None:
            given = nb.metadata.get("kernelspec")
            if not isinstance(given, dict) or given.get("name") != kernel.get("name"):
                remarks.append(Remark("kernel"))
            nb.metadata["kernelspec"] = deepcopy(kernel)
        nb.metadata["klasteryste"] = {"language": language}
        resources.setdefault("klasteryste", {}).setdefault("remarks", []).extend(remarks)
        for remark in remarks:
            self.log.warning("Student %s: %s", student, remark.text())
        return nb, resources

    def _references(self, assignment: str, name: str) -> dict[str, Reference]:
        """Read the references of a notebook once, for a class has one set of them."""
        known: dict[tuple[str, str], dict[str, Reference]] = self.__dict__.setdefault("_known", {})
        if (assignment, name) not in known:
            known[assignment, name] = read_references(course_of(self), assignment, name)
        return known[assignment, name]


def restore(notebook: NotebookNode, reference: Reference) -> list[Remark]:
    """Make the cells of a submitted notebook those of its reference again, but for the student's answers.

    A locked cell is replaced as a whole. An answer keeps its text and its attachments. An unknown name is
    taken off its cell, whose content stays. Of cells with the same name one keeps it: the last that the
    student changed, or else the last. A missing cell that is locked or marked comes back after the one it
    followed; a missing answer that is not marked itself does not, since the code may stand elsewhere and a
    stub must not hide it.

    Parameters
    ----------
    notebook : NotebookNode
        Changed in place.
    reference : Reference
        The reference in the notebook's language.

    Returns
    -------
    list of Remark
        What was repaired.
    """
    remarks: list[Remark] = []
    kept = _kept(notebook, reference, remarks)
    cells: list[NotebookNode] = []
    names: list[str | None] = []
    for place, cell in enumerate(notebook.cells):
        name = kept.get(place)
        if name is None:
            cell.metadata.pop("nbgrader", None)
            cells.append(cell)
        else:
            known = reference.cells[name]
            if _altered(cell, known):
                remarks.append(Remark("metadata", {"cell": name}))
            cells.append(_restored(cell, known))
        names.append(name)

    place = 0
    for name, known in reference.cells.items():
        if name in names:
            place = names.index(name) + 1
        elif is_locked(known) or is_grade(known):
            cells.insert(place, deepcopy(known))
            names.insert(place, name)
            remarks.append(Remark("missing", {"cell": name}))
            place += 1
    _make_ids_unique(cells, names)
    notebook.cells = cells
    return remarks


def _make_ids_unique(cells: list[NotebookNode], names: list[str | None]) -> None:
    """Give a cell without a name another id if a cell with a name, or one before it, has the same."""
    taken = {cell.get("id") for cell, name in zip(cells, names, strict=True) if name is not None}
    for cell, name in zip(cells, names, strict=True):
        if name is None and "id" in cell:
            if cell.id in taken:
                cell.id = generate_corpus_id()
            taken.add(cell.id)


def _kept(notebook: NotebookNode, reference: Reference, remarks: list[Remark]) -> dict[int, str]:
    """Return which cell keeps which name, by the cell's place."""
    places: dict[str, list[int]] = {}
    for place, cell in enumerate(notebook.cells):
        if (name := grade_id(cell)) is not None and name in reference.cells:
            places.setdefault(name, []).append(place)
    kept = {}
    for name, found in places.items():
        known = reference.cells[name]
        changed = [
            place for place in found if not is_locked(known) and is_changed(notebook.cells[place], known)
        ]
        kept[(changed or found)[-1]] = name
        if len(found) > 1:
            remarks.append(Remark("repeated", {"cell": name, "count": len(found)}))
    return kept


def _altered(cell: NotebookNode, known: NotebookNode) -> bool:
    """Tell whether the kind of a cell, or what it is worth, is not what was released."""
    given = cell.metadata.nbgrader
    told = known.metadata.nbgrader
    return cell.cell_type != known.cell_type or any(
        bool(given.get(key)) != bool(told.get(key)) if key != "points" else given.get(key) != told.get(key)
        for key in ("grade", "solution", "task", "points")
    )


def _restored(cell: NotebookNode, known: NotebookNode) -> NotebookNode:
    result = deepcopy(known)
    if KEY in cell.metadata:
        result.metadata[KEY] = cell.metadata[KEY]
    if not is_locked(known) and is_changed(cell, known):
        result.source = cell.source
        if "attachments" in cell and known.cell_type == "markdown":
            result.attachments = cell.attachments
    return result

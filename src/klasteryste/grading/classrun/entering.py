"""The one writer: results of jobs into the gradebook and the ``autograded`` folder."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import nbformat
from nbgrader.api import Gradebook

from klasteryste.grading.autograde import Autograde, Steps, enrol
from klasteryste.grading.classrun.records import read_json, results_folder, write_json
from klasteryste.grading.reference import notebook_names
from klasteryste.grading.saving import count_as_empty, withdraw


class Writer:
    """Enters results, one after the other, over one opening of the gradebook.

    Parameters
    ----------
    converter : Autograde
        Holds the course and its configuration.
    gradebook : Gradebook
        Open; nobody else writes to it meanwhile but a person in formgrader.
    """

    def __init__(self, converter: Autograde, gradebook: Gradebook) -> None:
        self._converter = converter
        self._coursedir = converter.coursedir
        self._gradebook = gradebook
        self._steps = Steps(converter)

    def enter(
        self, assignment: str, student: str, run: str, earlier: dict[str, float | None] | None
    ) -> dict[str, Any]:
        """Enter the result in ``done/``; if it was being entered when a run ended, finish that.

        Parameters
        ----------
        assignment, student : str
            Whose result.
        run : str
            The name of the run that enters it.
        earlier : dict of str to float, optional
            The marks that the gradebook had when the run began, or was taken up again.

        Returns
        -------
        dict
            The record, as it is kept in ``entered.json``: the result, its marks, and those before.
        """
        folder = results_folder(self._coursedir, assignment, student)
        result = read_json(folder / "done" / "result.json")
        assert result is not None
        before = self._before(folder, run, earlier)
        graded = folder / "done" / "graded"
        if result["status"] != "graded":
            self._enter_none(assignment, student)
        else:
            # Without its folder, a graded result has been committed, and its folder moved.
            if graded.exists():
                self._enter_marks(assignment, student, graded, result["notebooks"])
            self._converter.set_permissions(assignment, student)
        now = self._marks(assignment, student)
        record = result | {"run": run, "marks": now, "before": before}
        write_json(folder / "entered.json", record)
        (folder / "before.json").unlink(missing_ok=True)
        shutil.rmtree(folder / "done")
        return record

    @staticmethod
    def _before(
        folder: Path, run: str, earlier: dict[str, float | None] | None
    ) -> dict[str, float | None] | None:
        """Return the marks that a submission had before the run, which the gradebook need not have any more.

        The run may have been ended at any point of the entering. What was entered last knows the marks, or,
        if this run entered it, those before; where nothing was entered, they are kept until it is.
        """
        record = read_json(folder / "entered.json")
        if record is None:
            record = read_json(folder / "before.json") or {"run": "", "marks": earlier}
            write_json(folder / "before.json", record)
        before: dict[str, float | None] | None = record["before" if record["run"] == run else "marks"]
        return before

    def _enter_marks(self, assignment: str, student: str, graded: Path, present: list[str]) -> None:
        names = notebook_names(self._coursedir, assignment)
        enrol(self._gradebook, self._coursedir, assignment, student)
        for name in names:
            if name in present:
                notebook = nbformat.v4.reads((graded / f"{name}.ipynb").read_text(encoding="utf-8"))
                self._steps.save(self._gradebook, assignment, student, name, notebook)
            else:
                row = self._gradebook.find_submission_notebook(name, assignment, student)
                count_as_empty(self._gradebook, row)
        autograded = self._autograded(assignment, student)
        shutil.rmtree(autograded, ignore_errors=True)
        autograded.parent.mkdir(parents=True, exist_ok=True)
        graded.rename(autograded)

    def _enter_none(self, assignment: str, student: str) -> None:
        enrol(self._gradebook, self._coursedir, assignment, student)
        withdraw(self._gradebook, self._gradebook.find_submission(assignment, student))
        shutil.rmtree(self._autograded(assignment, student), ignore_errors=True)

    def _marks(self, assignment: str, student: str) -> dict[str, float | None]:
        submission = self._gradebook.find_submission(assignment, student)
        return {
            f"{notebook.name}/{grade.name}": grade.auto_score
            for notebook in submission.notebooks
            for grade in notebook.grades
        }

    def _autograded(self, assignment: str, student: str) -> Path:
        return Path(self._coursedir.format_path(self._coursedir.autograded_directory, student, assignment))

"""One job: a submission as plain files in, its result as plain files out."""

from __future__ import annotations

import shutil
from pathlib import Path

import nbformat
from nbgrader.coursedir import CourseDirectory

from klasteryste.grading.autograde import Autograde, Steps
from klasteryste.grading.classrun.fingerprint import of_submission
from klasteryste.grading.classrun.records import results_folder, scratch_folder, write_json
from klasteryste.grading.intake import LIMITS, taken_in
from klasteryste.grading.reference import notebook_names
from klasteryste.grading.remarks import IntakeError, Remark


class Worker:
    """Runs jobs, one after the other, with the steps and processes of the one before.

    Parameters
    ----------
    converter : Autograde
        Holds the course and its configuration.
    """

    def __init__(self, converter: Autograde) -> None:
        self._converter = converter
        self._coursedir: CourseDirectory = converter.coursedir
        self._steps = Steps(converter)

    def run(self, *task: str) -> None:
        """Grade a submission and leave its result in ``done/``.

        Parameters
        ----------
        *task : str
            The assignment, the student, a digest of what the submission is graded by, and the run's name.

        Raises
        ------
        CourseError
            If nothing can be graded here at all.
        Exception
            If the grader itself fails; that says nothing of the submission, which is tried again.
        """
        assignment, student, graded_by, run = task
        folder = results_folder(self._coursedir, assignment, student)
        new = folder / "new"
        shutil.rmtree(new, ignore_errors=True)
        new.mkdir(parents=True)
        # Of what is there now: if it changes while it is graded, the next run finds another fingerprint.
        fingerprint = of_submission(self._coursedir, assignment, student, graded_by)
        result: dict[str, object] = {"fingerprint": fingerprint, "run": run}
        try:
            result |= self._graded(assignment, student, new / "graded")
        except IntakeError as refusal:
            result |= {"status": "quarantined", "reason": refusal.remark.plain()}
        if result["status"] != "graded":
            shutil.rmtree(new / "graded", ignore_errors=True)
        write_json(new / "result.json", result)
        done = folder / "done"
        shutil.rmtree(done, ignore_errors=True)
        new.rename(done)

    def _graded(self, assignment: str, student: str, graded: Path) -> dict[str, object]:
        """Judge the notebooks of a submission into the folder that becomes ``autograded/``."""
        names = notebook_names(self._coursedir, assignment)
        keep = self._converter.exclude_overwriting.get(assignment, [])
        scratch = scratch_folder(self._coursedir)
        remarks: list[Remark] = []
        notes: list[str] = []
        isolated = True
        seconds = 0.0
        with taken_in(self._coursedir, assignment, student, names, LIMITS, keep, scratch) as submission:
            shutil.copytree(submission.folder, graded)
            graded.chmod(0o755)  # the private copy was for this account alone
            present = [name for name, path in submission.notebooks.items() if path is not None]
            for name in present:
                notebook, said, took = self._steps.execute(submission, name)
                nbformat.write(notebook, graded / f"{name}.ipynb")
                told = notebook.metadata.get("klasteryste", {})
                isolated &= bool(told.get("isolated"))
                notes += told.get("notes", [])
                remarks += said
                seconds += took
        remarks += [
            Remark("no such notebook", {"where": f"{name}.ipynb"}) for name in set(names) - set(present)
        ]
        return {
            "status": "graded",
            "isolated": isolated,
            "notebooks": present,
            "remarks": [remark.plain() for remark in remarks],
            "notes": notes,
            "seconds": round(seconds, 3),
        }

    def close(self) -> None:
        """End the processes that were kept warm."""
        self._steps.close()

"""nbgrader's exchange with releases that hold a folder per language."""

from __future__ import annotations

import shutil
from logging import Logger
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default import ExchangeCollect, ExchangeSubmit

from klasteryste.errors import CourseError
from klasteryste.grading.reference import Reference, language_of, read_notebook, read_references


class Submit(ExchangeSubmit):  # type: ignore[misc]
    """nbgrader's submit, whose cached copy lets the student's side find the feedback.

    nbgrader looks for feedback by the names of the notebooks at the top of the cached submission, and finds
    none where they are in folders.
    """

    def do_copy(self, src: str, dest: str, log: Logger | None = None) -> None:
        """Copy a submission, and in the cache also each notebook to the top."""
        super().do_copy(src, dest, log)
        if Path(dest).parent == Path(self.cache_path):
            for notebook in sorted(Path(dest).glob("*/*.ipynb")):
                if not (top := Path(dest, notebook.name)).exists():
                    shutil.copy2(notebook, top)


class Collect(ExchangeCollect):  # type: ignore[misc]
    """nbgrader's collect, which then puts the notebook a student worked in where nbgrader grades it."""

    def do_copy(self, src: str, dest: str, log: Logger | None = None) -> None:
        """Copy a submission and choose its notebooks; what cannot be chosen is one line in the log."""
        super().do_copy(src, dest, log)
        student = self._path_to_record(src)["username"]
        assignment = self.coursedir.assignment_id
        for notebook in self._notebooks(assignment):
            try:
                references = read_references(self.coursedir, assignment, notebook)
                place_submission(Path(dest), student, notebook, references, self.log)
            except CourseError as error:
                self.log.error("Student %s, assignment %s: %s", student, assignment, error)

    def _notebooks(self, assignment: str) -> list[str]:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                return sorted(notebook.name for notebook in gradebook.find_assignment(assignment).notebooks)
            except MissingEntry:
                return []


def place_submission(
    folder: Path, student: str, notebook: str, references: dict[str, Reference], log: Logger | Any
) -> Path:
    """Put the notebook in which a student worked at the top of the submission, with the files beside it.

    Candidates are the notebook at the top, and those of its name one folder down. The one with most answers
    is taken, at a tie the first of them; what else had answers is said in the log.

    Parameters
    ----------
    folder : Path
        The submission, ``submitted/<student>/<assignment>``.
    student : str
        Who submitted it, for messages.
    notebook : str
        Name of the notebook without its suffix.
    references : dict of str to Reference
        The notebook's references by language.
    log : logging.Logger
        Told which notebook is taken, and why.

    Returns
    -------
    Path
        The notebook that was taken, where the student had it.

    Raises
    ------
    CourseError
        If the submission holds no such notebook, or none that can be read and whose language is known.
    """
    name = f"{notebook}.ipynb"
    found = [path for path in (folder / name, *sorted(folder.glob(f"*/{name}"))) if path.is_file()]
    if not found:
        raise CourseError(f"no {name} in {folder} or in a folder of it: ask for it to be submitted again")

    answers: dict[Path, int] = {}
    problems = []
    for path in found:
        try:
            content = read_notebook(path)
            answers[path] = references[language_of(content, references)].answered(content)
        except CourseError as error:
            problems.append(f"{path.relative_to(folder)}: {error}")
    if not answers:
        raise CourseError("; ".join(problems))
    for problem in problems:
        log.warning("Student %s: passed over %s", student, problem)

    taken = max(answers, key=lambda path: answers[path])
    if sum(count > 0 for count in answers.values()) > 1:
        counts = ", ".join(f"{path.relative_to(folder)}: {count}" for path, count in answers.items())
        log.warning(
            "Student %s answered in more than one notebook (answers in %s); %s is graded. "
            "If another should be, copy it to %s and autograde again",
            student,
            counts,
            taken.relative_to(folder),
            folder / name,
        )
    if taken.parent != folder:
        _copy_up(taken, folder)
    return taken


def _copy_up(notebook: Path, folder: Path) -> None:
    """Copy a notebook over the one at the top, and the files beside it where none of that name is."""
    shutil.copy2(notebook, folder / notebook.name)
    for item in notebook.parent.iterdir():
        top = folder / item.name
        if item.suffix == ".ipynb" or item.is_symlink() or top.exists():
            continue
        if item.is_dir():
            shutil.copytree(item, top, symlinks=True)
        else:
            shutil.copy2(item, top)

"""nbgrader's exchange with releases that hold a folder per language."""

from __future__ import annotations

import shutil
from logging import Logger
from pathlib import Path
from typing import Any

from nbgrader.api import Gradebook, MissingEntry
from nbgrader.exchange.default import ExchangeCollect

from klasteryste.errors import CourseError
from klasteryste.grading.contents import is_contents_page
from klasteryste.grading.reference import Reference, language_of, read_notebook, read_references


class Collect(ExchangeCollect):  # type: ignore[misc]
    """nbgrader's collect, which then puts the notebook a student worked in where nbgrader grades it."""

    def do_copy(self, src: str, dest: str, log: Logger | None = None) -> None:
        """Copy a submission and choose its notebooks; what goes wrong is one line in the log.

        Nothing that one student submitted keeps the next from being collected.
        """
        student = self._path_to_record(src)["username"]
        assignment = self.coursedir.assignment_id
        try:
            super().do_copy(src, dest, log)
            for notebook in self._notebooks(assignment):
                references = read_references(self.coursedir, assignment, notebook)
                place_submission(Path(dest), student, notebook, references, self.log)
        except CourseError as error:
            self.log.error("Student %s, assignment %s: %s", student, assignment, error)
        except Exception as error:
            self.log.error(
                "Student %s, assignment %s: not collected (%s): look at %s, and collect again",
                student,
                assignment,
                next(iter(str(error).splitlines()), type(error).__name__),
                src,
            )
            shutil.rmtree(dest, ignore_errors=True)

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
    is taken, and of several with as many the one that was saved last; what else had answers is said in the
    log. The page at the top from which a language is chosen is none of them, and goes away.

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
    answers: dict[Path, int] = {}
    problems = []
    for path in (folder / name, *sorted(folder.glob(f"*/{name}"))):
        if not path.is_file():
            continue
        try:
            content = read_notebook(path)
            if is_contents_page(content):
                path.unlink()
                continue
            answers[path] = references[language_of(content, references)].answered(content)
        except CourseError as error:
            problems.append(f"{path.relative_to(folder)}: {error}")
    if not answers:
        missing = f"no {name} in {folder} or in a folder of it: ask for it to be submitted again"
        raise CourseError("; ".join(problems) or missing)
    for problem in problems:
        log.warning("Student %s: passed over %s", student, problem)

    most = max(answers.values())
    fullest = [path for path, count in answers.items() if count == most]
    taken = fullest[0] if most == 0 else max(fullest, key=lambda path: path.stat().st_mtime)
    if sum(count > 0 for count in answers.values()) > 1:
        counts = ", ".join(f"{path.relative_to(folder)}: {count}" for path, count in answers.items())
        log.warning(
            "Student %s answered in more than one notebook (answers in %s); %s is graded, %s. "
            "If another should be, copy it to %s and autograde again",
            student,
            counts,
            taken.relative_to(folder),
            "which has most" if len(fullest) == 1 else "which was saved last",
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

"""nbgrader's exchange with releases that hold a folder per language."""

from __future__ import annotations

import shutil
import stat
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

    def init_dest(self) -> None:
        """Read the references; if they are missing, fail before any earlier submission is replaced."""
        super().init_dest()
        assignment = self.coursedir.assignment_id
        try:
            self._references = {
                notebook: read_references(self.coursedir, assignment, notebook)
                for notebook in self._notebooks(assignment)
            }
        except CourseError as error:
            self.fail(str(error))

    def do_copy(self, src: str, dest: str, log: Logger | None = None) -> None:
        """Copy a submission and choose its notebooks; what goes wrong is one line in the log.

        Nothing that one student submitted keeps the next from being collected, and nothing stays of what
        could not be collected: nbgrader would take it for collected the next time.
        """
        student = self._path_to_record(src)["username"]
        try:
            require_files_and_folders(Path(src))
            super().do_copy(src, dest, log)
            for notebook, references in self._references.items():
                place_submission(Path(dest), student, notebook, references, self.log)
        except Exception as error:
            self.log.error(
                "Student %s, assignment %s: not collected (%s): look at %s, and collect again",
                student,
                self.coursedir.assignment_id,
                next(iter(str(error).splitlines()), type(error).__name__),
                src,
            )
            shutil.rmtree(dest, ignore_errors=True)

    def _notebooks(self, assignment: str) -> list[str]:
        with Gradebook(self.coursedir.db_url, self.coursedir.course_id) as gradebook:
            try:
                notebooks = sorted(
                    notebook.name for notebook in gradebook.find_assignment(assignment).notebooks
                )
            except MissingEntry:
                notebooks = []
        if not notebooks:
            raise CourseError(
                f"assignment {assignment!r} has no notebook in the gradebook: "
                f"run `nbgrader generate_assignment --force {assignment}`"
            )
        return notebooks


def require_files_and_folders(path: Path) -> None:
    """Check that a submission holds regular files and folders only.

    Copying reads through a link, with the rights of whoever copies: one to the assignment's source would
    earn full marks. A link to its own folder, or to a device, has no end.

    Raises
    ------
    CourseError
        If anything in it is a link, a pipe, a socket or a device.
    """
    mode = path.lstat().st_mode
    if stat.S_ISDIR(mode):
        for item in path.iterdir():
            require_files_and_folders(item)
    elif not stat.S_ISREG(mode):
        raise CourseError(
            f"{path} is neither a file nor a folder, but a link, a pipe or a device: "
            "ask for a submission without it"
        )


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
        If the submission holds no such notebook, or none that can be read and whose language is known, or
        if a folder stands where the notebook has to be.
    """
    name = f"{notebook}.ipynb"
    if (folder / name).is_dir():
        raise CourseError(f"{name} is a folder, where the notebook should be: ask for it to be renamed")
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
        missing = f"no {name} in the submission or in a folder of it: ask for it to be submitted again"
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
        if item.suffix == ".ipynb" or top.exists():
            continue
        if item.is_dir():
            shutil.copytree(item, top)
        else:
            shutil.copy2(item, top)

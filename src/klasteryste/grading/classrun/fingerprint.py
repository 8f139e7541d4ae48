"""Telling whether anything that a mark depends on has changed."""

from __future__ import annotations

import hashlib
from importlib.metadata import version
from pathlib import Path

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files

from klasteryste.grading.intake import LIMITS, MEGABYTE, survey
from klasteryste.grading.reference import STEP
from klasteryste.grading.remarks import IntakeError
from klasteryste.grading.seeds import environment
from klasteryste.language import LANGUAGES


def of_assignment(coursedir: CourseDirectory, assignment: str, unsafe: bool) -> str:
    """Return a digest of an assignment's references, the files released with it, and what grades it."""
    digest = hashlib.sha256(f"{version('klasteryste')} {version('nbgrader')} {unsafe}".encode())
    folders = [Path(coursedir.format_path(STEP, language, assignment)) for language in LANGUAGES]
    for folder in folders:
        _add(digest, folder, sorted(path for path in folder.rglob("*") if path.is_file()))
    source = Path(coursedir.format_path(coursedir.source_directory, ".", assignment))
    found = find_all_files(str(source), [*coursedir.ignore, "*.ipynb"])
    _add(digest, source, sorted(map(Path, found)))
    return digest.hexdigest()


def of_submission(coursedir: CourseDirectory, assignment: str, student: str, graded_by: str) -> str:
    """Return a digest of a submission and of what it is graded by.

    One that intake refuses is told from others by its refusal.
    """
    seeds = environment(coursedir, assignment, student)
    digest = hashlib.sha256(f"{graded_by} {sorted(seeds.items())}".encode())
    folder = Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))
    try:
        files = survey(folder, coursedir.ignore)
    except IntakeError as refusal:
        digest.update(str(refusal.remark.plain()).encode())
    else:
        _add(digest, folder, [folder / path for path in files])
    return digest.hexdigest()


def _add(digest: hashlib._Hash, folder: Path, files: list[Path]) -> None:
    for path in files:
        name = str(path.relative_to(folder)).encode("utf-8", "surrogateescape")
        digest.update(b"%d:%s" % (len(name), name))
        try:
            with path.open("rb") as file:
                content = file.read(LIMITS.megabytes * MEGABYTE)
        except OSError as error:  # intake says so to the student
            content = str(error.errno).encode()
        digest.update(b"%d:%s" % (len(content), content))

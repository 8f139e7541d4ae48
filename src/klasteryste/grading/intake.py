"""Taking in a submission: judged, repaired and copied before anything of it is run.

What can be repaired without favour is repaired and noted. What cannot is `IntakeError`, with a reason that
the student can act on. Nothing here runs, imports or unpickles anything that a student wrote.
"""

from __future__ import annotations

import codecs
import contextlib
import fnmatch
import json
import os
import shutil
import stat
import tempfile
import unicodedata
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import nbformat
from nbformat import NotebookNode
from nbformat.validator import normalize
from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files, parse_utc

from klasteryste.grading.own import note_saved
from klasteryste.grading.remarks import IntakeError, Remark, shown

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Limits:
    """How large a submission may be.

    Parameters
    ----------
    files : int
        Number of files and folders.
    depth : int
        Folders in folders.
    megabytes : int
        All files together.
    notebook_megabytes : int
        A notebook, with the outputs that were saved in it.
    cells : int
        Cells of a notebook.
    """

    files: int = 1000
    depth: int = 12
    megabytes: int = 100
    notebook_megabytes: int = 20
    cells: int = 2000


LIMITS = Limits()


@dataclass(frozen=True)
class Submission:
    """A submission that was taken in.

    Parameters
    ----------
    assignment, student : str
        Whose it is.
    folder : Path
        A private copy of its files and the release's, without notebooks.
    notebooks : dict of str to Path or None
        The submitted notebook of each name, None where there is none.
    """

    assignment: str
    student: str
    folder: Path
    notebooks: dict[str, Path | None]


@contextlib.contextmanager
def taken_in(
    coursedir: CourseDirectory,
    assignment: str,
    student: str,
    names: Sequence[str],
    limits: Limits = LIMITS,
    keep: Sequence[str] = (),
    scratch: Path | None = None,
) -> Iterator[Submission]:
    """Judge a submission as a whole, and give a private copy of it, which goes away in the end.

    Parameters
    ----------
    coursedir : CourseDirectory
        The course.
    assignment, student : str
        Whose submission it is.
    names : sequence of str
        The notebooks of the assignment.
    limits : Limits
        How large the submission may be.
    keep : sequence of str
        Files of the release that a student may change, as ``Autograde.exclude_overwriting`` says.
    scratch : Path, optional
        Where the copy is made; the system's temporary folder if not given.

    Raises
    ------
    IntakeError
        If the submission cannot be graded.
    """
    source = Path(coursedir.format_path(coursedir.submitted_directory, student, assignment))
    files = survey(source, coursedir.ignore, limits)
    notebooks = {name: find_notebook(files, name) for name in names}
    if not any(notebooks.values()):
        raise IntakeError("no notebook", wanted=f"{names[0]}.ipynb")
    submitted_at(source)
    with tempfile.TemporaryDirectory(prefix="klasteryste-", dir=scratch) as copy:
        copy_in(source, files, Path(copy))
        copy_release(coursedir, assignment, Path(copy), keep)
        paths = {name: source / path if path else None for name, path in notebooks.items()}
        yield Submission(assignment, student, Path(copy), paths)


def submitted_at(folder: Path) -> datetime | None:
    """Return when a submission was made, in UTC, as ``nbgrader submit`` noted it; None if it did not.

    Raises
    ------
    IntakeError
        If what was noted is no time.
    """
    path = folder / "timestamp.txt"
    if not path.exists():
        return None
    try:
        with _opened(path, Path(path.name)) as file:
            time: datetime = parse_utc(file.read(100).decode().strip())
    except (ValueError, OverflowError):
        raise IntakeError("no time") from None
    return time


def copy_release(
    coursedir: CourseDirectory, assignment: str, destination: Path, keep: Sequence[str] = ()
) -> None:
    """Copy what an assignment's source holds beside its notebooks, over what is there."""
    source = Path(coursedir.format_path(coursedir.source_directory, ".", assignment))
    for found in find_all_files(str(source), [*coursedir.ignore, "*.ipynb"]):
        relative = Path(found).relative_to(source)
        target = destination / relative
        if str(relative) in keep and target.exists():
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(found, target)


def survey(folder: Path, ignore: Sequence[str] = (), limits: Limits = LIMITS) -> list[Path]:
    """List the files of a submission, and judge their kinds, names, number and size.

    Parameters
    ----------
    folder : Path
        ``submitted/<student>/<assignment>``.
    ignore : sequence of str
        Patterns of names that are passed over, as ``CourseDirectory.ignore``; they are judged all the same.
    limits : Limits
        How large the submission may be.

    Returns
    -------
    list of Path
        The regular files, relative to `folder`, sorted.

    Raises
    ------
    IntakeError
        If something in it is neither a file nor a folder, has a name with unseen characters, or is too much.
    """
    if not stat.S_ISDIR(folder.lstat().st_mode):
        raise IntakeError("not a folder", where=shown(folder.name))
    files: list[Path] = []
    size = count = 0
    for entry, relative in _entries(folder, Path(), limits):
        count += 1
        where = shown(str(relative))
        if count > limits.files:
            raise IntakeError("too many files", limit=limits.files)
        if where != str(relative):
            raise IntakeError("odd name", where=where)
        if entry.is_dir(follow_symlinks=False):
            continue
        details = entry.stat(follow_symlinks=False)
        if not stat.S_ISREG(details.st_mode):
            raise IntakeError("no plain file", where=where)
        size += details.st_size
        if size > limits.megabytes * MEGABYTE:
            raise IntakeError("too large", where=where, limit=limits.megabytes)
        if not any(fnmatch.fnmatch(part, pattern) for part in relative.parts for pattern in ignore):
            files.append(relative)
    return sorted(files)


def _entries(folder: Path, relative: Path, limits: Limits) -> Iterator[tuple[os.DirEntry[str], Path]]:
    """Walk a folder without following a link, parents first."""
    if len(relative.parts) > limits.depth:
        raise IntakeError("too deep", where=shown(str(relative)), limit=limits.depth)
    with os.scandir(folder / relative) as entries:
        for entry in entries:
            yield entry, relative / entry.name
            if entry.is_dir(follow_symlinks=False):
                yield from _entries(folder, relative / entry.name, limits)


def copy_in(folder: Path, files: Sequence[Path], destination: Path) -> None:
    """Copy surveyed files, but for notebooks, into a private folder; a link that came since is refused."""
    for relative in files:
        if relative.suffix == ".ipynb":
            continue
        target = destination / relative
        target.parent.mkdir(parents=True, exist_ok=True)
        with _opened(folder / relative, relative) as source, target.open("wb") as copy:
            shutil.copyfileobj(source, copy)


def _opened(path: Path, relative: Path) -> Any:
    try:
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK), "rb")
    except OSError as error:
        raise IntakeError("unreadable", where=shown(str(relative)), problem=error.strerror) from None


def find_notebook(files: Sequence[Path], name: str) -> Path | None:
    """Return the notebook of a name at the top of a submission, None if there is none.

    Raises
    ------
    IntakeError
        If there is only one whose name looks the same and is not.
    """
    wanted = f"{name}.ipynb"
    top = [path for path in files if len(path.parts) == 1]
    for path in top:
        if path.name == wanted:
            return path
    for path in top:
        if path.suffix.lower() == ".ipynb" and _looks_like(path.name, wanted):
            raise IntakeError("look-alike name", where=shown(path.name), wanted=wanted)
    return None


# Cyrillic and Greek letters that are drawn as Latin ones.
_DRAWN_ALIKE = str.maketrans("асеорхуіјѕԁмкнтвοαρνκ", "aceopxyijsdmkhtboapvk")


def _looks_like(name: str, wanted: str) -> bool:
    def skeleton(text: str) -> str:
        return unicodedata.normalize("NFKC", text).casefold().translate(_DRAWN_ALIKE)

    return skeleton(name) == skeleton(wanted)


def read_submitted(path: Path, where: str, limits: Limits = LIMITS) -> tuple[NotebookNode, list[Remark]]:
    """Read a submitted notebook, and repair what can be repaired.

    Parameters
    ----------
    path : Path
        The notebook.
    where : str
        Its name for remarks.
    limits : Limits
        How large it may be.

    Returns
    -------
    notebook : NotebookNode
        In the notebook format 4, without outputs, and valid.
    remarks : list of Remark
        What was repaired.

    Raises
    ------
    IntakeError
        If it cannot be read as a notebook.
    """
    remarks: list[Remark] = []
    with _opened(path, Path(where)) as file:
        raw = file.read(limits.notebook_megabytes * MEGABYTE + 1)
    if len(raw) > limits.notebook_megabytes * MEGABYTE:
        raise IntakeError("notebook too large", where=where, limit=limits.notebook_megabytes)
    content = _parsed(_decoded(raw, where, remarks), where)
    if not isinstance(content, dict):
        raise IntakeError("not a notebook", where=where, problem="no object")
    if _replace_surrogates(content):
        remarks.append(Remark("broken letters", {"where": where}))
    version = content.get("nbformat")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise IntakeError("not a notebook", where=where, problem="no nbformat")
    if version > 4:
        raise IntakeError("newer format", where=where, version=version)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what is wrong with cells' ids is mended
            notebook = _modern(content, version, where, remarks)
    except IntakeError:
        raise
    except Exception as error:  # the readers of old formats have a kind of their own for each fault
        problem = next(iter(str(error).splitlines()), type(error).__name__)
        raise IntakeError("not a notebook", where=where, problem=shown(problem)[:200]) from None
    if len(notebook.cells) > limits.cells:
        raise IntakeError("too many cells", where=where, limit=limits.cells)
    return notebook, remarks


def _decoded(raw: bytes, where: str, remarks: list[Remark]) -> str:
    if raw.startswith(codecs.BOM_UTF8):
        remarks.append(Remark("mark of order", {"where": where}))
        raw = raw[len(codecs.BOM_UTF8) :]
    encoding = json.detect_encoding(raw)
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        raise IntakeError("not text", where=where, place=error.start) from None
    if encoding != "utf-8":
        remarks.append(Remark("other encoding", {"where": where, "encoding": encoding.upper()}))
    return text


def _parsed(text: str, where: str) -> Any:
    try:
        return json.loads(text)
    except RecursionError:
        raise IntakeError("not JSON", where=where, problem="nested too deep") from None
    except ValueError as error:
        raise IntakeError("not JSON", where=where, problem=str(error)) from None


def _replace_surrogates(content: Any) -> bool:
    """Replace halves of characters in place, which no file can hold; return whether there were any."""
    found = False
    stack = [content]
    while stack:
        item = stack.pop()
        if isinstance(item, dict):
            for key in [key for key in item if not _encodes(key)]:
                item[_mended(key)] = item.pop(key)
                found = True
        for key, value in item.items() if isinstance(item, dict) else enumerate(item):
            if isinstance(value, str) and not _encodes(value):
                item[key] = _mended(value)
                found = True
            elif isinstance(value, dict | list):
                stack.append(value)
    return found


def _encodes(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _mended(text: str) -> str:
    return "".join("�" if "\ud800" <= letter <= "\udfff" else letter for letter in text)


def _modern(content: dict[str, Any], version: int, where: str, remarks: list[Remark]) -> NotebookNode:
    """Return a notebook's content in format 4, valid, with no outputs, and well-formed details of cells."""
    if version < 4:
        remarks.append(Remark("older format", {"where": where, "version": version}))
        notebook = nbformat.reads(json.dumps(content), as_version=4)
    else:
        _drop_outputs(content, where, remarks)
        notebook = nbformat.v4.to_notebook(content)
    for cell in notebook.cells:
        if cell.get("cell_type") == "code":
            cell.outputs, cell.execution_count = [], None
            cell.pop("attachments", None)
        else:  # it may have been a cell of code
            cell.pop("outputs", None)
            cell.pop("execution_count", None)
        details = cell.metadata.get("nbgrader")
        if details is not None and not (
            isinstance(details, dict) and isinstance(details.get("grade_id"), str)
        ):
            del cell.metadata["nbgrader"]
    # What a notebook says of itself is the release's to say, but for its language.
    told = notebook.metadata
    notebook.metadata = NotebookNode({key: told[key] for key in ("kernelspec", "klasteryste") if key in told})
    notebook.nbformat_minor = 5
    changes, notebook = normalize(notebook, version=4, version_minor=5)
    if changes and content.get("nbformat_minor", 0) >= 5:
        remarks.append(Remark("cell ids", {"where": where}))
    nbformat.validate(notebook)
    result: NotebookNode = notebook
    return result


def _drop_outputs(content: dict[str, Any], where: str, remarks: list[Remark]) -> None:
    """Take all outputs away, which are computed anew; say so of those that no notebook could have."""
    cells = content.get("cells")
    for cell in cells if isinstance(cells, list) else ():
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            outputs = cell.get("outputs")
            if not isinstance(outputs, list) or not all(
                isinstance(output, dict) and "output_type" in output for output in outputs
            ):
                remarks.append(Remark("outputs", {"where": where}))
            note_saved(cell)
            cell["outputs"], cell["execution_count"] = [], None

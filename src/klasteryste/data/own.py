"""A data package of one's own beside a cluster plan, for what only the municipality knows.

Its folder holds ``datapackage.json``, of the same shape as the course's, and the CSV files it describes.
Whoever checks a plan did not write it, so nothing is read but regular files of that very folder.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from klasteryste.data.package import DESCRIPTOR, Table, as_table, describe
from klasteryste.data.shape import faults
from klasteryste.errors import CourseError
from klasteryste.language import current_language

PREFIX = "own:"
# A table for people to read is far smaller; a larger file would only keep the reader waiting.
LARGEST = 20_000_000
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")


@dataclass(frozen=True)
class OwnPackage:
    """A data package of one's own: its tables, named ``own:…``, and whether they are made up."""

    folder: Path
    tables: tuple[Table, ...]
    fictional: bool


def find(dataset: str, own: Path | None = None) -> Table:
    """Tell what a table is, of the course or, where its name begins with ``own:``, of a package of one's own.

    Parameters
    ----------
    dataset : str
        Such as ``"trust"`` or ``"own:survey"``.
    own : Path, optional
        The folder of one's own package.

    Raises
    ------
    CourseError
        If there is no such table, or its package cannot be read.
    """
    if not dataset.startswith(PREFIX):
        return describe(dataset)
    if own is None:
        raise CourseError(f"there is no table {dataset!r}: no data package of one's own was given")
    tables = own_package(own).tables
    for table in tables:
        if table.name == dataset:
            return table
    known = ", ".join(table.name for table in tables)
    raise CourseError(f"there is no table {dataset!r} in {own / DESCRIPTOR}: the tables are {known}")


def own_package(folder: Path) -> OwnPackage:
    """Read what a package of one's own says of itself; its tables are read when they are cited.

    Raises
    ------
    CourseError
        If the descriptor lacks something, is no regular file or too large, or names a file that is not one
        of its own folder.
    """
    return _parsed(folder, regular_file(folder, DESCRIPTOR), current_language())


@cache
def _parsed(folder: Path, content: bytes, language: str) -> OwnPackage:
    where = folder / DESCRIPTOR
    try:
        package: Any = json.loads(content.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise CourseError(f"{where}, byte {error.start}: not UTF-8; save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise CourseError(f"{where}, line {error.lineno}: not JSON, {error.msg}") from None
    except (RecursionError, ValueError):
        raise CourseError(f"{where}: not JSON that can be read; write it plainly") from None
    for fault in faults(package):
        raise CourseError(f"{where}: {fault}")
    if "read_in_place" in package:
        raise CourseError(f"{where}: read_in_place is the course's own; describe files under resources")
    tables = []
    for entry in package["resources"]:
        for what in ("package", "generator"):
            if what in entry:
                raise CourseError(f"{where}: the table {entry['name']} names a {what}: name a file")
        regular_file(folder, entry["path"])
        table = as_table(entry, folder)
        tables.append(replace(table, name=PREFIX + table.name))
    return OwnPackage(folder, tuple(tables), package.get("fictional") is True)


def regular_file(folder: Path, name: str) -> bytes:
    """Read a file of a folder, which has to be a regular one, of that very folder and of a readable size.

    Raises
    ------
    CourseError
        If the name is a path or an address, or the file is missing, a link, no regular file or too large.
    """
    if not _NAME.fullmatch(name):
        raise CourseError(f"{folder}: {name!r} is no plain file name: letters, digits, dots, - and _ only")
    path = folder / name
    if folder.is_symlink() or path.is_symlink():
        raise CourseError(f"{path} is a link, or is in a folder that is one: put the file itself there")
    if not path.is_file():
        raise CourseError(f"{path} is not there: put the file there, or take its entry out of the descriptor")
    if path.stat().st_size > LARGEST:
        raise CourseError(
            f"{path} is larger than {LARGEST // 1_000_000} MB: cite a table of that size elsewhere"
        )
    return path.read_bytes()

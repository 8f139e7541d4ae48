"""A data package of one's own beside a cluster plan, for what only the municipality knows.

Its folder holds ``datapackage.json``, of the same shape as the course's, and the CSV files it describes.
Whoever checks a plan did not write it, so nothing is read but regular files of that very folder.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from os.path import lexists
from pathlib import Path
from typing import Any

from klasteryste.data.package import DESCRIPTOR, Table, as_table, describe
from klasteryste.data.shape import faults
from klasteryste.errors import CourseError
from klasteryste.language import _, current_language, fill, refusal

PREFIX = "own:"
# A table for people to read is far smaller; a larger file would only keep the reader waiting.
LARGEST = 20_000_000
_TYPES = ("integer", "number", "string")
# A place is a code, which may begin with 0; a year is a whole number.
_MUST_BE = {"geography": "string", "time": "integer"}
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
        raise refusal(
            _("there is no table {dataset!r}: no data package of one's own was given"), dataset=dataset
        )
    tables = own_package(own).tables
    for table in tables:
        if table.name == dataset:
            return table
    raise refusal(
        _("there is no table {dataset!r} in {file}: the tables are {known}"),
        dataset=dataset,
        file=own / DESCRIPTOR,
        known=", ".join(table.name for table in tables),
    )


def own_package(folder: Path) -> OwnPackage:
    """Read what a package of one's own says of itself; its tables are read when they are cited.

    Raises
    ------
    CourseError
        If the descriptor is missing, lacks something, is no regular file or too large, or names a file that
        is not one of its own folder.
    """
    if not lexists(folder / DESCRIPTOR):
        raise refusal(
            _("{folder} has no {file}, which says what its files hold"), folder=folder, file=DESCRIPTOR
        )
    return _parsed(folder, regular_file(folder, DESCRIPTOR), current_language())


@cache
def _parsed(folder: Path, content: bytes, language: str) -> OwnPackage:
    where = folder / DESCRIPTOR
    try:
        package: Any = json.loads(content.decode("utf-8-sig"))
        json.dumps(package, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        raise refusal(
            _("{where}: \\ud800 to \\udfff is half a character: write it whole"), where=where
        ) from None
    except UnicodeDecodeError as error:
        raise refusal(
            _("{where}, byte {byte}: not UTF-8; save it as UTF-8"), where=where, byte=error.start
        ) from None
    except json.JSONDecodeError as error:
        raise refusal(
            _("{where}, line {line}: not JSON, {why}"), where=where, line=error.lineno, why=error.msg
        ) from None
    except (RecursionError, ValueError):
        raise refusal(_("{where}: not JSON that can be read; write it plainly"), where=where) from None
    for fault in faults(package):
        raise CourseError(f"{where}: {fault}")
    if "read_in_place" in package:
        raise refusal(
            _("{where}: read_in_place is the course's own; describe files under resources"), where=where
        )
    names = [entry["name"] for entry in package["resources"]]
    for name in _twice(names):
        raise refusal(
            _("{where}: two tables are called {name}: give each its own name"), where=where, name=name
        )
    tables = []
    for entry in package["resources"]:
        for what in ("package", "generator"):
            if what in entry:
                raise refusal(
                    _("{where}: the table {table} names a {what}: name a file"),
                    where=where,
                    table=entry["name"],
                    what=what,
                )
        for fault in _column_faults(entry):
            raise refusal(
                _("{where}: the table {table}: {fault}"), where=where, table=entry["name"], fault=fault
            )
        regular_file(folder, entry["path"])
        table = as_table(entry, folder)
        tables.append(replace(table, name=PREFIX + table.name))
    return OwnPackage(folder, tuple(tables), package.get("fictional") is True)


def _column_faults(entry: Mapping[str, Any]) -> Iterator[str]:
    """Say what is wrong with the columns of a table, and with what names them."""
    types = {field["name"]: field["type"] for field in entry["schema"]["fields"]}
    for name in _twice([field["name"] for field in entry["schema"]["fields"]]):
        yield fill(_("two columns are called {name}: give each its own name"), {"name": name})
    for field in entry["schema"]["fields"]:
        said = {"column": field["name"], "type": field["type"], "types": _(" or ").join(_TYPES)}
        if field["type"] not in _TYPES:
            yield fill(_("the column {column} has the type {type}: write {types}"), said)
        if ("unit" in field) != ("unit_lt" in field):
            yield fill(_("the column {column} has a unit in one language: write unit and unit_lt"), said)
    where, when = entry.get("geography", {}), entry.get("time", {})
    if "geography" in entry and not where.keys() & {"column", "everywhere"}:
        yield _("geography names no place: name a column, or everywhere")
    if "time" in entry and not when.keys() & {"columns", "always"}:
        yield _("time names no year: name columns, or always")
    key = entry["schema"]["primaryKey"]
    named = {
        "primaryKey": [key] if isinstance(key, str) else key,
        "geography": [where["column"]] if "column" in where else [],
        "time": when.get("columns", []),
        "comparable": entry.get("comparable", {}).get("within", []),
    }
    for what, columns in named.items():
        for column in columns:
            said = {"what": what, "column": column, "known": ", ".join(types), "type": _MUST_BE.get(what)}
            if column not in types:
                yield fill(
                    _("{what} names the column {column}, which it does not have: it has {known}"), said
                )
            elif what in _MUST_BE and types[column] != _MUST_BE[what]:
                yield fill(_("{what} names the column {column}, whose type must be {type}"), said)


def _twice(names: Sequence[str]) -> list[str]:
    return [name for number, name in enumerate(names) if name in names[:number]]


def regular_file(folder: Path, name: str) -> bytes:
    """Read a file of a folder, which has to be a regular one, of that very folder and of a readable size.

    Raises
    ------
    CourseError
        If the name is a path or an address, or the file is missing, a link, no regular file or too large.
    """
    if not _NAME.fullmatch(name):
        raise refusal(
            _("{folder}: {name!r} is no plain file name: letters, digits, dots, - and _ only"),
            folder=folder,
            name=name,
        )
    path = folder / name
    if folder.is_symlink() or path.is_symlink():
        raise refusal(
            _("{path} is a link, or is in a folder that is one: put the file itself there"), path=path
        )
    if not path.is_file():
        raise refusal(
            _("{path} is not there: put the file there, or take its entry out of the descriptor"), path=path
        )
    if path.stat().st_size > LARGEST:
        raise refusal(
            _("{path} is larger than {size} MB: cite a table of that size elsewhere"),
            path=path,
            size=LARGEST // 1_000_000,
        )
    return path.read_bytes()

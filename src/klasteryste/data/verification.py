"""Verification of the data package: descriptor, licences, files, hashes, schema, keys, and our own rules.

Types, constraints, keys and hashes are checked by the library frictionless. Those who only load tables do not
need it, so it is imported when it is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from klasteryste.data.package import DESCRIPTOR, Table, as_table, parse, tables_folder
from klasteryste.data.rules import RULES, Rule
from klasteryste.data.shape import faults
from klasteryste.data.tables import frame, read_checked
from klasteryste.errors import CourseError

# The licences a table may be under, by SPDX identifier, and where their text is.
LICENCES = {
    "BSD-3-Clause": "https://opensource.org/license/bsd-3-clause",
    "CC-BY-4.0": "https://creativecommons.org/licenses/by/4.0/",
    "CC-BY-NC-SA-4.0": "https://creativecommons.org/licenses/by-nc-sa/4.0/",
    "CC-BY-SA-4.0": "https://creativecommons.org/licenses/by-sa/4.0/",
    "CC0-1.0": "https://creativecommons.org/publicdomain/zero/1.0/",
}
# A publisher's own terms, by Open Definition identifier: free with credit, for non-commercial use, not open.
# Their text is at the publisher's.
OWN_TERMS = ("other-at", "other-nc", "other-closed")

# The types of a column that `load` knows.
_TYPES = ("string", "integer", "number")

_Entry = Mapping[str, Any]


@dataclass(frozen=True)
class Problem:
    """Something wrong with the data package.

    Attributes
    ----------
    file : str
        The file it is in, or the name of a table that is read in place.
    message : str
        What is wrong.
    row : int, optional
        The row of the file, counted from 1, its header.
    column : str, optional
        The column, or several joined by commas.
    """

    file: str
    message: str
    row: int | None = None
    column: str | None = None

    def __str__(self) -> str:
        row = "" if self.row is None else f", row {self.row}"
        column = "" if self.column is None else f", column {self.column}"
        return f"{self.file}{row}{column}: {self.message}"


def verify(folder: Path | None = None) -> list[Problem]:
    """Check a data package, and say of whatever is wrong in which file, row and column it is.

    Parameters
    ----------
    folder : Path, optional
        The folder with ``datapackage.json`` and its tables; the course's own if not given.

    Returns
    -------
    list of Problem
        Empty if all is well.

    Raises
    ------
    CourseError
        If the descriptor cannot be read or is not JSON in UTF-8, or if frictionless is not installed.
    """
    folder = folder or tables_folder()
    package = parse(folder)
    problems = [Problem(DESCRIPTOR, fault) for fault in faults(package)]
    if problems:
        return problems
    entries = package["resources"]
    in_place = package.get("read_in_place", [])
    problems = [problem for entry in (*entries, *in_place) for problem in _check_entry(entry)]
    if problems:
        # The tables are checked against what the descriptor says, so that has to be right first.
        return problems
    return [
        *_check_files(folder, entries),
        *_check_tables(folder, package),
        *(problem for entry in in_place for problem in _check_in_place(entry)),
    ]


def _check_entry(entry: _Entry) -> Iterator[Problem]:
    """Check what the descriptor says of one table, beyond its shape."""
    for message in (*_check_licences(entry), *_check_forms(entry)):
        yield Problem(DESCRIPTOR, f"table {entry['name']}: {message}")


def _check_licences(entry: _Entry) -> Iterator[str]:
    publishers = tuple(source["path"] for source in entry["sources"])
    allowed = (*LICENCES, *OWN_TERMS)
    for licence in entry["licenses"]:
        name = licence["name"]
        if name not in allowed:
            yield f"the licence {name!r} is not one that the course may use: {', '.join(allowed)}"
        elif name in LICENCES and licence["path"] != LICENCES[name]:
            yield f"the path of the licence {name} is {LICENCES[name]}"
        elif name in OWN_TERMS and not licence["path"].startswith(publishers):
            yield f"the path of the licence {name} is not below that of a source"


def _check_forms(entry: _Entry) -> Iterator[str]:
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", entry["retrieved"]):
        yield "retrieved is not a date such as 2026-11-23"
    if not re.fullmatch(r"sha256:[0-9a-f]{64}", entry["hash"]):
        yield "hash is not 'sha256:' and 64 hexadecimal digits"
    for key in ("limitations", "transformations"):
        if len(entry[key]) != len(entry[f"{key}_lt"]):
            yield f"{key} and {key}_lt are not equally many"
    for field in entry["schema"]["fields"]:
        if field["type"] not in _TYPES:
            yield f"column {field['name']}: the type {field['type']!r} is not {' or '.join(_TYPES)}"
        if ("unit" in field) != ("unit_lt" in field):
            yield f"column {field['name']}: unit and unit_lt go together"
    if "generator" in entry and entry["package"] != "networkx":
        yield f"the package is networkx, which alone gives graphs, not {entry['package']}"
    yield from _check_scope(entry)


def _check_scope(entry: _Entry) -> Iterator[str]:
    """Check what the descriptor says of the places and the years that rows are about."""
    geography, time = entry.get("geography", {}), entry.get("time", {})
    for key, scope in (("geography", geography), ("time", time)):
        if key in entry and len(scope) != 1:
            yield f"{key} names either a column or what holds for every row"
    for key, years in time.items():
        if len(years) > 2:
            yield f"time, {key}: it has more than two items, the first and the last year"
    always = time.get("always", [])
    if always != sorted(always):
        yield "time, always: the last year is before the first"
    types = {field["name"]: field["type"] for field in entry["schema"]["fields"]}
    wanted = [*((geography[key], "string") for key in ("column",) if key in geography)]
    wanted += [(column, "integer") for column in time.get("columns", [])]
    for column, kind in wanted:
        if types.get(column) != kind:
            yield f"it has no column {column} of type {kind} that could say its places or years"
    for field in entry["schema"]["fields"]:
        if "se" in field and types.get(field["se"]) != "number":
            yield f"column {field['name']}: no column {field['se']} of type number could be its error"


def _check_files(folder: Path, entries: list[_Entry]) -> Iterator[Problem]:
    listed = {entry["path"] for entry in entries}
    present = {path.name for path in folder.glob("*.csv")}
    for name in sorted(listed - present):
        yield Problem(name, f"is listed in {DESCRIPTOR} but is not there")
    for name in sorted(present - listed):
        yield Problem(name, f"is there but is not listed in {DESCRIPTOR}")


def _check_tables(folder: Path, package: _Entry) -> Iterator[Problem]:
    entries = [entry for entry in package["resources"] if (folder / entry["path"]).is_file()]
    names = {entry["name"] for entry in entries}
    known = [_without_keys_into_missing(entry, names) for entry in entries]
    frictionless = _frictionless()
    try:
        report = frictionless.Package.from_descriptor(
            {**package, "resources": known}, basepath=str(folder)
        ).validate()
    except frictionless.FrictionlessException as error:
        yield from _breaches(error)
        return
    yield from (Problem(DESCRIPTOR, error.message) for error in report.errors)
    sound: dict[str, pd.DataFrame] = {}
    for task, entry in zip(report.tasks, entries, strict=True):
        yield from _problems(entry["path"], task.errors, as_table(entry))
        if all(error.type in ("hash-count", "byte-count") for error in task.errors):
            table, content = as_table(entry), (folder / entry["path"]).read_bytes()
            cells = pd.read_csv(BytesIO(content), dtype=str, keep_default_na=False, na_values=[""])
            odd = list(_check_numbers(entry["path"], table, cells))
            yield from odd
            if not odd:
                sound[table.name] = frame(table, content)
    paths = {entry["name"]: entry["path"] for entry in entries}
    yield from (problem for rule in RULES for problem in _check_rule(rule, sound, paths))


def _check_numbers(file: str, table: Table, rows: pd.DataFrame) -> Iterator[Problem]:
    """Name each number that is not finite, or not written plainly: frictionless takes INF, NaN and 1_000."""
    for field in table.fields:
        if field.type == "string":
            continue
        cells = rows[field.name]
        numbers = pd.to_numeric(cells, errors="coerce").to_numpy(dtype=float, na_value=np.nan)
        for row in np.flatnonzero(cells.notna() & ~np.isfinite(numbers)):
            message = f"is not a finite number in plain digits; the cell is {cells.iloc[row]!r}"
            yield Problem(file, message, int(row) + 2, field.name)


def _check_rule(rule: Rule, sound: Mapping[str, pd.DataFrame], paths: Mapping[str, str]) -> Iterator[Problem]:
    """Check a rule, if the tables it needs could be read without an error."""
    if not sound.keys() >= set(rule.needs):
        return
    table = rule.needs[0]
    broken = rule.broken(sound)
    for row in broken.index[broken]:
        value = sound[table].loc[row, rule.column]
        # The first row of data is the second of the file.
        yield Problem(paths[table], f"{value!s} {rule.message}", int(row) + 2, rule.column)


def _without_keys_into_missing(entry: _Entry, names: set[str]) -> _Entry:
    """Drop foreign keys into tables whose file is missing: one problem is enough."""
    schema = dict(entry["schema"])
    keys = [key for key in schema.pop("foreignKeys", []) if key["reference"]["resource"] in names]
    return {**entry, "schema": {**schema, "foreignKeys": keys} if keys else schema}


def _check_in_place(entry: _Entry) -> Iterator[Problem]:
    table = as_table(entry)
    try:
        rows = frame(table, read_checked(table))
    except CourseError as error:
        yield Problem(table.name, str(error))
        return
    yield from _check_numbers(table.name, table, rows)
    cells = rows.astype(object).where(rows.notna(), None).to_numpy().tolist()
    frictionless = _frictionless()
    try:
        schema = frictionless.Schema.from_descriptor(entry["schema"])
    except frictionless.FrictionlessException as error:
        yield from _breaches(error)
        return
    resource = frictionless.Resource(data=[list(rows.columns), *cells], schema=schema)
    for task in resource.validate().tasks:
        yield from _problems(table.name, task.errors, table)


def _breaches(error: Any) -> Iterator[Problem]:
    """Say where the descriptor breaks the specification."""
    yield from (Problem(DESCRIPTOR, one.message) for one in error.reasons or [error.error])


def _problems(file: str, errors: list[Any], table: Table) -> Iterator[Problem]:
    """Say what frictionless found, once for each cell."""
    seen = set()
    wrong_hash = any(error.type == "hash-count" for error in errors)
    for error in errors:
        row = getattr(error, "row_number", None)
        # An error of a cell names its field, one of a foreign key several, one of the header a label.
        fields = getattr(error, "field_names", None) or [getattr(error, "field_name", "")]
        if error.type == "primary-key":
            fields = table.primary_key
        column = ", ".join(fields) or getattr(error, "label", None) or None
        if error.type == "hash-count":
            message = f"is not the file that {DESCRIPTOR} describes, SHA-256 {error.note}"
        elif error.type == "byte-count" and wrong_hash:
            continue
        else:
            cell = getattr(error, "cell", None)
            message = f"{error.title}: {error.note}" if error.note else error.message
            # frictionless writes an empty cell as "None".
            message += f"; the cell is {cell!r}" if cell not in (None, "", "None") else ""
        if row is None or (row, column) not in seen:
            yield Problem(file, message, row, column)
        seen.add((row, column))


def _frictionless() -> Any:
    try:
        import frictionless
    except ModuleNotFoundError:
        raise CourseError("verifying needs frictionless: pip install 'klasteryste[course]'") from None
    return frictionless

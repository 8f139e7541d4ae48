"""What the data package says of its tables, as objects.

The descriptor, ``datapackage.json``, follows the Frictionless Data Package specification, version 1. Tables
under ``resources`` are files of the package. Tables under ``read_in_place`` are in an installed dependency,
as a file or as a graph that a function gives, and are not copied: the specification has no word for those.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from klasteryste.data.shape import faults
from klasteryste.errors import CourseError
from klasteryste.language import _, current_language, refusal

DESCRIPTOR = "datapackage.json"


@dataclass(frozen=True)
class Field:
    """A column: its type (``string``, ``integer`` or ``number``), unit, and whether a cell may be empty.

    ``unit`` is the same in every language, ``unit_label`` is in the language in use. ``se`` names the column
    of standard errors, if the column holds estimates.
    """

    name: str
    type: str
    description: str
    unit: str | None
    unit_label: str | None
    required: bool
    se: str | None = None


@dataclass(frozen=True)
class Licence:
    """The terms a table is under: a licence's identifier, its title and where its text is."""

    name: str
    title: str
    path: str


@dataclass(frozen=True)
class Source:
    """Who published the figures, and in which public repository or package the release was found."""

    title: str
    publisher: str
    path: str
    found_in: str


@dataclass(frozen=True)
class Geography:
    """Which place a row is about: a column of codes, or one code for all rows."""

    column: str | None
    everywhere: str | None


@dataclass(frozen=True)
class Time:
    """Which years a row is about: the year, or the first and the last.

    They are in one column or two or, if the same for all rows, in ``always``.
    """

    columns: tuple[str, ...]
    always: tuple[int, ...]


@dataclass(frozen=True)
class Comparable:
    """What must be so for two years of a table to be compared.

    The cells in the columns of ``within`` are equal in both, and no year of ``breaks``, the first of a new
    way of measuring, comes after the one and not after the other.
    """

    within: tuple[str, ...]
    breaks: tuple[int, ...]


@dataclass(frozen=True)
class Table:
    """What the descriptor says of one table, in the language in use.

    ``path`` is relative to the folder of tables or, if ``package`` names a dependency, to the folder of
    that package. If a function of the package gives the table, ``generator`` names it and there is no path.
    ``version`` is that of the package when the table was retrieved; the hash tells whether another one still
    has the same table. ``population`` is whom the rows are about, such as ``adults``; ``comparable`` is None
    where nothing says that years may be compared. ``folder`` is where the table's package is, and None for
    the course's own.
    """

    name: str
    path: str | None
    title: str
    description: str
    fields: tuple[Field, ...]
    primary_key: tuple[str, ...]
    licences: tuple[Licence, ...]
    sources: tuple[Source, ...]
    retrieved: str
    sha256: str
    transformations: tuple[str, ...]
    limitations: tuple[str, ...]
    geography: Geography | None
    time: Time | None
    sample: bool
    package: str | None
    version: str | None
    generator: str | None
    population: str | None = None
    comparable: Comparable | None = None
    folder: Path | None = None


def tables_folder() -> Path:
    """Find the tables: inside the installed package or, in a checkout, beside the sources.

    Raises
    ------
    CourseError
        If they are in neither place, as when the package was installed without its data.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "_tables", package.parents[1] / "data"):
        if (folder / DESCRIPTOR).is_file():
            return folder
    raise CourseError(f"the package klasteryste in {package} has no tables: install it again from its wheel")


def parse(folder: Path) -> Any:
    """Read the ``datapackage.json`` of a folder, whatever it holds.

    Raises
    ------
    CourseError
        If it cannot be read, or is not JSON in UTF-8.
    """
    path = folder / DESCRIPTOR
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CourseError(f"{path}: {error.strerror}; give a folder that has a {DESCRIPTOR}") from None
    except UnicodeDecodeError as error:
        raise CourseError(f"{path}, byte {error.start}: not UTF-8; save it as UTF-8") from None
    except json.JSONDecodeError as error:
        raise CourseError(f"{path}, line {error.lineno}: not JSON, {error.msg}") from None


def descriptor(folder: Path | None = None) -> dict[str, Any]:
    """Read ``datapackage.json``, and make sure that it holds what we ask of it.

    Parameters
    ----------
    folder : Path, optional
        The folder that holds it; the course's own tables if not given.

    Raises
    ------
    CourseError
        If it cannot be read, is not JSON in UTF-8, or lacks something; the message names the place.
    """
    folder = folder or tables_folder()
    package: dict[str, Any] = parse(folder)
    for fault in faults(package):
        raise CourseError(f"{folder / DESCRIPTOR}: {fault}")
    return package


@cache
def _course_descriptor() -> dict[str, Any]:
    return descriptor()


def names() -> tuple[str, ...]:
    """List the names of the tables that `load` knows."""
    return tuple(entry["name"] for entry in _entries())


def describe(name: str) -> Table:
    """Tell what a table is: its columns, sources, licence and limits, in the language in use.

    Raises
    ------
    CourseError
        If there is no such table; the message lists those that exist.
    """
    for entry in _entries():
        if entry["name"] == name:
            return as_table(entry)
    raise refusal(
        _("there is no table {dataset!r}: the tables are {known}"), dataset=name, known=", ".join(names())
    )


def citation(name: str) -> str:
    """Cite a table in one line of Markdown: sources, licence and day of retrieval, in the language in use.

    Raises
    ------
    CourseError
        If there is no such table.
    """
    table = describe(name)
    sources = "; ".join(f"[{source.title}]({source.path})" for source in table.sources)
    licences = "; ".join(f"[{licence.title}]({licence.path})" for licence in table.licences)
    template = _("Source: {sources}. Licence: {licences}. Retrieved {date}.")
    return template.format(sources=sources, licences=licences, date=table.retrieved)


def _entries() -> Iterator[Mapping[str, Any]]:
    package = _course_descriptor()
    yield from package["resources"]
    yield from package.get("read_in_place", [])


def _text(entry: Mapping[str, Any], key: str) -> Any:
    """Give a text of the descriptor in the language in use; English has the plain key."""
    language = current_language()
    return entry[key] if language == "en" else entry[f"{key}_{language}"]


def as_table(entry: Mapping[str, Any], folder: Path | None = None) -> Table:
    """Turn a table's entry of the descriptor in a folder into a `Table`, in the language in use."""
    schema = entry["schema"]
    key = schema["primaryKey"]
    return Table(
        name=entry["name"],
        path=entry.get("path"),
        title=_text(entry, "title"),
        description=_text(entry, "description"),
        fields=tuple(
            Field(
                name=field["name"],
                type=field["type"],
                description=_text(field, "description"),
                unit=field.get("unit"),
                unit_label=_text(field, "unit") if "unit" in field else None,
                required=field.get("constraints", {}).get("required", False),
                se=field.get("se"),
            )
            for field in schema["fields"]
        ),
        primary_key=(key,) if isinstance(key, str) else tuple(key),
        licences=tuple(Licence(one["name"], _text(one, "title"), one["path"]) for one in entry["licenses"]),
        sources=tuple(
            Source(_text(one, "title"), one["publisher"], one["path"], one["found_in"])
            for one in entry["sources"]
        ),
        retrieved=entry["retrieved"],
        sha256=entry["hash"].removeprefix("sha256:"),
        transformations=tuple(_text(entry, "transformations")),
        limitations=tuple(_text(entry, "limitations")),
        geography=_geography(entry.get("geography")),
        time=_time(entry.get("time")),
        sample=entry.get("sample", False),
        package=entry.get("package"),
        version=entry.get("version"),
        generator=entry.get("generator"),
        population=entry.get("population"),
        comparable=_comparable(entry.get("comparable")),
        folder=folder,
    )


def _geography(entry: Mapping[str, Any] | None) -> Geography | None:
    return None if entry is None else Geography(entry.get("column"), entry.get("everywhere"))


def _time(entry: Mapping[str, Any] | None) -> Time | None:
    return None if entry is None else Time(tuple(entry.get("columns", ())), tuple(entry.get("always", ())))


def _comparable(entry: Mapping[str, Any] | None) -> Comparable | None:
    if entry is None:
        return None
    return Comparable(tuple(entry.get("within", ())), tuple(entry.get("breaks", ())))

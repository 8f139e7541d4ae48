"""Tables in, typed by their schema."""

from __future__ import annotations

import csv
import hashlib
from functools import cache
from importlib.util import find_spec
from io import BytesIO, StringIO
from pathlib import Path

import pandas as pd

from klasteryste.data.package import DESCRIPTOR, Field, Table, describe, tables_folder
from klasteryste.errors import CourseError
from klasteryste.language import _, fill, refusal


def load(name: str) -> pd.DataFrame:
    """Load a table of the course.

    Parameters
    ----------
    name : str
        Such as ``"trust"``; `klasteryste.data.names` lists them.

    Returns
    -------
    pandas.DataFrame
        The table's rows, with the columns and types its schema states: whole numbers are ``int64``, or
        ``Int64`` if some are missing, other numbers ``float64``, texts ``str``. It is a copy: change it
        freely.

    Raises
    ------
    CourseError
        If there is no such table, if it is not the one that the descriptor states, or if it is read in place
        from a package that is not installed.
    """
    return rows(describe(name)).copy()


def rows(table: Table) -> pd.DataFrame:
    """Give the rows of a table, of which there is one frame for all: copy what is changed.

    Raises
    ------
    CourseError
        As `load`.
    """
    if table.folder is not None:
        read_checked(table)  # somebody works on a table of one's own: it may have changed since
    return remembered(table)


@cache
def remembered(table: Table) -> pd.DataFrame:
    """Read the rows of a table, once."""
    return frame(table, read_checked(table))


def read_checked(table: Table) -> bytes:
    """Read a table's bytes, and make sure that they are those the descriptor states.

    They are those of its file or, if a function gives the table as a graph, of its edges written as CSV.

    Raises
    ------
    CourseError
        If the file or the function is missing, or if the SHA-256 is another.
    """
    if table.generator:
        where, content = f"networkx.{table.generator}()", _edges(table)
    else:
        path = installed_file(table) if table.package else (table.folder or tables_folder()) / str(table.path)
        try:
            where, content = str(path), path.read_bytes()
        except FileNotFoundError:
            raise refusal(
                _("the table {table} is missing, {path} is not there: {fix}"),
                table=table.name,
                path=path,
                fix=_fix(table),
            ) from None
    if hashlib.sha256(content).hexdigest() != table.sha256:
        raise refusal(
            _("the table {table} was changed, {where} has another SHA-256: {fix}"),
            table=table.name,
            where=where,
            fix=_fix(table),
        )
    return content


def _fix(table: Table) -> str:
    if table.package:
        return f"pip install {table.package}=={table.version}"
    if table.folder:
        said = {"file": table.folder / DESCRIPTOR}
        return fill(_("bring it back, or state its new SHA-256 in {file}"), said)
    return _("install klasteryste again, or in its repository: git checkout data")


def _edges(table: Table) -> bytes:
    """Write a graph's edges as CSV: the two ends, then what the further columns of the schema name.

    However networkx orders nodes and edges, the bytes are the same: of an edge the smaller end comes first,
    or in a two-mode graph the end of the first mode, and the rows are sorted.
    """
    try:
        import networkx
    except ModuleNotFoundError:
        raise _not_installed(table) from None
    try:
        graph = getattr(networkx, str(table.generator))()
    except (AttributeError, TypeError):
        raise refusal(
            _("the table {table} is missing, networkx has no graph {graph}: {fix}"),
            table=table.name,
            graph=table.generator,
            fix=_fix(table),
        ) from None
    mode = graph.nodes(data="bipartite", default=0)
    columns = [field.name for field in table.fields]
    rows = sorted(
        [*sorted(ends, key=lambda node: (mode[node], node)), *(what.get(name) for name in columns[2:])]
        for *ends, what in graph.edges(data=True)
    )
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows([columns, *rows])
    return text.getvalue().encode()


def frame(table: Table, content: bytes) -> pd.DataFrame:
    """Turn a table's bytes into a frame with the columns and types of its schema.

    Raises
    ------
    CourseError
        If its columns are not those of the schema, or hold what their types cannot; of a table of one's own
        also if a row lacks its place or year.
    """
    types = {field.name: _dtype(field) for field in table.fields}
    try:
        if table.package is None or table.generator:
            # An empty cell is the only missing value: "NA" is Namibia.
            read = pd.read_csv(BytesIO(content), dtype=types, keep_default_na=False, na_values=[""])
            _require_columns(table, read)
            return read
        # A pickle runs code when it is read. These bytes are known by their hash: nothing else ever runs.
        whole: pd.DataFrame = pd.read_pickle(BytesIO(content), compression="xz")
        return whole[list(types)].astype(types)
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise refusal(
            _("the table {table} is not as its schema says: {why}"), table=table.name, why=error
        ) from None


def _require_columns(table: Table, read: pd.DataFrame) -> None:
    """Demand the columns of the schema and, of a table of one's own, a place and a year in every row."""
    stated = [field.name for field in table.fields]
    if set(read.columns) != set(stated):
        raise refusal(
            _(
                "the table {table} has the columns {found}, and its schema says {stated}: "
                "make them the same; columns are separated by commas"
            ),
            table=table.name,
            found=", ".join(read.columns),
            stated=", ".join(stated),
        )
    # What a row has beyond the header, pandas takes for its label.
    if not isinstance(read.index, pd.RangeIndex):
        raise refusal(
            _(
                "the table {table} has rows with more cells than columns: "
                "columns are separated by commas, decimals by points"
            ),
            table=table.name,
        )
    if table.folder is None:
        return
    place = [] if table.geography is None or table.geography.column is None else [table.geography.column]
    for column in (*place, *(() if table.time is None else table.time.columns)):
        if (empty := read[column].isna()).any():
            raise refusal(
                _(
                    "the table {table} has no {column} in row {row} below the header: "
                    "fill it in, or take the row out"
                ),
                table=table.name,
                column=column,
                row=int(empty.argmax()) + 1,
            )


def installed_file(table: Table) -> Path:
    """Find a file of an installed package, without importing the package."""
    spec = find_spec(str(table.package))
    if spec is None or spec.origin is None:
        raise _not_installed(table)
    return Path(spec.origin).parent / str(table.path)


def _not_installed(table: Table) -> CourseError:
    return refusal(
        _("the table {table} is read from the package {package}, which is not installed: {fix}"),
        table=table.name,
        package=table.package,
        fix=_fix(table),
    )


def _dtype(field: Field) -> str:
    if field.type == "integer":
        return "int64" if field.required else "Int64"
    return {"number": "float64", "string": "str"}[field.type]

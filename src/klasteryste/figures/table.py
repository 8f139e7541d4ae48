"""Showing a small table of computed numbers so that a screen reader can find its way in it."""

from __future__ import annotations

from collections.abc import Mapping
from html import escape
from typing import Any

import pandas as pd
from IPython.display import display

from klasteryste.errors import CourseError
from klasteryste.language import number

_ABSENT = "–"
# The smallest p value that is written out. One is never nought, though a computer may underflow to it.
_SMALLEST_P = 0.001


def table(frame: pd.DataFrame, formats: Mapping[str, str], caption: str) -> None:
    """Show a frame as an HTML table whose first column names the rows.

    Parameters
    ----------
    frame : DataFrame
        What to show; its column names are the headings, its index is not shown.
    formats : mapping of str to str
        Column name to number format, as in `klasteryste.language.number`, or ``"p"`` for p values: three
        decimals, and ``< 0.001`` below that. Other columns are shown as text.
    caption : str
        What the table holds.

    Raises
    ------
    CourseError
        If a format names a column that the frame lacks, or a p value is not between 0 and 1.
    """
    for column in formats:
        if column not in frame.columns:
            raise CourseError(
                f"the table {caption!r} has no column {column!r}: it has {', '.join(map(str, frame.columns))}"
            )
    rows = [
        [_cell(value, formats.get(column)) for column, value in zip(frame.columns, row, strict=True)]
        for row in frame.itertuples(index=False, name=None)
    ]
    aligned = ["right" if column in formats else "left" for column in frame.columns]
    head = "".join(
        f'<th scope="col" style="padding: 0.2em 0.7em; text-align: {side}">{escape(str(column))}</th>'
        for column, side in zip(frame.columns, aligned, strict=True)
    )
    body = "".join(
        f'<tr><th scope="row" style="padding: 0.2em 0.7em; text-align: left">{escape(first)}</th>'
        + "".join(
            f'<td style="padding: 0.2em 0.7em; text-align: {side}">{escape(cell)}</td>'
            for cell, side in zip(rest, aligned[1:], strict=True)
        )
        + "</tr>"
        for first, *rest in rows
    )
    html = (
        f'<table class="klasteryste-table"><caption>{escape(caption)}</caption>'
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )
    plain = "\n".join("\t".join(line) for line in [[str(column) for column in frame.columns], *rows])
    bundle = {"text/html": html, "text/plain": f"{caption}\n{plain}"}
    display(bundle, raw=True)


def _cell(value: Any, spec: str | None) -> str:
    if pd.isna(value):
        return _ABSENT
    if spec is None:
        return str(value)
    plain = value.item() if hasattr(value, "item") else value
    return _p_value(plain) if spec == "p" else number(plain, spec)


def _p_value(p: float) -> str:
    if not 0 <= p <= 1:
        raise CourseError(f"a table was given the p value {p}: give a number from 0 to 1")
    return f"< {number(_SMALLEST_P, '.3f')}" if p < _SMALLEST_P else number(p, ".3f")

"""Tables that directives write."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes

# What stands in a cell.
Cell = Sequence[nodes.Node]


def table(heads: Sequence[str], rows: Iterable[Sequence[Cell]], widths: Sequence[int]) -> nodes.table:
    """Make a table.

    Parameters
    ----------
    heads : sequence of str
        The head of each column.
    rows : iterable of sequences
        The cells of each row, each a sequence of inline nodes.
    widths : sequence of int
        The width of each column, relative to the others.
    """
    group = nodes.tgroup(cols=len(heads))
    group += [nodes.colspec(colwidth=width) for width in widths]
    head, body = nodes.thead(), nodes.tbody()
    head += _row([nodes.Text(words)] for words in heads)
    body += [_row(row) for row in rows]
    group += [head, body]
    return nodes.table("", group)


def _row(cells: Iterable[Cell]) -> nodes.row:
    return nodes.row("", *(nodes.entry("", nodes.paragraph("", "", *cell)) for cell in cells))

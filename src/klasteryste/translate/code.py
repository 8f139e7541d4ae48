"""Messages in a cell of Python: marked strings, docstrings, comments; and taking the marks out again."""

from __future__ import annotations

import ast
import re
import textwrap
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from io import StringIO
from typing import Any

from IPython.core.inputtransformer2 import (
    EscapedCommand,
    HelpEnd,
    MagicAssign,
    SystemAssign,
    find_end_of_continued_line,
    make_tokens_by_line,
)

from klasteryste.translate.spans import Edit, Span, UnreadableError

MARK = "tr"
"""The name of the function that marks a string."""

_WIDTH = 88
_MARK_MODULES = ("klasteryste", "klasteryste.language")
_MAGICS: tuple[Any, ...] = (EscapedCommand, HelpEnd, MagicAssign, SystemAssign)
# Magics whose cell is Python all the same; the cell of any other is in a language of its own.
_PYTHON_CELL = re.compile(r"%%(capture|prun|time|timeit)\b")
# Comments that tools read: nbgrader's regions, Quarto-style cell options, linters, formatters.
_NOT_FOR_PEOPLE = re.compile(r"###\s*(BEGIN|END)\b|#\||#!|#\s*(noqa\b|(fmt|mypy|pragma|ruff|type):|%%)")
_OPENS_ITEM = re.compile(r"[-*•] |\d+[.)] ")
_OPENING = re.compile(r"""([A-Za-z]*)('{3}|"{3}|'|")""")


@dataclass(frozen=True)
class _Marked:
    """A call ``tr("…")``: offsets of the call and of its literal, and the literal's value."""

    start: int
    end: int
    first: int
    last: int
    value: str


def _python(source: str) -> str:
    """Put ``pass`` in the place of what IPython reads itself, so that every line keeps its number."""
    lines = [line + "\n" for line in source.split("\n")]
    head = source.lstrip()
    if head.startswith("%%") and not _PYTHON_CELL.match(head):
        return "pass\n" * len(lines)
    while True:
        tokens = make_tokens_by_line(lines)
        found = next(filter(None, (kind.find(tokens) for kind in _MAGICS)), None)
        if found is None:
            return "".join(lines)
        first = found.start_line
        indentation = lines[first][: len(lines[first]) - len(lines[first].lstrip())]
        continued = lines[first + 1 : find_end_of_continued_line(lines, first) + 1]
        lines[first : first + 1 + len(continued)] = [f"{indentation}pass\n", *["\n"] * len(continued)]


class _Cell:
    """A cell's syntax tree and tokens, with offsets for positions."""

    def __init__(self, source: str) -> None:
        self.source = source
        self._lines = source.split("\n")
        self._starts = [0]
        for line in self._lines:
            self._starts.append(self._starts[-1] + len(line) + 1)
        python = _python(source)
        for start, line, read in zip(self._starts, self._lines, python.split("\n"), strict=False):
            if line != read and (mark := re.search(rf"\b{MARK}\s*\(", line)):
                raise UnreadableError(
                    start + mark.start(), "tr(…) in a magic: put it in a line of plain Python"
                )
        try:
            self.tree = ast.parse(python)
        except SyntaxError as error:
            place = self._starts[min((error.lineno or 1), len(self._lines)) - 1]
            raise UnreadableError(place, f"this is not Python: {error.msg}") from None
        self.tokens = list(tokenize.generate_tokens(StringIO(python).readline))

    def at(self, line: int, column: int) -> int:
        """Return the offset of a position of `tokenize`, whose columns are characters."""
        return self._starts[line - 1] + column

    def extent(self, node: ast.expr | ast.stmt | ast.alias) -> tuple[int, int]:
        """Return the offsets of a node, whose columns are bytes of UTF-8."""
        ends = ((node.lineno, node.col_offset), (node.end_lineno or 0, node.end_col_offset or 0))
        start, end = (
            self.at(line, len(self._lines[line - 1].encode()[:column].decode())) for line, column in ends
        )
        return start, end

    def line(self, number: int) -> str:
        return self._lines[number - 1]

    def docstrings(self) -> Iterator[tuple[int, int, str, str]]:
        """Find the docstrings of functions and classes; a string that opens a cell is none."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                match node.body[0]:
                    case ast.Expr(value=ast.Constant(value=str(value)) as text):
                        yield *self.extent(text), value, "docstring"

    def imports(self) -> Iterator[tuple[ast.ImportFrom, int]]:
        """Find the imports of the mark, each with the mark's place among the names."""
        for node in ast.walk(self.tree):
            if isinstance(node, ast.ImportFrom) and node.module in _MARK_MODULES:
                names = [(alias.name, alias.asname) for alias in node.names]
                if (MARK, None) in names:
                    yield node, names.index((MARK, None))

    def marked(self) -> list[_Marked]:
        """Find the marked strings, and refuse every other use of the mark's name."""
        found = []
        good = {self.extent(node.names[index])[0] for node, index in self.imports()}
        for text in (node for node in ast.walk(self.tree) if isinstance(node, ast.JoinedStr)):
            names = (getattr(node, "id", getattr(node, "attr", None)) for node in ast.walk(text))
            if MARK in names:
                fix = "mark the whole sentence, with {name} fields"
                raise UnreadableError(self.extent(text)[0], f"tr(…) inside an f-string: {fix}")
        for node in ast.walk(self.tree):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == MARK):
                continue
            start, end = self.extent(node)
            good.add(start)
            match node:
                case ast.Call(args=[ast.Constant(value=str(value)) as literal], keywords=[]):
                    found.append(_Marked(start, end, *self.extent(literal), value))
                case _:
                    given = self.source[start:end]
                    raise UnreadableError(
                        start, f"{given} is not tr of one plain literal: numbers enter by {{name}}"
                    )
        for token in self.tokens:
            if token.string == MARK and (start := self.at(*token.start)) not in good:
                fix = 'import it with "from klasteryste import tr", write tr("…") and name nothing else so'
                raise UnreadableError(start, f"tr is only for marking: {fix}")
        return sorted(found, key=lambda marked: marked.start)


def literal(text: str, like: str, column: int = 0) -> str:
    """Write a string as Python.

    Parameters
    ----------
    text : str
        The string.
    like : str
        The literal in whose place it will stand: its quotes and prefix are kept where they can hold the text,
        and one that was written over several lines stays so.
    column : int
        Where its first line begins, for the indentation of the others.
    """
    opening = _OPENING.match(like)
    prefix, quote = (opening[1], opening[2]) if opening else ("", '"')
    if "\n" in like and len(quote) == 1 and "r" not in prefix.lower():
        width = max(_WIDTH - column - 2, 30)
        pieces = textwrap.wrap(
            text,
            width,
            drop_whitespace=False,
            replace_whitespace=False,
            expand_tabs=False,
            break_long_words=False,
            break_on_hyphens=False,
        )
        if "".join(pieces) == text and pieces:
            return ("\n" + " " * column).join(literal(piece, quote) for piece in pieces)
    for start, end in ((prefix + quote, quote), ('"', '"'), ("'", "'")):
        candidate = start + text + end
        if "\\" in text and "r" not in start.lower():
            continue
        try:
            if ast.literal_eval(candidate) == text:
                return candidate
        except (SyntaxError, ValueError):
            continue
    escapes = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}
    plain = (escapes.get(c) or (c if c.isprintable() else c.encode("unicode_escape").decode()) for c in text)
    return f'"{"".join(plain)}"'


def _comments(cell: _Cell) -> Iterator[Span]:
    group: list[tokenize.TokenInfo] = []

    def sign(token: tokenize.TokenInfo) -> str:
        return re.match(r"#+\s*", token.string)[0]  # type: ignore[index]

    def alone(token: tokenize.TokenInfo) -> bool:
        return not token.line[: token.start[1]].strip()

    def span() -> Span:
        row, column = group[0].start
        mark = sign(group[0])
        join = "\n" + cell.line(row)[:column] + mark
        longest = max(len(cell.line(token.start[0])) for token in group)
        width = max(max(_WIDTH, longest) - column - len(mark), 30)
        bodies = [token.string[len(sign(token)) :].rstrip() for token in group]
        end = cell.at(group[-1].start[0], group[-1].start[1] + len(group[-1].string.rstrip()))
        wraps = alone(group[0])
        return Span(
            cell.at(row, column + len(mark)),
            end,
            " ".join(bodies),
            "comment",
            lambda new: (
                join.join(textwrap.wrap(new, width, break_long_words=False, break_on_hyphens=False))
                if wraps
                else new
            ),
        )

    for token in cell.tokens:
        if token.type != tokenize.COMMENT or _NOT_FOR_PEOPLE.match(token.string):
            continue
        body = token.string[len(sign(token)) :]
        follows = (
            group
            and alone(group[-1])
            and alone(token)
            and token.start == (group[-1].start[0] + 1, group[-1].start[1])
            and sign(token) == sign(group[-1])
            and body
            and not _OPENS_ITEM.match(body)
        )
        if group and not follows:
            yield span()
            group = []
        if body:
            group.append(token)
    if group:
        yield span()


def code_spans(source: str) -> list[Span]:
    """Find the messages of a cell of Python, in the order of reading.

    Raises
    ------
    UnreadableError
        If the cell is not Python, or ``tr`` is anything but a call with one plain literal, or its import.
    """
    cell = _Cell(source)
    spans = [span for span in _comments(cell) if any(mark.isalpha() for mark in span.msgid)]
    literals = [(marked.first, marked.last, marked.value, "string") for marked in cell.marked()]
    literals += cell.docstrings()
    for start, end, value, kind in literals:
        if not value.strip():
            continue
        like = source[start:end]
        column = start - (source.rfind("\n", 0, start) + 1)
        spans.append(
            Span(
                start,
                end,
                value,
                kind,
                lambda new, like=like, column=column: literal(new, like, column),  # type: ignore[misc]
            )
        )
    return sorted(spans, key=lambda span: span.start)


def mark_edits(source: str) -> list[Edit]:
    """Return the edits that turn each ``tr("…")`` into the plain literal and drop ``tr`` from the imports."""
    cell = _Cell(source)
    depth, bracketed = 0, set()
    for token in cell.tokens:
        if token.type == tokenize.OP:
            depth += (token.string in "([{") - (token.string in ")]}")
        elif token.string == MARK and depth:
            bracketed.add(cell.at(*token.start))
    edits = [Edit(m.start, m.end, _unmarked(source, m, m.start in bracketed)) for m in cell.marked()]
    return [*edits, *_import_edits(cell)]


def _unmarked(source: str, marked: _Marked, bracketed: bool) -> str:
    text = source[marked.first : marked.last]
    head = source[marked.start + len(MARK) : marked.first].lstrip()[1:]
    tail = re.sub(r"\A\s*,", "", source[marked.last : marked.end - 1])
    if not head.strip() and not tail.strip():
        if "\n" not in text or _OPENING.match(text)[2] in ("'''", '"""'):  # type: ignore[index]
            return text
        columns = [at - (source.rfind("\n", 0, at) + 1) for at in (marked.start, marked.first)]
        moved = text.replace("\n" + " " * (columns[1] - columns[0]), "\n")
        if bracketed and ast.literal_eval(f"({moved})") == marked.value:
            return moved
    return f"({head}{text}{tail})"


def _import_edits(cell: _Cell) -> Iterator[Edit]:
    source = cell.source
    for node, index in cell.imports():
        start, end = cell.extent(node.names[index])
        if len(node.names) == 1:
            start, end = cell.extent(node)
            line_start = source.rfind("\n", 0, start) + 1
            line_end = source.find("\n", end)
            line_end = len(source) if line_end == -1 else line_end
            if node not in cell.tree.body or len(ast.parse(source[line_start:line_end]).body) > 1:
                raise UnreadableError(start, "import tr on a line of its own, at the top of the cell")
            # The line goes with its line end: the one after it, or in a last line the one before.
            start, end = (
                (line_start, line_end + 1) if line_end < len(source) else (max(line_start - 1, 0), line_end)
            )
        elif index + 1 < len(node.names):
            end = cell.extent(node.names[index + 1])[0]
        else:
            start = cell.extent(node.names[index - 1])[1]
        yield Edit(start, end, "")

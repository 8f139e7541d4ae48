"""Messages in their places: where a text holds a message, and how another text is put there instead."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace


class UnreadableError(Exception):
    """A text breaks a rule of translation at a place; who knows the file turns it into a `CourseError`."""

    def __init__(self, offset: int, message: str) -> None:
        super().__init__(message)
        self.offset = offset


@dataclass(frozen=True)
class Edit:
    """Put `text` in the place of the characters from `start` up to `end`."""

    start: int
    end: int
    text: str


def apply(text: str, edits: Iterable[Edit]) -> str:
    """Make all edits, which may not overlap, and leave every other character alone."""
    pieces, position = [], 0
    for edit in sorted(edits, key=lambda edit: edit.start):
        if edit.start < position:
            raise ValueError(f"edits overlap at offset {edit.start}")
        pieces += [text[position : edit.start], edit.text]
        position = edit.end
    return "".join([*pieces, text[position:]])


def _as_it_is(text: str) -> str:
    return text


@dataclass(frozen=True)
class Span:
    """A message and the characters that hold it.

    Attributes
    ----------
    start, end : int
        Offsets of the first character and of the one after the last.
    msgid : str
        What is to be translated, freed from line ends, indentation and quoting.
    kind : str
        What a translator should know of it: "heading", "table cell", "string", ...
    write : callable
        How a translation is written in this place (line prefixes, quoting).
    """

    start: int
    end: int
    msgid: str
    kind: str
    write: Callable[[str], str] = _as_it_is

    def edit(self, translation: str) -> Edit | None:
        """Return the edit that puts a translation here; None if nothing changes, so that every byte stays."""
        if translation == self.msgid:
            return None
        return Edit(self.start, self.end, self.write(translation))


@dataclass(frozen=True)
class View:
    """Lines cut out of a text (a directive's body, an option block), each with the offset it was cut from."""

    source: str
    lines: tuple[str, ...]
    starts: tuple[int, ...]

    @classmethod
    def of(cls, source: str) -> View:
        """View a whole text."""
        lines = tuple(source.split("\n"))
        starts = [0]
        for line in lines[:-1]:
            starts.append(starts[-1] + len(line) + 1)
        return cls(source, lines, tuple(starts))

    @property
    def text(self) -> str:
        """The lines as one text."""
        return "\n".join(self.lines)

    def part(self, first: int, last: int) -> View:
        """View the lines from `first` up to `last`."""
        return View(self.source, self.lines[first:last], self.starts[first:last])

    def tails(self, first: int, contents: Sequence[str]) -> View:
        """View the ends of the lines from `first` on: what a parser left when it took their prefixes away.

        Raises
        ------
        UnreadableError
            If a line does not end so, as when a tab was split.
        """
        starts = []
        for index, content in enumerate(contents, first):
            line = self.lines[index]
            if not line.endswith(content):
                raise UnreadableError(self.starts[index], "a tab or an odd indentation: indent with spaces")
            starts.append(self.starts[index] + len(line) - len(content))
        return View(self.source, tuple(contents), tuple(starts))

    def prefix(self, line: int) -> str:
        """Return what stands before a line in the text: indentation, quote marks."""
        start = self.starts[line]
        return self.source[self.source.rfind("\n", 0, start) + 1 : start]

    def offset(self, position: int) -> int:
        """Return the offset in the text of a position in `self.text`."""
        line = self.text.count("\n", 0, position)
        return self.starts[line] + position - (self.text.rfind("\n", 0, position) + 1)

    def lift(self, span: Span) -> Span:
        """Turn a span of `self.text` into one of the text, whose new lines get the prefix of the others."""
        prefix = self.prefix(self.text.count("\n", 0, span.start))
        return replace(
            span,
            start=self.offset(span.start),
            end=self.offset(span.end),
            write=lambda new: span.write(new).replace("\n", "\n" + prefix),
        )


def line_at(text: str, offset: int) -> int:
    """Return the number, from 1, of the line that holds an offset."""
    return text.count("\n", 0, offset) + 1

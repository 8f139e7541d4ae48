"""A plan's YAML file as plain values, each with its line; whatever a file asks for, nothing is done.

The file is read as JSON's values in YAML's clothes: only ``true`` and ``false`` are truth values, so that NO
is Norway; dates and numbers such as 012 are texts; a key stands once. There are no anchors, aliases or tags:
a plan has no use for them, and with them a small file can grow without bound.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import yaml

from klasteryste.errors import CourseError

# A plan of 500 partners is well under a megabyte.
LARGEST = 5_000_000
_DEEPEST = 30
_MOST_VALUES = 200_000

# The fast parser where PyYAML was built with it; both give the same events.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)

_CONSTANTS = {"": None, "null": None, "~": None, "true": True, "false": False}
_INTEGER = re.compile(r"[-+]?(?:0|[1-9][0-9]*)")
_DECIMAL = re.compile(r"[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]{1,3})?")
_NO_NUMBER = re.compile(r"[-+]?\.(?:inf|nan)", re.IGNORECASE)
_LONGEST_NUMBER = 40

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A plan as it is written.

    Attributes
    ----------
    path : Path
        Where it was read from.
    value : dict
        Its content.
    lines : dict
        The line of each value, counted from 1, by the keys and numbers that lead to it.
    written : dict
        Each number as it is printed in the file, such as ``"32.60"``, by the same.
    content : bytes
        The file itself.
    """

    path: Path
    value: dict[str, Any]
    lines: dict[Place, int]
    written: dict[Place, str]
    content: bytes

    def line(self, place: Place) -> int:
        """Give the line of a value or, of one that is not there, that of the nearest one around it."""
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]


def read_document(path: Path) -> Document:
    """Read a plan's file.

    Raises
    ------
    CourseError
        If it is no regular file, too large, not UTF-8 or no YAML, or holds what a plan cannot; the message
        names the line.
    """
    if not path.exists():
        raise CourseError(f"{path} is not there: name the plan's YAML file")
    if not path.is_file():
        raise CourseError(f"{path} is no file: name the plan's YAML file")
    if path.stat().st_size > LARGEST:
        raise CourseError(
            f"{path} is larger than {LARGEST // 1_000_000} MB: a plan is text, put data beside it"
        )
    content = path.read_bytes()
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise CourseError(f"{path}, byte {error.start}: not UTF-8; save it as UTF-8") from None
    reader = _Reader(path)
    try:
        value = reader.read(text)
    except yaml.MarkedYAMLError as error:
        line = 0 if error.problem_mark is None else error.problem_mark.line + 1
        raise CourseError(f"{path}, line {line}: not YAML, {error.problem or error.context}") from None
    except yaml.reader.ReaderError as error:
        raise CourseError(f"{path}: it holds the character {error.character!r}: take it out") from None
    if not isinstance(value, dict):
        raise CourseError(f"{path}: a plan is sections with names, such as meta and problem")
    return Document(path, value, reader.lines, reader.written, content)


def replace_sections(path: Path, sections: Mapping[str, Sequence[str]]) -> None:
    """Put new lines into sections of a plan's file; every other byte stays, comments and order too.

    Parameters
    ----------
    path : Path
        The plan's YAML file.
    sections : mapping of str to sequence of str
        By name the lines below it. A section that is not there yet comes after the one before it here or, if
        it is the first, at the end.

    Raises
    ------
    CourseError
        If the file cannot be read, or its sections do not begin on lines of their own.
    """
    document = read_document(path)
    lines = document.content.decode("utf-8").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n"
    starts = {str(place[0]): line - 1 for place, line in document.lines.items() if len(place) == 1}
    for name, start in starts.items():
        # Some editors put a byte order mark before the first.
        if not lines[start].removeprefix("\ufeff").startswith(f"{name}:"):
            raise CourseError(f"{path}, line {start + 1}: begin the section {name} on a line of its own")
    ends = {
        name: _end(
            lines, start, min((other for other in starts.values() if other > start), default=len(lines))
        )
        for name, start in starts.items()
    }
    spans: list[tuple[int, int, str]] = []
    end = len(lines)
    for name, content in sections.items():
        start, end = (starts[name], ends[name]) if name in starts else (end, end)
        spans.append((start, end, "".join(f"{line}\n" for line in (f"{name}:", *content))))
    for start, end, text in sorted(spans, reverse=True):
        lines[start:end] = [text]
    path.write_text("".join(lines), encoding="utf-8", newline="")


def _end(lines: list[str], start: int, end: int) -> int:
    """Find where a section ends: the blank lines and comments above the next one belong to that."""
    while end > start + 1 and re.fullmatch(r"(#.*)?\s*", lines[end - 1]):
        end -= 1
    return end


class _Reader:
    """Builds values from YAML's events, so that nothing is built that was not looked at first."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: dict[Place, int] = {}
        self.written: dict[Place, str] = {}

    def read(self, text: str) -> Any:
        events: Iterator[Any] = iter(yaml.parse(text, Loader=_Loader))
        next(events)  # the stream's start
        if isinstance(next(events), yaml.StreamEndEvent):
            raise CourseError(f"{self.path} is empty: a plan has sections, such as meta and problem")
        value = self._value(next(events), events, ())
        next(events)  # the document's end
        if not isinstance(next(events), yaml.StreamEndEvent):
            raise CourseError(f"{self.path}: more than one document (---): a plan is one")
        return value

    def _value(self, event: Any, events: Iterator[Any], place: Place) -> Any:
        line = event.start_mark.line + 1
        self.lines[place] = line
        if len(place) > _DEEPEST:
            self._refuse(line, f"more than {_DEEPEST} levels deep: a plan is not")
        if len(self.lines) > _MOST_VALUES:
            self._refuse(line, f"more than {_MOST_VALUES} values: put data in a table beside the plan")
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None) is not None:
            self._refuse(line, "an anchor or alias (& or *): write the value out, or put it in quotes")
        if getattr(event, "tag", None) is not None:
            self._refuse(line, f"the tag {event.tag}: write a plain value")
        if isinstance(event, yaml.ScalarEvent):
            return self._scalar(event, line, place)
        if isinstance(event, yaml.SequenceStartEvent):
            return self._list(events, place)
        return self._mapping(events, place)

    def _list(self, events: Iterator[Any], place: Place) -> list[Any]:
        items: list[Any] = []
        while not isinstance(event := next(events), yaml.SequenceEndEvent):
            items.append(self._value(event, events, (*place, len(items))))
        return items

    def _mapping(self, events: Iterator[Any], place: Place) -> dict[str, Any]:
        mapping: dict[str, Any] = {}
        while not isinstance(event := next(events), yaml.MappingEndEvent):
            line = event.start_mark.line + 1
            if not isinstance(event, yaml.ScalarEvent) or event.anchor or event.tag:
                self._refuse(line, "a key that is no plain word: write name: value")
            if event.value in mapping:
                self._refuse(line, f"the key {event.value!r} is there twice: leave one")
            mapping[event.value] = self._value(next(events), events, (*place, event.value))
            # A value that begins below its key is looked for where the key is.
            self.lines[(*place, event.value)] = line
        return mapping

    def _scalar(self, event: Any, line: int, place: Place) -> Any:
        text: str = event.value
        if event.style:  # in quotes, or a block of text
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _NO_NUMBER.fullmatch(text):
            self._refuse(line, f"{text} is no number: give one, or leave the field out")
        if _INTEGER.fullmatch(text) or _DECIMAL.fullmatch(text):
            number: int | float = float("inf")
            if len(text) <= _LONGEST_NUMBER:
                number = int(text) if _INTEGER.fullmatch(text) else float(text)
            if abs(number) > 1e18:
                self._refuse(
                    line, f"the number {text[:_LONGEST_NUMBER]} is beyond what anything here measures"
                )
            self.written[place] = text
            return number
        return text

    def _refuse(self, line: int, why: str) -> NoReturn:
        raise CourseError(f"{self.path}, line {line}: {why}")

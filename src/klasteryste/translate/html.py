"""Messages in a block of HTML: the text between its tags, and the attributes that a reader sees or hears."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from klasteryste.translate.spans import Span

# A sentence runs through these; every other tag ends it.
_INLINE = frozenset(
    {
        "a",
        "abbr",
        "b",
        "bdi",
        "br",
        "cite",
        "code",
        "em",
        "i",
        "kbd",
        "mark",
        "q",
        "s",
        "small",
        "span",
        "strong",
    }
    | {"sub", "sup", "time", "u", "var"}
)
_SILENT = frozenset({"math", "pre", "script", "style", "svg", "template"})
_ATTRIBUTE = re.compile(
    r"""\s(?:alt|aria-label|placeholder|title)\s*=\s*(["'])(?P<value>.*?)\1""", re.I | re.S
)


def mask(tag: str) -> str:
    """Return a tag without the attribute values that are to be translated: what must stay."""
    return _ATTRIBUTE.sub(lambda match: match[0][: match.start("value") - match.start()], tag)


def words(tag: str) -> list[str]:
    """Return the attribute values of a tag that are to be translated."""
    return [match["value"] for match in _ATTRIBUTE.finditer(tag)]


class _Boundaries(HTMLParser):
    """Find the tags that end a sentence, as (start, end, depth of silence after it)."""

    def __init__(self, source: str) -> None:
        super().__init__(convert_charrefs=False)
        self._lines = [0, *(match.end() for match in re.finditer("\n", source))]
        self._silent = 0
        self.found: list[tuple[int, int, bool]] = []
        self.feed(source)
        self.close()

    def _mark(self, length: int) -> None:
        line, column = self.getpos()
        start = self._lines[line - 1] + column
        self.found.append((start, start + length, self._silent > 0))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in _SILENT
        if tag not in _INLINE:
            self._mark(len(self.get_starttag_text() or ""))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _INLINE:
            self._mark(len(self.get_starttag_text() or ""))

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in _SILENT and self._silent > 0
        if tag not in _INLINE:
            line, column = self.getpos()
            start = self._lines[line - 1] + column
            self._mark(self.rawdata.index(">", start) + 1 - start)

    def handle_comment(self, data: str) -> None:
        self._mark(len(data) + len("<!---->"))


def html_spans(source: str) -> list[Span]:
    """Find the messages of a block of HTML: its text, and `alt`, `aria-label`, `placeholder`, `title`."""
    spans, position, silent = [], 0, False
    for start, end, silent_after in [*_Boundaries(source).found, (len(source), len(source), False)]:
        text = source[position:start]
        if text.strip() and not silent:
            first = position + len(text) - len(text.lstrip())
            spans.append(Span(first, position + len(text.rstrip()), " ".join(text.split()), "HTML text"))
        for match in _ATTRIBUTE.finditer(source, start, end):
            quote = {'"': "&quot;", "'": "&#39;"}[match[1]]
            spans.append(
                Span(
                    match.start("value"),
                    match.end("value"),
                    " ".join(match["value"].split()),
                    "HTML attribute",
                    lambda new, mark=match[1], quote=quote: new.replace(mark, quote),  # type: ignore[misc]
                )
            )
        position, silent = end, silent_after
    return spans

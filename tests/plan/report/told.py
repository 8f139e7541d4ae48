"""A report as it is read: its elements, its words by section, its style."""

from __future__ import annotations

from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path

from klasteryste.plan import Report


class Page(HTMLParser):
    """A page's elements with their attributes, its words by section, and its style."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.sections: dict[str, str] = {"": ""}
        self.style = ""
        self._section, self._open = "", ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element; a heading of the second rank begins a section."""
        self.elements.append((tag, dict(attrs)))
        self._open = tag
        if tag == "h2":
            self._section = dict(attrs)["id"] or ""
            self.sections[self._section] = ""

    def handle_data(self, data: str) -> None:
        """Keep words."""
        if self._open == "style":
            self.style += data
        else:
            self.sections[self._section] += data

    def handle_endtag(self, tag: str) -> None:
        """Know that the style is over, and words too."""
        self._open = ""
        if tag not in {"b", "span", "code", "a"}:
            self.sections[self._section] += " "

    def words(self, section: str | None = None) -> str:
        """Give the words of a section or of the page, with single spaces."""
        found = "".join(self.sections.values()) if section is None else self.sections[section]
        return " ".join(found.replace("\N{NO-BREAK SPACE}", " ").split())

    def images(self) -> list[dict[str, str | None]]:
        """Give the images' attributes."""
        return [about for tag, about in self.elements if tag == "img"]


@dataclass(frozen=True)
class Told:
    """A plan's file, what the rules say of it, and its page."""

    path: Path
    report: Report
    page: Page

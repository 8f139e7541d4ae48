"""A source file as parts to translate: a page is one part, a notebook has a part for each of its cells."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from klasteryste.errors import CourseError
from klasteryste.translate.code import code_spans, mark_edits
from klasteryste.translate.markdown import Page
from klasteryste.translate.myst import parser
from klasteryste.translate.spans import Edit, Span, UnreadableError, apply, line_at


def path_within(root: Path, source: Path) -> Path:
    """Return the path of a source from a root; both may be relative.

    Raises
    ------
    CourseError
        If the source is outside the root.
    """
    try:
        return source.resolve().relative_to(root.resolve())
    except ValueError:
        raise CourseError(
            f"{source.as_posix()}: outside {root.as_posix()}: give a source of the repository"
        ) from None


@dataclass(frozen=True)
class Part:
    """A page, or a cell of a notebook.

    Attributes
    ----------
    place : str
        What a person finds it by: ``book/index.md``, ``notebooks/m2.ipynb#m2-intro``.
    text : str
        Its text.
    code : bool
        Whether it is Python; else it is MyST Markdown.
    references : mapping
        Link definitions made in any part of the file.
    """

    place: str
    text: str
    code: bool = False
    references: Mapping[str, Any] = field(default_factory=dict)

    def where(self, offset: int) -> str:
        """Name the file, the cell and the line of an offset."""
        return f"{self.place}:{line_at(self.text, offset)}"

    @cached_property
    def _found(self) -> tuple[list[Span], list[Edit], Mapping[str, Any]]:
        try:
            if self.code:
                return code_spans(self.text), mark_edits(self.text), self.references
            page = Page(self.text, self.references)
            return page.spans, page.mark_edits(), page.references
        except UnreadableError as error:
            raise CourseError(f"{self.where(error.offset)}: {error}") from None

    @property
    def spans(self) -> list[Span]:
        """The messages, in the order of reading."""
        return self._found[0]

    @property
    def all_references(self) -> Mapping[str, Any]:
        """The link definitions its messages are read with."""
        return self._found[2]

    def replaced(self, translations: Mapping[str, str]) -> str:
        """Return the text with translations in the places of their messages; the ``tr`` marks stay."""
        edits = (span.edit(translations.get(span.msgid, span.msgid)) for span in self.spans)
        return apply(self.text, [edit for edit in edits if edit is not None])

    def unmarked(self) -> str:
        """Return the text without the ``tr`` marks and their import."""
        return apply(self.text, self._found[1])


class Document:
    """A page or a notebook that is to be translated.

    Parameters
    ----------
    source : Path
        A ``.md`` or ``.ipynb`` file.
    root : Path, optional
        The folder that places are named from; without it they are named as `source` is.

    Raises
    ------
    CourseError
        If it is no such file, is not UTF-8 with plain line ends, or is a notebook that is not written as
        Jupyter writes it (then changing one cell could not leave the other bytes alone).
    """

    def __init__(self, source: Path, root: Path | None = None) -> None:
        self.name = (path_within(root, source) if root else source).as_posix()
        try:
            text = source.read_bytes().decode()
        except UnicodeDecodeError as error:
            raise CourseError(f"{self.name}: not UTF-8 (byte {error.start}): save it as UTF-8") from None
        except OSError as error:
            raise CourseError(
                f"{self.name}: cannot be read ({error.strerror}): give a page or a notebook"
            ) from None
        if "\r" in text:
            raise CourseError(f"{self.name}: has Windows line ends: save it with Unix ones (\\n)")
        self._notebook: dict[str, Any] | None = None
        if source.suffix == ".ipynb":
            self._notebook, self._end = _read_notebook(text, self.name)
            self._cells = [
                cell for cell in self._notebook["cells"] if cell["cell_type"] in ("markdown", "code")
            ]
            self.parts = [self._part(cell) for cell in self._cells]
        elif source.suffix == ".md":
            self.parts = [Part(self.name, text)]
        else:
            raise CourseError(
                f"{self.name}: neither Markdown (.md) nor a notebook (.ipynb), so it is not translated"
            )

    @cached_property
    def _references(self) -> Mapping[str, Any]:
        env: dict[str, Any] = {}
        for cell in self._cells:
            if cell["cell_type"] == "markdown":
                parser().parse("".join(cell["source"]), env)
        return dict(env.get("references", {}))

    def _part(self, cell: Mapping[str, Any]) -> Part:
        code = cell["cell_type"] == "code"
        return Part(
            f"{self.name}#{cell['id']}", "".join(cell["source"]), code, {} if code else self._references
        )

    def with_texts(self, texts: Sequence[str]) -> str:
        """Return the file's text with other texts in its parts, all else as it is, byte for byte."""
        if self._notebook is None:
            return texts[0]
        for cell, text in zip(self._cells, texts, strict=True):
            if text != "".join(cell["source"]):
                cell["source"] = text.splitlines(keepends=True)
        return _write_notebook(self._notebook) + self._end

    def translated(self, translations: Mapping[str, str]) -> str:
        """Return the file's text with translations in place and the ``tr`` marks kept."""
        return self.with_texts([part.replaced(translations) for part in self.parts])

    def localised(self, translations: Mapping[str, str]) -> str:
        """Return the file's text as it is published: translations in place, no ``tr`` marks."""
        return self.with_texts(
            [Part(part.place, part.replaced(translations), part.code).unmarked() for part in self.parts]
        )


def _write_notebook(notebook: Mapping[str, Any]) -> str:
    return json.dumps(notebook, indent=1, ensure_ascii=False)


def _is_cell(cell: object) -> bool:
    match cell:
        case {"cell_type": str(), "source": str() | list() as source}:
            return all(isinstance(line, str) for line in source)
    return False


def _read_notebook(text: str, name: str) -> tuple[dict[str, Any], str]:
    try:
        notebook = json.loads(text)
    except json.JSONDecodeError as error:
        raise CourseError(
            f"{name}:{error.lineno}: not JSON ({error.msg}): open and save it in JupyterLab"
        ) from None
    if not isinstance(notebook, dict) or not isinstance(notebook.get("cells"), list):
        raise CourseError(f"{name}: not a notebook of format 4: open and save it in JupyterLab")
    end = "\n" if text.endswith("\n") else ""
    if _write_notebook(notebook) + end != text:
        raise CourseError(f"{name}: not written as Jupyter writes a notebook: open and save it in JupyterLab")
    for number, cell in enumerate(notebook["cells"], 1):
        if not _is_cell(cell):
            raise CourseError(
                f"{name}: cell {number} is none of notebook format 4 (a cell_type and a source): "
                "open and save it in JupyterLab"
            )
    ids = [cell.get("id") for cell in notebook["cells"]]
    for number, id_ in enumerate(ids, 1):
        if not id_ or ids.count(id_) > 1:
            raise CourseError(
                f"{name}: cell {number} needs an id of its own (it has {id_!r}): give it a word as id"
            )
    return notebook, end

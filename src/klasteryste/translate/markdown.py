"""Messages in a page of MyST Markdown.

The page is parsed as the book parses it, and the place of each message is worked out from the lines of its
token, so that everything between the messages stays as it is, byte for byte.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml
from markdown_it.token import Token
from myst_parser.parsers.options import State, TokenizeError, _to_tokens, options_to_items

from klasteryste.translate.code import code_spans, mark_edits
from klasteryste.translate.html import html_spans
from klasteryste.translate.myst import DIRECTIVES, OPTIONS, Directive, parser
from klasteryste.translate.parity import worth_translating
from klasteryste.translate.spans import Edit, Span, UnreadableError, View

_KINDS = {
    "blockquote_open": "block quote",
    "dd_open": "definition",
    "dt_open": "term",
    "footnote_reference_open": "footnote",
    "heading_open": "heading",
    "list_item_open": "list item",
}
_CARD_PARTS = re.compile(r"\^{3,}\s*|\+{3,}\s*")
_FRONT_MATTER = frozenset({"description", "subtitle", "title"})


def quoted(text: str) -> str:
    """Write a value of an option or of front matter in double quotes, readable by YAML and by MyST."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def _write_option(text: str, plain: bool) -> str:
    try:
        safe = plain and options_to_items(f"k: {text}")[0] == [("k", text)]
    except TokenizeError:
        safe = False
    return text if safe else quoted(text)


def _write_yaml(text: str, plain: bool) -> str:
    try:
        safe = plain and yaml.safe_load(f"k: {text}") == {"k": text}
    except yaml.YAMLError:
        safe = False
    return text if safe else quoted(text)


@dataclass
class Page:
    """The messages of a page, in the order of reading, and the code cells written in it.

    Parameters
    ----------
    text : str
        A Markdown page, or one Markdown cell.
    references : mapping
        Link definitions made elsewhere (in the other cells of a notebook).

    Raises
    ------
    UnreadableError
        If the page uses a directive that `DIRECTIVES` lacks, its front matter or the options of a directive
        cannot be read, or its code breaks the rules of `code_spans`.
    """

    text: str
    references: Mapping[str, Any]

    def __post_init__(self) -> None:
        self.code: list[View] = []
        self._env: dict[str, Any] = {"references": dict(self.references)}
        found = list(self._prose(View.of(self.text), "paragraph"))
        self.references = self._env["references"]
        self.spans = [
            span for span in found if span.kind == "string" or worth_translating(span.msgid, self.references)
        ]

    def mark_edits(self) -> list[Edit]:
        """Return the edits that take the ``tr`` marks out of the page's code cells."""
        return [
            Edit(
                view.offset(edit.start), view.offset(edit.end), edit.text.replace("\n", "\n" + view.prefix(0))
            )
            for view in self.code
            for edit in mark_edits(view.text)
        ]

    def _prose(self, view: View, kind: str) -> Iterator[Span]:
        tokens = parser().parse(view.text, self._env)
        kinds = [kind]
        for index, token in enumerate(tokens):
            if token.type in _KINDS:
                kinds.append(_KINDS[token.type])
            elif token.type.replace("_close", "_open") in _KINDS:
                kinds.pop()
            elif token.type == "tr_open":
                yield from self._row(view, tokens, index)
            elif token.type == "inline" and tokens[index - 1].type not in ("th_open", "td_open"):
                yield self._paragraph(view, token, kinds[-1])
            elif token.type in ("fence", "colon_fence"):
                yield from self._fence(view, token)
            elif token.type == "html_block":
                first, _ = _lines(token)
                block = view.tails(first, token.content.rstrip("\n").split("\n"))
                yield from map(block.lift, html_spans(block.text))
            elif token.type == "front_matter" and view.starts[0] == 0:
                yield from _front_matter(view.part(1, _lines(token)[1] - 1))

    def _paragraph(self, view: View, token: Token, kind: str) -> Span:
        first, _ = _lines(token)
        contents = token.content.split("\n")
        starts, pieces = [], []
        for number, content in enumerate(contents, first):
            words = content.strip()
            # The last place, since list, quote and heading marks stand before it and only "##" may follow.
            column = view.lines[number].rfind(words)
            if column == -1:
                raise UnreadableError(view.starts[number], "a tab inside a block: write spaces")
            starts.append(view.starts[number] + column)
            pieces.append(words + _line_end(content))
        pieces[-1] = contents[-1].strip()
        end = starts[-1] + len(contents[-1].strip())
        prefix = self.text[self.text.rfind("\n", 0, starts[-1]) + 1 : starts[-1]]
        return Span(starts[0], end, "".join(pieces), kind, lambda new: new.replace("\n", "\n" + prefix))

    def _row(self, view: View, tokens: list[Token], index: int) -> Iterator[Span]:
        number = _lines(tokens[index])[0]
        line, start = view.lines[number], view.starts[number]
        bars = [match.start() for match in re.finditer(r"(?<!\\)\|", line)]
        edges = list(zip([-1, *bars], [*bars, len(line)], strict=True))
        first_cell = tokens[index + 2].content.replace("|", "\\|")
        before = line[: edges[0][1]].rstrip()
        if not first_cell or not before.endswith(first_cell):
            edges.pop(0)
        for left, right in edges:
            cell = line[left + 1 : right]
            if left == -1:
                cell = first_cell
            words = cell.strip()
            if words:
                at = start + line.index(words, left + 1)
                yield Span(at, at + len(words), words, "table cell")

    def _fence(self, view: View, token: Token) -> Iterator[Span]:
        first, _ = _lines(token)
        name, _, argument = token.info.strip().partition(" ")
        content = token.content.split("\n")[:-1]
        body = view.tails(first + 1, content)
        if not (name.startswith("{") and name.endswith("}")):
            if token.type == "colon_fence":
                yield from self._prose(body, "paragraph")
            return
        directive = DIRECTIVES.get(name[1:-1])
        if directive is None:
            known = "add it to DIRECTIVES in klasteryste/translate/myst.py"
            raise UnreadableError(
                view.starts[first], f"the directive {name} is not known to the translator: {known}"
            )
        if directive.argument == "title" and (title := argument.strip()):
            at = view.starts[first] + view.lines[first].rindex(title)
            yield Span(at, at + len(title), title, f"title of {name}")
        options, body = _split_options(body)
        if options is not None:
            yield from map(options.lift, _option_spans(options, name))
        yield from self._body(body, directive, name)

    def _body(self, body: View, directive: Directive, name: str) -> Iterator[Span]:
        if not body.lines:
            return
        match directive.body:
            case "prose":
                yield from self._prose(body, "caption" if name == "{figure}" else "paragraph")
            case "card":
                cuts = [
                    -1,
                    *(i for i, line in enumerate(body.lines) if _CARD_PARTS.fullmatch(line)),
                    len(body.lines),
                ]
                for before, after in pairwise(cuts):
                    if before + 1 < after:
                        yield from self._prose(body.part(before + 1, after), "paragraph")
            case "code":
                self.code.append(body)
                yield from map(body.lift, code_spans(body.text))


def _line_end(content: str) -> str:
    """Return what a message has for the end of a line: a space, or a line end if the break is a hard one."""
    blanks = len(content) - len(content.rstrip(" "))
    slashes = len(content) - len(content.rstrip("\\"))
    if blanks >= 2:
        return " " * blanks + "\n"
    return "\n" if slashes % 2 else " "


def _lines(token: Token) -> tuple[int, int]:
    if token.map is None:
        raise ValueError(f"the parser gave no lines for a {token.type}")
    return token.map[0], token.map[1]


def _front_matter(view: View) -> Iterator[Span]:
    try:
        root = yaml.compose(view.text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        told = getattr(error, "problem", "a character that YAML does not allow")
        place = view.offset(mark.index) if mark else view.starts[0]
        raise UnreadableError(place, f"the front matter is not YAML: {told}") from None
    if not isinstance(root, yaml.MappingNode):
        return
    for key, value in root.value:
        if (
            isinstance(key, yaml.ScalarNode)
            and key.value in _FRONT_MATTER
            and isinstance(value, yaml.ScalarNode)
        ):
            yield view.lift(
                _scalar(view.text, value.start_mark.index, value.end_mark.index, value.value, "front matter")
            )


def _scalar(text: str, start: int, end: int, value: str, kind: str) -> Span:
    end = start + len(text[start:end].rstrip())
    plain = text[start] not in "\"'|>"
    write = _write_yaml if kind == "front matter" else _write_option
    return Span(start, end, " ".join(value.split()), kind, lambda new: write(new, plain))


def _split_options(body: View) -> tuple[View | None, View]:
    """Part a directive's options from its body, by the rule of `myst_parser.parsers.directives`."""
    lines = body.lines
    if lines and lines[0].startswith("---"):
        close = next((i for i, line in enumerate(lines[1:], 1) if line.startswith("---")), len(lines))
        return body.part(1, close), body.part(close + 1, len(lines))
    count = 0
    while count < len(lines) and lines[count].lstrip().startswith(":") and not lines[count].startswith(":::"):
        count += 1
    if not count:
        return None, body
    return body.tails(0, [line.lstrip()[1:] for line in lines[:count]]), body.part(count, len(lines))


def _option_spans(options: View, name: str) -> Iterator[Span]:
    try:
        for key, value in _to_tokens(options.text, State()):
            if key.value in OPTIONS and value is not None:
                kind = f"{key.value} of {name}"
                yield _scalar(options.text, value.start.index, value.end.index, value.value, kind)
    except TokenizeError as error:
        place = options.offset(error.problem_mark.index)
        raise UnreadableError(place, f"the options of {name} cannot be read: {error.problem}") from None

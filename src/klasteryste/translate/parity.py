"""What a translation may not change: maths, code, links, roles, tags, placeholders, numbers, blocks."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from markdown_it.token import Token

from klasteryste.translate import html
from klasteryste.translate.myst import parser
from klasteryste.translate.spans import Span

_FOOTNOTE = re.compile(r"\[\^([^\]\s]+)\]")
_PLACEHOLDER = re.compile(r"\{\{|\}\}|\{[^{}]*\}")
_EXPLICIT = re.compile(r"(?P<words>.*?)\s*<(?P<target>[^<>]*)>", re.S)
# The whole content of these is for the reader.
_SPOKEN_ROLES = frozenset(
    {
        "abbr",
        "dfn",
        "emphasis",
        "guilabel",
        "menuselection",
        "strong",
        "sub",
        "sup",
        "title-reference",
    }
)
# A term of the glossary goes by its English name in every language, so a translation has to bring its words.
_BARE_TERM = re.compile(r"\{term\}`[^`<]*`")
_BLOCKS = frozenset({"paragraph", "caption", "definition", "term", "footnote", "block quote", "list item"})
# Attributes that are looked at elsewhere; the others come from braces after a span, a link or an image.
_OWN_ATTRIBUTES = frozenset({"alt", "href", "src", "title"})
_NUMERAL = re.compile(r"\d[.,]\d|\d\s?%")
# Three digits after one of these belong to the number before. Only the English source groups by commas: in a
# translation a comma begins the decimals.
_SPACES = " \u00a0\u2009\u202f"

References = Mapping[str, Any]


def _inline(text: str, references: References) -> list[Token]:
    # A footnote mark is one only where its footnote is known, which one message on its own does not say.
    footnotes = {f":{label}": -1 for label in _FOOTNOTE.findall(text)}
    env = {"references": dict(references), "footnotes": {"refs": footnotes}}
    return parser().parseInline(text, env)[0].children or []


def _flat(tokens: Iterable[Token]) -> Iterator[Token]:
    for token in tokens:
        yield token
        yield from _flat(token.children or [])


def _role(name: str, content: str) -> tuple[str, str]:
    """Split a role into the target that stays and the words that are translated."""
    if name in _SPOKEN_ROLES or re.fullmatch(r"bdg(-\w+)?(-line)?", name):
        return "", content
    match = _EXPLICIT.fullmatch(content)
    target, words = (match["target"], match["words"]) if match else (content, "")
    return (target.lower(), words or target) if name == "term" else (target, words)


def _read(text: str, references: References) -> tuple[Counter[tuple[str, str]], str]:
    """Return what must stay in a message, each as (kind, content), and the words that are left."""
    fixed: Counter[tuple[str, str]] = Counter()
    words = []
    for token in _flat(_inline(text, references)):
        marks = {name: value for name, value in token.attrs.items() if name not in _OWN_ATTRIBUTES}
        if marks:
            fixed["attributes", str(sorted(marks.items()))] += 1
        match token.type:
            case "text":
                words.append(token.content)
            case "math_inline" | "math_inline_double":
                fixed["maths", token.content] += 1
            case "code_inline":
                fixed["code", token.content] += 1
            case "link_open":
                fixed["link", str(token.attrs.get("href"))] += 1
                words.append(str(token.attrs.get("title", "")))
            case "image":
                fixed["image", str(token.attrs.get("src"))] += 1
                words.append(str(token.attrs.get("title", "")))
            case "myst_role":
                name = token.meta["name"]
                target, spoken = _role(name, token.content)
                fixed["role", f"{{{name}}}`{target}`"] += 1
                words.append(spoken)
            case "html_inline":
                fixed["tag", html.mask(token.content)] += 1
                words += html.words(token.content)
            case "footnote_ref":
                fixed["footnote", f"[^{token.meta['label']}]"] += 1
            case "substitution_inline":
                fixed["substitution", token.content] += 1
    return fixed, " ".join(words)


def _numbers(words: str, groups: str) -> Counter[str]:
    """Count the runs of digits; decimal marks, dashes and the endings of ordinals are the language's own."""
    whole = re.sub(rf"(?<!\d)\d{{1,3}}([{groups}]\d{{3}})+(?!\d)", lambda m: re.sub(r"\D", "", m[0]), words)
    return Counter(re.findall(r"\d+", whole))


def worth_translating(text: str, references: References) -> bool:
    """Say whether a message holds words, or numbers that a language writes its own way."""
    words = _read(text, references)[1]
    return any(mark.isalpha() for mark in words) or bool(_NUMERAL.search(words))


def _is_paragraph(text: str) -> bool:
    # A paragraph before it shows a definition list, which needs a term.
    types = [token.type for token in parser().parse(f"x\n\n{text}", {})]
    return types == ["paragraph_open", "inline", "paragraph_close"] * 2


def _pipes(text: str) -> int:
    return len(re.findall(r"(?<!\\)\|", text))


def _edges(text: str) -> tuple[str, str]:
    return text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]


def difference(span: Span, translation: str, references: References) -> str | None:
    """Say what a translation changes that it may not, or None.

    Parameters
    ----------
    span : Span
        The message.
    translation : str
        What is to stand in its place.
    references : mapping
        The link definitions of the page, so that ``[text][name]`` is known as a link.
    """
    (before, english), (after, words) = (_read(text, references) for text in (span.msgid, translation))
    if span.kind == "string":
        for counter, text in ((before, span.msgid), (after, translation)):
            counter.update(("placeholder", field) for field in _PLACEHOLDER.findall(text))
        english, words = (_PLACEHOLDER.sub("", text) for text in (english, words))
    given, said = _numbers(english, _SPACES + ","), _numbers(words, _SPACES)
    lost, added = before - after, after - before
    # A number may be in words, as an ordinal often is, if its digits stand elsewhere in the message.
    lost.update(("number", digits) for digits in given.keys() - said.keys())
    added.update(("number", digits) for digits in said - given)
    if lost or added:
        told = [f"lacks {kind} {content!r}" for kind, content in lost]
        told += [f"has {kind} {content!r} that the source has not" for kind, content in added]
        return ", ".join(told)
    if bare := _BARE_TERM.search(translation):
        return f"has {bare[0]!r} without words of its language (write {{term}}`words <{bare[0][7:-1]}>`)"
    if _edges(span.msgid) != _edges(translation):
        return "begins or ends with other white space"
    if span.kind not in ("string", "docstring") and span.msgid.count("\n") != translation.count("\n"):
        return "has other line breaks"
    if span.kind == "table cell" and _pipes(span.msgid) != _pipes(translation):
        return "has a bar that would split the table cell (write \\|)"
    if span.kind.startswith("title of") and "`" in translation and "`" not in span.msgid:
        return "has a backtick, which may not stand in the first line of a directive fenced by backticks"
    if span.kind in _BLOCKS and _is_paragraph(span.msgid) and not _is_paragraph(translation):
        return "would not be read as a paragraph (its beginning looks like a list, heading or other block)"
    return None

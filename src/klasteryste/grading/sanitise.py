"""What students wrote and put out, as HTML that does nothing and looks like nothing but itself."""

from __future__ import annotations

import base64
import binascii
import html
import re
import secrets
from typing import Any

from bleach.sanitizer import Cleaner
from bs4 import BeautifulSoup
from nbconvert.filters import strip_ansi
from nbformat import NotebookNode
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

_TAGS = frozenset([
    "a", "abbr", "b", "blockquote", "br", "caption", "code", "col", "colgroup", "dd", "del",
    "details", "div", "dl", "dt", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "i", "ins", "kbd",
    "li", "ol", "p", "pre", "q", "s", "samp", "small", "span", "strong", "sub", "summary", "sup",
    "table", "tbody", "td", "tfoot", "th", "thead", "tr", "u", "ul", "var",
])  # fmt: skip
_ATTRIBUTES = {
    "a": ["href", "title"],
    "td": ["colspan", "rowspan"],
    "th": ["colspan", "rowspan", "scope"],
    "ol": ["start"],
    "col": ["span"],
    "colgroup": ["span"],
}
# Their content is no text of a page.
_GONE = [
    "script", "style", "template", "iframe", "object", "embed", "svg", "math", "noscript", "title",
    "head", "select", "textarea", "button", "form", "audio", "video", "canvas", "frameset",
    "noembed", "xmp", "plaintext", "base", "link", "meta",
]  # fmt: skip
_CLEANER = Cleaner(
    tags=_TAGS, attributes=_ATTRIBUTES, protocols=frozenset({"http", "https", "mailto"}), strip=True
)
_IMAGES = {"image/png": b"\x89PNG\r\n\x1a\n", "image/jpeg": b"\xff\xd8\xff"}
# Of the terminal, and of the direction of writing, by which a text can be shown as another.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
IMAGE_BYTES = 5_000_000
"""Of a larger image only its text is shown."""


def clean_html(text: str) -> str:
    """Return HTML with nothing but plain tags: no script, style, form, image, or address but a link's."""
    soup = BeautifulSoup(text, "html.parser")
    for element in soup.find_all(_GONE):
        element.decompose()
    return str(_CLEANER.clean(str(soup)))


def plain_text(text: str) -> str:
    """Return a text without colours, and with what would change how it is shown written out."""
    return html.escape(_written_out(strip_ansi(text).replace("\r\n", "\n")))


def code_html(source: str) -> str:
    """Return Python code as HTML, highlighted."""
    return str(highlight(_written_out(source), PythonLexer(stripnl=False), HtmlFormatter(nowrap=True)))


def _written_out(text: str) -> str:
    return _CONTROLS.sub(lambda found: found[0].encode("unicode_escape").decode(), text)


def image_html(kind: str, content: Any, text: str) -> str:
    """Return an image, or nothing if it is none of a kind that is shown.

    Parameters
    ----------
    kind : str
        Its media type.
    content : str
        In base64.
    text : str
        Its text alternative.
    """
    if kind not in _IMAGES or not isinstance(content, str):
        return ""
    try:
        raw = base64.b64decode(content.replace("\n", ""), validate=True)
    except (binascii.Error, ValueError):
        return ""
    if not raw.startswith(_IMAGES[kind]) or len(raw) > IMAGE_BYTES:
        return ""
    return f'<img alt="{html.escape(text)}" src="data:{kind};base64,{base64.b64encode(raw).decode()}">'


def output_html(output: NotebookNode, image_text: str, table_text: str) -> str:
    """Return one output of a cell as HTML.

    Parameters
    ----------
    output : NotebookNode
        A stream, an error, or data, of which the richest kind is shown that can be shown safely.
    image_text : str
        The text alternative of an image.
    table_text : str
        What a table is called.
    """
    if output.output_type == "stream":
        return f"<pre>{plain_text(output.text)}</pre>"
    if output.output_type == "error":
        return f"<pre>{plain_text(chr(10).join(output.traceback))}</pre>"
    data = output.data
    for kind in _IMAGES:
        if kind in data and (image := image_html(kind, data[kind], image_text)):
            return image
    if isinstance(data.get("text/html"), str) and "<table" in data["text/html"]:
        name = html.escape(table_text)
        table = clean_html(data["text/html"])
        return f'<div class="wide" role="region" tabindex="0" aria-label="{name}">{table}</div>'
    text = data.get("text/plain", data.get("text/markdown", ""))
    return f"<pre>{plain_text(text if isinstance(text, str) else str(text))}</pre>"


class Kept:
    """Pieces of HTML that we made, kept out of the cleaning of the text around them."""

    def __init__(self) -> None:
        self._mark = secrets.token_hex(8)
        self._pieces: list[str] = []

    def keep(self, piece: str) -> str:
        """Return what stands for a piece; it cannot be guessed."""
        self._pieces.append(piece)
        return f"kept{self._mark}n{len(self._pieces) - 1}z"

    def put_back(self, text: str) -> str:
        """Return a cleaned text with the pieces in their places."""
        return re.sub(
            rf"kept{self._mark}n(\d+)z", lambda found: self.put_back(self._pieces[int(found[1])]), text
        )

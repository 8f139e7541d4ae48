"""Just enough of a PDF's reader to see what Chromium put on each page."""

from __future__ import annotations

import re
import zlib


class Pdf:
    """The objects of a file that Chromium wrote: each is plain, and only streams are compressed."""

    def __init__(self, content: bytes) -> None:
        found = re.finditer(rb"(?:^|\n)(\d+) 0 obj\n(.*?)\nendobj", content, re.DOTALL)
        self.objects = {int(match[1]): match[2] for match in found}
        self.whole = content

    @property
    def pages(self) -> list[bytes]:
        """The pages, in order."""
        (root,) = [one for one in self.objects.values() if b"/Type /Pages" in one and b"/Parent" not in one]
        return list(self._leaves(root))

    def _leaves(self, node: bytes):
        for number in re.findall(rb"(\d+) 0 R", re.search(rb"/Kids \[(.*?)\]", node, re.DOTALL)[1]):
            child = self.objects[int(number)]
            if b"/Kids" in child:
                yield from self._leaves(child)
            else:
                yield child

    def text(self, page: bytes) -> str:
        """Give a page's letters in the order in which they are drawn, forms within it included."""
        content = re.search(rb"/Contents (\d+) 0 R", page)
        return self._text(self._stream(int(content[1])), page)

    def _text(self, stream: bytes, holder: bytes) -> str:
        named = {name: int(number) for name, number in re.findall(rb"/([FX]\d+) (\d+) 0 R", holder)}
        letters: dict[int, str] = {}
        words = []
        for font, form, glyphs in re.findall(rb"/(F\d+) \S+ Tf|/(X\d+) Do|<([0-9A-Fa-f]+)> Tj", stream):
            if font:
                letters = self._letters(self.objects[named[font]])
            elif form and b"/Subtype /Form" in self.objects[named[form]]:
                words.append(self._text(self._stream(named[form]), self.objects[named[form]]))
            elif glyphs:
                codes = (int(glyphs[at : at + 4], 16) for at in range(0, len(glyphs), 4))
                words.append("".join(letters.get(code, "") for code in codes))
        return "".join(words)

    def _letters(self, font: bytes) -> dict[int, str]:
        table = re.search(rb"/ToUnicode (\d+) 0 R", font)
        if table is None:
            return {}
        found = {}
        stream = self._stream(int(table[1]))
        for first, last, letter in re.findall(rb"^<(\w{4})> (?:<(\w{4})> )?<(\w{4})>$", stream, re.MULTILINE):
            start, stop = int(first, 16), int(last or first, 16)
            found |= {code: chr(int(letter, 16) + code - start) for code in range(start, stop + 1)}
        return found

    def _stream(self, number: int) -> bytes:
        content = self.objects[number].split(b"stream\n", 1)[1].rsplit(b"\nendstream", 1)[0]
        return zlib.decompress(content)

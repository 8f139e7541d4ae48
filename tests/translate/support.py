"""What the tests of translation share: catalogues, notebooks, and the block structure of a page."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polib

from klasteryste.translate.document import Part
from klasteryste.translate.myst import parser

ROOT = Path(__file__).parents[2]


def translate(text: str, translations: Mapping[str, str], *, code: bool = False) -> str:
    """Put translations into a text, marks kept."""
    return Part("a text", text, code).replaced(translations)


def found(text: str, *, code: bool = False) -> list[tuple[str, str]]:
    """List the messages of a text as (kind, msgid)."""
    return [(span.kind, span.msgid) for span in Part("a text", text, code).spans]


def structure(text: str) -> list[Any]:
    """Return the types of all blocks of a page, those in the bodies of directives included."""
    types: list[Any] = []
    for token in parser().parse(text, {}):
        types.append(token.type)
        name = token.info.partition(" ")[0]
        if token.type in ("fence", "colon_fence") and name.startswith("{") and name != "{code-cell}":
            types.append([name, structure(token.content)])
    return types


def write_catalogue(path: Path, entries: Mapping[str, str], fuzzy: frozenset[str] = frozenset()) -> Path:
    """Write a catalogue."""
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8", "Language": "lt"}
    for msgid, msgstr in entries.items():
        flags = ["fuzzy"] if msgid in fuzzy else []
        catalogue.append(polib.POEntry(msgid=msgid, msgstr=msgstr, flags=flags))
    path.parent.mkdir(parents=True, exist_ok=True)
    catalogue.save(str(path))
    return path


def cell(kind: str, id_: str, source: str, **more: Any) -> dict[str, Any]:
    """Make a notebook cell."""
    made: dict[str, Any] = {"cell_type": kind}
    if kind == "code":
        made["execution_count"] = None
    made |= {"id": id_, "metadata": {}}
    if kind == "code":
        made["outputs"] = []
    return made | {"source": source.splitlines(keepends=True)} | more


def notebook(*cells: Mapping[str, Any]) -> str:
    """Write a notebook as Jupyter does."""
    made = {"cells": list(cells), "metadata": {"language_info": {"name": "python"}}, "nbformat": 4}
    return json.dumps(made | {"nbformat_minor": 5}, indent=1, ensure_ascii=False) + "\n"


BLOCKS_PAGE = """\
(m2)=
# One

Two {term}`trusted <trust>` $p$[^n],
three.

:::{admonition} Four
:class: tip

- five

  | six | $x$ |
  |-----|-----|
:::

```{figure} a.png
:alt: Seven

Eight
```

[^n]: Nine {cite:p}`kish1965`
"""
"""A page of several kinds of blocks."""

"""The tables of the page that says what was tried: `python -m tests.attacks.table` writes them into it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import yaml

from . import probe
from .corpus import CLASSES
from .honest import HONEST
from .stock import RESULTS
from .submission import Submission

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "book" / "attacks.md"
EXCEPTIONS = ROOT / "tests" / "grading" / "stock" / "exceptions.yml"

SHORT = {
    "marks": "marks",
    "hidden": "hidden tests",
    "peers": "work of others",
    "seen": "secrets",
    "changed": "changes that stay",
    "left": "traces",
    "reached": "the network",
    "took": "the machine",
    "page": "active content",
    "stopped": "the class stopped",
}
"""What an attack gained, in the page's words."""
NOTHING = "nothing"


def tables() -> dict[str, list[str]]:
    """Return the rows of each table by the heading above it."""
    stock = yaml.safe_load(RESULTS.read_text(encoding="utf-8"))
    found = {heading: _attacks(attacks, stock) for heading, attacks in CLASSES.items()}
    found["Honest and awkward"] = _table(
        ("what is awkward", "nbgrader as it comes", "here"),
        ((one.tries, _kept(stock[one.name]), "all marks") for one in HONEST),
    )
    found["Where marks are not nbgrader's"] = _table(("notebook", "what", "why"), _exceptions())
    return found


def filled(page: str) -> str:
    """Return the page with its tables as they should be; headings without a table of ours stay."""
    for heading, rows in tables().items():
        found = re.compile(rf"^### {re.escape(heading)}\n+(?:\|.*\n)*\n*", re.MULTILINE)
        text = f"### {heading}\n\n" + "".join(f"{row}\n" for row in rows) + "\n"
        page, count = found.subn(lambda _, text=text: text, page)
        if count != 1:
            raise ValueError(f"{PAGE} needs the heading '### {heading}' once")
    return page.rstrip("\n") + "\n"


def _attacks(attacks: Iterable[Submission], stock: dict[str, list[str]]) -> list[str]:
    rows = []
    for attack in attacks:
        there = ", ".join(SHORT[gain] for gain in stock[attack.name]) or NOTHING
        rows.append((attack.tries, there, f"{NOTHING}, refused" if attack.refused else NOTHING))
    return _table(("what is tried", "nbgrader as it comes", "here"), rows)


def _kept(score: float | None) -> str:
    if score is None:
        return "not graded"
    return "all marks" if score == probe.FULL else f"{score:g} of {probe.FULL:g} marks"


def _exceptions() -> list[tuple[str, str, str]]:
    listed = yaml.safe_load(EXCEPTIONS.read_text(encoding="utf-8"))
    rows = [
        (f"`{notebook}`", _names(name for name, why in cells.items() if why == reason), reason)
        for notebook, cells in listed["refused"].items()
        for reason in dict.fromkeys(cells.values())
    ]
    for group in (*listed["marks"], *listed["outputs"]):
        for name in group["cells"]:
            assignment, _, submission = name.partition(" ")
            rows.append((f"`{assignment}`", f"`{submission}`", group["reason"]))
    return rows


def _names(names: Iterable[str]) -> str:
    return ", ".join(f"`{name}`" for name in names)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    lines = [head, ("---",) * len(head), *rows]
    return [f"| {' | '.join(line)} |" for line in lines]


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text(encoding="utf-8")), encoding="utf-8")

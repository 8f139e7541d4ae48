"""Whether a plan's prose is its author's, or stands in a plan that the course has published.

Prose is compared by its groups of four words. Of these one in eight is kept, chosen by its hash, so that the
course can tell its own solution from others without handing it out.

Source: Broder (1997), On the resemblance and containment of documents, Compression and Complexity of
Sequences, 21-29.
"""

from __future__ import annotations

import hashlib
import re
import sys
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from pathlib import Path

from klasteryste.assignment import hidden, practice_seed
from klasteryste.plan.case import Case
from klasteryste.plan.check import Report, check

KNOWN = "published_prose.txt"
"""The file of this package that holds the groups of words of the course's own plans."""
MOST = 1 / 3
"""The share of a plan's groups of words that may stand in them too."""
_WORDS = 4
_ONE_IN = 8


def copied(report: Report) -> bool:
    """Tell whether much of a plan's prose stands in the plans that the course has published.

    The course's own solution is a copy of itself. Where no class has a secret, and the course tries its
    solution, it is none; in a class it is.

    Parameters
    ----------
    report : Report
        What a check says of the plan, which could be read.
    """
    return hidden().seed != practice_seed("hidden") and copied_share(report) > MOST


def copied_share(report: Report) -> float:
    """Give the share of a plan's groups of words that stand in the course's own plans."""
    own = sketch(report)
    return len(own & _published()) / len(own) if own else 0.0


def sketch(report: Report) -> frozenset[str]:
    """Give the groups of words of a plan's prose that are kept, as eight hexadecimal digits each.

    The names of numbers that it cites, and of its place, are left out: `new_plan` writes them.
    """
    return frozenset() if report.case is None else frozenset(_groups(report.case))


def _groups(case: Case) -> Iterator[str]:
    for place, text in case.texts.items():
        if place[:-1] in case.cited or place == ("meta", "place", "name"):
            continue
        for prose in (text.lt, text.en):
            words = re.findall(r"\w+", prose.casefold())
            for start in range(len(words) - _WORDS + 1):
                group = " ".join(words[start : start + _WORDS]).encode()
                digest = hashlib.sha256(group).hexdigest()[:8]
                if int(digest, 16) % _ONE_IN == 0:
                    yield digest


@cache
def _published() -> frozenset[str]:
    return frozenset(files("klasteryste.plan").joinpath(KNOWN).read_text(encoding="utf-8").split())


if __name__ == "__main__":  # what is to stand in the file, of the plans named
    found = frozenset[str]().union(*(sketch(check(Path(name))) for name in sys.argv[1:]))
    print(*sorted(found), sep="\n")

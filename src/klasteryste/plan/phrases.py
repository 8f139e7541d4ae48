"""Words that claim something, looked for in prose: ``centrin* partner*``, ``# viet*``."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from klasteryste.plan.model import Text


def phrases_in(text: Text, lists: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Find phrases of lists, by language, in a text of both.

    In a phrase ``*`` stands for any ending of a word and ``#`` for a number; case does not matter.

    Yields
    ------
    tuple of str
        The language, and what was found as it is printed; of each phrase the first.
    """
    for language, phrases in lists.items():
        for phrase in phrases:
            if match := _pattern(str(phrase)).search(getattr(text, language)):
                yield language, match[0]


@cache
def _pattern(phrase: str) -> re.Pattern[str]:
    words = [
        re.escape(word).replace(r"\*", r"\w*").replace(r"\#", r"[0-9]+(?:[-–]\w+|st|nd|rd|th)?")
        for word in phrase.split()
    ]
    return re.compile(r"\b" + r"\s+".join(words) + r"\b", re.IGNORECASE)

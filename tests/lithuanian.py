"""Telling a Lithuanian message from one that was left in English."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from klasteryste.errors import CourseError
from klasteryste.language import speaking

# No word of Lithuanian, no field of a plan or column of these tables, and none of what json and pandas say.
_ENGLISH = re.compile(r"\b(the|is|are|and|or|it|its|has|have|there|not|must|give|read|missing)\b")


def left_in_english(text: str) -> list[str]:
    """List the commonest English words in what should be Lithuanian."""
    return _ENGLISH.findall(text)


def refused(act: Callable[[], object], message: str) -> None:
    """Demand that something is refused with an English message, and in Lithuanian without a word of it."""
    with pytest.raises(CourseError, match=message) as english:
        act()
    with speaking("lt"), pytest.raises(CourseError) as lithuanian:
        act()
    assert not left_in_english(str(lithuanian.value)), str(lithuanian.value)
    assert str(lithuanian.value) != str(english.value)
    assert "\n" not in str(english.value) + str(lithuanian.value)

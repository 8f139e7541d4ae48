"""Personal data in a plan and its evidence: addresses, telephone numbers, personal codes, people's names.

What is found is never repeated: only its kind and where it stands.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import islice
from typing import Any

from klasteryste.data.own import regular_file
from klasteryste.errors import CourseError
from klasteryste.plan.case import Case
from klasteryste.plan.document import Document, Place

# A file of people's answers would bring one finding a row.
_MOST_OF_A_KIND = 3


@dataclass(frozen=True)
class Leak:
    """Personal data of some kind, or a file that cannot be searched for them.

    It is at a place of the plan, in a comment on a line of it or, where `file` is set, on a line of a file.
    A file that cannot be searched is of the kind ``unread``.
    """

    kind: str
    place: Place = ()
    file: str | None = None
    line: int = 0


def personal_data(case: Case, columns: Sequence[str], institutions: Sequence[str]) -> Iterator[Leak]:
    """Look for personal data in every text and comment of a plan and in every file beside it.

    Parameters
    ----------
    case : Case
        The plan.
    columns : sequence of str
        Names of columns of people's names and the like, in small letters.
    institutions : sequence of str
        Words after which a person's name is that of an institution, such as ``University``.
    """
    after = _institution(institutions)
    told: set[tuple[str, int]] = set()
    for place, text in _texts(case.document.value, ()):
        for kind in _kinds(text, after):
            told.add((kind, case.document.line(place)))
            yield Leak(kind, place)
    yield from _in_comments(case.document, told, after)
    # Of a folder that is a link, not even the names are read.
    if case.own is None or case.own.is_symlink() or not case.own.is_dir():
        return
    for path in sorted(case.own.iterdir()):
        name = "".join(letter if letter.isprintable() else "?" for letter in path.name)
        try:
            text = regular_file(case.own, path.name).decode("utf-8-sig")
        except (CourseError, UnicodeDecodeError):
            text = "\0"
        if "\0" in text:  # no text, or one of two bytes a letter
            yield Leak("unread", file=name)
        else:
            yield from _in_file(name, text, columns, after)


def _texts(value: Any, place: Place) -> Iterator[tuple[Place, str]]:
    if isinstance(value, str):
        yield place, value
    elif isinstance(value, int) and not isinstance(value, bool):
        yield place, str(value)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield place, key
            yield from _texts(item, (*place, key))
    elif isinstance(value, list):
        for number, item in enumerate(value):
            yield from _texts(item, (*place, number))


def _in_comments(document: Document, told: set[tuple[str, int]], after: re.Pattern[str]) -> Iterator[Leak]:
    """Look in what follows a # on each line, unless a text that holds one there was told of already."""
    starts = sorted(set(document.lines.values()))
    for number, line in enumerate(document.content.decode("utf-8-sig").splitlines(), 1):
        if comment := _COMMENT.search(line):
            start = starts[max(bisect_right(starts, number) - 1, 0)]
            for kind in _kinds(comment[0], after):
                if (kind, start) not in told:
                    yield Leak(kind, line=number)


def _in_file(name: str, text: str, columns: Sequence[str], after: re.Pattern[str]) -> Iterator[Leak]:
    cells = name.lower().endswith((".csv", ".tsv", ".txt"))
    if cells:
        header = next(iter(text.lstrip().splitlines()), "")
        above = text[: len(text) - len(text.lstrip())].count("\n")
        for column in _BETWEEN_CELLS.split(header):
            if column.strip().lower() in columns:
                yield Leak("column", file=name, line=1 + above)
    # A given name and a surname may stand in cells side by side; digits of two cells make no number.
    words = _BETWEEN_CELLS.sub(" ", text) if cells else text
    digits = _BETWEEN_CELLS.sub(" | ", text) if cells else text
    for kind, where in _SEARCHES.items():
        searched = words if kind == "name" else digits
        for position in islice(where(searched, after), _MOST_OF_A_KIND):
            yield Leak(kind, file=name, line=1 + searched.count("\n", 0, position))


def _kinds(text: str, after: re.Pattern[str]) -> Iterator[str]:
    """Name each kind of personal data in a text once."""
    one_line = text.replace("\n", " ")
    for kind, where in _SEARCHES.items():
        if next(where(one_line, after), None) is not None:
            yield kind


def _emails(text: str, after: re.Pattern[str]) -> Iterator[int]:
    return (match.start() for match in _EMAIL.finditer(text)) if "@" in text else iter(())


def _phones(text: str, after: re.Pattern[str]) -> Iterator[int]:
    return (match.start() for match in _PHONE.finditer(text) if _is_phone(match[0]))


def _codes(text: str, after: re.Pattern[str]) -> Iterator[int]:
    return (match.start() for match in _ELEVEN_DIGITS.finditer(text) if is_personal_code(match[0]))


_COMMENT = re.compile(r"(?:^|(?<=\s))#.*")
_BETWEEN_CELLS = re.compile(r'[,;\t"]+')
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
# +370 612 34567 and other international numbers; 8 612 34567, (8 5) 212 3456, 0 612 34567.
_PHONE = re.compile(
    r"(?<![\w.,+-])(?:"
    r"(?:\+[1-9]|00370)(?:[ \t\u00a0().-]{0,2}[0-9]){7,13}"
    r"|\(?[80][ \t\u00a0-]?\(?[3-7]\)?(?:[ \t\u00a0)-]{0,2}[0-9]){7}"
    r")(?!\w|[.,][0-9])"
)
# Thousands in groups of three are an amount.
_GROUPED = re.compile(r"[0-9]{1,3}(?:[\s\u00a0][0-9]{3})+")


def _is_phone(text: str) -> bool:
    # Nine digits without a break are a telephone only if they begin as a mobile does.
    return not _GROUPED.fullmatch(text) and not (text.isdigit() and not text.startswith(("86", "0")))


_ELEVEN_DIGITS = re.compile(r"(?<![\w.])[1-6][0-9]{10}(?![\w.])")


def is_personal_code(digits: str) -> bool:
    """Tell whether eleven digits are a Lithuanian personal code: a date of birth, and its check digit.

    The first digit gives the century, 1800 to 2099. The check digit is what the sum of the first ten digits,
    weighted 1 to 9 and 1, leaves when divided by eleven; where that is ten, the weights are 3 to 9 and 1 to
    3, and ten counts as nought.
    """
    d = [int(digit) for digit in digits]
    century = 1800 + 100 * ((d[0] - 1) // 2)
    year, month, day = century + 10 * d[1] + d[2], 10 * d[3] + d[4], 10 * d[5] + d[6]
    try:
        date(year, month, day)
    except ValueError:
        return False
    check = sum(digit * (1 + number % 9) for number, digit in enumerate(d[:10])) % 11
    if check == 10:
        check = sum(digit * (1 + (number + 2) % 9) for number, digit in enumerate(d[:10])) % 11 % 10
    return check == d[10]


_UPPER = "A-ZĄČĘĖĮŠŲŪŽ"
_LOWER = "a-ząčęėįšųūž"
_WORD = rf"(?:[{_UPPER}][{_LOWER}]+|[{_UPPER}]{{2,}})"
# The nominative alone: what is named after a person has the genitive, as in Jono Basanavičiaus gimnazija.
_PAIR = re.compile(rf"\b(?=({_WORD})[^\S\n]+({_WORD}(?:-{_WORD})?)\b)")
_INITIAL = re.compile(rf"\b[{_UPPER}]\.[^\S\n]?({_WORD}(?:-{_WORD})?)\b(?!,?\s?\(?(?:19|20)[0-9]{{2}})")
_SURNAME = re.compile(
    r"\w+(?:as|is|ys|us|a|ė|ienė|ytė|aitė|utė|ūtė)(?:-\w+(?:ė|a|as|is|ys|us))?", re.IGNORECASE
)
# Endings that surnames have and other words hardly ever.
_SURE_SURNAME = re.compile(
    r"\w+(?:auskas|evičius|avičius|aitis|ytis|utis|ūnas|ėnas|ienė|aitė|ytė|utė|ūtė|auskaitė)", re.IGNORECASE
)


@cache
def _given_names() -> frozenset[str]:
    text = files("klasteryste.plan").joinpath("given_names.txt").read_text(encoding="utf-8")
    return frozenset(text.split())


def _institution(words: Sequence[str]) -> re.Pattern[str]:
    listed = "|".join(map(re.escape, words))
    return re.compile(rf"(?:\s+[\w’'„“-]+){{0,2}}?\s+(?:{listed})\b", re.IGNORECASE)


def _names(text: str, after: re.Pattern[str]) -> Iterator[int]:
    for match in _PAIR.finditer(text):
        one, other = match[1].capitalize(), match[2].capitalize()
        person = one in _given_names() and _SURNAME.fullmatch(other)
        # The surname first, as in lists of people, if it can be nothing else.
        person = person or (other in _given_names() and _SURE_SURNAME.fullmatch(one))
        if person and not after.match(text, match.end(2)):
            yield match.start()
    for match in _INITIAL.finditer(text):
        if _SURE_SURNAME.fullmatch(match[1]) and not after.match(text, match.end()):
            yield match.start()


# By kind, where in a text there is personal data of that kind.
_SEARCHES = {"email": _emails, "phone": _phones, "code": _codes, "name": _names}

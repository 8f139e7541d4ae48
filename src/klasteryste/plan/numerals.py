"""Numbers in prose: found in either language, compared with one another and with what they cite."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

# Spaces that group thousands: plain, no-break, thin and narrow no-break.
_SPACE = "[ \u00a0\u2009\u202f]"
_DECIMALS = {"en": r"\.[0-9]+(?![0-9]*\.[0-9])", "lt": r"[.,][0-9]+(?![0-9]*[.,][0-9])"}
_GROUPED = {
    "en": rf"[0-9]{{1,3}}(?:(?:,|{_SPACE})[0-9]{{3}})+(?![0-9])",
    "lt": rf"[0-9]{{1,3}}(?:{_SPACE}[0-9]{{3}})+(?![0-9])",
}
_TIMES = {
    "thousand": 3,
    "million": 6,
    "billion": 9,
    "tūkst": 3,
    "mln": 6,
    "milijon": 6,
    "mlrd": 9,
    "milijard": 9,
}
_NUMERAL = {
    language: re.compile(
        rf"(?P<whole>{_GROUPED[language]}|[0-9]+)(?P<decimals>{_DECIMALS[language]})?"
        rf"(?:{_SPACE}?(?:(?P<percent>%|per{_SPACE}?cent|proc)|(?P<times>{'|'.join(_TIMES)})))?"
    )
    for language in _DECIMALS
}

_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"  # noqa: ISC
# Numbers that date something or say how old people are: they are no claims.
_DATES = re.compile(
    r"\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b"
    rf"|\b[0-9]{{1,2}}{_SPACE}(?:{_MONTHS})\b|\b(?:{_MONTHS}){_SPACE}[0-9]{{1,2}}\b(?!{_SPACE}?%)"
    rf"|\b[0-9]{{1,2}}{_SPACE}d\."
    rf"|\baged{_SPACE}[0-9]{{1,3}}(?:(?:{_SPACE}to{_SPACE}|[-–])[0-9]{{1,3}})?\b"
    rf"|\b[0-9]{{1,3}}(?:[-–][0-9]{{1,3}})?{_SPACE}(?:metų|m\.){_SPACE}(?:ir{_SPACE}vyresn|amžiaus)"
    r"|\b(?:19|20)[0-9]{2}s?\b(?![.,]?[0-9]|[ \u00a0\u2009\u202f]?(?:%|per|proc|mln|tūkst|million|thousand))"
    # 2050 residents are people, unless it is said when: In 2050 residents …
    rf"(?:(?<=[Ii]n{_SPACE}[0-9]{{4}})"
    rf"|(?!{_SPACE}(?:gyventoj|žmon|šeim|residents|people|families)))"
)


@dataclass(frozen=True)
class Numeral:
    """A number in prose.

    Attributes
    ----------
    text : str
        As it is printed.
    value : Decimal
        What it amounts to, without regard to a per cent sign.
    step : Decimal
        What one unit of its last printed digit amounts to.
    percent : bool
        Whether it is printed as a percentage.
    """

    text: str
    value: Decimal
    step: Decimal
    percent: bool

    def rounds(self, value: float, relative: float, *, share: bool = False) -> bool:
        """Tell whether it is a value, within half its last printed digit or a share of the value.

        A share may be printed as a percentage; as what it is, it is rounded no further than one.
        """
        half = 0.5 * float(self.step)
        slack = {1.0: rounding(float(self.step), value, share=True), 100.0: half} if share else {1.0: half}
        return any(
            abs(float(self.value) - scale * abs(value))
            <= max(least, relative * scale * abs(value)) * (1 + 1e-9)
            for scale, least in slack.items()
        )


def rounding(step: float, value: float, *, share: bool) -> float:
    """Tell how far a number may be from a value for being rounded: half a step, and no more than makes sense.

    For a share, or a difference in standard deviations, half a hundredth at most; for other numbers below ten
    a twentieth of them. Otherwise 0 or 1 would be any share there is.
    """
    half = 0.5 * step
    if share:
        return min(half, 0.005)
    return min(half, 0.05 * abs(value)) if abs(value) < 10 else half


def numerals(text: str, language: str) -> list[Numeral]:
    """Find the numbers in a text of a language: 32.6% and 15,000 are 32,6 % and 15 000."""
    found = []
    for match in _NUMERAL[language].finditer(text):
        whole = re.sub(r"[^0-9]", "", match["whole"])
        decimals = (match["decimals"] or "")[1:]
        power = Decimal(10) ** _TIMES.get(match["times"] or "", 0)
        value = Decimal(f"{whole}.{decimals}" if decimals else whole)
        step = power / Decimal(10) ** len(decimals)
        found.append(Numeral(match[0], value * power, step, match["percent"] is not None))
    return found


def claimed(text: str, language: str) -> list[Numeral]:
    """Find the numbers in a text that claim something: not years, days and ages."""
    return numerals(_DATES.sub(" ", text), language)


def values(found: Iterable[Numeral]) -> frozenset[Decimal]:
    """Give what numbers amount to, however they are printed."""
    return frozenset(one.value.normalize() for one in found)

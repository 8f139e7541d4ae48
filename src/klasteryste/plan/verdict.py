"""What a rule says of a plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from matplotlib.figure import Figure

from klasteryste.language import _, fill
from klasteryste.plan.document import Place


class Verdict(Enum):
    """How a rule, or one thing it looked at, came out; the later, the graver."""

    PASS = "pass"
    NOT_CHECKABLE = "not_checkable"
    WARN = "warn"
    FAIL = "fail"

    @property
    def gravity(self) -> int:
        """Give its place in this list."""
        return list(Verdict).index(self)

    def label(self) -> str:
        """Name it in the language in use."""
        return {
            Verdict.PASS: _("pass"),
            Verdict.NOT_CHECKABLE: _("not checkable"),
            Verdict.WARN: _("warning"),
            Verdict.FAIL: _("fail"),
        }[self]


@dataclass(frozen=True)
class Finding:
    """One thing that a rule looked at.

    Attributes
    ----------
    verdict : Verdict
        How it came out.
    message : str
        What was found, in the language in use.
    place : tuple
        Which value of the plan it is about.
    recomputed : float, optional
        The value as computed again.
    fix : str, optional
        What would mend it, in the language in use.
    figure : callable, optional
        Draws the figure that shows it, with its text alternative.
    """

    verdict: Verdict
    message: str
    place: Place
    recomputed: float | None = None
    fix: str | None = None
    figure: Callable[[], tuple[Figure, str]] | None = field(default=None, compare=False)


def found(
    verdict: Verdict,
    message: str,
    place: Place,
    *,
    recomputed: float | None = None,
    fix: str | None = None,
    figure: Callable[[], tuple[Figure, str]] | None = None,
    **values: Any,
) -> Finding:
    """Say what was found; ``{name:spec}`` fields of message and fix are filled as by `klasteryste.say`.

    `message` and `fix` are words of the catalogue, translated already.
    """
    return Finding(
        verdict, fill(message, values), place, recomputed, None if fix is None else fill(fix, values), figure
    )


@dataclass(frozen=True)
class Result:
    """A rule's verdict, the gravest of its findings, and what it found."""

    rule: str
    verdict: Verdict
    findings: tuple[Finding, ...]

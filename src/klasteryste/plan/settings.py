"""What each rule asks, why, and its thresholds: ``rules.yml``, and a course's changes to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from klasteryste.errors import CourseError
from klasteryste.language import current_language
from klasteryste.plan.document import read_document
from klasteryste.plan.verdict import Verdict

Limits = Mapping[str, Any]


@dataclass(frozen=True)
class Setting:
    """A rule as ``rules.yml`` tells it.

    Attributes
    ----------
    id : str
        Such as ``"R16"``.
    texts : mapping
        By language its name, what it asks, and why.
    worst : Verdict
        The gravest verdict it can give.
    needs : tuple of str
        The rules without which it may be not checkable.
    limits : mapping
        Its thresholds by name.
    """

    id: str
    texts: Mapping[str, Mapping[str, str]]
    worst: Verdict
    needs: tuple[str, ...]
    limits: Limits

    @property
    def name(self) -> str:
        """Its name in the language in use."""
        return self.texts["name"][current_language()]

    @property
    def asks(self) -> str:
        """What it asks, in the language in use."""
        return self.texts["asks"][current_language()]

    @property
    def why(self) -> str:
        """Why it asks that, and after whom, in the language in use."""
        return self.texts["why"][current_language()]


def settings_file() -> Path:
    """Give the file that says what the rules ask and what their thresholds are."""
    return Path(__file__).with_name("rules.yml")


@cache
def _defaults() -> dict[str, Setting]:
    content = yaml.safe_load(settings_file().read_text(encoding="utf-8"))
    return {
        name: Setting(
            name,
            {key: rule[key] for key in ("name", "asks", "why")},
            Verdict(rule["worst"]),
            tuple(rule.get("needs", ())),
            rule.get("thresholds", {}),
        )
        for name, rule in content.items()
    }


def read_settings(changes: Path | None = None) -> dict[str, Setting]:
    """Give every rule's setting by its id, with a course's own thresholds where it has some.

    Parameters
    ----------
    changes : Path, optional
        A YAML file of the same form as ``rules.yml`` that holds only what differs, such as
        ``R16: {thresholds: {largest_share: 0.7}}``.

    Raises
    ------
    CourseError
        If the file cannot be read, or names a rule or threshold that there is none of, or gives it a value
        of another kind; the message names the line.
    """
    settings = dict(_defaults())
    if changes is None:
        return settings
    document = read_document(changes)
    for name, rule in document.value.items():
        where = f"{changes}, line {document.line((name,))}"
        if name not in settings:
            raise CourseError(f"{where}: there is no rule {name!r}: the rules are R01 to {max(settings)}")
        limits = rule.get("thresholds") if isinstance(rule, dict) else None
        if not isinstance(limits, dict) or set(rule) != {"thresholds"}:
            raise CourseError(f"{where}: give what changes as thresholds: {{name: value}}")
        known = settings[name].limits
        for key, value in limits.items():
            where = f"{changes}, line {document.line((name, 'thresholds', key))}"
            if key not in known:
                has = ", ".join(known) or "none"
                raise CourseError(f"{where}: {name} has no threshold {key!r}: it has {has}")
            if _kind(value) is not _kind(known[key]):
                raise CourseError(
                    f"{where}: {value!r} does not fit {key}, which is {known[key]!r} by default"
                )
            if (fault := _fault(key, value, known[key])) is not None:
                raise CourseError(f"{where}: {key} {fault}")
        settings[name] = replace(settings[name], limits={**known, **limits})
    return settings


# The largest that a threshold can be; those not named here have no bound.
_SHARES = ("alpha", "power", "probability", "level", "largest_share", "response", "evaluation_share")
_MOST = {"percentile": 100, **dict.fromkeys(_SHARES, 1)}


def _fault(key: str, value: Any, default: Any) -> str | None:
    """Say what is wrong with a threshold of the right kind, if anything is."""
    most = _MOST.get(key)
    if isinstance(value, int | float):
        if value < 0 or (most is not None and value > most):
            return f"is {value!r}: give a number from 0" + ("" if most is None else f" to {most}")
        return None
    if isinstance(default, dict) and set(value) != set(default):
        return f"has {', '.join(value) or 'nothing'}: give a list for each of {', '.join(default)}"
    lists = value.values() if isinstance(value, dict) else [value]
    if not all(isinstance(one, list) and all(isinstance(item, str) for item in one) for one in lists):
        return "holds something other than words: write [one, another]"
    return None


def _kind(value: Any) -> type:
    return float if type(value) is int else type(value)

"""Rules on numbers and the evidence they cite."""

from __future__ import annotations

from collections.abc import Iterator

from klasteryste.language import _
from klasteryste.plan.case import Case
from klasteryste.plan.settings import Limits
from klasteryste.plan.verdict import Finding, Verdict, found


def r03_value(case: Case, limits: Limits) -> Iterator[Finding]:
    """R03: each number is what its evidence amounts to."""
    for place, cited in case.cited.items():
        if not case.can_compute(place):
            yield found(Verdict.NOT_CHECKABLE, _("The number cannot be computed again (R02)."), place)
            continue
        value, where = case.computed(place).value, (*place, "value")
        digits = case.written(where).partition(".")[2]
        rounding = 0.5 * 10 ** -len(digits)
        allowed = max(rounding, limits["relative"] * abs(value))
        right = abs(cited.value - value) <= allowed * (1 + 1e-9)
        yield found(
            Verdict.PASS if right else Verdict.FAIL,
            _("Stated {stated}, computed again {value}."),
            where,
            recomputed=value,
            fix=None if right else _("State {value}, or cite the rows that give {stated}."),
            stated=cited.value,
            value=value,
        )

"""The ids of a plan: which stand twice, and which name nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from klasteryste.errors import CourseError
from klasteryste.language import _
from klasteryste.plan.document import Place
from klasteryste.plan.model import Plan


@dataclass(frozen=True)
class IdFault:
    """An id that stands twice, names nothing, is surveyed again, or is tied to itself: see ``kind``."""

    kind: str
    place: Place
    id: str


def id_faults(plan: Plan) -> Iterator[IdFault]:
    """Find every fault of the plan's ids."""
    for where, items in _named(plan):
        seen = Counter[str]()
        for number, item in enumerate(items):
            seen[item.id] += 1
            if seen[item.id] == 2:
                yield IdFault("twice", (*where, number, "id"), item.id)
    known = {where[-1]: {item.id for item in items} for where, items in _named(plan)}
    for place, name, kind in _references(plan):
        if name is not None and name not in known[kind]:
            yield IdFault("unknown", place, name)
    surveyed = [survey.indicator for survey in plan.evaluation.surveys]
    for number, name in enumerate(surveyed):
        if name in surveyed[:number]:
            yield IdFault("again", ("evaluation", "surveys", number, "indicator"), name)
    for number, tie in enumerate(plan.ties):
        if tie.from_ == tie.to:
            yield IdFault("self", ("ties", number, "to"), tie.to)


def require_ids(plan: Plan, *sections: str) -> None:
    """Demand that the ids in some sections can be relied on.

    Raises
    ------
    CourseError
        If one stands twice or names nothing.
    """
    for fault in id_faults(plan):
        if fault.place[0] in sections:
            raise CourseError(_("The plan's ids do not hold together (R01)."))


def _named(plan: Plan) -> Iterator[tuple[Place, Sequence[Any]]]:
    yield ("partners",), plan.partners
    yield ("logic", "nodes"), plan.logic.nodes
    yield ("indicators",), plan.indicators
    yield ("budget", "lines"), plan.budget.lines
    yield ("risks",), plan.risks
    yield ("claims",), plan.claims


def _references(plan: Plan) -> Iterator[tuple[Place, str | None, str]]:
    for number, tie in enumerate(plan.ties):
        yield ("ties", number, "from"), tie.from_, "partners"
        yield ("ties", number, "to"), tie.to, "partners"
    yield ("governance", "lead"), plan.governance.lead, "partners"
    for number, link in enumerate(plan.logic.links):
        yield ("logic", "links", number, "from"), link.from_, "nodes"
        yield ("logic", "links", number, "to"), link.to, "nodes"
    for number, indicator in enumerate(plan.indicators):
        yield ("indicators", number, "node"), indicator.node, "nodes"
        yield ("indicators", number, "owner"), indicator.owner, "partners"
    for number, line in enumerate(plan.budget.lines):
        yield ("budget", "lines", number, "activity"), line.activity, "nodes"
    for number, risk in enumerate(plan.risks):
        yield ("risks", number, "partner"), risk.partner, "partners"
        yield ("risks", number, "owner"), risk.owner, "partners"
    yield ("evaluation", "indicator"), plan.evaluation.indicator, "indicators"
    for number, survey in enumerate(plan.evaluation.surveys):
        yield ("evaluation", "surveys", number, "indicator"), survey.indicator, "indicators"
    for number, claim in enumerate(plan.claims):
        if claim.kind == "network":
            yield ("claims", number, "partner"), claim.partner, "partners"

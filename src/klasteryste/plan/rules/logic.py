"""Rules on the logic model: what is measured, and how activities lead to outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter

from klasteryste.language import _
from klasteryste.plan.case import Case
from klasteryste.plan.model import Indicator
from klasteryste.plan.references import require_ids
from klasteryste.plan.settings import Limits
from klasteryste.plan.verdict import Finding, Verdict, found


def r12_outcomes_measured(case: Case, limits: Limits) -> Iterator[Finding]:
    """R12: each outcome has an indicator, and what is done or liked is not passed off as an outcome."""
    plan = case.plan
    require_ids(plan, "logic", "indicators", "evaluation")
    kinds = {node.id: node.kind for node in plan.logic.nodes}
    measured = {indicator.node for indicator in plan.indicators}
    for number, node in enumerate(plan.logic.nodes):
        if node.kind == "outcome" and node.id not in measured:
            yield found(
                Verdict.FAIL,
                _("The outcome {id} has no indicator."),
                ("logic", "nodes", number),
                fix=_("Add an indicator for it."),
                id=node.id,
            )
    if "outcome" not in kinds.values():
        yield found(
            Verdict.FAIL,
            _("The logic model has no outcome."),
            ("logic", "nodes"),
            fix=_("Say what is to change for people."),
        )
    for number, indicator in enumerate(plan.indicators):
        kind = kinds[indicator.node]
        if kind != indicator.level:
            yield found(
                Verdict.FAIL,
                _("The indicator is called {level}, and measures the box {node}, of kind {kind}."),
                ("indicators", number, "level"),
                fix=_("Let both be the same."),
                level=indicator.level,
                node=indicator.node,
                kind=kind,
            )
    counts = tuple(limits["no_outcomes"])
    if not any(_qualifies(indicator, counts) for indicator in plan.indicators):
        yield found(
            Verdict.FAIL,
            _("No indicator shows what changes for people: counts of what is done and satisfaction do not."),
            ("indicators",),
            fix=_("Add an indicator of what people do or how things are."),
        )
    deciding = {indicator.id: indicator for indicator in plan.indicators}[plan.evaluation.indicator]
    if not _qualifies(deciding, counts):
        yield found(
            Verdict.FAIL,
            _("The indicator that decides, {id}, does not show what changes for people."),
            ("evaluation", "indicator"),
            fix=_("Let an outcome decide."),
            id=deciding.id,
        )


def _qualifies(indicator: Indicator, counts: tuple[str, ...]) -> bool:
    return indicator.level in ("outcome", "impact") and indicator.measure not in counts


def r13_leads_somewhere(case: Case, limits: Limits) -> Iterator[Finding]:
    """R13: the logic model runs in no circle, every activity reaches an outcome, every arrow is backed."""
    logic = case.plan.logic
    require_ids(case.plan, "logic")
    leads: dict[str, set[str]] = {node.id: set() for node in logic.nodes}
    for link in logic.links:
        leads[link.from_].add(link.to)
    try:
        TopologicalSorter(leads).prepare()
    except CycleError as error:
        circle = error.args[1][::-1]
        yield found(
            Verdict.FAIL,
            _("The logic model runs in a circle: {circle}."),
            ("logic", "links"),
            fix=_("Take out the arrow that leads back."),
            circle=" → ".join(circle),
        )
    outcomes = {node.id for node in logic.nodes if node.kind == "outcome"}
    for number, node in enumerate(logic.nodes):
        if node.kind == "activity" and not outcomes & _reached(leads, node.id):
            yield found(
                Verdict.FAIL,
                _("The activity {id} leads to no outcome."),
                ("logic", "nodes", number),
                fix=_("Draw the arrows that lead there, or leave the activity out."),
                id=node.id,
            )
    for number, link in enumerate(logic.links):
        if link.evidence is None and link.assumption is None:
            yield found(
                Verdict.FAIL,
                _("The arrow from {start} to {end} has neither evidence nor an assumption."),
                ("logic", "links", number),
                fix=_("Cite what backs it, or say what is assumed."),
                start=link.from_,
                end=link.to,
            )


def _reached(leads: dict[str, set[str]], start: str) -> set[str]:
    seen, open_ = {start}, [start]
    while open_:
        new = leads[open_.pop()] - seen
        seen |= new
        open_ += new
    return seen

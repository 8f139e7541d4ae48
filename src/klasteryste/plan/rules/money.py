"""Rules on money and on what could go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from math import fsum

from klasteryste.language import _
from klasteryste.plan.case import Case
from klasteryste.plan.references import require_ids
from klasteryste.plan.settings import Limits
from klasteryste.plan.verdict import Finding, Verdict, found
from klasteryste.plan.words import words


def r20_budget(case: Case, limits: Limits) -> Iterator[Finding]:
    """R20: lines, total and sources are one sum, every activity is costed, and evaluation has its share."""
    require_ids(case.plan, "budget", "logic")
    budget = case.plan.budget
    spent = fsum(line.amount for line in budget.lines)
    given = fsum(source.amount for source in budget.sources)
    sums = (
        ("lines", spent, _("The total is {total:,.2f}, and the lines sum to {sum:,.2f}.")),
        ("sources", given, _("The total is {total:,.2f}, and the sources sum to {sum:,.2f}.")),
    )
    for part, amount, message in sums:
        if abs(amount - budget.total) >= limits["cent"]:
            yield found(
                Verdict.FAIL,
                message,
                ("budget", part),
                recomputed=amount,
                fix=_("Let lines, total and sources be one sum."),
                total=budget.total,
                sum=amount,
            )
    activities = {node.id for node in case.plan.logic.nodes if node.kind == "activity"}
    paid = {line.activity for line in budget.lines if line.amount > 0}
    for number, node in enumerate(case.plan.logic.nodes):
        if node.kind == "activity" and node.id not in paid:
            yield found(
                Verdict.FAIL,
                _("The activity {id} has no cost."),
                ("logic", "nodes", number),
                fix=_("Add a line for it; work that is given free has a price too."),
                id=node.id,
            )
    for number, line in enumerate(budget.lines):
        if line.activity not in activities:
            yield found(
                Verdict.FAIL,
                _("The line pays for {id}, which is no activity."),
                ("budget", "lines", number, "activity"),
                fix=_("Name the activity of the logic model that it pays for."),
                id=line.activity,
            )
    share = fsum(line.amount for line in budget.lines if line.evaluation) / spent if spent else 0.0
    if share < limits["evaluation_share"] * (1 - 1e-9):
        yield found(
            Verdict.FAIL,
            _("Evaluation has {share:.1%} of the money; it takes {least:.0%}."),
            ("budget", "lines"),
            recomputed=share,
            fix=_("Set money aside for finding out whether the plan worked."),
            share=share,
            least=limits["evaluation_share"],
        )


def r21_risks(case: Case, limits: Limits) -> Iterator[Finding]:
    """R21: scores are right, grave risks are watched, and none of the usual ones is forgotten."""
    risks = case.plan.risks
    for number, risk in enumerate(risks):
        score = risk.probability * risk.impact
        if risk.score != score:
            yield found(
                Verdict.FAIL,
                _("The score is stated as {stated}, and is {score}."),
                ("risks", number, "score"),
                recomputed=score,
                fix=_("State {score}."),
                stated=risk.score,
                score=score,
            )
        needs = {"owner": _("an owner"), "mitigation": _("what is done about it")}
        missing = [what for name, what in needs.items() if getattr(risk, name) is None]
        if score >= limits["high_score"] and missing:
            yield found(
                Verdict.FAIL,
                _("A grave risk, of score {score}, lacks {missing}."),
                ("risks", number),
                fix=_("Name who watches it, and what is done about it."),
                score=score,
                missing=", ".join(missing),
            )
    for kind in limits["classes"]:
        if kind not in {risk.class_ for risk in risks}:
            yield found(
                Verdict.FAIL,
                _("No risk is of this kind: {what}."),
                ("risks",),
                fix=_("Add it, with how likely and how grave it is."),
                what=words("risk").get(kind, kind),
            )

"""What a plan earns by each rule, where plans are marked.

Passing is not enough: a rule that had nothing to look at passes as well, and shows nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from klasteryste.errors import CourseError
from klasteryste.evidence import Published, Sample
from klasteryste.language import current_language
from klasteryste.plan.case import Case
from klasteryste.plan.check import Report, check_text
from klasteryste.plan.told import lines_of
from klasteryste.plan.verdict import Verdict

FEWEST_CLAIMS = 3
"""How many claims a plan makes before the rules on claims show anything."""


def judged(plan: object) -> Report | None:
    """Check the text of a plan; the same text once, however many tests ask.

    Parameters
    ----------
    plan : str
        The whole text of a plan's file; of anything else, what it reads as.

    Returns
    -------
    Report or None
        What the rules say, in the language in use; None if it is no text that a plan could be.
    """
    return _judged(str(plan), current_language())


@lru_cache(maxsize=4)
def _judged(text: str, language: str) -> Report | None:
    try:
        return check_text(text)
    except CourseError:
        return None


def earned(report: Report | None, rule: str, *, warning: float = 0.5) -> float:
    """Give the share of a rule's points that a plan earns.

    All for a pass, half for what the evidence does not suffice to judge, nothing for a fail. Nothing either
    for a plan that cannot be read, as one with gaps cannot; for a rule that the plan gives nothing to look
    at; and for one that cannot be checked since another fails.

    Parameters
    ----------
    report : Report or None
        What `judged` gives.
    rule : str
        Such as ``"R16"``.
    warning : float, optional
        The share for a warning.
    """
    if report is None or report.case is None:
        return 0.0
    if rule in _LOOKS_AT and not _LOOKS_AT[rule](report.case):
        return 0.0
    verdicts = {result.rule: result.verdict for result in report.results}
    needs = report.settings[rule].needs
    if verdicts[rule] is Verdict.NOT_CHECKABLE and Verdict.FAIL in (verdicts[need] for need in needs):
        return 0.0
    shares = {Verdict.PASS: 1.0, Verdict.WARN: warning, Verdict.NOT_CHECKABLE: 0.5, Verdict.FAIL: 0.0}
    return shares[verdicts[rule]]


def points(report: Report, worth: Mapping[str, float], *, warning: float = 0.5) -> float:
    """Add up what a plan earns by several rules, and print what the check says where that is not all.

    Parameters
    ----------
    report : Report
        What `judged` gives.
    worth : mapping of str to float
        The points of each rule.
    warning : float, optional
        The share of them for a warning.
    """
    total = 0.0
    for result in report.results:
        if result.rule in worth:
            share = earned(report, result.rule, warning=warning)
            total += share * worth[result.rule]
            if share < 1:
                print(*lines_of(report, result), sep="\n")
    return total


def _from_a_sample(case: Case) -> bool:
    designs = [cited.evidence.design for cited in case.cited.values()]
    return any(isinstance(one, Sample) or (isinstance(one, Published) and one.se) for one in designs)


def _indicators(case: Case) -> bool:
    return bool(case.plan.indicators)


def _outcomes(case: Case) -> bool:
    return any(indicator.level != "output" for indicator in case.plan.indicators)


def _activities(case: Case) -> bool:
    return any(node.kind == "activity" for node in case.plan.logic.nodes)


def _ties(case: Case) -> bool:
    return bool(case.plan.ties)


def _claims(case: Case) -> bool:
    return len(case.plan.claims) >= FEWEST_CLAIMS


# Rules that pass a plan without what they look at.
_LOOKS_AT: dict[str, Callable[[Case], bool]] = {
    "R04": _from_a_sample,
    **dict.fromkeys(("R06", "R10", "R11"), _indicators),
    **dict.fromkeys(("R08", "R09"), _outcomes),
    **dict.fromkeys(("R12", "R13"), _activities),
    **dict.fromkeys(("R15", "R16", "R18", "R19"), _ties),
    **dict.fromkeys(("R17", "R24", "R25"), _claims),
}

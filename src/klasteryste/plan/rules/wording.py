"""Rules on words: places in a ranking, causes, and personal data."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

from scipy.stats import norm

from klasteryste.data import find
from klasteryste.errors import CourseError
from klasteryste.evidence import Census
from klasteryste.language import _, fill, refusal
from klasteryste.methods.ranks import joint_rank_intervals
from klasteryste.plan.case import Case
from klasteryste.plan.document import Place
from klasteryste.plan.model import AheadClaim, RankClaim
from klasteryste.plan.personal import personal_data
from klasteryste.plan.phrases import phrases_in
from klasteryste.plan.series import mixed, ranked_rows, rows_of, se_left_out, year_span
from klasteryste.plan.settings import Limits
from klasteryste.plan.verdict import Finding, Verdict, found


def r24_ranks(case: Case, limits: Limits) -> Iterator[Finding]:
    """R24: who is ahead, and in which place, is claimed only as far as sampling error lets anyone."""
    for number, claim in enumerate(case.plan.claims):
        place: Place = ("claims", number)
        try:
            if claim.kind == "ahead":
                yield _ahead(case, place, claim, limits)
            elif claim.kind == "rank":
                yield _rank(case, place, claim, limits)
        except CourseError as error:
            yield Finding(Verdict.NOT_CHECKABLE, case.words(error), place)
        if claim.kind in ("ahead", "rank"):
            continue
        for language, words in phrases_in(claim.text, limits["words"]):
            yield found(
                Verdict.FAIL,
                _("“{words}” compares places, and the claim is not of the kind that shows how surely."),
                (*place, "text", language),
                fix=_("Make it a claim of the kind ahead or rank, or use plainer words."),
                words=words,
            )


def _ahead(case: Case, place: Place, claim: AheadClaim, limits: Limits) -> Finding:
    one, other = claim.subject.evidence, claim.other.evidence
    wheres = (*place, "subject"), (*place, "other")
    if not all(case.can_compute(where) for where in wheres):
        raise CourseError(_("The numbers compared cannot be computed again (R02)."))
    alike = ("dataset", "statistic", "column", "per", "of", "unit")
    if any(getattr(one, name) != getattr(other, name) for name in alike):
        return found(
            Verdict.FAIL,
            _("The two numbers measure different things: table, column, statistic or unit differ."),
            place,
            fix=_("Compare the same number of two places."),
        )
    if (unlike := _unlike(case, claim)) is not None:
        return Finding(
            Verdict.FAIL, unlike, place, fix=_("Compare numbers of the same year, measured alike.")
        )
    first, second = (case.computed(where) for where in wheres)
    ses = []
    for computed, evidence in ((first, one), (second, other)):
        exact = isinstance(evidence.design, Census) and se_left_out(case, evidence) is None
        if computed.se is None and not exact:
            return found(
                Verdict.FAIL,
                _("Nothing says how precise the numbers are, so that no place is shown to be ahead."),
                place,
                fix=_("Name the column of standard errors, or take the claim out."),
            )
        ses.append(computed.se or 0.0)
    gap = first.value - second.value
    if claim.polarity == "lower":
        gap = -gap
    se = sqrt(ses[0] ** 2 + ses[1] ** 2)
    sure = float(norm.cdf(gap / se)) if se > 0 else float(gap > 0)
    right = sure >= limits["probability"]
    return found(
        Verdict.PASS if right else Verdict.FAIL,
        _("That the one is ahead of the other has the probability {sure:.3f}; a claim needs {least}."),
        place,
        recomputed=sure,
        fix=None if right else _("Say that they cannot be told apart, or take the claim out."),
        sure=sure,
        least=limits["probability"],
    )


def _unlike(case: Case, claim: AheadClaim) -> str | None:
    """Say why the numbers of two places may not be compared, if they may not."""
    early, late = sorted((year_span(claim.subject.evidence), year_span(claim.other.evidence)))
    if late[0] > early[1]:
        said = {"early": str(early[1]), "late": str(late[0])}
        return fill(_("The one number is of {early}, the other of {late}."), said)
    table = find(claim.subject.evidence.dataset, case.own)
    where = None if table.geography is None else table.geography.column
    for column in mixed(table, rows_of(case, claim.subject, claim.other)):
        if column != where:
            said = {"name": table.name, "column": column}
            return fill(_("In {name} places may be compared only where {column} is the same."), said)
    return None


def _rank(case: Case, place: Place, claim: RankClaim, limits: Limits) -> Finding:
    table, rows = ranked_rows(case, claim)
    if table.geography is None or table.geography.column is None:
        raise CourseError(_("The table does not say which place a row is about."))
    places = rows.set_index(table.geography.column)
    if claim.unit not in places.index or not places.index.is_unique:
        raise CourseError(_("The rows do not hold each place once, and the ranked one among them."))
    sign = 1.0 if claim.polarity == "higher" else -1.0
    estimates, ses = sign * places[claim.column].astype(float), places[claim.se].astype(float)
    try:
        intervals = joint_rank_intervals(estimates, ses, limits["level"])
    except CourseError as error:
        raise refusal(_("The places cannot be computed again: {why}."), why=str(error)) from None
    best, worst = (int(intervals[end].to_dict()[claim.unit]) for end in ("best", "worst"))
    right = claim.best <= best and worst <= claim.worst
    return found(
        Verdict.PASS if right else Verdict.FAIL,
        _("Places {stated_best} to {stated_worst} are claimed; sampling error leaves {best} to {worst}."),
        place,
        recomputed=best,
        fix=None if right else _("State the places {best} to {worst}."),
        stated_best=claim.best,
        stated_worst=claim.worst,
        best=best,
        worst=worst,
    )


def r25_causes(case: Case, limits: Limits) -> Iterator[Finding]:
    """R25: what is not shown to be a cause is not called one."""
    for number, claim in enumerate(case.plan.claims):
        # A claim that cites nothing has no evidence of a cause, whatever it calls itself.
        if claim.basis == "causal" and claim.kind not in ("statement", "network"):
            continue
        for language, words in phrases_in(claim.text, limits["words"]):
            yield found(
                Verdict.WARN,
                _("“{words}” names a cause, and the evidence is of another kind."),
                ("claims", number, "text", language),
                fix=_("Say that the one goes with the other, or cite evidence of a cause."),
                words=words,
            )


def r26_persons(case: Case, limits: Limits) -> Iterator[Finding]:
    """R26: the plan and its evidence hold no personal data, and what is processed is lawful and erased."""
    what = {
        "email": _("an e-mail address"),
        "phone": _("a telephone number"),
        "code": _("a personal code"),
        "name": _("a person's name"),
        "column": _("a column of personal data"),
    }
    if case.package_fault is not None:
        yield found(Verdict.NOT_CHECKABLE, _("The evidence beside the plan cannot be read (R02)."), ())
    for leak in personal_data(case, limits["columns"], limits["institutions"]):
        if leak.kind == "unread":
            yield found(
                Verdict.NOT_CHECKABLE,
                _("{file} cannot be looked into."),
                (),
                fix=_("Take it out, or save it as CSV in UTF-8 with a plain name."),
                file=str(leak.file),
            )
        elif leak.file is None and leak.line:
            yield found(
                Verdict.FAIL,
                _("The comment in line {line} seems to hold {what}."),
                (),
                fix=_("Take it out: comments are shared with the plan."),
                line=str(leak.line),
                what=what[leak.kind],
            )
        elif leak.file is None:
            yield found(
                Verdict.FAIL,
                _("The text seems to hold {what}."),
                leak.place,
                fix=_("Take it out: a plan is for everybody to read. Name organisations and posts."),
                what=what[leak.kind],
            )
        else:
            yield found(
                Verdict.FAIL,
                _("{file}, line {line}: it seems to hold {what}."),
                (),
                fix=_(
                    "Take it out of the evidence, which is shared with the plan, and state the new SHA-256."
                ),
                file=leak.file,
                line=str(leak.line),
                what=what[leak.kind],
            )
    ethics = case.plan.ethics
    if ethics.personal_data:
        needs = {"legal_basis": _("a legal basis"), "retention": _("a day by which they are erased")}
        missing = [lack for name, lack in needs.items() if getattr(ethics, name) is None]
        if missing:
            yield found(
                Verdict.FAIL,
                _("Personal data are processed, and the plan lacks {missing}."),
                ("ethics",),
                fix=_("State both, after Articles 5 and 6 of Regulation (EU) 2016/679."),
                missing=", ".join(missing),
            )
        if ethics.retention is not None and ethics.retention < case.plan.meta.period.end:
            yield found(
                Verdict.FAIL,
                _("Personal data are erased on {day}, and the plan goes on after that."),
                ("ethics", "retention"),
                fix=_("Give a day on which the plan has ended."),
                day=ethics.retention.isoformat(),
            )

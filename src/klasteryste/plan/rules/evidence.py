"""Rules on numbers and the evidence they cite."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import combinations

from klasteryste.data import find
from klasteryste.errors import CourseError
from klasteryste.evidence import Census, Evidence, Published, Range, Sample
from klasteryste.language import _, fill
from klasteryste.plan.case import Case
from klasteryste.plan.document import Place
from klasteryste.plan.model import Cited, Claim, Indicator, Text
from klasteryste.plan.numerals import claimed, numerals, values
from klasteryste.plan.references import id_faults
from klasteryste.plan.rules.partners import shape_of
from klasteryste.plan.series import (
    cited_rows,
    history_of,
    incomparable,
    ranked_rows,
    rows_of,
    se_left_out,
    year_span,
)
from klasteryste.plan.settings import Limits
from klasteryste.plan.units import SHARE
from klasteryste.plan.verdict import Finding, Verdict, found

# A number, and whether it is a share.
Backing = tuple[float, bool]


def r01_complete(case: Case, limits: Limits) -> Iterator[Finding]:
    """R01: the plan is complete, its ids hold together, and both languages have the same numbers."""
    says = {
        "twice": _("The id {id} stands twice."),
        "unknown": _("There is no {id} in the plan."),
        "self": _("{id} is tied to itself."),
        "again": _("The indicator {id} has another survey already."),
    }
    mends = {
        "twice": _("Give each its own id."),
        "unknown": _("Correct the id, or add what it names."),
        "self": _("Take the tie out."),
        "again": _("Leave one survey for each indicator."),
    }
    for fault in id_faults(case.plan):
        yield found(Verdict.FAIL, says[fault.kind], fault.place, fix=mends[fault.kind], id=fault.id)
    governance = case.plan.governance
    if governance.mode != "shared" and governance.lead is None:
        yield found(
            Verdict.FAIL,
            _("Nobody is named who leads."),
            ("governance", "mode"),
            fix=_("Name the partner as lead, or share the leadership among all."),
        )
    if case.plan.peers is None:
        yield found(
            Verdict.FAIL,
            _("It is not said which places are like the plan's."),
            ("peers",),
            fix=_("Name them under peers, with the variables by which they were found."),
        )
    for place, text in case.texts.items():
        lithuanian, english = values(numerals(text.lt, "lt")), values(numerals(text.en, "en"))
        if lithuanian == english:
            continue
        only = [sorted(lithuanian - english), sorted(english - lithuanian)]
        lt, en = (", ".join(f"{number:f}" for number in numbers) or "–" for numbers in only)
        yield found(
            Verdict.FAIL,
            _("The two languages have other numbers: only in Lithuanian {lt}, only in English {en}."),
            place,
            fix=_("Print the same numbers in both."),
            lt=lt,
            en=en,
        )


def r02_resolves(case: Case, limits: Limits) -> Iterator[Finding]:
    """R02: what is cited is there, and prose states no number but those it cites."""
    if case.package_fault is not None:
        yield found(
            Verdict.FAIL,
            _("The evidence beside the plan cannot be read: {why}."),
            (),
            fix=_("Mend evidence/datapackage.json or, if nothing in that folder is cited, take it away."),
            why=case.package_fault,
        )
    for place, cited in case.cited.items():
        fault = _fault(case, place, cited.evidence)
        yield _resolved(fault, (*place, "evidence"))
    for number, indicator in enumerate(case.plan.indicators):
        if indicator.history is not None:
            yield _resolved(
                _said(case, partial(history_of, case, indicator)), ("indicators", number, "history")
            )
    if (peers := case.plan.peers) is not None:
        rows = peers.dataset, peers.sha256, peers.filters, peers.variables
        yield _resolved(_said(case, partial(cited_rows, case, *rows)), ("peers",))
    for number, claim in enumerate(case.plan.claims):
        if claim.kind == "rank":
            yield _resolved(_said(case, partial(ranked_rows, case, claim)), ("claims", number))
    yield from _prose(case, limits["relative"])


def _said(case: Case, look: Callable[[], object]) -> str | None:
    """Give what is wrong, if looking for something finds it wrong."""
    try:
        look()
    except CourseError as error:
        return case.words(error)
    return None


def _fault(case: Case, place: Place, evidence: Evidence) -> str | None:
    columns = [column for column in (evidence.column, evidence.per) if column is not None]
    given = evidence.dataset, evidence.sha256, evidence.filters, columns
    if (fault := _said(case, partial(cited_rows, case, *given))) is not None:
        return fault
    try:
        case.computed(place)
    except CourseError as error:
        return fill(_("It cannot be computed again: {why}."), {"why": case.words(error)})
    return None


def _resolved(fault: str | None, place: Place) -> Finding:
    if fault is None:
        return found(Verdict.PASS, _("What is cited is there."), place)
    fix = _("Cite a table of the course, or one beside the plan as own:name, as it is now.")
    return Finding(Verdict.FAIL, fault, place, fix=fix)


def _prose(case: Case, relative: float) -> Iterator[Finding]:
    """Find the numbers in claims and in the problem that nothing cited there amounts to."""
    problem = case.plan.problem
    shown: list[Place] = [("problem", "baseline", number) for number in range(len(problem.baseline))]
    backing = list(_numbers(case, *shown, ("target_group", "size")))
    yield from _unbacked(problem.statement, backing, ("problem", "statement"), relative)
    for number, claim in enumerate(case.plan.claims):
        place: Place = ("claims", number)
        try:
            backing = list(_backing(case, claim, place))
        except CourseError as error:
            yield Finding(Verdict.NOT_CHECKABLE, case.words(error), (*place, "text"))
        else:
            yield from _unbacked(claim.text, backing, (*place, "text"), relative)


def _unbacked(text: Text, backing: list[Backing], place: Place, relative: float) -> Iterator[Finding]:
    for language in ("lt", "en"):
        for numeral in claimed(getattr(text, language), language):
            if not any(numeral.rounds(value, relative, share=share) for value, share in backing):
                yield found(
                    Verdict.FAIL,
                    _("The text states {number}, and nothing that it cites amounts to that."),
                    (*place, language),
                    fix=_("Cite the evidence for it, or take the number out."),
                    number=numeral.text,
                )


def _backing(case: Case, claim: Claim, place: Place) -> Iterator[Backing]:
    """Give the numbers that a claim's text may state."""
    if claim.kind == "value":
        yield from _numbers(case, *((*place, "numbers", number) for number in range(len(claim.numbers))))
    elif claim.kind == "change":
        yield from _numbers(case, (*place, "before"), (*place, "after"))
    elif claim.kind == "ahead":
        yield from _numbers(case, (*place, "subject"), (*place, "other"))
    elif claim.kind == "rank":
        yield from ((claim.best, False), (claim.worst, False), *_filtered(claim.filters))
    elif claim.kind == "network":
        if claim.p is not None:
            yield claim.p, False
        yield from ((number, False) for number in shape_of(case, claim))


def _numbers(case: Case, *places: Place) -> Iterator[Backing]:
    """Give the numbers that cited ones let a text state.

    They are these, their intervals, how many answers they rest on, what their filters and units say, and how
    they differ.
    """
    given = [case.cited[place] for place in places]
    for place, one in zip(places, given, strict=True):
        share = one.evidence.unit == "share"
        ends = (number for number in (one.value, one.low, one.high) if number is not None)
        yield from ((number, share) for number in ends)
        if one.n_effective is not None:
            yield one.n_effective, False
        if case.can_compute(place) and (n := case.computed(place).n) is not None:
            yield n, False
        if one.low is not None:
            yield 95, False  # the level of its interval
        yield from _filtered(one.evidence.filters)
        yield from ((float(n.value), False) for n in numerals(one.evidence.unit, "en"))
    for one, other in combinations(given, 2):
        if one.evidence.unit != other.evidence.unit:
            continue
        yield one.value - other.value, one.evidence.unit == "share"
        for above, below in ((one.value, other.value), (other.value, one.value)):
            if below:
                yield above / below, False
                yield above / below - 1, True


def _filtered(filters: Mapping[str, object]) -> Iterator[Backing]:
    for wanted in filters.values():
        if isinstance(wanted, Range):
            ends = (wanted.min, wanted.max)
            yield from ((end, False) for end in ends if end is not None)
        else:
            several = wanted if isinstance(wanted, tuple) else (wanted,)
            yield from ((value, False) for value in several if isinstance(value, int | float))


def r03_value(case: Case, limits: Limits) -> Iterator[Finding]:
    """R03: each number is what its evidence amounts to."""
    for place, cited in case.cited.items():
        if not case.can_compute(place):
            yield _unresolved(place)
            continue
        value, where = case.computed(place).value, (*place, "value")
        right = case.agrees(where, value, limits["relative"], share=cited.evidence.unit == SHARE)
        yield found(
            Verdict.PASS if right else Verdict.FAIL,
            _("Stated {stated}, computed again {value}."),
            where,
            recomputed=value,
            fix=None if right else _("State {value}, or cite the rows that give {stated}."),
            stated=cited.value,
            value=case.shown(where, value),
        )


def _unresolved(place: Place) -> Finding:
    return found(Verdict.NOT_CHECKABLE, _("The number cannot be computed again (R02)."), place)


def r04_interval(case: Case, limits: Limits) -> Iterator[Finding]:
    """R04: a number from a sample has its interval and its effective sample size."""
    for place, cited in case.cited.items():
        design = cited.evidence.design
        if not case.can_compute(place):
            yield _unresolved(place)
        elif _passed_off(case, cited.evidence):
            yield found(
                Verdict.FAIL,
                _("The rows of {table} are a sample, and are cited as if they were everybody."),
                (*place, "evidence", "design"),
                fix=_("Give the design as a sample, with its weights, strata and clusters."),
                table=cited.evidence.dataset,
            )
        elif (left_out := se_left_out(case, cited.evidence)) is not None:
            yield found(
                Verdict.FAIL,
                _(
                    "{column} of {table} holds estimates with standard errors, and is cited as if it were "
                    "exact."
                ),
                (*place, "evidence", "design"),
                fix=_("Cite one cell as a value, of the design published with {se} as its se."),
                column=cited.evidence.column,
                table=cited.evidence.dataset,
                se=left_out,
            )
        elif isinstance(design, Sample) or (isinstance(design, Published) and design.se is not None):
            yield from _interval(case, place, cited, limits["relative"])


def _passed_off(case: Case, evidence: Evidence) -> bool:
    averaged = evidence.statistic in ("mean", "share", "ratio")
    census = isinstance(evidence.design, Census)
    return averaged and census and find(evidence.dataset, case.own).sample


def _interval(case: Case, place: Place, cited: Cited, relative: float) -> Iterator[Finding]:
    computed = case.computed(place)
    again = {"low": computed.low, "high": computed.high, "n_effective": computed.effective_n}
    for name, value in again.items():
        where, stated = (*place, name), getattr(cited, name)
        if value is None:
            continue
        what = {
            "low": _("the lower end of the interval"),
            "high": _("the upper end of the interval"),
            "n_effective": _("the effective sample size"),
        }[name]
        if stated is None:
            yield found(
                Verdict.FAIL,
                _("A number from a sample lacks {what}."),
                place,
                recomputed=value,
                fix=_("Give {name}: {value}."),
                what=what,
                name=name,
                value=round(value, 0 if name == "n_effective" else 4),
            )
            continue
        share = name != "n_effective" and cited.evidence.unit == SHARE
        right = case.agrees(where, value, relative, share=share)
        yield found(
            Verdict.PASS if right else Verdict.FAIL,
            _("Stated as {what} {stated}, computed again {value}."),
            where,
            recomputed=value,
            fix=None if right else _("State {value}."),
            what=what,
            stated=stated,
            value=case.shown(where, value),
        )


def r05_place_and_people(case: Case, limits: Limits) -> Iterator[Finding]:
    """R05: evidence is about the place and the people it is to speak for, or is said to stand in."""
    plan_place = case.plan.meta.place.code
    for place, cited in case.cited.items():
        if not case.can_compute(place):
            yield _unresolved(place)
            continue
        # What the plan is judged by speaks for its own place, whatever it says it is about.
        wanted = plan_place if place[0] in ("indicators", "target_group") else cited.about or plan_place
        geography = cited.evidence.geography
        people = find(cited.evidence.dataset, case.own).population
        if cited.proxy is not None:
            yield found(Verdict.PASS, _("It is said to stand in."), place)
        elif geography is None:
            yield found(
                Verdict.NOT_CHECKABLE,
                _("The table {table} does not say which places it is about."),
                place,
                fix=_("State the geography in its description, or say as proxy why it stands in."),
                table=cited.evidence.dataset,
            )
        elif geography != (wanted,):
            yield found(
                Verdict.FAIL,
                _("The evidence is about {found}, and is to speak for {wanted}."),
                place,
                fix=_("Cite evidence about {wanted}, or say as proxy why this stands in."),
                found=", ".join(geography),
                wanted=wanted,
            )
        elif None not in (people, cited.population) and people != cited.population:
            yield found(
                Verdict.FAIL,
                _("The evidence is about {found}, and is to speak for {wanted}."),
                (*place, "population"),
                fix=_("Cite evidence about {wanted}, or say as proxy why this stands in."),
                found=people,
                wanted=cited.population,
            )
        else:
            yield found(Verdict.PASS, _("The evidence is about {found}."), place, found=", ".join(geography))


def r06_comparable(case: Case, limits: Limits) -> Iterator[Finding]:
    """R06: only years that may be compared are compared."""
    for number, claim in enumerate(case.plan.claims):
        if claim.kind == "change":
            yield from _change(case, ("claims", number), claim.before, claim.after)
    for number, indicator in enumerate(case.plan.indicators):
        place: Place = ("indicators", number, "baseline")
        if not indicator.baseline.comparable:
            yield _not_flagged(place)
        elif not case.can_compute(place):
            yield _unresolved(place)
        else:
            yield _compared(_series_faults(case, indicator), place)


def _series_faults(case: Case, indicator: Indicator) -> list[str]:
    table = find(indicator.baseline.evidence.dataset, case.own)
    if table.comparable is None:
        return list(incomparable(table, rows_of(case, indicator.baseline), (0, 0)))
    try:
        series = history_of(case, indicator)
    except CourseError:
        return []  # there is none, as R08 says
    years = series.panel["year"]
    return list(incomparable(series.table, series.rows, (int(years.min()), int(years.max()))))


def _change(case: Case, place: Place, before: Cited, after: Cited) -> Iterator[Finding]:
    ends = {(*place, "before"): before, (*place, "after"): after}
    for where, cited in ends.items():
        if not cited.comparable:
            yield _not_flagged(where)
    if not all(case.can_compute(where) for where in ends):
        yield _unresolved(place)
        return
    one, other = before.evidence, after.evidence
    alike = ("dataset", "statistic", "column", "per", "of", "unit", "geography")
    (early, late), (__, last) = year_span(one), year_span(other)
    if any(getattr(one, name) != getattr(other, name) for name in alike):
        yield found(
            Verdict.FAIL,
            _("The two numbers are not of the same series: table, column, statistic, unit or place differ."),
            place,
            fix=_("Cite the same series in both years."),
        )
    elif one.year is None or other.year is None or not late < year_span(other)[0]:
        yield found(
            Verdict.FAIL,
            _("The earlier number is not of an earlier year than the later one."),
            place,
            fix=_("Cite an earlier year as before."),
        )
    else:
        table = find(one.dataset, case.own)
        rows = rows_of(case, before, after)
        yield _compared(list(incomparable(table, rows, (early, last))), place)


def _not_flagged(place: Place) -> Finding:
    return found(
        Verdict.FAIL,
        _("Other years are set against this number, and it is not marked as comparable."),
        place,
        fix=_("Say comparable: true if it was measured in the same way, or make no comparison."),
    )


def _compared(faults: list[str], place: Place) -> Finding:
    if not faults:
        return found(Verdict.PASS, _("The years may be compared."), place)
    fix = _("Narrow the rows to those measured alike, or make no comparison.")
    return Finding(Verdict.FAIL, " ".join(faults), place, fix=fix)


def r07_age(case: Case, limits: Limits) -> Iterator[Finding]:
    """R07: the numbers that the plan starts from are not old."""
    day = case.plan.meta.date
    for place, cited in case.cited.items():
        if place[0] not in ("problem", "target_group", "indicators"):
            continue
        if not case.can_compute(place):
            yield _unresolved(place)
            continue
        year = year_span(cited.evidence)[1]
        if cited.evidence.year is None:
            yield found(
                Verdict.NOT_CHECKABLE,
                _("The table {table} does not say which years it is about."),
                place,
                fix=_("State the time in its description."),
                table=cited.evidence.dataset,
            )
            continue
        age = day.year - year
        old, too_old = age > limits["warn_years"], age > limits["fail_years"]
        verdict = Verdict.FAIL if too_old or age < 0 else Verdict.WARN if old else Verdict.PASS
        yield found(
            verdict,
            _("It is of {year}, and the plan of {now}.")
            if age >= 0
            else _("It is of {year}, after the plan's day."),
            place,
            recomputed=age,
            fix=None if verdict is Verdict.PASS else _("Cite a newer number, or one from before the plan."),
            year=str(year),
            now=str(day.year),
        )

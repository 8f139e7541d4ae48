"""The report as one HTML page that holds all it needs: no script, no font, no image from elsewhere."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from textwrap import shorten
from typing import Any, Literal

from babel.dates import format_date
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from klasteryste.data import Table, find
from klasteryste.errors import CourseError
from klasteryste.language import _, current_language, fill, number
from klasteryste.methods.networks.robustness import articulation_points, removal_shares
from klasteryste.plan.case import Case
from klasteryste.plan.check import Report
from klasteryste.plan.document import Place
from klasteryste.plan.model import Indicator, Partner, PlannedSurvey
from klasteryste.plan.report import drawings
from klasteryste.plan.report.drawings import Drawing
from klasteryste.plan.report.numbers import digits, numbers, place_name, stated, verdict_at
from klasteryste.plan.settings import Setting, read_settings
from klasteryste.plan.units import SHARE, amount, unit_label
from klasteryste.plan.verdict import Finding, Verdict
from klasteryste.plan.words import words

_GRAVEST_FIRST = tuple(reversed(Verdict))
# Told apart without colour, by shape and by word.
_SIGNS = {Verdict.PASS: "✓", Verdict.NOT_CHECKABLE: "?", Verdict.WARN: "!", Verdict.FAIL: "✗"}
# What the summary has room for on its one page.
_SUMMARY_WORDS, _SUMMARY_TARGETS = 480, 6
# Of a rule that is passed, so many findings are printed in full; of more, how many there are.
_FEW = 3


@dataclass(frozen=True)
class Goal:
    """An indicator as it is printed: where it stands, what is aimed at, and the figures that show it."""

    indicator: Indicator
    baseline: str
    target: str
    change: str
    unit: str
    verdict: Verdict
    figures: list[Drawing]


@dataclass(frozen=True)
class Member:
    """A partner as it is printed: with whom it works, whether it is a broker, and what is left without it.

    `near` is None where the ties cannot be read, and `left` where there is nobody else.
    """

    partner: Partner
    near: list[str] | None
    broker: bool
    left: float | None


def render(report: Report) -> str:
    """Give the report on a plan as HTML, in the language in use; the same plan gives the same bytes.

    Raises
    ------
    CourseError
        If the file is no plan.
    """
    case = report.case
    if case is None:
        raise CourseError(
            f"{report.document.path} is no plan yet, so there is no report on it: see what klasteryste plan "
            "check says"
        )
    environment = _environment()
    return environment.get_template("report.html").render(
        language=current_language(),
        report=report,
        plan=case.plan,
        fictional=_fictional(case),
        problem=shorten(str(case.plan.problem.statement), _SUMMARY_WORDS, placeholder=" …"),
        group_size=stated(case, ("target_group", "size"), case.plan.target_group.size),
        counts={verdict: _count(report, verdict) for verdict in _GRAVEST_FIRST},
        signs=_SIGNS,
        headline=_headline(report.verdict),
        summary_targets=_SUMMARY_TARGETS,
        few=_FEW,
        numbers=numbers(report, case),
        members=_members(case),
        network=_drawn(case, drawings.network, 2),
        removal=_drawn(case, drawings.removal, 3),
        logic=drawings.logic(case),
        surveys=_surveys(case),
        goals=list(_goals(report, case)),
        other_figures=list(_other_figures(report)),
        node_labels={node.id: str(node.label) for node in case.plan.logic.nodes},
        partner_names={partner.id: str(partner.name) for partner in case.plan.partners},
        indicator_names={one.id: str(one.name) for one in case.plan.indicators},
        place_name=lambda code, dataset="": place_name(case, code, dataset),
        variables=_variables(case),
        link_number=lambda row: _link_number(case, row),
        groups=[(v, [r for r in report.results if r.verdict is v]) for v in _GRAVEST_FIRST],
        tables=_tables(case),
        changed=_changed(report),
    )


def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("klasteryste.plan.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals |= {"_": _, "words": words, "number": number, "figure_number": _counter()}
    environment.filters |= {
        "fill": lambda template, **values: fill(template, values),
        "day": lambda day: _date(day, "long"),
        "short": lambda day: _date(day, "medium"),
        "css": _css,
        "money": _money,
        "about": _about,
        "link": _link,
        "not_passed": lambda findings: [one for one in findings if one.verdict is not Verdict.PASS],
    }
    return environment


def _counter() -> Any:
    numbers = iter(range(1, 100_000))
    return lambda: next(numbers)


def _date(day: date, form: Literal["long", "medium"]) -> str:
    # The course's English is that of Europe. A day stays on one line.
    locale = {"en": "en_GB"}.get(current_language(), current_language())
    return format_date(day, form, locale=locale).replace(" ", "\N{NO-BREAK SPACE}")


def _money(value: float) -> str:
    return number(value, ",d" if value == int(value) else ",.2f")


def _about(value: float) -> str:
    """Write a number of an unknown unit to four significant digits."""
    if not math.isfinite(value):
        return "–"
    return number(round(value) if abs(value) >= 1000 else float(f"{value:.4g}"), ",")


def _css(text: str) -> Markup:
    """Write a text as a string of CSS: nothing in it can end the string, the rule or the element."""
    plain = "".join(c if c.isascii() and c.isalnum() else f"\\{ord(c):06x}" for c in text)
    return Markup(f'"{plain}"')


def _link(address: str) -> str | None:
    """Give the address of a web page; None of anything else, which is printed as text."""
    return address if re.fullmatch(r"https?://[^\s]+", address) else None


def _headline(verdict: Verdict) -> str:
    return {
        Verdict.PASS: _("All that was checked is backed by what the plan cites."),
        Verdict.NOT_CHECKABLE: _("What could be checked is backed; some of it could not be checked."),
        Verdict.WARN: _("Backed by what the plan cites, with warnings to consider."),
        Verdict.FAIL: _("Some of what the plan says is not backed."),
    }[verdict]


def _count(report: Report, verdict: Verdict) -> int:
    return sum(result.verdict is verdict for result in report.results)


def _fictional(case: Case) -> bool:
    return case.plan.meta.place.fictional or (case.package is not None and case.package.fictional)


def _drawn(case: Case, make: Any, fewest: int) -> Drawing | None:
    """Draw a figure of the partners; None if they have no ties, are too few, or a tie leads nowhere."""
    try:
        enough = len(case.graph.nodes) >= fewest and len(case.graph.ties[0]) > 0
    except CourseError:
        return None
    return make(case) if enough else None


def _members(case: Case) -> list[Member]:
    partners = case.plan.partners
    try:
        graph = case.graph
    except CourseError:
        return [Member(partner, None, False, None) for partner in partners]
    names = [str(partner.name) for partner in partners]
    brokers = articulation_points(graph).to_numpy()
    left = removal_shares(graph).tolist() if len(partners) > 1 else [None]
    matrix = graph.adjacency
    return [
        Member(
            partner,
            [names[other] for other in sorted(matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]])],
            bool(brokers[row]),
            left[row],
        )
        for row, partner in enumerate(partners)
    ]


def _goals(report: Report, case: Case) -> Iterator[Goal]:
    for row, indicator in enumerate(case.plan.indicators):
        place: Place = ("indicators", row)
        unit = unit_label(indicator.baseline.evidence, case.own)
        decimals = max(digits(case, (*place, "baseline", "value")), digits(case, (*place, "target", "value")))
        change = indicator.target.value - indicator.baseline.value
        points = unit == SHARE
        yield Goal(
            indicator,
            amount(indicator.baseline.value, unit, decimals),
            amount(indicator.target.value, unit, decimals),
            number(
                float(100 * change if points else change),
                f"+,.{max(decimals - 2, 0) if points else decimals}f",
            ),
            _("percentage points") if points else unit,
            verdict_at(report, place),
            [
                drawings.draw(finding.figure, finding.message)
                for finding in _with_figures(report)
                if finding.figure is not None and _indicator_of(case, finding.place) == row
            ],
        )


def _surveys(case: Case) -> list[tuple[PlannedSurvey, str]]:
    """List the planned surveys, each with the smallest change it can show as it is printed."""
    units = {one.id: unit_label(one.baseline.evidence, case.own) for one in case.plan.indicators}
    found, points = [], _("percentage points")
    for survey in case.plan.evaluation.surveys:
        unit = units.get(survey.indicator, "")
        change = _about(100 * survey.mde if unit == SHARE else survey.mde)
        found.append((survey, f"{change} {points if unit == SHARE else unit}".strip()))
    return found


def _with_figures(report: Report) -> Iterator[Finding]:
    for result in report.results:
        for finding in result.findings:
            if finding.figure is not None:
                yield finding


def _indicator_of(case: Case, place: Place) -> int | None:
    """Give the number of the indicator that a place is about; None if it is about none."""
    if place[:1] == ("indicators",) and len(place) > 1:
        return int(place[1])
    if place[:2] == ("evaluation", "surveys") and len(place) > 2:
        ids = [indicator.id for indicator in case.plan.indicators]
        wanted = case.plan.evaluation.surveys[int(place[2])].indicator
        return ids.index(wanted) if wanted in ids else None
    return None


def _other_figures(report: Report) -> Iterator[Drawing]:
    case = report.case
    for finding in _with_figures(report):
        if finding.figure is not None and case is not None and _indicator_of(case, finding.place) is None:
            yield drawings.draw(finding.figure, finding.message)


def _link_number(case: Case, row: int) -> str | None:
    """Write the number that backs an arrow of the logic model, with its name; None if there is none."""
    cited = case.plan.logic.links[row].evidence
    if cited is None:
        return None
    value = stated(case, ("logic", "links", row, "evidence"), cited)
    return f"{cited.name}: {value}"


def _tables(case: Case) -> list[Table]:
    """List the tables that the plan cites, the course's before its own, each by its name."""
    plan = case.plan
    names = {cited.evidence.dataset for cited in case.cited.values()}
    names |= {one.history.dataset for one in plan.indicators if one.history is not None}
    names |= {claim.dataset for claim in plan.claims if claim.kind == "rank"}
    if plan.peers is not None:
        names.add(plan.peers.dataset)
    found = []
    for name in sorted(names, key=lambda name: (name.startswith("own:"), name)):
        try:
            found.append(find(name, case.own))
        except CourseError:
            # The rules say that there is none.
            continue
    return found


def _variables(case: Case) -> dict[str, str]:
    """Tell what the columns are in which peers are to be alike."""
    peers = case.plan.peers
    if peers is None:
        return {}
    try:
        return {field.name: field.description for field in find(peers.dataset, case.own).fields}
    except CourseError:
        return {}


def _changed(report: Report) -> list[tuple[Setting, str, Any, Any]]:
    """List the thresholds that differ from the usual: of which rule, its name, value and usual value."""
    usual = read_settings()
    return [
        (setting, name, value, usual[rule].limits[name])
        for rule, setting in report.settings.items()
        for name, value in setting.limits.items()
        if value != usual[rule].limits[name]
    ]

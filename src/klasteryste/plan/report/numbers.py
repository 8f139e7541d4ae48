"""The numbers that a plan cites, as rows of the report's evidence tables."""

from __future__ import annotations

from dataclasses import dataclass, field

from klasteryste.data import find, load
from klasteryste.data.own import PREFIX
from klasteryste.errors import CourseError
from klasteryste.evidence import Census, Range
from klasteryste.language import _, country_name, current_language
from klasteryste.plan.case import Case
from klasteryste.plan.check import Report
from klasteryste.plan.document import Place
from klasteryste.plan.model import Cited
from klasteryste.plan.units import SHARE, amount, unit_label
from klasteryste.plan.verdict import Verdict


@dataclass
class Number:
    """A cited number, as it is printed; several places of a plan may cite the same.

    Attributes
    ----------
    name, stated, unit : str
        What it is, as the plan states it, and in what unit.
    computed, interval, n, effective_n : str or None
        As computed again, its 95 % interval, how many it rests on, and how many a simple random sample would
        need; None where there is none.
    about : str
        Of which places and years it is.
    dataset, title : str
        The table's name and title.
    own : bool
        Whether the table is the plan's own.
    proxy : str or None
        Why it stands in.
    census : bool
        Whether it is a complete count.
    verdict : Verdict
        The gravest of what the rules found of it.
    used : list of str
        The parts of the plan that cite it.
    """

    name: str
    stated: str
    unit: str
    computed: str | None
    interval: str | None
    n: str | None
    effective_n: str | None
    about: str
    dataset: str
    title: str
    own: bool
    proxy: str | None
    census: bool
    verdict: Verdict
    used: list[str] = field(default_factory=list)


def numbers(report: Report, case: Case) -> list[Number]:
    """List the numbers that a plan cites, each once, in the order of the plan."""
    found: dict[str, Number] = {}
    for place, cited in case.cited.items():
        key = cited.model_dump_json(exclude={"name", "comparable", "about"})
        row = _number(report, case, place, cited)
        known = found.setdefault(key, row)
        known.verdict = max(known.verdict, row.verdict, key=lambda verdict: verdict.gravity)
        part = _part(case, place)
        if part not in known.used:
            known.used.append(part)
    return list(found.values())


def verdict_at(report: Report, place: Place) -> Verdict:
    """Give the gravest verdict on anything at a place of the plan or within it."""
    found = [
        finding.verdict
        for result in report.results
        for finding in result.findings
        if finding.place[: len(place)] == place
    ]
    return max(found, key=lambda verdict: verdict.gravity, default=Verdict.PASS)


def stated(case: Case, place: Place, cited: Cited) -> str:
    """Write a cited number for the language in use, with the decimals it has in the file."""
    return amount(cited.value, unit_label(cited.evidence, case.own), digits(case, (*place, "value")))


def digits(case: Case, place: Place) -> int:
    """Count the decimals a number has in the file."""
    written = case.written(place).lower()
    mantissa, _e, exponent = written.partition("e")
    return max(len(mantissa.partition(".")[2]) - int(exponent or 0), 0)


def place_name(case: Case, code: str, dataset: str) -> str:
    """Name a place in the language in use; a code that only the plan's own tables know stays a code."""
    if code == case.plan.meta.place.code:
        return str(case.plan.meta.place.name)
    if dataset.startswith(PREFIX):
        return code
    towns = load("municipalities").set_index("municipality")[f"name_{current_language()}"]
    if code in towns.index:
        return str(towns[code])
    try:
        return country_name(code)
    except CourseError:
        return code


def _number(report: Report, case: Case, place: Place, cited: Cited) -> Number:
    evidence = cited.evidence
    unit = unit_label(evidence, case.own)
    decimals = digits(case, (*place, "value"))
    again = case.computed(place) if case.can_compute(place) else None
    interval = None
    if again is not None and again.low is not None and again.high is not None:
        interval = f"{amount(again.low, unit, decimals)} – {amount(again.high, unit, decimals)}"
    census = isinstance(evidence.design, Census)
    codes = [place_name(case, code, evidence.dataset) for code in evidence.geography or ()]
    where = ", ".join(codes[:3]) + (f" (+{len(codes) - 3})" if len(codes) > 3 else "")
    return Number(
        name=str(cited.name),
        stated=amount(cited.value, unit, decimals),
        unit="" if unit == SHARE else unit,
        computed=None if again is None else amount(again.value, unit, decimals),
        interval=interval,
        n=None if again is None or again.n is None or census else amount(again.n, "", 0),
        effective_n=None if again is None or again.effective_n is None else amount(again.effective_n, "", 0),
        about=", ".join(filter(None, (where, _years(evidence.year)))),
        dataset=evidence.dataset,
        title=_title(case, evidence.dataset),
        own=evidence.dataset.startswith(PREFIX),
        proxy=None if cited.proxy is None else str(cited.proxy),
        census=census,
        verdict=verdict_at(report, place),
    )


def _title(case: Case, dataset: str) -> str:
    try:
        return find(dataset, case.own).title
    except CourseError:
        return dataset


def _years(year: int | Range | None) -> str:
    if year is None:
        return ""
    return f"{year.min}–{year.max}" if isinstance(year, Range) else str(year)


def _part(case: Case, place: Place) -> str:
    section, rest = place[0], place[1:]
    if section == "indicators":
        return str(case.plan.indicators[int(rest[0])].name)
    return {
        "problem": _("Problem"),
        "target_group": _("Target group"),
        "logic": _("Logic model"),
        "claims": _("Claims"),
    }.get(str(section), str(section))

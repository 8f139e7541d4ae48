"""Rules on targets: whether they can be reached, seen and answered for."""

from __future__ import annotations

from collections.abc import Iterator
from math import sqrt

import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from klasteryste.errors import CourseError
from klasteryste.evidence import Census, Published, Range
from klasteryste.language import _, fill
from klasteryste.methods.changes import change_windows, check_change
from klasteryste.methods.power import detectable_change
from klasteryste.plan.case import Case
from klasteryste.plan.document import Place
from klasteryste.plan.model import Indicator
from klasteryste.plan.references import require_ids
from klasteryste.plan.series import history_of, incomparable, se_left_out
from klasteryste.plan.settings import Limits
from klasteryste.plan.units import SHARE, amount, unit_label
from klasteryste.plan.verdict import Finding, Verdict, found


def r08_attainable(case: Case, limits: Limits) -> Iterator[Finding]:
    """R08: no target asks for a faster change than nearly all comparable places ever saw."""
    for number, indicator in _outcomes(case):
        place: Place = ("indicators", number)
        try:
            yield _attainable(case, place, indicator, limits)
        except CourseError as error:
            yield _unchecked(case, error, place)


def _outcomes(case: Case) -> Iterator[tuple[int, Indicator]]:
    """Give the indicators of what the plan wants to change; how much it does is its own to decide."""
    for number, indicator in enumerate(case.plan.indicators):
        if indicator.level != "output":
            yield number, indicator


def _unchecked(case: Case, error: CourseError, place: Place) -> Finding:
    return Finding(Verdict.NOT_CHECKABLE, case.words(error), place)


def _attainable(case: Case, place: Place, indicator: Indicator, limits: Limits) -> Finding:
    baseline, change, first = _change(case, place, indicator)
    series = history_of(case, indicator)
    years = series.panel["year"]
    if any(incomparable(series.table, series.rows, (int(years.min()), int(years.max())))):
        raise CourseError(_("The series may not be compared over its years (R06)."))
    if series.unit != indicator.baseline.evidence.unit:
        raise CourseError(_("The history has another unit than the baseline (R10)."))
    wanted = indicator.target.date.year - first
    slack = limits["horizon_slack"]
    windows, horizon = case.once(
        ("windows", id(series), wanted), lambda: _windows(series.panel, wanted, slack)
    )
    quantile = limits["percentile"] / 100
    check = check_change(
        windows,
        baseline,
        change,
        quantile=quantile,
        fewest_windows=limits["fewest_windows"],
        fewest_units=limits["fewest_units"],
    )
    verdict = {True: Verdict.PASS, False: Verdict.FAIL, None: Verdict.NOT_CHECKABLE}[check.attainable]
    evidence = indicator.baseline.evidence
    unit = unit_label(evidence, case.own)
    said = {
        "change": _step(change, unit),
        "limit": _step(check.limit, unit),
        "years": horizon,
        "windows": check.windows,
        "units": check.units,
        "share": round(check.percentile, 1),
        "percentile": limits["percentile"],
    }
    message = fill(
        _(
            "The target asks for a change of {change}. Of {windows} changes over {years} years in {units} "
            "places that began at a similar level, {share}% went less far that way; the limit, which "
            "{percentile}% did not exceed, is {limit}."
        ),
        said,
    )
    if horizon != wanted:
        longer = _("The series has no changes over {wanted} years: those over {years} are taken.")
        message += " " + fill(longer, {"wanted": wanted, "years": horizon})
    fixes = {
        Verdict.FAIL: _("Aim no further than the limit, or give the plan more years."),
        Verdict.NOT_CHECKABLE: _(
            "These are too few to judge by: name a longer series, or one of more places."
        ),
    }

    def draw() -> tuple[Figure, str]:
        # Checking draws nothing, and need not wait for what draws.
        from klasteryste.figures.plan import change_fan

        stated = indicator.baseline.value
        figure = change_fan(windows, check, baseline=stated, change=change, quantile=quantile, unit=unit)
        return figure, message

    return Finding(verdict, message, (*place, "target"), check.percentile, fixes.get(verdict), draw)


def _step(value: float, unit: str) -> str:
    """Write a change with its unit."""
    if unit == SHARE:
        return fill(_("{points:.1f} percentage points"), {"points": 100 * value})
    return f"{amount(value, unit, 3)} {unit}".strip()


def _change(case: Case, place: Place, indicator: Indicator) -> tuple[float, float, int]:
    """Give the baseline as computed again, the change the target asks for, and the baseline's year."""
    where = (*place, "baseline")
    if not case.can_compute(where):
        raise CourseError(_("The baseline cannot be computed again (R02)."))
    evidence, target = indicator.baseline.evidence, indicator.target
    baseline = case.computed(where).value
    change = target.value - baseline
    year = evidence.year.max if isinstance(evidence.year, Range) else evidence.year
    if target.unit != evidence.unit or change == 0 or (change > 0) != (indicator.polarity == "higher"):
        raise CourseError(_("The target does not fit its baseline (R10)."))
    if year is None:
        raise CourseError(_("Nothing says of which year the baseline is (R07)."))
    if target.date.year <= year:
        raise CourseError(_("The target does not fit its baseline (R10)."))
    return baseline, change, int(year)


def _windows(panel: pd.DataFrame, horizon: int, slack: int) -> tuple[pd.DataFrame, int]:
    """Give all changes over so many years or, where the series has none, over the next more that it has."""
    years = np.unique(panel["year"])
    lengths = np.unique(years[None, :] - years[:, None])
    for length in sorted(int(one) for one in lengths if horizon <= one <= horizon + slack):
        try:
            return change_windows(panel, "value", unit="place", horizon=length), length
        except CourseError:
            continue  # no place has values so many years apart, or they begin all alike
    said = {"wanted": horizon, "most": horizon + slack}
    raise CourseError(
        fill(_("The series has no changes over {wanted} to {most} years that could be compared."), said)
    )


def r09_detectable(case: Case, limits: Limits) -> Iterator[Finding]:
    """R09: each target is at least as far off as what its survey can be expected to show."""
    require_ids(case.plan, "indicators", "evaluation")
    surveys = {survey.indicator: number for number, survey in enumerate(case.plan.evaluation.surveys)}
    for number, indicator in _outcomes(case):
        place: Place = ("indicators", number)
        planned = surveys.get(indicator.id)
        design = indicator.baseline.evidence.design
        if planned is not None:
            try:
                yield from _detectable(case, place, indicator, planned, limits)
            except CourseError as error:
                yield _unchecked(case, error, place)
        elif se_left_out(case, indicator.baseline.evidence) is not None:
            yield _unplanned(place)
        elif isinstance(design, Census):
            yield found(Verdict.PASS, _("The baseline counts everybody: it has no sampling error."), place)
        elif isinstance(design, Published) and design.se is None:
            yield found(
                Verdict.NOT_CHECKABLE,
                _("Nothing says how precise the baseline is, and no survey is planned."),
                place,
                fix=_("Name the column of standard errors, or plan a survey."),
            )
        else:
            yield _unplanned(place)


def _unplanned(place: Place) -> Finding:
    return found(
        Verdict.FAIL,
        _("The baseline comes from a sample, and no survey is planned that would show the change."),
        place,
        fix=_("Plan a survey under evaluation, with n and the smallest change it can show."),
    )


def _detectable(
    case: Case, place: Place, indicator: Indicator, planned: int, limits: Limits
) -> Iterator[Finding]:
    baseline, change, __ = _change(case, place, indicator)
    plan = case.plan.evaluation
    survey = plan.surveys[planned]
    where: Place = ("evaluation", "surveys", planned)
    share = indicator.baseline.evidence.unit == "share"
    if not share and survey.sd is None:
        yield found(
            Verdict.FAIL,
            _("The survey lacks the standard deviation of answers, so that nothing says what it can show."),
            where,
            fix=_("Give sd, from an earlier survey."),
        )
        return
    if share and not 0 < baseline < 1:
        raise CourseError(_("Where nobody or everybody answers alike, the spread is not known."))
    sd = sqrt(baseline * (1 - baseline)) if share else float(survey.sd or 0)
    # The deciding outcome of a difference in differences is measured in two groups, twice each.
    four = plan.design == "difference_in_differences" and plan.indicator == indicator.id
    arms = 4 if four else 2

    def smallest(n: float) -> float:
        two = detectable_change(n, sd, deff=survey.deff, alpha=limits["alpha"], power=limits["power"])
        return two * sqrt(arms / 2)

    mde = smallest(survey.n)
    unit = unit_label(indicator.baseline.evidence, case.own)
    right = case.agrees((*where, "mde"), mde, limits["relative"], share=share)
    seen = abs(change) >= mde * (1 - 1e-9)
    said = {"mde": _step(mde, unit), "n": survey.n, "change": _step(abs(change), unit), "arms": arms}
    message = fill(
        _(
            "With {n:,d} answers in each of {arms} samples, the smallest change that can be expected to show "
            "is {mde}; the target asks for {change}."
        ),
        said,
    )

    def draw() -> tuple[Figure, str]:
        from klasteryste.figures.plan import detectable_curve

        people = np.unique(np.geomspace(max(2, survey.n / 8), 4 * survey.n, 80).round())
        curve = pd.Series([smallest(n) for n in people], people)
        return detectable_curve(curve, n=survey.n, change=change, unit=unit), message

    fix = None if seen else _("Ask more people, or aim at a larger change over more years.")
    verdict = Verdict.PASS if seen else Verdict.FAIL
    yield Finding(verdict, message, (*place, "target"), mde, fix, draw)
    if not right:
        yield found(
            Verdict.FAIL,
            _("Stated as the smallest change that shows {stated}, computed again {value}."),
            (*where, "mde"),
            recomputed=mde,
            fix=_("State {value}."),
            stated=survey.mde,
            value=case.shown((*where, "mde"), mde),
        )


def r10_coherent(case: Case, limits: Limits) -> Iterator[Finding]:
    """R10: targets go the right way, in the baseline's unit, and fall due within the plan."""
    period = case.plan.meta.period
    if not period.start < period.end:
        yield found(
            Verdict.FAIL,
            _("The plan ends before it begins."),
            ("meta", "period"),
            fix=_("Correct the days."),
        )
    for number, indicator in enumerate(case.plan.indicators):
        yield from _incoherent(case, ("indicators", number), indicator)


def _incoherent(case: Case, place: Place, indicator: Indicator) -> Iterator[Finding]:
    baseline, target, period = indicator.baseline, indicator.target, case.plan.meta.period
    where = (*place, "target")
    change = target.value - baseline.value
    if change == 0 or (change > 0) != (indicator.polarity == "higher"):
        yield found(
            Verdict.FAIL,
            _("The target {target} is not better than the baseline {baseline}."),
            (*where, "value"),
            fix=_("Correct the target, or which way is better (polarity)."),
            target=target.value,
            baseline=baseline.value,
        )
    if target.unit != baseline.evidence.unit:
        yield found(
            Verdict.FAIL,
            _("The target is in {target}, the baseline in {baseline}."),
            (*where, "unit"),
            fix=_("State the target in the baseline's unit."),
            target=target.unit,
            baseline=baseline.evidence.unit,
        )
    elif target.unit == "share" and not 0 <= target.value <= 1:
        yield found(
            Verdict.FAIL,
            _("The target {target} is no share, which is 0 to 1."),
            (*where, "value"),
            fix=_("Write a share as 0.326."),
            target=target.value,
        )
    if indicator.history is not None:
        try:
            unit = history_of(case, indicator).unit
        except CourseError:
            unit = baseline.evidence.unit  # R02 or R08 says what is wrong with it
        if unit != baseline.evidence.unit:
            yield found(
                Verdict.FAIL,
                _("The history is in {target}, the baseline in {baseline}."),
                (*place, "history"),
                fix=_("Name a history in the baseline's unit."),
                target=unit,
                baseline=baseline.evidence.unit,
            )
    year = baseline.evidence.year
    last = year.max if isinstance(year, Range) else year
    if not period.start < target.date <= period.end:
        yield found(
            Verdict.FAIL,
            _("The target falls due on {day}, outside the plan."),
            (*where, "date"),
            fix=_("Choose a day from the plan's start to its end."),
            day=target.date.isoformat(),
        )
    elif last is not None and target.date.year <= last:
        yield found(
            Verdict.FAIL,
            _("The target falls due on {day}, and the baseline is not earlier."),
            (*where, "date"),
            fix=_("Choose a later day, or cite an earlier baseline."),
            day=target.date.isoformat(),
        )


def r11_answered_for(case: Case, limits: Limits) -> Iterator[Finding]:
    """R11: of each indicator it is said who answers for it, where its values come from and how often."""
    for number, indicator in enumerate(case.plan.indicators):
        names = {"owner": _("an owner"), "source": _("a source"), "frequency": _("a frequency")}
        missing = [words for name, words in names.items() if getattr(indicator, name) is None]
        if missing:
            yield found(
                Verdict.FAIL,
                _("The indicator lacks {missing}."),
                ("indicators", number),
                fix=_("Fill them in: what nobody answers for is not measured."),
                missing=", ".join(missing),
            )

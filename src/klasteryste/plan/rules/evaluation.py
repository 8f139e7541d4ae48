"""Rules on the evaluation, and on the places that are compared."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
from pandas.api.types import is_numeric_dtype

from klasteryste.errors import CourseError
from klasteryste.evidence.selection import select_rows
from klasteryste.language import _, refusal
from klasteryste.methods.peers import balance, gower_distances, nearest_units, standardised_distances
from klasteryste.plan.case import Case
from klasteryste.plan.model import Peers
from klasteryste.plan.series import cited_rows, cited_table
from klasteryste.plan.settings import Limits
from klasteryste.plan.verdict import Finding, Verdict, found


def r22_evaluation(case: Case, limits: Limits) -> Iterator[Finding]:
    """R22: the effect is told from what would have been, and the design was published before the start."""
    evaluation, start = case.plan.evaluation, case.plan.meta.period.start
    untreated = set(evaluation.comparison) - set(evaluation.treated) - {case.plan.meta.place.code}
    if evaluation.design == "before_after":
        yield found(
            Verdict.FAIL,
            _("Before and after alone do not tell the plan's effect from what would have changed anyway."),
            ("evaluation", "design"),
            fix=_("Compare with places where the plan does not work."),
        )
    elif not untreated:
        yield found(
            Verdict.FAIL,
            _("No place is named where the plan does not work."),
            ("evaluation", "comparison"),
            fix=_("Compare with places where the plan does not work."),
        )
    elif len(untreated) < len(set(evaluation.comparison)):
        yield found(
            Verdict.FAIL,
            _("A place of the plan is also among those it is compared with."),
            ("evaluation", "comparison"),
            fix=_("Compare with places where the plan does not work."),
        )
    yield from _strangers(case, untreated)
    first = start.year - limits["pre_window"]
    before = {year for year in evaluation.pre_periods if first <= year < start.year}
    if len(before) < limits["pre_periods"]:
        yield found(
            Verdict.FAIL,
            _("Of the {window} years before the start {count} are looked at; it takes {fewest}."),
            ("evaluation", "pre_periods"),
            recomputed=len(before),
            fix=_("Name more years before the start, to see whether the places moved alike."),
            window=limits["pre_window"],
            count=len(before),
            fewest=limits["pre_periods"],
        )
    if evaluation.estimand is None:
        yield found(
            Verdict.FAIL,
            _("It is not said which difference is to be estimated."),
            ("evaluation",),
            fix=_("Say for whom, in what, when, and against what (estimand)."),
        )
    if evaluation.registered is None or evaluation.registered >= start:
        yield found(
            Verdict.FAIL,
            _("The design was not published before the start."),
            ("evaluation", "registered"),
            fix=_("Publish it before the first day of the plan, and give the day."),
        )


def _strangers(case: Case, comparison: set[str]) -> Iterator[Finding]:
    """Find places of the comparison that are neither peers nor in the table they were chosen from."""
    peers = case.plan.peers
    if peers is None or comparison <= set(peers.units):
        return
    place = ("evaluation", "comparison")
    try:
        table = cited_table(case, peers.dataset, peers.sha256)
        if table.geography is None or table.geography.column is None:
            raise CourseError(_("The table of peers does not say which place a row is about."))
        known = set(select_rows(table, {})[table.geography.column].dropna().astype(str))
    except CourseError as error:
        yield Finding(Verdict.NOT_CHECKABLE, case.words(error), place)
        return
    if unknown := sorted(comparison - known - set(peers.units)):
        yield found(
            Verdict.FAIL,
            _("These are no places of the table of peers: {units}."),
            place,
            fix=_("Compare with places of that table, by their codes there."),
            units=", ".join(unknown),
        )


def r23_peers(case: Case, limits: Limits) -> Iterator[Finding]:
    """R23: peers are those that the variables give, and how far they differ is reported."""
    peers = case.plan.peers
    if peers is None:
        return
    own = case.plan.meta.place.code
    if own in peers.units:
        yield found(
            Verdict.FAIL,
            _("The plan's own place is among its peers."),
            ("peers", "units"),
            fix=_("Take it out."),
        )
        return
    try:
        places = _places(case, peers)
        if (fault := _rows_fault(places, own)) is not None:
            fix = _("Select one row for each place, the plan's own among them.")
            yield Finding(Verdict.FAIL, fault, ("peers",), fix=fix)
            return
        nearest, smd = _recomputed(places, own, peers)
    except CourseError as error:
        yield Finding(Verdict.NOT_CHECKABLE, case.words(error), ("peers",))
        return
    right = set(nearest) == set(peers.units)
    yield found(
        Verdict.PASS if right else Verdict.FAIL,
        _("The {count} places most like it are {units}."),
        ("peers", "units"),
        fix=None if right else _("Name these, or the variables by which yours were found."),
        count=len(nearest),
        units=", ".join(nearest),
    )
    if right:
        yield from _balances(case, peers, smd, limits["relative"])


def _places(case: Case, peers: Peers) -> pd.DataFrame:
    table, rows = cited_rows(case, peers.dataset, peers.sha256, peers.filters, ())
    if table.geography is None or table.geography.column is None:
        raise CourseError(_("The table of peers does not say which place a row is about."))
    missing = sorted(set(peers.variables) - set(rows.columns))
    if missing:
        raise CourseError(_("The table of peers lacks a variable (R02)."))
    places = rows.set_index(table.geography.column, drop=False)[list(dict.fromkeys(peers.variables))]
    return places.dropna() if peers.distance == "standardised" else places


def _rows_fault(places: pd.DataFrame, own: str) -> str | None:
    """Say why the rows are not one for each place, if they are not."""
    if not places.index.is_unique:
        return _("The table of peers has several rows for a place: filter them, by year say.")
    if own not in places.index:
        return _("The table of peers has no row for the plan's own place.")
    return None


def _recomputed(places: pd.DataFrame, own: str, peers: Peers) -> tuple[list[str], pd.Series[float]]:
    """Give the nearest places, and the standardised mean differences of variables that are numbers."""
    distances = gower_distances if peers.distance == "gower" else standardised_distances
    count = len(set(peers.units))
    numbers = [name for name in places.columns if is_numeric_dtype(places[name])]
    known = places[numbers].astype(float).dropna()
    try:
        nearest = [str(name) for name in nearest_units(distances(places), own, count).index]
        return nearest, balance(known, [own], nearest)["smd"] if numbers else pd.Series(dtype=float)
    except CourseError as error:
        raise refusal(_("The peers cannot be found again: {why}."), why=str(error)) from None


def _balances(case: Case, peers: Peers, smd: pd.Series[float], relative: float) -> Iterator[Finding]:
    stated = {one.variable: number for number, one in enumerate(peers.balance)}
    for variable, value in smd.items():
        number = stated.get(str(variable))
        if number is None:
            yield found(
                Verdict.FAIL,
                _("It is not said how far the peers differ in {variable}: {value:.3f} standard deviations."),
                ("peers", "balance"),
                recomputed=value,
                fix=_("State it under balance."),
                variable=variable,
                value=value,
            )
            continue
        where = ("peers", "balance", number, "smd")
        right = case.agrees(where, value, relative, share=True)
        yield found(
            Verdict.PASS if right else Verdict.FAIL,
            _("Stated for {variable} {stated}, computed again {value}."),
            where,
            recomputed=value,
            fix=None if right else _("State {value}."),
            variable=variable,
            stated=peers.balance[number].smd,
            value=case.shown(where, value),
        )

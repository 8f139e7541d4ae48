"""What must hold between the columns of the course's tables, beyond what a schema can say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd
from babel import Locale

Tables = Mapping[str, pd.DataFrame]


@dataclass(frozen=True)
class Rule:
    """A rule on one column.

    ``broken`` gets the tables in ``needs``, of which the first is the one the column is in, and returns a
    boolean per row of that table, true where the rule is broken.
    """

    needs: tuple[str, ...]
    column: str
    message: str
    broken: Callable[[Tables], pd.Series[bool]]


def _unknown_country(table: str) -> Rule:
    def broken(tables: Tables) -> pd.Series[bool]:
        return ~tables[table]["country"].isin(list(Locale.parse("en").territories))

    return Rule((table,), "country", "is not a territory of the Unicode CLDR", broken)


def _wrong_se(tables: Tables) -> pd.Series[bool]:
    trust = tables["trust"]
    variance = trust["trust"] * (1 - trust["trust"]) / (trust["n"] * trust["response_share"])
    # Half a unit of the sixth decimal, and a little for the binary fraction.
    return (trust["se_srs"] - variance**0.5).abs() > 0.5000001e-6


def _rank_outside_bounds(tables: Tables) -> pd.Series[bool]:
    table = tables["governance"]
    return ~table["percentile_rank"].between(table["percentile_rank_lower"], table["percentile_rank_upper"])


def _lead_outside_project(tables: Tables) -> pd.Series[bool]:
    projects, participations = tables["bsr_projects"], tables["bsr_participations"]
    pairs = pd.MultiIndex.from_frame(participations[["project", "organisation"]])
    return pd.Series(~pd.MultiIndex.from_frame(projects[["project", "lead"]]).isin(pairs), projects.index)


def _wrong_number_of(column: str, what: str) -> Callable[[Tables], pd.Series[bool]]:
    def broken(tables: Tables) -> pd.Series[bool]:
        members = tables["bsr_participations"].merge(tables["bsr_organisations"], on="organisation")
        counts = members.groupby("project")[what].nunique()
        projects = tables["bsr_projects"]
        return projects[column] != projects["project"].map(counts)

    return broken


RULES = (
    _unknown_country("trust"),
    _unknown_country("governance"),
    _unknown_country("bsr_organisations"),
    Rule(
        ("trust",),
        "se_srs",
        "is not sqrt(trust (1 - trust) / (n response_share))",
        _wrong_se,
    ),
    Rule(
        ("trust",),
        "year_end",
        "is before year_start",
        lambda t: t["trust"]["year_end"] < t["trust"]["year_start"],
    ),
    Rule(("governance",), "percentile_rank", "is outside its published bounds", _rank_outside_bounds),
    Rule(
        ("bsr_projects", "bsr_participations"),
        "lead",
        "is the lead partner but is not among the project's participations",
        _lead_outside_project,
    ),
    Rule(
        ("bsr_projects", "bsr_participations", "bsr_organisations"),
        "n_organisations",
        "is not the number of organisations among the project's participations",
        _wrong_number_of("n_organisations", "organisation"),
    ),
    Rule(
        ("bsr_projects", "bsr_participations", "bsr_organisations"),
        "n_countries",
        "is not the number of countries among the project's participations",
        _wrong_number_of("n_countries", "country"),
    ),
)

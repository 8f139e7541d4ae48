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


# Codes that the Unicode CLDR has for unions, for tests and for what is not known.
_NO_COUNTRY = {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}


def _unknown_country(table: str) -> Rule:
    def broken(tables: Tables) -> pd.Series[bool]:
        return ~tables[table]["country"].isin(Locale.parse("en").territories.keys() - _NO_COUNTRY)

    return Rule((table,), "country", "is not a country or territory of the Unicode CLDR", broken)


def _not_of_its_round(column: str, of: Mapping[int, object]) -> Rule:
    def broken(tables: Tables) -> pd.Series[bool]:
        table = tables["institutional_trust"]
        return table[column] != table["round"].map(of)

    return Rule(("institutional_trust",), column, "is not that of its round of the survey", broken)


def _wrong_n_answers(tables: Tables) -> pd.Series[bool]:
    trust = tables["trust"]
    # Half a unit of the sixth decimal of the share, and a little for the binary fraction.
    return (trust["n_answers"] / trust["n"] - trust["response_share"]).abs() > 0.5000001e-6


def _wrong_se(tables: Tables) -> pd.Series[bool]:
    trust = tables["trust"]
    variance = trust["trust"] * (1 - trust["trust"]) / trust["n_answers"]
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


def _not_the_organisation_of_its_spelling(tables: Tables) -> pd.Series[bool]:
    participations = tables["bsr_participations"]
    organisations = tables["bsr_names"].set_index("spelling")["organisation"]
    return participations["organisation"] != participations["spelling"].map(organisations)


def _not_the_country_of_its_organisation(tables: Tables) -> pd.Series[bool]:
    names = tables["bsr_names"]
    countries = tables["bsr_organisations"].set_index("organisation")["country"]
    return names["country"] != names["organisation"].map(countries)


def _wrongly_first(tables: Tables) -> pd.Series[bool]:
    names = tables["bsr_names"]
    lowest = names["organisation"].str[1:] == names["spelling"].str[1:]
    return lowest != (names["how"] == "first")


def _wrong_number_of_names(tables: Tables) -> pd.Series[bool]:
    organisations = tables["bsr_organisations"]
    counts = tables["bsr_names"]["organisation"].value_counts()
    return organisations["n_names"] != organisations["organisation"].map(counts)


def _decision_not_kept(tables: Tables) -> pd.Series[bool]:
    decisions = tables["bsr_decisions"]
    organisations = tables["bsr_names"].set_index("spelling")["organisation"]
    joined = decisions["spelling"].map(organisations) == decisions["other"].map(organisations)
    return joined != (decisions["decision"] == "same")


def _urban_and_rural_differ_from_all(tables: Tables) -> pd.Series[bool]:
    years = tables["municipality_years"]
    urban = years["population_urban"]
    # Where everyone is urban, the publisher leaves the rural population empty.
    agree = (urban + years["population_rural"].fillna(0) == years["population"]).fillna(False)
    return urban.notna() & ~agree.astype(bool)


def _not_split(tables: Tables) -> pd.Series[bool]:
    years = tables["municipality_years"]
    return years["population"].notna() & years["population_urban"].isna() & (years["year"] >= 2001)


def _kind_differs_from_name(tables: Tables) -> pd.Series[bool]:
    table = tables["municipalities"]
    ending = table["name_lt"].str.extract(r" ([mr])\. sav\.$", expand=False)
    return table["kind"] != ending.map({"m": "city", "r": "district"}).fillna("other")


def _wrong_cooperation_flag(tables: Tables) -> pd.Series[bool]:
    table = tables["municipalities"]
    counts = [name for name in table.columns if name.startswith(("etmun_", "urbact_", "keep_"))]
    return table[counts].notna().ne(table["cooperation_known"] == 1, axis="index").any(axis="columns")


RULES = (
    _unknown_country("trust"),
    _unknown_country("countries"),
    _unknown_country("bsr_organisations"),
    _unknown_country("bsr_names"),
    _unknown_country("institutional_trust"),
    _unknown_country("civic_honesty"),
    _unknown_country("expected_honesty"),
    _unknown_country("legatum_claims"),
    _not_of_its_round("year", {7: 2014, 11: 2023}),
    _not_of_its_round("weighting", {7: "not stated", 11: "unweighted"}),
    Rule(("trust",), "n_answers", "is not n times response_share", _wrong_n_answers),
    Rule(
        ("trust",),
        "se_srs",
        "is not sqrt(trust (1 - trust) / n_answers)",
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
    Rule(
        ("bsr_participations", "bsr_names"),
        "organisation",
        "is not the organisation of its spelling",
        _not_the_organisation_of_its_spelling,
    ),
    Rule(
        ("bsr_names", "bsr_organisations"),
        "country",
        "is not the country of its organisation",
        _not_the_country_of_its_organisation,
    ),
    Rule(
        ("bsr_names",),
        "how",
        "does not fit: a lowest-numbered spelling, and no other, is first",
        _wrongly_first,
    ),
    Rule(
        ("bsr_organisations", "bsr_names"),
        "n_names",
        "is not the number of the organisation's spellings",
        _wrong_number_of_names,
    ),
    Rule(
        ("bsr_decisions", "bsr_names"),
        "decision",
        "was decided, but the spellings are not joined so",
        _decision_not_kept,
    ),
    Rule(
        ("civic_honesty",),
        "n_reported",
        "is more than the number of wallets",
        lambda t: t["civic_honesty"]["n_reported"] > t["civic_honesty"]["n_wallets"],
    ),
    Rule(
        ("municipality_years",),
        "population",
        "is not the sum of the urban and the rural population",
        _urban_and_rural_differ_from_all,
    ),
    Rule(
        ("municipality_years",),
        "population",
        "has no urban part, which is known from 2001 on",
        _not_split,
    ),
    Rule(
        ("municipalities",),
        "kind",
        "does not fit the name: m. sav. is a city, r. sav. a district, sav. alone is other",
        _kind_differs_from_name,
    ),
    Rule(
        ("municipalities",),
        "cooperation_known",
        "is not 1 where the counts of cooperation are there, 0 where they are missing",
        _wrong_cooperation_flag,
    ),
    Rule(
        ("municipality_borders",),
        "neighbour",
        "does not come after the municipality: each border is there once",
        lambda t: t["municipality_borders"]["neighbour"] <= t["municipality_borders"]["municipality"],
    ),
)

"""The Baltic Sea Region tables: known facts, the rules they were made by, and how right those are."""

from __future__ import annotations

import hashlib
import sys
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klasteryste import load
from klasteryste.data.package import descriptor, tables_folder
from klasteryste.methods.matching import match_quality
from klasteryste.methods.surveys import wilson_interval


@pytest.fixture(scope="module")
def scripts() -> Any:
    """Give the modules that the script of these tables is made of."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(tables_folder() / "scripts")
        patch.setattr(sys, "dont_write_bytecode", True)
        import _names
        import _sectors
        import _towns

        return SimpleNamespace(names=_names, sectors=_sectors, towns=_towns)


def spellings(scripts: Any) -> list[Any]:
    """Give the source's spellings with their towns, as the published tables hold them."""
    names = load("bsr_names").set_index("spelling")
    participations = load("bsr_participations")
    towns = participations.assign(town=scripts.towns.towns(participations["town"]))
    by_spelling = towns.groupby("spelling")["town"].agg(lambda town: frozenset(town.dropna()))
    return [
        scripts.names.Spelling(spelling, row["name"], row["country"], by_spelling[spelling])
        for spelling, row in names.iterrows()
    ]


def entry(name: str) -> dict[str, Any]:
    return next(one for one in descriptor()["resources"] if one["name"] == name)


def says(name: str, key: str, *numbers: str) -> bool:
    """Say whether one text of a descriptor's list, English and Lithuanian, holds all these numbers."""
    texts = zip(entry(name)[key], entry(name)[f"{key}_lt"], strict=True)
    return any(
        all(number in english and number.replace(".", ",") in lithuanian for number in numbers)
        for english, lithuanian in texts
    )


def percent(share: float) -> str:
    return f"{100 * share:.1f}"


def test_they_have_the_publishers_counts():
    projects, names, participations = (
        load(f"bsr_{what}") for what in ("projects", "names", "participations")
    )
    assert (len(projects), len(names), len(participations)) == (92, 1186, 1414)
    assert set(participations["spelling"]) == set(names["spelling"])
    countries = participations.merge(names, on="spelling")["country"].value_counts()
    assert (countries["LT"], countries["NO"]) == (149, 57)
    assert participations["nuts3"].isna().sum() == countries["BY"] == 51


def test_the_spellings_of_an_organisation_are_one():
    names = load("bsr_names").set_index("name")["organisation"]
    port = ["Klaipeda State Seaport Authority", "SE Klaipeda state seaport authority"]
    port += [f"State Enterprise {port[0]}", f"{port[0]} (KSSA)"]
    for one in (
        port,
        ["City of Riga", "City Of Riga", "Riga City Council", "City Council of Riga"],
        ["Turun yliopisto", "Turku University", "University of Turku"],
        ["MTÜ Balti Keskkonnafoorum", "Baltic Environmental Forum Estonia"],
    ):
        assert names[one].nunique() == 1, one
    apart = ["Turku University of Applied Sciences (TUAS)", "City of Turku", "Turku School of Economics"]
    assert names[[*apart, "University of Turku"]].nunique() == 4
    assert names[["Municipality of Klaipeda", "Municipality of the Klaipeda District"]].nunique() == 2

    organisations = load("bsr_organisations").set_index("organisation")
    row = organisations.loc[names[port[0]]]
    assert list(row[["name", "town", "sector", "n_names"]]) == [port[0], "Klaipėda", "public", 4]


def test_the_descriptor_counts_what_was_joined():
    how = load("bsr_names")["how"].value_counts()
    assert len(load("bsr_organisations")) == how["first"]
    assert says(
        "bsr_organisations", "transformations", str(how["first"]), str(how["rule"]), str(how["decision"])
    )


def test_the_tables_are_what_the_rules_and_decisions_make(scripts: Any):
    made = scripts.names.resolve(spellings(scripts), load("bsr_decisions"))
    names = load("bsr_names").set_index("spelling")
    assert made[["organisation", "how"]].loc[names.index].equals(names[["organisation", "how"]])

    spelt = names.groupby("organisation")["name"].agg(sorted)
    for row in load("bsr_organisations").itertuples():
        assert (row.sector, row.sector_rule) == scripts.sectors.sector([row.name, *spelt[row.organisation]])

    participations = load("bsr_participations")
    towns = scripts.towns.towns(participations["town"]).groupby(participations["organisation"])
    most_frequent = towns.agg(lambda town: town.mode()[0])
    published = load("bsr_organisations").set_index("organisation")["town"]
    assert most_frequent[published.index].tolist() == published.tolist()


def test_an_organisation_has_the_name_of_a_spelling_or_of_the_whole(scripts: Any):
    names = load("bsr_names").groupby("organisation")["name"].agg(set)
    organisations = load("bsr_organisations").set_index("organisation")["name"]
    unlike = {
        organisation: name
        for organisation, name in organisations.items()
        if name not in {scripts.names.unquoted(spelt) for spelt in names[organisation]}
    }
    assert unlike == scripts.names.WHOLE


def test_towns_of_one_country_differ_in_more_than_case_and_accents(scripts: Any):
    towns = load("bsr_organisations").dropna(subset=["town"])[["country", "town"]].drop_duplicates()
    folded = towns["town"].map(scripts.names.words).map(" ".join)
    assert not towns.assign(town=folded).duplicated().any()
    as_spelt = pd.Series(["TALLINN", "Tallin", "Gdansko", "Warsaw", "København Ø", "Kaunas", "Aalto"])
    assert scripts.towns.towns(as_spelt).fillna("").tolist() == [
        *("Tallinn", "Tallinn", "Gdańsk", "Warszawa", "København", "Kaunas", "")
    ]


def lowest(purpose: str, number: int) -> set[str]:
    """Give the spellings drawn for a purpose: those whose hash with it is lowest."""
    order = sorted(
        load("bsr_names")["spelling"], key=lambda one: hashlib.sha256(f"{purpose}:{one}".encode()).hexdigest()
    )
    return set(order[:number])


def test_the_match_is_as_right_as_the_descriptor_says():
    checked = load("bsr_checked_matches")
    drawn = set(checked["drawn"])
    assert drawn == lowest("match", 300)
    pairs = checked.dropna(subset=["other"])
    assert not set(checked.loc[checked["other"].isna(), "drawn"]) & set(pairs["drawn"])

    groups = load("bsr_names").set_index("spelling")["organisation"]
    quality = match_quality(groups, drawn, zip(pairs["drawn"], pairs["other"], strict=True))
    figures = [
        percent(figure)
        for share in (quality.precision, quality.recall)
        for figure in (share.value, share.low, share.high)
    ]
    assert figures == ["99.6", "94.4", "100.0", "94.6", "87.3", "97.8"]
    for name in ("bsr_names", "bsr_organisations"):
        assert says(name, "limitations", *figures)


def test_the_sector_is_as_right_as_the_descriptor_says():
    checked = load("bsr_checked_sectors").set_index("spelling")
    assert set(checked.index) == lowest("sector", 220)
    organisations = load("bsr_organisations").set_index("organisation")
    # A simple random sample of organisations: each by its lowest-numbered spelling.
    sample = checked.assign(organisation="O" + checked.index.str[1:]).merge(
        organisations["sector"], left_on="organisation", right_index=True, suffixes=("", "_by_rule")
    )
    right = sample["sector"] == sample["sector_by_rule"]
    figures = [len(sample) / 100, right.mean(), *wilson_interval(int(right.sum()), len(sample))]
    assert len(sample) >= 120
    assert says("bsr_organisations", "limitations", str(len(sample)), *(percent(f) for f in figures[1:]))

    wrong = sample[~right]
    assert (len(wrong), (wrong["alternative"] == wrong["sector_by_rule"]).sum()) == (20, 9)

    table = pd.crosstab(sample["sector"], sample["sector_by_rule"])
    assert (table.loc["private", "private"], table.loc["private"].sum()) == (13, 20)
    assert table["private"].sum() == 17
    assert (table["other"].sum(), table["other"].sum() - table.loc["other", "other"]) == (10, 9)


@pytest.mark.parametrize(
    ("name", "sector", "rule"),
    [
        ("Klaipėdos universitetas", "knowledge", "university"),
        ("Turun yliopisto", "knowledge", "university"),
        ("Tartu Ülikool", "knowledge", "university"),
        ("Politechnika Gdańska", "knowledge", "university"),
        ("Vilniaus miesto savivaldybės administracija", "public", "municipality"),
        ("Rīgas pašvaldība", "public", "municipality"),
        ("Malmö stad", "public", "municipality"),
        ("Odense Kommune", "public", "municipality"),
        ("Gmina Elbląg", "public", "municipality"),
        ("Uudenmaan Liitto", "public", "region"),
        ("Harju Maavalitsus", "public", "region"),
        ("Landkreis Rügen", "public", "region"),
        ("Ministerium für Wirtschaft", "public", "ministry"),
        ("Sosiaali- ja terveysministeriö", "public", "ministry"),
        ("Nordland fylkeskommune", "public", "municipality"),
        ("Naturvårdsverket", "public", "agency"),
        ("Miljøstyrelsen", "public", "agency"),
        ("Grodno Vodokanal", "public", "utility"),
        ("Handwerkskammer Schwerin", "private", "chamber"),
        ("UAB Nieko", "private", "company"),
        ("SIA Nekas", "private", "company"),
        ("Lietuvos savivaldybių asociacija", "civic", "municipalities"),
        ("Sihtasutus Mets", "civic", "association"),
        ("Norsk forening for natur", "civic", "association"),
        ("Stowarzyszenie Zielone", "civic", "association"),
        # What is narrow goes before what is wide.
        ("Vilnius University Hospital", "public", "health_care"),
        ("Ministry of Science and Research", "public", "ministry"),
        ("Baltic Sea Trade Union Network", "civic", "trade_union"),
        ("Council of the Baltic Sea States", "other", "international_body"),
        ("Mist", "other", "none"),
    ],
)
def test_a_name_tells_its_sector(scripts: Any, name: str, sector: str, rule: str):
    assert scripts.sectors.sector([name]) == (sector, rule)


def test_another_name_is_asked_only_if_the_first_tells_nothing(scripts: Any):
    assert scripts.sectors.sector(["Mist", "Mist Ltd."]) == ("private", "company")
    assert scripts.sectors.sector(["Mist University", "Mist Ltd."]) == ("knowledge", "university")


def spelling(scripts: Any, name: str, town: str = "Riga", id: str = "P1", country: str = "LV") -> Any:
    return scripts.names.Spelling(id, name, country, frozenset([town]))


@given(order=st.permutations(["University", "of", "Ångström", "and", "Łódź", "Ltd."]), upper=st.booleans())
def test_the_normal_form_has_no_order_case_or_accents(scripts: Any, order: list[str], upper: bool):
    name = ", ".join(order)
    form = scripts.names.normal_form(spelling(scripts, name.upper() if upper else name))
    assert form == "angstrom lodz university"


@pytest.mark.parametrize(
    ("name", "form"),
    [
        ("City of Riga", "municipality riga"),
        ("Riga City Council (RCC)", "municipality riga"),
        ("Council of Riga Region", "council region riga"),
        ("Ministry of the Interior", "interior ministry"),
        ("BIOCON VALLEY GMBH", "biocon valley"),
    ],
)
def test_the_normal_form_of_a_name(scripts: Any, name: str, form: str):
    assert scripts.names.normal_form(spelling(scripts, name)) == form


DECISIONS = pd.DataFrame(columns=["spelling", "other", "decision"])


@pytest.mark.parametrize(
    ("names", "decisions", "words"),
    [
        (["Fog Club", "Frog Club"], [], "P1 and P2 are nearly the same name: decide on them"),
        (["Fog Club", "Mist Club"], [("P1", "P7", "same")], "spellings that the source has not: P7"),
        (
            ["Fog Club", "Mist Club", "Haze Club"],
            [("P1", "P2", "same"), ("P2", "P3", "same"), ("P1", "P3", "different")],
            "P1 and P3 are decided to differ, but others join them",
        ),
    ],
)
def test_what_is_not_decided_or_not_so_is_named(scripts: Any, names: Any, decisions: Any, words: str):
    given_names = [spelling(scripts, name, id=f"P{number}") for number, name in enumerate(names, 1)]
    with pytest.raises(SystemExit, match=words):
        scripts.names.resolve(given_names, pd.DataFrame(decisions, columns=DECISIONS.columns))


def test_the_same_name_in_another_country_or_town_is_not_joined(scripts: Any):
    fog = [
        spelling(scripts, "Fog Club"),
        spelling(scripts, "Fog Club", country="LT", id="P2"),
        spelling(scripts, "Fog Club", town="Liepaja", id="P3"),
    ]
    with pytest.raises(SystemExit, match="P1 and P3 are nearly the same name"):
        scripts.names.resolve(fog, DECISIONS)
    assert scripts.names.resolve(fog[:2], DECISIONS)["organisation"].tolist() == ["O1", "O2"]

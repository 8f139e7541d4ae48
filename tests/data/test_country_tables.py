"""Tables of countries: the publishers' figures, and what the package says of them."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from babel.core import get_global

from klasteryste import load
from klasteryste.data import describe

TABLES = ("governance", "wellbeing", "income", "civil_society", "corruption_perceptions")


def cell_of(name: str, country: str, year: int, column: str) -> float:
    return float(load(name).set_index(["country", "year"]).loc[(country, year), column])


def test_the_tables_of_country_figures_have_the_same_31_countries():
    countries = load("countries")
    assert len(countries) == 31
    for name in TABLES:
        assert set(load(name)["country"]) == set(countries["country"]), name


def test_three_letters_are_those_that_babel_knows_for_the_country():
    # Its aliases also hold codes out of use, such as DDR.
    aliases = get_global("territory_aliases")
    countries = load("countries")
    assert all(aliases[row.alpha3] == [row.country] for row in countries.itertuples())
    assert not {"DDR", "FXX"} & set(countries["alpha3"])


def test_countries_are_named_in_both_languages():
    names = load("countries").set_index("country")
    assert list(names.loc["LT", ["alpha3", "name", "name_lt"]]) == ["LTU", "Lithuania", "Lietuva"]
    assert list(names.loc["CZ", ["alpha3", "name", "name_lt"]]) == ["CZE", "Czechia", "Čekija"]
    assert list(names.loc["NO", ["alpha3", "name", "name_lt"]]) == ["NOR", "Norway", "Norvegija"]


@pytest.mark.parametrize(
    ("country", "year", "column", "value"),
    [
        ("LT", 2022, "life_ladder", 7.037577),
        ("LT", 2022, "perceived_corruption", 0.684991),
        ("LT", 2009, "perceived_corruption", 0.978800),
        ("LT", 2010, "social_support", 0.881811),
        ("LT", 2016, "generosity", -0.270125),
        ("NO", 2016, "generosity", 0.127090),
        ("NO", 2015, "generosity", 0.251131),
        ("PL", 2017, "perceived_corruption", 0.639480),
        ("LT", 2006, "confidence_in_government", 0.205602),
        ("LT", 2018, "confidence_in_government", 0.323758),
        ("CZ", 2018, "confidence_in_government", 0.420783),
    ],
)
def test_wellbeing_is_the_publishers(country, year, column, value):
    assert cell_of("wellbeing", country, year, column) == pytest.approx(value, abs=5.1e-5)


def test_wellbeing_has_gaps_where_its_limits_say():
    wellbeing = load("wellbeing")
    assert len(wellbeing) == 471
    whole = wellbeing.groupby("year").size()
    assert set(whole.index[whole == 31]) == {2012, 2015, 2016, 2017}

    def without(column: str) -> pd.DataFrame:
        return wellbeing[wellbeing[column].isna()]

    gaps = without("generosity")
    assert len(gaps) == 18 and (gaps["year"] == 2005).sum() == (wellbeing["year"] == 2005).sum() == 14
    later = gaps[gaps["year"] > 2005]
    assert set(zip(later["country"], later["year"], strict=True)) == {
        *(("DE", 2008), ("IS", 2019), ("CY", 2022), ("MT", 2022)),
    }
    gaps = without("perceived_corruption")
    assert set(zip(gaps["country"], gaps["year"], strict=True)) == {
        ("SE", 2005),
        *(("MT", year) for year in range(2009, 2014)),
    }
    gaps = without("confidence_in_government")
    assert set(wellbeing.loc[wellbeing["year"] > 2018, "confidence_in_government"].isna()) == {True}
    earlier = gaps[gaps["year"] <= 2018]
    assert set(zip(earlier["country"], earlier["year"], strict=True)) == {
        *(("HR", 2009), ("HR", 2010), ("HR", 2011), ("HU", 2018), ("PL", 2018)),
    }


@pytest.mark.parametrize(
    ("country", "year", "logarithm"),
    [("LT", 2016, 10.371170), ("NO", 2016, 11.052541), ("PL", 2016, 10.257558)],
)
def test_income_is_the_publishers(country, year, logarithm):
    dollars = cell_of("income", country, year, "gdp_per_head")
    assert math.log(dollars) == pytest.approx(logarithm, abs=5e-5)


def test_income_has_the_country_years_of_wellbeing_but_two():
    keys = ["country", "year"]
    income, wellbeing = (set(load(name)[keys].itertuples(index=False)) for name in ("income", "wellbeing"))
    assert income < wellbeing
    assert {tuple(key) for key in wellbeing - income} == {("CY", 2022), ("MT", 2022)}


@pytest.mark.parametrize(
    ("country", "year", "column", "value"),
    [
        ("LT", 1990, "civil_society_participation", 0.681),
        ("LT", 2023, "civil_society_participation", 0.839),
        ("LT", 2023, "core_civil_society", 0.859),
        ("LT", 2016, "consultation", 1.090),
        ("LT", 2016, "participatory_environment", 0.831),
        ("LT", 2016, "political_corruption", 0.140),
        ("LT", 2016, "public_sector_corruption", 0.085),
        ("LT", 2004, "polarisation", -2.979),
        ("NO", 2023, "consultation", 3.223),
        ("SE", 1991, "consultation", 2.080),
    ],
)
def test_civil_society_is_the_publishers(country, year, column, value):
    assert cell_of("civil_society", country, year, column) == value


def test_civil_society_begins_where_its_limits_say():
    civil_society = load("civil_society")
    assert len(civil_society) == 1050
    first = civil_society.groupby("country")["year"].min()
    assert dict(first[first > 1990]) == {"HR": 1991, "SK": 1993}
    assert set(civil_society.groupby("country")["year"].max()) == {2023}
    gaps = civil_society[civil_society["polarisation"].isna()]
    assert set(gaps["country"]) == {"IS"} and set(gaps["year"]) == set(range(1990, 2000))


def test_civil_society_stays_the_same_as_often_as_its_limits_say():
    steps = load("civil_society").drop(columns="year").groupby("country").diff()
    same = (steps == 0).sum() / steps.notna().sum()
    words = f"in {100 * same.min():.0f} to {100 * same.max():.0f} % of cases"
    assert words in " ".join(describe("civil_society").limitations)


def test_what_is_adapted_from_v_dem_keeps_its_licence():
    assert [licence.name for licence in describe("civil_society").licences] == ["CC-BY-SA-4.0"]


@pytest.mark.parametrize(
    ("country", "year", "score"),
    [
        *(("LT", 2012, 54), ("LT", 2018, 59), ("LV", 2012, 49), ("EE", 2018, 73)),
        *(("NO", 2012, 85), ("PL", 2015, 63), ("DK", 2014, 92)),
    ],
)
def test_the_corruption_perceptions_index_is_the_publishers(country, year, score):
    assert cell_of("corruption_perceptions", country, year, "score") == score


def test_the_corruption_perceptions_index_is_whole():
    table = load("corruption_perceptions")
    assert set(table["year"]) == set(range(2012, 2019))
    assert len(table) == 31 * 7


def test_more_corruption_is_seen_in_the_direction_that_the_tables_say():
    perceptions = load("corruption_perceptions").query("year == 2016").set_index("country")["score"]
    experts = load("civil_society").query("year == 2016").set_index("country")["political_corruption"]
    people = load("wellbeing").query("year == 2016").set_index("country")["perceived_corruption"]
    governance = (
        load("governance").query("year == 2016 and indicator == 'cc'").set_index("country")["estimate"]
    )
    assert perceptions.corr(experts) < -0.6
    assert perceptions.corr(people) < -0.6
    assert perceptions.corr(governance) > 0.9

"""Lithuania's municipalities: figures typed from the publishers' releases, and what the limitations say."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pandas as pd
import pytest

from klasteryste import load

SOME = {
    "Vilniaus m. sav.": ("13", "city", "LT-57", "LT011", "Vilnius", 400.45, 562030, 247),
    "Klaipėdos r. sav.": ("55", "district", "LT-21", "LT023", "Gargždai", 1323.36, 60139, 13),
    "Akmenės r. sav.": ("32", "district", "LT-01", "LT026", "Naujoji Akmenė", 843.79, 18764, 10),
    "Neringos sav.": ("23", "other", "LT-28", "LT023", "Neringa", 138.77, 3530, 17),
    "Marijampolės sav.": ("18", "other", "LT-25", "LT024", "Marijampolė", 754.86, 53772, 59),
    "Panevėžio r. sav.": ("66", "district", "LT-33", "LT025", "Panevėžys", 2177.07, 35324, 24),
}
WITHOUT_COUNTS = {"Kaišiadorių r. sav.", "Prienų r. sav.", "Širvintų r. sav."}
COUNTS = ["etmun_memberships", "urbact_memberships", "keep_participations", "keep_partners", "keep_projects"]


@pytest.fixture(scope="module")
def municipalities() -> pd.DataFrame:
    return load("municipalities")


@pytest.fixture(scope="module")
def years() -> pd.DataFrame:
    names = load("municipalities").set_index("municipality")["name_lt"]
    table = load("municipality_years")
    return table.assign(name=table["municipality"].map(names)).set_index(["name", "year"])


@pytest.fixture(scope="module")
def network() -> nx.Graph:
    names = load("municipalities").set_index("municipality")["name_lt"]
    borders = load("municipality_borders")
    graph = nx.Graph()
    graph.add_nodes_from(names)
    graph.add_weighted_edges_from(
        zip(
            borders["municipality"].map(names),
            borders["neighbour"].map(names),
            borders["length"],
            strict=True,
        )
    )
    return graph


@pytest.mark.parametrize(("name", "expected"), SOME.items())
def test_a_municipality_is_the_publishers(municipalities, name, expected):
    columns = ["municipality", "kind", "iso_3166_2", "nuts3", "seat"]
    columns += ["area", "population_2020", "keep_participations"]
    assert tuple(municipalities.set_index("name_lt").loc[name, columns]) == expected


def test_there_are_sixty_municipalities_in_ten_counties(municipalities):
    assert len(municipalities) == 60
    assert municipalities["kind"].value_counts().to_dict() == {"district": 43, "other": 10, "city": 7}
    counties = municipalities[["nuts3", "county"]].drop_duplicates()
    assert len(counties) == counties["nuts3"].nunique() == counties["county"].nunique() == 10
    assert municipalities["population_2020"].sum() == 2794329
    assert municipalities["area"].sum() == pytest.approx(65285.65, abs=1e-6)


def test_iso_3166_2_numbers_the_english_names_in_order_a_city_before_its_district(municipalities):
    table = municipalities.sort_values("iso_3166_2")
    assert list(table["iso_3166_2"]) == [f"LT-{number:02}" for number in range(1, 61)]
    letters = table["name_en"].str.normalize("NFKD").str.encode("ascii", "ignore")
    assert list(letters) == sorted(letters)


def test_no_count_of_cooperation_is_missing_not_zero(municipalities):
    unknown = municipalities[municipalities["cooperation_known"] == 0]
    assert set(unknown["name_lt"]) == WITHOUT_COUNTS
    assert unknown[COUNTS].isna().all(axis=None)
    assert municipalities.loc[municipalities["cooperation_known"] == 1, COUNTS].notna().all(axis=None)


def test_two_municipalities_with_one_seat_have_the_same_counts(municipalities):
    shared = municipalities[municipalities.duplicated("seat", keep=False)]
    assert set(shared["seat"]) == {"Alytus", "Kaunas", "Panevėžys", "Šiauliai", "Vilnius"}
    assert len(shared) == 10
    assert (shared.groupby("seat")[COUNTS].nunique() == 1).all(axis=None)


def test_partners_and_projects_are_no_more_than_participations(municipalities):
    known = municipalities.dropna()
    assert (known["keep_partners"] <= known["keep_participations"]).all()
    assert (known["keep_projects"] <= known["keep_participations"]).all()


@pytest.mark.parametrize(
    ("name", "year", "column", "value"),
    [
        ("Akmenės r. sav.", 1994, "births", 409),
        ("Akmenės r. sav.", 1996, "population", 31806),
        ("Akmenės r. sav.", 2001, "density", 35.9),
        ("Akmenės r. sav.", 2012, "population_rural", 8788),
        ("Vilniaus m. sav.", 2018, "population", 547484),
        ("Vilniaus m. sav.", 2018, "population_rural", 212),
        ("Trakų r. sav.", 1999, "marriages", 382),
        ("Elektrėnų sav.", 2000, "marriages", 116),
        ("Šilutės r. sav.", 1994, "infant_deaths", 18),
    ],
)
def test_a_year_is_the_publishers(years, name, year, column, value):
    assert years.loc[(name, year), column] == value


# The publisher's figures for the whole country.
@pytest.mark.parametrize(
    ("year", "population", "births", "deaths"),
    [(1996, 3615212, 39066, 42896), (2001, 3486998, 31185, 40399), (2017, 2847904, 28696, 40142)],
)
def test_municipalities_add_up_to_the_country(years, year, population, births, deaths):
    sums = years.xs(year, level="year")[["population", "births", "deaths"]].sum()
    assert tuple(sums) == (population, births, deaths)


def test_each_municipality_has_each_year_and_columns_begin_and_end_as_said(years):
    assert len(years) == 60 * 25
    assert years.index.is_unique
    filled = years.groupby(level="year").count().gt(0)
    spans = {column: (filled.index[there][0], filled.index[there][-1]) for column, there in filled.items()}
    late = ["population_urban", "population_rural", "density"]
    assert spans["population"] == (1996, 2018)
    assert {spans[column] for column in late} == {(2001, 2018)}
    assert {spans[column] for column in ["births", "deaths", "marriages", "divorces"]} == {(1994, 2017)}


def test_five_municipalities_have_marriages_from_2000_only(years):
    before = years[years.index.get_level_values("year") < 2000]
    for column in ("infant_deaths", "marriages", "divorces"):
        missing = before[column].isna().groupby(level="name").all()
        assert set(missing.index[missing]) == {
            *("Elektrėnų sav.", "Kalvarijos sav.", "Kazlų Rūdos sav.", "Pagėgių sav.", "Rietavo sav.")
        }
    lone = before["divorces"].isna() & before["marriages"].notna()
    assert set(before.index[lone]) == {("Birštono sav.", 1996), ("Biržų r. sav.", 1996)}


def test_marriages_before_2000_do_not_add_up_to_the_country(years):
    missing = {1994: 23337, 1995: 22150, 1996: 20433, 1997: 18796, 1998: 18486, 1999: 17868}
    sums = years.groupby(level="year")["marriages"].sum()
    short = [country - sums[year] for year, country in missing.items()]
    assert (min(short), max(short)) == (234, 318)
    assert sums[2000] == 16906


def test_rural_population_is_missing_where_everyone_is_urban(years):
    urban = years[years["population_urban"].notna() & years["population_rural"].isna()]
    assert (urban["population_urban"] == urban["population"]).all()
    always = urban.groupby(level="name").size()
    cities = {
        f"{name} m. sav." for name in ("Alytaus", "Kauno", "Klaipėdos", "Palangos", "Panevėžio", "Šiaulių")
    }
    assert set(always.index[always == 18]) == cities | {"Neringos sav."}
    assert dict(always[always < 18]) == {"Visagino sav.": 3}


def test_the_area_behind_the_density_changed_where_the_limitations_say(years):
    area = (years["population"].astype(float) / years["density"]).sort_index()
    steps = area.groupby(level="name").pct_change(fill_method=None)
    changed = {
        ("Neringos sav.", 2016): (90, 139),
        ("Visagino sav.", 2005): (9, 58),
        ("Elektrėnų sav.", 2003): (538, 509),
        ("Kaišiadorių r. sav.", 2003): (1057, 1087),
        ("Ignalinos r. sav.", 2005): (1496, 1447),
    }
    assert set(steps.index[abs(steps) > 0.02]) == set(changed)
    for (name, year), (before, after) in changed.items():
        assert area[name, year - 1] == pytest.approx(before, rel=0.003)
        assert area[name, year] == pytest.approx(after, rel=0.003)


def test_the_largest_steps_of_the_urban_share_are_those_that_the_limitations_name(years):
    share = years["population_urban"].astype(float).div(years["population"].astype(float)).sort_index()
    steps = abs(share.groupby(level="name").diff())
    assert set(steps.index[steps > 0.02]) == {
        *(("Rietavo sav.", 2013), ("Rokiškio r. sav.", 2004)),
        *(("Druskininkų sav.", 2004), ("Kauno r. sav.", 2004)),
    }


def test_the_last_density_is_of_the_area_of_today(years, municipalities):
    last = years.xs(2018, level="year")
    area = municipalities.set_index("name_lt")["area"].reindex(last.index)
    # Half a unit of the published density, and half a square kilometre of the publisher's area.
    slack = 0.05 / last["density"] + 0.6 / area
    assert (abs(last["population"] / last["density"] / area - 1) < slack).all()


def test_borders_are_those_that_everyone_knows(network):
    assert set(network["Alytaus m. sav."]) == {"Alytaus r. sav."}
    assert set(network["Panevėžio m. sav."]) == {"Panevėžio r. sav."}
    assert set(network["Šiaulių m. sav."]) == {"Šiaulių r. sav."}
    assert set(network["Vilniaus m. sav."]) == {"Vilniaus r. sav.", "Trakų r. sav."}
    assert set(network["Palangos m. sav."]) == {"Kretingos r. sav.", "Klaipėdos r. sav."}
    assert set(network["Visagino sav."]) == {"Ignalinos r. sav.", "Zarasų r. sav."}
    assert set(network["Birštono sav."]) == {"Prienų r. sav.", "Alytaus r. sav."}
    assert set(network["Neringos sav."]) == {"Klaipėdos m. sav.", "Klaipėdos r. sav.", "Šilutės r. sav."}
    assert set(network["Skuodo r. sav."]) == {"Kretingos r. sav.", "Mažeikių r. sav.", "Plungės r. sav."}


def test_borders_make_one_planar_network(network):
    assert (len(network), network.size()) == (60, 140)
    assert nx.is_connected(network)
    assert nx.check_planarity(network)[0]
    assert nx.number_of_selfloops(network) == 0


def test_only_the_border_that_the_limitations_name_is_shorter_than_a_kilometre(network):
    short = {frozenset(pair): length for *pair, length in network.edges(data="weight") if length < 1}
    assert short == {frozenset({"Kauno m. sav.", "Kaišiadorių r. sav."}): 0.2}


def test_an_enclosed_city_has_the_border_of_a_body_of_its_area(network, municipalities):
    area = municipalities.set_index("name_lt")["area"]
    for name in ("Alytaus m. sav.", "Panevėžio m. sav.", "Šiaulių m. sav."):
        circle = 2 * np.sqrt(np.pi * area[name])
        assert circle < network.degree(name, weight="weight") < 3 * circle


def test_neighbours_lie_near_each_other(network, municipalities):
    places = municipalities.set_index("name_lt")[["latitude", "longitude"]]
    north = (places["latitude"] * 111.2).to_numpy()
    east = (places["longitude"] * 111.2 * np.cos(np.radians(55.2))).to_numpy()
    distances = pd.DataFrame(
        np.hypot(north[:, None] - north, east[:, None] - east), index=places.index, columns=places.index
    )
    between = [distances.loc[a, b] for a, b in network.edges]
    assert max(between) < 80 < distances.to_numpy().max()


def test_the_centroid_of_a_district_can_lie_in_the_town_that_it_surrounds(municipalities):
    places = municipalities.set_index("name_lt")[["latitude", "longitude"]]
    assert (abs(places.loc["Alytaus r. sav."] - places.loc["Alytaus m. sav."]) < 0.02).all()

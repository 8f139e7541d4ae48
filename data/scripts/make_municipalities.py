"""Make municipalities.csv and municipality_years.csv: Lithuania's 60 municipalities, and 1994-2018 in each.

Each publisher names them differently: the codes in MUNICIPALITIES tie the names together.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from _tables import Files, Tables, csv, run

REGISTER = "municipalities/LT-savivaldybes-municipalities.csv"
POPULATION = "municipalities/population_2020_mpiktas.csv"
COOPERATION = "municipalities/lt_cities_eu_cooperation_counts.csv"
DEMOGRAPHY = "municipalities/osp_demography_municipality_year_1994_2018.csv"
SOURCES = {
    REGISTER: "efe32f8f2774c757353218b87dd90c9fdd9a9dd355d5f0e76e9dafa97c9308b5",
    POPULATION: "a84c8d16e0a44f3b24400b9dea4e2901266690f67f85776b8a659c6176dc59c3",
    COOPERATION: "7beae91fcb697898080cf9a377c7a350b617e29185449e551081c9e3ea2ad5fe",
    DEMOGRAPHY: "1b24a733368a8c10255e2529e43e94b7fc80a20cf5dce2621215a11b2b5a3b39",
}

# By the code of the Centre of Registers: name at Statistics Lithuania, ISO 3166-2 code, seat.
MUNICIPALITIES = {
    "11": ("Alytus t. mun.", "LT-02", "Alytus"),
    "12": ("Birštonas mun.", "LT-05", "Birštonas"),
    "13": ("Vilnius c. mun.", "LT-57", "Vilnius"),
    "15": ("Druskininkai mun.", "LT-07", "Druskininkai"),
    "18": ("Marijampolė mun.", "LT-25", "Marijampolė"),
    "19": ("Kaunas c. mun.", "LT-15", "Kaunas"),
    "21": ("Klaipėda c. mun.", "LT-20", "Klaipėda"),
    "23": ("Neringa mun.", "LT-28", "Neringa"),
    "25": ("Palanga t. mun.", "LT-31", "Palanga"),
    "27": ("Panevėžys c. mun.", "LT-32", "Panevėžys"),
    "29": ("Šiauliai c. mun.", "LT-43", "Šiauliai"),
    "30": ("Visaginas mun.", "LT-59", "Visaginas"),
    "32": ("Akmenė d. mun.", "LT-01", "Naujoji Akmenė"),
    "33": ("Alytus d. mun.", "LT-03", "Alytus"),
    "34": ("Anykščiai d. mun.", "LT-04", "Anykščiai"),
    "36": ("Biržai d. mun.", "LT-06", "Biržai"),
    "38": ("Varėna d. mun.", "LT-55", "Varėna"),
    "39": ("Vilkaviškis d. mun.", "LT-56", "Vilkaviškis"),
    "41": ("Vilnius d. mun.", "LT-58", "Vilnius"),
    "42": ("Elektrėnai mun.", "LT-08", "Elektrėnai"),
    "43": ("Zarasai d. mun.", "LT-60", "Zarasai"),
    "45": ("Ignalina d. mun.", "LT-09", "Ignalina"),
    "46": ("Jonava d. mun.", "LT-10", "Jonava"),
    "47": ("Joniškis d. mun.", "LT-11", "Joniškis"),
    "48": ("Kalvarija mun.", "LT-14", "Kalvarija"),
    "49": ("Kaišiadorys d. mun.", "LT-13", "Kaišiadorys"),
    "52": ("Kaunas d. mun.", "LT-16", "Kaunas"),
    "53": ("Kėdainiai d. mun.", "LT-18", "Kėdainiai"),
    "54": ("Kelmė d. mun.", "LT-19", "Kelmė"),
    "55": ("Klaipėda d. mun.", "LT-21", "Gargždai"),
    "56": ("Kretinga d. mun.", "LT-22", "Kretinga"),
    "57": ("Kupiškis d. mun.", "LT-23", "Kupiškis"),
    "58": ("Kazlų Rūda mun.", "LT-17", "Kazlų Rūda"),
    "59": ("Lazdijai d. mun.", "LT-24", "Lazdijai"),
    "61": ("Mažeikiai d. mun.", "LT-26", "Mažeikiai"),
    "62": ("Molėtai d. mun.", "LT-27", "Molėtai"),
    "63": ("Pagėgiai mun.", "LT-29", "Pagėgiai"),
    "65": ("Pakruojis d. mun.", "LT-30", "Pakruojis"),
    "66": ("Panevėžys d. mun.", "LT-33", "Panevėžys"),
    "67": ("Pasvalys d. mun.", "LT-34", "Pasvalys"),
    "68": ("Plungė d. mun.", "LT-35", "Plungė"),
    "69": ("Prienai d. mun.", "LT-36", "Prienai"),
    "71": ("Radviliškis d. mun.", "LT-37", "Radviliškis"),
    "72": ("Raseiniai d. mun.", "LT-38", "Raseiniai"),
    "73": ("Rokiškis d. mun.", "LT-40", "Rokiškis"),
    "74": ("Rietavas mun.", "LT-39", "Rietavas"),
    "75": ("Skuodas d. mun.", "LT-48", "Skuodas"),
    "77": ("Tauragė d. mun.", "LT-50", "Tauragė"),
    "78": ("Telšiai d. mun.", "LT-51", "Telšiai"),
    "79": ("Trakai d. mun.", "LT-52", "Trakai"),
    "81": ("Ukmergė d. mun.", "LT-53", "Ukmergė"),
    "82": ("Utena d. mun.", "LT-54", "Utena"),
    "84": ("Šakiai d. mun.", "LT-41", "Šakiai"),
    "85": ("Šalčininkai d. mun.", "LT-42", "Šalčininkai"),
    "86": ("Švenčionys d. mun.", "LT-49", "Švenčionys"),
    "87": ("Šilalė d. mun.", "LT-45", "Šilalė"),
    "88": ("Šilutė d. mun.", "LT-46", "Šilutė"),
    "89": ("Širvintos d. mun.", "LT-47", "Širvintos"),
    "91": ("Šiauliai d. mun.", "LT-44", "Šiauliai"),
    "94": ("Jurbarkas d. mun.", "LT-12", "Jurbarkas"),
}

KINDS = {"m": "city", "r": "district"}
ENDINGS = {
    " c. mun.": " city municipality",
    " t. mun.": " city municipality",
    " d. mun.": " district municipality",
    " mun.": " municipality",
}
COUNTS = {
    "members_etmun": "etmun_memberships",
    "members_urbact": "urbact_memberships",
    "participations_eucicop": "keep_participations",
    "partners_eucicop": "keep_partners",
    "projects_eucicop": "keep_projects",
}
FIGURES = {
    "Total": "population",
    "Urban": "population_urban",
    "Rural": "population_rural",
    "births": "births",
    "deaths": "deaths",
    "infant_deaths": "infant_deaths",
    "marriages": "marriages",
    "divorces": "divorces",
}


def in_english(name: str) -> str:
    """Spell out ``Akmenė d. mun.`` of Statistics Lithuania."""
    ending = next(ending for ending in ENDINGS if name.endswith(ending))
    return name.removesuffix(ending) + ENDINGS[ending]


def municipalities(files: Files) -> pd.DataFrame:
    """Make the table of municipalities."""
    register = csv(files[REGISTER], sep=";", decimal=",", dtype={"SAV_KODAS": str}).sort_values("SAV_KODAS")
    register = register.set_index("SAV_KODAS", drop=False)
    known = pd.DataFrame.from_dict(MUNICIPALITIES, orient="index", columns=["name", "iso", "seat"])
    known = known.loc[register.index]
    population = csv(files[POPULATION]).set_index("municipality_name")["population"]
    kind = register["SAV_PAV"].str.extract(r" ([mr])\. sav\.$", expand=False)
    table = pd.DataFrame(
        {
            "municipality": register["SAV_KODAS"],
            "name_lt": register["SAV_PAV"],
            "name_en": known["name"].map(in_english),
            "kind": kind.map(KINDS).fillna("other"),
            "iso_3166_2": known["iso"],
            "nuts3": register["NUTS_3"],
            "county": register["APS_PAV"],
            "seat": known["seat"],
            "latitude": register["SAV_PLATUM"].round(5),
            "longitude": register["SAV_ILGUMA"].round(5),
            "area": register["SAV_PLOTAS"] / 100,
            "population_2020": register["SAV_PAV"].map(population),
        }
    )
    counts = cooperation(files[COOPERATION], known["seat"])
    table["cooperation_known"] = counts.notna().all(axis="columns").astype(int)
    return table.join(counts)


def cooperation(content: bytes, seats: pd.Series) -> pd.DataFrame:
    """Give the counts of each seat; the source spells towns without Lithuanian letters."""
    towns = seats.str.normalize("NFKD").str.encode("ascii", "ignore").str.decode("ascii")
    counts = csv(content).set_index("asciiName")[list(COUNTS)].rename(columns=COUNTS)
    return counts.astype("Int64").reindex(towns).set_axis(seats.index)


def years(content: bytes) -> pd.DataFrame:
    """Make the table of municipalities by year; counties and the whole country are left out."""
    codes = {name: code for code, (name, _, _) in MUNICIPALITIES.items()}
    source = csv(content)
    source = source[source["Territory"].isin(codes)]
    table = source[list(FIGURES)].rename(columns=FIGURES).astype("Int64")
    table.insert(0, "municipality", source["Territory"].map(codes))
    table.insert(1, "year", source["Year"])
    table["density"] = source["Density"]
    return table.sort_values(["municipality", "year"])


def tables(files: Files) -> Tables:
    """Make the two tables."""
    return {"municipalities": municipalities(files), "municipality_years": years(files[DEMOGRAPHY])}


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the two tables; `sources` holds the SHA-256 of each publisher's file."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

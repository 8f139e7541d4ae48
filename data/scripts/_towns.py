"""One spelling for each town: its local official name, without district, county or postal letters.

Names in Belarus stay transliterated, as the source has them.
"""

from __future__ import annotations

import pandas as pd

# Town or place as spelt in the source, and the town it is; what is not listed is spelt well already.
_TOWN = {
    # Belarus
    "City of Vitebsk": "Vitebsk",
    "Misnk": "Minsk",
    "Molodezhno": "Molodechno",
    # Denmark
    "Aalborg OE": "Aalborg",
    "Aalborg Oest": "Aalborg",
    "Copenhagen": "København",
    "Copenhagen K": "København",
    "Frederiksberg C": "Frederiksberg",
    "Horsholm": "Hørsholm",
    "Kgs. Lyngby": "Kongens Lyngby",
    "København K": "København",
    "København S.": "København",
    "København Ø": "København",
    "Köpenhamn N": "København",
    "Nykøbing": "Nykøbing Falster",
    "Nykøbing F": "Nykøbing Falster",
    "Odense M": "Odense",
    "Rönne": "Rønne",
    "Soroe": "Sorø",
    "Århus": "Aarhus",
    "Århus N": "Aarhus",
    # Estonia
    "Lihula, Lääne maakond": "Lihula",
    "TALLINN": "Tallinn",
    "Tallin": "Tallinn",
    "Tallinna": "Tallinn",
    "Tarttu": "Tartu",
    "Tähtvere Tartumaa": "Tähtvere",
    # Finland
    "HELSINKI": "Helsinki",
    "KOKKOLA": "Kokkola",
    "Oulun yliopisto": "Oulu",
    "Seinajöki": "Seinäjoki",
    "VANTAA": "Vantaa",
    # Germany
    "Born/Darß": "Born a. Darß",
    "Gülzow": "Gülzow-Prüzen",
    "Luebeck": "Lübeck",
    "Rostock-Warnem": "Rostock",
    "Rostock-Warnemuende": "Rostock",
    # Latvia
    "Cesis": "Cēsis",
    "Grobinas": "Grobiņa",
    "Jaunmarupe": "Jaunmārupe",
    "Jurmala": "Jūrmala",
    "Kraslava": "Krāslava",
    "Ligatne": "Līgatne",
    "Olzolnieki, Jelgava ditr": "Ozolnieki",
    "Pargauja": "Pārgauja",
    "Rezekne": "Rēzekne",
    "Riga": "Rīga",
    "Salacgriva": "Salacgrīva",
    # Lithuania
    "Academy, Kaunas District": "Akademija",
    "Gargzdai": "Gargždai",
    "Kedainiai": "Kėdainiai",
    "Klaipeda": "Klaipėda",
    "Kurtuvenai, Šiauliai distr": "Kurtuvėnai",
    "NERINGA": "Neringa",
    "Panevezys": "Panevėžys",
    "Panevežys": "Panevėžys",
    "Siauliai": "Šiauliai",
    "VILNIUS": "Vilnius",
    # Norway
    "Aalesund": "Ålesund",
    "NARVIK": "Narvik",
    # Poland
    "Bialystok": "Białystok",
    "Czechowice - Dziedzice": "Czechowice-Dziedzice",
    "Elblag": "Elbląg",
    "Gdansk": "Gdańsk",
    "Gdansko": "Gdańsk",
    "Krakow": "Kraków",
    "Lebork": "Lębork",
    "Lodz": "Łódź",
    "Lodz City Council (LCC)": "Łódź",
    "Lódz": "Łódź",
    "Niepolomice": "Niepołomice",
    "Poznan": "Poznań",
    "Pulawy": "Puławy",
    "Slupsk": "Słupsk",
    "Suwalki": "Suwałki",
    "Warsaw": "Warszawa",
    "Wroclaw": "Wrocław",
    # Spain
    "Mataro": "Mataró",
    # Sweden
    "Boras": "Borås",
    "Norrk": "Norrköping",
    "Norrtälje N": "Norrtälje",
    "Tranemo kommun": "Tranemo",
    "linköping": "Linköping",
}

# In the column of towns, but a university and a street: which town is meant is not said.
_NO_TOWN = ("Aalto", "Umevägen")


def towns(column: pd.Series[str]) -> pd.Series[str]:
    """Give each town its one spelling; what is no town is missing."""
    return column.replace(_TOWN).mask(column.isin(_NO_TOWN))

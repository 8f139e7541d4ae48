"""Make countries.csv: the countries that the course compares, their codes and names, from the Unicode CLDR.

No publisher's file is read: the names come with babel. Other scripts take the countries from here.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from _tables import Files, Tables, codes_by_name, run
from babel import Locale

SOURCES: dict[str, str] = {}

# The European Union, Iceland, Norway, Switzerland and the United Kingdom: ISO 3166-1 alpha-2 and alpha-3.
COUNTRIES = {
    **{"AT": "AUT", "BE": "BEL", "BG": "BGR", "CH": "CHE", "CY": "CYP", "CZ": "CZE", "DE": "DEU"},
    **{"DK": "DNK", "EE": "EST", "ES": "ESP", "FI": "FIN", "FR": "FRA", "GB": "GBR", "GR": "GRC"},
    **{"HR": "HRV", "HU": "HUN", "IE": "IRL", "IS": "ISL", "IT": "ITA", "LT": "LTU", "LU": "LUX"},
    **{"LV": "LVA", "MT": "MLT", "NL": "NLD", "NO": "NOR", "PL": "POL", "PT": "PRT", "RO": "ROU"},
    **{"SE": "SWE", "SI": "SVN", "SK": "SVK"},
}


def tables(files: Files) -> Tables:
    """Make the table; `files` is empty."""
    table = pd.DataFrame({"country": COUNTRIES.keys(), "alpha3": COUNTRIES.values()})
    for column, language in (("name", "en"), ("name_lt", "lt")):
        table[column] = table["country"].map(Locale.parse(language).territories)
    return {"countries": table}


def rows_of_countries(source: pd.DataFrame, names: str) -> pd.DataFrame:
    """Keep a publisher's rows of the course's countries, known by the column `names`, and add their codes."""
    codes = source[names].map(codes_by_name())
    return source.assign(country=codes)[codes.isin(list(COUNTRIES))]


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the table; `sources` is empty."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

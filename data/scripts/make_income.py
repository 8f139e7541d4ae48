"""Make income.csv: GDP per head in Europe by country and year, from ``whr/whr2023_panel_2005_2022.csv``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from _tables import Files, Tables, csv, run
from make_countries import rows_of_countries

EDITION_2023 = "whr/whr2023_panel_2005_2022.csv"
SOURCES = {EDITION_2023: "1fdcbbfe0b7d70f8edc24f97a0d3d169cac9cf6b7f898e46f35d8387965867e2"}

COLUMNS = {"country": "country", "Year": "year", "Logged GDP Per Capita": "gdp_per_head"}


def tables(files: Files) -> Tables:
    """Make the table."""
    source = rows_of_countries(csv(files[EDITION_2023]), "Country Name")[list(COLUMNS)]
    table = source.rename(columns=COLUMNS).dropna().astype({"year": int})
    table["gdp_per_head"] = np.exp(table["gdp_per_head"]).round().astype(int)
    return {"income": table.sort_values(["country", "year"])}


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the table; `sources` holds the SHA-256 of the publisher's file."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

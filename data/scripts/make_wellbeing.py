"""Make wellbeing.csv: well-being and trust in Europe by country and year, from two editions in ``whr/…csv``.

Confidence in the government is only in the edition of 2019; everything else is taken from the one of 2023.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from _tables import Files, Tables, csv, run
from make_countries import rows_of_countries

EDITION_2023 = "whr/whr2023_panel_2005_2022.csv"
EDITION_2019 = "whr/whr2019_extended_panel_2005_2018.csv"
SOURCES = {
    EDITION_2023: "1fdcbbfe0b7d70f8edc24f97a0d3d169cac9cf6b7f898e46f35d8387965867e2",
    EDITION_2019: "552649f4712e650c7f72cf0b057aa57c209ab6a419fcc5e1576ffc0b69ae5b39",
}

COLUMNS_2023 = {
    "country": "country",
    "Year": "year",
    "Life Ladder": "life_ladder",
    "Social Support": "social_support",
    "Generosity": "generosity",
    "Perceptions Of Corruption": "perceived_corruption",
}
COLUMNS_2019 = {
    "country": "country",
    "year": "year",
    "confidence_in_national_government": "confidence_in_government",
}


def edition(content: bytes, names: str, columns: Mapping[str, str]) -> pd.DataFrame:
    """Read the columns of an edition for the course's countries, by country and year."""
    source = rows_of_countries(csv(content), names)[list(columns)].rename(columns=columns)
    return source.astype({"year": int}).set_index(["country", "year"]).astype(float)


def tables(files: Files) -> Tables:
    """Make the table."""
    of_2023 = edition(files[EDITION_2023], "Country Name", COLUMNS_2023)
    of_2019 = edition(files[EDITION_2019], "country_name", COLUMNS_2019)
    return {"wellbeing": of_2023.join(of_2019).round(4).sort_index().reset_index()}


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the table; `sources` holds the SHA-256 of each publisher's file."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

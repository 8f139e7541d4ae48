"""Make corruption_perceptions.csv: the Corruption Perceptions Index of Europe, from ``owid/cpi_…csv``."""

from __future__ import annotations

from collections.abc import Mapping

from _tables import Files, Tables, csv, run
from make_countries import rows_of_countries

SOURCE = "owid/cpi_2012_2018.csv"
SOURCES = {SOURCE: "fa0678a2372450afc2bbe7bfbf06ac0069c9ea1fd54ad94d687f4263bc8fcefe"}

COLUMNS = {
    "country": "country",
    "Year": "year",
    "Corruption Perception Index (Transparency International (2016))": "score",
}


def tables(files: Files) -> Tables:
    """Make the table."""
    source = rows_of_countries(csv(files[SOURCE]), "Entity")
    table = source[list(COLUMNS)].rename(columns=COLUMNS)
    return {"corruption_perceptions": table.sort_values(["country", "year"])}


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the table; `sources` holds the SHA-256 of each publisher's file."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

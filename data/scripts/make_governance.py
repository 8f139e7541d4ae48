"""Make governance.csv: six governance indicators of Europe with standard errors, from ``wgi/…csv``."""

from __future__ import annotations

from collections.abc import Mapping

from _tables import Files, Tables, country_codes, csv, run

SOURCE = "wgi/wgi_europe_1996_2023.csv"
SOURCES = {SOURCE: "198d1f1541ab7491fa385ccdf20f06c30ebe05060709798ede8bfa905a57e84a"}

COLUMNS = {
    "country": "country",
    "year": "year",
    "indicator": "indicator",
    "estimate": "estimate",
    "stddev": "se",
    "nsource": "n_sources",
    "pctrank": "percentile_rank",
    "pctranklower": "percentile_rank_lower",
    "pctrankupper": "percentile_rank_upper",
}


def tables(files: Files) -> Tables:
    """Make the table."""
    source = csv(files[SOURCE])
    table = source.assign(country=country_codes(source["countryname"]))[list(COLUMNS)].rename(columns=COLUMNS)
    return {"governance": table.sort_values(["country", "indicator", "year"])}


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the table; `sources` holds the SHA-256 of each publisher's file."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

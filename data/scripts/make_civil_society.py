"""Make civil_society.csv: civil society, corruption and polarisation in Europe, from ``vdem/…csv``."""

from __future__ import annotations

from collections.abc import Mapping

from _tables import Files, Tables, csv, run
from make_countries import COUNTRIES

SOURCE = "vdem/vdem_v14_europe_1990_2023.csv"
SOURCES = {SOURCE: "15eb4b9ca0d6a862a4e86a8c8cfe44fce56be65b7f0b6e7068eaa35c1cd1d020"}

COLUMNS = {
    "country": "country",
    "year": "year",
    "v2x_cspart": "civil_society_participation",
    "v2xcs_ccsi": "core_civil_society",
    "v2cscnsult": "consultation",
    "v2csprtcpt": "participatory_environment",
    "v2x_corr": "political_corruption",
    "v2x_pubcorr": "public_sector_corruption",
    "v2cacamps": "polarisation",
}


def tables(files: Files) -> Tables:
    """Make the table."""
    source = csv(files[SOURCE])
    alpha2 = {alpha3: country for country, alpha3 in COUNTRIES.items()}
    source["country"] = source["country_text_id"].map(alpha2)
    table = source.dropna(subset="country")[list(COLUMNS)].rename(columns=COLUMNS).astype({"year": int})
    return {"civil_society": table.sort_values(["country", "year"])}


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the table; `sources` holds the SHA-256 of each publisher's file."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

"""Make governance.csv: six governance indicators of Europe with standard errors, from ``wgi/…csv``."""

from __future__ import annotations

from _tables import country_codes, folder_argument, read, write

SOURCE = "wgi/wgi_europe_1996_2023.csv"
SHA256 = "198d1f1541ab7491fa385ccdf20f06c30ebe05060709798ede8bfa905a57e84a"

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


def main() -> None:
    """Write the table."""
    source = read(folder_argument(__doc__), SOURCE, SHA256)
    source["country"] = country_codes(source["countryname"])
    table = source[list(COLUMNS)].rename(columns=COLUMNS)
    write("governance", table.sort_values(["country", "indicator", "year"]))


if __name__ == "__main__":
    main()

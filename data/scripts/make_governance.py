"""Make governance.csv: six governance indicators of Europe with standard errors, from ``wgi/…csv``."""

from __future__ import annotations

import pandas as pd
from _tables import Tables, country_codes, run

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


def tables(source: pd.DataFrame) -> Tables:
    """Make the table."""
    table = source.assign(country=country_codes(source["countryname"]))[list(COLUMNS)].rename(columns=COLUMNS)
    return {"governance": table.sort_values(["country", "indicator", "year"])}


def main(sha256: str = SHA256) -> None:
    """Write the table; `sha256` is that of the publisher's file."""
    run(__doc__, SOURCE, sha256, tables)


if __name__ == "__main__":
    main()

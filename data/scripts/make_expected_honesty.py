"""Make expected_honesty.csv: whether a stranger would return a lost bag, from ``wallets/world_…csv``."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from _tables import Files, Tables, country_codes, csv, run

SOURCE = "wallets/world_risk_poll_2019_lost_bag.csv"
SOURCES = {SOURCE: "ba070adc20ad7b28de1b913f1c507bc7396d62233e9f7095c3f0d6cc9fffcf30"}


def tables(files: Files) -> Tables:
    """Make the table."""
    source = csv(files[SOURCE])
    table = pd.DataFrame({"country": country_codes(source["Country"]), "score": source["stranger1"].round(4)})
    return {"expected_honesty": table.sort_values("country")}


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the table; `sources` holds the SHA-256 of each publisher's file."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

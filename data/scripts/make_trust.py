"""Make trust.csv: generalised trust in Europe by survey and wave, from ``trust/df_trust.csv``."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from _tables import Files, Tables, country_codes, csv, run

SOURCE = "trust/df_trust.csv"
SOURCES = {SOURCE: "ea3b4e0821691159d80d7c6a48d8d821223d39261c9c23b89b74d75daef1c524"}

# Every country of Europe and the Caucasus that EVS has ever surveyed, and Andorra, which only WVS has.
EUROPE = [
    *("AD", "AL", "AM", "AT", "AZ", "BA", "BE", "BG", "BY", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI"),
    *("FR", "GB", "GE", "GR", "HR", "HU", "IE", "IS", "IT", "LT", "LU", "LV", "MD", "ME", "MK", "MT", "NL"),
    *("NO", "PL", "PT", "RO", "RS", "RU", "SE", "SI", "SK", "TR", "UA", "XK"),
]

# The same interviews, released by both surveys: the EVS row stays, the WVS row goes.
RELEASED_TWICE = [("SE", "WVS", 1), ("SE", "WVS", 2), ("SE", "WVS", 4)]


def tables(files: Files) -> Tables:
    """Make the table."""
    source = csv(files[SOURCE])
    source = source[source["survey"].isin(["EVS", "WVS"]) & (source["country.name"] != "Northern Ireland")]
    years = source["years"].str.split("-", expand=True).astype(int)
    table = pd.DataFrame(
        {
            "country": country_codes(source["country.name"]),
            "survey": source["survey"],
            "wave": source["wave"],
            "year_start": years[0],
            "year_end": years[1],
            "n": source["n"].astype(int),
            "response_share": source["p_response"].round(6),
            "n_answers": (source["n"] * source["p_response"]).round().astype(int),
            "trust": source["trust"].round(6),
        }
    )
    table = table[table["country"].isin(EUROPE)]
    twice = pd.MultiIndex.from_frame(table[["country", "survey", "wave"]]).isin(RELEASED_TWICE)
    table = table[~twice]
    table["se_srs"] = np.sqrt(table["trust"] * (1 - table["trust"]) / table["n_answers"]).round(6)
    return {"trust": table.sort_values(["country", "year_start", "survey"])}


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the table; `sources` holds the SHA-256 of each publisher's file."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

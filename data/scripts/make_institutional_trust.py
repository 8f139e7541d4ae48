"""Make institutional_trust.csv: means of trust items of the European Social Survey, from ``ess/*.csv``."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from _tables import Files, Tables, country_codes, csv, run

ROUND_7, ROUND_11 = "ess/qog_jan18_ess_trust_means.csv", "ess/ess11_country_means.csv"
SOURCES = {
    ROUND_7: "ecada1cfb9810265b6a857626e76442edce88cff4415da33f50dd554b4456863",
    ROUND_11: "a32ba353cccd4e3ca2b5a7f8e2fd5a44db17ea3a3b608f326c3f6f2a1721beca",
}

# The column of the file, and our name for the item.
ITEMS_7 = {
    "ess_trpeople": "people",
    "ess_trlegal": "legal_system",
    "ess_trparl": "parliament",
    "ess_trpart": "parties",
    "ess_trpolice": "police",
    "ess_trpolit": "politicians",
}
ITEMS_11 = {"pplfair": "fairness", "trstprt": "parties", "trstplt": "politicians"}

# They took no part in round 7: their means are of another one, and the file does not say of which.
NOT_IN_ROUND_7 = ["BG", "CY", "IS", "IT", "RU", "SK", "UA"]


def tables(files: Files) -> Tables:
    """Make the table."""
    seventh, eleventh = csv(files[ROUND_7]), csv(files[ROUND_11])
    # "Cyprus (1975-)": a state as of the year it began.
    names = seventh["cname"].str.replace(r" \(\d{4}-\)$", "", regex=True)
    seventh = seventh.assign(country=country_codes(names), round=7, weighting="not stated")
    seventh = seventh[~seventh["country"].isin(NOT_IN_ROUND_7)]
    eleventh = eleventh.assign(country=eleventh["cntry"], round=11, year=2023, weighting="unweighted")
    table = pd.concat([_long(seventh, ITEMS_7), _long(eleventh, ITEMS_11)])
    return {"institutional_trust": table.sort_values(["country", "round", "item"])}


def _long(source: pd.DataFrame, items: Mapping[str, str]) -> pd.DataFrame:
    """Put each item into a row of its own."""
    table = source.rename(columns=dict(items)).melt(
        ["country", "round", "year", "weighting"], [*items.values()], "item", "mean"
    )
    return table.round({"mean": 3})[["country", "round", "year", "item", "mean", "weighting"]]


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the table; `sources` holds the SHA-256 of each publisher's file."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

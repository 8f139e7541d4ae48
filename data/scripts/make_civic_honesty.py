"""Make civic_honesty.csv: how many lost wallets were reported, counted from ``wallets/wallet_…csv``."""

from __future__ import annotations

from collections.abc import Mapping

from _tables import Files, Tables, country_codes, csv, run

SOURCE = "wallets/wallet_experiment_individual.csv"
SOURCES = {SOURCE: "37e18a602d2b35055f9a5807d1157453e7448e3107a0b94cb841b170e00e485f"}

# The publisher's code for a wallet that was reported; 0 is one that was not.
REPORTED = 100


def tables(files: Files) -> Tables:
    """Make the table."""
    source = csv(files[SOURCE], low_memory=False)
    trials = source.assign(
        country=country_codes(source["Country"]),
        condition=source["cond"],
        reported=source["response"] == REPORTED,
    )
    counts = trials.groupby(["country", "institution", "condition"])["reported"].agg(["size", "sum"])
    return {"civic_honesty": counts.rename(columns={"size": "n_wallets", "sum": "n_reported"}).reset_index()}


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the table; `sources` holds the SHA-256 of each publisher's file."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

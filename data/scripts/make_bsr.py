"""Make the bsr tables from ``networks/bsr_…csv`` and the decisions in ``bsr_decisions.csv``.

One row of the source is one participation: an organisation that takes part in a project. The source numbers
organisations by the spelling of their names; `_names` says which spellings are one organisation, `_towns`
which town is meant, and `_sectors` which sector an organisation is of.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from _names import Spelling, names, resolve
from _sectors import sector
from _tables import DATA, Files, Tables, country_codes, csv, run
from _towns import towns

SOURCE = "networks/bsr_2007_2013_partnerships.csv"
SOURCES = {SOURCE: "3edf25863e5b0fa6627a00a5eb330b9a81c72ef825cc3d0289840736b4c262a1"}
DECISIONS = "bsr_decisions.csv"


def split_nuts(column: pd.Series) -> pd.DataFrame:
    """Split ``LT00A  / Vilniaus apskritis`` into the code and the name."""
    parts: pd.DataFrame = column.str.extract(r"^(?P<code>[A-Z]{2}[0-9A-Z]{0,3})\s*/\s*(?P<name>.+)$")
    return parts


def numbered(ids: pd.Series) -> pd.Series:
    """Give the number in an id such as ``p694``, to sort by."""
    return ids.str[1:].astype(int)


def resolved(source: pd.DataFrame, decisions: pd.DataFrame) -> pd.DataFrame:
    """Give each spelling (index) its name, country, towns and participations, and its organisation."""
    spellings = source.groupby("ID_PARTNER").agg(
        name=("Project.Partner", "first"),
        country=("country", "first"),
        towns=("town", lambda town: frozenset(town.dropna())),
        participations=("ID_PARTICIPATION", "size"),
    )
    described = [
        Spelling(str(row.Index), row.name, row.country, row.towns) for row in spellings.itertuples(name="Row")
    ]
    return spellings.join(resolve(described, decisions))


def tables(files: Files) -> Tables:
    """Make the four tables; decisions among `files` go before those of the course."""
    decisions = csv(files.get(DECISIONS) or (DATA / DECISIONS).read_bytes(), dtype=str)
    source = csv(files[SOURCE], dtype=str)
    source = source.apply(lambda column: column.str.strip())
    source["country"] = country_codes(source["Country"])
    source["town"] = towns(source["Town"])
    nuts2, nuts3 = split_nuts(source["NUTS2"]), split_nuts(source["NUTS3"])

    spellings = resolved(source, decisions)
    source["organisation"] = source["ID_PARTNER"].map(spellings["organisation"])
    leads = source[source["Lead.Partner"] == "Yes"].set_index("Acronym")["organisation"]
    projects = source.groupby("Acronym").agg(
        n_organisations=("organisation", "nunique"), n_countries=("country", "nunique")
    )
    projects.insert(0, "lead", leads)

    groups = source.groupby("organisation")
    organisations = pd.DataFrame(
        {
            "name": names(spellings, decisions),
            "country": groups["country"].first(),
            # The town of most participations; at a draw, the first in the alphabet.
            "town": groups["town"].agg(lambda town: next(iter(town.mode()), None)),
        }
    )
    others = spellings.groupby("organisation")["name"].agg(sorted)
    organisations[["sector", "sector_rule"]] = [
        sector([name, *others[organisation]]) for organisation, name in organisations["name"].items()
    ]
    organisations["n_names"] = spellings["organisation"].value_counts()

    participations = pd.DataFrame(
        {
            "participation": source["ID_PARTICIPATION"],
            "project": source["Acronym"],
            "organisation": source["organisation"],
            "spelling": source["ID_PARTNER"],
            "town": source["Town"],
            "nuts2": nuts2["code"],
            "nuts2_name": nuts2["name"],
            "nuts3": nuts3["code"],
            "nuts3_name": nuts3["name"],
        }
    )
    named = spellings.rename_axis("spelling").reset_index()
    return {
        "bsr_projects": projects.rename_axis("project").reset_index(),
        "bsr_organisations": organisations.rename_axis("organisation")
        .reset_index()
        .sort_values("organisation", key=numbered),
        "bsr_names": named[["spelling", "name", "country", "organisation", "how"]].sort_values(
            "spelling", key=numbered
        ),
        "bsr_participations": participations.sort_values("participation", key=numbered),
    }


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the four tables; `sources` holds the SHA-256 of each publisher's file."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

"""Make bsr_projects.csv, bsr_organisations.csv and bsr_participations.csv from ``networks/bsr_…csv``.

One row of the source is one participation: an organisation that takes part in a project.
"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
from _tables import Files, Tables, country_codes, csv, run

SOURCE = "networks/bsr_2007_2013_partnerships.csv"
SOURCES = {SOURCE: "3edf25863e5b0fa6627a00a5eb330b9a81c72ef825cc3d0289840736b4c262a1"}


def split_nuts(column: pd.Series) -> pd.DataFrame:
    """Split ``LT00A  / Vilniaus apskritis`` into the code and the name."""
    parts: pd.DataFrame = column.str.extract(r"^(?P<code>[A-Z]{2}[0-9A-Z]{0,3})\s*/\s*(?P<name>.+)$")
    return parts


def numbered(ids: pd.Series) -> pd.Series:
    """Give the number in an id such as ``p694``, to sort by."""
    return ids.str[1:].astype(int)


def tables(files: Files) -> Tables:
    """Make the three tables."""
    source = csv(files[SOURCE], dtype=str)
    source = source.apply(lambda column: column.str.strip())
    source["country"] = country_codes(source["Country"])
    nuts2, nuts3 = split_nuts(source["NUTS2"]), split_nuts(source["NUTS3"])

    leads = source[source["Lead.Partner"] == "Yes"].set_index("Acronym")["ID_PARTNER"]
    projects = source.groupby("Acronym").agg(
        n_organisations=("ID_PARTNER", "nunique"), n_countries=("country", "nunique")
    )
    projects.insert(0, "lead", leads)

    organisations = source[["ID_PARTNER", "Project.Partner", "country"]].drop_duplicates()
    organisations.columns = ["organisation", "name", "country"]

    participations = pd.DataFrame(
        {
            "participation": source["ID_PARTICIPATION"],
            "project": source["Acronym"],
            "organisation": source["ID_PARTNER"],
            "town": source["Town"],
            "nuts2": nuts2["code"],
            "nuts2_name": nuts2["name"],
            "nuts3": nuts3["code"],
            "nuts3_name": nuts3["name"],
        }
    )
    return {
        "bsr_projects": projects.rename_axis("project").reset_index(),
        "bsr_organisations": organisations.sort_values("organisation", key=numbered),
        "bsr_participations": participations.sort_values("participation", key=numbered),
    }


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the three tables; `sources` holds the SHA-256 of each publisher's file."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

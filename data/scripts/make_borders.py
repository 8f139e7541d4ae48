"""Make municipality_borders.csv: which municipalities of Lithuania border which, from their outlines."""

from __future__ import annotations

import json
from collections.abc import Mapping
from itertools import combinations

import numpy as np
import pandas as pd
import shapely
from _tables import Files, Tables, run
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

SOURCE = "municipalities/LT-savivaldybes-municipalities.geojson"
SOURCES = {SOURCE: "46e237bd8adf9ad000d2a30a0761c98cc80f9fc34814d1881934ff813fd5988d"}

EARTH_RADIUS_KM = 6371.0088


def length(line: BaseGeometry) -> float:
    """Give the length in km of lines in degrees on a sphere, each segment flattened at its middle latitude.

    A point has none.
    """
    total = 0.0
    for part in shapely.get_parts(line):
        longitude, latitude = np.radians(shapely.get_coordinates(part)).T
        middle = (latitude[1:] + latitude[:-1]) / 2
        total += np.hypot(np.diff(longitude) * np.cos(middle), np.diff(latitude)).sum()
    return EARTH_RADIUS_KM * total


def tables(files: Files) -> Tables:
    """Make the table."""
    features = json.loads(files[SOURCE])["features"]
    # Neighbours' outlines have the vertices of their border in common, so no tolerance is needed.
    outlines = {str(f["properties"]["SAV_KODAS"]): shape(f["geometry"]).boundary for f in features}
    borders = [
        (first, second, length(outlines[first].intersection(outlines[second])))
        for first, second in combinations(sorted(outlines), 2)
    ]
    table = pd.DataFrame(borders, columns=["municipality", "neighbour", "length"])
    return {"municipality_borders": table[table["length"] > 0].round({"length": 1})}


def main(sources: Mapping[str, str] = SOURCES) -> None:
    """Write the table; `sources` holds the SHA-256 of each publisher's file."""
    run(__doc__, sources, tables)


if __name__ == "__main__":
    main()

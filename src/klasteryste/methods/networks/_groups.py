"""Groups of nodes, as numbers in the order of nodes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from klasteryste.errors import CourseError
from klasteryste.methods.networks.graphs import Graph

Groups: TypeAlias = "pd.Series[Any] | Mapping[Any, Any]"


def group_codes(where: str, graph: Graph, groups: Groups) -> npt.NDArray[np.intp]:
    """Give the group of each node as a number from 0, in the order of nodes.

    Raises
    ------
    CourseError
        If a node has no group, or several.
    """
    return pd.factorize(in_order_of_nodes(where, graph, groups))[0].astype(np.intp)


def in_order_of_nodes(where: str, graph: Graph, groups: Groups) -> pd.Series[Any]:
    """Give the group of each node in the order of nodes; raise as `group_codes`."""
    labels = pd.Series(groups)
    if not labels.index.is_unique:
        raise CourseError(f"{where}: '{labels.index[labels.index.duplicated()][0]}' has two groups")
    labels = labels.reindex(graph.nodes)
    missing = labels.isna().to_numpy()
    if missing.any():
        raise CourseError(f"{where}: no group is given for '{graph.nodes[int(np.argmax(missing))]}'")
    return labels

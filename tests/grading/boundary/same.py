"""Whether two values are the same in every way that a test could see."""

from __future__ import annotations

import math
from collections import deque
from typing import Any

import networkx as nx
import numpy as np
import pandas as pd


def same(a: Any, b: Any) -> bool:
    """Tell whether two values are of one type and hold the same, order and kinds of nothing included."""
    if type(a) is not type(b):
        return False
    if isinstance(a, float):
        return (math.isnan(a) and math.isnan(b)) or (a == b and math.copysign(1, a) == math.copysign(1, b))
    if isinstance(a, complex):
        return same(a.real, b.real) and same(a.imag, b.imag)
    if isinstance(a, pd.DataFrame):
        pd.testing.assert_frame_equal(a, b, check_freq=True, check_exact=True)
        return True
    if isinstance(a, pd.Series):
        pd.testing.assert_series_equal(a, b, check_exact=True)
        return True
    if isinstance(a, pd.Index):
        pd.testing.assert_index_equal(a, b, exact=True, check_exact=True)
        return getattr(a, "freq", None) == getattr(b, "freq", None)
    if isinstance(a, np.ndarray | np.generic):
        if a.dtype != b.dtype or a.shape != b.shape:
            return False
        if a.dtype.hasobject:
            return all(map(same, a.ravel().tolist(), b.ravel().tolist()))
        return a.tobytes() == b.tobytes()
    if isinstance(a, nx.Graph):
        edges = {"keys": True} if a.is_multigraph() else {}
        return (
            same(a.graph, b.graph)
            and same(list(a.nodes(data=True)), list(b.nodes(data=True)))
            and same(list(a.edges(data=True, **edges)), list(b.edges(data=True, **edges)))
        )
    if isinstance(a, dict):
        return len(a) == len(b) and all(map(same, a, b)) and all(map(same, a.values(), b.values()))
    if isinstance(a, deque) and a.maxlen != b.maxlen:
        return False
    if isinstance(a, list | tuple | deque):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, set | frozenset):
        return a == b and {type(x) for x in a} == {type(x) for x in b}
    return bool(a == b)

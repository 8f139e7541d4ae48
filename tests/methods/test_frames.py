"""Tables, series and weights by name."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from klasteryste.errors import CourseError
from klasteryste.methods._frames import number_series, number_table, unit_weights

NAMES = pd.Index(["trust", "turnout", "crime"])


@pytest.mark.parametrize("unit", [1e-300, 1, 1e308])
def test_weights_in_any_unit_add_up_to_one_in_the_order_of_names(unit: float) -> None:
    given = {"crime": unit / 4, "trust": unit / 2, "turnout": unit / 4}
    assert unit_weights("here", given, NAMES) == pytest.approx([0.5, 0.25, 0.25])
    assert unit_weights("here", dict.fromkeys(NAMES, unit), NAMES) == pytest.approx(np.full(3, 1 / 3))


def test_nullable_columns_are_numbers() -> None:
    table = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": pd.array([0.5, 2], dtype="Float64")})
    found = number_table("here", table, missing=True)
    assert found == pytest.approx(np.array([[1, 0.5], [np.nan, 2]]), nan_ok=True)
    assert number_series("here", "values", table["b"]) == pytest.approx([0.5, 2])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: unit_weights("here", {"trust": 1, "turnout": -2, "crime": 1}, NAMES), "-2.0 of 'turnout'"),
        (lambda: unit_weights("here", dict.fromkeys(NAMES, 0), NAMES), "no weights above nought"),
        (lambda: unit_weights("here", dict.fromkeys(NAMES, "1"), NAMES), "weights that are not all numbers"),
        (lambda: unit_weights("here", {"trust": 1, "turnout": np.nan, "crime": 1}, NAMES), "'turnout': nan"),
        (lambda: number_table("here", pd.DataFrame({"a": ["1", "2"]})), "not all numbers: '1' is a str"),
        (lambda: number_table("here", pd.DataFrame({"a": pd.to_datetime(["2020", "2021"])})), "datetime64"),
        (lambda: number_series("here", "values", pd.Series([1, 2j])), "values that are not all numbers"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

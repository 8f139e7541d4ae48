"""What counts as numbers and as weights."""

from __future__ import annotations

from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from klasteryste.errors import CourseError
from klasteryste.methods._checks import number_array, require_squares, weight_column


@pytest.mark.parametrize(
    "values",
    [
        [1, None, 0],
        [1.0, np.nan, False],
        [Decimal(1), pd.NA, np.bool_(False)],
        pd.Series([1, None, 0], dtype="Int64"),
        pd.Series([1, None, 0], dtype="Float32"),
        pd.Series([True, None, False], dtype="boolean"),
        pd.Series([1, None, 0], dtype="category"),
    ],
)
def test_numbers_and_gaps_of_every_kind_become_floats(values) -> None:
    assert number_array("here", "answers", values) == pytest.approx([1, np.nan, 0], nan_ok=True)


def test_a_table_of_several_kinds_keeps_its_shape() -> None:
    table = pd.DataFrame({"a": pd.array([1, None], dtype="Int64"), "b": [True, False], "c": [0.5, 2]})
    found = number_array("here", "values", table)
    assert found == pytest.approx(np.array([[1, 1, 0.5], [np.nan, 0, 2]]), nan_ok=True)
    assert number_array("here", "values", []).shape == (0,)


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (["1", "0"], "'1' is a str"),
        (pd.Series([1, "0"]), "'0' is a str"),
        (pd.Series(["1", None], dtype="string"), "'1' is a str"),
        (np.array([b"1"]), "is a bytes"),
        ([1, 2j], "is a complex"),
        (pd.Series([1, 2j], dtype=object), r"'2j' is a complex"),
        (np.array(["2020-01-01"], dtype="M8[D]"), "'2020-01-01' is a datetime64"),
        (pd.to_datetime(["2020-01-01"]).tz_localize("UTC"), "is a Timestamp"),
        (pd.to_timedelta([1, 2], unit="D"), "is a timedelta64"),
        ([[1, 0], [1]], "inhomogeneous"),
        ([1, 10**400], "too large"),
    ],
)
def test_what_is_no_number_is_not_taken_for_one(values, words: str) -> None:
    with pytest.raises(CourseError, match=f"here was given answers that are not all numbers: .*{words}"):
        number_array("here", "answers", values)


def test_weights_have_no_unit() -> None:
    for unit in (1e-300, 1, 1e308):
        assert weight_column("here", [unit, unit / 2, 0]) == pytest.approx([1, 0.5, 0])


@pytest.mark.parametrize("values", [[0.0], [], [1e-100, -1e100], [1e-300, 1]])
def test_numbers_whose_squares_fit_are_let_through(values: list[float]) -> None:
    require_squares("here", "answers", np.array(values))


@pytest.mark.parametrize("values", [[1, -1e101], [1e-101, 0]])
def test_numbers_whose_squares_may_not_fit_are_refused(values: list[float]) -> None:
    with pytest.raises(CourseError, match=r"here was given answers of a size of 1e.*another unit"):
        require_squares("here", "answers", np.array(values))

"""The choices behind an index: against every index that they allow, built a step at a time."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.methods.indices import every_index, invented

from klasteryste.errors import CourseError
from klasteryste.methods.choices import Choices
from klasteryste.methods.uncertainty import rank_uncertainty


def test_choices_alone_give_every_index_and_no_other() -> None:
    table = invented().mask(invented() > 70)
    choices = Choices(
        imputation=("mean", "median"),
        normalisation=("min_max", "z", "rank", "frontier"),
        weights=("equal", "pca", "experts"),
        given={"experts": {"i0": 5, "i1": 1, "i2": 1, "i3": 1}},
        goalposts=pd.DataFrame({"worst": 0.0, "best": 100.0}, table.columns),
    )
    assert table.isna().any(axis=None)
    found = rank_uncertainty(table, None, choices, draws=6000, seed=3)
    expected = every_index(table, choices)
    assert tuple(found.method.reference) == expected[0]
    drawn = pd.Series([tuple(row) for row in found.method.ranks.to_numpy()])
    assert set(drawn) == set(expected)
    shares = pd.Series(expected).value_counts(normalize=True)
    assert drawn.value_counts(normalize=True)[shares.index].to_numpy() == pytest.approx(
        shares.to_numpy(), abs=0.025
    )
    assert (found.sampling.ranks == found.method.reference).all(axis=None)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: Choices(weights=()), r"weights = \(\)"),
        (lambda: Choices(aggregation=("median",)), "aggregation = .*'median'"),
        (lambda: Choices(imputation=("mean", "mean")), "each once"),
        (lambda: Choices(weights=("experts",)), "weights = .*'experts'"),
        (lambda: Choices(given={"equal": {}}), "another name"),
        (lambda: Choices(normalisation=("frontier",)), "without goalposts"),
    ],
)
def test_bad_input_is_named(call, words: str) -> None:
    with pytest.raises(CourseError, match=words):
        call()

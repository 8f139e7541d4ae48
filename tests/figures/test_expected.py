"""What is reported against what is expected: every country in its place, marked ones with their range."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.axes import Axes

from klasteryste.figures.expected import Expected, expected_against_reported
from klasteryste.figures.style import COUNTRY_MARKS

FRAME = pd.DataFrame(
    {
        "expected": [0.5, 0.6, 0.7, 0.4],
        "reported": [0.9, 0.5, 0.7, 0.3],
        "low": [0.4, 0.5, 0.6, 0.3],
        "high": [0.6, 0.7, 0.8, 0.5],
    },
    index=["LT", "PL", "FR", "IT"],
)


def panels() -> tuple[Axes, ...]:
    share = Expected("Share", FRAME, ".0%", "up", "down")
    ladder = Expected("Ladder", 10 * FRAME.drop(index="LT"), ".0f", "up", "down")
    return tuple(expected_against_reported([share, ladder], xlabel="Expected", ylabel="Reported").axes)


def drawn(ax: Axes) -> dict[str, list[tuple[float, float]]]:
    return {
        str(line.get_label()): [tuple(point) for point in np.column_stack(line.get_data())]
        for line in ax.lines[1:]
    }


def test_every_country_stands_where_it_was_expected_and_reports() -> None:
    share, ladder = panels()
    assert drawn(share) == {
        "Lithuania": [(0.5, 0.9)],
        "Poland": [(0.6, 0.5)],
        "other countries": [(0.7, 0.7), (0.4, 0.3)],
    }
    assert list(drawn(ladder)) == ["Poland", "other countries"]
    assert share.lines[1].get_marker() == COUNTRY_MARKS["LT"].marker


def test_only_marked_countries_have_their_range() -> None:
    share, ladder = panels()
    ends = [[tuple(point) for point in c.get_segments()[0]] for c in share.collections]
    assert ends == [[(0.5, 0.4), (0.5, 0.6)], [(0.6, 0.5), (0.6, 0.7)]]
    assert len(ladder.collections) == 1


def test_the_line_of_equals_runs_from_corner_to_corner_and_everything_is_inside() -> None:
    for ax in panels():
        assert ax.get_xlim() == ax.get_ylim()
        np.testing.assert_allclose(ax.lines[0].get_xdata(), ax.get_xlim())
        np.testing.assert_allclose(ax.lines[0].get_ydata(), ax.get_ylim())
        for line in ax.lines[1:]:
            for values in line.get_data():
                assert (np.asarray(values) > ax.get_xlim()[0]).all()
                assert (np.asarray(values) < ax.get_xlim()[1]).all()


def test_words_say_what_above_and_below_mean() -> None:
    share, _ladder = panels()
    assert [text.get_text() for text in share.texts] == ["up", "down"]
    assert share.get_title(loc="left") == "Share"


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")

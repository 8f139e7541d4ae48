"""The figures of "Plan, ethics, defence" draw what they are given, readable without colour."""

from __future__ import annotations

import pandas as pd
import pytest
from matplotlib.colors import to_rgb
from matplotlib.patches import Rectangle

from klasteryste.errors import CourseError
from klasteryste.figures.rules import VERDICT_MARKS, risk_grid, rule_board

NAMES = {"pass": "good", "not_checkable": "unknown", "warn": "look", "fail": "bad"}


def test_a_board_has_a_sign_for_each_rule_and_plan_and_names_them():
    verdicts = pd.DataFrame(
        {"R01": ["pass", "pass"], "R08": ["pass", "fail"], "R25": ["warn", "not_checkable"]},
        index=["as it is", "changed"],
    )
    fig = rule_board(verdicts, NAMES)
    (ax,) = fig.axes
    signs = {tuple(text.get_position()): text.get_text() for text in ax.texts}
    assert signs == {(0, 0): "✓", (1, 0): "✓", (2, 0): "!", (0, 1): "✓", (1, 1): "✗", (2, 1): "?"}
    assert [label.get_text() for label in ax.get_xticklabels()] == ["01", "08", "25"]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["as it is", "changed"]
    (legend,) = fig.legends
    assert [text.get_text() for text in legend.get_texts()] == ["✓  good", "?  unknown", "!  look", "✗  bad"]


def test_verdicts_differ_in_lightness_too():
    grey = [sum(to_rgb(mark.colour)) for mark in VERDICT_MARKS.values()]
    assert min(abs(a - b) for i, a in enumerate(grey) for b in grey[i + 1 :]) > 0.05


def test_a_board_refuses_what_is_no_verdict():
    with pytest.raises(CourseError, match="'perhaps': the verdicts are pass"):
        rule_board(pd.DataFrame({"R01": ["perhaps"]}), NAMES)


def test_a_risk_stands_in_its_field_and_grave_fields_are_outlined():
    risks = pd.DataFrame({"name": ["rain", "flood", "fire"], "probability": [5, 2, 2], "impact": [1, 4, 4]})
    (ax,) = risk_grid(risks, xlabel="how likely", ylabel="how bad", high=12).axes
    written = {text.get_text(): text.get_position() for text in ax.texts}
    assert written["• rain"] == (5, 0.92)
    assert written["• flood\n• fire"] == (2, 3.92)
    fields = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert len(fields) == 25
    # From 12 on, in the columns 3, 4 and 5: the line runs below the first grave field of a column.
    floors = {round(line.get_xdata()[0] + 0.5): line.get_ydata()[0] for line in ax.lines[::2]}
    assert floors == {3: 3.5, 4: 2.5, 5: 2.5}
    bold = {text.get_text() for text in ax.texts if text.get_weight() == "bold"}
    assert bold == {"12", "15", "16", "20", "25"}
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("how likely", "how bad")


def test_a_degree_beyond_the_scale_is_refused():
    with pytest.raises(CourseError, match="not 1 to 5"):
        risk_grid(
            pd.DataFrame({"name": ["x"], "probability": [0], "impact": [3]}), xlabel="", ylabel="", high=12
        )

"""The figures of "Reproducible evidence" draw what they are given, and tell checked from unchecked."""

from __future__ import annotations

import hashlib

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import FancyBboxPatch

from klasteryste.errors import CourseError
from klasteryste.figures.evidence import bits, candidates, hash_bits, journey
from klasteryste.language import use_language


@pytest.fixture
def steps() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "name": ["People", "File", "Value"],
            "detail": ["Somebody asked them. " * 8, "trust.csv", "0.25"],
            "link": ["published", "read", "never drawn"],
            "again": [False, True, False],
        }
    )


def test_what_is_taken_on_trust_is_dashed_and_says_so(steps: pd.DataFrame) -> None:
    (ax,) = journey(steps).axes
    words = [text.get_text() for text in ax.texts]
    assert "published\ntaken on trust" in words
    assert "read\ndone again on this page" in words
    assert not any("never drawn" in text for text in words)
    boxes = [patch.get_linestyle() for patch in ax.patches if isinstance(patch, FancyBboxPatch)]
    assert boxes == ["--", "-", "-"]
    arrows = [text.arrow_patch for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    assert [arrow.get_linestyle() for arrow in arrows] == ["--", "-"]
    assert arrows[1].get_linewidth() > arrows[0].get_linewidth()


def test_the_words_of_a_journey_stay_within_their_boxes(steps: pd.DataFrame) -> None:
    fig = journey(steps)
    fig.canvas.draw()
    (ax,) = fig.axes
    first, second, *_ = [patch.get_window_extent() for patch in ax.patches]
    name, detail = (text.get_window_extent() for text in ax.texts[:2])
    for words in (name, detail):
        assert first.x0 < words.x0 and words.x1 < first.x1
        assert first.y0 < words.y0 and words.y1 <= first.y1
    assert not name.overlaps(detail)
    assert second.y1 < first.y0


def test_a_journey_speaks_lithuanian(steps: pd.DataFrame) -> None:
    use_language("lt")
    (ax,) = journey(steps).axes
    words = [text.get_text() for text in ax.texts]
    assert "published\npriimta pasitikint" in words
    assert "read\npakartota šiame puslapyje" in words


def test_candidates_run_from_the_top_with_their_numbers() -> None:
    (ax,) = candidates(pd.Series({"any": 2026, "here": 1}), xlabel="Fit").axes
    (points,) = ax.lines
    assert points.get_xydata().tolist() == [[2026, 1], [1, 0]]
    assert [text.get_text() for text in ax.texts] == ["2,026", "1"]
    assert [text.get_text() for text in ax.get_yticklabels()] == ["any", "here"]
    assert ax.get_xscale() == "log"


def test_no_candidate_cannot_be_drawn() -> None:
    with pytest.raises(CourseError, match="nothing fits 'here'"):
        candidates(pd.Series({"any": 3, "here": 0}), xlabel="Fit")


def test_bits_are_those_of_the_number() -> None:
    digest = hashlib.sha256(b"klaster").hexdigest()
    written = "".join(map(str, bits(digest)))
    assert int(written, 2) == int(digest, 16)
    assert len(written) == 256


@pytest.mark.parametrize("digest", ["", "ab", "z" * 64])
def test_what_is_no_hash_has_no_bits(digest: str) -> None:
    with pytest.raises(CourseError, match="is not a SHA-256"):
        bits(digest)


def test_bits_that_differ_are_ringed_where_they_are() -> None:
    # The first and the last bit differ, and the seventeenth, which begins the second row.
    before, after = "0" * 64, f"{1 << 255 | 1 << 239 | 1:064x}"
    left, right = hash_bits(before, after, titles=("before", "after")).axes
    assert [ax.get_title(loc="left") for ax in (left, right)] == ["before", "after"]
    ones, noughts, rings = right.lines
    assert rings.get_xydata().tolist() == [[0, 0], [0, 1], [15, 15]]
    np.testing.assert_array_equal(ones.get_xydata(), rings.get_xydata())
    assert len(noughts.get_xdata()) == 253
    assert len(left.lines) == 2 and len(left.lines[0].get_xdata()) == 0


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")

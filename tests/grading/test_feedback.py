"""Formulas in the feedback."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

from klasteryste.grading.feedback import FormulasAsMathML


def written(text: str) -> str:
    cell, _ = FormulasAsMathML().preprocess_cell(new_markdown_cell(text), {}, 0)
    return cell.source


def test_formulas_become_mathml_and_words_stay():
    text = written("Let $p$ be a share.\n\n$$\n\\sqrt{p}\n$$\n\nAnd so on.")
    assert text.startswith("Let <math") and 'display="block"' in text and "<msqrt>" in text
    assert text.endswith("\n\nAnd so on.") and "$" not in text


@pytest.mark.parametrize(
    "text", ["It cost 5 $.", "`$p$` in code", "``a ` $x$``", "no formula", "$\\nothinglikethis{$ x"]
)
def test_what_is_no_formula_stays(text):
    assert written(text) == text


def test_code_cells_are_left_alone():
    cell, _ = FormulasAsMathML().preprocess_cell(new_code_cell("'$p$'"), {}, 0)
    assert cell.source == "'$p$'"

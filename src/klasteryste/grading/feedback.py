"""Feedback that gives no test away and asks no other host for anything."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from latex2mathml.converter import convert
from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests, NbGraderPreprocessor

# For nbconvert's `HTMLExporter.extra_template_basedirs`, beside nbgrader's own.
TEMPLATES = str(Path(__file__).parent / "templates")

# Code, where a dollar is a dollar; a formula of its own; a formula in a line.
_FORMULA = re.compile(r"(?P<code>(`+).+?\2)|\$\$(?P<block>.+?)\$\$|\$(?P<inline>[^$\n]+)\$", re.DOTALL)


class HideTests(ClearHiddenTests):  # type: ignore[misc]
    """Take hidden tests out of the feedback, and the traceback that quotes them; their messages stay."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Hide the tests of one cell."""
        if self.begin_test_delimeter in cell.source:
            for output in cell.get("outputs", ()):
                if output.output_type == "error":
                    output.traceback = [f"{output.ename}: {output.evalue}"]
        cell, resources = super().preprocess_cell(cell, resources, cell_index)
        return cell, resources


class FormulasAsMathML(NbGraderPreprocessor):  # type: ignore[misc]
    """Write the formulas of the text as MathML, which a browser shows without a script."""

    def preprocess_cell(
        self, cell: NotebookNode, resources: dict[str, Any], cell_index: int
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Convert the formulas of one text cell; what is no formula stays as it is."""
        if cell.cell_type == "markdown":
            cell.source = _FORMULA.sub(_mathml, cell.source)
        return cell, resources


def _mathml(found: re.Match[str]) -> str:
    if found["code"]:
        return found[0]
    display = "block" if found["block"] else "inline"
    try:
        return str(convert(found["block"] or found["inline"], display=display))
    except Exception:  # the converter has a kind of its own for each fault; a student may write any dollars
        return found[0]

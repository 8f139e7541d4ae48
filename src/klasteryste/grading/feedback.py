"""What of the tests a student sees in the feedback."""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode
from nbgrader.preprocessors import ClearHiddenTests


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

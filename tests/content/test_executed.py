"""What the notebooks of the book gave when they were executed for it."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from klasteryste.course import read_course

ROOT = Path(__file__).parents[2]
NOTEBOOKS = read_course(ROOT / "course.yml").notebooks


@pytest.mark.parametrize("name", NOTEBOOKS)
@pytest.mark.parametrize("language", ["en", "lt"])
def test_pinned_numbers_hold(name: str, language: str, site: Path):
    stored = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    executed = nbformat.read(site.parent / "source" / language / "notebooks" / f"{name}.ipynb", as_version=4)
    given = {cell.id: cell for cell in executed.cells}
    pinned = [cell for cell in stored.cells if "nbval-check-output" in cell.metadata.get("tags", [])]
    assert pinned
    for cell in pinned:
        said = "".join(output.text for output in given[cell.id].outputs)
        assert said == "".join(output.text for output in cell.outputs), cell.id

"""What the notebooks of the book gave and took when they were executed for it."""

from __future__ import annotations

import json
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


def test_every_notebook_keeps_to_the_limits_of_time_and_memory(site: Path):
    took = json.loads((site.parent / "took.json").read_text(encoding="utf-8"))
    for language in ("en", "lt"):
        assert list(took[language]) == [f"notebooks/{name}.ipynb" for name in NOTEBOOKS]
        for name, own in took[language].items():
            # Seconds of the processor: what else the machine does is not counted.
            assert 0.1 < own["cpu_seconds"] < 40, f"{name} ({language})"
            assert 10 < own["peak_mb"] < 1000, f"{name} ({language})"

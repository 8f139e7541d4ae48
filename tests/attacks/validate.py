"""Validating notebooks as students do."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import nbformat
from jupyter_client.kernelspec import NoSuchKernel
from nbgrader.nbgraderformat import ValidationError
from nbgrader.validator import Validator

from klasteryste.grading.reference import grade_id

REFUSED = "nbgrader does not validate it"


def failed(path: Path) -> set[str]:
    """Return the names of the tests that nbgrader's Validate calls failed."""
    try:
        results = Validator(ignore_checksums=True).validate(str(path))
    except (ValidationError, NoSuchKernel):
        return {REFUSED}
    assert set(results) <= {"failed"}, results
    sources = {entry["source"] for entry in results.get("failed", [])}
    notebook = nbformat.read(path, as_version=4)
    found = {grade_id(cell) or "" for cell in notebook.cells if cell.source.strip() in sources}
    assert len(found) >= len(sources)
    return found


def validated(paths: Mapping[str, Path]) -> Iterator[tuple[str, set[str]]]:
    """Validate several notebooks, as many at once as there are processors to be had."""
    with ProcessPoolExecutor(2, multiprocessing.get_context("spawn")) as pool:
        yield from zip(paths, pool.map(failed, paths.values()), strict=True)

"""Run a notebook once, and keep what it gave for as long as nothing that it rests on has changed."""

from __future__ import annotations

import hashlib
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from traitlets.config import Config

from klasteryste.errors import CourseError

CELL_SECONDS = 300


def execute(name: str, source: str, cache: Path, rests_on: str) -> str:
    """Execute a notebook, or find in the cache what executing it gave.

    Parameters
    ----------
    name : str
        What to call the notebook in an error.
    source : str
        The notebook, as JSON.
    cache : Path
        Folder of executed notebooks, one file each, named by what they were made from.
    rests_on : str
        Fingerprint of the library, the tables and the locked packages: a notebook is run again when they
        change, and not only when its own cells do.

    Returns
    -------
    str
        The executed notebook, as JSON.

    Raises
    ------
    CourseError
        If a cell fails, runs out of time or writes to stderr, or the kernel dies; the cell is named.
    """
    key = hashlib.sha256((rests_on + source).encode()).hexdigest()
    kept = cache / f"{key}.ipynb"
    if kept.is_file():
        return kept.read_text(encoding="utf-8")

    try:
        notebook = nbformat.reads(source, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises several kinds, some of them plain ValueErrors of json
        raise CourseError(f"{name} is no valid notebook: {str(error).splitlines()[0]}") from None
    reached = ""

    def reach(cell: nbformat.NotebookNode, cell_index: int) -> None:
        nonlocal reached
        reached = cell.id

    client = NotebookClient(
        notebook,
        timeout=CELL_SECONDS,
        kernel_name="python3",
        shutdown_kernel="immediate",
        on_cell_start=reach,
        # Other accounts of this machine cannot read what passes between us and the kernel.
        config=Config({"KernelManager": {"transport_encryption": "required"}}),
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise CourseError(f"{name}, cell {reached!r}: {error.ename}: {_first_line(error.evalue)}") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise CourseError(f"{name}, cell {reached!r}: {_first_line(str(error))}") from None
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise CourseError(f"{name}, cell {cell.id!r} warns: {_first_line(output.text)}")
        # Times of execution would make every build differ from the last.
        cell.metadata.pop("execution", None)

    cache.mkdir(parents=True, exist_ok=True)
    text: str = nbformat.writes(notebook)
    unfinished = kept.with_suffix(".part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(kept)
    return text


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "").strip()

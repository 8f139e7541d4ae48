"""Run a notebook once, and keep what it gave and took for as long as nothing that it rests on has changed."""

from __future__ import annotations

import ast
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell
from traitlets.config import Config

from klasteryste.book import kernel
from klasteryste.errors import CourseError

CELL_SECONDS = 300
_LAST = new_code_cell(f"__import__('sys').modules[{kernel.__name__!r}].used()", id="what-the-notebook-took")


@dataclass(frozen=True)
class Took:
    """What executing a notebook took: seconds of the processor, and memory at its peak in MB."""

    cpu_seconds: float
    peak_mb: float


@dataclass(frozen=True)
class Executed:
    """An executed notebook, as JSON, and what executing it took."""

    notebook: str
    took: Took


def execute(name: str, source: str, cache: Path, rests_on: str) -> Executed:
    """Execute a notebook, or find in the cache what executing it gave.

    Parameters
    ----------
    name : str
        What to call the notebook in an error.
    source : str
        The notebook, as JSON.
    cache : Path
        Folder of executed notebooks and, beside each, what it took; named by what they were made from.
    rests_on : str
        Fingerprint of the library, the tables and the locked packages: a notebook is run again when they
        change, and not only when its own cells do.

    Returns
    -------
    Executed
        The executed notebook, and what it took when it was executed.

    Raises
    ------
    CourseError
        If a cell fails, runs out of time, writes to stderr or asks for the network, or the kernel dies; the
        cell is named.
    """
    key = hashlib.sha256((rests_on + source).encode()).hexdigest()
    kept = cache / f"{key}.ipynb"
    record = kept.with_suffix(".json")
    if kept.is_file() and record.is_file():
        took = Took(**json.loads(record.read_text(encoding="utf-8")))
        return Executed(kept.read_text(encoding="utf-8"), took)

    try:
        notebook = nbformat.reads(source, as_version=4)
        nbformat.validate(notebook)
    except Exception as error:  # nbformat raises several kinds, some of them plain ValueErrors of json
        raise CourseError(f"{name} is no valid notebook: {str(error).splitlines()[0]}") from None
    notebook.cells.append(_LAST.copy())
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
        extra_arguments=[f"--IPKernelApp.extra_extensions={kernel.__name__}"],
        # Other accounts of this machine cannot read what passes between us and the kernel.
        config=Config({"KernelManager": {"transport_encryption": "required"}}),
    )
    try:
        client.execute()
    except CellExecutionError as error:
        raise CourseError(f"{name}, cell {reached!r}: {error.ename}: {_first_line(error.evalue)}") from None
    except (CellTimeoutError, DeadKernelError) as error:
        raise CourseError(f"{name}, cell {reached!r}: {_first_line(str(error))}") from None
    took = Took(*ast.literal_eval(notebook.cells.pop().outputs[0].data["text/plain"]))
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if output.output_type == "stream" and output.name == "stderr":
                raise CourseError(f"{name}, cell {cell.id!r} warns: {_first_line(output.text)}")
        # Times of execution would make every build differ from the last.
        cell.metadata.pop("execution", None)

    cache.mkdir(parents=True, exist_ok=True)
    text: str = nbformat.writes(notebook)
    _keep(record, json.dumps(asdict(took)))
    _keep(kept, text)
    return Executed(text, took)


def _keep(path: Path, text: str) -> None:
    """Write a file at once: half of one is never found."""
    unfinished = path.with_suffix(f"{path.suffix}.part")
    unfinished.write_text(text, encoding="utf-8")
    unfinished.replace(path)


def _first_line(text: str) -> str:
    return next((line for line in text.splitlines() if line.strip()), "").strip()

"""Which outputs of a graded notebook are a student's own to see.

Tests run outside the student's process, but they call what the student wrote, with inputs that may be hidden;
a later cell could print them. An output is the student's own if no test had run before it, or if it is what
the student had saved in the submitted notebook.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from nbformat import NotebookNode
from nbgrader.utils import is_grade, is_solution

KEY = "klasteryste"


def digest(outputs: Any) -> str:
    """Return a digest of a cell's outputs, without their counts and other details; of damaged ones, none."""
    told: list[Any] = []
    try:
        for output in outputs:
            kind = output["output_type"]
            if kind == "stream":
                text = "".join(output["text"])
                if told and told[-1][:2] == [kind, output["name"]]:
                    told[-1][2] += text
                else:
                    told.append([kind, output["name"], text])
            elif kind == "error":
                told.append([kind, output["ename"], output["evalue"]])
            else:
                data = {
                    form: "".join(value) if isinstance(value, list) else value
                    for form, value in output["data"].items()
                }
                told.append([kind, data])
        if not told:
            return ""
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()
    except (TypeError, KeyError, AttributeError, ValueError):
        return ""


def note_saved(cell: dict[str, Any]) -> None:
    """Note what a submitted cell had put out, in place of whatever it says of that itself."""
    metadata = cell.get("metadata")
    if isinstance(metadata, dict):
        metadata.pop(KEY, None)
        if saved := digest(cell.get("outputs")):
            metadata[KEY] = {"saved": saved}


def mark_own(notebook: NotebookNode) -> None:
    """Note in each code cell of an executed notebook whether its outputs are the student's own."""
    isolated = bool(notebook.metadata.get(KEY, {}).get("isolated"))
    tested = False
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        saved = cell.metadata.get(KEY, {}).get("saved")
        cell.metadata.pop(KEY, None)
        if is_grade(cell) and not is_solution(cell):
            tested = True
        elif (isolated and not tested) or (saved and saved == digest(cell.outputs)):
            cell.metadata[KEY] = {"own": True}


def is_own(cell: NotebookNode) -> bool:
    """Tell whether a cell's outputs are the student's own to see."""
    details = cell.metadata.get(KEY)
    return isinstance(details, dict) and details.get("own") is True

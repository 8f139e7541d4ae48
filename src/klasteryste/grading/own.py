"""Which outputs a student is shown of cells that are no tests.

Tests run outside the student's process, but they call what the student wrote, with inputs that may be hidden;
a later cell could print them. So what grading put out is shown only if no test had run before. Of later cells
that is shown which the student had saved in the submitted notebook, whatever grading put out: whether the two
are the same must not show, or many guesses would spell the inputs.
"""

from __future__ import annotations

from typing import Any

from nbformat import NotebookNode

from klasteryste.grading.reference import is_test

KEY = "klasteryste"
SAVED_CHARACTERS = 1_000_000
"""Of the saved outputs of one cell no more is kept."""


def well_formed(outputs: Any) -> list[dict[str, Any]]:
    """Return those of a cell's saved outputs that are outputs, without their counts and other details."""
    found: list[dict[str, Any]] = []
    left = SAVED_CHARACTERS
    for output in outputs if isinstance(outputs, list) else ():
        try:
            made = _made(output)
        except (AttributeError, KeyError, TypeError):
            continue
        left -= len(str(made))
        if left < 0:
            break
        found.append(made)
    return found


def _made(output: Any) -> dict[str, Any]:
    kind = output["output_type"]
    if kind == "stream":
        return {"output_type": kind, "name": "stdout", "text": "".join(output["text"])}
    if kind == "error":
        lines = [str(line) for line in output["traceback"]]
        return {"output_type": kind, "ename": "", "evalue": "", "traceback": lines}
    if kind not in ("display_data", "execute_result"):
        raise KeyError(kind)
    texts = {str(form): "".join(content) for form, content in output["data"].items() if form in _FORMS}
    return {"output_type": "display_data", "data": texts, "metadata": {}}


_FORMS = ("text/plain", "text/html", "image/png", "image/jpeg")


def note_saved(cell: dict[str, Any]) -> None:
    """Note what a submitted cell had put out, in place of whatever it says of that itself."""
    metadata = cell.get("metadata")
    if isinstance(metadata, dict):
        metadata.pop(KEY, None)
        if saved := well_formed(cell.get("outputs")):
            metadata[KEY] = {"saved": saved}


def mark_own(notebook: NotebookNode) -> None:
    """Note in each cell of an executed notebook whether its outputs, or saved ones, may be shown."""
    isolated = bool(notebook.metadata.get(KEY, {}).get("isolated"))
    tested = False
    for cell in notebook.cells:
        if cell.cell_type != "code":
            continue
        if is_test(cell):
            tested = True
            cell.metadata.pop(KEY, None)
        elif isolated and not tested:
            cell.metadata[KEY] = {"own": True}


def is_own(cell: NotebookNode) -> bool:
    """Tell whether what grading put out is the student's own to see."""
    details = cell.metadata.get(KEY)
    return isinstance(details, dict) and details.get("own") is True


def saved_outputs(cell: NotebookNode) -> list[NotebookNode]:
    """Return what the student had saved as a cell's outputs."""
    details = cell.metadata.get(KEY)
    saved = details.get("saved") if isinstance(details, dict) else None
    return list(saved) if isinstance(saved, list) else []

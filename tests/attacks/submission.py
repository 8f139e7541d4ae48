"""A submission to the probe, hostile or honest, as plain values; and writing one into a folder."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

import nbformat
from nbformat import NotebookNode

from . import probe

Edit = Callable[[NotebookNode], bytes | None]
"""Changes a notebook, or returns the bytes to hand in instead."""
Damage = Callable[[Path, Mapping[str, str]], None]
"""Changes a folder once all is written, knowing the places."""


class Gain(StrEnum):
    """What an attack may gain: what counts as its success."""

    MARKS = "marks that were not earned"
    HIDDEN = "a hidden test read"
    PEERS = "another student's work or marks seen or changed"
    SEEN = "something of the host seen"
    CHANGED = "the course or the home of the account changed"
    LEFT = "something left behind"
    REACHED = "a host on the network or a service of the machine reached"
    TOOK = "more of the machine taken than one notebook may"
    PAGE = "active content in a page that somebody opens"
    STOPPED = "the class stopped"


@dataclass(frozen=True)
class Submission:
    """What one student hands in.

    Attributes
    ----------
    name : str
        Its name, and the student's.
    tries : str
        What it tries, or what is awkward about it, in a sentence; said in its first cell.
    gain : Gain or None
        What would count as an attack's success, beside anything else it might gain; None if it is honest.
    code : str
        A cell of its own after the set-up.
    answers : Mapping of str to str
        Answers by task. What is not answered stays as released in an attack and is right in an honest one.
    files : Mapping of str to str or bytes
        Files beside the notebook.
    edit : Edit, optional
        Changes the notebook.
    damage : Damage, optional
        Changes the folder.
    earned : float
        The marks that its answers deserve.
    refused : bool
        Whether it is not graded at all.

    Notes
    -----
    In code, answers and files, names between at signs such as ``@HOME@`` stand for what an attacker knows of
    the machine, and ``@NAME@`` for its own.
    """

    name: str
    tries: str
    gain: Gain | None = None
    code: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    edit: Edit | None = None
    damage: Damage | None = None
    earned: float = 0.0
    refused: bool = False

    def write(self, released: NotebookNode, folder: Path, places: Mapping[str, str]) -> None:
        """Write the submission into an empty folder.

        Parameters
        ----------
        released : NotebookNode
            The notebook as students get it.
        folder : Path
            Made here: ``submitted/<student>/<assignment>``.
        places : Mapping of str to str
            What an attacker knows of the machine: ``COURSE``, ``HOME``, ``PORT`` and so on.
        """
        folder.mkdir(parents=True)
        places = {**places, "NAME": self.name}
        notebook = deepcopy(released)
        for cell in notebook.cells:
            task = cell.metadata.get("nbgrader", {}).get("grade_id", "").removesuffix("-answer")
            if cell.id.endswith("-answer") and task in self.answers:
                cell.source = _fill(self.answers[task].strip("\n"), places)
        first = nbformat.v4.new_markdown_cell(f"**{self.name}**. {self.tries}", id="about-this")
        notebook.cells.insert(0, first)
        if self.code:
            setup = next(place for place, cell in enumerate(notebook.cells) if cell.id == "setup")
            own = nbformat.v4.new_code_cell(_fill(self.code.strip("\n"), places), id="own-code")
            notebook.cells.insert(setup + 1, own)
        content = self.edit(notebook) if self.edit else None
        path = folder / f"{probe.NAME}.ipynb"
        path.write_bytes(content if content is not None else nbformat.writes(notebook).encode())
        for name, text in self.files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(text if isinstance(text, bytes) else _fill(text, places).encode())
        if self.damage:
            self.damage(folder, places)


def honest(
    name: str,
    tries: str,
    answers: Mapping[str, str] = MappingProxyType({}),
    files: Mapping[str, str | bytes] = MappingProxyType({}),
    edit: Edit | None = None,
) -> Submission:
    """Return a submission that answers everything rightly: as expected, but for the given answers."""
    answers = {**probe.RIGHT, **answers}
    return Submission(name, tries, answers=answers, files=files, edit=edit, earned=probe.FULL)


def _fill(text: str, places: Mapping[str, str]) -> str:
    for name, value in places.items():
        text = text.replace(f"@{name}@", value)
    return text


def remove(folder: Path) -> None:
    """Remove a folder, whatever rights its content has and however deep it is."""
    subprocess.run(["chmod", "-R", "u+rwX", folder], check=False, capture_output=True)
    subprocess.run(["rm", "-rf", folder], check=True)

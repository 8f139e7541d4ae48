"""What is said about a submission, as data, to be shown to a student or a lecturer in their language."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from klasteryste.errors import CourseError
from klasteryste.language import _


def quarantine() -> dict[str, str]:
    """Return why a submission is not graded, by code: what is wrong, where, and what the student does."""
    return {
        "not a folder": _("{where} is not a folder: submit the assignment again."),
        "no plain file": _(
            "{where} is a link, a pipe or a device: put the file itself in its place, and submit again."
        ),
        "odd name": _(
            "The name of {where} holds characters that cannot be seen: rename it, and submit again."
        ),
        "look-alike name": _(
            "There is no {wanted}, but {where} looks like it with other letters: rename it to {wanted}, "
            "and submit again."
        ),
        "no notebook": _("There is no {wanted}: submit the notebook under the name it was released with."),
        "too many files": _("More than {limit} files: submit only what your notebook reads."),
        "too deep": _("Folders more than {limit} deep at {where}: submit only what your notebook reads."),
        "too large": _(
            "{where} makes the submission larger than {limit} MB: submit only what your notebook reads."
        ),
        "notebook too large": _(
            "{where} is larger than {limit} MB: choose Kernel, Restart Kernel and Clear Outputs of All "
            "Cells, save, and submit again."
        ),
        "unreadable": _("{where} cannot be read ({problem}): submit it again."),
        "not text": _(
            "{where} is not a text in UTF-8 (byte {place}): save it in JupyterLab, and submit again."
        ),
        "not JSON": _("{where} is damaged ({problem}): open it in JupyterLab, save it, and submit again."),
        "not a notebook": _(
            "{where} is no notebook ({problem}): open it in JupyterLab, save it, and submit again."
        ),
        "newer format": _(
            "{where} has the notebook format {version}, which is newer than 4: save it in JupyterLab 4, "
            "and submit again."
        ),
        "too many cells": _(
            "{where} has more than {limit} cells: delete what is not needed, and submit again."
        ),
        "unknown language": _(
            "The language of {where} is unknown: put your answers into the notebook as it was released, "
            "and submit again."
        ),
        "no time": _("timestamp.txt tells no time: submit the assignment again."),
        "grader failed": _(
            "The grader itself failed: {problem}. Your work is kept; your lecturer will see to it."
        ),
    }


def repaired() -> dict[str, str]:
    """Return what was repaired, or is worth knowing, by code."""
    return {
        "mark of order": _("{where}: the byte order mark was taken off."),
        "other encoding": _("{where}: was read as {encoding}."),
        "older format": _("{where}: was brought from the notebook format {version} to 4."),
        "broken letters": _("{where}: halves of characters were replaced."),
        "outputs": _("{where}: damaged outputs were dropped; outputs are computed anew."),
        "cell ids": _("{where}: missing or repeated ids of cells were made anew."),
        "repeated": _(
            "Cell {cell} was there {count} times: one is graded, the others are kept without a name."
        ),
        "missing": _("Cell {cell} was missing: it was put back."),
        "metadata": _("Cell {cell}: its kind or its points were changed: they were reset."),
        "kernel": _("The notebook named another kernel: it was reset."),
        "no such notebook": _("There is no {where}: it counts as empty."),
        "practice": _(
            "The student was not on the list when the assignment was released: graded with practice numbers."
        ),
    }


@dataclass(frozen=True)
class Remark:
    """Something said about a submission.

    Parameters
    ----------
    code : str
        A key of `quarantine` or `repaired`.
    values : dict of str to object
        What stands in the sentence's fields: texts and whole numbers.
    """

    code: str
    values: dict[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        """Return the sentence in the language in use."""
        return (quarantine() | repaired())[self.code].format(**self.values)

    def plain(self) -> dict[str, Any]:
        """Return it as what JSON can hold."""
        return {"code": self.code, "values": self.values}


class IntakeError(CourseError):
    """A submission is not graded, for a reason that its student can act on.

    Parameters
    ----------
    code : str
        A key of `quarantine`.
    **values
        What stands in the sentence's fields.
    """

    def __init__(self, code: str, **values: Any) -> None:
        self.remark = Remark(code, values)
        super().__init__(self.remark.text())


def shown(name: str) -> str:
    r"""Return a file's name as it may be shown: what cannot be seen or printed is written out.

    >>> shown("a\u202eb")
    'a\\u202eb'
    """
    return "".join(
        letter.encode("unicode_escape", "backslashreplace").decode()
        if unicodedata.category(letter)[0] == "C"
        else letter
        for letter in name
    )

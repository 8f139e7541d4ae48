"""What an assignment's notebook works with: data of one's own, and the way in which a task was answered.

A student's seed selects a country, a year or a municipality, so that neighbours cannot copy a number. A
release carries the seeds of its class in ``seeds.json``; whoever grades names the student's seed in the
environment, and hidden tests draw from another one, which never leaves the lecturer.
"""

from __future__ import annotations

import getpass
import hashlib
import hmac
import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np

from klasteryste.errors import CourseError
from klasteryste.language import _

SEEDS = "seeds.json"
"""The file of a release that holds its class's seeds: SHA-256 of a student's id to the seed, both in hex."""
STUDENT = "KLASTERYSTE_STUDENT"
"""Names the student in the environment, where that is not the name of the login."""
OWN_SEED, HIDDEN_SEED = "KLASTERYSTE_SEED", "KLASTERYSTE_HIDDEN_SEED"
"""Name the seeds in the environment of those who grade, in hex."""

Option = TypeVar("Option")


@dataclass(frozen=True)
class Draw:
    """What a seed selects; the same for the same seed, label and options.

    Parameters
    ----------
    seed : bytes
        Of the student and the assignment.
    practice : bool
        Whether it is the seed that everybody has who is on no class's list.
    """

    seed: bytes
    practice: bool = False

    def number(self, label: str) -> int:
        """Return a large number that belongs to a label."""
        return int.from_bytes(hmac.digest(self.seed, label.encode(), "sha256"), "big")

    def choice(self, label: str, options: Sequence[Option]) -> Option:
        """Return one of several options.

        Parameters
        ----------
        label : str
            What it is drawn for: draws with other labels are independent.
        options : sequence
            At least one, in an order that never changes.
        """
        return options[self.number(label) % len(options)]

    def sample(self, label: str, options: Sequence[Option], size: int) -> list[Option]:
        """Return several different options, in the order in which they were drawn."""
        left = list(options)
        return [left.pop(self.number(f"{label} {place}") % len(left)) for place in range(size)]

    def generator(self, label: str) -> np.random.Generator:
        """Return a random generator that belongs to a label."""
        return np.random.default_rng(self.number(label))


def practice_seed(what: str = "own") -> bytes:
    """Return the seed of those who are on no class's list."""
    return hashlib.sha256(f"practice {what}".encode()).digest()


def key_of(student: str) -> str:
    """Return what stands for a student's id in a file of seeds."""
    return hashlib.sha256(student.encode()).hexdigest()


def individual() -> Draw:
    """Return the draw of the student who works here, which a notebook's data are selected by.

    The student is named by the environment (``KLASTERYSTE_STUDENT``), by JupyterHub or by the login. One who
    is not in the release's ``seeds.json`` gets practice numbers, and is told so.

    Raises
    ------
    CourseError
        If ``seeds.json`` cannot be read.
    """
    if given := os.environ.get(OWN_SEED):
        seed = bytes.fromhex(given)
        return Draw(seed, practice=seed == practice_seed())
    student = os.environ.get(STUDENT) or os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    known = _seeds(Path(SEEDS)).get(key_of(student))
    if known is not None:
        return Draw(bytes.fromhex(known))
    print(
        _("Practice numbers: {student!r} is not on the list of the class.").format(student=student),
        _("If your lecturer knows you by another name, set {variable} to it.").format(variable=STUDENT),
    )
    return Draw(practice_seed(), practice=True)


def _seeds(path: Path) -> dict[str, str]:
    try:
        seeds: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise CourseError(f"{path.resolve()} cannot be read ({error}): fetch the assignment again") from None
    return seeds


def hidden() -> Draw:
    """Return what a hidden test draws from: for graders, never the student's own draw."""
    given = os.environ.get(HIDDEN_SEED)
    return Draw(bytes.fromhex(given) if given else practice_seed("hidden"))


def written(function: Callable[..., Any], *inputs: Any) -> bool:
    """Tell whether a task was answered in code: whether a function is more than the stub it was released as.

    Parameters
    ----------
    function : callable
        What the task asks for.
    *inputs
        What it can be called with.
    """
    try:
        function(*inputs)
    except NotImplementedError:
        return False
    except Exception:  # it does something, if not what it should: its tests will say so
        return True
    return True

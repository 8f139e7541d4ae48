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
import operator
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from string import ascii_uppercase
from typing import Any, TypeVar

import numpy as np

from klasteryste.errors import CourseError
from klasteryste.language import _, say

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
    known : bytes, optional
        A seed for which everybody can read the answers. What it selects is not selected again, so that an
        answer copied from there is wrong.
    """

    seed: bytes
    known: bytes | None = None

    def number(self, label: str) -> int:
        """Return a large number that belongs to a label."""
        return int.from_bytes(hmac.digest(self.seed, label.encode(), "sha256"), "big")

    def choice(self, label: str, options: Sequence[Option]) -> Option:
        """Return one of several options, of two also the one that the known seed selects.

        Parameters
        ----------
        label : str
            What it is drawn for: draws with other labels are independent.
        options : sequence
            At least one, in an order that never changes.
        """
        left = list(options)
        if self.known is not None and len(left) > 2:
            del left[Draw(self.known).number(label) % len(left)]
        return left[self.number(label) % len(left)]

    def sample(self, label: str, options: Sequence[Option], size: int) -> list[Option]:
        """Return several different options, in the order in which they were drawn.

        Of two or more none is at the place where the known seed has it, nor are some of them the same ones in
        another order.
        """
        places = self._places(label, len(options), size)
        if self.known is not None and len(options) > 1:
            known = Draw(self.known)._places(label, len(options), size)
            attempts = count(1)
            while any(map(operator.eq, places, known)) or (size < len(options) and set(places) == set(known)):
                places = self._places(f"{label}, attempt {next(attempts)}", len(options), size)
        return [options[place] for place in places]

    def _places(self, label: str, options: int, size: int) -> list[int]:
        left = list(range(options))
        return [left.pop(self.number(f"{label} {turn}") % len(left)) for turn in range(size)]

    def letters(self, label: str, size: int) -> str:
        """Return the letters under which `lettered` shows several texts, in the order of the texts.

        The way from the known seed's letters to these is one cycle through them all (Sattolo, 1986), so that
        no letter and no set of some of them is right in both.
        """
        letters = ascii_uppercase[:size]
        if self.known is None:
            return "".join(self.sample(label, letters, size))
        turned = list(letters)
        for place in range(size - 1, 0, -1):
            other = self.number(f"{label} {place}") % place
            turned[place], turned[other] = turned[other], turned[place]
        return Draw(self.known).letters(label, size).translate(str.maketrans(letters, "".join(turned)))

    def lettered(self, label: str, texts: Sequence[str], **values: Any) -> str:
        """Show texts (Markdown) as a list with letters, in an order of the student's own.

        Parameters
        ----------
        label : str
            What the order is drawn for.
        texts : sequence of str
            As for `klasteryste.language.say`, in a notebook marked.
        **values
            What the fields of the texts stand for.

        Returns
        -------
        str
            The letter of each text, in the order in which the texts are given.
        """
        letters = self.letters(label, len(texts))
        lines = sorted(f"- **{letter}.** {text}" for letter, text in zip(letters, texts, strict=True))
        say("\n".join(lines), **values)
        return letters

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
        return _own(bytes.fromhex(given))
    student = os.environ.get(STUDENT) or os.environ.get("JUPYTERHUB_USER") or getpass.getuser()
    listed = _seeds(Path(SEEDS)).get(key_of(student))
    if listed is not None:
        return _own(bytes.fromhex(listed))
    print(
        _("Practice numbers: {student!r} is not on the list of the class.").format(student=student),
        _("If your lecturer knows you by another name, set {variable} to it.").format(variable=STUDENT),
    )
    return _own(practice_seed())


def _own(seed: bytes) -> Draw:
    return Draw(seed, None if seed == practice_seed() else practice_seed())


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

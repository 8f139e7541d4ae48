"""The seeds of a class: which data each student works on, and what hidden tests draw from.

Both come from the class's secret, by HMAC-SHA-256 (RFC 2104) of the assignment and the student's id under two
labels. The first is released, the second never leaves the lecturer.
"""

from __future__ import annotations

import hmac
import json
import os
import secrets
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from nbgrader.coursedir import CourseDirectory

from klasteryste.assignment import HIDDEN_SEED, OWN_SEED, SEEDS, key_of, practice_seed
from klasteryste.errors import CourseError
from klasteryste.grading.reference import STEP
from klasteryste.language import SOURCE_LANGUAGE

SECRET_FILE = "course_secret.txt"
"""The file of the course folder with the class's secret, in hex; made when it is first needed."""
_BYTES = 32


def class_secret(coursedir: CourseDirectory) -> bytes:
    """Return the class's secret, and make it if there is none.

    Raises
    ------
    CourseError
        If the file holds something else.
    """
    path = Path(coursedir.root, SECRET_FILE)
    with suppress(FileExistsError):
        number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(number, "w") as file:
            file.write(f"{secrets.token_hex(_BYTES)}\n")
    text = path.read_text(encoding="utf-8", errors="replace").strip()
    try:
        secret = bytes.fromhex(text)
    except ValueError:
        secret = b""
    if len(secret) < _BYTES:
        raise CourseError(
            f"{path} is no secret of {2 * _BYTES} hexadecimal digits: put back the one the class began with"
        )
    return secret


def _seed(secret: bytes, label: str, assignment: str, student: str) -> bytes:
    return hmac.digest(secret, json.dumps([label, assignment, student]).encode(), "sha256")


def seeds_file(coursedir: CourseDirectory, assignment: str, students: Iterable[str]) -> str:
    """Return the seeds of an assignment's release: by the SHA-256 of each student's id, sorted by it."""
    secret = class_secret(coursedir)
    seeds = {key_of(student): _seed(secret, "own", assignment, student).hex() for student in students}
    return json.dumps(dict(sorted(seeds.items())), indent=0) + "\n"


def released_path(coursedir: CourseDirectory, assignment: str) -> Path:
    """Return where the seeds are kept that an assignment was released with."""
    return Path(coursedir.format_path(STEP, SOURCE_LANGUAGE, assignment), SEEDS)


def environment(coursedir: CourseDirectory, assignment: str, student: str) -> dict[str, str]:
    """Return the variables that name a student's two seeds to whoever grades.

    A student who was on no list when the assignment was released has practice numbers.

    Raises
    ------
    CourseError
        If the secret or the released seeds cannot be read.
    """
    path = released_path(coursedir, assignment)
    try:
        released: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise CourseError(
            f"{path} cannot be read ({error}): run `klasteryste class release {assignment}`"
        ) from None
    return {
        OWN_SEED: released.get(key_of(student), practice_seed().hex()),
        HIDDEN_SEED: _seed(class_secret(coursedir), "hidden", assignment, student).hex(),
    }

"""The sample plan: an invented municipality, with a data package of its own."""

from __future__ import annotations

import shutil
from pathlib import Path

from klasteryste.errors import CourseError
from klasteryste.plan.schema import FILE, schema_text

SAMPLE = Path(__file__).resolve().parent


def write_sample(folder: Path) -> None:
    """Write the plan, its evidence and the schema for editors into a folder that is not there yet.

    Raises
    ------
    CourseError
        If the folder is there.
    """
    if folder.exists():
        raise CourseError(f"{folder} is there already: name another folder")
    shutil.copytree(SAMPLE / "evidence", folder / "evidence")
    shutil.copy2(SAMPLE / "plan.yml", folder / "plan.yml")
    (folder / FILE).write_text(schema_text(), encoding="utf-8")

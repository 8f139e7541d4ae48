"""An nbgrader course folder, opened as nbgrader's own commands open it."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from pathlib import Path

from nbgrader import api
from nbgrader.apps import NbGrader

from klasteryste.errors import CourseError


def open_course(folder: Path, log_level: int = logging.CRITICAL) -> NbGrader:
    """Read a course folder's configuration.

    Parameters
    ----------
    folder : Path
        The one with ``nbgrader_config.py``.
    log_level : int
        What nbgrader says on stderr; nothing if not given.

    Returns
    -------
    NbGrader
        The application, which holds the configuration and the course directory.

    Raises
    ------
    CourseError
        If the folder is no course.
    """
    if not (folder / "nbgrader_config.py").exists():
        raise CourseError(
            f"{folder} is no course folder: name the one with nbgrader_config.py, "
            "or make one with `klasteryste class init`"
        )
    if shutil.which("alembic") is None:  # nbgrader starts it by name; it stands beside this interpreter
        os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    # Its gradebook logs by another way what it raises as well.
    api.app_log.setLevel(log_level)
    app = NbGrader(log_level=log_level)
    app.initialize([], root=str(folder.resolve()))
    return app

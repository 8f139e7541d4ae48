"""What a submission may use up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Self

from klasteryste.errors import CourseError


@dataclass(frozen=True)
class Limits:
    """What one notebook's processes may use; a student's own and the checker's each.

    Parameters
    ----------
    memory_mb : int
        Memory of all processes of a notebook together; what they share counts once.
    processes : int
        Processes and threads.
    files : int
        Open files of one process.
    disk_mb : int
        Everything written to the working folder, the home and the temporary folder together.
    cpu_seconds : int
        Computing time of one process.
    cell_seconds : float
        Time by the clock for one cell: nbgrader's own limit, and as much again, since two notebooks share
        the machine.
    total_seconds : float
        Time by the clock for a notebook.
    output_mb : float
        What is kept of the outputs of one cell. The rest is read and thrown away, so that nobody loses a
        mark by printing much.
    """

    memory_mb: int = 2048
    processes: int = 128
    files: int = 256
    disk_mb: int = 256
    cpu_seconds: int = 600
    cell_seconds: float = 60
    total_seconds: float = 600
    output_mb: float = 4

    @classmethod
    def configured(cls, told: Mapping[str, Any], where: str) -> Self:
        """Return the limits of which a configuration tells some.

        Raises
        ------
        CourseError
            If it tells what is no limit.
        """
        try:
            return cls(**told)
        except TypeError as error:
            raise CourseError(f"{where}: {error}: see `klasteryste.grading.sandbox.Limits`") from None

    def as_dict(self) -> dict[str, Any]:
        """Return the limits as plain data."""
        return asdict(self)

"""Numbers of a plan with their units, in the reader's language."""

from __future__ import annotations

from pathlib import Path

from klasteryste.data import find
from klasteryste.errors import CourseError
from klasteryste.evidence import Evidence
from klasteryste.language import _, number

SHARE = "share"


def unit_label(evidence: Evidence, own: Path | None) -> str:
    """Name the unit of a piece of evidence in the language in use.

    Parameters
    ----------
    evidence : Evidence
        What is cited.
    own : Path or None
        The folder of the plan's own data package.

    Returns
    -------
    str
        ``"share"`` for a share, which `amount` writes in per cent; nothing for a bare number; the unit as the
        plan states it where its table cannot be found.
    """
    if evidence.unit == SHARE:
        return SHARE
    if evidence.statistic == "count":
        return _("rows")
    try:
        fields = find(evidence.dataset, own).fields
    except CourseError:
        return evidence.unit
    labels = {field.name: field.unit_label or "" for field in fields}
    columns = [column for column in (evidence.column, evidence.per) if column is not None]
    return " / ".join(filter(None, (labels.get(column, "") for column in columns)))


def amount(value: float, unit: str, digits: int) -> str:
    """Write a number for the language in use: a share in per cent, others without their unit.

    Parameters
    ----------
    value : float
        The number, a share as 0.326.
    unit : str
        Its unit, as `unit_label` gives it.
    digits : int
        How many decimals of the number as such to write.
    """
    if unit == SHARE:
        return number(float(value), f".{max(digits - 2, 0)}%")
    return number(float(value), f",.{digits}f")

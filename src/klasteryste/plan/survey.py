"""A survey of the partners: a form to hand out, and its answers put into the plan's ties.

Trust and value are asked for as in PARTNER (Varda, Chandra, Stern and Lurie 2008), three items each, in our
own words. Partners answer as organisations: the form holds no person's name, and an answer with more columns
than the form is refused.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from statistics import mean
from typing import get_args

from klasteryste.errors import CourseError
from klasteryste.language import _
from klasteryste.plan.document import read_document, replace_sections
from klasteryste.plan.model import Tie

ITEMS = ("reliability", "openness", "shared_mission", "power", "resources", "involvement")
TYPES: tuple[str, ...] = get_args(Tie.model_fields["type"].annotation)
COLUMNS = ("from", "to", "type", *ITEMS)
_SCALE = range(1, 5)
_LARGEST = 30_000_000  # five hundred partners fill a third of it


@dataclass(frozen=True)
class Imported:
    """What came of an import: partners asked and answering, ties, and how many both sides report."""

    asked: int
    answered: int
    ties: int
    confirmed: int


def questions() -> str:
    """Give the questions that go with the form, as Markdown in the language in use."""
    kinds = {
        "information": _("you tell each other what you know"),
        "joint_work": _("you do something together"),
        "resources": _("you share money, rooms, people or equipment"),
        "agreement": _("you have a written agreement"),
    }
    items = {
        "reliability": _("Trust: it does what it has said it will do."),
        "openness": _("Trust: it speaks openly with us, about what goes wrong too."),
        "shared_mission": _("Trust: it wants for residents what we want."),
        "power": _("Value: its word counts with those who decide."),
        "resources": _("Value: it brings what the cluster needs."),
        "involvement": _("Value: it takes part in more than it has to."),
    }
    lines = [
        "# " + _("Survey of partners"),
        _(
            "Answer for your organisation, not for yourself. In the rows that begin with its short name, "
            "fill in those about organisations that you have worked with in the last twelve months; leave "
            "the others empty."
        ),
        _("**type** is the closest way in which you work together:"),
        "\n".join(f"- `{kind}`: {words}" for kind, words in kinds.items()),
        _(
            "Then say how far each sentence is true of that organisation: 1 not at all, 2 a little, 3 much, "
            "4 fully."
        ),
        "\n".join(f"- `{item}`: {words}" for item, words in items.items()),
        _("Write no person's name anywhere."),
    ]
    return "\n\n".join(lines) + "\n"


def form(plan: Path) -> str:
    """Give the form for a plan's partners as CSV: a row for each partner about each other one.

    Cells are parted by semicolons, since a spreadsheet set to Lithuanian opens no other CSV in columns.

    Raises
    ------
    CourseError
        If the plan cannot be read, or has fewer than two partners.
    """
    partners = _partners(plan)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(
        [one, other, *[""] * (len(COLUMNS) - 2)] for one in partners for other in partners if one != other
    )
    return text.getvalue()


def import_answers(plan: Path, answers: Path, day: date) -> Imported:
    """Put the answers of a survey into a plan: its ties, response and confirmed share are replaced.

    A tie is there if at least one of the two partners reports it, and confirmed if both do; its strength is
    the mean of all that was answered about it, 1 to 4. Everything else in the file stays as it is, comments
    too.

    Parameters
    ----------
    plan : Path
        The plan's YAML file, which is changed.
    answers : Path
        The filled form.
    day : date
        The last day of the survey.

    Raises
    ------
    CourseError
        If either file cannot be read, or an answer does not fit the form; the message names the line. The
        plan is then left as it was.
    """
    partners = _partners(plan)
    reports = _reports(answers, partners)
    answered = {one for one, _other in reports}
    ties: list[str] = []
    confirmed = 0
    for (one, other), report in reports.items():
        back = reports.get((other, one))
        if back is not None and partners.index(other) < partners.index(one):
            continue  # told by the partner who comes first
        ratings = [*report.ratings, *(back.ratings if back else ())]
        strength = f", strength: {mean(ratings):.2f}" if ratings else ""
        both = "true" if back else "false"
        ties.append(f"  - {{from: {one}, to: {other}, type: {report.type}{strength}, confirmed: {both}}}")
        confirmed += back is not None
    survey = [
        f"  date: {day}",
        f"  asked: {len(partners)}",
        f"  answered: {len(answered)}",
        f"  response_share: {len(answered) / len(partners):.3f}",
        f"  confirmed_share: {confirmed / len(ties):.3f}",
    ]
    replace_sections(plan, {"ties": ties, "tie_survey": survey})
    return Imported(len(partners), len(answered), len(ties), confirmed)


@dataclass(frozen=True)
class _Report:
    """What one partner says of its tie to another."""

    type: str
    ratings: tuple[int, ...]


def _partners(plan: Path) -> list[str]:
    """List the ids of a plan's partners; the rest of the plan may still have gaps."""
    document = read_document(plan)
    entries = document.value.get("partners")
    ids = (
        [entry.get("id") for entry in entries if isinstance(entry, dict)] if isinstance(entries, list) else []
    )
    known = [one for one in ids if isinstance(one, str)]
    if len(set(known)) < 2:
        raise CourseError(
            f"{plan}: a survey of partners needs two partners or more, each with an id of its own"
        )
    return known


def _reports(path: Path, partners: list[str]) -> dict[tuple[str, str], _Report]:
    if not path.is_file():
        raise CourseError(f"{path} is not there: name the filled form")
    if path.stat().st_size > _LARGEST:
        raise CourseError(f"{path} is larger than {_LARGEST // 1_000_000} MB: a filled form is not")
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise CourseError(f"{path}, byte {error.start}: not UTF-8; save it as UTF-8") from None
    # A spreadsheet set to Lithuanian saves with semicolons.
    first = text.partition("\n")[0]
    rows = csv.reader(io.StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    try:
        header = tuple(name.strip() for name in next(rows, []))
        if header != COLUMNS:
            raise CourseError(
                f"{path}, line 1: the columns are {', '.join(COLUMNS)}, and no others: "
                "names of people have no place here"
            )
        reports: dict[tuple[str, str], _Report] = {}
        for row in rows:
            cells = dict(zip(COLUMNS, (cell.strip() for cell in row), strict=False))
            if not any(cells.get(name) for name in COLUMNS[2:]):
                continue
            where = f"{path}, line {rows.line_num}"
            if len(row) != len(COLUMNS):
                raise CourseError(f"{where}: {len(row)} cells, where the form has {len(COLUMNS)}")
            pair = _pair(where, cells, partners)
            if pair in reports:
                raise CourseError(f"{where}: {pair[0]} has told of {pair[1]} before: leave one row")
            reports[pair] = _report(where, cells)
    except csv.Error as error:
        raise CourseError(f"{path}, line {rows.line_num}: not CSV, {error}") from None
    if not reports:
        raise CourseError(f"{path}: no row is filled in")
    return reports


def _pair(where: str, cells: Mapping[str, str], partners: list[str]) -> tuple[str, str]:
    for end in ("from", "to"):
        if cells[end] not in partners:
            raise CourseError(f"{where}: {cells[end]!r} is no partner of the plan: use the ids in partners")
    if cells["from"] == cells["to"]:
        raise CourseError(f"{where}: {cells['from']} is told of by itself: leave the row out")
    return cells["from"], cells["to"]


def _report(where: str, cells: Mapping[str, str]) -> _Report:
    if cells["type"] not in TYPES:
        raise CourseError(f"{where}: the type {cells['type']!r} is not one of {', '.join(TYPES)}")
    ratings = []
    for item in ITEMS:
        if cells[item] and cells[item] not in map(str, _SCALE):
            raise CourseError(f"{where}: {item} is {cells[item]!r}: give 1, 2, 3 or 4, or leave it empty")
        if cells[item]:
            ratings.append(int(cells[item]))
    return _Report(cells["type"], tuple(ratings))

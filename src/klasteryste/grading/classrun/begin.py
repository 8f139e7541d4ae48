"""A course folder for a class, made from this repository."""

from __future__ import annotations

import csv
import re
import shutil
from pathlib import Path

from nbgrader.api import Gradebook

from klasteryste.course import read_course
from klasteryste.errors import CourseError
from klasteryste.grading.coursefolder import open_course
from klasteryste.language import SOURCE_LANGUAGE

COLUMNS = ("id", "first_name", "last_name", "email")
# The exchange puts names of students into names of folders, between plus signs; the rest are patterns.
_ID = re.compile(r"[^\s/\\+*?\[\]]{1,128}")

_CONFIG = '''"""nbgrader, as this class uses it: run its commands, or JupyterLab, in this folder."""

from pathlib import Path

from klasteryste.grading.configuration import configure

c = get_config()  # noqa: F821
configure(c, Path(__file__).parent)

c.CourseDirectory.course_id = {course_id!r}
c.LanguageFolders.translations = "translations"
# The language of tables for you; each student is answered in the language of the notebook.
c.Marks.language = {language!r}
# From which percentage of the points each mark is given; 5 passes. Put your institution's in.
c.Marks.cut_offs = {{2: 20, 3: 30, 4: 40, 5: 50, 6: 60, 7: 70, 8: 80, 9: 90, 10: 95}}
# What each part counts towards the percentage of the course: the tests and the written answers of all
# assignments but the plan's, and the whole of the plan's, which is named below.
c.Marks.weights = {weights!r}
c.Marks.plan = {plan!r}
'''
_GRADEBOOK = "c.CourseDirectory.db_url = {address!r}\n"


def read_roster(path: Path) -> list[dict[str, str]]:
    """Read who is in a class.

    Parameters
    ----------
    path : Path
        A table with a column ``id``, and as many as there are of ``first_name``, ``last_name`` and ``email``;
        in UTF-8, with commas or semicolons, as spreadsheets write it.

    Raises
    ------
    CourseError
        If a column is missing or unknown, or an id is missing, repeated or unfit for a folder's name.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise CourseError(f"{path} is not in UTF-8: save it as “CSV UTF-8”") from None
    head = text.partition("\n")[0]
    rows = list(
        csv.DictReader(text.splitlines(), delimiter=";" if head.count(";") > head.count(",") else ",")
    )
    columns = set(rows[0]) if rows else set()
    if not rows or "id" not in columns or not columns <= set(COLUMNS):
        raise CourseError(f"{path}: its first line must name id, and may name {', '.join(COLUMNS[1:])}")
    seen: set[str] = set()
    for line, row in enumerate(rows, 2):
        student = (row["id"] or "").strip()
        if not _ID.fullmatch(student) or student.startswith("."):
            raise CourseError(f"{path}, line {line}: the id {student!r} cannot name a folder")
        if student in seen:
            raise CourseError(f"{path}, line {line}: the id {student!r} is there already")
        seen.add(student)
        row["id"] = student
    return [{name: (row.get(name) or "").strip() for name in COLUMNS if name in columns} for row in rows]


def begin(
    folder: Path,
    repository: Path,
    course_id: str,
    language: str = SOURCE_LANGUAGE,
    gradebook: str | None = None,
    roster: Path | None = None,
) -> int:
    """Make a course folder; return how many students its gradebook has.

    Parameters
    ----------
    folder : Path
        Made new.
    repository : Path
        Where the assignments and their translations are.
    course_id : str
        The name by which students and the exchange know the course.
    language : str
        The language of tables for the lecturer.
    gradebook : str, optional
        SQLAlchemy's address of the gradebook; a file in the folder if not given.
    roster : Path, optional
        See `read_roster`.

    Raises
    ------
    CourseError
        If the folder has something in it, the repository is none, or the gradebook cannot be opened.
    """
    if folder.exists() and any(folder.iterdir()):
        raise CourseError(f"{folder} is not empty: name a new folder")
    if not (repository / "assignments" / "source").is_dir():
        raise CourseError(f"{repository} has no assignments/source: name the repository with --root")
    students = read_roster(roster) if roster else []
    course = read_course(repository / "course.yml")
    shutil.copytree(repository / "assignments" / "source", folder / "source")
    if (repository / "assignments" / "answers").is_dir():
        shutil.copytree(repository / "assignments" / "answers", folder / "answers")
    for catalogues in (repository / "translations").glob("*/assignments"):
        shutil.copytree(catalogues, folder / "translations" / catalogues.parent.name / "assignments")
    weights = {weight.part: weight.share for weight in course.weights}
    config = _CONFIG.format(course_id=course_id, language=language, weights=weights, plan=course.plan or "")
    if gradebook:
        config += _GRADEBOOK.format(address=gradebook)
    (folder / "nbgrader_config.py").write_text(config, encoding="utf-8")
    coursedir = open_course(folder).coursedir
    try:
        with Gradebook(coursedir.db_url, coursedir.course_id) as opened:
            for student in students:
                opened.update_or_create_student(student.pop("id"), **student)
            return len(opened.students)
    except Exception as error:  # of its driver, whatever that raises
        shutil.rmtree(folder)
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise CourseError(f"the gradebook {gradebook!r} cannot be opened: {reason}") from None

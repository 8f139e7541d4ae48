"""The one command, thin: each verb calls one function and says what came of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from klasteryste.errors import CourseError

app = typer.Typer(
    help="Klasterystė: build the course, translate it, check its data, grade a class.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
book = typer.Typer(help="Build and serve the book.", no_args_is_help=True)
data = typer.Typer(help="The course's tables.", no_args_is_help=True)
translate = typer.Typer(help="Catalogues of translations.", no_args_is_help=True)
class_ = typer.Typer(help="Prepare assignments for a class.", no_args_is_help=True)
app.add_typer(book, name="book")
app.add_typer(data, name="data")
app.add_typer(translate, name="translate")
app.add_typer(class_, name="class")

# Heavy imports wait inside the verbs, so that `--help` answers at once and a verb needs only its own extra.

Languages = Annotated[
    list[str] | None,
    typer.Option("--language", "-l", help="A language; give it again for more. Default: all."),
]
Root = Annotated[Path, typer.Option("--root", help="The repository.")]
Work = Annotated[Path, typer.Option("--work", help="The build folder.")]
Loose = Annotated[bool, typer.Option("--loose", help="Let English stand in where a translation is missing.")]

_HERE = Path()
_BUILD = Path("_build")


def main() -> None:
    """Run the command; what is wrong with files or words is one line on stderr and exit code 1."""
    try:
        app()
    except CourseError as error:
        print(f"klasteryste: {error}", file=sys.stderr)
        sys.exit(1)
    except OSError as error:
        print(f"klasteryste: {error.filename}: {error.strerror}", file=sys.stderr)
        sys.exit(1)


def _languages(chosen: list[str] | None) -> list[str]:
    from klasteryste.language import LANGUAGES, known_language

    return [known_language(code) for code in chosen or LANGUAGES]


@book.command("build")
def book_build(
    languages: Languages = None, root: Root = _HERE, work: Work = _BUILD, loose: Loose = False
) -> None:
    """Build the site: localise, execute, Jupyter Book with warnings as errors, search index."""
    from klasteryste.book.build import Titles, build
    from klasteryste.book.folders import Folders
    from klasteryste.course import read_course

    course = read_course(root / "course.yml")
    titles = {code: Titles(course.title[code], course.subtitle[code]) for code in _languages(languages)}
    folders = Folders(root.resolve(), work.resolve())
    build(folders, titles, [module.id for module in course.modules], strict=not loose)
    print(f"The book is in {folders.site}")


@book.command("localise")
def book_localise(
    languages: Languages = None, root: Root = _HERE, work: Work = _BUILD, loose: Loose = False
) -> None:
    """Write the pages and notebooks of each language, not executed, into the build folder."""
    from klasteryste.book.build import localise
    from klasteryste.book.folders import Folders
    from klasteryste.course import read_course

    modules = [module.id for module in read_course(root / "course.yml").modules]
    localise(Folders(root.resolve(), work.resolve()), modules, _languages(languages), strict=not loose)
    print(f"The localised sources are in {work / 'localised'}")


@book.command("serve")
def book_serve(
    port: Annotated[int, typer.Option(help="TCP port.", min=0, max=65535)] = 8000, work: Work = _BUILD
) -> None:
    """Serve the built site on this machine."""
    from klasteryste.book.serve import serve

    site = work / "site"
    if not site.is_dir():
        raise CourseError(f"{site} is missing: run 'klasteryste book build' first")
    serve(site, port, lambda address: print(f"The book is at {address} (Ctrl+C ends it)", flush=True))


@data.command("verify")
def data_verify() -> None:
    """Check every table: schema, ranges, hashes, licences, keys."""
    from klasteryste.data import verify

    problems = verify()
    for problem in problems:
        print(problem)
    if problems:
        raise CourseError(f"problems in the data package: {len(problems)}")
    print("The data package is sound.")


@translate.command("extract")
def translate_extract(languages: Languages = None, root: Root = _HERE) -> None:
    """Bring the catalogues up to date with the sources; translations are kept."""
    from klasteryste.translate import extract

    for language in _languages(languages):
        extract(root.resolve(), language)


@translate.command("status")
def translate_status(languages: Languages = None, root: Root = _HERE) -> None:
    """Count what is translated, outdated and missing; exit with 1 if anything is."""
    from klasteryste.translate import status

    incomplete = 0
    for language in _languages(languages):
        for row in status(root.resolve(), language):
            name = row.catalogue.relative_to(root.resolve())
            print(
                f"{name}: {row.translated} of {row.total} translated, {row.fuzzy} outdated, "
                f"{row.missing} missing, {row.stale} without a source"
            )
            for problem in row.problems:
                print(f"  {problem}")
            incomplete += bool(row.fuzzy or row.missing or row.stale or row.problems)
    if incomplete:
        raise CourseError(f"catalogues that need work, see the rows above: {incomplete}")


@translate.command("localise")
def translate_localise(
    source: Annotated[Path, typer.Argument(help="A page or notebook of the repository.")],
    language: Annotated[str, typer.Argument(help="Language code.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")],
    root: Root = _HERE,
    loose: Loose = False,
) -> None:
    """Write one page or notebook in another language."""
    from klasteryste.translate import catalogue_path, localise_file

    catalogue = catalogue_path(root, source, language)
    output.write_text(localise_file(source, catalogue, language, strict=not loose), encoding="utf-8")


@class_.command("generate")
def class_generate(
    assignment: Annotated[str, typer.Argument(help="Name of the assignment, such as m2.")],
    course: Annotated[
        Path | None,
        typer.Option("--course", help="The nbgrader course folder. Default: this or assignments."),
    ] = None,
) -> None:
    """Make the release of an assignment in every language, and fill the gradebook from the English source."""
    from klasteryste.grading.release import generate

    course = course or Path("." if Path("nbgrader_config.py").is_file() else "assignments")
    generate(course, assignment)
    print(f"The release of {assignment} is in {course / 'release' / assignment}")


CourseFolder = Annotated[
    Path | None,
    typer.Option("--course", help="The nbgrader course folder. Default: this or assignments."),
]
Assignments = Annotated[
    list[str] | None, typer.Argument(help="Names of assignments, such as m2. Default: all.")
]
NOT_ALL = 3
"""Exit code of a run that ended and could not grade everything."""


def _course(folder: Path | None) -> Path:
    return folder or Path("." if Path("nbgrader_config.py").is_file() else "assignments")


@class_.command("grade")
def class_grade(
    assignments: Assignments = None,
    course: CourseFolder = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, help="Submissions at once. Default: as many as processors.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Take up the run that was interrupted, as it was asked for.")
    ] = False,
    student: Annotated[
        list[str] | None, typer.Option(help="Only this student; give it again for more.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Grade again what has not changed.")] = False,
    unsafe: Annotated[
        bool,
        typer.Option("--unsafe", help="Run submissions with your own rights, their tests beside them."),
    ] = False,
) -> None:
    """Grade what was submitted; exit with 3 if something could not be graded."""
    from rich.console import Console

    from klasteryste.grading.classrun.grade import Plan, grade, planned
    from klasteryste.grading.classrun.grade import assignments as generated
    from klasteryste.grading.classrun.show import Bar, show_report
    from klasteryste.grading.coursefolder import open_course

    app = open_course(_course(course))
    plan = planned(app.coursedir) if resume else None
    if resume and plan is None:
        print("Nothing was interrupted.")
        return
    if plan is None:
        names = tuple(assignments or generated(app.coursedir))
        plan = Plan(names, tuple(student or ()), force, unsafe)
    try:
        with Bar() as bar:
            reports = grade(app, plan, jobs, bar)
    except KeyboardInterrupt:
        print("Interrupted; what was graded is kept: klasteryste class grade --resume", file=sys.stderr)
        sys.exit(130)
    console = Console()
    for report in reports:
        show_report(report, console)
    if any(report.with_status("quarantined", "failed") for report in reports):
        sys.exit(NOT_ALL)

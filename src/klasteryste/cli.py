"""The one command, thin: each verb calls one function and says what came of it."""

from __future__ import annotations

import logging
import sys
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from klasteryste.errors import CourseError

if TYPE_CHECKING:
    from nbgrader.apps import NbGrader

app = typer.Typer(
    help="Klasterystė: build the course, translate it, check its data, grade a class, check a cluster plan.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
book = typer.Typer(help="Build and serve the book.", no_args_is_help=True)
data = typer.Typer(help="The course's tables.", no_args_is_help=True)
translate = typer.Typer(help="Catalogues of translations.", no_args_is_help=True)
class_ = typer.Typer(help="Release assignments to a class, grade them, give them back.", no_args_is_help=True)
plan = typer.Typer(help="Begin a cluster plan, check it, print it.", no_args_is_help=True)
survey = typer.Typer(help="Ask a plan's partners about their ties.", no_args_is_help=True)
app.add_typer(book, name="book")
app.add_typer(data, name="data")
app.add_typer(translate, name="translate")
app.add_typer(class_, name="class")
app.add_typer(plan, name="plan")
plan.add_typer(survey, name="survey")

# Heavy imports wait inside the verbs, so that `--help` answers at once and a verb needs only its own extra.

Languages = Annotated[
    list[str] | None,
    typer.Option("--language", "-l", help="A language; give it again for more. Default: all."),
]
Root = Annotated[Path, typer.Option("--root", help="The repository.")]
Work = Annotated[Path, typer.Option("--work", help="The build folder.")]
Loose = Annotated[bool, typer.Option("--loose", help="Let English stand in where a translation is missing.")]

PlanFile = Annotated[Path, typer.Argument(help="The plan's YAML file.")]
Lang = Annotated[str, typer.Option("--lang", help="Language of what is said: en or lt.")]
Rules = Annotated[
    Path | None, typer.Option("--rules", help="A YAML file with a course's own thresholds, as in rules.yml.")
]

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
    build(folders, titles, course.notebooks, strict=not loose)
    print(f"The book is in {folders.site}")


@book.command("localise")
def book_localise(
    languages: Languages = None, root: Root = _HERE, work: Work = _BUILD, loose: Loose = False
) -> None:
    """Write the pages and notebooks of each language, not executed, into the build folder."""
    from klasteryste.book.build import localise
    from klasteryste.book.folders import Folders
    from klasteryste.course import read_course

    notebooks = read_course(root / "course.yml").notebooks
    localise(Folders(root.resolve(), work.resolve()), notebooks, _languages(languages), strict=not loose)
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


CourseFolder = Annotated[
    Path | None,
    typer.Option("--course", help="The nbgrader course folder. Default: this or assignments."),
]
Assignment = Annotated[str, typer.Argument(help="Name of the assignment, such as m2.")]
Assignments = Annotated[
    list[str] | None, typer.Argument(help="Names of assignments, such as m2. Default: all.")
]
Jobs = Annotated[int | None, typer.Option(min=1, help="How many at once. Default: as many as processors.")]

NOT_ALL = 3
"""Exit code of a run that came to its end but could not do everything."""


def _course(folder: Path | None) -> Path:
    return folder or Path("." if Path("nbgrader_config.py").is_file() else "assignments")


def _say(template: str, **values: object) -> None:
    """Print a sentence with its numbers as the language in use writes them."""
    from klasteryste.language import fill

    print(fill(template, values))


def _opened(folder: Path | None, log_level: int = logging.CRITICAL) -> NbGrader:
    """Open the course folder, and speak its language."""
    from klasteryste.grading.coursefolder import open_course
    from klasteryste.language import SOURCE_LANGUAGE, use_language

    app = open_course(_course(folder), log_level)
    use_language(app.config.Marks.get("language", SOURCE_LANGUAGE))
    return app


@class_.command("init")
def class_init(
    folder: Annotated[Path, typer.Argument(help="The folder to make.")],
    name: Annotated[str | None, typer.Option(help="Name of the course. Default: the folder's.")] = None,
    language: Annotated[str, typer.Option("--language", "-l", help="The language of your tables.")] = "en",
    gradebook: Annotated[
        str | None, typer.Option(help="Address of the gradebook, as SQLAlchemy has it. Default: a file.")
    ] = None,
    roster: Annotated[
        Path | None, typer.Option(help="Who is in the class: a CSV with id, first_name, last_name, email.")
    ] = None,
    root: Root = _HERE,
) -> None:
    """Make a course folder for a class from this repository."""
    from klasteryste.grading.classrun.begin import begin
    from klasteryste.language import _, use_language

    use_language(language)
    students = begin(folder, root, name or folder.name, language, gradebook, roster)
    _say(
        _("The course is in {folder}; students in its gradebook: {students}"),
        folder=folder,
        students=students,
    )
    _say(_("Next: cd {folder}, then: klasteryste class release m2"), folder=folder)


@class_.command("generate")
def class_generate(assignment: Assignment, course: CourseFolder = None) -> None:
    """Make the release of an assignment in every language, and fill the gradebook from the English source."""
    from klasteryste.grading.release import generate

    folder = _course(course)
    generate(folder, assignment)
    print(f"The release of {assignment} is in {folder / 'release' / assignment}")


@class_.command("release")
def class_release(assignment: Assignment, course: CourseFolder = None) -> None:
    """Check an assignment, make its release in every language, and let students fetch it."""
    from klasteryste.grading.classrun.exchanging import release
    from klasteryste.language import _

    folder = release(_opened(course), assignment)
    _say(
        _("Students can fetch {assignment}; what they get is in {folder}"),
        assignment=assignment,
        folder=folder,
    )


@class_.command("collect")
def class_collect(assignment: Assignment, course: CourseFolder = None) -> None:
    """Take in what was submitted, the last of each student."""
    from klasteryste.grading.classrun.exchanging import collect
    from klasteryste.language import _

    there, new = collect(_opened(course, logging.WARNING), assignment)
    said = _("Collected of {assignment}: {there}, of these new or renewed: {new}")
    _say(said, assignment=assignment, there=there, new=new)


@class_.command("grade")
def class_grade(
    assignments: Assignments = None,
    course: CourseFolder = None,
    jobs: Jobs = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Take up the run that was interrupted, as it was asked for.")
    ] = False,
    student: Annotated[
        list[str] | None, typer.Option(help="Only this student; give it again for more.")
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Grade again what has not changed.")] = False,
    unsafe: Annotated[
        bool,
        typer.Option(
            "--unsafe", help="Without a jail: submissions run with your rights, beside their tests."
        ),
    ] = False,
) -> None:
    """Grade what was submitted; exit with 3 if something could not be graded."""
    from rich.console import Console

    from klasteryste.grading.classrun.grade import Plan, grade, planned
    from klasteryste.grading.classrun.grade import assignments as generated
    from klasteryste.grading.classrun.records import report_path
    from klasteryste.grading.classrun.show import Bar, show_report
    from klasteryste.language import _

    app = _opened(course)
    plan = planned(app.coursedir) if resume else None
    if resume and plan is None:
        print(_("Nothing was interrupted."))
        return
    if plan is None:
        names = tuple(assignments or generated(app.coursedir))
        plan = Plan(names, tuple(student or ()), force, unsafe)
    try:
        with Bar() as bar:
            reports = grade(app, plan, jobs, bar)
    except KeyboardInterrupt:
        kept = _("Interrupted; what was graded is kept: klasteryste class grade --resume")
        print(kept, file=sys.stderr)
        sys.exit(130)
    console = Console()
    for report in reports:
        show_report(report, console)
        _say(_("The report is in {path}"), path=report_path(app.coursedir, report.assignment))
    if any(report.with_status("quarantined", "failed") for report in reports):
        sys.exit(NOT_ALL)


@class_.command("feedback")
def class_feedback(assignment: Assignment, course: CourseFolder = None, jobs: Jobs = None) -> None:
    """Write each student's feedback, and let students fetch it; exit with 3 if some could not be written."""
    from klasteryste.grading.classrun.exchanging import give_feedback
    from klasteryste.grading.classrun.show import Bar
    from klasteryste.language import _

    app = _opened(course)
    with Bar() as bar:
        returned = give_feedback(app, assignment, jobs, bar)
    pages = _("Pages: {pages}, of these why work is not graded: {refusals}")
    _say(pages, pages=returned.pages, refusals=returned.refusals)
    _say(_("Students who can fetch theirs: {released}"), released=returned.released)
    if returned.waiting:
        wait = _("Students whose answers still wait for a person, and their points with them: {waiting}")
        _say(wait, waiting=returned.waiting)
    for student, problem in returned.problems.items():
        print(f"{student}: {problem}")
    if returned.problems:
        sys.exit(NOT_ALL)


@class_.command("status")
def class_status(course: CourseFolder = None) -> None:
    """Say where the class stands: submitted, graded, waiting, quarantined, given back."""
    from rich.console import Console

    from klasteryste.grading.classrun.grade import planned
    from klasteryste.grading.classrun.show import show_standings
    from klasteryste.grading.classrun.status import standings
    from klasteryste.language import _

    app = _opened(course)
    show_standings(standings(app), Console())
    if planned(app.coursedir) is not None:
        print(_("A run was interrupted: klasteryste class grade --resume"))


@class_.command("export")
def class_export(
    assignments: Assignments = None,
    course: CourseFolder = None,
    to: Annotated[Path, typer.Option(help="The folder for the tables.")] = Path("marks"),
    student: Annotated[
        list[str] | None, typer.Option(help="Only this student; give it again for more.")
    ] = None,
) -> None:
    """Write marks as tables: by task, in total, and out of ten."""
    from klasteryste.grading.classrun.export import export

    for path in export(_opened(course), to, assignments or [], student or []):
        print(path)


@plan.command("new")
def plan_new(
    municipality: Annotated[str, typer.Option(help="ISO 3166-2 code such as LT-60, or a name.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = Path("plan.yml"),
    day: Annotated[str | None, typer.Option("--date", help="The plan's date. Default: today.")] = None,
    lang: Lang = "en",
) -> None:
    """Begin a plan: what public data know is filled in, the rest is left as gaps."""
    from klasteryste.language import use_language
    from klasteryste.plan.new import begin_plan

    use_language(lang)
    begin_plan(municipality, output, day=_day(day))
    print(f"The plan is in {output}; fill its gaps, which 'klasteryste plan check {output}' lists")


@plan.command("sample")
def plan_sample(
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write.")] = Path("sample-plan"),
) -> None:
    """Write the sample plan of an invented municipality, with its evidence."""
    from klasteryste.plan.sample import write_sample

    write_sample(output)
    print(f"The sample plan is in {output / 'plan.yml'}")


@plan.command("schema")
def plan_schema(
    output: Annotated[Path | None, typer.Option("--output", "-o", help="File to write.")] = None,
) -> None:
    """Print the JSON Schema of a plan, for editors, or write it to a file."""
    from klasteryste.plan.schema import schema_text

    if output is None:
        print(schema_text(), end="")
    else:
        output.write_text(schema_text(), encoding="utf-8")


@plan.command("check")
def plan_check(
    file: PlanFile,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lang: Lang = "en",
    rules: Rules = None,
    figures: Annotated[
        Path | None,
        typer.Option(help="Folder for the figures that show targets against history and surveys."),
    ] = None,
) -> None:
    """Check a plan by every rule; exit with 1 if one fails."""
    import json

    from klasteryste.language import use_language
    from klasteryste.plan import Verdict, check, read_settings
    from klasteryste.plan.told import data, lines, write_figures

    use_language(lang)
    report = check(file, read_settings(rules))
    if figures is not None:
        write_figures(report, figures)
    print(json.dumps(data(report), ensure_ascii=False, indent=2) if as_json else "\n".join(lines(report)))
    if report.verdict is Verdict.FAIL:
        raise typer.Exit(1)


@plan.command("report")
def plan_report(
    file: PlanFile,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write.")],
    lang: Lang = "en",
    rules: Rules = None,
) -> None:
    """Write a plan as a page to print, and as PDF where Chromium is at hand."""
    from klasteryste.language import use_language
    from klasteryste.plan import check, read_settings
    from klasteryste.plan.report import write_report

    use_language(lang)
    written = write_report(check(file, read_settings(rules)), output)
    print(f"The report is in {written.page}" + (f" and {written.pdf}" if written.pdf else ""))
    if written.missing:
        print(written.missing)


@survey.command("form")
def survey_form(
    file: PlanFile,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder to write.")] = Path("survey"),
) -> None:
    """Write a form for the partners, and the questions that go with it in every language."""
    from klasteryste.language import LANGUAGES, use_language
    from klasteryste.plan.survey import form, questions

    rows, target = form(file), output / "partner-survey.csv"
    if target.exists():
        raise CourseError(f"{target} is there already, perhaps filled in: name another folder with --output")
    output.mkdir(parents=True, exist_ok=True)
    target.write_text(rows, encoding="utf-8-sig")
    for language in LANGUAGES:
        use_language(language)
        (output / f"questions.{language}.md").write_text(questions(), encoding="utf-8")
    print(f"The form and its questions are in {output}")


@survey.command("import")
def survey_import(
    file: PlanFile,
    answers: Annotated[Path, typer.Argument(help="The filled form.")],
    day: Annotated[str | None, typer.Option("--date", help="The survey's last day. Default: today.")] = None,
) -> None:
    """Put the partners' answers into the plan's ties."""
    from klasteryste.plan.survey import import_answers

    came = import_answers(file, answers, _day(day))
    print(
        f"{came.answered} of {came.asked} partners answered; "
        f"{came.ties} ties, {came.confirmed} of them reported by both sides, are in {file}"
    )


def _day(text: str | None) -> date:
    try:
        return date.today() if text is None else date.fromisoformat(text)
    except ValueError:
        raise CourseError(f"{text!r} is no date: give one such as 2026-09-30") from None

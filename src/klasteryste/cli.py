"""The one command, thin: each verb calls one function and says what came of it."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from klasteryste.errors import CourseError

app = typer.Typer(
    help="Klasterystė: build the course, translate it, check its data, grade a class, check a cluster plan.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
book = typer.Typer(help="Build and serve the book.", no_args_is_help=True)
data = typer.Typer(help="The course's tables.", no_args_is_help=True)
translate = typer.Typer(help="Catalogues of translations.", no_args_is_help=True)
class_ = typer.Typer(help="Prepare assignments for a class.", no_args_is_help=True)
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


@class_.command("generate")
def class_generate(
    assignment: Annotated[str, typer.Argument(help="Name of the assignment, such as m2.")],
    course: Annotated[
        Path | None,
        typer.Option("--course", help="The nbgrader course folder. Default: this or assignments."),
    ] = None,
) -> None:
    """Make the release of an assignment in every language, and fill the gradebook from the English source."""
    from klasteryste.grading import generate

    course = course or Path("." if Path("nbgrader_config.py").is_file() else "assignments")
    generate(course, assignment)
    print(f"The release of {assignment} is in {course / 'release' / assignment}")


@plan.command("new")
def plan_new(
    municipality: Annotated[str, typer.Option(help="ISO 3166-2 code such as LT-60, or a name.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="File to write.")] = Path("plan.yml"),
    day: Annotated[str | None, typer.Option("--date", help="The plan's date. Default: today.")] = None,
    lang: Lang = "en",
) -> None:
    """Begin a plan: what public data know is filled in, the rest is left as gaps."""
    from klasteryste.language import use_language
    from klasteryste.plan.new import new_plan
    from klasteryste.plan.schema import FILE, schema_text

    use_language(lang)
    if output.exists():
        raise CourseError(f"{output} is there already: give another name with --output")
    output.write_text(new_plan(municipality, _day(day)), encoding="utf-8")
    output.with_name(FILE).write_text(schema_text(), encoding="utf-8")
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

    rows = form(file)
    output.mkdir(parents=True, exist_ok=True)
    (output / "partner-survey.csv").write_text(rows, encoding="utf-8")
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

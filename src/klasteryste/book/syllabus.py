"""The syllabus: a directive that writes out a part of ``course.yml``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from klasteryste.book import tables
from klasteryste.course import Assessment, Course, Module, read_course
from klasteryste.language import _, current_language, number


class Syllabus(SphinxDirective):
    """One part of the syllabus in the language of the page; the argument says which."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """Write the part."""
        path = Path(self.config.klasteryste_root, "course.yml")
        self.env.note_dependency(str(path))
        (name,) = self.arguments
        if name not in PARTS:
            raise self.error(f"the syllabus has no part {name!r}: name one of {', '.join(PARTS)}")
        return PARTS[name](read_course(path), self.env.docname)


def hours(course: Course, page: str) -> list[nodes.Node]:
    """Make the table of modules with their hours in the whole course and in each track."""
    here = current_language()
    ways = [track.hours for track in course.tracks]
    rows: list[list[tables.Cell]] = [
        [
            [_to(page, "doc", f"/notebooks/{module.id}")],
            [nodes.Text(number(module.hours))],
            *([nodes.Text(number(way[module.id]) if module.id in way else "–")] for way in ways),
        ]
        for module in course.modules
    ]
    sums = [course.workload.hours, *(sum(way.values()) for way in ways)]
    rows.append([[nodes.strong("", words)] for words in (_("Together"), *map(number, sums))])
    credits_ = [course.workload.credits, *(track.credits for track in course.tracks)]
    rows.append([[nodes.strong("", words)] for words in (_("ECTS credits"), *map(number, credits_))])
    heads = [_("Module"), _("Hours"), *(track.title[here] for track in course.tracks)]
    return [tables.table(heads, rows, (60, 15, *(25 for _way in ways)))]


def outcomes(course: Course, page: str) -> list[nodes.Node]:
    """Write a section for each module: its outcomes, each by its name."""
    return [_outcomes(module, page) for module in course.modules]


def _outcomes(module: Module, page: str) -> nodes.section:
    here = current_language()
    written = nodes.section(ids=[f"syllabus-{module.id}"])
    written += nodes.title("", module.title[here])
    items = [
        nodes.list_item(
            "", nodes.paragraph("", "", nodes.strong("", outcome.id), nodes.Text(f" {outcome.text[here]}"))
        )
        for outcome in module.outcomes
    ]
    written += nodes.bullet_list("", *items, bullet="-")
    return written


def weights(course: Course, page: str) -> list[nodes.Node]:
    """Make the table of what counts how much towards a grade."""
    here = current_language()
    rows = [
        [[nodes.Text(weight.of[here])], [nodes.Text(number(weight.share / 100, ".0%"))]]
        for weight in course.weights
    ]
    return [tables.table([_("Part"), _("Share of the grade")], rows, (75, 25))]


def matrix(course: Course, page: str) -> list[nodes.Node]:
    """Make the table of what assesses which outcome."""
    heads = [_("Outcome"), _("Exercises"), _("Check yourself"), _("Assignment"), _("Rules of the plan")]
    rows: list[list[tables.Cell]] = [
        [[nodes.Text(outcome.id)], *_assessed(outcome.assessed, page)]
        for module in course.modules
        for outcome in module.outcomes
    ]
    return [tables.table(heads, rows, (15, 20, 20, 20, 25))]


def _assessed(by: Assessment, page: str) -> list[list[nodes.Node]]:
    """Fill the cells of one outcome."""
    cells: list[list[nodes.Node]] = [
        [_to(page, "numref", label, "{number}") for label in by.exercises],
        [nodes.Text(letter) for letter in by.questions],
        [nodes.Text(number(task)) for task in by.tasks],
        [nodes.reference("", rule, refuri=f"plan.html#{rule.lower()}") for rule in by.rules],
    ]
    return [_with_commas(cell) or [nodes.Text("–")] for cell in cells]


def _with_commas(parts: list[nodes.Node]) -> list[nodes.Node]:
    return [node for part in parts for node in (nodes.Text(", "), part)][1:]


def _to(page: str, kind: str, target: str, words: str = "") -> nodes.Node:
    """Refer to a page, or to something numbered, that Sphinx finds when all pages are read."""
    return addnodes.pending_xref(
        "",
        nodes.inline("", words),
        refdomain="std",
        reftype=kind,
        reftarget=target,
        refdoc=page,
        refexplicit=bool(words),
        refwarn=True,
    )


PARTS: dict[str, Callable[[Course, str], list[nodes.Node]]] = {
    "hours": hours,
    "outcomes": outcomes,
    "weights": weights,
    "matrix": matrix,
}
"""The parts of the syllabus by name."""


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("course-syllabus", Syllabus)

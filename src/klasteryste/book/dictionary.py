"""The data dictionary: a directive that writes out what the data package says of its tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from klasteryste.book import tables
from klasteryste.data import Field, Source, Table, describe, load, names
from klasteryste.data.package import DESCRIPTOR, tables_folder
from klasteryste.language import _, number


class DataDictionary(SphinxDirective):
    """A section for each table, in the language of the page: what it holds, from whom, and its limits."""

    def run(self) -> list[nodes.Node]:
        """Write the sections."""
        self.env.note_dependency(str(tables_folder() / DESCRIPTOR))
        return [section(describe(name)) for name in names()]


def section(table: Table) -> nodes.section:
    """Write out what the data package says of one table, in the language in use."""
    written = nodes.section(ids=[f"table-{table.name.replace('_', '-')}"])
    written += nodes.title("", table.title)
    written += nodes.paragraph("", table.description)
    for heading, content in (
        (_("What it cannot be used for"), _bullets(_paragraphs(table.limitations))),
        (_("Columns"), _columns(table)),
        (_("What was done to it"), _bullets(_paragraphs(table.transformations))),
        (_("Origin and terms"), _bullets(_facts(table))),
    ):
        written += [nodes.rubric("", heading), content]
    return written


def _facts(table: Table) -> list[nodes.Node]:
    """Tell how to load the table, its size, its key, where it is from, its terms and its hash."""
    facts: list[tuple[str, Sequence[nodes.Node]]] = [
        (_("Loaded by"), [nodes.literal("", f'load("{table.name}")')]),
        (_("Rows"), [nodes.Text(number(len(load(table.name)), ",d"))]),
        (_("One row is told by"), _joined([nodes.literal("", name) for name in table.primary_key])),
        (_("Sources"), _joined([nodes.reference("", s.title, refuri=s.path) for s in table.sources])),
        (_("Found in"), _joined([nodes.literal("", found) for found in _once(table.sources)])),
        (_("Licence"), _joined([nodes.reference("", one.title, refuri=one.path) for one in table.licences])),
        (_("Retrieved"), [nodes.Text(table.retrieved)]),
        ("SHA-256", [nodes.literal("", table.sha256)]),
    ]
    return [nodes.paragraph("", "", nodes.strong("", f"{what}: "), *content) for what, content in facts]


def _once(sources: Iterable[Source]) -> Iterable[str]:
    return dict.fromkeys(source.found_in for source in sources)


def _columns(table: Table) -> nodes.table:
    """Make the table of columns."""
    heads = [_("Column"), _("Meaning"), _("Unit"), _("May be empty")]
    return tables.table(heads, (_cells(field) for field in table.fields), (20, 55, 15, 10))


def _cells(field: Field) -> list[list[nodes.Node]]:
    return [
        [nodes.literal("", field.name)],
        [nodes.Text(field.description)],
        [nodes.Text(field.unit_label or "–")],
        [nodes.Text(_("no") if field.required else _("yes"))],
    ]


def _paragraphs(texts: Iterable[str]) -> list[nodes.Node]:
    return [nodes.paragraph("", text) for text in texts]


def _bullets(paragraphs: Iterable[nodes.Node]) -> nodes.bullet_list:
    items = [nodes.list_item("", paragraph) for paragraph in paragraphs]
    return nodes.bullet_list("", *items, bullet="-")


def _joined(parts: Sequence[nodes.Node]) -> list[nodes.Node]:
    """Put semicolons between parts."""
    return [node for part in parts for node in (nodes.Text("; "), part)][1:]


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("data-dictionary", DataDictionary)

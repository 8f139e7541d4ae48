"""The rules of a cluster plan: a directive that writes out ``rules.yml``."""

from __future__ import annotations

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.util.docutils import SphinxDirective

from klasteryste.language import _, number
from klasteryste.plan.settings import Setting, read_settings, settings_file


class PlanRules(SphinxDirective):
    """A section for each rule, in the language of the page: what it asks, why, and its thresholds."""

    def run(self) -> list[nodes.Node]:
        """Write the sections."""
        self.env.note_dependency(str(settings_file()))
        return [section(setting) for setting in read_settings().values()]


def section(setting: Setting) -> nodes.section:
    """Write out one rule, in the language in use."""
    written = nodes.section(ids=[setting.id.lower()])
    written += nodes.title("", f"{setting.id}. {setting.name}")
    written += nodes.paragraph("", setting.asks)
    written += nodes.paragraph("", "", nodes.emphasis("", setting.why))
    facts = [_line(_("Gravest verdict"), [nodes.Text(setting.worst.label())])]
    if setting.needs:
        facts.append(
            _line(_("Not checkable where one of these is breached"), [nodes.Text(", ".join(setting.needs))])
        )
    for name, value in setting.limits.items():
        facts.append(_line(_("Threshold"), [nodes.literal("", name), nodes.Text(f": {_shown(value)}")]))
    written += nodes.bullet_list("", *(nodes.list_item("", fact) for fact in facts), bullet="-")
    return written


def _line(what: str, content: list[nodes.Node]) -> nodes.paragraph:
    return nodes.paragraph("", "", nodes.strong("", f"{what}: "), *content)


def _shown(value: object) -> str:
    """Write a threshold: a number in the language in use, words and lists of them as they are."""
    if isinstance(value, bool) or not isinstance(value, int | float | list | dict):
        return str(value)
    if isinstance(value, list):
        return ", ".join(map(_shown, value))
    if isinstance(value, dict):
        return "; ".join(f"{key}: {_shown(inner)}" for key, inner in value.items())
    return number(value)


def setup(app: Sphinx) -> None:
    """Register the directive."""
    app.add_directive("plan-rules", PlanRules)

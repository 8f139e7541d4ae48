"""What a check says: in lines for a terminal, and as plain data for other programs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from klasteryste.figures.show import as_svg
from klasteryste.language import _, fill
from klasteryste.plan.check import Report
from klasteryste.plan.verdict import Finding, Result, Verdict


def lines(report: Report) -> Iterator[str]:
    """Say what every rule found, the file's line and what would mend it, in the language in use."""
    for result in report.results:
        yield from lines_of(report, result)
    counts = dict.fromkeys(Verdict, 0)
    for result in report.results:
        counts[result.verdict] += 1
    yield ""
    yield ", ".join(f"{verdict.label()}: {count}" for verdict, count in counts.items())
    yield judged()


def lines_of(report: Report, result: Result) -> Iterator[str]:
    """Say what one rule found, in the language in use."""
    yield f"{result.rule}  {result.verdict.label():<14} {report.settings[result.rule].name}"
    for finding in result.findings:
        if finding.verdict is not Verdict.PASS:
            yield "     " + fill(_("line {line:d}: {words}"), _words(report, finding))
            if finding.fix:
                yield "       " + finding.fix


def judged() -> str:
    """Say what a check is about, and what not."""
    return _("Checked is whether the plan is backed by what it cites, not whether it is wise.")


def data(report: Report) -> dict[str, Any]:
    """Give the same as plain data, each value of the plan by its path and line."""
    return {
        "file": report.document.path.name,
        "version": report.version,
        "verdict": report.verdict.value,
        "judged": judged(),
        "rules": [
            {
                "id": result.rule,
                "name": report.settings[result.rule].name,
                "asks": report.settings[result.rule].asks,
                "verdict": result.verdict.value,
                "thresholds": dict(report.settings[result.rule].limits),
                "findings": [_finding(report, finding) for finding in result.findings],
            }
            for result in report.results
        ],
    }


def write_figures(report: Report, folder: Path) -> list[Path]:
    """Write the figure of each finding that has one as SVG, its text alternative beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for result in report.results:
        drawn = [finding.figure for finding in result.findings if finding.figure is not None]
        for number, draw in enumerate(drawn, 1):
            figure, alt = draw()
            path = folder / f"{result.rule}-{number}.svg"
            path.write_bytes(as_svg(figure))
            path.with_suffix(".txt").write_text(alt + "\n", encoding="utf-8")
            written.append(path)
    return written


def _finding(report: Report, finding: Finding) -> dict[str, Any]:
    return {
        "verdict": finding.verdict.value,
        "message": finding.message,
        "path": list(finding.place),
        "line": report.document.line(finding.place),
        "recomputed": finding.recomputed,
        "fix": finding.fix,
    }


def _words(report: Report, finding: Finding) -> dict[str, Any]:
    return {"line": report.document.line(finding.place), "words": finding.message}

"""Writing a report to files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from klasteryste.language import current_language
from klasteryste.plan.check import Report
from klasteryste.plan.report.page import render
from klasteryste.plan.report.pdf import MISSING, find_chromium, print_page


@dataclass(frozen=True)
class Written:
    """What was written.

    Attributes
    ----------
    page : Path
        The HTML page.
    pdf : Path or None
        The PDF; None if there is no Chromium to print it.
    missing : str or None
        One line on how to get the PDF, if there is none.
    """

    page: Path
    pdf: Path | None
    missing: str | None


def write_report(report: Report, folder: Path) -> Written:
    """Write the report on a plan, in the language in use, and print it where Chromium is at hand.

    Parameters
    ----------
    report : Report
        What `klasteryste.plan.check` said, in the language in use.
    folder : Path
        Where to; it is made if it is not there. The files bear the plan's name and the language, such as
        ``plan.lt.html`` and ``plan.lt.pdf``.

    Returns
    -------
    Written

    Raises
    ------
    CourseError
        If the file is no plan, or Chromium fails.
    """
    text = render(report)
    folder.mkdir(parents=True, exist_ok=True)
    page = folder / f"{report.document.path.stem}.{current_language()}.html"
    page.write_text(text, encoding="utf-8", newline="\n")
    chromium = find_chromium()
    if chromium is None or report.case is None:
        return Written(page, None, MISSING)
    pdf = page.with_suffix(".pdf")
    print_page(chromium, page, pdf, report.case.plan.meta.date)
    return Written(page, pdf, None)

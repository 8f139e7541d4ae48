"""The report on a plan: a page to print, and the same as a tagged PDF.

>>> from klasteryste.plan.report import write_report
>>> write_report(check(Path("plan.yml")), Path("report")).page
"""

from klasteryste.plan.report.page import render
from klasteryste.plan.report.write import Written, write_report

__all__ = ["Written", "render", "write_report"]

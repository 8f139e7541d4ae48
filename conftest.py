"""For the tests and the notebooks alike: where nothing may be skipped, a skip is a failure."""

from __future__ import annotations

import os

import pytest

_SKIP_NOTHING = bool(os.environ.get("KLASTERYSTE_SKIP_NOTHING"))


def _fail_if_skipped(report: pytest.TestReport | pytest.CollectReport) -> None:
    if _SKIP_NOTHING and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, where nothing may be: {report.longrepr}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """Turn the skip of a test into a failure."""
    report = yield
    _fail_if_skipped(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector):
    """Turn the skip of a whole file into a failure."""
    report = yield
    _fail_if_skipped(report)
    return report

"""Checking a plan: every rule, in order."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from pydantic import ValidationError

from klasteryste.data.own import regular_file
from klasteryste.data.package import DESCRIPTOR
from klasteryste.errors import CourseError
from klasteryste.language import _
from klasteryste.plan.case import Case
from klasteryste.plan.document import Document, read_document
from klasteryste.plan.faults import findings
from klasteryste.plan.model import Plan
from klasteryste.plan.rules import RULES
from klasteryste.plan.settings import Setting, read_settings
from klasteryste.plan.verdict import Finding, Result, Verdict, found


@dataclass(frozen=True)
class Report:
    """What all rules say of a plan.

    Attributes
    ----------
    document : Document
        The plan's file.
    case : Case or None
        What the rules looked at; None if the file is no plan, so that there was nothing to look at.
    results : tuple of Result
        One for each rule, in order.
    settings : mapping of str to Setting
        The rules' texts and thresholds, by id.
    version : str
        SHA-256 of the plan's file and, if it brings evidence of its own, of that descriptor.
    """

    document: Document
    case: Case | None
    results: tuple[Result, ...]
    settings: Mapping[str, Setting]
    version: str

    @property
    def verdict(self) -> Verdict:
        """The gravest verdict of all."""
        return max((result.verdict for result in self.results), key=lambda verdict: verdict.gravity)


def check(path: Path, settings: Mapping[str, Setting] | None = None) -> Report:
    """Check a plan by every rule, in the language in use.

    It is judged whether the plan is backed by what it cites, not whether it is wise.

    Parameters
    ----------
    path : Path
        The plan's YAML file.
    settings : mapping of str to Setting, optional
        The rules' thresholds, as `read_settings` gives them; the defaults if not given.

    Raises
    ------
    CourseError
        If the file cannot be read at all; what is wrong in it is told by the rules.
    """
    settings = settings or read_settings()
    document = read_document(path)
    try:
        case = Case(Plan.model_validate(document.value), document)
    except ValidationError as error:
        missing = tuple(findings(error, document))
        results = [Result("R01", Verdict.FAIL, missing)]
        unread = found(Verdict.NOT_CHECKABLE, _("The plan cannot be read (R01)."), ())
        results += [Result(rule, unread.verdict, (unread,)) for rule in RULES if rule != "R01"]
        return Report(document, None, tuple(results), settings, _version(document, None))
    results = [_result(rule, case, settings[rule]) for rule in RULES]
    return Report(document, case, tuple(results), settings, _version(document, case))


def check_text(text: str) -> Report:
    """Check a plan that is a text and no file, with the data of the course and none of its own.

    Parameters
    ----------
    text : str
        What would stand in the plan's file.

    Raises
    ------
    CourseError
        As `check`.
    """
    with TemporaryDirectory() as folder:
        path = Path(folder, "plan.yml")
        path.write_text(text, encoding="utf-8", errors="replace", newline="")
        try:
            return check(path)
        except CourseError as error:
            raise CourseError(str(error).replace(f"{folder}/", "")) from None


def _result(rule: str, case: Case, setting: Setting) -> Result:
    try:
        findings = tuple(RULES[rule](case, setting.limits))
    except CourseError as error:
        findings = (Finding(Verdict.NOT_CHECKABLE, case.words(error), ()),)
    verdicts = [finding.verdict for finding in findings] or [Verdict.PASS]
    return Result(rule, max(verdicts, key=lambda verdict: verdict.gravity), findings)


def _version(document: Document, case: Case | None) -> str:
    content = document.content
    if case is not None and case.own is not None:
        with suppress(CourseError):  # R02 says what is wrong with it
            content += regular_file(case.own, DESCRIPTOR)  # it states the hashes of its tables
    return hashlib.sha256(content).hexdigest()

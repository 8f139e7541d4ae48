"""Plans to report on: the sample, and the sample with something changed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from functools import cache
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest
import yaml
from tests.plan.report.changes import Change, untouched
from tests.plan.report.told import Page, Told

from klasteryste.language import use_language
from klasteryste.plan import check
from klasteryste.plan.report import render

mpl.use("agg")


@pytest.fixture
def plan_file(tmp_path: Path) -> Callable[[Change], Path]:
    """Return a function that writes the sample plan, changed, beside its evidence."""
    return lambda change=untouched: _write(tmp_path / "case", change)


@pytest.fixture(scope="session")
def tell(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Told]:
    """Return a function that gives the report on the sample plan, changed; each is made once."""

    @cache
    def written(change: Change) -> Path:
        return _write(tmp_path_factory.mktemp("plan") / "case", change)

    @cache
    def made(change: Change, language: str) -> Told:
        use_language(language)
        try:
            report = check(written(change))
            return Told(written(change), report, Page(render(report)))
        finally:
            use_language("en")

    return lambda change=untouched, language="en": made(change, language)


def _write(folder: Path, change: Change) -> Path:
    with as_file(files("klasteryste.plan").joinpath("sample")) as source:
        shutil.copytree(source / "evidence", folder / "evidence")
        plan = yaml.load((source / "plan.yml").read_text(encoding="utf-8"), Loader=_Texts)
    change(plan)
    path = folder / "plan.yml"
    path.write_text(yaml.dump(plan, allow_unicode=True, Dumper=_Plain), encoding="utf-8")
    return path


class _Texts(yaml.SafeLoader):
    """Reads days as texts, as the plan's own reader does."""


_Texts.yaml_implicit_resolvers = {
    first: [one for one in resolvers if one[0] != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


class _Plain(yaml.SafeDumper):
    """Writes every value out: a plan has no aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        """Tell that nothing is to be an alias."""
        return True

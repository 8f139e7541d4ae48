"""Catch what a figure or a table hands to the notebook."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import matplotlib as mpl
import pytest

import klasteryste.figures  # noqa: F401
from klasteryste.language import use_language

mpl.use("agg")


@pytest.fixture(autouse=True)
def english() -> Iterator[None]:
    use_language("en")
    yield
    use_language("en")


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, str]]:
    """Collect the MIME bundles displayed by `show` and `table`."""
    bundles: list[dict[str, str]] = []
    for module in ("show", "table"):
        # The package exports functions by these names, so the modules are reached through sys.modules.
        monkeypatch.setattr(
            sys.modules[f"klasteryste.figures.{module}"],
            "display",
            lambda bundle, raw: bundles.append(bundle),
        )
    return bundles

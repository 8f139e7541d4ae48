"""A copy of the data package that a test may break."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from klasteryste.data.package import tables_folder


class Package:
    """A data package in a folder of its own; `edit` changes a file or the descriptor."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(tables_folder(), folder, ignore=shutil.ignore_patterns("scripts"))
        # A tenth of a second instead of a second for each check.
        self.edit("governance.csv", lambda lines: lines[:101])

    def edit(self, file: str, change: Callable[[list[str]], list[str]], *, rehash: bool = True) -> None:
        """Change the lines of a table, and tell the descriptor of it unless ``rehash`` is false."""
        path = self.folder / file
        content = "\n".join([*change(path.read_text(encoding="utf-8").splitlines()), ""]).encode()
        path.write_bytes(content)
        if rehash:
            self.describe(
                file.removesuffix(".csv"),
                lambda entry: entry.update(
                    bytes=len(content), hash=f"sha256:{hashlib.sha256(content).hexdigest()}"
                ),
            )

    def describe(self, name: str, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the descriptor's entry of a table."""
        path = self.folder / "datapackage.json"
        package = json.loads(path.read_text(encoding="utf-8"))
        change(next(e for e in (*package["resources"], *package["read_in_place"]) if e["name"] == name))
        path.write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")


@pytest.fixture
def package_copy(tmp_path: Path) -> Package:
    return Package(tmp_path / "tables")

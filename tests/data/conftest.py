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
from klasteryste.data.rules import RULES


class Package:
    """A data package in a folder of its own; `edit` changes a file or the descriptor."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(tables_folder(), folder, ignore=shutil.ignore_patterns("scripts"))
        # The longest tables cut short or left out: each check takes a tenth of the time.
        for file in ("civil_society.csv", "governance.csv", "municipality_years.csv"):
            self.edit(file, lambda lines: lines[:101])
        self.rewrite(lambda package: package["read_in_place"].remove(_entry(package, "wvs_bribery")))

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
        self.rewrite(lambda package: change(_entry(package, name)))

    def keep_kin_of(self, file: str) -> None:
        """Leave only the table of a file and those it shares keys or rules with: checking them is quick."""
        kin = {file.removesuffix(".csv")}

        def leave_kin(package: dict[str, Any]) -> None:
            groups = [{entry["name"], *_referenced(entry)} for entry in package["resources"]]
            groups += [set(rule.needs) for rule in RULES]
            while more := {name for group in groups if group & kin for name in group} - kin:
                kin.update(more)
            package["resources"] = [entry for entry in package["resources"] if entry["name"] in kin]
            del package["read_in_place"]

        self.rewrite(leave_kin)
        for path in self.folder.glob("*.csv"):
            if path.stem not in kin:
                path.unlink()

    def rewrite(self, change: Callable[[dict[str, Any]], object]) -> None:
        """Change the descriptor."""
        path = self.folder / "datapackage.json"
        package = json.loads(path.read_text(encoding="utf-8"))
        change(package)
        path.write_text(json.dumps(package, ensure_ascii=False), encoding="utf-8")


def _entry(package: dict[str, Any], name: str) -> dict[str, Any]:
    entries = (*package["resources"], *package.get("read_in_place", []))
    return next(entry for entry in entries if entry["name"] == name)


def _referenced(entry: dict[str, Any]) -> set[str]:
    return {key["reference"]["resource"] for key in entry["schema"].get("foreignKeys", [])}


@pytest.fixture
def package_copy(tmp_path: Path) -> Package:
    return Package(tmp_path / "tables")

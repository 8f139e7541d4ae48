"""The scripts that made the tables: they take only their own files, and make the same bytes each time."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
import yaml
from tests.conftest import ROOT

from klasteryste.data.package import descriptor, tables_folder

SCRIPTS = tables_folder() / "scripts"


# For each script: files, what it reads by path; tables, what it must write by name.
INVENTED = {
    path.stem: yaml.safe_load(path.read_text(encoding="utf-8"))
    for path in sorted((ROOT / "tests/data/invented").glob("*.yml"))
}

# make_countries reads no publisher's file.
READING = [script for script, invented in INVENTED.items() if invented["files"]]


@pytest.mark.parametrize("name", READING)
def test_a_missing_or_another_input_is_refused(name: str, tmp_path: Path):
    before = {path: path.read_bytes() for path in tables_folder().glob("*.*")}
    run = [sys.executable, "-B", str(SCRIPTS / f"{name}.py"), str(tmp_path)]
    missing = subprocess.run(run, capture_output=True, text=True, check=False)
    assert missing.returncode == 1
    assert "is not there: give the folder that holds" in missing.stderr

    source = tmp_path / missing.stderr.split("give the folder that holds ")[1].split(",")[0]
    source.parent.mkdir()
    source.write_text("country.name,wave\n", encoding="utf-8")
    another = subprocess.run(run, capture_output=True, text=True, check=False)
    assert another.returncode == 1
    assert "is not the file the table was made from" in another.stderr
    assert {path: path.read_bytes() for path in before} == before


def made_by(script: str, files: dict[str, str], folder: Path, seed: int) -> dict[str, bytes]:
    """Run a script to its end, in a process and on files of its own, and give the files in its output."""
    output = folder / "tables"
    output.mkdir(parents=True)
    shutil.copy(tables_folder() / "datapackage.json", output)
    for name, content in files.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(content.encode())
    sources = {name: hashlib.sha256(content.encode()).hexdigest() for name, content in files.items()}
    subprocess.run(
        [
            *(sys.executable, "-B", "-c", f"import {script}; {script}.main({sources!r})"),
            *(str(folder), "--output", str(output)),
        ],
        env={**os.environ, "PYTHONPATH": str(SCRIPTS), "PYTHONHASHSEED": str(seed)},
        check=True,
    )
    return {path.name: path.read_bytes() for path in output.iterdir()}


@pytest.mark.parametrize("script", INVENTED)
def test_the_same_input_gives_the_same_bytes(script: str, tmp_path: Path):
    files, tables = INVENTED[script]["files"], INVENTED[script]["tables"]
    # Another seed orders every set of strings anew.
    first, second = (made_by(script, files, tmp_path / str(seed), seed) for seed in (1, 2))
    assert first == second

    package = json.loads(first.pop("datapackage.json"))
    assert first == {f"{name}.csv": content.encode() for name, content in tables.items()}
    before = json.loads((tables_folder() / "datapackage.json").read_text(encoding="utf-8"))
    for entry in before["resources"]:
        if entry["name"] in tables:
            written = first[entry["path"]]
            entry.update(bytes=len(written), hash=f"sha256:{hashlib.sha256(written).hexdigest()}")
    assert package == before


# Typed from what was read and decided: no script makes these.
KEPT_BY_HAND = {"bsr_checked_matches", "bsr_checked_sectors", "bsr_decisions", "legatum_claims"}


def test_every_script_and_table_is_among_the_invented():
    assert set(INVENTED) == {path.stem for path in SCRIPTS.glob("make_*.py")}
    made = [name for invented in INVENTED.values() for name in invented["tables"]]
    assert sorted([*made, *KEPT_BY_HAND]) == sorted(entry["name"] for entry in descriptor()["resources"])


def test_names_of_countries_become_codes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(SCRIPTS)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    from _tables import country_codes

    names = ["Lithuania", "Kosovo", "Bosnia & Herzegovina", "Turkey", "Slovak Republic"]
    assert list(country_codes(pd.Series(names))) == ["LT", "XK", "BA", "TR", "SK"]
    with pytest.raises(SystemExit, match="no code is known for Atlantis"):
        country_codes(pd.Series(["Lithuania", "Atlantis"]))


def test_codes_and_names_of_regions_are_split(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.syspath_prepend(SCRIPTS)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    from make_bsr import split_nuts

    split = split_nuts(pd.Series(["LT00A  / Vilniaus apskritis", "DE404  / Potsdam, Kreisfreie Stadt", None]))
    assert list(split["code"][:2]) == ["LT00A", "DE404"]
    assert list(split["name"][:2]) == ["Vilniaus apskritis", "Potsdam, Kreisfreie Stadt"]
    assert split.iloc[2].isna().all()

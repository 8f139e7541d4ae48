"""The scripts that made the tables: they take only the files they were written for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from klasteryste.data.package import tables_folder

SCRIPTS = tables_folder() / "scripts"


@pytest.mark.parametrize("name", ["make_trust", "make_governance", "make_bsr"])
def test_a_missing_or_another_input_is_refused(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
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

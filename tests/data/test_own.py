"""A data package of one's own: read like the course's, and nothing outside its folder."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from tests.lithuanian import refused

import klasteryste.plan
from klasteryste.data import find, own, own_package
from klasteryste.data.tables import rows
from klasteryste.evidence import Census, Sample, compute, record

SAMPLE = Path(klasteryste.plan.__file__).parent / "sample" / "evidence"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SAMPLE, tmp_path / "evidence"))


def rewrite(folder: Path, change: Callable[[dict[str, Any]], object]) -> None:
    path = folder / "datapackage.json"
    package = json.loads(path.read_text(encoding="utf-8"))
    change(package)
    path.write_text(json.dumps(package), encoding="utf-8")


def test_its_tables_are_cited_by_name(folder: Path):
    package = own_package(folder)
    assert package.fictional
    assert "own:places" in [table.name for table in package.tables]
    cited = record("own:places", {"place": "F07"}, "value", "residents", design=Census(), own=folder)
    lines = (folder / "places.csv").read_text(encoding="utf-8").splitlines()
    [row] = [line.split(",") for line in lines if line.startswith("F07,")]
    assert compute(cited, folder).value == float(row[1])
    assert cited.geography == ("F07",)


def test_a_weighted_share_is_the_one_worked_out_by_hand(folder: Path):
    cited = record(
        "own:residents_survey", {}, "share", "trusts", of=(1,), design=Sample(weights="weight"), own=folder
    )
    rows = [line.split(",") for line in (folder / "residents_survey.csv").read_text().splitlines()[1:]]
    weights = [float(row[3]) for row in rows]
    trusting = [float(row[3]) for row in rows if row[2] == "1"]
    assert compute(cited, folder).value == pytest.approx(sum(trusting) / sum(weights))


def test_a_changed_table_is_refused(folder: Path):
    cited = record("own:places", {"place": "F07"}, "value", "residents", design=Census(), own=folder)
    path = folder / "places.csv"
    path.write_text(path.read_text().replace("F07,", "F07,1"), encoding="utf-8")
    refused(lambda: compute(cited, folder), "another SHA-256: bring it back, or state its new SHA-256")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()

    def state(package: dict[str, Any]) -> None:
        [entry] = [one for one in package["resources"] if one["name"] == "places"]
        entry["hash"] = f"sha256:{digest}"

    rewrite(folder, state)
    refused(lambda: compute(cited, folder), "compute it again and cite the new one")
    again = record("own:places", {"place": "F07"}, "value", "residents", design=Census(), own=folder)
    assert compute(again, folder).value != compute(cited, SAMPLE).value


def test_without_a_package_or_a_table_the_name_is_told(folder: Path):
    refused(lambda: find("own:places"), "'own:places': no data package of one's own was given")
    refused(lambda: find("own:roads", folder), r"'own:roads' in .*: the tables are own:places")
    assert find("trust", folder).name == "trust"


# Each would make a careless reader read, follow or run something.
@pytest.mark.parametrize(
    "name",
    [
        "../secret.csv",
        "/etc/passwd",
        "a/b.csv",
        "..",
        ".hidden",
        "https://example.org/t.csv",
        "file:///etc/passwd",
        "a\\b.csv",
        "a\nb.csv",
        "con" * 50,
    ],
)
def test_a_path_or_an_address_is_no_file_of_its_own(folder: Path, name: str):
    (folder.parent / "secret.csv").write_text("place\nF07\n", encoding="utf-8")
    rewrite(folder, lambda package: package["resources"][0].update(path=name))
    refused(lambda: own_package(folder), "is no plain file name")


def test_links_are_not_followed(folder: Path, tmp_path: Path):
    real = folder / "places.csv"
    real.rename(tmp_path / "elsewhere.csv")
    real.symlink_to(tmp_path / "elsewhere.csv")
    refused(lambda: own_package(folder), r"places\.csv is a link")
    (tmp_path / "linked").symlink_to(SAMPLE, target_is_directory=True)
    refused(lambda: own_package(tmp_path / "linked"), "is a link, or is in a folder that is one")


def test_pipes_large_and_missing_files_are_refused(folder: Path, monkeypatch: pytest.MonkeyPatch):
    (folder / "places.csv").unlink()
    refused(lambda: own_package(folder), r"places\.csv is not there")
    os.mkfifo(folder / "places.csv")
    refused(lambda: own_package(folder), r"places\.csv is not there")
    monkeypatch.setattr(own, "LARGEST", 1000)
    refused(lambda: own_package(folder), "is larger than")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda p: p.update(read_in_place=[]), "read_in_place"),
        (lambda p: p["resources"][0].update(package="networkx"), "names a package: name a file"),
        (lambda p: p["resources"][0].update(generator="karate_club_graph"), "names a generator"),
        (lambda p: p["resources"][0].pop("hash"), "resources, places, hash is missing"),
        (lambda p: p["resources"][0]["schema"].update(fields="all"), "fields must be a list"),
    ],
)
def test_what_its_descriptor_may_not_say(
    folder: Path, change: Callable[[dict[str, Any]], object], message: str
):
    rewrite(folder, change)
    refused(lambda: own_package(folder), message)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"{", "line 1: not JSON"),
        (b"\xff", "byte 0: not UTF-8"),
        (b"[" * 100_000, "not JSON"),
        (b"9" * 10_000, "not JSON|must be an object"),
        (b"[]", "must be an object"),
        (b'{"resources": [7]}', "resources, item 1 must be an object"),
        (b'{"resources": []}', "resources is empty"),
    ],
)
def test_a_descriptor_that_cannot_be_read(folder: Path, content: bytes, message: str):
    (folder / "datapackage.json").write_bytes(content)
    refused(lambda: own_package(folder), message)


def schema(package: dict[str, Any]) -> dict[str, Any]:
    """Give the schema of the table of volunteers, which has places and years."""
    [entry] = [one for one in package["resources"] if one["name"] == "volunteers"]
    return entry["schema"]


def of_volunteers(**changes: Any) -> Callable[[dict[str, Any]], object]:
    def change(package: dict[str, Any]) -> None:
        [entry] = [one for one in package["resources"] if one["name"] == "volunteers"]
        entry |= changes

    return change


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (of_volunteers(geography={"column": "town"}), "geography names the column town, which it does not"),
        (of_volunteers(geography={}), "geography names no place"),
        (of_volunteers(geography={"column": "year"}), "column year, whose type must be string"),
        (of_volunteers(time={"columns": ["month"]}), "time names the column month, which it does not"),
        (of_volunteers(time={"columns": ["place"]}), "column place, whose type must be integer"),
        (of_volunteers(time={}), "time names no year"),
        (of_volunteers(comparable={"within": ["wave"]}), "comparable names the column wave"),
        (lambda p: schema(p).update(primaryKey="id"), "primaryKey names the column id"),
        (lambda p: schema(p)["fields"][0].update(type="banana"), "the type banana: write integer or number"),
        (lambda p: schema(p)["fields"][0].update(name="year"), "two columns are called year"),
        (lambda p: schema(p)["fields"][2].pop("unit_lt"), "residents has a unit in one language"),
        (lambda p: p["resources"].append(p["resources"][0]), "two tables are called places"),
        (of_volunteers(title="half \ud800 of it"), "half a character"),
    ],
)
def test_what_it_says_of_columns_holds_together(
    folder: Path, change: Callable[[dict[str, Any]], object], message: str
):
    rewrite(folder, change)
    refused(lambda: own_package(folder), message)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda text: text.replace(",", ";"), "columns are separated by commas"),
        (lambda text: text.replace("volunteers", "people", 1), "its schema says place, year, residents"),
        (lambda text: text.replace("\n", ",5\n").replace(",5", "", 1), "rows with more cells than columns"),
        (lambda text: text.replace("F01,2016", ",2016", 1), "no place in row 1 below the header"),
        (lambda text: text.replace("3252", "9" * 40, 1), "not as its schema says"),
        (lambda text: "", "not as its schema says"),
    ],
)
def test_a_table_is_as_its_schema_says(folder: Path, change: Callable[[str], str], message: str):
    path = folder / "volunteers.csv"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    rewrite(folder, of_volunteers(hash=f"sha256:{digest}"))
    refused(lambda: rows(find("own:volunteers", folder)), message)


def test_a_year_may_not_be_left_out_where_cells_may(folder: Path):
    path = folder / "volunteers.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("F01,2018", "F01,", 1), encoding="utf-8")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    rewrite(folder, of_volunteers(hash=f"sha256:{digest}"))
    rewrite(folder, lambda package: schema(package)["fields"][1].pop("constraints"))
    refused(lambda: rows(find("own:volunteers", folder)), "no year in row 3 below the header: fill it in")

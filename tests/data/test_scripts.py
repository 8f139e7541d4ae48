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

from klasteryste.data.package import descriptor, tables_folder

SCRIPTS = tables_folder() / "scripts"


@pytest.mark.parametrize("name", ["make_trust", "make_governance", "make_bsr"])
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


# Invented: no survey, office or programme published any of this. For each script the file it reads, and for
# each table that it makes the lines it must write.
INVENTED = {
    "make_trust": (
        "trust/df_trust.csv",
        """\
country.name,wave,survey,n,p_response,trust,years
Norway,2,EVS,400,1,0.5,1990-1993
Lithuania,3,WVS,500,0.8,0.2,1995-1998
Lithuania,2,EVS,100,1,0.3333333,1990-1993
Northern Ireland,2,EVS,100,1,0.5,1990-1993
United States,2,WVS,100,1,0.5,1990-1993
Lithuania,1,Afrobarometer,100,1,0.5,1999-2001
Sweden,2,WVS,100,1,0.5,1990-1994
Sweden,2,EVS,100,1,0.5,1990-1993
""",
        {
            "trust": [
                "country,survey,wave,year_start,year_end,n,response_share,trust,se_srs",
                "LT,EVS,2,1990,1993,100,1.0,0.333333,0.04714",
                "LT,WVS,3,1995,1998,500,0.8,0.2,0.02",
                "NO,EVS,2,1990,1993,400,1.0,0.5,0.025",
                "SE,EVS,2,1990,1993,100,1.0,0.5,0.05",
            ]
        },
    ),
    "make_governance": (
        "wgi/wgi_europe_1996_2023.csv",
        """\
codeindyr,code,countryname,year,indicator,estimate,stddev,nsource,pctrank,pctranklower,pctrankupper,c
x,NOR,Norway,2001,cc,2.5,0.25,9,99.5,98,100,Norway
x,LTU,Lithuania,2002,rl,0.5,0.125,8,60.5,50,70,Lithuania
x,LTU,Lithuania,2001,rl,-0.5,0.125,7,40.5,30,50,Lithuania
x,LTU,Lithuania,2002,cc,0.25,0.125,8,55.5,45,65,Lithuania
""",
        {
            "governance": [
                "country,year,indicator,estimate,se,n_sources,"
                "percentile_rank,percentile_rank_lower,percentile_rank_upper",
                "LT,2002,cc,0.25,0.125,8,55.5,45,65",
                "LT,2001,rl,-0.5,0.125,7,40.5,30,50",
                "LT,2002,rl,0.5,0.125,8,60.5,50,70",
                "NO,2001,cc,2.5,0.25,9,99.5,98,100",
            ]
        },
    ),
    "make_bsr": (
        "networks/bsr_2007_2013_partnerships.csv",
        """\
Programme,Acronym,Project.Partner,Lead.Partner,Town,Country,NUTS2,NUTS3,ID_PARTICIPATION,ID_PARTNER
x,WAVE,Office of Invented Affairs,Yes,Vilnius,Lithuania,LT00  / Lietuva,LT00A  / Vilniaus apskritis,p10,P9
x,WAVE,"Institute of Nothing, Oslo ",No,Oslo,Norway,NO01  / Oslo,,p9,P10
x,ACORN,Office of Invented Affairs,No,Vilnius,Lithuania,LT00  / Lietuva,LT00A  / Vilniaus apskritis,p2,P9
x,ACORN,University of Nowhere,Yes,NA,Belarus,,,p11,P2
""",
        {
            "bsr_projects": [
                "project,lead,n_organisations,n_countries",
                "ACORN,P2,2,2",
                "WAVE,P9,2,2",
            ],
            "bsr_organisations": [
                "organisation,name,country",
                "P2,University of Nowhere,BY",
                "P9,Office of Invented Affairs,LT",
                'P10,"Institute of Nothing, Oslo",NO',
            ],
            "bsr_participations": [
                "participation,project,organisation,town,nuts2,nuts2_name,nuts3,nuts3_name",
                "p2,ACORN,P9,Vilnius,LT00,Lietuva,LT00A,Vilniaus apskritis",
                "p9,WAVE,P10,Oslo,NO01,Oslo,,",
                "p10,WAVE,P9,Vilnius,LT00,Lietuva,LT00A,Vilniaus apskritis",
                "p11,ACORN,P2,,,,,",
            ],
        },
    ),
}


def made_by(script: str, source: str, content: str, folder: Path, seed: int) -> dict[str, bytes]:
    """Run a script to its end, in a process and on a file of its own, and give the files in its output."""
    output = folder / "tables"
    output.mkdir(parents=True)
    shutil.copy(tables_folder() / "datapackage.json", output)
    published = folder / source
    published.parent.mkdir()
    published.write_bytes(content.encode())
    code = f"import {script}; {script}.main({hashlib.sha256(published.read_bytes()).hexdigest()!r})"
    subprocess.run(
        [sys.executable, "-B", "-c", code, str(folder), "--output", str(output)],
        env={**os.environ, "PYTHONPATH": str(SCRIPTS), "PYTHONHASHSEED": str(seed)},
        check=True,
    )
    return {path.name: path.read_bytes() for path in output.iterdir()}


@pytest.mark.parametrize("script", INVENTED)
def test_the_same_input_gives_the_same_bytes(script: str, tmp_path: Path):
    source, content, tables = INVENTED[script]
    # Another seed orders every set of strings anew.
    first, second = (made_by(script, source, content, tmp_path / str(seed), seed) for seed in (1, 2))
    assert first == second

    package = json.loads(first.pop("datapackage.json"))
    assert first == {f"{name}.csv": "\n".join([*lines, ""]).encode() for name, lines in tables.items()}
    before = json.loads((tables_folder() / "datapackage.json").read_text(encoding="utf-8"))
    for entry in before["resources"]:
        if entry["name"] in tables:
            written = first[entry["path"]]
            entry.update(bytes=len(written), hash=f"sha256:{hashlib.sha256(written).hexdigest()}")
    assert package == before


def test_every_script_and_table_is_among_the_invented():
    assert set(INVENTED) == {path.stem for path in SCRIPTS.glob("make_*.py")}
    made = [name for _, _, tables in INVENTED.values() for name in tables]
    assert made == [entry["name"] for entry in descriptor()["resources"]]


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

"""The command, as a municipality uses it: begin, ask, check, see."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from klasteryste.evidence import compute, from_yaml
from klasteryste.plan.sample import SAMPLE

ROOT = Path(__file__).parents[2]
PLAN = str(SAMPLE / "plan.yml")


def plan(*words: str, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "klasteryste", "plan", *words],
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=300,
    )


def test_the_sample_passes_every_rule_and_the_exit_code_says_so():
    run = plan("check", PLAN, "--json")
    assert run.returncode == 0, run.stderr
    said = json.loads(run.stdout)
    assert [rule["id"] for rule in said["rules"]] == [f"R{number:02d}" for number in range(1, 27)]
    assert {rule["verdict"] for rule in said["rules"]} == {"pass"}
    assert re.fullmatch("[0-9a-f]{64}", said["version"])
    assert "not whether it is wise" in said["judged"]
    recomputed = [
        one["recomputed"] for rule in said["rules"] if rule["id"] == "R03" for one in rule["findings"]
    ]
    assert len(recomputed) == (SAMPLE / "plan.yml").read_text(encoding="utf-8").count(" statistic: ")


def test_a_plan_is_begun_asked_about_and_checked(tmp_path: Path):
    assert plan("new", "--municipality", "LT-60", "--date", "2026-09-30", cwd=tmp_path).returncode == 0
    assert (tmp_path / "cluster-plan.schema.json").is_file()
    again = plan("new", "--municipality", "LT-60", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (
        1,
        "klasteryste: plan.yml is there already: give the new plan another name\n",
    )
    run = plan("check", "plan.yml", "--lang", "lt", cwd=tmp_path)
    assert run.returncode == 1
    assert "meta.title.lt dar neužpildyta" in run.stdout
    line = (tmp_path / "plan.yml").read_text(encoding="utf-8").splitlines().index("    lt:") + 1
    assert f"{line} eilutė: meta.title.lt" in run.stdout


def test_the_sample_is_written_asked_about_and_drawn(tmp_path: Path):
    assert plan("sample", cwd=tmp_path).returncode == 0
    folder = tmp_path / "sample-plan"
    assert plan("survey", "form", "plan.yml", cwd=folder).returncode == 0
    assert sorted(path.name for path in (folder / "survey").iterdir()) == [
        "partner-survey.csv",
        "questions.en.md",
        "questions.lt.md",
    ]
    assert (
        (folder / "survey" / "questions.lt.md").read_text(encoding="utf-8").startswith("# Partnerių apklausa")
    )
    form = folder / "survey" / "partner-survey.csv"
    again = plan("survey", "form", "plan.yml", cwd=folder)
    assert again.returncode == 1 and "is there already, perhaps filled in" in again.stderr
    rows = form.read_text(encoding="utf-8").splitlines()
    rows[1:3] = [f"{row.removesuffix(';' * 7)};joint_work;4;4;4;4;4;4" for row in rows[1:3]]
    form.write_text("\n".join(rows), encoding="utf-8")
    run = plan("survey", "import", "plan.yml", str(form), "--date", "2026-10-01", cwd=folder)
    assert run.stdout.startswith("1 of 13 partners answered; 2 ties, 0 of them reported by both sides")
    run = plan("check", "plan.yml", "--figures", "figures", cwd=folder)
    assert run.returncode == 1  # partners without ties
    drawn = sorted(path.name for path in (folder / "figures").iterdir())
    assert {name[:3] for name in drawn} == {"R08", "R09"}
    for name in drawn:
        if name.endswith(".txt"):
            assert (folder / "figures" / name).read_text(encoding="utf-8").strip()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("check", "nothing.yml"), "nothing.yml is not there: name the plan's YAML file"),
        (("check", PLAN, "--lang", "de"), "unknown language 'de'"),
        (("check", PLAN, "--rules", "nothing.yml"), "nothing.yml is not there"),
        (("new", "--municipality", "LT-99"), "there is no municipality 'LT-99'"),
        (("new", "--municipality", "LT-60", "--date", "9999-12-31"), "would run out of the calendar"),
        (("survey", "import", PLAN, "nothing.csv", "--date", "soon"), "'soon' is no date"),
    ],
)
def test_bad_words_get_one_line(words: tuple[str, ...], message: str, tmp_path: Path):
    run = plan(*words, cwd=tmp_path)
    assert run.returncode == 1
    assert run.stderr.startswith("klasteryste: ")
    assert message in run.stderr
    assert run.stderr.count("\n") == 1
    assert not list(tmp_path.iterdir())


def test_the_number_that_the_page_cites_is_what_its_evidence_gives():
    page = (ROOT / "book" / "plan.md").read_text(encoding="utf-8")
    example = yaml.safe_load(re.search(r"```yaml\n(value:.*?)```", page, re.DOTALL)[1])
    got = compute(from_yaml(yaml.safe_dump(example["evidence"])))
    assert example["value"] == round(got.value, 3)
    assert (example["low"], example["high"]) == (round(got.low, 3), round(got.high, 3))
    assert example["n_effective"] == round(got.effective_n)

"""The file that says what each rule asks: complete, in both languages, and what the rules in fact use."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from klasteryste import CourseError, use_language
from klasteryste.plan import Verdict, read_settings
from klasteryste.plan.rules import RULES
from klasteryste.plan.settings import settings_file

SETTINGS = read_settings()


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_says_what_it_asks_and_why_in_both_languages(rule: str):
    setting = SETTINGS[rule]
    for texts in setting.texts.values():
        assert set(texts) == {"en", "lt"}
        assert texts["en"].strip() and texts["lt"].strip() and texts["en"] != texts["lt"]
    assert setting.worst in (Verdict.WARN, Verdict.FAIL)
    use_language("lt")
    try:
        assert setting.name == setting.texts["name"]["lt"]
    finally:
        use_language("en")


@pytest.mark.parametrize("rule", RULES)
def test_its_function_bears_its_number_and_uses_its_thresholds_and_no_others(rule: str):
    function = RULES[rule]
    assert function.__name__.startswith(rule.lower())
    assert str(inspect.getdoc(function)).startswith(f"{rule}: ")
    module = inspect.getsource(inspect.getmodule(function))  # type: ignore[arg-type]
    for name in SETTINGS[rule].limits:
        used = re.sub("^(shared|lead|administrative)_", "", name) if rule == "R18" else name
        assert f'"{used}"' in module, f"{rule} has the threshold {name}, which nothing uses"
    asked = set(re.findall(r'limits\["(\w+)"\]', inspect.getsource(function)))
    assert asked <= set(SETTINGS[rule].limits)


def test_rules_need_only_other_rules_and_never_one_another():
    for rule, setting in SETTINGS.items():
        assert set(setting.needs) <= set(SETTINGS) - {rule}
        for needed in setting.needs:
            assert rule not in SETTINGS[needed].needs


def test_every_threshold_has_its_comment():
    lines = settings_file().read_text(encoding="utf-8").splitlines()
    thresholds = [
        line for line in lines if re.match(r"    \w+:", line) and not re.match(r"    (en|lt):", line)
    ]
    assert len(thresholds) == sum(len(setting.limits) for setting in SETTINGS.values())
    bare = [line.split(":")[0].strip() for line in thresholds if "#" not in line]
    assert bare == []


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("R99: {thresholds: {a: 1}}", "there is no rule 'R99'"),
        ("R16: {thresholds: {share: 0.7}}", "R16 has no threshold 'share': it has largest_share"),
        ("R16: {thresholds: {largest_share: most}}", "does not fit largest_share"),
        ("R16: {largest_share: 0.7}", "give what changes as thresholds"),
        ("R14: {thresholds: {required: civic}}", "does not fit required"),
        ("R14: {thresholds: {required: [[civic]]}}", "line 1: required holds something other than words"),
        ("R25: {thresholds: {words: {de: [x]}}}", "line 1: words has de: give a list for each of en, lt"),
        ("R25: {thresholds: {words: {en: x, lt: []}}}", "line 1: words holds something other than words"),
        ("R08: {thresholds: {percentile: 150}}", "line 1: percentile is 150: give a number from 0 to 100"),
        ("R09: {thresholds: {power: 1.2}}", "line 1: power is 1.2: give a number from 0 to 1"),
        ("R03: {thresholds: {relative: -1}}", "line 1: relative is -1: give a number from 0"),
    ],
)
def test_a_course_that_misspells_its_changes_is_told_so(content: str, says: str, tmp_path: Path):
    file = tmp_path / "rules.yml"
    file.write_text(content + "\n", encoding="utf-8")
    with pytest.raises(CourseError, match=re.escape(says)):
        read_settings(file)


def test_a_course_changes_only_what_it_names(tmp_path: Path):
    file = tmp_path / "rules.yml"
    file.write_text("R16: {thresholds: {largest_share: 0.7}}\n", encoding="utf-8")
    changed = read_settings(file)
    assert changed["R16"].limits == {"largest_share": 0.7}
    assert {rule: one for rule, one in changed.items() if rule != "R16"} == {
        rule: one for rule, one in SETTINGS.items() if rule != "R16"
    }

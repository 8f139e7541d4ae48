"""What the page on the cluster plan tells of its rules."""

from __future__ import annotations

import pytest

from klasteryste.book.rules import section
from klasteryste.language import use_language
from klasteryste.plan.settings import read_settings


@pytest.mark.parametrize(
    ("language", "told"),
    [
        ("en", ("Gravest verdict: fail", "Threshold: largest_share: 0.8", "R01, R14, R15")),
        ("lt", ("Griežčiausia išvada: neatitinka", "Riba: largest_share: 0,8", "R01, R14, R15")),
    ],
)
def test_a_rule_is_told_with_its_threshold_in_the_language_in_use(language: str, told: tuple[str, ...]):
    use_language(language)
    setting = read_settings()["R16"]
    text = section(setting).astext()
    for words in (*told, f"R16. {setting.name}", setting.asks, setting.why):
        assert words in text


def test_every_rule_has_a_target_of_its_own():
    settings = read_settings().values()
    assert [section(setting)["ids"] for setting in settings] == [
        [f"r{number:02d}"] for number in range(1, 27)
    ]

"""Every word that the course says, in both languages, is in a dictionary or in the course's own list.

The lists hold names and terms of the field, one a line: ``words.en.txt`` and ``words.lt.txt``. A word that is
listed in small letters may also begin a sentence.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import polib
import pytest
import yaml

ROOT = Path(__file__).parents[2]
LANGUAGES = ("en", "lt")
DICTIONARY = {"en": "en_GB", "lt": "lt_LT"}
PACKAGES = ("hunspell", "hunspell-en-gb", "hunspell-lt")
# Their values by language, below the keys en and lt.
BILINGUAL = (
    "course.yml",
    "book/glossary.yml",
    "src/klasteryste/plan/rules.yml",
    "src/klasteryste/plan/new.yml",
    "src/klasteryste/plan/sample/plan.yml",
)
# What a descriptor says to people; in Lithuanian below the same key with _lt.
TOLD = ("title", "description", "limitations", "transformations", "unit")
ENGLISH_ONLY = ("README.md", "CONTRIBUTING.md")


# --- what the course says -------------------------------------------------------------------------------


def said(language: str) -> Iterator[tuple[str, str]]:
    """Yield file and text of everything that readers see in a language."""
    catalogues = sorted((ROOT / "translations").rglob("*.po")) + sorted((ROOT / "src").rglob("*.po"))
    for path in catalogues:
        for entry in polib.pofile(str(path)):
            if not entry.obsolete:
                yield str(path.relative_to(ROOT)), entry.msgid if language == "en" else entry.msgstr
    for name in BILINGUAL:
        document = yaml.safe_load((ROOT / name).read_text(encoding="utf-8"))
        yield from ((name, text) for text in _below(document, {language}))
    descriptor = json.loads((ROOT / "data" / "datapackage.json").read_text(encoding="utf-8"))
    keys = {key if language == "en" else f"{key}_lt" for key in TOLD}
    yield from (("data/datapackage.json", text) for text in _below(descriptor, keys))
    if language == "en":
        for name in ENGLISH_ONLY:
            yield name, (ROOT / name).read_text(encoding="utf-8")


def _below(document: Any, keys: set[str]) -> Iterator[str]:
    """Yield the texts that a document holds below any of some keys, alone or in a list."""
    parts = document.items() if isinstance(document, dict) else enumerate(document)
    for key, part in parts:
        if isinstance(part, str):
            if key in keys:
                yield part
        elif isinstance(part, list) and key in keys - set(LANGUAGES):  # a language's lists hold stems
            yield from (text for text in part if isinstance(text, str))
        elif isinstance(part, dict | list):
            yield from _below(part, keys)


# Roles that name something and say nothing; the others show their words, and not their target.
_SILENT = r"\{(?:cite|doc|ref|eq|numref|label|download)[\w:-]*\}`[^`<]*`"
_SAID = r"\{[\w:-]+\}`([^`<]*)(?:<[^>]*>)?`"
# What else is not words: code, formulas, the targets of links, options, markup, fields, addresses.
_NOT_WORDS = [
    r"(?ms)^\s*(`{3,}|~{3,}).*?^\s*\1",
    r"(?s)\$\$.*?\$\$",
    r"\$[^$\n]+\$",
    r"`+[^`]*`+",
    r"(?m)^:[\w-]+:.*$",
    r"\]\([^)]*\)",
    r"<[^<>]*>",
    r"\{[^{}]*\}",
    r"&\w+;",
    r"(?:https?://|www\.|mailto:)\S+",
    r"\S+@\S+\.\w+",
    r"\w*[\d_/\\]\w*",  # codes, names of columns, paths
    r"\b[\w-]+(?:\.[a-z]{2,6})+\b",  # names of files and hosts
    r"(?<!\w)--?[a-z][\w-]+",  # options of commands
]
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")


def words(text: str) -> set[str]:
    """Return the words of a text; letters alone and abbreviations in capitals are none."""
    text = re.sub(_SAID, r" \1 ", re.sub(_SILENT, " ", text))
    for pattern in _NOT_WORDS:
        text = re.sub(pattern, " ", text)
    found = {word.replace("’", "'").removesuffix("'s") for word in _WORD.findall(text)}
    return {word for word in found if len(word) > 1 and not word.isupper()}


def vocabulary(language: str) -> dict[str, set[str]]:
    """Return every word of a language and the files it is in."""
    found: dict[str, set[str]] = {}
    for file, text in said(language):
        for word in words(text):
            found.setdefault(word, set()).add(file)
    return found


# --- what is known --------------------------------------------------------------------------------------


@pytest.fixture(scope="session", params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    """Return a language, or skip where the dictionaries are not installed."""
    if shutil.which("hunspell") is None or not all(unknown(["xqzw"], each) for each in LANGUAGES):
        pytest.skip(f"The spell check is missing; to enable: sudo apt-get install {' '.join(PACKAGES)}")
    return request.param


def strange_words(found: Iterable[str], language: str) -> set[str]:
    """Return which words are in no dictionary; in Lithuanian many a term has its English beside it."""
    strange = unknown(sorted(found), language)
    return strange if language == "en" else unknown(sorted(strange), "en")


def unknown(asked: list[str], language: str) -> set[str]:
    """Return which words the dictionary of a language does not hold."""
    run = subprocess.run(
        ["hunspell", "-d", DICTIONARY[language], "-i", "utf-8", "-l"],
        input="\n".join(asked) + "\n",
        capture_output=True,
        text=True,
        check=False,
    )
    # In Lithuanian it reads an apostrophe as the end of a word.
    strange = set(run.stdout.split())
    return {word for word in asked if strange & {word, *word.split("'")}}


def listed(language: str) -> list[str]:
    return (Path(__file__).parent / f"words.{language}.txt").read_text(encoding="utf-8").split()


def not_listed(strange: set[str], own: list[str]) -> set[str]:
    """Return the strange words that are not listed, nor begin a sentence with one that is."""
    return strange - {form for word in own for form in (word, word[0].upper() + word[1:])}


# --- tests ----------------------------------------------------------------------------------------------


def test_every_word_is_known(language):
    found = vocabulary(language)
    strange = not_listed(strange_words(found, language), listed(language))
    by_file: dict[str, list[str]] = {}
    for word in sorted(strange):
        for file in found[word]:
            by_file.setdefault(file, []).append(word)
    told = "\n".join(f"{file}: {', '.join(those)}" for file, those in sorted(by_file.items()))
    assert not by_file, f"mend, or add to tests/content/words.{language}.txt:\n{told}"


def test_the_list_is_sorted_and_each_word_is_needed(language):
    own = listed(language)
    assert own == sorted(set(own))
    strange = strange_words(vocabulary(language), language)
    vain = [word for word in own if not {word, word[0].upper() + word[1:]} & strange]
    assert not vain, f"no longer used, or known to the dictionary: {', '.join(vain)}"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("**Trust** rose by {x:.1%} in `m2`.", {"Trust", "rose", "by", "in"}),
        (
            "See {term}`socialinį kapitalą <social capital>` and {cite:t}`kish1965`.",
            {"See", "socialinį", "kapitalą", "and"},
        ),
        ("[Read](plan.md) https://example.org/wurd, x_y, page2, ESS, `--portt` --portt", {"Read"}),
        ("```{math}\nwurd\n```\nIt isn’t Kish’s", {"It", "isn't", "Kish"}),
        ("{term}`Words` and `deff` {term}`so` `wurd` on", {"Words", "and", "so", "on"}),
        ("A formula $wurd_1$ and $$\nwurd\n$$ here", {"formula", "and", "here"}),
        ("<b title='wurd'>bold</b> &nbsp;", {"bold"}),
    ],
)
def test_markup_is_told_from_words(text, left):
    assert words(text) == left


def test_a_misspelt_word_is_found(language):
    wrong = {"en": "munipicality", "lt": "savivaldybbė"}[language]
    right = {"en": "municipality", "lt": "savivaldybė"}[language]
    assert unknown([wrong, right], language) == {wrong}
    assert not_listed({"Wurd", "wurd", "WURD"}, ["wurd"]) == {"WURD"}

"""What no commit may hold: registry hosts, paths of a machine, secrets, words about its own making."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

# Written in pieces, so that this file does not hold what it looks for.
FORBIDDEN = {
    "a package registry's host": r"py"
    r"pi\.(org|io)|pythonhosted\."
    r"org|registry\.npm"
    r"js|deb\.deb"
    r"ian\.org",
    "a path of one machine": r"(?<![\w.:/-])/(wo" r"rk|ro" r"ot|ho" r"me/\w+|Us" r"ers/\w+|ta" r"sk)/",
    "a private key": r"-----BEGIN [A-Z ]*PRIVATE " r"KEY",
    "an access token": r"\b(AK"
    r"IA[0-9A-Z]{16}|gh"
    r"[pousr]_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9]{20,}|xox"
    r"[bap]-)",
    "a password": r"(?i)\b(password|passwd|secret|api_key)\s*[=:]\s*[\"'][^\"'{}$]{6,}",
    "unfinished work": r"\b(TO" r"DO|FIX" r"ME|X" r"XX)\b|lorem " r"ipsum",
    "the folder of raw sources": r"\.\./sha" r"red",
}

_NO_TEXT = {".png", ".svg", ".woff2", ".ico"}


def tracked() -> list[Path]:
    """Return the files that git tracks, and those it would if asked to add all."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_file_holds(what):
    pattern = re.compile(FORBIDDEN[what])
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}"
        for path in tracked()
        if path.suffix not in _NO_TEXT
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if pattern.search(line)
    ]
    assert not found, f"{what} in:\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("what", "line"),
    [
        ("a package registry's host", "index-url = https://" + "py" + "pi.org/simple"),
        ("a path of one machine", 'open("/wo' + 'rk/main/x")'),
        ("an access token", "ghp" + "_" + "a" * 36),
        ("a password", "pass" + 'word = "hunter22"'),
        ("unfinished work", "# TO" + "DO later"),
        ("a private key", "-----BEGIN RSA PRIVATE " + "KEY-----"),
        ("the folder of raw sources", "cp ../sha" + "red/sources/x.csv data/"),
    ],
)
def test_the_patterns_find_what_they_are_for(what, line):
    assert re.search(FORBIDDEN[what], line)


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "data/README.md"])
def test_what_a_document_links_to_is_there(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?:|#)([^)#]+)", text):
        assert (ROOT / name).parent.joinpath(target).exists(), f"{name} links to {target}"


def test_every_locked_package_has_hashes_and_no_index_is_named():
    text = (ROOT / "requirements.txt").read_text(encoding="utf-8")
    assert "://" not in text and "--index" not in text and "--find-links" not in text
    blocks = re.split(r"\n(?=\S)", re.sub(r"(?m)^\s*#.*\n", "", text).strip())
    assert len(blocks) > 50
    for block in blocks:
        assert "==" in block and "--hash=sha256:" in block, block.splitlines()[0]


def test_no_file_is_large():
    large = [path for path in tracked() if path.stat().st_size > 1_500_000]
    assert not large


def test_the_readme_quotes_what_was_measured():
    measured = (ROOT / "tests" / "bench" / "results.md").read_text(encoding="utf-8").splitlines()
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    quoted = [line for line in readme if line.startswith("|")]
    assert len(quoted) > 3
    assert [line for line in quoted if line not in measured] == []

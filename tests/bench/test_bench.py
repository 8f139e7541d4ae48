"""The benchmarks run, at toy size, so that they cannot rot; nothing here asserts a time."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT


def test_the_benchmarks_run():
    run = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--toy"], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert run.returncode == 0, run.stderr
    assert "| an unchanged book, against a cold build |" in run.stdout

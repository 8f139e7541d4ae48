"""What is fast, as ratios within one run: ``make bench``; ``--toy`` only proves that it runs.

``--only grading`` prints the tables of one part, and keeps the results of all as they were.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from tests.bench import book, composite, grading, networks
from tests.bench.measure import Growth, Row

PARTS = {"book": book, "composite": composite, "networks": networks, "grading": grading}
RESULTS = Path(__file__).with_name("results.md")


def main() -> None:
    """Run the benchmarks and print the tables; keep them in `RESULTS` if that was all, and at full size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--toy", action="store_true")
    parser.add_argument("--only", choices=PARTS)
    asked = parser.parse_args()
    toy = asked.toy
    parts = [PARTS[asked.only]] if asked.only else list(PARTS.values())
    rows = [row for part in parts for row in part.rows(toy)]
    growths = [growth for part in parts if hasattr(part, "growth") for growth in part.growth(toy)]
    tables = f"{ratio_table(rows)}\n\n{growth_table(growths)}\n"
    print(tables, end="")
    if not toy and not asked.only:
        RESULTS.write_text(
            f"Written by `make bench`. Seconds are of one machine.\n\n{tables}", encoding="utf-8"
        )


def ratio_table(rows: list[Row]) -> str:
    """Lay rows out in Markdown."""
    lines = [
        "| what | ours, s | against, s | times as fast | peak, MB |",
        "| --- | ---: | ---: | ---: | ---: |",
    ]
    for row in rows:
        peak = "" if row.peak_mb is None else f"{row.peak_mb:.0f}"
        lines.append(
            f"| {row.what} | {row.ours:.3g} | {row.other:.3g} | {row.other / row.ours:.3g} | {peak} |"
        )
    return "\n".join(lines)


def growth_table(growths: list[Growth]) -> str:
    """Lay growth out in Markdown."""
    lines = ["| what | sizes | seconds | exponent |", "| --- | --- | --- | ---: |"]
    for growth in growths:
        sizes = ", ".join(f"{size:,}" for size in growth.sizes)
        seconds = ", ".join(f"{each:.3g}" for each in growth.seconds)
        lines.append(f"| {growth.what} | {sizes} | {seconds} | {growth.exponent:.2f} |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()

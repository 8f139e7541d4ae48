"""Put the size and SHA-256 of a table that is kept by hand into the descriptor: ``seal.py NAME``."""

from __future__ import annotations

import argparse

from _tables import DATA, seal


def main() -> None:
    """Seal the tables that were named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="+", help="such as legatum_claims")
    for name in parser.parse_args().names:
        seal(DATA, name)


if __name__ == "__main__":
    main()

"""What the scripts of this folder share: reading publishers' files, codes of countries, writing tables."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
from babel import Locale

DATA = Path(__file__).resolve().parents[1]
DESCRIPTOR = "datapackage.json"

Tables = dict[str, pd.DataFrame]

# Names that publishers use where the Unicode CLDR has another.
_OTHER_NAMES = {"Czech Republic": "CZ", "Slovak Republic": "SK", "Turkey": "TR"}


def run(
    description: str | None,
    source: str,
    sha256: str,
    tables: Callable[[pd.DataFrame], Tables],
    **options: Any,
) -> None:
    """Do what each script does: read the publisher's file, make tables of it, write them."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", type=Path, help="where the publishers' files are, see data/README.md")
    parser.add_argument(
        "--output", type=Path, default=DATA, help=f"a folder with {DESCRIPTOR}; default: data"
    )
    arguments = parser.parse_args()
    for name, table in tables(read(arguments.folder, source, sha256, **options)).items():
        write(arguments.output, name, table)


def read(folder: Path, name: str, sha256: str, **options: Any) -> pd.DataFrame:
    """Read a publisher's CSV, if it is byte for byte the file the table was made from."""
    path = folder / name
    if not path.is_file():
        sys.exit(f"{path} is not there: give the folder that holds {name}, see data/README.md")
    if hashlib.sha256(path.read_bytes()).hexdigest() != sha256:
        sys.exit(f"{path} is not the file the table was made from: its SHA-256 is not {sha256}")
    return pd.read_csv(path, keep_default_na=False, na_values=["", "NA"], **options)


def country_codes(names: pd.Series) -> pd.Series:
    """Turn English names of countries into ISO 3166-1 alpha-2 codes (Kosovo: the user-assigned XK)."""
    codes = {name: code for code, name in Locale.parse("en").territories.items() if len(code) == 2}
    unknown = sorted(set(names) - set(codes) - set(_OTHER_NAMES))
    if unknown:
        sys.exit(f"no code is known for {', '.join(unknown)}: add it to _OTHER_NAMES in {__file__}")
    return names.map(codes | _OTHER_NAMES)


def write(folder: Path, name: str, table: pd.DataFrame) -> None:
    """Write ``<name>.csv`` (UTF-8, LF) and put its size and SHA-256 into the folder's descriptor."""
    content = table.to_csv(index=False, lineterminator="\n").encode()
    (folder / f"{name}.csv").write_bytes(content)
    descriptor = folder / DESCRIPTOR
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    resource = next(r for r in package["resources"] if r["name"] == name)
    resource["bytes"] = len(content)
    resource["hash"] = f"sha256:{hashlib.sha256(content).hexdigest()}"
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    descriptor.write_text(text, encoding="utf-8", newline="\n")
    print(f"{name}.csv: {len(table)} rows, {len(content)} bytes, {resource['hash']}")

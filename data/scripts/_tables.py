"""What the scripts of this folder share: reading publishers' files, codes of countries, writing tables."""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import pandas as pd
from babel import Locale

DATA = Path(__file__).resolve().parents[1]
DESCRIPTOR = "datapackage.json"

Files = Mapping[str, bytes]
Tables = dict[str, pd.DataFrame]

# Names that publishers use where the Unicode CLDR has another.
_OTHER_NAMES = {
    **{"Bosnia Herzegovina": "BA", "Congo Brazzaville": "CG", "Czech Republic": "CZ", "Hong Kong": "HK"},
    **{"Ivory Coast": "CI", "Myanmar": "MM", "Palestine": "PS", "Slovak Republic": "SK", "Turkey": "TR"},
    **{"UAE": "AE", "UK": "GB", "USA": "US"},
}


def run(description: str | None, sources: Mapping[str, str], tables: Callable[[Files], Tables]) -> None:
    """Do what each script does: read the publishers' files, make tables of them, write them.

    `sources` holds the SHA-256 of each file by its path below the folder; `tables` gets their bytes.
    """
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", type=Path, help="where the publishers' files are, see data/README.md")
    parser.add_argument(
        "--output", type=Path, default=DATA, help=f"a folder with {DESCRIPTOR}; default: data"
    )
    arguments = parser.parse_args()
    files = {name: read(arguments.folder, name, sha256) for name, sha256 in sources.items()}
    for name, table in tables(files).items():
        write(arguments.output, name, table)


def read(folder: Path, name: str, sha256: str) -> bytes:
    """Read a publisher's file, if it is byte for byte the one the table was made from."""
    path = folder / name
    if not path.is_file():
        sys.exit(f"{path} is not there: give the folder that holds {name}, see data/README.md")
    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        sys.exit(f"{path} is not the file the table was made from: its SHA-256 is not {sha256}")
    return content


def csv(content: bytes, **options: Any) -> pd.DataFrame:
    """Turn the bytes of a CSV into a frame; only an empty cell or "NA" is missing."""
    return pd.read_csv(BytesIO(content), keep_default_na=False, na_values=["", "NA"], **options)


def country_codes(names: pd.Series) -> pd.Series:
    """Turn English names of countries into ISO 3166-1 alpha-2 codes (Kosovo: the user-assigned XK)."""
    codes = codes_by_name()
    unknown = sorted(set(names) - set(codes))
    if unknown:
        sys.exit(f"no code is known for {', '.join(unknown)}: add it to _OTHER_NAMES in {__file__}")
    return names.map(codes)


def codes_by_name() -> dict[str, str]:
    """Give the ISO 3166-1 alpha-2 code of each territory by its English names."""
    codes = {name: code for code, name in Locale.parse("en").territories.items() if len(code) == 2}
    return codes | _OTHER_NAMES


def write(folder: Path, name: str, table: pd.DataFrame) -> None:
    """Write ``<name>.csv`` (UTF-8, LF) and put its size and SHA-256 into the folder's descriptor."""
    (folder / f"{name}.csv").write_bytes(table.to_csv(index=False, lineterminator="\n").encode())
    seal(folder, name)


def seal(folder: Path, name: str) -> None:
    """Put the size and SHA-256 of ``<name>.csv`` into the folder's descriptor."""
    content = (folder / f"{name}.csv").read_bytes()
    descriptor = folder / DESCRIPTOR
    package = json.loads(descriptor.read_text(encoding="utf-8"))
    resource = next(r for r in package["resources"] if r["name"] == name)
    resource["bytes"] = len(content)
    resource["hash"] = f"sha256:{hashlib.sha256(content).hexdigest()}"
    text = json.dumps(package, ensure_ascii=False, indent=2) + "\n"
    descriptor.write_text(text, encoding="utf-8", newline="\n")
    print(f"{name}.csv: {len(content)} bytes, {resource['hash']}")

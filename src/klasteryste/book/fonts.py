"""The font of the formulas: roots, sums and brackets need one made for mathematics."""

from __future__ import annotations

from importlib.metadata import distribution
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

# Letters, Greek, accents, punctuation, signs like letters, arrows, operators, brackets, math alphabets.
_BLOCKS = [
    (0x20, 0x7E),
    (0xA0, 0xFF),
    (0x300, 0x33F),
    (0x370, 0x3FF),
    (0x2000, 0x206F),
    (0x2100, 0x214F),
    (0x2190, 0x22FF),
    (0x2308, 0x230B),
    (0x23B7, 0x23E1),
    (0x27E6, 0x27EF),
    (0x1D400, 0x1D7FF),
]
# Where a font says whose it is, and under which terms: copyright, licence, the licence's address.
_TERMS = (0, 13, 14)


def write_math_font(folder: Path) -> None:
    """Write STIX Two Math, cut down to what formulas need, and its licence into a folder.

    The font comes with the package ziamath; it is under the SIL Open Font Licence.

    Parameters
    ----------
    folder : Path
        Is made if it is missing.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # Its file is found and not asked for by an import, which would load all of ziamath.
    font = TTFont(str(distribution("ziamath").locate_file("ziamath/fonts/STIXTwoMath-Regular.ttf")))
    terms = [str(record) for record in font["name"].names if record.nameID in _TERMS]
    (folder / "stix-two-math.txt").write_text("\n\n".join(dict.fromkeys(terms)) + "\n", encoding="utf-8")
    cutter = subset.Subsetter(subset.Options(layout_features=["*"]))
    cutter.populate(unicodes=[code for first, last in _BLOCKS for code in range(first, last + 1)])
    cutter.subset(font)
    font.flavor = "woff"
    font.save(folder / "stix-two-math.woff")

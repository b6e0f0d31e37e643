"""Make the small font in which the page sets its formulas.

    uv run --with ziamath --with fonttools --with brotli tools/make_math_font.py

It is cut from STIX Two Math (SIL Open Font License 1.1), which the package ziamath
ships: letters, digits and signs of CHARACTERS, with the glyphs that the MATH table
makes of them. A font cut from another may not bear a reserved name: ours is Halfmoon
Math.
"""

# ruff: noqa: RUF001 (these signs are meant)

from importlib.resources import files
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parents[1]
FONT = ROOT / "src/halfmoon/pages/fonts/halfmoon-math.woff2"
NAME = "Halfmoon Math"
RANGES = [
    (0x20, 0x7E),  # ASCII
    (0x391, 0x3A9),  # Greek capitals
    (0x3B1, 0x3C9),  # Greek
    (0x1D434, 0x1D467),  # italic: a single letter is set so
    (0x1D6E2, 0x1D71B),  # italic Greek
]
SIGNS = (
    "−±×÷·∘⋅∗⊙⊕⊗/∕√∞∂∇∑∏∫∈∉∀∃"
    "=≠<>≤≥≈≡∝∼→←↦⇒⟵⟶"
    "()[]{}⟨⟩⌊⌋⌈⌉|‖,;:.…⋯⋮′″^~¯ˆ˜‾˙―"
    "ϵϑϕϖϱ"
    "ℓℎℝ𝖳⊤\u0302\u0303\u0304\u0307\u2061"
)
PRIMES = {0x2032: "minute.ssty", 0x2033: "second.ssty"}  # as an exponent shows them
CHARACTERS = {code for first, last in RANGES for code in range(first, last + 1)}
CHARACTERS |= {ord(sign) for sign in SIGNS}


def cut(font: TTFont) -> None:
    """Leave in the font what formulas need, under a name of its own."""
    for table in font["cmap"].tables:
        table.cmap |= PRIMES
    options = subset.Options()
    options.layout_features = ["math", "ccmp", "mark", "mkmk", "dtls"]
    options.hinting = False
    options.name_IDs = [0, 1, 2, 3, 4, 5, 6, 13, 14]
    options.notdef_outline = True
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=CHARACTERS)
    cutter.subset(font)
    for record in font["name"].names:
        if record.nameID in {1, 3, 4}:
            record.string = NAME
        if record.nameID == 6:
            record.string = NAME.replace(" ", "")


def main() -> None:
    """Write the font, the same in every run."""
    source = files("ziamath").joinpath("fonts", "STIXTwoMath-Regular.ttf")
    font = TTFont(str(source), recalcTimestamp=False)
    cut(font)
    font.flavor = "woff2"
    font.save(FONT)
    signs = len(font.getBestCmap())
    print(f"{FONT.name}: {FONT.stat().st_size:,} bytes, {signs} signs")


if __name__ == "__main__":
    main()

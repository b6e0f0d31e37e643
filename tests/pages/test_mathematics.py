"""Formulas are set in a font that has all of their signs, word by word."""

# ruff: noqa: RUF001 (these signs are meant)

import html
import re
import xml.etree.ElementTree as ET
from importlib.resources import files
from pathlib import Path

import pytest
from fontTools.ttLib import TTFont

from halfmoon.pages.equations import EQUATIONS
from halfmoon.pages.markdown import each_formula, forms
from halfmoon.pages.mathematics import mathml

ROOT = Path(__file__).resolve().parents[2]
LESSON = ROOT / "src" / "halfmoon" / "tutorial"
BLOCK = re.compile(r"^`{3,}\{formulas\}\n(.*?)^`{3,}", re.MULTILINE | re.DOTALL)
MATH = re.compile(r"^```math\n(.*?)^```", re.MULTILINE | re.DOTALL)
# signs whose italic form does not stand with the others
VARIANTS = {"h": "ℎ", "∂": "𝜕", "ϵ": "𝜖", "ϑ": "𝜗", "ϕ": "𝜙", "ϱ": "𝜚", "ϖ": "𝜛"}


def formulas():
    """Every formula of the lesson and of the derivation, in LaTeX."""
    found = [tex for _, tex in EQUATIONS.values()]

    def keep(formula):
        found.append(forms(formula)[1])
        return ""

    derivation = (ROOT / "DERIVATION.md").read_text(encoding="utf-8")
    texts = [path.read_text(encoding="utf-8") for path in LESSON.rglob("*.md")]
    for text in texts:
        each_formula(text, keep)
        for block in BLOCK.findall(text):
            found += [forms(line)[1] for line in block.strip().splitlines()]
    each_formula(derivation, lambda formula: found.append(formula) or "")
    return found + MATH.findall(derivation)


def italic(letter):
    """The sign by which a browser shows a single letter (MathML Core, table C.1)."""
    for first, last, start in (
        ("A", "Z", 0x1D434),
        ("a", "z", 0x1D44E),
        ("Α", "Ω", 0x1D6E2),
        ("α", "ω", 0x1D6FC),
    ):
        if first <= letter <= last and letter != "h":
            return chr(start + ord(letter) - ord(first))
    return VARIANTS.get(letter, letter)


def signs(tex):
    """The signs that a browser needs for a formula."""
    for element in ET.fromstring(mathml(tex, block=True).replace("<wbr>", "")).iter():
        text = element.text or ""
        is_letter = element.tag == "mi" and len(text) == 1
        is_upright = element.get("mathvariant") == "normal"
        yield from italic(text) if is_letter and not is_upright else text


def test_the_font_has_every_sign_of_every_formula():
    pytest.importorskip("brotli", reason="woff2 is read by the package brotli")
    path = files("halfmoon.pages").joinpath("fonts", "halfmoon-math.woff2")
    font = TTFont(str(path))
    assert "MATH" in font
    covered = font.getBestCmap()
    wanted = {sign for tex in formulas() for sign in signs(tex)}
    assert {"𝑦", "ˆ", "∑", "𝜕"} <= wanted
    assert {sign for sign in wanted if ord(sign) not in covered} == set()


def test_the_licence_stands_beside_the_font_and_its_name_is_its_own():
    folder = files("halfmoon.pages").joinpath("fonts")
    licence = folder.joinpath("OFL.txt").read_text(encoding="utf-8")
    assert "SIL OPEN FONT LICENSE Version 1.1" in licence
    pytest.importorskip("brotli", reason="woff2 is read by the package brotli")
    name = TTFont(str(folder.joinpath("halfmoon-math.woff2")))["name"]
    assert name.getDebugName(1) == "Halfmoon Math"
    assert "Open Font License" in name.getDebugName(13)


@pytest.mark.parametrize(
    ("tex", "expected"),
    [
        (r"\mathrm{rate} \cdot x", "<mi>rate</mi>"),
        (r"\mathit{decay}", "<mi>decay</mi>"),
        (r"\operatorname{softmax}(z)", "<mi>softmax</mi>"),
        (r"\max(z, 0)", "<mi>max</mi>"),
        (r"\log_{10} x", "<mi>log</mi>"),
        (r"a^{\mathsf T}", "<mi>\N{MATHEMATICAL SANS-SERIF CAPITAL T}</mi>"),
        (r"\partial L", "<mi>∂</mi><mi>L</mi>"),
        (r"= -\sum_c t_c", '<mo form="prefix">−</mo>'),
        (r"\hat y", '<mover accent="true">'),
        (r"\texttt{reg\_lambda}", "reg_lambda"),
    ],
)
def test_words_and_signs_are_pieces_of_their_own(tex, expected):
    assert expected in mathml(tex)


def test_a_word_keeps_its_distance_from_a_letter_and_not_from_a_bracket():
    assert "</mi><mspace" in mathml(r"\tanh z")
    assert "mspace" not in mathml(r"\tanh(z)")
    assert mathml(r"t_c \log y").count("mspace") == 4  # two, each with its end


def test_parts_between_spaces_are_formulas_of_their_own():
    parts = ET.fromstring(mathml(r"a = b, \quad c = d", block=True))
    assert ["".join(part.itertext()) for part in parts] == ["a=b,", "c=d"]
    assert [math.get("display") for math in parts.iter("math")] == ["block"] * 2
    matrix = r"\begin{matrix} a \quad b \end{matrix}"
    assert len(ET.fromstring(mathml(matrix, block=True))) == 1
    assert mathml(r"a, \quad b").count("<math") == 2


def test_limits_stand_above_and_below_a_sum_in_a_block_only():
    sum_of = r"\sum_{n=1}^{N} x_n"
    assert "<munderover>" in mathml(sum_of, block=True)
    assert "<msubsup>" in mathml(sum_of)


def test_a_long_formula_may_go_on_below_before_a_relation():
    short = mathml("a = b")
    assert short.count("<math") == 1
    long = mathml("a_1 + a_2 + a_3 + a_4 + a_5 = b_1 + b_2 + b_3 + b_4 = c")
    pieces = long.split("<wbr>")
    signs = ["".join(ET.fromstring(piece).itertext()) for piece in pieces]
    assert signs == ["a1+a2+a3+a4+a5", "=b1+b2+b3+b4", "=c"]
    assert all('<mo form="infix">=</mo>' in piece for piece in pieces[1:])


def test_a_product_of_letters_stays_one():
    assert "<mi>a</mi><mi>b</mi>" in mathml("ab")
    assert html.unescape(mathml(r"x^{\mathrm{in}}")).count("<mi>") == 2

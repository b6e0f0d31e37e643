"""Formulas in LaTeX as MathML that every browser sets well."""

# ruff: noqa: RUF001 (these signs are meant)

import xml.etree.ElementTree as ET
from functools import cache
from itertools import pairwise

NAMESPACE = "{http://www.w3.org/1998/Math/MathML}"
THIN = "0.167em"
WIDE = {"1em", "2em"}
RELATIONS = {"=", "≈", "←", "≤", "≥", "∝"}
LONG = 24  # a formula of more signs is cut
ACCENTS = {"^": "ˆ", "~": "˜", "¯": "¯", "˙": "˙"}  # signs that stand above a letter
CLOSING = {")", "]", "}", "|", "‖", "!"}
SANS_SERIF_T = "\N{MATHEMATICAL SANS-SERIF CAPITAL T}"


@cache
def mathml(tex: str, block: bool = False) -> str:
    r"""A formula in LaTeX, as MathML.

    latex2mathml translates it; then words such as `rate` become one piece, and what
    browsers would set wrong is mended. Browsers do not break the line of a formula, so
    each part between \quad is a formula of its own, and a long one is cut before its
    signs of relation.
    """
    from latex2mathml.converter import convert

    display = "block" if block else "inline"
    root = ET.fromstring(convert(tex.replace("'", r"^\prime "), display=display))
    for element in root.iter():
        element.tag = element.tag.removeprefix(NAMESPACE)
    _mend(root)
    parts = [
        "<wbr>".join(_written(piece, block) for piece in _cut_at_relations(part))
        for part in _cut_at_spaces(root)
    ]
    if not block:
        return " ".join(parts)
    return f'<div class="formula"><span>{"</span><span>".join(parts)}</span></div>'


def _cut_at_spaces(root: ET.Element) -> list[list[ET.Element]]:
    r"""The pieces of a formula between \quad."""
    parts: list[list[ET.Element]] = [[]]
    for element in root[0]:
        if element.tag == "mspace" and element.get("width") in WIDE:
            parts.append([])
        else:
            parts[-1].append(element)
    return [part for part in parts if part]


def _cut_at_relations(row: list[ET.Element]) -> list[list[ET.Element]]:
    """A long row in shorter ones; each but the first begins with a relation."""
    pieces: list[list[ET.Element]] = [[]]
    signs = sum(len(list(element.iter())) for element in row)
    for element in row:
        if signs > LONG and pieces[-1] and element.text in RELATIONS:
            element.set("form", "infix")
            pieces.append([])
        pieces[-1].append(element)
    return pieces


def _written(row: list[ET.Element], block: bool) -> str:
    formula = ET.Element("math")
    if block:
        formula.set("display", "block")
    formula.extend(row)
    return ET.tostring(formula, encoding="unicode", short_empty_elements=False)


def _mend(element: ET.Element) -> None:
    """Mend a piece of a formula, the inner pieces first."""
    for child in element:
        _mend(child)
    _mend_letter(element)
    if element.tag == "mover" and element[1].text in ACCENTS:
        element.set("accent", "true")
        element[1].text = ACCENTS[element[1].text]
        element[1].set("stretchy", "false")
    if element.tag in {"mrow", "mtd", "mstyle", "math"}:
        _join_letters(element)
        _set_words_apart(element)
        _mark_signs(element)


def _mend_letter(element: ET.Element) -> None:
    """The variants that browsers do not know, and names that are no operators."""
    is_name = element.tag == "mo" and (element.text or "").isalpha()
    if element.text == "∂" or (is_name and len(element.text or "") > 1):
        element.tag = "mi"
        element.attrib.clear()
    if element.tag == "mtext" and element.text:
        element.text = element.text.replace(r"\_", "_")
    if element.get("mathvariant") == "sans-serif" and element.text == "T":
        element.text = SANS_SERIF_T
        del element.attrib["mathvariant"]


def _join_letters(row: ET.Element) -> None:
    r"""The letters of \mathrm{rate} become one word."""
    for child in list(row):
        before = list(row).index(child) - 1
        variant = child.get("mathvariant")
        if before < 0 or child.tag != "mi" or variant not in {"normal", "italic"}:
            continue
        last = row[before]
        if last.get("mathvariant") == variant:
            last.text = f"{last.text}{child.text}"
            row.remove(child)
    for child in row:
        if _is_word(child):
            child.attrib.pop("mathvariant", None)


def _is_word(element: ET.Element) -> bool:
    """Whether it is a name of several letters, with an index perhaps, or holds one."""
    if element.tag in {"msub", "msup", "msubsup", "munder"}:
        return _is_word(element[0])
    if element.tag == "mrow" and len(element) == 1:
        return _is_word(element[0])
    return element.tag == "mi" and len(element.text or "") > 1


def _set_words_apart(row: ET.Element) -> None:
    """A thin space between a word and its neighbours, unless these are signs."""
    for left, right in pairwise(list(row)):
        is_one = _is_word(left) or _is_word(right)
        if is_one and not {left.tag, right.tag} & {"mo", "mspace"}:
            space = ET.Element("mspace", {"width": THIN})
            row.insert(list(row).index(right), space)


def _mark_signs(row: ET.Element) -> None:
    """A minus behind another sign belongs to what follows it."""
    for left, right in pairwise(list(row)):
        is_sign = right.tag == "mo" and right.text in {"−", "+"}
        if is_sign and left.tag == "mo" and left.text not in CLOSING:
            right.set("form", "prefix")

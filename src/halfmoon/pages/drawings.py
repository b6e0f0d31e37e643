"""matplotlib's SVG made small, with its texts as texts, for a place in a page.

matplotlib writes an element for every mark and a style for every element. Here marks of
one kind become one path whose corners bear them, groups without a purpose go, numbers
have two decimals, and the ink and the paper are the page's.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from itertools import count, groupby

from halfmoon.displays.style import INK

PAPER = "#ffffff"
SPACE = re.compile(r"\{.*?\}")
NUMBER = re.compile(r"-?\d+\.\d+(?:e-?\d+)?")
REFERENCE = re.compile(r"url\(#([^)]+)\)")
UPRIGHT = re.compile(r"rotate\(-?0 .*?\)")
NO_DRAWING = {"metadata", "style", "title"}
COMBINING = {"\u0302", "\u0303", "\u0304", "\u0307"}
DRAWN = ("d", "x", "y", "transform", "width", "height")


def small(svg: str, name: str) -> tuple[ET.Element, float, float]:
    """The drawing as a group of the id `name`, its width and its height.

    Ids within begin with the name too.
    """
    root = ET.fromstring(svg)
    _plain_names(root)
    _, _, width, height = map(float, root.attrib["viewBox"].split())
    group = ET.Element("g", {"id": name})
    group.extend(child for child in root if child.tag not in NO_DRAWING)
    on_image = group.find(".//image") is not None
    for element in list(group.iter()):
        _join_math(element)
        _use_page_colours(element, on_image)
    numbers = count()
    for element in list(group.iter()):
        _join_marks(element, numbers)
    _name_ids(group, name)
    _remove_groups(group)
    for element in group.iter():
        _tidy(element)
    return group, width, height


def written(element: ET.Element) -> str:
    """An element as a part of an HTML page."""
    return ET.tostring(element, encoding="unicode", short_empty_elements=True)


def _plain_names(root: ET.Element) -> None:
    """Tags and attributes without the namespaces that HTML implies."""
    for element in root.iter():
        element.tag = SPACE.sub("", element.tag)
        for key in list(element.attrib):
            element.set(SPACE.sub("", key), element.attrib.pop(key))


def _declarations(element: ET.Element) -> dict[str, str]:
    """The declarations of an element's style."""
    pairs = (part.partition(":") for part in element.get("style", "").split(";"))
    return {key.strip(): value.strip() for key, _, value in pairs if value}


def _set_declarations(element: ET.Element, style: dict[str, str]) -> None:
    element.attrib.pop("style", None)
    if style:
        element.set("style", ";".join(f"{key}:{value}" for key, value in style.items()))


def _use_page_colours(element: ET.Element, on_image: bool = False) -> None:
    """Ink and paper of the page, and its font.

    On an image, which is pale on a dark page too, white edges stay white.
    """
    style = _declarations(element)
    style.pop("font-family", None)
    for key, value in style.items():
        if value == INK:
            style[key] = "var(--ink)"
        elif value == PAPER and not (on_image and key == "stroke"):
            style[key] = "var(--paper)"
    _set_declarations(element, style)


# Texts with mathematics, which matplotlib writes sign by sign


def _join_math(text: ET.Element) -> None:
    """The signs of a formula as runs of text, about the formula's middle."""
    if text.tag != "text" or len(text) == 0:
        return
    signs = sorted(_with_accents(list(text)), key=lambda sign: float(sign.get("x", 0)))
    for sign in signs:
        _use_page_colours(sign)
    last = float(signs[-1].get("x", 0)) + 0.6 * _size(signs[-1])
    for sign in list(text):
        text.remove(sign)
    text.text = None
    text.set("x", f"{last / 2.0:.2f}")
    text.set("style", "text-anchor:middle")
    level = 0.0
    for (height, style), run in groupby(signs, key=_height_and_style):
        piece = ET.SubElement(text, "tspan", {"dy": f"{height - level:.2f}"})
        piece.set("style", style)
        piece.text = "".join(sign.text or "" for sign in run).replace("\xa0", " ")
        level = height
        if piece.get("dy") in {"0.00", "-0.00"}:
            del piece.attrib["dy"]


def _height_and_style(sign: ET.Element) -> tuple[float, str]:
    return float(sign.get("y", 0)), sign.get("style", "")


def _size(sign: ET.Element) -> float:
    return float(_declarations(sign).get("font-size", "10px").removesuffix("px"))


def _with_accents(signs: list[ET.Element]) -> Iterator[ET.Element]:
    """The signs, each with the accent above it."""
    accents = [sign for sign in signs if sign.text in COMBINING]
    letters = [sign for sign in signs if sign.text not in COMBINING]
    for accent in accents:
        at = float(accent.get("x", 0))
        below = [
            sign
            for sign in letters
            if float(sign.get("x", 0)) < at and _size(sign) == _size(accent)
        ]
        if below:
            nearest = max(below, key=lambda sign: float(sign.get("x", 0)))
            nearest.text = f"{nearest.text}{accent.text}"
    yield from letters


# Marks


def _join_marks(group: ET.Element, numbers: Iterator[int]) -> None:
    """Marks of one kind become one path, which bears them at its corners."""
    for kind, run in groupby(list(group), key=_kind_of_mark):
        marks = list(run)
        if kind is None or len(marks) < 3:
            continue
        clip, mark, style = kind
        place = list(group).index(marks[0])
        for each in marks:
            group.remove(each)
        uses = [next(each.iter("use")) for each in marks]
        corners = "L".join(f"{use.get('x')} {use.get('y')}" for use in uses)
        name = f"mark-{next(numbers)}"
        marker = ET.Element("marker", {"id": name, "markerUnits": "userSpaceOnUse"})
        marker.set("overflow", "visible")
        ET.SubElement(marker, "use", {"href": mark, "style": style})
        style = f"marker:url(#{name});fill:none"
        path = ET.Element("path", {"d": f"M{corners}", "style": style})
        if clip:
            path.set("clip-path", clip)
        group.insert(place, marker)
        group.insert(place + 1, path)


def _kind_of_mark(element: ET.Element) -> tuple[str, str, str] | None:
    """Where it is clipped, what it shows, and how; None if it is no mark."""
    clip = element.get("clip-path", "")
    if element.tag == "g" and len(element) == 1:
        (element,) = element
    if element.tag != "use" or "x" not in element.attrib:
        return None
    return clip, element.get("href", ""), element.get("style", "")


# Names and groups


def _name_ids(group: ET.Element, name: str) -> None:
    """The ids that something refers to begin with the name; the others go."""
    wanted = set()
    for element in group.iter():
        for key in ("style", "clip-path"):
            if value := element.get(key):
                wanted |= set(REFERENCE.findall(value))
                element.set(key, REFERENCE.sub(rf"url(#{name}-\1)", value))
        link = element.get("href", "")
        if link.startswith("#"):
            wanted.add(link[1:])
            element.set("href", f"#{name}-{link[1:]}")
    for element in group.iter():
        own = element.attrib.pop("id", "")
        if own in wanted:
            element.set("id", f"{name}-{own}")
    group.set("id", name)


def _remove_groups(group: ET.Element) -> None:
    """Groups that say nothing give their place to what is in them."""
    for child in list(group):
        _remove_groups(child)
        if child.tag in {"g", "defs"} and len(child) == 0:
            group.remove(child)
        elif child.tag == "g" and not child.attrib:
            place = list(group).index(child)
            group.remove(child)
            for i, inner in enumerate(list(child)):
                group.insert(place + i, inner)


def _tidy(element: ET.Element) -> None:
    """Short numbers, and no more white space than a text has."""
    element.tail = None
    if element.tag not in {"text", "tspan"}:
        element.text = None
    for key in DRAWN:
        if value := element.get(key):
            rounded = NUMBER.sub(_rounded, UPRIGHT.sub("", value))
            element.set(key, re.sub(r"\s*\n?\s*([A-Za-z])\s*", r"\1", rounded).strip())
    if element.get("transform") == "":
        del element.attrib["transform"]
    if style := element.get("style"):
        element.set("style", NUMBER.sub(_rounded, style))


def _rounded(number: re.Match[str]) -> str:
    return f"{round(float(number.group()), 2):g}"

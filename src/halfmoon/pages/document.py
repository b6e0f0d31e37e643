"""A Markdown file as a page of its own, such as DERIVATION.md.

Its sections are headings of the second level. Anchors are as on GitHub, and a bold tag
such as **[F1]** is one too: #F1.
"""

import re
from importlib.resources import files
from pathlib import Path

from halfmoon.pages import html, markdown

HEADING = re.compile(r"<h([23])>(.*?)</h\1>")
# the page has a list of its contents already
CONTENTS = re.compile(r'<ol>\s*(<li><a href="#[^<]*</a></li>\s*)+</ol>')
TAG = re.compile(r"<strong>\[(\w+)\]</strong>")
NUMBERED = re.compile(r"^(\d+)\. (.*)")

DERIVATION = html.Front(
    title="Derivation",
    description="Every equation of halfmoon, derived once, with the tag of its line.",
    lead="Every equation that the code computes, derived with the chain rule alone.",
)


def derivation_page() -> str:
    """The page of DERIVATION.md."""
    return document_page(project_file("DERIVATION.md"), DERIVATION)


def project_file(name: str) -> str:
    """A file of the project: in a wheel among the modules, in a checkout above src."""
    path = Path(str(files("halfmoon"))) / Path(name).name
    if not path.is_file():
        path = Path(__file__).parents[3] / name
    return path.read_text(encoding="utf-8")


def document_page(source: str, front: html.Front) -> str:
    """The page of a Markdown file whose first heading, its title, is left out."""
    _, _, text = source.partition("\n")
    body = CONTENTS.sub("", markdown.html(text, pairs=False))
    headings = [
        html.Heading(*_number_and_title(title))
        for level, title in HEADING.findall(body)
        if level == "2"
    ]
    body = HEADING.sub(_with_anchor, body)
    body = TAG.sub(r'<strong id="\1">[\1]</strong>', body)
    # its tables hold words
    body = body.replace('<table class="written">', '<table class="written words">')
    return html.page(front, headings, [body])


def anchor(title: str) -> str:
    """The anchor of a heading, as GitHub makes it."""
    words = re.sub(r"<[^>]+>", "", title).lower()
    return re.sub(r"[^\w\- ]", "", words).replace(" ", "-")


def _number_and_title(title: str) -> tuple[str, str, str]:
    """The number, the anchor and the words of a heading such as "3. A dense layer"."""
    numbered = NUMBERED.fullmatch(title)
    number, words = numbered.groups() if numbered else ("", title)
    return number, anchor(title), words


def _with_anchor(heading: re.Match[str]) -> str:
    level, title = heading.groups()
    name = anchor(title)
    return f'<h{level} id="{name}">{html.link_to(name)}{title}</h{level}>'

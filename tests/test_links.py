"""Every link leads somewhere: from page to page, and to a heading that is there.

Followed in the project's Markdown files, in the notebook, in the lesson's texts and on
the pages that are made of them.
"""

import json
import re
from functools import cache
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote

import pytest

from halfmoon.tutorial.program import SECTIONS

ROOT = Path(__file__).resolve().parents[1]
TEXTS = ROOT / "src" / "halfmoon" / "tutorial" / "texts"
NOTEBOOK = ROOT / "examples" / "tutorial.ipynb"
SKIPPED = {".uv", ".venv", "tutorial", "node_modules"}
ELSEWHERE = ("http://", "https://", "mailto:", "data:")
FENCED = re.compile(r"^( *)(`{3,}|~{3,})[^\n]*\n.*?^ *\2", re.MULTILINE | re.DOTALL)
INLINE_CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")
TAG_LINK = re.compile(r"<(?:a|img|source)\b[^>]*?\b(?:href|src)=\"([^\"]+)\"")
HEADING = re.compile(r"^#{1,6}\s+(.+?)\s*#*\s*$", re.MULTILINE)


def markdown_files():
    """The project's own pages, as a checkout has them."""
    return [
        path
        for path in sorted(ROOT.rglob("*.md"))
        if path.relative_to(ROOT).parts[0] not in SKIPPED
        if not path.is_relative_to(TEXTS)
    ]


def links_of(text, inside_fences=False):
    """What a Markdown text links to, outside of its code."""
    prose = INLINE_CODE.sub("", text if inside_fences else FENCED.sub("", text))
    return [unquote(link) for link in LINK.findall(prose) + TAG_LINK.findall(prose)]


def slug(heading):
    """The anchor that GitHub gives a heading."""
    words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)  # the text of a link
    words = re.sub(r"[^\w\- ]", "", words.strip().lower())
    return words.replace(" ", "-")


@cache
def anchors(path):
    """The anchors of a Markdown file."""
    found = []
    for heading in HEADING.findall(FENCED.sub("", path.read_text(encoding="utf-8"))):
        first = slug(heading)
        again = 0
        while (name := f"{first}-{again}" if again else first) in found:
            again += 1
        found.append(name)
    return found


def leads_nowhere(link, page, folder):
    """Why a link from `page`, whose files lie beside it in `folder`, is broken."""
    target, _, anchor = link.partition("#")
    path = (folder / target).resolve() if target else page
    if not path.is_relative_to(ROOT):
        return f"{link} leads out of the project"
    if not path.exists():
        return f"{link}: there is no {path.relative_to(ROOT)}"
    if anchor and path.suffix == ".md" and anchor not in anchors(path):
        return f"{link}: {path.name} has no heading of that name"
    return ""


def broken(links, page, folder):
    own = [link for link in links if not link.startswith(ELSEWHERE)]
    return [why for link in own if (why := leads_nowhere(link, page, folder))]


@pytest.mark.parametrize("page", markdown_files(), ids=lambda page: page.name)
def test_links_of_a_page_lead_somewhere(page):
    links = links_of(page.read_text(encoding="utf-8"))
    assert not broken(links, page, page.parent)


def test_links_of_the_notebook_lead_somewhere():
    cells = json.loads(NOTEBOOK.read_text(encoding="utf-8"))["cells"]
    links = [
        link
        for cell in cells
        if cell["cell_type"] == "markdown"
        for link in links_of("".join(cell["source"]))
    ]
    assert not broken(links, NOTEBOOK, NOTEBOOK.parent)


@pytest.mark.parametrize("text", sorted(TEXTS.glob("*.md")), ids=lambda text: text.stem)
def test_links_of_the_lesson_lead_somewhere(text):
    """To a section, to a heading or a tag of DERIVATION.md, or to the notebook."""
    links = links_of(text.read_text(encoding="utf-8"), inside_fences=True)
    derivation = ROOT / "DERIVATION.md"
    tags = re.findall(r"\*\*\[(\w+)\]\*\*", derivation.read_text(encoding="utf-8"))
    known = {"DERIVATION.md", "tutorial.ipynb"}
    known |= {f"#{name}" for name in SECTIONS}
    known |= {f"DERIVATION.md#{name}" for name in [*anchors(derivation), *tags]}
    assert not {link for link in links if not link.startswith(ELSEWHERE)} - known


def test_a_broken_link_is_found():
    """By the file, by the heading, and by a heading that a file has twice."""
    page = ROOT / "README.md"
    text = "[a](DERIVATION.md#1-notation) [b](NOWHERE.md) [c](DERIVATION.md#nowhere)"
    first, second = broken(links_of(text), page, ROOT)
    assert "there is no NOWHERE.md" in first
    assert "DERIVATION.md has no heading" in second
    assert not links_of("`[no](link)`\n\n```\n[no](link)\n```\n")
    assert slug("What `fit` says: [F1], and why") == "what-fit-says-f1-and-why"


class Page(HTMLParser):
    """The names and the links of an HTML page."""

    def __init__(self, path):
        super().__init__()
        self.names = []
        self.links = []
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag, attrs):
        own = dict(attrs)
        self.names += [own["id"]] if own.get("id") else []
        self.links += [unescape(own["href"])] if tag == "a" and "href" in own else []


@pytest.mark.parametrize("name", ["index.html", "derivation.html"])
def test_links_of_a_written_page_lead_somewhere(name, whole_tutorial):
    """To a place on it, or to a file beside it and a place there."""
    pages = {path.name: Page(path) for path in whole_tutorial.glob("*.html")}
    page = pages[name]
    assert len(page.links) > 10
    assert len(set(page.names)) == len(page.names)
    wrong = []
    for link in page.links:
        file, _, place = link.partition("#")
        target = pages.get(file or name)
        if link.startswith(ELSEWHERE):
            continue
        if target is None or not place:
            found = (whole_tutorial / (file or name)).exists() and not place
        else:
            found = place in target.names
        wrong += [] if found else [link]
    assert not wrong

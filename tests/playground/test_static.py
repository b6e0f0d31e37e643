"""The page's files: modules that fit together, and nothing that its policy forbids."""

import re
from pathlib import Path

import pytest

from halfmoon import pages, playground
from halfmoon.pages.modules import join, read_modules

STATIC = Path(playground.__file__).parent / "static"
WEB = Path(pages.__file__).parent / "web"
OURS = [
    path
    for path in sorted(STATIC.iterdir())
    if path.suffix in {".js", ".css", ".html", ".ts"} and "uplot" not in path.name
]
# what makes markup of a text, or a program, or fetches from elsewhere
FORBIDDEN = re.compile(
    r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|"
    r"""setAttribute\("style"|createContextualFragment|https?://(?!www\.w3\.org/2000/)"""
)


@pytest.mark.parametrize("main", ["shell", "recorded", "widget-page"])
def test_all_modules_become_one(main):
    ours = read_modules(STATIC)
    taken = set(ours) & set(read_modules(WEB))
    assert not taken, "the browser finds all modules in one folder"
    script = join(read_modules(WEB) | ours, main)
    assert "startPlayground" in script


@pytest.mark.parametrize("path", OURS, ids=lambda path: path.name)
def test_a_file_is_tidy(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [i for i, line in enumerate(lines, 1) if len(line) > 88] == []
    assert [i for i, line in enumerate(lines, 1) if FORBIDDEN.search(line)] == []


def test_the_page_names_files_that_are_there():
    page = (STATIC / "page.html").read_text(encoding="utf-8")
    names = re.findall(r'(?:href|src)="/static/([^"]+)"', page)
    assert len(names) > 3
    assert [n for n in names if not ((STATIC / n).exists() or (WEB / n).exists())] == []


def test_the_static_files_stay_small_enough_to_be_read():
    """Types are not served, and a reader may be told as much as he needs."""
    served = [path.read_text("utf-8") for path in OURS if path.suffix != ".ts"]
    lines = [line.strip() for text in served for line in text.splitlines()]
    comment = ("//", "/*", "*", "<!--")
    assert len([line for line in lines if line and not line.startswith(comment)]) < 6000

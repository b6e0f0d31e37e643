"""A Markdown file as a page: DERIVATION.md, and its anchors as GitHub makes them."""

import re
from pathlib import Path

import pytest

from halfmoon.pages.document import (
    anchor,
    derivation_page,
    document_page,
    project_file,
)
from halfmoon.pages.html import Front

SOURCE = (Path(__file__).parents[2] / "DERIVATION.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page():
    return derivation_page()


def test_its_own_links_lead_somewhere(page):
    ids = set(re.findall(r' id="([^"]+)"', page))
    links = set(re.findall(r'href="#([^"]+)"', page)) - {"text"}
    assert len(links) > 10
    assert links <= ids


def test_every_tag_is_an_anchor(page):
    tags = re.findall(r"^\*\*\[(\w+)\]\*\*", SOURCE, re.MULTILINE)
    assert len(tags) > 50
    for tag in tags:
        assert f'id="{tag}"' in page


def test_no_formula_is_left_as_latex(page):
    bare = re.sub(r"<(code|pre)\b.*?</\1>", "", page, flags=re.DOTALL)
    bare = bare[bare.index("<main") :]
    assert "$" not in bare
    assert "```" not in bare


def test_a_bar_belongs_to_the_formula():
    page = document_page("# T\n\n$|g|$ is a norm.", Front("T", "L"))
    assert page.count(">|</mo>") == 2


def test_anchors_are_as_on_github():
    assert anchor("3. A dense layer") == "3-a-dense-layer"
    assert anchor("From <code>a</code>, and back") == "from-a-and-back"


def test_files_of_the_project_are_read_in_a_checkout_too():
    assert project_file("DERIVATION.md") == SOURCE
    assert '"nbformat": 4' in project_file("examples/tutorial.ipynb")

"""A site: its files by name, and its page as one text with a strict policy."""

import json
import re

import pytest

from halfmoon.pages.modules import fingerprint
from halfmoon.playground.page import SITE
from halfmoon.serving.site import Site, ending


@pytest.fixture(scope="module")
def page():
    return SITE.as_one("widget-page", {"rows": {"name": "</script><img onerror=x>"}})


def test_all_modules_are_one_script(page):
    script = SITE.joined("widget-page")
    assert f'<script type="module">{script}</script>\n</body>' in page
    # a name may be declared once: the joiner raises, and names the two modules
    assert len(re.findall(r"^function makeSurfacePanel\(", script, re.M)) == 1


def test_the_page_allows_its_own_script_and_fetches_nothing(page):
    policy = re.search(r'Security-Policy" content="([^"]*)"', page)[1]
    script = fingerprint(SITE.joined("widget-page")).replace("'", "&#x27;")
    assert policy.startswith(f"default-src &#x27;none&#x27;; script-src {script};")
    assert "connect-src" not in policy
    assert "/static/" not in page
    assert not re.findall(r'(?:src|href)="(?!data:)', page)


def test_the_styles_are_the_pages_own_in_their_order(page):
    style = re.search(r"<style>(.*?)</style>", page, re.S)[1]
    assert style.index("--line") < style.index(".pg-top")


def test_data_are_json_that_ends_no_script(page):
    text = re.search(r'<script type="application/json" id="rows">(.*?)</script>', page)
    assert json.loads(text[1]) == {"name": "</script><img onerror=x>"}


def test_the_files_of_both_folders_lie_in_one():
    files = SITE.files()
    assert {"store.js", "surface.js", "playground.css", "colours.css"} <= set(files)
    assert {ending(name) for name in files} == {".js", ".css"}
    assert "export function" in files["surface.js"].read_text(encoding="utf-8")


def test_a_name_may_be_in_one_folder_only():
    folder = SITE.folders[0]
    with pytest.raises(ValueError, match=r"Two folders of the page hold [\w-]+\.\w+"):
        Site((folder, folder)).files()

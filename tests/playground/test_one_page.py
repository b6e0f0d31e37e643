"""The page as one text: all its modules as one script, and its strict policy."""

import json
import re

import pytest

from halfmoon.pages.modules import fingerprint
from halfmoon.playground.one_page import joined, one_page


@pytest.fixture(scope="module")
def page():
    return one_page("widget-page", {"rows": {"name": "</script><img onerror=x>"}})


def test_all_modules_are_one_script(page):
    script = joined("widget-page")
    assert f'<script type="module">{script}</script>\n</body>' in page
    # a name may be declared once: the joiner raises, and names the two modules
    assert len(re.findall(r"^function makeSurfacePanel\(", script, re.M)) == 1


def test_the_page_allows_its_own_script_and_fetches_nothing(page):
    policy = re.search(r'Security-Policy" content="([^"]*)"', page)[1]
    script = fingerprint(joined("widget-page")).replace("'", "&#x27;")
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

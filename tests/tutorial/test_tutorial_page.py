"""The tutorial's page: every number on it is in results.json, nothing is fetched, and
all can read it.
"""

# ruff: noqa: RUF001 (minus and multiplication signs are meant)

import html.parser
import math
import re

import pytest

from halfmoon.pages.numbers import look_up

VOID = {"meta", "link", "br", "wbr", "img", "hr", "input"}
# holds links, code, formulas, drawings, or what heads a row
QUIET = {"a", "code", "pre", "math", "svg", "style", "title", "script", "nav", "th"}


class Page(html.parser.HTMLParser):
    """What a page says and shows: text outside code and formulas, numbers, ids, links,
    descriptions.
    """

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.wrong = []
        self.ids = []
        self.links = []
        self.loads = []
        self.data = []
        self.prose = []
        self.described = []
        self.trace = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        has = dict(attributes)
        self.ids += [has["id"]] if "id" in has else []
        if tag == "a":
            self.links.append(has["href"])
        else:
            self.loads += [
                has[name]
                for name in ("src", "href", "xlink:href", "srcset")
                if name in has
            ]
        if "role" in has and has["role"] == "img":
            self.described.append(has.get("aria-label", ""))
        if tag == "data":
            self.data.append((has["data-from"], has["value"], ""))
        if tag not in VOID:
            self.open.append((tag, has))

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.open.pop()

    def handle_endtag(self, tag):
        opened, has = self.open.pop()
        if opened != tag:
            self.wrong.append(
                f"</{tag}> closes <{opened}> near line {self.getpos()[0]}"
            )
        if tag == "data" and not self.data[-1][2]:
            self.wrong.append(f"no digits for {has}")

    def handle_data(self, text):
        tags = [tag for tag, _ in self.open]
        classes = {has.get("class") for _, has in self.open}
        if "data" in tags:
            *where, before = self.data[-1]
            power = "e" if tags[-1] == "sup" else ""
            self.data[-1] = (*where, before + power + text)
        elif "trace" in classes:
            self.trace += re.findall(r"-?\d+\.\d+", text) if "pre" in tags else []
        elif (
            not QUIET & set(tags)
            and not classes & {"anchor", "where", "kicker", "live"}
            and "body" in tags
        ):
            self.prose.append(text)


@pytest.fixture(scope="module")
def page(whole_tutorial):
    return Page((whole_tutorial / "index.html").read_text())


def digits_of(text):
    """The number that is shown, and how far rounding may have moved it."""
    bare = text.replace(",", "").replace("−", "-").rstrip("%")
    bare = bare.replace(" × 10e", "e")
    decimals = len(bare.split("e")[0].partition(".")[2])
    power = int(bare.partition("e")[2] or 0) - 2 * text.endswith("%")
    return float(bare) * 10.0 ** (-2 * text.endswith("%")), 0.5000001 * 10.0 ** (
        power - decimals
    )


def test_every_marked_number_is_the_one_in_the_results(page, results):
    assert len(page.data) > 100
    for address, value, shown in page.data:
        number = look_up(results, address)
        assert str(number) == value, address
        read, rounding = digits_of(shown)
        assert math.isclose(read, number, rel_tol=0.0, abs_tol=rounding), (
            address,
            number,
            shown,
        )


def test_no_other_number_is_told(page):
    text = " ".join(" ".join(page.prose).split())
    # years of papers, and equations
    text = re.sub(r"\(?\b(18|19|20)\d\d\b\)?|\[[A-Z]\d+\]", " ", text)
    assert not re.findall(r"\S*(?:\d[.,]\d|\d\d|\d ?%)\S*", text)


def test_the_traces_numbers_are_in_the_results(page, results):
    held = set()

    def collect(value):
        if isinstance(value, dict | list):
            for one in value.values() if isinstance(value, dict) else value:
                collect(one)
        elif isinstance(value, float):
            held.add(f"{value:.4f}")

    collect(results["prediction"])
    collect(results["learning"])
    assert len(page.trace) > 30
    assert set(page.trace) <= held


def test_nothing_is_fetched(page, whole_tutorial):
    assert all(load.startswith(("data:", "#")) for load in page.loads)
    text = (whole_tutorial / "index.html").read_text()
    assert "default-src 'none'" in text
    style = text[text.index("<style") : text.index("</style>")]
    assert not re.search(r'@import|url\((?!"?#|"?data:)', style)


def test_it_is_under_two_megabytes(whole_tutorial):
    assert (whole_tutorial / "index.html").stat().st_size < 2_000_000


def test_it_is_well_formed_and_its_links_lead_somewhere(page, whole_tutorial):
    assert page.wrong == []
    assert page.open == []
    assert sorted(set(page.ids)) == sorted(page.ids)
    derivation = Page((whole_tutorial / "derivation.html").read_text())
    ids = {"": set(page.ids), "derivation.html": set(derivation.ids)}
    assert len(page.links) > 30
    for link in page.links:
        if link.startswith(("https://", "http://")):
            continue
        file, _, anchor = link.partition("#")
        assert (whole_tutorial / file).exists(), link
        if anchor:
            assert anchor in ids[file], link


def test_every_figure_is_described_and_themed(page, whole_tutorial):
    figures = sorted(path.stem for path in whole_tutorial.glob("*.svg"))
    text = (whole_tutorial / "index.html").read_text()
    assert len(page.described) == len(figures)
    assert all(len(words) >= 60 for words in page.described)
    for name in figures:
        assert f'id="figure-{name}"' in text
    drawn = text[text.index("<figure") :]
    assert "var(--ink)" in drawn
    assert "#222222" not in drawn
    assert "#000000" not in drawn


def test_no_number_was_left_as_an_address(whole_tutorial):
    for path in (path for path in whole_tutorial.iterdir() if path.suffix != ".png"):
        assert "⟦" not in path.read_text(), path.name

"""The whole page in Debian's chromium: at any width, light and dark, with and without
its script, everything can be read.
"""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from live_page import WAIT, needs_chromium

pytestmark = [pytest.mark.slow, needs_chromium]
PAGES = ["index.html", "derivation.html"]
OPEN = "document.querySelectorAll('main details').forEach(each => each.open = true)"
# what stands beyond the right edge of the window, or scrolls sideways
CUT = """() => [...document.querySelectorAll('main *')].filter(each => {
  const beyond = each.getBoundingClientRect().right > innerWidth + 1;
  const scrolls = getComputedStyle(each).overflowX === 'auto'
    && each.scrollWidth > each.clientWidth + 1;
  return (beyond && each.matches('math, pre, table, p, li, label, figure')) || scrolls;
}).map(each => each.tagName + ': ' + each.textContent.slice(0, 60))"""
# texts of drawings that lie over each other, or outside their drawing
CROWDED = """() => {
  const found = [];
  for (const svg of document.querySelectorAll('.drawing .whole')) {
    const frame = svg.getBoundingClientRect();
    const texts = [...svg.querySelectorAll('text')].filter(text =>
      !/rotate/.test(text.getAttribute('transform')));
    const boxes = texts.map(text => text.getBoundingClientRect());
    boxes.forEach((box, i) => {
      const inside = box.left > frame.left - 1 && box.right < frame.right + 1
        && box.top > frame.top - 1 && box.bottom < frame.bottom + 1;
      const crowd = boxes.filter((other, j) => j > i
        && Math.min(box.right, other.right) - Math.max(box.left, other.left) > 1
        && Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top) > 2);
      if (!inside || crowd.length) found.push(texts[i].textContent);
    });
  }
  return found;
}"""


@pytest.fixture
def visit(browser, whole_tutorial):
    """Opens a page of the lesson in a fresh context."""
    contexts = []

    def opened(name="index.html", width=1440, **options):
        size = {"width": width, "height": 900}
        context = browser.new_context(viewport=size, **options)
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.goto((whole_tutorial / name).as_uri())
        return page

    yield opened
    for context in contexts:
        context.close()


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("width", [360, 390, 768, 1440])
def test_nothing_is_cut_and_nothing_scrolls_sideways(visit, name, width):
    page = visit(name, width, reduced_motion="reduce")
    page.evaluate(OPEN)
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(CUT) == []


@pytest.mark.parametrize("width", [768, 1440])
def test_texts_in_drawings_keep_their_distance(visit, width):
    page = visit(width=width)
    page.evaluate(OPEN)
    assert page.locator(".drawing .whole text").count() > 300
    assert page.evaluate(CROWDED) == []


def test_on_a_phone_each_panel_stands_by_itself(visit):
    page = visit(width=390)
    panels = page.locator(".drawing:not(.single) .panels:not(.small) svg").all()
    boxes = [panel.bounding_box() for panel in panels]
    boxes = [box for box in boxes if box and box["width"]]  # the others are folded
    assert len(boxes) > 20
    assert all(150.0 < box["width"] <= 390.0 for box in boxes)
    tops = [box["y"] for box in boxes]
    assert tops == sorted(set(tops))


@pytest.mark.parametrize("name", PAGES)
def test_formulas_are_set_in_the_pages_own_font(visit, name):
    page = visit(name)
    page.evaluate("document.fonts.ready")
    fonts = "[...document.fonts].map(font => font.family + ' ' + font.status)"
    assert page.evaluate(fonts) == ["Halfmoon Math loaded"]
    # what a sum's signs cover: n above, i = 1 below, the sum between
    boxes = page.evaluate(
        """() => [...document.querySelectorAll('munderover')].filter(
          each => each.checkVisibility() && each.closest('.formula')).map(
          each => [...each.children].map(part => {
            const box = part.getBoundingClientRect();
            return [box.top, box.bottom];
          }))"""
    )
    assert boxes
    for (top, bottom), (_, end_of_below), (start_of_above, _) in boxes:
        assert start_of_above < top
        assert end_of_below > bottom


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_no_fault(visit, name, scheme, width):
    page = visit(name, width, color_scheme=scheme, reduced_motion="reduce")
    page.evaluate(OPEN)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_without_its_script_the_page_is_whole(visit):
    page = visit(java_script_enabled=False)
    assert page.locator(".live:visible, .copy:visible, .check:visible").count() == 0
    question = page.locator(".question").first
    answer = question.locator(".answer p").first
    assert not answer.is_visible()
    question.locator("summary").click()
    expect(answer).to_be_visible()


def test_in_print_everything_folded_is_open(visit):
    page = visit(java_script_enabled=False)
    page.emulate_media(media="print")
    for part in (".fold", ".answer", ".line"):
        folded = page.locator(f"{part} > :not(summary)").first
        assert folded.evaluate("each => each.getBoundingClientRect().height") > 0.0
    assert not page.locator("nav").is_visible()


def test_a_heading_shows_its_link_to_the_keyboard(visit):
    page = visit(reduced_motion="reduce")
    link = page.locator("h2 .anchor").first
    sign = "each => getComputedStyle(each, '::before').opacity"
    assert link.evaluate(sign) == "0"
    link.focus()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Tab")
    page.wait_for_function(f"each => ({sign})(each) === '1'", arg=link.element_handle())
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(re.escape(link.get_attribute("href")) + "$"))

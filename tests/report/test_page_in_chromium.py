"""Reports in Debian's chromium: at any width, light and dark, on paper, by a screen
reader, with and without their script.
"""

import json
from itertools import product

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe

from live_page import needs_chromium, opened

pytestmark = [pytest.mark.slow, needs_chromium]
OPEN = "document.querySelectorAll('main details').forEach(each => each.open = true)"
# what stands beyond the right edge of the window
CUT = """() => [...document.querySelectorAll('main *, header *')].filter(each =>
  each.matches('p, li, dd, figure, pre, .threshold *, .tiles *')
  && each.getBoundingClientRect().right > innerWidth + 1
).map(each => each.tagName + ': ' + each.textContent.slice(0, 60))"""
NAMES = ("true_positive", "false_positive", "false_negative", "true_negative")


@pytest.mark.parametrize(
    ("name", "width"),
    [("two_classes", 390), ("three_classes", 360), ("values", 390), ("values", 1440)],
)
def test_nothing_is_cut_and_axe_finds_no_fault(browser, pages, name, width):
    size = {"width": width, "height": 900}
    scheme = "dark" if name == "values" else "light"
    options = {"viewport": size, "color_scheme": scheme, "reduced_motion": "reduce"}
    with opened(browser, pages[name].as_uri(), **options) as page:
        page.evaluate(OPEN)
        assert page.evaluate("document.documentElement.scrollWidth") == width
        assert page.evaluate(CUT) == []
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()


def test_the_slider_shows_the_stored_counts_and_what_they_cost(browser, pages):
    with opened(browser, pages["two_classes"].as_uri()) as page:
        figure = page.locator(".threshold")
        counts = json.loads(figure.get_attribute("data-thresholds"))
        slider = page.get_by_role("slider")
        alarm, miss = page.get_by_role("spinbutton").all()
        n = sum(counts[name][0] for name in NAMES)
        for index, (of_alarm, of_miss) in product((0, 30, 100), [(1, 1), (2, 7)]):
            slider.fill(str(index))
            alarm.fill(str(of_alarm))
            miss.fill(str(of_miss))
            for name in NAMES:
                shown = figure.locator(f"[data-count={name}]").inner_text()
                assert shown == str(counts[name][index])
            errors = [counts["false_positive"][index], counts["false_negative"][index]]
            cost = 1000.0 * np.dot(errors, [of_alarm, of_miss]) / n
            shown = float(figure.locator("[data-rate=cost]").inner_text())
            assert shown == pytest.approx(cost, rel=5e-3)
            assert figure.locator("output").inner_text() == f"{index / 100:.2f}"
        found, missed = (counts[name][30] for name in NAMES[::2])
        slider.fill("30")
        shown = figure.locator("[data-rate=recall]").inner_text()
        assert shown == f"{100 * found / (found + missed):.1f}%"


def test_the_cheapest_threshold_is_found(browser, pages):
    with opened(browser, pages["two_classes"].as_uri()) as page:
        figure = page.locator(".threshold")
        counts = json.loads(figure.get_attribute("data-thresholds"))
        page.get_by_role("spinbutton").nth(0).fill("20")
        page.get_by_role("button", name="Take the cheapest threshold").click()
        costs = 20 * np.array(counts["false_positive"]) + counts["false_negative"]
        chosen = int(page.get_by_role("slider").input_value())
        assert chosen > 50
        assert costs[chosen] == costs.min()


def test_a_cost_that_is_no_number_costs_nothing(browser, pages):
    with opened(browser, pages["two_classes"].as_uri()) as page:
        for field in page.get_by_role("spinbutton").all():
            field.fill("")
        assert page.locator("[data-rate=cost]").inner_text() == "0"
        page.get_by_role("spinbutton").nth(0).fill("-3")
        assert page.locator("[data-rate=cost]").inner_text() == "0"


def test_without_its_script_the_counts_are_a_table(browser, pages):
    address = pages["two_classes"].as_uri()
    with opened(browser, address, java_script_enabled=False) as page:
        assert not page.locator(".threshold, .copy").first.is_visible()
        assert "Move the slider" not in page.locator("main").inner_text()
        page.get_by_text("Counts at some thresholds").click()
        assert page.get_by_role("columnheader", name="false alarms").is_visible()


def test_on_paper_everything_folded_is_open(browser, pages):
    address = pages["two_classes"].as_uri()
    with opened(browser, address) as page:
        page.emulate_media(media="print")
        for part in page.locator(".fold > :not(summary)").all():
            assert part.evaluate("each => each.getBoundingClientRect().height") > 0.0
        assert not page.locator("nav").is_visible()
        assert not page.locator(".threshold").is_visible()

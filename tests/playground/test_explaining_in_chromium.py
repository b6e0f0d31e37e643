"""Trace, findings, a typed row and what is under the pointer, on the page."""

import pytest

from halfmoon.playground.api import operate
from live_page import needs_chromium
from playing import find

pytestmark = [pytest.mark.slow, needs_chromium]

NASTY = "<img src=x onerror=alert(1)>"
# a table with a column of that name
CSV = "\n".join(
    [f"{NASTY},kind,y"]
    + [f"{i % 7},{'ab'[i % 2]},{'yes' if i % 3 else 'no'}" for i in range(60)]
)


def number(text):
    """A number as the page writes it."""
    return float(text.replace("\N{MINUS SIGN}", "-").replace("=", "").replace(",", ""))


def pick(page, row):
    page.locator("#pg-tab-trace").click()
    field = page.locator(".pg-row-chooser input")
    field.fill(f"{row + 1}")
    field.press("Enter")


def test_a_row_is_traced_with_the_engines_own_numbers(playing):
    page = playing.page
    playing.session.advance(20)
    pick(page, 4)
    page.locator(".pg-trace-summary", has_text="Row 5").wait_for()
    page.locator(".pg-trace-summary", has_text="after update 20").wait_for()
    lines = operate(playing.session, "trace", {"row": 4})["forward"]
    (z1,) = (line for line in lines if line["name"] == "z1")
    shown = page.locator(".pg-equation", has_text="z₁ = x W₁ + b₁")
    results = shown.locator(".pg-result").all_inner_texts()
    expected = [entry["value"] for entry in z1["entries"]]
    assert [number(text) for text in results] == pytest.approx(expected, rel=1e-2)
    assert "·" in shown.locator("td.pg-math").first.inner_text()
    assert page.locator(".pg-equation", has_text="δ₂ = ŷ").count() == 1


def test_a_click_on_a_point_traces_its_row(playing):
    page = playing.page
    data = playing.session.data
    x0, x1, y0, y1 = data.box
    canvas = page.locator(".pg-slot-surface canvas").first.bounding_box()
    x, y = data.positions[11]
    left = canvas["x"] + canvas["width"] * (x - x0) / (x1 - x0)
    top = canvas["y"] + canvas["height"] * (y1 - y) / (y1 - y0)
    page.mouse.click(left, top)
    page.locator(".pg-trace-summary", has_text="Row 12,").wait_for()
    assert page.locator("#pg-tab-trace").get_attribute("aria-selected") == "true"


def test_a_row_that_is_typed_is_predicted(playing):
    page = playing.page
    page.locator("#pg-tab-row").click()
    field = page.get_by_label("x1", exact=True)
    field.fill("wide")
    message = page.locator(".pg-message", has_text="A point is a number")
    message.wait_for()
    field.fill("0.25")
    message.wait_for(state="hidden")
    page.get_by_label("x2", exact=True).fill("1.5")
    values = {"x1": "0.25", "x2": "1.5"}
    told = operate(playing.session, "predict", {"values": values})
    text = f"{100 * told['outputs'][0]['value']:.1f}%"
    page.locator(".pg-output", has_text=text).first.wait_for()
    assert page.locator(".pg-along").count() == 2


def test_resting_on_the_network_shows_a_live_formula(playing):
    page = playing.page
    tooltip = page.locator(".pg-tooltip")
    find(page, "network", 0.3, "lift")
    tooltip.locator(".pg-math").first.wait_for()
    assert tooltip.locator("strong").inner_text()
    page.mouse.move(5, 5, steps=3)
    tooltip.wait_for(state="hidden")


def test_a_finding_comes_with_its_remedy_as_a_button(playing):
    page = playing.page
    playing.session.change(hidden=(1,))
    playing.session.advance(2000)
    finding = page.locator(".pg-finding", has_text="Learning rate too high")
    finding.wait_for()
    button = finding.get_by_role("button", name="Set learning rate")
    # read and pressed at once: the page may look again in between
    label = button.evaluate("it => [it.innerText, it.click()][0]")
    rate = float(label.split()[-1])
    finding.wait_for(state="detached")
    assert playing.session.setup.learning_rate == rate


def test_names_in_a_table_never_become_markup(playing):
    page = playing.page
    operate(playing.session, "upload", {"name": NASTY}, CSV.encode())
    # a table opens its own panel, once the page knows of it
    page.locator("#pg-tab-table[aria-selected=true]").wait_for()
    page.locator("#pg-tab-row").click()
    page.locator(".pg-row-form th", has_text="onerror").wait_for()
    pick(page, 3)
    page.locator(".pg-equation th", has_text="onerror").first.wait_for()
    assert page.locator("img").count() == 0

"""What readers do to a live figure that nobody has in mind, in Debian's chromium."""

import re

import pytest
from playwright.sync_api import expect

from halfmoon.pages import html
from halfmoon.tutorial.live import live_data
from live_page import LiveFigure, needs_chromium, opened, write_page

pytestmark = [pytest.mark.slow, needs_chromium]
FIGURES = {
    "all": {"show": "plane network", "controls": "rate units classes points weights"},
    "wild": {"show": "plane loss", "activation": "identity", "rate": "4"},
    "opening": {"show": "plane network", "autoplay": "yes", "updates": "20"},
}
PRESS = """(element, [key, times]) => {
  const options = { key, bubbles: true, cancelable: true };
  for (let i = 0; i < times; i += 1) {
    element.dispatchEvent(new KeyboardEvent("keydown", options));
  }
}"""

# the next point, again and again, each time that the figure rests
REMOVE = """async (figure, times) => {
  for (let i = 0; i < times; i += 1) {
    for (const key of ["PageDown", "Delete"]) {
      const options = { key, bubbles: true, cancelable: true };
      document.activeElement.dispatchEvent(new KeyboardEvent("keydown", options));
    }
    while (figure.dataset.doing !== "resting") await new Promise(requestAnimationFrame);
  }
}"""


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("mishaps") / "page.html"
    exercise = "In half.".join(html.exercise("<p>How much?</p>", 0.125, 1, True))
    return write_page(path, live_data(), FIGURES, exercise)


@pytest.fixture
def page(browser, address):
    with opened(browser, address) as page:
        yield page


@pytest.fixture
def figure(page):
    return LiveFigure(page, "all")


def said(figure, pattern):
    """What the figure's status says, once it says this."""
    status = figure.box.get_by_role("status").filter(has_text=re.compile(pattern))
    status.wait_for(state="attached")
    return status.inner_text()


def choose_point(figure, key="PageDown"):
    """Go to the next point or the one before; what the figure says of it."""
    figure.stage("The plane").focus()
    figure.page.keyboard.press(key)
    return said(figure, "Point")


def press_at_once(element, key, times):
    """So many presses before the next frame is drawn."""
    element.evaluate(PRESS, [key, times])


def test_a_key_that_is_held_removes_no_point_elsewhere(figure):
    choose_point(figure)
    press_at_once(figure.stage("The plane"), "Delete", 5)
    figure.rest()
    figure.expect_told("Removed the point.")
    assert " of 199, " in choose_point(figure)


def test_a_point_that_is_removed_is_not_held_any_more(figure):
    last = choose_point(figure, "PageUp").partition(" at ")[2]
    figure.page.keyboard.press("PageUp")
    for key in ("Enter", "Delete"):
        figure.page.keyboard.press(key)
    figure.rest()
    # it is the last one now, so it would have been moved instead
    for key in ("ArrowLeft", "ArrowLeft", "PageDown", "PageUp"):
        figure.page.keyboard.press(key)
    assert said(figure, "Point 199 of 199").partition(" at ")[2] == last


def test_the_last_point_stays(figure):
    figure.stage("The plane").focus()
    figure.box.evaluate(REMOVE, 200)
    figure.expect_told("The last point stays.")
    figure.press("One step")
    figure.wait_for(1)
    assert figure.reading("accuracy") in ("0.0%", "100.0%")


def test_no_press_of_a_key_is_lost(figure):
    units = figure.control("Hidden units")
    units.focus()
    for _ in range(30):
        figure.page.keyboard.press("ArrowRight")
    assert figure.value_of("Hidden units") == "33"
    press_at_once(figure.control("Updates"), "ArrowRight", 25)
    figure.wait_for(25)
    press_at_once(figure.control("Updates"), "ArrowLeft", 5)
    figure.wait_for(20)
    figure.press("Reset")
    figure.wait_for(0)
    figure.key("Updates", "ArrowRight")
    figure.wait_for(1)


def test_the_slider_goes_on_after_it_was_put_back(figure):
    figure.slide(30)
    slider = figure.control("Updates")
    area = slider.bounding_box()
    share = int(slider.input_value()) / int(slider.get_attribute("max"))
    x = area["x"] + 9 + (area["width"] - 18) * share
    y = area["y"] + area["height"] / 2
    mouse = figure.page.mouse
    mouse.move(x, y)
    mouse.down()
    mouse.move(x + 60, y, steps=3)
    mouse.move(x, y, steps=3)
    mouse.up()
    figure.rest()
    slider.press("Home")
    figure.wait_for(0)
    assert slider.input_value() == "0"


def test_a_weight_that_is_gone_is_not_chosen(figure):
    figure.control("Classes").press("End")
    figure.rest()
    weights = figure.control("Weight")
    weights.select_option(label="bias → output 4")
    value = figure.control("Its value")
    expect(value).to_have_attribute("aria-valuetext", "+0.00")
    figure.control("Classes").press("Home")
    expect(weights).to_have_value("")
    expect(value).to_be_disabled()


def test_a_search_ends_where_the_loss_is_beyond_all_bounds(page):
    figure = LiveFigure(page, "wild")
    figure.control("Updates").press("End")
    message = page.get_by_text("The loss has grown beyond all bounds.")
    message.wait_for()
    page.wait_for_timeout(300)
    assert figure.box.get_attribute("data-doing") == "resting"
    figure.press("Reset")
    figure.wait_for(0)
    assert message.count() == 0


def test_who_has_taken_the_slider_is_not_interrupted(page):
    """The opening plays again some seconds after its end, but not for such a reader."""
    figure = LiveFigure(page, "opening", update=20)
    figure.key("Updates", "ArrowLeft", 2)
    figure.wait_for(18)
    page.wait_for_timeout(4500)
    assert figure.box.get_attribute("data-update") == "18"


def test_an_address_that_names_nothing(browser, address):
    with opened(browser, f"{address}#%") as page:
        LiveFigure(page, "all")


FORBIDDEN = {
    "workers": "window.Worker = class { constructor() { throw new Error('no'); } };",
    "the engine": "window.atob = () => 'no engine';",
}


@pytest.mark.parametrize("before", FORBIDDEN.values(), ids=FORBIDDEN)
def test_where_it_cannot_run_it_is_not_there(browser, address, before):
    with opened(browser, address, before) as page:
        figure = page.locator("#live-opening")
        figure.wait_for(state="hidden")
        assert page.get_by_text("A line of text before the figure.").count() == 3


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("0,125", "Yes, that is it."),
        ("12.5%", "Yes, that is it."),
        ("12,5 %", "Yes, that is it."),
        ("13 %", "Yes, that is it."),
        ("14 %", "Not yet. Try again."),
        ("1e3", "Not yet. Try again."),
        ("%", "Type a number, such as 0.5."),
        ("an eighth", "Type a number, such as 0.5."),
    ],
)
def test_an_answer_may_be_written_in_many_ways(page, given, expected):
    check = page.locator("form.check")
    check.locator("input").fill(given)
    check.locator("input").press("Enter")
    assert check.locator(".feedback").inner_text() == expected

"""The page's shell in Chromium: training, rewind, settings, keys, address, two tabs."""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup
from live_page import needs_chromium
from playing import serving
from waiting import until

pytestmark = [needs_chromium, pytest.mark.slow]


@pytest.fixture
def session(playing):
    """The session of the page, as it was at the beginning."""
    session = playing.session
    session.pause()
    session.change(**vars(Setup()))
    session.reset()
    look_again(playing.page)
    expect(reading(playing.page, "Update")).to_have_text("0")
    return session


@pytest.fixture
def page(playing, session):
    return playing.page


def reading(page, name):
    return page.locator(".pg-readings div").filter(has_text=name).locator("dd")


def press(page, name):
    page.locator(".pg-bar").get_by_role("button", name=name, exact=True).click()


def look_again(page):
    """Let the page see at once what was done without it."""
    page.evaluate("dispatchEvent(new Event('focus'))")


def open_settings(page):
    page.get_by_role("tab", name="Training").click()
    return page.locator(".pg-settings")


# Training


def test_play_and_pause(page, session):
    press(page, "Play")
    until(lambda: session.moment().update > 5)
    expect(page.locator("[role=status]").filter(has_text="Training.")).to_have_count(1)
    press(page, "Pause")
    until(lambda: not session.moment().playing)
    expect(reading(page, "Update")).to_have_text(str(session.moment().update))
    told = page.locator("[role=status]").filter(has_text="Paused: update")
    expect(told).to_contain_text(f"update {session.moment().update}")


def test_single_updates_and_the_end(page, session):
    session.change(batch_size=40, epochs=3)
    press(page, "Update")
    until(lambda: session.moment().update == 1)
    press(page, "Epoch")
    until(lambda: session.moment().at.run.epoch == 1)
    expect(reading(page, "Update")).to_have_text("4")  # 160 rows, 40 at a time
    press(page, "To the end")
    until(lambda: session.moment().stopped == "epochs")
    expect(reading(page, "Update")).to_have_text("12")
    expect(page.locator(".pg-stopped")).to_have_text(
        re.compile("^All 3 epochs are done")
    )


def test_reset_keeps_the_initial_weights_and_new_weights_do_not(page, session):
    initial = session.moment().theta
    press(page, "Update")
    until(lambda: session.moment().update == 1)
    press(page, "Reset")
    until(lambda: session.moment().update == 0)
    np.testing.assert_array_equal(session.moment().theta, initial)
    press(page, "New weights")
    until(lambda: not np.array_equal(session.moment().theta, initial))
    assert session.moment().update == 0


def test_slow_motion_shows_four_phases_of_one_update(page, session):
    phases = page.locator(".pg-phases [aria-current=step]")
    for name in ["forward", "loss", "backward"]:
        press(page, "Slow motion")
        expect(phases).to_have_text(name)
        assert session.moment().update == 0
    press(page, "Slow motion")
    expect(phases).to_have_text("step")
    assert session.moment().update == 1


def test_the_slider_goes_back_and_forth_in_the_recorded_run(page, session):
    session.advance(40)
    look_again(page)
    expect(reading(page, "Update")).to_have_text("40")
    later = session.moment().theta
    slider = page.get_by_label("Updates", exact=True)
    slider.press("Home")
    expect(reading(page, "Update")).to_have_text("0")
    slider.press("ArrowRight")
    expect(reading(page, "Update")).to_have_text("1")
    slider.press("End")
    expect(reading(page, "Update")).to_have_text("40")
    np.testing.assert_array_equal(session.moment().theta, later)


def test_speed(page, session):
    for speed in ["slow", "full", "normal"]:
        page.get_by_label("Speed").select_option(speed)
        until(lambda speed=speed: session.speed == speed)


# Settings

TYPED = {
    "learning_rate": "0.37",
    "batch_size": "24",
    "l2": "0.003",
    "l1": "0.0004",
    "dropout": "0.25",
    "clip": "1.5",
    "seed": "7",
    "epochs": "1234",
    "stop_loss": "0.05",
    "stop_score": "0.99",
    "patience": "50",
}
CHOSEN = {
    "optimizer": "adam",
    "schedule": "cosine",
    "loss": "squared_error",
    "initializer": "zeros",
}


def test_every_setting_reaches_the_session(page, session):
    panel = open_settings(page)
    for name, text in TYPED.items():
        field = panel.locator(f"[data-setting={name}] .pg-number")
        field.fill(text)
        field.press("Enter")
        until(lambda name=name, text=text: getattr(session.setup, name) == float(text))
    for name, choice in CHOSEN.items():
        panel.locator(f"[data-setting={name}] select").select_option(choice)
        until(lambda name=name, c=choice: getattr(session.setup, name) == c)
    panel.locator("[data-setting=shuffle] input").uncheck()
    until(lambda: session.setup.shuffle is False)
    shown = set(
        panel.locator("[data-setting]").evaluate_all(
            "parts => parts.map((part) => part.dataset.setting)"
        )
    )
    assert shown == {*TYPED, *CHOSEN, "shuffle"}


def test_a_component_has_its_own_settings(page, session):
    panel = open_settings(page).locator("[data-setting=optimizer]")
    panel.locator("select").select_option("momentum")
    own = panel.get_by_label("Beta", exact=True)
    expect(own).to_have_value("0.9")
    own.fill("0.5")
    own.press("Enter")
    until(lambda: session.setup.optimizer == "momentum:beta=0.5")


def test_a_slider_changes_the_rate_while_it_trains(page, session):
    panel = open_settings(page)
    press(page, "Play")
    until(lambda: session.moment().update > 0)
    slider = panel.get_by_label("Learning rate", exact=True)
    slider.press("ArrowLeft")
    until(lambda: session.setup.learning_rate == 0.5)
    assert session.moment().playing
    press(page, "Pause")


def test_what_cannot_be_is_said_and_put_back(playing, page, session):
    field = open_settings(page).get_by_label("Learning rate, typed")
    field.fill("1000")
    field.press("Enter")
    message = page.locator(".pg-message")
    expect(message).to_contain_text("learning_rate must be a number in (0")
    field.blur()
    expect(field).to_have_value("1")
    message.get_by_role("button", name="Close").click()
    expect(message).to_be_hidden()
    refused = [each for each in playing.wrong if "400" in each]
    playing.wrong[:] = [each for each in playing.wrong if each not in refused]


def test_it_says_what_starts_over(page, session):
    panel = open_settings(page)
    marked = panel.locator("[data-setting]").filter(has=page.locator(".pg-starts-over"))
    names = marked.evaluate_all("parts => parts.map((part) => part.dataset.setting)")
    assert set(names) == {"initializer", "seed"}


# Keys


def test_single_keys(page, session):
    page.locator("body").click(position={"x": 700, "y": 10})
    page.keyboard.press("u")
    expect(reading(page, "Update")).to_have_text("1")
    page.keyboard.press(",")
    expect(reading(page, "Update")).to_have_text("0")
    page.keyboard.press(" ")
    until(lambda: session.moment().playing)
    page.keyboard.press(" ")
    until(lambda: not session.moment().playing)
    page.keyboard.press("r")
    expect(reading(page, "Update")).to_have_text("0")


def test_the_list_of_keys_can_switch_them_off(page, session):
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard")
    expect(dialog).to_contain_text("slow motion")
    dialog.get_by_label("Single keys work").uncheck()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    # a hidden box loses the keys only when the page is drawn next
    page.wait_for_function("document.activeElement === document.body")
    page.keyboard.press("u")
    page.keyboard.press("?")
    dialog.get_by_label("Single keys work").check()
    dialog.get_by_role("button", name="Close").click()
    assert session.moment().update == 0


# The address


def test_the_address_holds_every_setting(playing, page, session):
    text = "hidden=4,3&activations=tanh,relu&optimizer=momentum:beta=0.5&batch_size=16"
    session.change(
        hidden=[4, 3],
        activations=["tanh", "relu"],
        optimizer="momentum:beta=0.5",
        batch_size=16,
    )
    expect(page).to_have_url(
        re.compile(re.escape(text.split("&optimizer", maxsplit=1)[0]))
    )
    assert all(part in page.url for part in text.split("&"))
    address = page.url.partition("#")[2]
    before = session.moment()
    session.change(**vars(Setup()))
    other = playing.open(address)
    until(lambda: session.setup == before.setup)
    assert other.url.partition("#")[2] == address
    other.close()


def test_a_page_that_is_loaded_again_goes_on(page, session):
    session.change(l2=0.001)
    session.advance(5)
    expect(page).to_have_url(re.compile("l2=0.001"))
    page.reload()
    expect(reading(page, "Update")).to_have_text("5")
    assert session.moment().update == 5


def test_a_link_hides_controls(playing, session):
    other = playing.open("hide=seed,loss,runs,speed,new-weights")
    panel = open_settings(other)
    expect(panel.locator("[data-setting=learning_rate]")).to_be_visible()
    expect(panel.locator("[data-setting=seed]")).to_be_hidden()
    expect(panel.locator("[data-setting=loss]")).to_be_hidden()
    expect(other.get_by_role("tab", name="Runs")).to_have_count(0)
    expect(other.get_by_label("Speed")).to_be_hidden()
    expect(other.locator(".pg-bar").get_by_text("New weights")).to_be_hidden()
    expect(other.locator(".pg-bar").get_by_text("Reset")).to_be_visible()
    other.close()


# Several pages, and none


def test_two_tabs_show_the_same(playing, page, session):
    other = playing.open()
    press(other, "Update")
    expect(reading(page, "Update")).to_have_text("1")
    expect(reading(other, "Update")).to_have_text("1")
    other.close()


def test_a_server_that_is_gone_is_told(browser):
    with serving(Session()) as server:
        page = browser.new_page()
        page.goto(server.address)
        expect(page.locator(".pg-name")).to_be_visible()
    expect(page.locator(".pg-message")).to_contain_text("server has stopped")
    page.close()


# For everybody


@pytest.mark.parametrize("colours", ["light", "dark"])
@pytest.mark.parametrize(
    ("width", "height"), [(1440, 900), (1024, 768), (390, 844)], ids=str
)
def test_nothing_is_cut_and_axe_finds_no_fault(
    playing, session, colours, width, height
):
    size = {"width": width, "height": height}
    page = playing.open(viewport=size, color_scheme=colours, reduced_motion="reduce")
    expect(reading(page, "Update")).to_have_text("0")
    root = page.locator("html")
    assert root.evaluate("root => root.scrollWidth") <= width
    if width == 1440:
        assert root.evaluate("root => root.scrollHeight") <= height
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    page.close()


def test_the_training_bar_has_room_for_long_numbers(playing, session):
    session.change(epochs=10_000_000)
    page = playing.open(viewport={"width": 1024, "height": 700})
    page.get_by_role("button", name="Slow motion").click()
    expect(page.locator(".pg-phases li[aria-current]")).to_have_text("forward")
    # as after millions of updates
    values = page.locator(".pg-readings dd").all()
    for value in values[:2]:
        value.evaluate("value => value.textContent = '9,999,999'")
    for width in (1440, 1024, 390):
        page.set_viewport_size({"width": width, "height": 900})
        root = page.locator("html")
        assert root.evaluate("root => root.scrollWidth") <= width, width
        phases = page.locator(".pg-phases").bounding_box()
        rewind = page.locator(".pg-rewind").bounding_box()
        end = rewind["x"] + rewind["width"]
        assert phases["x"] + phases["width"] <= end + 1, width
    page.close()


def test_the_keyboard_alone_reaches_all(playing, session):
    """From Tab to Tab, each place can be reached, is seen, and the round ends."""
    page = playing.open()
    seen = []
    for _ in range(200):
        page.keyboard.press("Tab")
        focus = page.evaluate(
            """() => {
              const at = document.activeElement;
              const place = at.closest(".pg-top, .pg-bar, .pg-place");
              const box = at.getBoundingClientRect();
              const isSeen = getComputedStyle(at).outlineStyle !== "none";
              return at === document.body ? null : {
                place: place ? place.className.split(" ").at(-1) : "none",
                isSeen: isSeen && box.width > 0 && box.height > 0,
                text: at.outerHTML.slice(0, 120),
              };
            }"""
        )
        if focus is None:
            break
        seen.append(focus)
    else:
        pytest.fail("the round of Tab does not end")
    places = list(dict.fromkeys(each["place"] for each in seen))
    expected = ["pg-top", "pg-bar", "pg-left", "pg-network", "pg-surface", "pg-curves"]
    assert [name for name in places if name in expected] == expected
    assert "pg-below" in places
    assert [each for each in seen if not each["isSeen"]] == []
    page.close()

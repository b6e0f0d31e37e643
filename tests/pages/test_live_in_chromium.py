"""The live figures, as a reader uses them, in Debian's chromium."""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from halfmoon.pages import html
from halfmoon.tutorial.live import live_data
from live_page import LiveFigure, needs_chromium, opened, write_page
from waiting import until

pytestmark = [pytest.mark.slow, needs_chromium]
ALL = "rate units activation classes noise points weights"
FIGURES = {
    "all": {"show": "plane network hidden loss curvature", "controls": ALL},
    "opening": {"show": "plane network", "autoplay": "yes", "updates": "4000"},
    "points": {"show": "points", "controls": "noise points"},
    "wild": {"show": "plane loss", "activation": "identity", "rate": "4"},
    "trained": {"show": "plane network hidden", "start": "end"},
    "large": {"show": "plane network", "units": "50", "controls": "units rate"},
}
OPTIONS = [("3", False), ("2", True)]
MORE = "\n".join(
    [
        html.program("import numpy", ()),
        "Two.".join(html.question("One and one?", OPTIONS, 1)),
        "In half.".join(html.exercise("<p>How much?</p>", 0.125, 1, True)),
        '<details class="fold"><summary>More</summary><p id="deep">Deep.</p></details>',
    ]
)


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    path = tmp_path_factory.mktemp("live") / "page.html"
    return write_page(path, live_data(), FIGURES, MORE)


@pytest.fixture
def page(browser, address):
    with opened(browser, address) as page:
        yield page


@pytest.fixture
def figure(page):
    return LiveFigure(page, "all")


# The training


def test_the_published_losses(figure):
    """Britz prints 0.432387 after the first update, and 0.068947 after update 1,001."""
    assert figure.reading("loss") == "0.583940"
    figure.press("One step")
    figure.wait_for(1)
    assert figure.reading("loss") == "0.432387"
    figure.expect_told(re.compile("^One step: update 1, loss 0.432387, accuracy "))
    figure.slide(1001)
    assert figure.reading("update") == "1,001"
    assert figure.reading("loss") == "0.068947"
    assert figure.reading("accuracy") == "97.5%"


def test_back_and_on_again_is_the_same(figure):
    figure.slide(700)
    first = figure.reading("loss")
    figure.slide(90)
    assert figure.reading("loss") != first
    figure.slide(700)
    assert figure.reading("loss") == first


def test_it_plays_and_pauses(figure):
    figure.press("Play")
    figure.page.wait_for_function(
        "figure => Number(figure.dataset.update) > 20", arg=figure.box.element_handle()
    )
    figure.press("Pause")
    figure.expect_told(re.compile("^Paused: update "))
    update = figure.box.get_attribute("data-update")
    figure.page.wait_for_timeout(200)
    assert figure.box.get_attribute("data-update") == update
    assert figure.box.get_attribute("data-doing") == "resting"


def test_reset_keeps_the_first_weights_and_new_weights_are_others(figure):
    figure.slide(50)
    figure.press("Reset")
    figure.wait_for(0)
    assert figure.reading("loss") == "0.583940"
    figure.press("New weights")
    other = figure.reading("loss")
    assert other != "0.583940"
    figure.slide(20)
    figure.press("Reset")
    figure.wait_for(0)
    assert figure.reading("loss") == other


def test_it_may_begin_with_a_trained_network(page):
    """And ends in the published run's last two losses."""
    figure = LiveFigure(page, "trained", update=20_000)
    assert figure.reading("loss") in ("0.070758", "0.071316")
    figure.press("Reset")
    figure.wait_for(0)
    assert figure.reading("loss") == "0.583940"


def test_a_rate_that_is_changed_on_the_way_belongs_to_its_updates(figure):
    figure.slide(30)
    figure.key("Learning rate", "ArrowLeft", 4)
    figure.slide(60)
    changed = figure.reading("loss")
    figure.slide(10)
    assert figure.value_of("Learning rate") == "2.0"
    figure.slide(60)
    assert figure.reading("loss") == changed
    assert figure.value_of("Learning rate") == "1.0"


def test_a_rate_that_is_far_too_high_is_said(page):
    figure = LiveFigure(page, "wild")
    figure.press("Play")
    page.get_by_text("The loss has grown beyond all bounds.").wait_for()
    assert figure.box.get_attribute("data-doing") == "resting"


# The controls


@pytest.mark.parametrize(
    ("label", "key", "value"),
    [
        ("Learning rate", "Home", "0.01"),
        ("Learning rate", "End", "4.0"),
        ("Hidden units", "ArrowRight", "4"),
        ("Hidden units", "Home", "1"),
        ("Hidden units", "End", "50"),
        ("Classes", "End", "5"),
        ("Noise", "Home", "0.00"),
        ("Noise", "ArrowRight", "0.21"),
    ],
)
def test_sliders_say_their_value_and_change_what_is_trained(figure, label, key, value):
    before = figure.reading("loss")
    figure.key(label, key)
    assert figure.value_of(label) == value
    figure.press("One step")
    figure.wait_for(1)
    assert figure.value_of(label) == value
    assert figure.reading("loss") not in (before, "0.432387")


def test_another_activation(figure):
    figure.control("Activation").select_option("relu")
    figure.press("One step")
    figure.wait_for(1)
    assert figure.reading("loss") != "0.432387"


def test_a_weight_is_set_by_the_keyboard(figure):
    assert figure.control("Its value").is_disabled()
    figure.control("Weight").select_option(label="x₂ → unit 3")
    expect(figure.control("Its value")).to_be_enabled()
    assert figure.value_of("Its value") == "\u22120.69"  # -0.977 / sqrt(2)
    figure.key("Its value", "ArrowRight")
    assert figure.value_of("Its value") == "\u22120.60"
    assert figure.reading("loss") != "0.583940"


def test_a_weight_is_dragged(figure):
    stage = figure.stage("The network")
    area = stage.bounding_box()
    # the line from x1 to the middle unit passes here
    before = figure.reading("loss")
    mouse = figure.page.mouse
    for share in (0.3, 0.32, 0.35, 0.38, 0.42, 0.46, 0.5, 0.55, 0.6):
        mouse.move(area["x"] + 0.28 * area["width"], area["y"] + share * area["height"])
        if "lift" in stage.get_attribute("class"):
            break
    mouse.down()
    mouse.move(
        area["x"] + 0.28 * area["width"], area["y"] + 0.1 * area["height"], steps=4
    )
    mouse.up()
    assert figure.reading("loss") != before
    assert figure.control("Weight").input_value() != ""


def pixel(figure, x, y):
    """Where a point of the plane is drawn, on the page."""
    stage = figure.stage("The plane")
    stage.scroll_into_view_if_needed()
    area = stage.bounding_box()
    x0, x1, y0, y1 = live_data()["shapes"]["2"]["box"]
    left = area["x"] + area["width"] * (x - x0) / (x1 - x0)
    return left, area["y"] + area["height"] * (y1 - y) / (y1 - y0)


def test_a_point_is_dragged_and_restored(figure):
    X = live_data()["shapes"]["2"]["points"]
    before = figure.reading("loss")
    mouse = figure.page.mouse
    mouse.move(*pixel(figure, X[0], X[1]))
    mouse.down()
    mouse.move(*pixel(figure, X[0], X[1] - 1.0), steps=4)
    mouse.up()
    loss = figure.box.locator("dd[data-name=loss]")
    expect(loss).not_to_have_text(before)
    figure.press("Restore the points")
    expect(loss).to_have_text(before)


def test_points_are_added_by_pointer_and_removed_by_keyboard(figure):
    figure.box.get_by_label("adds class 1").check(force=True)
    before = figure.reading("loss")
    figure.page.mouse.click(*pixel(figure, -1.6, -1.2))
    added = figure.reading("loss")
    assert added != before
    stage = figure.stage("The plane")
    stage.press("PageUp")
    figure.expect_told(re.compile("Point 201 of 201, class 1"))
    stage.press("Delete")
    assert figure.reading("loss") == before


def test_the_plane_says_what_is_predicted_at_the_cursor(figure):
    """The untrained network of seed 0, by the formulas, at (0.5, 0.25)."""
    rng = np.random.RandomState(0)
    W1 = rng.randn(2, 3) / np.sqrt(2)
    W2 = rng.randn(3, 2) / np.sqrt(3)
    z = np.tanh([0.5, 0.25] @ W1) @ W2
    p = np.exp(z) / np.exp(z).sum()
    figure.stage("The plane").press("ArrowRight")
    figure.expect_told(f"0.50, 0.25: class {p.argmax()}, {100 * p.max():.0f}%")


def test_a_point_is_moved_by_the_keyboard(figure):
    before = figure.reading("loss")
    stage = figure.stage("The plane")
    for key in ("PageDown", "Enter", "ArrowUp", "ArrowUp", "ArrowLeft", "Enter"):
        stage.press(key)
    assert figure.reading("loss") != before
    figure.expect_told("Put down.")


def test_the_hidden_space_is_turned_by_the_keyboard(figure):
    stage = figure.stage("The hidden space")
    before = stage.screenshot()
    stage.press("ArrowRight")
    figure.expect_told(re.compile("Turned to 41 degrees"))
    until(lambda: stage.screenshot() != before)


def test_the_plane_shows_what_one_unit_answers(figure):
    stage = figure.stage("The plane")
    before = stage.screenshot()
    figure.control("shows").select_option(label="unit 2")
    until(lambda: stage.screenshot() != before)


def test_everything_is_reached_by_the_tab_key(figure):
    seen = []
    figure.box.get_by_role("button", name="Play").focus()
    for _ in range(30):
        seen.append(
            figure.page.evaluate(
                "() => { const at = document.activeElement; return at.ariaLabel ?? "
                "at.labels?.[0]?.innerText ?? at.innerText }"
            )
        )
        figure.page.keyboard.press("Tab")
    wanted = ["Play", "One step", "Reset", "New weights", "Updates", "shows"]
    wanted += ["Learning rate", "Hidden units", "Activation", "Classes", "Noise"]
    wanted += ["Restore the points", "Weight"]
    assert [name for name in wanted if name not in seen] == []
    assert any(name.startswith("The plane.") for name in seen)
    assert any(name.startswith("The hidden space.") for name in seen)


# Every reader


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_axe_finds_nothing(browser, address, width, scheme):
    options = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    with opened(browser, address, **options) as page:
        for name in FIGURES:
            page.locator(f"#live-{name}").scroll_into_view_if_needed()
            page.locator(f"#live-{name}[data-update]").wait_for()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_phone_one_view_stands_below_the_other(browser, address):
    with opened(browser, address, viewport={"width": 390, "height": 844}) as page:
        figure = LiveFigure(page, "all")
        boxes = [each.bounding_box() for each in figure.box.locator(".live-view").all()]
        assert len({box["x"] for box in boxes}) == 1
        tops = [box["y"] for box in boxes]
        assert tops == sorted(tops)
        assert len(set(tops)) == 5


def test_the_opening_plays_by_itself_and_can_be_paused(page):
    box = page.locator("#live-opening")
    box.scroll_into_view_if_needed()
    page.locator('#live-opening[data-doing="playing"]').wait_for()
    box.get_by_role("button", name="Pause").click()
    page.locator('#live-opening[data-doing="resting"]').wait_for()


def test_reduced_motion_is_respected(browser, address):
    with opened(browser, address, reduced_motion="reduce") as page:
        figure = LiveFigure(page, "opening")
        page.wait_for_timeout(400)
        assert figure.box.get_attribute("data-update") == "0"
        figure.press("Play")
        page.locator('#live-opening[data-doing="playing"]').wait_for()


def test_a_figure_out_of_sight_pauses(page):
    page.locator("#live-opening").scroll_into_view_if_needed()
    page.locator('#live-opening[data-doing="playing"]').wait_for()
    page.evaluate("window.scrollTo(0, document.body.scrollHeight)")
    opening = page.locator("#live-opening")
    seen = []

    def rests():
        seen.append(opening.get_attribute("data-update"))
        page.wait_for_timeout(300)
        return seen[-1] == opening.get_attribute("data-update")

    until(rests)


def test_without_script_the_figures_are_not_shown(browser, address):
    with opened(browser, address, java_script_enabled=False) as page:
        assert page.locator("figure.live").count() == len(FIGURES)
        assert not page.locator("figure.live >> visible=true").count()


def test_without_webassembly_the_figures_are_not_shown(browser, address):
    with opened(browser, address, before="delete window.WebAssembly") as page:
        page.locator("nav a[aria-current]").wait_for()
        assert not page.locator("figure.live >> visible=true").count()


def test_in_print_the_figures_are_not_shown(page):
    LiveFigure(page, "all")
    page.emulate_media(media="print")
    assert not page.locator("figure.live >> visible=true").count()


# Help for reading


def test_contents_mark_the_place(page):
    page.locator("h2#points").evaluate("each => each.scrollIntoView()")
    page.locator('nav a[href="#points"][aria-current="true"]').wait_for()
    assert page.locator("nav a[aria-current]").count() == 1


def test_a_question_shows_its_answer_after_the_choice(page):
    answer = page.locator(".question details")
    assert answer.get_attribute("open") is None
    page.get_by_label("3", exact=True).check()
    expect(page.locator(".question .feedback")).to_have_text("No.")
    assert answer.get_attribute("open") is not None
    page.get_by_label("2", exact=True).check()
    expect(page.locator(".question .feedback")).to_have_text("Yes.")


def test_an_exercise_is_checked(page):
    """Half a unit of the reader's last digit is allowed, and a comma for the point."""
    right = ["0.125", "0,125", "0.13", "0.12"]
    expected = dict.fromkeys(right, "Yes") | {"0.1": "Not yet", "0.126": "Not yet"}
    expected |= {"": "Type a number", "abc": "Type a number"}
    for given, answer in expected.items():
        page.get_by_label("Your answer").fill(given)
        page.get_by_role("button", name="Check").click()
        said = page.locator("form.check .feedback").inner_text()
        assert said.startswith(answer), given


def test_a_link_opens_what_is_folded(page):
    assert not page.get_by_text("Deep.").is_visible()
    page.evaluate("location.hash = '#deep'")
    page.get_by_text("Deep.").wait_for()


def test_a_program_is_copied(browser, address):
    granted = {"permissions": ["clipboard-read", "clipboard-write"]}
    with opened(browser, address, **granted) as page:
        page.get_by_role("button", name="Copy").click()
        page.get_by_role("button", name="Copied").wait_for()
        assert page.evaluate("navigator.clipboard.readText()") == "import numpy\n"

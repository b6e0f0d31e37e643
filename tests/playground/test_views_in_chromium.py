"""The network and the surface on the page, as one handles them, in Chromium."""

import re

import pytest
from playwright.sync_api import expect

from live_page import needs_chromium
from playing import find

pytestmark = [pytest.mark.slow, needs_chromium]
# how many pixels of a canvas have one of these colours (none: any), copied where
# reading them disturbs nobody
COUNT = """([selector, colours]) => {
  const canvas = document.querySelector(selector);
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const context = copy.getContext("2d", { willReadFrequently: true });
  context.drawImage(canvas, 0, 0);
  const { data } = context.getImageData(0, 0, copy.width, copy.height);
  let count = 0;
  for (let i = 0; i < data.length; i += 4) {
    const isOne = (rgb) => rgb.every((value, k) => data[i + k] === value);
    if (data[i + 3] === 255 && (!colours.length || colours.some(isOne))) count += 1;
  }
  return count;
}"""
NETWORK = ".pg-network-stage canvas"
SURFACE = ".pg-surface-stage canvas"


def stage(page, name):
    return page.locator(f".pg-{name}-stage")


def words(page):
    """The network in words."""
    return stage(page, "network").get_attribute("aria-label")


def count(page, selector, *colours):
    return page.evaluate(COUNT, [selector, colours])


def place(playing, x, y):
    """Where a point of the plane is drawn, on the page."""
    area = stage(playing.page, "surface").bounding_box()
    x0, x1, y0, y1 = playing.session.moment().data.box
    left = area["x"] + area["width"] * (x - x0) / (x1 - x0)
    return left, area["y"] + area["height"] * (y1 - y) / (y1 - y0)


@pytest.fixture
def page(playing):
    """The page, with the setup of the beginning and nothing chosen."""
    playing.session.change(
        data="moons", features=["x1", "x2"], hidden=[3], activations=["tanh"]
    )
    page = playing.page
    page.mouse.move(0, 0)
    playing.settle()
    expect(stage(page, "network")).to_have_attribute(
        "aria-label",
        "The network: 2 inputs, 3 units with tanh, 2 outputs; 17 weights and biases.",
    )
    page.locator(".pg-shown select").select_option("")
    return page


def test_layers_and_units_are_added_and_removed(playing, page):
    page.get_by_role("button", name="Add a hidden layer").click()
    page.get_by_role("button", name="Add a unit to layer 2").click()
    page.get_by_role("button", name="Add a unit to layer 2").click()
    page.get_by_role("button", name="Remove a unit from layer 1").click()
    page.get_by_label("Activation of layer 2").select_option("relu")
    expect(page.locator(".pg-layer-words")).to_have_text("2 hidden layers")
    expected = "2 inputs, 2 units with tanh, 5 units with relu, 2 outputs"
    page.locator(f'.pg-network-stage[aria-label*="{expected}"]').wait_for()
    assert playing.session.moment().setup.hidden == (2, 5)
    for _ in range(2):
        page.get_by_role("button", name="Remove the last hidden layer").click()
    page.locator('.pg-network-stage[aria-label*="2 inputs, 2 outputs"]').wait_for()
    expect(
        page.get_by_role("button", name="Remove the last hidden layer")
    ).to_be_disabled()


def test_an_activation_has_its_own_settings(playing, page):
    page.get_by_label("Activation of layer 1").select_option("leaky_relu")
    slope = page.get_by_role("group", name="Layer 1").get_by_label("Slope")
    expect(slope).to_have_value("0.01")
    slope.fill("0.25")
    slope.press("Enter")
    expected = ("leaky_relu:slope=0.25",)
    playing.until(lambda: playing.session.moment().setup.activations == expected)
    slope.fill("7")
    slope.press("Enter")
    page.get_by_text("must be a number in [0, 1)").first.wait_for()
    slope.press("Tab")
    expect(slope).to_have_value("0.25")
    page.get_by_label("Activation of layer 1").select_option("tanh")
    expect(slope).to_be_hidden()


def test_inputs_are_chosen_as_features(playing, page):
    page.locator(".pg-features summary").click()
    page.get_by_label("x₁ · x₂").check()
    page.locator('.pg-network-stage[aria-label*="3 inputs"]').wait_for()
    assert playing.session.moment().setup.features == ("x1", "x2", "x1 * x2")
    page.keyboard.press("Escape")
    expect(page.get_by_label("x₁ · x₂")).to_be_hidden()


def test_a_weight_is_set_by_the_keyboard(playing, page):
    page.get_by_label("The weight leads to").select_option(label="into unit 2")
    page.get_by_label("The weight leads from").select_option(label="x₂")
    value = page.get_by_label("Its value")
    index = 4  # W is (2, 3), row by row
    before = playing.session.moment().theta[index]
    expect(value).to_have_value(f"{before:.4g}")
    value.fill("1.25")
    value.press("Enter")
    value.press("Tab")
    playing.until(lambda: playing.session.moment().theta[index] == 1.25)


def test_a_weight_is_dragged(playing, page):
    before = playing.session.moment().theta.copy()
    x, y = find(page, "network", 0.3, "lift")
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=4)
    page.mouse.up()

    # a weight or a bias of the first layer, by 0.03 a pixel
    def changed():
        return playing.session.moment().theta[:9] - before[:9]

    playing.until(lambda: abs(changed().max() - 40 * 0.03) < 0.1)
    assert (changed() != 0.0).sum() == 1


def test_a_weight_is_clicked_and_its_value_typed(playing, page):
    playing.session.reset()
    before = playing.session.moment().theta.copy()
    x, y = find(page, "network", 0.3, "lift")
    page.mouse.down()
    page.mouse.move(x + 1, y - 1)  # as a hand does
    page.mouse.up()
    expect(page.get_by_label("Its value")).to_be_focused()
    page.keyboard.type("1.75")
    page.mouse.click(*find(page, "network", 0.3, "lift"))  # written by leaving it
    playing.until(lambda: (playing.session.moment().theta == 1.75).sum() == 1)
    assert (playing.session.moment().theta != before).sum() == 1


def test_a_unit_is_enlarged_while_the_pointer_rests_on_it(page):
    find(page, "network", 0.49, "press")
    page.locator('.pg-surface-stage[aria-label^="unit 1 over"]').wait_for()
    page.mouse.down()
    page.mouse.up()
    page.mouse.move(0, 0)
    expect(page.locator(".pg-shown select")).to_have_value("0")
    page.locator('.pg-surface-stage[aria-label^="unit 1 over x₁ and x₂"]').wait_for()
    page.locator(".pg-shown select").select_option("-2")
    page.locator('.pg-surface-stage[aria-label^="x₂ over"]').wait_for()


def test_an_output_is_enlarged_too(playing, page):
    """Of three classes or more, the probability of one."""
    playing.session.change(data="blobs:classes=3", hidden=[2], activations=["tanh"])
    expect(stage(page, "network")).to_have_attribute(
        "aria-label", re.compile("3 outputs")
    )
    find(page, "network", 0.86, "press")
    page.locator('.pg-surface-stage[aria-label^="output 0 over"]').wait_for()
    expect(page.locator(".pg-legend-end")).to_have_text(["0%", "100%"])
    page.mouse.move(0, 0)
    page.locator('.pg-surface-stage[aria-label^="Prediction over"]').wait_for()
    shows = page.locator(".pg-shown select")
    shows.select_option(label="output 2")
    page.locator('.pg-surface-stage[aria-label^="output 2 over"]').wait_for()
    expect(page.locator(".pg-legend-end")).to_have_text(["0%", "100%"])
    # it stays the same one, and goes with its class
    playing.session.change(hidden=[5])
    expect(shows).to_have_value("7")
    page.locator('.pg-surface-stage[aria-label^="output 2 over"]').wait_for()
    playing.session.change(data="moons")
    expect(shows).to_have_value("")
    page.locator('.pg-surface-stage[aria-label^="Prediction over"]').wait_for()


def test_a_point_is_moved_by_the_pointer(playing, page):
    x, y = playing.session.moment().data.positions[7]
    page.mouse.move(*place(playing, x, y))
    page.mouse.down()
    page.mouse.move(*place(playing, x, y + 0.3), steps=4)
    page.mouse.up()
    playing.until(
        lambda: abs(playing.session.moment().data.positions[7, 1] - y - 0.3) < 0.02
    )


def test_slow_motion_is_drawn(playing, page):
    for phase in ("forward", "loss", "backward", "step"):
        page.get_by_role("button", name="Slow motion").click()
        current = page.locator(".pg-phases [aria-current]")
        expect(current).to_have_text(phase, ignore_case=True)


def test_values_have_a_scale_and_classes_have_marks(playing, page):
    expect(page.locator(".pg-legend-entry")).to_have_text(
        ["0", "1", "test row", "wrong"]
    )
    blue = [0x00, 0x72, 0xB2]  # class 0
    assert count(page, SURFACE, blue) > 100
    playing.session.change(data="plane", hidden=[4, 4], activations=["tanh", "relu"])
    expect(page.locator(".pg-legend-entry")).to_have_text(["test row"])
    expect(page.locator(".pg-legend-end")).to_have_count(2)
    playing.until(lambda: count(page, SURFACE, blue) == 0)


@pytest.mark.parametrize(
    "setup",
    [
        {"data": "spiral:arms=6", "hidden": [64, 64], "activations": ["relu", "tanh"]},
        {"data": "wave", "hidden": [], "activations": []},
        {
            "data": "circles",
            "features": ["x1", "x2", "x1^2", "x2^2", "x1 * x2", "sin(pi x1)"],
            "hidden": [1, 2, 3, 4, 5, 6],
            "activations": ["identity"] * 6,
        },
    ],
    ids=["large", "no hidden layer", "deep"],
)
def test_any_network_is_drawn(playing, page, setup):
    playing.session.change(**setup)
    layers = len(setup["hidden"])
    layer_words = "1 hidden layer" if layers == 1 else f"{layers} hidden layers"
    expect(page.locator(".pg-layer-words")).to_have_text(layer_words)
    playing.until(lambda: count(page, NETWORK) > 1000)


def test_in_narrow_layers_an_activation_keeps_its_own_setting(playing, page):
    playing.session.change(hidden=[3] * 6, activations=["leaky_relu"] * 6)
    slope = page.get_by_role("group", name="Layer 6").get_by_label("Slope")
    expect(page.locator(".pg-layer-heads")).to_have_class(re.compile("pg-narrow"))
    expect(slope).to_be_visible()
    slope.fill("0.25")
    slope.press("Enter")
    playing.until(
        lambda: playing.session.moment().setup.activations[5] == "leaky_relu:slope=0.25"
    )
    head = page.locator(".pg-layer-heads").bounding_box()
    field = slope.bounding_box()
    assert field["y"] + field["height"] <= head["y"] + head["height"]


def test_a_known_border_is_drawn_and_named(playing, page):
    border = page.locator(".pg-legend-entry", has_text="true border")
    expect(border).to_be_hidden()
    playing.session.change(data="curve:shape=sine")
    expect(border).to_be_visible()
    playing.session.change(data="moons")
    expect(border).to_be_hidden()

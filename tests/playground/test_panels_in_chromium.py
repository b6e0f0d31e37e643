"""Curves, runs, errors and other views of the training, in Debian's chromium."""

import re

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from sklearn.metrics import confusion_matrix, log_loss

from live_page import needs_chromium

pytestmark = [pytest.mark.slow, needs_chromium]
UPDATES = 120


@pytest.fixture(scope="module")
def page(playing):
    """The page of a run of two hidden layers that has been trained."""
    playing.session.change(hidden=(4, 3), activations=("tanh", "tanh"))
    playing.session.advance(UPDATES)
    expect(playing.page.locator(".pg-readout td").first).to_have_text(f"{UPDATES}")
    return playing.page


def open_tab(page, name):
    page.get_by_role("tab", name=name, exact=True).click()
    return page.get_by_role("tabpanel", name=name, exact=True)


def readout(page):
    """The curves' numbers: by run, update, training value and test value."""
    rows = page.locator(".pg-readout tbody tr")
    cells = [row.locator("th, td").all_inner_texts() for row in rows.all()]
    return {name.strip(): values for name, *values in cells}


def number(text):
    return float(text.replace(",", "").replace("\N{MINUS SIGN}", "-"))


def test_the_curves_say_what_they_show(page, playing):
    moment = playing.session.moment()
    data = moment.data
    p = moment.network.predict(data.X, moment.theta)
    expected = [
        log_loss(data.y[rows], p[rows]) for rows in (~data.is_test, data.is_test)
    ]
    (values,) = readout(page).values()
    assert values[0] == f"{UPDATES}"
    assert [number(each) for each in values[1:]] == pytest.approx(expected, abs=6e-5)
    assert page.locator(".pg-chart canvas").first.is_visible()


def test_the_pointer_reads_an_exact_update(page, playing):
    box = page.locator(".pg-curves .u-over").bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".pg-readout td").first).not_to_have_text(f"{UPDATES}")
    (values,) = readout(page).values()
    points = {p.update: p.measures for p in playing.session.recording.points}
    measures = points[int(values[0])]
    assert number(values[1]) == pytest.approx(measures.train_loss, abs=6e-5)
    assert number(values[2]) == pytest.approx(measures.test_loss, abs=6e-5)
    page.mouse.move(2, 2)
    expect(page.locator(".pg-readout td").first).to_have_text(f"{UPDATES}")


def test_the_score_is_shown_instead(page, playing):
    page.get_by_role("button", name="Accuracy", exact=True).click()
    moment = playing.session.moment()
    data = moment.data
    right = moment.network.predict(data.X, moment.theta).argmax(axis=1) == data.y
    expected = [f"{right[rows].mean():.1%}" for rows in (~data.is_test, data.is_test)]
    # drawn with the next picture of the screen
    expect(page.locator(".pg-readout td")).to_have_text([f"{UPDATES}", *expected])
    page.get_by_role("button", name="Loss", exact=True).click()
    expect(page.locator(".pg-readout td").nth(1)).not_to_contain_text("%")


def test_axes_are_switched(page):
    for name in ("log x", "log y"):
        button = page.get_by_role("button", name=name)
        before = button.get_attribute("aria-pressed")
        button.click()
        expect(button).not_to_have_attribute("aria-pressed", before)
        button.click()


def test_errors_are_counted_by_class(page, playing):
    panel = open_tab(page, "Errors")
    moment = playing.session.moment()
    data = moment.data
    guess = moment.network.predict(data.X, moment.theta).argmax(axis=1)
    for name, rows in (("Test rows", data.is_test), ("Training rows", ~data.is_test)):
        panel.get_by_role("button", name=name).click()
        expected = confusion_matrix(data.y[rows], guess[rows])
        for i, row in enumerate(expected):
            cells = panel.locator("tbody tr").nth(i).locator("td")
            expect(cells).to_have_text([f"{count}" for count in row])


def test_histograms_of_each_layer(page, playing):
    panel = open_tab(page, "Histograms")
    names = panel.locator("tbody th")
    expect(names).to_have_text(["hidden 1", "hidden 2", "output"])
    moment = playing.session.moment()
    first = moment.network.views(moment.theta)[moment.network.lowest].W
    text = panel.locator("tbody td").first.inner_text()
    mean, deviation = (number(each) for each in text.split(" ± "))
    assert mean == pytest.approx(np.mean(first), rel=0.01)
    assert deviation == pytest.approx(np.std(first), rel=0.01)


def test_each_hidden_layer_has_its_space(page):
    panel = open_tab(page, "Hidden space")
    panel.get_by_role("button", name="layer 2").click()
    expect(panel.locator(".live-stage")).to_be_visible()
    panel.locator(".live-stage").press("ArrowLeft")


def test_stability_against_its_limit(page, playing):
    panel = open_tab(page, "Stability")
    rate = playing.session.setup.learning_rate
    values = panel.locator("dd")
    expect(values).to_have_count(4)
    expect(values.first).to_have_text(f"{rate:g}")
    curvature, product = (number(each) for each in values.all_inner_texts()[2:])
    assert product == pytest.approx(rate * curvature, rel=0.01)
    expect(panel.locator(".pg-note")).to_have_text(re.compile("(Above|Not above) 2: "))


def test_a_press_on_the_curves_rewinds_and_a_change_branches(page, playing):
    box = page.locator(".pg-curves .u-over").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    playing.until(lambda: playing.session.moment().update < UPDATES)
    update = playing.session.moment().update
    page.mouse.move(2, 2)
    first = page.locator(".pg-readout td").first
    expect(first).to_have_text(f"{update}")
    # half of a logarithmic axis
    assert update == pytest.approx(np.sqrt(UPDATES + 1) - 1, abs=2)

    playing.session.change(learning_rate=0.25)
    playing.session.advance(UPDATES)
    expect(page.locator(".pg-readout tbody tr")).to_have_count(2)
    expect(first).to_have_text(f"{update + UPDATES}")
    assert [values[0] for values in readout(page).values()][1:] == [f"{UPDATES}"]


def test_curves_are_switched_off_and_on(page):
    run = page.locator(".pg-readout tbody button").last
    run.click()
    expect(run).to_have_attribute("aria-pressed", "false")
    run.click()
    expect(run).to_have_attribute("aria-pressed", "true")


def test_runs_are_compared_restored_and_forgotten(page, playing):
    panel = open_tab(page, "Runs")
    cards = panel.get_by_role("listitem")
    expect(cards).to_have_count(2)
    for button in panel.get_by_role("button", name=re.compile("^Compare")).all():
        button.click()
    row = panel.get_by_role("row", name=re.compile("^learning rate"))
    expect(row.locator("td")).to_have_text(["0.25", "1"])

    now = playing.session.id
    panel.get_by_role("button", name=re.compile("^Restore")).click()
    expect(cards.first).to_contain_text(f"update {UPDATES} ")
    assert playing.session.id != now
    assert playing.session.moment().update == UPDATES
    panel.get_by_role("button", name="Keep this run").click()
    panel.get_by_role("button", name=re.compile("^Forget")).click()
    expect(cards).to_have_count(1)
    assert list(playing.session.runs) == [playing.session.id]


def test_axe_finds_nothing_in_any_tab(page):
    names = page.get_by_role("tab").all_inner_texts()
    assert {"Data", "Training", "Table", "Runs", "Code and files"} <= set(names)
    wrong = {}
    for name in names:
        panel = open_tab(page, name)
        expect(panel).to_be_visible()
        found = Axe().run(page, context=f"#{panel.get_attribute('id')}")
        if found.response["violations"]:
            wrong[name] = found.generate_report()
    assert wrong == {}


def test_values_instead_of_classes(page, playing):
    playing.session.change(data="plane")
    playing.session.advance(20)
    panel = open_tab(page, "Errors")
    expect(panel.locator("dt")).to_have_text(
        ["R²", "Root mean squared error", "Mean absolute error"]
    )
    expect(page.get_by_role("button", name="R²", exact=True)).to_be_visible()

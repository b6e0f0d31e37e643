"""Lessons, code and files on the page, in Chromium."""

import zipfile

import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from halfmoon import load
from halfmoon.playground.setup import Setup
from halfmoon.playground.teaching import begin_lesson, read_lessons
from live_page import needs_chromium

pytestmark = [pytest.mark.slow, needs_chromium]


def open_tab(page, name):
    page.get_by_role("tab", name=name, exact=True).click()


def wait_for_update(page, update):
    page.locator(".pg-readings dd").first.filter(has_text=f"{update:,}").wait_for()


def test_the_code_is_that_of_the_screen_and_runs(playing):
    page = playing.page
    playing.session.advance(25)
    open_tab(page, "Code and files")
    code = page.locator(".pg-code")
    code.filter(has_text="updates=25").wait_for()
    names = {}
    exec(code.text_content(), names)
    theta = playing.session.moment().theta
    np.testing.assert_array_equal(names["network"].theta, theta)

    page.get_by_label("Plain NumPy").check()
    code.filter(has_text="def forward(x)").wait_for()
    names = {}
    exec(code.text_content(), names)
    learned = np.concatenate([p.ravel() for p in names["parameters"]])
    np.testing.assert_allclose(learned, theta, rtol=0, atol=1e-12)

    page.get_by_label("Command line").check()
    code.filter(has_text="halfmoon playground").wait_for()


def test_the_code_is_copied(playing):
    page = playing.page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_label("Python").check()
    page.locator(".pg-code").filter(has_text="from halfmoon import").wait_for()
    page.get_by_role("button", name="Copy", exact=True).click()
    page.get_by_role("button", name="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.locator(".pg-code").text_content()


def download(page, button):
    with page.expect_download() as event:
        button.click()
    return event.value


def test_files_are_saved(playing, tmp_path):
    page = playing.page
    files = page.locator(".pg-files")
    model = download(page, files.get_by_role("button", name="Model"))
    path = tmp_path / model.suggested_filename
    model.save_as(path)
    theta = playing.session.moment().theta
    np.testing.assert_array_equal(load(path).theta, theta)

    rows = download(page, files.get_by_role("button", name="Rows as CSV"))
    assert rows.suggested_filename == "rows.csv"
    assert rows.path().read_text().startswith("x1,x2,y\n")
    picture = download(page, files.get_by_role("button", name="PNG"))
    assert picture.path().read_bytes().startswith(b"\x89PNG")
    run = download(page, files.get_by_role("button", name="The run as a page"))
    assert run.path().read_text().startswith("<!doctype html>")
    program = download(page, page.get_by_role("button", name="Download"))
    assert not zipfile.is_zipfile(program.path())
    assert "train(" in program.path().read_text()


def test_a_lesson_is_done_step_by_step(playing):
    page = playing.page
    open_tab(page, "Lessons")
    cards = page.locator(".pg-lesson-card")
    expect(cards).to_have_count(len(read_lessons()))
    cards.filter(has_text="First steps").click()
    lesson = page.locator(".pg-lesson")
    expect(lesson.get_by_role("heading")).to_have_text("First steps")
    expect(lesson).to_contain_text("Step 1 of 3")
    goal = lesson.locator(".pg-goal")
    expect(goal).to_contain_text("open: 100 updates")
    playing.session.advance(120)
    expect(goal).to_contain_text("reached: 100 updates")
    expect(goal.locator("output")).to_have_text("120")
    lesson.get_by_role("button", name="Next step").click()
    expect(lesson).to_contain_text("Step 2 of 3")
    expect(lesson.get_by_role("heading")).to_be_focused()
    playing.session.advance(2400)
    expect(lesson.locator(".pg-met")).to_have_count(1)
    lesson.get_by_role("button", name="Next step").click()
    playing.session.seek(20)
    expect(lesson.locator(".pg-met")).to_have_count(2)
    lesson.get_by_role("button", name="Finish").click()
    done = cards.filter(has_text="First steps")
    expect(done).to_contain_text("done")


def test_nothing_is_in_the_way_of_anybody(playing):
    page = playing.open("open=output,lessons", color_scheme="dark")
    page.locator(".pg-code").filter(has_text="halfmoon").wait_for()
    for select in (lambda: None, page.locator(".pg-lesson-card").first.click):
        select()
        page.locator(".pg-slot-lessons :is(h3, strong)").first.wait_for()
        result = Axe().run(page)
        assert result.violations_count == 0, result.generate_report()


def train_anew(session, updates):
    """Let nothing be left of what other tests have trained."""
    for run in list(session.kept):
        session.forget(run)
    begin_lesson(session, "first-steps")
    session.advance(updates)


def test_a_link_starts_a_lesson(playing):
    train_anew(playing.session, 0)
    page = playing.open("lesson=three-units:2")
    lesson = page.locator(".pg-lesson")
    expect(lesson).to_contain_text("Three units are enough")
    expect(lesson).to_contain_text("Step 2 of 2")
    begun = Setup(**read_lessons()["three-units"].setup)
    playing.until(lambda: playing.session.setup == begun)
    lesson.get_by_text("Hint").click()
    expect(lesson).to_contain_text("The moons need an S")


def test_a_link_to_a_lesson_asks_where_something_is_trained(playing):
    """In a second tab, or when its page is loaded again."""
    session = playing.session
    train_anew(session, 30)
    page = playing.open("lesson=three-units:2")
    lesson = page.locator(".pg-lesson")
    expect(lesson).to_contain_text("Something is trained here already")
    lesson.get_by_role("button", name="Go on from here").click()
    expect(lesson).to_contain_text("Step 2 of 2")
    assert session.moment().update == 30
    page.reload()
    lesson.get_by_role("button", name="Start anew").click()
    expect(lesson).to_contain_text("Step 2 of 2")
    assert session.moment().update == 0
    assert session.setup == Setup(**read_lessons()["three-units"].setup)


def test_on_a_phone_a_lesson_stands_right_below_the_training_bar(playing):
    page = playing.open("open=lessons", viewport={"width": 390, "height": 844})
    places = page.locator(".pg-place")
    tops = "places => places.map(place => place.getBoundingClientRect().top)"
    left, *others = places.evaluate_all(tops)
    assert left > min(others)  # the map is first
    page.locator(".pg-lesson-card").first.click()
    page.locator(".pg-lesson").wait_for()
    left, *others = places.evaluate_all(tops)
    assert left < min(others)

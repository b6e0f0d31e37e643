"""The recorded run as a page: what it holds, and that it plays without a server."""

import gzip
import json
import re
from base64 import b64decode

import numpy as np
import pytest
from playwright.sync_api import expect

from halfmoon.pages.modules import fingerprint
from halfmoon.playground import exporting
from halfmoon.playground.api import operate
from halfmoon.playground.frames import make_frame
from halfmoon.playground.session import Session
from halfmoon.playground.setup import Setup
from halfmoon.serving.packing import unpack
from live_page import WAIT, needs_chromium


@pytest.fixture(scope="module", autouse=True)
def few_moments():
    """Pages of a few moments are made sooner, and have all that others have."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(exporting, "MOST_MOMENTS", 12)
        yield


@pytest.fixture(scope="module")
def session():
    setup = Setup(rows=60, hidden=(3, 2), activations=("tanh", "relu"))
    with Session(setup) as opened:
        opened.advance(40)
        opened.change(learning_rate=0.5)
        opened.advance(300)
        yield opened


@pytest.fixture(scope="module")
def page(session):
    file = operate(session, "save", {"kind": "page"})
    assert (file.name, file.media_type) == ("run.html", "text/html")
    return file.content.decode()


@pytest.fixture(scope="module")
def told(page):
    found = re.search(r'id="halfmoon-run">(.*?)</script>', page, re.DOTALL)
    return json.loads(found[1])


def frames(told):
    content = gzip.decompress(b64decode(told["messages"]))
    ends = np.cumsum(told["lengths"])
    return [
        unpack(content[end - n : end])
        for n, end in zip(told["lengths"], ends, strict=True)
    ]


def test_moments_are_those_of_the_run(session, told):
    still, _, *moments = frames(told)
    assert len(moments) == len(told["updates"]) == 13
    assert told["updates"][0] == 0
    assert told["updates"][-1] == session.moment().update == 340
    assert told["updates"] == sorted(set(told["updates"]))
    recording = session.recording.branch()
    for update, (header, arrays) in list(zip(told["updates"], moments, strict=True))[
        ::9
    ]:
        recording.seek(update)
        assert header["update"] == update
        theta = recording.run.theta
        np.testing.assert_array_equal(arrays["theta"], theta.astype(np.float32))
        X = recording.stage.conditions.data.X
        y_hat = recording.work.network.predict(X, theta)
        # ten binary digits are kept
        np.testing.assert_allclose(arrays["predictions"], y_hat, rtol=1e-3)
        assert arrays["hidden.1"].shape == (60, 3)
        assert arrays["hidden.2"].shape == (60, 2)
        assert "X" not in arrays
    assert still[1]["X"].shape == (60, 2)
    _, expected = make_frame(session.moment(), {}, {"points": True})
    np.testing.assert_array_equal(still[1]["y"], expected["y"])


def test_both_kinds_of_curves_are_there(told):
    logarithmic, linear, *_ = frames(told)
    for header, arrays in (logarithmic, linear):
        assert [run["id"] for run in header["curves"]] == ["1"]
        assert arrays["curves.0.updates"][-1] == 340
    assert len(logarithmic[1]["curves.0.at"]) < len(linear[1]["curves.0.at"])
    assert [run["id"] for run in told["state"]["runs"]] == ["1"]


def test_rows_that_changed_are_in_each_moment():
    with Session(Setup(rows=40)) as session:
        session.advance(20)
        session.change(noise=0.4)
        session.advance(20)
        file = operate(session, "save", {"kind": "page"})
    found = re.search(r'id="halfmoon-run">(.*?)</script>', file.content.decode())
    _, _, first, *_, last = frames(json.loads(found[1]))
    assert (first[1]["X"] != last[1]["X"]).any()


def test_nothing_but_its_own_script_may_run(page):
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', page)[1]
    script = re.search(r'<script type="module">(.*?)</script>', page, re.DOTALL)[1]
    allowed = fingerprint(script).replace("'", "&#x27;")
    assert f"script-src {allowed};" in policy
    assert policy.startswith("default-src &#x27;none&#x27;")
    assert "connect-src" not in policy
    assert not re.search(r'(?:src|href)="(?!data:)', page)


def test_a_name_cannot_become_markup():
    with Session(Setup(rows=40)) as session:
        state = operate(session, "state")
        state["data"]["name"] = "</title><script>alert(1)</script>"
        menu = operate(session, "menu")
        page = exporting.run_page(session.moment(), state, menu).decode()
    assert "<script>alert" not in page
    assert page.count("<script") == 2  # the run, and the program


@pytest.mark.slow
@needs_chromium
def test_a_run_of_one_moment_plays_too(browser, tmp_path):
    path = tmp_path / "run.html"
    with Session(Setup(rows=20)) as begun:
        path.write_bytes(operate(begun, "save", {"kind": "page"}).content)
    page = browser.new_page()
    page.goto(path.as_uri())
    page.get_by_role("button", name="Play").click()
    page.get_by_role("button", name="Pause").wait_for(state="hidden")
    assert reading(page, "Update") == "0"
    page.close()


@pytest.fixture(scope="module")
def playing_page(browser, page, tmp_path_factory):
    path = tmp_path_factory.mktemp("run") / "run.html"
    path.write_text(page, encoding="utf-8")
    context = browser.new_context(offline=True, viewport={"width": 1440, "height": 900})
    opened = context.new_page()
    wrong = []
    opened.on("console", lambda message: wrong.append(message.text))
    opened.on("pageerror", lambda error: wrong.append(str(error)))
    opened.set_default_timeout(WAIT)
    opened.goto(path.as_uri())
    yield opened
    context.close()
    assert wrong == []


def reading(page, name):
    pair = page.locator(".pg-readings div").filter(has_text=name).first
    return pair.locator("dd").text_content()


@pytest.mark.slow
@needs_chromium
def test_the_page_shows_the_last_moment(playing_page, session):
    playing_page.locator(".pg-readings dd").first.wait_for()
    assert reading(playing_page, "Update") == "340"
    loss = session.recording.points[-1].measures.train_loss
    assert float(reading(playing_page, "Training loss")) == pytest.approx(
        loss, abs=1e-4
    )
    assert playing_page.get_by_text("A recorded run").is_visible()
    names = playing_page.get_by_role("tab").all_text_contents()
    assert names == ["Hidden space", "Errors", "Histograms", "Stability"]


@pytest.mark.slow
@needs_chromium
def test_the_page_plays_and_goes_back(playing_page):
    playing_page.get_by_label("Speed").select_option("full")
    playing_page.get_by_role("button", name="Play").click()
    playing_page.get_by_role("button", name="Pause").wait_for()
    playing_page.get_by_role("button", name="Play").wait_for()  # it has ended
    assert reading(playing_page, "Update") == "340"
    slider = playing_page.locator(".pg-rewind input")
    slider.focus()
    slider.press("Home")
    expect(playing_page.locator(".pg-readings dd").first).to_have_text("0")

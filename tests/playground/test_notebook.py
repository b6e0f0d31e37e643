"""The playground in a notebook: its widget, and a page that plays the notebook."""

import base64
import sys
from types import SimpleNamespace

import pytest

import halfmoon
from few_operations import few_operations
from halfmoon.playground import opening
from halfmoon.serving.messages import answer_message
from live_page import WAIT, needs_chromium

anywidget = pytest.importorskip("anywidget")

# What anywidget does with a widget's module, for a model that speaks with Python.
NOTEBOOK = """async ([esm, page]) => {
  const heard = [];
  const model = {
    get: () => page,
    on: (kind, hear) => heard.push(hear),
    off: (kind, hear) => heard.splice(heard.indexOf(hear), 1),
    async send(question, callbacks, buffers) {
      const body = buffers.map((buffer) => [...new Uint8Array(buffer)]);
      const [answer, content] = await window.askPython(question, body);
      const bytes = content.map((each) => Uint8Array.from(atob(each), (sign) =>
        sign.charCodeAt(0)));
      for (const hear of heard) hear(answer, bytes.map((each) => {
        const shifted = new Uint8Array(each.length + 3);  // as a message's buffers lie
        shifted.set(each, 3);
        return new DataView(shifted.buffer, 3);
      }));
    },
  };
  const address = URL.createObjectURL(new Blob([esm], { type: "text/javascript" }));
  const widget = (await import(address)).default;
  window.leave = widget.render({ model, el: document.body });
  window.heard = heard;
}"""


@pytest.fixture
def notebook():
    from halfmoon.playground import notebook

    return notebook


@pytest.fixture
def session():
    with few_operations() as fake:
        yield fake


def test_a_widget_answers_and_ends_its_session(notebook, session):
    closed = []
    session.close = lambda: closed.append(True)
    widget = notebook.Playground(session)
    sent = []
    widget.send = lambda answer, content: sent.append((answer, content))
    question = {"view": "a", "id": 1, "name": "state", "message": {}}
    widget._handle_custom_msg(question, [])
    assert sent[0][0]["answer"]["version"] == 7
    widget.close()
    assert closed == [True]


def test_in_a_notebook_the_widget_is_what_the_cell_shows(notebook, monkeypatch):
    shell = type("ZMQInteractiveShell", (), {})()
    fake = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", fake)
    shown = halfmoon.playground({"a": [1.0, 2.0, 3.0, 4.0], "b": [0, 1, 0, 1]})
    assert isinstance(shown, notebook.Playground)
    assert shown.session.data.kind == "table"
    shown.close()


def test_in_a_terminal_of_ipython_it_is_served(monkeypatch):
    shell = type("TerminalInteractiveShell", (), {})()
    fake = SimpleNamespace(get_ipython=lambda: shell)
    monkeypatch.setitem(sys.modules, "IPython", fake)
    assert not opening._is_notebook()


@pytest.mark.slow
@needs_chromium
def test_a_page_that_plays_the_notebook_shows_and_trains(notebook, browser):
    session = opening.make_session(rows=40)
    widget = notebook.Playground(session)
    wrong = []

    def ask(question, body):
        buffers = [bytes(each) for each in body]
        answer, content = answer_message(session, question, buffers)
        return [answer, [base64.b64encode(each).decode() for each in content]]

    context = browser.new_context(viewport={"width": 1100, "height": 950})
    page = context.new_page()
    page.set_default_timeout(WAIT)
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url))
    page.expose_function("askPython", ask)
    page.evaluate(NOTEBOOK, [widget._esm, widget.page])
    frame = page.frame_locator("iframe[title='halfmoon playground']")
    frame.locator(".pg-name").wait_for()
    frame.get_by_role("button", name="Epoch", exact=True).click()
    frame.get_by_text("epoch 1").first.wait_for(state="attached")
    assert session.moment().at.run.epoch == 1
    page.evaluate("window.leave()")
    assert page.evaluate("window.heard.length") == 0
    context.close()
    widget.close()
    assert [each for each in wrong if not each.startswith(("blob:", "about:"))] == []

"""What other pages may not, and what the playground's own page is told kindly."""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from playwright.sync_api import expect

from halfmoon.playground.api import operate
from halfmoon.playground.opening import make_session
from live_page import WAIT, needs_chromium
from playing import SHOWN, serving

pytestmark = [pytest.mark.slow, needs_chromium]

NASTY = "<img src=x onerror=document.title='taken'>"
# Whatever a page of another origin can try; each answers what it has got.
ATTACKS = """async (address) => {
  const got = {};
  const attempt = async (name, act) => {
    try { got[name] = await act(); } catch (error) { got[name] = "refused"; }
  };
  const post = { method: "POST", body: '{"learning_rate": 9}' };
  const read = async (path, more) => (await fetch(address + path, more)).text();
  await attempt("page", () => read("/", {}));
  await attempt("file", () => read("/static/store.js", {}));
  await attempt("state", () => read("/api/state", { method: "POST" }));
  await attempt("change", () => read("/api/change", post));
  await attempt("change with a token", () => read("/api/change", {
    ...post, headers: { Authorization: "Bearer x" },
  }));
  await attempt("change blindly", () => read("/api/change", {
    ...post, mode: "no-cors",
  }));
  await attempt("script", () => new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.onload = () => resolve("ran");
    script.onerror = reject;
    script.src = `${address}/static/uplot.js`;
    document.head.append(script);
  }));
  await attempt("frame", () => new Promise((resolve) => {
    const frame = document.createElement("iframe");
    frame.onload = () => {
      try { resolve(frame.contentWindow.document.body.innerText); }
      catch { resolve("refused"); }
    };
    frame.src = `${address}/`;
    document.body.append(frame);
  }));
  await attempt("form", () => new Promise((resolve) => {
    const target = document.createElement("iframe");
    target.name = "target";
    const form = document.createElement("form");
    Object.assign(form, {
      method: "POST", action: `${address}/api/reset`, target: "target",
    });
    document.body.append(target, form);
    target.onload = () => resolve("refused");
    form.submit();
  }));
  await attempt("window", async () => {
    const opened = window.open(`${address}/`);
    // empty, and ours, until the page is there
    for (let i = 0; i < 3000 && opened.location.href === "about:blank"; i += 1) {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return opened.document.title;
  });
  return got;
}"""


@pytest.fixture(scope="module")
def elsewhere():
    """The addresses of a page that is not ours: of another port, of another name."""

    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>elsewhere</title><body>")

        def log_message(self, *ignored):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    port = server.server_address[1]
    yield [f"http://127.0.0.1:{port}/", f"http://localhost:{port}/"]
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_page_of_another_origin_neither_reads_nor_changes(playing, elsewhere):
    context = playing.page.context  # our page is open there, with its token
    before = operate(playing.session, "state")
    page = context.new_page()
    for address in elsewhere:
        page.goto(address)
        got = page.evaluate(ATTACKS, playing.server.origin)
        assert got.pop("change blindly") in ("", "refused")  # opaque in any case
        assert got.pop("frame") in ("", "refused")
        assert set(got.values()) == {"refused"}, got
    for opened in context.pages:
        if opened != playing.page:
            opened.close()
    assert operate(playing.session, "state") == before


def test_the_address_does_not_keep_the_token(playing):
    page = playing.page
    assert "token" not in page.url
    page.reload()
    page.locator(SHOWN).wait_for()
    other = page.context.new_page()
    other.goto(f"{playing.server.origin}/#hidden=4")
    expect(other.get_by_role("alert")).to_contain_text("open the whole address that")
    assert other.locator(SHOWN).count() == 0
    other.close()


def test_two_tabs_show_one_playground(playing):
    one = playing.page
    two = playing.open()
    update = operate(playing.session, "state")["update"] + 1
    two.get_by_role("button", name="Epoch", exact=True).click()
    for page in (one, two):
        expect(page.locator("body")).to_contain_text(f"Update{update}")
    pages = playing.server.presence.pages
    playing.until(lambda: len(pages()) == 2)
    two.close()
    playing.until(lambda: len(pages()) == 1)
    one.get_by_role("button", name="Update", exact=True).click()
    expect(one.locator("body")).to_contain_text(f"Update{update + 1}")


def test_names_and_cells_of_a_table_stay_text(playing, tmp_path):
    file = tmp_path / "nasty.csv"
    rows = [
        f"{i % 7},{i % 8},{NASTY if i % 2 else 'plain'},{NASTY}{i % 3}"
        for i in range(60)
    ]
    header = f'constructor,__proto__,"{NASTY}","</script>{NASTY}"'
    file.write_text("\n".join([header, *rows]), encoding="utf-8")
    page = playing.page
    page.locator("#pg-upload-file").set_input_files(file)
    expect(page.locator("body")).to_contain_text(NASTY)
    for tab in page.get_by_role("tab").all():
        tab.click()
    page.get_by_role("tab", name="Try a row").click()
    for name in ("constructor", "__proto__", NASTY):
        expect(page.locator("td").get_by_label(name, exact=True)).to_be_visible()
    operate(playing.session, "train", {"do": "epoch"})
    expect(page.locator("body")).to_contain_text(NASTY)
    assert page.locator("img[src=x]").count() == 0
    assert page.title() == "halfmoon playground"


def test_a_file_of_200_megabytes_is_refused_politely(playing, tmp_path):
    file = tmp_path / "large.csv"
    with file.open("wb") as sparse:
        sparse.truncate(200_000_000)
    page = playing.page
    before = operate(playing.session, "state")
    page.locator("#pg-upload-file").set_input_files(file)
    expect(page.get_by_role("alert")).to_contain_text("At most 32")
    assert operate(playing.session, "state") == before
    page.get_by_role("button", name="Close").click()


def test_a_server_that_ends_and_comes_back_is_told(browser):
    context = browser.new_context()
    page = context.new_page()
    page.set_default_timeout(WAIT)
    with make_session() as session:
        with serving(session) as server:
            port = int(server.origin.rpartition(":")[2])
            page.goto(server.address)
            page.locator(SHOWN).wait_for()
        page.get_by_role("button", name="Update", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("server has stopped")
    with make_session() as session, serving(session, port) as server:
        page.get_by_role("button", name="Update", exact=True).click()
        expect(page.get_by_role("alert")).to_contain_text("Start halfmoon playground")
        assert session.moment().update == 0  # the old page's token is no good
        page.goto(server.address)  # in the same tab: the page begins anew
        expect(page.get_by_role("alert")).to_be_hidden()
        page.locator(SHOWN).wait_for()
        page.get_by_role("button", name="Update", exact=True).click()
        expect(page.locator("body")).to_contain_text("Update1")
        context.close()

"""A small page with live figures, and what happened on it in Debian's chromium."""

import math
import shutil
from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from halfmoon.pages import html, live

CHROMIUM = shutil.which("chromium")
needs_chromium = pytest.mark.skipif(
    CHROMIUM is None, reason="chromium is not installed (Debian: apt install chromium)"
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
UPDATES = 20_000
WAIT = 90_000  # milliseconds, where a busy machine waits
expect.set_options(timeout=WAIT)


def write_page(path, data, figures, more=""):
    """Live figures with their settings, one below the other, and the strict policy."""
    shown = "\n".join(
        f'<h2 id="{name}">{name}</h2><p>A line of text before the figure.</p>'
        + live.live_figure(name, settings, f"The caption of {name}.")
        for name, settings in figures.items()
    )
    links = "".join(f'<li><a href="#{name}">{name}</a></li>' for name in figures)
    path.write_text(
        f"""<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{live.content_security_policy()}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Live figures</title><link rel="icon" href="data:,">
<style>{html.styles()}{live.live_style()}</style></head>
<body><header><h1>Live figures</h1></header>
<nav aria-label="Contents"><ol>{links}</ol></nav>
<main>{shown}{more}</main>
{live.live_script(data)}</body></html>""",
        encoding="utf-8",
    )
    return path.as_uri()


@contextmanager
def opened(browser, address, before="", **options):
    """A page in a fresh context; it may neither complain nor ask for anything."""
    context = browser.new_context(
        **{"viewport": {"width": 1440, "height": 900}} | options
    )
    page = context.new_page()
    page.set_default_timeout(WAIT)
    page.add_init_script(before)
    wrong = []
    page.on("console", lambda message: wrong.append(message.text))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("request", lambda request: wrong.append(request.url))
    page.goto(address)
    yield page
    # the page itself, and the workers made from its own script
    ours = (address.partition("#")[0], "blob:")
    left = [each for each in wrong if not each.startswith(ours)]
    context.close()
    assert left == []


class LiveFigure:
    """One figure of a page, as a reader handles it."""

    def __init__(self, page, name, update=0):
        self.page = page
        self.box = page.locator(f"#live-{name}")
        self.box.scroll_into_view_if_needed()
        self.wait_for(update)

    def wait_for(self, update, doing="resting"):
        state = f'[data-update="{update}"][data-doing="{doing}"]'
        self.page.locator(f"#{self.box.get_attribute('id')}{state}").wait_for()

    def rest(self):
        """Wait until it shows all that was done."""
        name = self.box.get_attribute("id")
        self.page.locator(f'#{name}[data-doing="resting"]').wait_for()

    def reading(self, name):
        self.rest()
        return self.box.locator(f"dd[data-name={name}]").inner_text()

    def press(self, name):
        self.box.get_by_role("button", name=name, exact=True).click()

    def control(self, label):
        return self.box.get_by_label(label, exact=True)

    def value_of(self, label):
        self.rest()
        return self.control(label).get_attribute("aria-valuetext")

    def key(self, label, key, times=1):
        for _ in range(times):
            self.control(label).press(key)

    def slide(self, update):
        """Move the slider near to an update, and go there by single steps."""
        self.control("Updates").evaluate(
            """(slider, share) => {
              slider.value = Math.round(slider.max * share);
              slider.dispatchEvent(new Event("input"));
              slider.dispatchEvent(new Event("change"));
            }""",
            _share(update),
        )
        self.rest()
        away = update - int(self.box.get_attribute("data-update"))
        for i in range(abs(away)):
            self.key("Updates", "ArrowRight" if away > 0 else "ArrowLeft")
            step = i + 1 if away > 0 else -i - 1
            self.wait_for(update - away + step)

    def expect_told(self, text):
        """What it tells screen readers."""
        expect(self.box.get_by_role("status")).to_have_text(text)

    def stage(self, label):
        return self.box.locator(f'.live-stage[aria-label^="{label}"]')


def _share(update):
    return math.log10(update + 1) / math.log10(UPDATES + 1)

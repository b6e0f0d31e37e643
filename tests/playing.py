"""A playground's server in a thread, and its page in Debian's chromium."""

import threading
from contextlib import contextmanager

import numpy as np

from halfmoon.playground.api import OPERATIONS
from halfmoon.playground.page import SITE
from halfmoon.serving.server import Server
from live_page import WAIT
from waiting import until

SHOWN = ".pg-name"  # stands on the page once it knows the state


@contextmanager
def serving(session, port=0):
    """A server of this session: it runs in a thread until the block ends."""
    server = Server(session, SITE, OPERATIONS, port)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.should_exit = True
        thread.join(90)
        assert not thread.is_alive(), "the server does not end"


class Playing:
    """A session and its page; what the page complains of is kept in `wrong`."""

    def __init__(self, browser, server, session):
        self.browser = browser
        self.server = server
        self.session = session
        self.wrong = []
        self._contexts = []
        self._page = None

    @property
    def page(self):
        """The page that all tests of the file share."""
        if self._page is None:
            self._page = self.open()
        return self._page

    def open(self, settings="", **options):
        """Another page in a fresh context.

        `settings` is what stands in the address after its "#"; the options are those of
        a context of playwright's.
        """
        size = {"viewport": {"width": 1440, "height": 900}}
        context = self.browser.new_context(**size | options)
        self._contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(WAIT)
        page.on("console", lambda message: self._note(message.type, message.text))
        page.on("pageerror", lambda error: self.wrong.append(str(error)))
        more = f"&{settings}" if settings else ""
        page.goto(self.server.address + more)
        page.locator(SHOWN).wait_for()
        return page

    until = staticmethod(until)

    def settle(self):
        """Wait until the page shows the session as it is."""
        shown = self.page.locator(".pg")
        version = "data-version"
        until(lambda: shown.get_attribute(version) == f"{self.session.version}")

    def _note(self, kind, text):
        # chromium itself says of each answer that refuses
        refused = text.startswith("Failed to load resource")
        if kind in ("error", "warning") and not refused:
            self.wrong.append(text)

    def close(self):
        for context in self._contexts:
            context.close()


def find(page, view, across, kind):
    """Move down a view until the pointer is on what is wanted; its place."""
    stage = page.locator(f".pg-{view}-stage")
    area = stage.bounding_box()
    x = area["x"] + across * area["width"]
    for share in np.linspace(0.1, 0.9, 60):
        y = area["y"] + share * area["height"]
        page.mouse.move(x, y)
        if kind in (stage.get_attribute("class") or "").split():
            return x, y
    raise AssertionError(f"nothing of the kind {kind} at {across} of the width")


@contextmanager
def playing_with(browser, session):
    """The page of a session; it may not have complained when the block ends."""
    with serving(session) as server:
        playing = Playing(browser, server, session)
        yield playing
        playing.close()
    session.close()
    assert not playing.wrong, playing.wrong

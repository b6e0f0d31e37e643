"""Which pages are open: the server ends when the last of them has gone.

A page says when it is closed. One whose browser is ended or crashes says nothing, but
all its connections close at once. A tab in the background asks once a minute at least,
and one that sleeps keeps its connections for some minutes, so that it is not mistaken
for a browser that is gone.
"""

import threading
import time
from collections.abc import Callable, Collection
from typing import Any, NamedTuple

# seconds: a page that is loaded again says goodbye and comes back
RETURNS_WITHIN = 10.0
# a machine sleeps, and so may a tab in the background
LOST_AFTER = 900.0
# A connection that closes so soon after a question was not merely unused.
IN_USE = 65.0
# A page whose connection was cut comes back on another one, if it can.
CUT_AFTER = 180.0


class Heard(NamedTuple):
    """When a page has asked last, on which connection, and when that one was cut."""

    at: float
    connection: Any
    cut_at: float | None = None


class Presence:
    """When each page was last heard of, by the name that it gives itself."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._heard: dict[str, Heard] = {}
        self._last_change = now()
        self._had_one = False

    def hear(self, page: str, connection: Any = None) -> None:
        """A page has asked something; the connection is None where it is not known.

        A script has no name, and whether its connections are open tells nothing.
        """
        with self._lock:
            self._heard[page] = Heard(self._now(), connection if page else None)
            self._had_one = True

    def leave(self, page: str) -> None:
        """A page says that it is closed."""
        with self._lock:
            self._heard.pop(page, None)
            self._last_change = self._now()

    def see(self, connections: Collection[Any]) -> None:
        """Which connections are open now."""
        now = self._now()
        with self._lock:
            for page, heard in self._heard.items():
                if heard.connection is None or heard.connection in connections:
                    continue
                was_in_use = now - heard.at < IN_USE
                self._heard[page] = Heard(heard.at, None, now if was_in_use else None)

    def pages(self) -> list[str]:
        """The names of the pages that are open."""
        with self._lock:
            return list(self._heard)

    def is_over(self) -> bool:
        """Whether there were pages, and none is left."""
        now = self._now()
        with self._lock:
            for page, heard in list(self._heard.items()):
                is_cut = heard.cut_at is not None and now - heard.cut_at > CUT_AFTER
                if is_cut or now - heard.at > LOST_AFTER:
                    del self._heard[page]
            is_empty = self._had_one and not self._heard
            return is_empty and now - self._last_change > RETURNS_WITHIN

"""Which pages are open: the server ends when the last of them has gone."""

import threading
import time
from collections.abc import Callable

# seconds: a page that is loaded again says goodbye and comes back
RETURNS_WITHIN = 10.0
# A browser lets a tab in the background sleep, and a machine sleeps too.
LOST_AFTER = 900.0


class Presence:
    """When each page was last heard of, by the name that it gives itself."""

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._heard: dict[str, float] = {}
        self._last_change = now()
        self._had_one = False

    def hear(self, page: str) -> None:
        """A page has asked something."""
        with self._lock:
            self._heard[page] = self._now()
            self._had_one = True

    def leave(self, page: str) -> None:
        """A page says that it is closed."""
        with self._lock:
            self._heard.pop(page, None)
            self._last_change = self._now()

    def pages(self) -> list[str]:
        """The names of the pages that are open."""
        with self._lock:
            return list(self._heard)

    def is_over(self) -> bool:
        """Whether there were pages, and none is left."""
        now = self._now()
        with self._lock:
            for page, heard in list(self._heard.items()):
                if now - heard > LOST_AFTER:
                    del self._heard[page]
            is_empty = self._had_one and not self._heard
            return is_empty and now - self._last_change > RETURNS_WITHIN

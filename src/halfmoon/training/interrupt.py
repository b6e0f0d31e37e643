"""Ctrl-C as a flag, which a fit looks at between two updates, and within a slow one."""

import signal
import threading
from types import FrameType


class Interrupt:
    """While it is open, Ctrl-C sets `seen` and raises nothing; a second one is raised.

    So no update is torn apart. An `Interrupt` that is open around it is set too. Only
    the main thread receives signals; in others this does nothing.
    """

    seen = False

    def __enter__(self) -> "Interrupt":
        self.main = threading.current_thread() is threading.main_thread()
        if self.main:
            self.previous = signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, frame: FrameType | None) -> None:
        if self.seen:
            raise KeyboardInterrupt
        self.seen = True
        outer = getattr(self.previous, "__self__", None)
        if isinstance(outer, Interrupt):
            outer.seen = True

    def __exit__(self, *error: object) -> None:
        if self.main:
            # None: it was not set from Python, and cannot be put back
            handler = self.previous or signal.SIG_DFL
            signal.signal(signal.SIGINT, handler)

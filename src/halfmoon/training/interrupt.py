"""Ctrl-C as a wish, noted now and granted between two updates."""

import signal
import threading
from types import FrameType


class Interrupt:
    """While it is open, Ctrl-C is noted instead of raised, so that no update is torn
    apart; a second one is raised.

    One that is open around it is told too. Only the main thread can receive signals;
    elsewhere this does nothing.
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
            signal.signal(
                signal.SIGINT,
                self.previous if self.previous is not None else signal.SIG_DFL,
            )

"""Ctrl-C as a flag, which a fit looks at between two updates, and within a slow one."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Interrupt:
    """While it is open, Ctrl-C sets `seen` and raises nothing; a second one is raised.

    So no update is torn apart. A program's own handler is called too; a signal that is
    ignored stays ignored. Only the main thread receives signals; in others this does
    nothing.
    """

    seen = False
    previous: Any = None  # the handler that is put back, None if there is none of ours
    error: BaseException | None = None  # to be raised once the block has ended
    holds = False

    @contextmanager
    def opened(self) -> Iterator["Interrupt"]:
        """While inside, this is the handler; whatever is raised, it is put back."""
        try:
            try:
                self._listen()
                yield self
            finally:
                self._put_back()
        finally:  # once more: another signal's handler may raise in the line above
            self._put_back()

    def _listen(self) -> None:
        # None: a handler that was not set from Python, and could not be put back
        left_alone = (signal.SIG_IGN, None)
        is_main = threading.current_thread() is threading.main_thread()
        previous = signal.getsignal(signal.SIGINT)
        if is_main and previous not in left_alone:
            self.previous = previous  # first, so that it can be put back from here on
            signal.signal(signal.SIGINT, self._note)

    def _put_back(self) -> None:
        if self.previous is not None:
            signal.signal(signal.SIGINT, self.previous)

    @contextmanager
    def held(self) -> Iterator[None]:
        """What Ctrl-C raises waits for the end of this block, but for a third one.

        For an engine at work: it asks whether to stop, and joins its threads.
        """
        self.holds = True
        try:
            yield
        finally:
            self.holds = False
        if self.error is not None:
            raise self.error

    def _note(self, number: int, frame: FrameType | None) -> None:
        again = self.seen
        is_third = self.error is not None
        self.seen = True
        try:
            if callable(self.previous) and self.previous != signal.default_int_handler:
                self.previous(number, frame)
            if again:
                raise KeyboardInterrupt
        except BaseException as error:
            self.error = error
            if is_third or not self.holds:
                raise

"""Work shared among threads of our own; how many there may be, cores.py says.

(BLAS's threads are in arrays/blas.py.)
"""

import threading
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")

ASK_SECONDS = 0.05  # between two looks of a thread that waits for others


def run_together(
    work: Callable[[int], None],
    count: int,
    give_up: Callable[[], None],
    look: Callable[[], None] | None = None,
) -> int:
    """Run work(0) to work(count - 1) at the same time, each on a thread of its own.

    Whatever is raised, here or by any part, comes out after all threads have ended.

    Parameters
    ----------
    work : callable
        A part of the work, by its number.
    count : int
        The number of parts.
    give_up : callable
        Makes all parts end soon, also those that wait for others. It is called when one
        of them fails, when this thread is interrupted, and when the system starts fewer
        threads than there are parts.
    look : callable, optional
        Called every ASK_SECONDS by this thread, which then has no part of its own; if
        None it runs work(0).

    Returns
    -------
    int
        `count`, or how many parts can run at once where the system starts fewer
        threads. Then the work was given up.
    """
    if count == 1 and look is None:
        work(0)
        return 1
    team = _Team(work, give_up)
    try:
        own = 1 if look is None else 0
        started = own + team.start(range(own, count))
        if started == count:
            if look is None:
                work(0)
            team.wait(look)
    except BaseException:
        team.end()
        raise
    if team.errors:
        raise team.errors[0]
    return started


def uninterrupted(work: Callable[[], Result]) -> Result:
    """What work() returns; no signal's handler interrupts it.

    Python calls handlers, such as that of Ctrl-C, in the main thread, and what they
    raise comes out of whatever runs there: of an import, say, which then stays half
    done for the rest of the process. So the work gets a thread of its own, and what a
    handler raises comes out once it has ended.
    """
    results: list[Result] = []

    def keep(part: int) -> None:
        results.append(work())

    if threading.current_thread() is not threading.main_thread():
        return work()
    if run_together(keep, 1, give_up=_wait, look=_wait) == 0:
        return work()  # the system starts no thread
    return results[0]


def _wait() -> None:
    """There is nothing to do but wait."""


class _Team:
    """Threads that work together, and what they raised."""

    def __init__(
        self, work: Callable[[int], None], give_up: Callable[[], None]
    ) -> None:
        self.work = work
        self.give_up = give_up
        self.threads: list[threading.Thread] = []
        self.errors: list[BaseException] = []
        self.over = False

    def start(self, parts: range) -> int:
        """Start a thread for each part; returns how many the system lets us have."""
        for part in parts:
            thread = threading.Thread(target=self.run, args=(part,))
            # an interrupt may come before `start` has returned
            self.threads.append(thread)
            try:
                thread.start()
            except (RuntimeError, MemoryError):
                self.threads.pop()
                self.end()
                break
        return len(self.threads)

    def run(self, part: int) -> None:
        """Run a part; one that fails ends the others, which may wait for it."""
        if self.over:  # the thread was only just starting
            return
        try:
            self.work(part)
        except BaseException as error:
            self.errors.append(error)
            self.give_up()

    def wait(self, look: Callable[[], None] | None = None) -> None:
        """Wait until all threads have ended."""
        for thread in self.threads:
            while thread.is_alive():
                thread.join(ASK_SECONDS)
                if look is not None:
                    look()

    def end(self) -> None:
        """Give up, and wait until all threads have ended, whatever is raised here."""
        try:
            self.over = True
            self.give_up()
            self.wait()
        except BaseException:
            self.end()
            raise

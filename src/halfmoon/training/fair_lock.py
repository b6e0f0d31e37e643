"""A lock that nobody can keep from others by taking it again and again."""

import threading
from collections import deque


class FairLock:
    """A lock that is given in the order in which it is asked for; it may be nested.

    >>> lock = FairLock()
    >>> with lock, lock:
    ...     print("alone")
    alone
    """

    def __init__(self) -> None:
        self._threads: deque[int] = deque()  # the one that has it, and those that wait
        self._condition = threading.Condition()
        self._depth = 0

    def __enter__(self) -> None:
        me = threading.get_ident()
        with self._condition:
            if self._depth == 0 or self._threads[0] != me:
                self._threads.append(me)
                try:
                    self._condition.wait_for(lambda: self._threads[0] == me)
                except BaseException:  # Ctrl-C: let those behind have it
                    self._threads.remove(me)
                    self._condition.notify_all()
                    raise
            self._depth += 1

    def __exit__(self, *_: object) -> None:
        with self._condition:
            self._depth -= 1
            if self._depth == 0:
                self._threads.popleft()
                self._condition.notify_all()

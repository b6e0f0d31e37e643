"""BLAS on one thread: then the last digits of a product are always the same.

With more threads BLAS cuts a product elsewhere, and rounds its sums elsewhere. They
also make small products slower where other processes use the cores, since each product
waits for all threads.
"""

import os
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from ctypes import CDLL
from itertools import product
from math import inf
from typing import Any, NamedTuple

# m n k of a product (m,k)(k,n) up to which OpenBLAS starts no threads: of two matrices,
# and where m or n is 1
SMALL_MATRICES = 2**18
SMALL_VECTOR = 9_000
DO = ("get", "set")


class _Switch(NamedTuple):
    """How many threads a library uses: to be asked and to be set."""

    get_threads: Callable[[], int]
    set_threads: Callable[[int], object]


def _switch(library: Any) -> _Switch:
    """A library's own functions, as threadpoolctl found them.

    threadpoolctl 3.8 lets one Python thread alone set those of OpenBLAS, and
    does nothing for all others, which wait for its lock: in a forked child for ever.
    """
    if library.internal_api == "openblas" and library.threading_layer == "pthreads":
        functions = CDLL(library.filepath)
        for prefix, suffix in product(("", "scipy_"), ("", "64_", "_64")):
            names = [f"{prefix}openblas_{do}_num_threads{suffix}" for do in DO]
            if all(hasattr(functions, name) for name in names):
                return _Switch(*[getattr(functions, name) for name in names])
    return _Switch(library.get_num_threads, library.set_num_threads)


class _Inside(threading.local):
    """How deep the present thread is inside."""

    depth = 0


class _OneThread(AbstractContextManager[None]):
    """The limit on BLAS's threads, set while any thread is inside."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.users = 0
        self.inside = _Inside()
        self.libraries: list[_Switch] = []
        self.knows_scipy = False
        self.before: dict[int, int] = {}  # library by index: its number of threads

    def __enter__(self) -> None:
        with self.lock:
            if self.users == 0 or self.scipy_has_come():
                self.limit()
            self.users += 1
            self.inside.depth += 1

    def __exit__(self, *error: object) -> None:
        with self.lock:
            self.users -= 1
            self.inside.depth -= 1
            if self.users == 0:
                self.restore()

    def scipy_has_come(self) -> bool:
        """Whether SciPy, which has a BLAS of its own, was imported since the last look.

        A solver imports it when it begins.
        """
        return not self.knows_scipy and "scipy.linalg" in sys.modules

    def limit(self) -> None:
        """Set each library to one thread, and remember what it had."""
        if not self.libraries or self.scipy_has_come():
            from threadpoolctl import ThreadpoolController

            self.restore()
            self.knows_scipy = "scipy.linalg" in sys.modules
            found = ThreadpoolController().lib_controllers
            blas = [one for one in found if one.user_api == "blas"]
            self.libraries = [_switch(library) for library in blas]
        for index, (get_threads, set_threads) in enumerate(self.libraries):
            threads = get_threads()
            if threads != 1:
                self.before[index] = threads
                set_threads(1)

    def restore(self) -> None:
        """Give each library back what it had."""
        while self.before:
            index, threads = self.before.popitem()
            self.libraries[index].set_threads(threads)

    def after_fork(self) -> None:
        """In a forked child there is one thread: the others' limits are not its own."""
        self.users = self.inside.depth
        if self.users == 0:
            self.restore()
        self.lock.release()


_ONE_THREAD = _OneThread()
_NO_LIMIT = nullcontext()

if hasattr(os, "register_at_fork"):
    os.register_at_fork(
        before=_ONE_THREAD.lock.acquire,
        after_in_parent=_ONE_THREAD.lock.release,
        after_in_child=_ONE_THREAD.after_fork,
    )


def one_blas_thread(
    largest: float = inf, small: float = SMALL_VECTOR
) -> AbstractContextManager[None]:
    """While anybody is inside, BLAS computes on one thread.

    largest  no product inside has more multiplications: m n k for (m,k)(k,n)
    small    up to so many BLAS starts no threads anyway, and nothing is limited, which
             would cost 5 microseconds
    """
    return _NO_LIMIT if largest <= small else _ONE_THREAD

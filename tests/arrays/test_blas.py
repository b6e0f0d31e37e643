"""BLAS on one thread: while somebody is inside, in forked children, and its reach."""

import threading
from pathlib import Path

import numpy as np
import pytest
import scipy.linalg  # noqa: F401 (its BLAS is among those that are limited)
from threadpoolctl import threadpool_info, threadpool_limits

from engines.processes import python
from halfmoon.arrays.blas import SMALL_MATRICES, SMALL_VECTOR, one_blas_thread


def threads():
    """The numbers of threads that the BLAS libraries may use."""
    return {
        pool["num_threads"] for pool in threadpool_info() if pool["user_api"] == "blas"
    }


@pytest.fixture(autouse=True)
def two_threads():
    with threadpool_limits(2, user_api="blas"):
        yield


def test_while_anybody_is_inside_blas_has_one_thread():
    with one_blas_thread():
        with one_blas_thread():
            assert threads() == {1}
        assert threads() == {1}
    assert threads() == {2}


def test_it_ends_with_the_last_of_several_threads():
    inside = threading.Event()
    leave = threading.Event()

    def stay():
        with one_blas_thread():
            inside.set()
            leave.wait()

    other = threading.Thread(target=stay)
    other.start()
    inside.wait()
    with one_blas_thread():
        pass
    assert threads() == {1}
    leave.set()
    other.join()
    assert threads() == {2}


def test_an_error_inside_ends_it():
    with pytest.raises(ZeroDivisionError), one_blas_thread():
        1 / 0  # noqa: B018
    assert threads() == {2}


def test_what_somebody_else_has_limited_stays_so():
    with threadpool_limits(1, user_api="blas"):
        with one_blas_thread():
            assert threads() == {1}
        assert threads() == {1}


@pytest.mark.parametrize(
    ("largest", "small", "during"),
    [
        (SMALL_VECTOR, SMALL_VECTOR, 2),
        (SMALL_VECTOR + 1, SMALL_VECTOR, 1),
        (SMALL_VECTOR + 1, SMALL_MATRICES, 2),
        (SMALL_MATRICES + 1, SMALL_MATRICES, 1),
    ],
)
def test_only_products_for_which_blas_starts_threads_are_limited(
    largest, small, during
):
    with one_blas_thread(largest, small):
        assert threads() == {during}


def turns_of_other_threads():
    """How often other threads of this process were given a core, so far."""
    own = str(threading.get_native_id())
    tasks = [path for path in Path("/proc/self/task").iterdir() if path.name != own]
    return sum(int((path / "schedstat").read_text().split()[2]) for path in tasks)


@pytest.mark.slow
@pytest.mark.skipif(
    not Path("/proc/self/schedstat").exists(), reason="Linux counts the turns"
)
@pytest.mark.parametrize(
    ("m", "k", "n"),
    [(1, 90, 100), (100, 90, 1), (64, 64, 64), (16, 128, 128), (256, 8, 128)],
)
def test_blas_starts_no_threads_for_products_as_small_as_that(m, k, n):
    largest = SMALL_VECTOR if 1 in (m, n) else SMALL_MATRICES
    assert 0.9 * largest < m * n * k <= largest
    a = np.ones((m, k))
    b = np.ones((k, n))
    still = -1
    while still != (still := turns_of_other_threads()):
        threading.Event().wait(0.05)  # until those of earlier tests sleep
    for _ in range(2000):
        a @ b
    assert turns_of_other_threads() == still


FORK = """
import os, threading, warnings
warnings.simplefilter("ignore", DeprecationWarning)  # Python's own, about forks
import numpy as np
from threadpoolctl import threadpool_info, threadpool_limits
from halfmoon.arrays.blas import one_blas_thread

def threads():
    return {pool["num_threads"] for pool in threadpool_info()}

def in_a_child(check):
    child = os.fork()
    if child == 0:
        code = 1
        try:
            code = 0 if check() else 1
        finally:
            os._exit(code)
    return os.waitpid(child, 0)[1] == 0

def free():
    before = threads()
    with one_blas_thread():
        during = threads()
    return (before, during, threads()) == ({2}, {1}, {2})

threadpool_limits(2)
stop = threading.Event()

def enter_and_leave():
    while not stop.is_set():
        with one_blas_thread():
            np.ones((300, 300)) @ np.ones((300, 300))

other = threading.Thread(target=enter_and_leave)
other.start()
print(all(in_a_child(free) for _ in range(100)))
stop.set()
other.join()

with one_blas_thread():
    print(in_a_child(lambda: threads() == {1}))
print(threads())
"""


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(threading, "_after_fork"), reason="there are no forks")
def test_a_forked_child_has_limits_of_its_own():
    """Whatever other threads held when it was forked; its own it keeps."""
    assert python(FORK).stdout.split() == ["True", "True", "{2}"]


@pytest.mark.slow
def test_a_library_that_comes_meanwhile_is_limited_too():
    script = """
    from threadpoolctl import threadpool_info
    from halfmoon.arrays.blas import one_blas_thread

    def threads():
        return [pool["num_threads"] for pool in threadpool_info()]

    with one_blas_thread():
        few = len(threads())
        import scipy.linalg
        with one_blas_thread():
            print(len(threads()) > few, set(threads()))
        print(set(threads()))
    print(set(threads()))
    """
    told = python(script, OPENBLAS_NUM_THREADS="2").stdout.splitlines()
    assert told == ["True {1}", "{1}", "{2}"]

"""How many cores this process may keep busy."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from halfmoon.arrays.blas import one_blas_thread

# what programs set to limit threads; joblib sets them in its worker processes
LIMITS = ("OMP_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS")
CGROUPS = Path("/sys/fs/cgroup")
OWN_CGROUPS = Path("/proc/self/cgroup")


class _OfThread(threading.local):
    """How deep the present thread is inside of `one_core`."""

    depth = 0


_OF_THREAD = _OfThread()


@contextmanager
def one_core() -> Iterator[None]:
    """Within, the present thread computes on one core and leaves the others free.

    >>> with one_core():
    ...     available_cores()
    1
    """
    _OF_THREAD.depth += 1
    try:
        with one_blas_thread():
            yield
    finally:
        _OF_THREAD.depth -= 1


def available_cores() -> int:
    """How many threads this process may keep busy: at least 1.

    The fewest of the cores that it may run on, of what the variables in LIMITS say, and
    of its container's quota (Linux's control groups, whole cores). The quota is read
    once in a process, the others each time: they may change while it runs. Within
    `one_core` it is 1.
    """
    if _OF_THREAD.depth > 0:
        return 1
    limits = [os.cpu_count() or 1, *_limits_of_the_environment(), *_quotas()]
    if hasattr(os, "sched_getaffinity"):
        limits.append(len(os.sched_getaffinity(0)))
    return max(1, min(limits))


def _limits_of_the_environment() -> Iterator[int]:
    for name in LIMITS:
        # OpenMP allows a number for each level of nesting: "4,2"
        first = os.environ.get(name, "").partition(",")[0].strip()
        if first.isdecimal() and int(first) > 0:
            yield int(first)


@cache
def _quotas() -> tuple[int, ...]:
    """The cores that each control group around this process may use.

    Whole ones only: of two threads on a core and a half, one would wait for the other.
    """
    cores = []
    for folder in _groups():
        quota, period = _quota(folder)
        if quota.isdecimal() and period.isdecimal() and int(period) > 0:
            cores.append(int(quota) // int(period))
    return tuple(cores)


def _groups() -> Iterator[Path]:
    """The folders of this process's control groups that may hold a quota."""
    for line in _read(OWN_CGROUPS).splitlines():
        _, controllers, path = line.split(":", 2)
        names = controllers.split(",")
        if controllers and "cpu" not in names:
            continue
        # version 2 has one tree for all controllers, and no name for it
        root = CGROUPS / "cpu" if controllers else CGROUPS
        inner = root / path.lstrip("/")
        yield inner
        # within a container the path may be the host's: then the root is its own
        yield from [folder for folder in inner.parents if folder.is_relative_to(root)]


def _quota(folder: Path) -> tuple[str, str]:
    """Microseconds of work that are allowed, and in how many, as the system says it.

    The first is "max" or -1 where there is no limit.
    """
    both = _read(folder / "cpu.max").split()
    if len(both) == 2:
        return both[0], both[1]
    quota = _read(folder / "cpu.cfs_quota_us").strip()
    return quota, _read(folder / "cpu.cfs_period_us").strip()


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return ""

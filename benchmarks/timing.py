"""The clock: several tasks in turn, and a line of results for each.

No library is imported here: libraries count cores when they are imported, and the
process is pinned first.
"""

import os
import time
from collections.abc import Callable
from typing import Any

# one line of the results: what was measured, on whom, and the value of each round
Row = dict[str, Any]
Task = Callable[[], Any]


def rounds(tasks: dict[str, Task], count: int) -> dict[str, list[float]]:
    """Seconds of each task in each round.

    Tasks take turns, so that a slow moment of the machine hits all. With several
    threads there is a pause before each task, since others' threads keep a core busy
    for a while waiting for more work, and then some idle turns, to wake the core.
    """
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    several = len(os.sched_getaffinity(0)) > 1
    names = list(tasks)
    for turn in range(count):
        first = turn % len(names)
        for name in names[first:] + names[:first]:
            if several:
                wake_up()
            begun = time.perf_counter()
            tasks[name]()
            seconds[name].append(time.perf_counter() - begun)
    return seconds


def wake_up() -> None:
    """Wait until others' threads sleep, then keep this core busy for a moment."""
    time.sleep(0.3)
    awake = time.perf_counter() + 0.05
    while time.perf_counter() < awake:
        pass


def repeat(call: Task, count: int) -> None:
    """So many calls in a row."""
    for _ in range(count):
        call()


def result(
    group: str, work: str, peer: str, seconds: list[float], units: int, unit: str
) -> Row:
    """A line of results: the seconds of one unit in each round."""
    return {
        "group": group,
        "work": work,
        "peer": peer,
        "threads": len(os.sched_getaffinity(0)),
        "unit": f"seconds {unit}",
        "values": [s / units for s in seconds],
    }

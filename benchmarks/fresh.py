"""What only a fresh process can show: the time of a start, the memory of a fit."""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

from timing import Row, Task, rounds

IMPORTS = {name: name for name in ("halfmoon", "numpy", "torch", "jax")} | {
    "sklearn": "sklearn.neural_network"
}
# A user's machine keeps compiled bytecode; the first round, not counted, makes sure
# that it is there.
USUAL = {
    name: value
    for name, value in os.environ.items()
    if name != "PYTHONDONTWRITEBYTECODE"
}
THIS = str(Path(__file__).resolve())
CLOCK = (
    "import time; begun = time.perf_counter(); import {}; print(time.perf_counter() - "
    "begun)"
)


def python(*arguments: str, **environment: str) -> Any:
    """What a fresh Python process prints, as JSON."""
    command = [sys.executable, *arguments]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, text=True, env=USUAL | environment
    )
    return json.loads(done.stdout)


def start_up(peers: list[str], count: int) -> list[Row]:
    """Import, first fit, and the command line's help.

    halfmoon's first fit also on a machine that has never compiled it.
    """
    clocks: dict[tuple[str, str], Task] = {}
    for peer in [name for name in IMPORTS if name in peers]:
        clocks["import", peer] = partial(python, "-c", CLOCK.format(IMPORTS[peer]))
        clocks["first fit", peer] = partial(python, THIS, "first_fit", peer)
    if "halfmoon" in peers:
        clocks["first fit ever", "halfmoon"] = never_compiled
        clocks["halfmoon --help", "halfmoon"] = help_page
    values: dict[tuple[str, str], list[float]] = {key: [] for key in clocks}

    def read_clock(key: tuple[str, str]) -> None:
        values[key].append(clocks[key]())

    tasks = {str(key): partial(read_clock, key) for key in clocks}
    rounds(tasks, 1)  # this time files come from the disk, and bytecode is made
    rounds(tasks, count)
    fixed = {"group": "startup", "threads": 1, "unit": "seconds"}
    return [
        fixed | {"work": work, "peer": peer, "values": seconds[1:]}
        for (work, peer), seconds in values.items()
    ]


def never_compiled() -> float:
    """The first fit where nothing has been kept."""
    with tempfile.TemporaryDirectory() as folder:
        return float(python(THIS, "first_fit", "halfmoon", HALFMOON_CACHE=folder))


def help_page() -> float:
    """The whole process."""
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "halfmoon", "--help"],
        check=True,
        capture_output=True,
        env=USUAL,
    )
    return time.perf_counter() - begun


def first_fit(name: str) -> float:
    """In a fresh process: seconds to the end of one update.

    NumPy and scikit-learn have been imported before.
    """
    import sklearn.neural_network  # noqa: F401
    import workloads

    work = workloads.tutorial()[0]
    X, y = workloads.data(work)
    begun = time.perf_counter()
    from peers import load

    load([name])[0][name].fitter(work, X, y)(1)
    return time.perf_counter() - begun


def peak_memory(peers: list[str], sizes: Sequence[int]) -> list[Row]:
    """Peak memory of a fit of n rows, beyond what was there before."""
    import workloads

    fixed = {"group": "memory", "threads": 1, "unit": "bytes beyond the data"}
    rows = []
    for n in sizes:
        footprint = workloads.footprint(workloads.memory(n))
        for peer in [name for name in IMPORTS if name in peers]:
            extra = python(THIS, "memory", peer, str(n))
            row = fixed | {"work": f"{n:,} rows", "peer": peer, "values": [extra]}
            rows.append(row | footprint)
    return rows


def memory(name: str, rows: str) -> int:
    """In a fresh process: bytes by which one epoch raises the peak.

    A small fit has loaded all code before.
    """
    import workloads
    from peers import load

    work = workloads.memory(int(rows))
    peer = load([name])[0][name]
    X, y = workloads.data(work)
    few = workloads.memory(2 * work.batch)
    peer.fitter(few, X[: few.rows], y[: few.rows])(1)
    # forget the peak so far
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    before = status("VmRSS")
    peer.fitter(work, X, y)(1)
    return status("VmHWM") - before


def status(field: str) -> int:
    """A line of the kernel's account of this process, in bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    values = dict(line.split(":", 1) for line in lines)
    return 1024 * int(values[field].split()[0])


if __name__ == "__main__":
    measured = {"first_fit": first_fit, "memory": memory}[sys.argv[1]]
    print(json.dumps(measured(*sys.argv[2:])))  # noqa: T201

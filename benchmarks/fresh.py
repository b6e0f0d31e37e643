"""What only a fresh process can tell: how long the start takes, and how much memory a
fit needs at its peak.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from measure import Row, rounds

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
    """Import, first fit (halfmoon's also on a machine that has never compiled it), and
    the command line's help.
    """
    tasks: dict[tuple[str, str], Callable[[], Any]] = {}
    for peer in [name for name in IMPORTS if name in peers]:
        tasks["import", peer] = lambda peer=peer: python(
            "-c", CLOCK.format(IMPORTS[peer])
        )
        tasks["first fit", peer] = lambda peer=peer: python(THIS, "first_fit", peer)
    if "halfmoon" in peers:
        tasks["first fit ever", "halfmoon"] = never_compiled
        tasks["halfmoon --help", "halfmoon"] = help_page
    values: dict[tuple[str, str], list[float]] = {key: [] for key in tasks}
    noted = {
        str(key): lambda key=key: values[key].append(tasks[key]()) for key in tasks
    }
    rounds(noted, 1)  # this time files come from the disk, and bytecode is made
    rounds(noted, count)
    fixed = {"group": "startup", "threads": 1, "unit": "seconds"}
    return [
        {**fixed, "work": work, "peer": peer, "values": v[1:]}
        for (work, peer), v in values.items()
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
    """In a fresh process: seconds from having imported NumPy and scikit-learn to the
    end of one update.
    """
    import sklearn.neural_network  # noqa: F401
    import workloads

    work = workloads.tutorial()[0]
    X, y = workloads.data(work)
    begun = time.perf_counter()
    from peers import load

    load([name])[0][name].fitter(work, X, y)(1)
    return time.perf_counter() - begun


def peak_memory(peers: list[str], sizes: list[int]) -> list[Row]:
    """Peak memory of a fit against the size of the data, beyond what was there
    before.
    """
    import workloads

    lines = []
    for n in sizes:
        for peer in [name for name in IMPORTS if name in peers]:
            work = workloads.memory(n)
            extra = python(THIS, "memory", peer, str(n))
            line = {
                "group": "memory",
                "work": f"{n:,} rows",
                "peer": peer,
                "threads": 1,
                "unit": "bytes beyond the data",
            }
            lines.append({**line, "values": [extra], **workloads.footprint(work)})
    return lines


def memory(name: str, rows: str) -> int:
    """In a fresh process: bytes by which one epoch raises the peak, once a small fit
    has loaded all code.
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
    return next(
        1024 * int(line.split()[1]) for line in lines if line.startswith(f"{field}:")
    )


if __name__ == "__main__":
    print(  # noqa: T201
        json.dumps(
            {"first_fit": first_fit, "memory": memory}[sys.argv[1]](*sys.argv[2:])
        )
    )

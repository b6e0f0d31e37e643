"""One process of measurements: a number of cores, all peers interleaved. `run.py`
starts it; it writes JSON.

Libraries are imported inside functions: they count cores when imported, and `main` pins
the process first.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

# one line of the results: what was measured, on whom, and the value of each round
Row = dict[str, Any]


def rounds(tasks: dict[str, Callable[[], Any]], count: int) -> dict[str, list[float]]:
    """Seconds of each task in each round. Tasks take turns, so that a slow moment of
    the machine hits all.

    With several threads there is a pause before each task, since others' threads keep a
    core busy for a while waiting for more work, and then some idle turns, to wake the
    core.
    """
    seconds: dict[str, list[float]] = {name: [] for name in tasks}
    for turn in range(count):
        names = list(tasks)
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            if len(os.sched_getaffinity(0)) > 1:
                time.sleep(0.3)
                awake = time.perf_counter() + 0.05
                while time.perf_counter() < awake:
                    pass
            begun = time.perf_counter()
            tasks[name]()
            seconds[name].append(time.perf_counter() - begun)
    return seconds


def training(peers: dict[str, Any], work: Any, count: int) -> list[Row]:
    """Time of an update of each peer, and what each had learned in the end."""
    import workloads

    X, y = workloads.data(work)
    tasks = {}
    weights = {}
    for name, peer in peers.items():
        if peer.fitter is None or peer.why_not(work):
            continue
        fit = peer.fitter(work, X, y)
        fit(min(2, work.epochs))  # whatever compiles, compiles

        def task(name: str = name, fit: Any = fit) -> None:
            weights[name] = fit(work.epochs)

        tasks[name] = task
    seconds = rounds(tasks, count)
    losses = {name: workloads.loss(work, weights[name], X, y) for name in tasks}
    first = workloads.loss(work, workloads.start(work), X, y)
    verdicts = workloads.learned(first, list(losses.values()))
    return [
        row(work.group, work.name, name, seconds[name], work.updates, "an update")
        | {
            "x": work.x,
            "products": work.products,
            "loss": losses[name],
            "learned": good,
            "loss at first": first,
        }
        for name, good in zip(tasks, verdicts, strict=True)
    ]


def prediction(peers: dict[str, Any], works: list[Any], count: int) -> list[Row]:
    """Time of a call for 1, 1,000 and 1,000,000 rows."""
    import numpy as np
    import workloads

    rows = []
    for work, n in product(works, (1, 1_000, 1_000_000)):
        X, y = workloads.data(work)
        many = X[np.arange(n) % len(X)]
        calls = max(1, 2_000 // n)
        tasks = {}
        for name in [
            name for name, peer in peers.items() if peer.predictor is not None
        ]:
            tasks[name] = partial(
                repeat, partial(peers[name].predictor(work, X, y), many), calls
            )
        rounds(tasks, 1)
        title = f"{'-'.join(map(str, work.sizes))}, {n:,} row{'s' * (n > 1)}"
        rows += [
            row("predict", title, name, s, calls, "a call")
            for name, s in rounds(tasks, count).items()
        ]
    return rows


def repeat(call: Callable[[], Any], count: int) -> None:
    """So many calls in a row."""
    for _ in range(count):
        call()


def sweep(passes: int, count: int) -> list[Row]:
    """7 hidden sizes x 8 seeds of the tutorial's network on one core and on all:
    kernels release the GIL.
    """
    import workloads
    from peers import CORES, with_halfmoon

    import halfmoon

    work = workloads.tutorial()[0]
    X, y = workloads.data(work)

    def fit(job: tuple[int, int]) -> None:
        network = halfmoon.Network.dense([2, job[0], 2], seed=job[1])
        halfmoon.train(
            network, X, y, epochs=passes, **with_halfmoon.options(work, n_threads=1)
        )

    def all_fits(cores: int) -> None:
        with ThreadPoolExecutor(cores) as pool:
            list(pool.map(fit, product((50, 20, 5, 4, 3, 2, 1), range(8))))

    fit((3, 0))
    times = rounds(
        {str(cores): partial(all_fits, cores) for cores in {1, CORES}}, count
    )
    named = {
        cores: row("sweep", "7 sizes x 8 seeds", "halfmoon", s, 1, "a sweep")
        for cores, s in times.items()
    }
    return [named[cores] | {"threads": int(cores)} for cores in sorted(named)]


def gemm(peers: dict[str, Any], count: int) -> list[Row]:
    """The machine's limit for large layers: a product of two large matrices, by the
    BLAS of NumPy and of PyTorch.
    """
    import numpy as np

    rows = []
    for dtype, n in (("float32", 2048), ("float64", 2048)):
        A = np.ones((n, n), dtype)
        tasks: dict[str, Any] = {"numpy": lambda A=A: A @ A}
        if "torch" in peers:
            from peers import with_torch

            tasks["torch"] = with_torch.gemm(dtype, n)
        rounds(tasks, 1)
        title = f"{dtype}, {n:,} cubed"
        times = rounds(tasks, count)
        rows += [
            row("gemm", title, name, s, 1, "a product") | {"products": 2.0 * n**3}
            for name, s in times.items()
        ]
    return rows


def limits(peers: dict[str, Any], count: int) -> list[Row]:
    """What else bounds an update: memory, and elementary functions: NumPy's, and
    halfmoon's tanh.
    """
    import numpy as np

    source = np.ones(1 << 23)
    target = np.empty(1 << 23)
    copies = rounds({"numpy": lambda: np.copyto(target, source)}, 2 * count)["numpy"]
    rows = [
        row(
            "gemm",
            "bytes moved by a copy of 64 MB",
            "numpy",
            copies,
            2 * source.nbytes,
            "each",
        )
    ]
    # both fit the first cache, and no store looks like a load 4,096 bytes away
    room = np.linspace(-2.0, 2.0, 4256)
    numbers = room[:2000]
    out = room[2256:]
    for name in ("exp", "tanh"):
        functions = {"numpy": partial(getattr(np, name), numbers, out)}
        if name == "tanh" and "halfmoon" in peers:
            from peers import with_halfmoon

            functions["halfmoon"] = with_halfmoon.tanh(numbers, out)
        tasks = {
            peer: partial(repeat, function, 100) for peer, function in functions.items()
        }
        title = f"{name} of 2,000 numbers, float64"
        units = 100 * len(numbers)
        rows += [
            row("gemm", title, peer, s, units, "each")
            for peer, s in rounds(tasks, 2 * count).items()
        ]
    return rows


def row(
    group: str, work: str, peer: str, seconds: list[float], units: int, unit: str
) -> Row:
    """A line of results: the seconds of one unit in each round."""
    from peers import CORES

    values = [s / units for s in seconds]
    return {
        "group": group,
        "work": work,
        "peer": peer,
        "threads": CORES,
        "unit": f"seconds {unit}",
        "values": values,
    }


def threads() -> list[str]:
    """What the libraries say about their threads."""
    from threadpoolctl import threadpool_info

    pools = [
        f"{pool['internal_api']} {pool['version'] or ''}".strip()
        for pool in threadpool_info()
    ]
    counts = [pool["num_threads"] for pool in threadpool_info()]
    return sorted(
        {f"{pool}: {count}" for pool, count in zip(pools, counts, strict=True)}
    )


def measure(groups: list[str], wanted: list[str], quick: bool) -> dict[str, Any]:
    """All measurements of this process."""
    import fresh
    import workloads
    from peers import load

    peers, missing = load(wanted)
    for line in missing:
        print(line, file=sys.stderr)  # noqa: T201
    shorter, count = (20, 2) if quick else (1, 7)
    works = [*workloads.tutorial(), *workloads.minibatch(), *workloads.optimizers()]
    curves = [
        work
        for work in workloads.growth()
        if not quick or max(work.rows / 100, work.sizes[1]) <= 200
    ]
    rows = []
    for work in [work.shortened(shorter) for work in works if work.group in groups]:
        rows += say(training(peers, work, count))
    for work in curves if "growth" in groups else []:
        rows += say(training(peers, work, min(count, 3)))
    if "predict" in groups:
        rows += say(
            prediction(
                peers, [workloads.tutorial()[0], workloads.minibatch()[2]], count
            )
        )
    if "sweep" in groups and "halfmoon" in peers:
        rows += say(sweep(20_000 // shorter, min(count, 5)))
    if "gemm" in groups:
        rows += say(gemm(peers, count) + limits(peers, count))
    if "startup" in groups:
        rows += say(fresh.start_up(list(peers), min(count, 5)))
    if "memory" in groups:
        rows += say(
            fresh.peak_memory(
                list(peers),
                [20_000, 200_000] if quick else [20_000, 200_000, 2_000_000],
            )
        )
    about = {
        name: {"title": peer.title, "version": peer.version}
        for name, peer in peers.items()
    }
    return {"rows": rows, "peers": about, "missing": missing, "pools": threads()}


def say(rows: list[Row]) -> list[Row]:
    """The rows, told in passing."""
    for line in rows:
        verdict = (
            f"   loss {line['loss']:.4f}{'' if line['learned'] else ' NOT LEARNED'}"
            if "loss" in line
            else ""
        )
        told = (
            f"{line['work']:44} {line['peer']:18} {min(line['values']):12.4g} "
            f"{line['unit']}{verdict}"
        )
        print(told, file=sys.stderr, flush=True)  # noqa: T201
    return rows


def main() -> None:
    """Pin the process, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cores", required=True)
    parser.add_argument("--groups", required=True)
    parser.add_argument("--peers", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args()
    # before any library counts cores
    os.sched_setaffinity(0, {int(core) for core in given.cores.split(",")})
    results = measure(given.groups.split(","), given.peers.split(","), given.quick)
    given.out.write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    main()

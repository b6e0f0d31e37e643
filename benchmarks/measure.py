"""One process of measurements: a number of cores, all peers interleaved.

`run.py` starts it; it writes JSON. Libraries are imported inside functions: they count
cores when imported, and `main` pins the process first.
"""

import argparse
import json
import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from timing import Row, Task, repeat, result, rounds

PREDICTED_ROWS = (1, 1_000, 1_000_000)
MEMORY_ROWS = (20_000, 200_000, 2_000_000)
SWEEP_SIZES = (50, 20, 5, 4, 3, 2, 1)


def training(peers: dict[str, Any], work: Any, count: int) -> list[Row]:
    """Time of an update of each peer, and what each had learned in the end."""
    import workloads

    X, y = workloads.data(work)
    tasks: dict[str, Task] = {}
    weights: dict[str, Any] = {}
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
    learned = workloads.learned(first, list(losses.values()))
    rows = []
    for name, enough in zip(tasks, learned, strict=True):
        row = result(
            work.group, work.name, name, seconds[name], work.updates, "an update"
        )
        row |= {"x": work.x, "products": work.products, "loss": losses[name]}
        rows.append(row | {"learned": enough, "loss at first": first})
    return rows


def prediction(peers: dict[str, Any], works: list[Any], count: int) -> list[Row]:
    """Time of a call for 1, 1,000 and 1,000,000 rows."""
    import numpy as np
    import workloads

    rows = []
    for work, n in product(works, PREDICTED_ROWS):
        X, y = workloads.data(work)
        many = X[np.arange(n) % len(X)]
        calls = max(1, 2_000 // n)
        tasks: dict[str, Task] = {}
        for name, peer in peers.items():
            if peer.predictor is not None:
                call = partial(peer.predictor(work, X, y), many)
                tasks[name] = partial(repeat, call, calls)
        rounds(tasks, 1)
        title = f"{'-'.join(map(str, work.sizes))}, {n:,} row{'s' * (n > 1)}"
        for name, seconds in rounds(tasks, count).items():
            rows.append(result("predict", title, name, seconds, calls, "a call"))
    return rows


def sweep(passes: int, count: int) -> list[Row]:
    """7 hidden sizes x 8 seeds of the tutorial's network on one core and on all.

    Kernels release the GIL.
    """
    import workloads
    from peers import CORES, with_halfmoon

    import halfmoon

    work = workloads.tutorial()[0]
    X, y = workloads.data(work)
    options = with_halfmoon.options(work, n_threads=1)

    def fit(job: tuple[int, int]) -> None:
        hidden, seed = job
        network = halfmoon.Network.dense([2, hidden, 2], seed=seed)
        halfmoon.train(network, X, y, epochs=passes, **options)

    def all_fits(cores: int) -> None:
        with ThreadPoolExecutor(cores) as pool:
            list(pool.map(fit, product(SWEEP_SIZES, range(8))))

    fit((3, 0))
    tasks = {str(cores): partial(all_fits, cores) for cores in {1, CORES}}
    rows = []
    for cores, seconds in sorted(rounds(tasks, count).items()):
        row = result("sweep", "7 sizes x 8 seeds", "halfmoon", seconds, 1, "a sweep")
        rows.append(row | {"threads": int(cores)})
    return rows


def gemm(peers: dict[str, Any], count: int) -> list[Row]:
    """The machine's limit for large layers: a product of two large matrices.

    By the BLAS of NumPy and of PyTorch.
    """
    import numpy as np

    rows = []
    n = 2048
    for dtype in ("float32", "float64"):
        A = np.ones((n, n), dtype)
        tasks: dict[str, Task] = {"numpy": partial(np.matmul, A, A)}
        if "torch" in peers:
            from peers import with_torch

            tasks["torch"] = with_torch.gemm(dtype, n)
        rounds(tasks, 1)
        title = f"{dtype}, {n:,} cubed"
        for name, seconds in rounds(tasks, count).items():
            row = result("gemm", title, name, seconds, 1, "a product")
            rows.append(row | {"products": 2.0 * n**3})
    return rows


def copying(count: int) -> list[Row]:
    """Time to move a byte through memory."""
    import numpy as np

    source = np.ones(1 << 23)
    target = np.empty(1 << 23)
    task = {"numpy": partial(np.copyto, target, source)}
    seconds = rounds(task, 2 * count)["numpy"]
    title = "bytes moved by a copy of 64 MB"
    return [result("gemm", title, "numpy", seconds, 2 * source.nbytes, "each")]


def elementary(peers: dict[str, Any], count: int) -> list[Row]:
    """Elementary functions: NumPy's, and halfmoon's tanh."""
    import numpy as np

    # both fit the first cache, and no store looks like a load 4,096 bytes away
    memory = np.linspace(-2.0, 2.0, 4256)
    numbers = memory[:2000]
    out = memory[2256:]
    rows = []
    for name in ("exp", "tanh"):
        functions: dict[str, Task] = {"numpy": partial(getattr(np, name), numbers, out)}
        if name == "tanh" and "halfmoon" in peers:
            from peers import with_halfmoon

            functions["halfmoon"] = with_halfmoon.tanh(numbers, out)
        tasks = {peer: partial(repeat, f, 100) for peer, f in functions.items()}
        title = f"{name} of 2,000 numbers, float64"
        calls = 100 * len(numbers)
        for peer, seconds in rounds(tasks, 2 * count).items():
            rows.append(result("gemm", title, peer, seconds, calls, "each"))
    return rows


def threads() -> list[str]:
    """What the libraries say about their threads."""
    from threadpoolctl import threadpool_info

    lines = set()
    for pool in threadpool_info():
        name = f"{pool['internal_api']} {pool['version'] or ''}".strip()
        lines.add(f"{name}: {pool['num_threads']}")
    return sorted(lines)


def measure(groups: list[str], wanted: list[str], quick: bool) -> dict[str, Any]:
    """All measurements of this process."""
    from peers import load

    peers, missing = load(wanted)
    for line in missing:
        print(line, file=sys.stderr)  # noqa: T201
    rows = []
    for task in measurements(peers, groups, quick):
        rows += show(task())
    about = {}
    for name, peer in peers.items():
        about[name] = {"title": peer.title, "version": peer.version}
    return {"rows": rows, "peers": about, "missing": missing, "pools": threads()}


def measurements(
    peers: dict[str, Any], groups: list[str], quick: bool
) -> list[Callable[[], list[Row]]]:
    """What is to be measured, in order."""
    import fresh
    import workloads

    factor = 20 if quick else 1
    count = 2 if quick else 7
    todo: list[Callable[[], list[Row]]] = []
    works = [*workloads.tutorial(), *workloads.minibatch(), *workloads.optimizers()]
    for work in works:
        if work.group in groups:
            todo.append(partial(training, peers, work.shortened(factor), count))
    if "growth" in groups:
        for work in workloads.growth():
            if not quick or max(work.rows / 100, work.sizes[1]) <= 200:
                todo.append(partial(training, peers, work, min(count, 3)))
    if "predict" in groups:
        predicted = [workloads.tutorial()[0], workloads.minibatch()[2]]
        todo.append(partial(prediction, peers, predicted, count))
    if "sweep" in groups and "halfmoon" in peers:
        todo.append(partial(sweep, 20_000 // factor, min(count, 5)))
    if "gemm" in groups:
        todo.append(partial(gemm, peers, count))
        todo.append(partial(copying, count))
        todo.append(partial(elementary, peers, count))
    if "startup" in groups:
        todo.append(partial(fresh.start_up, list(peers), min(count, 5)))
    if "memory" in groups:
        sizes = MEMORY_ROWS[:2] if quick else MEMORY_ROWS
        todo.append(partial(fresh.peak_memory, list(peers), sizes))
    return todo


def show(rows: list[Row]) -> list[Row]:
    """Print these rows to standard error, and return them."""
    for row in rows:
        line = f"{row['work']:44} {row['peer']:18} {min(row['values']):12.4g} "
        line += row["unit"]
        if "loss" in row:
            line += f"   loss {row['loss']:.4f}"
            line += "" if row["learned"] else " NOT LEARNED"
        print(line, file=sys.stderr, flush=True)  # noqa: T201
    return rows


def main() -> None:
    """Pin the process, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cores", required=True)
    parser.add_argument("--groups", required=True)
    parser.add_argument("--peers", required=True)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    # before any library counts cores
    os.sched_setaffinity(0, {int(core) for core in options.cores.split(",")})
    groups = options.groups.split(",")
    results = measure(groups, options.peers.split(","), options.quick)
    options.out.write_text(json.dumps(results), encoding="utf-8")


if __name__ == "__main__":
    main()

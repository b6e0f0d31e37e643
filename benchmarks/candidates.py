"""Numbered candidates for the kernels, timed against what is in use.

    python benchmarks/candidates.py            all
    python benchmarks/candidates.py 3 5        some

Each must agree with the reference engine before it is timed. A winner moves into the
package; what the losers taught stands in docs/decisions/0006-the-compiled-engine.md.

Nothing public changes a kernel, so this file reaches into halfmoon.engines.compiled:
the sizes in `tables`, and the loader of sources in `translation`.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from timing import rounds

# a source file of the engine, a line of it, and what stands there instead
Change = tuple[str, str, str]


@dataclass(frozen=True)
class Candidate:
    """Other sizes in `tables`, or another line in one of the compiled sources."""

    text: str
    sizes: dict[str, int] = field(default_factory=dict)
    change: Change | None = None


CANDIDATES = {
    1: Candidate(
        "thin products (a side of 12 or less) by loops, not by BLAS", {"THIN": 12}
    ),
    2: Candidate(
        "products with a side of 2 or less by loops, also below a side of 400",
        {"FLAT": 0},
    ),
    3: Candidate("64 rows through the layers at a time, not 512", {"BLOCK_ROWS": 64}),
    4: Candidate("128 rows through the layers at a time, not 512", {"BLOCK_ROWS": 128}),
    5: Candidate("1,024 parameters updated at a time, not 4,096", {"RANGE_SIZE": 1024}),
    6: Candidate(
        "16,384 parameters updated at a time, not 4,096", {"RANGE_SIZE": 16384}
    ),
    7: Candidate(
        "all inputs gathered feature by feature, not only 50", {"NARROW": 10_000}
    ),
    8: Candidate("all inputs copied row by row", {"NARROW": 0}),
    9: Candidate(
        "softmax of two classes by the loop for many",
        change=("joint_losses", "if k == 2:", "if k == 0:"),
    ),
    10: Candidate(
        "subnormal numbers kept",
        change=("kernels", "MXCSR = 0x1F80 | 0x8040", "MXCSR = 0x1F80"),
    ),
    11: Candidate(
        "rows gathered anew for each full batch",
        change=("kernels", "not resident", "True"),
    ),
}


@contextmanager
def in_place(candidate: Candidate | None) -> Iterator[None]:
    """The engine with the candidate in its place; None leaves it as it is."""
    from halfmoon.engines.compiled import tables, translation

    if candidate is None:
        yield
        return
    before = {name: getattr(tables, name) for name in candidate.sizes}
    source = translation.source
    for name, size in candidate.sizes.items():
        setattr(tables, name, size)
    if candidate.change is not None:
        translation.source = changed(candidate.change, source)
    try:
        yield
    finally:
        translation.source = source
        for name, size in before.items():
            setattr(tables, name, size)


def changed(change: Change, source: Callable[[str, str], Any]) -> Any:
    """The engine's loader of sources, with one line of one of them changed."""
    from halfmoon.engines.compiled import code_cache, translation

    file, old, new = change
    folder = Path(translation.__file__).parent

    def load(name: str, dtype: str) -> Any:
        if name != file:
            return source(name, dtype)
        text = (folder / f"{name}.py").read_text(encoding="utf-8")
        if old not in text:
            sys.exit(f"{name}.py no longer says {old!r}: mend this candidate.")
        text = text.replace("T = np.float64", f"T = np.{dtype}", 1)
        return code_cache.load(f"{name}_{dtype}", text.replace(old, new))

    return load


def distance(work: Any, candidate: Candidate) -> float:
    """How far one epoch of at most four batches lies from the reference engine's.

    Relative to the largest parameter.
    """
    import numpy as np
    import workloads
    from peers import with_halfmoon

    import halfmoon

    X, y = workloads.data(work)
    few = slice(0, 4 * (work.batch or work.rows))
    options = with_halfmoon.options(work, 1)

    def theta(engine: str) -> Any:
        network = with_halfmoon.network(work)
        with in_place(candidate):
            halfmoon.train(network, X[few], y[few], epochs=1, engine=engine, **options)
        return network.theta.astype(np.float64)

    compiled = theta("compiled")
    reference = theta("numpy")
    return float(np.abs(compiled - reference).max() / np.abs(reference).max())


def speedup(work: Any, candidate: Candidate, count: int) -> float:
    """By how many times the candidate is faster, over interleaved rounds."""
    import workloads
    from peers import with_halfmoon

    X, y = workloads.data(work)
    fit = with_halfmoon.fitter(work, X, y)

    def task(way: Candidate | None) -> None:
        with in_place(way):
            fit(work.epochs)

    tasks = {"in use": partial(task, None), "candidate": partial(task, candidate)}
    rounds(tasks, 1)
    seconds = rounds(tasks, count)
    return median(seconds["in use"]) / median(seconds["candidate"])


def cell(work: Any, candidate: Candidate, count: int) -> str:
    """The candidate's speed-up, or how wrong it is."""
    wrong = distance(work, candidate)
    allowed = 1e-11 if work.dtype == "float64" else 1e-4
    if wrong > allowed:
        return f"**wrong by {wrong:.1g}**"
    return f"{speedup(work, candidate, count):.2f}"


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    numbers = f"1 to {len(CANDIDATES)}; without, all"
    quick = "few updates: a trial, not a result"
    parser.add_argument("numbers", nargs="*", type=int, metavar="NUMBER", help=numbers)
    parser.add_argument("--quick", action="store_true", help=quick)
    options = parser.parse_args()
    if not set(options.numbers) <= set(CANDIDATES):
        parser.error(
            f"there are candidates 1 to {len(CANDIDATES)}; got {options.numbers}"
        )
    return options


def main() -> None:
    """Check, time, print."""
    options = arguments()
    # before any library counts cores
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    import workloads

    factor = 50 if options.quick else 2
    count = 1 if options.quick else 7
    works = [*workloads.tutorial(), *workloads.minibatch()[:4]]
    works = [work.shortened(factor) for work in works]
    names = " | ".join(work.name for work in works)
    print("Times faster than what is in use (below 1: slower), on one core:\n")  # noqa: T201
    print(f"| | {names} |\n|---|{'---|' * len(works)}")  # noqa: T201
    for number in options.numbers or CANDIDATES:
        candidate = CANDIDATES[number]
        cells = " | ".join(cell(work, candidate, count) for work in works)
        print(f"| {number}. {candidate.text} | {cells} |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()

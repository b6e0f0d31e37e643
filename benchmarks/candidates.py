"""Numbered candidates for the kernels: each must agree with the reference engine before
it is timed.

    python benchmarks/candidates.py            all
    python benchmarks/candidates.py 3 5        some

A winner moves into the package; what the losers taught stands in
docs/decisions/0006-the-compiled-engine.md.
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

# a source file of the engine, a line of it, and what stands there instead
Change = tuple[str, str, str]


@dataclass(frozen=True)
class Candidate:
    """Another way to do it: other sizes in `tables`, or another line in one of the
    compiled sources.
    """

    text: str
    sizes: dict[str, int] = field(default_factory=dict)
    change: Change | None = None


CANDIDATES = {
    1: Candidate(
        "thin products (a side of 12 or less) by loops, not by BLAS", {"THIN": 12}
    ),
    2: Candidate(
        (
            "products with a side of 2 or less by loops, not only those with one of "
            "400 or more"
        ),
        {"FLAT": 0},
    ),
    3: Candidate("64 rows through the layers at a time, not 512", {"BLOCK_ROWS": 64}),
    4: Candidate("128 rows through the layers at a time, not 512", {"BLOCK_ROWS": 128}),
    5: Candidate("1,024 parameters updated at a time, not 4,096", {"CHUNK_SIZE": 1024}),
    6: Candidate(
        "16,384 parameters updated at a time, not 4,096", {"CHUNK_SIZE": 16384}
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
def used(candidate: Candidate | None) -> Iterator[None]:
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

    def load(name: str, dtype: str) -> Any:
        if name != file:
            return source(name, dtype)
        text = (
            Path(translation.__file__)
            .with_name(f"{name}.py")
            .read_text(encoding="utf-8")
        )
        if old not in text:
            sys.exit(f"{name}.py no longer says {old!r}: mend this candidate.")
        return code_cache.load(
            f"{name}_{dtype}",
            text.replace("T = np.float64", f"T = np.{dtype}", 1).replace(old, new),
        )

    return load


def distance(work: Any, candidate: Candidate) -> float:
    """How far one epoch of at most four batches lies from the reference engine's,
    relative to the largest parameter.
    """
    import numpy as np
    import workloads
    from peers import with_halfmoon

    import halfmoon

    X, y = workloads.data(work)
    few = slice(0, 4 * (work.batch or work.rows))
    ends = []
    for engine in ("compiled", "numpy"):
        network = with_halfmoon.network(work)
        with used(candidate):
            halfmoon.train(
                network,
                X[few],
                y[few],
                epochs=1,
                engine=engine,
                **with_halfmoon.options(work, 1),
            )
        ends.append(network.theta.astype(np.float64))
    return float(np.abs(ends[0] - ends[1]).max() / np.abs(ends[1]).max())


def tried(work: Any, candidate: Candidate, count: int) -> float:
    """By how many times the candidate is faster, over interleaved rounds."""
    import workloads
    from measure import rounds
    from peers import with_halfmoon

    X, y = workloads.data(work)
    fit = with_halfmoon.fitter(work, X, y)

    def task(way: Candidate | None) -> None:
        with used(way):
            fit(work.epochs)

    tasks = {"in use": lambda: task(None), "candidate": lambda: task(candidate)}
    rounds(tasks, 1)
    seconds = rounds(tasks, count)
    return median(seconds["in use"]) / median(seconds["candidate"])


def main() -> None:
    """Check, time, tell."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "numbers",
        nargs="*",
        type=int,
        metavar="NUMBER",
        help=f"1 to {len(CANDIDATES)}; without, all",
    )
    parser.add_argument(
        "--quick", action="store_true", help="few updates: a trial, not a result"
    )
    given = parser.parse_args()
    if not set(given.numbers) <= set(CANDIDATES):
        parser.error(
            f"there are candidates 1 to {len(CANDIDATES)}; got {given.numbers}"
        )
    # before any library counts cores
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    import workloads

    factor, count = (50, 1) if given.quick else (2, 7)
    works = [
        work.shortened(factor)
        for work in (*workloads.tutorial(), *workloads.minibatch()[:4])
    ]
    print("Times faster than what is in use (below 1: slower), on one core:\n")  # noqa: T201
    print(  # noqa: T201
        "| | "
        + " | ".join(work.name for work in works)
        + " |\n|---|"
        + "---|" * len(works)
    )
    for number in given.numbers or CANDIDATES:
        candidate = CANDIDATES[number]
        cells = []
        for work in works:
            far = distance(work, candidate)
            most = 1e-11 if work.dtype == "float64" else 1e-4
            cells.append(
                f"{tried(work, candidate, count):.2f}"
                if far <= most
                else f"**wrong by {far:.1g}**"
            )
        print(f"| {number}. {candidate.text} | " + " | ".join(cells) + " |", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()

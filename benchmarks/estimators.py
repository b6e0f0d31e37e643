"""scikit-learn's estimators and ours at the same work, in turn, in one run.

It prints two tables in Markdown.

    python benchmarks/estimators.py            about five minutes; --quick for a trial

One process is pinned to one core, its libraries told to use one thread; the other is
left to its defaults. Linux only.
"""

import argparse
import json
import os
import subprocess
import sys
import time
import warnings
from dataclasses import dataclass
from functools import partial
from importlib.metadata import version
from statistics import median
from typing import Any

from machine import THREADS, machine
from timing import Task, repeat, rounds
from units import time_text

PEERS = ("scikit-learn", "halfmoon")
SECONDS = 0.2  # of scikit-learn's work in each round; shorter work is repeated


@dataclass(frozen=True)
class Work:
    """A fit of so many epochs, and predictions for the rows it learned from.

    All settings but these are defaults.
    """

    data: str
    hidden: tuple[int, ...]
    solver: str
    epochs: int

    @property
    def kind(self) -> str:
        """Which estimator."""
        return "MLPRegressor" if self.data == "houses" else "MLPClassifier"

    def options(self) -> dict[str, Any]:
        """Constructor arguments of both.

        All epochs are run, unless L-BFGS has converged.
        """
        options = {
            "hidden_layer_sizes": self.hidden,
            "solver": self.solver,
            "max_iter": self.epochs,
            "random_state": 0,
        }
        if self.solver == "lbfgs":
            return options | {"tol": 1e-12}
        if self.solver == "sgd":
            options["learning_rate_init"] = 0.01
        return options | {"n_iter_no_change": self.epochs}


WORKS = [
    Work("moons", (50,), "adam", 400),
    Work("moons", (50,), "sgd", 400),
    Work("moons", (50,), "lbfgs", 100),
    Work("breast cancer", (100,), "adam", 100),
    Work("breast cancer", (100,), "sgd", 100),
    Work("breast cancer", (100,), "lbfgs", 100),
    Work("digits", (100,), "adam", 50),
    Work("digits", (100,), "sgd", 50),
    Work("digits", (100,), "lbfgs", 50),
    Work("houses", (64, 64), "adam", 5),
    Work("houses", (64, 64), "sgd", 5),
    Work("houses", (64, 64), "lbfgs", 10),
]


def table(name: str) -> tuple[Any, Any]:
    """X, standardised, and y, in float64.

    "houses" is noise of the size of the California housing data.
    """
    import numpy as np
    from sklearn import datasets
    from sklearn.preprocessing import scale

    rng = np.random.default_rng(0)
    if name == "houses":
        X = rng.normal(size=(20_640, 8))
        return X, np.sin(X[:, 0]) + X[:, 1] * X[:, 2] + 0.3 * rng.normal(size=len(X))
    if name == "moons":
        X, y = datasets.make_moons(200, noise=0.2, random_state=0)
    elif name == "breast cancer":
        X, y = datasets.load_breast_cancer(return_X_y=True)
    else:
        X, y = datasets.load_digits(return_X_y=True)
    return scale(X), y


def compare(work: Work, count: int) -> dict[str, Any]:
    """Median seconds of both: of a fit, a prediction of all rows, and of one row.

    And the loss and the number of epochs that each came to.
    """
    from sklearn import neural_network

    import halfmoon

    X, y = table(work.data)
    models = {}
    for name, package in zip(PEERS, (neural_network, halfmoon), strict=True):
        kind = getattr(package, work.kind)
        models[name] = kind(**work.options()).fit(X, y)
    fits = {name: partial(model.fit, X, y) for name, model in models.items()}
    all_rows = {name: partial(model.predict, X) for name, model in models.items()}
    one_row = {name: partial(model.predict, X[:1]) for name, model in models.items()}
    return {
        "rows": X.shape[0],
        "columns": X.shape[1],
        "loss": {name: float(model.loss_) for name, model in models.items()},
        "epochs": {name: model.n_iter_ for name, model in models.items()},
        "fit": median_seconds(fits, count),
        "predict": median_seconds(all_rows, count),
        "one row": median_seconds(one_row, count),
    }


def median_seconds(tasks: dict[str, Task], count: int) -> dict[str, float]:
    """Median seconds of one call of each.

    They take turns, and each is repeated as often as fills a moment.
    """
    calls = {}
    repeated = {}
    for name, task in tasks.items():
        begun = time.perf_counter()
        task()
        once = time.perf_counter() - begun
        calls[name] = max(1, round(SECONDS / once))
        repeated[name] = partial(repeat, task, calls[name])
    seconds = rounds(repeated, count)
    return {name: median(each) / calls[name] for name, each in seconds.items()}


def measure(core: str, count: int) -> None:
    """In a process of its own: all works, as JSON on standard output."""
    if core:
        os.sched_setaffinity(0, {int(core)})  # before any library counts cores
    warnings.simplefilter("ignore")
    rows = []
    for work in WORKS:
        row = compare(work, count)
        rows.append(row)
        line = f"{work.data}, {work.solver}: {row['fit']}"
        print(line, file=sys.stderr, flush=True)  # noqa: T201
    print(json.dumps(rows))  # noqa: T201


def in_a_process(alone: bool, count: int) -> list[dict[str, Any]]:
    """What a process measures on one core, or on all of them."""
    env = {name: value for name, value in os.environ.items() if name not in THREADS}
    core = ""
    if alone:
        # the first core has the system's own work to do
        core = str(max(os.sched_getaffinity(0)))
        env |= dict.fromkeys(THREADS, "1")
    command = [sys.executable, __file__, "--measure"]
    command += ["--core", core, "--rounds", str(count)]
    done = subprocess.run(command, env=env, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


HEAD = [
    "data",
    "network",
    "solver",
    "epochs",
    "fit: scikit-learn",
    "fit: halfmoon",
    "times faster",
    "predict all: scikit-learn",
    "predict all: halfmoon",
    "predict one: scikit-learn",
    "predict one: halfmoon",
    "loss: scikit-learn",
    "loss: halfmoon",
]


def markdown(rows: list[dict[str, Any]]) -> str:
    """A table: times of both, how many times faster ours is, losses at the end."""
    lines = [HEAD, ["---"] * len(HEAD)]
    for work, row in zip(WORKS, rows, strict=True):
        outputs = 10 if work.data == "digits" else 1
        sizes = (row["columns"], *work.hidden, outputs)
        theirs, ours = (row["fit"][name] for name in PEERS)
        cells = [
            f"{work.data}, {row['rows']:,} rows",
            "-".join(map(str, sizes)),
            work.solver,
            " and ".join(map(str, dict.fromkeys(row["epochs"].values()))),
            time_text(theirs),
            time_text(ours),
            f"**{theirs / ours:.2g}**",
        ]
        cells += [time_text(row["predict"][name]) for name in PEERS]
        cells += [time_text(row["one row"][name]) for name in PEERS]
        cells += [f"{row['loss'][name]:.3g}" for name in PEERS]
        lines.append(cells)
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def main() -> None:
    """Measure in two processes, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    quick = "two rounds: a trial, not a result"
    parser.add_argument("--quick", action="store_true", help=quick)
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--core", default="", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        measure(options.core, options.rounds)
        return
    count = 2 if options.quick else 7
    about = machine()
    libraries = ("halfmoon", "scikit-learn", "numpy", "numba")
    versions = ", ".join(f"{name} {version(name)}" for name in libraries)
    head = (
        f"{about['processor']}, {about['vectors']}, {about['cores']} cores, Python "
        f"{about['python']}, {about['date']}; load {about['load before']:.1f} before. "
        f"{versions}."
    )
    alone = markdown(in_a_process(True, count))
    together = markdown(in_a_process(False, count))
    parts = [
        head,
        f"One core, one thread:\n\n{alone}",
        f"{about['cores']} cores, threads as they come:\n\n{together}",
    ]
    print("\n\n".join(parts))  # noqa: T201


if __name__ == "__main__":
    main()

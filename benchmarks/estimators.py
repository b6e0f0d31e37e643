"""scikit-learn's estimators and ours at the same work, in turn, in one run: prints two
tables in Markdown.

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
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

from run import LIBRARIES, machine

PEERS = ("scikit-learn", "halfmoon")
SECONDS = 0.2  # of scikit-learn's work in each round; shorter work is repeated


@dataclass(frozen=True)
class Work:
    """A fit of so many epochs with default settings but these, and predictions for the
    rows it learned from.
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
        """Constructor arguments of both: all epochs are run, unless L-BFGS has
        converged.
        """
        options = {
            "hidden_layer_sizes": self.hidden,
            "solver": self.solver,
            "max_iter": self.epochs,
            "random_state": 0,
        }
        if self.solver == "sgd":
            options["learning_rate_init"] = 0.01
        return options | (
            {"tol": 1e-12}
            if self.solver == "lbfgs"
            else {"n_iter_no_change": self.epochs}
        )


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
    """X, standardised, and y, in float64. "houses" is noise of the size of the
    California housing data.
    """
    import numpy as np
    from sklearn import datasets
    from sklearn.preprocessing import scale

    rng = np.random.default_rng(0)
    if name == "houses":
        X = rng.normal(size=(20_640, 8))
        return X, np.sin(X[:, 0]) + X[:, 1] * X[:, 2] + 0.3 * rng.normal(size=len(X))
    load: dict[str, Callable[..., Any]] = {
        "moons": lambda **options: datasets.make_moons(200, noise=0.2, random_state=0),
        "breast cancer": datasets.load_breast_cancer,
        "digits": datasets.load_digits,
    }
    X, y = load[name](return_X_y=True)
    return scale(X), y


def side_by_side(work: Work, count: int) -> dict[str, Any]:
    """Median seconds of a fit, of a prediction of all rows, and of one row, by both;
    and the loss each came to.
    """
    from sklearn import neural_network

    import halfmoon

    X, y = table(work.data)
    kinds = [getattr(package, work.kind) for package in (neural_network, halfmoon)]
    models = {
        name: kind(**work.options()) for name, kind in zip(PEERS, kinds, strict=True)
    }
    for model in models.values():
        model.fit(X, y)
    row: dict[str, Any] = {"rows": X.shape[0], "columns": X.shape[1]}
    row["loss"] = {name: float(model.loss_) for name, model in models.items()}
    row["epochs"] = {name: model.n_iter_ for name, model in models.items()}
    for what, call in (
        ("fit", lambda model: model.fit(X, y)),
        ("predict", lambda model: model.predict(X)),
        ("one row", lambda model: model.predict(X[:1])),
    ):
        row[what] = timed(
            {name: partial(call, model) for name, model in models.items()}, count
        )
    return row


def timed(tasks: dict[str, Callable[[], Any]], count: int) -> dict[str, float]:
    """Median seconds of one call of each; they take turns, each as often in a row as
    fills a moment.
    """
    from measure import repeat, rounds

    times = {}
    for name, task in tasks.items():
        begun = time.perf_counter()
        task()
        times[name] = max(1, round(SECONDS / (time.perf_counter() - begun)))
    seconds = rounds(
        {name: partial(repeat, task, times[name]) for name, task in tasks.items()},
        count,
    )
    return {name: median(each) / times[name] for name, each in seconds.items()}


def measure(cores: str, count: int) -> None:
    """In a process of its own: all works, as JSON on standard output."""
    if cores:
        os.sched_setaffinity(0, {int(cores)})  # before any library counts cores
    warnings.simplefilter("ignore")
    rows = []
    for work in WORKS:
        rows.append(side_by_side(work, count))
        print(  # noqa: T201
            f"{work.data}, {work.solver}: {rows[-1]['fit']}",
            file=sys.stderr,
            flush=True,
        )
    print(json.dumps(rows))  # noqa: T201


def in_a_process(alone: bool, count: int) -> list[dict[str, Any]]:
    """What a process measures on one core, or on all of them."""
    # the first core has the system's own work to do
    core = str(max(os.sched_getaffinity(0))) if alone else ""
    env = {name: value for name, value in os.environ.items() if name not in LIBRARIES}
    command = [
        sys.executable,
        __file__,
        "--measure",
        "--cores",
        core,
        "--rounds",
        str(count),
    ]
    done = subprocess.run(
        command,
        env=env | dict.fromkeys(LIBRARIES if alone else (), "1"),
        check=True,
        stdout=subprocess.PIPE,
    )
    return json.loads(done.stdout)


def markdown(rows: list[dict[str, Any]]) -> str:
    """A table: times of both, by how many times ours is faster, and the losses after as
    many epochs.
    """
    named = [
        f"{what}: {peer}"
        for what in ("fit", "predict all", "predict one", "loss")
        for peer in PEERS
    ]
    head = [
        "data",
        "network",
        "solver",
        "epochs",
        *named[:2],
        "times faster",
        *named[2:],
    ]
    lines = [head, ["---"] * len(head)]
    for work, row in zip(WORKS, rows, strict=True):
        outputs = 10 if work.data == "digits" else 1
        sizes = "-".join(map(str, (row["columns"], *work.hidden, outputs)))
        epochs = " and ".join(map(str, dict.fromkeys(row["epochs"].values())))
        cells = [f"{work.data}, {row['rows']:,} rows", sizes, work.solver, epochs]
        for what in ("fit", "predict", "one row"):
            theirs, ours = (row[what][name] for name in PEERS)
            cells += [told(theirs), told(ours)] + (
                [f"**{theirs / ours:.2g}**"] if what == "fit" else []
            )
        lines.append(cells + [f"{loss:.3g}" for loss in row["loss"].values()])
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def told(seconds: float) -> str:
    """A time, in a unit that suits it."""
    unit, factor = next(
        u
        for u in (("s", 1.0), ("ms", 1e3), ("us", 1e6))
        if seconds * u[1] >= 1.0 or u[0] == "us"
    )
    return f"{seconds * factor:.3g} {unit}"


def main() -> None:
    """Measure in two processes, and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="two rounds: a trial, not a result"
    )
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--cores", default="", help=argparse.SUPPRESS)
    parser.add_argument("--rounds", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measure:
        measure(given.cores, given.rounds)
        return
    from importlib.metadata import version

    about = machine()
    libraries = ", ".join(
        f"{name} {version(name)}"
        for name in ("halfmoon", "scikit-learn", "numpy", "numba")
    )
    parts = [
        f"{about['processor']}, {about['vectors']}, {about['cores']} cores, Python "
        f"{about['python']}, {about['date']}; load {about['load before']:.1f} before. "
        f"{libraries}."
    ]
    for title, alone in (
        ("One core, one thread", True),
        (f"{about['cores']} cores, threads as they come", False),
    ):
        parts.append(
            f"{title}:\n\n{markdown(in_a_process(alone, 2 if given.quick else 7))}"
        )
    print("\n\n".join(parts))  # noqa: T201


if __name__ == "__main__":
    main()

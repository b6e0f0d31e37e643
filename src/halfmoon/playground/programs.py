"""The program that does what was done on the page: its stages, update for update.

It is written of public names only, or in plain NumPy. Rows that were drawn by hand or
come from a table are read from a file beside it.
"""

import csv
import io
import shlex
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from halfmoon.components.losses import LOSSES
from halfmoon.components.plain_lines import PlainLines
from halfmoon.datasets import DATASETS
from halfmoon.files.numpy_program import numpy_program
from halfmoon.files.python_lines import (
    import_lines,
    literal,
    measure_lines,
    network_lines,
    train_lines,
)
from halfmoon.network import Network
from halfmoon.playground.building import network_options, train_options
from halfmoon.playground.data import Data
from halfmoon.playground.features import FEATURES
from halfmoon.playground.setup import Setup
from halfmoon.training.recording import Stage
from halfmoon.training.settings import Settings


def stages_until(stages: Sequence[Stage], update: int) -> list[tuple[Stage, int]]:
    """The stages that led to an update, each with the update that it ends at."""
    begun = [stage for stage in stages if stage.begin <= update]
    ends = [*(stage.begin for stage in begun[1:]), update]
    return list(zip(begun, ends, strict=True))


def python_program(stages: Sequence[Stage], update: int) -> str:
    """A program of halfmoon's public names that gives the weights of an update."""
    parts = stages_until(stages, update)
    body: list[str] = []
    data: list[str] = []
    options: dict[str, Any] = {}
    has_begun = False
    for number, (stage, end) in enumerate(parts):
        wanted_data = _data_lines(
            stage.conditions.data, stage.conditions.setup, file_name(parts, number)
        )
        if wanted_data != data:
            data = wanted_data
            body += ["", *data]
        wanted = network_options(stage.conditions.setup, stage.conditions.data)
        if wanted != options:
            options = wanted
            body += ["", "# The network.", *network_lines(options)]
        body += _edit_lines(stage, has_begun)
        if end > stage.begin:
            body += _train_lines(stage, end, has_begun)
            has_begun = True
        elif has_begun:
            body.append("network.theta = run.theta")
    body += _result_lines(parts[-1][0])
    head = f"# The halfmoon playground at update {update:,}: the same numbers."
    return "\n".join([head, *import_lines(body), *body]) + "\n"


def numpy_lines(stages: Sequence[Stage], update: int) -> str:
    """The same in plain NumPy: forward, backward and update by hand.

    ValueError where the run has changed what such a program cannot change.
    """
    parts = stages_until(stages, update)
    first = parts[0][0]
    setup = first.conditions.setup
    network = Network.dense(**network_options(setup, first.conditions.data))
    changes: dict[int, list[str]] = {}
    for stage, _ in parts:
        if stage.conditions.setup.change(learning_rate=setup.learning_rate) != setup:
            raise ValueError(
                f"After update {stage.begin:,} the run went on with other settings or "
                "data; plain NumPy lines follow a run whose learning rate and weights "
                "alone have changed. Take the Python code."
            )
        lines = changes.setdefault(stage.begin, [])
        if stage is not first:
            lines.append(f"rate = {stage.conditions.setup.learning_rate!r}")
        lines += [
            f"{_parameter(network, index)} = {value!r}"
            for index, value in stage.weights.items()
        ]
    data = first.conditions.data
    program = numpy_program(
        network,
        Settings(**train_options(setup)),
        update,
        "\n".join(_plain_data_lines(data, setup)),
        int((~data.is_test).sum()),
        seed=setup.seed,
        changes={begin: lines for begin, lines in changes.items() if lines},
    )
    result = ['print(f"Training loss: {loss(X, y):.6f}")']
    if data.is_test.any():
        result.append('print(f"Test loss: {loss(X_test, y_test):.6f}")')
    head = f"# The halfmoon playground at update {update:,}, in plain NumPy."
    return "\n".join([head, program, "", "# What it has learned.", *result]) + "\n"


def command_line(setup: Setup, data: Data) -> str:
    """The command that opens the playground with these settings."""
    words = ["halfmoon playground"]
    if data.kind == "table":
        words += ["data.csv"]
    changed = setup.as_dict()
    for name, default in Setup().as_dict().items():
        value = changed[name]
        if value != default:
            text = ",".join(map(str, value)) if isinstance(value, list) else str(value)
            words.append(f"--set {name}={shlex.quote(text)}")
    return " \\\n  ".join(words) + "\n"


def data_files(stages: Sequence[Stage], update: int) -> dict[str, str]:
    """The files that the Python program reads, by name."""
    parts = stages_until(stages, update)
    return {
        file_name(parts, number): csv_text(stage.conditions.data)
        for number, (stage, _) in enumerate(parts)
        if stage.conditions.data.kind != "generator"
    }


def csv_text(data: Data) -> str:
    """The rows as the network sees them: inputs, target, and 1 for test rows."""
    columns = [*data.X.T, data.y, data.is_test.astype(int)]
    return write_csv([*data.inputs, data.target, "test"], columns)


def write_csv(names: Sequence[str], columns: Sequence[Any]) -> str:
    """Columns as CSV, with their names in one line; what is missing is empty.

    >>> write_csv(["a", "b"], [np.array([1.5, np.nan]), np.array(["x, y", None])])
    'a,b\\n1.5,"x, y"\\n,\\n'
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([" ".join(name.split()) for name in names])
    writer.writerows(zip(*(map(_cell, column) for column in columns), strict=True))
    return text.getvalue()


def _cell(value: Any) -> Any:
    """A cell as text: whole numbers without ".0", nothing for what is missing."""
    if isinstance(value, float):
        is_whole = value.is_integer() and abs(value) < 1e15
        value = int(value) if is_whole else value
    return "" if str(value) in ("None", "nan", "NaT") else value


def file_name(parts: Sequence[tuple[Stage, int]], number: int) -> str:
    """The name of the file with a stage's rows; other rows have another one."""
    rows = [stage.conditions.data for stage, _ in parts[: number + 1]]
    version = 1 + sum(a is not b for a, b in pairwise(rows))
    return "data.csv" if version == 1 else f"data-{version}.csv"


def _data_lines(data: Data, setup: Setup, file: str) -> list[str]:
    """Lines that set X, y and is_test."""
    count = int(data.is_test.sum())
    said = f"# The data: {data.n:,} rows, of which {count:,} are kept for testing."
    if data.kind == "generator":
        draw = (
            f"X, y = datasets.make({literal(setup.data)}, n={setup.rows}, "
            f"noise={setup.noise!r}, seed={setup.data_seed})"
        )
        return [said, draw, *_feature_lines(data, setup)]
    d = data.X.shape[1]
    number = ".astype(int)" if data.classes else ""
    return [
        said,
        f'table = np.loadtxt("{file}", delimiter=",", skiprows=1, ndmin=2)',
        f"X = table[:, :{d}]",
        f"y = table[:, {d}]{number}",
        f"is_test = table[:, {d + 1}] == 1",
    ]


def _feature_lines(data: Data, setup: Setup) -> list[str]:
    """The network's inputs from the columns that were drawn, and the test rows."""
    lines = []
    columns = DATASETS.make(setup.data).draw(2, 0.0, np.random.RandomState(0))[0]
    if data.inputs != ("x1", "x2")[: columns.shape[1]]:
        features = [FEATURES[name].python for name in data.inputs]
        lines.append(f"X = np.column_stack([{', '.join(features)}])")
    count = int(data.is_test.sum())
    rng = f"np.random.default_rng({setup.data_seed})"
    lines.append(f"is_test = {rng}.permutation({data.n}) < {count}")
    return lines


def _plain_data_lines(data: Data, setup: Setup) -> list[str]:
    """The same without halfmoon, the training rows as X and y."""
    lines = _data_lines(data, setup, "data.csv")
    if data.kind == "generator":
        plain = PlainLines()
        rng = f"np.random.RandomState({setup.data_seed})"
        values = {"n": str(setup.rows), "noise": repr(setup.noise), "rng": rng}
        drawn = plain.expression(DATASETS.make(setup.data), "draw", **values)
        lines = [plain.text(), "", "", lines[0], f"X, y = {drawn}", *lines[2:]]
    test = ["X_test = X[is_test]", "y_test = y[is_test]"] if data.is_test.any() else []
    return [*lines, *test, "X = X[~is_test]", "y = y[~is_test]"]


def _edit_lines(stage: Stage, has_begun: bool) -> list[str]:
    """Weights that were set by hand, and what a change of the run's kind needs."""
    lines = []
    if stage.weights:
        theta = "theta" if has_begun else "network.theta"
        lines = [f"{theta}[{i}] = {value!r}" for i, value in stage.weights.items()]
        if has_begun:
            lines = ["theta = run.theta.copy()", *lines, "run.theta = theta"]
        lines = ["", "# Weights that were set by hand.", *lines]
    if stage.released:
        lines += ["", "# Other batches, or another optimizer."]
        lines.append("run.release(anew=False)")
    return lines


def _train_lines(stage: Stage, end: int, has_begun: bool) -> list[str]:
    """The updates of a stage."""
    given = ["network", "X[~is_test]", _truth(stage, "~is_test")]
    if has_begun:
        given.append("run=run")
    options = {**train_options(stage.conditions.setup), "updates": end}
    heading = f"# Training, from update {stage.begin:,} to {end:,}."
    return ["", heading, *train_lines(options, given)]


def _truth(stage: Stage, rows: str) -> str:
    """What the loss is given: class numbers, a column for each class, or values."""
    loss = LOSSES.make(
        network_options(stage.conditions.setup, stage.conditions.data)["loss"]
    )
    if stage.conditions.data.classes and loss.target != "classes":
        return f"np.eye({stage.conditions.data.outputs})[y[{rows}]]"
    return f"y[{rows}]"


def _result_lines(stage: Stage) -> list[str]:
    """Lines that print what the page shows."""
    rows = {"training": "~is_test"}
    if stage.conditions.data.is_test.any():
        rows["test"] = "is_test"
    lines = measure_lines(
        _truth(stage, "rows"), rows, not stage.conditions.data.classes
    )
    return ["", "# What the page shows.", *lines]


def _parameter(network: Network, index: int) -> str:
    """A parameter by its index in theta, as plain lines name it: W1[0, 2]."""
    number = 0
    for names in network.layout:
        number += bool(names)
        for name, place in names.items():
            if place.part.start <= index < place.part.stop:
                within = np.unravel_index(index - place.part.start, place.shape)
                return f"{name}{number}[{', '.join(map(str, map(int, within)))}]"
    raise ValueError(f"There is no parameter {index}; theta has {network.size}.")

"""The program that does what was done on the page: its stages, update for update.

It is written of public names only, or in plain NumPy. Rows that were drawn by hand or
come from a table are read from a file beside it.
"""

import shlex
from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from halfmoon.components.features import FEATURES
from halfmoon.components.losses import LOSSES
from halfmoon.components.plain_lines import PlainLines
from halfmoon.components.setting_texts import write_settings
from halfmoon.datasets import DATASETS
from halfmoon.files.numpy_program import numpy_program
from halfmoon.files.python_lines import literal
from halfmoon.files.recorded_program import Stretch, plain_changes, recorded_program
from halfmoon.network import Network
from halfmoon.playground.building import network_options, train_options
from halfmoon.playground.data import Data
from halfmoon.playground.setup import Setup
from halfmoon.playground.table_data import TOLD
from halfmoon.tables.writing import write_csv
from halfmoon.training.settings import Settings
from halfmoon.training.stages import Stage

OF_TABLES = {"groups", "axes", "target"}  # settings


def python_program(stages: Sequence[Stage], update: int) -> str:
    """A program of halfmoon's public names that gives the weights of an update."""
    stretches = _stretches(stages, update)
    has_test = bool(stages[-1].conditions.data.is_test.any())
    head = f"# The halfmoon playground at update {update:,}: the same numbers.\n"
    return head + recorded_program(stretches, has_test)


def numpy_lines(stages: Sequence[Stage], update: int) -> str:
    """The same in plain NumPy: forward, backward and update by hand.

    ValueError where the run has changed what such a program cannot change.
    """
    changes = plain_changes(_stretches(stages, update))
    setup, data, _ = stages[0].conditions
    program = numpy_program(
        Network.dense(**network_options(setup, data)),
        Settings(**train_options(setup)),
        update,
        "\n".join(_plain_data_lines(data, setup)),
        int((~data.is_test).sum()),
        seed=setup.seed,
        changes=changes,
    )
    result = ['print(f"Training loss: {loss(X, y):.6f}")']
    if data.is_test.any():
        result.append('print(f"Test loss: {loss(X_test, y_test):.6f}")')
    head = f"# The halfmoon playground at update {update:,}, in plain NumPy."
    return "\n".join(
        [head, program.strip("\n"), "", "", "# How good it is.", *result, ""]
    )


def command_line(setup: Setup, data: Data, file: str) -> str:
    """The command that opens the playground so; rows not generated are in `file`."""
    words = ["halfmoon playground"]
    left_out = {"data", "target"} if data.kind != "generator" else set()
    if left_out:
        words.append(f"{shlex.quote(file)} --target {shlex.quote(data.target)}")
    if data.kind != "table":
        left_out |= OF_TABLES
    always = TOLD if data.kind != "generator" else ()
    texts = write_settings(setup, without=left_out, always=always)
    words += [f"--set {shlex.quote(text)}" for text in texts]
    return " \\\n  ".join(words) + "\n"


def data_files(stages: Sequence[Stage], update: int) -> dict[str, Data]:
    """The rows that the Python program reads, by the names of their files."""
    rows = [stage.conditions.data for stage in stages if stage.begin <= update]
    named = zip(_file_names(rows), rows, strict=True)
    return {name: data for name, data in named if data.kind != "generator"}


def csv_text(data: Data) -> str:
    """The rows as the network sees them: inputs, target, and 1 for test rows."""
    columns = [*data.X.T, data.y, data.is_test.astype(int)]
    return write_csv([*data.inputs, data.target, "test"], columns)


def _file_names(rows: Sequence[Data]) -> list[str]:
    """A file for each stage's rows; other rows have another one."""
    changed = [a is not b for a, b in pairwise(rows)]
    versions = np.cumsum([1, *changed]).tolist()
    return ["data.csv" if v == 1 else f"data-{v}.csv" for v in versions]


def _stretches(stages: Sequence[Stage], update: int) -> list[Stretch]:
    """The stages that led to an update, as a program repeats them."""
    begun = [stage for stage in stages if stage.begin <= update]
    ends = [*(stage.begin for stage in begun[1:]), update]
    files = _file_names([stage.conditions.data for stage in begun])
    stretches = []
    for stage, end, file in zip(begun, ends, files, strict=True):
        setup, data, _ = stage.conditions
        stretch = Stretch(
            begin=stage.begin,
            end=end,
            data=tuple(_data_lines(data, setup, file)),
            truth=_truth(setup, data),
            network=network_options(setup, data),
            training=train_options(setup),
            weights=stage.weights,
            released=stage.released,
        )
        stretches.append(stretch)
    return stretches


def _truth(setup: Setup, data: Data) -> str:
    """What the loss is given: class numbers, a column for each class, or values."""
    loss = LOSSES.make(network_options(setup, data)["loss"])
    has_columns = data.classes and loss.target != "classes"
    return f"np.eye({data.outputs})[{{y}}]" if has_columns else "{y}"


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
    columns = tuple(name for name in data.table if name != data.target)
    if data.inputs != columns:
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

"""A recorded run as a program that repeats it, whatever was changed on the way."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from halfmoon.files.python_lines import (
    import_lines,
    measure_lines,
    network_lines,
    train_lines,
)
from halfmoon.network import Network
from halfmoon.stack import find_parameter


class Stretch(NamedTuple):
    """Updates that are made alike, from `begin` up to `end`."""

    begin: int
    end: int
    data: tuple[str, ...]  # lines that set X, y and the mask is_test
    truth: str  # what the loss is given: "{y}", or what is made of it
    network: Mapping[str, Any]  # what Network.dense takes
    training: Mapping[str, Any]  # what train takes
    weights: Mapping[int, float] = {}  # set by hand before, by their index in theta
    released: bool = False  # whether the run is released before


def recorded_program(stretches: Sequence[Stretch], has_test: bool) -> str:
    """Lines of halfmoon's public names that end with the weights of the last update.

    Parameters
    ----------
    stretches : sequence of Stretch
        One after the other; the last may be without an update.
    has_test : bool
        Whether there are test rows, whose loss and score are printed, too.

    Returns
    -------
    str
        The program; afterwards `network` has the weights.
    """
    body: list[str] = []
    data: tuple[str, ...] = ()
    options: Mapping[str, Any] = {}
    has_begun = False
    for stretch in stretches:
        if stretch.data != data:
            data = stretch.data
            body += ["", *data]
        if stretch.network != options:
            options = stretch.network
            body += ["", "# The network.", *network_lines(options)]
        body += _edit_lines(stretch, has_begun)
        if stretch.end > stretch.begin:
            body += _train_lines(stretch, has_begun)
            has_begun = True
        elif has_begun:
            body.append("network.theta = run.theta")
    last = stretches[-1]
    rows = {"training": "~is_test", "test": "is_test"}
    if not has_test:
        del rows["test"]
    truth = last.truth.format(y="y[rows]")
    is_regression = Network.dense(**last.network).k == 1
    lines = measure_lines(truth, rows, is_regression)
    body += ["", "# How good it is.", *lines]
    return "\n".join([*import_lines(body), *body]) + "\n"


def _edit_lines(stretch: Stretch, has_begun: bool) -> list[str]:
    """Weights that are set by hand, and what a change of the run's kind needs."""
    lines = []
    if stretch.weights:
        theta = "theta" if has_begun else "network.theta"
        lines = [f"{theta}[{i}] = {value!r}" for i, value in stretch.weights.items()]
        if has_begun:
            lines = ["theta = run.theta.copy()", *lines, "run.theta = theta"]
        lines = ["", "# Weights that were set by hand.", *lines]
    if stretch.released:
        lines += ["", "# Other batches, or another optimizer."]
        lines.append("run.release(anew=False)")
    return lines


def _train_lines(stretch: Stretch, has_begun: bool) -> list[str]:
    """The updates of a stretch."""
    given = ["network", "X[~is_test]", stretch.truth.format(y="y[~is_test]")]
    if has_begun:
        given.append("run=run")
    options = {**stretch.training, "updates": stretch.end}
    heading = f"# Training, from update {stretch.begin:,} to {stretch.end:,}."
    return ["", heading, *train_lines(options, given)]


def plain_changes(stretches: Sequence[Stretch]) -> dict[int, list[str]]:
    """The same for `numpy_program`: the lines before an update, by its number.

    Raises ValueError where more than learning rate and weights have changed.
    """
    first = stretches[0]
    network = Network.dense(**first.network)
    changes = {}
    for stretch in stretches:
        if _without_rate(stretch) != _without_rate(first):
            raise ValueError(
                f"After update {stretch.begin:,} the run went on with other settings "
                "or data; plain NumPy lines follow a run whose learning rate and "
                "weights alone have changed. Take the Python code."
            )
        lines = [
            f"{_parameter(network, index)} = {value!r}"
            for index, value in stretch.weights.items()
        ]
        if stretch is not first:
            lines.append(f"rate = {stretch.training['learning_rate']!r}")
        if lines:
            changes[stretch.begin] = lines
    return changes


def _without_rate(stretch: Stretch) -> tuple[Any, ...]:
    """What may not change in a program of plain NumPy."""
    training = {**stretch.training, "learning_rate": None}
    return stretch.data, stretch.network, training


def _parameter(network: Network, index: int) -> str:
    """A parameter by its index in theta, as plain lines name it: W1[0, 2]."""
    layer, name, within = find_parameter(network.layout, index)
    return f"{name}{network.layers[layer].number}[{', '.join(map(str, within))}]"

"""Lines of Python that build, train and measure a network, of public names only."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from halfmoon.training.settings import Settings

ALWAYS = ("optimizer", "learning_rate", "epochs")  # said even where they are defaults
WIDTH = 88


def literal(value: Any) -> str:
    """A value as Python writes it, texts in double quotes.

    >>> literal(["tanh", "relu:x=1"]), literal(None), literal((1, 2))
    ('["tanh", "relu:x=1"]', 'None', '(1, 2)')
    """
    if isinstance(value, str):
        return json.dumps(value)
    if isinstance(value, list):
        return f"[{', '.join(map(literal, value))}]"
    return repr(value)


def call(function: str, arguments: Sequence[str]) -> list[str]:
    """A call in one line, or with a line for each argument."""
    line = f"{function}({', '.join(arguments)})"
    if len(line) <= WIDTH:
        return [line]
    return [f"{function}(", *(f"    {each}," for each in arguments), ")"]


def network_lines(options: Mapping[str, Any]) -> list[str]:
    """The network that `Network.dense` makes of these options.

    >>> network_lines({"sizes": [2, 3, 2], "activation": ["tanh"], "dropout": 0.0})
    ['network = Network.dense([2, 3, 2], activation=["tanh"])']
    """
    said = [
        f"{name}={literal(value)}"
        for name, value in options.items()
        if name != "sizes" and value not in (None, 0.0, [])
    ]
    return call("network = Network.dense", [literal(options["sizes"]), *said])


def train_lines(options: Mapping[str, Any], given: Sequence[str]) -> list[str]:
    """The call of `train` with what is `given` and these options, but for defaults.

    >>> train_lines({"epochs": 9, "l2": 0.0, "l1": 0.5}, ["network", "X", "y"])
    ['run = train(network, X, y, epochs=9, l1=0.5)']
    """
    default = Settings()
    said = [
        f"{name}={literal(value)}"
        for name, value in options.items()
        if name in ALWAYS or value != getattr(default, name)
    ]
    return call("run = train", [*given, *said])


def measure_lines(
    truth: str, rows: Mapping[str, str], is_regression: bool
) -> list[str]:
    """Lines that print loss and score of some rows of X and y.

    Parameters
    ----------
    truth : str
        What the loss is given for the rows `rows`, such as ``"y[rows]"``.
    rows : mapping of str to str
        A mask of rows for each kind of them, such as ``{"test": "is_test"}``.
    is_regression : bool
        Whether the score is R2, or else the accuracy.
    """
    name = "accuracy"
    score = ["score = np.mean(network.predict(X[rows]).argmax(axis=1) == y[rows])"]
    if is_regression:
        name = "R2"
        score = [
            "residual = y[rows] - network.predict(X[rows])[:, 0]",
            "score = 1 - np.mean(residual**2) / np.var(y[rows])",
        ]
    kinds = ", ".join(f"({literal(kind)}, {mask})" for kind, mask in rows.items())
    lines = [
        f"table = network.read(X[rows], {truth})",
        "loss = network.objective(network.theta, *table).loss",
        *score,
        f'print(f"{{kind}} rows: loss {{loss:.6f}}, {name} {{score:.4f}}")',
    ]
    return [f"for kind, rows in [{kinds}]:", *(f"    {line}" for line in lines)]


def import_lines(body: Sequence[str]) -> list[str]:
    """The imports that a program of such lines needs."""
    text = "\n".join(body)
    names = ["Network"]
    if "datasets.make(" in text:
        names.append("datasets")
    if "train(" in text:
        names.append("train")
    return ["import numpy as np", "", f"from halfmoon import {', '.join(names)}"]

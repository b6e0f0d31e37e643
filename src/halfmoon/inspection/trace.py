"""One row carried forward and back: every z, a, delta and dW, each with its equation
and its numbers.

Nothing is computed a second time: the layers themselves are run, and what they made is
read out of their backward functions, which hold it. With a single row, [B3]'s sum over
rows has one term: db is delta.
"""

import html
import inspect
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike
from rich.console import Group
from rich.table import Table

from halfmoon.arrays.elementary import Array
from halfmoon.components.activations import Activation, Identity
from halfmoon.components.losses import Loss
from halfmoon.components.rules import nearest
from halfmoon.layers import PREDICT, Dense
from halfmoon.network import Network

SHOWN = 8  # numbers printed of a long array


@dataclass(frozen=True)
class Line:
    """One equation at work: its tag, the quantity, how it is made, and its numbers."""

    tag: str
    name: str
    formula: str
    value: Array

    @property
    def shape(self) -> str:
        """The value's shape, such as (2, 3)."""
        return str(tuple(self.value.shape)).replace(",)", ")")

    def numbers(self, digits: int = 4) -> str:
        """The value in rows, long ones cut."""
        rows = np.atleast_2d(self.value)
        lines = [
            "  ".join(f"{v: .{digits}f}" for v in row[:SHOWN]) + _more(len(row))
            for row in rows[:SHOWN]
        ]
        return "\n".join(
            lines + ([f"... {len(rows)} rows"] if len(rows) > SHOWN else [])
        )


@dataclass(frozen=True)
class Trace:
    """The forward and the backward pass of one row; prints as text, shows as a table in
    a notebook or terminal.
    """

    forward: list[Line]
    backward: list[Line]

    def __getitem__(self, name: str) -> Array:
        """A quantity by its name, such as ``"z1"`` or ``"dW2"``."""
        lines = {line.name: line.value for line in self.forward + self.backward}
        if name not in lines:
            raise KeyError(f"This trace has no {name!r}; {nearest(name, lines)}")
        return lines[name]

    def text(self) -> str:
        """Plain text, one block an equation."""
        parts = []
        for title, lines in self._parts():
            parts.append(title)
            for line in lines:
                parts.append(
                    f"  {line.tag:<5} {line.name} = {line.formula}   {line.shape}"
                )
                parts += ["          " + row for row in line.numbers().split("\n")]
        return "\n".join(parts)

    __str__ = text

    def __rich__(self) -> Group:
        """Two tables for a terminal."""
        return Group(*(_rich(title, lines) for title, lines in self._parts()))

    def html(self) -> str:
        """Two HTML tables, with row headers for screen readers."""
        return "\n".join(_html(title, lines) for title, lines in self._parts())

    _repr_html_ = html

    def only_forward(self) -> "Trace":
        """The forward pass alone."""
        return Trace(self.forward, [])

    def only_backward(self) -> "Trace":
        """The backward pass alone."""
        return Trace([], self.backward)

    def _parts(self) -> list[tuple[str, list[Line]]]:
        parts = [
            ("Forward: from x to the loss", self.forward),
            ("Backward: from the loss to every weight", self.backward),
        ]
        return [(title, lines) for title, lines in parts if lines]


def trace(network: Network, x: ArrayLike, y: Any) -> Trace:
    """Carry one row x (d,) with truth y through the network and back.

    >>> from halfmoon import Network, trace
    >>> t = trace(Network.dense([2, 3, 2]), [0.5, -1.0], 1)
    >>> [line.name for line in t.forward]
    ['x', 'z1', 'a1', 'z2', 'y_hat', 'loss']
    """
    X, truth, _ = network.read(
        np.asarray(x).reshape(1, -1), np.asarray(y).reshape(1, *np.shape(y))
    )
    forward = [Line("", "x", "the row", X[0])]
    backward = []
    tape = []
    theta = network.theta
    a = X
    source = "x"
    number = 0
    for layer, p in zip(network.layers, network.views(theta), strict=True):
        a, back = layer.forward(p, a, PREDICT)
        if isinstance(layer, Dense):
            number += 1
            z = inspect.getclosurevars(back).nonlocals["z"]
            forward.append(
                Line("[F1]", f"z{number}", f"{source} W{number} + b{number}", z[0])
            )
            if not _gives_scores(network, layer):
                source = f"a{number}"
                formula = re.sub(
                    r"\bz\b", f"z{number}", _formula(layer.act, r"a = (.+?),  f'", "z")
                )
                forward.append(Line("[F2]", source, formula, a[0]))
        tape.append((layer, back, number))
    forward += _loss_lines(
        network.loss, a, truth, source if source == f"a{number}" else f"z{number}"
    )
    da: Array | None = network.loss.dz(a, truth)
    dtheta = np.empty_like(theta)
    for (layer, back, number), dp in reversed(
        list(zip(tape, network.views(dtheta), strict=True))
    ):
        if da is None:
            break  # dropout on the inputs: nothing below learns
        received = da
        da = back(da, dp, layer.index > network.lowest)
        if isinstance(layer, Dense):
            backward += _dense_lines(network, layer, number, dp, received)
            if da is not None:
                backward.append(
                    Line("[B4]", f"da{number - 1}", f"delta{number} W{number}^T", da[0])
                )
    return Trace(forward, backward)


def _gives_scores(network: Network, layer: Dense) -> bool:
    """Whether the layer's z are the scores that the loss reads."""
    return layer is network.layers[-1] and isinstance(layer.act, Identity)


def _loss_lines(loss: Loss, z: Array, y: Array, score: str) -> list[Line]:
    """The prediction, and how wrong it is."""
    link, value = (_equation(loss, name, score) for name in ("y_hat", "l"))
    return [
        Line(link[0], "y_hat", link[1] or score, loss.link(z)[0]),
        Line(
            value[0],
            "loss",
            value[1] or f"value({score}, y)",
            np.atleast_1d(loss.value(z, y).sum()),
        ),
    ]


def _dense_lines(
    network: Network, layer: Dense, i: int, dp: Any, da: Array
) -> list[Line]:
    """[B1] to [B3] of the i-th dense layer; its delta is its db, as there is
    one row.
    """
    below = "x" if i == 1 else f"a{i - 1}"
    lines = []
    if layer is network.layers[-1]:
        scores = f"z{i}" if _gives_scores(network, layer) else f"a{i}"
        tag, formula = _equation(network.loss, "dz", scores)
        name = f"delta{i}" if _gives_scores(network, layer) else f"da{i}"
        lines.append(Line(tag, name, formula or f"dz({scores}, y)", da[0]))
    if not _gives_scores(network, layer):
        slope = _formula(
            layer.act,
            r"f'\(z\) = (.+?)(?:,  (?!\w+ = )|[:;.](?:\s|$)| \((?=[A-Z])|\n|$)",
            "z, a",
        )
        slope = re.sub(r"\b([za])\b", rf"\g<1>{i}", slope)
        lines.append(
            Line("[B1]", f"delta{i}", f"da{i} * f'(z{i}),  f' = {slope}", dp.b.copy())
        )
    lines.append(Line("[B2]", f"dW{i}", f"{below}^T delta{i}", dp.W.copy()))
    lines.append(Line("[B3]", f"db{i}", f"sum_n delta{i}", dp.b.copy()))
    return lines


def _formula(act: Activation, pattern: str, arguments: str) -> str:
    """A formula out of the activation's docstring, or a call of it by name where it has
    none.
    """
    found = re.search(pattern, inspect.getdoc(type(act)) or "")
    return found.group(1) if found else f"{act}({arguments})"


def _equation(loss: Loss, name: str, score: str) -> tuple[str, str]:
    """Tag and right-hand side of one of the loss's equations, out of its docstring; t
    is y unless it is smoothed.
    """
    pattern = rf"\b{name}(?:_1)?\s*=\s*(.+?)\s*(\[L\d+\])"
    found = re.search(pattern, inspect.getdoc(type(loss)) or "")
    if not found:
        return "", ""
    formula = re.sub(r"\bz\b", score, found.group(1))
    smoothed = getattr(loss, "smoothing", 0.0) > 0.0
    return found.group(2), formula if smoothed else re.sub(r"\bt\b", "y", formula)


def _more(count: int) -> str:
    return f"  ... {count} values" if count > SHOWN else ""


def _rich(title: str, lines: list[Line]) -> Table:
    table = Table(title=title, title_justify="left", show_lines=True)
    for column in ("equation", "quantity", "shape", "numbers"):
        table.add_column(column, no_wrap=column == "numbers")
    for line in lines:
        formula = (
            f"{line.name} = {line.formula}"
            if line.tag or line.name != "x"
            else "x, the row"
        )
        table.add_row(
            line.tag.replace("[", r"\["),
            formula.replace("[", r"\["),
            line.shape,
            line.numbers(),
        )
    return table


def _html(title: str, lines: list[Line]) -> str:
    rows = "\n".join(
        f"<tr><td>{line.tag}</td><th scope='row'>{html.escape(line.name)} = "
        f"{html.escape(line.formula)}</th>"
        f"<td>{line.shape}</td><td><pre>{html.escape(line.numbers())}</pre></td></tr>"
        for line in lines
    )
    head = "<tr><th>equation</th><th>quantity</th><th>shape</th><th>numbers</th></tr>"
    return (
        "<table "
        f"class='trace'><caption>{html.escape(title)}</caption>\n{head}\n{rows}\n</table>"
    )

"""One row carried forward and back: every z, a, delta and dW, as equation and numbers.

Nothing is computed a second time: the layers themselves are run, and what they keep on
the way is printed beside the equations that they say of themselves. With a single row,
[B3]'s sum over rows has one term: db is delta.
"""

import html
import re
from dataclasses import dataclass
from typing import Any

import numpy as np
from rich.console import Group
from rich.table import Table

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse
from halfmoon.components.equation import Equation
from halfmoon.components.losses import Loss
from halfmoon.components.rules import nearest
from halfmoon.layers import Layer
from halfmoon.network import Network, Pass

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
        lines = []
        for row in rows[:SHOWN]:
            # + 0.0 makes a zero of -0.0
            numbers = "  ".join(f"{v + 0.0: .{digits}f}" for v in row[:SHOWN])
            lines.append(numbers + _more(len(row)))
        if len(rows) > SHOWN:
            lines.append(f"... {len(rows)} rows")
        return "\n".join(lines)


@dataclass(frozen=True)
class Trace:
    """The forward and the backward pass of one row.

    It prints as text, and shows as a table in a notebook or terminal.

    Parameters
    ----------
    forward : list of Line
        Each equation of the forward pass with its numbers, from x to the loss.
    backward : list of Line
        Each equation of the backward pass, from the loss down.

    Examples
    --------
    >>> from halfmoon import Network
    >>> t = trace(Network.dense([2, 3, 2]), [0.5, -1.0], 1)
    >>> t["z1"].shape
    (3,)
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
        """The trace as plain text.

        Returns
        -------
        str
            Each equation in a line, its numbers below.
        """
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
        """The trace as HTML.

        Returns
        -------
        str
            Two tables, with row headers for screen readers.
        """
        return "\n".join(_html(title, lines) for title, lines in self._parts())

    _repr_html_ = html

    def only_forward(self) -> "Trace":
        """The forward pass alone.

        Returns
        -------
        Trace
            Without its backward part.
        """
        return Trace(self.forward, [])

    def only_backward(self) -> "Trace":
        """The backward pass alone.

        Returns
        -------
        Trace
            Without its forward part.
        """
        return Trace([], self.backward)

    def _parts(self) -> list[tuple[str, list[Line]]]:
        parts = [
            ("Forward: from x to the loss", self.forward),
            ("Backward: from the loss to every weight", self.backward),
        ]
        return [(title, lines) for title, lines in parts if lines]


@np.errstate(under="ignore")
def trace(network: Network, x: Any, y: Any) -> Trace:
    """Carry one row through the network and back.

    Parameters
    ----------
    network : Network
        The network.
    x : array-like or sparse matrix (d,) or (1, d)
        The row.
    y : number or array-like (columns,)
        Its truth.

    Returns
    -------
    Trace
        Every equation with its numbers.

    Raises
    ------
    ValueError
        For a row that does not fit the network.

    Examples
    --------
    >>> from halfmoon import Network, trace
    >>> t = trace(Network.dense([2, 3, 2]), [0.5, -1.0], 1)
    >>> [line.name for line in t.forward]
    ['x', 'z1', 'a1', 'z2', 'y_hat', 'loss']
    """
    row = x.toarray() if is_sparse(x) else np.asarray(x)
    if row.size != network.d:
        raise ValueError(
            f"x must be one row of {network.d} values; got shape {row.shape}."
        )
    row = row.reshape(1, -1)
    X, truth, _ = network.read(row, np.asarray(y).reshape(1, *np.shape(y)))
    forward = [Line("", "x", "the row", X[0])]
    steps = []
    source = "x"  # the name of what enters the next layer
    for step in network.walk(X):
        names = _Names(step.layer, source)
        last = step.layer is network.layers[-1]
        forward += _forward_lines(step, names, last)
        steps.append((step, names))
        source = names.output
    forward += _loss_lines(network.loss, step.a, truth, source)
    da = network.loss.dz(step.a, truth)
    equation = _equations(network.loss)["dz"]
    formula = _loss_formula(equation, source)
    backward = [Line(equation.tag, names.d_output, formula, da[0])]
    dtheta = network.views(np.empty_like(network.theta))
    for step, names in reversed(steps):
        dp = dtheta[step.layer.index]
        da0 = step.backward(da, dp, step.layer.index > network.lowest)
        backward += _backward_lines(step, names, dp, da0)
        if da0 is None:
            break  # below nothing learns
        da = da0
    return Trace(forward, backward)


class _Names:
    """What a layer's quantities are called in the whole network: its z is z2.

    `source` is the name of its input a0. `output` is that of its result: the last
    layer's is z2 where a2 would be the same, and the gradient by it is delta2.
    """

    def __init__(self, layer: Layer, source: str) -> None:
        equations = (*layer.forward_equations, *layer.backward_equations)
        own = {"a", "da", *layer.shapes, *(equation.name for equation in equations)}
        self.number = layer.number
        self.of = {name: f"{name}{layer.number}" for name in own}
        self.of |= {"a0": source, "da0": f"d{source}"}
        pattern = "|".join(sorted(map(re.escape, self.of), key=len, reverse=True))
        self.pattern = rf"\b({pattern})\b"
        self.output = source
        self.d_output = f"d{source}"

    def __call__(self, text: str) -> str:
        """A name or a formula in the network's names."""
        return re.sub(self.pattern, lambda match: self.of[match[0]], text)

    def call_output(self, name: str) -> None:
        """Call the layer's result by one of its own names, "a" or another."""
        gradient = "delta" if name == "z" else f"d{name}"
        self.output = self.of[name]
        self.d_output = f"{gradient}{self.number}"


def _forward_lines(step: Pass, names: _Names, last: bool) -> list[Line]:
    """What the layer says of its forward pass, with the numbers of the row.

    Of the last layer, a = z is left out: its z are the raw predictions.
    """
    lines = []
    values = step.values | {"a": step.a}
    for tag, name, formula, training in step.layer.forward_equations:
        if training:
            continue
        if name == "a":
            same = last and formula in step.values
            names.call_output(formula if same else "a")
            if same:
                continue
        lines.append(Line(tag, names(name), names(formula), _kept(step, values, name)))
    return lines


def _backward_lines(
    step: Pass, names: _Names, dp: Any, da0: Array | None
) -> list[Line]:
    """What the layer says of its backward pass, with the numbers of the row."""
    lines = []
    gradients = {f"d{name}": getattr(dp, name) for name in step.layer.shapes}
    values = step.values | ({} if da0 is None else {"da0": da0})
    for tag, name, formula, training in step.layer.backward_equations:
        already_shown = names(name) == names.d_output
        if training or already_shown or (name == "da0" and da0 is None):
            continue
        if name in gradients:
            value = gradients[name].copy()
        else:
            value = _kept(step, values, name)
        lines.append(Line(tag, names(name), names(formula), value))
    return lines


def _kept(step: Pass, values: dict[str, Array], name: str) -> Array:
    """The row of a quantity; ValueError where the layer did not keep it."""
    if name not in values:
        raise ValueError(
            f"{step.layer.name} says how {name} is made but does not keep it; call "
            f"ctx.keep({name}={name}) in its forward or backward."
        )
    return np.asarray(values[name][0])


def _loss_lines(loss: Loss, z: Array, y: Array, source: str) -> list[Line]:
    """The prediction, and how wrong it is."""
    equations = _equations(loss)
    link = equations["y_hat"]
    value = equations["l"]
    total = np.atleast_1d(loss.value(z, y).sum())
    return [
        Line(link.tag, "y_hat", _loss_formula(link, source), loss.link(z)[0]),
        Line(value.tag, "loss", _loss_formula(value, source), total),
    ]


def _equations(loss: Loss) -> dict[str, Equation]:
    return {equation.name: equation for equation in loss.equations}


def _loss_formula(equation: Equation, source: str) -> str:
    """The formula, in the network's name of the raw predictions."""
    return re.sub(r"\bz\b", source, equation.formula)


def _more(count: int) -> str:
    return f"  ... {count} values" if count > SHOWN else ""


def _rich(title: str, lines: list[Line]) -> Table:
    table = Table(title=title, title_justify="left", show_lines=True)
    for column in ("equation", "quantity", "shape", "numbers"):
        table.add_column(column, no_wrap=column == "numbers")
    for line in lines:
        formula = f"{line.name} = {line.formula}"
        if line.name == "x":
            formula = "x, the row"
        table.add_row(
            line.tag.replace("[", r"\["),
            formula.replace("[", r"\["),
            line.shape,
            line.numbers(),
        )
    return table


def _html(title: str, lines: list[Line]) -> str:
    rows = "\n".join(map(_html_row, lines))
    head = "<tr><th>equation</th><th>quantity</th><th>shape</th><th>numbers</th></tr>"
    caption = f"<caption>{html.escape(title)}</caption>"
    return f"<table class='trace'>{caption}\n{head}\n{rows}\n</table>"


def _html_row(line: Line) -> str:
    name = html.escape(line.name)
    formula = html.escape(line.formula)
    numbers = html.escape(line.numbers())
    return (
        f"<tr><td>{line.tag}</td><th scope='row'>{name} = {formula}</th>"
        f"<td>{line.shape}</td><td><pre>{numbers}</pre></td></tr>"
    )

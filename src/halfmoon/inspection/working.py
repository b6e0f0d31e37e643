"""A trace's equations with numbers in the place of names: 0.5 * 1.2 + (-1) * 0.3 + 0.1.

The numbers are those of one entry of the result: of a unit, a class, a weight.
"""

import re
from collections.abc import Collection, Mapping
from itertools import islice
from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.inspection.trace import Line, Trace
from halfmoon.network import Network

ENTRIES = 8  # of each equation so many are written out
TERMS = 6  # and of a sum

NAME = re.compile(r"(?<![\w.])[A-Za-z]\w*'?")
# what a formula may hold beside the names of quantities
WORDS = {"e", "exp", "log", "sqrt", "tanh", "sign", "max", "min", "Phi", "phi", "f'"}
WORDS |= {"where", "else"}
DEFINED = re.compile(r",\s+([A-Za-z]\w*'?) = ")  # behind: z s,  s = 1 / (1 + e^-z)
SUM_OF_CLASSES = re.compile(r"sum_c (.+)$")
NUMBERS_IN_A_ROW = re.compile(r"(?<=[\d)]) (?=[\d(])")
TWICE_IN_BRACKETS = re.compile(r"\((\(-[^()]+\))\)")

AFFINE = re.compile(r"(\w+) (\w+) \+ (\w+)")  # [F1]
BACK = re.compile(r"(\w+) (\w+)\^T")  # [B4]
OUTER = re.compile(r"(\w+)\^T (\w+)")  # [B2]
SUM_OF_ROWS = re.compile(r"sum_n (\w+)")  # [B3], of one row

Values = Mapping[str, Array]
Index = tuple[int, ...]


def write_out(
    network: Network,
    trace: Trace,
    y: Any,
    digits: int = 4,
    most: int = ENTRIES,
    names: Collection[str] | None = None,
) -> dict[str, list[str]]:
    """Every equation of a row's trace with its numbers.

    Parameters
    ----------
    network : Network
        The network that was traced.
    trace : Trace
        The row's trace.
    y : number or array-like (columns,)
        The row's truth, as for `trace`.
    digits : int, default=4
        Significant digits of each number.
    most : int, default=8
        How many entries of each quantity are written out, the first ones.
    names : collection of str, optional
        Which quantities; None writes out all.

    Returns
    -------
    dict
        A list of texts for each quantity's name, one an entry. Long sums are cut; it is
        empty for the row itself, and for an equation that cannot be written so.

    Examples
    --------
    >>> from halfmoon import Network, trace
    >>> network = Network.dense([2, 2])
    >>> network.theta = [1.0, 2.0, 3.0, 4.0, 0.5, -0.5]
    >>> row = trace(network, [10.0, -1.0], 1)
    >>> write_out(network, row, 1)["z1"]
    ['10 * 1 + (-1) * 3 + 0.5', '10 * 2 + (-1) * 4 + (-0.5)']
    """
    lines = trace.forward + trace.backward
    values = {line.name: line.value for line in lines} | _parameters(network)
    row = np.zeros((1, network.d))
    values["y"] = network.read(row, np.asarray(y).reshape(1, *np.shape(y)))[1][0]
    written = {}
    for line in lines:
        if names is not None and line.name not in names:
            continue
        known = values | _settings(network, line)
        indices = islice(np.ndindex(line.value.shape), most)
        texts = [_write(line, known, index, digits) for index in indices]
        written[line.name] = texts if all(texts) else []
    return written


def number_text(value: Any, digits: int = 4) -> str:
    """A number for a formula: 0.5, and (-0.5) where it is negative."""
    text = f"{float(value) + 0.0:.{digits}g}"
    return f"({text})" if text.startswith("-") else text


def write_sum(terms: list[str]) -> str:
    """Terms with + between them; of a long sum the first ones, and how many follow."""
    if len(terms) <= TERMS:
        return " + ".join(terms)
    shown = " + ".join(terms[: TERMS - 1])
    return f"{shown} + ... ({len(terms) - TERMS + 1} more)"


def _parameters(network: Network) -> dict[str, Array]:
    """Each layer's parameters in the trace's names: W1, b1, W2 ..."""
    views = network.views(network.theta)
    return {
        f"{name}{layer.number}": getattr(p, name)
        for layer, p in zip(network.layers, views, strict=True)
        for name in layer.shapes
    }


def _settings(network: Network, line: Line) -> dict[str, Array]:
    """The numbers that the line's activation, or the loss, is set to, by name."""
    number = re.search(r"\d+$", line.name)
    components: list[Any] = [
        layer.act
        for layer in network.layers
        if layer.act is not None and number and f"{layer.number}" == number[0]
    ]
    if number is None or number[0] == f"{network.layers[-1].number}":
        components.append(network.loss)
    return {
        name: np.array([getattr(component, name)])
        for component in components
        for name in NAME.findall(line.formula)
        if isinstance(getattr(component, name, None), float)
    }


def _write(line: Line, values: Values, index: Index, digits: int) -> str:
    """One entry of a line in numbers; nothing where it cannot be written."""

    def entry(name: str, *at: int) -> str:
        return number_text(values[name][at], digits)

    found = AFFINE.fullmatch(line.formula)
    if found and values.keys() >= set(found.groups()) and values[found[2]].ndim == 2:
        a, W, b = found.groups()
        (j,) = index
        terms = [f"{entry(a, i)} * {entry(W, i, j)}" for i in range(len(values[a]))]
        return f"{write_sum(terms)} + {entry(b, j)}"
    found = BACK.fullmatch(line.formula)
    if found:
        delta, W = found.groups()
        (i,) = index
        terms = [
            f"{entry(delta, j)} * {entry(W, i, j)}" for j in range(len(values[delta]))
        ]
        return write_sum(terms)
    found = OUTER.fullmatch(line.formula)
    if found:
        a, delta = found.groups()
        i, j = index
        return f"{entry(a, i)} * {entry(delta, j)}"
    found = SUM_OF_ROWS.fullmatch(line.formula)
    if found and found[1] in values:
        return entry(found[1], *index)
    return _write_elementwise(line, values, index, digits)


def _write_elementwise(line: Line, values: Values, index: Index, digits: int) -> str:
    """A formula in which every quantity has one number for each entry."""
    words = WORDS | set(DEFINED.findall(line.formula)) | {"sum_c"}
    names = [name for name in NAME.findall(line.formula) if name not in words]
    if not names or any(name not in values for name in names):
        return ""
    widths = {values[name].shape for name in names} - {(1,)}
    if len(index) != 1 or len(widths) > 1:
        return ""
    entries = range(max((shape[0] for shape in widths), default=1))

    def write(formula: str, c: int) -> str:
        def number(name: re.Match[str]) -> str:
            if name[0] in words:
                return name[0]
            value = values[name[0]]
            return number_text(value[min(c, len(value) - 1)], digits)

        text = NUMBERS_IN_A_ROW.sub(" * ", NAME.sub(number, formula))
        return TWICE_IN_BRACKETS.sub(r"\1", text)

    found = SUM_OF_CLASSES.search(line.formula)
    if found:
        terms = write_sum([write(found[1], c) for c in entries])
        return f"{write(line.formula[: found.start()], index[0])}({terms})"
    if len(entries) > line.value.size:
        return write_sum([f"({write(line.formula, c)})" for c in entries])
    return write(line.formula, index[0])

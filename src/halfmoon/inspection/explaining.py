"""How one unit, one weight or one row comes about: equations with the numbers in them.

A unit is counted among all units above the inputs, layer after layer; input i is -1-i.
A weight is its index in theta.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.inspection.trace import Line, Trace, trace
from halfmoon.inspection.working import number_text, write_out, write_sum
from halfmoon.layers import Layer
from halfmoon.network import Network
from halfmoon.stack import find_parameter

ENTRIES = 8  # of a long result so many are told


class Step(NamedTuple):
    """A quantity, how it is made, and its value if there is one."""

    name: str
    formula: str
    value: float | None = None


class Explanation(NamedTuple):
    """What is explained, and the steps that lead to it."""

    title: str
    steps: list[Step]


class Traced(NamedTuple):
    """A row carried through a network."""

    network: Network
    trace: Trace
    y: Any

    @classmethod
    def of(cls, network: Network, x: Any, y: Any) -> "Traced":
        """The trace of row x (d,) with truth y."""
        with np.errstate(all="ignore"):
            return cls(network, trace(network, x, y), y)

    def steps(self, names: Sequence[str], at: int) -> list[Step]:
        """One entry of some quantities."""
        network, told, y = self
        most = at + 1
        with np.errstate(all="ignore"):
            written = write_out(network, told, y, most=most, names=names)
        return [
            Step(name, "".join(written[name][at:]), float(told[name][at]))
            for name in names
        ]


def explain_unit(
    network: Network,
    unit: int,
    inputs: Sequence[str],
    outputs: Sequence[str],
    row: Traced | None = None,
) -> Explanation:
    """How a unit's answer is made of its inputs; with a row's numbers if one is given.

    Parameters
    ----------
    network : Network
        A network of dense layers.
    unit : int
        The unit's number.
    inputs, outputs : sequences of str
        What the network's inputs (d,) and outputs (k,) are called.
    row : Traced, optional
        A row, whose numbers are told too.

    Returns
    -------
    Explanation
        z and a of the unit; of a row also delta, dL/dz. Of an input its value.

    Raises
    ------
    ValueError
        For a unit that there is not.

    Examples
    --------
    >>> network = Network.dense([2, 1, 2])
    >>> network.theta = [1.0, -2.0, 0.5, 1.0, -1.0, 0.0, 0.0]
    >>> for step in explain_unit(network, 0, ["age", "size"], ["no", "yes"]).steps:
    ...     print(step.name, "=", step.formula)
    z1 = 1 age + (-2) size + 0.5
    a1 = tanh z1
    """
    if unit < 0:
        return _explain_input(-1 - unit, inputs, row)
    index = unit
    for layer, names in _layers(network, inputs):
        if index < layer.k:
            return _explain_unit(network, layer, index, names, outputs, row)
        index -= layer.k
    raise ValueError(f"This network has no unit {unit}; it may just have been removed.")


def _explain_input(
    column: int, inputs: Sequence[str], row: Traced | None
) -> Explanation:
    if column >= len(inputs):
        raise ValueError("There is no such input; it may just have been removed.")
    name = inputs[column]
    steps = [] if row is None else [Step(name, "", float(row.trace["x"][column]))]
    return Explanation(f"Input {name}", steps)


def _explain_unit(
    network: Network,
    layer: Any,
    index: int,
    names: Sequence[str],
    outputs: Sequence[str],
    row: Traced | None,
) -> Explanation:
    p = network.views(network.theta)[layer.index]
    z = f"z{layer.number}"
    weights = p.W[:, index]
    terms = [f"{number_text(w)} {name}" for w, name in zip(weights, names, strict=True)]
    steps = [Step(z, f"{write_sum(terms)} + {number_text(p.b[index])}")]
    last = "y_hat"
    if layer is not network.layers[-1]:
        last = f"a{layer.number}"
        formula = layer.forward_equations[1].formula
        steps.append(Step(last, re.sub(r"\bz\b", z, formula)))
    if row is not None:
        steps += row.steps([z, last, f"delta{layer.number}"], index)
    return Explanation(_name_unit(network, layer, index, outputs), steps)


def explain_weight(
    network: Network,
    weight: int,
    inputs: Sequence[str],
    outputs: Sequence[str],
    row: Traced | None = None,
    g: Array | None = None,
    rate: float | None = None,
) -> Explanation:
    """A weight or bias, and what a row makes of it.

    Parameters
    ----------
    network : Network
        A network of dense layers.
    weight : int
        The weight's index in theta.
    inputs, outputs : sequences of str
        What the network's inputs (d,) and outputs (k,) are called.
    row : Traced, optional
        A row, whose numbers are told too.
    g : array (size,), optional
        The objective's gradient, whose part for this weight is told.
    rate : float, optional
        The learning rate, where updates are plain gradient descent.

    Returns
    -------
    Explanation
        The weight, its slope, and what it becomes; of a row also what it adds to z.

    Raises
    ------
    ValueError
        For a weight that there is not.

    Examples
    --------
    >>> network = Network.dense([2, 3, 2])
    >>> explain_weight(network, 3, ["age", "size"], ["no", "yes"]).title
    'Weight from size to hidden layer 1, unit 1'
    """
    at, name, index = find_parameter(network.layout, weight)
    layer = network.layers[at]
    target = _name_unit(network, layer, index[-1], outputs)
    value = float(network.theta[weight])
    steps = [Step(f"{name}{layer.number}", "", value)]
    if g is not None:
        steps += _descent(value, float(g[weight]), rate)
    if name == "b":
        return Explanation(f"Bias of {target}", steps)
    below = [each for each, _ in _layers(network, inputs) if each.index < layer.index]
    if below:
        a = f"a{below[-1].number}"
        source = _name_unit(network, below[-1], index[0], outputs)
    else:
        a = "x"
        source = inputs[index[0]]
    if row is not None:
        answer = float(row.trace[a][index[0]])
        text = f"{number_text(answer)} * {number_text(value)}"
        steps.append(Step(f"{a} {name}{layer.number}", text, answer * value))
    return Explanation(f"Weight from {source} to {target}", steps)


def _descent(value: float, slope: float, rate: float | None) -> list[Step]:
    """The slope by a weight, and where a step of plain gradient descent leads."""
    steps = [Step("slope dL/dw", "", slope)]
    if rate is not None:
        text = f"{number_text(value)} - {rate:g} * {number_text(slope)}"
        steps.append(Step("after a step", text, value - rate * slope))
    return steps


def describe_lines(
    row: Traced, lines: Sequence[Line], names: Mapping[str, Sequence[str]]
) -> list[dict[str, Any]]:
    """Equations of a trace as plain data, and their first entries with their numbers.

    `names` are those of a quantity's entries, where they have some; others are
    numbered from 1.
    """
    network, told, y = row
    with np.errstate(all="ignore"):
        written = write_out(network, told, y, most=ENTRIES)
    described = []
    for line in lines:
        texts = written[line.name]
        known = names.get(line.name)
        indices = list(np.ndindex(line.value.shape))[:ENTRIES]
        entries = [
            {
                "index": known[at] if known else ", ".join(str(i + 1) for i in index),
                "written": texts[at] if texts else "",
                "value": float(line.value[index]),
            }
            for at, index in enumerate(indices)
        ]
        described.append(
            {
                "tag": line.tag,
                "name": line.name,
                "formula": line.formula,
                "shape": line.shape,
                "entries": entries,
                "more": line.value.size - len(entries),
            }
        )
    return described


def _layers(network: Network, inputs: Sequence[str]) -> list[tuple[Any, Sequence[str]]]:
    """Each layer with units, and the names of what enters it."""
    found = []
    names = inputs
    for layer in network.layers:
        if layer.act is not None:
            found.append((layer, names))
            names = [f"a{layer.number}[{unit + 1}]" for unit in range(layer.k)]
    return found


def _name_unit(
    network: Network, layer: Layer, index: int, outputs: Sequence[str]
) -> str:
    if layer is network.layers[-1]:
        return f"output {outputs[index]}"
    return f"hidden layer {layer.number}, unit {index + 1}"

"""What is told of a row, a unit or a weight: equations with the numbers of the moment.

A unit is counted among all units above the inputs, layer after layer; input i is -1-i.
A weight is its index in theta.
"""

import re
from copy import copy
from typing import Any, NamedTuple

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.inspection.trace import Line, Trace, trace
from halfmoon.inspection.working import number_text, write_out, write_sum
from halfmoon.network import Network
from halfmoon.playground.building import truth
from halfmoon.playground.charts import gradient
from halfmoon.playground.maps import in_units_of
from halfmoon.playground.session import Moment

ENTRIES = 8  # of a long result so many are shown
SLOPE_WORK = 4_000_000  # rows times parameters; beyond it a slope takes too long


class Traced(NamedTuple):
    """A row carried through the network of the moment."""

    network: Network
    trace: Trace
    y: Any


def network_of(moment: Moment) -> Network:
    """A network of its own with the parameters of the moment."""
    network = copy(moment.network)
    network.theta = moment.theta
    return network


def trace_row(moment: Moment, row: int) -> Traced:
    """A row's forward and backward pass; ValueError if there is no such row."""
    data = moment.data
    if not 0 <= row < data.n:
        raise ValueError(f"row must be from 0 to {data.n - 1}; got {row}.")
    network = network_of(moment)
    y = truth(network.loss, data)[row]
    with np.errstate(all="ignore"):
        return Traced(network, trace(network, data.X[row], y), y)


def describe_trace(moment: Moment, row: int) -> dict[str, Any]:
    """Every equation of a row's forward and backward pass, with its numbers."""
    traced = trace_row(moment, row)
    with np.errstate(all="ignore"):
        written = write_out(traced.network, traced.trace, traced.y)
    forward = traced.trace.forward
    backward = traced.trace.backward
    return describe_row(moment, row, traced) | {
        "update": moment.update,
        "forward": [_describe_line(moment, each, written) for each in forward],
        "backward": [_describe_line(moment, each, written) for each in backward],
    }


def _describe_line(
    moment: Moment, line: Line, written: dict[str, list[str]]
) -> dict[str, Any]:
    """An equation, and its first entries: which, how they are made, their value."""
    names = {"x": moment.data.inputs, "y_hat": moment.data.classes}.get(line.name)
    texts = written[line.name]
    indices = list(np.ndindex(line.value.shape))[:ENTRIES]
    return {
        "tag": line.tag,
        "name": line.name,
        "formula": line.formula,
        "shape": line.shape,
        "entries": [
            {
                "index": names[at] if names else ", ".join(str(i + 1) for i in index),
                "written": texts[at] if texts else "",
                "value": float(line.value[index]),
            }
            for at, index in enumerate(indices)
        ],
        "more": line.value.size - len(indices),
    }


def describe_row(
    moment: Moment, row: int, traced: Traced | None = None
) -> dict[str, Any]:
    """A row's truth, what is predicted for it, and its loss."""
    data = moment.data
    found = traced or trace_row(moment, row)
    y_hat = in_units_of(data, found.trace["y_hat"])
    true: Any = in_units_of(data, data.y[row])
    if data.classes:
        true = data.classes[data.y[row]]
    kind = "test row" if data.is_test[row] else "training row"
    return {
        "title": f"Row {row + 1}, a {kind}",
        "row": row,
        "truth": true,
        "outputs": describe_outputs(moment, y_hat),
        "loss": float(found.trace["loss"][0]),
    }


def describe_outputs(moment: Moment, y_hat: Array) -> list[dict[str, Any]]:
    """Each output's name and value: of a class, or of the target."""
    names = moment.data.classes or (moment.data.target,)
    return [
        {"name": name, "value": float(value)}
        for name, value in zip(names, y_hat, strict=True)
    ]


def explain(
    moment: Moment,
    unit: int | None = None,
    weight: int | None = None,
    row: int | None = None,
) -> dict[str, Any]:
    """How a unit, a weight or a row's prediction comes about; with a row's numbers.

    ValueError if none of the three is given, or what is no longer there.
    """
    if unit is not None:
        return explain_unit(moment, unit, row)
    if weight is not None:
        return explain_weight(moment, weight, row)
    if row is not None:
        return describe_row(moment, row)
    raise ValueError("A formula is that of a unit, a weight or a row; give one.")


def explain_unit(moment: Moment, unit: int, row: int | None = None) -> dict[str, Any]:
    """How a unit's answer is made; with the numbers of a row if one is given."""
    if unit < 0:
        return _explain_input(moment, -1 - unit, row)
    for layer, names in _layers(moment):
        if unit < layer.k:
            return _explain_unit(moment, layer, names, unit, row)
        unit -= layer.k
    raise ValueError("There is no such unit; it may just have been removed.")


def _explain_unit(
    moment: Moment, layer: Any, names: list[str], unit: int, row: int | None
) -> dict[str, Any]:
    network = moment.network
    p = network.views(moment.theta)[layer.index]
    z = f"z{layer.number}"
    terms = [
        f"{number_text(w)} {name}" for w, name in zip(p.W[:, unit], names, strict=True)
    ]
    lines = [_line(z, f"{write_sum(terms)} + {number_text(p.b[unit])}")]
    last = "y_hat"
    if layer is not network.layers[-1]:
        last = f"a{layer.number}"
        formula = layer.forward_equations[1].formula
        lines.append(_line(last, re.sub(r"\bz\b", z, formula)))
    if row is not None:
        quantities = [z, last, f"delta{layer.number}"]
        lines += _numbers(trace_row(moment, row), quantities, unit, layer.k)
    return {"title": _name_unit(moment, layer, unit), "lines": lines}


def _explain_input(moment: Moment, column: int, row: int | None) -> dict[str, Any]:
    data = moment.data
    if column >= len(data.inputs):
        raise ValueError("There is no such input; it may just have been removed.")
    name = data.inputs[column]
    lines = [] if row is None else [_line(name, "", data.X[row, column])]
    return {"title": f"Input {name}", "lines": lines}


def explain_weight(
    moment: Moment, weight: int, row: int | None = None
) -> dict[str, Any]:
    """A weight or bias, the objective's slope by it, and what it does for a row."""
    layer, name, index = _find_weight(moment, weight)
    names = dict(_layers(moment))[layer]
    target = _name_unit(moment, layer, index[-1])
    symbol = f"{name}{layer.number}"
    value = moment.theta[weight]
    lines = [_line(symbol, "", value)]
    if moment.data.n * moment.theta.size <= SLOPE_WORK:
        slope = gradient(moment)[weight]
        lines.append(_line(f"dL/d{symbol}", "", slope))
        if moment.setup.optimizer == "gd" and moment.setup.schedule == "constant":
            rate = moment.setup.learning_rate
            text = f"{number_text(value)} - {rate:g} * {number_text(slope)}"
            lines.append(_line("after a step", text, value - rate * slope))
    if name == "b":
        return {"title": f"Bias of {target}", "lines": lines}
    if row is not None:
        traced = trace_row(moment, row)
        a = "x" if layer.index == moment.network.lowest else f"a{layer.number - 1}"
        answer = traced.trace[a][index[0]]
        text = f"{number_text(answer)} * {number_text(value)}"
        lines.append(_line(f"{a} {symbol}", text, answer * value))
    source = names[index[0]]
    if layer.index != moment.network.lowest:
        source = f"hidden layer {layer.number - 1}, unit {index[0] + 1}"
    return {"title": f"Weight from {source} to {target}", "lines": lines}


def _find_weight(moment: Moment, weight: int) -> tuple[Any, str, list[int]]:
    """The layer of a parameter, its array, and where it is in it."""
    network = moment.network
    for layer, places in zip(network.layers, network.layout, strict=True):
        for name, place in places.items():
            if place.part.start <= weight < place.part.stop:
                index = np.unravel_index(weight - place.part.start, place.shape)
                return layer, name, [int(one) for one in index]
    raise ValueError("There is no such weight; it may just have been removed.")


def _layers(moment: Moment) -> list[tuple[Any, list[str]]]:
    """Each layer with units, and the names of what enters it."""
    found = []
    names = list(moment.data.inputs)
    for layer in moment.network.layers:
        if layer.act is not None:
            found.append((layer, names))
            names = [f"a{layer.number}[{unit + 1}]" for unit in range(layer.k)]
    return found


def _name_unit(moment: Moment, layer: Any, unit: int) -> str:
    if layer is not moment.network.layers[-1]:
        return f"hidden layer {layer.number}, unit {unit + 1}"
    names = moment.data.classes or (moment.data.target,)
    return f"output {names[unit]}"


def _numbers(
    traced: Traced, names: list[str], at: int, most: int
) -> list[dict[str, Any]]:
    """One entry of some quantities of a trace, written out."""
    written = write_out(traced.network, traced.trace, traced.y, 4, most, names)
    return [
        _line(name, "".join(written[name][at : at + 1]), traced.trace[name][at])
        for name in names
    ]


def _line(name: str, formula: str, value: Any = None) -> dict[str, Any]:
    return {
        "name": name,
        "formula": formula,
        "value": None if value is None else float(value),
    }

"""What is told of a row, a unit or a weight: equations with the numbers of the moment.

A unit is counted among all units above the inputs, layer after layer; input i is -1-i.
A weight is its index in theta.
"""

from typing import Any

from halfmoon.arrays.elementary import Array
from halfmoon.inspection.explaining import (
    Traced,
    describe_lines,
    explain_unit,
    explain_weight,
)
from halfmoon.playground.charts import gradient
from halfmoon.playground.session import Moment
from halfmoon.tables.editable import check_rows

GRADIENT_WORK = 4_000_000  # rows times parameters; beyond it it takes too long


def trace_row(moment: Moment, row: int) -> Traced:
    """A row's forward and backward pass; ValueError if there is no such row."""
    data = moment.data
    check_rows([row], data.n)
    network = moment.network_now()
    return Traced.of(network, data.X[row], data.truth(network.loss)[row])


def describe_trace(moment: Moment, row: int) -> dict[str, Any]:
    """Every equation of a row's forward and backward pass, with its numbers."""
    traced = trace_row(moment, row)
    names = {"x": moment.data.inputs, "y_hat": moment.data.classes}
    return describe_row(moment, row, traced) | {
        "update": moment.update,
        "forward": describe_lines(traced, traced.trace.forward, names),
        "backward": describe_lines(traced, traced.trace.backward, names),
    }


def describe_row(
    moment: Moment, row: int, traced: Traced | None = None
) -> dict[str, Any]:
    """A row's truth, what is predicted for it, and its loss."""
    data = moment.data
    found = (traced or trace_row(moment, row)).trace
    true: Any = data.in_units(data.y[row])
    if data.classes:
        true = data.classes[data.y[row]]
    kind = "test row" if data.is_test[row] else "training row"
    return {
        "title": f"Row {row + 1}, a {kind}",
        "row": row,
        "truth": true,
        "outputs": describe_outputs(moment, data.in_units(found["y_hat"])),
        "loss": float(found["loss"][0]),
    }


def describe_outputs(moment: Moment, y_hat: Array) -> list[dict[str, Any]]:
    """Each output's name and value."""
    return [
        {"name": name, "value": float(value)}
        for name, value in zip(moment.data.output_names, y_hat, strict=True)
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
    traced = None if row is None else trace_row(moment, row)
    network = moment.network_now()
    names = moment.data.inputs, moment.data.output_names
    if unit is not None:
        told = explain_unit(network, unit, *names, traced)
    elif weight is not None:
        told = explain_weight(network, weight, *names, traced, *_descent(moment))
    elif row is not None:
        return describe_row(moment, row, traced)
    else:
        raise ValueError("A formula is that of a unit, a weight or a row; give one.")
    return {"title": told.title, "lines": [step._asdict() for step in told.steps]}


def _descent(moment: Moment) -> tuple[Array | None, float | None]:
    """The gradient, and the learning rate where updates are plain descent along it."""
    if moment.data.n * moment.theta.size > GRADIENT_WORK:
        return None, None
    setup = moment.setup
    is_plain = setup.optimizer == "gd" and setup.schedule == "constant"
    return gradient(moment), setup.learning_rate if is_plain else None

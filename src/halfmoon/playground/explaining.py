"""What is told of a row, a unit or a weight: equations with the numbers of the moment.

A unit is counted among all units above the inputs, layer after layer; input i is -1-i.
A weight is its index in theta.
"""

from typing import Any

from halfmoon.arrays.elementary import Array
from halfmoon.inspection.explaining import (
    Explanation,
    Step,
    Traced,
    describe_lines,
    explain_unit,
    explain_weight,
)
from halfmoon.inspection.working import number_text
from halfmoon.playground.building import truth
from halfmoon.playground.charts import gradient
from halfmoon.playground.maps import in_units_of
from halfmoon.playground.session import Moment

SLOPE_WORK = 4_000_000  # rows times parameters; beyond it a slope takes too long


def trace_row(moment: Moment, row: int) -> Traced:
    """A row's forward and backward pass; ValueError if there is no such row."""
    data = moment.data
    if not 0 <= row < data.n:
        raise ValueError(f"row must be from 0 to {data.n - 1}; got {row}.")
    network = moment.network_now()
    return Traced.of(network, data.X[row], truth(network.loss, data)[row])


def output_names(moment: Moment) -> tuple[str, ...]:
    """What the network's outputs are called: classes, or the target."""
    return moment.data.classes or (moment.data.target,)


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
    true: Any = in_units_of(data, data.y[row])
    if data.classes:
        true = data.classes[data.y[row]]
    kind = "test row" if data.is_test[row] else "training row"
    return {
        "title": f"Row {row + 1}, a {kind}",
        "row": row,
        "truth": true,
        "outputs": describe_outputs(moment, in_units_of(data, found["y_hat"])),
        "loss": float(found["loss"][0]),
    }


def describe_outputs(moment: Moment, y_hat: Array) -> list[dict[str, Any]]:
    """Each output's name and value."""
    return [
        {"name": name, "value": float(value)}
        for name, value in zip(output_names(moment), y_hat, strict=True)
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
    if unit is None and weight is None:
        if row is None:
            raise ValueError(
                "A formula is that of a unit, a weight or a row; give one."
            )
        return describe_row(moment, row)
    traced = None if row is None else trace_row(moment, row)
    names = moment.data.inputs, output_names(moment)
    network = moment.network_now()
    if unit is None:
        assert weight is not None
        told = explain_weight(network, weight, *names, traced)
        told.steps[1:1] = _slope(moment, weight)
    elif unit < 0:
        told = _explain_input(moment, -1 - unit, row)
    else:
        told = explain_unit(network, unit, *names, traced)
    return {"title": told.title, "lines": [step._asdict() for step in told.steps]}


def _explain_input(moment: Moment, column: int, row: int | None) -> Explanation:
    data = moment.data
    if column >= len(data.inputs):
        raise ValueError("There is no such input; it may just have been removed.")
    name = data.inputs[column]
    steps = [] if row is None else [Step(name, "", float(data.X[row, column]))]
    return Explanation(f"Input {name}", steps)


def _slope(moment: Moment, weight: int) -> list[Step]:
    """The objective's slope by a weight, and where plain descent goes by it."""
    if moment.data.n * moment.theta.size > SLOPE_WORK:
        return []
    slope = float(gradient(moment)[weight])
    steps = [Step("slope dL/dw", "", slope)]
    setup = moment.setup
    if setup.optimizer == "gd" and setup.schedule == "constant":
        value = float(moment.theta[weight])
        rate = setup.learning_rate
        text = f"{number_text(value)} - {rate:g} * {number_text(slope)}"
        steps.append(Step("after a step", text, value - rate * slope))
    return steps

"""Frames: what the page's open panels show of one moment, and nothing else.

    {"plane": {"columns": 80, "rows": 60}, "weights": true}  ->  header, arrays

A part of a frame is a function of the request and of the part's own options, and
returns what it adds to the header, and arrays. Rows that the page has already do not
come again.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.components.rules import check_name
from halfmoon.engines.cores import one_core
from halfmoon.inspection.units import hidden_activations, zero_lines
from halfmoon.playground import charts, maps
from halfmoon.playground.building import Measures, layer_sizes, measure
from halfmoon.playground.data import Data
from halfmoon.playground.explaining import describe_trace, explain
from halfmoon.playground.frame_request import FrameRequest, Part, whole
from halfmoon.playground.session import Moment
from halfmoon.training.recording import Recording

MOST_ROWS = 1_500  # shown as points
MOST_HIDDEN = 500  # of these in the hidden space, where more would hide one another
MOST_CELLS = 160  # of a map, in either direction
MOST_INPUTS = 64  # shown as pictures, the first ones
MOST = 10**9  # units, weights and rows
# rows times parameters; more is measured now and then while it trains
MEASURED_AT_ONCE = 2_000_000


def make_frame(
    moment: Moment,
    runs: Mapping[str, Recording],
    want: Mapping[str, Any],
    data_version: int | None = None,
) -> Part:
    """The header and the arrays of a frame.

    `data_version` is that of the rows that the page has; None if it has none, or maps
    of another size. Raises ValueError for a want that cannot be.
    """
    for name in want:
        check_name("part of a frame", name, PARTS)
    request = FrameRequest(moment, runs, data_version != moment.data_version)
    arrays: dict[str, NDArray[Any]] = {}
    with one_core(), np.errstate(all="ignore"):  # one that diverged is shown too
        header = _describe(moment)
        for name, options in want.items():
            if options:
                more, values = PARTS[name](request, options)
                header |= more
                arrays |= values
    return header, arrays


def _describe(moment: Moment) -> dict[str, Any]:
    """What every frame says."""
    data = moment.data
    measures = measure_now(moment)
    return {
        "update": moment.update,
        "epoch": moment.at.run.epoch,
        "end": moment.at.end,
        "last": moment.at.last_update,
        "version": moment.version,
        "data_version": moment.data_version,
        "playing": moment.playing,
        "stopped": moment.stopped or None,
        "phase": moment.phase,
        "loss": measures.train_loss,
        **measures._asdict(),
        "learning_rate": moment.at.last.learning_rate,
        "gradient_norm": moment.at.last.gradient_norm,
        "task": data.task,
        "sizes": layer_sizes(moment.setup, data),
        "inputNames": data.inputs,
        "classNames": data.classes,
        "box": data.box,
        "axes": data.axis_labels or data.axes,
    }


def measure_now(moment: Moment) -> Measures:
    """Losses and scores; those measured last while it trains on many rows."""
    before = [p for p in moment.at.points if p.update <= moment.update]
    is_large = moment.data.n * moment.theta.size > MEASURED_AT_ONCE
    is_enough = moment.playing and is_large
    if before and (is_enough or before[-1].update == moment.update):
        return before[-1].measures
    return measure(moment.network, moment.data, moment.theta)


@lru_cache(maxsize=8)
def shown_rows(data: Data) -> NDArray[np.int32]:
    """The rows that are drawn as points: all, or of many always the same."""
    rows = np.random.default_rng(0).permutation(data.n)[:MOST_ROWS]
    return np.sort(rows).astype(np.int32)


@lru_cache(maxsize=8)
def value_range(data: Data) -> tuple[float, float]:
    """The lowest and the highest value of y, in its own units."""
    y = data.in_units(data.y)
    low = float(y.min())
    high = float(y.max())
    return (low, high) if low < high else (low - 1.0, high + 1.0)


def _grid(options: Any) -> tuple[int, int]:
    """How many columns and rows a map is to have."""
    columns = whole(options, "columns", 2, MOST_CELLS)
    return columns, whole(options, "rows", 2, MOST_CELLS)


def _plane(request: FrameRequest, options: Any) -> Part:
    moment = request.moment
    columns, rows = _grid(options)
    header: dict[str, Any] = {"columns": columns, "rows": rows}
    if moment.data.task == "regression":
        header["range"] = value_range(moment.data)
    where = moment.network, moment.theta, moment.data, columns, rows
    arrays: dict[str, NDArray[Any]] = {"plane": maps.plane_map(*where)}
    if request.is_new:
        arrays["gaps"] = maps.gap_map(moment.data, columns, rows)
        arrays["border"] = maps.border_line(moment.data)
    return header, arrays


def _units(request: FrameRequest, options: Any) -> Part:
    moment = request.moment
    data = moment.data
    columns, rows = _grid(options)
    where = moment.network, moment.theta, data, columns, rows
    arrays: dict[str, NDArray[Any]] = {"pictures": maps.unit_maps(*where)}
    if data.kind != "table" and data.inputs == ("x1", "x2"):
        first = moment.network.views(moment.theta)[moment.network.lowest]
        lines = zero_lines(first.W, first.b, data.box)
        arrays["lines"] = lines.astype(np.float32)
    if request.is_new:
        inputs = maps.grid_inputs(data, columns, rows)[:, :MOST_INPUTS]
        arrays["inputPictures"] = inputs.astype(np.float32)
    return {"unitColumns": columns, "unitRows": rows}, arrays


def _points(request: FrameRequest, options: Any) -> Part:
    moment = request.moment
    data = moment.data
    rows = shown_rows(data)
    y_hat = moment.network.predict(data.X[rows], moment.theta)
    predictions = data.in_units(y_hat).astype(np.float32)
    if not request.is_new:
        return {}, {"predictions": predictions}
    is_class = data.task == "classification"
    y = data.in_units(data.y[rows])
    return {}, {
        "predictions": predictions,
        "X": data.positions[rows].astype(np.float32),
        "y": y.astype(np.int32 if is_class else np.float32),
        "test": data.is_test[rows].astype(np.uint8),
        "rowNumbers": rows,
    }


def _hidden(request: FrameRequest, options: Any) -> Part:
    """What a layer answers to the shown rows, or to every few of them."""
    moment = request.moment
    layers = len(moment.setup.hidden)
    if not layers:
        no_answers = np.empty((0, 0), np.float32)
        return {"hiddenLayer": 0, "hiddenEvery": 1}, {"hidden": no_answers}
    # some layers may just have been removed
    layer = min(whole(options, "layer", 1, 99), layers)
    rows = shown_rows(moment.data)
    every = -(-len(rows) // MOST_HIDDEN)
    X = moment.data.X[rows[::every]]
    answers = hidden_activations(moment.network, X, moment.theta)[layer - 1]
    header = {"hiddenLayer": layer, "hiddenEvery": every}
    return header, {"hidden": answers.astype(np.float32)}


def _weights(request: FrameRequest, options: Any) -> Part:
    return {}, {"theta": request.moment.theta.astype(np.float32)}


def _gradient(request: FrameRequest, options: Any) -> Part:
    return {}, {"gradient": charts.gradient(request.moment).astype(np.float32)}


def _thumbnails(request: FrameRequest, options: Any) -> Part:
    """Small maps of what runs have learned by now."""
    columns, rows = _grid(options)
    header = []
    arrays = {}
    for name, run in request.chosen_runs(options):
        data = run.stage.conditions.data
        where = run.work.network, run.run.theta, data, columns, rows
        arrays[f"thumbnails.{name}"] = maps.plane_map(*where)
        header.append(
            {
                "id": name,
                "update": run.update,
                "outputs": data.outputs,
                "task": data.task,
                "range": value_range(data) if data.task == "regression" else None,
            }
        )
    return {"thumbnails": header}, arrays


def _hover(request: FrameRequest, options: Any) -> Part:
    """What is told of the unit, weight or row under the pointer; None if it is gone."""
    try:
        numbers = {name: whole(options, name, -MOST, MOST) for name in options}
        return {"hover": explain(request.moment, **numbers) | {"asked": options}}, {}
    except (TypeError, ValueError):
        return {"hover": None}, {}


def _trace(request: FrameRequest, options: Any) -> Part:
    """A row's way through the network; None if it is gone."""
    row = whole(options, "row", 0, MOST)
    if row >= request.moment.data.n:
        return {"trace": None}, {}
    return {"trace": describe_trace(request.moment, row)}, {}


PARTS: dict[str, Callable[[FrameRequest, Any], Part]] = {
    "plane": _plane,
    "units": _units,
    "points": _points,
    "hidden": _hidden,
    "weights": _weights,
    "gradient": _gradient,
    "thumbnails": _thumbnails,
    "hover": _hover,
    "trace": _trace,
    "curves": charts.curves,
    "confusion": charts.confusion,
    "histograms": charts.histograms,
    "stability": charts.stability,
}

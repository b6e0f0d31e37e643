"""Parts of a frame that are numbers: curves, errors, histograms, stability."""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.inspection.diagnosis.stability import largest_stable
from halfmoon.inspection.distributions import layer_distributions
from halfmoon.inspection.evaluation import confusion_counts, value_errors
from halfmoon.inspection.recorded_curvature import (
    curvature_under,
    rates_times_curvatures,
    why_no_curvature,
)
from halfmoon.playground.frame_request import FrameRequest, Part, whole
from halfmoon.playground.session import Moment
from halfmoon.training.points import measured_points
from halfmoon.training.recording import Recording

MOST_PIXELS = 4_000
SAMPLE = 1_500  # rows whose activations are counted
MEASURES = ("train_loss", "test_loss", "train_score", "test_score")
CURVATURE_SECONDS = 0.01  # for those that are new in one frame
MEASURING_SECONDS = 0.005  # the same, while it trains


def curves(request: FrameRequest, options: Any) -> Part:
    """Of each run what was measured, and the lowest and highest loss in each pixel."""
    width = whole(options, "width", 1, MOST_PIXELS)
    is_log = bool(options.get("log"))
    chosen = request.chosen_runs(options)
    last = max((run.last_update for _, run in chosen), default=0)
    seconds = MEASURING_SECONDS if request.moment.playing else math.inf
    arrays: dict[str, NDArray[Any]] = {}
    for index, (_, run) in enumerate(chosen):
        at, low, high = run.band.in_columns(last, width, is_log)
        band = {
            "at": at,
            "low": low.astype(np.float32),
            "high": high.astype(np.float32),
        }
        for key, value in (_measured(run, seconds) | band).items():
            arrays[f"curves.{index}.{key}"] = value
    return {"curves": [{"id": name} for name, _ in chosen]}, arrays


def _measured(run: Recording, seconds: float) -> dict[str, NDArray[Any]]:
    """A run's measured updates, and what was measured there."""
    points = measured_points(list(run.points), seconds)
    updates = np.array([point.update for point in points], np.float64)
    columns: dict[str, NDArray[Any]] = {"updates": updates}
    for name in MEASURES:
        values = [getattr(point.measures, name) for point in points]
        column = np.array(values, np.float32)
        if name.startswith("train") or not np.isnan(column).all():
            columns[name] = column
    return columns


def confusion(request: FrameRequest, options: Any) -> Part:
    """How many rows of each class are taken for which; of values, how far off."""
    moment = request.moment
    data = moment.data
    y_hat = moment.network.predict(data.X, moment.theta)
    found: dict[str, Any] = {}
    for name, rows in (("train", ~data.is_test), ("test", data.is_test)):
        if not rows.any():
            found[name] = None
        elif data.task == "classification":
            found[name] = confusion_counts(y_hat[rows], data.y[rows])
        else:
            off = data.in_units(y_hat[rows, 0]), data.in_units(data.y[rows])
            found[name] = value_errors(*off)
    return {"confusion": found}, {}


def gradient(moment: Moment, most: int | None = None) -> Array:
    """The slope of the objective over training rows, by every parameter (size,).

    All of these rows, or at most so many.
    """
    network = moment.network
    data = moment.data
    rows = np.flatnonzero(~data.is_test)[:most]
    X, y, w = network.read(data.X[rows], data.truth(network.loss)[rows])
    setup = moment.setup
    with np.errstate(all="ignore"):  # it may just diverge
        return network.objective(moment.theta, X, y, w, setup.l2, setup.l1).g


def histograms(request: FrameRequest, options: Any) -> Part:
    """Each layer's weights, what its units answer, and the slopes of its weights."""
    moment = request.moment
    rows = np.flatnonzero(~moment.data.is_test)[:SAMPLE]
    network = moment.network_now()
    slopes = gradient(moment, SAMPLE)
    layers = layer_distributions(network, moment.data.X[rows], slopes)
    return {"histograms": {"layers": layers}}, {}


def stability(request: FrameRequest, options: Any) -> Part:
    """Learning rate, gradient norm, and rate times curvature, now and on the way."""
    moment = request.moment
    setup = moment.setup
    points = moment.at.points
    rate = moment.at.last.learning_rate
    norm = moment.at.last.gradient_norm
    if not moment.update:
        rate = setup.learning_rate
        norm = float(np.linalg.norm(gradient(moment)))
    arrays = {
        "updates": np.array([p.update for p in points], np.float64),
        "rate": np.array([p.last.learning_rate for p in points]),
        "gradient_norm": np.array([p.last.gradient_norm for p in points]),
    }
    kappa = np.nan
    why = why_no_curvature(moment.data.n, moment.theta.size)
    if not why:
        kappa = curvature_under(moment.at.stage.conditions, moment.theta.tobytes())
        products = rates_times_curvatures(moment.at, CURVATURE_SECONDS)
        arrays["product_updates"], arrays["product"] = products
    header = {
        "rate": rate,
        "gradient_norm": norm,
        "curvature": kappa,
        "product": rate * kappa,
        "limit": largest_stable(OPTIMIZERS.make(setup.optimizer)),
        "why": why,
    }
    return {"stability": header}, {
        f"stability.{name}": values for name, values in arrays.items()
    }

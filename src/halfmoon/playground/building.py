"""From a setup and its rows to a network and a fit, whose updates are carried out."""

from collections.abc import Mapping
from copy import copy
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.components.losses import LOSSES, Loss, encode
from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.network import Network
from halfmoon.playground.data import Data
from halfmoon.playground.setup import Setup
from halfmoon.training.interrupt import Interrupt
from halfmoon.training.loop import Fit
from halfmoon.training.run import Run, descriptions
from halfmoon.training.settings import Settings
from halfmoon.training.train import make_problem, prepare, refuse_idle

OF_TRAINING = (
    *("optimizer", "learning_rate", "schedule", "epochs", "batch_size", "shuffle"),
    *("l2", "l1", "clip", "seed"),
)
AUTOMATIC = {
    "classification": "softmax_cross_entropy",
    "regression": "squared_error",
}


def suits(loss: Loss, task: str) -> bool:
    """Whether a loss may be used for a task, with one output a class or one value."""
    if task == "classification":
        by_output = loss.pointwise and loss.outputs(2) == 2
        return loss.target in ("classes", "labels") or (
            loss.target == "real" and by_output
        )
    return loss.target == "real" and loss.outputs(1) == 1


def network_options(setup: Setup, data: Data) -> dict[str, Any]:
    """What `Network.dense` is given, by name; ValueError for a loss of another task."""
    name = AUTOMATIC[data.task] if setup.loss == "auto" else setup.loss
    if not suits(LOSSES.make(name), data.task):
        raise ValueError(
            f"The loss {name} is not for {data.task}; take loss='auto', or "
            f"{AUTOMATIC[data.task]}."
        )
    return {
        "sizes": [len(data.inputs), *setup.hidden, data.outputs],
        "activation": list(setup.activations),
        "loss": name,
        "initializer": None if setup.initializer == "auto" else setup.initializer,
        "dropout": setup.dropout,
        "seed": setup.seed,
    }


def train_options(setup: Setup) -> dict[str, Any]:
    """What `train` is given, by name."""
    return {name: getattr(setup, name) for name in OF_TRAINING}


def truth(loss: Loss, data: Data) -> NDArray[Any]:
    """y as a loss reads it: class numbers, a column of 0 and 1 a class, or values."""
    if data.task == "classification" and loss.target != "classes":
        return np.eye(data.outputs)[data.y]
    return data.y


class Work(NamedTuple):
    """A network, and a run of it that is ready to go on."""

    network: Network
    fit: Fit
    run: Run
    released: bool  # whether it was, as its batches or optimizer are others now


def begin(
    setup: Setup,
    data: Data,
    run: Run | None = None,
    weights: Mapping[int, float] | None = None,
) -> Work:
    """A new run, or one that goes on from `run`, with weights set by hand.

    What it compiles is ready afterwards. Raises ValueError for what does not exist or
    does not fit together.
    """
    network = Network.dense(**network_options(setup, data))
    theta = (network.theta if run is None else run.theta).copy()
    for index, value in (weights or {}).items():
        theta[index] = value
    network.theta = theta
    settings = Settings(**train_options(setup))
    method = OPTIMIZERS.make(setup.optimizer)
    rows = ~data.is_test
    y = truth(network.loss, data)[rows]
    problem = make_problem(network, data.X[rows], y, None, settings, method)
    refuse_idle(problem, settings, method)
    released = False
    if run is not None:
        known = run.optimizer_description, run.data_description
        released = descriptions(problem, method) != known
        run = copy(run)
        run.theta = theta
        if released:
            run.release(anew=False)
    problem, now = prepare(problem, method, run)
    fit = Fit(problem, settings, None, None, None, (), None, Interrupt())
    fit.begin(now)
    return Work(network, fit, now, released)


class Measures(NamedTuple):
    """How good a network is: mean losses without penalty, and scores; NaN for no rows.

    The score is the accuracy, or of values R2.
    """

    train_loss: float
    test_loss: float
    train_score: float
    test_score: float


def measure(network: Network, data: Data, theta: Array) -> Measures:
    """How good the parameters theta are, on the training and on the test rows."""
    with np.errstate(all="ignore"):
        z = network.raw_predict(data.X, theta)
        y = encode(network.loss, truth(network.loss, data), network.k, network.dtype)
        losses = network.loss.value(z, y).sum(axis=1)
        y_hat = network.loss.link(z)
        train = ~data.is_test
        test = data.is_test
        return Measures(
            _mean(losses[train]),
            _mean(losses[test]),
            score(data.task, y_hat[train], data.y[train]),
            score(data.task, y_hat[test], data.y[test]),
        )


def score(task: str, y_hat: Array, y: NDArray[Any]) -> float:
    """The accuracy of predictions (n, k), or of values R2; NaN where there is none."""
    if task == "classification":
        return _mean(y_hat.argmax(axis=1) == y)
    squares = float(((y - y_hat[:, 0]) ** 2).sum())
    spread = float(((y - _mean(y)) ** 2).sum())
    return 1.0 - squares / spread if spread > 0.0 else np.nan


def _mean(values: NDArray[Any]) -> float:
    """The mean; NaN of nothing."""
    return float(values.mean()) if len(values) else np.nan

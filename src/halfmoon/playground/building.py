"""From a setup and its rows to a network, and how good it is."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from halfmoon.arrays.elementary import Array
from halfmoon.components.losses import LOSSES, encode
from halfmoon.engines.cores import available_cores
from halfmoon.inspection.evaluation import score
from halfmoon.network import Network
from halfmoon.playground.data import Data
from halfmoon.playground.setup import Setup
from halfmoon.training.settings import Settings

OF_TRAINING = (
    *("optimizer", "learning_rate", "schedule", "epochs", "batch_size", "shuffle"),
    *("l2", "l1", "clip", "seed"),
)
AUTOMATIC = {
    "classification": "softmax_cross_entropy",
    "regression": "squared_error",
}


def layer_sizes(setup: Setup, data: Data) -> list[int]:
    """Inputs, units of each hidden layer, and outputs."""
    return [len(data.inputs), *setup.hidden, data.outputs]


def network_options(setup: Setup, data: Data) -> dict[str, Any]:
    """What `Network.dense` is given, by name; ValueError for a loss of another task."""
    name = AUTOMATIC[data.task] if setup.loss == "auto" else setup.loss
    if not LOSSES.make(name).suits(data.task):
        raise ValueError(
            f"The loss {name} is not for {data.task}; take loss='auto', or "
            f"{AUTOMATIC[data.task]}."
        )
    return {
        "sizes": layer_sizes(setup, data),
        "activation": list(setup.activations),
        "loss": name,
        "initializer": None if setup.initializer == "auto" else setup.initializer,
        "dropout": setup.dropout,
        "seed": setup.seed,
    }


def train_options(setup: Setup) -> dict[str, Any]:
    """What `train` is given, by name."""
    return {name: getattr(setup, name) for name in OF_TRAINING}


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
        y = encode(network.loss, data.truth(network.loss), network.k, network.dtype)
        losses = network.loss.value(z, y).sum(axis=1)
        y_hat = network.loss.link(z)
        train = ~data.is_test
        test = data.is_test
        return Measures(
            _mean(losses[train]),
            _mean(losses[test]),
            score(y_hat[train], data.y[train], data.task),
            score(y_hat[test], data.y[test], data.task),
        )


def _mean(values: NDArray[Any]) -> float:
    """The mean; NaN of nothing."""
    return float(values.mean()) if len(values) else np.nan


class Conditions(NamedTuple):
    """What updates are made with, for a `training.recording.Recording`."""

    setup: Setup
    data: Data
    source: Any = None  # where the rows come from, if not from a data set

    @property
    def size(self) -> int:
        """How many numbers the rows hold."""
        return self.data.X.size

    @property
    def watched(self) -> bool:
        """Whether something is to stop it."""
        setup = self.setup
        return any([setup.stop_loss, setup.stop_score, setup.patience])

    def make(self) -> tuple[Network, Array, Any, Settings]:
        """The network, the rows that it learns from, and how."""
        network = Network.dense(**network_options(self.setup, self.data))
        rows = ~self.data.is_test
        y = self.data.truth(network.loss)[rows]
        # one core is left to the page
        n_threads = max(1, available_cores() - 1)
        settings = Settings(**train_options(self.setup), n_threads=n_threads)
        return network, self.data.X[rows], y, settings

    def measure(self, network: Network, theta: Array) -> Measures:
        """How good parameters are."""
        return measure(network, self.data, theta)

    def judged(self, measures: Measures) -> tuple[float, float]:
        """Loss and score of the test rows; of the training rows if there are none."""
        if self.data.is_test.any():
            return measures.test_loss, measures.test_score
        return measures.train_loss, measures.train_score

    def monitor(self, measures: Measures) -> float:
        """The loss by which it is judged."""
        return self.judged(measures)[0]

    def reason_to_stop(self, measures: Measures, epochs: int) -> str:
        """Which of the setup's conditions is met."""
        setup = self.setup
        loss, score = self.judged(measures)
        if setup.stop_loss is not None and loss <= setup.stop_loss:
            return "loss"
        if setup.stop_score is not None and score >= setup.stop_score:
            return "score"
        return "patience" if setup.patience and epochs >= setup.patience else ""

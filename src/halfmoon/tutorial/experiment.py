"""The tutorial's data and networks, and how it trains them, for one seed."""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegressionCV
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import PolynomialFeatures

from halfmoon import datasets
from halfmoon.arrays.elementary import Array
from halfmoon.components.activations import Activation
from halfmoon.network import Network
from halfmoon.training.progress import progress_bar
from halfmoon.training.run import Run
from halfmoon.training.train import train

ROWS = 200
NOISE = 0.20
# the tutorial's settings, on the sum over rows ...
EPSILON = 0.01
REG_LAMBDA = 0.01
# ... and what they are on the mean: 2.0 and 0.00005 (erratum 2)
RATE = EPSILON * ROWS
L2 = REG_LAMBDA / ROWS
HALF_RATE = RATE / 2.0  # at which training comes to rest
# what stands on the axes, in a large picture and in a small one
AXES: dict[str, Any] = {
    "xlabel": "first measurement, $x_1$",
    "ylabel": "second measurement, $x_2$",
}
SMALL_AXES: dict[str, Any] = {
    "xlabel": "$x_1$",
    "ylabel": "$x_2$",
    "xticks": (-1, 0, 1, 2),
    "yticks": (-1, 0, 1),
}


def build(
    sizes: Sequence[int], activation: str | Activation = "tanh", seed: int = 0
) -> Network:
    """Dense layers of these sizes, inputs first; weights as the tutorial draws them."""
    rng = np.random.RandomState(seed)
    return Network.dense(sizes, activation, initializer="tutorial", rng=rng)


def descend(
    network: Network,
    X: Array,
    y: Any,
    rate: float,
    optimizer: Any = "gd",
    l2: float = L2,
    **options: Any,
) -> Run:
    """Training as the tutorial does it: all rows in every update, by default."""
    options |= {"optimizer": optimizer, "learning_rate": rate, "l2": l2}
    return train(network, X, y, **options)


def full_loss(network: Network, X: Array, y: Any) -> float:
    """The objective over all rows, the tutorial's penalty included."""
    part = network.objective(network.theta, *network.read(X, y), L2)
    return part.loss + part.penalty


def new_points(name: str, n: int, noise: float, seed: int) -> tuple[Array, Any]:
    """Points drawn as those that `seed` gives, which nobody has learned from."""
    return datasets.make(name, n, noise, (seed + 10_000) % 2**32)


def is_zigzag(L: Array) -> bool:
    """Whether the last thirty losses go up and down in turn."""
    steps = np.diff(L[-31:])
    return bool((steps[1:] * steps[:-1] < 0.0).all() and np.abs(steps).min() > 1e-6)


@dataclass
class Experiment:
    """Data and networks for one seed; each made when first asked for."""

    seed: int = 0
    quick: bool = False
    engine: str = "auto"  # what carries out the updates
    regressions: dict[int, Pipeline] = field(default_factory=dict)

    @property
    def passes(self) -> int:
        """Passes over the data: the tutorial's 20,000."""
        return 5_000 if self.quick else 20_000

    @property
    def seeds(self) -> list[int]:
        """Those that a measurement is repeated for, this one first."""
        return [(self.seed + i) % 2**32 for i in range(2 if self.quick else 5)]

    @cached_property
    def data(self) -> tuple[Array, NDArray[np.int64]]:
        """The moons; with seed 0 the tutorial's own points."""
        return datasets.make("moons", n=ROWS, noise=NOISE, seed=self.seed)

    def regression(self, degree: int) -> Pipeline:
        """Cross-validated logistic regression on products of degree up to `degree`."""
        if degree not in self.regressions:
            method = LogisticRegressionCV(Cs=10, scoring="accuracy", max_iter=5000)
            if "use_legacy_attributes" in method.get_params():  # scikit-learn 1.8 on
                method.set_params(l1_ratios=(0.0,), use_legacy_attributes=False)
            products = PolynomialFeatures(degree, include_bias=False)
            self.regressions[degree] = make_pipeline(products, method).fit(*self.data)
        return self.regressions[degree]

    def network(self, hidden: int = 3) -> Network:
        """2 inputs, `hidden` tanh units, 2 outputs, before training.

        With seed 0 its weights are the tutorial's own.
        """
        return build([2, hidden, 2], seed=self.seed)

    def fit(
        self, label: str, passes: int, network: Network, *data: Any, **options: Any
    ) -> Run:
        """Train by `descend(network, *data, **options)`, with a progress bar.

        It runs on the chosen engine. Warnings, such as of a fit that diverges, are not
        shown: the section says it better.
        """
        options |= {"epochs": passes, "engine": self.engine}
        with progress_bar(label, passes) as bar, warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)
            warnings.simplefilter("ignore", RuntimeWarning)
            run = descend(network, *data, progress=bar, **options)
        if run.stopped == "interrupted":
            # half a run is no section; the sections before it stay
            raise KeyboardInterrupt
        return run

    def train(self, rate: float, label: str) -> tuple[Network, Array]:
        """Full-batch descent from the start: the network, and its loss after t updates.

        A full batch is measured before its update, so the history's losses are L(0),
        L(1), ...; the last is added here.
        """
        network = self.network()
        run = self.fit(label, self.passes, network, *self.data, rate)
        return network, np.append(run.history["loss"], full_loss(network, *self.data))

    @cached_property
    def trained(self) -> tuple[Network, Array]:
        """The tutorial's network, trained as the tutorial does."""
        return self.train(RATE, "training as the tutorial does")

    @cached_property
    def trained_at_half_rate(self) -> tuple[Network, Array]:
        """The same at half the learning rate."""
        return self.train(HALF_RATE, "the same at half the rate")

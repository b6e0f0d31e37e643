"""What several sections of the tutorial need: its data, its network as it starts, and the network trained."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from halfmoon import datasets
from halfmoon.callbacks import progress_bar
from halfmoon.elementary import Array
from halfmoon.network import Network
from halfmoon.training import Run, train

ROWS, NOISE = 200, 0.20
EPSILON, REG_LAMBDA = 0.01, 0.01  # the tutorial's settings, on the sum over rows ...
RATE, L2 = EPSILON * ROWS, REG_LAMBDA / ROWS  # ... and what they are on the mean: 2.0 and 0.00005 (erratum 2)


@dataclass
class Common:
    """Data and networks for one seed; each made when first asked for."""

    seed: int = 0
    quick: bool = False

    @property
    def passes(self) -> int:
        """Passes over the data: the tutorial's 20,000, and one more so that both phases of its two-cycle are seen."""
        return 5_001 if self.quick else 20_001

    @cached_property
    def data(self) -> tuple[Array, NDArray[np.int64]]:
        """The moons; with seed 0 the tutorial's own points."""
        return datasets.make("moons", n=ROWS, noise=NOISE, seed=self.seed)

    def network(self, hidden: int = 3) -> Network:
        """2 inputs, `hidden` tanh units, 2 outputs; with seed 0 the tutorial's own initial weights."""
        rng = np.random.RandomState(self.seed)
        return Network.dense([2, hidden, 2], "tanh", "softmax_cross_entropy", initializer="tutorial", rng=rng)

    def train(self, rate: float, label: str) -> tuple[Network, Run]:
        """Full-batch gradient descent from the start, with a progress bar."""
        network = self.network()
        with progress_bar(label, self.passes) as bar:
            run = train(
                network, *self.data, optimizer="gd", learning_rate=rate, l2=L2, epochs=self.passes, progress=bar
            )
        return network, run

    @cached_property
    def trained(self) -> tuple[Network, Run]:
        """The tutorial's network, trained as the tutorial does."""
        return self.train(RATE, "training as the tutorial does")

    @cached_property
    def calm(self) -> tuple[Network, Run]:
        """The same at half the learning rate."""
        return self.train(RATE / 2.0, "the same at half the rate")

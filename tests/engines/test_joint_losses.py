"""The compiled joint losses, beside the ones that NumPy runs."""

import numpy as np
import pytest

from halfmoon import Network, train
from halfmoon.components.losses import Quantiles, SoftmaxCrossEntropy

RNG = np.random.RandomState(0)
X = RNG.normal(size=(40, 3))
LOSSES = {
    "two classes": (SoftmaxCrossEntropy(), 2, RNG.randint(0, 2, 40)),
    "four classes": (SoftmaxCrossEntropy(), 4, RNG.randint(0, 4, 40)),
    "smoothed": (SoftmaxCrossEntropy(smoothing=0.2), 3, RNG.randint(0, 3, 40)),
    "quantiles": (Quantiles(levels=(0.1, 0.5, 0.9)), 3, RNG.normal(size=40)),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_both_engines_learn_the_same(name, dtype):
    loss, k, y = LOSSES[name]
    runs = []
    for engine in ("numpy", "compiled"):
        network = Network.dense([3, 5, k], "tanh", loss, dtype=dtype, seed=1)
        options = {"optimizer": "gd", "learning_rate": 0.1, "epochs": 20}
        runs.append(train(network, X, y, engine=engine, **options))
    tolerance = 2e-4 if dtype == "float32" else 1e-10
    first, second = runs
    np.testing.assert_allclose(second.theta, first.theta, tolerance, tolerance)
    losses = [run.history["loss"] for run in runs]
    np.testing.assert_allclose(losses[1], losses[0], tolerance)


def test_the_compiled_prediction_is_the_link():
    loss, k, y = LOSSES["four classes"]
    network = Network.dense([3, 5, k], "tanh", loss, seed=1)
    train(network, X, y, engine="compiled", epochs=1)
    z = network.raw_predict(X)
    np.testing.assert_allclose(network.predict(X), loss.link(z), rtol=1e-12)

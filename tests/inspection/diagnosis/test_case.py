"""What a diagnosis looks at: units by their flat sides, rows drawn from many."""

import numpy as np
import pytest

from halfmoon.network import Network
from halfmoon.training.history import History
from inspection.diagnosis.fits import Fit, fitted, points, unfitted, votes
from inspection.diagnosis.planted import Softsign


@pytest.mark.parametrize(
    ("act", "sides"),
    [
        ("relu", 1),
        ("elu", 1),
        ("gelu", 1),
        ("softplus", 1),
        ("mish", 1),
        ("tanh", 2),
        ("logistic", 2),
        (Softsign(), 2),
        ("leaky_relu", 0),
        ("identity", 0),
    ],
)
def test_flat_sides_are_recognised(act, sides):
    network = Network.dense([4, 8, 2], act)
    fit = Fit(network, History(), *votes(4), {})
    assert [layer.flat_sides for layer in fit.case().units] == [sides, 0]


def test_many_rows_are_drawn_always_the_same_and_quickly():
    X, y = points("moons", 100_000)
    fit = fitted(X, y, epochs=2, batch_size=1000)
    rows = fit.case().sample
    assert 19_000 < len(rows.X) < 21_000
    assert np.array_equal(rows.X, fit.case().sample.X)
    assert fit.case().training.draw(10**6) is not None
    drawn = set(map(bytes, rows.X))
    unseen = next(index for index in range(len(X)) if bytes(X[index]) not in drawn)
    # a column that varies only in a row not drawn
    fit = unfitted(np.c_[X, np.arange(len(X)) == unseen], y)
    assert not np.ptp(fit.case().sample.X[:, 2])
    names = [finding.name for finding in fit.diagnose().findings]
    assert [name for name in names if name != "underfitting"] == []

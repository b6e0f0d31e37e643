"""Rules about the fit: their numbers, and silence where nothing can be said."""

import numpy as np
import pytest

from halfmoon.inspection.diagnosis.fit_rules import flattest_layer, learnable_share
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.training.settings import Settings
from inspection.diagnosis.fits import (
    Fit,
    N,
    fitted,
    linear,
    normal,
    points,
    unfitted,
    votes,
    with_validation,
)
from inspection.diagnosis.planted import blown_up, planted


def lost_share(case):
    """The share of the gain on training rows that is lost on validation rows."""
    loss = case.losses(case.validation).mean()
    constant_loss = case.constant_losses(case.validation).mean()
    return 1.0 - (constant_loss - loss) / (case.constant_loss - case.loss)


def test_the_share_of_dead_units_is_counted_by_hand():
    fit = planted("dead units", "steps too long")
    first = fit.network.views(fit.network.theta)[0]
    dead = [
        all(row @ first.W[:, unit] + first.b[unit] <= 0.0 for row in fit.X)
        for unit in range(16)
    ]
    assert fit.finding("dead units").number == sum(dead) / 16


def test_the_share_of_saturated_units_is_counted_by_hand():
    fit = planted("saturated units", "steps too long")
    first = fit.network.views(fit.network.theta)[0]
    a = np.tanh(fit.X @ first.W + first.b)
    flat_rows = (1.0 - a**2 < 0.005).mean(axis=0)
    assert fit.finding("saturated units").number == (flat_rows >= 0.95).mean()


def hidden_layer(activation, rows, slope, bias):
    """A fit of ten hidden units, z = slope x0 + bias, that explains nothing."""
    network = Network.dense([2, 10, 2], activation, initializer="zeros")
    first = network.views(network.theta)[0]
    first.W[0] = slope
    first.b[:] = bias
    y = np.arange(len(rows)) % 2
    return Fit(network, History(), rows, y, {"settings": Settings(batch_size=10)})


@pytest.mark.parametrize(("dead", "share"), [(5, None), (6, 0.6)])
def test_half_of_a_layer_may_be_dead(dead, share):
    rows, _ = normal(2, 100, 0)
    bias = np.where(np.arange(10) < dead, -100.0, 1.0)
    finding = hidden_layer("relu", rows, 1.0, bias).finding("dead units")
    assert (finding and finding.number) == share


@pytest.mark.parametrize(
    ("saturated", "flat_rows", "share"),
    [(5, 100, None), (6, 100, 0.6), (6, 96, 0.6), (6, 94, None)],
)
def test_half_of_a_layer_may_be_saturated_in_95_of_100_rows(
    saturated, flat_rows, share
):
    rows, _ = normal(2, 100, 0)
    rows[:, 0] = np.arange(100) < flat_rows  # tanh 0 is steepest, tanh 50 flat
    slope = np.where(np.arange(10) < saturated, 50.0, 0.1)
    finding = hidden_layer("tanh", rows, slope, 0.0).finding("saturated units")
    assert (finding and finding.number) == share


def test_what_can_be_learned_is_distinguished_from_noise():
    def learnable(X, y):
        return learnable_share(unfitted(X, y, "squared_error").case().training)

    noise = []
    for seed in range(40):
        X, rng = normal(5, 200, seed)
        noise.append(learnable(X, rng.normal(size=200)))
    assert np.abs(noise).max() < 0.2
    assert abs(np.mean(noise)) < 0.04
    for seed in range(20):
        assert learnable(*points("xor", 200, 0.0, seed)) > 0.6
        assert 0.8 < learnable(*linear(30, 200, 0.3, seed)) <= 1.0


def test_sharp_units_of_a_network_that_predicts_well_are_left_alone():
    X, y = points("blobs:classes=2", noise=0.05)
    fit = fitted(X, y, (4,), plant=blown_up(1e3))
    layer = flattest_layer(fit.case(), flat_sides=2, in_rows=0.95)
    assert layer.stuck(0.95) > 2
    assert fit.finding("saturated units") is None


def test_few_validation_rows_cannot_prove_overfitting():
    lost = []
    for seed in range(6):
        X, rng = normal(4, N + 22, seed)
        y = (X[:, 0] + rng.normal(size=N + 22) > 0.0).astype(int)
        fit = fitted(
            X[:N], y[:N], (16,), validation=(X[N:], y[N:]), watch=False, epochs=60
        )
        assert fit.finding("overfitting") is None
        lost.append(lost_share(fit.case()))
    assert sum(share > 0.5 for share in lost) >= 3  # though it looks like it


@pytest.mark.parametrize(("rows", "seed"), [(40, 2), (80, 0), (160, 2)])
def test_a_loss_of_two_standard_errors_proves_overfitting(rows, seed):
    """The three lie at 2.9, at 1.8 and at 3.5 of them, and lose over half."""
    X, rng = normal(4, N + rows, seed)
    y = (X[:, 0] + rng.normal(size=N + rows) > 0.0).astype(int)
    validation = (X[N:], y[N:])
    fit = fitted(X[:N], y[:N], (16,), validation=validation, watch=False, epochs=60)
    losses = []
    for some, truth in ((X[:N], y[:N]), validation):
        p = fit.network.predict(some)
        losses.append(-np.log(p[np.arange(len(truth)), truth]))
    gap = losses[1].mean() - losses[0].mean()
    error = np.hypot(*[each.std() / np.sqrt(len(each)) for each in losses])
    assert 0.5 < lost_share(fit.case()) < 1.2
    assert abs(gap / error - 2.0) < 1.5
    assert (fit.finding("overfitting") is not None) == (gap > 2.0 * error)


def test_a_part_of_the_gain_may_be_lost():
    fit = with_validation(*votes(6, N + 200), (16,), "relu", watch=False, epochs=80)()
    assert 0.2 < lost_share(fit.case()) < 0.5
    assert not fit.diagnose()

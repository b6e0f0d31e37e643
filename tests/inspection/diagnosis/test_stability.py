"""The edge of stability: sharpness and edge against plain computations."""

import dataclasses

import numpy as np
import pytest

from halfmoon.components.optimizers import OPTIMIZERS
from halfmoon.inspection.diagnosis.stability import edge, gradient, sharpness
from halfmoon.network import Network
from halfmoon.training.history import History
from halfmoon.training.settings import Settings
from inspection.diagnosis.fits import Fit, fitted, points, votes
from inspection.diagnosis.planted import planted


def case_of(**settings):
    """A case of these settings, without a fit."""
    fit = Fit(Network.dense([4, 8, 2]), History(), *votes(4), {})
    return dataclasses.replace(fit.case(), settings=Settings(**settings))


@pytest.mark.parametrize(
    "name", ["the tutorial", "momentum at the edge", "nesterov at the edge"]
)
def test_sharpness_is_the_largest_eigenvalue_of_the_hessian(name):
    fit = planted("learning rate too high", name)
    network = fit.network
    X, y, w = network.read(fit.X, fit.y)

    def hessian(theta):
        steps = 1e-5 * np.eye(network.size)
        above = [network.objective(theta + step, X, y, w).g for step in steps]
        below = [network.objective(theta - step, X, y, w).g for step in steps]
        return (np.array(above) - np.array(below)) / 2e-5

    case = fit.case()
    rate = fit.options["settings"].learning_rate
    stable = edge(case)
    g = network.objective(network.theta, X, y, w).g
    across = network.theta - 2.0 * rate / stable * g
    sharpest = max(
        np.linalg.eigvalsh(hessian(theta)).max() for theta in (network.theta, across)
    )
    number = fit.finding("learning rate too high").number
    assert number == pytest.approx(rate * sharpest, rel=0.02)
    assert rate * sharpest > stable
    assert case.learning_rate == rate


@pytest.mark.parametrize(
    "optimizer",
    ["gd", "momentum", "momentum:beta=0.3", "nesterov", "nesterov:beta=0.5"],
)
def test_the_edge_is_where_steps_on_a_parabola_begin_to_grow(optimizer):
    rule = OPTIMIZERS.make(optimizer)
    stable = edge(case_of(optimizer=optimizer))
    for factor, grows in ((0.98, False), (1.02, True)):
        x = np.ones(1)
        slots = [np.zeros(1)] * rule.slots
        for t in range(1, 2000):
            u, slots = rule.rule(x, slots, t)  # of x^2 / 2, whose curvature is 1
            x = x - factor * stable * u
        assert (abs(x[0]) > 1.0) == grows, (factor, x)


@pytest.mark.parametrize(
    "changed",
    [
        {"clip": 1.0},
        {"batch_size": 32},
        {"l1": 0.1},
        {"schedule": "cosine"},
        {"average": 0.9},
        {"decay": 0.1},
        {"optimizer": "adam"},
        {"optimizer": "adamw"},
    ],
    ids=str,
)
def test_no_edge_is_known_for_other_fits(changed):
    plain = {"optimizer": "gd"}
    assert edge(case_of(**plain)) == 2.0
    assert edge(case_of(**(plain | changed))) is None


@pytest.mark.parametrize(
    ("name", "units", "loss", "rate", "epochs"),
    [
        ("moons", 3, "softmax_cross_entropy", 1.5, 200),
        ("spiral", 24, "softmax_cross_entropy", 1.5, 600),
        ("wave", 16, "squared_error", 0.4, 200),
    ],
)
def test_a_network_at_the_edge_that_still_learns_is_left_alone(
    name, units, loss, rate, epochs
):
    options = {
        "optimizer": "gd",
        "learning_rate": rate,
        "batch_size": None,
        "epochs": epochs,
    }
    fit = fitted(*points(name), (units,), "tanh", loss, **options)
    case = fit.case()
    theta = fit.network.theta
    across = theta - rate * gradient(case, theta)
    assert rate * max(sharpness(case, theta), sharpness(case, across)) > 2.0
    assert not fit.diagnose()

"""Curvature on the way of a recorded run, against that of the weights it had there."""

from typing import Any, NamedTuple

import numpy as np
import pytest

from halfmoon import Network, curvature
from halfmoon.inspection.recorded_curvature import (
    curvature_under,
    rates_times_curvatures,
    why_no_curvature,
)
from halfmoon.training.recording import Recording
from halfmoon.training.settings import Settings
from small import MOONS_X, MOONS_Y


class Conditions(NamedTuple):
    """A few rows, which nothing is measured on."""

    rate: float = 0.5
    data: Any = None
    size: int = 80
    watched: bool = False

    def make(self):
        settings = Settings(optimizer="gd", learning_rate=self.rate, l2=0.01)
        return Network.dense([2, 3, 2]), MOONS_X[:40], MOONS_Y[:40], settings

    def measure(self, network, theta):
        return None


@pytest.fixture(scope="module")
def recording():
    recording = Recording(Conditions())
    recording.advance(8)
    recording.change(Conditions(rate=0.25))
    recording.advance(12)
    return recording


def test_each_product_is_that_of_the_weights_and_the_rate_of_its_update(recording):
    updates, products = rates_times_curvatures(recording, 60.0)
    assert updates.tolist() == [point.update for point in recording.points]
    for point, product in zip(recording.points, products, strict=True):
        network, X, y, settings = Conditions().make()
        kappa = curvature(network, X, y, theta=point.theta, l2=settings.l2)
        assert product == pytest.approx(point.last.learning_rate * kappa, nan_ok=True)
    assert np.isnan(products[0])  # before the first update there is no rate
    assert recording.points[-1].last.learning_rate == 0.25


def test_each_time_more_of_them_are_known(recording):
    curvature_under.cache_clear()
    counts = [len(rates_times_curvatures(recording, 0.0)[0]) for _ in range(2)]
    assert counts == [1, 1]  # the latest is computed, and then found again
    updates, _ = rates_times_curvatures(recording, 60.0)
    assert len(updates) == len(recording.points)
    assert curvature_under.cache_info().misses == len(updates)


def test_of_weights_that_are_not_finite_there_is_none():
    assert np.isnan(curvature_under(Conditions(), np.full(17, np.nan).tobytes()))


def test_of_large_networks_it_is_left_out_in_words():
    assert why_no_curvature(200, 17) == ""
    assert "20,000,000 is the most" in why_no_curvature(200, 1000)

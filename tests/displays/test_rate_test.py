"""The picture of a learning-rate range test."""

import numpy as np
from matplotlib.figure import Figure

from halfmoon import Network, datasets, find_learning_rate
from halfmoon.displays import draw_rate_test

X, Y = datasets.make("moons", n=150, noise=0.2, seed=0)
WAVE = datasets.make("wave", n=150, noise=0.1, seed=0)


def test_the_plot_shows_points_line_and_suggestion():
    test = find_learning_rate(Network.dense([2, 8, 2], seed=0), X, Y, batch_size=32)
    ax = Figure().subplots()
    draw_rate_test(ax, test)
    assert ax.get_xscale() == "log"
    assert (ax.get_xlabel(), ax.get_ylabel()) == (
        "learning rate",
        "loss (objective, per batch)",
    )
    assert np.array_equal(
        ax.collections[0].get_offsets(), np.c_[test.rates, test.losses]
    )
    assert np.array_equal(ax.lines[0].get_xydata(), np.c_[test.rates, test.smoothed])
    assert ax.collections[1].get_offsets()[0, 0] == test.suggestion
    assert f"{test.suggestion:.2g}" in ax.texts[0].get_text()
    low, high = ax.get_ylim()
    assert low < test.smoothed.min() < test.smoothed[0] < high


def test_a_test_that_blew_up_is_drawn_without_its_end_spoiling_the_scale():
    test = find_learning_rate(
        Network.dense([1, 20, 1], "relu", "squared_error"),
        *WAVE,
        optimizer="gd",
        high=1e9,
    )
    assert test.losses.max() > 2.0 * test.smoothed[0]
    ax = Figure().subplots()
    draw_rate_test(ax, test)
    assert ax.get_ylim()[1] < 2.0 * test.smoothed[0]

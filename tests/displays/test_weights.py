"""Weights and biases are drawn as they are."""

import numpy as np
from sklearn.neural_network import MLPClassifier as SklearnMLP

from halfmoon.displays import (
    NetworkDisplay,
    WeightsDisplay,
)
from pictures import X2, ax, fit, y2


def test_weights_and_biases_are_drawn_as_they_are(iris):
    display = WeightsDisplay.from_estimator(iris, ax=ax())
    model = iris[-1]
    for layer, (W, b) in enumerate(zip(model.coefs_, model.intercepts_, strict=True)):
        np.testing.assert_array_equal(display.weights_[layer].get_array(), W)
        np.testing.assert_array_equal(display.biases_[layer].get_array(), b[None, :])
        low, high = display.weights_[layer].get_clim()
        assert high == -low == max(np.abs(W).max(), np.abs(b).max())
        assert display.biases_[layer].get_clim() == (low, high)
        top, end = display.axes_[layer].get_ylim()
        assert top > end  # the first input is on top
    first = display.axes_[0]
    last = display.axes_[-1]
    assert [text.get_text() for text in first.get_yticklabels()] == [
        "x0",
        "x1",
        "x2",
        "x3",
        "bias",
    ]
    assert [text.get_text() for text in last.get_xticklabels()] == [
        "setosa",
        "versicolor",
        "virginica",
    ]


def test_a_few_huge_weights_do_not_hide_thousands():
    W = np.random.default_rng(0).normal(size=(100, 64))
    W[3, 4] = 1000.0
    names = [f"column {i} with a very long name" for i in range(100)]
    display = WeightsDisplay(
        coefs=[W], intercepts=[W[0]], inputs=names, outputs=["y"] * 64
    ).plot(ax())
    assert display.weights_[0].get_clim()[1] < 5.0
    assert display.colorbars_[0].extend == "both"
    labels = [text.get_text() for text in display.ax_.get_yticklabels()]
    assert len(labels) <= 17
    assert max(map(len, labels)) <= 22


def test_weights_of_scikit_learns_own_network():
    model = fit(SklearnMLP((4,), max_iter=3, random_state=0), X2, y2)
    display = WeightsDisplay.from_estimator(model, ax=ax(), cmap="PiYG")
    np.testing.assert_array_equal(display.weights_[1].get_array(), model.coefs_[1])
    assert display.weights_[0].cmap.name == "PiYG"
    assert (
        len(NetworkDisplay.from_estimator(model, ax=ax()).links_[0].get_segments()) == 8
    )

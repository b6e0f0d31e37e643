"""Maps and heat maps show what the units answer."""

from copy import deepcopy

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure
from scipy.sparse import csr_array

from halfmoon import MLPClassifier, Network
from halfmoon.displays import (
    HiddenUnitsDisplay,
    draw_hidden_units,
)
from halfmoon.displays.style import COLOURS
from pictures import IRIS, X2, X4, ax, fit, flowers, y2


def test_maps_are_what_the_units_answer(moons):
    display = HiddenUnitsDisplay.from_estimator(moons, X2, y2, ax=ax())
    u, v = (np.linspace(X2[:, i].min(), X2[:, i].max(), 80) for i in (0, 1))
    W = moons.coefs_[0]
    b = moons.intercepts_[0]
    for unit, image in enumerate(display.images_):
        expected = [
            [np.tanh(x * W[0, unit] + y * W[1, unit] + b[unit]) for x in u] for y in v
        ]
        np.testing.assert_allclose(image.get_array(), expected, atol=1e-6)
        assert image.origin == "lower"
        left, right, bottom, top = image.get_extent()
        assert right - left == top - bottom == pytest.approx(1.0)
    counts = [len(points.get_offsets()) for points in display.points_]
    assert counts == [3 * (y2 == c).sum() for c in (0, 1)]
    first = (X2[y2 == 0][0] - X2.min(axis=0)) / np.ptp(X2, axis=0)
    np.testing.assert_allclose(display.points_[0].get_offsets()[0], first)
    assert "-" in display.ax_.get_xlabel()


def test_rows_are_sorted_by_class_and_units_by_rows(iris):
    shuffled = np.random.default_rng(0).permutation(len(X4))
    display = HiddenUnitsDisplay.from_estimator(
        iris, X4[shuffled], flowers[shuffled], layer=2, ax=ax()
    )
    a = iris[:-1].transform(X4[shuffled])
    for W, b in zip(iris[-1].coefs_[:2], iris[-1].intercepts_[:2], strict=True):
        a = np.maximum(a @ W + b, 0.0)
    rows = [
        i
        for name in IRIS.target_names
        for i, own in enumerate(flowers[shuffled])
        if own == name
    ]
    np.testing.assert_allclose(
        display.images_[0].get_array(), a[rows].T[display.order_], atol=1e-6
    )
    assert sorted(display.order_) == list(range(5))
    assert [text.get_text() for text in display.ax_.get_xticklabels()] == list(
        IRIS.target_names
    )
    alive = (a > 0.0).mean(axis=0)
    np.testing.assert_allclose(
        [one.get_width() for one in display.bars_],
        100.0 * (1.0 - alive[display.order_]),
    )


def test_dead_and_saturated_units_stand_out(iris):

    model = fit(
        MLPClassifier((4,), "relu", solver="lbfgs", max_iter=5, random_state=0), X2, y2
    )
    model.intercepts_[0][1] = -100.0
    labels = [
        text.get_text()
        for text in HiddenUnitsDisplay.from_estimator(model, X2, ax=ax()).texts_
    ]
    assert labels[1] == "1 (flat)"
    wide = deepcopy(iris)
    wide[-1].intercepts_[0][7] = -1000.0
    display = HiddenUnitsDisplay.from_estimator(wide, X4, ax=ax())
    assert display.flat[7] == 1.0
    assert to_hex(display.bars_[7].get_facecolor()).upper() == COLOURS[1]
    assert (
        to_hex(display.bars_[int(display.flat.argmin())].get_facecolor()).upper()
        == COLOURS[5]
    )
    tanh = fit(
        MLPClassifier((3,), "tanh", solver="lbfgs", max_iter=5, random_state=0), X2, y2
    )
    tanh.coefs_[0][:, 1:] = 0.0
    # slopes 0.0066 and 0.0036, where the steepest is 1
    tanh.intercepts_[0][1:] = [3.2, 3.5]
    assert list(HiddenUnitsDisplay.from_estimator(tanh, X2, ax=ax()).flat[1:]) == [
        0.0,
        1.0,
    ]


def test_sparse_rows_show_the_same_units():
    X = np.where(np.arange(360).reshape(120, 3) % 3, 0.0, X2[:, :1])
    model = fit(
        MLPClassifier((4,), "tanh", solver="lbfgs", max_iter=3, random_state=0),
        csr_array(X),
        y2,
    )
    drawn = [
        HiddenUnitsDisplay.from_estimator(model, each, y2, ax=ax()).images_[0]
        for each in (X, csr_array(X))
    ]
    np.testing.assert_allclose(drawn[0].get_array(), drawn[1].get_array(), atol=1e-6)


def test_what_hidden_units_refuse(moons):
    with pytest.raises(
        ValueError, match=r"layer must be from 1 to 1, the hidden layers.*; got 2"
    ):
        HiddenUnitsDisplay.from_estimator(moons, X2, layer=2, ax=ax())
    with pytest.raises(ValueError, match=r"y have shape \(120,\); got 1 and \(5,\)"):
        HiddenUnitsDisplay.from_estimator(moons, X2, y2[:5], ax=ax())


def test_a_target_of_many_values_is_split_at_its_median(moons):
    display = HiddenUnitsDisplay.from_estimator(moons, X2, X2[:, 0], ax=ax())
    assert [len(points.get_offsets()) for points in display.points_] == [3 * 60, 3 * 60]
    assert "median" not in display.ax_.get_legend().get_texts()[0].get_text()


def test_hidden_units_are_drawn_one_to_an_ax():
    axes = Figure().subplots(1, 3)
    draw_hidden_units(axes, Network.dense([2, 3, 2]), X2, resolution=30)
    assert all(len(one.images) == 1 for one in axes)

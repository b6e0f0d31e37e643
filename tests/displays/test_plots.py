"""Plots are drawn on the ax they are given, and show what they are asked to show."""

import itertools

import matplotlib as mpl
import numpy as np
import pytest
from matplotlib.figure import Figure

from halfmoon import MLPClassifier, Network, datasets, train
from halfmoon.displays import plots

mpl.use("Agg")


@pytest.fixture(scope="module")
def moons():
    return datasets.make("moons", n=100, noise=0.2, seed=0)


def ax():
    return Figure().subplots()


def test_points_have_a_colour_and_a_marker_for_each_class(moons):
    drawn = plots.points(*moons, ax())
    assert len(drawn.collections) == 2
    colours = {
        tuple(np.round(group.get_facecolor()[0], 3)) for group in drawn.collections
    }
    markers = {group.get_paths()[0].vertices.tobytes() for group in drawn.collections}
    assert len(colours) == len(markers) == 2
    assert drawn.get_xlabel()
    assert drawn.get_ylabel()


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_the_boundary_is_where_two_classes_tie(classes):
    X, y = datasets.make(f"blobs:classes={classes}", n=150, noise=0.2, seed=0)
    network = Network.dense([2, 8, classes])
    train(network, X, y, optimizer="adam", learning_rate=0.05, epochs=60)
    drawn = plots.boundary(network, X, y, ax(), resolution=60, show=False)
    lines = [
        path.vertices
        for line in drawn.collections
        for path in line.get_paths()
        if len(path.vertices)
    ]
    p = np.sort(network.predict(np.concatenate(lines)), axis=1)
    assert np.median(p[:, -1] - p[:, -2]) < 0.1


def test_a_model_with_predict_proba_and_its_network_give_the_same_picture(moons):
    model = MLPClassifier((4,), "tanh", solver="lbfgs", random_state=0).fit(*moons)
    pictures = [
        plots.boundary(m, *moons, ax(), resolution=40).images[0].get_array()
        for m in (model, model.network_)
    ]
    np.testing.assert_allclose(*pictures, rtol=1e-14)


def test_the_loss_curve_shows_validation_where_there_is_some(moons):
    X, y = moons
    alone = train(Network.dense([2, 3, 2]), X, y, epochs=5)
    watched = train(Network.dense([2, 3, 2]), X, y, epochs=5, validation=(X, y))
    assert len(plots.loss_curve(alone, ax()).lines) == 1
    drawn = plots.loss_curve(watched, ax())
    np.testing.assert_array_equal(
        drawn.lines[1].get_ydata(), watched.history["validation_loss"]
    )


@pytest.mark.parametrize("sizes", [[2, 3, 2], [3, 40, 1], [1, 2, 2, 2, 2]])
def test_a_diagram_has_a_line_for_each_weight_shown(sizes):
    drawn = plots.diagram(Network.dense(sizes), ax())
    shown = [min(k, 12) for k in sizes]
    weights = sum(d * k for d, k in itertools.pairwise(shown))
    assert len(drawn.lines) == weights + 2  # and two in the legend
    words = " ".join(text.get_text() for text in drawn.texts)
    assert ("40 units" in words) == (40 in sizes)


def test_hidden_units_are_drawn_one_to_an_ax(moons):
    axes = Figure().subplots(1, 3)
    plots.hidden_units(Network.dense([2, 3, 2]), moons[0], axes, resolution=30)
    assert all(len(one.images) == 1 for one in axes)


def test_without_an_ax_a_new_one_is_made(moons):
    from matplotlib import pyplot

    drawn = plots.points(*moons)
    assert drawn.figure.number in pyplot.get_fignums()
    pyplot.close(drawn.figure)

"""Boundaries are where classes tie, whatever predicts."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from halfmoon import MLPClassifier, Network, datasets, train
from halfmoon.displays import draw_boundary
from halfmoon.displays.boundary import draw_map, draw_maps
from pictures import X2, ax, y2


@pytest.mark.parametrize("classes", [2, 3, 5])
def test_the_boundary_is_where_two_classes_tie(classes):
    X, y = datasets.make(f"blobs:classes={classes}", n=150, noise=0.2, seed=0)
    network = Network.dense([2, 8, classes])
    train(network, X, y, optimizer="adam", learning_rate=0.05, epochs=60)
    _, ties = draw_boundary(ax(), network, X, resolution=60)
    lines = [
        path.vertices
        for line in ties
        for path in line.get_paths()
        if len(path.vertices)
    ]
    p = np.sort(network.predict(np.concatenate(lines)), axis=1)
    assert np.median(p[:, -1] - p[:, -2]) < 0.1


def test_a_model_with_predict_proba_and_its_network_give_the_same_picture():
    model = MLPClassifier((4,), "tanh", solver="lbfgs", random_state=0).fit(X2, y2)
    pictures = [
        draw_boundary(ax(), one, X2, resolution=40)[0].get_array()
        for one in (model, model.network_)
    ]
    np.testing.assert_allclose(*pictures, rtol=1e-14)


def test_a_map_has_labels_and_points_where_they_have_a_size():
    network = Network.dense([2, 3, 2])
    bare, whole = ax(), ax()
    draw_map(bare, network, X2, y2, size=0.0, resolution=20, xlabel="width")
    draw_map(whole, network, X2, y2, resolution=20)
    assert bare.get_xlabel() == "width"
    points = len(whole.collections) - len(bare.collections)
    assert points == 2  # a group for each class


def test_maps_stand_side_by_side_under_their_names():
    fig = Figure()
    models = {"three": Network.dense([2, 3, 2]), "one": Network.dense([2, 1, 2])}
    draw_maps(fig, models, X2, y2, resolution=20, xlabel="width")
    assert [panel.get_title() for panel in fig.axes] == ["three", "one"]
    assert {panel.get_xlabel() for panel in fig.axes} == {"width"}
    labels = fig.axes[-1].get_legend().get_texts()
    assert [label.get_text() for label in labels] == ["class 0", "class 1"]

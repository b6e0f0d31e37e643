"""What a change means, before anything is done."""

import pytest

from halfmoon.playground.building import Conditions
from halfmoon.playground.changes import begins_anew, completed, differing, with_loss
from halfmoon.playground.make_data import make_data
from halfmoon.playground.setup import Setup

SMALL = Setup(rows=20)


def made(setup):
    return Conditions(setup, make_data(setup))


def anew(**settings):
    return begins_anew(made(SMALL), made(SMALL.change(**settings)))


def test_layers_that_are_added_have_the_last_ones_activation():
    relu = SMALL.change(activations=["relu"])
    assert completed(relu, {"hidden": [3, 4]}).activations == ("relu", "relu")
    assert completed(relu, {"hidden": []}).activations == ()
    none = SMALL.change(hidden=[], activations=[])
    assert completed(none, {"hidden": [2]}).activations == ("tanh",)
    with pytest.raises(ValueError, match="hidden must be"):
        completed(relu, {"hidden": 5})


def test_features_of_a_table_do_not_outlive_it():
    table = SMALL.change(data="table", features=["age^2"])
    assert completed(table, {"data": "moons"}).features == ("x1", "x2")
    assert completed(table, {"target": "sex"}).features == ("age^2",)
    assert completed(table, {"data": "moons", "features": ["x2"]}).features == ("x2",)
    squares = SMALL.change(features=["x1^2"])
    assert completed(squares, {"data": "drawn"}).features == ("x1^2",)


def test_a_loss_of_another_task_gives_way():
    logistic = SMALL.change(loss="logistic_cross_entropy")
    assert with_loss(logistic, make_data(SMALL)) == logistic
    values = logistic.change(data="wave")
    assert with_loss(values, make_data(values)).loss == "auto"


@pytest.mark.parametrize(
    "settings",
    [
        {"noise": 0.4},
        {"rows": 30},
        {"data_seed": 5},
        {"test_share": 0.5},
        {"activations": ["relu"]},
        {"optimizer": "adam", "learning_rate": 0.1},
    ],
)
def test_training_goes_on(settings):
    assert not anew(**settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"data": "circles"},
        {"data": "blobs:classes=4"},
        {"features": ["x1"]},
        {"hidden": [3, 3], "activations": ["tanh", "tanh"]},
        {"seed": 1},
        {"initializer": "zeros"},
    ],
)
def test_training_begins_anew(settings):
    assert anew(**settings)


def test_one_data_set_with_other_settings_is_the_same_unless_its_classes_are_others():
    spiral = made(SMALL.change(data="spiral"))
    assert not begins_anew(spiral, made(SMALL.change(data="spiral:turns=1.5")))
    two = made(SMALL.change(data="blobs:classes=2"))
    assert begins_anew(two, made(SMALL.change(data="blobs:classes=3")))


def test_settings_that_differ_are_named():
    assert differing(SMALL, SMALL.change(noise=0.1, rows=20)) == {"noise"}

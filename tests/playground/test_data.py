"""Rows as the network and the page see them."""

from dataclasses import replace

import numpy as np

from halfmoon.components.losses import LOSSES
from halfmoon.playground.data import Data

POSITIONS = np.array([[0.0, 5.0], [10.0, 5.0]])
DATA = Data(
    X=POSITIONS,
    y=np.array([0, 1]),
    is_test=np.array([False, True]),
    task="classification",
    inputs=("x1", "x2"),
    classes=("0", "1", "2"),
    target="y",
    axes=("x1", "x2"),
    positions=POSITIONS,
    inputs_at=lambda places: places,
    gap_at=lambda places: np.zeros(len(places)),
)
VALUES = replace(
    DATA, task="regression", classes=(), y=np.array([0.5, -1.0]), middle=3.0, spread=2.0
)


def test_the_plane_that_is_shown_leaves_a_margin_around_the_rows():
    assert (DATA.n, DATA.outputs) == (2, 3)
    np.testing.assert_allclose(DATA.box, (-0.8, 10.8, 4.92, 5.08))


def test_the_truth_is_as_the_loss_reads_it():
    softmax = LOSSES.make("softmax_cross_entropy")
    assert DATA.truth(softmax).tolist() == [0, 1]
    squares = LOSSES.make("squared_error")
    assert DATA.truth(squares).tolist() == [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]]
    assert VALUES.truth(squares) is VALUES.y


def test_values_have_their_own_units_and_classes_none():
    assert VALUES.in_units(VALUES.y).tolist() == [4.0, 1.0]
    assert DATA.in_units(DATA.y) is DATA.y


def test_the_columns_that_are_used_are_inputs():
    kinds = {"id": "identifier", "age": "number", "sex": "category", "risk": "target"}
    assert replace(DATA, kinds=kinds).used == ["age", "sex"]

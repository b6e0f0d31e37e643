"""Rows as the network and the page see them."""

import numpy as np

from halfmoon.playground.data import Data


def test_the_plane_that_is_shown_leaves_a_margin_around_the_rows():
    positions = np.array([[0.0, 5.0], [10.0, 5.0]])
    data = Data(
        X=positions,
        y=np.array([0, 1]),
        is_test=np.array([False, True]),
        task="classification",
        inputs=("x1", "x2"),
        classes=("0", "1", "2"),
        target="y",
        axes=("x1", "x2"),
        positions=positions,
        inputs_at=lambda places: places,
        gap_at=lambda places: np.zeros(len(places)),
    )
    assert (data.n, data.outputs) == (2, 3)
    np.testing.assert_allclose(data.box, (-0.8, 10.8, 4.92, 5.08))

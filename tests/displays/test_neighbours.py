"""The nearest rows, against distances to all of them."""

import numpy as np

from halfmoon.displays.neighbours import Neighbours

rng = np.random.default_rng(0)
ROWS = rng.normal(size=(50, 2)) * [1.0, 100.0]
POINTS = rng.normal(size=(7, 2)) * [2.0, 200.0]


def test_the_nearest_rows_come_first():
    away = np.linalg.norm((POINTS[:, None] - ROWS) / ROWS.std(axis=0), axis=2)
    distance, near = Neighbours(ROWS, k=3).of(POINTS)
    np.testing.assert_array_equal(near, np.argsort(away, axis=1)[:, :3])
    np.testing.assert_allclose(distance, np.sort(away, axis=1)[:, :3])
    np.testing.assert_allclose(Neighbours(ROWS, k=3).gap(POINTS), away.min(axis=1))


def test_a_constant_column_is_left_as_it_is():
    rows = np.array([[1.0], [1.0]])
    np.testing.assert_array_equal(Neighbours(rows).gap(np.array([[4.0]])), [3.0])

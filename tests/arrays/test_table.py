"""Tables as a network reads them: their dtype, their shape, and what is not finite."""

import numpy as np
import pandas as pd
import pytest
from scipy.sparse import csr_matrix

from halfmoon.arrays.table import read_table

FLOAT32 = np.dtype(np.float32)
FLOAT64 = np.dtype(np.float64)


@pytest.mark.parametrize("dtype", [FLOAT32, FLOAT64])
def test_numbers_are_read_in_the_dtype_asked_for(dtype):
    table = read_table([[1, 2], [3, 4]], 2, dtype)
    assert table.dtype == dtype
    assert table.tolist() == [[1.0, 2.0], [3.0, 4.0]]


def test_a_sparse_table_stays_sparse():
    table = read_table(csr_matrix([[0.0, 2.0], [3.0, 0.0]]), 2, FLOAT64)
    assert not isinstance(table, np.ndarray)
    assert table.toarray().tolist() == [[0.0, 2.0], [3.0, 0.0]]


@pytest.mark.parametrize("X", [[1.0, 2.0], [[1.0]], np.empty((0, 2)), [[[1.0, 2.0]]]])
def test_another_shape_is_refused(X):
    with pytest.raises(ValueError, match=r"must have shape \(n, 2\) with n at least 1"):
        read_table(X, 2, FLOAT64)


def test_columns_that_are_not_finite_are_named():
    X = np.array([[1.0, np.nan, 2.0], [1.0, 1.0, -np.inf]])
    with pytest.raises(ValueError, match="in columns 1, 2; remove or fill"):
        read_table(X, 3, FLOAT64)
    frame = pd.DataFrame(X, columns=["age", "height", "weight"])
    with pytest.raises(ValueError, match="in columns height, weight;"):
        read_table(frame, 3, FLOAT64)


def test_what_is_too_large_for_float32_is_infinite_there():
    X = [[1e300, 1.0]]
    assert read_table(X, 2, FLOAT64)[0, 0] == 1e300
    with pytest.raises(ValueError, match=r"\(in float32\) in columns 0;"):
        read_table(X, 2, FLOAT32)


def test_finite_numbers_whose_sum_is_infinite_are_read():
    X = np.full((4, 1), 1e308)
    assert np.array_equal(read_table(X, 1, FLOAT64), X)


def test_complex_numbers_are_refused():
    for X in (np.ones((4, 2), complex), csr_matrix(np.ones((4, 2), complex))):
        with pytest.raises(ValueError, match=r"^X holds complex numbers; give their"):
            read_table(X, 2, np.dtype(np.float64))

"""Rows that are tested on stay so, whatever becomes of the others."""

import numpy as np

from halfmoon.tables.held_out import hold_out


def test_test_rows_stay_when_others_come_and_go():
    all_rows = hold_out(np.arange(100), 100, 0.3, seed=5)
    assert all_rows.sum() == 30
    kept = np.delete(np.arange(100), [3, 50, 51])
    fewer = hold_out(kept, 100, 0.3, seed=5)
    np.testing.assert_array_equal(fewer, all_rows[kept])
    more = hold_out(np.arange(1100), 100, 0.3, seed=5)
    np.testing.assert_array_equal(more[:100], all_rows)
    assert 250 < more[100:].sum() < 350
    # a larger share holds the smaller one
    larger = hold_out(np.arange(100), 100, 0.6, seed=5)
    assert larger[all_rows].all()


def test_rows_of_a_group_are_on_one_side():
    groups = np.array([0, 0, 0, 1, 1, 2, 2, 2, -1, -1])
    is_test = hold_out(np.arange(10), 10, 0.4, 3, groups)
    for group in range(3):
        assert len(set(is_test[groups == group])) == 1
    assert 0 < is_test.sum() < 10
    # of one group alone nothing is tested on
    assert not hold_out(np.arange(4), 4, 0.9, 0, np.zeros(4, int)).any()

"""A long series as a band, by hand."""

import numpy as np

from halfmoon.training import band as module
from halfmoon.training.band import Band


def test_the_band_holds_the_lowest_and_highest_value(monkeypatch):
    monkeypatch.setattr(module, "MOST_BINS", 8)
    values = np.random.RandomState(0).uniform(size=27)
    band = Band.empty()
    for start, stop in ((0, 5), (5, 6), (6, 20), (20, 27)):
        band = band.with_values(start, values[start:stop])
    assert band.every == 4
    bins = [values[start : start + 4] for start in range(0, 27, 4)]
    np.testing.assert_array_equal(band.low, [each.min() for each in bins])
    np.testing.assert_array_equal(band.high, [each.max() for each in bins])
    assert len(band.until(8).low) == 2

"""The units of values y."""

import numpy as np
import pytest
from sklearn.preprocessing import StandardScaler

from halfmoon.estimators.units import Units

Y = np.random.default_rng(0).normal(50.0, 7.0, size=(40, 2))


def test_networks_learn_standardised_values():
    units = Units.of(Y)
    expected = StandardScaler().fit_transform(Y)
    assert units.standardize(Y) == pytest.approx(expected, abs=1e-6)
    assert units.standardize(Y).dtype == np.float32
    assert units.restore(expected) == pytest.approx(Y)
    assert not units.is_column
    assert Units.of(Y[:, 0]).is_column


def test_predictions_stay_near_the_values_that_were_seen():
    units = Units.of(Y[:, 0])
    far = units.restore(np.array([[-99.0], [99.0]]))
    deviation = Y[:, 0].std()
    assert far[:, 0] == pytest.approx(
        [Y[:, 0].min() - deviation, Y[:, 0].max() + deviation]
    )


def test_a_constant_has_the_spread_one():
    units = Units.of(np.full(5, 3))
    assert units.standardize(np.full(5, 3)).tolist() == [[0.0]] * 5
    assert units.restore(np.array([[0.5]])).tolist() == [[3.0]]


def test_it_comes_back_from_lists():
    units = Units.of(Y)
    lists = {name: np.asarray(v).tolist() for name, v in units.as_dict().items()}
    again = Units.from_dict(lists)
    for name, value in units.as_dict().items():
        assert np.array_equal(getattr(again, name), value)


@pytest.mark.parametrize(
    "change",
    [
        {"spread": [0.0, 1.0]},
        {"mean": [np.nan, 1.0]},
        {"low": [1e9, 0.0]},
        {"mean": [1.0]},
        {"is_column": True},
    ],
)
def test_what_does_not_fit_together_is_refused(change):
    with pytest.raises(ValueError, match="do not fit together"):
        Units.from_dict({**Units.of(Y).as_dict(), **change})


def test_values_whose_squares_overflow_are_refused():
    with pytest.raises(ValueError, match=r"values up to 1\.7e\+308, .* larger units"):
        Units.of(np.array([-1.7e308, 1.0]))
    assert Units.of(np.array([-1e150, 1e150])).spread == pytest.approx(1e150)


def test_what_is_no_number_is_refused():
    with pytest.raises(ValueError, match="must hold numbers"):
        Units.of(np.array(["a", "b"]))

"""Elementary functions against mpmath's forty digits.

Errors are counted in ulp (units in the last place).
"""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from halfmoon.arrays.elementary import erf, logistic, softplus, xlogy

EXACT = {
    erf: mpmath.erf,
    logistic: lambda z: 1 / (1 + mpmath.exp(-z)),
    softplus: lambda z: mpmath.log1p(mpmath.exp(z)),
}
ULP = 4.0  # what elementary.py promises of erf; the others keep it too
each_function = pytest.mark.parametrize(
    "function", EXACT, ids=lambda function: function.__name__
)
each_dtype = pytest.mark.parametrize(
    "dtype", [np.float64, np.float32], ids=["float64", "float32"]
)


def worst_ulp(function, x):
    """The largest error over x, in units of the last place of the exact result."""
    got = function(x)
    assert got.dtype == x.dtype
    with mpmath.workdps(40):
        exact = [EXACT[function](mpmath.mpf(float(number))) for number in x]
        spacing = np.spacing(
            np.abs(np.array([float(number) for number in exact], dtype=x.dtype))
        )
        return max(
            float(abs(mpmath.mpf(float(g)) - e) / mpmath.mpf(float(s)))
            for g, e, s in zip(got, exact, spacing, strict=True)
        )


@each_function
@each_dtype
@pytest.mark.parametrize("reach", [1e-30, 1e-3, 1.0, 3.0, 6.5, 80.0])
def test_right_to_a_few_ulp(function, dtype, reach):
    x = np.random.RandomState(7).uniform(-reach, reach, 300).astype(dtype)
    assert worst_ulp(function, x) <= ULP


@each_dtype
def test_erf_is_right_on_both_sides_of_its_seams(dtype):
    steps = np.arange(-5, 6).astype(dtype)
    x = np.concatenate(
        [dtype(seam) + steps * np.spacing(dtype(seam)) for seam in (0.0, 1.0, 6.0)]
    )
    assert len(set(x.tolist())) == 33
    assert worst_ulp(erf, np.concatenate([x, -x])) <= ULP


@given(st.floats(-1e300, 1e300))
@hypothesis_settings(max_examples=100)
def test_erf_agrees_with_the_c_library_everywhere(x):
    assert float(erf(np.float64(x))) == pytest.approx(math.erf(x), rel=1e-15, abs=0.0)


@each_dtype
def test_erf_is_odd_and_keeps_the_sign_of_zero(dtype):
    x = np.linspace(0.0, 7.0, 200).astype(dtype)
    np.testing.assert_array_equal(erf(-x), -erf(x))
    assert np.signbit(erf(dtype(-0.0)))
    assert not np.signbit(erf(dtype(0.0)))


@each_dtype
def test_far_out_the_limits_are_reached_without_a_warning(dtype):
    far = np.array([-np.inf, -1e30, -1e4, 1e4, 1e30, np.inf], dtype=dtype)
    np.testing.assert_array_equal(erf(far), [-1, -1, -1, 1, 1, 1])
    np.testing.assert_array_equal(logistic(far), [0, 0, 0, 1, 1, 1])
    np.testing.assert_array_equal(softplus(far), np.maximum(far, 0))


@each_function
@each_dtype
def test_nan_stays_nan_and_touches_no_neighbour(function, dtype):
    z = np.array([0.5, np.nan, -2.0], dtype=dtype)
    np.testing.assert_array_equal(np.isnan(function(z)), [False, True, False])


@each_function
@each_dtype
def test_one_number_gives_what_the_array_gives(function, dtype):
    z = np.linspace(-8, 8, 33).astype(dtype)
    one_by_one = [function(number) for number in z]
    assert all(np.ndim(a) == 0 and np.asarray(a).dtype == dtype for a in one_by_one)
    np.testing.assert_allclose(one_by_one, function(z), rtol=4 * np.finfo(dtype).eps)


@each_function
def test_a_python_number_is_accepted(function):
    assert float(function(0.25)) == pytest.approx(
        float(EXACT[function](0.25)), rel=1e-15
    )


@each_function
def test_shape_is_kept(function):
    assert function(np.ones((2, 0, 3))).shape == (2, 0, 3)
    assert function(np.ones((2, 4, 3))).shape == (2, 4, 3)


@each_dtype
def test_xlogy_is_x_log_y_and_zero_where_x_is(dtype):
    x = np.array([0, 0, 1, 2.5], dtype=dtype)
    y = np.array([0, 3, 1, 7], dtype=dtype)
    got = xlogy(x, y)
    assert got.dtype == dtype
    np.testing.assert_allclose(
        got, [0.0, 0.0, 0.0, 2.5 * math.log(7)], rtol=4 * np.finfo(dtype).eps
    )

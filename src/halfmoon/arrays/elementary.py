"""Elementary functions that NumPy lacks, or that need a stable form.

Each stands here once, in plain np expressions. All keep the dtype of floating input and
let NaN through.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating[Any]]

# erf(x) / x as a polynomial in x^2 on [0, 1], and erfc(x) e^(x^2) as one in t =
# (x-3)/(x+3) on [1, 6]: Chebyshev interpolation at 60 digits, relative errors 8e-18 and
# 1.1e-16 (tests/arrays/test_elementary.py holds erf to 4 ulp)
# fmt: off
_NEAR = (
    1.1283791670955126, -0.37612638903183543, 0.11283791670945006, -0.02686617064323777,
    0.0052239776071164225,
    -0.0008548325975389692, 0.00012055294904839707, -1.492473690741966e-05,
    1.6447424703317362e-06,
    -1.6208483801871705e-07, 1.3720064546777686e-08, -7.795898827002142e-10,
)
_FAR = (
    0.17900115118138996, -0.32623356004303716, 0.24560380171233195,
    -0.15011593650078744, 0.07166583719774874,
    -0.024392499318273194, 0.004269136347508256, 0.0007077464443901538,
    -0.0005970623517093284,
    4.525472635483354e-05, 6.406182073530546e-05, -1.284889451252353e-05,
    -8.008021319412685e-06,
    2.023603179641757e-06, 1.2801900862962662e-06,
)
# fmt: on


def logistic(z: Array) -> Array:
    """1 / (1 + e^-z), with an exponent that is never positive: nothing overflows."""
    e = np.exp(-np.abs(z))
    return np.where(z >= 0.0, 1.0, e) / (1.0 + e)


def softplus(z: Array) -> Array:
    """log(1 + e^z) = max(z, 0) + log(1 + e^-|z|)."""
    return np.maximum(z, 0.0) + np.log1p(np.exp(-np.abs(z)))


def log_softmax(z: Array) -> Array:
    """log(e^z / sum_c e^z) over the last axis, from z less its largest entry."""
    s = z - z.max(axis=-1, keepdims=True)
    return s - np.log(np.exp(s).sum(axis=-1, keepdims=True))


def xlogy(x: Array, y: Array) -> Array:
    """x log y, and 0 where x is 0 (y positive wherever x is not 0)."""
    return x * np.log(np.where(x == 0.0, 1.0, y))


def erf(x: Array) -> Array:
    """The error function, 2/sqrt(pi) times the integral of e^(-t^2) from 0 to x."""
    m = np.minimum(np.abs(x), 6.0)  # erf(6) is 1 to the last bit
    near = m * _horner(_NEAR, m * m)
    far = 1.0 - np.exp(-m * m) * _horner(_FAR, (m - 3.0) / (m + 3.0))
    return np.copysign(np.where(m < 1.0, near, far), x)


def _horner(coefficients: tuple[float, ...], x: Array) -> Array:
    """The polynomial c0 + c1 x + c2 x^2 + ..., from the inside out."""
    total = 0.0 * x
    for c in coefficients[::-1]:
        total = total * x + c
    return total


def transposed(a: Array) -> Array:
    """a with its last two axes exchanged; sparse tables have just two."""
    return a.T if a.ndim == 2 else np.swapaxes(a, -1, -2)


def rounding_of(dtype: Any) -> float:
    """By how much numbers that are meant to be equal may differ, relative to them.

    Whole numbers count as float64, as which they are read.
    """
    exact = dtype.kind != "f"
    return 4.0 * float(np.finfo(np.float64 if exact else dtype).eps)

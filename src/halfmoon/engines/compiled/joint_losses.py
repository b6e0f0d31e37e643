"""The losses whose outputs belong together, as loops.

The others are written by `codegen` from losses/pointwise.py. A loss is called with

    z, dz   (k, ld) raw predictions, and where w dl/dz goes
    y       (columns of y, ld)
    w       (ld,) a weight for each row
    spare   (3, ld) scratch
    h       the loss's settings

of which n columns are in use, and returns the sum of w l; w_ld is of no use here. A
link is called with z, with out (n, k), where the prediction goes row after row, and
with spare (k + 2, ld).
"""

import numpy as np
from numba import carray

from halfmoon.engines.compiled.native import fast, loop, part
from halfmoon.engines.compiled.simd import FUNCTIONS

T = np.float64
exp = FUNCTIONS[T.__name__]["exp"]
log = FUNCTIONS[T.__name__]["log"]
logistic = FUNCTIONS[T.__name__]["logistic"]
softplus = FUNCTIONS[T.__name__]["softplus"]


@loop("TTTTTiiiih", sums=True)
def softmax_cross_entropy(z, y, w, dz, spare, k, n, ld, w_ld, h):
    """[L23] to [L25]: [L1] to [L4] for each group of outputs.

    h holds the smoothing, the number of groups, and their sizes.
    """
    fast()
    all_z = carray(z, (k, ld))
    all_y = carray(y, (k, ld))
    all_dz = carray(dz, (k, ld))
    spare = carray(spare, (3, ld))
    high = spare[0]
    e_sum = spare[1]
    log_sum = spare[2]
    start = 0
    total = T(0)
    for group in range(np.int64(h[1])):
        k = np.int64(h[2 + group])
        z = all_z[start : start + k]
        y = all_y[start : start + k]
        dz = all_dz[start : start + k]
        share = T(1.0 - h[0])
        even = T(h[0] / k)
        start = start + k
        if k == 2:
            total += softmax_of_two(z, y, w, dz, share, even, n)  # [L24]
            continue
        softmax_shift(z, dz, high, e_sum, n)
        for r in range(n):
            log_sum[r] = log(e_sum[r])
            e_sum[r] = T(1) / e_sum[r]
        for j in range(k):
            for r in range(n):
                t = share * y[j, r] + even  # [L4]
                total += w[r] * t * (log_sum[r] + (high[r] - z[j, r]))  # [L24], by [L2]
                dz[j, r] = w[r] * (dz[j, r] * e_sum[r] - t)  # [L23] [L25], by [L1] [L3]
    return total


@part
def softmax_of_two(z, y, w, dz, share, even, n):
    """[L23] to [L25] for a group of two, with one exponential a row; returns sum w l.

    z, y, dz  (2, ld)
    share     1 - smoothing; even is smoothing / 2 [L4]

    The smaller y_hat is logistic(-|z_1 - z_0|).
    """
    fast()
    total = T(0)
    for r in range(n):
        t0 = share * y[0, r] + even  # [L4]
        t1 = share * y[1, r] + even  # [L4]
        gap = z[1, r] - z[0, r]
        low = -abs(gap)
        smaller = logistic(low)  # [L1]
        larger = T(1) - smaller
        y_hat1 = larger if gap > 0 else smaller
        y_hat0 = smaller if gap > 0 else larger
        beyond = t0 * gap if gap > 0 else -t1 * gap
        total += w[r] * ((t0 + t1) * softplus(low) + beyond)  # [L2], as in [L6]
        dz[0, r] = w[r] * (y_hat0 - t0)  # [L3]
        dz[1, r] = w[r] * (y_hat1 - t1)  # [L3]
    return total


@part
def softmax_shift(z, e, high, e_sum, n):
    """e = exp(z - high), where `high` is the row's largest z, and the sum of e.

    z, e         (k, ld)
    high, e_sum  (ld,)
    """
    fast()
    for r in range(n):
        high[r] = z[0, r]
        e_sum[r] = T(0)
    for j in range(1, len(z)):
        for r in range(n):
            high[r] = z[j, r] if z[j, r] > high[r] else high[r]
    for j in range(len(z)):
        for r in range(n):
            e[j, r] = exp(z[j, r] - high[r])
            e_sum[r] += e[j, r]


@loop("TTTiiih")
def softmax_link(z, out, spare, k, n, ld, h):
    """[L23]: [L1] for each group of outputs."""
    fast()
    z = carray(z, (k, ld))
    out = carray(out, (n, k))
    spare = carray(spare, (k + 2, ld))
    high = spare[0]
    e_sum = spare[1]
    e = spare[2:]
    start = 0
    for group in range(np.int64(h[1])):
        stop = start + np.int64(h[2 + group])
        softmax_shift(z[start:stop], e, high, e_sum, n)
        for j in range(start, stop):
            for r in range(n):
                out[r, j] = e[j - start, r] / e_sum[r]  # [L23], by [L1]
        start = stop
    return 0.0


@loop("TTTTTiiiih", sums=True)
def quantiles(z, y, w, dz, spare, k, n, ld, w_ld, h):
    """[L20] to [L22]; h holds the number of levels, and the levels.

    dz first holds dl/dy_hat, then is summed from the last level down to give dl/dz.
    """
    fast()
    levels = np.int64(h[0])
    total = T(0)
    z = carray(z, (k, ld))
    y = carray(y, (k // levels, ld))
    w = carray(w, ld)
    dz = carray(dz, (k, ld))
    for column in range(k // levels):
        first = column * levels
        for r in range(n):
            y_hat = T(0)
            for q in range(levels):
                z_q = z[first + q, r]
                y_hat += softplus(z_q) if q else z_q  # [L20]
                miss = y[column, r] - y_hat
                level = T(h[1 + q])
                slope = level if miss >= 0 else level - T(1)
                total += w[r] * (slope * miss)  # [L18] [L21]
                side = T(miss < 0) - T(miss > 0)
                dz[first + q, r] = w[r] * (T(0.5) * side + (T(0.5) - level))  # [L19]
            above = T(0)
            for q in range(levels - 1, -1, -1):
                above += dz[first + q, r]
                growth = logistic(z[first + q, r]) if q else T(1)
                dz[first + q, r] = above * growth  # [L22]
    return total


@loop("TTTiiih")
def quantiles_link(z, out, spare, k, n, ld, h):
    """[L20]; h as in `quantiles`."""
    fast()
    levels = np.int64(h[0])
    z = carray(z, (k, ld))
    out = carray(out, (n, k))
    for j in range(k):
        for r in range(n):
            if j % levels:
                out[r, j] = out[r, j - 1] + softplus(z[j, r])  # [L20]
            else:
                out[r, j] = z[j, r]  # [L20]
    return 0.0

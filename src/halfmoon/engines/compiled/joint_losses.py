"""The losses whose outputs belong together, as loops; the others are made from
losses/pointwise.py (`codegen`).

Scores z, truth y and dz are (k, ld), of which n columns are in use; w holds a weight
for each row. A loss gives the sum of w l, and w dz; its link writes predictions row
after row, (n, k). A loss has room for 3 rows of numbers in `spare`, a link for k + 2.
"""

import numpy as np
from numba import carray

from halfmoon.engines.compiled.native import fast, loop, part
from halfmoon.engines.compiled.simd import FUNCTIONS

T = np.float64
exp, log, logistic, softplus = (
    FUNCTIONS[T.__name__][name] for name in ("exp", "log", "logistic", "softplus")
)


@loop("TTTTTiiiih", sums=True)
def softmax_cross_entropy(z, y, w, dz, spare, k, n, ld, w_ld, h):
    """[L23] to [L25], each group by [L1] to [L4]; h holds the smoothing, how many
    groups there are, and their sizes.
    """
    fast()
    zs = carray(z, (k, ld))
    ys = carray(y, (k, ld))
    dzs = carray(dz, (k, ld))
    spare = carray(spare, (3, ld))
    high = spare[0]
    e_sum = spare[1]
    log_sum = spare[2]
    start = 0
    total = T(0)
    for g in range(np.int64(h[1])):
        k = np.int64(h[2 + g])
        z = zs[start : start + k]
        y = ys[start : start + k]
        dz = dzs[start : start + k]
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
    """The same for two classes: `least`, the smaller y_hat, is logistic(-|z_1 - z_0|):
    one exponential for a row.
    """
    fast()
    total = T(0)
    for r in range(n):
        t0 = share * y[0, r] + even
        t1 = share * y[1, r] + even
        gap = z[1, r] - z[0, r]  # [L4]
        low = -abs(gap)
        least = logistic(low)  # [L1]
        # as in [L6]
        total += w[r] * (
            (t0 + t1) * softplus(low) + (t0 * gap if gap > 0 else -t1 * gap)
        )  # [L2]
        y_hat1 = T(1) - least if gap > 0 else least
        y_hat0 = least if gap > 0 else T(1) - least
        dz[0, r] = w[r] * (y_hat0 - t0)
        dz[1, r] = w[r] * (y_hat1 - t1)  # [L3]
    return total


@part
def softmax_shift(z, e, high, e_sum, n):
    """e = e^(z - high) with each row's largest score `high`, and the rows' sums
    of e.
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
    """[L23], to out (n, k)."""
    fast()
    z = carray(z, (k, ld))
    out = carray(out, (n, k))
    spare = carray(spare, (k + 2, ld))
    high = spare[0]
    e_sum = spare[1]
    e = spare[2:]
    start = 0
    for g in range(np.int64(h[1])):
        end = start + np.int64(h[2 + g])
        softmax_shift(z[start:end], e, high, e_sum, n)
        for j in range(start, end):
            for r in range(n):
                out[r, j] = e[j - start, r] / e_sum[r]  # [L23], by [L1]
        start = end
    return 0.0


@loop("TTTTTiiiih", sums=True)
def quantiles(z, y, w, dz, spare, k, n, ld, w_ld, h):
    """[L20] to [L22]; h holds how many levels there are, and the levels."""
    fast()
    levels = np.int64(h[0])
    total = T(0)
    z = carray(z, (k, ld))
    y = carray(y, (k // levels, ld))
    w = carray(w, ld)
    dz = carray(dz, (k, ld))
    for c in range(k // levels):
        for r in range(n):
            y_hat = T(0)
            pull = T(0)
            for q in range(levels):
                score = z[c * levels + q, r]
                y_hat += softplus(score) if q else score  # [L20]
                miss = y[c, r] - y_hat
                level = T(h[1 + q])
                total += w[r] * (
                    level * miss if miss >= 0 else (level - T(1)) * miss
                )  # [L18] [L21]
                dz[c * levels + q, r] = w[r] * (
                    T(0.5) * (T(miss < 0) - T(miss > 0)) + (T(0.5) - level)
                )  # [L19]
            for q in range(levels - 1, -1, -1):
                at = c * levels + q
                pull += dz[at, r]
                dz[at, r] = pull * (logistic(z[at, r]) if q else T(1))  # [L22]
    return total


@loop("TTTiiih")
def quantiles_link(z, out, spare, k, n, ld, h):
    """[L20], to out (n, k)."""
    fast()
    levels = np.int64(h[0])
    z = carray(z, (k, ld))
    out = carray(out, (n, k))
    for j in range(k):
        for r in range(n):
            out[r, j] = (
                out[r, j - 1] + softplus(z[j, r]) if j % levels else z[j, r]
            )  # [L20]
    return 0.0

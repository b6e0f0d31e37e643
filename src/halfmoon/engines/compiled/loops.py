"""The loops under the kernels: all that runs over rows, units or parameters, each
compiled by itself when needed.

As in kernels.py features lie on axis 0 and rows on axis 1: a matrix has `ld` columns,
of which `n` are in use. `T` is the number type. A pointer argument is marked T
(numbers), n (integers) or h (float64); i is an integer.
"""

import numpy as np
from numba import carray

from halfmoon.engines.compiled.native import fast, loop, part

T = np.float64
GAMMA, MIX1, MIX2 = (
    np.uint64(c) for c in (0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB)
)
ONE, S11, S27, S30, S31, S32 = (np.uint64(shift) for shift in (1, 11, 27, 30, 31, 32))


# Products too thin for BLAS: what is read once serves two results


@loop("TTTiiiiiii")
def combine(out, rows, W, count, many, by_out, by_row, start, n, ld):
    """out_p = c_p + sum_q W_pq rows_q over n columns, for p < count, q < many.

    W_pq is W[p by_out + q by_row], and c_p is W[p by_out + start], or 0 where start is
    negative.
    """
    fast()
    for pair in range(0, count, 2):
        # an odd last one is done beside the one before it
        p = pair if pair + 1 < count or count == 1 else pair - 1
        at = p * ld
        u = p * by_out
        c = W[u + start] if start >= 0 else T(0)
        c1 = W[u + by_out + start] if start >= 0 and count > 1 else T(0)
        for q in range(0, many, 2):
            q1, odd = (q + 1, T(1)) if q + 1 < many else (q, T(0))
            w = W[u + q * by_row]
            w1 = W[u + q1 * by_row] * odd
            if count == 1:
                for r in range(n):
                    out[r] = (
                        (out[r] if q else c)
                        + w * rows[q * ld + r]
                        + w1 * rows[q1 * ld + r]
                    )
                continue
            v = W[u + by_out + q * by_row]
            v1 = W[u + by_out + q1 * by_row] * odd
            if q == 0:
                for r in range(n):
                    out[at + r] = c + w * rows[r] + w1 * rows[q1 * ld + r]
                    out[at + ld + r] = c1 + v * rows[r] + v1 * rows[q1 * ld + r]
            else:
                for r in range(n):
                    out[at + r] += w * rows[q * ld + r] + w1 * rows[q1 * ld + r]
                    out[at + ld + r] += v * rows[q * ld + r] + v1 * rows[q1 * ld + r]
    return 0.0


@loop("TTTiiiii", sums=True)
def dots(dW, A0, delta, last, k, n, ld, first):
    """dW_ij = sum_r A0_ir delta_jr over n columns, for i <= last, j < k; added to what
    is there unless `first`.
    """
    fast()
    for j in range(0, k, 2):
        j1 = j + 1 if j + 1 < k else j
        for i in range(0, last + 1, 2):
            i1 = i + 1 if i < last else i
            s = T(0)
            s1 = T(0)
            s2 = T(0)
            s3 = T(0)
            for r in range(n):
                s += A0[i * ld + r] * delta[j * ld + r]
                s1 += A0[i1 * ld + r] * delta[j * ld + r]
                s2 += A0[i * ld + r] * delta[j1 * ld + r]
                s3 += A0[i1 * ld + r] * delta[j1 * ld + r]
            u = i * k
            u1 = i1 * k
            if not first:
                s = s + dW[u + j]
                s1 = s1 + dW[u1 + j]
                s2 = s2 + dW[u + j1]
                s3 = s3 + dW[u1 + j1]
            dW[u + j] = s
            dW[u1 + j] = s1
            dW[u + j1] = s2
            dW[u1 + j1] = s3
    return 0.0


# Random numbers by position (random.py)


@part
def mix(s):
    """[N1]"""
    s = (s ^ (s >> S30)) * MIX1  # [N1]
    s = (s ^ (s >> S27)) * MIX2
    return s ^ (s >> S31)


@loop("niii")
def shuffle(order, n, key, epoch):
    """The numbers 0 to n-1 in random order. `key` is that of seed and SHUFFLE, to which
    the epoch is added.
    """
    fast()
    order = carray(order, n)
    key = mix(np.uint64(key) + np.uint64(epoch) + GAMMA)  # [N2]
    for i in range(n):
        order[i] = i
    for i in range(n - 1, 0, -1):
        bits = mix(key + (np.uint64(i) + ONE) * GAMMA)  # [N3]
        j = np.int64(((bits >> S32) * (np.uint64(i) + ONE)) >> S32)
        order[i], order[j] = order[j], order[i]  # [N6]
    return 0.0


@loop("TTTnhhiiiii")
def dropout(a0, a, scale, numbers, rate, factor, key, t, k, n, ld):
    """[D1]; `key` is that of seed, DROPOUT and place, to which the update t is
    added.
    """
    fast()
    a0 = carray(a0, (k, ld))
    a = carray(a, (k, ld))
    scale = carray(scale, (k, ld))
    numbers = carray(numbers, n)
    q = rate[0] * factor[0]
    q = q if q < 0.99 else 0.99
    keep = T(1.0 / (1.0 - q))
    key = mix(np.uint64(key) + np.uint64(t) + GAMMA)  # [N2]
    for j in range(k):
        for r in range(n):
            position = np.uint64(numbers[r] * k + j)
            u = (
                np.float64(np.int64(mix(key + (position + ONE) * GAMMA) >> S11))
                * 2.0**-53
            )  # [N3] [N4]
            scale[j, r] = keep if u >= q else T(0)
            a[j, r] = a0[j, r] * scale[j, r]  # [D1]
    return 0.0


@loop("TTi")
def scale(da, factors, n):
    """[D2], in place."""
    fast()
    for i in range(n):
        da[i] *= factors[i]  # [D2]
    return 0.0


# Rows


@loop("nniii")
def number(numbers, order, lo, n, shuffled):
    """Which rows stand at places lo to lo + n of the epoch's order."""
    fast()
    for r in range(n):
        numbers[r] = order[lo + r] if shuffled else lo + r
    return 0.0


@loop("TTniiiih")
def gather(table, block, numbers, columns, n, by_row, by_column, scale):
    """Rows of a table (rows, columns), each entry times the scale, to block[r by_row +
    i by_column].
    """
    fast()
    factor = T(scale[0])
    for r in range(n):
        at = numbers[r] * columns
        # a stride known when compiling: this copy becomes vector moves
        if by_column == 1:
            for i in range(columns):
                block[r * by_row + i] = table[at + i] * factor
        else:
            for i in range(columns):
                block[r * by_row + i * by_column] = table[at + i] * factor
    return 0.0


@loop("Tiii", sums=True)
def finite(a0, rows, columns, width):
    """0 if the rows' columns are all finite, else NaN."""
    fast()
    total = T(0)
    for i in range(rows):
        for j in range(columns):
            total += a0[i * width + j] * T(0)
    return total


@loop("TTTiiih")
def transpose(z, out, spare, k, n, ld, h):
    """The scores themselves, rows first: z (k, ld) to out (n, k)."""
    fast()
    for j in range(k):
        for r in range(n):
            out[r * k + j] = z[j * ld + r]
    return 0.0


# Parameters


@loop("TTiiih", sums=True)
def add_up(g, theta, n, shares, size, h):
    """[R3] for one chunk: the shares' gradients in their order, and the penalties h[0]
    = lam, h[1] = l1.

    h[2] becomes the penalty; gives the sum of the gradient's squares, in float64 since
    float32 cannot hold all of them.
    """
    fast()
    lam = T(h[0])
    l1 = T(h[1])
    penalty = T(0)
    norm2 = 0.0
    for share in range(1, shares):
        for p in range(n):
            g[p] += g[share * size + p]
    if h[0] + h[1] > 0.0:
        for p in range(n):
            sign = T(theta[p] > 0) - T(theta[p] < 0)
            penalty += theta[p] * (T(0.5) * lam * theta[p] + l1 * sign)  # [R1]
            g[p] += lam * theta[p] + l1 * sign  # [R3]
    for p in range(n):
        norm2 += np.float64(g[p]) * np.float64(g[p])
    h[2] = penalty
    return norm2


@loop("TTih")
def average(avg, theta, n, h):
    """[O6]; h[0] is the share of the new theta."""
    fast()
    share = T(h[0])
    for p in range(n):
        avg[p] += share * (theta[p] - avg[p])  # [O6]
    return 0.0

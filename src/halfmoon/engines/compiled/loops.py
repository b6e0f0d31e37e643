"""The loops under the kernels: all that runs over rows, units or parameters.

Each is compiled by itself when a fit needs it. As in kernels.py features lie on axis 0
and rows on axis 1: a matrix (k, ld) has `ld` columns, of which the first `n` are in
use. `T` is the number type. A loop's arguments are marked one by one: T is a pointer to
numbers, n to integers, h to float64; i is an integer. It returns a float64, 0 where
nothing is to be said.
"""

import numpy as np
from numba import carray

from halfmoon.engines.compiled.native import fast, loop, part

T = np.float64
# random.py's constants, as unsigned integers
GAMMA = np.uint64(0x9E3779B97F4A7C15)
MIX1 = np.uint64(0xBF58476D1CE4E5B9)
MIX2 = np.uint64(0x94D049BB133111EB)
ONE = np.uint64(1)
SHIFT_11 = np.uint64(11)
SHIFT_27 = np.uint64(27)
SHIFT_30 = np.uint64(30)
SHIFT_31 = np.uint64(31)
SHIFT_32 = np.uint64(32)


# Products too thin for BLAS: what is read once serves two results


@loop("TTTiiiiiii")
def combine(out, rows, W, n_out, n_in, by_out, by_in, bias, n, ld):
    """out_j = b_j + sum_i w_ij rows_i, for j < n_out and i < n_in: [F1] and [B4].

    out    (n_out, ld)
    rows   (n_in, ld)
    W      w_ij is W[j by_out + i by_in]
    bias   b_j is W[j by_out + bias]; 0 where bias is negative

    Two j and two i at a time: w00 is of the first i and j, w10 of the second i.
    """
    fast()
    for pair in range(0, n_out, 2):
        # an odd last j is done together with the one before it, once more
        j = pair if pair + 1 < n_out or n_out == 1 else pair - 1
        out0 = j * ld
        out1 = out0 + ld
        W0 = j * by_out
        W1 = W0 + by_out
        b0 = W[W0 + bias] if bias >= 0 else T(0)
        b1 = W[W1 + bias] if bias >= 0 and n_out > 1 else T(0)
        for i in range(0, n_in, 2):
            # an odd last i is its own partner, with weight 0
            has_partner = i + 1 < n_in
            i1 = i + 1 if has_partner else i
            counts = T(1) if has_partner else T(0)
            row0 = i * ld
            row1 = i1 * ld
            w00 = W[W0 + i * by_in]
            w10 = W[W0 + i1 * by_in] * counts
            if n_out == 1:
                for r in range(n):
                    before = out[r] if i else b0
                    out[r] = before + w00 * rows[row0 + r] + w10 * rows[row1 + r]
                continue
            w01 = W[W1 + i * by_in]
            w11 = W[W1 + i1 * by_in] * counts
            if i == 0:
                for r in range(n):
                    out[out0 + r] = b0 + w00 * rows[r] + w10 * rows[row1 + r]
                    out[out1 + r] = b1 + w01 * rows[r] + w11 * rows[row1 + r]
            else:
                for r in range(n):
                    out[out0 + r] += w00 * rows[row0 + r] + w10 * rows[row1 + r]
                    out[out1 + r] += w01 * rows[row0 + r] + w11 * rows[row1 + r]
    return 0.0


@loop("TTTiiiii", sums=True)
def dots(dW, A0, delta, d, k, n, ld, first):
    """dW'_ij = sum_r A0'_ir delta_jr, for i <= d and j < k: [B2], and [B3] for i = d.

    dW     (d + 1, k)
    A0     (d + 1, ld) the inputs and a row of ones
    delta  (k, ld)
    first  whether the sum replaces what is in dW, or is added to it

    Two i and two j at a time, or the same one twice: sum10 is of the second i.
    """
    fast()
    for j in range(0, k, 2):
        j1 = j + 1 if j + 1 < k else j
        for i in range(0, d + 1, 2):
            i1 = i + 1 if i < d else i
            sum00 = T(0)
            sum10 = T(0)
            sum01 = T(0)
            sum11 = T(0)
            for r in range(n):
                sum00 += A0[i * ld + r] * delta[j * ld + r]
                sum10 += A0[i1 * ld + r] * delta[j * ld + r]
                sum01 += A0[i * ld + r] * delta[j1 * ld + r]
                sum11 += A0[i1 * ld + r] * delta[j1 * ld + r]
            row0 = i * k
            row1 = i1 * k
            if not first:
                sum00 = sum00 + dW[row0 + j]
                sum10 = sum10 + dW[row1 + j]
                sum01 = sum01 + dW[row0 + j1]
                sum11 = sum11 + dW[row1 + j1]
            dW[row0 + j] = sum00
            dW[row1 + j] = sum10
            dW[row0 + j1] = sum01
            dW[row1 + j1] = sum11
    return 0.0


# Scaling: the weights above it are scaled, and not the rows


@loop("TTTii")
def scaled_weights(V, W, s, d, k):
    """V' = [s W; b]: (a0 s) W + b = a0 (s W) + b, which is [F1] after [F3].

    V, W  (d + 1, k) with a row of biases
    s     (d,)
    """
    fast()
    for i in range(d):
        for j in range(k):
            V[i * k + j] = s[i] * W[i * k + j]  # [F3]
    for j in range(k):
        V[d * k + j] = W[d * k + j]
    return 0.0


@loop("TTTTii", sums=True)
def scaling_gradient(dW, ds, W, s, d, k):
    """From dL/dV = a0^T delta to ds_i = sum_j W_ij dV_ij [B5], and dW = s dV [B2].

    dW     (d, k) holds dL/dV, and then dL/dW
    ds, s  (d,)
    W      (d, k)

    [B5]'s da is delta W^T: sum_n a0_ni sum_j W_ij delta_nj is the same sum.
    """
    fast()
    for i in range(d):
        total = T(0)
        for j in range(k):
            total += W[i * k + j] * dW[i * k + j]
        for j in range(k):
            dW[i * k + j] *= s[i]  # [B2]
        ds[i] = total  # [B5]
    return 0.0


# Random numbers by position (random.py)


@part
def mix(s):
    """Stir the bits of an unsigned integer [N1]."""
    s = (s ^ (s >> SHIFT_30)) * MIX1  # [N1]
    s = (s ^ (s >> SHIFT_27)) * MIX2  # [N1]
    return s ^ (s >> SHIFT_31)  # [N1]


@loop("niii")
def shuffle(order, n, key, epoch):
    """The numbers 0 to n-1 in an order of the epoch's own.

    order  (n,) what is written
    key    that of seed and SHUFFLE, to which the epoch is added here
    """
    fast()
    order = carray(order, n)
    key = mix(np.uint64(key) + np.uint64(epoch) + GAMMA)  # [N2]
    for i in range(n):
        order[i] = i
    for i in range(n - 1, 0, -1):
        count = np.uint64(i) + ONE
        bits = mix(key + count * GAMMA)  # [N3]
        j = np.int64(((bits >> SHIFT_32) * count) >> SHIFT_32)
        order[i], order[j] = order[j], order[i]  # [N6]
    return 0.0


@loop("TTTnhhiiiii")
def dropout(a0, a, factors, numbers, rate, schedule, key, t, k, n, ld):
    """a = a0 scale [D1], the scale kept for [D2].

    a0, a     (k, ld)
    factors   (k, ld) the scale: 0 or 1 / (1 - q)
    numbers   (n,) the rows in the data
    rate      (1,) the layer's rate
    schedule  (1,) the factor on it
    key       that of seed, DROPOUT and layer, to which the update t is added here
    """
    fast()
    a0 = carray(a0, (k, ld))
    a = carray(a, (k, ld))
    factors = carray(factors, (k, ld))
    numbers = carray(numbers, n)
    q = rate[0] * schedule[0]
    q = q if q < 0.99 else 0.99
    keep = T(1.0 / (1.0 - q))
    key = mix(np.uint64(key) + np.uint64(t) + GAMMA)  # [N2]
    for j in range(k):
        for r in range(n):
            position = np.uint64(numbers[r] * k + j)
            bits = mix(key + (position + ONE) * GAMMA)  # [N3]
            u = np.float64(np.int64(bits >> SHIFT_11)) * 2.0**-53  # [N4]
            factors[j, r] = keep if u >= q else T(0)
            a[j, r] = a0[j, r] * factors[j, r]  # [D1]
    return 0.0


@loop("TTi")
def scale(da, factors, n):
    """da0 = da scale [D2], in place; da and factors (n,)."""
    fast()
    for i in range(n):
        da[i] *= factors[i]  # [D2]
    return 0.0


# Rows


@loop("nniii")
def row_numbers(numbers, order, start, n, shuffled):
    """Which rows of the data stand at start to start + n of the epoch's order.

    numbers  (n,) what is written
    order    the epoch's order; it is read only where the rows are `shuffled`
    """
    fast()
    for r in range(n):
        numbers[r] = order[start + r] if shuffled else start + r
    return 0.0


@loop("TTniiiih")
def gather(table, block, numbers, columns, n, by_row, by_column, scale):
    """Copy some rows of a table, each entry times the scale.

    table    (rows, columns)
    block    what is written: entry (r, i) goes to block[r by_row + i by_column]
    numbers  (n,) the rows in the table
    scale    (1,)
    """
    fast()
    factor = T(scale[0])
    for r in range(n):
        row = numbers[r] * columns
        # a stride known when compiling: this copy becomes vector moves
        if by_column == 1:
            for i in range(columns):
                block[r * by_row + i] = table[row + i] * factor
        else:
            for i in range(columns):
                block[r * by_row + i * by_column] = table[row + i] * factor
    return 0.0


@loop("Tiii", sums=True)
def all_finite(matrix, rows, columns, width):
    """0 if all of matrix (rows, width), up to `columns`, is finite; else NaN."""
    fast()
    total = T(0)
    for i in range(rows):
        for j in range(columns):
            total += matrix[i * width + j] * T(0)
    return total


@loop("TTTiiih")
def transpose(z, out, spare, k, n, ld, h):
    """The raw predictions themselves, in a link's place: z (k, ld) to out (n, k)."""
    fast()
    for j in range(k):
        for r in range(n):
            out[r * k + j] = z[j * ld + r]
    return 0.0


# Parameters


@loop("TTiiih", sums=True)
def gradient(g, theta, n, shares, size, h):
    """[R3] for a range of n parameters; returns the sum of the gradient's squares.

    g      (shares, size) the shares' gradients; their sum, in order, goes to the first
    theta  (n,)
    h      h[0] = lam and h[1] = l1; h[2] becomes the penalty

    The squares are float64: float32 cannot hold all of them.
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
def running_average(average, theta, n, h):
    """[O6] for a range of n parameters; h[0] is the share of the new theta."""
    fast()
    share = T(h[0])
    for p in range(n):
        average[p] += share * (theta[p] - average[p])  # [O6]
    return 0.0

"""The loops of inputs that are bins (arrays/binned.py), beside those of loops.py.

Sums of weights are made once an update, and each row looks up two of them for each of
its columns; its delta is added to two sums, from which all gradients are made in the
end. So the work of a row is that of two inputs a column, however many bins there are.
"""

import numpy as np

from halfmoon.engines.compiled.native import fast, loop

T = np.float64
TILE = 16  # rows that are summed before they are transposed


@loop("TTTnii")
def bin_weights(C, V, means, bins, columns, k):
    """C_q = (sum_(i<q) V_i - sum_i mean_i V_i) / 2, for q from 0 to b of each column.

    C      (entries + columns, k)
    V      (entries, k) the bins' weights
    means  (entries,)
    bins   (columns,) b of each

    A row's share of z = a0 V is then (1 - t) C_q + t C_q+1.
    """
    fast()
    half = T(0.5)
    row = 0
    entry = 0
    for c in range(columns):
        for j in range(k):
            C[row + j] = T(0)
        for i in range(bins[c]):
            mean = half * means[entry + i]
            for j in range(k):
                C[row + j] -= mean * V[(entry + i) * k + j]
        for i in range(bins[c]):
            for j in range(k):
                weight = half * V[(entry + i) * k + j]
                C[row + (i + 1) * k + j] = C[row + i * k + j] + weight
        row += (bins[c] + 1) * k
        entry += bins[c]
    return 0.0


@loop("TTTTnniiii")
def bin_forward(z, C, places, tile, numbers, bins, columns, n, ld, k):
    """z += (1 - t) C_q + t C_q+1 of each column: [F1] of the inputs that are bins.

    z        (k, ld)
    places   (rows, 2 columns) q and t of all rows in the data
    tile     (TILE, k) scratch
    numbers  (n,) the rows in the data
    """
    fast()
    for start in range(0, n, TILE):
        rows = min(TILE, n - start)
        for r in range(rows):
            to = r * k
            for j in range(k):
                tile[to + j] = T(0)
            place = numbers[start + r] * 2 * columns
            below = 0
            for c in range(columns):
                q = below + np.int64(places[place + 2 * c]) * k
                t = places[place + 2 * c + 1]
                rest = T(1) - t
                for j in range(k):
                    tile[to + j] += rest * C[q + j] + t * C[q + k + j]
                below += (bins[c] + 1) * k
        for j in range(k):
            for r in range(rows):
                z[j * ld + start + r] += tile[r * k + j]
    return 0.0


@loop("TTTTnniiiii")
def bin_backward(E, delta, places, tile, numbers, bins, columns, n, ld, k, first):
    """E_q += (1 - t) delta and E_q+1 += t delta, for each row and column.

    E      (entries + columns, k)
    delta  (k, ld)
    first  whether E begins at 0
    """
    fast()
    if first:
        size = columns
        for c in range(columns):
            size += bins[c]
        for p in range(size * k):
            E[p] = T(0)
    for start in range(0, n, TILE):
        rows = min(TILE, n - start)
        for j in range(k):
            for r in range(rows):
                tile[r * k + j] = delta[j * ld + start + r]
        for r in range(rows):
            of = r * k
            place = numbers[start + r] * 2 * columns
            below = 0
            for c in range(columns):
                q = below + np.int64(places[place + 2 * c]) * k
                t = places[place + 2 * c + 1]
                rest = T(1) - t
                for j in range(k):
                    E[q + j] += rest * tile[of + j]
                for j in range(k):
                    E[q + k + j] += t * tile[of + j]
                below += (bins[c] + 1) * k
    return 0.0


@loop("TTTnii")
def bin_gradient(dV, E, means, bins, columns, k):
    """dV_i = (sum_n t_i delta - mean_i sum_n delta) / 2: [B2] of bins; E is used up.

    t_i is 1 in the bins above, and so sum_n t_i delta is the sum of E above i.
    """
    fast()
    half = T(0.5)
    row = 0
    entry = 0
    for c in range(columns):
        for i in range(bins[c] - 1, -1, -1):
            for j in range(k):
                E[row + i * k + j] += E[row + (i + 1) * k + j]
        for i in range(bins[c]):
            mean = means[entry + i]
            for j in range(k):
                above = E[row + (i + 1) * k + j]
                dV[(entry + i) * k + j] = half * (above - mean * E[row + j])  # [B2]
        row += (bins[c] + 1) * k
        entry += bins[c]
    return 0.0

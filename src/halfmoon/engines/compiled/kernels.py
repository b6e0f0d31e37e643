"""The main loop: the lines of layers.py, network.py and reference.py, transposed.

Here features lie on axis 0 and the rows of a batch on axis 1, so that a loop over rows
fills vector registers. Below a layer's inputs stands a row of ones: theta holds b right
below W, so W' = [W; b] (d+1, k) is one matrix, and

    Z = W'^T A0'              [F1]          (k,n) = (k,d+1)(d+1,n)    the bias inside
    dW' = A0' delta^T         [B2] [B3]     (d+1,k) = (d+1,n)(n,k)    dW and db at once
    dA0 = W delta             [B4]          (d,n) = (d,k)(k,n)

Wide inputs are the exception: their rows are copied whole, as A0'^T (n,d+1).
A scaling below a dense layer costs no product of its own: (a0 s) W is a0 (s W), so the
weights are scaled once an update, and their gradient once a share:

    V = s W    [F3]        dW = s dV    [B2]        ds_i = sum_j W_ij dV_ij    [B5]

Where inputs are bins (arrays/binned.py), these are no rows of A0: each row looks up the
sums of their weights, C, and adds its delta to sums E, from which their gradient comes.

BLAS counts columns first, so it sees each of our matrices transposed: the products
below are written as it sees them, such as Z^T = A0'^T W'.

Everything arrives by address, in rows of `tables`' TASK, LAYER and RANGE, which say
what each field is: so this is compiled once for each number type `T`, whatever the
network. The loops over rows, units and parameters (loops.py, joint_losses.py, and those
that `codegen` writes) are called by address, with addresses and integers: `call(task.x,
...)` runs the function `x` of loops.py, or what TASK says of x.

A batch is cut into shares, and these into blocks of rows that fit the cache. Each share
sums its own gradient; then theta is updated range by range. Which thread does which
share or range changes no number.

In all kernels `task` is a row of TASK, `layer` a row of LAYER and `layers` all of them,
`n` the rows of the present block or batch, `t` the updates done before this one, and
`factor` the address of the factor on the dropout rates.
"""

import numpy as np

from halfmoon.engines.compiled.native import (
    atomic_add,
    atomic_load,
    call,
    gemm,
    jit,
    kernel,
    set_mxcsr,
    vector,
)

T = np.float64
BYTES = np.dtype(T).itemsize
DOUBLE = 8  # bytes of a float64
# BLAS's op(A): A, or its transpose
NO_TRANS = ord("N")
TRANS = ord("T")
SPINS = 2000  # looks at a barrier before a thread lets others have its core
# x86's control register: subnormal inputs (0x40) and results (0x8000) are taken for 0,
# all else is as usual (0x1F80)
MXCSR = 0x1F80 | 0x8040


# Layers


@jit
def product(task, m, n, k, A, B, beta, C):
    """C <- op(A) op(B) + beta C by BLAS, (m,n) = (m,k)(k,n) as BLAS sees them.

    A and B are (op, address, leading dimension); C is (address, leading dimension).
    """
    op_a, a, lda = A
    op_b, b, ldb = B
    c, ldc = C
    gemm(task.gemm, op_a, op_b, m, n, k, a, lda, b, ldb, beta, c, ldc)


@jit
def inputs(task, layer):
    """A0'^T (n,d+1) for `product`: whole rows lie as (n,d+1), others as (d+1,n)."""
    if layer.wide:
        return TRANS, layer.a0, task.d + 1
    return NO_TRANS, layer.a0, task.ld


@jit
def inputs_from(task, layer, first):
    """`inputs`, without the first so many."""
    op, a0, stride = inputs(task, layer)
    return op, a0 + first * (1 if layer.wide else stride) * BYTES, stride


@jit
def weights(task, layer):
    """The address of W' as products take it: V' where a scaling stands below."""
    return layer.V if layer.V else task.theta + layer.start * BYTES


@jit
def prepare_weights(task, layers):
    """V of all layers right above a scaling, and C where inputs are bins."""
    for index in range(len(layers)):
        layer = layers[index]
        if layer.V:
            W = task.theta + layer.start * BYTES
            s = task.theta + layer.scaling * BYTES
            call(task.scaled_weights, layer.V, W, s, layer.d, layer.k)  # [F3]
    if task.columns:
        k = layers[0].k
        V = weights(task, layers[0]) + task.first * k * BYTES
        call(task.bin_weights, task.C, V, task.means, task.bins, task.columns, k)


@jit
def complete_gradients(task, layers, dtheta):
    """From E to bins' dL/dV, and from dL/dV to dL/dW and dL/ds, at a share's end."""
    if task.columns:
        k = layers[0].k
        dV = dtheta + (layers[0].start + task.first * k) * BYTES
        call(task.bin_gradient, dV, task.E, task.means, task.bins, task.columns, k)
    for index in range(len(layers)):
        layer = layers[index]
        if layer.V:
            W = layer.start * BYTES
            s = layer.scaling * BYTES
            gradients = dtheta + W, dtheta + s
            parameters = task.theta + W, task.theta + s
            sizes = layer.d, layer.k
            call(task.scaling_gradient, *gradients, *parameters, *sizes)  # [B2] [B5]


@jit
def binned_forward(task, layer, W, n):
    """z = a0 W + b [F1] of inputs before the bins, after them, and of the bins."""
    k = layer.k
    first = task.first
    z = layer.z, task.ld
    if first:
        before = inputs(task, layer)
        product(task, n, k, first, before, (TRANS, W, k), T(0), z)  # [F1]
    after = inputs_from(task, layer, first)
    rest = task.d + 1 - first
    W_rest = W + (first + task.entries) * k * BYTES
    beta = T(1) if first else T(0)
    product(task, n, k, rest, after, (TRANS, W_rest, k), beta, z)  # [F1]
    places = task.places, task.tile, task.numbers, task.bins, task.columns
    call(task.bin_forward, layer.z, task.C, *places, n, task.ld, k)  # [F1]


@jit
def binned_backward(task, layer, dW, n, first):
    """[B2] and [B3] of inputs before the bins and after them; E of the bins."""
    k = layer.k
    ld = task.ld
    beta = T(0) if first else T(1)
    delta = TRANS, layer.delta, ld
    if task.first:
        before = inputs(task, layer)
        product(task, k, task.first, n, delta, before, beta, (dW, k))  # [B2]
    after = inputs_from(task, layer, task.first)
    rest = task.d + 1 - task.first
    dW_rest = dW + (task.first + task.entries) * k * BYTES
    product(task, k, rest, n, delta, after, beta, (dW_rest, k))  # [B2] [B3]
    places = task.places, task.tile, task.numbers, task.bins, task.columns
    call(task.bin_backward, task.E, layer.delta, *places, n, ld, k, first)


@jit
def dense_forward(task, layer, n):
    """z = a0 W + b [F1], a = f(z) [F2]."""
    d = layer.d
    k = layer.k
    ld = task.ld
    W = weights(task, layer)
    if layer.binned:
        binned_forward(task, layer, W, n)  # [F1]
    elif layer.thin:
        # k sums over d inputs: w_ij is W[j + i k], b_j is W[j + d k]
        call(task.combine, layer.z, layer.a0, W, k, d, 1, k, d * k, n, ld)  # [F1]
    else:
        # Z^T = A0'^T W'   (n,k) = (n,d+1)(d+1,k)
        A0 = inputs(task, layer)
        product(task, n, k, d + 1, A0, (TRANS, W, k), T(0), (layer.z, ld))  # [F1]
    if layer.f:
        call(layer.f, layer.z, layer.a, k * ld, layer.h)  # [F2]


@jit
def dense_backward(task, layer, dtheta, da0, n, first):
    """[B1] to [B4]. layer.delta holds dL/da, and then dL/dz.

    dtheta  address of a share's gradient (parameters,)
    da0     address for dL/da0 (d, ld); 0 where no layer below asks for it
    first   whether the gradient replaces what is in dtheta, or is added to it
    """
    d = layer.d
    k = layer.k
    ld = task.ld
    W = weights(task, layer)
    dW = dtheta + layer.start * BYTES
    delta = layer.delta
    if layer.f:
        call(layer.df, layer.z, layer.a, delta, k * ld, layer.h)  # [B1]
    if layer.binned:
        binned_backward(task, layer, dW, n, first)  # [B2] [B3]
    elif layer.thin:
        call(task.dots, dW, layer.a0, delta, d, k, n, ld, first)  # [B2] [B3]
    else:
        # dW'^T = delta A0'^T   (k,d+1) = (k,n)(n,d+1)
        A0 = inputs(task, layer)
        beta = T(0) if first else T(1)
        product(task, k, d + 1, n, (TRANS, delta, ld), A0, beta, (dW, k))  # [B2] [B3]
    if da0 == 0:
        return
    if layer.thin:
        # d sums over k units: w_ij is W[i k + j], and there is no b
        call(task.combine, da0, delta, W, d, k, k, 1, -1, n, ld)  # [B4]
    else:
        # dA0^T = delta^T W^T   (n,d) = (n,k)(k,d)
        delta_T = NO_TRANS, delta, ld
        product(task, n, d, k, delta_T, (NO_TRANS, W, k), T(0), (da0, ld))  # [B4]


@jit
def dropout_forward(task, layer, n, t, factor):
    """a = a0 scale [D1]."""
    arrays = layer.a0, layer.a, layer.factors, task.numbers, layer.rate, factor
    call(task.dropout, *arrays, layer.key, t, layer.k, n, task.ld)  # [D1]


# Network


@jit
def forward(task, layers, n, t, factor):
    """Raw predictions z of the block gathered, in the last layer's a."""
    for index in range(len(layers)):
        layer = layers[index]
        if layer.is_dropout:
            dropout_forward(task, layer, n, t, factor)
        else:
            dense_forward(task, layer, n)


@jit
def sums(task, layers, dtheta, n, t, factor, first):
    """The sum of the block's losses; that of their gradients goes to dtheta.

    first: whether it replaces what is in dtheta, or is added to it.
    """
    forward(task, layers, n, t, factor)
    top = layers[len(layers) - 1]
    ld = task.ld
    # 0: all outputs of a row read the same weight
    w_ld = ld if task.w_columns > 1 else 0
    arrays = top.a, task.y_block, task.w_block, top.delta, task.spare
    loss = call(task.loss, *arrays, top.k, n, ld, w_ld, task.loss_h)
    for index in range(len(layers) - 1, task.lowest - 1, -1):
        layer = layers[index]
        if layer.is_dropout:
            call(task.scale, layer.delta, layer.factors, layer.k * ld)  # [D2]
        else:
            da0 = layers[index - 1].delta if index > task.lowest else 0
            dense_backward(task, layer, dtheta, da0, n, first)
    return loss


@jit
def gather(task, start, n):
    """The block of rows start to start + n of the epoch's order, ready for `sums`."""
    ld = task.ld
    rows = task.numbers
    call(task.row_numbers, rows, task.order, start, n, task.shuffles)
    if task.wide:
        call(task.gather, task.X, task.a0, rows, task.d, n, task.d + 1, 1, task.one)
    else:
        call(task.gather, task.X, task.a0, rows, task.d, n, 1, ld, task.one)
    if task.y:
        y = task.y, task.y_block, rows, task.y_columns
        w = task.w, task.w_block, rows, task.w_columns
        call(task.gather, *y, n, 1, ld, task.one)
        call(task.gather, *w, n, 1, ld, task.w_scale)  # over w_mean s [R3]


# Updates


@jit
def share_sums(task, layers, share, start, n, t, factor, fresh):
    """`sums` over one share of the batch of rows start to start + n, block after block.

    fresh: whether its rows must be gathered; if not, they are still there. NaN where
    the update has been given up: no step will be taken from here.
    """
    dtheta = task.g + share * task.parameters * BYTES
    begin = start + share * n // task.shares
    rows = start + (share + 1) * n // task.shares - begin
    # a share of no rows has one block too, for its gradient of 0
    blocks = max(1, -(-rows // task.block_rows))
    loss = 0.0
    for block in range(blocks):
        first_row = begin + block * rows // blocks
        count = begin + (block + 1) * rows // blocks - first_row
        if vector(task.stopped, 1, np.int64)[0]:
            return np.nan
        if fresh:
            gather(task, first_row, count)
        loss += sums(task, layers, dtheta, count, t, factor, block == 0)
    complete_gradients(task, layers, dtheta)
    return loss


@jit
def range_gradient(task, part, fraction):
    """[R3] for one range; returns its penalty and the gradient's squared norm.

    part      a row of RANGE
    fraction  n_B/s: the batch's rows over those of a full batch
    """
    offset = part.start * BYTES
    g = task.g + offset
    theta = task.theta + offset
    h = vector(task.rule_h, 3, np.float64)
    # read by loops.gradient: n_B/s m lam, and n_B/s m l1
    h[0] = fraction * task.lam * part.m  # [R3]
    h[1] = fraction * task.l1 * part.m  # [R3]
    sizes = part.count, task.shares, task.parameters
    norm2 = call(task.gradient, g, theta, *sizes, task.rule_h)  # [R3]
    return h[2], norm2


@jit
def range_step(task, part, step, eta, decay, scale):
    """One range's [O5], rule, [O4] and [O6]; where there is no rule no step is taken.

    part   a row of RANGE
    step   the optimizer's own count of updates, from 1: its t
    scale  [O5]'s and [O15]'s factor on the gradient
    """
    if task.rule == 0:
        return
    offset = part.start * BYTES
    next_slot = task.parameters * BYTES
    h = vector(task.rule_h, 4, np.float64)
    h[0] = step
    h[1] = eta * part.c
    h[2] = decay * part.m
    h[3] = scale
    g = task.g + offset
    theta = task.theta + offset
    slot = task.slots + offset
    slots = slot, slot + next_slot, slot + 2 * next_slot
    call(task.rule, theta, g, *slots, part.count, task.rule_h)  # [O4] [O5]
    if task.average:
        h[0] = (1.0 - task.beta) / (1.0 - task.beta**step)
        average = task.average + offset
        call(task.running_average, average, theta, part.count, task.rule_h)  # [O6]


@jit
def wait_for_all(task, times):
    """A barrier: wait until all threads have come here once more than `times`.

    Returns times + 1.
    """
    if task.threads > 1:
        atomic_add(task.barrier, 1)
        spins = 0
        while atomic_load(task.barrier) < (times + 1) * task.threads:
            spins += 1
            if spins > SPINS:
                call(task.yield_core)
    return times + 1


@jit
def measure(partial, shares, measured, i, count):
    """Loss, penalty and norm of update i, added up; returns the norm, or -1.

    partial   the shares' losses, then each range's penalty and squared norm
    measured  (3 count,): losses, penalties and norms of all updates
    The norm is -1 where one of the three is not finite.
    """
    loss = 0.0
    penalty = 0.0
    norm2 = 0.0
    for share in range(shares):
        loss += partial[share]
    for r in range(shares, len(partial), 2):
        penalty = penalty + partial[r]
        norm2 = norm2 + partial[r + 1]
    norm = np.sqrt(norm2)
    measured[i] = loss
    measured[count + i] = penalty
    measured[2 * count + i] = norm
    return norm if np.isfinite(loss + penalty + norm) else -1.0


@jit
def thread_updates(task, layers, ranges, thread):
    """The updates one after the other, by one thread; returns how many were finite."""
    barriers = np.int64(0)  # passed so far
    eta = vector(task.eta, task.count, np.float64)
    decay = vector(task.decay, task.count, np.float64)
    g_factor = vector(task.g_factor, task.count, np.float64)
    size = 3 * task.count
    measured = vector(task.measured + thread * size * DOUBLE, size, np.float64)
    width = task.shares + 2 * len(ranges)
    # where every update takes the same rows, and each thread has one block, the rows
    # stay where they are once they are gathered
    resident = (
        task.per_epoch == 1
        and task.shares == task.threads
        and task.block_rows >= -(-task.n // task.shares)
    )
    for i in range(task.count):
        t = task.t + i
        step = t + 1 + task.t_offset
        epoch = t // task.per_epoch
        index = t % task.per_epoch
        if task.shuffles and (index == 0 or (i == 0 and task.reorder)):
            if thread == 0:
                call(task.shuffle, task.order, task.n, task.key, epoch)
            barriers = wait_for_all(task, barriers)
        start = index * task.batch
        n = task.batch if task.batch < task.n - start else task.n - start
        factor = task.dropout_factor + i * DOUBLE
        fresh = i == 0 or not resident
        # two in turns: others may still read the last one
        partial = vector(task.partial + (i % 2) * width * DOUBLE, width, np.float64)
        prepare_weights(task, layers)
        for share in range(thread, task.shares, task.threads):
            loss = share_sums(task, layers, share, start, n, t, factor, fresh)
            partial[share] = loss
        barriers = wait_for_all(task, barriers)
        for r in range(thread, len(ranges), task.threads):
            penalty, norm2 = range_gradient(task, ranges[r], n / task.batch)
            partial[task.shares + 2 * r] = penalty
            partial[task.shares + 2 * r + 1] = norm2
            if task.clip_norm == 0.0:
                range_step(task, ranges[r], step, eta[i], decay[i], g_factor[i])
        barriers = wait_for_all(task, barriers)
        norm = measure(partial, task.shares, measured, i, task.count)
        if norm < 0.0:
            return i
        if task.clip_norm > 0.0:
            scale = g_factor[i]  # [O15]
            if norm > task.clip_norm:
                scale = scale * (task.clip_norm / norm)  # [O5]
            for r in range(thread, len(ranges), task.threads):
                range_step(task, ranges[r], step, eta[i], decay[i], scale)
            barriers = wait_for_all(task, barriers)
    return task.count


@kernel
def updates(tasks, layers, ranges, thread):
    """One thread's part of the planned updates; returns how many were finite.

    tasks   TASK (threads,)
    layers  LAYER (threads, layers)
    ranges  RANGE (ranges,)

    Meanwhile, on x86, numbers below the smallest normal one count as 0: the memory of a
    unit that is dead decays into them, and processors take a hundred times longer over
    them.
    """
    before = set_mxcsr(MXCSR)
    done = thread_updates(tasks[thread], layers[thread], ranges, thread)
    set_mxcsr(before)
    return done


# Prediction


@kernel
def predict(tasks, layers, theta, X, out, start, stop):
    """link(z) of rows start to stop, block after block; False if one is not finite.

    tasks   TASK (1,)
    layers  LAYER (layers,), without dropout
    theta   (parameters,)
    X, out  (rows, d) and (rows, k)
    """
    tasks[0].theta = theta.ctypes.data
    tasks[0].X = X.ctypes.data
    task = tasks[0]
    top = layers[len(layers) - 1]
    prepare_weights(task, layers)
    not_finite = 0.0  # NaN once an input is not finite
    for first in range(start, stop, task.block_rows):
        n = task.block_rows if task.block_rows < stop - first else stop - first
        gather(task, first, n)
        if task.wide:
            not_finite += call(task.all_finite, task.a0, n, task.d, task.d + 1)
        else:
            not_finite += call(task.all_finite, task.a0, task.d, n, task.ld)
        if task.scales_row:
            s = task.theta + layers[0].scaling * BYTES
            call(task.scale, task.a0, s, task.d)  # [F3]
        forward(task, layers, n, 0, 0)
        y_hat = out.ctypes.data + first * top.k * BYTES
        # here task.loss is the loss's link
        call(task.loss, top.a, y_hat, task.spare, top.k, n, task.ld, task.loss_h)
    return not_finite == 0.0

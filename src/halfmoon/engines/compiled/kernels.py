"""The main loop, compiled by numba: the lines of layers.py, network.py and
reference.py, transposed.

Here features lie on axis 0 and the rows of a batch on axis 1, so that a loop over rows
fills vector registers. Below a layer's inputs stands a row of ones: theta holds b right
below W, so W' = [W; b] (d+1, k) is one matrix, and

    Z = W'^T A0'              [F1]          (k,n) = (k,d+1)(d+1,n)    the bias inside
    dW' = A0' delta^T         [B2] [B3]     (d+1,k) = (d+1,n)(n,k)    dW and db at once
    dA0 = W delta             [B4]          (d,n) = (d,k)(k,n)

Wide inputs are the exception: their rows are copied whole, as A0'^T (n,d+1). BLAS
counts columns first, so it is told each product transposed.

A `task` is what one thread works on, a row of tables.TASK; a `layer` is a row of
LAYER. `ld` (BLAS's leading dimension) is how many columns scratch has, n of them in
use. `h` holds a block's settings, as float64. `layer.at` is where the layer's W begins
in theta.

Everything arrives by address, in the tables of `compiled`: so this is compiled once for
each number type `T`, whatever the network. The loops over rows, units and parameters
(`loops`, and those that `codegen` makes) are called by address.

A batch is cut into shares, and these into blocks of rows that fit the cache. Each share
sums its own gradient; then theta is updated in chunks. Which thread does which share or
chunk changes no number.
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
# x86's control register: as usual, but subnormal inputs (0x40) and results (0x8000) are
# 0
MXCSR = 0x1F80 | 0x8040


# Layers


@jit
def dense_forward(task, layer, n):
    """z = a0 W + b [F1], a = f(z) [F2]."""
    d = layer.d
    k = layer.k
    ld = task.ld
    W = task.theta + layer.at * BYTES
    if layer.thin:
        call(task.combine, layer.z, layer.a0, W, k, d, 1, k, d * k, n, ld)  # [F1]
    elif layer.wide:
        gemm(
            task.gemm,
            TRANS,
            TRANS,
            n,
            k,
            d + 1,
            layer.a0,
            d + 1,
            W,
            k,
            T(0),
            layer.z,
            ld,
        )  # [F1]
    else:
        gemm(
            task.gemm,
            NO_TRANS,
            TRANS,
            n,
            k,
            d + 1,
            layer.a0,
            ld,
            W,
            k,
            T(0),
            layer.z,
            ld,
        )  # [F1]
    if layer.f:
        call(layer.f, layer.z, layer.a, k * ld, layer.h)  # [F2]


@jit
def dense_backward(task, layer, dtheta, da0, n, first):
    """[B1] to [B4]; da lies where delta is to be. `da0` is 0 where no layer below asks
    for it.
    """
    d = layer.d
    k = layer.k
    ld = task.ld
    W = task.theta + layer.at * BYTES
    dW = dtheta + layer.at * BYTES
    if layer.f:
        call(layer.df, layer.z, layer.a, layer.delta, k * ld, layer.h)  # [B1]
    add = T(0) if first else T(1)
    if layer.thin:
        call(task.dots, dW, layer.a0, layer.delta, d, k, n, ld, first)  # [B2] [B3]
    elif layer.wide:
        gemm(
            task.gemm,
            TRANS,
            TRANS,
            k,
            d + 1,
            n,
            layer.delta,
            ld,
            layer.a0,
            d + 1,
            add,
            dW,
            k,
        )  # [B2] [B3]
    else:
        gemm(
            task.gemm,
            TRANS,
            NO_TRANS,
            k,
            d + 1,
            n,
            layer.delta,
            ld,
            layer.a0,
            ld,
            add,
            dW,
            k,
        )  # [B2] [B3]
    if da0 and layer.thin:
        call(task.combine, da0, layer.delta, W, d, k, k, 1, -1, n, ld)  # [B4]
    elif da0:
        gemm(
            task.gemm, NO_TRANS, NO_TRANS, n, d, k, layer.delta, ld, W, k, T(0), da0, ld
        )  # [B4]


# Network


@jit
def forward(task, layers, n, t, factor):
    """Scores z of the n rows gathered, in the last layer's a. `factor` is the address
    of the dropout rates' factor.
    """
    for place in range(len(layers)):
        layer = layers[place]
        if layer.random:
            # a Dropout layer has no scores and no settings: the fields hold these
            scale = layer.z
            rate = layer.h
            call(
                task.dropout,
                layer.a0,
                layer.a,
                scale,
                task.numbers,
                rate,
                factor,
                layer.key,
                t,
                layer.k,
                n,
                task.ld,
            )
        else:
            dense_forward(task, layer, n)


@jit
def sums(task, layers, dtheta, n, t, factor, first):
    """The sum of the rows' losses; that of their gradients goes to `dtheta`, added to
    what is there unless `first`.
    """
    forward(task, layers, n, t, factor)
    top = layers[len(layers) - 1]
    y = task.y_block
    w = task.w_block
    ld = task.ld
    # 0: all outputs of a row read the same weight
    w_ld = ld if task.w_columns > 1 else 0
    loss = call(
        task.loss, top.a, y, w, top.delta, task.spare, top.k, n, ld, w_ld, task.h
    )
    for place in range(len(layers) - 1, task.lowest - 1, -1):
        layer = layers[place]
        if layer.random:
            call(task.scale, layer.delta, layer.z, layer.k * ld)  # [D2]
        else:
            dense_backward(
                task,
                layer,
                dtheta,
                layers[place - 1].delta if place > task.lowest else 0,
                n,
                first,
            )
    return loss


@jit
def gather(task, lo, n):
    """The rows at places lo to lo + n of the epoch's order, as the layers want them."""
    ld = task.ld
    numbers = task.numbers
    by_row, by_column = (task.d + 1, 1) if task.wide else (1, ld)
    call(task.number, numbers, task.order, lo, n, task.shuffles)
    call(task.gather, task.X, task.a0, numbers, task.d, n, by_row, by_column, task.one)
    if task.y:
        call(
            task.gather,
            task.y,
            task.y_block,
            numbers,
            task.y_columns,
            n,
            1,
            ld,
            task.one,
        )
        # over w_mean s
        call(
            task.gather,
            task.w,
            task.w_block,
            numbers,
            task.w_columns,
            n,
            1,
            ld,
            task.w_scale,
        )  # [R3]


# Updates


@jit
def share_sums(task, layers, share, lo, n, t, factor, fresh):
    """`sums` over one share of a batch of n rows, block after block. Rows that are not
    `fresh` are still there.
    """
    start = lo + share * n // task.shares
    stop = lo + (share + 1) * n // task.shares
    # one of no rows, too, for its gradient of 0
    blocks = max(1, -(-(stop - start) // task.block))
    loss = 0.0
    for b in range(blocks):
        at = start + b * (stop - start) // blocks
        end = start + (b + 1) * (stop - start) // blocks
        if vector(task.stopped, 1, np.int64)[0]:
            return np.nan  # given up: no step will be taken from here
        if fresh:
            gather(task, at, end - at)
        loss += sums(
            task,
            layers,
            task.g + share * task.parameters * BYTES,
            end - at,
            t,
            factor,
            b == 0,
        )
    return loss


@jit
def chunk_gradient(task, chunk, fraction):
    """A chunk's [R3], where `fraction` is n_B/s; gives the penalty and the gradient's
    squared norm.
    """
    at = chunk.start * BYTES
    h = vector(task.rule_h, 3, np.float64)
    h[0] = fraction * task.lam * chunk.m
    h[1] = fraction * task.l1 * chunk.m
    norm2 = call(
        task.add_up,
        task.g + at,
        task.theta + at,
        chunk.count,
        task.shares,
        task.parameters,
        task.rule_h,
    )
    return h[2], norm2


@jit
def chunk_step(task, chunk, t, eta, decay, scale):
    """A chunk's [O5], rule, [O4] and [O6]; without a rule no step is taken."""
    if task.rule == 0:
        return
    n = chunk.count
    at = chunk.start * BYTES
    more = task.parameters * BYTES
    h = vector(task.rule_h, 4, np.float64)
    h[0] = t
    h[1] = eta * chunk.c
    h[2] = decay * chunk.m
    h[3] = scale
    slots = task.slots + at
    theta = task.theta + at
    call(
        task.rule,
        theta,
        task.g + at,
        slots,
        slots + more,
        slots + 2 * more,
        n,
        task.rule_h,
    )  # [O4] [O5]
    if task.avg:
        h[0] = (1.0 - task.beta) / (1.0 - task.beta**t)
        call(task.average, task.avg + at, theta, n, task.rule_h)  # [O6]


@jit
def meet(task, times):
    """A barrier: wait until all threads have come here once more than `times`; gives
    the new count.
    """
    if task.threads > 1:
        atomic_add(task.barrier, 1)
        spins = 0
        while atomic_load(task.barrier) < (times + 1) * task.threads:
            spins += 1
            if spins > SPINS:
                call(task.rest)
    return times + 1


@jit
def measure(parts, shares, measured, i, count):
    """Loss, penalty and gradient norm of update i, from those of the shares and chunks;
    gives the norm, or -1.
    """
    loss = 0.0
    penalty = 0.0
    norm2 = 0.0
    for share in range(shares):
        loss += parts[share]
    for c in range(shares, len(parts), 2):
        penalty = penalty + parts[c]
        norm2 = norm2 + parts[c + 1]
    norm = np.sqrt(norm2)
    measured[i] = loss
    measured[count + i] = penalty
    measured[2 * count + i] = norm
    return norm if np.isfinite(loss + penalty + norm) else -1.0


@jit
def carry_out(task, layers, chunks, thread):
    """The updates, one after the other."""
    met = np.int64(0)
    eta = vector(task.eta, task.count, np.float64)
    decay = vector(task.decay, task.count, np.float64)
    measured = vector(
        task.measured + thread * 3 * task.count * DOUBLE, 3 * task.count, np.float64
    )
    width = task.shares + 2 * len(chunks)
    # where every update takes the same rows, one block a thread, these stay where they
    # are once they are gathered
    resident = (
        task.per_epoch == 1
        and task.shares == task.threads
        and task.block >= -(-task.n // task.shares)
    )
    for i in range(task.count):
        t = task.t + i
        step = task.t + i + 1 + task.t_offset
        epoch = t // task.per_epoch
        place = t % task.per_epoch
        if task.shuffles and (place == 0 or (i == 0 and task.reorder)):
            if thread == 0:
                call(task.shuffle, task.order, task.n, task.key, epoch)
            met = meet(task, met)
        lo = place * task.batch
        factor = task.dropout_factor + i * DOUBLE
        n = task.batch if task.batch < task.n - lo else task.n - lo
        # in turns: others may still read the last
        partial = task.partial + (i % 2) * width * DOUBLE
        parts = vector(partial, width, np.float64)
        for share in range(thread, task.shares, task.threads):
            parts[share] = share_sums(
                task, layers, share, lo, n, t, factor, i == 0 or not resident
            )
        met = meet(task, met)
        for c in range(thread, len(chunks), task.threads):
            at = task.shares + 2 * c
            parts[at], parts[at + 1] = chunk_gradient(task, chunks[c], n / task.batch)
            if task.clip_norm == 0.0:
                chunk_step(task, chunks[c], step, eta[i], decay[i], 1.0)
        met = meet(task, met)
        norm = measure(parts, task.shares, measured, i, task.count)
        if norm < 0.0:
            return i
        if task.clip_norm > 0.0:
            scale = task.clip_norm / norm if norm > task.clip_norm else 1.0  # [O5]
            for c in range(thread, len(chunks), task.threads):
                chunk_step(task, chunks[c], step, eta[i], decay[i], scale)
            met = meet(task, met)
    return task.count


@kernel
def updates(tasks, layers, chunks, thread):
    """Carry out the planned updates, one thread's part of them; gives how many were
    measured and found finite.

    Meanwhile, on x86, numbers below the smallest normal one count as 0: the memory of a
    unit that is dead decays into them, and processors take a hundred times longer over
    them.
    """
    before = set_mxcsr(MXCSR)
    done = carry_out(tasks[thread], layers[thread], chunks, thread)
    set_mxcsr(before)
    return done


# Prediction


@kernel
def predict(tasks, layers, theta, X, out, start, stop):
    """link(z) of rows start to stop of X, block after block, to `out`; False where an
    input is not finite.
    """
    tasks[0].theta = theta.ctypes.data
    tasks[0].X = X.ctypes.data
    # NaN once an input is not finite
    task = tasks[0]
    bad = 0.0
    top = layers[len(layers) - 1]
    width = task.d + 1 if task.wide else task.ld
    for at in range(start, stop, task.block):
        n = task.block if task.block < stop - at else stop - at
        gather(task, at, n)
        bad += call(
            task.finite,
            task.a0,
            n if task.wide else task.d,
            task.d if task.wide else n,
            width,
        )
        forward(task, layers, n, 0, 0)
        y_hat = out.ctypes.data + at * top.k * BYTES
        # here the loss's link
        call(task.loss, top.a, y_hat, task.spare, top.k, n, task.ld, task.h)
    return bad == 0.0

"""Predictions by the compiled engine: blocks of rows, over threads if they pay."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse
from halfmoon.engines import reference
from halfmoon.engines.compiled import native, tables, translation
from halfmoon.engines.compiled.workspace import common_fields, cores
from halfmoon.engines.contract import Scratch
from halfmoon.network import Network

# microseconds of forward and backward work; a prediction is a third of it
ONE_BLAS_THREAD_WORK = 2000.0  # from here on BLAS must not start threads of its own
SEVERAL_THREADS_WORK = 6000.0  # from here on our own threads pay
BLOCK_ROWS = 256  # rows that go through the layers at a time


class ForwardPass:
    """Tables and scratch of one network's forward pass, for one thread at a time."""

    def __init__(self, network: Network, ld: int, link: bool) -> None:
        dtype = network.dtype.name
        self.memory = memory = tables.Memory(dtype)
        self.kernel = translation.source("kernels", dtype).predict
        _, output, settings = translation.loss(network.loss, network.k, dtype)
        if not link:
            output = translation.source("loops", dtype).transpose
        layers = tables.layer_table(network, memory, ld, training=False)
        names = ["row_numbers", "gather", "all_finite"]
        if layers["thin"].any():
            names.append("combine")
        values = {
            "d": network.d,
            "wide": tables.is_wide(network, training=False),
            "a0": layers["a0"][0],
            "loss": native.address(output, dtype),
            "loss_h": memory.keep(np.array([*settings, 0.0])),
            "numbers": memory.reserve(ld, np.int64),
            "spare": memory.reserve((network.k + 2) * ld),
        }
        tasks = np.zeros(1, tables.TASK)
        tables.fill(tasks, values)
        tables.fill(tasks, common_fields(network, memory, ld))
        tables.fill(tasks, translation.loops(names, dtype))
        self.tasks = tables.readable(tasks)
        self.layers = tables.readable(layers)


def predict(
    network: Network,
    theta: Array,
    X: Any,
    link: bool = True,
    scratch: Scratch | None = None,
) -> Array:
    """The prediction link(z) for rows X (n, d), or the raw prediction z."""
    if is_sparse(X):
        return reference.predict(network, theta, X, link)
    X = _rows(network, X)
    n = len(X)
    out = np.empty((n, network.k), network.dtype)
    if scratch is None:
        scratch = {}

    def predict_rows(start: int, stop: int) -> bool:
        return _predict_rows(network, theta, X, out, start, stop, link, scratch)

    work = tables.microseconds(network, n) if n > 1 else 0.0
    if work <= ONE_BLAS_THREAD_WORK:
        finite = predict_rows(0, n)
    elif work <= SEVERAL_THREADS_WORK:
        with native.one_blas_thread():
            finite = predict_rows(0, n)
    else:
        with native.one_blas_thread():
            finite = _over_threads(predict_rows, n)
    if not finite:
        network.read_rows(X)  # raises an error that names the columns
    return out


def _rows(network: Network, X: Any) -> Array:
    """X as kernels are compiled for it: contiguous, aligned, writable, of the dtype."""
    fits = (
        type(X) is np.ndarray
        and X.dtype == network.dtype
        and X.ndim == 2
        and X.shape[1] == network.d
        and X.flags.carray
        and len(X) > 0
    )
    if fits:
        return X
    return np.require(network.read_rows(X), requirements=["C", "A", "W"])


def _predict_rows(
    network: Network,
    theta: Array,
    X: Array,
    out: Array,
    start: int,
    stop: int,
    link: bool,
    scratch: Scratch,
) -> bool:
    """Predict rows start to stop of X (n, d) into out (n, k); False if not finite."""
    ld = 1 if stop - start == 1 else BLOCK_ROWS
    unused = scratch.setdefault((ld, link), [])  # what no thread uses at the moment
    try:
        forward = unused.pop()
    except IndexError:  # not asked before: another thread might take the last one
        forward = ForwardPass(network, ld, link)
    kernel = forward.kernel
    finite = kernel(forward.tasks, forward.layers, theta, X, out, start, stop)
    unused.append(forward)
    return bool(finite)


def _over_threads(predict_rows: Callable[[int, int], bool], n: int) -> bool:
    """Predict all n rows, shared among threads; False where an input is not finite.

    Shares end where a block of rows does: BLAS's last digits depend on how many rows a
    product has.
    """
    blocks = -(-n // BLOCK_ROWS)
    threads = min(cores(), blocks)
    ends = [blocks * i // threads * BLOCK_ROWS for i in range(threads)]
    ends.append(n)
    with ThreadPoolExecutor(threads) as pool:
        finite = list(pool.map(predict_rows, ends[:-1], ends[1:]))
    return all(finite)

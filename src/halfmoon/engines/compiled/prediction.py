"""Predictions by the compiled engine: blocks of rows, over threads if they pay."""

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import numpy as np

from halfmoon.arrays.binned import Binned
from halfmoon.arrays.blas import one_blas_thread
from halfmoon.arrays.elementary import Array
from halfmoon.arrays.sparse import is_sparse
from halfmoon.engines import reference
from halfmoon.engines.compiled import native, tables, translation
from halfmoon.engines.compiled.workspace import common_fields
from halfmoon.engines.contract import PREDICTION_ROWS, Scratch
from halfmoon.engines.cores import available_cores
from halfmoon.engines.threads import run_together
from halfmoon.network import Network

# microseconds of forward and backward work from which our own threads pay; a
# prediction is a third of it
SEVERAL_THREADS_WORK = 6000.0
BIN_LOOPS = ["bin_weights", "bin_forward"]
PIECE_BLOCKS = 16  # blocks that a thread takes at a time


class ForwardPass:
    """Tables and scratch of one network's forward pass, for one thread at a time."""

    def __init__(
        self, network: Network, ld: int, link: bool, X: Binned | None = None
    ) -> None:
        dtype = network.dtype.name
        self.memory = memory = tables.Memory(dtype)
        self.kernel = translation.source("kernels", dtype).predict
        _, output, settings = translation.loss(network.loss, network.k, dtype)
        if not link:
            output = translation.source("loops", dtype).transpose
        others = None if X is None else X.others.shape[1]
        layers = tables.layer_table(network, memory, ld, training=False, others=others)
        names = ["row_numbers", "gather", "all_finite"]
        if layers["thin"].any():
            names.append("combine")
        # of one row scaling the row is less work than scaling the weights above
        scales_row = ld == 1 and network.layers[0].kernel == "scaling"
        if scales_row:
            layers["V"][0] = 0
            names.append("scale")
        if layers["V"].any():
            names.append("scaled_weights")
        values = {
            "d": network.d if others is None else others,
            "wide": tables.is_wide(network, training=False, others=others),
            "scales_row": scales_row,
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
        if X is not None:
            of_bins = translation.loops(BIN_LOOPS, dtype, "bin_loops")
            scratch = tables.bin_scratch(X, int(layers["k"][0]), memory)
            tables.fill(tasks, of_bins | scratch)
        self.tasks = tables.readable(tasks)
        self.layers = tables.readable(layers)
        row = np.empty((1, 1), dtype)
        arrays = row[0], row, row
        native.compile_for(self.kernel, self.tasks, self.layers, *arrays, 0, 0)
        self.largest = tables.largest_product(layers, 1)  # for each row


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
    binned = _binned_rows(network, X)
    fields = {}
    memory = tables.Memory(network.dtype)  # of what fields point to
    if binned is None:
        X = _rows(network, X)
    else:
        X = _writable(np.ascontiguousarray(binned.others))
        fields = tables.bin_fields(binned, memory)
    theta = _writable(theta)
    n = len(X)
    out = np.empty((n, network.k), network.dtype)
    unused = {} if scratch is None else scratch
    ld = 1 if n == 1 else PREDICTION_ROWS

    def predict_rows(start: int, stop: int) -> bool:
        forward = _forward_pass(network, ld, link, unused, binned)
        tables.fill(forward.tasks, fields)
        rows = min(ld, stop - start)
        with one_blas_thread(rows * forward.largest, tables.SMALL_PRODUCT):
            finite = forward.kernel(
                forward.tasks, forward.layers, theta, X, out, start, stop
            )
        unused[_key(ld, link, binned)].append(forward)
        return bool(finite)

    if n > 1 and tables.microseconds(network, n) > SEVERAL_THREADS_WORK:
        finite = _over_threads(predict_rows, n, available_cores())
    else:
        finite = predict_rows(0, n)
    if not finite:
        network.read_rows(X)  # raises an error that names the columns
    return out


def _binned_rows(network: Network, X: Any) -> Binned | None:
    """X as kernels look up its bins; None where whole rows are read."""
    if not isinstance(X, Binned) or len(X) < 2:
        return None
    return tables.bins_of(network, network.read_rows(X))


def _rows(network: Network, X: Any) -> Array:
    """X as kernels are compiled for it: contiguous, aligned, writable, of the dtype."""
    has_shape = (
        type(X) is np.ndarray
        and X.dtype == network.dtype
        and X.ndim == 2
        and X.shape[1] == network.d
        and len(X) > 0
    )
    if has_shape and X.flags.carray:  # all of it
        return X
    if not (has_shape and X.flags.c_contiguous and X.flags.aligned):
        X = np.require(network.read_rows(X), requirements=["C", "A"])
    return _writable(X)


def _writable(array: Array) -> Array:
    """An array that kernels only read, as one that says it may be written.

    For others they would have to be compiled once more, and copies need memory.
    """
    if array.flags.writeable:
        return array
    same_memory = array.__array_interface__ | {"data": (array.ctypes.data, False)}
    return np.asarray(SimpleNamespace(__array_interface__=same_memory, owner=array))


def _key(ld: int, link: bool, X: Binned | None) -> tuple[Any, ...]:
    """What a forward pass is made for."""
    if X is None:
        return ld, link
    return ld, link, X.others.shape[1], len(X.bins), len(X.means)


def _forward_pass(
    network: Network, ld: int, link: bool, unused: Scratch, X: Binned | None
) -> ForwardPass:
    """A forward pass that no thread uses at the moment."""
    passes = unused.setdefault(_key(ld, link, X), [])
    try:
        return passes.pop()
    except IndexError:  # not asked before: another thread might take the last one
        return ForwardPass(network, ld, link, X)


def _over_threads(
    predict_rows: Callable[[int, int], bool], n: int, threads: int
) -> bool:
    """Predict all n rows, shared among threads; False where an input is not finite.

    Pieces end where a block of rows does: BLAS's last digits depend on how many rows a
    product has.
    """
    blocks = -(-n // PREDICTION_ROWS)
    threads = min(threads, blocks)
    piece = PREDICTION_ROWS * max(1, min(PIECE_BLOCKS, blocks // (4 * threads)))
    waiting = list(range(0, n, piece))
    finite = []

    def work(thread: int) -> None:
        while waiting:
            try:
                start = waiting.pop()
            except IndexError:  # another thread took the last one
                return
            finite.append(predict_rows(start, min(start + piece, n)))

    with one_blas_thread():
        ran = run_together(work, threads, waiting.clear)
    if ran < threads:  # the system starts no more
        return _over_threads(predict_rows, n, ran)
    return all(finite)

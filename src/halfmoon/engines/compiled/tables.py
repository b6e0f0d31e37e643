"""What kernels are given: tables of sizes and addresses made from a network.

A kernel takes no network and no arrays, but rows of three tables: a TASK for each
thread, a LAYER for each layer, a RANGE for each range of theta. All fields are int64,
addresses too, but the last few of TASK and RANGE, which are float64.
"""

from math import ceil
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from halfmoon.arrays.binned import Binned
from halfmoon.arrays.blas import SMALL_MATRICES, SMALL_VECTOR
from halfmoon.arrays.random import DROPOUT, key
from halfmoon.engines.compiled import native
from halfmoon.engines.compiled.bin_loops import TILE
from halfmoon.engines.compiled.translation import activation
from halfmoon.network import Network

Table = NDArray[np.void]

# inputs up to this many are gathered feature by feature; wider rows are copied whole
NARROW = 50
# products with a side this thin are loops where BLAS has no kernels for them
THIN = 0 if native.AVX512 else 12
# products with a side of at most 2 are loops everywhere, if the other is this long
FLAT = 400
# multiplications of a product up to which BLAS starts no threads; on other processors
# than x86 it may compute the product of one row as a vector's
SMALL_PRODUCT = SMALL_MATRICES if native.X86 else SMALL_VECTOR
# bins of a column, in the mean, from which looking them up beats a product
BINS_A_COLUMN = 8
RANGE_SIZE = 4096  # parameters updated at a time, so that they stay in the first cache
BLOCK_ROWS = 512  # rows that go through the layers at a time, at most
SHARES = 8  # a batch is cut into so many shares at most
SHARE_ROWS = 96  # of so many rows at least
SHARED_WORK = 60.0  # microseconds of work in an update from which shares pay


def record(integers: dict[str, str], floats: dict[str, str]) -> np.dtype[np.void]:
    """The type of a table's rows, from its fields and what each holds."""
    fields = [(name, np.int64) for name in integers]
    return np.dtype(fields + [(name, np.float64) for name in floats])


TASK = record(
    {
        # sizes
        "n": "rows of the data",
        "d": "inputs, without bins",
        "y_columns": "columns of y",
        "w_columns": "columns of w",
        "parameters": "length of theta",
        "batch": "rows of a batch",
        "per_epoch": "updates of an epoch",
        "shares": "shares of a batch",
        "block_rows": "rows that go through the layers at a time, at most",
        "ld": "columns of a scratch matrix",
        "lowest": "index of the lowest layer with parameters",
        # where the inputs have bins (arrays/binned.py); else 0, and d is all inputs
        "columns": "columns of bins",
        "first": "other inputs before the bins",
        "entries": "bins of all columns",
        "threads": "how many work together",
        # what this call is to do
        "count": "updates",
        "t": "updates done before",
        "t_offset": "the optimizer's own count of updates is t + t_offset",
        "wide": "1 if rows of X are copied whole",
        "scales_row": "1 if one row is predicted, and scaled before the first layer",
        "shuffles": "1 if the order of the rows changes with the epoch",
        "reorder": "1 if this epoch's order is not in `order` yet",
        "key": "the random key of the shuffles",
        # addresses of the data, rows one after the other
        "X": "(n, d)",
        "y": "(n, y_columns)",
        "w": "(n, w_columns)",
        "places": "(n, 2 columns) the bin of each value, and its share below it",
        "bins": "(columns,) int64",
        "means": "(entries,)",
        # addresses of the state, changed in place
        "theta": "(parameters,)",
        "slots": "(slots, parameters)",
        "average": "(parameters,) the running average, or 0",
        # addresses of what all threads read and write
        "eta": "(count,) float64: learning rates",
        "decay": "(count,) float64: decoupled decay",
        "dropout_factor": "(count,) float64: factors on the dropout rates",
        "g_factor": "(count,) float64: factors on the gradient [O15]",
        "order": "(n,) int64: the rows in this epoch's order",
        "g": "(shares, parameters) sums of gradients",
        "partial": "two times (shares + 2 ranges,) float64, see kernels.measure",
        "measured": "(threads, 3, count) float64: loss, penalty, gradient norm",
        "barrier": "int64: how often threads have come to a barrier",
        "stopped": "int64: 1 once the update is given up",
        "loss_h": "float64: the loss's settings",
        "one": "(1,) float64: 1",
        "w_scale": "(1,) float64: 1 / (w_mean s)",
        # addresses of the thread's own scratch
        "numbers": "(ld,) int64: the block's rows in the data",
        "a0": "(d + 1, ld), or (ld, d + 1) if wide: the block's inputs, and ones",
        "y_block": "(y_columns, ld)",
        "w_block": "(w_columns, ld)",
        "C": "(entries + columns, k) sums of the bins' weights",
        "E": "(entries + columns, k) sums of their deltas",
        "tile": "(TILE, k) some rows of z or delta",
        "spare": "(3, ld) for a loss, (k + 2, ld) for a link",
        "rule_h": "float64: four numbers of the update, then the optimizer's settings",
        # addresses of functions
        "gemm": "BLAS's matrix product",
        "yield_core": "the system's call that lets other threads go first",
        "loss": "the loss with its gradient; in a prediction, the link",
        "rule": "the optimizer's step; 0 for none",
        # and of those in loops.py, by their names there
        "row_numbers": "a block's rows in the data",
        "gather": "a table's rows of a block",
        "all_finite": "whether a block's inputs are finite",
        "combine": "[F1] and [B4] where BLAS has no kernel for them",
        "dots": "[B2] and [B3] where BLAS has no kernel for them",
        "scaled_weights": "[F3] within [F1]",
        "scaling_gradient": "[B5], and [B2] above it",
        "bin_weights": "C",
        "bin_forward": "[F1] of bins",
        "bin_backward": "E",
        "bin_gradient": "[B2] of bins",
        "dropout": "[D1]",
        "scale": "[D2], and [F3] of one row",
        "gradient": "[R3] of a range",
        "running_average": "[O6] of a range",
        "shuffle": "the rows' order in an epoch",
    },
    {
        "lam": "L2 penalty",
        "l1": "L1 penalty",
        "clip_norm": "the longest gradient; 0 for any",
        "beta": "memory of the running average",
    },
)
LAYER = record(
    {
        "is_dropout": "1 for dropout, 0 for dense",
        "binned": "1 if some of its inputs are bins",
        "wide": "1 if a0 holds whole rows",
        "thin": "1 if its products are loops and not BLAS's",
        "d": "inputs",
        "k": "outputs",
        "start": "index of W in theta; b follows W",
        "scaling": "index of s in theta, if V is not 0",
        # addresses
        "a0": "(d + 1, ld) the inputs and a row of ones; (ld, d + 1) if wide",
        "z": "(k, ld) dense: f's argument",
        "a": "(k + 1, ld) the outputs and a row of ones",
        "delta": "(k, ld) dL/da, then dL/dz",
        "f": "dense: f, or 0 for the identity",
        "df": "dense: f', or 0 for the identity",
        "h": "float64: f's settings",
        "V": "(d + 1, k) dense right above a scaling: s W and b; else 0",
        "factors": "(k, ld) dropout: 0 or 1 / (1 - q)",
        "rate": "float64: dropout's rate",
        "key": "dropout's random key (a number, no address)",
    },
    {},
)
RANGE = record(
    {"start": "index of its first parameter", "count": "how many it has"},
    {"c": "factor on the learning rate", "m": "1 if penalised, else 0"},
)


class Memory:
    """Arrays that kernels reach by address, kept for as long as this object."""

    def __init__(self, dtype: DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self.arrays: list[NDArray[Any]] = []

    def keep(self, array: NDArray[Any]) -> int:
        """Keep an array; returns its address."""
        self.arrays.append(array)
        return int(array.ctypes.data)

    def reserve(
        self, count: int, dtype: DTypeLike | None = None, ones: slice = slice(0)
    ) -> int:
        """The address, a multiple of 64, of `count` numbers: 0 but for the `ones`."""
        number = np.dtype(dtype or self.dtype)
        array = np.zeros(count + 64 // number.itemsize, number)
        start = -array.ctypes.data % 64 // number.itemsize
        array[start : start + count][ones] = 1
        return self.keep(array) + start * number.itemsize

    def reserve_values(self, units: int, ld: int, wide: bool = False) -> int:
        """The address of a layer's values (units + 1, ld), of which the last are ones.

        Wide ones are (ld, units + 1).
        """
        ones = slice(units, None, units + 1) if wide else slice(units * ld, None)
        return self.reserve((units + 1) * ld, ones=ones)


def layer_table(
    network: Network,
    memory: Memory,
    ld: int,
    training: bool,
    seed: int = 0,
    others: int | None = None,
) -> Table:
    """One thread's layers, and scratch for `ld` rows; dropout only if `training`.

    A scaling is a part of the dense layer above it. `others` is the number of inputs
    that are no bins, where there are bins.
    """
    left_out = ("scaling",) if training else ("scaling", "dropout")
    layers = [layer for layer in network.layers if layer.kernel not in left_out]
    table = np.zeros(len(layers), LAYER)
    wide = is_wide(network, training, others)
    a0 = memory.reserve_values(layers[0].d if others is None else others, ld, wide)
    for index, layer in enumerate(layers):
        row = table[index]
        row["d"] = layer.d
        row["k"] = layer.k
        row["a0"] = a0
        row["a"] = memory.reserve_values(layer.k, ld)
        if layer.kernel == "dropout":
            row["is_dropout"] = 1
            row["rate"] = memory.keep(np.array([layer.rate]))
            row["factors"] = memory.reserve(layer.k * ld)
            row["key"] = signed(key(seed, DROPOUT, layer.index))
        else:
            row["start"] = network.layout[layer.index]["W"].part.start
            row["wide"] = wide and index == 0
            row["binned"] = others is not None and index == 0
            by_blas = row["wide"] or row["binned"]
            row["thin"] = not by_blas and _is_thin(layer.d, layer.k)
            fill_activation(row, layer.act, memory, ld)
            _fill_scaling(row, network, layer.index, memory)
        a0 = row["a"]
    if training:
        _reserve_deltas(table, memory, ld)
    return table


def largest_product(layers: Table, rows: int) -> int:
    """The multiplications in the largest product that BLAS is asked for; 0 for none."""
    asked = layers[(layers["is_dropout"] == 0) & (layers["thin"] == 0)]
    return rows * int(((asked["d"] + 1) * asked["k"]).max(initial=0))


def _is_thin(d: int, k: int) -> bool:
    short = min(d, k)
    return short <= THIN or (short <= 2 and max(d, k) >= FLAT)


def fill_activation(row: Any, act: Any, memory: Memory, ld: int) -> None:
    """Fill in the fields of a dense layer's activation."""
    row["f"], row["df"], needs_z, h = activation(act, memory.dtype.name)
    row["h"] = memory.keep(np.array([*h, 0.0]))
    # f may overwrite z where f' needs only a
    row["z"] = memory.reserve(row["k"] * ld) if needs_z else row["a"]


def _fill_scaling(row: Any, network: Network, index: int, memory: Memory) -> None:
    """Fill in the fields that a scaling right below a dense layer gives it."""
    if index > 0 and network.layers[index - 1].kernel == "scaling":
        row["scaling"] = network.layout[index - 1]["s"].part.start
        row["V"] = memory.reserve((row["d"] + 1) * row["k"])


def _reserve_deltas(table: Table, memory: Memory, ld: int) -> None:
    """Two matrices in turn: [B4] writes one while it reads the other.

    Dropout works in place [D2], so the layer below it writes the same matrix.
    """
    most = int(table["k"].max()) * ld
    current = memory.reserve(most)
    other = memory.reserve(most)
    for row in table[::-1]:
        row["delta"] = current
        if not row["is_dropout"]:
            current, other = other, current


def range_table(network: Network, masked: bool) -> Table:
    """theta in ranges of at most RANGE_SIZE, each with one c and one m.

    Where nothing is `masked`, neither penalty nor decay, m is 0 throughout.
    """
    pieces: list[list[Any]] = []  # [start, stop, c, m]
    for layer, names in zip(network.layers, network.layout, strict=True):
        for name, place in names.items():
            part = place.part
            c = layer.rate_factor
            m = float(masked and name in layer.penalised)
            if pieces and pieces[-1][2:] == [c, m]:
                pieces[-1][1] = part.stop
            else:
                pieces.append([part.start, part.stop, c, m])
    rows = []
    for start, stop, c, m in pieces:
        for first in range(start, stop, RANGE_SIZE):
            rows.append((first, min(RANGE_SIZE, stop - first), c, m))
    return np.array(rows, RANGE)


def fill(table: Table, values: dict[str, Any]) -> None:
    """Set fields to the same values in all rows of the table."""
    for name, value in values.items():
        table[name] = value


def readable(table: Table) -> Table:
    """The table as kernels read it; plain Python reads fields of a recarray only."""
    return table if native.JIT else table.view(np.recarray)


def signed(bits: int) -> int:
    """An unsigned integer of 64 bits as the signed one that tables hold."""
    return bits - (1 << 64) if bits >> 63 else bits


def is_wide(network: Network, training: bool = True, others: int | None = None) -> bool:
    """Whether rows of X are copied whole, as the first layer's inputs."""
    if training and network.layers[0].kernel == "dropout":
        return False
    return (network.d if others is None else others) > NARROW


def bins_of(network: Network, X: Any) -> Binned | None:
    """X if its bins are to be read as they are kept, and not as so many inputs."""
    if not isinstance(X, Binned) or network.layers[0].kernel == "dropout":
        return None
    return X if len(X.means) >= BINS_A_COLUMN * len(X.bins) else None


def bin_fields(X: Binned, memory: Memory) -> dict[str, int]:
    """The fields of a TASK that say where the bins of all rows are."""
    return {
        "columns": len(X.bins),
        "first": X.first,
        "entries": len(X.means),
        "places": memory.keep(np.ascontiguousarray(X.places)),
        "bins": memory.keep(np.ascontiguousarray(X.bins, np.int64)),
        "means": memory.keep(np.ascontiguousarray(X.means)),
    }


def bin_scratch(X: Binned, k: int, memory: Memory) -> dict[str, int]:
    """The fields of a TASK for sums over bins of a first layer of k units."""
    sums = (len(X.means) + len(X.bins)) * k
    return {
        "C": memory.reserve(sums),
        "E": memory.reserve(sums),
        "tile": memory.reserve(TILE * k),
    }


def microseconds(network: Network, rows: int) -> float:
    """Roughly what forward and backward of so many rows cost one core.

    An estimate and not a measurement, since it decides the number of shares, and so the
    bits of the result.
    """
    # floating-point operations in a microsecond
    rate = 1.2e5 if network.dtype == np.float32 else 0.6e5
    total = 0.0
    for layer in network.layers:
        if layer.kernel == "dense":
            # three products of 2 d k operations each, [F1] [B2] [B4]
            products = 6 * layer.d * layer.k / rate
            activations = layer.k / 600
            total += products + activations
    return rows * total


def shares_of(network: Network, rows: int) -> int:
    """How many shares a batch is cut into: a power of two, by the size of the work."""
    if microseconds(network, rows) <= SHARED_WORK:
        return 1
    most = max(1, min(SHARES, rows // SHARE_ROWS))
    return 1 << most.bit_length() - 1


def block_rows(rows: int) -> int:
    """How many of the rows go through the layers at a time: blocks of equal size."""
    even = ceil(rows / ceil(rows / BLOCK_ROWS))
    return even if even < 16 else even + -even % 16

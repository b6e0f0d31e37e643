"""What kernels are given: tables of addresses and sizes made from a network, and
scratch memory.
"""

from math import ceil
from typing import Any

import numpy as np
from numpy.typing import DTypeLike, NDArray

from halfmoon.arrays.random import DROPOUT, key
from halfmoon.engines.compiled import native
from halfmoon.engines.compiled.translation import activation
from halfmoon.network import Network

Table = NDArray[np.void]

# inputs up to this many are gathered feature by feature; wider rows are copied whole
NARROW = 50
# products with a side this thin are loops where BLAS has no kernels for them
THIN = 0 if native.AVX512 else 12
FLAT = 400  # and with a side of 2 everywhere, if the other side is as long as this
CHUNK_SIZE = 4096  # parameters updated at a time, so that they stay in the first cache
BLOCK_ROWS = 512  # rows that go through the layers at a time, at most
# a batch is cut into so many shares at most, of so many rows at least
SHARES = 8
SHARE_ROWS = 96
WORTH = 60.0  # microseconds of work in an update that are worth more than one share


def _record(integers: str, floats: str = "") -> np.dtype[np.void]:
    return np.dtype(
        [(name, np.int64) for name in integers.split()]
        + [(name, np.float64) for name in floats.split()]
    )


# one row for each thread; sizes, then addresses of data, of the thread's scratch, and
# of loops
TASK = _record(
    """n d y_columns w_columns parameters batch per_epoch shares block ld lowest
    wide shuffles reorder threads count t t_offset key X y w theta slots avg g
    order eta decay dropout_factor measured partial barrier stopped h rule_h one
    w_scale numbers a0 y_block w_block spare gemm rest number gather finite
    combine dots dropout scale add_up average shuffle loss rule""",
    "lam l1 clip_norm beta",
)
LAYER = _record("random wide thin d k at a0 z a delta f df h key")
CHUNK = _record("start count", "c m")


class Memory:
    """Arrays that kernels reach by address, kept for as long as this is."""

    def __init__(self, dtype: DTypeLike) -> None:
        self.dtype = np.dtype(dtype)
        self.kept: list[NDArray[Any]] = []

    def of(self, array: NDArray[Any]) -> int:
        """The address of an array."""
        self.kept.append(array)
        return int(array.ctypes.data)

    def new(
        self, count: int, dtype: DTypeLike | None = None, ones: slice = slice(0)
    ) -> int:
        """Room for so many numbers on a border of 64 bytes, 0 but for the `ones`."""
        kind = np.dtype(dtype or self.dtype)
        room = np.zeros(count + 64 // kind.itemsize, kind)
        start = -room.ctypes.data % 64 // kind.itemsize
        room[start : start + count][ones] = 1
        return self.of(room) + start * kind.itemsize

    def values(self, units: int, ld: int, wide: bool = False) -> int:
        """Room for a layer's values, and the row of ones below them; for wide ones, the
        column behind them.
        """
        return self.new(
            (units + 1) * ld,
            ones=slice(units, None, units + 1) if wide else slice(units * ld, None),
        )


def layer_table(
    network: Network, memory: Memory, ld: int, training: bool, seed: int = 0
) -> Table:
    """One thread's layers, their blocks, and scratch for `ld` rows."""
    layers = network.layers
    if not training:
        layers = [layer for layer in layers if layer.kernel != "dropout"]
    table = np.zeros(len(layers), LAYER)
    wide = is_wide(network, training)
    a0 = memory.values(layers[0].d, ld, wide)
    layer: Any
    for place, layer in enumerate(layers):
        row = table[place]
        row["d"] = layer.d
        row["k"] = layer.k
        row["a0"] = a0
        row["a"] = memory.values(layer.k, ld)
        a0 = row["a"]
        if layer.kernel == "dropout":
            row["random"] = 1
            row["h"] = memory.of(np.array([layer.rate]))
            row["z"] = memory.new(layer.k * ld)
            row["key"] = signed(key(seed, DROPOUT, layer.index))
            continue
        row["at"] = network.layout[layer.index]["W"][0].start
        row["wide"] = wide and place == 0
        short, long = sorted((layer.d, layer.k))
        row["thin"] = not row["wide"] and (
            short <= THIN or (short <= 2 and long >= FLAT)
        )
        row["f"], row["df"], needs_z, h = activation(layer.act, network.dtype.name)
        row["h"] = memory.of(np.array([*h, 0.0]))
        # f may overwrite z where f' needs only a
        row["z"] = memory.new(layer.k * ld) if needs_z else row["a"]
    deltas = [
        memory.new(max(layer.k for layer in layers) * ld)
        for _ in range(2 if training else 0)
    ]
    for row, layer in zip(table[::-1], layers[::-1], strict=True) if training else ():
        # writes where [B1] of the layer below reads, but not where it reads itself
        row["delta"] = deltas[0]  # [B4]
        deltas = deltas if layer.kernel == "dropout" else deltas[::-1]
    return table


def chunk_table(network: Network, masked: bool) -> Table:
    """theta in pieces of at most CHUNK_SIZE, each with one rate factor c and, if
    anything is `masked`, one mask m.
    """
    pieces: list[list[Any]] = []
    for layer, names in zip(network.layers, network.layout, strict=True):
        for name, (part, _) in names.items():
            piece = [
                part.start,
                part.stop,
                layer.rate_factor,
                float(masked and name in layer.penalised),
            ]
            if pieces and pieces[-1][2:] == piece[2:]:
                pieces[-1][1] = part.stop
            else:
                pieces.append(piece)
    cut = [
        (at, min(CHUNK_SIZE, stop - at), c, m)
        for start, stop, c, m in pieces
        for at in range(start, stop, CHUNK_SIZE)
    ]
    return np.array(cut, CHUNK)


def fill(table: Table, values: dict[str, Any]) -> None:
    """Give the whole table's columns values."""
    for name, value in values.items():
        table[name] = value


def fields(table: Table) -> Table:
    """The table as kernels read it; plain Python reads fields of a recarray only."""
    return table if native.JIT else table.view(np.recarray)


def signed(bits: int) -> int:
    """64 bits as the tables' integers."""
    return bits - (1 << 64) if bits >> 63 else bits


def is_wide(network: Network, training: bool = True) -> bool:
    """Whether the first layer reads rows that are copied whole."""
    return network.d > NARROW and not (training and network.layers[0].random)


def microseconds(network: Network, rows: int) -> float:
    """Roughly what forward and backward of so many rows cost one core.

    An estimate and not a measurement, since it decides the number of shares, and so the
    bits of the result.
    """
    # floating-point operations in a microsecond
    rate = 1.2e5 if network.dtype == np.float32 else 0.6e5
    shapes = [(layer.d, layer.k) for layer in network.layers if layer.kernel == "dense"]
    # three products of 2 d k operations each, [F1] [B2] [B4]; and 600 activations in a
    # microsecond
    return rows * sum(6 * d * k / rate + k / 600 for d, k in shapes)


def shares_of(network: Network, rows: int) -> int:
    """How many shares a batch is cut into: a power of two, by the size of the work
    alone.
    """
    most = min(SHARES, rows // SHARE_ROWS) if microseconds(network, rows) > WORTH else 1
    return 1 << max(most, 1).bit_length() - 1


def block_of(rows: int) -> int:
    """How many of the rows go through the layers at a time."""
    even = ceil(rows / ceil(rows / BLOCK_ROWS))
    return even if even < 16 else even + -even % 16

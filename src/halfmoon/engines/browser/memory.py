"""Where everything lies in the memory of the WebAssembly module.

Its memory is one arena of fixed size, cut into areas when the module is compiled. So
nothing is ever reserved while a page runs, and an area's address never changes.
An entry point is a function that JavaScript calls; it takes 32-bit integers and
float64, and returns one of them.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic
from numba.np import arrayobj
from numpy.typing import DTypeLike

from halfmoon.engines.compiled import tables

ROWS = 2000  # points, at most
INPUTS = 2
CLASSES = 8  # at most
SIZES = 8  # of a network, inputs and outputs counted: seven layers
HIDDEN = 128  # units in all hidden layers together, at most
PARAMETERS = 4096  # at most
SLOTS = 3  # numbers that a rule may keep for each parameter, at most
UPDATES = 4096  # of one call, at most
CELLS = 160 * 160  # of a map, at most
MAP_UNITS = 64  # hidden units of such a map; with fewer cells there may be more
DIRECTIONS = 64  # of the Lanczos process, at most

ARENA = "halfmoon.arena"
START = "halfmoon.start"
FUNCTIONS = "halfmoon.functions"
NUMBERS = "halfmoon.numbers"
LINE = 64  # bytes of a line of the cache, where each area begins


class Areas:
    """Cuts the arena into areas, one after the other."""

    def __init__(self) -> None:
        self.size = 0

    def cut(self, count: int, dtype: DTypeLike = np.float64) -> int:
        """The offset of an area for so many numbers."""
        start = self.size
        size = count * np.dtype(dtype).itemsize
        self.size = start + size + -size % LINE
        return start


STATE = tables.record(
    {
        "n": "points in use",
        "classes": "classes of the points",
        "layers": "layers of the network; 0 before it is set",
        "units": "units in all hidden layers",
        "parameters": "length of theta",
        "activation": "which one, by its index in the manifest",
        "loss": "likewise",
        "rule": "likewise",
        "batch": "rows of a batch; 0 for all",
        "shuffle": "the random key of the shuffles",
        "t": "updates done",
        "count": "updates of the last call",
    },
    {"l2": "L2 penalty of the objective"},
)
# tasks: the first trains, the second measures over all rows, the third predicts
TRAINING = 0
MEASURING = 1
PREDICTING = 2

areas = Areas()
STATE_AREA = areas.cut(1, STATE)
TASK_AREA = areas.cut(3, tables.TASK)
# one for batches, and one for all rows
LAYER_AREA = areas.cut(2 * SIZES, tables.LAYER)
RANGE_AREA = areas.cut(2 * SIZES, tables.RANGE)
SIZE_AREA = areas.cut(SIZES, np.int32)
LABEL_AREA = areas.cut(ROWS, np.int32)
X_AREA = areas.cut(ROWS * INPUTS)
CLEAN_AREA = areas.cut(ROWS * INPUTS)
Y_AREA = areas.cut(ROWS * CLASSES)
W_AREA = areas.cut(ROWS)
ORDER_AREA = areas.cut(ROWS, np.int64)
THETA_AREA = areas.cut(PARAMETERS * (1 + SLOTS))  # slots behind theta
KEPT_AREA = areas.cut(PARAMETERS * (1 + SLOTS))
G_AREA = areas.cut(PARAMETERS)
LOSS_AREA = areas.cut(UPDATES)
MEASURED_AREA = areas.cut(3 * UPDATES)
ETA_AREA = areas.cut(UPDATES)
DECAY_AREA = areas.cut(UPDATES)
FACTOR_AREA = areas.cut(UPDATES)
# small arrays of float64: settings, and what is 1 or another factor
SETTINGS = 8
ACTIVATION_H = areas.cut(SETTINGS)
LOSS_H = areas.cut(SETTINGS)
RULE_H = areas.cut(4 + SETTINGS)
ONE_AREA = areas.cut(1)
W_SCALE_AREA = areas.cut(2)  # of the training's and the measuring task
WORD_AREA = areas.cut(2, np.int64)  # barrier and stopped
PARTIAL_AREA = areas.cut(2 * (1 + 2 * 2 * SIZES))
# scratch of a block of rows, twice
BLOCK = tables.BLOCK_ROWS
NUMBER_AREA = areas.cut(2 * BLOCK, np.int64)
SPARE_AREA = areas.cut(2 * BLOCK * (CLASSES + 2))
Y_BLOCK_AREA = areas.cut(2 * BLOCK * CLASSES)
W_BLOCK_AREA = areas.cut(2 * BLOCK)
# inputs, z and a of all layers with their rows of ones, and two matrices of deltas
LAYER_ROWS = INPUTS + SIZES + 2 * (HIDDEN + CLASSES) + 2 * HIDDEN
SCRATCH = BLOCK * LAYER_ROWS
SCRATCH_AREA = areas.cut(2 * SCRATCH)
MAP_X_AREA = areas.cut(CELLS * INPUTS)
MAP_AREA = areas.cut(CELLS * CLASSES)
UNIT_MAP_AREA = areas.cut(CELLS * MAP_UNITS)
PREDICTED_AREA = areas.cut(ROWS * CLASSES)
HIDDEN_AREA = areas.cut(ROWS * HIDDEN)
LANCZOS_AREA = areas.cut(PARAMETERS * (DIRECTIONS + 3))
RITZ_AREA = areas.cut(2 * DIRECTIONS)

_LONG = ir.IntType(64)
_BYTE = ir.IntType(8)


def _global(builder: Any, name: str, kind: Any) -> Any:
    """A variable that the module defines when all parts are put together."""
    module = builder.module
    if name in module.globals:
        return module.globals[name]
    return ir.GlobalVariable(module, kind, name)


@intrinsic
def place(typing_context: Any, offset: Any) -> Any:
    """The address of an area, from its offset."""

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        # read from memory, so that LLVM does not reckon with distances between areas:
        # for WebAssembly its version 22 fails where these are negative
        start = builder.load(_global(builder, START, _BYTE.as_pointer()))
        return builder.add(builder.ptrtoint(start, _LONG), values[0])

    return types.int64(types.int64), generate


@intrinsic
def function(typing_context: Any, index: Any) -> Any:
    """The address of a loop for `native.call`, from its index in `contents.LOOPS`."""
    pointer = _BYTE.as_pointer()

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        # the elements have the size that pointers have in WebAssembly
        table = _global(builder, FUNCTIONS, ir.ArrayType(pointer, 1))
        entry = builder.gep(table, [_LONG(0), values[0]])
        return builder.ptrtoint(builder.load(entry), _LONG)

    return types.int64(types.int64), generate


@intrinsic
def number(typing_context: Any, row: Any, column: Any) -> Any:
    """A number of `contents.NUMBERS`."""
    kind = ir.ArrayType(ir.DoubleType(), 1 + SETTINGS)

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        table = _global(builder, NUMBERS, ir.ArrayType(kind, 1))
        return builder.load(builder.gep(table, [_LONG(0), *values]))

    return types.float64(types.int64, types.int64), generate


@intrinsic
def records(typing_context: Any, address: Any, count: Any, dtype: Any) -> Any:
    """The rows of a table at an address, as an array that owns nothing."""
    kind = types.Array(dtype.dtype, 1, "C")

    def generate(context: Any, builder: Any, signature: Any, values: Any) -> Any:
        array = arrayobj.make_array(kind)(context, builder)
        size = _LONG(dtype.dtype.size)
        data = builder.inttoptr(values[0], array.data.type)
        arrayobj.populate_array(array, data, [values[1]], [size], size, None)
        return array._getvalue()

    return kind(types.int64, types.int64, dtype), generate


Entry = Any  # a function, marked with its kinds
ENTRIES: dict[str, Entry] = {}


def entry(kinds: str) -> Callable[[Entry], Entry]:
    """Make a function an entry point: what it takes, and after ">" what it returns.

    Of each, i is a 32-bit integer and d a float64.
    """

    def mark(function: Any) -> Any:
        function.kinds = kinds
        ENTRIES[function.__name__] = function
        return function

    return mark

"""Where everything lies in the memory of the WebAssembly module.

Its memory is one arena of fixed size, cut into areas when the module is compiled. So
nothing is reserved while a page runs, and no area's address ever changes. Here an area
is the offset of its first byte.
"""

import numpy as np
from numpy.typing import DTypeLike

from halfmoon.engines.compiled import tables

# limits
ROWS = 2000  # points
INPUTS = 2  # exactly
CLASSES = 8
LAYERS = 7
HIDDEN = 128  # units in all hidden layers together
PARAMETERS = 4096
SLOTS = 3  # numbers that a rule may keep for each parameter
UPDATES = 4096  # of one call
CELLS = 160 * 160  # of a map
MAP_UNITS = 64  # hidden units of a map of so many cells
DIRECTIONS = 64  # of Lanczos' process
SETTINGS = 8  # of a component
LINE = 64  # bytes of a line of the cache: there each area begins

STATE_ROW = tables.record(
    {
        "n": "points in use",
        "classes": "classes of the points",
        "layers": "layers of the network; 0 while none is set",
        "units": "units in all hidden layers",
        "parameters": "length of theta",
        "activation": "which one, by its index in the manifest",
        "loss": "likewise",
        "rule": "likewise",
        "batch": "rows of a batch; 0 for all",
        "shuffle": "the random key of the shuffles",
        "t": "updates done",
    },
    {"l2": "L2 penalty of the objective"},
)
SIZE_ROW = np.dtype([("units", np.int32)])
LABEL_ROW = np.dtype([("c", np.int32)])


class Arena:
    """Cut into areas, one after the other."""

    def __init__(self) -> None:
        self.size = 0

    def cut(self, count: int, dtype: DTypeLike = np.float64) -> int:
        """An area for so many numbers or rows."""
        start = self.size
        size = count * np.dtype(dtype).itemsize
        self.size = start + size + -size % LINE
        return start


ARENA = Arena()
STATE = ARENA.cut(1, STATE_ROW)
# what the page writes
X = ARENA.cut(ROWS * INPUTS)
CLEAN = ARENA.cut(ROWS * INPUTS)
LABELS = ARENA.cut(ROWS, LABEL_ROW)
SIZES = ARENA.cut(LAYERS + 1, SIZE_ROW)
# the engine's tables: of layers one for batches, and one for all rows
TASKS = ARENA.cut(3, tables.TASK)
LAYER_TABLES = ARENA.cut(2 * LAYERS, tables.LAYER)
RANGES = ARENA.cut(2 * LAYERS, tables.RANGE)
# what they name
Y = ARENA.cut(ROWS * CLASSES)
W = ARENA.cut(ROWS)
ORDER = ARENA.cut(ROWS, np.int64)
THETA = ARENA.cut(PARAMETERS * (1 + SLOTS))  # and behind it the rule's slots
KEPT = ARENA.cut(PARAMETERS * (1 + SLOTS))  # the same before a call
G = ARENA.cut(PARAMETERS)
ETA = ARENA.cut(UPDATES)
DECAY = ARENA.cut(UPDATES)
FACTOR = ARENA.cut(UPDATES)
MEASURED = ARENA.cut(3 * UPDATES)
LOSSES = ARENA.cut(UPDATES)
PARTIAL = ARENA.cut(2 * (1 + 2 * 2 * LAYERS))
BARRIER = ARENA.cut(1, np.int64)
STOPPED = ARENA.cut(1, np.int64)
ACTIVATION_H = ARENA.cut(SETTINGS)
LOSS_H = ARENA.cut(SETTINGS)
RULE_H = ARENA.cut(4 + SETTINGS)
ONE = ARENA.cut(1)
# scratch for a block of rows, once for batches and once for all rows
BLOCK = tables.BLOCK_ROWS
W_SCALE = ARENA.cut(2)
NUMBERS = ARENA.cut(2 * BLOCK, np.int64)
SPARE = ARENA.cut(2 * BLOCK * (CLASSES + 2))
Y_BLOCK = ARENA.cut(2 * BLOCK * CLASSES)
W_BLOCK = ARENA.cut(2 * BLOCK)
# the inputs, z and a of each layer with their rows of ones, and two matrices of deltas
VALUES = BLOCK * (INPUTS + 1 + 2 * (HIDDEN + CLASSES + LAYERS) + 2 * HIDDEN)
VALUE_TABLES = ARENA.cut(2 * VALUES)
# results
MAP_X = ARENA.cut(CELLS * INPUTS)
MAP = ARENA.cut(CELLS * CLASSES)
UNIT_MAP = ARENA.cut(CELLS * MAP_UNITS)
PREDICTED = ARENA.cut(ROWS * CLASSES)
HIDDEN_VALUES = ARENA.cut(ROWS * HIDDEN)
# of the curvature: directions and two vectors more, and the tridiagonal matrix
VECTORS = ARENA.cut(PARAMETERS * (DIRECTIONS + 2))
DIAGONAL = ARENA.cut(DIRECTIONS)
BESIDE = ARENA.cut(DIRECTIONS)

"""The engine's tables, filled in from what a page has set.

It is done by compiled code, so that JavaScript need not know the tables
(engines/compiled/tables.py). There are three tasks: one trains, one measures the
objective over all rows, one predicts. The last two share the second table of layers.
"""

from functools import partial

import numpy as np

from halfmoon.engines.browser import areas, contents
from halfmoon.engines.browser.memory import function, number, place, records
from halfmoon.engines.compiled import tables
from halfmoon.engines.compiled.native import jit, vector

TRAINING = 0
MEASURING = 1
PREDICTING = 2
DOUBLE = 8  # bytes of a float64
# columns of scratch for all rows, at least: so maps of few points are quick, too
LD = 64

ACTIVATION_ROW = contents.ACTIVATION_ROW
FIRST_ACTIVATION = contents.FIRST_ACTIVATION
FIRST_LOSS = contents.FIRST_LOSS
FIRST_RULE = contents.FIRST_RULE
IDENTITY = contents.IDENTITY
LOSS_ROW = contents.LOSS_ROW
RULE_ROW = contents.RULE_ROW
SOFTMAX = contents.SOFTMAX
LAYER_BYTES = tables.LAYER.itemsize
ROW_NUMBERS = contents.PLAIN.index("row_numbers")
GATHER = contents.PLAIN.index("gather")
ALL_FINITE = contents.PLAIN.index("all_finite")
COMBINE = contents.PLAIN.index("combine")
DOTS = contents.PLAIN.index("dots")
GRADIENT = contents.PLAIN.index("gradient")
SHUFFLE = contents.PLAIN.index("shuffle")

block_rows = jit(tables.block_rows)
# numba writes out such a function where it is called, so it may return an array
inlined = partial(jit, inline="always")


@inlined
def state():
    """What has been set, and how far training is."""
    return records(place(areas.STATE), 1, areas.STATE_ROW)[0]


@inlined
def sizes_of():
    """The sizes that the page wrote, from inputs to outputs."""
    return records(place(areas.SIZES), areas.LAYERS + 1, areas.SIZE_ROW)


@inlined
def tasks_of():
    """The three tasks."""
    return records(place(areas.TASKS), 3, tables.TASK)


@inlined
def layers_of(which):
    """The layers of a task."""
    second = 0 if which == TRAINING else areas.LAYERS * LAYER_BYTES
    return records(place(areas.LAYER_TABLES) + second, state().layers, tables.LAYER)


@inlined
def ranges_of():
    """theta's ranges: W and b of each layer."""
    return records(place(areas.RANGES), 2 * state().layers, tables.RANGE)


@jit
def is_ready():
    """Whether there are points, and a network for their classes."""
    return state().n > 0 and state().layers > 0


@jit
def reserve_values(free, units, ld):
    """Zeros (units, ld) and a row of ones at an address; returns where they end."""
    values = vector(free, (units + 1) * ld, np.float64)
    for i in range(units * ld):
        values[i] = 0.0
    for i in range(units * ld, (units + 1) * ld):
        values[i] = 1.0
    return free + (units + 1) * ld * DOUBLE


@jit
def fill_activation(layer, which, free, ld):
    """`tables.fill_activation`, with z at `free` if it is needed; returns its end."""
    layer.h = place(areas.ACTIVATION_H)
    layer.z = layer.a
    layer.f = 0
    layer.df = 0
    if which == IDENTITY:
        return free
    layer.f = function(FIRST_ACTIVATION + 2 * which)
    layer.df = function(FIRST_ACTIVATION + 2 * which + 1)
    if number(ACTIVATION_ROW + which, 0) == 0.0:
        return free
    layer.z = free
    return reserve_values(free, layer.k, ld)


@jit
def fill_layers(which, ld):
    """`tables.layer_table`, with scratch for `ld` rows."""
    s = state()
    sizes = sizes_of()
    layers = layers_of(which)
    second = 0 if which == TRAINING else areas.VALUES * DOUBLE
    a0 = place(areas.VALUE_TABLES) + second
    free = reserve_values(a0, sizes[0].units, ld)
    most = 0
    start = 0
    for index in range(len(layers)):
        layer = layers[index]
        layer.is_dropout = 0
        layer.V = 0  # no scaling
        layer.binned = 0
        layer.wide = 0
        layer.thin = 1  # loops and no BLAS
        layer.d = sizes[index].units
        layer.k = sizes[index + 1].units
        layer.start = start
        start += (layer.d + 1) * layer.k
        layer.a0 = a0
        layer.a = free
        free = reserve_values(free, layer.k, ld)
        is_hidden = index + 1 < len(layers)
        activation = s.activation if is_hidden else IDENTITY
        free = fill_activation(layer, activation, free, ld)
        a0 = layer.a
        most = max(most, layer.k)
    for index in range(len(layers)):
        turn = (len(layers) - 1 - index) % 2  # as in `tables`
        layers[index].delta = free + turn * most * ld * DOUBLE
    return 0


@jit
def fill_range(part, start, count, m):
    """One range; m is 1 where it is penalised."""
    part.start = start
    part.count = count
    part.c = 1.0
    part.m = m
    return 0


@jit
def fill_ranges():
    """`tables.range_table`: W of each layer, and b, which the penalty leaves out."""
    layers = layers_of(TRAINING)
    ranges = ranges_of()
    for index in range(len(layers)):
        layer = layers[index]
        weights = layer.d * layer.k
        fill_range(ranges[2 * index], layer.start, weights, 1.0)
        fill_range(ranges[2 * index + 1], layer.start + weights, layer.k, 0.0)
    return 0


@jit
def fill_sizes(task, batch, ld):
    """What a task has to know about sizes, and its numbers."""
    s = state()
    task.n = s.n
    task.d = areas.INPUTS
    task.y_columns = s.classes
    task.w_columns = 1
    task.parameters = s.parameters
    task.batch = batch
    task.per_epoch = -(-s.n // batch)
    task.shares = 1
    task.block_rows = block_rows(batch)
    task.ld = ld
    task.lowest = 0
    task.columns = 0
    task.scales_row = 0
    task.threads = 1
    task.count = 1
    task.t = 0
    task.t_offset = 0
    task.wide = 0
    task.shuffles = 1 if batch < s.n else 0
    task.reorder = 1
    task.key = s.shuffle
    task.lam = s.l2
    task.l1 = 0.0
    task.clip_norm = 0.0
    task.beta = 0.0
    return 0


@jit
def fill_addresses(task, which):
    """Where a task's data, state and scratch are."""
    second = 0 if which == TRAINING else 1
    block = second * areas.BLOCK * DOUBLE
    task.X = place(areas.X)
    task.y = 0 if which == PREDICTING else place(areas.Y)
    task.w = place(areas.W)
    task.theta = place(areas.THETA)
    task.slots = task.theta + task.parameters * DOUBLE
    task.average = 0
    task.eta = place(areas.ETA)
    task.decay = place(areas.DECAY)
    task.dropout_factor = place(areas.FACTOR)
    task.g_factor = place(areas.FACTOR)
    task.order = place(areas.ORDER)
    task.g = place(areas.G)
    task.partial = place(areas.PARTIAL)
    task.measured = place(areas.MEASURED)
    task.barrier = place(areas.BARRIER)
    task.stopped = place(areas.STOPPED)
    task.loss_h = place(areas.LOSS_H)
    task.one = place(areas.ONE)
    task.w_scale = place(areas.W_SCALE) + second * DOUBLE
    task.numbers = place(areas.NUMBERS) + block
    task.a0 = layers_of(which)[0].a0
    task.y_block = place(areas.Y_BLOCK) + block * areas.CLASSES
    task.w_block = place(areas.W_BLOCK) + block
    task.spare = place(areas.SPARE) + block * (areas.CLASSES + 2)
    task.rule_h = place(areas.RULE_H)
    vector(task.one, 1, np.float64)[0] = 1.0
    vector(task.w_scale, 1, np.float64)[0] = 1.0 / task.batch
    return 0


@jit
def fill_functions(task, which):
    """The loops' addresses; 0 for what one thread without BLAS never calls."""
    s = state()
    link = 1 if which == PREDICTING else 0
    task.gemm = 0
    task.yield_core = 0
    task.loss = function(FIRST_LOSS + 2 * s.loss + link)
    task.rule = function(FIRST_RULE + s.rule) if which == TRAINING else 0
    task.row_numbers = function(ROW_NUMBERS)
    task.gather = function(GATHER)
    task.all_finite = function(ALL_FINITE)
    task.combine = function(COMBINE)
    task.dots = function(DOTS)
    task.gradient = function(GRADIENT)
    task.shuffle = function(SHUFFLE)
    return 0


@jit
def fill_settings():
    """The settings of activation, loss and rule, and the plan of coming updates."""
    s = state()
    activation_h = vector(place(areas.ACTIVATION_H), areas.SETTINGS, np.float64)
    loss_h = vector(place(areas.LOSS_H), areas.SETTINGS, np.float64)
    rule_h = vector(place(areas.RULE_H), 4 + areas.SETTINGS, np.float64)
    for i in range(areas.SETTINGS):
        activation_h[i] = number(ACTIVATION_ROW + s.activation, 1 + i)
        loss_h[i] = number(LOSS_ROW + s.loss, 1 + i)
        rule_h[4 + i] = number(RULE_ROW + s.rule, 1 + i)
    if s.loss == SOFTMAX:
        loss_h[2] = s.classes
    decay = vector(place(areas.DECAY), areas.UPDATES, np.float64)
    factor = vector(place(areas.FACTOR), areas.UPDATES, np.float64)
    for i in range(areas.UPDATES):
        decay[i] = number(RULE_ROW + s.rule, 0)
        factor[i] = 1.0
    return 0


@jit
def connect():
    """Fill in all tables, once there are points and a network."""
    if not is_ready():
        return 0
    s = state()
    batch = s.n if s.batch == 0 else min(s.batch, s.n)
    ld = block_rows(batch)
    ld_of_all = max(block_rows(s.n), LD)
    fill_layers(TRAINING, ld)
    fill_layers(MEASURING, ld_of_all)
    fill_ranges()
    fill_settings()
    tasks = tasks_of()
    for which in range(len(tasks)):
        task = tasks[which]
        if which == TRAINING:
            fill_sizes(task, batch, ld)
        else:
            fill_sizes(task, s.n, ld_of_all)
        fill_addresses(task, which)
        fill_functions(task, which)
    tasks[PREDICTING].block_rows = ld_of_all  # however few points there are
    return 1

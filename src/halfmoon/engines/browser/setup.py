"""Points, network and settings: what a page sets, written into the engine's tables.

The tables are those of engines/compiled/tables.py. Whenever something is set they are
filled in anew, which takes a few microseconds.
"""

from functools import partial

import numpy as np

from halfmoon.engines.browser import contents
from halfmoon.engines.browser.memory import (
    ACTIVATION_H,
    BLOCK,
    CLASSES,
    CLEAN_AREA,
    DECAY_AREA,
    ETA_AREA,
    FACTOR_AREA,
    G_AREA,
    HIDDEN,
    INPUTS,
    LABEL_AREA,
    LAYER_AREA,
    LOSS_H,
    MEASURED_AREA,
    MEASURING,
    NUMBER_AREA,
    ONE_AREA,
    ORDER_AREA,
    PARAMETERS,
    PARTIAL_AREA,
    PREDICTING,
    RANGE_AREA,
    ROWS,
    RULE_H,
    SCRATCH,
    SCRATCH_AREA,
    SETTINGS,
    SIZE_AREA,
    SIZES,
    SLOTS,
    SPARE_AREA,
    STATE,
    STATE_AREA,
    TASK_AREA,
    THETA_AREA,
    TRAINING,
    UPDATES,
    W_AREA,
    W_BLOCK_AREA,
    W_SCALE_AREA,
    WORD_AREA,
    X_AREA,
    Y_AREA,
    Y_BLOCK_AREA,
    entry,
    function,
    number,
    place,
    records,
)
from halfmoon.engines.compiled import tables
from halfmoon.engines.compiled.native import jit, vector

DOUBLE = 8
ROW_NUMBERS = contents.index_of("row_numbers")
GATHER = contents.index_of("gather")
ALL_FINITE = contents.index_of("all_finite")
COMBINE = contents.index_of("combine")
DOTS = contents.index_of("dots")
GRADIENT = contents.index_of("gradient")
FIRST_ACTIVATION = contents.FIRST_ACTIVATION
FIRST_LOSS = contents.FIRST_LOSS
FIRST_RULE = contents.FIRST_RULE
ACTIVATION_ROW = contents.ACTIVATION_ROW
LOSS_ROW = contents.LOSS_ROW
RULE_ROW = contents.RULE_ROW
IDENTITY = contents.IDENTITY
SOFTMAX = contents.SOFTMAX
SHUFFLE = contents.index_of("shuffle")
TASK = tables.TASK
LAYER = tables.LAYER
RANGE = tables.RANGE
block_rows = jit(tables.block_rows)
# a function whose lines numba writes out where it is called: it may return an array
inlined = partial(jit, inline="always")
# columns of scratch for all rows, at least: so maps of few points are quick too
LD = 64


@inlined
def state():
    """What has been set, and how far training is."""
    return records(place(STATE_AREA), 1, STATE)[0]


@inlined
def sizes_of():
    """The network's sizes, from inputs to outputs."""
    return records(place(SIZE_AREA), SIZES, SIZE)


SIZE = np.dtype([("units", np.int32)])
LABEL = np.dtype([("c", np.int32)])


@inlined
def tasks_of():
    """The three tasks: training, measuring and predicting."""
    return records(place(TASK_AREA), 3, TASK)


@inlined
def layers_of(which):
    """The layers of the training task, or of the other two."""
    table = 0 if which == TRAINING else 1
    address = place(LAYER_AREA) + table * SIZES * LAYER_BYTES
    return records(address, state().layers, LAYER)


LAYER_BYTES = LAYER.itemsize


@inlined
def ranges_of():
    """theta's ranges: W and b of each layer."""
    return records(place(RANGE_AREA), 2 * state().layers, RANGE)


@jit
def is_ready():
    """Whether there are points, and a network for their classes."""
    s = state()
    return s.n > 0 and s.layers > 0


# Tables


@jit
def reserve_values(free, units, ld):
    """Zeros (units, ld) and a row of ones; returns where the next are to begin."""
    values = vector(free, (units + 1) * ld, np.float64)
    for i in range(units * ld):
        values[i] = 0.0
    for i in range(units * ld, (units + 1) * ld):
        values[i] = 1.0
    return free + (units + 1) * ld * DOUBLE


@jit
def fill_activation(layer, which, free, ld):
    """Fill in a hidden layer's activation, as `tables.fill_activation` does."""
    if which == IDENTITY:
        layer.f = 0
        layer.df = 0
        layer.z = layer.a
        return free
    layer.f = function(FIRST_ACTIVATION + 2 * which)
    layer.df = function(FIRST_ACTIVATION + 2 * which + 1)
    layer.z = layer.a
    if number(ACTIVATION_ROW + which, 0):
        layer.z = free
        return reserve_values(free, layer.k, ld)
    return free


@jit
def fill_layers(which, ld):
    """Fill in the layers of one table, and their scratch for `ld` rows."""
    s = state()
    sizes = sizes_of()
    layers = layers_of(which)
    table = 0 if which == TRAINING else 1
    free = place(SCRATCH_AREA) + table * SCRATCH * DOUBLE
    most = 0
    start = 0
    a0 = free
    free = reserve_values(free, sizes[0].units, ld)
    for index in range(s.layers):
        layer = layers[index]
        layer.is_dropout = 0
        layer.wide = 0
        layer.thin = 1  # loops, and no BLAS
        layer.d = sizes[index].units
        layer.k = sizes[index + 1].units
        layer.start = start
        start += (layer.d + 1) * layer.k
        layer.a0 = a0
        layer.a = free
        layer.h = place(ACTIVATION_H)
        free = reserve_values(free, layer.k, ld)
        is_last = index == s.layers - 1
        activation = IDENTITY if is_last else s.activation
        free = fill_activation(layer, activation, free, ld)
        a0 = layer.a
        most = max(most, layer.k)
    # two matrices in turn, as in `tables.layer_table`
    for index in range(s.layers):
        turn = (s.layers - 1 - index) % 2
        layers[index].delta = free + turn * most * ld * DOUBLE
    return 0


@jit
def fill_ranges():
    """W of each layer, which the penalty counts, and b, which it does not."""
    layers = layers_of(TRAINING)
    ranges = ranges_of()
    for index in range(len(layers)):
        layer = layers[index]
        weights = ranges[2 * index]
        weights.start = layer.start
        weights.count = layer.d * layer.k
        weights.c = 1.0
        weights.m = 1.0
        biases = ranges[2 * index + 1]
        biases.start = layer.start + layer.d * layer.k
        biases.count = layer.k
        biases.c = 1.0
        biases.m = 0.0
    return 0


@jit
def fill_sizes(task, which, batch, ld):
    """Fill in what a task has to know about sizes."""
    s = state()
    task.n = s.n
    task.d = INPUTS
    task.y_columns = s.classes
    task.w_columns = 1
    task.parameters = s.parameters
    task.batch = batch
    task.per_epoch = -(-s.n // batch)
    task.shares = 1
    task.block_rows = block_rows(batch)
    task.ld = ld
    task.lowest = 0
    task.threads = 1
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
    """Fill in where a task's data, state and scratch are."""
    table = 0 if which == TRAINING else 1
    task.X = place(X_AREA)
    task.y = 0 if which == PREDICTING else place(Y_AREA)
    task.w = place(W_AREA)
    task.theta = place(THETA_AREA)
    task.slots = task.theta + task.parameters * DOUBLE
    task.average = 0
    task.eta = place(ETA_AREA)
    task.decay = place(DECAY_AREA)
    task.dropout_factor = place(FACTOR_AREA)
    task.g_factor = place(FACTOR_AREA)
    task.order = place(ORDER_AREA)
    task.g = place(G_AREA)
    task.partial = place(PARTIAL_AREA)
    task.measured = place(MEASURED_AREA)
    task.barrier = place(WORD_AREA)
    task.stopped = place(WORD_AREA) + DOUBLE
    task.loss_h = place(LOSS_H)
    task.one = place(ONE_AREA)
    task.w_scale = place(W_SCALE_AREA) + table * DOUBLE
    task.numbers = place(NUMBER_AREA) + table * BLOCK * DOUBLE
    task.a0 = layers_of(which)[0].a0
    task.y_block = place(Y_BLOCK_AREA) + table * BLOCK * CLASSES * DOUBLE
    task.w_block = place(W_BLOCK_AREA) + table * BLOCK * DOUBLE
    task.spare = place(SPARE_AREA) + table * BLOCK * (CLASSES + 2) * DOUBLE
    task.rule_h = place(RULE_H)
    vector(task.one, 1, np.float64)[0] = 1.0
    vector(task.w_scale, 1, np.float64)[0] = 1.0 / task.batch
    vector(task.stopped, 1, np.int64)[0] = 0
    return 0


@jit
def fill_functions(task, which):
    """Fill in the addresses of the loops."""
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
    """Fill in the settings of activation, loss and rule."""
    s = state()
    activation_h = vector(place(ACTIVATION_H), SETTINGS, np.float64)
    loss_h = vector(place(LOSS_H), SETTINGS, np.float64)
    rule_h = vector(place(RULE_H), 4 + SETTINGS, np.float64)
    for i in range(SETTINGS):
        activation_h[i] = number(ACTIVATION_ROW + s.activation, 1 + i)
        loss_h[i] = number(LOSS_ROW + s.loss, 1 + i)
        rule_h[4 + i] = number(RULE_ROW + s.rule, 1 + i)
    if s.loss == SOFTMAX:
        loss_h[2] = s.classes
    decay = vector(place(DECAY_AREA), UPDATES, np.float64)
    factor = vector(place(FACTOR_AREA), UPDATES, np.float64)
    for i in range(UPDATES):
        decay[i] = number(RULE_ROW + s.rule, 0)
        factor[i] = 1.0
    return 0


@jit
def connect():
    """Fill in all tables from what has been set."""
    if not is_ready():
        return 0
    s = state()
    tasks = tasks_of()
    batch = s.n if s.batch == 0 else min(s.batch, s.n)
    ld = block_rows(batch)
    all_ld = max(block_rows(s.n), LD)
    fill_layers(TRAINING, ld)
    fill_layers(MEASURING, all_ld)
    fill_ranges()
    fill_settings()
    for which in range(3):
        if which == TRAINING:
            fill_sizes(tasks[which], which, batch, ld)
        else:
            fill_sizes(tasks[which], which, s.n, all_ld)
        fill_addresses(tasks[which], which)
        fill_functions(tasks[which], which)
    return 0


# What a page sets


@entry(">i")
def points():
    """Where the points are: (2000, 2) float64."""
    return place(X_AREA)


@entry(">i")
def clean():
    """Where the points without noise are, for `make_points`: (2000, 2) float64."""
    return place(CLEAN_AREA)


@entry(">i")
def labels():
    """Where the points' class numbers are: (2000,) int32."""
    return place(LABEL_AREA)


@entry(">i")
def sizes():
    """Where the network's sizes are, from 2 inputs to the classes: (8,) int32."""
    return place(SIZE_AREA)


@entry("ii>i")
def set_points(n, classes):
    """Use the first n points, of so many classes; returns whether a network is set.

    The network stays where it has as many outputs.
    """
    s = state()
    y = vector(place(Y_AREA), n * classes, np.float64)
    w = vector(place(W_AREA), n, np.float64)
    labelled = records(place(LABEL_AREA), ROWS, LABEL)
    for r in range(n):
        w[r] = 1.0
        for j in range(classes):
            y[r * classes + j] = 1.0 if labelled[r].c == j else 0.0
    if s.classes != classes:
        s.layers = 0
    s.n = n
    s.classes = classes
    connect()
    return 1 if is_ready() else 0


@entry("ii>i")
def set_network(layers, activation):
    """Use the sizes that have been written; returns how many parameters there are.

    All parameters become 0. Where the sizes do not fit the points, or are too large,
    nothing is set, and 0 is returned.
    """
    s = state()
    wanted = sizes_of()
    s.layers = 0
    if layers < 2 or layers > SIZES or wanted[0].units != INPUTS:
        return 0
    parameters = 0
    units = 0
    for index in range(1, layers):
        parameters += (wanted[index - 1].units + 1) * wanted[index].units
        units += wanted[index].units
    outputs = wanted[layers - 1].units
    units -= outputs
    if outputs != s.classes or parameters > PARAMETERS or units > HIDDEN:
        return 0
    s.layers = layers - 1
    s.activation = activation
    s.parameters = parameters
    s.units = units
    start_anew()
    values = vector(place(THETA_AREA), parameters, np.float64)
    for i in range(parameters):
        values[i] = 0.0
    connect()
    return parameters


@jit
def start_anew():
    """No update has been done, and the rule remembers nothing."""
    s = state()
    s.t = 0
    s.count = 0
    slots = place(THETA_AREA) + s.parameters * DOUBLE
    memory = vector(slots, SLOTS * s.parameters, np.float64)
    for i in range(len(memory)):
        memory[i] = 0.0
    return 0


@entry("id>i")
def set_training(batch, l2):
    """Rows of a batch, 0 for all, and the L2 penalty of the objective."""
    s = state()
    s.batch = batch
    s.l2 = l2
    connect()
    return 1


@entry("i>i")
def set_loss(loss):
    """Which loss, by its index in the manifest; 0 is that of classes."""
    state().loss = loss
    connect()
    return 1


@entry("i>i")
def set_rule(rule):
    """Which optimizer's rule, by its index in the manifest; 0 is plain descent.

    What a rule remembers is forgotten.
    """
    s = state()
    s.rule = rule
    if is_ready():
        slots = place(THETA_AREA) + s.parameters * DOUBLE
        memory = vector(slots, SLOTS * s.parameters, np.float64)
        for i in range(len(memory)):
            memory[i] = 0.0
    connect()
    return 1


@entry(">i")
def parameters():
    """How many parameters the network has; 0 while none is set."""
    s = state()
    return s.parameters if s.layers > 0 else 0


@entry(">i")
def theta():
    """Where the parameters are: (parameters,) float64, W and then b of each layer."""
    return place(THETA_AREA)


@entry(">i")
def slots():
    """Where what the rule remembers is: (3, parameters) float64."""
    return place(THETA_AREA) + state().parameters * DOUBLE


@entry(">i")
def hidden_units():
    """How many units all hidden layers have together."""
    return state().units

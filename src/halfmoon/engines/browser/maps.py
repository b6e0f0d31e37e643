"""Predictions and hidden activations, at the points and over the plane."""

import numpy as np

from halfmoon.engines.browser import areas
from halfmoon.engines.browser.connecting import (
    PREDICTING,
    is_ready,
    layers_of,
    state,
    tasks_of,
)
from halfmoon.engines.browser.memory import entry, place, records
from halfmoon.engines.compiled.kernels import forward, gather, predict
from halfmoon.engines.compiled.native import jit, vector


@jit
def predict_rows(rows, n, out):
    """The prediction for n rows at an address, to another address."""
    s = state()
    tasks = tasks_of()
    theta = vector(place(areas.THETA), s.parameters, np.float64)
    X = vector(rows, n * areas.INPUTS, np.float64)
    y_hat = vector(out, n * s.classes, np.float64)
    predict(tasks[PREDICTING:], layers_of(PREDICTING), theta, X, y_hat, 0, n)
    return 0


@jit
def hidden_rows(rows, n, out):
    """The activations of all hidden layers for n rows, to an address: (n, units)."""
    s = state()
    task = tasks_of()[PREDICTING]
    layers = layers_of(PREDICTING)
    task.X = rows
    task.theta = place(areas.THETA)
    values = vector(out, n * s.units, np.float64)
    for first in range(0, n, task.block_rows):
        count = min(task.block_rows, n - first)
        gather(task, first, count)
        forward(task, layers, count, 0, 0)
        before = 0
        for index in range(len(layers) - 1):
            k = layers[index].k
            a = vector(layers[index].a, k * task.ld, np.float64)
            for r in range(count):
                for j in range(k):
                    values[(first + r) * s.units + before + j] = a[j * task.ld + r]
            before += k
    return 0


@jit
def fill_grid(x0, x1, y0, y1, columns, rows):
    """The grid's points, row after row: from x0 to x1 and from y0 to y1, both ends."""
    grid = vector(place(areas.MAP_X), areas.CELLS * areas.INPUTS, np.float64)
    across = (x1 - x0) / max(columns - 1, 1)
    down = (y1 - y0) / max(rows - 1, 1)
    for row in range(rows):
        for column in range(columns):
            cell = (row * columns + column) * areas.INPUTS
            grid[cell] = x0 + column * across
            grid[cell + 1] = y0 + row * down
    return 0


@entry("ddddii>i")
def predict_map(x0, x1, y0, y1, columns, rows):
    """Where the probabilities over a grid are: (rows columns, classes) float64.

    The grid goes from x0 to x1 and from y0 to y1, both ends included. 0 where it has
    more than 160 x 160 points.
    """
    if not is_ready() or columns * rows > areas.CELLS:
        return 0
    fill_grid(x0, x1, y0, y1, columns, rows)
    predict_rows(place(areas.MAP_X), columns * rows, place(areas.MAP))
    return place(areas.MAP)


@entry("ddddii>i")
def unit_map(x0, x1, y0, y1, columns, rows):
    """Where the hidden activations over a grid are: (rows columns, units) float64.

    The units of all hidden layers, one layer after the other. 0 where the numbers are
    too many: more than 160 x 160 points, or 64 units for each of so many.
    """
    cells = columns * rows
    most = areas.CELLS * areas.MAP_UNITS
    if not is_ready() or cells > areas.CELLS or cells * state().units > most:
        return 0
    fill_grid(x0, x1, y0, y1, columns, rows)
    hidden_rows(place(areas.MAP_X), cells, place(areas.UNIT_MAP))
    return place(areas.UNIT_MAP)


@entry(">i")
def predict_points():
    """Where the points' probabilities are: (n, classes) float64."""
    if not is_ready():
        return 0
    predict_rows(place(areas.X), state().n, place(areas.PREDICTED))
    return place(areas.PREDICTED)


@entry(">i")
def hidden_points():
    """Where the points' hidden activations are: (n, units) float64."""
    if not is_ready():
        return 0
    hidden_rows(place(areas.X), state().n, place(areas.HIDDEN_VALUES))
    return place(areas.HIDDEN_VALUES)


@entry(">d")
def accuracy():
    """The share of points whose largest probability is that of their class."""
    if not is_ready():
        return np.nan
    s = state()
    predict_rows(place(areas.X), s.n, place(areas.PREDICTED))
    y_hat = vector(place(areas.PREDICTED), s.n * s.classes, np.float64)
    labelled = records(place(areas.LABELS), areas.ROWS, areas.LABEL_ROW)
    right = 0
    for r in range(s.n):
        best = 0
        for j in range(1, s.classes):
            if y_hat[r * s.classes + j] > y_hat[r * s.classes + best]:
                best = j
        if labelled[r].c == best:
            right += 1
    return right / s.n

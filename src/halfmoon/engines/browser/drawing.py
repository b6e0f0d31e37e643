"""Random numbers by position (arrays/random.py): initial weights and noise."""

import numpy as np

from halfmoon.arrays import random
from halfmoon.engines.browser import areas
from halfmoon.engines.browser.connecting import (
    TRAINING,
    connect,
    is_ready,
    layers_of,
    state,
)
from halfmoon.engines.browser.memory import entry, place
from halfmoon.engines.browser.setup import start_anew
from halfmoon.engines.compiled.loops import GAMMA, ONE, SHIFT_11, mix
from halfmoon.engines.compiled.native import jit, vector
from halfmoon.engines.compiled.simd import FUNCTIONS

log1p = FUNCTIONS["float64"]["log1p"]
WEIGHTS = np.uint64(random.WEIGHTS)
SHUFFLE = np.uint64(random.SHUFFLE)
POINTS = np.uint64(random.SPLIT)  # a page splits no data


@jit
def key(seed, purpose):
    """The key of one stream of numbers [N2]."""
    first = mix(np.uint64(seed) + GAMMA)
    return mix(first + purpose + GAMMA)


@jit
def uniform(k, position):
    """A number in [0, 1) [N3] [N4]."""
    bits = mix(k + (np.uint64(position) + ONE) * GAMMA)
    return np.float64(np.int64(bits >> SHIFT_11)) * 2.0**-53


@jit
def cosine(turns):
    """The cosine of an angle in turns, from 0 to 1, by its series."""
    distance = min(turns, 1.0 - turns)  # from 0 to half a turn
    sign = 1.0
    if distance > 0.25:
        distance = 0.5 - distance
        sign = -1.0
    total = 1.0
    if distance <= 0.125:
        square = (2.0 * np.pi * distance) ** 2
        for i in range(18, 0, -2):
            total = 1.0 - total * square / (i * (i - 1))
        return sign * total
    angle = 2.0 * np.pi * (0.25 - distance)
    square = angle**2
    for i in range(19, 1, -2):
        total = 1.0 - total * square / (i * (i - 1))
    return sign * angle * total


@jit
def normal(k, position):
    """A standard normal number [N5]."""
    radius = np.sqrt(-2.0 * log1p(-uniform(k, 2 * position)))
    return radius * cosine(uniform(k, 2 * position + 1))


@entry("i>i")
def reset(seed):
    """Draw initial weights, normal / sqrt(inputs), and set biases to 0.

    They are those of `Network.dense(..., seed=seed, initializer="tutorial")`. No update
    has been done, and shuffles are those of the seed. Returns whether a network is set.
    """
    s = state()
    if not is_ready():
        return 0
    k = key(seed, WEIGHTS)
    s.shuffle = np.int64(key(seed, SHUFFLE))
    values = vector(place(areas.THETA), s.parameters, np.float64)
    layers = layers_of(TRAINING)
    drawn = 0
    for index in range(len(layers)):
        layer = layers[index]
        weights = layer.d * layer.k
        for i in range(weights):
            values[layer.start + i] = normal(k, drawn + i) / np.sqrt(layer.d)  # [I1]
        for i in range(layer.k):
            values[layer.start + weights + i] = 0.0
        drawn += weights
    start_anew()
    connect()
    return 1


@entry(">i")
def clean():
    """Where the points without noise are, for `make_points`: (2000, 2) float64."""
    return place(areas.CLEAN)


@entry("idi>i")
def make_points(n, noise, seed):
    """Points from the clean shape: each number plus noise times a normal number.

    Returns how many points were made. Their labels stay; `set_points` uses both.
    """
    n = min(n, areas.ROWS)
    k = key(seed, POINTS)
    X = vector(place(areas.X), n * areas.INPUTS, np.float64)
    shape = vector(place(areas.CLEAN), n * areas.INPUTS, np.float64)
    for i in range(n * areas.INPUTS):
        X[i] = shape[i] + noise * normal(k, i)
    return n

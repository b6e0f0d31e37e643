"""What a page sets: points, network and settings."""

import numpy as np

from halfmoon.engines.browser import areas, contents
from halfmoon.engines.browser.connecting import (
    DOUBLE,
    connect,
    is_ready,
    sizes_of,
    state,
)
from halfmoon.engines.browser.memory import entry, place, records
from halfmoon.engines.compiled.native import jit, vector

ACTIVATIONS = len(contents.ACTIVATION_NAMES)
LOSSES = len(contents.LOSS_NAMES)
RULES = len(contents.RULE_NAMES)


@entry(">i")
def points():
    """Where the points are: (2000, 2) float64, of which the first n are in use."""
    return place(areas.X)


@entry(">i")
def labels():
    """Where the points' class numbers are: (2000,) int32."""
    return place(areas.LABELS)


@entry("ii>i")
def set_points(n, classes):
    """Use the first n points, of so many classes; returns whether a network is set.

    The network stays where it has as many outputs. Nothing changes, and 0 is returned,
    where there are too many points or classes.
    """
    if n < 1 or n > areas.ROWS or classes < 2 or classes > areas.CLASSES:
        return 0
    s = state()
    y = vector(place(areas.Y), n * classes, np.float64)
    w = vector(place(areas.W), n, np.float64)
    labelled = records(place(areas.LABELS), areas.ROWS, areas.LABEL_ROW)
    for r in range(n):
        w[r] = 1.0
        for j in range(classes):
            y[r * classes + j] = 1.0 if labelled[r].c == j else 0.0
    if s.classes != classes:
        s.layers = 0
    s.n = n
    s.classes = classes
    return connect()


@entry(">i")
def sizes():
    """Where the network's sizes are, from 2 inputs to the classes: (8,) int32."""
    return place(areas.SIZES)


@entry("ii>i")
def set_network(layers, activation):
    """Use the sizes that have been written, so many; returns how many parameters.

    The parameters become 0, and no update has been done. Where the sizes do not fit the
    points, or are too large, no network is set, and 0 is returned.
    """
    s = state()
    wanted = sizes_of()
    s.layers = 0
    if layers < 2 or layers > areas.LAYERS + 1 or wanted[0].units != areas.INPUTS:
        return 0
    if activation < 0 or activation >= ACTIVATIONS:
        return 0
    parameters = 0
    units = 0
    for index in range(1, layers):
        if wanted[index].units < 1 or wanted[index].units > areas.HIDDEN:
            return 0
        parameters += (wanted[index - 1].units + 1) * wanted[index].units
        units += wanted[index].units
    outputs = wanted[layers - 1].units
    units -= outputs
    too_large = parameters > areas.PARAMETERS or units > areas.HIDDEN
    if outputs != s.classes or too_large:
        return 0
    s.layers = layers - 1
    s.activation = activation
    s.parameters = parameters
    s.units = units
    values = vector(place(areas.THETA), parameters, np.float64)
    for i in range(parameters):
        values[i] = 0.0
    start_anew()
    connect()
    return parameters


@jit
def start_anew():
    """No update has been done, and the rule remembers nothing."""
    state().t = 0
    forget()
    return 0


@jit
def forget():
    """The rule remembers nothing."""
    parameters = state().parameters
    slots = place(areas.THETA) + parameters * DOUBLE
    memory = vector(slots, areas.SLOTS * parameters, np.float64)
    for i in range(len(memory)):
        memory[i] = 0.0
    return 0


@entry("id>i")
def set_training(batch, l2):
    """Rows of a batch, 0 for all, and the L2 penalty of the objective, at least 0."""
    state().batch = max(batch, 0)
    state().l2 = max(l2, 0.0)
    return connect()


@entry("i>i")
def set_activation(activation):
    """Another activation in the hidden layers; the parameters stay.

    Returns whether a network is set, or 0 where there is no such activation.
    """
    if activation < 0 or activation >= ACTIVATIONS:
        return 0
    state().activation = activation
    return connect()


@entry("i>i")
def set_loss(loss):
    """Which loss, by its index in the manifest; 0 is the tutorial's.

    Returns whether a network is set, or 0 where there is no such loss.
    """
    if loss < 0 or loss >= LOSSES:
        return 0
    state().loss = loss
    return connect()


@entry("i>i")
def set_rule(rule):
    """Which optimizer's rule, by its index in the manifest; 0 is plain descent.

    What the last one remembered is forgotten. Returns whether a network is set, or 0
    where there is no such rule.
    """
    if rule < 0 or rule >= RULES:
        return 0
    state().rule = rule
    forget()
    return connect()


@entry(">i")
def parameters():
    """How many parameters the network has; 0 while none is set."""
    return state().parameters if is_ready() else 0


@entry(">i")
def theta():
    """Where the parameters are: (parameters,) float64, W and then b of each layer."""
    return place(areas.THETA)


@entry(">i")
def slots():
    """Where what the rule remembers is: (3, parameters) float64."""
    return place(areas.THETA) + state().parameters * DOUBLE


@entry(">i")
def hidden_units():
    """How many units all hidden layers have together."""
    return state().units if is_ready() else 0

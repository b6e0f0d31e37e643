"""Layers in a row, before they compute: made, checked, and laid out in theta.

theta holds, layer after layer, W row by row and then b, so that a layer's W with b as
one more row is one contiguous block.
"""

from collections.abc import Callable, Iterable, Sequence
from copy import copy
from itertools import pairwise
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from halfmoon.arrays.elementary import Array
from halfmoon.components.activations import Activation
from halfmoon.components.freezing import freeze
from halfmoon.components.initializers import Initializer
from halfmoon.layers import Dense, Dropout, Layer, Views


class Place(NamedTuple):
    """Where one parameter array, such as a layer's W, lies in theta."""

    part: slice
    shape: tuple[int, ...]


# for each layer, by name, where its parameter arrays lie
Layout = list[dict[str, Place]]


def dense_layers(
    sizes: Sequence[int],
    activation: str | Activation | Sequence[str | Activation],
    initializer: str | Initializer | None,
    dropout: float | Sequence[float],
) -> list[Layer]:
    """Dense layers of these sizes, as `Network.dense` takes them, with their dropout.

    Raises ValueError for fewer than two sizes, and for activations or rates that are
    not one for each hidden layer.
    """
    is_list = hasattr(sizes, "__len__")
    if not is_list or len(sizes) < 2:
        raise ValueError(
            "sizes needs at least inputs and outputs, such as [2, 3, 2]; got "
            f"{list(sizes) if is_list else sizes!r}."
        )
    hidden = len(sizes) - 2
    acts: list[Any] = [activation] * hidden
    if isinstance(activation, list | tuple):
        acts = list(activation)
    rates = np.ravel(dropout).tolist()
    if np.ndim(dropout) == 0:
        # one rate for all hidden layers, and none for the inputs
        rates = [0.0, *(hidden * rates)]
    if len(acts) != hidden or len(rates) != hidden + 1:
        raise ValueError(
            f"{hidden} hidden layers need {hidden} activations and {hidden + 1} "
            f"dropout rates (the inputs' first); got {len(acts)} and {len(rates)}."
        )
    acts.append("identity")
    layers: list[Layer] = []
    for (d, k), act, rate in zip(pairwise(sizes), acts, rates, strict=True):
        if rate:
            layers.append(Dropout(d, rate))
        layers.append(Dense(d, k, act, initializer))
    return layers


def read_layers(layers: Any) -> list[Layer]:
    """Copies of a network's layers, which know where in the row they stand.

    Raises ValueError for what is no list of layers, and for layers that do not fit.
    """
    are_layers = isinstance(layers, Iterable) and not isinstance(layers, str)
    copies = [copy(layer) for layer in layers] if are_layers else []
    if not are_layers or not all(hasattr(layer, "shapes") for layer in copies):
        raise ValueError(
            "layers must be a list of layers, such as [Dense(2, 3, 'tanh'), Dense(3, "
            f"2)]; got {layers!r}. Network.dense([2, 3, 2]) takes sizes."
        )
    _check(copies)
    _number(copies)
    return copies


def _check(layers: Sequence[Layer]) -> None:
    """ValueError for layers that do not make a network."""
    if not any(layer.shapes for layer in layers):
        raise ValueError(
            "A network needs at least one layer with parameters, such as Dense(2, 3, "
            "'tanh')."
        )
    for index, (below, layer) in enumerate(pairwise(layers)):
        if below.k != layer.d:
            raise ValueError(
                f"Layer {index} gives {below.k} values but layer {index + 1} takes "
                f"{layer.d}."
            )
    for layer in layers:
        if not set(layer.penalised) <= set(layer.shapes):
            raise ValueError(
                f"{layer.name} has the parameters {list(layer.shapes)}; "
                f"{list(layer.penalised)} cannot be penalised."
            )


def _number(layers: Sequence[Layer]) -> None:
    """Tell each layer its index, and its number if it computes in prediction."""
    number = 0
    for index, layer in enumerate(layers):
        layer.index = index
        in_training_only = [equation.training for equation in layer.forward_equations]
        if not all(in_training_only):
            number += 1
            layer.number = number


def frozen(layer: Layer) -> Layer:
    """A layer whose meaning, and that of its activation, is fixed."""
    fixed = freeze(layer)
    if fixed is not layer or layer.act is None:
        return fixed
    act = freeze(layer.act)
    if act is layer.act:
        return layer
    fixed = copy(layer)
    fixed.act = act
    return fixed


def lay_out(layers: Sequence[Layer]) -> tuple[Layout, int]:
    """Where each layer's parameters lie in theta, and how long theta is."""
    layout = []
    start = 0
    for layer in layers:
        places = {}
        for name, shape in layer.shapes.items():
            stop = start + int(np.prod(shape))
            places[name] = Place(slice(start, stop), shape)
            start = stop
        layout.append(places)
    return layout, start


def find_parameter(layout: Layout, index: int) -> tuple[int, str, tuple[int, ...]]:
    """What theta holds at an index: which layer's, its array, and where in that.

    Raises ValueError for an index outside theta.

    >>> layout, _ = lay_out(dense_layers([2, 3], "tanh", None, 0.0))
    >>> find_parameter(layout, 5)
    (0, 'W', (1, 2))
    """
    for layer, places in enumerate(layout):
        for name, place in places.items():
            if place.part.start <= index < place.part.stop:
                within = np.unravel_index(index - place.part.start, place.shape)
                return layer, name, tuple(map(int, within))
    raise ValueError(
        f"This network has no parameter {index}; it may just have been removed."
    )


def views_of(layout: Layout, theta: Array) -> list[Views]:
    """For each layer its parameters by name, sharing the memory of theta (size,)."""
    views = []
    for places in layout:
        arrays = {
            name: theta[place.part].reshape(place.shape)
            for name, place in places.items()
        }
        views.append(SimpleNamespace(**arrays))
    return views


def spread(
    layers: Sequence[Layer],
    layout: Layout,
    theta: Array,
    number_of: Callable[[Layer, str], float],
) -> Array:
    """A vector like theta (size,) with one number for each parameter array."""
    vector = np.empty_like(theta)
    for layer, places in zip(layers, layout, strict=True):
        for name, place in places.items():
            vector[place.part] = number_of(layer, name)
    return vector

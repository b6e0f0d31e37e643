"""A network as a description and arrays, and back.

The arrays are its parameters, "layers.0.W" for the W (d, k) of the first layer. The
description names the loss, the layers with what their constructors take, the type of
the numbers, and the engine that predicts.
"""

import inspect
from typing import Any

import numpy as np

from halfmoon.components.registry import Component
from halfmoon.components.rules import NONE, TEXT, Integer, OneOf
from halfmoon.engines.predicting import EnginePredictor
from halfmoon.files.container import Arrays
from halfmoon.files.plain import (
    LIST,
    check_known,
    decode,
    encode,
    read_component,
    read_fields,
    write_component,
)
from halfmoon.layers import Dense, Dropout, Layer, Scaling
from halfmoon.network import Network

LAYERS: dict[str, type[Layer]] = {
    cls.__name__: cls for cls in (Dense, Dropout, Scaling)
}
SIZE = Integer("[", 1, 2**48, "]")
RULES = {
    "dtype": OneOf("float64", "float32"),
    "loss": TEXT,
    "engine": NONE | OneOf("compiled"),
    "layers": LIST,
}


def describe(network: Network) -> tuple[dict[str, Any], Arrays]:
    """A network's description, and its parameters by name.

    Raises ValueError for layers, components or an engine of the user's own, and for
    weights that are not finite.
    """
    if not np.isfinite(network.theta).all():
        raise ValueError("its weights are not finite; fit it anew")
    predictor = network.predictor
    if predictor is not None and type(predictor) is not EnginePredictor:
        raise ValueError("it predicts with an engine of your own, which is code")
    arrays: Arrays = {}
    layers = []
    parameters = network.views(network.theta)
    for layer, p in zip(network.layers, parameters, strict=True):
        layers.append(_describe_layer(layer))
        for name in layer.shapes:
            arrays[_name(layer.index, name)] = getattr(p, name)
    description = {
        "dtype": network.dtype.name,
        "loss": write_component(network.loss)[1],
        "engine": None if predictor is None else predictor.trained_by,
        "layers": layers,
    }
    return description, arrays


def _name(index: int, parameter: str) -> str:
    """What a layer's parameter is called in the file."""
    return f"layers.{index}.{parameter}"


def _describe_layer(layer: Layer) -> dict[str, Any]:
    """Its class by name, and what the constructor takes."""
    kind = type(layer).__name__
    if LAYERS.get(kind) is not type(layer):
        raise ValueError(
            f"{layer.name} is a layer of your own, which is code, and a model file "
            f"holds none; use {', '.join(LAYERS)}, or pickle"
        )
    described: dict[str, Any] = {"layer": kind}
    for name, value in layer.arguments.items():
        if isinstance(value, Component):
            _, described[name] = write_component(value)
        else:
            described[name] = encode(value, name)
    return described


def make(description: Any, arrays: Arrays) -> Network:
    """The network that was described; takes its parameters out of `arrays`.

    Raises ValueError for what describes none. Shapes are compared before anything of
    their size is made.
    """
    fields = read_fields(description, RULES, "the network")
    layers = [_make_layer(entry, index) for index, entry in enumerate(fields["layers"])]
    parts = []
    for index, layer in enumerate(layers):
        for name, shape in layer.shapes.items():
            array = take(arrays, _name(index, name), shape, fields["dtype"])
            if not np.isfinite(array).all():
                raise ValueError(f"{_name(index, name)} holds NaN or infinity")
            parts.append(array.ravel())
    loss = read_component("loss", fields["loss"])
    theta = np.concatenate(parts) if parts else np.empty(0)
    network = Network(layers, loss, dtype=fields["dtype"], theta=theta)
    loss.link(np.zeros((1, network.k), network.dtype))  # ValueError for other outputs
    if fields["engine"] is not None:
        network.predictor = EnginePredictor(fields["engine"])
    return network


def take(arrays: Arrays, name: str, shape: tuple[int, ...], dtype: Any) -> Any:
    """An array out of those that were read; ValueError if it is not as it must be."""
    array = arrays.pop(name, None)
    if array is None or array.shape != shape or array.dtype != dtype:
        found = "none" if array is None else f"{array.shape} in {array.dtype}"
        raise ValueError(f"there must be an array {name}, {shape} in {dtype}; {found}")
    return array


def _make_layer(entry: Any, index: int) -> Layer:
    """The layer that was described."""
    what = f"layer {index}"
    kind = entry.get("layer") if isinstance(entry, dict) else None
    if not isinstance(kind, str) or kind not in LAYERS:
        raise ValueError(f"{what} must be one of {', '.join(LAYERS)}; got {entry!r}")
    cls = LAYERS[kind]
    names = inspect.signature(cls).parameters
    check_known(entry, ("layer", *names), what)
    arguments = {}
    for name in names & entry.keys():
        value = entry[name]
        if name in ("d", "k"):
            read_fields({name: value}, {name: SIZE}, what)
        is_component = name in ("activation", "initializer")
        read = read_component if is_component else _plain
        arguments[name] = read(name, value)
    try:
        return cls(**arguments)
    except TypeError:
        raise ValueError(f"{what} cannot be made of {entry!r}") from None


def _plain(name: str, value: Any) -> Any:
    return decode(value, name)

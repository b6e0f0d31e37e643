"""Section 3: the network, its shapes, and why two outputs are one."""

from typing import Any

import numpy as np

from halfmoon.displays import draw_diagram
from halfmoon.displays.style import SIGNS
from halfmoon.network import Network
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import Experiment

HIDDEN = (3, 500)
INPUTS = ("$x_1$", "$x_2$")
OUTPUTS = ("$\\hat y_0$", "$\\hat y_1$")


def measure(experiment: Experiment) -> Material:
    """Shapes for few units and for many, the trained weights, one output for two."""
    X, _ = experiment.data
    network, _ = experiment.trained
    layers = network.views(network.theta)
    weights = [p.W for p in layers]
    biases = [p.b for p in layers]
    networks = [experiment.network(size) for size in HIDDEN]
    single = with_one_output(network)
    apart = np.abs(single.predict(X)[:, 0] - network.predict(X)[:, 1]).max()
    numbers = {
        "hidden": HIDDEN,
        "shapes": [shapes(net) for net in networks],
        "parameters": [net.size for net in networks],
        "W": weights,
        "b": biases,
        "rows": len(X),
        "parameters_single_output": single.size,
        "largest_difference": apart,
    }

    def draw(fig: Any) -> None:
        ax = fig.subplots()
        draw_diagram(ax, weights, INPUTS, OUTPUTS, intercepts=biases, colours=SIGNS)

    return Material(
        numbers=numbers,
        claims={"one_output_would_do": apart < 1e-12},
        figures={"3-network": Picture(draw, (6.4, 4.4))},
    )


def shapes(network: Network) -> dict[str, tuple[int, ...]]:
    """The shapes of W1, b1, W2 and b2."""
    found = {}
    for number, p in enumerate(network.views(network.theta), start=1):
        found[f"W{number}"] = p.W.shape
        found[f"b{number}"] = p.b.shape
    return found


def with_one_output(network: Network) -> Network:
    """The same network with one logistic output, for class 1."""
    single = Network.dense([2, 3, 1], "tanh", "logistic_cross_entropy")
    below, above = network.views(network.theta)
    hidden, output = single.views(single.theta)
    hidden.W[...] = below.W
    hidden.b[...] = below.b
    output.W[...] = above.W[:, 1:] - above.W[:, :1]
    output.b[...] = above.b[1:] - above.b[:1]
    return single

"""Section 6: the boundary, and the space of the hidden units, where it is a plane."""

from typing import Any

from matplotlib.figure import Figure

from halfmoon.displays.boundary import draw_map
from halfmoon.displays.hidden_space import draw_hidden_space, separating_plane
from halfmoon.inspection.evaluation import accuracy, fewest_errors_of_a_line
from halfmoon.inspection.units import hidden_activations
from halfmoon.pages.texts import Material, Picture
from halfmoon.tutorial.experiment import AXES, Experiment

DIRECTIONS = 3_600  # of straight lines in the plane


def measure(experiment: Experiment) -> Material:
    """The errors of network and line, and on which side of the plane points lie."""
    X, y = experiment.data
    network, L = experiment.trained
    line = experiment.regression(1)
    a1 = hidden_activations(network, X)[0]
    normal, offset = separating_plane(network)
    side = a1 @ normal + offset > 0.0
    numbers = {
        "accuracy": accuracy(network.predict(X), y),
        "line_accuracy": float(line.score(X, y)),
        "final_loss": L[-1],
        "rows": len(y),
        "wrong": int((network.predict(X).argmax(axis=1) != y).sum()),
        "line_wrong": int((line.predict(X) != y).sum()),
        "wrong_side_of_plane": int((side != y).sum()),
        "directions": DIRECTIONS,
        "fewest_wrong_by_a_line": fewest_errors_of_a_line(X, y, DIRECTIONS),
    }
    fewest = numbers["fewest_wrong_by_a_line"]
    both = Picture(lambda fig: draw_both(fig, experiment, numbers), (11.0, 4.4))
    space = Picture(
        lambda fig: draw_hidden_space(fig, a1, y, normal, offset), (11.0, 4.8)
    )
    return Material(
        numbers=numbers,
        claims={
            "better": numbers["accuracy"] > numbers["line_accuracy"] + 0.05,
            "plane_beats_every_line": numbers["wrong_side_of_plane"] < fewest,
        },
        figures={"6-boundary": both, "6-hidden-space": space},
    )


def draw_both(fig: Figure, experiment: Experiment, numbers: dict[str, Any]) -> None:
    """What the straight line and the network predict over the plane."""
    X, y = experiment.data
    models = {
        "A straight line": (experiment.regression(1), numbers["line_accuracy"]),
        "Three hidden units": (experiment.trained[0], numbers["accuracy"]),
    }
    axes = fig.subplots(1, 2)
    for ax, (name, (model, share)) in zip(axes, models.items(), strict=True):
        draw_map(ax, model, X, y, size=26.0, resolution=160, **AXES)
        ax.set_title(f"{name}: {share:.1%} right")
    axes[1].legend(loc="upper right", framealpha=0.9)
